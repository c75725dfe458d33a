"""Archiving of sealed agreements as the engine's pages show it."""

from collections.abc import Callable
from functools import partial

from django.db.models import Q

from accounts.models import Organisation, User
from agreements import flow
from agreements.documents import agreement_document
from agreements.forms import AgreementFilter
from agreements.models import Agreement
from agreements.selectors import missing, scan_closed, scan_missing, sender_cases, team_members
from agreements.sheets import agreement_sheet, file_name
from applications.models import Application
from review.registry import Attachment, Column, Folder, Hearers, Process, Sealed, papers_of

Kind = Organisation.Kind
PERSONAL, TEAM = Application.Kind.PERSONAL, Application.Kind.TEAM


def _papers(case: Agreement, user: User, revision: int) -> list[Attachment]:
    def sheet() -> str:
        return agreement_sheet(case, case.frozen(revision))

    return papers_of(
        case, revision, case.scans.all(), labels=(case.papers_name, "盖章扫描件"),
        at=("agreements:pdf", "agreements:scan"), name=partial(file_name, case), sheet=sheet,
        note="第 {number} 次上传，{at}，{pages} 页，对应协议第 {revision} 版",
    )  # fmt: skip


def _of(kind: str) -> Callable[[User], Q]:
    return lambda user: Q(case__application__kind=kind)


ARCHIVING = Process(
    code="agreements",
    name="协议归档",
    model=Agreement,
    flows=(flow.AGREEMENT,),
    columns=(
        Column("number", "协议编号", lambda case: case.number, 24, nowrap=True),
        Column("name", "姓名", lambda case: case.application.applicant_name, 12, "review/cells/name.html"),
        Column("kind", "类别", lambda case: case.application.get_kind_display(), 8),
        Column("unit", "单位", lambda case: case.application.unit_name, 28),
        Column("target_city", "服务地市", lambda case: case.application.target_city.name, 14),
        Column("host", "服务企业", lambda case: case.frozen_host, 28),
        Column("revision", "版本", lambda case: f"第 {case.revision_number} 版", 8),
    ),
    filters=AgreementFilter,
    title=lambda case: f"{case.application.applicant_name}的服务协议",
    document=agreement_document,
    guards={"complete": missing, "scanned": scan_missing},
    attachments=_papers,
    home="agreements:home",
    also_told=Hearers("团队成员", team_members, home="applications:membership"),
    related=("application__target_city", "application__home_city"),
    paper=lambda case: case.papers_name,
    sealed=Sealed(cases=sender_cases, closed=scan_closed),
    records_title="服务协议（责任书）",
    folders=(
        Folder("personal-agreements", "个人服务协议", 5, (Kind.PROVINCE,), _of(PERSONAL), ("kind",)),
        Folder("team-agreements", "团队服务协议", 6, (Kind.PROVINCE, Kind.LEGAL_UNIT), _of(TEAM), ("kind",)),
    ),
    by_paper=True,
    filed_under=lambda case: case.application.home_city.name,
    filing=("case__application__home_city__code", "case__application__applicant_name", "case_id"),
    phrases=(
        "扫描件不清晰，请重新扫描。",
        "缺少签章，请补齐四方盖章后重新上传。",
        "扫描件与最新版本的协议不一致，请打印最新版本。",
    ),
)
