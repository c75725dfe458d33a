"""「附件上传/下载」 of an office as a person clicks it: tick, download, come back later; compare and archive."""

import io
import re
import zipfile
from itertools import count
from threading import Event, Thread
from time import sleep

import pikepdf
import pypdfium2
import pytest
from django.db import connections
from playwright.sync_api import Page, expect

from attachments import jobs
from review import papers
from tests import world as worlds
from tests.browser.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None) -> worlds.World:
    return worlds.build()


def fetched(person: Person) -> bytes:
    """The file of the job whose page is open, once it has been done."""
    jobs.run_all()
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name=re.compile("^下载 ")).click()
    return download.value.path().read_bytes()


def test_many_papers_at_once(world, page: Page, live_server):
    for name in ("s1", "s4"):
        world.application("initial", name)
    city = Person(page, live_server.url).log_in("wh1", worlds.PASSWORD)
    city.menu("附件上传/下载", "附件下载")
    expect(city.button("下载所选")).to_be_hidden()
    city.ticks("申报人乙")
    with page.expect_download() as download:  # one comes at once
        city.button("下载所选").click()
    assert download.value.suggested_filename == "个人申请表_申报人乙_第1版.pdf"
    text = pypdfium2.PdfDocument(download.value.path())[0].get_textpage().get_text_bounded()
    assert worlds.identity_number(1) in text

    city.ticks("申报人戊")
    expect(page.get_by_text("已选 2 项")).to_be_visible()
    city.button("下载所选").click()
    expect(page.get_by_role("heading", name="个人申请 2 份：打包")).to_be_visible()
    city.sees("等待中")
    city.menu("选派管理", "申请审核")  # one may leave, and come back
    page.goto(live_server.url + "/jobs/")
    city.link("个人申请 2 份：打包").click()
    names = zipfile.ZipFile(io.BytesIO(fetched(city))).namelist()
    assert names == [f"武汉市/个人申请表/个人申请表_申报人{name}_第1版.pdf" for name in "乙戊"] + ["清单.xlsx"]

    city.menu("附件上传/下载", "附件下载")
    page.get_by_label("下载方式").select_option(label="合并为 PDF，双面打印（每 250 份一册）")
    page.get_by_role("button", name="全部下载").click()
    with pikepdf.open(io.BytesIO(fetched(city))) as bound:
        assert len(bound.pages) % 2 == 0
    city.menu("附件上传/下载", "附件下载")
    page.get_by_role("button", name="全部下载").click()
    city.button("取消任务").click()
    page.get_by_role("dialog").get_by_role("button", name="取消任务").click()
    city.sees("已取消")


def test_progress_is_seen_and_the_file_comes_by_itself(world, page: Page, live_server, monkeypatch):
    for name in ("s1", "s4", world.specialist("WH", "YC")):
        world.application("initial", name)
    calls, go_on, own = count(1), Event(), papers._papers

    def slowly(*args):
        """Progress is told twice a second at most; the third case waits until somebody has looked."""
        if (call := next(calls)) == 2:
            sleep(0.6)
        elif call == 3:
            go_on.wait(30)
        return own(*args)

    def work() -> None:
        try:
            jobs.run_all()
        finally:
            connections.close_all()

    city = Person(page, live_server.url).log_in("wh1", worlds.PASSWORD)
    city.menu("附件上传/下载", "附件下载")
    page.get_by_label("全选本页").check()
    city.button("下载所选").click()
    city.sees("等待中")
    monkeypatch.setattr(papers, "_papers", slowly)
    worker = Thread(target=work)
    worker.start()
    try:
        expect(page.get_by_role("progressbar", name="进度")).to_have_attribute("value", "33", timeout=20_000)
        city.sees("1 / 3")
    finally:
        go_on.set()
        worker.join()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^下载 ")).click()
    assert len(zipfile.ZipFile(download.value.path()).namelist()) == 4


@pytest.mark.parametrize("width", [1440, 390])
def test_the_scan_beside_what_was_issued(world, page: Page, live_server, width):
    world.agreement("archiving")
    province = Person(page, live_server.url).log_in("p1", worlds.PASSWORD)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(live_server.url + "/review/agreements/queue/archiving/")
    province.opens("申报人乙")
    boxes = []
    for title, pages in (("系统签发的电子版", 3), ("盖章扫描件", 1)):
        pictures = page.frame_locator(f'iframe[title="{title}"]').get_by_role("img")
        expect(pictures.first).to_have_js_property("naturalWidth", 1100)  # it has come
        assert pictures.count() >= pages
        boxes.append(page.locator(f'iframe[title="{title}"]').bounding_box())
    issued, sealed = boxes
    assert (sealed["y"] == issued["y"]) == (width == 1440)  # beside it, or below it
    province.returns("退回", "缺少签章，请补齐。")
    province.sees("申报人乙的服务协议：已退回")
