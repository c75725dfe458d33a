"""A newsroom: many articles on their way to the public."""

from collections.abc import Sequence
from random import Random

from django.utils import timezone

from accounts.models import Organisation, User
from portal.articles import flow, richtext
from portal.articles.models import Article, Channel
from portal.articles.selectors import writes_for
from portal.demo.build import Say
from portal.demo.diary import CHUNK, Diary, Offices, analyze, progress
from portal.demo.people import Reference, Writer

DAYS = 700  # they have come within so many
FATES = {flow.DRAFT: 2, flow.RETURNED: 2, flow.REVIEWING: 3, flow.PUBLISHED: 91, flow.WITHDRAWN: 2}


def newsroom(count: int, say: Say, seed: int) -> None:
    """`count` articles by the offices' people. The same seed on the same database makes the same ones."""
    rng = Random(f"articles:{seed}:{count}")  # noqa: S311
    begun = timezone.now()
    province = Organisation.objects.get(kind=Organisation.Kind.PROVINCE)
    diary, writer = Diary(Article, rng, Offices(province)), Writer(Reference(), rng)
    authors = [(user, source) for user in _authors(diary.offices) if (source := writes_for(user))]
    for start in range(0, count, CHUNK):
        rows = Article.objects.bulk_create(_draft(writer, authors) for _ in range(min(CHUNK, count - start)))
        for article in rows:
            _enter(diary, article.pk, province.pk)
        progress(say, "编写", start + len(rows), count, start)
    diary.play(say, "发布")
    analyze()
    say(f"已生成 {count:,} 篇信息，用时 {(timezone.now() - begun).seconds} 秒。")


def _authors(offices: Offices) -> list[User]:
    """The cities' people: their texts go to the province, which may not publish what one of its own has written."""
    desks = [offices.officers[bureau] for bureau in offices.bureaus.values()]
    return [user for officers in desks for user in officers]


def _draft(writer: Writer, authors: Sequence[tuple[User, Organisation]]) -> Article:
    author, source = writer.rng.choice(authors)
    title, summary, paragraphs = writer.article()
    return Article(
        owner=author, source=source, channel=writer.rng.choices(Channel.values, (30, 50, 20))[0], version=1,
        saved_at=timezone.now(), title=title, summary=summary,
        body=richtext.clean("".join(f"<p>{one}</p>" for one in paragraphs)),
    )  # fmt: skip


def _enter(diary: Diary, pk: int, province: int) -> None:
    """Draw a fate and put its moves on days."""
    rng = diary.rng
    fate = rng.choices(list(FATES), list(FATES.values()))[0]
    if fate == flow.DRAFT:
        return
    day = rng.randint(0, 3) if fate == flow.REVIEWING else rng.randint(5, DAYS)
    diary.note(pk, day + 1, "submit", None)
    if fate != flow.REVIEWING:
        diary.note(pk, day, "return" if fate == flow.RETURNED else "pass", province)
    if fate == flow.WITHDRAWN:
        diary.note(pk, rng.randint(0, 4), "take_down", province)
