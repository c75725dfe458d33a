"""The forms of accounts in a browser: captchas, linked choices, drafts, and a session that ends in the middle."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts import services
from accounts.models import Profile, User
from accounts.roles import Role
from tests.browser.people import PASSWORD, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def specialist(db) -> User:
    return services.register(
        username="wanqing", password=PASSWORD, real_name="陈婉清", mobile="13812345678", role=Role.SPECIALIST
    )


def test_another_captcha_keeps_what_was_typed(live_server, page: Page):
    page.goto(f"{live_server.url}/register/")
    page.get_by_label("姓名").fill("王𬭎")
    image = page.get_by_alt_text("验证码图片")
    before = image.get_attribute("src")
    page.get_by_role("button", name="换一张").click()
    expect(image).not_to_have_attribute("src", before)
    page.get_by_role("button", name="看不清？换成文字题").press(" ")
    answer = page.get_by_role("textbox", name=re.compile("^验证码"))
    expect(answer).to_be_focused()
    expect(answer).to_have_accessible_description(re.compile("等于几"))
    expect(image).to_be_hidden()
    expect(page.get_by_label("姓名")).to_have_value("王𬭎")
    page.get_by_role("button", name="换一张").click()
    expect(image).to_be_visible()
    expect(image).to_have_js_property("naturalWidth", 300)


def test_the_question_needs_no_script(live_server, browser: Browser):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/login/?next=/account/")
    page.get_by_role("button", name="看不清？换成文字题").click()
    expect(page.get_by_text("等于几")).to_be_visible()
    assert page.locator("[name=next]").input_value() == "/account/"


def test_the_county_follows_the_city_and_what_is_typed_saves_itself(live_server, browser: Browser, specialist):
    person = Person.at(browser, live_server.url).log_in("wanqing")
    page = person.page
    person.menu("基本信息")
    person.link("填写基本信息").click()
    person.choose("所在市（州）", "宜昌市")
    counties = page.get_by_label(re.compile("^所在地")).locator("option")
    assert "洪山区" not in counties.all_inner_texts()
    person.choose("所在地", "秭归县")
    person.fill("籍贯", "湖北秭归")
    expect(page.get_by_text(re.compile("已保存"))).to_be_visible()
    profile = Profile.objects.get()
    assert (profile.region.name, profile.native_place) == ("秭归县", "湖北秭归")


def test_what_is_cut_off_a_pasted_text_is_told(live_server, browser: Browser, specialist):
    person = Person.at(browser, live_server.url)
    person.page.goto(f"{live_server.url}/login/?next=/profile/edit/")
    log_in(person)
    field = person.page.get_by_label("从事科技服务与创业经历")
    room = int(field.get_attribute("maxlength"))
    paste = """(field, text) => {
        field.focus();
        const data = new DataTransfer();
        data.setData("text", text);
        field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        document.execCommand("insertText", false, text.slice(0, field.maxLength - field.value.length));
    }"""
    field.evaluate(paste, "长" * (room + 120))
    person.sees("已超出，多余的 120 字没有粘贴进来。")
    field.press("Backspace")
    expect(person.page.get_by_text("没有粘贴进来")).to_have_count(0)
    field.evaluate(paste, "长")
    expect(person.page.get_by_text("没有粘贴进来")).to_have_count(0)


def test_a_session_that_ends_in_the_middle(live_server, browser: Browser, specialist):
    person = Person.at(browser, live_server.url, java_script_enabled=False)
    page = person.page
    page.goto(f"{live_server.url}/login/?next=/profile/edit/")
    log_in(person)
    page.context.clear_cookies(name="sessionid")
    person.fill("工作单位", "华中农业大学")
    person.button("提交").click()
    person.sees("已为您保留")
    log_in(person)
    person.sees("已恢复")
    expect(page.get_by_label("工作单位")).to_have_value("华中农业大学")


def log_in(person: Person) -> None:
    person.fill("账号", "wanqing")
    person.fill("密码", PASSWORD)
    person.fill("验证码", "PASSED")
    person.button("登录").click()
