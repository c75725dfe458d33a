"""公示: a list of names out of a batch, its days, and what is said against it."""

import re
from datetime import date, datetime, time, timedelta

import pytest
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone

from accounts import notices
from accounts.captcha import PASSED
from accounts.masks import mask_name
from accounts.models import AuditEntry, Notice, Parameter
from applications.flow import APPROVED
from applications.models import Application
from portal import digest
from portal.articles import services as articles
from portal.articles.models import Article, Publication
from portal.articles.selectors import missing
from portal.publicity import selectors, services
from portal.publicity.models import NameNotice, Objection, Period
from review.deadlines import working_day_after
from review.refusal import Refused
from review.services import perform
from tests.world import WORDS, World

MONDAY = timezone.make_aware(datetime(2026, 11, 23, 8, 30))  # noqa: DTZ001 - made aware
FILLED = {
    "name": "王建国", "contact": "13900001234", "content": "第 1 号不在一线服务。",
    "captcha_0": "x", "captcha_1": PASSED,
}  # fmt: skip


def notice(world: World, *states: str) -> NameNotice:
    for number, state in enumerate(states or (APPROVED,), 1):
        world.application(state, f"s{number}")
    return services.make(world.batch, actor=world.user("p1"))


def last(days: int) -> None:
    row = Parameter.objects.get(key="publicity.days")
    row.text = str(days)
    row.save()


def publish(made: NameNotice, world: World, days_ago: int = 0) -> Publication:
    for action in ("submit", "pass"):
        article = Article.objects.for_review().get(pk=made.article_id)
        perform(article, action, actor=world.user("p1"), seen=article.seen)
    since = timezone.now() - timedelta(days=days_ago)
    Publication.objects.filter(article=made.article).update(shown_from=since)
    return Publication.objects.get(article=made.article)


@pytest.fixture
def taken(world: World, settings):
    """An objection that lies with the province."""
    settings.CAPTCHA_TEST_MODE = True
    out = publish(notice(world), world)
    assert world.client().post(f"/publicity/{out.pk}/object/", FILLED).status_code == 302
    return Objection.objects.get()


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [(date(2026, 11, 23), 5, date(2026, 11, 30)), (date(2026, 11, 27), 1, date(2026, 11, 30)),
     (date(2026, 11, 28), 5, date(2026, 12, 4)), (date(2026, 11, 29), 10, date(2026, 12, 11))],
)  # fmt: skip
@pytest.mark.django_db
def test_weekends_and_the_day_of_publication_do_not_count(start, days, end):
    assert working_day_after(start, days) == end
    made = NameNotice(days=days)
    noon = timezone.make_aware(datetime.combine(start, time(12)))
    assert made.period(noon) == Period(start, end)


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三", "张*"), ("欧阳修", "欧阳*"), ("欧阳惠兰", "欧阳**"), ("欧阳", "欧*"), ("欧明阳", "欧**"), ("王", "王*"),
     ("𠮷野家", "𠮷**")],
)  # fmt: skip
def test_names_keep_their_surname(name, masked):
    assert mask_name(name) == masked


def test_the_list_stays_as_it_was_made(world: World, client):
    last(7)
    made = notice(world, APPROVED, "final")
    assert (made.count, made.days) == (1, 7)
    world.application(APPROVED, "s3")
    last(9)
    out = publish(made, world)
    page = client.get(out.get_absolute_url())
    text = page.content.decode()
    name = world.user("s1").real_name
    assert f"{mask_name(name)}</th>" in text
    assert name not in text
    assert not page.cookies
    assert "湖北省农业科学院" in text
    assert ("武汉市" in text, "宜昌市" in text) == (True, True)
    assert made.rows.count() == 1
    ends = working_day_after(timezone.localdate(), 7)
    assert (out.channel, f"{ends.year}年{ends.month}月{ends.day}日" in text) == ("notice", True)
    assert "7 个工作日" in text
    assert "共 0 条" in client.get("/news/", {"q": name}).content.decode()
    assert name not in client.get("/news/rss/").content.decode()


def test_no_full_name_of_a_team_s_people_is_shown(world: World):
    case = world.team_draft()
    names = [person.real_name for person in case.form.people()]
    team = case.owner.team
    team.name = f"农科院柑橘{names[0]}和{names[1]}团队"
    team.save()
    world.walk(case, APPROVED)
    row = services.make(world.batch, actor=world.user("p1")).rows.get()
    assert not [name for name in names if name in row.name]
    assert row.name.startswith(f"农科院柑橘{mask_name(names[0])}和")
    assert row.name.endswith("等 3 人）")
    assert row.kind == "法人（团队）"


def test_a_name_that_begins_another_leaves_nothing_of_it(world: World):
    case = world.team_draft()
    for person, name in zip(case.form.people(), ("张三", "李四", "张三丰"), strict=True):
        person.real_name = name
        person.save()
    team = case.owner.team
    team.name = "李四张三丰（柑橘）团队"
    team.save()
    world.walk(case, APPROVED)
    assert services.make(world.batch, actor=world.user("p1")).rows.get().name == "李*张**（柑橘）团队（张*等 3 人）"


@pytest.mark.parametrize(("name", "masked"), [("张三", "张*家庭农场"), ("张", "张三家庭农场")])
def test_a_farm_that_bears_its_owner_s_name_does_not_tell_it(world: World, name, masked):
    case = world.application(APPROVED)
    Application.objects.filter(pk=case.pk).update(applicant_name=name, unit_name="张三家庭农场")
    assert services.make(world.batch, actor=world.user("p1")).rows.get().unit == masked


def test_made_twice_warns_and_nothing_makes_an_empty_one(world: World):
    client = world.client("p1")
    page = client.post(f"/publicity/make/{world.batch.pk}/", follow=True).content.decode()
    assert "还没有审核成功的申请" in page
    world.application(APPROVED)
    assert client.post(f"/publicity/make/{world.batch.pk}/").url == f"/news/write/{Article.objects.get().pk}/"
    page = client.post(f"/publicity/make/{world.batch.pk}/", follow=True).content.decode()
    assert "生成过公示" in page
    assert NameNotice.objects.count() == 1
    client.post(f"/publicity/make/{world.batch.pk}/", {"again": "1"})
    assert NameNotice.objects.count() == 2
    assert client.get("/publicity/").content.decode().count("条，") == 2


def test_a_draft_is_shown_to_nobody_and_has_no_form(world: World, client):
    made = notice(world)
    assert "查看草稿" in world.client("p1").get("/publicity/").content.decode()
    assert "拟选派名单（共 1 条）" in world.client("p1").get(
        f"/news/write/{made.article_id}/preview/0/"
    ).content.decode()  # fmt: skip
    out = publish(made, world)
    Publication.objects.update(withdrawn=True)
    for address in (out.get_absolute_url(), f"/publicity/{out.pk}/object/"):
        assert client.get(address).status_code == 404


def test_who_writes_and_who_decides_have_the_names_before_them(world: World):
    made = notice(world, *[APPROVED] * 3)
    article, office = Article.objects.for_review().get(pk=made.article_id), world.client("p2")
    own = office.get(f"/news/write/{article.pk}/").content.decode()
    perform(article, "submit", actor=world.user("p1"), seen=article.seen)
    judged = office.get(f"/review/articles/case/{article.pk}/?queue=reviewing").content.decode()
    for page, number in ((own, 0), (judged, 1)):
        assert "拟选派名单（共 3 条）" in page
        assert [row.name in page for row in made.rows.all()] == [True] * 3
        whole = re.search(r'href="([^"]+)#names">查看全部名单', page)[1]
        assert f"/{number}/" in whole
        assert "拟选派名单（共 3 条）" in office.get(whole).content.decode()


def test_a_colleague_opens_and_submits_it(world: World, client):
    made, colleague = notice(world), world.client("p2")
    page = f"/news/write/{made.article_id}/"
    assert f'href="{page}">查看草稿' in colleague.get("/publicity/").content.decode()
    assert made.article.source == made.batch.office
    sent = colleague.post(f"{page}move/submit/", {"seen": made.article.seen}, follow=True)
    assert "待审核发布" in sent.content.decode()
    assert Article.objects.get().steps.get().actor == world.user("p2")


@pytest.mark.parametrize("days", [2, -2])
def test_what_is_to_come_or_over_is_not_linked(world: World, settings, days):
    settings.CAPTCHA_TEST_MODE = True
    out = publish(notice(world), world)
    world.client().post(f"/publicity/{out.pk}/object/", FILLED)
    then, office = timezone.now() + timedelta(days=days), world.client("p1")
    pages = ("/publicity/", f"/publicity/objections/{Objection.objects.get().pk}/")
    assert all(f'"{out.get_absolute_url()}"' in office.get(page).content.decode() for page in pages)
    for model, name in ((Publication, "shown_from"), (Article, "publish_at")) if days > 0 else (
        (Publication, "expires_at"), (Article, "expires_at"),
    ):  # fmt: skip
        model.objects.update(**{name: then})
    for page in pages:
        text = office.get(page).content.decode()
        assert out.get_absolute_url() not in text
        assert ("定时" if days > 0 else "已下线") in text


def test_it_does_not_go_offline_while_its_days_last(world: World):
    made = notice(world)
    last = working_day_after(timezone.localdate(), made.days)
    article = Article.objects.for_review().get(pk=made.article_id)
    for day, allowed in ((last, False), (last + timedelta(days=1), True)):
        article.expires_at = timezone.make_aware(datetime.combine(day, time(0, 30)))
        article.save()
        assert any("公示期的最后一天" in one.message for one in missing(article)) != allowed


def test_of_another_article_there_is_no_form(world: World, client):
    made = articles.begin(actor=world.user("wh1"))
    out = Publication.objects.create(
        article=made, revision=1, channel="news", title="x", summary="x", html="", source="x", search="",
        shown_from=timezone.now(),
    )  # fmt: skip
    assert client.get(f"/publicity/{out.pk}/object/").status_code == 404


def test_an_objection_is_taken_and_its_receipt_tells_nothing_of_it(taken: Objection, client):
    assert (taken.name, taken.contact) == (FILLED["name"], FILLED["contact"])
    kept = Objection.objects.values_list(Cast("name", TextField()), Cast("contact", TextField())).get()
    assert not [text for text in kept if FILLED["name"] in text or FILLED["contact"] in text]
    text = client.get(f"/publicity/receipt/{taken.code}/").content.decode()
    assert taken.code in text
    assert "待处理" in text
    assert not [value for name, value in FILLED.items() if name in ("name", "contact", "content") and value in text]
    assert client.get("/publicity/receipt/AAAAAAAAAAAA/").status_code == 404
    title = taken.notice.article.title
    Article.objects.update(state="draft", title="还没有审核的标题")
    text = client.get(f"/publicity/receipt/{taken.code}/").content.decode()
    assert (title in text, "还没有审核的标题" in text) == (True, False)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("name", "", "请填写真实姓名"), ("name", "<b>", "姓名只能由文字"), ("contact", "没有", "请填写电话号码或邮箱地址"),
     ("contact", "", "请填写电话或邮箱"), ("content", "", "请写明对谁有异议"), ("content", "甲" * 1001, "1000"),
     ("name", "甲" * 51, "50"), ("captcha_1", "", "请填写验证码"),
     ("captcha_1", "wrong", "验证码不正确")],
)  # fmt: skip
def test_bad_input_is_told_beside_its_field_and_nothing_is_lost(world: World, settings, client, field, value, words):
    settings.CAPTCHA_TEST_MODE = True
    out = publish(notice(world), world)
    answer = client.post(f"/publicity/{out.pk}/object/", FILLED | {field: value})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert all(kept in text for name, kept in FILLED.items() if name in {"name", "contact", "content"} - {field})
    assert not Objection.objects.exists()


def test_after_the_period_the_form_is_closed_and_says_so(world: World, settings, client):
    settings.CAPTCHA_TEST_MODE = True
    out = publish(notice(world), world, days_ago=14)
    assert "提出异议</a>" not in client.get(out.get_absolute_url()).content.decode()
    page = client.get(f"/publicity/{out.pk}/object/").content.decode()
    assert "不再受理异议" in page
    assert '<button class="btn btn-primary"' not in page
    answer = client.post(f"/publicity/{out.pk}/object/", FILLED)
    assert answer.status_code == 409
    assert FILLED["content"] in answer.content.decode()
    assert not Objection.objects.exists()


def test_one_address_may_not_flood(world: World, settings, client):
    settings.CAPTCHA_TEST_MODE, settings.OBJECTIONS_PER_HOUR = True, 2
    out = publish(notice(world), world)
    answers = [client.post(f"/publicity/{out.pk}/object/", FILLED).status_code for _ in range(3)]
    assert answers == [302, 302, 429]
    refused = client.post(f"/publicity/{out.pk}/object/", FILLED).content.decode()
    assert "一小时之后再提交" in refused
    assert all(FILLED[name] in refused for name in ("name", "contact", "content"))
    assert Objection.objects.count() == 2


def test_contacts_are_for_the_province_and_each_look_is_written_down(world: World, taken: Objection):
    client, address = world.client("p1"), f"/publicity/objections/{taken.pk}/"
    for page in ("/publicity/objections/", address):
        text = client.get(page).content.decode()
        assert FILLED["content"] in text
        assert not [name for name in ("name", "contact") if FILLED[name] in text]
    assert not AuditEntry.objects.filter(kind="reveal").exists()
    answer = client.post(f"{address}contact/")
    assert FILLED["contact"] in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    entry = AuditEntry.objects.get(kind="reveal")
    assert (entry.actor, entry.object_id) == (world.user("p1"), taken.pk)
    assert FILLED["contact"] not in f"{entry.text}{entry.object_name}{entry.extra}"
    for name in ("wh1", "s1", "a1", ""):
        assert world.client(name).post(f"{address}contact/").status_code in (302, 403)


def test_it_is_answered_once_and_the_badge_goes(world: World, taken: Objection, client):
    officer, address = world.client("p1"), f"/publicity/objections/{taken.pk}/"
    assert 'title="公示异议"' in officer.get("/inbox/").content.decode()
    assert selectors.objections_waiting(world.user("p1")) == 1
    assert selectors.objections_waiting(world.user("wh1")) == 0
    empty = officer.post(f"{address}answer/", {"answer": " "})
    assert (empty.status_code, "请写明核实的情况" in empty.content.decode()) == (422, True)
    assert officer.post(f"{address}answer/", {"answer": WORDS}).url == "/publicity/objections/"
    assert selectors.objections_waiting(world.user("p1")) == 0
    assert WORDS in client.get(f"/publicity/receipt/{taken.code}/").content.decode()
    assert "处理意见不能再改" in officer.post(f"{address}answer/", {"answer": "改"}, follow=True).content.decode()
    assert taken.code in officer.get("/publicity/objections/?done=1").content.decode()
    with pytest.raises(Refused):
        services.handle(taken, actor=world.user("p2"), answer="改")
    taken.refresh_from_db()
    assert (taken.answer, taken.handled_by) == (WORDS, world.user("p1"))


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_pages_cost_the_same_for_any_number(world: World, settings, rows, django_assert_num_queries):
    out = publish(notice(world), world)
    made, client, public = out.article.notice, world.client("p1"), world.client()
    row = made.rows.get()
    for number in range(rows):
        services.object_to(made, name="王建国", contact="13900001234", content="x")
        row.pk, row.number = None, number + 2
        row.save()
    NameNotice.objects.update(count=rows + 1)
    for asker, address, queries in (
        (public, out.get_absolute_url(), PUBLIC), (client, "/publicity/objections/", LIST),
        (client, "/publicity/", BATCHES),
    ):  # fmt: skip
        asker.get(address)
        with django_assert_num_queries(queries):
            assert asker.get(address).status_code == 200


PUBLIC, LIST, BATCHES = 4, 19, 20


def test_a_long_list_has_pages(world: World, client, monkeypatch):
    monkeypatch.setattr("portal.publicity.models.NAMES_SHOWN", 2)
    out = publish(notice(world, APPROVED, APPROVED, APPROVED), world)
    first, second = (client.get(f"{out.get_absolute_url()}?names={page}") for page in ("", "2"))
    assert [row.number for row in first.context["names"].rows] == [1, 2]
    assert [row.number for row in second.context["names"].rows] == [3]
    for odd in ("0", "-1", "99999999999", "x", "２"):
        assert client.get(f"{out.get_absolute_url()}?names={odd}").status_code == 200


def test_its_office_hears_of_an_objection_and_of_a_second_in_the_same_line(world: World, settings):
    settings.CAPTCHA_TEST_MODE = True
    out = publish(notice(world), world)
    Notice.objects.all().delete()
    other = world.user("wh1")
    for _ in range(2):
        world.client().post(f"/publicity/{out.pk}/object/", FILLED)
    (line,) = Notice.objects.filter(user=world.user("p1"))
    assert (line.count, line.url, line.important) == (2, "/publicity/objections/", True)
    assert "「公示异议」有新到的" in str(line)
    assert FILLED["name"] not in str(line)
    assert not Notice.objects.filter(user=other).exists()


def test_the_workbench_and_the_morning_tell_of_open_ones_until_they_are_answered(world: World, taken: Objection):
    Objection.objects.update(at=MONDAY - timedelta(days=4))
    Notice.objects.all().delete()
    tile = re.compile(r'class="tile"[^>]*href="/publicity/objections/".*?1<small>', re.S)
    assert tile.search(world.client("p1").get("/workbench/").content.decode())
    assert "/publicity/objections/" not in world.client("wh1").get("/workbench/").content.decode()
    assert digest.send(MONDAY) == len(notices.officers(world.batch.office))
    assert "「公示异议」待处理 1 件" in str(Notice.objects.get(user=world.user("p1")))
    services.handle(taken, actor=world.user("p1"), answer="已核实。")
    Notice.objects.all().delete()
    assert digest.send(MONDAY + timedelta(days=1)) == 0
    page = world.client("p1").get("/workbench/").content.decode()
    assert re.search(r'tile is-empty"[^>]*href="/publicity/objections/"', page)


def test_no_morning_line_on_a_holiday_and_one_on_a_worked_saturday(world: World, taken: Objection):
    assert digest.send(MONDAY.replace(month=10, day=5)) == 0
    assert digest.send(MONDAY.replace(month=10, day=10)) > 0
