"""World W, in which every test below plays: three cities, their officers, the province, four specialists.

All of it is made through the real services; an application in some state has walked there by moves.

    def test_something(world):
        case = world.application("docking")          # of s1: home WH, target YC
        world.perform(case, "accept", "yc1")

Units and teams are made when first asked for: `world.team_application("initial")` is l1's, in u1, an admitted unit.
"""

import io
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from uuid import uuid4

import pikepdf
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone
from stdnum.cn import uscc

from accounts import services as accounts
from accounts.middleware import begin
from accounts.models import Organisation, Region, Term, User
from accounts.roles import Role
from agreements import services as agreements
from agreements.models import Agreement
from applications import flow, services
from applications.docking import services as docking_services
from applications.models import (
    Application,
    Batch,
    HostAdmission,
    Match,
    Membership,
    Need,
    SealedSheet,
    Team,
    UnitAdmission,
)
from applications.needs import services as need_services
from applications.teams import services as team_services
from attachments.models import Intake
from review import drafts
from review.flow import APPLICANT
from review.models import Reviewed
from review.services import perform, perform_many

CITIES = {"WH": "420100", "YC": "420500", "HG": "421100"}
# (user name, home, target): s4's home bureau is its target bureau too
SPECIALISTS = (("s1", "WH", "YC"), ("s2", "YC", "HG"), ("s3", "HG", "WH"), ("s4", "WH", "WH"))
# (user name, role, bureau or 省厅, in the group 系统管理员)
OFFICERS = (
    ("wh1", Role.CITY, "WH", False),
    ("wh2", Role.CITY, "WH", False),
    ("yc1", Role.CITY, "YC", False),
    ("hg1", Role.CITY, "HG", False),
    ("p1", Role.PROVINCE, "province", False),
    ("p2", Role.PROVINCE, "province", False),
    ("pa1", Role.PROVINCE, "province", True),
    ("a1", "", "", True),
)
UNITS = {"u1": "WH", "u2": "YC", "u3": "HG", "u4": "WH", "u5": "WH"}  # user name: where it sits
HOSTS = {"h1": "WH", "h2": "YC", "h3": "HG", "h4": "WH", "h5": "WH"}  # user name: where it sits
TEAMS = {"l1": "u1", "l2": "u2"}  # leader: unit
PASSWORD = "W-for-world-2026"
WORDS = "请补充拟服务内容。"


def identity_number(n: int) -> str:
    """The canary of person `n`: 42010619900101 and four figures, with its check digit. Finding it is finding a leak."""
    body = f"42010619900101{n:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(figure) * weight for figure, weight in zip(body, weights, strict=True)) % 11]


def credit_code(n: int) -> str:
    """The code of unit `n`, with its check digit."""
    body = f"12420000{n:08d}X"
    return body + uscc.calc_check_digit(body)


def mobile(n: int) -> str:
    return f"1990000{n:04d}"


def paper() -> SimpleUploadedFile:
    """A sealed scan: one blank page."""
    pdf, out = pikepdf.Pdf.new(), io.BytesIO()
    pdf.add_blank_page(page_size=(595, 842))
    pdf.save(out)
    return SimpleUploadedFile("盖章协议.pdf", out.getvalue(), "application/pdf")


@dataclass
class World:
    batch: Batch
    office: Organisation
    bureaus: dict[str, Organisation]
    people: int = 0  # how many specialists there are
    homes: dict[str, tuple[str, str]] = field(default_factory=dict)

    # People

    def user(self, name: str) -> User:
        """As a request would find them: fresh from the database."""
        return User.objects.get(username=name)

    def client(self, name: str = "", **options) -> Client:
        """A browser; with a name, one that this person is logged in at (the door has tests of its own)."""
        client = Client(**options)
        if name:
            user, session = self.user(name), SessionStore()
            session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "accounts.backends.RoleBackend"
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            begin(session)
            session.save()
            client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        return client

    def specialist(self, home: str = "WH", target: str = "YC", name: str = "") -> str:
        """One more of them, with a whole 基本信息; the user name."""
        name = name or f"s{self.people + 1}"
        self.person(name, Role.SPECIALIST, home)
        self.homes[name] = (home, target)
        return name

    def person(self, name: str, role: str, home: str = "WH", *, blank: bool = False) -> User:
        """Somebody who has registered, with a whole 基本信息 unless `blank`."""
        self.people += 1
        accounts.register(
            username=name, password=PASSWORD, real_name=f"申报人{'甲乙丙丁戊己庚辛'[self.people % 8]}",
            mobile=mobile(self.people), role=role,
        )  # fmt: skip
        if not blank:
            accounts.save_profile(user=self.user(name), values=profile_values(self.people, home))
        return self.user(name)

    # Units and teams

    def unit(self, name: str = "u1", state: str = flow.ADMITTED) -> UnitAdmission:
        """The admission of a unit, as far as `state`; where it has been made before, as it stands."""
        if not User.objects.filter(username=name).exists():
            accounts.register(
                username=name, password=PASSWORD, real_name="单位经办人", mobile=mobile(8000), role=Role.LEGAL_UNIT
            )
            case = services.open_admission(self.user(name))
            self._admit(case, state, unit_values(name))
        return self.admission(name)

    def admission(self, name: str) -> UnitAdmission:
        return UnitAdmission.objects.for_review().select_related("organisation").get(owner__username=name)

    def _admit(self, case: UnitAdmission, state: str, values: dict) -> None:
        if state == flow.BLANK:
            return
        drafts.save(case, actor=case.owner, version=0, values=values)
        case = services.submit_unit(case, actor=case.owner, seen=case.seen)
        if state == flow.SAVED:
            return
        case = services.upload_overview(case, actor=case.owner, seen=case.seen, upload=paper())
        if state == flow.RETURNED:
            self.return_it(self.admission(case.owner.username))
        elif state in (flow.ADMITTED, flow.REVOKED):
            self.perform(case, "pass")
            if state == flow.REVOKED:
                self.revoke(case.owner.username)

    # Host units

    def host(self, name: str = "h1", state: str = flow.CONFIRMED) -> HostAdmission:
        """A 派驻单位, as far as `state`; where it has been made before, as it stands."""
        if not User.objects.filter(username=name).exists():
            accounts.register(
                username=name, password=PASSWORD, real_name="派驻经办人", mobile=mobile(7000 + int(name[1:])),
                role=Role.HOST_UNIT,
            )  # fmt: skip
            case = services.open_host(self.user(name))
            if state != flow.BLANK:
                drafts.save(case, actor=case.owner, version=0, values=host_values(name))
                case = services.submit_host(case, actor=case.owner, seen=case.seen)
                if state in (flow.CONFIRMED, flow.REVOKED):
                    self.perform(case, "pass")
                if state in (flow.RETURNED, flow.REVOKED):
                    self.return_it(self.host(name))
        return HostAdmission.objects.for_review().get(owner__username=name)

    def colleague(self, host: str = "h1", name: str = "hc1") -> User:
        """Another account that acts for the organisation of a confirmed 派驻单位."""
        user, _ = accounts.issue_account(
            username=name, real_name="同事经办人", role=Role.HOST_UNIT, mobile=mobile(7900), password=PASSWORD,
            organisations=[self.host(host).organisation],
        )  # fmt: skip
        return user

    def need(self, state: str = flow.PUBLISHED, host: str = "h1", **values) -> Need:
        """One more 需求 of a confirmed host unit, in `state`."""
        owner = self.host(host).owner
        case = need_services.begin(owner, self.host(host).organisation)
        need_services.save_need(case, actor=owner, version=0, values=need_values(host) | values)
        case = Need.objects.for_review().get(pk=case.pk)
        if state == flow.DRAFT:
            return case
        case = self.perform(case, "submit")
        if state == flow.RETURNED:
            return self.return_it(case)
        if state == flow.REVIEWING:
            return case
        case = self.perform(case, "pass")
        closing = {flow.SOLVED: "solve", flow.CLOSED: "close", flow.EXPIRED: "expire"}.get(state)
        if state == flow.EXPIRED:
            self.let_pass(case)
        return self.perform(case, closing) if closing else case

    def offer(self, name: str = "s1", need: Need | None = None, answer: str = "open") -> Match:
        """「我能帮助」 of somebody, and its answer: open, accepted, declined, withdrawn, lapsed."""
        match = docking_services.offer(need or self.need(), actor=self.user(name), words="可以每月到场两次。")
        return self._answered(match, answer, match.need.owner, match.person)

    def invite(self, application: Application, need: Need | None = None, answer: str = "open") -> Match:
        """「邀请」 of somebody who has been selected, and its answer."""
        need = need or self.need()
        match = docking_services.invite(need, application, actor=self.user(need.owner.username), words="请来指导。")
        return self._answered(match, answer, match.person, match.need.owner)

    def _answered(self, match: Match, answer: str, asked: User, asking: User) -> Match:
        asked, asking = self.user(asked.username), self.user(asking.username)
        if answer in ("accepted", "declined"):
            docking_services.answer(match, actor=asked, accept=answer == "accepted", words="谢谢。")
        elif answer == "withdrawn":
            docking_services.withdraw(match, actor=asking)
        elif answer == "lapsed":
            self.perform(Need.objects.for_review().get(pk=match.need_id), "solve")
        return Match.objects.get(pk=match.pk)

    def let_pass(self, need: Need) -> None:
        """Its time is over since yesterday."""
        Need.objects.filter(pk=need.pk).update(ends_on=timezone.localdate() - timedelta(days=1))

    def revoke(self, unit: str) -> UnitAdmission:
        return self.perform(self.admission(unit), "revoke", "p1", words=WORDS)

    def team(self, leader: str = "l1", members: int = 2, unit: str = "") -> Team:
        """A team with so many confirmed members: l1m1, l1m2, …; where it has been made before, as it stands."""
        if found := Team.objects.filter(leader__username=leader).first():
            return found
        person, unit = self.person(leader, Role.TEAM_LEADER), unit or TEAMS[leader]
        team = team_services.save_team(leader=person, unit=self.unit(unit).organisation, name=f"{leader}团队")
        for number in range(1, members + 1):
            self.member(f"{leader}m{number}", team)
        return team

    def member(self, name: str, team: Team, *, confirmed: bool = True, blank: bool = False) -> Membership:
        """One more, new, who has chosen the team."""
        row = team_services.join(user=self.person(name, Role.TEAM_MEMBER, blank=blank), team=team)
        return team_services.confirm(leader=team.leader, membership_id=row.pk) if confirmed else row

    def team_draft(
        self, leader: str = "l1", *, members: int = 2, unit: str = "", target: str = "YC", **values
    ) -> Application:
        """A complete 团队申请表, not submitted."""
        self.team(leader, members, unit)
        case = services.start(self.user(leader), self.batch)
        return self.write(case, **(team_form_values(target) | values))

    def team_application(
        self, state: str, leader: str = "l1", *, returned_from: str = flow.INITIAL, **values
    ) -> Application:
        return self.walk(self.team_draft(leader, **values), state, returned_from)

    def many_teams(self, count: int, state: str, unit: str = "u1", target: str = "YC") -> list[Application]:
        """Applications of as many teams of three."""
        leaders = [f"leader{self.people + 3 * number}" for number in range(count)]
        return self.onward([self.team_draft(name, unit=unit, target=target) for name in leaders], state)

    def twin(self, one: str, other: str) -> None:
        """Let `one` (an officer, say) be the same person as `other`, behind an account of another role."""
        number = self.user(other).profile.id_number
        accounts.save_profile(user=self.user(one), values={"id_number": number})

    def officer_at(self, desk: Organisation) -> User:
        return User.objects.filter(appointment__content_object=desk).order_by("pk")[0]

    # Applications and agreements, wherever they are to lie

    def perform(
        self, case: Reviewed, action: str, who: str = "", *, seen: int | None = None, words: str = ""
    ) -> Reviewed:
        """One move; without a name by whoever has to make it."""
        actor = self.user(who) if who else case.owner if case.flow.move(case.state, action).by == APPLICANT else None
        moved = perform(
            case,
            action,
            actor=actor or self.officer_at(case.desk),
            seen=case.seen if seen is None else seen,
            comment=words,
        )
        return type(case).objects.for_review().get(pk=moved.pk)

    def draft(self, owner: str = "s1", **values) -> Application:
        """A complete form, not submitted."""
        case = services.start(self.user(owner), self.batch)
        return self.write(case, **(form_values(self.homes[owner][1]) | values))

    def write(self, case: Application, **values) -> Application:
        """Save some fields of 个人申请表."""
        case = Application.objects.for_review().get(pk=case.pk)
        services.save_form(case, actor=case.owner, version=case.form.version, values=values)
        return Application.objects.for_review().get(pk=case.pk)

    def application(self, state: str, owner: str = "s1", *, returned_from: str = flow.INITIAL, **values) -> Application:
        """In `state`, straight along the path; a returned one from `returned_from`."""
        return self.walk(self.draft(owner, **values), state, returned_from)

    def many(self, count: int, state: str, home: str = "WH", target: str = "YC") -> list[Application]:
        """Applications of as many people, decided on in bulk."""
        return self.onward([self.draft(self.specialist(home, target)) for _ in range(count)], state)

    def onward(self, cases: list[Application], state: str) -> list[Application]:
        """All of them along the path by bulk decisions; each is submitted by its owner."""
        while cases and cases[0].state != state:
            move, desk = cases[0].flow.onward(cases[0].stage), cases[0].desk
            actor = self.officer_at(desk) if desk else None
            perform_many(Application, move.action, {case.pk: case.seen for case in cases}, actor=actor)
            cases = list(Application.objects.for_review().filter(pk__in=[case.pk for case in cases]).order_by("pk"))
        return cases

    def walk(self, case: Reviewed, state: str, returned_from: str = "") -> Reviewed:
        """From where it lies along the path; a returned one begins anew."""
        stop = returned_from if state == flow.RETURNED else state
        while case.state != stop:
            case = self.perform(case, "submit" if case.returned_from else case.flow.onward(case.stage).action)
        return self.return_it(case) if state == flow.RETURNED else case

    def return_it(self, case: Reviewed, words: str = WORDS) -> Reviewed:
        (action,) = [move.action for move in case.flow.moves_from(case.state) if move.returns]
        return self.perform(case, action, words=words)

    def sealed(self, state: str, case: Application | None = None, who: str = "wh1") -> SealedSheet:
        """What the first desk has sealed of an application: checking, returned, archived; or taken back (awaited)."""
        case = case or self.application(flow.PROVINCE)
        services.upload_sealed(case, actor=self.user(who), upload=paper())
        sheet = SealedSheet.objects.for_review().get(application=case)
        if state == flow.RETURNED:
            return self.return_it(sheet)
        action = {flow.ARCHIVED: "archive", flow.AWAITED: "withdraw"}.get(state)
        return self.perform(sheet, action) if action else sheet

    def intake(self, who: str = "wh1") -> Intake:
        """A pack of scans that has been read: one document of an unknown code, one page that could not be read."""
        intake = Intake.objects.create(
            title="扫描件.pdf", uploaded_by=self.user(who), read_in=uuid4(), files=[["扫描件.pdf", 2]],
            pages=[["ABCDEFGHJKLM", 1, 1, 0, 0], ["", 0, 0, 0, 0]],
        )  # fmt: skip
        intake.documents.create(number=1, code="ABCDEFGHJKLM", pages=[[0, 0]])
        return intake

    def agreement(self, state: str, owner: str = "s1") -> Agreement:
        """Of an approved application, in `state`: blank, saved, archiving, returned, archived."""
        return self.agree(self.application(flow.APPROVED, owner), state)

    def team_agreement(self, state: str, leader: str = "l1") -> Agreement:
        return self.agree(self.team_application(flow.APPROVED, leader), state)

    def agree(self, application: Application, state: str, **said) -> Agreement:
        case = agreements.open_agreement(application, actor=application.owner)
        if state == "blank":
            return case
        values = (team_agreement_values() if application.is_team else agreement_values()) | said
        case = agreements.save_agreement(case, actor=case.owner, version=case.version, values=values)
        case = self.perform(case, "save")
        if state == "saved":
            return case
        case = agreements.upload_scan(case, actor=case.owner, seen=case.seen, upload=paper())
        if state in ("archived", "returned"):
            case = self.perform(case, "archive") if state == "archived" else self.return_it(case)
        return Agreement.objects.for_review().get(pk=case.pk)


def profile_values(number: int, home: str) -> dict:
    return {
        "gender": "1" if number % 2 else "2", "birth_month": "1990-01", "native_place": "湖北武汉", "ethnicity": "01",
        "political_status": "13", "id_kind": "id", "id_number": identity_number(number), "education": "11",
        "degree": "2", "graduate_school": "华中农业大学", "major": "果树学", "work_unit": "湖北省农业科学院",
        "post": "副研究员", "region": county(home), "title_level": "2", "title_name": "副研究员",
        "talent_type": term("talent"), "discipline": term("discipline"), "speciality": "柑橘栽培与病虫害绿色防控",
        "service_mode": term("service_mode"), "phone": "027-87654321", "email": "无",
        "address": "武汉市洪山区南湖大道1号", "postcode": "430070",
        "service_experience": "2018年起在秭归县服务", "awards_penalties": "无",
    }  # fmt: skip


# Reference data comes with the migrations: read once a world (a flush between browser tests makes it anew).


@cache
def county(city: str) -> Region:
    counties = Region.objects.filter(parent__code=CITIES[city], level=Region.Level.COUNTY)
    return counties.select_related("parent__parent")[0]


@cache
def term(kind: str) -> Term:
    return Term.objects.filter(kind=kind)[0]


@cache
def chains() -> list[Term]:
    return list(Term.objects.filter(kind=Term.Kind.CHAIN)[:2])


def form_values(target: str) -> dict:
    return {
        "apply_type": "new", "major": "果树学", "tech_field": "柑橘栽培",
        "chains": chains(),
        "target_city": county(target).parent, "target_county": county(target),
        "target_host": "三峡柑橘专业合作社", "target_host_address": "茅坪镇建设路18号",
        "introduction": "长期从事柑橘栽培研究。", "work_history": "2015年至今　湖北省农业科学院　副研究员",
        "planned_service": "高接换种与病虫害绿色防控。",
    }  # fmt: skip


def agreement_values() -> dict:
    today = timezone.localdate()
    return {
        "speciality": "柑橘栽培", "committed_days": 60,
        "service_start": today, "service_end": today + timedelta(days=365),
        "sender_name": "湖北省农业科学院", "sender_head": "王建国",
        "sender_contact": "李红", "sender_phone": "027-87654321",
        "host_name": "三峡柑橘专业合作社", "host_credit_code": "无", "host_head": "张三", "host_contact": "赵四",
        "host_phone": "0717-1234567", "host_address": "茅坪镇建设路18号", "host_main_business": "柑橘种植",
        "service_need": "病虫害防控", "work_plan": "每月五天", "expected_targets": "亩均增产一成",
        "targets": {"new_techniques": 2, "courses": 4},
    }  # fmt: skip


def team_form_values(target: str) -> dict:
    shared = {"chains", "target_city", "target_county", "target_host", "target_host_address", "planned_service"}
    values = {name: value for name, value in form_values(target).items() if name in shared}
    return values | {"leader_field": "柑橘栽培", "leader_achievement": "育成品种三个，推广百万亩。"}


def team_agreement_values() -> dict:
    values = agreement_values()
    del values["speciality"]
    return values | {"division": "负责人统筹；一人负责培训，一人负责植保。"}


def unit_values(name: str) -> dict:
    city = UNITS[name]
    return {
        "name": f"{name}农业科学研究所", "credit_code": credit_code(int(name[1:])),
        "nature": term("unit_nature"), "region": county(city),
        "address": "狮子山街1号", "postcode": "430070", "founded_on": timezone.localdate() - timedelta(days=9000),
        "legal_rep": "李校长", "legal_rep_post": "院长", "contact": "王主任", "contact_phone": "027-87280000",
        "email": "无", "main_business": "教学科研", "tech_strength": "柑橘育种。", "service_record": "服务十二个县。",
    }  # fmt: skip


def host_values(name: str) -> dict:
    number = int(name[1:])
    return {
        "name": f"{name}柑橘专业合作社", "host_type": Term.objects.get(kind=Term.Kind.HOST_TYPE, name="农民专业合作社"),
        "credit_code": credit_code(100 + number), "region": county(HOSTS[name]), "address": "茅坪镇建设路18号",
        "founded": "2012年5月", "legal_rep": "屈社长", "legal_rep_phone": mobile(7100 + number),
        "contact": "屈联系", "contact_phone": mobile(7200 + number), "main_business": "柑橘种植与销售",
        "tech_need": "病虫害防控。",
    }  # fmt: skip


def posted(values: dict) -> dict:
    """The values of a form as a browser sends them."""
    targets = {f"target_{name}": count for name, count in values.get("targets", {}).items()}
    plain = {
        name: [item.pk for item in value] if isinstance(value, list) else getattr(value, "pk", value)
        for name, value in values.items()
        if name != "targets"
    }
    return plain | targets


def need_values(host: str) -> dict:
    today = timezone.localdate()
    return {
        "title": "柑橘大实蝇绿色防控", "chain": Term.objects.get(kind=Term.Kind.CHAIN, name="柑橘"),
        "kind": Term.objects.filter(kind=Term.Kind.NEED_KIND)[0],
        "discipline": Term.objects.get(kind=Term.Kind.DISCIPLINE, name="植保"), "county": county(HOSTS[host]),
        "description": "基地八百亩，大实蝇危害逐年加重，希望指导绿色防控。", "starts_on": today,
        "ends_on": today + timedelta(days=200), "contact": "需求联系人", "contact_phone": mobile(7300 + int(host[1:])),
    }  # fmt: skip


def build() -> World:
    for read in (county, term, chains):
        read.cache_clear()
    now = timezone.now()
    office = Organisation.objects.get(kind=Organisation.Kind.PROVINCE)
    bureaus = {name: Organisation.objects.get(region__code=code) for name, code in CITIES.items()}
    batch = Batch.objects.create(
        name="2026年度", year=2026, office=office, opens_at=now - timedelta(days=10), closes_at=now + timedelta(days=30)
    )
    world = World(batch, office, bureaus)
    for number, (name, role, desk, system_admin) in enumerate(OFFICERS, 1):
        desks = [office] if desk == "province" else [bureaus[desk]] if desk else []
        accounts.issue_account(
            username=name, real_name=f"办理员{'子丑寅卯辰巳午未'[number - 1]}", role=role, organisations=desks,
            system_admin=system_admin, mobile=mobile(9000 + number), password=PASSWORD,
        )  # fmt: skip
    for name, home, target in SPECIALISTS:
        world.specialist(home, target, name)
    return world


@pytest.fixture(scope="module")
def scene() -> Callable[[World], object]:
    """What else is there from the start in all tests of a module; a module with more gives its own."""
    return lambda world: None


@pytest.fixture(scope="module")
def world_of_module(django_db_setup, django_db_blocker, scene: Callable[[World], object]) -> Iterator[World]:
    """Built once a module, in a transaction around all its tests."""
    outer = transaction.atomic()
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        take_papers_as_they_are(patch)
        outer.__enter__()
        world = build()
        scene(world)
    yield world
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


@pytest.fixture
def world(world_of_module: World, db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """World W; whatever a test does to it is undone, in the database and here."""
    take_papers_as_they_are(monkeypatch)
    return deepcopy(world_of_module)


def take_papers_as_they_are(patch: pytest.MonkeyPatch) -> None:
    """What uploads may hold is inspected, and their codes read, by processes of their own, in tests of their own."""
    patch.setattr("review.scans.LOOKED_AT", 0)
    patch.setattr(
        "attachments.validation.inspect", lambda raw, clean, limits=None: clean.write_bytes(raw.read_bytes()) and 1
    )


@pytest.fixture
def no_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paper is typeset in its own tests."""
    monkeypatch.setattr("attachments.pdf.render", lambda html: b"%PDF-1.7")
