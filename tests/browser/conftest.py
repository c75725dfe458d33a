"""Where the walks take place: an open batch, two cities and the province, each with an officer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import services as people
from accounts.models import Organisation, User
from accounts.roles import Role
from applications.models import Batch
from tests.browser.people import PASSWORD


@pytest.fixture
def offices(db):
    province = Organisation.objects.get(kind=Organisation.Kind.PROVINCE)
    now = timezone.now()
    Batch.objects.create(
        name="2026年度省级科技特派员选派", year=2026, office=province,
        opens_at=now - timedelta(days=3), closes_at=now + timedelta(days=20),
    )  # fmt: skip
    for username, role, office in (
        ("wuhan", Role.CITY, Organisation.objects.get(region__name="武汉市")),
        ("yichang", Role.CITY, Organisation.objects.get(region__name="宜昌市")),
        ("sheng", Role.PROVINCE, province),
    ):
        officer = User.objects.create_user(username, password=PASSWORD, real_name="周文博", role=role)
        people.appoint(user=officer, organisation=office)
