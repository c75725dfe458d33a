"""系统管理 as 系统管理员 does it: accounts from a sheet, the menu; and what the others see of it."""

import io
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from accounts.roles import Role
from tests import world as worlds
from tests.browser.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None) -> worlds.World:
    return worlds.build()


@pytest.fixture
def boss(world, page: Page, live_server) -> Person:
    return Person(page, live_server.url).log_in("a1", worlds.PASSWORD)


def sheet(folder: Path, *rows: tuple[str, ...]) -> Path:
    book = Workbook()
    for row in (("姓名", "用户名", "角色", "机构", "手机", "任职至"), *rows):
        book.active.append(row)
    path = folder / "名单.xlsx"
    book.save(path)
    return path


def test_accounts_from_a_sheet_all_or_none(boss, page: Page, browser: Browser, live_server, tmp_path):
    good = ("周文博", "zhouwenbo", Role.CITY.label, "武汉市科学技术局")
    wrong = ("林书豪", "linshuhao", Role.CITY.label, "武汉市科技局")
    boss.menu("系统管理", "用户管理")
    boss.link("批量发放账号").click()
    boss.uploads(sheet(tmp_path, good, wrong))
    expect(page.get_by_role("heading", name="有 1 行需要改正，没有发放任何账号")).to_be_visible()
    fault = page.get_by_role("row", name="武汉市科技局")
    expect(fault.get_by_role("cell").nth(0)).to_have_text("3")
    expect(fault).to_contain_text("没有这个名称的")
    assert not User.objects.filter(username="zhouwenbo").exists()

    boss.uploads(sheet(tmp_path, good))
    expect(page.get_by_role("heading", name="核对 1 个账号")).to_be_visible()
    assert not User.objects.filter(username="zhouwenbo").exists()
    boss.button("确认发放 1 个账号").click()
    with page.expect_download() as download:
        boss.button("下载一次性密码").click()
    rows = list(load_workbook(io.BytesIO(download.value.path().read_bytes())).worksheets[0].values)
    (password,) = (row[2] for row in rows if row[1] == "zhouwenbo")

    officer = Person.at(browser, live_server.url)
    officer.page.goto(live_server.url + "/login/")
    officer.fill("账号", "zhouwenbo")
    officer.fill("密码", password)
    officer.fill("验证码", "PASSED")
    officer.button("登录").click()
    expect(officer.page.get_by_role("heading", name="修改密码")).to_be_visible()  # before anything else


def entries(person: Person, group: str) -> list[str]:
    """What stands below a group of somebody's sidebar, as a reload shows it."""
    person.page.goto(person.base + "/workbench/")
    found = person.page.get_by_role("navigation", name="主菜单").get_by_role("group").filter(has_text=group)
    found.locator("summary").click()
    return [text.strip() for text in found.get_by_role("link").all_text_contents()]


def test_a_change_of_the_menu_is_seen_in_the_sidebar(world, boss, page: Page, browser: Browser, live_server):
    officer = Person.at(browser, live_server.url).log_in("wh1", worlds.PASSWORD)
    assert entries(officer, "选派管理") == ["申请审核", "对接审核", "审核记录"]
    boss.menu("系统管理", "系统菜单")
    page.get_by_role("navigation", name="过滤器").get_by_role("link", name="地市科技管理部门").click()
    page.get_by_role("button", name="上移「审核记录」").click()
    page.get_by_role("button", name="上移「审核记录」").click()
    expect(page.get_by_role("status")).to_contain_text("点「保存」后生效")
    page.get_by_role("row", name="对接审核").get_by_role("checkbox").uncheck()
    assert entries(officer, "选派管理") == ["申请审核", "对接审核", "审核记录"]  # nothing before it is saved
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("成功")).to_be_visible()
    assert entries(officer, "选派管理") == ["审核记录", "申请审核"]
    officer.page.goto(live_server.url + "/review/selection/queue/docking/")  # shown or not, the page decides
    expect(officer.page.get_by_role("heading", name="对接审核")).to_be_visible()


def test_on_a_phone_the_rows_of_lists_are_cards(boss, page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    for path, label in (("accounts/user", "角色"), ("portal/menuitem", "可见角色"), ("applications/batch", "申报截止")):
        page.goto(f"{boss.base}/admin/{path}/")
        cells = page.get_by_role("main").locator("#result_list tbody").locator("td, th")
        edges, labels = zip(*cells.evaluate_all(
            """cells => cells.map((cell) => [
                cell.getBoundingClientRect().right,
                getComputedStyle(cell, "::before").content.replaceAll('"', ""),
            ])"""
        ), strict=True)  # fmt: skip
        assert max(edges) <= 390, path
        assert label in labels, path
        assert page.evaluate("document.documentElement.scrollWidth") == 390, path
        folded = page.get_by_role("navigation", name="过滤器").get_by_role("group")
        assert folded.evaluate_all("all => all.map((one) => one.open)") == [False] * folded.count(), path


@pytest.mark.parametrize("width", [1440, 390])
def test_a_row_of_a_form_says_its_names_and_stays_on_the_screen(world, boss, page: Page, width):
    """任职: also in a row that is added, where Django's script draws the box."""
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{boss.base}/admin/accounts/user/{world.user('wh1').pk}/change/")
    page.get_by_role("button", name="添加另一个").click()
    table = page.get_by_role("group", name="任职")
    expect(table.get_by_role("combobox", name="机构：武汉市科学技术局")).to_be_visible()
    added = table.locator("#appointment_set-1")
    for name in ("任职自", "任职至"):
        expect(added.get_by_role("textbox", name=name)).to_be_visible()
    added.get_by_role("combobox", name="机构").click()
    page.get_by_role("searchbox", name="机构").fill("宜昌")
    page.get_by_role("option", name="宜昌市科学技术局").click()
    expect(added.get_by_role("combobox", name="机构：宜昌市科学技术局")).to_be_visible()
    assert (
        max(table.locator("td:visible").evaluate_all("all => all.map((one) => one.getBoundingClientRect().right)"))
        <= width
    )
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.get_by_role("button", name="保存", exact=True).click()
    assert len(world.user("wh1").desks) == 2
