"""What a person does in the browser, in the manual's words: pages are found by labels, never by CSS."""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

PASSWORD = "ktp-demo-2026"
ROW = re.compile("^(审核|推送|核对|归档|查看)$")  # what opens a row of a queue


@dataclass
class Person:
    """Somebody at their own browser."""

    page: Page
    base: str

    @classmethod
    def at(cls, browser: Browser, base: str, **options) -> "Person":
        context = browser.new_context(locale="zh-CN", accept_downloads=True, **options)
        context.set_default_timeout(10_000)
        return cls(context.new_page(), base)

    def register(self, name: str, username: str, role: str) -> "Person":
        """「注册」, and in."""
        self.page.goto(self.base)
        self.page.get_by_role("link", name="注册").first.click()
        for label, text in {
            "姓名": name, "用户名": username, "密码": PASSWORD, "确认密码": PASSWORD, "手机": "13812345678",
            "验证码": "PASSED",
        }.items():  # fmt: skip
            self.fill(label, text)
        self.page.get_by_label(role, exact=True).check()
        self.page.get_by_role("checkbox").check()
        self.button("提交").click()
        self.sees("操作成功")
        return self.log_in(username, sees="")

    def log_in(self, username: str, password: str = PASSWORD, *, sees: str = "工作台") -> "Person":
        self.page.goto(self.base + "/login/")
        self.fill("账号", username)
        self.fill("密码", password)
        self.fill("验证码", "PASSED")
        self.button("登录").click()
        if sees:
            self.sees(sees)
        expect(self.page.get_by_role("navigation", name="主菜单")).to_be_visible()
        return self

    def menu(self, *titles: str) -> None:
        """Through the sidebar: a group is opened if it is shut."""
        sidebar = self.page.get_by_role("navigation", name="主菜单")
        *groups, entry = titles
        for title in groups:
            group = sidebar.get_by_role("group").filter(has_text=title)
            if group.get_attribute("open") is None:
                group.locator("summary").click()
        sidebar.get_by_role("link", name=re.compile("^" + re.escape(entry).replace("/", r"\/"))).click()

    def button(self, name: str):
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str):
        return self.page.get_by_role("link", name=name, exact=True)

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}")).first.fill(text)

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}")).first.select_option(label=option)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_role("main").get_by_text(text).locator("visible=true").first).to_be_visible()

    def opens(self, name: str) -> None:
        """The page of the case of somebody, out of a queue."""
        self.page.get_by_role("row", name=re.compile(name)).get_by_role("link", name=ROW).click()

    def ticks(self, name: str) -> None:
        self.page.get_by_role("row", name=re.compile(name)).get_by_role("checkbox").check()

    def returns(self, button: str, words: str, label: str = "退回意见") -> None:
        """「不通过」 or 「不接收」 with its dialog."""
        self.button(button).first.click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label(label).fill(words)
        dialog.get_by_role("button", name=f"确认{button}").click()

    def downloads(self, link: str) -> Path:
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name=link).first.click()
        return Path(download.value.path())

    def uploads(self, path: Path) -> None:
        self.page.locator("input[type=file]").set_input_files(path)
        self.button("上传").click()

    def fill_profile(self, identity: str) -> None:
        """「填写基本信息」 from the page that asks for it."""
        self.link("填写基本信息").click()
        texts = {
            "籍贯": "湖北武汉", "证件号码": identity, "毕业院校": "华中农业大学", "所学专业": "果树学",
            "工作单位": "华中农业大学", "职务": "副教授", "职称名称": "副教授", "专业特长": "柑橘栽培与采后保鲜",
            "手机": "13812345678", "座机": "无", "邮箱": "无", "通信地址": "武汉市洪山区狮子山街1号", "邮编": "430070",
            "从事科技服务与创业经历": "连续五年在秭归县开展脐橙品种改良和技术培训。", "奖惩情况": "无",
        }  # fmt: skip
        self.fill("出生年月", f"{identity[6:10]}-{identity[10:12]}")
        for label, text in texts.items():
            self.fill(label, text)
        choices = {
            "性别": "男", "民族": "汉族", "政治面貌": "中共党员", "证件类型": "居民身份证",
            "学历": "博士研究生",
            "学位": "博士", "所在市（州）": "武汉市", "所在地": "洪山区",
            "职称级别": "副高级", "人才类型": "高校科技人员", "专业类别": "园艺",
            "服务形式": "公益服务",
        }  # fmt: skip
        for label, option in choices.items():
            self.choose(label, option)
        self.button("提交").click()
        self.sees("已保存")
