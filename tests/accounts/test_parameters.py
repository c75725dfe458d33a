"""系统参数: typed, with defaults in one place, read once a request, changed in the admin with its history."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import parameters
from accounts.models import AuditEntry, Parameter, User
from accounts.parameters import DECLARED, get

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    """What a test has set is undone behind the back of what was read."""
    parameters.forget()
    yield
    parameters.forget()


@pytest.fixture
def boss(administrator: User) -> Client:
    client = Client()
    client.force_login(administrator, "accounts.backends.RoleBackend")
    return client


def put(key: str, text: str) -> None:
    row = Parameter.objects.get(key=key)
    row.text = text
    row.save()


def save(boss: Client, key: str, text: str):
    return boss.post(f"/admin/accounts/parameter/{Parameter.objects.get(key=key).pk}/change/", {"text": text})


def test_each_declared_one_has_a_row_and_its_default():
    assert set(Parameter.objects.values_list("key", flat=True)) == set(DECLARED)
    assert {key: get(key) for key in DECLARED} == {key: one.default for key, one in DECLARED.items()}
    with pytest.raises(KeyError):
        get("nothing")


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7), ("1", 1), ("30", 30), ("", 5), ("0", 5), ("31", 5), ("x", 5), ("-1", 5), ("7.5", 5), ("٣", 5)],
)
def test_a_stored_text_that_is_no_value_is_the_default(text, value):
    put("publicity.days", text)
    assert get("publicity.days") == value


def test_all_are_read_with_one_query():
    with CaptureQueriesContext(connection) as found:
        assert [get(key) for key in DECLARED]
    assert len(found) == 1


def test_the_next_request_knows(boss, client):
    assert "主办单位：湖北省科学技术厅" in client.get("/").content.decode()
    assert save(boss, "footer.organiser", "湖北省科技厅<b>").status_code == 302
    save(boss, "footer.icp", "鄂ICP备05000000号-1")
    page = client.get("/").content.decode()
    assert "主办单位：湖北省科技厅&lt;b&gt;" in page
    assert 'ICP 备案号：<a href="https://beian.miit.gov.cn/" rel="noopener noreferrer">鄂ICP备05000000号-1</a>' in page
    assert "公安备案号" not in page
    assert save(boss, "footer.organiser", "").status_code == 302
    assert "主办单位：湖北省科学技术厅" in client.get("/").content.decode()


@pytest.mark.parametrize("text", ["0", "31", "x", "-3", "5.5", "9" * 30])
def test_numbers_have_bounds(boss, text):
    answer = save(boss, "publicity.days", text)
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert get("publicity.days") == 5


def test_texts_are_one_line_of_some_length(boss):
    for text in ("甲\n乙", "甲\u202e乙", "长" * 201):
        assert save(boss, "footer.contact", text).status_code == 200, text
    assert get("footer.contact") == ""


def test_who_changed_what_stands_in_its_history(boss):
    save(boss, "publicity.days", "7")
    save(boss, "publicity.days", "10")
    texts = [row.text for row in AuditEntry.objects.filter(kind="parameter")]
    assert texts == [
        f"修改系统参数「公示期（工作日）」：公示期（工作日） {a} → {b}" for a, b in (("7", "10"), ("（空）", "7"))
    ]
    page = boss.get(f"/admin/accounts/parameter/{Parameter.objects.get(key='publicity.days').pk}/history/")
    assert texts[0] in page.content.decode()


def test_they_are_found_by_what_the_screen_calls_them(boss):
    page = boss.get("/admin/accounts/parameter/", {"q": "备案"}).content.decode()
    assert "公安备案号" in page
    assert "公示期" not in page


def test_none_is_added_and_a_row_that_is_not_declared_any_more_is_not_there(boss):
    row = Parameter.objects.create(key="gone", text="x")
    assert boss.get("/admin/accounts/parameter/add/").status_code == 403
    assert boss.get(f"/admin/accounts/parameter/{row.pk}/change/").status_code == 302
    assert "gone" not in boss.get("/admin/accounts/parameter/").content.decode()


def test_how_early_a_deadline_is_near(world):
    case = world.application("initial")  # came just now, whatever day of the week it is
    assert case.urgency == ""
    put("deadlines.soon", "10")
    assert case.urgency == "soon"
