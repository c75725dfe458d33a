"""打包上传 as a person does it: a zip is dropped, looked at, completed by hand, and filed with one confirmation."""

import base64
import io
import re
import zipfile
from random import Random

import pypdfium2
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from applications.models import Application
from attachments import jobs
from tests import world as worlds
from tests.attachments import scanner
from tests.attachments.scanner import Fault
from tests.browser.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCANNED = Fault(dpi=100, angle=1, noise=6, quality=60)


def printed(world: worlds.World, case: Application) -> list[Image.Image]:
    """The pages of what its city prints of an application."""
    answer = world.client("wh1").get(f"/application/{case.pk}/{case.revision_number}/pdf/")
    sheet = b"".join(answer) if answer.streaming else answer.content
    count = len(pypdfium2.PdfDocument(sheet))
    return [scanner.page_of(sheet, number, SCANNED.dpi) for number in range(1, count + 1)]


def without_foot(page: Image.Image) -> Image.Image:
    """Somebody has cut its code off."""
    ImageDraw.Draw(page).rectangle((0, page.height * 0.8, page.width, page.height), fill="white")
    return page


def scan(pages: list[Image.Image]) -> bytes:
    random = Random(4)
    return scanner.to_pdf([(scanner.scanned(page, SCANNED, random), SCANNED) for page in pages])


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        for name, content in files.items():
            pack.writestr(name, content)
    return out.getvalue()


def drop(page: Page, name: str, content: bytes) -> None:
    """A file let fall on the zone, as from the desktop."""
    carried = page.evaluate_handle(
        """([name, content]) => {
            const carried = new DataTransfer();
            const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
            carried.items.add(new File([bytes], name, { type: "application/zip" }));
            return carried;
        }""",
        [name, base64.b64encode(content).decode()],
    )
    page.get_by_text("把 PDF、zip 或整个文件夹拖到这里").dispatch_event("drop", {"dataTransfer": carried})


def test_a_zip_is_dropped_looked_at_completed_by_hand_and_filed_at_once(transactional_db, page: Page, live_server):
    world = worlds.build()
    read, unread = world.application("province", "s1"), world.application("province", "s4")
    sheets = [without_foot(page) for page in reversed(printed(world, unread))]  # the last page first
    pack = packed({"IMG_1.pdf": scan(printed(world, read)), "IMG_2.pdf": scan(sheets), "说明.txt": b"-"})
    city = Person(page, live_server.url).log_in("wh1", worlds.PASSWORD)
    city.menu("附件上传/下载", "打包上传")
    drop(page, "盖章件.zip", pack)
    expect(page.get_by_text(re.compile("盖章件.zip（"))).to_be_visible()
    city.button("上传并识别").click()
    expect(page.get_by_role("heading", name="盖章件.zip")).to_be_visible()
    jobs.run_all()

    city.link("查看结果").click()  # the page has asked by itself whether it is done
    city.sees("核对下面的提交预览")
    row = page.get_by_role("row", name=re.compile("申报人乙"))
    expect(row).to_contain_text("可以提交")
    expect(row.get_by_role("checkbox")).to_be_checked()
    expect(page.get_by_role("row", name=re.compile("申报人戊"))).to_have_count(0)
    loose = page.get_by_role("region", name="没有归到任何材料的页")
    expect(loose.get_by_role("img")).to_have_count(len(sheets))
    expect(page.get_by_role("region", name="没有处理的文件")).to_contain_text("说明.txt")
    assert not read.scans.exists()  # nothing before the confirmation

    city.link("人工归类").click()
    page.get_by_role("searchbox", name="输入姓名查找").fill("申报人戊")
    expect(page.get_by_label("这份材料是谁的").locator("option:checked")).to_contain_text("申报人戊")
    pictures = page.get_by_role("main").get_by_role("img")
    for picture in reversed(pictures.all()):  # a click on each gives it the next number
        picture.scroll_into_view_if_needed()
        expect(picture).not_to_have_js_property("naturalWidth", 0)
        picture.click()
    expect(page.get_by_role("spinbutton").first).to_have_value(str(len(sheets)))
    city.button("保存").click()

    row = page.get_by_role("row", name=re.compile("申报人戊"))
    expect(row).to_contain_text("已人工整理")
    expect(loose).to_have_count(0)
    expect(page.get_by_text("已选 2 份")).to_be_visible()
    city.button("确认提交").click()
    jobs.run_all()
    city.link("查看结果").click()
    city.sees("已提交 2 份")
    for case in (read, unread):
        filed = case.scans.get()
        assert (filed.revision, filed.file.uploaded_by.username) == (case.revision_number, "wh1")
    page.goto(f"{live_server.url}/review/selection/case/{unread.pk}/")
    expect(page.get_by_role("link", name="盖章申请表")).to_be_visible()
