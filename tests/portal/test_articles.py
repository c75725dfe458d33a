"""Writing for the public: the way of an article, what the public gets of it, and what it never does."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from portal.articles import flow, richtext, services
from portal.articles.models import Article, ArticleFile, Publication
from review.refusal import Refused
from review.services import perform, perform_many
from tests.world import WORDS, World, paper

TEXT = {
    "title": "柑橘冻害防治要点",
    "summary": "寒潮前后的果园管理。",
    "body": "<p>秭归县的<strong>脐橙</strong>园。</p>",
}


def draft(world: World, name: str = "wh1", **values) -> Article:
    user = world.user(name)
    made = services.begin(actor=user)
    return services.save(made, actor=user, version=0, values=TEXT | values)


def move(article: Article, action: str, actor, comment: str = "") -> Article:
    article = Article.objects.for_review().get(pk=article.pk)
    return perform(article, action, actor=actor, seen=article.seen, comment=comment)


def published(world: World, name: str = "wh1", **values) -> Article:
    made = draft(world, name, **values)
    move(made, "submit", made.owner)
    return move(made, "pass", world.user("p1"))


def shown() -> list[str]:
    return [one.title for one in Publication.objects.shown()]


def test_nothing_is_public_before_it_is_published_and_nothing_after_it_is_taken_down(world: World, client):
    made = draft(world)
    assert not Publication.objects.exists()
    move(made, "submit", made.owner)
    move(made, "return", world.user("p1"), WORDS)
    assert not Publication.objects.exists()
    move(made, "submit", made.owner)
    move(made, "pass", world.user("p1"))
    address = made.publication.get_absolute_url()
    page = client.get(address)
    assert "<strong>脐橙</strong>" in page.content.decode()
    assert not page.cookies
    move(made, "take_down", world.user("p1"), WORDS)
    assert client.get(address).status_code == 404
    assert "柑橘" not in client.get("/news/").content.decode()


def test_a_published_text_stays_while_its_author_writes_a_new_one(world: World, client):
    made = published(world)
    move(made, "revise", made.owner)
    made.refresh_from_db()
    services.save(made, actor=made.owner, version=made.version, values={"title": "新标题"})
    assert shown() == [TEXT["title"]]
    move(made, "submit", made.owner)
    move(made, "return", world.user("p1"), WORDS)
    assert shown() == [TEXT["title"]]
    first = made.publication.shown_from
    move(made, "submit", made.owner)
    move(made, "pass", world.user("p1"))
    assert shown() == ["新标题"]
    assert Publication.objects.get().shown_from == first


@pytest.mark.parametrize(
    ("values", "public"),
    [({"publish_at": timedelta(hours=1)}, False), ({"expires_at": timedelta(hours=-1)}, False),
     ({"expires_at": timedelta(hours=1)}, True), ({}, True)],
)  # fmt: skip
def test_times_are_kept(world: World, client, values, public):
    now = timezone.now()
    made = published(world, **{name: now + span for name, span in values.items()})
    assert (client.get(made.publication.get_absolute_url()).status_code == 200) is public
    for address in ("/news/", "/news/?q=脐橙", "/news/rss/", "/news/rss/news/"):
        assert (TEXT["title"] in client.get(address).content.decode()) is public, address


def test_one_s_own_is_published_by_the_province_alone(world: World):
    own = draft(world, "p1")
    move(own, "submit", own.owner)
    assert move(own, "pass", world.user("p1")).state == flow.PUBLISHED
    other = draft(world, "wh1")
    move(other, "submit", other.owner)
    with pytest.raises(Refused):
        move(other, "pass", world.user("wh1"))


def test_many_are_published_with_as_many_queries_as_one(world: World):
    made = [draft(world) for _ in range(5)]
    counted = []
    for some in (made[:1], made[1:]):
        for action, actor in (("submit", None), ("pass", world.user("p1"))):
            seen = dict.fromkeys((one.pk for one in some), action == "pass")
            with CaptureQueriesContext(connection) as found:
                outcomes = perform_many(Article, action, seen, actor=actor)
            assert not any(one.refusal for one in outcomes)
            counted.append(len([one for one in found if " SET " not in one["sql"]]))  # a frozen form is saved by itself
    assert counted[:2] == counted[2:]
    assert shown() == [TEXT["title"]] * 5


@pytest.mark.parametrize("name", ["s1", "wh2", "yc1", "a1", ""])
def test_drafts_guessed_by_address_are_not_there(world: World, name):
    made = draft(world)
    client = world.client(name)
    for address in (f"/news/write/{made.pk}/", f"/news/write/{made.pk}/edit/", f"/news/write/{made.pk}/preview/0/"):
        answer = client.get(address)
        assert answer.status_code in (302, 403, 404)
        assert TEXT["title"] not in answer.content.decode()
    assert client.get(f"/news/{made.pk}/").status_code == 404


def test_the_reviewer_sees_the_version_that_was_submitted(world: World):
    made = draft(world)
    move(made, "submit", made.owner)
    client = world.client("p1")
    assert "脐橙" in client.get(f"/news/write/{made.pk}/preview/1/").content.decode()
    assert client.get(f"/news/write/{made.pk}/preview/0/").status_code == 404
    assert "脐橙" in client.get(f"/review/articles/case/{made.pk}/?queue=reviewing").content.decode()


def test_what_is_missing_is_named(world: World):
    made = draft(world, summary="", body='<p><img src="/news/files/00000000-0000-4000-8000-000000000000/"></p>')
    with pytest.raises(Refused) as refused:
        move(made, "submit", made.owner)
    messages = [problem.message for problem in refused.value.problems]
    assert "「摘要」未填写" in messages
    assert any("替代文字" in message for message in messages)


# Hostile text

PAYLOADS = [
    line.encode().decode("unicode_escape")
    for line in Path(__file__).with_name("hostile.txt").read_text(encoding="utf-8").splitlines()
]
FORBIDDEN = (
    "<script", "<svg", "<iframe", "<object", "<embed", "<form", "<input", "<style", "<link", "<meta", "<base", "<video",
    "<audio", "<math", "<template", "javascript:", "vbscript", "magnet:", "evil.cn", "onerror=", "onload=", "onclick=",
    "onmouseover=", "style=", "srcset", " id=", "target=", "data-", "btn",
)  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_is_harmless_when_saved_and_when_shown(payload):
    for html in (richtext.clean(payload), richtext.shown(payload), richtext.clean(richtext.clean(payload))):
        tags = "".join(part for part in html.split("<")[1:]) and html.lower()
        markup = "".join(f"<{part.partition('>')[0]}>" for part in tags.split("<")[1:]) if tags else ""
        assert not [word for word in FORBIDDEN if word in markup], html


def test_what_people_need_stays():
    picture = "/news/files/0123abcd-0000-4000-8000-000000000000/"
    html = (
        '<h2 class="text-center">标题</h2><p>正文<strong>重</strong><br>二</p><ul><li>一</li></ul>'
        '<table><thead><tr><th scope="col">甲</th></tr></thead><tbody><tr><td colspan="2">乙</td></tr></tbody></table>'
        f'<figure><img src="{picture}" alt="果园"></figure>'
    )
    assert richtext.clean(html) == html
    assert richtext.pictures(html) == {picture}


@pytest.mark.django_db
def test_links_to_other_sites_go_by_the_page_that_says_so(client):
    assert 'href="/news/out/?to=https%3A%2F%2Fexample.cn%2Fa"' in richtext.shown('<a href="https://example.cn/a">x</a>')
    assert "example.cn" in client.get("/news/out/?to=https://example.cn/a").content.decode()
    for to in ("javascript:alert(1)", "//evil.cn", "/x", "", "https:evil", "x" * 600):
        assert client.get("/news/out/", {"to": to}).status_code == 404, to


# Search


@pytest.mark.parametrize("words", ["脐橙", "秭归县", "柑橘冻害", "冻", "脐橙 寒潮", "　脐橙　", "橘"])
def test_search_finds(world: World, client, words):
    published(world)
    published(world, title="茶叶加工培训", summary="恩施玉露。", body="<p>加工</p>")
    page = client.get("/news/", {"q": words}).content.decode()
    assert TEXT["title"] in page
    assert "茶叶加工培训" not in page


@pytest.mark.parametrize("words", ["水稻", "归秭", "%", "_", "甲_", "<script>", "甲" * 10_000, "' OR 1=1 --", "\u202e"])
def test_search_that_finds_nothing_breaks_nothing(world: World, client, words):
    published(world)
    answer = client.get("/news/", {"q": words})
    assert answer.status_code in (200, 400)
    assert "<script>" not in answer.content.decode().partition("<main")[2]
    if any(char.isalnum() for char in words):
        assert TEXT["title"] not in answer.content.decode()


# Pictures and files


def image(kind: str = "PNG", size: tuple[int, int] = (8, 8), **options) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, kind, **options)
    return SimpleUploadedFile(f"果园.{kind.lower()}", out.getvalue(), f"image/{kind.lower()}")


def test_a_picture_is_public_only_with_its_article(world: World, client):
    made = draft(world)
    kept = services.add_picture(made, image(), alt="果园", by=made.owner)
    address = kept.get_absolute_url()
    assert client.get(address).status_code == 404
    assert b"".join(world.client("wh1").get(address).streaming_content)
    assert world.client("yc1").get(address).status_code == 404
    made.refresh_from_db()
    services.save(made, actor=made.owner, version=made.version, values={"body": f'<img src="{address}" alt="果园">'})
    move(made, "submit", made.owner)
    move(made, "pass", world.user("p1"))
    answer = client.get(address)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")


def test_a_picture_is_drawn_anew_without_what_it_carried(world: World):
    made, exif = draft(world), Image.Exif()
    exif[0x010E] = "secret place"
    kept = services.add_picture(made, image("JPEG", exif=exif), alt="果园", by=made.owner)
    assert b"secret" not in services.path_of(kept).read_bytes()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg onload=alert(1)>",
        b"<html><script>",
        b"GIF89a" + b"0" * 90,
        b"\x89PNG\r\n\x1a\n" + b"0" * 50,
        b"%PDF-1.7",
    ],
)
def test_a_picture_that_is_none_is_refused(world: World, data):
    made = draft(world)
    with pytest.raises(ValidationError):
        services.add_picture(made, SimpleUploadedFile("x.png", data, "image/png"), alt="x", by=made.owner)
    assert not ArticleFile.objects.exists()


def office(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        for name in names:
            book.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.js", b"alert(1)"), ("a.exe", b"MZ"), ("a.pdf.html", b"<html>"), ("a.html", b"%PDF-1.7"),
        ("a.svg", b"<svg/>"),
        ("a.docx", b"<html><script>"), ("a.docx", office("word/document.xml")), ("a.docx", b""),
        ("a.docx", office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
        ("a.xlsx", office("[Content_Types].xml", "word/document.xml")), ("a.pdf", b"<html>%PDF-"),
        ("a.docm", office("x")),
    ],
)  # fmt: skip
def test_an_attachment_that_is_a_script_is_refused(world: World, name, data):
    made = draft(world)
    with pytest.raises(ValidationError):
        services.add_file(made, SimpleUploadedFile(name, data), by=made.owner)
    assert not ArticleFile.objects.exists()


def test_attachments_are_downloaded_never_opened(world: World, client):
    made = draft(world)
    word = office("[Content_Types].xml", "word/document.xml")
    services.add_file(made, SimpleUploadedFile("申报表.docx", word), by=made.owner)
    services.add_file(made, paper(), by=made.owner)
    move(made, "submit", made.owner)
    move(made, "pass", world.user("p1"))
    page = client.get(made.publication.get_absolute_url()).content.decode()
    for kept in made.files.all():
        assert kept.name in page
        answer = client.get(kept.get_absolute_url())
        assert b"".join(answer.streaming_content)
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"


def test_what_is_added_to_a_published_text_waits_for_its_review_as_the_words_do(world: World, client):
    made = published(world)
    made = move(made, "revise", made.owner)
    added = [
        services.add_file(made, paper(), by=made.owner),
        services.add_picture(made, image(), alt="x", by=made.owner),
    ]
    pages = ("/", made.publication.get_absolute_url(), "/news/?files=1")

    def found() -> list[bool]:
        texts = [client.get(page).content.decode() for page in pages]
        return [added[0].name in text for text in texts[:2]] + [TEXT["title"] in texts[2]]

    def answers() -> list[int]:
        told = [client.get(file.get_absolute_url()) for file in added]
        for answer in told:
            answer.close()
        return [answer.status_code for answer in told]

    officer, first = world.client("p1"), f"/news/write/{made.pk}/preview/1/"
    for action in ("submit", "return", "submit"):
        assert (found(), answers()) == ([False] * 3, [404, 404])
        assert added[0].name not in officer.get(first).content.decode()
        move(made, action, world.user("p1") if action == "return" else made.owner, WORDS if action == "return" else "")
    assert added[0].name in officer.get(f"/review/articles/case/{made.pk}/").content.decode()
    move(made, "pass", world.user("p1"))
    assert (found(), answers()) == ([True] * 3, [200, 200])


def test_what_is_taken_off_a_published_text_stays_public_until_that_is_reviewed(world: World, client):
    made = draft(world)
    kept = services.add_file(made, paper(), by=made.owner)
    move(made, "submit", made.owner)
    move(made, "pass", world.user("p1"))
    made = move(made, "revise", made.owner)
    author = world.client("wh1")
    author.post(f"/news/write/{made.pk}/files/{kept.pk}/remove/", follow=True)
    assert kept.name not in author.get(f"/news/write/{made.pk}/").content.decode()
    public, first, second = (
        made.publication.get_absolute_url(),
        *(f"/news/write/{made.pk}/preview/{number}/" for number in (1, 2)),
    )

    def has(page: str, who=client) -> bool:
        return kept.name in who.get(page).content.decode()

    def answer() -> int:
        told = client.get(kept.get_absolute_url())
        told.close()
        return told.status_code

    officer = world.client("p1")
    move(made, "submit", made.owner)
    assert (has(public), answer()) == (True, 200)
    assert (has(first, officer), has(second, officer)) == (True, False)
    move(made, "pass", world.user("p1"))
    assert (has(public), answer()) == (False, 404)
    assert has(first, author)


# Lists


@pytest.mark.parametrize("near", [0, 1, 7, 24, 25, 100])
def test_a_search_finds_the_same_in_the_same_order_however_far_it_looks_by_itself(world, client, monkeypatch, near):
    monkeypatch.setattr("portal.articles.models.NEAR", near)
    owner, now = world.user("wh1"), timezone.now()
    for number in range(50):
        made = Article.objects.create(owner=owner, source=owner.desks[0], **TEXT)
        words = f"第 {number} 条{'脐橙' if number % 2 else '茶叶'}"
        Publication.objects.create(
            article=made, revision=1, channel="news", title=words, summary="摘要", html="<p>x</p>", source="来源",
            shown_from=now - timedelta(minutes=number), search=richtext.search_text(words),
        )  # fmt: skip
    first = client.get("/news/?q=脐橙").context
    second = client.get("/news/", {"q": "脐橙", "page": first["page"].next}).context
    last = client.get("/news/", {"q": "脐橙", "page": first["page"].last}).context
    titles = [f"第 {number} 条脐橙" for number in range(1, 50, 2)]
    assert [row.title for row in (*first["rows"], *second["rows"])] == titles
    assert [row.title for row in last["rows"]] == titles[-20:]
    assert second["page"].next is None


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_public_lists_cost_the_same_for_any_number(world: World, client, rows, django_assert_num_queries):
    owner = world.user("wh1")
    for number in range(rows):
        made = Article.objects.create(owner=owner, source=owner.desks[0], **TEXT)
        Publication.objects.create(
            article=made, revision=1, channel="news", title=f"第 {number} 条", summary="摘要", html="<p>x</p>",
            source="来源", shown_from=timezone.now(), search=richtext.search_text(f"第 {number} 条脐橙"),
        )  # fmt: skip
    client.get("/news/")
    searched = 4 if rows < 20 else 3  # what fills the page need not ask the index of words
    for address, queries in {"/news/": 4, "/news/?channel=news": 4, "/news/?q=脐橙": searched, "/news/rss/": 1}.items():
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200
    with django_assert_num_queries(4):
        client.get(f"/news/{Publication.objects.first().pk}/")
    if rows == 30:
        first = client.get("/news/")
        more = client.get(f"/news/?page={first.context['page'].next}")
        assert len(more.context["rows"]) == 10


def test_the_pinned_stand_on_top_of_the_first_page(world: World, client):
    published(world, "p1", title="旧的置顶", pinned=True)
    published(world, title="新的")
    page = client.get("/news/").content.decode()
    assert page.index("旧的置顶") < page.index("新的")
    assert page.count("旧的置顶") == 1


# Taking down


@pytest.mark.parametrize("state", [flow.PUBLISHED, flow.DRAFT, flow.REVIEWING, flow.RETURNED])
def test_the_province_takes_down_wherever_the_author_is_with_a_new_version(world: World, client, state):
    made = published(world)
    if state != flow.PUBLISHED:
        move(made, "revise", made.owner)
        made.refresh_from_db()
        services.save(made, actor=made.owner, version=made.version, values={"title": "新标题"})
    if state in (flow.REVIEWING, flow.RETURNED):
        move(made, "submit", made.owner)
    if state == flow.RETURNED:
        move(made, "return", world.user("p1"), WORDS)
    article, address = Article.objects.get(pk=made.pk), made.publication.get_absolute_url()
    assert article.state == state
    officer = world.client("p1")
    assert f"{address}take-down/" in officer.get(address).content.decode()
    assert "take-down" not in client.get(address).content.decode()
    for name in ("wh1", "yc1", ""):
        refused = world.client(name).post(f"{address}take-down/", {"seen": article.seen, "comment": "x"})
        assert refused.status_code in (302, 403)
    assert officer.get(f"{address}take-down/").status_code == 200
    empty = officer.post(f"{address}take-down/", {"seen": article.seen, "comment": " "})
    assert (empty.status_code, "请填写撤下原因" in empty.content.decode()) == (422, True)
    stale = officer.post(f"{address}take-down/", {"seen": article.seen + 1, "comment": WORDS})
    assert (stale.status_code, WORDS in stale.content.decode()) == (409, True)
    assert shown() == [TEXT["title"]]
    assert officer.post(f"{address}take-down/", {"seen": article.seen, "comment": WORDS}).status_code == 302
    assert shown() == []
    assert client.get(address).status_code == 404
    article.refresh_from_db()
    assert (article.state, article.steps.latest("number").organisation.kind) == (flow.WITHDRAWN, "province")
    assert WORDS in world.client("wh1").get(f"/news/write/{made.pk}/").content.decode()
    assert "撤下" in world.client("wh1").get("/inbox/").content.decode()
    assert article.title == (TEXT["title"] if state == flow.PUBLISHED else "新标题")
    move(article, "submit", made.owner)
    move(article, "pass", world.user("p1"))
    assert shown() == [article.title]


def test_what_is_not_public_is_not_taken_down(world: World):
    made = draft(world)
    with pytest.raises(Refused, match="没有在发布"):
        services.take_down(made, actor=world.user("p1"), seen=made.seen, comment=WORDS)
    own = draft(world, "p1")
    move(own, "submit", own.owner)
    own.refresh_from_db()
    assert {one.action for one in own.moves_for(own.owner)} == {"withdraw", "pass", "return"}
    with pytest.raises(Refused, match="没有在发布"):
        services.take_down(own, actor=own.owner, seen=own.seen, comment=WORDS)
    move(made, "submit", made.owner)
    made.refresh_from_db()
    for name in ("wh2", "yc1"):
        with pytest.raises(Refused):
            services.take_down(made, actor=world.user(name), seen=made.seen, comment=WORDS)


def test_the_form_says_what_must_be_filled_in(world: World):
    text = world.client("wh1").get(f"/news/write/{draft(world).pk}/edit/").content.decode()
    assert "各项均须填写" not in text
    assert "标题、摘要、正文须填写" in text
