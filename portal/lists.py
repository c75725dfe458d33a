"""「导出」 of the portal's own lists; those of its logs stand in `portal.logs`."""

from datetime import datetime
from typing import ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from attachments.workbook import DATE
from portal.articles import selectors as articles
from portal.publicity import selectors as publicity
from review.filters import CaseFilter
from stats import exports
from stats.tables import Column, Export, plain


class ObjectionFilter(CaseFilter):
    """The two tabs of 公示异议: without a word those that wait."""

    done = forms.ChoiceField(label="处理情况", required=False, choices=(("", "待处理"), ("1", "处理完毕")))
    MAIN = ("done",)
    LOOKUPS: ClassVar = {"done": ""}


def _objections(user: User, conditions: CaseFilter) -> QuerySet:
    done = "done" in conditions.chosen()
    return publicity.objections(user, done=done).order_by("-at" if done else "at", "-id" if done else "id")


def _articles(user: User, conditions: CaseFilter) -> QuerySet:
    return articles.mine(user).order_by("-since", "-id")


def _at(value: datetime | None) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


ARTICLES = (
    Column("title", "标题", lambda row: str(row.case), 40),
    Column("channel", "栏目", lambda row: row.case.get_channel_display(), 12),
    Column("owner", "起草", lambda row: row.case.owner.real_name, 12),
    Column("state", "状态", lambda row: row.case.state_label, 16),
    Column("saved", "更新", lambda row: _at(row.case.saved_at or row.case.since), 18),
)
OBJECTIONS = (  # who it is, the office asks for one by one
    Column("code", "回执号", lambda row: row.case.code, 16),
    Column("notice", "公示", lambda row: str(row.case.notice), 32),
    Column("content", "异议内容", lambda row: row.case.content, 60),
    Column("day", "提出日期", lambda row: timezone.localtime(row.case.at).date(), 12, DATE),
    Column("answer", "处理意见", lambda row: row.case.answer, 40),
    Column("handled", "处理时间", lambda row: _at(row.case.handled_at), 18),
)


def declare() -> None:
    exports.declare(Export(
        "own-articles", "信息发布", "本机构写的全部信息。", "portal.write_article", ARTICLES, CaseFilter, None,
        _articles, plain, page=("articles:mine",), page_label="信息发布",
    ))  # fmt: skip
    exports.declare(Export(
        "objections", "公示异议", "符合条件的公示异议，不含提出人的姓名和联系方式。", "portal.run_publicity",
        OBJECTIONS, ObjectionFilter, None, _objections, plain, page=("publicity:objections",), page_label="公示异议",
    ))  # fmt: skip
