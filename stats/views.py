from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import role_required, signed_in
from accounts.http import SignedInRequest
from review.views import list_page, pager_of
from stats import charts, lists, selectors
from stats.forms import Looked
from stats.lists import NEEDED, TEAMS, Conditions
from stats.measures import (
    UNIT_TEAMS_PAGE,
    Audience,
    Group,
    Measure,
    Timed,
    askable,
    audience_of,
    audiences_of,
    countable,
    docking_of,
)

STAGES = "环节与时长"
LISTED = 20  # rows of the list below the numbers


@dataclass(frozen=True)
class Section:
    group: Group
    table: selectors.Table
    chart: charts.Chart | None


@role_required("stats.view_statistics")
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """「数据统计」 of the selection."""
    return _numbers(request, audience_of(request.user))


@role_required(NEEDED.permission)
@require_safe
def docking(request: SignedInRequest) -> HttpResponse:
    """「服务对接统计」."""
    return _numbers(request, docking_of(request.user))


@role_required(TEAMS.permission)
@require_safe
def teams(request: SignedInRequest) -> HttpResponse:
    """「单位团队统计」."""
    return _numbers(request, UNIT_TEAMS_PAGE)


def _numbers(request: SignedInRequest, audience: Audience) -> HttpResponse:
    """By one dimension; every number leads to the list it counts."""
    conditions = _conditions(request, audience, audience.conditions)
    by = next(one for one in audience.dimensions if one.key == conditions.view)
    given = conditions.given()
    measures = tuple(one for one in audience.measures if countable(one, by, given, request.user))
    table = selectors.table(request.user, audience, measures, by, given)
    sections = [
        Section(group, part, charts.bars(group, part))
        for group in audience.groups
        if (part := table.part(group.measures)).measures
    ]
    first = sections[0] if sections else None
    context = {
        "audience": audience, "filter": conditions, "by": by, "sections": sections, "table": table,
        "figures": _figures(request, audience, table, given),
        "map": charts.area(first.group, first.table, lambda city: f"?{conditions.query(**{by.key: city})}")
        if first and by.map else None,
        "timed": [(one, selectors.waits(request.user, one, by, given)) for one in measures if isinstance(one, Timed)],
        "tabs": _tabs(audience, conditions, by.key), "whole": audience.staged and "batch" not in given,
        "others": [one for one in audiences_of(request.user) if one is not audience],
        **_listed(request, audience.listed, given),
    }  # fmt: skip
    return render(request, "stats/overview.html", context)


def _figures(
    request: SignedInRequest, audience: Audience, table: selectors.Table, given: Conditions
) -> list[tuple[Group, list[tuple[Measure, selectors.Cell]]]]:
    """What stands on top, the same however the tables below go."""
    top = audience.top or audience.groups[:1]
    told = [one for group in top for one in group.measures if askable(one, given, request.user)]
    cells = table.total.cells | selectors.figures(
        request.user, (one for one in told if one not in table.measures), given
    )
    return [(group, [(one, cells[one]) for one in group.measures if one in told]) for group in top]


def _listed(request: SignedInRequest, page: lists.Page | None, given: Conditions) -> dict:
    """The newest of the list below the numbers, and the address of all."""
    if page is None:
        return {}
    found = page.rows(request.user).filter(page.q(given)).select_related(*page.related)
    rows = list(found.prefetch_related(*page.prefetch).order_by(*(f"-{key}" for key in page.keys))[:LISTED])
    page.read_beside(rows)
    return {
        "page": page, "columns": page.screen_columns, "rows": [(row, page.link(row, request.user)) for row in rows],
        "list_url": page.url(given),
    }  # fmt: skip


@role_required("stats.view_statistics")
@require_safe
def stages(request: SignedInRequest) -> HttpResponse:
    """「环节与时长」: how far applications come, and how long each desk takes. A batch is all that may be asked of
    versions which a desk does not have (W06)."""
    audience = audience_of(request.user)
    conditions = _conditions(request, audience, ("batch",))
    found = selectors.milestones(request.user, conditions.given())
    others = selectors.beside(request.user, conditions.given())
    context = {
        "audience": audience, "filter": conditions, "tabs": _tabs(audience, conditions, "stages"),
        "milestones": found, "beside": others, "stations": [*found, *others],
        "funnel": charts.funnel(found), "paces": charts.paces([*found, *others]),
    }  # fmt: skip
    return render(request, "stats/stages.html", context)


def _conditions(request: SignedInRequest, audience: Audience, names: tuple[str, ...]) -> Looked:
    views = [(one.key, one.label) for one in audience.dimensions]
    return audience.filters(request.GET, process=audience.process, conditions=names, views=views)


def _tabs(audience: Audience, conditions: Looked, here: str) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is this page): the same conditions, looked at another way."""
    page = reverse(audience.url_name)
    rows = [(one.label, f"{page}?{conditions.query(by=one.key)}", one.key == here) for one in audience.dimensions]
    stages = (STAGES, f"{reverse('stats:stages')}?{conditions.query(by=None)}", here == "stages")
    return [*rows, stages] if audience.staged else rows


@signed_in
@require_safe
def listing(request: SignedInRequest, key: str) -> HttpResponse:
    """A list behind a number that has no page elsewhere."""
    page = lists.PAGES.get(key)
    if page is None:
        raise Http404
    if not request.user.has_perm(page.permission):
        raise PermissionDenied
    conditions = page.filters(request.GET, process=page.process)
    rows = page.rows(request.user).filter(conditions.q(page.prefix))
    found = list_page(
        request, rows.select_related(*page.related).prefetch_related(*page.prefetch), keys=page.keys, descending=True
    )
    page.read_beside(found.rows)
    context = {
        "page": page, "filter": conditions, "columns": page.screen_columns,
        "above": next((one for one in audiences_of(request.user) if one.url_name == page.above), None),
        "rows": [(row, page.link(row, request.user)) for row in found.rows], "pager": pager_of(conditions, found),
        "query": conditions.query(),
    }  # fmt: skip
    return render(request, "stats/list.html", context)
