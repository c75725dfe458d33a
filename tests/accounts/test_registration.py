"""Registering (security A.1): nobody makes themselves more than they are."""

import pytest
from django.contrib.auth.models import Group

from accounts import services
from accounts.models import User
from accounts.roles import SYSTEM_ADMIN, Role, registering_roles

pytestmark = pytest.mark.django_db

GOOD = {
    "real_name": "陈婉清", "username": "wanqing", "password": "长江之水-2026-秋", "password_again": "长江之水-2026-秋",
    "mobile": "13812345678", "role": "specialist", "captcha_0": "", "captcha_1": "PASSED", "consent": "on",
}  # fmt: skip


def register(client, **changes):
    return client.post("/register/", GOOD | changes)


def test_registers_and_then_logs_in(client):
    answer = client.post("/register/", GOOD, follow=True)
    assert answer.redirect_chain == [("/login/", 302)]
    assert "操作成功" in answer.content.decode()
    user = User.objects.get()
    assert (user.username, user.real_name, user.mobile, user.role) == (
        "wanqing", "陈婉清", "13812345678", Role.SPECIALIST,
    )  # fmt: skip
    assert user.consent_version == services.TERMS_VERSION
    assert user.consented_at
    answer = client.post("/login/", {"username": "wanqing", "password": GOOD["password"], "captcha_1": "PASSED"})
    assert answer.status_code == 302
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize(
    "role",
    [
        "province", "city", "admin", "system_admin", "host_unit_acting", "legal_unit_acting", "", "SPECIALIST",
        "specialist ", "0", "无",
    ],
)  # fmt: skip
def test_a_role_that_is_issued_cannot_be_taken(client, role):
    answer = register(client, role=role)
    assert answer.status_code == 422
    assert not User.objects.exists()


def test_a_role_that_is_issued_cannot_be_had_from_the_service_either():
    fields = {name: GOOD[name] for name in ("real_name", "username", "password", "mobile")}
    for role in Role:
        if role not in dict(registering_roles()):
            with pytest.raises(services.ValidationError):
                services.register(**fields, role=role)


def test_of_two_roles_one_is_taken_and_checked(client):
    assert register(client, role=["specialist", "province"]).status_code == 422
    assert register(client, role=["province", "specialist"]).status_code == 302
    assert User.objects.get().role == Role.SPECIALIST


def test_keys_that_are_not_asked_for_mean_nothing(client):
    register(
        client, is_staff="1", is_superuser="on", groups=Group.objects.get(name=SYSTEM_ADMIN).pk, city="WH",
        is_active="", must_change_password="1", consent_version="x", pk="1", id="1",
    )  # fmt: skip
    user = User.objects.get()
    assert not user.groups.exists()
    assert not user.desks
    assert user.is_active
    assert not user.must_change_password
    assert user.get_all_permissions() == {
        "accounts.fill_profile", "applications.apply_personal", "applications.offer_help", "agreements.write_agreement",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("WanQing", "wanqing"),
        ("ｗａｎｑｉｎｇ", "wanqing"),
        (" wan.qing ", "wan.qing"),
        ("１３８１２", "13812"),
    ],
)
def test_usernames_have_one_form(client, typed, stored):
    assert register(client, username=typed).status_code == 302
    assert User.objects.get().username == stored


@pytest.mark.parametrize(
    "username",
    [
        "ab", "wan qing", "wanqing\u200b", "\u202ewanqing", "wan\u0000qing", "wаnqing",  # the last with a Cyrillic а
        "陈婉清", "wan\u00adqing", "wan\x0bqing", "-wanqing", "wan/qing", "wan'qing", "a" * 51, "wan\ufeffqing", "<b>",
    ],
)  # fmt: skip
def test_usernames_that_are_refused(client, username):
    assert register(client, username=username).status_code in {400, 422}
    assert not User.objects.exists()


def test_a_name_that_is_taken_in_another_form_is_taken(client, specialist):
    answer = register(client, username="ＷＡＮＱＩＮＧ")
    assert answer.status_code == 422
    assert "该用户名已被使用" in answer.content.decode()
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["欧阳娜娜", "阿依古丽·买买提", "王𬭎", "朱镕堃", "马哲䶮"])
def test_real_names(client, name):
    assert register(client, real_name=name).status_code == 302
    assert User.objects.get().real_name == name


@pytest.mark.parametrize(
    "name", ["", "　", "陈\u202e清", "陈\u200b婉清", "陈\x0b清", "<script>", "陈婉清1", "陈\n婉清", "陈" * 51]
)
def test_real_names_that_are_refused(client, name):
    assert register(client, real_name=name).status_code == 422
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("password", "accepted"),
    [
        ("长江之水-2026-秋", True),
        ("correct horse battery staple " * 4, True),  # 116 characters, and a blank at the end
        ("1234567890", False),
        ("short-1", False),
        ("password123", False),
        ("wanqing1990", False),
        ("x" * 129, False),
        ("", False),
    ],
)
def test_passwords(client, password, accepted):
    answer = register(client, password=password, password_again=password)
    assert (answer.status_code == 302) is accepted
    assert "This password" not in answer.content.decode()
    if accepted:
        assert User.objects.get().check_password(password)
        assert not User.objects.get().check_password(password.strip() + "?")


def test_passwords_must_agree(client):
    answer = register(client, password_again="长江之水-2027-秋")
    assert answer.status_code == 422
    assert "两次输入的密码不一致" in answer.content.decode()


@pytest.mark.parametrize(
    ("mobile", "accepted"),
    [("13812345678", True), ("１３８ 1234 5678", True), ("138-1234-5678", True), ("12812345678", False), ("无", False)],
)
def test_mobiles(client, mobile, accepted):
    assert (register(client, mobile=mobile).status_code == 302) is accepted


def test_nothing_without_consent(client):
    answer = register(client, consent="")
    assert answer.status_code == 422
    assert not User.objects.exists()


def test_what_was_typed_stays_but_passwords(client):
    page = register(client, mobile="1").content.decode()
    assert 'value="陈婉清"' in page
    assert 'value="wanqing"' in page
    assert GOOD["password"] not in page


def test_the_terms_are_there(client, settings):
    page = client.get("/terms/").content.decode()
    assert services.TERMS_VERSION in page
    assert "加密保存" in page


def test_one_address_makes_so_many_accounts_an_hour(client, settings):
    settings.REGISTRATIONS_PER_HOUR = 3
    answers = [
        client.post("/register/", GOOD | {"username": f"person{n}"}, HTTP_X_FORWARDED_FOR=f"10.0.0.{n}")
        for n in range(5)
    ]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429, 429]
    assert User.objects.count() == 3
    assert client.post("/register/", GOOD, REMOTE_ADDR="10.1.1.1").status_code == 302


def test_without_a_captcha_names_are_not_told(client, specialist):
    for captcha in ("wrong", ""):
        answer = register(client, captcha_1=captcha)
        assert answer.status_code == 422
        assert "已被使用" not in answer.content.decode()
    assert "已被使用" in register(client).content.decode()
    assert User.objects.count() == 1
