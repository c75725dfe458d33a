"""No database, or one that answers no more: a page in words, with the form that was sent and when to try again."""

import pytest
from django.db import InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpResponse

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(world, monkeypatch):
    """A request of s1's while every question to the database ends in `fault`."""
    client = world.client("s1", raise_request_exception=False)

    def sent(path: str, data: dict | None = None, *, fault: Exception | None = None) -> HttpResponse:
        def gone(*args, **kwargs):
            raise fault or OperationalError("server closed the connection unexpectedly")

        with monkeypatch.context() as patch:
            patch.setattr(BaseDatabaseWrapper, "cursor", gone)
            return client.get(path) if data is None else client.post(path, data)

    return sent


@pytest.mark.parametrize("path", ["/", "/healthz/", "/workbench/", "/application/edit/", "/admin/"])
def test_no_database(send, path):
    answer = send(path)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert "系统暂时不能服务" in answer.content.decode()
    assert f'href="{path}"' in answer.content.decode()


def test_what_was_typed_is_on_the_page_and_goes_out_again_as_it_was(send):
    body = send(
        "/application/edit/?a=1&b=2", {"major": '果树学"><b>', "chains": ["1", "2"], "seen": "0"}
    ).content.decode()
    assert 'method="post" action="/application/edit/?a=1&amp;b=2"' in body
    assert 'name="major" value="果树学&quot;&gt;&lt;b&gt;"' in body
    assert all(f'name="chains" value="{value}"' in body for value in "12")


def test_no_password_is_written_into_a_page(send):
    body = send("/account/password/", {"old_password": "geheim-alt", "new_password": "geheim-neu"}).content.decode()
    assert "geheim" not in body


@pytest.mark.parametrize("fault", [InterfaceError("connection already closed"), OperationalError("disk full")])
def test_whatever_the_database_says(send, fault):
    assert send("/workbench/", fault=fault).status_code == 503


def test_a_fault_of_ours_stays_one(send):
    assert send("/workbench/", fault=ZeroDivisionError()).status_code == 500
