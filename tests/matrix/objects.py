"""What the names in braces in an address of the table stand for; the one place to tell of a new one."""

import re

from accounts.models import Parameter, Region, SpecialDays, Term
from applications.flow import APPROVED
from applications.models import Application, Match
from attachments.models import Job
from portal.articles import services as articles
from portal.models import Article, MenuItem, Objection, Publication
from portal.publicity import services as publicity
from review.services import perform
from tests.world import World

FORMS = {
    **dict.fromkeys(("code", "receipt"), "ABCDEFGHJKLM"),
    **dict.fromkeys(("job", "intake"), "00000000-0000-4000-8000-000000000000"),
}  # of all others a number


def shaped(path: str) -> str:
    """The address with something of the right form, which need not be there."""
    return re.sub(r"\{(\w+)\}", lambda name: FORMS.get(name[1], "1"), path)


def objects(world: World, asker: str) -> dict:
    """Of each kind one that is there; the job is the asker's. Cases are made by the tests, as their situation asks."""
    match = Match.objects.first() or world.offer("s2")
    named, objection = published_names(world)
    return {
        "user": world.user("hg1").pk, "organisation": world.office.pk, "region": Region.objects.first().pk,
        "term": Term.objects.first().pk, "batch": world.batch.pk, "menuitem": MenuItem.objects.first().pk,
        "parameter": Parameter.objects.first().pk,
        "days": SpecialDays.objects.first().pk,
        "job": Job.objects.create(kind="test", title="测试", asked_by=world.user(asker)).pk,
        "article": articles.begin(actor=world.user("wh1")).pk,
        "intake": world.intake().pk,
        "named": named.pk, "objection": objection.pk, "receipt": objection.code,
        "need": match.need_id, "match": match.pk,
        "selected": Application.objects.filter(state=APPROVED).latest("pk").pk,
    }  # fmt: skip


def published_names(world: World) -> tuple[Publication, Objection]:
    """A list of names that is out, and what was said against it."""
    notice = publicity.make(world.batch, actor=world.user("p1"))
    for action in ("submit", "pass"):
        article = Article.objects.for_review().get(pk=notice.article_id)
        perform(article, action, actor=world.user("p1"), seen=article.seen)
    objection = publicity.object_to(notice, name="王建国", contact="13900001234", content="不在一线服务。")
    return Publication.objects.get(article=notice.article), objection
