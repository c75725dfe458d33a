"""任职 with an end: leave cover begins and ends by itself, and nobody appoints themselves (D06)."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from accounts import notices, services
from accounts.models import Appointment, AuditEntry, Organisation, User
from accounts.roles import Role
from portal import digest
from tests.world import World

QUEUE = "/review/selection/queue/initial/"


def travel(monkeypatch, day: date, at: time = time(12)) -> datetime:
    moment = timezone.make_aware(datetime.combine(day, at))
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return moment


@pytest.fixture
def cover(world: World) -> User:
    """Somebody of 宜昌 who covers for 武汉 from 1 to 7 June 2026."""
    user = world.user("yc1")
    services.appoint(user=user, organisation=world.bureaus["WH"], since=date(2026, 6, 1), until=date(2026, 6, 7))
    return user


@pytest.mark.parametrize(
    ("day", "acts"),
    [("2026-05-31", False), ("2026-06-01", True), ("2026-06-07", True), ("2026-06-08", False)],
)
def test_it_counts_from_the_first_to_the_last_day(world, cover, monkeypatch, day, acts):
    travel(monkeypatch, date.fromisoformat(day))
    wuhan, yichang = world.bureaus["WH"], world.bureaus["YC"]
    assert User.objects.get(pk=cover.pk).desks == ([wuhan, yichang] if acts else [yichang])
    assert (cover.pk in notices.officers(wuhan)) == acts
    assert (Appointment.objects.get(user=cover, content_object=wuhan).standing == "任职中") == acts


def test_it_ends_at_the_next_request(world, monkeypatch):
    """Over midnight: the session stays, what it may do does not."""
    today = timezone.localdate()
    travel(monkeypatch, today, time(23, 50))
    user, _ = services.issue_account(username="cover", real_name="替班", role=Role.CITY, password="W-for-world-2026")
    services.appoint(user=user, organisation=world.bureaus["WH"], until=today)
    case = world.application("initial")
    client = world.client("cover")
    assert [row.pk for row in client.get(QUEUE).context["rows"]] == [case.pk]
    travel(monkeypatch, today + timedelta(days=1), time(0, 10))
    assert not client.get(QUEUE).context["rows"]
    assert client.get(f"/review/selection/case/{case.pk}/").status_code == 404
    decision = {"rows": case.row_value, "action": "pass", "comment": ""}
    assert client.post("/review/selection/decide/", decision).status_code in (403, 404)
    case.refresh_from_db()
    assert case.state == "initial"
    assert client.get("/account/").status_code == 200


def test_who_does_not_act_any_more_gets_no_morning_line(world, monkeypatch):
    world.application("initial")
    monday = travel(monkeypatch, date(2026, 6, 8), time(9))
    before = digest.send(monday)
    Appointment.objects.update(until=date(2026, 6, 7))
    assert before > 0
    assert digest.send(monday + timedelta(days=1)) == 0


def test_the_end_is_not_before_the_beginning(world, cover):
    row = Appointment.objects.get(user=cover, content_object=world.bureaus["WH"])
    row.until = date(2026, 5, 1)
    with pytest.raises(ValidationError, match="不能早于开始日期"):
        row.full_clean()
    with pytest.raises(IntegrityError):
        row.save()


def test_appointed_again_the_dates_are_the_new_ones(world, cover):
    wuhan = world.bureaus["WH"]
    services.appoint(user=cover, organisation=wuhan)
    row = Appointment.objects.get(user=cover, content_object=wuhan)
    assert (row.since, row.until) == (None, None)


# The organisation's page


def officers(organisation: Organisation, *rows: dict, initial: int = 0) -> dict:
    data = {
        "name": organisation.name, "location": organisation.location_id or "", "active": "on", "phone": "",
        "contact": "", "contact_phone": "",
        "appointment_set-TOTAL_FORMS": str(len(rows)), "appointment_set-INITIAL_FORMS": str(initial),
    }  # fmt: skip
    for n, row in enumerate(rows):
        data |= {f"appointment_set-{n}-{name}": value for name, value in row.items()}
    return data


def existing(organisation: Organisation, **changes) -> list[dict]:
    return [
        {"id": row.pk, "content_object": organisation.pk, "user": row.user_id, "since": "", "until": ""} | changes
        for row in organisation.appointment_set.order_by("pk")
    ]


def test_officers_stand_on_their_organisations_page(world):
    boss, hg, user = world.client("a1"), world.bureaus["HG"], world.user("wh2")
    url = f"/admin/accounts/organisation/{hg.pk}/change/"
    assert "办理人员" in boss.get(url).content.decode()
    rows = [*existing(hg), {"user": user.pk, "since": "2026-06-01", "until": "2026-06-30"}]
    assert boss.post(url, officers(hg, *rows, initial=1)).status_code == 302
    assert Appointment.objects.get(user=user, content_object=hg).until == date(2026, 6, 30)
    name = f"{user}（{hg}）"
    assert [(row.kind, row.object_name) for row in AuditEntry.objects.order_by("pk")] == [
        ("organisation", hg.name), ("appoint", str(user))
    ]  # fmt: skip
    assert name in boss.get(f"/admin/accounts/user/{user.pk}/history/").content.decode()
    late = [{**row, "until": "2026-07-31"} for row in existing(hg)[1:]]
    boss.post(url, officers(hg, existing(hg)[0], *late, initial=2))
    assert Appointment.objects.get(user=user, content_object=hg).until == date(2026, 7, 31)
    assert f"任职「{name}」任职至 2026-06-30 → 2026-07-31" in AuditEntry.objects.first().text


def test_nobody_appoints_themselves_or_ends_their_own(world):
    boss, me = world.client("pa1"), world.user("pa1")
    for organisation, rows, initial in (
        (world.bureaus["WH"], [{"user": me.pk, "since": "", "until": ""}], 0),
        (world.office, [{**row, "until": "2030-01-01"} for row in existing(world.office) if row["user"] == me.pk], 1),
        (world.office, [{**row, "DELETE": "on"} for row in existing(world.office) if row["user"] == me.pk], 1),
        (world.office, [{**row, "user": world.user("wh1").pk} for row in existing(world.office)
                        if row["user"] == me.pk], 1),
    ):  # fmt: skip
        url = f"/admin/accounts/organisation/{organisation.pk}/change/"
        before = list(Appointment.objects.order_by("pk").values())
        answer = boss.post(url, officers(organisation, *rows, initial=initial))
        assert answer.status_code == 200
        assert "不能给自己任职" in answer.content.decode()
        assert list(Appointment.objects.order_by("pk").values()) == before


def test_people_of_one_name_are_told_apart_when_they_are_chosen(world):
    address = "/admin/autocomplete/?app_label=accounts&model_name=appointment&field_name=user&term=wh1"
    assert [row["text"] for row in world.client("a1").get(address).json()["results"]] == [f"{world.user('wh1')}（wh1）"]


def test_an_office_sees_who_acts_for_it(world, cover, monkeypatch):
    travel(monkeypatch, date(2026, 6, 3))
    page = world.client("wh1").get("/organisation/").content.decode()
    assert "2026-06-07" in page
    assert page.count("长期") == 2
