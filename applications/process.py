"""The selection process as the engine's pages show it: columns, conditions, papers."""

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from applications import flow
from applications.documents import document_of
from applications.forms import ApplicationFilter
from applications.models import Application
from applications.selectors import submission_problems
from review.registry import Attachment, Column, Process


def _papers(case: Application, user: User, revision: int) -> list[Attachment]:
    url = reverse("applications:pdf", args=(case.pk, revision))
    return [Attachment("个人申请表（PDF）", url, f"第 {revision} 版")]


def _date(case: Application) -> str:
    return timezone.localtime(case.submitted_at).strftime("%Y-%m-%d") if case.submitted_at else ""


SELECTION = Process(
    code="selection",
    name="选派",
    model=Application,
    flows=(flow.PERSONAL,),
    columns=(
        Column("name", "姓名", lambda case: case.applicant_name, 12, "applications/cells/name.html"),
        Column("unit", "单位", lambda case: case.unit_name, 28, screen=False),
        Column("kind", "类别", lambda case: case.get_kind_display(), 8, screen=False),
        Column("home_city", "所在地市", lambda case: _name(case.home_city), 12),
        Column("target_city", "意向服务市（州）", lambda case: _name(case.target_city), 14),
        Column("target_county", "意向服务县（市）", lambda case: _name(case.target_county), 14),
        Column("target_host", "意向服务企业", lambda case: case.target_host, 28, "applications/cells/host.html"),
        Column("chains", "产业链", lambda case: "、".join(term.name for term in case.chains.all()), 16, screen=False),
        Column("submitted", "提交日期", _date, 12, nowrap=True),
    ),
    filters=ApplicationFilter,
    title=lambda case: f"{case.applicant_name}（{case.get_kind_display()}）",
    document=document_of,
    guards={"submission": submission_problems},
    attachments=_papers,
    related=("home_city", "target_city", "target_county"),
    prefetch=("chains",),
    papers="个人申请",
    phrases=(
        "个人介绍过于简略，请补充主要成果和服务经历。",
        "拟服务内容不具体，请写明服务事项和预期效果。",
        "拟服务企业名称与营业执照不一致，请核对后修改。",
        "工作单位与所在地不一致，请核对基本信息。",
    ),
)


def _name(row) -> str:
    return row.name if row else ""
