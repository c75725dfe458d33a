"""What an application lacks, and what it holds fast."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Model, Q, QuerySet
from django.urls import reverse

from accounts.locks import Lock
from accounts.models import User
from accounts.selectors import CONTACT_FIELDS, IDENTITY_FIELDS, PROFILE_FIELDS, missing_profile_fields
from applications import flow
from applications.documents import UNIT_SECTIONS, fields_of, host_sections, text_of, unit_document
from applications.models import (
    Application,
    HostAdmission,
    Membership,
    Post,
    SealedSheet,
    SealedSheetStep,
    UnitAdmission,
)
from applications.models.selection import end_words
from applications.models.sheets import SelectionForm
from applications.models.teams import MIN_PEOPLE
from review.document import Sections
from review.refusal import Problem

STALLED_SHOWN = 20


def application_of(user: User) -> Application | None:
    """The application a person works on: what came back, while it may be submitted again and whatever has opened since;
    else that of the batch that is open, else their newest."""
    rows = list(applications_of(user))
    ways = ([row for row in rows if row.mendable], [row for row in rows if row.batch.is_open], rows)
    return next((found[0] for found in ways if found), None)


def applications_of(user: User) -> QuerySet[Application]:
    """All of them, the newest first: one a batch."""
    rows = Application.objects.for_review().select_related("personalform", "teamform", "owner__profile")
    return rows.filter(owner=user).order_by("-batch__opens_at")


def missing_form_fields(form: SelectionForm) -> list[tuple[str, str]]:
    """(name, label) of each field of the form that is still empty."""
    return [
        (name, str(form._meta.get_field(name).verbose_name))
        for name in fields_of(type(form))
        if not text_of(form, name).strip()
    ]


def missing(application: Application) -> list[Problem]:
    """Everything that must be filled in before 「提交审核」, each with the address of its place."""
    profile_url, form_url = reverse("accounts:profile_edit"), reverse("applications:edit")
    team = team_problems(application.owner) if application.is_team else []
    return (
        team
        + [
            Problem(f"基本信息「{label}」未填写", f"{profile_url}#id_{name}")
            for name, label in missing_profile_fields(application.owner)
        ]
        + [
            Problem(f"{application.papers_name}「{label}」未填写", f"{form_url}#id_{name}")
            for name, label in missing_form_fields(application.form)
        ]
    )


def submission_problems(application: Application) -> list[Problem]:
    """Why it can't be submitted now; the guard of 「提交审核」."""
    problems = []
    if reason := application.closed_reason:
        problems.append(Problem(reason))
    problems += missing(application)
    if problems:
        return problems
    if _county_strays(application.form):
        url = reverse("applications:edit") + "#id_target_county"
        problems.append(Problem("拟服务县（市、区）不属于所选的拟服务地市", url))
    if application.has_twin:
        problems.append(Problem("同一申报批次内，该证件号码已有一份申请，一人只能申报一次"))
        return problems
    url = reverse("applications:team") if application.is_team else ""
    problems += [
        Problem(f"{person.real_name}已在本批次的另一份申请中，一人只能参加一份申请", url)
        for person in application.form.people()
        if person.profile.id_hash in application.elsewhere
    ]
    return problems


def withdrawal_problems(application: Application) -> list[Problem]:
    """Why it can't be taken back: it could not come again. The guard of 「撤回」."""
    if not application.closed_reason:
        return []
    why = f"「{application.batch}」申报已截止，撤回后不能再次提交审核，现在不能撤回"
    if application.batch.is_mending and application.desk:
        last = end_words(application.batch.mending_closes_at)
        why += f"；确需修改的，可请{application.desk.name}退回，{last}前修改后仍可再次提交审核"
    return [Problem(why)]


def stall(application: Application) -> list[Problem]:
    """Why a team's application stops where it is, and what can be done; the guard of what would lead it on."""
    if not application.stalled:
        return []
    back = next((move.label for move in application.flow.moves_from(application.state) if move.returns), "")
    if application.state == flow.INITIAL:
        again = "该单位重新通过「法人审核」后，由它继续初审"
        ways = again if withdrawal_problems(application) else f"负责人可以「撤回」后改选其他单位；{again}"
    else:
        ways = (f"可以「{back}」退回申请人；" if back else "") + "该单位重新通过「法人审核」后，可以继续办理"
    where = f"申请停在「{application.state_label}」"
    return [Problem(f"所属法人单位「{application.unit}」的准入已撤销或正在变更，{where}。{ways}")]


def stalled_by(admission: UnitAdmission) -> list[Problem]:
    """What running applications mean to whoever decides on a unit: what would stop, or what has stopped and where."""
    running = Application.objects.filter(unit=admission.organisation_id, state__in=flow.JUDGED).order_by("pk")
    count = running.count() if admission.organisation_id else 0
    if not count:
        return []
    if admission.admitted:
        return [Problem(f"该单位有 {count} 份团队申请正在办理；撤销准入后，它们停在当前环节，直到该单位重新通过审核")]
    said = Problem(f"该单位有 {count} 份团队申请停在当前环节：该单位重新通过审核后可以继续办理，也可以退回申请人")
    return [said] + [
        Problem(f"{case.team_name}（{case.applicant_name}）：{case.state_label}", _case_url(case))
        for case in running[:STALLED_SHOWN]
    ]


def _case_url(case: Application) -> str:
    return reverse("review:case", args=("selection", case.pk))


def team_problems(leader: User) -> list[Problem]:
    """What keeps a team from applying: no admitted unit, fewer than three distinct people, an incomplete member."""
    url = reverse("applications:team")
    team = getattr(leader, "team", None)
    if team is None:
        return [Problem("还没有填写团队信息", url)]
    problems = []
    if not team.unit.active:
        problems.append(Problem(f"所属单位「{team.unit}」尚未通过省科技厅审核，或准入已撤销", url))
    people = team.people()
    for person in people[1:]:
        if lacking := missing_profile_fields(person):
            labels = "、".join(label for _, label in lacking[:3]) + ("等" if len(lacking) > 3 else "")
            problems.append(Problem(f"成员{person.real_name}的基本信息不完整：{labels}", url))
    hashes = {person.profile.id_hash for person in people if hasattr(person, "profile") and person.profile.id_hash}
    if len(people) >= MIN_PEOPLE and len(hashes) < MIN_PEOPLE and not problems:
        problems.append(Problem("团队成员的证件号码有重复，同一人只计一次", url))
    if (short := MIN_PEOPLE - len(people)) > 0:
        problems.append(
            Problem(f"团队总人数须不少于 {MIN_PEOPLE} 人，已确认 {len(people)} 人（含负责人），还差 {short} 人", url)
        )
    return problems


def members_of(applications: Iterable[Application]) -> dict[int, list[int]]:
    """{application: confirmed members of its team}; one query for all."""
    by_leader = {one.owner_id: one.pk for one in applications if one.is_team}
    if not by_leader:
        return {}
    rows = Membership.objects.filter(team__leader__in=by_leader, state=Membership.State.CONFIRMED)
    found: dict[int, list[int]] = defaultdict(list)
    for leader, member in rows.values_list("team__leader", "user"):
        found[by_leader[leader]].append(member)
    return found


def team_frozen(leader: User) -> str:
    """Why a team may not change now, as a sentence; empty when it may. Once selected it stays as it was selected until
    a later batch opens, for which it may form anew: what was judged stands in the revision and its posts."""
    applications = Application.objects.filter(owner=leader, kind=Application.Kind.TEAM).select_related("batch")
    if applications.filter(state__in=flow.JUDGED).exists():
        return "团队申请已提交审核，团队信息和成员暂不能变动；如需变动，请先撤回申请或等待退回。"
    last = applications.filter(state=flow.APPROVED).order_by("-batch__opens_at").first()
    if last and not last.batch.followed:
        return f"团队在「{last.batch}」中已审核成功，下一批次开始申报前，团队信息和成员暂不能变动。"
    return ""


def _county_strays(form: SelectionForm) -> bool:
    return form.target_county is not None and form.target_county.parent_id != form.target_city_id


def profile_lock(user: User) -> Lock | None:
    """What an application they stand in holds fast: while it is judged all but how to reach them, and from 审核成功 on
    who they are (security B.2)."""
    profile = getattr(user, "profile", None)
    person = Q(user=user) | Q(person_key=profile.id_hash) if profile and profile.id_hash else Q(user=user)
    states = set(Post.objects.filter(person).values_list("application__state", flat=True))
    if states & set(flow.JUDGED):
        names = [name for name in PROFILE_FIELDS if name not in CONTACT_FIELDS]
        return Lock("您参加的申请正在审核中，除联系方式外，基本信息暂不能修改；申请撤回或退回后可以修改。", names)
    if states:
        return Lock(
            "您参加的申请已审核成功，姓名、证件等身份信息不能再自行修改；确有变化，请联系系统管理员。", IDENTITY_FIELDS
        )
    return None


def may_read_identity(application: Application, user: User) -> bool:
    """The full identity number: the person, their home city, the province; no unit, no target city (security B.1)."""
    names = ("province",) if application.is_team else ("first", "province")
    desks = {desk.pk for name in names if (desk := application.desk_for(name))}
    return application.owner_id == user.pk or bool(desks & user.desk_ids)


def may_read_sealed(application: Application, user: User) -> bool:
    """The sealed copy shows identity numbers: the first desk and the province."""
    desks = {desk.pk for name in ("first", "province") if (desk := application.desk_for(name))}
    return bool(desks & user.desk_ids)


def first_desk_cases(user: User) -> QuerySet[Application]:
    """Applications whose sealed copy this person's desks keep: a city's people, a unit's teams."""
    kinds = Application.Kind
    mine = Q(kind=kinds.PERSONAL, home_city__bureau__in=user.desk_ids) | Q(kind=kinds.TEAM, unit__in=user.desk_ids)
    return Application.objects.visible_to(user).filter(mine).select_related("sealed")


def sealed_of(application: Application) -> SealedSheet:
    """What its sealed copies are, or will be once there is one."""
    return getattr(application, "sealed", None) or SealedSheet(pk=application.pk, application=application)


def sealed_closed(application: Application) -> str:
    """Why no sealed copy can be taken now, or an empty string."""
    if application.state == flow.DRAFT:
        return "申请人已撤回申请，再次提交审核后才能上传盖章件。"
    sheet = getattr(application, "sealed", None)
    if sheet and sheet.state == flow.ARCHIVED and not sheet.overtaken:
        return "本版盖章件已归档，不能再替换；确需更换的，请联系省科技厅退回。"
    return ""


def seal_missing(sheet: SealedSheet) -> list[Problem]:
    """There must be a copy that has not been handed on yet."""
    return [] if sheet.application.scans.count() > sheet.revision_number else [Problem("请先上传盖章申请表")]


def seal_overtaken(sheet: SealedSheet) -> list[Problem]:
    """What the application has done since its copy was sealed."""
    application = sheet.application
    if not sheet.overtaken:
        return []
    return [Problem(f"这份盖章件对应第 {sheet.of_revision} 版，申请现为第 {application.revision_number} 版")]


def became(sheet: SealedSheet | None) -> dict[int, str]:
    """{number of an upload: what became of it}: 「待核对」, 「已退回：缺少公章」."""
    last = {step.revision: step for step in sheet.steps.all()} if sheet else {}  # in their order

    def words(number: int, step: SealedSheetStep) -> str:
        if step.action == "upload":
            return sheet.state_label if number == sheet.revision_number else "已重新上传"
        return f"已{step.label}" + (f"：{step.comment}" if step.comment else "")

    return {number: words(number, step) for number, step in last.items()}


def unit_missing(admission: UnitAdmission) -> list[Problem]:
    return missing_fields(admission, UNIT_SECTIONS, reverse("applications:unit_edit"))


def missing_fields(row: Model, sections: Sections, url: str) -> list[Problem]:
    """What has not been filled in yet, each with the address of its place."""
    return [
        Problem(f"「{row._meta.get_field(name).verbose_name}」未填写", f"{url}#id_{name}")
        for _, names in sections
        for name in names
        if not text_of(row, name).strip()
    ]


def overview_missing(admission: UnitAdmission) -> list[Problem]:
    """The sealed 单位概况 must be of the version that stands, and nothing may have been rewritten since."""
    issued = admission.revisions.get(number=admission.revision_number)
    if unit_document(admission).texts() != issued.document.texts():
        url = reverse("applications:unit_edit")
        return [Problem("机构信息在提交后又有修改，请先「提交」并下载新的单位概况", url)]
    if admission.scans.filter(revision=admission.revision_number).exists():
        return []
    return [Problem("请先上传本版单位概况的盖章扫描件")]


def change_sent(admission: UnitAdmission | HostAdmission) -> list[Problem]:
    """「取消变更」 gives back what stood before: while the change was only asked for, and nothing sent in its name."""
    asked = admission.steps.order_by("-number").values_list("action", flat=True).first() == "change"
    return [] if asked else [Problem("没有可以取消的变更：机构信息已重新提交")]


HOST_FAST = ("name", "credit_code", "host_type", "region")  # who it is: stands fast while it is confirmed


def host_missing(host: HostAdmission) -> list[Problem]:
    return missing_fields(host, host_sections(host), reverse("applications:host_edit"))


def host_changed(host: HostAdmission) -> list[Problem]:
    """Why it can't be brought up to date without its city: it says that it is somebody else."""
    confirmed = host.revisions.get(number=host.revision_number).document.texts()
    changed = [name for name in HOST_FAST if text_of(host, name) != confirmed[name]]
    labels = "、".join(str(host._meta.get_field(name).verbose_name) for name in changed)
    return [Problem(f"{labels}须经所在地市科技局审核后才能变更，请先「申请变更」")] if changed else host_missing(host)
