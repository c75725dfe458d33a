"""Demo data: made once, in every stage, with the history that the process tables ask for."""

from collections import Counter
from datetime import timedelta
from io import StringIO
from math import gcd

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F, Model

from accounts.models import Profile, User
from accounts.validators import clean_identity_number
from agreements.flow import AGREEMENT
from agreements.models import Agreement, AgreementScan
from applications import flow
from applications.models import Application, ApplicationHandling, ApplicationRevision, ApplicationStep, Batch
from portal.demo import crowd
from portal.demo.build import PASSWORD
from portal.demo.people import BIRTHDAYS, STRIDE, Reference

pytestmark = pytest.mark.django_db
FIXED = {
    "specialist": "specialist", "specialist2": "specialist", "city": "city", "city2": "city", "province": "province",
    "admin": "",
}  # fmt: skip


def seed(**options) -> str:
    out = StringIO()
    call_command("seed_demo", stdout=out, **options)
    return out.getvalue()


def counts() -> dict[type[Model], int]:
    models = (User, Profile, Application, ApplicationStep, ApplicationRevision, ApplicationHandling, Agreement, Batch)
    return {model: model.objects.count() for model in models}


def check_history() -> str:
    out = StringIO()
    call_command("check_history", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demonstration once for all tests of this file; what each of them changes is rolled back."""
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        patch.setattr("django.conf.settings.MEDIA_ROOT", tmp_path_factory.mktemp("media"))
        seed()
        yield
        transaction.set_rollback(True)


def test_every_stage_of_both_processes_has_a_case():
    applications = Counter(Application.objects.values_list("state", flat=True))
    agreements = Counter(Agreement.objects.values_list("state", flat=True))
    assert set(applications) == {stage.state for stage in flow.PERSONAL.stages}
    assert set(agreements) == {stage.state for stage in AGREEMENT.stages}
    assert Application.objects.filter(state=flow.APPROVED, agreement=None).exists()


def test_every_kind_of_move_has_been_made():
    made = set(ApplicationStep.objects.values_list("from_state", "action"))
    assert made == {(move.source, move.action) for move in flow.PERSONAL.moves}


def test_returned_by_every_desk_and_some_are_late():
    from_states = set(Application.objects.filter(state=flow.RETURNED).values_list("returned_from", flat=True))
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


def test_the_offices_of_the_fixed_accounts():
    names = {name: [desk.name for desk in User.objects.get(username=name).desks] for name in ("city", "city2")}
    assert names == {"city": ["武汉市科学技术局"], "city2": ["宜昌市科学技术局"]}
    assert User.objects.filter(role="city").count() > 17


def test_what_people_wrote_would_pass_the_forms():
    for application in Application.objects.exclude(state=flow.DRAFT).select_related("owner__profile", "personalform"):
        profile = application.owner.profile
        profile.full_clean()
        application.personalform.full_clean(exclude=["chains"])
        clean_identity_number(profile.id_number)
        assert profile.id_number[6:12] == profile.birth_month.replace("-", "")
        assert int(profile.id_number[16]) % 2 == (profile.gender == "1")
        assert 150 <= len(application.personalform.introduction) <= 300
        application.owner.full_clean()
    for agreement in Agreement.objects.exclude(state="blank"):
        agreement.full_clean()


def test_scans_are_real_files():
    assert AgreementScan.objects.count() >= 5
    assert all(
        scan.file.pages > 1 and scan.file.path.read_bytes()[:5] == b"%PDF-" for scan in AgreementScan.objects.all()
    )


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
    assert counts()[User] == before[User] + 40
    assert ApplicationStep.objects.count() > steps + 100
    assert "一致" in check_history()
    people = User.objects.filter(username__regex=r"^tp\d{7}$")
    assert not any(user.has_usable_password() for user in people)
    submitted = Application.objects.filter(owner__in=people).exclude(revision_number=0)
    assert submitted.count() > 30
    for case in submitted.annotate(revisions_kept=Count("revisions")):
        assert case.revisions_kept == case.revision_number
        assert case.handlings.filter(organisation=case.batch.office).exists()


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


def test_the_fates_are_of_a_hundred_and_reach_every_stage():
    assert sum(crowd.FATES.values()) == 100
    assert set(crowd.FATES) == {stage.state for stage in flow.PERSONAL.stages}


def test_no_two_people_share_a_number():
    space = len(Reference().codes) * BIRTHDAYS
    assert space > 1_000_000
    assert gcd(STRIDE, space) == 1
