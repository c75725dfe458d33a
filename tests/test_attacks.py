"""What an attack on the running system has found, each as the request that found it."""

import io
from importlib.util import find_spec

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils.http import urlencode

from accounts import services as accounts
from accounts.models import User
from accounts.roles import Role
from agreements import services as agreements
from agreements.models import AgreementScan
from attachments.models import StoredFile
from attachments.validation import REFUSALS
from ktp.wsgi import application
from review import scans
from review.refusal import Refused
from tests.attachments.corpus import paper as pdf
from tests.changes import nothing_written
from tests.world import PASSWORD, paper

DECIDE = "/review/selection/decide/"
INITIAL = "/review/selection/queue/initial/"
HUGE = "9" * 20  # no column of SQLite counts so far

pytestmark = pytest.mark.django_db


# How a request says it is to be read


def served(method: str, path: str, kind: str, body: bytes = b"") -> tuple[int, str]:
    """Through the door that is served, which Django's test client goes around."""
    path, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), "SERVER_NAME": "testserver",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "REMOTE_ADDR": "127.0.0.1",
    }  # fmt: skip
    statuses: list[str] = []
    answer = application(environ, lambda status, headers: statuses.append(status))
    return int(statuses[0].split()[0]), b"".join(answer).decode()


# charsets that Python knows, some of them none, and ways to write them
ODD_KINDS = [
    *(f"charset={name}" for name in ("hex", "utf-7", "unicode_escape", "idna", "undefined", "utf-16", "gbk", "nope")),
    "charset*=utf-8''hex", "charset*0=he; charset*1=x", "x*=undefined''%61", "x*=nope''%61", "", ";",
]  # fmt: skip


@pytest.mark.parametrize("kind", ODD_KINDS)
def test_no_request_chooses_how_it_is_read(kind):
    """Each was a 500, on every address, for everybody; many a bare one, from before any middleware."""
    for path, status in (("/", 200), ("/login/?next=/x", 200), (r"/verify/?code=\ud800", 404), ("/v/x?a=+2AA-", 404)):
        assert served("GET", path, f"text/plain; {kind}")[0] == status
    form = b'--B\r\nContent-Disposition: form-data; name="username"\r\n\r\n\\ud800\r\n--B--\r\n'
    assert served("POST", "/login/", f"multipart/form-data; boundary=B; {kind}", form)[0] == 403  # no CSRF token
    assert served("POST", "/login/", f"application/x-www-form-urlencoded; {kind}", b"username=x")[0] == 403


def test_no_second_door_stands_beside_the_guarded_one():
    """ktp/asgi.py, which nothing used, let those charsets in."""
    assert find_spec("ktp.asgi") is None


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; charset=gbk"])
def test_an_address_is_read_as_utf_8(kind):
    status, page = served("GET", "/verify/?code=%E6%9F%91", kind)
    assert status == 404
    assert "柑" in page


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/%00", {}), ("/?a=%00", {}), ("/", {"Host": "evil.cn"})],
)
def test_a_refused_request_bears_the_headers_of_every_answer(client, path, headers):
    """H8: what is refused before any page was reached could be framed."""
    answer = client.get(path, headers=headers)
    assert answer.status_code == 400
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


# One password on ten thousand accounts


def test_an_address_that_failed_too_often_tries_no_password_right_or_wrong(world, settings, monkeypatch):
    """L06: the answer said 「请稍后再试」, the right password went in all the same."""
    settings.LOGIN_FAILURES_PER_HOUR = 3

    def knock(username: str, password: str, **headers: str):
        form = {"username": username, "password": password, "captcha_0": "", "captcha_1": "PASSED"}
        return Client().post("/login/", form, **headers).status_code

    assert [knock(f"nobody{n}", PASSWORD) for n in range(3)] == [422, 422, 422]
    asked = []
    monkeypatch.setattr(User, "check_password", lambda self, password: asked.append(self) or True)
    assert [knock("s1", PASSWORD), knock("wh1", PASSWORD)] == [429, 429]
    assert not asked
    assert knock("s1", PASSWORD, REMOTE_ADDR="10.1.2.3") == 302


# Words that are none


@pytest.mark.parametrize("words", ["\u2800", "\u3164", "\u115f\u1160", "\uffa0", "\u034f", "\ufe0f", "\u0301 \u0301"])
def test_a_return_needs_words_that_can_be_seen(world, words):
    case, client = world.application("initial"), world.client("wh1")
    post = {"action": "return", "rows": case.row_value, "comment": words, "queue": "initial"}
    with nothing_written():
        assert client.post(DECIDE, post).status_code == 422
        assert client.post(DECIDE, post | {"from": "case"}).status_code == 422


@pytest.mark.parametrize("name", ["\u3164", "张\u3164三", "·", "...", "（）", "\u0301"])
def test_nobody_registers_without_a_name(client, name):
    form = {
        "username": "nameless", "real_name": name, "password": "long-enough-2026", "password_again": "long-enough-2026",
        "mobile": "13811112222", "role": Role.SPECIALIST, "captcha_0": "", "captcha_1": "PASSED", "consent": "on",
    }  # fmt: skip
    with nothing_written():
        answer = client.post("/register/", form)
    assert answer.status_code == 422
    assert "real_name" in answer.context["form"].errors


@pytest.mark.parametrize("name", ["龙𬭎", "䶮镕", "阿卜杜拉·买买提", "Jean-Luc O'Neil", "王（小）"])
def test_rare_and_foreign_names_are_names(client, name):
    form = {
        "username": "named", "real_name": name, "password": "long-enough-2026", "password_again": "long-enough-2026",
        "mobile": "13811112222", "role": Role.SPECIALIST, "captcha_0": "", "captcha_1": "PASSED", "consent": "on",
    }  # fmt: skip
    assert client.post("/register/", form).status_code == 302
    assert User.objects.get(username="named").real_name == name


@pytest.mark.parametrize("break_", ["\u2028", "\u2029"])
def test_a_line_is_one_line(world, break_):
    values = {"work_unit": f"甲{break_}乙"}
    answer = world.client("s1").post("/profile/edit/", values)
    assert "不能换行" in str(answer.context["form"].errors["work_unit"])


# A forged way back must not hide what was done


@pytest.mark.parametrize("back", ["&".join(f"a{n}=1" for n in range(1_001)), "name=x&other=" + "b" * 20_000])
@pytest.mark.parametrize("single", [True, False])
def test_an_odd_way_back_and_the_decision_agree(world, back, single):
    """Many rows were decided on, and the answer was a 400."""
    case, client = world.application("initial"), world.client("wh1")
    post = {"action": "pass", "rows": case.row_value, "queue": "initial", "back": back}
    answer = client.post(DECIDE, post | ({"from": "case"} if single else {}))
    case.refresh_from_db()
    assert (answer.status_code, case.state) in [(302, "province"), (400, "initial")]
    if answer.status_code == 302:
        assert answer.url == f"{INITIAL}?name=x"


def test_only_conditions_of_the_list_come_back(world):
    case, client = world.application("initial"), world.client("wh1")
    back = "name=申报&evil=//evil.cn&queue=final"
    answer = client.post(DECIDE, {"action": "pass", "rows": case.row_value, "queue": "initial", "back": back})
    assert answer.url == f"{INITIAL}?{urlencode({'name': '申报'})}"


# 系统管理


@pytest.mark.parametrize(
    "query",
    [
        "username__regex=(", "role__regex=(", f"id__in={HUGE}", "date_joined__year=99999999999", "username__range=1",
        "password__startswith=a", "mobile__startswith=a", "real_name__startswith=张", "session_round__gt=0",
        "profile__id_hash__startswith=a", "role__startswith=p", "groups__name=x",
    ],
)  # fmt: skip
def test_lists_take_the_conditions_that_they_offer_and_no_others(world, query):
    assert world.client("a1").get(f"/admin/accounts/user/?{query}").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "accounts/user/?role__exact=city&is_active__exact=1&system_admin=0", "accounts/term/?kind__exact=chain",
        "accounts/region/?level__exact=city&custom__exact=0&active__exact=1", "applications/batch/?year=2026",
        "portal/menuitem/?roles__id__exact=1&active__exact=1",
        "accounts/organisation/?kind__exact=city&active__exact=1",
    ],
)  # fmt: skip
def test_what_the_lists_offer_is_taken(world, path):
    assert world.client("a1").get(f"/admin/{path}").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["accounts/user/?q=", "autocomplete/?app_label=accounts&model_name=appointment&field_name=content_object&term="],
)
def test_a_search_of_a_thousand_words(world, path):
    assert world.client("a1").get(f"/admin/{path}{'a+' * 1_500}").status_code == 200


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("accounts/user/", {"action": "deactivate", "_selected_action": "abc"}),
        ("accounts/user/", {"action": "deactivate", "_selected_action": ""}),
        ("accounts/user/", {"action": "deactivate", "_selected_action": HUGE}),
        ("accounts/user/", {"action": "deactivate", "_selected_action": "１２"}),
        ("accounts/term/", {"_save": "1", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": HUGE}),
        ("portal/menuitem/add/", {"title": "x", "order": "1", "roles": HUGE}),
        (
            "accounts/user/add/",
            {"username": "x", "appointment_set-TOTAL_FORMS": "1", "appointment_set-INITIAL_FORMS": "0",
             "appointment_set-0-content_object": HUGE},
        ),
        (
            "applications/batch/add/",
            {"name": "x", "year": "2026", "office": "1", "min_days": "1", "opens_at_0": "0001-01-01",
             "opens_at_1": "00:00", "closes_at_0": "9999-12-31", "closes_at_1": "23:59"},
        ),
    ],
)  # fmt: skip
def test_numbers_that_no_page_of_the_admin_writes(world, path, form):
    with nothing_written():
        assert world.client("a1").post(f"/admin/{path}", form).status_code in (200, 400)


# A scan that takes its time


def test_a_file_is_looked_through_while_nobody_waits(world, monkeypatch):
    """It took up to 20 s under the row's lock; whoever saved meanwhile got a 500 after PostgreSQL's three."""
    case, depth = world.agreement("saved"), []
    here, store = len(connection.savepoint_ids), scans.store_pdf

    def watched(*args, **kwargs):
        depth.append(len(connection.savepoint_ids))
        return store(*args, **kwargs)

    monkeypatch.setattr(scans, "store_pdf", watched)
    agreements.upload_scan(case, actor=case.owner, seen=case.seen, upload=paper())
    assert depth == [here]


def test_a_scan_that_was_overtaken_while_it_was_looked_through_leaves_nothing(world, monkeypatch):
    case = world.agreement("archiving")
    seen, store = case.seen, scans.store_pdf
    files, kept = [], set(StoredFile.objects.values_list("pk"))

    def archived_meanwhile(*args, **kwargs):
        stored = store(*args, **kwargs)
        files.append(stored.path)
        world.perform(case, "archive")
        return stored

    monkeypatch.setattr(scans, "store_pdf", archived_meanwhile)
    with pytest.raises(Refused, match="已归档"):
        agreements.upload_scan(case, actor=case.owner, seen=seen, upload=paper())
    assert not files[0].exists()
    assert set(StoredFile.objects.values_list("pk")) == kept
    assert AgreementScan.objects.count() == 1


def test_a_program_for_the_printer_is_refused():
    def change(document: pikepdf.Pdf) -> None:
        program = pikepdf.Stream(document, b"(x) print")
        program.stream_dict.update(pikepdf.Dictionary(Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.PS))
        document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=program))

    person, _ = accounts.issue_account(username="person", real_name="李文轩", role=Role.SPECIALIST)
    from attachments.services import store_pdf

    with pytest.raises(Exception, match=REFUSALS["active"]):
        store_pdf(SimpleUploadedFile("x.pdf", pdf(change=change)), by=person)


# What saves itself


def test_a_wrong_count_keeps_the_right_one(world):
    case, client = world.agreement("saved"), world.client("s1")
    before = dict(case.targets)
    answer = client.post("/agreement/autosave/", {"version": case.version, "target_courses": "x"})
    assert answer.status_code == 200
    case.refresh_from_db()
    assert case.targets["courses"] == before["courses"] == 4
