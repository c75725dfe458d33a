"""数据统计 in a browser: pictures are drawn under the policy, a number leads to its list, paper carries them too."""

import re
from io import BytesIO

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Person
from tests.world import World, build

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def numbers(db, monkeypatch) -> World:
    """Four approved individuals and a team of three of a unit, from 武汉 to 宜昌."""
    monkeypatch.setattr("attachments.validation.inspect", lambda raw, clean: clean.write_bytes(raw.read_bytes()) and 1)
    world = build()
    world.many(4, "approved")
    world.team_application("approved")
    return world


def test_charts_map_and_the_list_behind_a_number(numbers, live_server, page: Page):
    province = Person(page, live_server.url).log_in("p1", "W-for-world-2026")
    province.menu("数据统计", "省厅信息统计")
    drawn = page.get_by_role("img")
    expect(drawn.locator("svg")).to_have_count(3)  # a map, and bars of two groups; nothing is agreed yet
    expect(page.get_by_role("img", name=re.compile("地图")).locator("path").nth(16)).to_be_attached()  # 17 cities
    expect(page.get_by_text("武汉市最多：7 人，占 100%")).to_be_visible()
    expect(page.get_by_text("示意图")).to_be_visible()

    row = page.get_by_role("region", name="派出情况").get_by_role("row", name=re.compile("^武汉市"))
    row.get_by_role("link", name="3", exact=True).click()
    province.sees("共 3 条")
    expect(page.get_by_role("row", name=re.compile("负责人"))).to_have_count(1)
    page.go_back()

    province.link("环节与时长").click()
    expect(page.get_by_role("img", name=re.compile("漏斗图")).locator("svg")).to_be_attached()
    expect(page.get_by_role("img", name=re.compile("用时")).locator("svg")).to_be_attached()


def test_a_bar_is_a_link_too(numbers, live_server, page: Page):
    province = Person(page, live_server.url).log_in("p1", "W-for-world-2026")
    page.goto(f"{live_server.url}/statistics/?by=target_city")
    bars = page.get_by_role("img", name=re.compile("派出情况.*条形图"))
    bars.locator("path[fill='#1d4f7c']").first.click()  # the individuals' part of the only bar; the legend comes after
    province.sees("共 4 条")


def test_a_city_of_the_map_opens_its_numbers_and_they_their_lists(numbers, live_server, page: Page):
    numbers.application("approved", numbers.specialist("YC", "WH"))
    province = Person(page, live_server.url).log_in("p1", "W-for-world-2026")
    page.goto(f"{live_server.url}/statistics/?by=home_city")
    expect(page.get_by_text("2 个市（州）有科技特派员，武汉市最多，7 人")).to_be_visible()
    page.get_by_role("img", name=re.compile("地图")).get_by_text("宜昌").click()
    expect(page.get_by_text("1 个市（州）有科技特派员，宜昌市最多，1 人")).to_be_visible()
    expect(page.get_by_role("list", name="已选条件")).to_contain_text("宜昌市")
    page.get_by_role("main").get_by_role("link", name=re.compile(r"^个人科技特派员人数\s*1$")).click()
    province.sees("共 1 条")


def test_paper_carries_the_pictures(numbers, live_server, page: Page):
    Person(page, live_server.url).log_in("p1", "W-for-world-2026")
    page.goto(f"{live_server.url}/statistics/")
    expect(page.get_by_role("img").locator("svg").first).to_be_attached()
    sheet = pypdfium2.PdfDocument(BytesIO(page.pdf(format="A4")))[0]
    assert "申报批次：2026年度" in sheet.get_textpage().get_text_range()
    page.emulate_media(media="print")
    assert all(
        box["height"] > 60 for box in [svg.bounding_box() for svg in page.get_by_role("img").locator("svg").all()]
    )


def test_on_a_phone_tables_scroll_and_the_page_does_not(numbers, live_server, page: Page):
    Person(page, live_server.url).log_in("p1", "W-for-world-2026")
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/statistics/", "/statistics/stages/", "/statistics/list/people/"):
        page.goto(live_server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, path
