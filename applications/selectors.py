"""What an application lacks, and what it holds fast."""

from django.urls import reverse

from accounts.models import User
from accounts.selectors import missing_profile_fields
from applications import flow
from applications.documents import FORM_FIELDS, text_of
from applications.models import Application, Batch, PersonalForm
from review.refusal import Problem


def application_of(user: User, batch: Batch | None = None) -> Application | None:
    """A person's application in a batch; without one, their newest."""
    rows = Application.objects.for_review().select_related("personalform", "owner__profile").filter(owner=user)
    if batch is not None:
        rows = rows.filter(batch=batch)
    return rows.order_by("-batch__opens_at").first()


def missing_form_fields(form: PersonalForm) -> list[tuple[str, str]]:
    """(name, label) of each field of 个人申请表 that is still empty."""
    return [
        (name, str(form._meta.get_field(name).verbose_name)) for name in FORM_FIELDS if not text_of(form, name).strip()
    ]


def missing(application: Application) -> list[Problem]:
    """Everything that must be filled in before 「提交审核」, each with the address of its place."""
    profile_url, form_url = reverse("accounts:profile_edit"), reverse("applications:edit")
    return [
        Problem(f"基本信息「{label}」未填写", f"{profile_url}#id_{name}")
        for name, label in missing_profile_fields(application.owner)
    ] + [
        Problem(f"个人申请表「{label}」未填写", f"{form_url}#id_{name}")
        for name, label in missing_form_fields(application.form)
    ]


def submission_problems(application: Application) -> list[Problem]:
    """Why it can't be submitted now; the guard of 「提交审核」."""
    problems = []
    if reason := application.batch.closed_reason(mending=application.returned):
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


def _county_strays(form: PersonalForm) -> bool:
    return form.target_county is not None and form.target_county.parent_id != form.target_city_id


def profile_lock(user: User) -> str:
    """Why 基本信息 may not be changed now: an application of theirs is being judged."""
    judged = (flow.INITIAL, flow.PROVINCE, flow.PUSH, flow.DOCKING, flow.FINAL)
    if Application.objects.filter(owner=user, state__in=judged).exists():
        return "您的申请正在审核中，基本信息暂不能修改；如需修改，请先撤回申请或等待退回。"
    return ""


def may_read_identity(application: Application, user: User) -> bool:
    """The full identity number: the person, the home city and the province; never the target city (security B.1)."""
    desks = {desk.pk for name in ("first", "province") if (desk := application.desk_for(name))}
    return application.owner_id == user.pk or bool(desks & user.desk_ids)
