"""Demo data: made once, in every stage, with the history that the process tables ask for."""

import re
from datetime import timedelta
from io import StringIO
from math import gcd
from pathlib import Path
from random import Random

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, F, Model
from django.forms import model_to_dict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Organisation, Profile, User
from accounts.validators import clean_identity_number
from agreements.flow import AGREEMENT
from agreements.models import Agreement, AgreementScan
from applications import flow
from applications.docking import selectors as docking_selectors
from applications.docking.services import MOST_OPEN
from applications.forms import HostForm, UnitForm
from applications.models import (
    Application,
    ApplicationHandling,
    ApplicationRevision,
    ApplicationStep,
    Batch,
    HostAdmission,
    HostAdmissionStep,
    Match,
    Membership,
    Need,
    NeedStep,
    SealedSheet,
    SealedSheetStep,
    Team,
    UnitAdmission,
    UnitAdmissionScan,
    UnitAdmissionStep,
)
from applications.needs.selectors import need_problems
from applications.selectors import missing
from attachments import pdf, validation
from portal.articles.models import Article, Publication
from portal.demo import crowd, market, newsroom
from portal.demo.build import PASSWORD, TEXT_OF
from portal.demo.people import BIRTHDAYS, STRIDE, Reference, Writer
from portal.menu import sidebar
from review.services import perform_many

pytestmark = pytest.mark.django_db
FIXED = {
    "specialist": "specialist", "specialist2": "specialist", "leader": "team_leader", "leader2": "team_leader",
    "member1": "team_member", "member2": "team_member", "newmember": "team_member", "unit": "legal_unit",
    "newunit": "legal_unit", "host": "host_unit", "newhost": "host_unit", "city": "city", "city2": "city",
    "province": "province", "province2": "province", "admin": "",
}  # fmt: skip

PROVINCE = ("province", "province2", "admin")


def seed(**options) -> str:
    out = StringIO()
    call_command("seed_demo", stdout=out, **options)
    return out.getvalue()


def counts() -> dict[type[Model], int]:
    models = (
        User, Profile, UnitAdmission, HostAdmission, Team, Membership, Application, ApplicationStep,
        ApplicationRevision, ApplicationHandling, Agreement, Batch,
    )  # fmt: skip
    return {model: model.objects.count() for model in models}


def check_history() -> str:
    out = StringIO()
    call_command("check_history", stdout=out)
    return out.getvalue()


def one_of_each_kind(patch: pytest.MonkeyPatch) -> None:
    """Of papers with one title only the first is typeset, and looked through when it is uploaded; ./dev run in
    test_tooling.py makes them all."""
    render, inspect = pdf.render, validation.inspect
    typeset: dict[str, bytes] = {}
    looked_through: dict[bytes, tuple[int, bytes]] = {}

    def render_first(html: str) -> bytes:
        title = re.search("<title>(.+?)</title>", html)[1]
        return typeset.get(title) or typeset.setdefault(title, render(html))

    def inspect_first(raw: Path, clean: Path) -> int:
        paper = raw.read_bytes()
        if paper not in looked_through:
            looked_through[paper] = inspect(raw, clean), clean.read_bytes()
        pages, copy = looked_through[paper]
        clean.write_bytes(copy)
        return pages

    patch.setattr(pdf, "render", render_first)
    patch.setattr(validation, "inspect", inspect_first)


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demonstration once for all tests of this file; what each of them changes is rolled back."""
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        patch.setattr("django.conf.settings.MEDIA_ROOT", tmp_path_factory.mktemp("media"))
        one_of_each_kind(patch)
        seed()
        yield
        transaction.set_rollback(True)


KINDS = {Application.Kind.PERSONAL: flow.PERSONAL, Application.Kind.TEAM: flow.TEAM}


@pytest.mark.parametrize("kind", KINDS)
def test_every_stage_and_every_move_of_an_application(kind: str):
    applications = Application.objects.filter(kind=kind)
    made = set(ApplicationStep.objects.filter(case__kind=kind).values_list("from_state", "action"))
    assert set(applications.values_list("state", flat=True)) == {stage.state for stage in KINDS[kind].stages}
    assert made == {(move.source, move.action) for move in KINDS[kind].moves}
    assert applications.filter(state=flow.APPROVED, agreement=None).exists()


def test_every_stage_of_agreements_of_both_kinds():
    assert set(Agreement.objects.values_list("state", flat=True)) == {stage.state for stage in AGREEMENT.stages}
    teams = Agreement.objects.filter(application__kind=Application.Kind.TEAM)
    assert set(teams.values_list("state", flat=True)) == {"saved", "archiving", "archived"}


def test_every_stage_and_every_move_of_what_is_sealed_but_for_a_new_version():
    made = set(SealedSheetStep.objects.values_list("from_state", "action"))
    assert set(SealedSheet.objects.values_list("state", flat=True)) == {stage.state for stage in flow.SEALED.stages}
    assert made == {(move.source, move.action) for move in flow.SEALED.moves} - {(flow.ARCHIVED, "upload")}


def test_every_stage_and_every_move_of_an_admission():
    states = set(UnitAdmission.objects.values_list("state", flat=True))
    made = set(UnitAdmissionStep.objects.values_list("from_state", "action"))
    assert states == {stage.state for stage in flow.ADMISSION.stages}
    assert made == {(move.source, move.action) for move in flow.ADMISSION.moves}
    for case in UnitAdmission.objects.exclude(organisation=None):
        assert case.organisation.active == case.admitted


def test_every_stage_and_every_move_of_a_host():
    made = set(HostAdmissionStep.objects.values_list("from_state", "action"))
    assert made == {(move.source, move.action) for move in flow.HOST.moves}
    assert set(HostAdmission.objects.values_list("state", flat=True)) == {stage.state for stage in flow.HOST.stages}
    for case in HostAdmission.objects.exclude(organisation=None):
        assert case.organisation.active == case.confirmed
        case.full_clean()
        form = HostForm(model_to_dict(case) | {"version": case.version}, instance=case)
        assert form.is_valid(), form.errors


def test_every_stage_and_every_move_of_a_need():
    made = set(NeedStep.objects.values_list("from_state", "action"))
    moves = {(move.source, move.action) for move in flow.NEED.moves}
    assert moves - made == {("solved", "submit"), ("expired", "submit"), ("returned", "submit")}
    assert set(Need.objects.values_list("state", flat=True)) == {stage.state for stage in flow.NEED.stages}
    for need in Need.objects.select_related("form"):
        need.form.full_clean()
    assert Need.objects.public().filter(owner__username="host").count() == 2


def test_offers_and_invitations_in_every_state_that_people_bring_about():
    states = {
        (answer, invited) for answer in ("open", "accepted", "declined", "withdrawn") for invited in (True, False)
    }
    assert set(Match.objects.values_list("answer", "invited")) == states
    for match in Match.objects.select_related("need"):
        assert match.need.published_at < match.made_at <= timezone.now()
        assert match.answered_at is None or match.made_at < match.answered_at <= timezone.now()
        match.clean_fields(exclude=("answered_by", "answered_at"))


def test_returned_by_every_desk_and_some_are_late():
    for kind in KINDS:
        returned = Application.objects.filter(kind=kind, state=flow.RETURNED)
        from_states = set(returned.values_list("returned_from", flat=True))
        assert from_states == {flow.INITIAL, flow.PROVINCE, flow.DOCKING, flow.FINAL}
    late = {case.state for case in Application.objects.all() if case.urgency == "late"}
    assert {flow.INITIAL, flow.PROVINCE, flow.DOCKING} <= late


def test_history_is_whole():
    assert "一致" in check_history()


def test_history_lies_in_the_past_and_in_order():
    for case in Application.objects.prefetch_related("steps"):
        times = [step.at for step in case.steps.all()]
        assert times == sorted(times)
    assert not ApplicationStep.objects.filter(at__lt=F("case__batch__opens_at")).exists()


def test_a_second_time_adds_nothing():
    before = counts()
    assert "不重复" in seed()
    assert counts() == before


@pytest.mark.parametrize(("username", "role"), FIXED.items())
def test_fixed_accounts_log_in(rf, username: str, role: str):
    user = authenticate(rf.post("/"), username=username, password=PASSWORD)
    assert user is not None
    assert user.role == role
    assert not user.must_change_password


def test_the_administrator_administers_and_decides_on_nothing():
    admin = User.objects.get(username="admin")
    assert admin.has_perm("accounts.administer")
    assert not admin.get_all_permissions() & {f"applications.{name}" for name, _ in Application._meta.permissions}


def test_the_two_specialists_are_where_the_manual_meets_them():
    new, approved = (User.objects.get(username=name) for name in ("specialist", "specialist2"))
    assert not Profile.objects.filter(user=new).exists()
    assert not Application.objects.filter(owner=new).exists()
    assert Application.objects.get(owner=approved).approved
    assert Agreement.objects.get(owner=approved).state == "saved"


def test_the_two_leaders_are_where_the_manual_meets_them():
    new, approved = (User.objects.get(username=name) for name in ("leader", "leader2"))
    draft = Application.objects.get(owner=new)
    assert [person.username for person in new.team.people()] == ["leader", "member1", "member2"]
    assert (draft.state, draft.step_count, missing(draft)) == (flow.DRAFT, 0, [])
    assert Application.objects.get(owner=approved).approved
    assert Agreement.objects.get(owner=approved).state == "saved"


def test_the_new_leader_fills_the_form_with_an_accepted_match():
    leader = User.objects.get(username="leader")
    (match,) = docking_selectors.accepted_by(leader)
    assert match.need.owner.username == "host"
    assert Application.objects.get(owner=leader).editable


def test_who_has_just_registered():
    newmember, newunit, newhost = (User.objects.get(username=name) for name in ("newmember", "newunit", "newhost"))
    assert HostAdmission.objects.get(owner=newhost).organisation is None
    assert not Membership.objects.filter(user=newmember).exists()
    assert UnitAdmission.objects.get(owner=newunit).organisation is None
    assert not newunit.has_perm("applications.act_initial")


def test_teams_stand_as_they_may():
    states = set(Membership.objects.values_list("state", flat=True))
    assert states == set(Membership.State.values)
    assert not Membership.objects.filter(state=Membership.State.REMOVED, reason="").exists()
    for case in Application.objects.filter(kind=Application.Kind.TEAM, state__in=flow.STANDING):
        team = case.owner.team
        assert len({person.profile.id_hash for person in team.people()}) >= 3
        assert case.unit == team.unit
        assert {person.profile.work_unit for person in team.people()} == {team.unit.name}


def test_applications_of_a_revoked_unit_lie_where_they_lay():
    waiting = Application.objects.filter(unit__admission__state=flow.REVOKED)
    assert set(waiting.values_list("state", flat=True)) == {flow.INITIAL, flow.PROVINCE}


def test_the_unit_has_work_to_do():
    unit = User.objects.get(username="unit")
    waiting = [case for case in Application.objects.filter(state=flow.INITIAL) if case.moves_for(unit)]
    assert len(waiting) == 3
    assert {case.kind for case in waiting} == {Application.Kind.TEAM}


def test_the_offices_of_the_fixed_accounts():
    names = {name: [desk.name for desk in User.objects.get(username=name).desks] for name in ("city", "city2", "unit")}
    assert names == {"city": ["武汉市科学技术局"], "city2": ["宜昌市科学技术局"], "unit": ["华中农业大学"]}
    assert User.objects.filter(role="city").count() > 17


def test_one_officer_of_the_province_administers_too():
    """Where the manual has 系统管理 in the province's menu, two accounts are the rule and one person the exception."""
    menus = {
        name: {entry.title for entry in sidebar(User.objects.get(username=name), ["/"], None)} for name in PROVINCE
    }
    assert menus["province"] | {"系统管理"} == menus["province2"]
    assert menus["admin"] == {"系统管理"}
    assert "系统管理" not in menus["province"]


def test_what_people_wrote_would_pass_the_forms():
    for application in Application.objects.exclude(state=flow.DRAFT):
        application.form.full_clean(exclude=["chains"])
        assert 150 <= len(getattr(application.form, TEXT_OF[application.kind])) <= 300
        for person in application.form.people():
            profile = person.profile
            profile.full_clean()
            clean_identity_number(profile.id_number)
            assert profile.id_number[6:12] == profile.birth_month.replace("-", "")
            assert int(profile.id_number[16]) % 2 == (profile.gender == "1")
            person.full_clean()
    for team in Team.objects.all():
        team.full_clean(exclude=["unit"])  # of a revoked one too
    for admission in UnitAdmission.objects.exclude(organisation=None):
        admission.full_clean()
        form = UnitForm(
            model_to_dict(admission) | {"city": admission.region.city.pk, "version": admission.version},
            instance=admission,
        )
        assert form.is_valid(), form.errors
    for agreement in Agreement.objects.exclude(state="blank"):
        agreement.full_clean()


def test_scans_are_real_files():
    scans = [*AgreementScan.objects.all(), *UnitAdmissionScan.objects.all()]
    assert len(scans) >= 20
    assert all(scan.file.path.read_bytes()[:5] == b"%PDF-" for scan in scans)
    assert all(scan.file.pages > 1 for scan in AgreementScan.objects.all())


def test_rare_characters_are_among_the_names():
    names = "".join(User.objects.values_list("real_name", flat=True))
    assert set("镕喆堃䶮𬭎·") <= set(names)


@pytest.mark.parametrize("mode", ["production", ""])
def test_production_refuses(settings, mode: str):
    settings.MODE = mode
    before = counts()
    with pytest.raises(CommandError, match="生产环境不能写入演示数据"):
        seed(applications=3)
    assert counts() == before


def test_a_crowd_of_exactly_so_many_with_their_history():
    before, steps = counts(), ApplicationStep.objects.count()
    seed(applications=40)
    assert counts()[Application] == before[Application] + 40
    newcomers = Membership.objects.filter(user__username__regex=r"^tp\d{7}$").count()
    assert counts()[User] == before[User] + 40 + newcomers
    assert ApplicationStep.objects.count() > steps + 100
    assert "一致" in check_history()
    people = User.objects.filter(username__regex=r"^tp\d{7}$")
    assert not any(user.has_usable_password() for user in people)
    submitted = Application.objects.filter(owner__in=people).exclude(revision_number=0)
    assert submitted.count() > 30
    for case in submitted.annotate(revisions_kept=Count("revisions")):
        assert case.revisions_kept == case.revision_number
        assert case.handlings.filter(organisation=case.batch.office).exists()


def test_a_crowd_is_of_both_kinds_and_brings_its_units(monkeypatch):
    monkeypatch.setattr(crowd, "TEAMS_OF_A_UNIT", 1)
    seed(applications=60)
    fresh = Application.objects.filter(owner__username__regex=r"^tp\d{7}$")
    teams = fresh.filter(kind=Application.Kind.TEAM)
    assert 5 <= teams.count() <= 20
    assert fresh.filter(kind=Application.Kind.PERSONAL).count() == 60 - teams.count()
    for case in teams:
        assert 3 <= len(case.owner.team.people()) <= 5
        assert not missing(case)
    units = UnitAdmission.objects.filter(owner__username__regex=r"^unit\d{4}$")
    assert UnitAdmission.objects.filter(state=flow.ADMITTED).count() == 12
    assert all(case.organisation.active and case.scans.exists() for case in units)
    assert not any(case.owner.has_usable_password() for case in units)
    assert "一致" in check_history()


def test_teams_are_submitted_by_the_hundred_without_a_query_for_each(monkeypatch):
    """Beside the statements of one row per case (saving, which Django does one by one) the count stands still."""
    monkeypatch.setattr(crowd, "TEAMS", 1)
    monkeypatch.setattr(crowd, "FATES", {flow.DRAFT: 1})
    seed(applications=12)
    cases = list(Application.objects.filter(owner__username__regex=r"^tp\d{7}$").order_by("pk"))
    counted = []
    for some in (cases[:2], cases[2:]):
        with CaptureQueriesContext(connection) as queries:
            outcomes = perform_many(Application, "submit", {case.pk: case.seen for case in some}, actor=None)
        assert not any(outcome.refusal for outcome in outcomes)
        counted.append([query["sql"] for query in queries if " SET " not in query["sql"]])
    few, many = map(len, counted)
    assert many == few


def test_a_market_of_exactly_so_many_needs_with_their_history(monkeypatch):
    monkeypatch.setattr(market, "NEEDS_OF_A_HOST", 10)
    monkeypatch.setattr(market, "SPOKEN_OF", 1)
    before = {model: model.objects.count() for model in (Need, HostAdmission, Match)}
    seed(needs=120)
    assert Need.objects.count() == before[Need] + 120
    fresh = Need.objects.filter(owner__username__regex=market.CROWD)
    assert fresh.count() == 120
    assert set(fresh.values_list("state", flat=True)) == set(market.FATES)
    hosts = HostAdmission.objects.filter(owner__username__regex=market.CROWD)
    assert hosts.count() == 12
    for host in hosts:
        assert host.organisation.active
        assert [desk.pk for desk in host.owner.desks] == [host.organisation_id]
        assert not host.owner.has_usable_password()
        host.full_clean()
    for need in fresh.exclude(state=flow.DRAFT):
        assert not need_problems(need)
        need.form.full_clean()
    assert "一致" in check_history()


def test_what_a_market_says_is_what_the_services_would_write(monkeypatch):
    monkeypatch.setattr(market, "SPOKEN_OF", 1)
    seed(needs=60)
    said = Match.objects.filter(need__owner__username__regex=market.CROWD).select_related("need", "person")
    assert {(match.answer, match.invited) for match in said} >= {
        (answer, way) for answer in ("accepted", "declined") for way in (True, False)
    }  # fmt: skip
    for match in said:
        match.clean_fields(exclude=("answered_by", "answered_at", "chain", "office"))
        need = match.need
        assert need.published_at < match.made_at <= timezone.now()
        assert match.answered_at is None or match.made_at <= match.answered_at <= timezone.now()
        assert (match.title, match.chain, match.county, match.host) == (need.title, need.chain, need.county, need.host)
        assert match.office == match.host.location.city.bureau
        assert not match.invited or docking_selectors.approved().filter(owner=match.person).exists()
    for need in Need.objects.filter(owner__username__regex=market.CROWD, published_at__isnull=False):
        heard = [match.answered_at if match.invited else match.made_at
                 for match in need.matches.all() if not match.invited or match.accepted]  # fmt: skip
        assert need.first_answer_at == min(heard, default=None)
    open_offers = Match.objects.filter(answer="open", invited=False).values("person").annotate(number=Count("pk"))
    assert max(row["number"] for row in open_offers) <= MOST_OPEN


def test_a_newsroom_of_exactly_so_many_articles(client):
    before, public = Article.objects.count(), Publication.objects.shown().count()
    seed(articles=150)
    fresh = Article.objects.order_by("pk")[before:]
    assert len(fresh) == 150
    assert {article.state for article in fresh} == set(newsroom.FATES)
    published = sum(article.state == "published" for article in fresh)
    assert Publication.objects.shown().count() == public + published
    newest = Publication.objects.shown().latest("shown_from")
    assert newest.title in client.get("/news/?q=" + newest.title[:6]).content.decode()
    for article in fresh:
        article.full_clean(exclude=("body",))
    assert "一致" in check_history()


def test_markets_and_newsrooms_follow_each_other():
    for _ in range(2):
        seed(needs=25, articles=5)
    codes = Organisation.objects.exclude(credit_code="").values_list("credit_code", flat=True)
    assert len(set(codes)) == len(codes)
    assert User.objects.filter(username__regex=market.CROWD).count() == 2


def test_crowds_follow_each_other_and_never_meet():
    seed(applications=12)
    seed(applications=12)
    numbers = [profile.id_number for profile in Profile.objects.exclude(id_hash="")]
    assert len(set(numbers)) == len(numbers)


def test_the_same_seed_invents_the_same_crowd():
    def outcome() -> list:
        with transaction.atomic():
            seed(applications=25, seed=7)
            rows = Application.objects.filter(owner__username__regex=r"^tp\d{7}$").order_by("owner__username")
            found = list(rows.values_list("owner__username", "applicant_name", "target_host", "state", "step_count"))
            transaction.set_rollback(True)
        return found

    assert outcome() == outcome()


def test_no_crowd_without_an_open_batch():
    Batch.objects.update(closes_at=F("opens_at") + timedelta(days=1))
    with pytest.raises(CommandError, match="没有开放的申报批次"):
        seed(applications=1)


def test_names_of_teams_of_a_unit_differ():
    entry = crowd.Entry(Writer(Reference(), Random(1)))
    leader = entry.writer.person(5000, name="王伟", chain="茶叶")
    first, second = (entry.team_name(entry.units[0], leader) for _ in range(2))
    assert (first, second) == ("华中农业大学茶叶王伟团队", "华中农业大学茶叶王伟第2团队")


def test_the_fates_are_of_a_hundred_and_reach_every_stage():
    assert sum(crowd.FATES.values()) == 100
    assert set(crowd.FATES) == {stage.state for stage in flow.PERSONAL.stages}


def test_no_two_people_share_a_number():
    space = len(Reference().codes) * BIRTHDAYS
    assert space > 1_000_000
    assert gcd(STRIDE, space) == 1
