"""Writes: a notice out of a batch's approved list, an objection to it, its answer."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts import audit, notices, parameters
from accounts.models import User
from applications.models import Batch
from portal.articles import services as articles
from portal.articles.models import Channel
from portal.publicity.models import NameNotice, NameRow, Objection
from portal.publicity.selectors import chosen, line
from review.refusal import Refused


class MadeAlready(Refused):
    """There is a notice of this batch; another one is made when it is asked for once more."""


@transaction.atomic
def make(batch: Batch, *, actor: User, again: bool = False) -> NameNotice:
    """The approved list as it stands now, as a draft for 通知公告; later decisions don't change it.

    Raises `Refused` where nobody is approved, `MadeAlready` where there is one and not `again`.
    """
    earlier = _made(batch)
    if earlier and not again:
        made = timezone.localtime(earlier.made_at)
        raise MadeAlready(f"「{batch}」已于{made:%Y年%m月%d日 %H:%M}生成过公示（{earlier.count} 条）。")
    rows = [line(application, number) for number, application in enumerate(chosen(batch), 1)]
    if not rows:
        raise Refused(f"「{batch}」还没有审核成功的申请，不能生成公示。")
    days = int(parameters.get("publicity.days"))
    article = articles.begin(actor=actor, channel=Channel.NOTICE, source=batch.office)
    articles.save(article, actor=actor, version=0, values=_words(batch, rows, days))
    notice = NameNotice.objects.create(article=article, batch=batch, days=days, count=len(rows))
    for row in rows:
        row.notice = notice
    NameRow.objects.bulk_create(rows, batch_size=1000)
    audit.record(actor, audit.Kind.OTHER, f"生成公示：{batch}，{len(rows)} 条", about=article)
    return notice


def _made(batch: Batch) -> NameNotice | None:
    """The newest notice of a batch, which is held: two clicks at once are one notice."""
    Batch.objects.select_for_update().get(pk=batch.pk)
    return NameNotice.objects.filter(batch=batch).first()


def _words(batch: Batch, rows: list[NameRow], days: int) -> dict[str, str]:
    people = sum(row.kind == "个人" for row in rows)
    counted = "、".join(
        words for number, words in (
            (people, f"个人科技特派员 {people} 名"), (len(rows) - people, f"科技特派员团队 {len(rows) - people} 个"),
        ) if number
    )  # fmt: skip
    body = format_html(
        "<p>经申报、审核和对接，「{}」拟选派{}，现将名单予以公示。</p>"
        "<p>公示期为 {} 个工作日，自发布之日的次日起计算。公示期内对名单有异议的，请在本页「提出异议」，"
        "写明真实姓名、联系方式和具体情况，便于核实。提出异议的人和内容予以保密。</p>",
        batch.name, counted, days,
    )  # fmt: skip
    return {
        "title": f"{batch.name.removesuffix('选派')}拟选派名单公示",
        "summary": f"「{batch.name}」拟选派{counted}，公示 {days} 个工作日。",
        "body": str(body),
    }


@transaction.atomic
def object_to(notice: NameNotice, *, name: str, contact: str, content: str) -> Objection:
    """Keep what somebody says, and tell the office whose batch it is: one line that counts, so that a flood of them is
    no flood in the inbox. Whether the period is open is asked by the page that takes it."""
    made = Objection.objects.create(notice=notice, name=name, contact=contact, content=content)
    notices.nudge(
        notices.officers(notice.batch.office), topic=f"objection:{notice.pk}", important=True,
        text=f"「公示异议」有新到的：{notice}", url=reverse("publicity:objections"),
    )  # fmt: skip
    return made


@transaction.atomic
def handle(objection: Objection, *, actor: User, answer: str) -> Objection:
    """「处理完毕」, with words; once. Raises `Refused`."""
    locked = _held(objection, actor)
    if locked.handled_at:
        raise Refused("这条异议已处理完毕，处理意见不能再改。")
    locked.answer, locked.handled_at, locked.handled_by = answer, timezone.now(), actor
    locked.handled_for = locked.notice.batch.office
    locked.save(update_fields=("answer", "handled_at", "handled_by", "handled_for"))
    audit.record(actor, audit.Kind.OTHER, "处理公示异议", about=locked)
    return locked


def _held(objection: Objection, actor: User) -> Objection:
    return Objection.objects.kept_by(actor).select_for_update(of=("self",)).get(pk=objection.pk)
