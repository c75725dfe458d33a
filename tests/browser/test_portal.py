"""The portal walked as people would: news from a unit to the public, a list of names and an objection to it."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests import world as worlds
from tests.browser.people import Person
from tests.world import PASSWORD, World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_pdf")]


@pytest.fixture
def world(transactional_db) -> World:
    return worlds.build()


def judged(province: Person, title: str) -> None:
    """The page of an article that waits, out of 「信息审核」."""
    province.menu("信息发布", "信息审核")
    province.page.get_by_role("row", name=re.compile(title)).get_by_role("link", name="审核").click()


def into_the_editor(person: Person) -> None:
    """Once it has taken the place of the plain box."""
    expect(person.page.get_by_role("toolbar").first).to_be_visible()
    person.page.get_by_role("textbox", name="正文").click()


def test_news_is_written_returned_published_and_read(world, live_server, browser: Browser):
    world.unit("u1")
    unit, province = (Person.at(browser, live_server.url).log_in(name, PASSWORD, sees="") for name in ("u1", "p1"))
    reader = Person.at(browser, live_server.url)

    unit.menu("信息发布")
    unit.button("写新闻信息").click()
    unit.fill("标题", "五支团队下乡")
    unit.fill("摘要", "服务周。")
    into_the_editor(unit)
    unit.page.keyboard.type("团队成员走进合作社。")
    unit.button("提交审核").click()
    unit.sees("已提交审核")

    judged(province, "五支团队下乡")
    province.sees("团队成员走进合作社。")
    province.returns("不通过", "请写明时间和地点。", label="审核意见")
    province.sees("已不通过")
    reader.page.goto(live_server.url)
    expect(reader.page.get_by_text("五支团队下乡")).to_have_count(0)

    unit.menu("信息发布")
    unit.link("五支团队下乡").click()
    unit.sees("请写明时间和地点。")
    unit.link("填写").click()
    into_the_editor(unit)
    unit.page.keyboard.press("Control+End")
    unit.page.keyboard.type("十月二十日在秭归。")
    unit.button("提交审核").click()
    unit.sees("已提交审核")
    judged(province, "五支团队下乡")
    province.button("发布").first.click()
    province.sees("已发布")

    reader.page.goto(live_server.url)
    reader.link("五支团队下乡").click()
    reader.sees("团队成员走进合作社。十月二十日在秭归。")
    for words, found in (("秭归", 1), ("黄冈", 0)):
        reader.page.goto(live_server.url)
        reader.page.get_by_role("searchbox").fill(words)
        reader.button("搜索").click()
        expect(reader.link("五支团队下乡")).to_have_count(found)


def test_a_list_of_names_is_made_published_and_objected_to(world, live_server, browser: Browser):
    world.application("approved", "s1")
    name = world.user("s1").real_name
    province = Person.at(browser, live_server.url).log_in("p1", PASSWORD)
    reader = Person.at(browser, live_server.url)

    province.menu("信息发布", "名单公示")
    province.button("生成公示").click()
    province.sees("已生成公示草稿，1 条")
    province.button("提交审核").click()
    judged(province, "公示")
    decision = province.page.get_by_role("complementary", name="办理").get_by_role("button")
    assert decision.all_inner_texts() == ["发布", "不通过", "撤回"]  # it is the province's own, too
    green = decision.first.evaluate("one => getComputedStyle(one).backgroundColor")
    assert decision.last.evaluate("one => getComputedStyle(one).backgroundColor") != green
    province.button("发布").first.click()
    province.sees("已发布")

    reader.page.goto(live_server.url)
    reader.page.get_by_role("link", name=re.compile("拟选派名单公示")).click()
    reader.sees("公示时间")
    reader.sees(name[0] + "***")
    expect(reader.page.get_by_text(name)).to_have_count(0)
    reader.link("提出异议").click()
    reader.button("提交").click()
    reader.sees("请填写真实姓名。")
    for label, text in {
        "姓名": "王建国", "联系方式": "13900001234", "异议内容": "第 1 号不在一线服务。", "验证码": "PASSED",
    }.items():  # fmt: skip
        reader.fill(label, text)
    reader.button("提交").click()
    reader.sees("异议已收到")
    receipt = reader.page.url

    province.menu("信息发布", "公示异议")
    province.page.get_by_role("link", name=re.compile("^处理 ")).click()
    province.sees("第 1 号不在一线服务。")
    expect(province.page.get_by_text("13900001234")).to_have_count(0)
    province.button("查看姓名和联系方式").click()
    province.sees("13900001234")
    province.fill("处理意见", "经核实，该同志每月下乡两次。")
    province.button("处理完毕").click()
    province.sees("没有待处理的异议")
    reader.page.goto(receipt)
    reader.sees("经核实，该同志每月下乡两次。")
