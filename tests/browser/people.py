"""What a person does in the browser, in the manual's words: pages are found by labels, never by CSS."""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

PASSWORD = "ktp-demo-2026"


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

    def log_in(self, username: str, password: str = PASSWORD) -> "Person":
        self.page.goto(self.base + "/login/")
        self.fill("账号", username)
        self.fill("密码", password)
        self.fill("验证码", "PASSED")
        self.button("登录").click()
        self.sees("工作台")
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
        self.page.get_by_role("row", name=re.compile(name)).get_by_role("link", name="审核").click()

    def ticks(self, name: str) -> None:
        self.page.get_by_role("row", name=re.compile(name)).get_by_role("checkbox").check()

    def returns(self, button: str, words: str) -> None:
        """「不通过」 or 「不接收」 with its dialog."""
        self.button(button).first.click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("退回意见").fill(words)
        dialog.get_by_role("button", name=f"确认{button}").click()

    def downloads(self, link: str) -> Path:
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name=link).first.click()
        return Path(download.value.path())
