"""A crowd: many more applications with their whole history, through the one door some hundreds at a time."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from accounts import crypto
from accounts.models import Appointment, Organisation, Profile, Region, User
from accounts.roles import Role
from applications import flow
from applications.models import Application, Batch, PersonalForm
from applications.process import SELECTION
from portal.demo.build import OPENED, Say
from portal.demo.people import Person, Reference, Writer
from portal.demo.phrases import DECLINE_WORDS
from review.services import perform_many

CHUNK = 500  # cases a call of the one door
FIRST = 1000  # below it are the people of `build`
USERNAME = "tp{:07d}"

# Where they lie in the end, of a hundred; and what leads there from desk to desk.
FATES = {
    flow.DRAFT: 5, flow.RETURNED: 8, flow.INITIAL: 12, flow.PROVINCE: 10, flow.PUSH: 3, flow.DOCKING: 8, flow.FINAL: 4,
    flow.APPROVED: 50,
}  # fmt: skip
WAY = (
    ("submit", "owner"), ("pass", "home"), ("pass", "province"), ("push", "province"), ("accept", "target"),
    ("pass", "province"),
)  # fmt: skip
REACHED = {
    flow.DRAFT: 0,
    flow.INITIAL: 1,
    flow.PROVINCE: 2,
    flow.PUSH: 3,
    flow.DOCKING: 4,
    flow.FINAL: 5,
    flow.APPROVED: 6,
}
REFUSALS = {1: ("return", "home"), 2: ("return", "province"), 4: ("decline", "target"), 5: ("return", "province")}
SECOND_TIME = 0.15  # this share of those who came through were returned once before


def crowd(count: int, say: Say, seed: int) -> None:
    """`count` applications in the open batch. The same seed on the same database makes the same ones."""
    batch = Batch.current()
    if batch is None:
        raise CommandError("现在没有开放的申报批次，不能生成申请。")
    rng = Random(f"{seed}:{count}")  # noqa: S311
    offices = Offices(batch)
    agenda = Agenda(rng, offices)
    begun = timezone.now()
    before = User.objects.filter(username__regex=r"^tp\d{7}$").count()
    writer = Writer(Reference(), rng)
    for start in range(0, count, CHUNK):
        indexes = range(FIRST + before + start, FIRST + before + min(start + CHUNK, count))
        persons = [writer.person(index) for index in indexes]
        for pk, person in zip(_begin(batch, indexes, persons), persons, strict=True):
            agenda.enter(pk, person, writer)
        _progress(say, "填写", start + len(persons), count)
    done, total = 0, agenda.total
    for moved in agenda.play():
        _progress(say, "办理", done + moved, total, done)
        done += moved
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # the planner need not wait for autovacuum to learn of so many rows
    say(f"已生成 {count:,} 份申请，{total:,} 步办理经过，用时 {(timezone.now() - begun).seconds} 秒。")


def _progress(say: Say, what: str, done: int, total: int, before: int | None = None) -> None:
    """A line for each tenth."""
    before = max(done - CHUNK, 0) if before is None else before
    if done * 10 // total > before * 10 // total:
        say(f"  {what} {done:,} / {total:,}")


def _begin(batch: Batch, indexes: range, persons: Sequence[Person]) -> list[int]:
    """Accounts nobody can log in to, 基本信息, and drafts with their forms; the ids of the drafts."""
    password = make_password(None)
    users = User.objects.bulk_create(
        User(
            username=USERNAME.format(index), real_name=person.name, mobile=person.mobile, role=Role.SPECIALIST,
            password=password, consented_at=batch.opens_at, date_joined=batch.opens_at,
        )
        for index, person in zip(indexes, persons, strict=True)
    )  # fmt: skip
    Profile.objects.bulk_create(
        Profile(user=user, role=user.role, id_hash=crypto.keyed_hash(person.profile["id_number"]), **person.profile)
        for user, person in zip(users, persons, strict=True)
    )
    cases = Application.objects.bulk_create(
        Application(owner=user, batch=batch, kind=Application.Kind.PERSONAL) for user in users
    )
    texts = [{name: value for name, value in person.form.items() if name != "chains"} for person in persons]
    forms = PersonalForm.objects.bulk_create(
        PersonalForm(application=case, version=1, saved_at=batch.opens_at, **values)
        for case, values in zip(cases, texts, strict=True)
    )
    link = PersonalForm.chains.through
    link.objects.bulk_create(
        link(personalform=form, term=term)
        for form, person in zip(forms, persons, strict=True)
        for term in person.form["chains"]
    )
    return [case.pk for case in cases]


class Offices:
    """The desks, and who sits there."""

    def __init__(self, batch: Batch) -> None:
        self.province = batch.office_id
        self.bureaus = dict(Organisation.objects.filter(region__isnull=False).values_list("region", "pk"))
        self.officers: dict[int, list[User]] = defaultdict(list)
        for row in Appointment.objects.filter(user__is_active=True).select_related("user").order_by("pk"):
            self.officers[row.content_object_id].append(row.user)

    def desk(self, name: str, person: Person) -> int | None:
        """The organisation behind a desk name of `WAY`; None is the applicant."""
        city: dict[str, Region] = {"home": person.profile["region"].city, "target": person.form["target_city"]}
        return self.bureaus[city[name].pk] if name in city else self.province if name == "province" else None


class Agenda:
    """What happens on which day, case by case; the same move at the same desk on the same day goes together."""

    def __init__(self, rng: Random, offices: Offices) -> None:
        self.rng, self.offices = rng, offices
        self.days: dict[int, dict[tuple[str, int | None], list[int]]] = defaultdict(lambda: defaultdict(list))
        self.seen: Counter[int] = Counter()  # how many steps each case has
        self.mended: dict[int, str] = {}  # 个人介绍 of those who come a second time
        self.total = 0

    def enter(self, pk: int, person: Person, writer: Writer) -> None:
        """Draw a fate and put its moves on days, the last one first."""
        rng = self.rng
        fate = rng.choices(list(FATES), list(FATES.values()))[0]
        moves = self._returned() if fate == flow.RETURNED else list(WAY[: REACHED[fate]])
        if moves and rng.random() < SECOND_TIME:
            moves = self._returned() + moves
            self.mended[pk] = writer.rewritten(person)
        waiting = fate not in (flow.APPROVED, flow.RETURNED)
        day = min(int(rng.expovariate(0.25)), 15) if waiting else rng.randint(0, 20)
        for left, (action, desk) in zip(range(len(moves), 0, -1), reversed(moves), strict=True):
            self.days[day][action, self.offices.desk(desk, person)].append(pk)
            day += rng.randint(1, max(1, min(5, (OPENED.days - day) // left)))
        self.total += len(moves)

    def _returned(self) -> list[tuple[str, str]]:
        reached = self.rng.choices(list(REFUSALS), (50, 28, 16, 6))[0]
        return [*WAY[:reached], REFUSALS[reached]]

    def play(self) -> Iterator[int]:
        """Day after day, the oldest first; yields how many cases have moved."""
        for day in sorted(self.days, reverse=True):
            for (action, desk), pks in self.days[day].items():
                for start in range(0, len(pks), CHUNK):
                    chunk = pks[start : start + CHUNK]
                    self._move(action, desk, chunk, self._time(day))
                    yield len(chunk)

    def _move(self, action: str, desk: int | None, pks: list[int], at: datetime) -> None:
        if action == "submit":
            self._mend([pk for pk in pks if self.seen[pk]])
        actor = self.rng.choice(self.offices.officers[desk]) if desk else None
        words = {"return": SELECTION.phrases, "decline": DECLINE_WORDS}.get(action, ("",))
        seen = {pk: self.seen[pk] for pk in pks}
        for outcome in perform_many(Application, action, seen, actor=actor, comment=self.rng.choice(words), at=at):
            if outcome.refusal:
                raise outcome.refusal
        self.seen.update(pks)

    def _mend(self, pks: list[int]) -> None:
        """What was returned is rewritten before it is submitted again."""
        forms = list(PersonalForm.objects.filter(application__in=pks).only("pk", "application_id", "version"))
        for form in forms:
            form.introduction, form.version = self.mended[form.application_id], form.version + 1
        PersonalForm.objects.bulk_update(forms, ("introduction", "version"), batch_size=CHUNK)

    def _time(self, day: int) -> datetime:
        now = timezone.localtime()
        hour = time(self.rng.randint(8, 17), self.rng.randint(0, 59), self.rng.randint(0, 59))
        at = timezone.make_aware(datetime.combine(now.date() - timedelta(days=day), hour))
        return min(at, now)
