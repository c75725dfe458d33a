"""Pictures of the tables: what static/ktp/charts.js draws, and the one point that the title says.

A picture shows nothing that its table does not, in the table's own numbers and links.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stats.measures import APPLIED, APPROVED, RETURNED, Group, Measure
from stats.selectors import Milestone, Row, Station, Table

MOST = 20  # bars a picture holds; the table has them all


@dataclass(frozen=True)
class Chart:
    """`data` goes to the page as JSON. `words` stand for the picture where it can't be seen."""

    key: str
    title: str
    words: str
    data: dict

    @property
    def id(self) -> str:
        return f"chart-{self.key}"


def bars(group: Group, table: Table) -> Chart | None:
    """One bar a row, longest first, made of the group's chart measures."""
    parts = [measure for measure in group.chart if measure in table.measures]
    rows = sorted((row for row in table.rows if _sum(row, parts)), key=lambda row: -_sum(row, parts))
    if not rows:
        return None
    data = {
        "kind": "bars",
        "series": [{"name": part.label, "tone": part.tone} for part in parts],
        "rows": [
            {"name": row.choice.label, "values": [row.number(part) for part in parts],
             "urls": [row.cells[part].url for part in parts]}
            for row in rows[:MOST]
        ],
    }  # fmt: skip
    more = f"；图中为前 {MOST} 项" if len(rows) > MOST else ""
    words = f"{group.title}，按{table.dimension.label}的条形图，数据见下表"
    return Chart(group.key, _point(group, table, parts, rows) + more, words, data)


def _sum(row: Row, parts: list[Measure]) -> int:
    return sum(row.number(part) for part in parts)


def _point(group: Group, table: Table, parts: list[Measure], rows: list[Row]) -> str:
    total, first = table.total, rows[0]
    if {APPLIED, APPROVED, RETURNED} <= set(table.measures):
        done, back = (round(100 * total.number(one) / total.number(APPLIED)) for one in (APPROVED, RETURNED))
        return f"申报 {total.number(APPLIED):,} 份：审核成功 {done}%，已退回 {back}%"
    if len(parts) > 2:  # states of one thing
        whole = sum(total.number(part) for part in parts)
        return f"共 {whole:,} {parts[0].unit}，{parts[-1].label} {round(100 * total.number(parts[-1]) / whole)}%"
    number, unit = _sum(first, parts), parts[0].unit
    share = round(100 * number / sum(total.number(part) for part in parts))
    return f"{first.choice.label}最多：{number:,} {unit}，占 {share}%"


def area(group: Group, table: Table, link: Callable[[str], str]) -> Chart | None:
    """The map: the sum of the group's chart measures by city; a shade of one colour. No one list holds such a sum, so
    a city opens its own numbers: `link` of the condition's value."""
    parts = [measure for measure in group.chart if measure in table.measures]
    rows = [row for row in table.rows if row.choice.code]
    busy = sorted((row for row in rows if _sum(row, parts)), key=lambda row: -_sum(row, parts))
    if not busy:
        return None
    data = {
        "kind": "map", "name": "、".join(part.label for part in parts), "unit": parts[0].unit,
        "rows": [
            {"code": row.choice.code, "name": row.choice.label, "value": _sum(row, parts),
             "parts": [{"name": part.label, "value": row.number(part)} for part in parts],
             "url": link(row.choice.value)}
            for row in rows
        ],
    }  # fmt: skip
    title = f"{len(busy)} 个市（州）有{group.of}，{busy[0].choice.label}最多，{_sum(busy[0], parts):,} {parts[0].unit}"
    return Chart("map", title, f"{group.title}，按{table.dimension.label}的地图，数据见下表", data)


def funnel(stations: list[Milestone]) -> Chart | None:
    if not stations or not stations[0].reached.number:
        return None
    data = {
        "kind": "funnel",
        "rows": [{"name": one.label, "value": one.reached.number, "share": one.share, "url": one.reached.url}
                 for one in stations],
    }  # fmt: skip
    title = f"{stations[0].reached.number:,} 份申请中 {stations[-1].share}% 审核成功"
    return Chart("funnel", title, "各环节到达份数的漏斗图，数据见下表", data)


def paces(stations: Sequence[Station]) -> Chart | None:
    timed = [(one, one.pace) for one in stations if one.pace]
    if not timed:
        return None
    data = {
        "kind": "bars", "apart": True, "unit": "天",
        "series": [{"name": "中位", "tone": "blue"}, {"name": "九成不超过", "tone": "ochre"}],
        "rows": [{"name": one.label, "values": [pace.median, pace.most], "urls": [pace.decided.url] * 2}
                 for one, pace in timed],
    }  # fmt: skip
    slow, pace = max(timed, key=lambda row: (row[1].late, row[1].most))
    late = f"{slow.label}超期最多，{pace.late}%" if pace.late else f"{slow.label}最慢"
    title = f"{late}；九成在 {pace.most} 个工作日内办结，时限 {slow.stage.days} 个工作日"
    return Chart("paces", title, "各环节用时的条形图，数据见下表", data)
