"""「导出」 as a person clicks it: from a list, with some columns, and back with the address they remember."""

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests import world as worlds
from tests.browser.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def province(page: Page, live_server, transactional_db: None) -> Person:
    world = worlds.build()
    world.application("docking", "s1")
    world.application("province", "s2")
    return Person(page, live_server.url).log_in("p1", worlds.PASSWORD)


def rows(person: Person) -> list[tuple]:
    with person.page.expect_download() as download:
        person.button("导出 Excel").click()
    return list(load_workbook(BytesIO(download.value.path().read_bytes())).worksheets[0].iter_rows(values_only=True))


def test_a_list_in_chosen_columns(province):
    page = province.page
    page.goto(province.base + "/review/selection/records/?state=docking")
    province.link("导出").click()
    province.sees("符合条件的共 1 行")
    columns = page.get_by_role("group", name="导出的列")
    columns.get_by_label("全选").uncheck()
    for label in ("姓名", "当前状态"):
        columns.get_by_label(label, exact=True).check()
    expect(page).to_have_url(re.compile(r"state=docking&columns=name%2Cstate$"))
    assert rows(province) == [("姓名", "当前状态"), ("申报人乙", "对接审核")]
    page.get_by_role("link", name="去掉这个条件").click()  # the conditions change, the columns stay
    province.sees("符合条件的共 2 行")
    assert {len(row) for row in rows(province)} == {2}
    page.reload()
    expect(columns.get_by_label("姓名", exact=True)).to_be_checked()
    expect(columns.get_by_label("单位", exact=True)).not_to_be_checked()


def test_full_numbers_ask_for_a_reason_and_the_password(province):
    page = province.page
    page.goto(province.base + "/statistics/export/people/")
    page.get_by_label("导出完整的证件号码和电话").check()
    province.button("导出 Excel").click()
    province.sees("导出完整号码须填写原因。")
    expect(page.get_by_label("导出完整的证件号码和电话")).to_be_checked()
    page.get_by_label("导出原因").fill("年度统计上报")
    page.get_by_label("登录密码").fill(worlds.PASSWORD)
    head, *people = rows(province)
    number = head.index("证件号码")
    assert {row[number] for row in people} == {worlds.identity_number(1), worlds.identity_number(2)}
