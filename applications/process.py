"""The selection process as the engine's pages show it: columns, conditions, papers."""

from collections.abc import Iterable, Mapping
from functools import partial
from types import MappingProxyType

from django.db.models import Q
from django.urls import reverse

from accounts.models import Organisation, User
from accounts.validators import NONE
from applications import flow
from applications.documents import document_of, host_document, sealed_document, unit_document
from applications.forms import ApplicationFilter, HostFilter, SealedFilter, UnitFilter
from applications.models import Application, ApplicationScan, HostAdmission, SealedSheet, UnitAdmission
from applications.papers import file_name, form_sheet, overview
from applications.selectors import (
    became,
    change_sent,
    first_desk_cases,
    host_changed,
    host_missing,
    may_read_identity,
    may_read_sealed,
    members_of,
    overview_missing,
    seal_missing,
    seal_overtaken,
    sealed_closed,
    sealed_of,
    stall,
    stalled_by,
    submission_problems,
    unit_missing,
    withdrawal_problems,
)
from applications.services import admissions_moved, applications_moved, sealed_came
from attachments.workbook import DATE
from review.registry import Attachment, Column, Folder, Hearers, Process, Sealed, day_of, name_of, papers_of
from review.selectors import oversees

Kind = Organisation.Kind
OFFICES = (Kind.PROVINCE, Kind.CITY)
ALL = (*OFFICES, Kind.LEGAL_UNIT)


def _papers(case: Application, user: User, revision: int) -> list[Attachment]:
    return _with_sealed(case, user, revision, case.scans.all())


def _with_sealed(
    case: Application, user: User, revision: int, scans: Iterable[ApplicationScan],
    became: Mapping[int, str] = MappingProxyType({}),
) -> list[Attachment]:  # fmt: skip
    """The sheet of a version, and of these copies those of it and of earlier ones, for those who may read them."""

    def sheet() -> str:
        return form_sheet(case, case.frozen(revision), identity=may_read_identity(case, user))

    scans = [
        scan
        for scan in (scans if may_read_sealed(case, user) else ())
        if scan.revision == revision or (scan.revision < revision and oversees(case, user))
    ]
    return papers_of(
        case, revision, scans, labels=(case.papers_name, "盖章申请表"), at=("applications:pdf", "applications:sealed"),
        name=partial(file_name, case), sheet=sheet, note="第 {revision} 版，{at} 上传，{pages} 页", became=became,
    )  # fmt: skip


def _sealed_papers(case: SealedSheet, user: User, revision: int) -> list[Attachment]:
    """The copies up to this upload, each with what became of it; none while its version is taken back."""
    application = case.application
    scans = [scan for scan in application.scans.all() if scan.number <= revision]
    if not scans or (application.state == flow.DRAFT and scans[-1].revision == application.revision_number):
        return []
    return _with_sealed(application, user, scans[-1].revision, scans, became(case))


def _seal_at(case: Application, user: User) -> str:
    """Where the first desk uploads its sealed copy."""
    first = case.desk_for("first")
    return reverse("applications:seal", args=(case.pk,)) if first and first.pk in user.desk_ids else ""


PERSONAL = Q(case__kind=Application.Kind.PERSONAL)


def _kept_at_first(user: User) -> Q:
    """Rows of people's own applications: of a city its people's, which it prints and seals; the province has all."""
    if user.of_province:
        return Q()
    return Q(case__home_city__in=[desk.region_id for desk in user.desks])


SELECTION = Process(
    code="selection",
    name="选派",
    model=Application,
    flows=(flow.PERSONAL, flow.TEAM),
    columns=(
        Column("name", "姓名", lambda case: case.applicant_name, 12, "applications/cells/name.html"),
        Column("unit", "单位", lambda case: case.unit_name, 28, screen=False),
        Column("kind", "类别", lambda case: case.get_kind_display(), 8, screen=False),
        Column("home_city", "所在地市", lambda case: name_of(case.home_city), 12),
        Column("target_city", "意向服务市（州）", lambda case: name_of(case.target_city), 14),
        Column("target_county", "意向服务县（市）", lambda case: name_of(case.target_county), 14),
        Column("target_host", "意向服务企业", lambda case: case.target_host, 28, "applications/cells/host.html"),
        Column("chains", "产业链", lambda case: case.chain_names, 16, screen=False),
        Column("submitted", "提交日期", lambda case: day_of(case.submitted_at), 12, nowrap=True, kind=DATE),
    ),
    filters=ApplicationFilter,
    title=lambda case: f"{case.applicant_name}（{case.get_kind_display()}）",
    document=document_of,
    guards={"submission": submission_problems, "withdrawal": withdrawal_problems, "unit": stall},
    notices=stall,
    entered=applications_moved,
    attachments=_papers,
    home="applications:home",
    also_told=Hearers("团队成员", members_of, home="applications:membership"),
    paper=lambda case: case.papers_name,
    sealed=Sealed(cases=first_desk_cases, bearer=sealed_of, closed=sealed_closed, follows=sealed_came),
    upload_at=_seal_at,
    related=("batch", "home_city", "target_city", "target_county", "unit"),
    folders=(
        Folder("personal", "个人申请", 1, OFFICES, lambda user: PERSONAL & _kept_at_first(user), ("kind",)),
        Folder(
            "docked",
            "推送来的个人申请",
            1,
            (Kind.CITY,),
            lambda user: PERSONAL & ~_kept_at_first(user),
            ("kind",),
            lead="其他市州的申请人推送到本地市对接的个人申请，由申请人所在地市打印盖章，不在这里上传。",
        ),
        Folder("team", "团队申请", 2, ALL, lambda user: Q(case__kind=Application.Kind.TEAM), ("kind",)),
    ),
    filed_under=lambda case: name_of(case.home_city),
    filing=("case__home_city__code", "case__applicant_name", "case_id"),
    phrases=(
        "主要成果和服务经历过于简略，请补充。",
        "拟服务内容不具体，请写明服务事项和预期效果。",
        "拟服务企业名称与营业执照不一致，请核对后修改。",
        "工作单位与所在地不一致，请核对基本信息。",
    ),
)


def _edition(case: SealedSheet) -> str:
    now = f"（现为第 {case.application.revision_number} 版）" if case.overtaken else ""
    return f"第 {case.of_revision} 版{now}"


SEALED = Process(
    code="sealed",
    name="审核附件归档",
    model=SealedSheet,
    flows=(flow.SEALED,),
    columns=(
        Column("name", "姓名", lambda case: case.application.applicant_name, 12, "review/cells/name.html"),
        Column("kind", "类别", lambda case: case.application.get_kind_display(), 8),
        Column("unit", "单位", lambda case: case.application.unit_name, 28),
        Column("home_city", "所在地市", lambda case: name_of(case.application.home_city), 12),
        Column("revision", "版本", _edition, 12, nowrap=True),
    ),
    filters=SealedFilter,
    title=str,
    document=sealed_document,
    guards={"scanned": seal_missing},
    notices=seal_overtaken,
    attachments=_sealed_papers,
    owner="上传人",
    edition="次上传",
    home="papers:folder",
    own=lambda case: (case.application.applicant_name, reverse("applications:seal", args=(case.pk,))),
    related=("application__home_city",),
    prefetch=("steps",),
    records_title="审核附件",
    folders=(
        Folder(
            "sealed",
            "审核附件",
            4,
            ALL,
            sealed=True,
            lead="盖章后上传的申请表，由省科技厅与系统签发的电子版并排核对后归档；退回的附有意见，请重新盖章上传。",
        ),
    ),
    by_paper=True,
    paper_of="application__",
    upload_at=lambda case, user: "" if sealed_closed(case.application) else _seal_at(case.application, user),
    filed_under=lambda case: name_of(case.application.home_city),
    filing=("case__application__home_city__code", "case__application__applicant_name", "case_id"),
    phrases=(
        "扫描件不清晰，请重新扫描。",
        "缺少公章，请盖章后重新上传。",
        "页数不全，请补齐后重新上传。",
        "盖章件与系统签发的版本不一致，请打印最新版本。",
    ),
)


def _overview(case: UnitAdmission, user: User, revision: int) -> list[Attachment]:
    return papers_of(
        case, revision, case.scans.all(), labels=("单位概况", "盖章单位概况"),
        at=("applications:unit_pdf", "applications:unit_scan"), sheet=lambda: overview(case.frozen(revision)),
        name=lambda number: f"单位概况_{case.organisation}_第{number}版", note="第 {number} 次上传，{at}，{pages} 页",
    )  # fmt: skip


ADMISSION = Process(
    code="admission",
    name="法人单位",
    model=UnitAdmission,
    flows=(flow.ADMISSION,),
    columns=(
        Column("name", "单位名称", lambda case: name_of(case.organisation), 28, "review/cells/name.html"),
        Column("credit_code", "统一社会信用代码", lambda case: case.organisation.credit_code, 22),
        Column("nature", "单位性质", lambda case: name_of(case.frozen_nature), 12),
        Column("region", "所属区域", lambda case: case.organisation.location.full_name, 18),
        Column("contact", "联系人", lambda case: case.organisation.contact, 12),
        Column("contact_phone", "联系电话", lambda case: case.organisation.contact_phone, 16),
    ),
    filters=UnitFilter,
    title=lambda case: case.organisation.name,
    document=unit_document,
    guards={"complete": unit_missing, "scanned": overview_missing, "unsent": change_sent},
    notices=stalled_by,
    entered=admissions_moved,
    attachments=_overview,
    paper=lambda case: "单位概况",
    owner="法人单位",
    home="applications:unit",
    related=("frozen_nature", "organisation__location__parent"),  # as it was submitted, not as it is being rewritten
    by_paper=True,
    folders=(Folder("units", "单位附件", 3, (Kind.PROVINCE,)),),
    filed_under=lambda case: case.organisation.location.city.name,
    filing=("case__organisation__location__code", "case__organisation__name", "case_id"),
    phrases=(
        "单位概况缺少公章，请盖章后重新上传。",
        "统一社会信用代码与证照不一致，请核对。",
        "扫描件不清晰，请重新扫描。",
    ),
)

HOSTS = Process(
    code="hosts",
    name="派驻单位",
    model=HostAdmission,
    flows=(flow.HOST,),
    columns=(
        Column("name", "单位名称", lambda case: name_of(case.organisation), 28, "review/cells/name.html"),
        Column("type", "单位类型", lambda case: case.kind_name, 16),
        Column("credit_code", "统一社会信用代码", lambda case: case.organisation.credit_code or NONE, 22),
        Column("region", "所属区域", lambda case: case.organisation.location.full_name, 18),
        Column("contact", "联系人", lambda case: case.organisation.contact, 12),
        Column("contact_phone", "联系电话", lambda case: case.organisation.contact_phone, 16),
    ),
    filters=HostFilter,
    title=lambda case: case.organisation.name,
    document=host_document,
    guards={"complete": host_missing, "same": host_changed, "unsent": change_sent},
    entered=admissions_moved,
    owner="派驻单位",
    home="applications:host",
    related=("organisation__location__parent",),  # as it was submitted, not as it is being rewritten
    records_title="派驻单位",
    phrases=(
        "单位名称与证照不一致，请核对后修改。",
        "统一社会信用代码有误，请核对。",
        "联系电话无法接通，请核对。",
    ),
)
