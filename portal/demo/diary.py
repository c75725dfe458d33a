"""What a crowd does on which day, through the one door some hundreds at a time."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random

from django.db import connection
from django.utils import timezone

from accounts.models import Appointment, Organisation, User
from portal.demo.build import Say
from review import registry
from review.models import Reviewed
from review.services import perform_many

CHUNK = 500  # cases a call of the one door


class Offices:
    """The desks, and who sits there."""

    def __init__(self, province: Organisation) -> None:
        self.province = province.pk
        self.bureaus = dict(Organisation.objects.filter(region__isnull=False).values_list("region", "pk"))
        self.officers: dict[int, list[User]] = defaultdict(list)
        offices = (Organisation.Kind.PROVINCE, Organisation.Kind.CITY, Organisation.Kind.LEGAL_UNIT)
        rows = Appointment.objects.filter(user__is_active=True, content_object__kind__in=offices)
        for row in rows.select_related("user").order_by("pk"):
            self.officers[row.content_object_id].append(row.user)


class Diary:
    """What happens on which day, case by case; the same move at the same desk on the same day goes together."""

    def __init__(self, model: type[Reviewed], rng: Random, offices: Offices) -> None:
        self.model, self.rng, self.offices = model, rng, offices
        self.days: dict[int, dict[tuple[str, int | None, str], list[int]]] = defaultdict(lambda: defaultdict(list))
        self.seen: Counter[int] = Counter()  # how many steps each case has
        self.total = 0

    def note(self, pk: int, day: int, action: str, desk: int | None, kind: str = "") -> None:
        """`day` days ago; without a desk by the owner. Of one case no two moves on a day."""
        self.days[day][action, desk, kind].append(pk)
        self.total += 1

    def words(self, action: str, kind: str) -> Sequence[str]:
        """What an office may say, where the move asks for words."""
        process = registry.of(self.model)
        asked = any(move.comment for flow in process.flows for move in flow.moves if move.action == action)
        return process.phrases if asked else ("",)

    def prepare(self, action: str, kind: str, pks: Sequence[int]) -> None:
        """What the owners do beforehand."""

    def play(self, say: Say, what: str = "办理") -> None:
        """Day after day, the oldest first."""
        done = 0
        for day in sorted(self.days, reverse=True):
            for (action, desk, kind), pks in self.days[day].items():
                for start in range(0, len(pks), CHUNK):
                    chunk = pks[start : start + CHUNK]
                    self._move(action, desk, kind, chunk, self._time(day))
                    progress(say, what, done + len(chunk), self.total, done)
                    done += len(chunk)
        self.days.clear()
        self.total = 0

    def _move(self, action: str, desk: int | None, kind: str, pks: list[int], at: datetime) -> None:
        self.prepare(action, kind, pks)
        actor = self.rng.choice(self.offices.officers[desk]) if desk else None
        seen, comment = {pk: self.seen[pk] for pk in pks}, self.rng.choice(self.words(action, kind))
        for outcome in perform_many(self.model, action, seen, actor=actor, comment=comment, at=at, tell=False):
            if outcome.refusal:
                raise outcome.refusal
        self.seen.update(pks)

    def _time(self, day: int) -> datetime:
        now = timezone.localtime()
        hour = time(self.rng.randint(8, 17), self.rng.randint(0, 59), self.rng.randint(0, 59))
        at = timezone.make_aware(datetime.combine(now.date() - timedelta(days=day), hour))
        return min(at, now)


def progress(say: Say, what: str, done: int, total: int, before: int) -> None:
    """A line for each tenth."""
    if done * 10 // total > before * 10 // total:
        say(f"  {what} {done:,} / {total:,}")


def analyze() -> None:
    """The planner need not wait for autovacuum to learn of so many rows."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
