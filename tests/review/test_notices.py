"""Who is told of a move: the owner of each decision, the desk that work comes to; never of what did not happen."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import notices
from accounts.models import Notice, Profile, SpecialDays, Tally, User
from applications.models import Application
from portal import digest
from review.notices import audiences
from review.services import perform_many
from tests.world import WORDS, World

MONDAY = timezone.make_aware(datetime(2026, 11, 23, 8, 30))  # noqa: DTZ001 - made aware


def lines(user: User) -> list[str]:
    return [str(one) for one in Notice.objects.filter(user=user).order_by("pk")]


@pytest.fixture
def told(django_capture_on_commit_callbacks):
    """Moves as in life, where what waits for the commit is done."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_the_applicant_is_told_of_a_return_with_its_words_and_by_whom_not_by_which_person(world: World):
    case = world.application("initial")
    world.return_it(case)
    (line,) = lines(case.owner)
    assert WORDS in line
    assert "武汉市科学技术局已「不通过」" in line
    assert world.officer_at(case.desk).real_name not in line


def test_who_owns_many_reads_which_it_was_and_is_led_to_it(world: World):
    needs = [world.need("reviewing", title=title) for title in ("脐橙黄龙病防控", "茶园节水灌溉")]
    owner = needs[0].owner
    Notice.objects.all().delete()
    world.walk(needs[1], "published")
    world.return_it(needs[0])
    first, second = Notice.objects.filter(user=owner).order_by("pk")
    assert first.text.startswith("您的服务需求（茶园节水灌溉）：")
    assert second.text.startswith("您的服务需求（脐橙黄龙病防控）：")
    assert [one.url for one in (first, second)] == [f"/application/host/needs/{need.pk}/" for need in reversed(needs)]


def test_a_desk_has_one_line_that_counts_what_came(world: World, told):
    cases = world.many(3, "initial")
    Notice.objects.all().delete()
    with told():
        perform_many(Application, "pass", {one.pk: one.seen for one in cases}, actor=world.user("wh1"))
    officer = world.user("p1")
    assert lines(officer) == ["「申请审核」有新到的：初审通过，待省厅审核（3 件）"]
    notices.read(officer)
    with told():
        world.walk(world.application("initial", "s4"), "province")
    assert lines(officer) == ["「申请审核」有新到的：初审通过，待省厅审核"]
    assert notices.unread(officer) == 1


def test_what_was_refused_is_told_to_nobody(world: World, told):
    case = world.application("initial")
    Notice.objects.all().delete()
    with told():
        perform_many(Application, "pass", {case.pk: case.seen + 1}, actor=world.user("wh1"))
    assert not Notice.objects.exists()


def test_members_hear_the_outcome_of_their_team_not_its_words(world: World):
    case = world.team_application("initial")
    world.return_it(case)
    line = lines(world.user("l1m1"))[-1]
    assert "您参与的" in line
    assert WORDS not in line


def test_the_page_says_before_the_click_who_will_be_told(world: World):
    case = world.application("docking")
    accept, decline = (case.flow.move("docking", action) for action in ("accept", "decline"))
    assert list(audiences([case], [accept, decline]).values()) == [f"申请人、{world.office.name}", "申请人"]
    page = world.client("yc1").get(f"/review/selection/case/{case.pk}/?queue=docking")
    assert f"「接收」后通知：申请人、{world.office.name}" in page.content.decode()


# 催办


def late(case: Application) -> Application:
    Application.objects.filter(pk=case.pk).update(since=timezone.now() - timedelta(days=30))
    return Application.objects.for_review().get(pk=case.pk)


def test_a_late_desk_is_reminded_once_a_day(world: World):
    case = late(world.application("initial"))
    client, address = world.client("s1"), f"/review/selection/remind/{case.pk}/"
    assert "催办" in client.get("/application/").content.decode()
    assert "会收到消息" in client.post(address, follow=True).content.decode()
    officer = world.user("wh1")
    assert any(line.startswith("催办：") for line in lines(officer))
    assert "今天已经催办过" in client.post(address, follow=True).content.decode()
    assert sum(line.startswith("催办：") for line in lines(officer)) == 1


def test_nobody_reminds_before_it_is_late_nor_about_anothers(world: World):
    case = world.application("initial")
    before = Notice.objects.count()
    assert "催办" not in world.client("s1").get("/application/").content.decode()
    answer = world.client("s1").post(f"/review/selection/remind/{case.pk}/", follow=True)
    assert "超期后才可以催办" in answer.content.decode()
    late(case)
    for name in ("s2", "wh1", "p1"):
        world.user(name)
        assert world.client(name).post(f"/review/selection/remind/{case.pk}/").status_code == 404
    assert Notice.objects.count() == before


# The inbox


def test_the_inbox_shows_one_s_own_and_opening_marks_as_read(world: World):
    mine, other = world.user("s1"), world.user("s2")
    notices.tell_one(mine, "给您的消息", url="/application/")
    notices.tell_one(other, "给别人的消息")
    client: Client = world.client("s1")
    page = client.get("/inbox/").content.decode()
    assert "给您的消息" in page
    assert "给别人的消息" not in page
    assert "消息，1 条未读" in page
    own, foreign = Notice.objects.get(user=mine), Notice.objects.get(user=other)
    assert client.post(f"/inbox/{foreign.pk}/").status_code == 404
    assert client.post(f"/inbox/{own.pk}/")["Location"] == "/application/"
    assert notices.unread(mine) == 0
    assert notices.unread(other) == 1


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_an_inbox_of_any_length_costs_the_same(world: World, rows, django_assert_num_queries):
    user = world.user("s1")
    for number in range(rows):
        notices.tell_one(user, f"第 {number} 条")
    client = world.client("s1")
    client.get("/inbox/")
    with django_assert_num_queries(12):
        client.get("/inbox/")


def test_more_than_a_page_is_paged(world: World):
    for number in range(25):
        notices.tell_one(world.user("s1"), f"第 {number} 条")
    client = world.client("s1")
    first = client.get("/inbox/")
    assert len(first.context["rows"]) == 20
    assert len(client.get(f"/inbox/?page={first.context['page'].next}").context["rows"]) == 5


# E-mail and the digest


@pytest.fixture
def mails(settings):
    settings.EMAIL_URL = "smtp://localhost"
    return mail.outbox


def test_important_lines_go_out_once_to_who_has_an_address(world: World, mails):
    owner = world.application("initial").owner
    Profile.objects.filter(user=owner).update(email="无")
    world.return_it(Application.objects.for_review().get())
    assert notices.mail_pending() == 0
    User.objects.filter(pk=owner.pk).update(email="s1@example.cn")
    world.user("s2")
    notices.tell_one(world.user("s1"), "另一条")
    assert notices.mail_pending() == 1
    assert notices.mail_pending() == 0
    assert mails[0].to == ["s1@example.cn"]
    assert "另一条" in mails[0].body


def test_without_a_server_nothing_is_sent_and_nothing_is_lost(world: World, settings):
    settings.EMAIL_URL = ""
    notices.tell_one(world.user("s1"), "一条")
    assert notices.mail_pending() == 0
    assert Notice.objects.get().mailed_at is None


def test_the_digest_comes_once_a_working_morning_to_who_has_something_to_do(world: World):
    case = late(world.application("initial"))
    world.user("yc1")
    Notice.objects.all().delete()
    assert digest.send(MONDAY.replace(hour=7)) == 0
    bureau = len(notices.officers(case.desk))
    assert digest.send(MONDAY) == bureau
    other = world.application("initial", "s2")
    Notice.objects.all().delete()  # as if they had had nothing at eight
    for hour in (9, 11, 15):  # what comes meanwhile waits for the next morning, and nobody is asked again
        with CaptureQueriesContext(connection) as asked:
            assert digest.send(MONDAY.replace(hour=hour)) == 0
        assert len(asked) <= 2  # whether it is a working day, whether it is done
    assert not Notice.objects.filter(topic=digest.TOPIC).exists()
    Tally.objects.all().delete()
    assert digest.send(MONDAY.replace(hour=15)) == 0  # a worker that starts then has missed it
    bureau += len(notices.officers(other.desk))
    assert digest.send(MONDAY.replace(hour=9)) == bureau
    Tally.objects.all().delete()
    assert digest.send(MONDAY.replace(hour=9)) == 0  # it had crashed after telling them
    (line,) = lines(world.user("wh1"))
    assert "「申请审核」待初审 1 件" in line
    assert "已超期" in line
    assert digest.send(MONDAY + timedelta(days=1)) == bureau
    assert len(lines(world.user("wh1"))) == 1
    assert digest.send(MONDAY - timedelta(days=1)) == 0  # Sunday


def test_who_administers_is_asked_once_for_next_year_s_holidays(world: World):
    SpecialDays.objects.filter(first__year=MONDAY.year + 1).delete()

    def asked() -> dict[str, str]:
        rows = Notice.objects.filter(topic=f"holidays:{MONDAY.year + 1}")
        return {row.user.username: row.url for row in rows.select_related("user")}

    digest.send(MONDAY.replace(month=11, day=19, hour=9))
    assert asked() == {}
    late = MONDAY.replace(month=12, day=15)
    for hour in (7, 9, 10):
        digest.send(late.replace(hour=hour))
    assert set(asked()) == {"pa1", "a1"}
    assert {world.client(name).get(url).status_code for name, url in asked().items()} == {200}
    Notice.objects.filter(topic__startswith="holidays").delete()
    SpecialDays.objects.create(
        kind="off", name="元旦", first=f"{MONDAY.year + 1}-01-01", last=f"{MONDAY.year + 1}-01-03"
    )
    digest.send(late + timedelta(days=1))
    assert asked() == {}


def test_a_notice_address_is_the_person_s_own_and_must_be_one(world: World):
    client = world.client("s1")
    assert client.post("/account/", {"email": "not an address"}).status_code == 422
    assert client.post("/account/", {"email": "a@example.cn"}).status_code == 302
    assert User.objects.get(username="s1").email == "a@example.cn"
    assert "a@example.cn" in client.get("/account/").content.decode()
