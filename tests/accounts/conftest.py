import pytest

from accounts import services
from accounts.models import Organisation, User
from accounts.roles import Role

PASSWORD = "长江之水-2026-秋"


@pytest.fixture
def specialist(db) -> User:
    return services.register(
        username="wanqing", password=PASSWORD, real_name="陈婉清", mobile="13812345678", role=Role.SPECIALIST
    )


@pytest.fixture
def wuhan(db) -> Organisation:
    return Organisation.objects.get(region__name="武汉市")


@pytest.fixture
def officer(wuhan) -> User:
    return services.issue_account(
        username="wuhan", real_name="周文博", role=Role.CITY, organisations=[wuhan], password=PASSWORD
    )[0]


@pytest.fixture
def administrator(db) -> User:
    return services.issue_account(username="boss", real_name="何静", system_admin=True, password=PASSWORD)[0]


@pytest.fixture
def sign_in(client):
    """Through the door, captcha and all."""

    def sign_in(username: str, password: str = PASSWORD, **fields):
        data = {"username": username, "password": password, "captcha_0": "", "captcha_1": "PASSED", **fields}
        return client.post("/login/", data)

    return sign_in
