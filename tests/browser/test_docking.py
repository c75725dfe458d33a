"""服务对接 walked as people would: a unit comes in and asks, a specialist offers, the application carries it."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from applications.models import Application
from tests import world as worlds
from tests.browser.people import Person
from tests.world import PASSWORD, World, credit_code, form_values

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_pdf")]

HOST, NEED = "秭归县屈乡脐橙专业合作社", "脐橙黄龙病早期识别与防控"


@pytest.fixture
def world(transactional_db) -> World:
    return worlds.build()


def come_in(host: Person, city: Person) -> None:
    """机构信息 of the host unit, and its city's word."""
    host.menu("基本信息")
    host.link("填写机构信息").first.click()
    for label, text in {
        "单位名称": HOST, "统一社会信用代码": credit_code(321), "单位地址": "屈原镇西陵峡路6号",
        "成立时间": "2015年3月",
        "法定代表人电话": "13812340001", "联系人": "向联系", "联系电话": "13812340002", "主营业务": "脐橙种植与销售",
        "技术需求": "黄龙病防控。",
    }.items():  # fmt: skip
        host.fill(label, text)
    host.page.get_by_role("textbox", name=re.compile(r"^法定代表人(?!电话)")).fill("向社长")
    host.choose("单位类型", "农民专业合作社")
    host.choose("所属区域", "秭归县")
    host.button("提交").click()
    host.sees("正在审核")

    city.menu("服务对接", "派驻单位审核")
    city.opens(HOST)
    city.button("通过").first.click()
    city.sees("已通过")


def ask(host: Person, city: Person) -> None:
    """A need, returned once, then public."""
    host.menu("基本信息")
    host.sees("已经所在地市科技局确认")
    host.menu("需求发布")
    host.button("填写需求").click()
    today = timezone.localdate()
    for label, text in {
        "需求标题": NEED, "需求描述": "果园三百亩，去年出现疑似病株。", "服务开始日期": f"{today}",
        "服务结束日期": f"{today + timedelta(days=300)}", "联系人": "向联系", "联系电话": "13812340002",
    }.items():  # fmt: skip
        host.fill(label, text)
    host.choose("产业链", "柑橘")
    host.page.get_by_label(re.compile(r"^\s*需求类别")).select_option(index=1)
    host.choose("希望的专业领域", "植保")
    host.choose("服务县（市、区）", "秭归县")
    host.button("提交审核").click()
    host.sees("正在审核")

    city.menu("服务对接", "需求审核")
    city.opens(NEED)
    city.returns("不通过", "请写明面积和发病情况。")
    city.sees("已不通过")
    host.menu("需求发布")
    host.link(NEED).click()
    host.sees("请写明面积和发病情况。")
    host.link("填写").click()
    host.fill("需求描述", "果园三百亩，约二十亩叶片斑驳黄化，希望到园识别并指导防控。")
    host.button("提交审核").click()
    host.sees("正在审核")
    city.menu("服务对接", "需求审核")
    city.opens(NEED)
    city.button("通过").first.click()
    city.sees("已通过")


def test_from_a_need_to_the_application_that_carries_it(world, live_server, browser: Browser):
    base = live_server.url
    host = Person.at(browser, base).register("向联系", "qxqc", "派驻单位")
    city, specialist = (Person.at(browser, base).log_in(name, PASSWORD, sees="") for name in ("yc1", "s1"))
    come_in(host, city)
    ask(host, city)

    reader = Person.at(browser, base)
    reader.page.goto(base)
    reader.link(NEED).click()
    reader.sees("约二十亩叶片斑驳黄化")
    expect(reader.page.get_by_text("13812340002")).to_have_count(0)

    specialist.menu("服务对接", "需求")
    specialist.link(NEED).first.click()
    specialist.fill("我能帮助", "每月到园一次，带学生做检测。")
    specialist.button("我能帮助").click()
    specialist.sees("已响应")
    expect(specialist.page.get_by_text("13812340002")).to_have_count(0)

    host.menu("服务对接", "我的对接")
    host.sees("待您答复")
    host.link(NEED).first.click()
    host.sees("每月到园一次，带学生做检测。")
    host.button("接受").click()
    host.sees("双方可以看到彼此的联系方式")
    host.menu("服务对接", "我的对接")
    expect(host.page.get_by_text("待您答复")).to_have_count(0)

    specialist.menu("服务对接", "我的对接")
    specialist.link(NEED).first.click()
    specialist.sees("13812340002")
    specialist.menu("申报管理", "个人申请表")
    specialist.button("填写").first.click()
    specialist.sees(f"填为「{HOST}」")
    case = Application.objects.get(owner__username="s1")
    field = specialist.page.get_by_label(re.compile(r"^\s*拟服务企业(?!地址)"))
    expect(field).to_have_value(HOST)
    # the rest of the form, as it is typed elsewhere
    own = {name: value for name, value in form_values("YC").items() if not name.startswith("target_")}
    world.write(case, **own)
    specialist.page.reload()
    expect(field).to_have_value(HOST)
    specialist.button("提交审核").click()
    specialist.sees("已提交审核")
    case.refresh_from_db()
    assert (case.target_host, case.target_county.name) == (HOST, "秭归县")
    assert case.target_host_unit.name == HOST


def test_the_counties_of_the_list_follow_the_city(world, live_server, browser: Browser):
    needs = [world.need("published", name) for name in ("h1", "h2")]
    reader = Person.at(browser, live_server.url)
    reader.page.goto(f"{live_server.url}/needs/")
    city, county = reader.page.get_by_label("服务地市"), reader.page.get_by_label("服务县（市、区）")
    expect(county).to_have_value("")
    everything = county.locator("option").count()
    city.select_option(label=needs[0].county.parent.name)
    assert 1 < county.locator("option").count() < everything / 4
    county.select_option(label=needs[0].county.name)
    reader.button("查询").click()
    expect(reader.page.locator(".chip")).to_have_count(2)
    expect(reader.page.locator("tbody tr")).to_have_count(1)
    expect(county).to_have_value(str(needs[0].county_id))
    city.select_option(label=needs[1].county.parent.name)
    expect(county).to_have_value("")
    city.select_option(label="全部")
    expect(county).to_have_value("")
    assert county.locator("option").count() == everything


def test_a_unit_is_found_by_typing_and_another_may_be_written(world, live_server, browser: Browser):
    world.draft("s1", target_host="", target_host_address="")
    unit = world.host("h1").organisation
    me = Person.at(browser, live_server.url).log_in("s1", PASSWORD, sees="")
    me.page.goto(f"{live_server.url}/application/edit/")
    field = me.page.get_by_label(re.compile(r"^\s*拟服务企业(?!地址)"))
    with me.page.expect_response(re.compile("/application/hosts/")):
        field.press_sequentially(unit.name[:4])
    expect(me.page.locator(f"datalist option[value={unit.name!r}]")).to_have_count(1)
    # what a browser does when an option of a native list is taken; its pop-up is no part of the page
    field.evaluate(
        "(field, name) => { field.value = name;"
        " field.dispatchEvent(new InputEvent('input', {bubbles: true, inputType: 'insertReplacementText'})); }",
        unit.name,
    )
    expect(me.page.get_by_label(re.compile(r"^\s*拟服务企业地址"))).to_have_value(unit.host.address)
    expect(me.page.get_by_label(re.compile(r"^\s*拟服务县（市、区）"))).to_have_value(str(unit.location_id))
    me.button("提交").click()
    me.sees("已保存，")  # the page's own word, not that of the autosaving
    assert Application.objects.get().form.target_county_id == unit.location_id
    me.page.goto(f"{live_server.url}/application/edit/")
    field.fill("没有登记的公司")
    me.button("提交").click()
    me.sees("已保存，")
    assert Application.objects.get().form.target_host == "没有登记的公司"
