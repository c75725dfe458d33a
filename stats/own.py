"""「导出」 of the lists of people who are no officers: what is their own, and what is offered to them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from agreements.selectors import services_for
from applications.docking import selectors as docking
from applications.forms import PublicNeedFilter, SpecialistFilter
from applications.models import Application
from applications.needs.selectors import own_needs
from attachments.workbook import DATE
from review.filters import CaseFilter
from review.registry import Column, day_of, name_of
from stats.lists import place_of
from stats.tables import Export, Row, column_of, plain


def _own(
    code: str, label: str, page: str, permission: str | tuple[str, ...], columns: tuple[Column, ...],
    rows: Callable[[User], QuerySet], filters: type[CaseFilter] = CaseFilter, *,
    keys: tuple[str, str] = ("since", "id"), read: Callable[[Sequence[Any], User], Iterable[Row]] = plain,
) -> Export:  # fmt: skip
    """`rows` in the order of their page: the newest by `keys` first."""

    def found(user: User, conditions: CaseFilter) -> QuerySet:
        return rows(user).filter(conditions.q()).order_by(*(f"-{key}" for key in keys))

    return Export(
        code, label, f"「{label}」中符合条件的全部记录。", permission, tuple(map(column_of, columns)), filters, None,
        found, read, page=(page,), page_label=label,
    )  # fmt: skip


def _read_services(rows: Sequence[Application], user: User) -> Iterator[Row]:
    return map(Row, services_for(user, rows))


_OFFERS, _INVITES = "applications.offer_help", "applications.invite_specialist"
OWN: tuple[Export, ...] = (
    _own("specialists", "找科技特派员", "docking:specialists", _INVITES, (
        Column("name", "姓名", lambda one: one.applicant_name),
        Column("kind", "类别", lambda one: one.get_kind_display(), 8),
        Column("unit", "单位或团队", lambda one: one.team_name or one.unit_name, 28),
        Column("discipline", "专业", lambda one: name_of(one.discipline)),
        Column("chains", "产业链", lambda one: one.chain_names, 20),
        Column("home_city", "所在地市", lambda one: name_of(one.home_city)),
        Column("target_county", "服务县（市、区）", lambda one: name_of(one.target_county), 16),
    ), lambda user: docking.approved(), SpecialistFilter),
    _own("serving", "谁在服务", "agreements:serving", _INVITES, (
        Column("name", "科技特派员", lambda one: one.application.applicant_name),
        Column("kind", "类别", lambda one: one.application.get_kind_display(), 8),
        Column("unit", "单位或团队", lambda one: one.application.team_name or one.application.unit_name, 28),
        Column("discipline", "专业", lambda one: name_of(one.application.discipline)),
        Column("needs", "服务的需求", lambda one: "、".join(match.title for match in one.matches), 32),
        Column("work", "服务内容", lambda one: one.work, 40),
        Column("number", "服务协议", lambda one: one.agreement.number if one.agreement else "尚未签订", 24),
        Column("term", "服务起止", lambda one: one.term, 28),
        Column("state", "协议状态", lambda one: one.agreement.state_label if one.agreement else "", 16),
    ), docking.serving, read=_read_services),
    _own("docking", "我的对接", "docking:matches", (_OFFERS, _INVITES), (
        Column("title", "需求", lambda one: one.title, 32),
        Column("place", "服务地点", lambda one: place_of(one.county), 20),
        Column("host", "派驻单位", lambda one: one.host.name, 28),
        Column("person", "科技特派员", lambda one: one.person.real_name),
        Column("kind", "类别", lambda one: one.get_person_kind_display(), 8),
        Column("team", "团队", lambda one: one.team_name, 28),
        Column("unit", "工作单位", lambda one: one.person.profile.work_unit, 28),
        Column("way", "方式", lambda one: one.kind, 8),
        Column("made", "提出", lambda one: day_of(one.made_at), kind=DATE),
        Column("state", "状态", lambda one: one.get_answer_display(), 10),
    ), docking.matches_of, keys=("made_at", "id")),
    _own("needs", "需求", "docking:find", _OFFERS, (
        Column("title", "需求", lambda one: one.title, 32),
        Column("host", "派驻单位", lambda one: one.host.name, 28),
        Column("chain", "产业链", lambda one: name_of(one.chain)),
        Column("kind", "需求类别", lambda one: name_of(one.kind)),
        Column("discipline", "专业领域", lambda one: name_of(one.discipline)),
        Column("place", "服务地点", lambda one: place_of(one.county), 20),
        Column("published", "发布", lambda one: day_of(one.published_at), kind=DATE),
        Column("until", "截至", lambda one: day_of(one.ends_on), kind=DATE),
    ), lambda user: docking.public_needs("chain", "kind", "discipline"), PublicNeedFilter),
    _own("own-needs", "需求发布", "applications:needs", "applications.publish_need", (
        Column("title", "需求标题", lambda one: one.form.title, 32),
        Column("chain", "产业链", lambda one: name_of(one.chain)),
        Column("place", "服务地点", lambda one: place_of(one.county), 20),
        Column("until", "服务结束", lambda one: day_of(one.ends_on), kind=DATE),
        Column("state", "状态", lambda one: one.state_label),
    ), own_needs),
)  # fmt: skip
