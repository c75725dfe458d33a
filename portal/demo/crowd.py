"""A crowd: many more applications with their whole history, through the one door some hundreds at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, islice
from itertools import count as count_from
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import CommandError
from django.utils import timezone

from accounts import crypto
from accounts.models import Appointment, Organisation, Profile, User
from accounts.roles import Role
from applications import flow
from applications.models import Application, Batch, Membership, PersonalForm, Team, TeamForm, UnitAdmission
from applications.models.sheets import SelectionForm
from applications.papers import overview
from applications.services import open_admission, submit_unit, upload_overview
from attachments.sheets import printed
from portal.demo.build import OPENED, TEXT_OF, Say
from portal.demo.diary import CHUNK, Diary, Offices, analyze, progress
from portal.demo.people import CAMPUSES, Person, Reference, Writer
from portal.demo.phrases import DECLINE_WORDS, RETURN_WORDS
from review import drafts
from review.services import perform

FIRST = 1000  # below it are the people of `build`
USERNAME = "tp{:07d}"
TEAMS = 0.2  # this share are teams
SIZES = (2, 2, 2, 3, 3, 4)  # members beside the leader
UNITS, TEAMS_OF_A_UNIT = 60, 40  # so many legal units at most, and one for so many teams

Kind = Application.Kind
FORMS: dict[Kind, type[SelectionForm]] = {Kind.PERSONAL: PersonalForm, Kind.TEAM: TeamForm}

# Where they lie in the end, of a hundred; and what leads there from desk to desk.
FATES = {
    flow.DRAFT: 5, flow.RETURNED: 8, flow.INITIAL: 12, flow.PROVINCE: 10, flow.PUSH: 3, flow.DOCKING: 8, flow.FINAL: 4,
    flow.APPROVED: 50,
}  # fmt: skip
WAY = (
    ("submit", "owner"), ("pass", "first"), ("pass", "province"), ("push", "province"), ("accept", "target"),
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
REFUSALS = {1: ("return", "first"), 2: ("return", "province"), 4: ("decline", "target"), 5: ("return", "province")}
SECOND_TIME = 0.15  # this share of those who came through were returned once before


@dataclass
class Entrant:
    """Somebody who applies; a team is led by `person`."""

    person: Person
    form: dict[str, Any]
    unit: Organisation | None = None
    team: str = ""
    members: tuple[Person, ...] = ()

    @property
    def kind(self) -> Kind:
        return Kind.TEAM if self.unit else Kind.PERSONAL

    @property
    def people(self) -> Iterator[tuple[Person, Role]]:
        yield self.person, Role.TEAM_LEADER if self.unit else Role.SPECIALIST
        for member in self.members:
            yield member, Role.TEAM_MEMBER


def crowd(count: int, say: Say, seed: int) -> None:
    """`count` applications in the open batch. The same seed on the same database makes the same ones."""
    batch = Batch.current()
    if batch is None:
        raise CommandError("现在没有开放的申报批次，不能生成申请。")
    rng = Random(f"{seed}:{count}")  # noqa: S311
    begun = timezone.now()
    writer = Writer(Reference(), rng)
    found_units(writer, batch, wanted=min(UNITS, int(count * TEAMS) // TEAMS_OF_A_UNIT))
    agenda = Agenda(rng, Offices(batch.office))
    entry = Entry(writer)
    for start in range(0, count, CHUNK):
        entrants = [entry.entrant() for _ in range(min(CHUNK, count - start))]
        for pk, entrant in zip(_begin(batch, entrants), entrants, strict=True):
            agenda.enter(pk, entrant, writer)
        progress(say, "填写", start + len(entrants), count, start)
    total = agenda.total
    agenda.play(say)
    analyze()
    say(f"已生成 {count:,} 份申请，{total:,} 步办理经过，用时 {(timezone.now() - begun).seconds} 秒。")


class Entry:
    """Who comes to apply, with whom, and where they belong."""

    def __init__(self, writer: Writer) -> None:
        self.writer, self.rng = writer, writer.rng
        before = User.objects.filter(username__regex=r"^tp\d{7}$").count()
        self.indexes = count_from(FIRST + before)
        admitted = Organisation.objects.filter(kind=Organisation.Kind.LEGAL_UNIT, active=True)
        self.units = list(admitted.select_related("location__parent").order_by("pk"))
        self.names = set(Team.objects.values_list("unit", "name"))

    def entrant(self) -> Entrant:
        if not self.units or self.rng.random() >= TEAMS:
            person = self.writer.person(next(self.indexes))
            return Entrant(person, self.writer.personal_form(person))
        unit = self.rng.choice(self.units)
        place = unit.name, unit.location
        leader = self.writer.person(next(self.indexes), at=place)
        members = (
            self.writer.person(next(self.indexes), chain=leader.trade.chain, target=leader.goal.name, at=place)
            for _ in range(self.rng.choice(SIZES))
        )
        return Entrant(leader, self.writer.team_form(leader), unit, self.team_name(unit, leader), tuple(members))

    def team_name(self, unit: Organisation, leader: Person) -> str:
        """单位, 产业 and 负责人, as the page suggests; no two of a unit are equal."""
        base = f"{unit.name}{leader.trade.topic}{leader.name}"
        names = (f"{base}{'' if number == 1 else f'第{number}'}团队" for number in count_from(1))
        name = next(name for name in names if (unit.pk, name) not in self.names)
        self.names.add((unit.pk, name))
        return name


def found_units(writer: Writer, batch: Batch, *, wanted: int) -> None:
    """More legal units, admitted before the batch opened, until there are `wanted`."""
    there = Organisation.objects.filter(kind=Organisation.Kind.LEGAL_UNIT)
    names = set(there.values_list("name", flat=True))
    officer = Appointment.objects.filter(content_object=batch.office, user__is_active=True).order_by("pk")[0].user
    campuses = ((name, writer.reference.county(county)) for rows in CAMPUSES.values() for name, county in rows)
    stations = ((f"{county.name}农业技术推广中心", county) for county in writer.reference.names.values())
    places = (place for place in chain(campuses, stations) if place[0] not in names)
    for name, county in islice(places, max(0, wanted - there.filter(active=True).count())):
        clerk = User.objects.create(
            username=f"unit{User.objects.filter(role=Role.LEGAL_UNIT).count() + FIRST}", real_name=f"{name}经办人",
            role=Role.LEGAL_UNIT, password=make_password(None), consented_at=batch.opens_at,
        )  # fmt: skip
        case = open_admission(clerk)
        values = writer.unit(case.pk, name, county)
        User.objects.filter(pk=clerk.pk).update(real_name=values["contact"])
        drafts.save(case, actor=clerk, version=case.version, values=values)
        at = batch.opens_at - timedelta(days=writer.rng.randint(10, 60))
        case = submit_unit(_unit(case.pk), actor=clerk, seen=case.seen, at=at)
        sheet = printed(overview(case.revisions.get(number=case.revision_number)))
        upload = SimpleUploadedFile("单位概况.pdf", sheet.read_bytes())
        case = upload_overview(case, actor=clerk, seen=case.seen, upload=upload, at=at + timedelta(hours=2))
        perform(_unit(case.pk), "pass", actor=officer, seen=case.seen, at=at + timedelta(days=3))


def _unit(pk: int) -> UnitAdmission:
    return UnitAdmission.objects.for_review().select_related("organisation__location").get(pk=pk)


def _begin(batch: Batch, entrants: Sequence[Entrant]) -> list[int]:
    """Accounts nobody can log in to, 基本信息, teams, and drafts with their forms; the ids of the drafts."""
    password = make_password(None)
    people = [row for entrant in entrants for row in entrant.people]
    users = User.objects.bulk_create(
        User(
            username=USERNAME.format(person.index), real_name=person.name, mobile=person.mobile, role=role,
            password=password, consented_at=batch.opens_at, date_joined=batch.opens_at,
        )
        for person, role in people
    )  # fmt: skip
    Profile.objects.bulk_create(
        Profile(user=user, role=user.role, id_hash=crypto.keyed_hash(person.profile["id_number"]), **person.profile)
        for user, (person, _) in zip(users, people, strict=True)
    )
    user_of = {person.index: user for user, (person, _) in zip(users, people, strict=True)}
    led = [entrant for entrant in entrants if entrant.unit]
    teams = Team.objects.bulk_create(
        Team(leader=user_of[entrant.person.index], unit=entrant.unit, name=entrant.team) for entrant in led
    )
    Membership.objects.bulk_create(
        Membership(team=team, user=user_of[member.index], state=Membership.State.CONFIRMED)
        for team, entrant in zip(teams, led, strict=True)
        for member in entrant.members
    )
    cases = Application.objects.bulk_create(
        Application(owner=user_of[entrant.person.index], batch=batch, kind=entrant.kind) for entrant in entrants
    )
    for kind, model in FORMS.items():
        _write_forms(model, [row for row in zip(cases, entrants, strict=True) if row[1].kind == kind], batch)
    return [case.pk for case in cases]


def _write_forms(model: type[SelectionForm], rows: Sequence[tuple[Application, Entrant]], batch: Batch) -> None:
    texts = [{name: value for name, value in entrant.form.items() if name != "chains"} for _, entrant in rows]
    forms = model.objects.bulk_create(
        model(application=case, version=1, saved_at=batch.opens_at, **values)
        for (case, _), values in zip(rows, texts, strict=True)
    )
    link = model.chains.through
    link.objects.bulk_create(
        link(**{model._meta.model_name: form, "term": term})
        for form, (_, entrant) in zip(forms, rows, strict=True)
        for term in entrant.form["chains"]
    )


class Agenda(Diary):
    """The ways of applications."""

    def __init__(self, rng: Random, offices: Offices) -> None:
        super().__init__(Application, rng, offices)
        self.mended: dict[int, str] = {}  # what those write anew who come a second time

    def enter(self, pk: int, entrant: Entrant, writer: Writer) -> None:
        """Draw a fate and put its moves on days, the last one first."""
        rng = self.rng
        fate = rng.choices(list(FATES), list(FATES.values()))[0]
        moves = self._returned() if fate == flow.RETURNED else list(WAY[: REACHED[fate]])
        if moves and rng.random() < SECOND_TIME:
            moves = self._returned() + moves
            self.mended[pk] = writer.rewritten(entrant.person)
        waiting = fate not in (flow.APPROVED, flow.RETURNED)
        day = min(int(rng.expovariate(0.25)), 15) if waiting else rng.randint(0, 20)
        for left, (action, desk) in zip(range(len(moves), 0, -1), reversed(moves), strict=True):
            self.note(pk, day, action, self._desk(desk, entrant), entrant.kind)
            day += rng.randint(1, max(1, min(5, (OPENED.days - day) // left)))

    def _desk(self, name: str, entrant: Entrant) -> int | None:
        """The organisation behind a desk name of `WAY`; None is the applicant."""
        match name:
            case "province":
                return self.offices.province
            case "first":
                city = entrant.person.profile["region"].city
                return entrant.unit.pk if entrant.unit else self.offices.bureaus[city.pk]
            case "target":
                return self.offices.bureaus[entrant.person.goal.city.pk]
        return None

    def _returned(self) -> list[tuple[str, str]]:
        reached = self.rng.choices(list(REFUSALS), (50, 28, 16, 6))[0]
        return [*WAY[:reached], REFUSALS[reached]]

    def words(self, action: str, kind: str) -> Sequence[str]:
        if action == "decline":
            return DECLINE_WORDS
        return RETURN_WORDS if (action, kind) == ("return", Kind.TEAM) else super().words(action, kind)

    def prepare(self, action: str, kind: str, pks: Sequence[int]) -> None:
        """What was returned is rewritten before it is submitted again."""
        again = [pk for pk in pks if self.seen[pk]]
        if action != "submit" or not again:
            return
        model, text = FORMS[Kind(kind)], TEXT_OF[Kind(kind)]
        forms = list(model.objects.filter(application__in=again).only("pk", "application_id", "version"))
        for form in forms:
            setattr(form, text, self.mended[form.application_id])
            form.version += 1
        model.objects.bulk_update(forms, (text, "version"), batch_size=CHUNK)
