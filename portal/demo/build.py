"""The demonstration: offices with their people, legal units, two rounds, and applications lying in every stage.

Everything happens through the services that the pages call, back-dated by `at`; no state is ever written.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from accounts import services as people
from accounts.models import Organisation, Parameter, User
from accounts.roles import Role
from agreements.models import Agreement
from agreements.services import open_agreement, save_agreement, upload_scan
from agreements.sheets import agreement_sheet
from applications.docking import selectors as docking_selectors
from applications.docking import services as docking_services
from applications.models import Application, Batch, HostAdmission, Need, SealedSheet, Team, UnitAdmission
from applications.needs import services as need_services
from applications.papers import form_sheet, overview
from applications.services import (
    open_admission,
    open_host,
    save_form,
    start,
    submit_host,
    submit_unit,
    upload_overview,
    upload_sealed,
)
from applications.teams import services as team_services
from attachments.sheets import printed
from portal.demo import articles
from portal.demo.people import Person, Place, Reference, Writer
from portal.demo.phrases import (
    DECLINE_WORDS,
    HOST_REVOKE_WORDS,
    NEED_REVOKE_WORDS,
    REMOVE_WORDS,
    RETURN_WORDS,
    REVOKE_WORDS,
)
from portal.demo.tales import (
    AGAIN,
    ALSO_ADMINISTER,
    HOSTS,
    LAST_ROUND,
    MATCHES,
    NEEDS,
    OFFICERS,
    SEALED,
    TEAMS,
    THIS_ROUND,
    UNITS,
    HostTale,
    MatchTale,
    NeedTale,
    SealedTale,
    Tale,
    TeamTale,
    UnitTale,
)
from review import drafts, registry
from review.models import Reviewed
from review.services import perform

PASSWORD = "ktp-demo-2026"  # noqa: S105  of every demonstration account; production refuses to make them
OPENED, CLOSES = timedelta(days=40), timedelta(days=20)
Say = Callable[[str], None]
OWN_MOVES = ("submit", "withdraw", "save", "upload", "change", "keep", "update")  # made by whoever applies, at any hour
# What somebody rewrites whose application was returned
TEXT_OF = {Application.Kind.PERSONAL: "introduction", Application.Kind.TEAM: "leader_achievement"}
FOOTER = {  # numbers that nobody has, and that say so
    "operator": "湖北省科技信息研究院（示例）", "contact": "027-00000000（示例）", "site_code": "4200000000（示例）",
    "icp": "鄂ICP备00000000号-1（示例）", "police": "鄂公网安备42000000000000号（示例）",
}  # fmt: skip
BEGINNERS = (
    ("specialist", "陈思远", "19000000000", Role.SPECIALIST),
    ("newmember", "江小鱼", "19000000001", Role.TEAM_MEMBER),
)


@transaction.atomic
def build(say: Say, seed: int) -> bool:
    """The whole demonstration, all of it or nothing; False when it is there already."""
    if User.objects.filter(username="specialist").exists():
        return False
    demo = Demonstration(Random(seed))  # noqa: S311
    say("机构与账号：省厅、17 个市州、系统管理员")
    demo.staff()
    for key, text in FOOTER.items():
        Parameter.objects.update_or_create(key=f"footer.{key}", defaults={"text": text})
    say(f"法人单位：{len(UNITS)} 家")
    for number, unit in enumerate(UNITS, 1):
        demo.admit(unit, number)
    say(f"派驻单位：{len(HOSTS)} 家")
    for number, host in enumerate(HOSTS, 1):
        demo.confirm(host, number)
    for need in NEEDS:
        demo.ask(need)
    need_services.close_over()
    year = timezone.localdate().year
    say(f"{year - 1} 年度批次：{len(LAST_ROUND)} 份申请")
    past = timedelta(days=365)
    last = demo.batch(year - 1, closes=timezone.now() + CLOSES)  # open while its people apply
    for tale in LAST_ROUND:
        demo.play(tale, last, ago=past)
    last.opens_at, last.closes_at, last.mends_until = (
        moment - past for moment in (last.opens_at, last.closes_at, last.mends_until)
    )
    last.save()
    say(f"{year} 年度批次：{len(THIS_ROUND) + 1} 份个人申请、{len(TEAMS)} 份团队申请，分布在各个环节")
    batch = demo.batch(year, closes=timezone.now() + CLOSES)
    for tale in (*THIS_ROUND, AGAIN, *TEAMS):
        demo.play(tale, batch)
    say(f"审核附件：{len(SEALED)} 份")
    for sealed in SEALED:
        demo.seal(sealed, batch)
    for unit in UNITS:
        demo.move_unit(unit, unit.later)
    for username, name, mobile, role in BEGINNERS:
        demo.register(username, name, mobile, role)
    say(f"服务对接：{len(MATCHES)} 条")
    for match in MATCHES:
        demo.match(match)
    say(f"信息发布：{len(articles.ARTICLES)} 篇")
    officer = User.objects.get(username="province")
    articles.write(officer)
    articles.show_names(batch, officer)
    return True


class Demonstration:
    """Where the tales are played: who sits at which desk, and who has come in."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.reference = Reference()
        self.writer = Writer(self.reference, rng)
        self.province = Organisation.objects.get(kind=Organisation.Kind.PROVINCE)
        self.officers: dict[int, list[User]] = {}
        self.persons: dict[str, tuple[User, Person]] = {}
        self.admissions: dict[str, UnitAdmission] = {}
        self.hosts: dict[str, HostAdmission] = {}

    def staff(self) -> None:
        bureaus = {office.region.name: office for office in Organisation.objects.exclude(region=None)}
        for number, (username, name, city) in enumerate(OFFICERS, 1):
            office = bureaus[city] if city else self.province
            officer, _ = people.issue_account(
                username=username, real_name=name, role=Role.CITY if city else Role.PROVINCE, organisations=[office],
                mobile=f"192{number:08d}", password=PASSWORD, system_admin=username in ALSO_ADMINISTER,
            )  # fmt: skip
            desk = self.officers.setdefault(office.pk, [])
            if not desk:
                people.save_organisation(
                    organisation=office,
                    values={"phone": f"027-8600{number:04d}", "contact": name, "contact_phone": f"192{number:08d}"},
                )
            desk.append(officer)
        people.issue_account(username="admin", real_name="严守一", system_admin=True, password=PASSWORD)

    def batch(self, year: int, *, closes: datetime) -> Batch:
        return Batch.objects.create(
            name=f"{year}年度省级科技特派员选派", year=year, office=self.province,
            opens_at=_midnight(closes - CLOSES - OPENED), closes_at=_midnight(closes),
            mends_until=_midnight(closes + timedelta(days=5)),
        )  # fmt: skip

    def register(self, username: str, name: str, mobile: str, role: str) -> User:
        return people.register(username=username, password=PASSWORD, real_name=name, mobile=mobile, role=role)

    # Legal units

    def admit(self, tale: UnitTale, number: int) -> None:
        """Register a unit and take it as far as its tale goes before its teams come."""
        username = tale.username or f"unit{number:02d}"
        clerk = self.register(username, tale.clerk, f"194{number:08d}", Role.LEGAL_UNIT)
        self.admissions[tale.name] = open_admission(clerk)
        self.move_unit(tale, tale.moves)

    def move_unit(self, tale: UnitTale, moves: str) -> None:
        clock, case = Clock(self.rng), self.admissions[tale.name]
        clerk, officer = case.owner, self.rng.choice(self.officers[self.province.pk])
        for line in filter(None, moves.split(", ")):
            day, action = line.split(" ")
            at = clock.at(int(day), office=action not in OWN_MOVES)
            match action:
                case "save":
                    values = self.writer.unit(case.pk, tale.name, self.reference.county(tale.county))
                    drafts.save(case, actor=clerk, version=case.version, values=values)
                    submit_unit(case, actor=clerk, seen=case.seen, at=at)
                case "upload":
                    sheet = printed(overview(case.revisions.get(number=case.revision_number))).read_bytes()
                    upload = SimpleUploadedFile(f"{tale.name}_单位概况.pdf", sheet)
                    upload_overview(case, actor=clerk, seen=case.seen, upload=upload, at=at)
                case _:
                    actor = clerk if action in OWN_MOVES else officer
                    words = REVOKE_WORDS if action == "revoke" else self._words(case, action)
                    perform(case, action, actor=actor, seen=case.seen, comment=words, at=at)
            case = UnitAdmission.objects.for_review().select_related("organisation__location").get(pk=case.pk)
        self.admissions[tale.name] = case
        if case.organisation is not None:
            self.officers[case.organisation.pk] = [User.objects.get(pk=clerk.pk)]  # with the rights of now

    # Host units

    def confirm(self, tale: HostTale, number: int) -> None:
        """Register a 派驻单位 and take it through its tale."""
        username = tale.username or f"host{number:02d}"
        clerk = self.register(username, tale.clerk, f"195{number:08d}", Role.HOST_UNIT)
        clock, case = Clock(self.rng), open_host(clerk)
        self.hosts[tale.name] = case
        for line in filter(None, tale.moves.split(", ")):
            day, action = line.split(" ")
            at = clock.at(int(day), office=action not in OWN_MOVES)
            if action in ("submit", "update"):
                values = self.writer.host(case.pk, tale)
                drafts.save(case, actor=clerk, version=case.version, values=values)
                submit_host(case, actor=clerk, seen=case.seen, at=at)
            else:
                actor = clerk if action in OWN_MOVES else self.rng.choice(self.officers[case.desk_id])
                words = HOST_REVOKE_WORDS if action == "revoke" else self._words(case, action)
                perform(case, action, actor=actor, seen=case.seen, comment=words, at=at)
            case = self.hosts[tale.name] = HostAdmission.objects.for_review().get(pk=case.pk)

    def ask(self, tale: NeedTale) -> None:
        """A 需求, as far as its tale goes."""
        host = self.hosts[tale.host]
        clerk, clock = User.objects.get(pk=host.owner_id), Clock(self.rng)
        need = need_services.begin(clerk, host.organisation)
        chain = next(one.chain for one in HOSTS if one.name == tale.host)
        values = self.writer.need(tale, self.reference.terms["chain", chain], host)
        need_services.save_need(need, actor=clerk, version=0, values=values)
        for line in filter(None, tale.moves.split(", ")):
            day, action = line.split(" ")
            own = action in ("submit", "withdraw", "solve", "close")
            need = Need.objects.for_review().get(pk=need.pk)
            actor = clerk if own else self.rng.choice(self.officers[need.desk_id])
            words = NEED_REVOKE_WORDS if action == "revoke" else self._words(need, action)
            perform(need, action, actor=actor, seen=need.seen, comment=words, at=clock.at(int(day), office=not own))
        if tale.over:
            Need.objects.filter(pk=need.pk).update(ends_on=timezone.localdate() - timedelta(days=tale.over))

    def match(self, tale: MatchTale) -> None:
        """An offer or an invitation, and its answer."""
        need, clock = Need.objects.public().get(title=tale.title), Clock(self.rng)
        person, clerk = self.persons[tale.name][0], User.objects.get(pk=need.owner_id)
        asking, asked = (clerk, person) if tale.invited else (person, clerk)
        said = {"actor": asking, "words": tale.words, "at": clock.at(tale.made, office=False)}
        if tale.invited:
            application = docking_selectors.approved().get(owner=person)
            match = docking_services.invite(need, application, **said)
        else:
            match = docking_services.offer(need, **said)
        at = clock.at(tale.answered, office=False)
        if tale.answer == "withdraw":
            docking_services.withdraw(match, actor=asking, at=at)
        elif tale.answer:
            accept = tale.answer == "accept"
            docking_services.answer(match, actor=asked, accept=accept, words=tale.reply, at=at)

    # People

    def play(self, tale: Tale, batch: Batch, *, ago: timedelta = timedelta()) -> None:
        """Take one applicant through their tale; `ago` moves all of it into the past."""
        user, person = self._enter(tale)
        if isinstance(tale, TeamTale):
            self._found(tale, user, person)
        if tale.filled == "nothing":
            return
        application = start(user, batch)
        self._fill(application, tale, person)
        clock = Clock(self.rng, ago)
        agreement: Agreement | None = None
        for line in filter(None, tale.moves.split(", ")):
            day, action, county = (*line.split(" "), "")[:3]
            case = agreement or application
            at = clock.at(int(day), office=action not in (*OWN_MOVES, "open"))
            match action:
                case "change":
                    self._change(application, person, county)
                case "open":
                    agreement = open_agreement(application, actor=user)
                case "upload":
                    agreement = self._upload(agreement, at)
                case "save":
                    self._fill_agreement(agreement, person)
                    agreement = perform(agreement, "save", actor=user, seen=agreement.seen, at=at)
                case _:
                    actor = user if action in ("submit", "withdraw") else self.rng.choice(self.officers[case.desk_id])
                    comment = self._words(case, action)
                    moved = perform(case, action, actor=actor, seen=case.seen, comment=comment, at=at)
                    application, agreement = (application, moved) if agreement else (moved, None)

    def seal(self, tale: SealedTale, batch: Batch) -> None:
        """What the first desk seals, and what the province says of it. The printed sheet stands in for the scan."""
        application = Application.objects.for_review().get(batch=batch, applicant_name=tale.name)
        clerk, clock = self.officers[application.desk_for("first").pk][0], Clock(self.rng)
        for line in tale.moves.split(", "):
            day, action = line.split(" ")
            at = clock.at(int(day), office=True)
            if action == "upload":
                revision = application.revisions.get(number=application.revision_number)
                paper = printed(form_sheet(application, revision, identity=True)).read_bytes()
                upload = SimpleUploadedFile(f"{tale.name}_盖章申请表.pdf", paper)
                upload_sealed(application, actor=clerk, upload=upload, at=at)
                continue
            sheet = SealedSheet.objects.for_review().get(application=application)
            actor = clerk if action == "withdraw" else self.rng.choice(self.officers[self.province.pk])
            perform(sheet, action, actor=actor, seen=sheet.seen, comment=self._words(sheet, action), at=at)

    def _words(self, case: Reviewed, action: str) -> str:
        """An office's words, where the move asks for some."""
        if action == "decline":
            return self.rng.choice(DECLINE_WORDS)
        if action != "return":
            return ""
        of_team = isinstance(case, Application) and case.is_team
        return self.rng.choice(RETURN_WORDS if of_team else registry.of(type(case)).phrases)

    def _enter(self, tale: Tale) -> tuple[User, Person]:
        """The account and 基本信息; somebody who comes again is who they were."""
        if tale.name not in self.persons:
            if isinstance(tale, TeamTale):
                role, places = Role.TEAM_LEADER, {"at": self._place_of(tale)}
            else:
                role, places = Role.SPECIALIST, {"home": tale.home}
            person = self.writer.person(
                len(self.persons) + 1, name=tale.name, target=tale.target, chain=tale.chain, woman=tale.woman,
                host=tale.host, **places,
            )  # fmt: skip
            self._settle(person, tale.username, role, tale.filled)
        return self.persons[tale.name]

    def _settle(self, person: Person, username: str, role: str, filled: str = "all") -> User:
        """Account and 基本信息 of somebody new."""
        user = self.register(username or f"tp{person.index:03d}", person.name, person.mobile, role)
        if filled != "nothing":
            people.save_profile(user=user, values=_part(person.profile) if filled == "part" else person.profile)
        self.persons[person.name] = user, person
        return user

    def _place_of(self, tale: TeamTale) -> Place:
        admission = self.admissions[tale.home]
        return admission.name, admission.region

    def _found(self, tale: TeamTale, leader: User, person: Person) -> None:
        """The team, and who comes to it."""
        short = next(unit.short for unit in UNITS if unit.name == tale.home)
        unit = self.admissions[tale.home].organisation
        name = f"{short}{person.trade.topic}{tale.name}团队"
        team = team_services.save_team(leader=leader, unit=unit, name=name)
        for member in tale.members:
            one = self.writer.person(
                len(self.persons) + 1, name=member.name, target=tale.target, chain=tale.chain, woman=member.woman,
                at=self._place_of(tale),
            )  # fmt: skip
            user = self._settle(one, member.username, Role.TEAM_MEMBER)
            row = team_services.join(user=user, team=team)
            if member.removed:
                team_services.remove(leader=leader, membership_id=row.pk, reason=REMOVE_WORDS)
            elif not member.waiting:
                team_services.confirm(leader=leader, membership_id=row.pk)

    def _fill(self, application: Application, tale: Tale, person: Person) -> None:
        form = self.writer.team_form(person) if application.is_team else self.writer.personal_form(person)
        values = _part(form) if tale.filled == "part" else form
        save_form(application, actor=application.owner, version=0, values=values)

    def _change(self, application: Application, person: Person, county: str) -> None:
        values: dict = {TEXT_OF[application.kind]: self.writer.rewritten(person)}
        if county:
            target = self.reference.county(county)
            values |= {"target_city": target.city, "target_county": target, "target_host": f"{county}绿野农业有限公司"}
        version = application.form.version
        save_form(application, actor=application.owner, version=version, values=values)

    def _fill_agreement(self, agreement: Agreement, person: Person) -> None:
        values = self.writer.agreement(person, agreement.application.batch.min_days)
        if agreement.application.is_team:
            team = Team.objects.get(leader=agreement.owner)
            _, *members = (self.persons[one.real_name][1] for one in team.people())
            values["division"] = self.writer.division(person, members)
        save_agreement(agreement, actor=agreement.owner, version=agreement.version, values=values)

    def _upload(self, agreement: Agreement, at: datetime) -> Agreement:
        """The sheet as it was printed stands in for its scan."""
        revision = agreement.revisions.get(number=agreement.revision_number)
        upload = SimpleUploadedFile(
            f"{agreement.owner}_盖章协议.pdf", printed(agreement_sheet(agreement, revision)).read_bytes()
        )
        return upload_scan(agreement, actor=agreement.owner, seen=agreement.seen, upload=upload, at=at)


class Clock:
    """Times of a tale, each later than the one before: offices work on weekdays from nine to five."""

    def __init__(self, rng: Random, ago: timedelta = timedelta()) -> None:
        self.rng, self.ago, self.last = rng, ago, None

    def at(self, days: int, *, office: bool) -> datetime:
        now = timezone.localtime() - self.ago
        day = now.date() - timedelta(days=days)
        if office and day.weekday() > 4:
            day -= timedelta(days=day.weekday() - 4)
        hour = self.rng.randint(9, 16) if office else self.rng.randint(8, 21)
        at = timezone.make_aware(datetime.combine(day, time(hour, self.rng.randint(0, 59), self.rng.randint(0, 59))))
        if self.last is not None:
            at = max(at, self.last + timedelta(minutes=self.rng.randint(20, 90)))
        self.last = min(at, now - timedelta(minutes=1)) if days == 0 else at
        return self.last


def _midnight(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)


def _part(values: dict) -> dict:
    """The first two thirds, as of somebody who was called away."""
    return dict(list(values.items())[: len(values) * 2 // 3])
