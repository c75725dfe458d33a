"""Reads: tables of counts, funnel, and how long offices take. A list is read once for all its measures."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Func, IntegerField
from django.db.models.functions import TruncDate

from accounts.models import User
from applications.process import SELECTION
from review.deadlines import working_days_between
from review.flow import Stage
from stats.lists import BESIDE, DECISIONS, RECORDS, Conditions, Listing
from stats.measures import Audience, Choice, Dimension, Measure, Timed

WITHOUT = Choice("", "未填写")
Counts = dict[str, dict[Measure, int]]  # value of the dimension: numbers


@dataclass(frozen=True)
class Cell:
    """A number, and the address of the list it counts."""

    number: int
    url: str


@dataclass(frozen=True)
class Row:
    choice: Choice
    cells: dict[Measure, Cell]

    def number(self, measure: Measure) -> int:
        return self.cells[measure].number


@dataclass(frozen=True)
class Table:
    """`whole`: empty rows are asked for, too."""

    dimension: Dimension
    measures: tuple[Measure, ...]
    rows: list[Row]
    total: Row
    whole: bool = False

    def part(self, measures: Iterable[Measure]) -> "Table":
        """The same with some of the measures, without the rows that are empty then, unless all are asked for; where
        nothing is counted at all, none."""
        shown = tuple(measure for measure in measures if measure in self.measures)

        def filled(row: Row) -> bool:
            return any(row.number(measure) for measure in shown)

        rows = [row for row in self.rows if filled(row) or (self.whole and filled(self.total))]
        return Table(self.dimension, shown, rows, self.total, self.whole)


def table(user: User, audience: Audience, measures: tuple[Measure, ...], by: Dimension, given: Conditions) -> Table:
    """Numbers of each measure by a dimension, and in all; one query a list, two where rows have several values."""
    counted: Counts = defaultdict(dict)
    totals: dict[Measure, int] = {}
    for listing, own in _by_listing(measures).items():
        found = _count(user, listing, own, given | by.given, by)
        for value, numbers in found.items():
            counted[value] |= numbers
        if by.several:
            totals |= _count(user, listing, own, given | by.given)[""]
        else:
            totals |= {measure: sum(numbers[measure] for numbers in found.values()) for measure in own}
    whole = audience.whole and by.whole
    rows = [
        _row(choice, measures, counted.get(choice.value, {}), by, given)
        for choice in (*by.choices(), WITHOUT)
        if any(counted.get(choice.value, {}).values()) or (whole and choice is not WITHOUT)
    ]
    return Table(by, measures, rows, _row(Choice("", "合计"), measures, totals, None, given | by.given), whole)


def figures(user: User, measures: Iterable[Measure], given: Conditions) -> dict[Measure, Cell]:
    """Numbers by nothing; one query a list."""
    told = list(measures)
    counted = [_count(user, listing, own, given)[""] for listing, own in _by_listing(told).items()]
    totals = {measure: number for numbers in counted for measure, number in numbers.items()}
    return _row(Choice("", ""), told, totals, None, given).cells


def _by_listing(measures: Iterable[Measure]) -> dict[Listing, list[Measure]]:
    found: dict[Listing, list[Measure]] = {}
    for measure in measures:
        found.setdefault(measure.listing, []).append(measure)
    return found


def _count(
    user: User, listing: Listing, measures: list[Measure], given: Conditions, by: Dimension | None = None
) -> Counts:
    rows = listing.rows(user).filter(listing.q(given)).order_by()
    numbers = {measure.key: Count("pk", filter=listing.q(measure.conditions)) for measure in measures}
    if by is None:
        found = [rows.aggregate(**numbers) | {"value": None}]
    elif link := listing.links.get(by.key):
        linked = link.table.objects.filter(**{f"{link.of}__in": rows.values(link.of)})
        through = {one.key: Count("pk", filter=listing.q(one.conditions, f"{link.of}__")) for one in measures}
        without = rows.filter(listing.q({"without": by.key})).aggregate(**numbers)
        found = [*linked.values(value=F(link.value)).annotate(**through), without | {"value": None}]
    else:
        found = list(rows.annotate(value=F(listing.path(by.key))).values("value").annotate(**numbers))
    return {
        "" if one["value"] is None else str(one["value"]): {measure: one[measure.key] for measure in measures}
        for one in found
    }


def _own(choice: Choice, by: Dimension) -> Conditions:
    """What a row of a table asks for. Those without a value have a condition of their own."""
    return by.given | ({by.key: choice.value} if choice.value else {"without": by.key})


def _row(
    choice: Choice, measures: Iterable[Measure], numbers: dict[Measure, int], by: Dimension | None, given: Conditions
) -> Row:
    """`by` is None in the row of totals."""
    own = {} if by is None else _own(choice, by)
    urls = ((measure, measure.listing.url(given | own | measure.conditions)) for measure in measures)
    return Row(choice, {measure: Cell(numbers.get(measure, 0), url) for measure, url in urls})


class DaysBetween(Func):
    """How many midnights lie between two moments."""

    output_field = IntegerField()
    arg_joiner, template = " - ", "(%(expressions)s)"

    def __init__(self, start: str, end: str) -> None:
        super().__init__(TruncDate(end), TruncDate(start))

    def as_sqlite(self, compiler, connection, **extra):
        end, start = (Func(one, function="JULIANDAY") for one in self.get_source_expressions())
        copy = self.copy()
        copy.set_source_expressions([end, start])
        return copy.as_sql(compiler, connection, template="CAST(%(expressions)s AS INTEGER)", **extra)


@dataclass(frozen=True)
class Wait:
    """How many days what a `Timed` measure counts has taken: half at most `median`, nine of ten at most `most`."""

    label: str
    counted: Cell
    median: int
    most: int


def waits(user: User, measure: Timed, by: Dimension, given: Conditions) -> list[Wait]:
    """By a dimension of which each row has one value, and at last in all; one query, a row for each number of days."""
    listing = measure.listing
    rows = listing.rows(user).filter(listing.q(given | measure.conditions)).order_by()
    lasted = DaysBetween(listing.prefix + measure.start, listing.prefix + measure.end)
    pairs = rows.annotate(value=F(listing.path(by.key)), days=lasted).values_list("value", "days")
    spent: dict[str, Counter[int]] = defaultdict(Counter)
    for value, days, number in pairs.annotate(number=Count("pk")):
        spent["" if value is None else str(value)][days] += number
    told = [
        _wait(measure, choice, spent[choice.value], by, given)
        for choice in (*by.choices(), WITHOUT)
        if choice.value in spent
    ]
    whole = sum(spent.values(), Counter())
    return [*told, _wait(measure, Choice("", "合计"), whole, None, given)] if whole else []


def _wait(measure: Timed, choice: Choice, spent: Counter[int], by: Dimension | None, given: Conditions) -> Wait:
    row = _row(choice, [measure], {measure: spent.total()}, by, given)
    return Wait(choice.label, row.cells[measure], *marks(spent))


def marks(spent: Counter[int]) -> tuple[int, int]:
    """The days within which half were done, and nine of ten."""
    total, passed = spent.total(), 0
    found: dict[int, int] = {}
    for days in sorted(spent):
        passed += spent[days]
        for percent in (50, 90):
            if passed * 100 >= total * percent:
                found.setdefault(percent, days)
    return found[50], found[90]


@dataclass(frozen=True)
class Pace:
    """How long decisions took, in working days: half of them at most `median`, nine of ten at most `most`."""

    decided: Cell
    median: int
    most: int
    late: int  # percent beyond the stage's days


@dataclass(frozen=True)
class Station:
    """One stage: how many lie here now, and how long its offices take."""

    stage: Stage
    label: str
    here: Cell
    pace: Pace | None
    offices: list[tuple[str, Pace]]  # the slowest first


@dataclass(frozen=True)
class Milestone(Station):
    """A stage on the way of an application: also how many came this far."""

    reached: Cell
    share: int  # percent of all that were submitted


def milestones(user: User, given: Conditions) -> list[Milestone]:
    """The way from the first desk to success; one query for the numbers, one for the days."""
    labels = dict(SELECTION.states)
    path = [stage for stage in SELECTION.flows[0].path if stage.state in labels]
    asked = {
        (kind, stage.state): {kind: stage.state} | given for stage in path for kind in ("reached", "state")
    }  # fmt: skip
    rows = RECORDS.rows(user).filter(RECORDS.q(given))
    numbers = rows.aggregate(**{"_".join(key): Count("pk", filter=RECORDS.q(one)) for key, one in asked.items()})
    days = _days_by_office(user, DECISIONS, given)

    def cell(kind: str, state: str) -> Cell:
        return Cell(numbers[f"{kind}_{state}"], RECORDS.url(asked[kind, state]))

    submitted = cell("reached", path[0].state).number
    found = []
    for stage in path:
        reached = cell("reached", stage.state)
        share = round(100 * reached.number / submitted) if submitted else 0
        paces = _paces(DECISIONS, stage, days, given)
        found.append(Milestone(stage, labels[stage.state], cell("state", stage.state), *paces, reached, share))
    return found


def beside(user: User, given: Conditions) -> list[Station]:
    """The desks beside that way, whose lists this person may open; two queries each."""
    found = []
    for listing, decisions in BESIDE:
        if not user.has_perm(listing.permission):
            continue
        days = _days_by_office(user, decisions, given)
        for stage in listing.process.queues:
            if stage.waits:
                asked = {"state": stage.state} | given
                here = Cell(listing.rows(user).filter(listing.q(asked)).count(), listing.url(asked))
                found.append(Station(stage, stage.queue, here, *_paces(decisions, stage, days, given)))
    return found


DaysByOffice = dict[str, dict[tuple[int, str], Counter[int]]]  # {stage: {office: {working days: how many decisions}}}


def _days_by_office(user: User, decisions: Listing, given: Conditions) -> DaysByOffice:
    """The database counts pairs of dates, which are few."""
    rows = decisions.rows(user).filter(decisions.q(given)).order_by()
    pairs = (
        rows.annotate(came=TruncDate("arrived"), done=TruncDate("at"))
        .values("from_state", "organisation", "organisation__name", "came", "done")
        .annotate(number=Count("pk"))
    )
    found: DaysByOffice = defaultdict(lambda: defaultdict(Counter))
    for row in pairs:
        office = row["organisation"], row["organisation__name"]
        found[row["from_state"]][office][working_days_between(row["came"], row["done"])] += row["number"]
    return found


def _paces(
    decisions: Listing, stage: Stage, days: DaysByOffice, given: Conditions
) -> tuple[Pace | None, list[tuple[str, Pace]]]:
    """Of a stage in all, and of each of its offices, the slowest first."""
    offices = days.get(stage.state, {})
    told = [
        (name, _pace(decisions, stage, spent, given | {"office": str(pk)})) for (pk, name), spent in offices.items()
    ]
    whole = _pace(decisions, stage, sum(offices.values(), Counter()), given) if offices else None
    return whole, sorted(told, key=lambda row: (-row[1].most, -row[1].median, row[0]))


def _pace(decisions: Listing, stage: Stage, spent: Counter[int], given: Conditions) -> Pace:
    total = spent.total()
    late = sum(number for days, number in spent.items() if stage.days is not None and days > stage.days)
    url = decisions.url(given | {"stage": stage.state})
    return Pace(Cell(total, url), *marks(spent), round(100 * late / total))
