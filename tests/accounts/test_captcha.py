"""Captchas (L01 to L05): one answer each, in one browser, for one purpose, for a while; and one that is read out."""

import re
from datetime import timedelta

import pytest
from captcha.models import CaptchaStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import captcha
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_earnest(settings):
    settings.CAPTCHA_TEST_MODE = False


def fresh(client, purpose="login", kind="image") -> CaptchaStore:
    key = client.get("/captcha/new/", {"purpose": purpose, "kind": kind}).json()["key"]
    return CaptchaStore.objects.get(hashkey=key)


def answer(client, store, response=None, page="/login/"):
    """Whether the captcha was accepted; all else is wrong on purpose."""
    data = {
        "username": "nobody",
        "password": "wrong",
        "captcha_0": store.hashkey,
        "captcha_1": response or store.response,
    }
    text = client.post(page, data).content.decode()
    assert ("验证码不正确" in text) or page == "/register/" or ("账号或密码不正确" in text)
    return "验证码不正确" not in text


def test_right_once(client):
    store = fresh(client)
    assert answer(client, store)
    assert not answer(client, store)


def test_the_form_carries_one_that_works(client, specialist):
    page = client.get("/login/").content.decode()
    key = re.search(r'name="captcha_0" value="(\w+)"', page)[1]
    response = CaptchaStore.objects.get(hashkey=key).response
    data = {"username": "wanqing", "password": PASSWORD, "captcha_0": key, "captcha_1": f" {response.upper()} "}
    assert client.post("/login/", data).status_code == 302


def test_a_wrong_answer_uses_it_up(client):
    store = fresh(client)
    assert not answer(client, store, "wrong")
    assert not CaptchaStore.objects.exists() or not CaptchaStore.objects.filter(pk=store.pk).exists()
    assert not answer(client, store)


def test_not_in_another_browser(client):
    store = fresh(client)
    other = Client()
    other.get("/login/")
    assert not answer(other, store)
    assert answer(client, store)


def test_not_for_another_purpose(client):
    store = fresh(client, "register")
    assert not answer(client, store)
    assert answer(client, store, page="/register/")


def test_not_when_expired(client):
    store = fresh(client)
    CaptchaStore.objects.update(expiration=timezone.now() - timedelta(seconds=1))
    assert not answer(client, store)


def test_not_one_of_the_librarys_own(client):
    client.get("/login/")
    assert not answer(client, CaptchaStore.objects.get(hashkey=CaptchaStore.generate_key()))


@pytest.mark.parametrize("key", ["", "x", "w" * 40, "￥" * 40, "i" * 5000])
def test_not_an_invented_one(client, key):
    client.get("/login/")
    assert not answer(client, CaptchaStore(hashkey=key, response="abcd"))


def test_passed_passes_only_in_test_mode(client, settings, specialist):
    data = {"username": "wanqing", "password": PASSWORD, "captcha_0": "", "captcha_1": "PASSED"}
    assert client.post("/login/", data).status_code == 422
    settings.CAPTCHA_TEST_MODE = True
    assert client.post("/login/", data).status_code == 302


def test_one_statement_decides(client):
    """No look before the leap: between a SELECT and a DELETE eight requests fit (tests/races)."""
    store = fresh(client)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert answer(client, store)
    about = [query["sql"] for query in queries if "captcha_captchastore" in query["sql"]]
    assert [sql.split()[0] for sql in about] == ["DELETE", "INSERT"]  # the other is the next form's


@pytest.mark.parametrize("kind", ["image", "words"])
def test_words_obey_the_same_rules(client, kind):
    store = fresh(client, kind=kind)
    assert answer(client, store)
    assert not answer(client, store)


def test_the_question_in_words(client):
    store = fresh(client, kind="words")
    assert "等于几" in store.challenge
    first, sign, second = re.match("(.)(加|减)(.)", store.challenge).groups()
    first, second = ("零一二三四五六七八九十".index(numeral) for numeral in (first, second))
    assert int(store.response) == (first + second if sign == "加" else first - second)
    assert client.get(f"/captcha/{store.hashkey}.png").status_code == 404  # it has no image
    page = client.get("/login/?captcha=words").content.decode()
    assert "等于几" in page
    assert re.search(r'aria-describedby="id_captcha_question"', page)


def test_who_asked_for_words_keeps_getting_words(client):
    store = fresh(client, kind="words")
    data = {"username": "x", "password": "y", "captcha_0": store.hashkey, "captcha_1": store.response}
    assert "等于几" in client.post("/login/", data).content.decode()


def test_full_width_figures_are_figures(client):
    store = fresh(client, kind="words")
    assert answer(client, store, store.response.translate(str.maketrans("0123456789", "０１２３４５６７８９")))


def test_the_image_is_large_and_kept(client):
    store = fresh(client)
    response = client.get(f"/captcha/{store.hashkey}.png")
    assert response["Content-Type"] == "image/png"
    assert "max-age" in response["Cache-Control"]
    assert int.from_bytes(response.content[16:20]) >= 300
    assert client.get(f"/captcha/{store.hashkey}.png").content == response.content


@pytest.mark.parametrize("query", ["", "?purpose=login", "?purpose=admin&kind=image", "?purpose=login&kind=audio"])
def test_nothing_for_other_purposes(client, query):
    assert client.get(f"/captcha/new/{query}").status_code == 404


def test_the_librarys_own_addresses_are_closed(client):
    for path in ("/captcha/refresh/", "/captcha/image/x/", "/captcha/audio/x.wav"):
        assert client.get(path, headers={"X-Requested-With": "XMLHttpRequest"}).status_code == 404


# A flood (L04)


@pytest.mark.parametrize("path", ["/login/", "/register/"])
def test_an_address_gets_so_many_an_hour_and_no_more(settings, path):
    settings.CAPTCHAS_PER_HOUR = 3
    for _ in range(4):  # each from a browser of its own
        page = Client().get(path)
    assert page.status_code == 200
    assert captcha.TOO_MANY["image"] in page.content.decode()
    assert CaptchaStore.objects.count() == 3
    asked = Client().get("/captcha/new/", {"purpose": "login", "kind": "words"})
    assert (asked.status_code, asked.json()["message"]) == (429, captcha.TOO_MANY["words"])
    assert captcha.TOO_MANY["image"] not in Client(REMOTE_ADDR="10.1.2.3").get(path).content.decode()


def test_sums_in_words_are_few(settings, client):
    settings.CAPTCHA_WORDS_PER_HOUR = 3
    asked = [client.get("/captcha/new/", {"purpose": "login", "kind": "words"}).status_code for _ in range(4)]
    assert asked == [200, 200, 200, 429]
    page = client.get("/login/?captcha=words").content.decode()
    assert captcha.TOO_MANY["words"] in page
    assert 'href="?captcha=image"' in page
    assert client.get("/captcha/new/", {"purpose": "login", "kind": "image"}).status_code == 200


def test_who_only_opens_the_home_page_takes_none_of_the_share(settings):
    settings.CAPTCHAS_PER_HOUR = 3
    for _ in range(5):
        page = Client().get("/").content.decode()
    assert not CaptchaStore.objects.exists()
    for label in ("账号", "密码", "验证码", "登录", "注册"):
        assert label in page
    assert re.search(r'data-captcha-later.*?<noscript>.*?href="/login/"', page, re.S)
    assert re.search(r'name="captcha_0" value=""', page)
    assert Client().get("/captcha/new/", {"purpose": "login", "kind": "image"}).status_code == 200
    assert captcha.TOO_MANY["image"] not in Client().get("/login/").content.decode()


def test_what_the_home_page_s_box_sends_without_one_gets_one(client, specialist):
    answer = client.post("/login/", {"username": "wanqing", "password": PASSWORD, "captcha_0": "", "captcha_1": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请填写验证码" in page
    assert "wanqing" in page
    assert re.search(r'name="captcha_0" value="\w+"', page)


def test_whatever_comes_the_table_keeps_its_size(client, monkeypatch):
    monkeypatch.setattr(captcha, "MOST", 20)
    monkeypatch.setattr(captcha, "SWEEP", 10)
    for _ in range(60):
        last = fresh(client)
    assert 20 <= CaptchaStore.objects.count() <= 30
    assert answer(client, last)
