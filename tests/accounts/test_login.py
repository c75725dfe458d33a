"""The one door, and what stands behind it (security A.2): lock-out, sessions, redirects, one-time passwords."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.hashers import identify_hasher
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.forms.entry import check_own_password
from accounts.hashers import Argon2
from accounts.models import Organisation, User
from accounts.roles import Role
from ktp.settings import PASSWORD_HASHERS
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def inside(client) -> bool:
    return client.get("/account/").status_code == 200


def travel(monkeypatch, **delta) -> None:
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(**delta))


def later(**delta) -> None:
    """The lock's own clock can't be turned: what has failed, failed that much earlier."""
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(**delta))


def test_in_and_out(client, specialist, sign_in):
    answer = sign_in("wanqing")
    assert answer["Location"] == "/workbench/"
    assert inside(client)
    session = client.cookies["sessionid"].value
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/"
    assert not inside(client)
    client.cookies["sessionid"] = session
    assert not inside(client)


def test_an_account_never_used_costs_as_much_as_any_other(client, specialist, wuhan, sign_in, settings, monkeypatch):
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS
    new = services.NewAccount("issued", "王发放", Role.CITY, wuhan)
    [(user, password)] = services.issue_accounts([new])
    services.set_password(user=specialist, password=PASSWORD)
    spent = []

    def counted(work):
        return lambda *args: spent.append(args) or work(*args)

    monkeypatch.setattr(Argon2, "encode", counted(Argon2.encode))
    monkeypatch.setattr(Argon2, "verify", counted(Argon2.verify))
    for username in ("nobody", "wanqing", "issued"):
        spent.clear()
        assert sign_in(username, "wrong").status_code == 422
        assert len(spent) == 1, username
    assert sign_in("issued", password).status_code == 302
    user.refresh_from_db()
    assert isinstance(identify_hasher(user.password), Argon2)


@pytest.mark.parametrize("username", ["WanQing", "ｗａｎｑｉｎｇ", " wanqing"])
def test_the_name_in_any_form(username, client, specialist, sign_in):
    assert sign_in(username).status_code == 302


def test_unknown_and_wrong_read_the_same(client, specialist, sign_in):
    specialist.is_active = False
    pages = []
    for username, password in (("nobody", PASSWORD), ("wanqing", "wrong"), ("gone", PASSWORD)):
        if username == "gone":
            User.objects.create_user("gone", password=PASSWORD, real_name="已停用", is_active=False)
        answer = sign_in(username, password)
        assert answer.status_code == 422
        assert not inside(client)
        page = answer.content.decode().replace(username, "")
        pages.append("".join(line for line in page.splitlines() if "csrf" not in line and "captcha" not in line))
    assert pages[0] == pages[1] == pages[2]
    assert "账号或密码不正确" in pages[0]


def test_unknown_costs_a_hash_too_and_a_wrong_captcha_none(client, specialist, sign_in, monkeypatch):
    hasher = type(identify_hasher(specialist.password))
    made = []
    encode = hasher.encode
    monkeypatch.setattr(hasher, "encode", lambda *args, **kwargs: made.append(1) or encode(*args, **kwargs))
    sign_in("wanqing", "wrong")
    known = len(made)
    sign_in("nobody", "wrong")
    assert len(made) == 2 * known > 0
    sign_in("wanqing", captcha_1="wrong")
    assert len(made) == 2 * known


def test_a_wrong_captcha_is_no_failed_login(client, specialist, sign_in):
    for _ in range(9):
        assert sign_in("wanqing", "wrong", captcha_1="wrong").status_code == 422
    assert sign_in("wanqing").status_code == 302


def test_locked_after_five_for_this_address_only(client, specialist, sign_in):
    answers = [sign_in("wanqing", "wrong") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 4 + [429]
    locked = sign_in("wanqing")
    assert locked.status_code == 429
    assert "15 分钟" in locked.content.decode()
    assert not inside(client)
    elsewhere = Client(REMOTE_ADDR="10.2.3.4")
    data = {"username": "wanqing", "password": PASSWORD, "captcha_1": "PASSED"}
    assert elsewhere.post("/login/", data).status_code == 302
    assert sign_in("wanqing", headers={"X-Forwarded-For": "10.2.3.4"}).status_code == 429
    later(minutes=16)
    assert sign_in("wanqing").status_code == 302


def test_knocking_does_not_lengthen_the_lock(client, specialist, sign_in):
    for _ in range(5):
        sign_in("wanqing", "wrong")
    later(minutes=10)
    assert sign_in("wanqing").status_code == 429
    later(minutes=6)
    assert sign_in("wanqing").status_code == 302


def test_one_password_on_many_accounts(client, sign_in, settings):
    settings.LOGIN_FAILURES_PER_HOUR = 3
    answers = [sign_in(f"person{n}", PASSWORD).status_code for n in range(5)]
    assert answers == [422, 422, 422, 429, 429]


def test_the_address_is_the_peers_unless_our_proxy_says(client, specialist, sign_in, settings):
    sign_in("wanqing", headers={"X-Real-IP": "10.9.9.9"})
    assert AccessLog.objects.get().ip_address == "127.0.0.1"
    settings.CLIENT_IP_HEADER = "X-Real-IP"
    for header, recorded in (("10.9.9.9", "10.9.9.9"), ("nonsense", "127.0.0.1"), ("::1", "::1")):
        AccessLog.objects.all().delete()
        data = {"username": "wanqing", "password": PASSWORD, "captcha_1": "PASSED"}
        Client().post("/login/", data, headers={"X-Real-IP": header})
        assert AccessLog.objects.get().ip_address == recorded


def test_the_session_key_is_new(client, specialist, sign_in):
    client.get("/login/")
    session = client.session
    session["planted"] = "1"
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    sign_in("wanqing")
    assert client.cookies["sessionid"].value != before
    stranger = Client()
    stranger.cookies["sessionid"] = before
    assert not inside(stranger)


EVIL = [
    "//evil.cn", "https://evil.cn/", "https:evil.cn", "/\\evil.cn", "\\\\evil.cn", "javascript:alert(1)", "///evil.cn",
    "http:///evil.cn", "https://testserver@evil.cn/", "/\t/evil.cn", "\x08//evil.cn", "data:text/html,x",
    "//evil.cn/account/",
    "https://testserver.evil.cn",
]  # fmt: skip


@pytest.mark.parametrize("target", EVIL)
def test_nobody_is_sent_away(client, specialist, sign_in, target):
    assert sign_in("wanqing", next=target)["Location"] == "/workbench/"
    assert client.get("/login/", {"next": target})["Location"] == "/workbench/"


@pytest.mark.parametrize("target", ["/account/", "/review/?queue=1&page=2"])
def test_the_way_back(client, specialist, sign_in, target):
    page = client.get("/login/", {"next": target}).content.decode()
    assert target.replace("&", "&amp;") in page
    assert sign_in("wanqing", next=target)["Location"] == target


def test_doors_that_do_not_exist(client):
    assert client.get("/accounts/login/").status_code == 404
    assert client.get("/admin/login/", follow=True).redirect_chain[-1][0].startswith("/login/?next=/admin/")


def test_deactivated_at_the_next_request(client, specialist, sign_in):
    sign_in("wanqing")
    services.set_active(user=specialist, active=False)
    assert not inside(client)
    assert sign_in("wanqing").status_code == 422
    services.set_active(user=specialist, active=True)
    assert sign_in("wanqing").status_code == 302


def test_another_role_and_another_desk_at_the_next_request(client, officer, wuhan, sign_in):
    sign_in("wuhan")
    assert "武汉市科学技术局" in client.get("/organisation/").content.decode()
    yichang = Organisation.objects.get(region__name="宜昌市")
    services.dismiss(user=officer, organisation=wuhan)
    services.appoint(user=officer, organisation=yichang)
    page = client.get("/organisation/").content.decode()
    assert "宜昌市科学技术局" in page
    assert "武汉市科学技术局" not in page
    assert client.get("/organisation/", {"desk": wuhan.pk}).status_code == 404
    User.objects.filter(pk=officer.pk).update(role=Role.SPECIALIST)
    assert client.get("/organisation/").status_code == 403
    assert client.get("/profile/").status_code == 200


def test_everywhere_out(client, specialist, sign_in):
    sign_in("wanqing")
    other = Client()
    other.force_login(specialist, "accounts.backends.RoleBackend")
    assert inside(other)
    assert client.post("/account/sign-out-everywhere/")["Location"] == "/login/"
    assert not inside(client)
    assert not inside(other)


def test_a_new_password_ends_the_other_sessions(client, specialist, sign_in):
    sign_in("wanqing")
    other = Client()
    other.force_login(specialist, "accounts.backends.RoleBackend")
    new = "汉水之滨-2026-冬"
    data = {"old_password": "wrong", "new_password": new, "new_password_again": new}
    assert client.post("/account/password/", data).status_code == 422
    assert client.post("/account/password/", data | {"old_password": PASSWORD}).status_code == 302
    assert inside(client)
    assert not inside(other)
    specialist.refresh_from_db()
    assert specialist.check_password(new)


@pytest.mark.parametrize("new", [PASSWORD, "1234567890", "short"])
def test_new_passwords_that_are_refused(client, specialist, sign_in, new):
    sign_in("wanqing")
    data = {"old_password": PASSWORD, "new_password": new, "new_password_again": new}
    assert client.post("/account/password/", data).status_code == 422


def test_the_old_password_is_not_to_be_guessed(client, specialist, sign_in):
    sign_in("wanqing")
    for _ in range(12):  # who knows it does not guess
        check_own_password(specialist, PASSWORD, "wrong")
    new = "汉水之滨-2026-冬"
    for _ in range(10):
        client.post("/account/password/", {"old_password": "x", "new_password": new, "new_password_again": new})
    answer = client.post(
        "/account/password/", {"old_password": PASSWORD, "new_password": new, "new_password_again": new}
    )
    assert "尝试次数过多" in answer.content.decode()


@pytest.mark.parametrize(("who", "stays", "ends"), [("specialist", 119, 121), ("officer", 29, 31)])
def test_what_was_left_open_ends(request, client, sign_in, monkeypatch, who, stays, ends):
    user = request.getfixturevalue(who)
    sign_in(user.username)
    with monkeypatch.context() as patch:
        travel(patch, minutes=stays)
        assert inside(client)
    with monkeypatch.context() as patch:
        travel(patch, minutes=stays + ends)
        assert not inside(client)


def test_no_session_is_longer_than_twelve_hours(client, specialist, sign_in, monkeypatch):
    sign_in("wanqing")
    for hour in range(1, 12):
        with monkeypatch.context() as patch:
            travel(patch, hours=hour)
            assert inside(client)
    travel(monkeypatch, hours=12, minutes=1)
    assert not inside(client)


def test_the_clock_is_not_written_with_every_click(client, specialist, sign_in, django_assert_num_queries):
    sign_in("wanqing")
    inside(client)
    with django_assert_num_queries(3):  # the session, the person, the page's foot
        client.get("/terms/")


def test_a_one_time_password_opens_one_page_only(client, specialist, sign_in):
    once = services.reset_password(user=specialist)
    assert sign_in("wanqing").status_code == 422
    assert sign_in("wanqing", once).status_code == 302
    for path in ("/account/", "/profile/", "/workbench/", "/", "/application/"):
        assert client.get(path)["Location"] == "/account/password/", path
    assert client.post("/profile/edit/", {})["Location"] == "/account/password/"
    new = "汉水之滨-2026-冬"
    client.post("/account/password/", {"old_password": once, "new_password": new, "new_password_again": new})
    assert inside(client)
    specialist.refresh_from_db()
    assert not specialist.must_change_password


def test_a_one_time_password_is_good_for_a_day(client, specialist, sign_in, monkeypatch):
    once = services.reset_password(user=specialist)
    with monkeypatch.context() as patch:
        travel(patch, hours=25)
        assert sign_in("wanqing", once).status_code == 422
    sign_in("wanqing", once)
    assert client.get("/account/password/").status_code == 200
    travel(monkeypatch, hours=25)
    assert client.get("/account/password/").status_code == 302


def test_a_reset_ends_live_sessions(client, specialist, sign_in):
    sign_in("wanqing")
    services.reset_password(user=specialist)
    assert not inside(client)


def test_nothing_of_a_person_is_kept_by_the_browser(client, specialist, sign_in):
    assert "no-store" not in client.get("/terms/").get("Cache-Control", "")
    sign_in("wanqing")
    for path in ("/account/", "/profile/", "/terms/", "/nowhere/", "/organisation/"):
        assert client.get(path)["Cache-Control"] == "no-store", path


def test_without_the_right(client, specialist, officer, sign_in):
    for path in ("/profile/", "/organisation/", "/account/"):
        assert client.get(path)["Location"] == f"/login/?next={path}"
    sign_in("wanqing")
    assert client.get("/organisation/").status_code == 403
    assert client.get("/profile/").status_code == 200


def test_the_account_page(client, specialist, sign_in):
    sign_in("wanqing")
    page = client.get("/account/").content.decode()
    assert "138****5678" in page
    assert specialist.mobile not in page
    assert "127.0.0.1" in page


@pytest.mark.parametrize(
    "send",
    [
        lambda client: client.get("/terms/%00"),
        lambda client: client.get("/terms/?a=%00"),
        lambda client: client.get("/terms/?%00=1"),
        lambda client: client.post("/login/", {"username": "a\0b"}),
        lambda client: client.post("/login/", "username=a%00b", content_type="application/x-www-form-urlencoded"),
        lambda client: client.get("/terms/", headers={"Cookie": r'sessionid="aaaaaaaaaaaa\000"'}),
    ],
    ids=["path", "query value", "query key", "multipart", "urlencoded", "cookie"],
)
def test_nul_is_a_bad_request(client, send):
    answer = send(client)
    assert answer.status_code == 400
    assert "<h1>" in answer.content.decode()


def test_createsuperuser_makes_one_who_administers_and_no_more():
    boss = User.objects.create_superuser("root", password=PASSWORD, real_name="根")
    assert boss.get_all_permissions() == {"accounts.administer"}
    assert not boss.has_perm("applications.act_final")
