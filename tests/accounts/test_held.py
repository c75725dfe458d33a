"""A form sent after the session has ended: its text is there after logging in, for the person who typed it (F29)."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import held, services
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
TYPED = {"work_unit": "华中农业大学", "post": "副教授", "id_number": "420106198001011237", "talent_type": "1"}


@pytest.fixture
def expired(client, specialist, sign_in):
    """A browser in which the specialist has a form open, and no session any more."""
    sign_in("wanqing")
    client.get("/profile/edit/")
    del client.cookies["sessionid"]
    return client


def text_of(client, path="/profile/edit/") -> str:
    return client.get(path).content.decode()


def test_there_again_after_logging_in(expired, sign_in):
    answer = expired.post("/profile/edit/", TYPED)
    assert answer["Location"] == "/login/?next=/profile/edit/"
    assert "已为您保留" in text_of(expired, answer["Location"])
    assert sign_in("wanqing", next="/profile/edit/")["Location"] == "/profile/edit/"
    page = text_of(expired)
    assert "已恢复" in page
    assert "华中农业大学" in page
    page = text_of(expired)  # once
    assert "已恢复" not in page
    assert "华中农业大学" not in page


def test_also_when_left_idle(client, specialist, sign_in, monkeypatch):
    sign_in("wanqing")
    client.get("/profile/edit/")
    now = timezone.now()
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: now + timedelta(hours=3))
        assert client.post("/profile/edit/", TYPED)["Location"].startswith("/login/")
        sign_in("wanqing")
        assert "华中农业大学" in text_of(client)


def test_not_for_somebody_else(expired, sign_in):
    services.register(username="other", password=PASSWORD, real_name="他人", mobile="13900000000", role="specialist")
    expired.post("/profile/edit/", TYPED)
    sign_in("other")
    assert "华中农业大学" not in text_of(expired)
    expired.post("/logout/")
    sign_in("wanqing")
    assert "华中农业大学" not in text_of(expired)


def test_not_from_a_stranger(specialist, client, sign_in):
    stranger = Client()
    assert stranger.post("/profile/edit/", TYPED)["Location"].startswith("/login/")
    assert not Session.objects.exists()
    stranger.cookies[held.COOKIE] = f"{specialist.pk}:forged"
    stranger.post("/profile/edit/", TYPED)
    assert not Session.objects.exists()


def test_not_after_leaving(client, specialist, sign_in):
    sign_in("wanqing")
    client.post("/logout/")
    client.post("/profile/edit/", TYPED)
    sign_in("wanqing")
    assert "华中农业大学" not in text_of(client)


def test_not_for_ever(expired, sign_in, monkeypatch):
    expired.post("/profile/edit/", TYPED)
    sign_in("wanqing")
    monkeypatch.setattr(held, "LIFE", -1)
    assert "华中农业大学" not in text_of(expired)


def test_only_on_its_own_page(expired, sign_in):
    expired.post("/profile/edit/", TYPED)
    sign_in("wanqing")
    assert "华中农业大学" not in text_of(expired, "/profile/")
    assert "华中农业大学" in text_of(expired)


def test_a_form_that_stands_elsewhere_comes_back_there(expired):
    answer = expired.post(
        "/account/sign-out-everywhere/", {"a": "1"}, headers={"Referer": "http://testserver/account/?tab=2"}
    )
    assert answer["Location"] == "/login/?next=/account/%3Ftab%3D2"
    answer = expired.post("/account/sign-out-everywhere/", {"a": "1"}, headers={"Referer": "https://evil.cn/account/"})
    assert "evil" not in answer["Location"]


def test_no_secrets_are_kept_and_nothing_in_clear(expired, specialist, client):
    posted = TYPED | {"old_password": "geheim-1", "captcha_1": "ABCD", "csrfmiddlewaretoken": "t", "_x": "1"}
    expired.post("/account/password/", posted)
    kept = expired.session[held.KEY]
    assert "420106198001011237" not in str(kept)
    text = held.crypto.decrypt(kept["text"])
    assert "geheim" not in text
    assert "ABCD" not in text
    assert "work_unit" in text


def test_too_much_is_not_kept(expired):
    expired.post("/profile/edit/", {"work_unit": "长" * 100_000})
    assert not Session.objects.filter(session_key=getattr(expired.cookies.get("sessionid"), "value", "")).exists()


def test_so_many_an_hour_of_one_owner_and_no_more(expired):
    owner = expired.cookies[held.COOKIE].value
    before = Session.objects.count()
    for _ in range(held.PER_HOUR + 5):
        browser = Client()
        browser.cookies[held.COOKIE] = owner
        assert browser.post("/profile/edit/", TYPED)["Location"].startswith("/login/")
    assert Session.objects.count() - before == held.PER_HOUR
    assert "已为您保留" not in text_of(browser, "/login/")


def test_a_script_is_told(expired):
    answer = expired.post("/profile/autosave/", TYPED, headers={"X-Requested-With": "XMLHttpRequest"})
    assert answer.status_code == 401
    assert "登录已过期" in answer.json()["message"]
