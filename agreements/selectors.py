from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet
from django.urls import reverse

from accounts.models import User
from agreements import flow
from agreements.documents import sections_of
from agreements.models import Agreement, AgreementRevision
from applications.docking import selectors as docking_selectors
from applications.documents import text_of
from applications.models import Application, ApplicationRevision, Match
from applications.selectors import application_of, members_of
from review import registry
from review.models import CODE_ALPHABET
from review.refusal import Problem


def closed_reason(application: Application | None) -> str:
    """Why the agreement can't be opened yet (manual: 只有个人申请表通过省厅终审后，方可填写), or an empty string."""
    papers = application.papers_name if application else "申请表"
    rule = f"服务协议在{papers}通过省厅终审（审核成功）后才能填写。"
    if application is None:
        return rule + "您还没有填写申请表。"
    if not application.approved:
        return rule + f"您的申请当前状态为「{application.state_label}」。"
    return ""


def application_for(user: User) -> Application | None:
    """What a person's agreement is about, whatever they have begun since: their newest approved application. Without
    one that which they work on, which says why not yet."""
    return docking_selectors.approved().filter(owner=user).first() or application_of(user)


def agreement_of(user: User) -> Agreement | None:
    """The agreement of a person's newest approved application, if it has been opened."""
    return (
        Agreement.objects.for_review().filter(application__in=docking_selectors.approved().filter(owner=user)).first()
    )


def earlier_agreements(user: User, agreement: Agreement | None) -> QuerySet[Agreement]:
    """Those that were issued of earlier applications: to be read."""
    rows = (
        Agreement.objects.for_review().filter(owner=user, revision_number__gt=0).exclude(pk=agreement and agreement.pk)
    )
    return rows.prefetch_related("scans").order_by("-application__batch__opens_at")


def missing(agreement: Agreement) -> list[Problem]:
    """Everything that is still empty or contradicts itself, each with the address of its place."""
    url = reverse("agreements:edit")
    problems = [
        Problem(f"「{agreement._meta.get_field(name).verbose_name}」未填写", f"{url}#id_{name}")
        for _, names in sections_of(agreement)
        for name in names
        if not text_of(agreement, name).strip()
    ]
    start, end = agreement.service_start, agreement.service_end
    if start and end and end < start:
        problems.append(Problem("服务结束日期不能早于开始日期", f"{url}#id_service_end"))
    return problems


def sender_cases(user: User) -> QuerySet[Agreement]:
    """Agreements that this person's desks send out people by: a unit's teams'."""
    return Agreement.objects.visible_to(user).filter(application__unit__in=user.desk_ids)


def team_members(agreements: Sequence[Agreement]) -> dict[int, list[int]]:
    """{agreement: confirmed members of its team}."""
    found = members_of([one.application for one in agreements])
    return {one.pk: found[one.application_id] for one in agreements if one.application_id in found}


def scan_closed(agreement: Agreement) -> str:
    """Why no sealed scan can be taken now, or an empty string."""
    if agreement.flow.move(agreement.state, "upload"):
        return ""
    blank = agreement.state == flow.BLANK
    return "请先填写并提交服务协议，再上传盖章扫描件。" if blank else "协议已归档，不能再替换扫描件。"


def scan_missing(agreement: Agreement) -> list[Problem]:
    """The sealed scan must be of the version that stands."""
    if agreement.scans.filter(revision=agreement.revision_number).exists():
        return []
    return [Problem("请先上传本版协议的盖章扫描件")]


@dataclass(frozen=True)
class Service:
    """What a host unit reads of somebody who serves it: what they do, and the agreement about it, as it was submitted;
    of what the person does for other enterprises nothing."""

    application: Application
    matches: list[Match]
    work: str = ""
    agreement: Agreement | None = None
    term: str = ""


def services_for(user: User, applications: Sequence[Application]) -> list[Service]:
    """Of each of these applications; three queries for all."""
    hosts = docking_selectors.host_desks(user)
    names = {desk.name for desk in user.desks if desk.pk in hosts}
    matches: dict[int, list[Match]] = defaultdict(list)
    agreed = docking_selectors.running().filter(host__in=hosts, person__in=[one.owner_id for one in applications])
    for match in agreed.order_by("answered_at"):
        matches[match.person_id].append(match)
    current = {"case__revision_number": F("number")}
    plans = ApplicationRevision.objects.filter(case__in=applications, **current)
    plan_of = {row.case_id: row.document.texts() for row in plans}
    sheets = AgreementRevision.objects.filter(case__application__in=applications, **current)
    sheet_of_case = {row.case.application_id: row for row in sheets.select_related("case")}

    def service(one: Application) -> Service:
        sheet, ours = sheet_of_case.get(one.pk), one.target_host_unit_id in hosts
        offered = "\n".join(match.words for match in matches[one.owner_id] if not match.invited)
        work = plan_of[one.pk]["planned_service"] if ours else offered
        texts = sheet.document.texts() if sheet else {}
        if sheet is None or texts["host_name"] not in names:
            return Service(one, matches[one.owner_id], work)
        term = f"{texts['service_start']}至{texts['service_end']}"
        return Service(one, matches[one.owner_id], texts["work_plan"], sheet.case, term)

    return [service(one) for one in applications]


@dataclass(frozen=True)
class Sheet:
    """What the public may know of a printed sheet: no name, no number of a person."""

    kind: str
    number: str
    revision: int
    at: datetime
    state: str
    current: bool


def sheet_of(code: str) -> Sheet | None:
    """The sheet that a code on paper names."""
    if len(code) != 12 or not set(code) <= set(CODE_ALPHABET):
        return None
    for process in registry.all_processes():
        revisions = process.model.related("revisions").objects
        if process.paper and (row := revisions.select_related("case").filter(code=code).first()):
            case, current = row.case, row.number == row.case.revision_number
            state = case.state_label if current else ""
            return Sheet(process.paper(case), getattr(case, "number", ""), row.number, row.at, state, current)
    return None
