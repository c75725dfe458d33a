"""需求 as the engine's pages show them."""

from django.urls import reverse

from applications import flow
from applications.documents import need_document
from applications.forms import NeedFilter
from applications.models import Need
from applications.needs.selectors import closes, late_to_publish, need_problems, not_over, people_unanswered
from applications.needs.services import needs_moved
from review.registry import Column, Hearers, Process, day_of, name_of

NEEDS = Process(
    code="needs",
    name="服务需求",
    model=Need,
    flows=(flow.NEED,),
    columns=(
        Column("title", "需求标题", lambda case: case.title, 36, "review/cells/name.html"),
        Column("host", "派驻单位", lambda case: case.host.name, 28),
        Column("chain", "产业链", lambda case: name_of(case.chain), 12),
        Column("kind", "需求类别", lambda case: name_of(case.kind), 12),
        Column("discipline", "专业领域", lambda case: name_of(case.discipline), 14, screen=False),
        Column("place", "服务地点", lambda case: case.county.full_name if case.county else "", 20),
        Column("starts", "服务开始", lambda case: f"{case.starts_on:%Y-%m-%d}", 12, screen=False),
        Column("ends", "服务结束", lambda case: f"{case.ends_on:%Y-%m-%d}", 12, nowrap=True),
        Column("published", "发布日期", lambda case: day_of(case.published_at), 12, screen=False),
        Column("answered", "首次响应日期", lambda case: day_of(case.first_answer_at), 14, screen=False),
    ),
    filters=NeedFilter,
    title=lambda case: case.title,
    document=need_document,
    guards={"complete": need_problems, "timely": late_to_publish, "over": not_over},
    entered=needs_moved,
    owner="派驻单位",
    told_by_entered=Hearers("有未答复响应或邀请的科技特派员", people_unanswered, closes),
    home="applications:needs",
    own=lambda case: (case.title, reverse("applications:need", args=(case.pk,))),
    related=("host", "county__parent"),
    prefetch=("chain", "kind", "discipline"),
    records_title="服务需求",
    phrases=(
        "需求描述过于简略，请写明现状、问题和希望达到的效果。",
        "需求与所选产业链不符，请核对。",
        "内容含有广告或与科技服务无关的信息，请删去。",
    ),
)
