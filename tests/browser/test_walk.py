"""The manual walked as a person would: 个人 from 「注册」 to an archived agreement, through both kinds of return."""

import re

import pypdfium2
import pytest
from playwright.sync_api import Browser, expect

from accounts.models import Region
from applications.models import Application
from tests.browser.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

IDENTITY = "420106198001011237"


def fill_application(person: Person) -> None:
    person.choose("申请类型", "新选派")
    for label, text in {
        "专业": "果树学", "专业技术领域": "园艺", "拟服务企业地址": "宜昌市秭归县屈原镇",
        "个人介绍": "从事柑橘育种与栽培研究十五年。", "工作经历": "2008年至今，华中农业大学，教学科研",
        "拟服务内容": "推广早熟脐橙，培训果农。",
    }.items():  # fmt: skip
        person.page.get_by_role("textbox", name=re.compile(rf"^\s*{label}(?!技术|企业)")).first.fill(text)
    person.page.get_by_label(re.compile(r"^\s*拟服务企业(?!地址)")).fill("秭归县屈姑食品有限公司")
    person.page.get_by_label("柑橘").check()
    person.choose("拟服务地市", "宜昌市")
    person.choose("拟服务县（市、区）", "秭归县")


def test_the_individuals_way(offices, live_server, browser: Browser, tmp_path):
    base = live_server.url
    me = Person.at(browser, base)

    me.register("张镕喆", "zhangrz", "个人科技特派员")

    # The agreement is not open yet, and says why
    me.menu("申报管理", "服务协议")
    me.sees("通过省厅终审")

    me.menu("基本信息")
    me.fill_profile(IDENTITY)
    me.menu("申报管理", "个人申请表")
    me.button("填写").click()
    me.button("提交审核").click()
    me.sees("「拟服务企业」未填写")
    fill_application(me)
    me.button("提交").click()
    me.sees("已保存")
    me.button("提交审核").click()
    me.sees("已提交审核")

    city, province, target = (Person.at(browser, base).log_in(name) for name in ("wuhan", "sheng", "yichang"))

    # 所在地市 passes from the page of the case, 省厅 returns with words
    city.menu("选派管理", "申请审核")
    city.opens("张镕喆")
    city.sees("从事柑橘育种与栽培研究十五年")
    city.button("通过").first.click()
    city.sees("已通过")
    province.menu("选派管理", "申请审核")
    province.opens("张镕喆")
    province.returns("不通过", "个人介绍过于简略，请补充主要成果。")
    province.sees("已不通过")

    me.menu("申报管理", "个人申请表")
    me.sees("个人介绍过于简略，请补充主要成果。")
    me.link("修改申请表").click()
    introduction = "从事柑橘育种与栽培研究十五年，育成品种三个，获省科技进步二等奖。"
    me.page.get_by_role("textbox", name=re.compile("^个人介绍")).fill(introduction)
    me.button("提交审核").click()
    me.sees("已提交审核")

    # Ticked rows this time; 省厅 sees what changed; 推送; 「不接收」
    city.menu("选派管理", "申请审核")
    city.ticks("张镕喆")
    city.button("通过").click()
    city.sees("已通过，转省厅审核")
    province.menu("选派管理", "申请审核")
    province.opens("张镕喆")
    province.sees("退回后修改")
    province.button("通过").first.click()
    province.menu("选派管理", "推送管理")
    province.ticks("张镕喆")
    province.button("推送").click()
    province.sees("已推送")
    target.menu("选派管理", "对接审核")
    target.ticks("张镕喆")
    target.returns("不接收", "该企业已有三名科技特派员。")
    target.sees("已不接收")

    me.menu("申报管理", "个人申请表")
    me.sees("该企业已有三名科技特派员。")
    me.link("修改申请表").click()
    me.page.get_by_label(re.compile(r"^\s*拟服务企业(?!地址)")).fill("秭归县郭家坝柑橘专业合作社")
    me.button("提交审核").click()
    me.sees("已提交审核")

    city.menu("选派管理", "申请审核")
    city.ticks("张镕喆")
    city.button("通过").click()
    province.menu("选派管理", "申请审核")
    province.ticks("张镕喆")
    province.button("通过").click()
    province.menu("选派管理", "推送管理")
    province.ticks("张镕喆")
    province.button("推送").click()
    target.menu("选派管理", "对接审核")
    target.opens("张镕喆")
    target.button("接收").first.click()
    province.menu("选派管理", "申请审核")
    province.page.get_by_role("link", name=re.compile("待省厅终审")).click()
    province.opens("张镕喆")
    province.button("通过").first.click()
    province.menu("选派管理", "审核记录")
    province.sees("审核成功")

    # The agreement: written, printed, sealed, scanned, archived
    me.menu("申报管理", "个人申请表")
    me.sees("审核成功")
    me.menu("申报管理", "服务协议")
    me.button("填写").click()
    for label, text in {
        "派出单位负责人": "李校长", "派出单位联系人": "王主任", "派出单位联系电话": "027-87280000",
        "统一社会信用代码": "无", "法定代表人": "陈堃", "服务企业联系人": "陈堃", "服务企业联系电话": "0717-2880000",
        "服务企业主营业务": "柑橘种植与加工", "科技服务需求": "早熟品种引进",
        "工作内容及时间安排": "每季度培训一次", "预期完成任务指标": "培训果农两百人次",
    }.items():  # fmt: skip
        me.fill(label, text)
    me.fill("服务开始日期", "2027-01-01")
    me.fill("服务结束日期", "2027-12-31")
    me.fill("每年服务天数", "24")
    me.button("提交").click()
    me.sees("可以下载服务协议")
    sheet = me.downloads("下载个人服务协议")
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(sheet))
    assert "张镕喆" in text
    assert "秭归县郭家坝柑橘专业合作社" in text
    scan = tmp_path / "盖章协议.pdf"
    scan.write_bytes(sheet.read_bytes())
    me.uploads(scan)
    me.sees("盖章扫描件已上传")

    province.menu("附件上传/下载", "协议归档")
    province.opens("张镕喆")
    assert province.downloads("盖章扫描件").read_bytes().startswith(b"%PDF-")
    province.button("归档").first.click()
    me.menu("附件上传/下载")
    me.sees("已归档")
    expect(me.button("上传")).to_have_count(0)

    application = Application.objects.get()
    assert application.approved
    assert application.steps.count() == 3 + 5 + 6  # two rounds that were returned, one that went through
    assert application.revision_number == 3
    assert application.agreement.state == "archived"
    assert Region.objects.filter(pk=application.home_city_id, name="武汉市").exists()
