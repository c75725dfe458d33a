"""系统管理 (security A.12): for 系统管理员 only; accounts are never deleted; somebody is always left to administer."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import models
from django.test import Client
from guardian.models import UserObjectPermission

from accounts import services
from accounts.models import Appointment, AuditEntry, Organisation, Parameter, Profile, Region, Term, User
from accounts.roles import Role
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
INLINE = {"appointment_set-TOTAL_FORMS": "0", "appointment_set-INITIAL_FORMS": "0"}
# the admin's own log, who is in which group, and a table of django-guardian that stays empty
FREE = {LogEntry, User.groups.through, User.user_permissions.through, UserObjectPermission}
PATHS = [
    "/admin/", "/admin/accounts/user/", "/admin/accounts/user/add/", "/admin/accounts/region/", "/admin/nowhere/",
    "/admin/accounts/organisation/", "/admin/accounts/term/", "/admin/auth/group/", "/admin/axes/accesslog/",
    "/admin/password_change/", "/admin/jsi18n/", "/admin/autocomplete/",
]  # fmt: skip


def trail() -> list[AuditEntry]:
    """操作日志, oldest first."""
    return list(AuditEntry.objects.filter(log="operation").order_by("pk"))


def inside(user: User) -> Client:
    client = Client()
    client.force_login(user, "accounts.backends.RoleBackend")
    return client


@pytest.fixture
def boss(administrator) -> Client:
    return inside(administrator)


@pytest.mark.parametrize("path", PATHS)
def test_to_others_it_is_not_there(path, specialist, officer):
    for user in (specialist, officer):
        answer, nothing = inside(user).get(path), inside(user).get("/nowhere/")
        assert answer.status_code == 404
        shape = re.compile(r"[0-9A-F]{8}")
        assert shape.sub("", answer.content.decode()) == shape.sub("", nothing.content.decode())
    assert Client().get(path)["Location"] == f"/login/?next={path}"


def test_of_the_models_only_these(boss):
    names = {model._meta.label for model in admin.site._registry}
    assert names == {
        "accounts.User", "accounts.Organisation", "accounts.Region", "accounts.Term", "portal.MenuItem",
        "applications.Batch", "accounts.Parameter", "accounts.SpecialDays",
    }  # fmt: skip


def test_every_page_of_it_opens(boss, officer):
    for model in admin.site._registry:
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert boss.get(base).status_code == 200, base
        assert boss.get(base + "add/").status_code == (403 if model is Parameter else 200), base
        if row := model.objects.first():
            assert boss.get(f"{base}{row.pk}/change/").status_code == 200, base
            assert boss.get(f"{base}{row.pk}/history/").status_code == 200, base


def test_nothing_is_deleted(boss, officer):
    for model in admin.site._registry:
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        if row := model.objects.first():
            assert boss.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code == 403, base
            boss.post(base, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
            assert model.objects.filter(pk=row.pk).exists(), base


def test_no_row_goes_with_its_person():
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey) and field.related_model is User:
                assert (model in FREE) or field.remote_field.on_delete is models.PROTECT, field


def issue(boss, **fields):
    return boss.post("/admin/accounts/user/add/", INLINE | {"username": "new", "real_name": "新人"} | fields)


def test_an_account_is_issued_with_a_password_shown_once(boss, wuhan, client):
    answer = issue(
        boss, role="city", mobile="13800000000",
        **{"appointment_set-TOTAL_FORMS": "1", "appointment_set-0-content_object": str(wuhan.pk)},
    )  # fmt: skip
    user = User.objects.get(username="new")
    once = re.search(r'<strong id="one-time-password">([a-z2-9-]{14})</strong>', answer.content.decode())[1]
    assert user.check_password(once)
    assert user.must_change_password
    assert user.desks == [wuhan]
    assert user.has_perm("applications.act_initial")
    assert not user.has_perm("accounts.administer")
    assert answer["Cache-Control"] == "no-store"
    assert once not in boss.get(f"/admin/accounts/user/{user.pk}/change/").content.decode()
    assert not any(once in str(session.get_decoded()) for session in Session.objects.all())
    assert once not in str(boss.cookies)
    entry, desk = trail()
    assert (entry.kind, entry.object_name, entry.actor_name) == ("issue", "新人", "何静")
    assert (desk.kind, desk.object_name) == ("appoint", "武汉市科学技术局")
    assert once not in str([vars(row) for row in trail()])
    client.post("/login/", {"username": "new", "password": once, "captcha_1": "PASSED"})
    assert client.get("/workbench/")["Location"] == "/account/password/"


@pytest.mark.parametrize(
    "fields",
    [
        {"username": "Boss"}, {"username": "a b"}, {"username": "x\u200by"}, {"role": "admin"}, {"role": "host"},
        {"real_name": ""}, {"real_name": "新\u202e人"}, {"mobile": "123"},
    ],
    ids=str,
)  # fmt: skip
def test_accounts_that_are_not_issued(boss, fields):
    assert issue(boss, **fields).status_code == 200
    assert User.objects.count() == 1


def change(boss, user, **fields):
    system_admin = user.groups.exists()
    values = {"real_name": user.real_name, "role": user.role, "mobile": "", "is_active": "on"}
    values |= {"system_admin": "on"} if system_admin else {}
    rows = user.appointment_set.all()
    values |= {"appointment_set-TOTAL_FORMS": str(len(rows)), "appointment_set-INITIAL_FORMS": str(len(rows))}
    for n, row in enumerate(rows):
        values |= {f"appointment_set-{n}-id": row.pk, f"appointment_set-{n}-user": user.pk,
                   f"appointment_set-{n}-content_object": row.content_object_id}  # fmt: skip
    values = {name: value for name, value in (values | fields).items() if value is not None}
    answer = boss.post(f"/admin/accounts/user/{user.pk}/change/", values)
    user.refresh_from_db()
    return answer


def test_role_and_desk_are_changed_and_remembered(boss, officer, wuhan):
    services.save_profile(user=officer, values={"work_unit": "某单位"})
    yichang = Organisation.objects.get(region__name="宜昌市")
    assert change(boss, officer, role="province", **{"appointment_set-0-content_object": yichang.pk}).status_code == 302
    officer = User.objects.get(pk=officer.pk)
    assert officer.role == Role.PROVINCE
    assert officer.desks == [yichang]
    assert Profile.objects.get().role == Role.PROVINCE
    assert trail()[0].extra["changes"] == [
        ["角色", "地市科技管理部门", "省科技厅管理部门"],
        ["任职「周文博（宜昌市科学技术局）」机构", "武汉市科学技术局", "宜昌市科学技术局"],
    ]
    change(boss, officer, **{"appointment_set-0-DELETE": "on"})
    assert User.objects.get(pk=officer.pk).desks == []
    taken, desk = trail()[-2:]
    assert taken.text == "修改用户「周文博」：任职 周文博（宜昌市科学技术局） → （空）"
    assert (desk.kind, desk.object_id) == ("appoint", yichang.pk)
    page = boss.get(f"/admin/accounts/organisation/{yichang.pk}/history/").content.decode()
    assert "「周文博」：任职 周文博（宜昌市科学技术局） → （空）" in page


def test_a_form_sent_unchanged_writes_nothing_down(boss, officer):
    change(boss, officer)
    assert trail() == []


def test_a_mobile_number_is_masked_in_the_trail(boss, officer):
    change(boss, officer, mobile="13912345678")
    assert trail()[0].text == "修改用户「周文博」：手机 （空） → 139****5678"


def test_whoever_administers_reads_no_mobile_number(boss, officer):
    """It stood in full in the form. The mask left alone keeps it, another number takes its place."""
    change(boss, officer, mobile="13912345678")
    page = boss.get(f"/admin/accounts/user/{officer.pk}/change/").content.decode()
    assert "13912345678" not in page
    assert 'value="139****5678"' in page
    change(boss, officer, mobile="139****5678")
    assert officer.mobile == "13912345678"
    assert len(trail()) == 1
    assert "请填写 11 位手机号码" in change(boss, officer, mobile="139****0000").content.decode()
    change(boss, officer, mobile="13700001111")
    assert officer.mobile == "13700001111"
    change(boss, officer, mobile="")
    assert officer.mobile == ""


def test_an_appointment_is_made_once(boss, officer, wuhan):
    answer = change(
        boss, officer, **{"appointment_set-TOTAL_FORMS": "2", "appointment_set-1-content_object": str(wuhan.pk)}
    )
    assert "同一机构只能任职一次" in answer.content.decode()
    assert Appointment.objects.count() == 1


def test_a_password_is_reset(boss, officer):
    session = inside(officer)
    url = f"/admin/accounts/user/{officer.pk}/reset-password/"
    assert boss.get(url).status_code == 200
    officer.refresh_from_db()
    assert officer.check_password(PASSWORD)
    answer = boss.post(url)
    once = re.search(r'<strong id="one-time-password">(\S+)</strong>', answer.content.decode())[1]
    officer.refresh_from_db()
    assert officer.check_password(once)
    assert officer.must_change_password
    assert session.get("/account/").status_code == 302
    assert [(entry.kind, entry.object_id) for entry in trail()] == [("reset", officer.pk)]


def test_deactivated_and_activated(boss, officer, specialist):
    session = inside(officer)
    act = {"_selected_action": [officer.pk, specialist.pk]}
    boss.post("/admin/accounts/user/", act | {"action": "deactivate"})
    assert not User.objects.filter(pk__in=act["_selected_action"], is_active=True).exists()
    assert session.get("/account/").status_code == 302
    boss.post("/admin/accounts/user/", act | {"action": "activate"})
    assert User.objects.filter(pk__in=act["_selected_action"], is_active=True).count() == 2
    assert [entry.kind for entry in trail()] == ["deactivate"] * 2 + ["activate"] * 2


def test_nobody_changes_their_own_rights(boss, administrator):
    url = f"/admin/accounts/user/{administrator.pk}/change/"
    page = boss.get(url).content.decode()
    assert 'name="role"' not in page
    assert 'name="system_admin"' not in page
    data = {"real_name": "何静静", "role": "province", "mobile": "", "is_active": "", "system_admin": ""}
    boss.post(url, INLINE | data | {"appointment_set-TOTAL_FORMS": "1", "appointment_set-0-content_object": "1"})
    administrator.refresh_from_db()
    assert administrator.real_name == "何静静"
    assert administrator.role == ""
    assert administrator.is_active
    assert administrator.groups.exists()
    assert not administrator.desks
    boss.post("/admin/accounts/user/", {"action": "deactivate", "_selected_action": [administrator.pk]})
    administrator.refresh_from_db()
    assert administrator.is_active
    assert boss.post(f"/admin/accounts/user/{administrator.pk}/reset-password/")["Location"] == "/account/password/"


def test_the_last_administrator_stays(administrator):
    with pytest.raises(services.ValidationError, match="最后一名"):
        services.set_active(user=administrator, active=False)
    with pytest.raises(services.ValidationError, match="最后一名"):
        services.set_system_admin(user=administrator, value=False)
    other, _ = services.issue_account(username="other", real_name="李", system_admin=True, password=PASSWORD)
    services.set_active(user=administrator, active=False)
    services.set_active(user=administrator, active=True)
    boss = inside(administrator)
    assert change(boss, other, system_admin=None).status_code == 302
    assert not other.has_perm("accounts.administer")
    with pytest.raises(services.ValidationError, match="最后一名"):
        services.set_active(user=administrator, active=False)


@pytest.mark.parametrize("fields", [{"is_active": None}, {"system_admin": None}], ids=str)
def test_the_last_administrator_stays_in_the_form_too(administrator, fields, monkeypatch):
    """Somebody whose own right went while the page was open: the form they send is refused, not half done."""
    other, _ = services.issue_account(username="other", real_name="李", system_admin=True, password=PASSWORD)
    monkeypatch.setattr(services, "administrators", lambda: User.objects.filter(pk=other.pk))
    answer = change(inside(administrator), other, **fields)
    assert "最后一名在用的系统管理员" in answer.content.decode()
    assert other.is_active
    assert other.groups.exists()


def test_no_looking_into_passwords_by_filters(boss, officer):
    for query in ("password__startswith=md5", "mobile__startswith=g", "user_permissions__codename=x"):
        assert boss.get(f"/admin/accounts/user/?{query}").status_code in {302, 400}, query


def test_no_hash_and_no_number_on_the_page(boss, specialist):
    page = boss.get(f"/admin/accounts/user/{specialist.pk}/change/").content.decode()
    assert specialist.password not in page


def test_the_list_costs_the_same_for_many(boss, wuhan, django_assert_max_num_queries):
    for n in range(20):
        services.issue_account(
            username=f"officer{n}", real_name="某", role=Role.CITY, organisations=[wuhan], password=PASSWORD
        )
    with django_assert_max_num_queries(20):
        page = boss.get("/admin/accounts/user/", {"q": "武汉"}).content.decode()
    assert page.count("武汉市科学技术局") == 20


def test_regions_and_words_are_switched_off_not_taken_away(boss):
    wuhan = Region.objects.get(name="武汉市")
    zone = {"code": "420190", "name": "东湖高新区", "level": "county", "custom": "on", "active": "on"}
    assert boss.post("/admin/accounts/region/add/", zone).status_code == 200
    assert boss.post("/admin/accounts/region/add/", zone | {"parent": wuhan.pk}).status_code == 302
    assert Region.objects.get(code="420190").city == wuhan
    term = Term.objects.first()
    boss.post(f"/admin/accounts/term/{term.pk}/change/", {"name": term.name, "order": "1", "kind": "host_type"})
    before = term.kind
    term.refresh_from_db()
    assert not term.active
    assert term.kind == before


def test_an_office_needs_its_city(boss):
    data = {"kind": "city", "name": "某市科学技术局", "active": "on"}
    answer = boss.post("/admin/accounts/organisation/add/", data)
    assert "须选择管辖市（州）" in answer.content.decode()


def test_an_administrator_admits_no_unit(boss, wuhan):
    """A unit acts while its admission stands: the page of the organisation neither founds nor opens one."""
    data = {"kind": "legal_unit", "name": "某研究所", "active": "on"}
    assert "请从列表中选择" in boss.post("/admin/accounts/organisation/add/", data).content.decode()
    unit = Organisation.objects.create(kind="legal_unit", name="某研究所", location=wuhan.location, active=False)
    inline = {f"appointment_set-{key}": "0" for key in ("TOTAL_FORMS", "INITIAL_FORMS")}
    address = f"/admin/accounts/organisation/{unit.pk}/change/"
    assert boss.post(address, data | inline | {"location": wuhan.location_id, "name": "甲研究所"}).status_code == 302
    unit.refresh_from_db()
    assert (unit.name, unit.active) == ("甲研究所", False)


def test_an_officer_without_a_desk_is_saved_and_said(boss, wuhan, client):
    """They would find every queue empty and think that nothing waits."""
    new = {"username": "someone", "real_name": "无任职", "role": "city", "mobile": ""}
    inline = {f"appointment_set-{key}": "0" for key in ("TOTAL_FORMS", "INITIAL_FORMS")}
    page = boss.post("/admin/accounts/user/add/", new | inline).content.decode()
    assert "「无任职」还没有任职" in page
    user = User.objects.get(username="someone")
    user.must_change_password = False
    user.save()
    client.force_login(user, "accounts.backends.RoleBackend")
    assert "您还没有在任何机构任职" in client.get("/workbench/").content.decode()
    services.appoint(user=user, organisation=wuhan)
    page = client.get("/workbench/").content.decode()
    assert "您还没有在任何机构任职" not in page
    assert "没有等待的" in page
