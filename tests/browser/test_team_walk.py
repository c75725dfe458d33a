"""The manual walked as people would: a unit is admitted, a team founded, judged, sent, and its 责任书 archived."""

import re
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, expect

from applications.models import Application, Membership, UnitAdmission
from tests.browser.people import Person
from tests.world import identity_number

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

UNIT, TEAM = "华中农业大学", "华农柑橘产业陈佩瑶团队"
LEADER, FIRST, SECOND = "陈佩瑶", "林书豪", "赵若曦"


def text_of(sheet: Path) -> str:
    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(sheet))


def admit_the_unit(unit: Person, province: Person, tmp_path: Path) -> None:
    """机构信息, 单位概况, 「不通过」, once more, 「通过」: the two lives of the unit's menu."""
    sidebar = unit.page.get_by_role("navigation", name="主菜单")
    expect(sidebar.get_by_text("选派管理")).to_have_count(0)
    unit.menu("附件上传/下载")
    unit.sees("单位概况还不能下载")
    unit.menu("基本信息")
    unit.link("填写机构信息").click()
    for label, text in {
        "单位名称": UNIT, "统一社会信用代码": "121000004416274054", "单位地址": "武汉市洪山区狮子山街1号",
        "邮编": "430070", "成立日期": "1898-04-01", "主营业务": "教学与科研", "法人代表职务": "校长",
        "联系人": "王主任", "联系电话": "027-87280000", "邮箱": "无", "科技优势与服务内容": "柑橘育种与栽培。",
        "近三年科技服务成效": "服务十二个县。",
    }.items():  # fmt: skip
        unit.fill(label, text)
    unit.page.get_by_role("textbox", name=re.compile(r"^法人代表(?!职务)")).fill("李校长")
    unit.choose("单位性质", "高等院校")
    unit.choose("所属区域", "洪山区")
    unit.button("提交").click()
    unit.sees("末位为校验码")
    unit.fill("统一社会信用代码", "121000004416274053")
    unit.button("提交").click()
    unit.sees("请下载单位概况，盖章后上传")
    sheet = unit.downloads("下载单位概况")
    assert UNIT in text_of(sheet)
    scan = tmp_path / "单位概况.pdf"
    scan.write_bytes(sheet.read_bytes())
    unit.uploads(scan)
    unit.sees("单位概况已上传")

    province.menu("信息管理", "法人审核")
    province.opens(UNIT)
    assert province.downloads("盖章单位概况").read_bytes().startswith(b"%PDF-")
    province.returns("不通过", "单位概况缺少公章，请盖章后重新上传。", "审核意见")
    province.sees("已不通过")
    unit.menu("附件上传/下载")
    unit.sees("单位概况缺少公章，请盖章后重新上传。")
    unit.uploads(scan)
    unit.sees("单位概况已上传")
    province.menu("信息管理", "法人审核")
    province.opens(UNIT)
    province.button("通过").first.click()
    province.sees("已通过")
    unit.menu("基本信息")
    unit.sees("已通过省科技厅审核")
    unit.menu("选派管理", "申请审核")
    unit.sees("没有等待办理的申请")


def found_the_team(leader: Person) -> None:
    leader.menu("基本信息", "团队负责人信息")
    leader.fill_profile(identity_number(1))
    leader.menu("基本信息", "团队信息")
    leader.page.get_by_role("searchbox", name="输入单位名称查找").fill("农业大学")
    expect(leader.page.get_by_role("combobox", name="所属单位")).to_have_value(re.compile(r"\d+"))
    leader.fill("团队名称", TEAM)
    leader.button("提交").click()
    leader.sees("团队信息已保存")
    leader.sees("还差 2 人")


def join(member: Person, identity: str) -> None:
    member.menu("基本信息")
    member.fill_profile(identity)
    member.menu("基本信息")
    choose_team(member)


def choose_team(member: Person) -> None:
    member.page.get_by_role("searchbox", name="输入单位或团队名称查找").fill(TEAM)
    member.button("提交").click()
    member.sees(f"已选择「{TEAM}」，等待负责人确认。")


def confirm(leader: Person, name: str) -> None:
    leader.menu("基本信息", "团队信息")
    leader.page.get_by_role("row", name=re.compile(name)).get_by_role("button", name="确认").click()
    leader.sees(f"已确认{name}为团队成员")


def fill_application(leader: Person) -> None:
    leader.choose("拟服务市（州）", "宜昌市")
    leader.choose("拟服务县（市）", "秭归县")
    for label, text in {
        "负责人所从事的专业技术领域": "柑橘育种", "在此领域取得的成就": "育成早熟脐橙品种三个。",
        "拟服务企业": "秭归县屈姑食品有限公司", "拟服务企业地址": "宜昌市秭归县屈原镇",
        "拟服务内容": "推广早熟脐橙，培训果农。",
    }.items():  # fmt: skip
        leader.fill(label, text)
    for chain in ("柑橘", "茶叶"):
        leader.page.get_by_role("checkbox", name=chain).check()


def mend(leader: Person, words: str, label: str, text: str) -> None:
    """After a return: read why, change it, once more."""
    leader.menu("申报管理", "团队申请表")
    leader.sees(words)
    leader.link("修改申请表").click()
    leader.fill(label, text)
    leader.button("提交审核").click()
    leader.sees("已提交审核")


def test_the_teams_way(offices, live_server, browser: Browser, tmp_path):
    base = live_server.url
    province, target = (Person.at(browser, base).log_in(name) for name in ("sheng", "yichang"))
    unit = Person.at(browser, base).register("王主任", "hzau", "法人单位")
    admit_the_unit(unit, province, tmp_path)

    leader = Person.at(browser, base).register(LEADER, "chenpy", "法人科技特派员（负责人）")
    found_the_team(leader)
    first = Person.at(browser, base).register(FIRST, "linsh", "法人科技特派员（成员）")
    join(first, identity_number(3))
    confirm(leader, FIRST)

    # Refused at two persons
    leader.menu("申报管理", "团队申请表")
    leader.button("填写").click()
    fill_application(leader)
    leader.button("提交审核").click()
    leader.sees("团队总人数须不少于 3 人，已确认 2 人（含负责人），还差 1 人")

    # 「删除」 with a reason that the member reads, and once more
    second = Person.at(browser, base).register(SECOND, "zhaorx", "法人科技特派员（成员）")
    join(second, identity_number(5))
    leader.menu("基本信息", "团队信息")
    leader.page.get_by_role("row", name=re.compile(SECOND)).get_by_role("button", name="删除").click()
    dialog = leader.page.get_by_role("dialog")
    dialog.get_by_label("移出原因").fill("请先与负责人联系。")
    dialog.get_by_role("button", name="确认删除").click()
    leader.sees(f"已将{SECOND}移出团队")
    second.menu("基本信息")
    second.sees("请先与负责人联系。")
    choose_team(second)
    confirm(leader, SECOND)
    leader.sees("人数已够")

    # Accepted at three
    leader.menu("申报管理", "团队申请表")
    leader.button("提交审核").click()
    leader.sees("已提交审核")
    leader.menu("基本信息", "团队信息")
    leader.sees("暂不能变动")
    second.menu("基本信息")
    second.sees("法人单位审核")

    # 法人单位: 「不通过」 with words; resubmitted; 「通过」
    unit.menu("选派管理", "申请审核")
    unit.opens(LEADER)
    unit.sees(f"成员：{FIRST}")
    unit.returns("不通过", "请写明成员分工。")
    unit.sees("已不通过")
    mend(leader, "请写明成员分工。", "拟服务内容", "林书豪负责培训，赵若曦负责植保。")
    unit.menu("选派管理", "申请审核")
    unit.opens(LEADER)
    unit.sees("退回后修改")
    unit.button("通过").first.click()
    unit.sees("已通过")

    # 省厅, 推送, 「不接收」
    def province_passes_and_pushes() -> None:
        province.menu("选派管理", "申请审核")
        province.ticks(LEADER)
        province.button("通过").click()
        province.sees("已通过，转待推送")
        province.menu("选派管理", "推送管理")
        province.ticks(LEADER)
        province.button("推送").click()
        province.sees("已推送")

    province_passes_and_pushes()
    target.menu("选派管理", "对接审核")
    target.ticks(LEADER)
    target.returns("不接收", "该企业已有三名科技特派员。")
    target.sees("已不接收")

    # From the start again
    mend(leader, "该企业已有三名科技特派员。", "拟服务企业", "秭归县郭家坝柑橘专业合作社")
    unit.menu("选派管理", "申请审核")
    unit.ticks(LEADER)
    unit.button("通过").click()
    unit.sees("已通过，转省厅审核")
    province_passes_and_pushes()
    target.menu("选派管理", "对接审核")
    target.opens(LEADER)
    target.button("接收").first.click()
    province.menu("选派管理", "申请审核")
    province.page.get_by_role("link", name=re.compile("待省厅终审")).click()
    province.opens(LEADER)
    province.button("通过").first.click()
    province.menu("选派管理", "审核记录")
    province.sees("审核成功")
    unit.menu("选派管理", "审核记录")
    unit.sees(LEADER)
    second.menu("基本信息")
    second.sees("审核成功")

    # 责任书: written, printed, sealed, scanned, archived
    leader.menu("申报管理", "服务协议")
    leader.button("填写").click()
    for label, text in {
        "派出单位负责人": "李校长", "派出单位联系人": "王主任", "派出单位联系电话": "027-87280000",
        "统一社会信用代码": "无", "法定代表人": "陈堃", "服务企业联系人": "陈堃", "服务企业联系电话": "0717-2880000",
        "服务企业主营业务": "柑橘种植与加工", "团队成员分工": "林书豪负责培训，赵若曦负责植保。",
        "科技服务需求": "早熟品种引进", "工作内容及时间安排": "每季度培训一次", "预期完成任务指标": "培训果农两百人次",
        "服务开始日期": "2027-01-01", "服务结束日期": "2027-12-31", "每年服务天数": "24",
    }.items():  # fmt: skip
        leader.fill(label, text)
    leader.button("提交").click()
    leader.sees("可以下载服务协议")
    sheet = leader.downloads("下载团队服务协议")
    printed = text_of(sheet)
    for words in (LEADER, FIRST, SECOND, UNIT, "秭归县郭家坝柑橘专业合作社", "林书豪负责培训"):
        assert words in printed, words
    scan = tmp_path / "盖章责任书.pdf"
    scan.write_bytes(sheet.read_bytes())
    leader.uploads(scan)
    leader.sees("盖章扫描件已上传")
    province.menu("附件上传/下载", "协议归档")
    province.opens(LEADER)
    assert province.downloads("盖章扫描件").read_bytes().startswith(b"%PDF-")
    province.button("归档").first.click()
    leader.menu("附件上传/下载")
    leader.sees("已归档")
    expect(leader.button("上传")).to_have_count(0)

    application = Application.objects.get()
    number = application.agreement.number
    unit.menu("申报管理")
    unit.sees(number)
    visitor = Person.at(browser, base)
    visitor.page.goto(f"{base}/v/{application.agreement.revisions.get().code}")
    expect(visitor.page.get_by_text(number)).to_be_visible()
    for name in (LEADER, FIRST, SECOND):
        expect(visitor.page.get_by_text(name)).to_have_count(0)

    assert application.approved
    assert application.steps.count() == 2 + 5 + 6  # returned by the unit, declined by the city, gone through
    assert application.revision_number == 3
    assert application.agreement.state == "archived"
    assert UnitAdmission.objects.get().steps.count() == 1 + 2 + 2
    assert sorted(Membership.objects.values_list("state", flat=True)) == ["confirmed", "confirmed", "removed"]
