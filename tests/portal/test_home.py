"""The home page: who serves where and what is asked for there, in public numbers; the newest of each channel; files."""

import json
import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Parameter, Term
from applications.models import Batch, Need
from applications.models.selection import end_words
from attachments import workbook
from portal import maps, selectors
from portal.articles import services as articles
from portal.articles.models import Publication
from review.services import perform
from tests.portal.test_articles import draft, move
from tests.portal.test_publicity import notice as names_of
from tests.portal.test_publicity import publish as publish_names
from tests.world import World

CITIES = 17


def place(name: str) -> selectors.Place:
    return next(one for one in selectors.public_figures().places if one.name == name)


def with_file(world: World, tmp_path, name: str):
    """An article of the city's with a workbook below it, still a draft."""
    made = draft(world, title=f"通知：{name}")
    path = tmp_path / f"{name}.xlsx"
    workbook.write(path, name, [workbook.Column("项目")], [["一"]], count=1)
    articles.add_file(made, SimpleUploadedFile(path.name, path.read_bytes()), by=made.owner)
    return made


def publish(article, world: World):
    move(article, "submit", article.owner)
    return move(article, "pass", world.user("p1"))


def test_every_city_is_drawn_and_has_its_row(world: World, client):
    page = client.get("/").content.decode()
    box, drawn = maps.outlines()
    assert re.fullmatch(rf"0 0 {maps.WIDTH} [2-4]\d\d", box)
    assert len(drawn) == page.count("<path") == CITIES
    for one in selectors.public_figures().places:
        assert drawn[one.code].path in page
        assert f">{one.short}</text>" in page
        assert f'<th scope="row">{one.name}</th>' in page


@pytest.mark.django_db
def test_before_the_regions_are_there_it_has_an_empty_map(client, monkeypatch):
    monkeypatch.setattr(selectors.Region, "objects", selectors.Region.objects.none())
    cache.clear()
    assert client.get("/").status_code == 200
    cache.clear()


def test_a_border_of_plain_geojson_is_drawn_like_a_packed_one():
    with open(finders.find("vendor/hubei-map/cities.json"), encoding="utf-8") as file:
        packed = json.load(file)["features"][0]["geometry"]
    degrees = [[(x / maps.FLAT, -y) for x, y in ring] for ring in maps._rings(packed)]
    plain = {"type": "MultiPolygon", "coordinates": [degrees]}
    drawn, same = ([maps._path([(round(x * 99), round(y * 99)) for x, y in ring]) for ring in maps._rings(one)]
                   for one in (packed, plain))  # fmt: skip
    assert drawn == same
    assert max(map(len, drawn)) > 1000


def test_it_counts_who_was_approved_once_and_where_they_serve(world: World):
    world.application("approved", "s1")
    world.application("final", "s2")
    world.team_application("approved", "l1")
    needed = world.need()
    world.need("reviewing", "h2")
    assert (place("宜昌市").people, place("宜昌市").teams, place("武汉市").serving) == (1, 1, 0)
    assert place(needed.city.name).needs == 1
    assert place("宜昌市").shade == selectors.SHADES
    assert place("武汉市").shade == 0
    totals = dict(selectors.public_figures().totals)
    assert totals == {
        "个人科技特派员": 1, "科技特派员团队": 1, "法人单位": 1, "已归档服务协议": 0, "公开的服务需求": 1,
    }  # fmt: skip


def test_its_number_of_needs_leads_to_as_many(world: World, client):
    needed = world.need()
    one = place(needed.city.name)
    assert f'href="/needs/?city={one.pk}"' in client.get("/").content.decode()
    assert len(client.get("/needs/", {"city": one.pk}).context["rows"]) == one.needs == 1


def test_the_fourth_channel_names_no_contact(world: World, client):
    assert "现在没有公开的需求" in client.get("/").content.decode()
    needed = world.need()
    page = client.get("/").content.decode()
    assert f'href="/needs/{needed.pk}/"' in page
    assert needed.form.contact_phone not in page


def test_files_are_offered_while_their_article_is_public(world: World, client, tmp_path):
    made = with_file(world, tmp_path, "材料清单")
    for address in ("/", "/news/?files=1"):
        assert "材料清单" not in client.get(address).content.decode()
    publish(made, world)
    publish(draft(world, title="没有附件"), world)
    page = client.get("/").content.decode()
    assert "材料清单.xlsx" in page
    assert "还没有可以下载的资料" not in page
    listed = client.get("/news/", {"files": "1"})
    assert [row.title for row in listed.context["rows"]] == ["通知：材料清单"]
    articles_file = made.files.get()
    answer = client.get(articles_file.get_absolute_url())
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    Publication.objects.update(withdrawn=True)
    assert "材料清单" not in client.get("/").content.decode()
    assert "还没有可以下载的资料" in client.get("/news/?files=1").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_for_any_number(world: World, client, tmp_path, rows, django_assert_num_queries):
    for number in range(rows):
        publish(with_file(world, tmp_path, f"清单{number}"), world)
        world.need(host=f"h{number + 1}")
        world.application("approved", f"s{number + 1}")
    with django_assert_num_queries(HOME):
        client.get("/")


HOME = 15


# The batch


def moment(days: float) -> datetime:
    return timezone.now() + timedelta(days=days)


def batch(world: World, name: str, opens: float, closes: float, mends: float | None = None) -> Batch:
    return Batch.objects.create(
        name=name, year=2026, office=world.batch.office, opens_at=moment(opens), closes_at=moment(closes),
        mends_until=None if mends is None else moment(mends),
    )  # fmt: skip


def strip_of(page: str) -> tuple[list[str], str]:
    """The heads of the calendar, and which is here."""
    steps = re.search(r'<ol class="calendar-strip".*?</ol>', page, re.S)[0]
    (here,) = re.findall(r'aria-current="step"><b>(.*?)</b>(?:<a [^>]*>)?(.*?)<', steps)
    return re.findall(r"</b>(?:<a [^>]*>)?(.*?)<", steps), "".join(here)


@pytest.mark.parametrize(
    ("opens", "closes", "mends", "words", "here"),
    [
        (2, 9, 12, "开始申报", "开始申报"), (-2, 9, 12, "正在申报，还有 9 天截止", "申报截止"),
        (-9, -2, 5, "申报已截止，退回补正至", "退回补正截止"), (-9, -4, -2, "申报已截止", "审核与对接"),
        (-9, -4, None, "申报已截止", "审核与对接"),
    ],
)  # fmt: skip
def test_it_tells_of_a_batch_before_in_and_after_its_days(world: World, client, opens, closes, mends, words, here):
    Batch.objects.all().delete()
    made = batch(world, "2026年度选派", opens, closes, mends)
    page = client.get("/").content.decode()
    assert re.search(rf"<b>2026年度选派</b>：.*?{words}", page)
    heads, place = strip_of(page)
    assert here in place
    assert ("退回补正截止" in heads) == (mends is not None)
    if mends is not None:
        last = timezone.localtime(made.mends_until)
        assert f"{last.month}月{last.day}日 {last:%H:%M}</b>" in page


def test_the_open_one_stands_before_the_next_and_that_before_the_last(world: World):
    Batch.objects.all().delete()
    assert Batch.announced() is None
    last = batch(world, "上一批", -60, -30)
    assert Batch.announced() == last
    batch(world, "再下一批", 90, 120)
    coming = batch(world, "下一批", 30, 60)
    assert Batch.announced() == coming
    now = batch(world, "这一批", -1, 1)
    assert Batch.announced() == now


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("2031-12-17 00:00", "2031年12月16日 24:00"), ("2031-12-17 00:01", "2031年12月17日 00:01"),
        ("2032-01-01 00:00", "2031年12月31日 24:00"), ("2031-12-17 17:30", "2031年12月17日 17:30"),
    ],
)  # fmt: skip
def test_an_end_at_midnight_is_the_end_of_the_day_before(end, words):
    assert end_words(timezone.make_aware(datetime.fromisoformat(end))) == words


def test_a_batch_that_closes_at_midnight_is_never_said_to_close_on_the_next_day(world: World, client):
    """Whoever reads 「17日截止」 comes on the 17th."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    last = today + timedelta(days=3)
    Batch.objects.update(closes_at=today + timedelta(days=4))
    words = f"{last.month}月{last.day}日 24:00"
    for page in (client.get("/"), world.client("s1").get("/workbench/"), world.client("s1").get("/application/")):
        assert words in page.content.decode().replace(f"{last.year}年", "")
    assert Batch.objects.get().time_left == "还有 3 天截止"
    Batch.objects.update(closes_at=today + timedelta(days=1))
    assert Batch.objects.get().time_left == "今天 24:00 截止"


def test_the_last_day_is_told_in_the_same_words_everywhere(world: World, client):
    closes = timezone.localtime().replace(hour=23, minute=59, second=59)
    Batch.objects.update(closes_at=closes)
    words = "今天 23:59 截止"
    assert words in client.get("/").content.decode()
    assert words in world.client("wh1").get("/workbench/").content.decode()
    assert words in world.client("a1").get("/admin/applications/batch/").content.decode()


@pytest.mark.parametrize(("days", "here"), [(0, "查看名单"), (30, "四方盖章")])
def test_a_published_list_of_names_stands_in_the_calendar(world: World, client, days, here):
    out = publish_names(names_of(world), world, days_ago=days)
    Batch.objects.update(closes_at=moment(-1), opens_at=moment(-50))
    page = client.get("/").content.decode()
    assert here in strip_of(page)[1]
    assert f'href="{out.get_absolute_url()}"' in page


def test_without_any_batch_there_is_no_calendar(world: World, client):
    Batch.objects.all().delete()
    assert "calendar-strip" not in client.get("/").content.decode()


# Finding one's way


CHANNELS = ["主页", "通知公告", "新闻信息", "典型案例", "服务对接", "资料下载"]


@pytest.mark.parametrize(
    ("address", "here"),
    [("/", "主页"), ("/news/?channel=notice", "通知公告"), ("/news/?channel=case&q=x", "典型案例"),
     ("/needs/", "服务对接"), ("/news/?files=1", "资料下载"), ("/news/", ""), ("/login/", ""), ("/verify/", "")],
)  # fmt: skip
def test_every_public_page_leads_to_every_channel(world: World, client, address, here):
    page = client.get(address).content.decode()
    bar = re.search(r'<nav class="channel-bar".*?</nav>', page, re.S)[0]
    assert re.findall(r">([^<>]+)</a>", bar) == CHANNELS
    for link in re.findall(r'href="([^"]+)"', bar):
        assert client.get(unescape(link)).status_code == 200
    assert re.findall(r'aria-current="page">([^<]+)', bar) == ([here] if here else [])


def test_who_is_logged_in_has_the_way_on_and_back(world: World):
    client = world.client("s1")
    page = client.get("/").content.decode()
    assert re.search(r'class="login-card".*?href="/workbench/">.*?进入工作台', page, re.S)
    assert 'name="password"' not in page
    assert re.search(r'href="/"[^>]*>.*?门户主页', client.get("/workbench/").content.decode(), re.S)


def test_numbers_of_the_footer_lead_to_their_registers_and_others_nowhere(world: World, client):
    for key in ("icp", "police", "site_code"):
        row = Parameter.objects.get(key=f"footer.{key}")
        row.text = f"号码 {key}"
        row.save()
    for page in (client.get("/"), world.client("wh1").get("/workbench/")):
        foot = re.search(r"<footer.*?</footer>", page.content.decode(), re.S)[0]
        assert re.search(r'<a href="https://beian.miit.gov.cn/"[^>]*>号码 icp</a>', foot)
        assert re.search(r'<a href="https://beian.mps.gov.cn/"[^>]*>号码 police</a>', foot)
        assert "<p>网站标识码：号码 site_code</p>" in foot


# Searching


def titles(answer) -> list[str]:
    return [need.title for need in answer.context["needs"]]


def test_a_search_finds_needs_beside_articles_by_title_and_by_description(world: World, client):
    world.need(title="脐橙黄龙病防控", description="请来看看。")
    world.need(host="h2", title="大实蝇防控", description="八百亩脐橙。")
    world.need("reviewing", "h3", title="脐橙还没有公开")
    publish(draft(world, title="脐橙培训"), world)
    answer = client.get("/news/?q=脐橙")
    assert titles(answer) == ["大实蝇防控", "脐橙黄龙病防控"]
    assert [row.title for row in answer.context["rows"]] == ["脐橙培训"]
    more = client.get(unescape(re.search(r'href="(/needs/\?q=[^"]+)"', answer.content.decode())[1]))
    assert [need.title for need in more.context["rows"]] == ["大实蝇防控", "脐橙黄龙病防控"]
    assert "关键词：<b>脐橙</b>" in more.content.decode()
    assert not titles(client.get("/news/?q=脐橙&channel=news"))
    assert titles(client.get("/news/?q=脐橙 黄龙病")) == ["脐橙黄龙病防控"]
    for nothing in ("火箭", "%", "_", "！！", ""):
        assert not titles(client.get("/news/", {"q": nothing}))


@pytest.mark.parametrize("hidden", ["contact", "contact_phone"])
def test_what_is_not_public_of_a_need_is_not_found(world: World, client, hidden):
    need = world.need()
    assert not client.get("/needs/", {"q": getattr(need.form, hidden)}).context["rows"]


def test_words_and_conditions_narrow_the_list_of_needs_together(world: World, client):
    one = world.need(title="脐橙")
    assert list(client.get("/needs/", {"q": "脐橙", "chain": one.chain_id}).context["rows"]) == [one]
    other = Term.objects.filter(kind="chain").exclude(pk=one.chain_id).first()
    assert not client.get("/needs/", {"q": "脐橙", "chain": other.pk}).context["rows"]
    for odd in ("！！", "长" * 51):
        page = client.get("/needs/", {"q": odd})
        assert (page.status_code, len(page.context["rows"])) == (200, 1)
        assert 'class="query-error"' in page.content.decode()


def test_a_text_that_was_written_anew_is_found_by_its_new_words_alone(world: World, client):
    need = world.need(title="脐橙防控")
    need = perform(need, "close", actor=need.owner, seen=need.seen)
    need.form.title = "茶园防控"
    need.form.save()
    need = Need.objects.for_review().get(pk=need.pk)
    perform(need, "submit", actor=need.owner, seen=need.seen)
    need = Need.objects.for_review().get(pk=need.pk)
    perform(need, "pass", actor=world.user("wh1"), seen=need.seen)
    assert not client.get("/needs/?q=脐橙").context["rows"]
    assert len(client.get("/needs/?q=茶园").context["rows"]) == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_a_search_of_needs_costs_the_same_for_any_number(world: World, client, rows, django_assert_num_queries):
    for number in range(rows):
        world.need(host=f"h{number + 1}", title=f"脐橙 {number}")
    client.get("/needs/?q=脐橙")  # the first of an hour begins a count
    with django_assert_num_queries(15):
        assert len(client.get("/needs/?q=脐橙").context["rows"]) == rows


@pytest.mark.parametrize("address", ["/news/", "/needs/"])
def test_searches_are_counted_lists_are_not(world: World, client, settings, address):
    settings.SEARCHES_PER_HOUR = 2
    for _ in range(2):
        assert client.get(address, {"q": "脐橙"}).status_code == 200
    refused = client.get(address, {"q": "脐橙"})
    assert refused.status_code == 429
    assert "搜索过多" in refused.content.decode()
    assert 'value="脐橙"' in refused.content.decode()
    for _ in range(3):
        assert client.get(address).status_code == 200
    assert world.client("wh1").get(address, {"q": "脐橙"}).status_code == 200
