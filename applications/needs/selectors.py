"""What a 需求 lacks, and which there are."""

import re
from collections import defaultdict
from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.validators import NONE
from applications import flow
from applications.docking.selectors import host_desks
from applications.documents import NEED_SECTIONS
from applications.models import Match, Need
from applications.selectors import missing_fields
from review.flow import Move
from review.refusal import Problem

MOST_DAYS = 3 * 366  # from today to its end
NUMBER = re.compile(r"(?<!\d)(1[3-9]\d{9}|0\d{2,3}[- ]?\d{7,8})(?!\d)")  # a telephone in a text that becomes public


def own_needs(user: User) -> QuerySet[Need]:
    """All of the host units that a person acts for, with what a list says of it."""
    return Need.objects.filter(host__in=host_desks(user)).select_related("form", "chain", "county__parent", "owner")


def need_url(need: Need) -> str:
    return reverse("applications:need_edit", args=(need.pk,))


def need_missing(need: Need) -> list[Problem]:
    """What has not been filled in yet, or can't be published as it is."""
    return missing_fields(need.form, NEED_SECTIONS, need_url(need))


def need_problems(need: Need) -> list[Problem]:
    """Why it can't be submitted now."""
    url, form, today = need_url(need), need.form, timezone.localdate()
    start, end = form.starts_on, form.ends_on
    if not need.host.active:
        return [Problem("本单位尚未经所在地市科技局确认，或确认已撤销", reverse("applications:host"))]
    if (problems := need_missing(need)) or start is None or end is None:
        return problems
    if end < max(start, today):
        problems.append(Problem("服务结束日期不能早于开始日期和今天", f"{url}#id_ends_on"))
    if (end - today).days > MOST_DAYS:
        problems.append(Problem("服务结束日期不能晚于三年以后", f"{url}#id_ends_on"))
    problems += [
        Problem(f"「{form._meta.get_field(name).verbose_name}」会公开，请不要写电话号码", f"{url}#id_{name}")
        for name in ("title", "description")
        if NUMBER.search(getattr(form, name))
    ]
    if form.contact_phone == NONE:
        problems.append(Problem("请填写联系电话，达成对接后对方凭此联系", f"{url}#id_contact_phone"))
    return problems


def late_to_publish(need: Need) -> list[Problem]:
    """Why what was submitted in time can't become public any more."""
    if not need.host.active:
        return [Problem("需求单位的确认已撤销或正在变更，不能发布")]
    return [Problem("服务期限已过，请退回后修改")] if need.is_over else []


def not_over(need: Need) -> list[Problem]:
    return [] if need.is_over else [Problem("服务期限未过，不能按到期关闭")]


def closes(move: Move) -> bool:
    """Whether it ends what is public, and with that what waits for an answer."""
    return move.source == flow.PUBLISHED


def unanswered(needs: Sequence[Need]) -> QuerySet[Match]:
    return Match.objects.filter(need__in=[need.pk for need in needs], answer=Match.Answer.OPEN)


def people_unanswered(needs: Sequence[Need]) -> dict[int, list[int]]:
    """{need: those who offered or were invited, and wait or have not answered}; one query for all."""
    found: dict[int, list[int]] = defaultdict(list)
    for need, person in unanswered(needs).values_list("need", "person"):
        found[need].append(person)
    return found
