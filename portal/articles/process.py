"""The publishing process as the engine's pages show it."""

from django import forms
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from portal.articles import flow
from portal.articles.documents import article_document
from portal.articles.models import Article, Channel
from portal.articles.selectors import live, missing, timely, versions
from portal.articles.services import moved
from review.filters import CaseFilter
from review.registry import Attachment, Column, Process


class ArticleFilter(CaseFilter):
    title = forms.CharField(label="标题", required=False, max_length=50)
    channel = forms.ChoiceField(label="栏目", required=False, choices=[("", "全部"), *Channel.choices])
    state = forms.ChoiceField(label="状态", required=False)

    LOOKUPS = {"title": "title__startswith", "channel": "channel", "state": "state"}
    MAIN = ("title", "channel")


def _papers(case: Article, user: User, revision: int) -> list[Attachment]:
    """The public page, every version as the public would see it, the files below this one."""
    out = getattr(case, "publication", None)
    return [
        *([Attachment("公开的页面", out.get_absolute_url(), "可以置顶、撤下")] if out and out.is_shown else []),
        *(
            Attachment(
                f"第 {one.number} 版预览", reverse("articles:preview", args=(case.pk, one.number)),
                f"{timezone.localtime(one.at):%Y-%m-%d %H:%M} {one.by}，{one.words}",
            )
            for one in versions(case, revision)
        ),
        *(
            Attachment(file.name, file.get_absolute_url(), "附件")
            for file in case.files.to_download().of_version(revision)
        ),
    ]  # fmt: skip


def _out(case: Article) -> str:
    if case.state == flow.PUBLISHED:
        return case.absence or "正在公开"
    return timezone.localtime(case.publish_at).strftime("%Y-%m-%d %H:%M") if case.publish_at else "审核后立即"


PUBLISHING = Process(
    code="articles",
    name="信息发布",
    model=Article,
    flows=(flow.ARTICLE,),
    columns=(
        Column("title", "标题", str, 40, "review/cells/name.html"),
        Column("channel", "栏目", lambda case: case.get_channel_display(), 12),
        Column("source", "来源", lambda case: case.source.name, 24),
        Column("publish_at", "公开情况", _out, 18, nowrap=True),
    ),
    filters=ArticleFilter,
    title=lambda case: f"《{case}》",
    document=article_document,
    guards={"complete": missing, "timely": timely, "live": live},
    entered=moved,
    attachments=_papers,
    owner="作者",
    home="articles:mine",
    own=lambda case: (f"《{case}》", reverse("articles:article", args=(case.pk,))),
    related=("source",),
    records_title="信息审核记录",
    annex="publicity/_annex.html",
    phrases=("请补充摘要，说明发布的主要内容。", "图片不清晰，请更换。", "内容涉及个人信息，请删去后再提交。"),
)
