"""No hand on a mouse: login, an application written and sent, a case decided, by Tab, Enter, Space and typing.

Wherever Tab leads, the place is seen: a ring, or a border that changes.
"""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.articles import richtext
from portal.articles.models import Article
from tests import world as worlds
from tests.browser.people import Person
from tests.world import PASSWORD, World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_pdf")]

FAR = 150  # presses after which a thing counts as out of reach
HERE = """() => {
    const one = document.activeElement, style = getComputedStyle(one);
    const label = one.labels?.[0]?.innerText || one.getAttribute('aria-label') || one.innerText || one.value || '';
    const box = one.getBoundingClientRect();
    return {
        name: label.trim().split('\\n')[0].replace(/[*\\s]+$/, ''), tag: one.tagName,
        ring: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none',
        seen: one.tagName === 'BODY' || (box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight),
    };
}"""


def tab_to(page: Page, name: str, tag: str = "") -> None:
    """Tab until the thing of this name has the focus; on the way everything that has it shows it."""
    passed = []
    for _ in range(FAR):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        passed.append(here["name"])
        if here["tag"] not in ("BODY", "IFRAME"):
            assert here["ring"], here
            assert here["seen"], here
        if here["name"] == name and here["tag"].startswith(tag):
            return
    pytest.fail(f"{name} is out of reach: {passed}")


def log_in(browser: Browser, base: str, username: str) -> Person:
    person = Person.at(browser, base, reduced_motion="reduce")
    page = person.page
    page.goto(f"{base}/login/")
    for label, text in (("账号", username), ("密码", PASSWORD), ("验证码", "PASSED")):
        tab_to(page, label, "INPUT")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()
    return person


def follow(page: Page) -> None:
    """Enter, where it leads to another page."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def choose(page: Page, group: str, entry: str) -> None:
    """Through the menu: the group, opened if it is shut, and the entry in it."""
    tab_to(page, group, "SUMMARY")
    if not page.evaluate("document.activeElement.parentElement.open"):
        page.keyboard.press("Enter")
    tab_to(page, entry, "A")
    follow(page)


@pytest.fixture
def world(transactional_db) -> World:
    return worlds.build()


def test_written_sent_and_decided(world, live_server, browser: Browser):
    world.draft("s1")
    world.application("initial", "s4")
    me = log_in(browser, live_server.url, "s1")
    choose(me.page, "申报管理", "个人申请表")
    tab_to(me.page, "填写", "A")
    follow(me.page)
    tab_to(me.page, "专业", "INPUT")
    me.page.keyboard.press("Control+A")
    me.page.keyboard.type("园艺学")
    tab_to(me.page, "提交审核", "BUTTON")
    me.page.keyboard.press("Enter")
    me.sees("已提交审核")

    city = log_in(browser, live_server.url, "wh1")
    choose(city.page, "选派管理", "申请审核")
    tab_to(city.page, "审核", "A")
    follow(city.page)
    city.sees("果树学")
    city.page.keyboard.press("j")  # the next of the queue
    city.sees("园艺学")
    tab_to(city.page, "不通过", "BUTTON")
    city.page.keyboard.press("Space")
    expect(city.page.get_by_role("dialog")).to_be_visible()
    expect(city.page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    city.page.keyboard.press("Escape")
    expect(city.page.get_by_role("dialog")).to_be_hidden()
    tab_to(city.page, "通过", "BUTTON")
    city.page.keyboard.press("Enter")
    city.sees("已通过")


def test_news_are_written_in_the_editor_and_sent(world, live_server, browser: Browser):
    me = log_in(browser, live_server.url, "wh1")
    tab_to(me.page, "信息发布", "A")
    follow(me.page)
    tab_to(me.page, "写新闻信息", "BUTTON")
    follow(me.page)
    for label, text in (("标题", "五支团队下乡"), ("摘要", "服务周。")):
        tab_to(me.page, label)
        me.page.keyboard.type(text)
    expect(me.page.get_by_role("toolbar").first).to_be_visible()
    tab_to(me.page, "正文", "DIV")
    me.page.keyboard.type("团队成员走进")
    me.page.keyboard.press("Control+B")
    me.page.keyboard.type("合作社")
    me.page.keyboard.press("Control+B")
    me.page.keyboard.press("Enter")
    me.page.keyboard.type("十月二十日。")
    tab_to(me.page, "提交审核", "BUTTON")
    me.page.keyboard.press("Enter")
    me.sees("已提交审核")
    body = Article.objects.get().body
    assert re.search(r"走进<(strong|b)>合作社</", body)
    assert "十月二十日。" in richtext.plain(body).splitlines()
