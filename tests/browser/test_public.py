"""What anybody reads: on a telephone nothing is wider than the screen; on paper there is no way to anywhere; axe over
all of it in large print and high contrast; and the login box of the home page, which has a captcha once it is used."""

from collections.abc import Iterator

import pytest
from captcha.models import CaptchaStore
from playwright.sync_api import Browser, Page, expect

from portal.articles import services
from tests import world as worlds
from tests.browser.test_axe import RUN, browser_of
from tests.portal.test_articles import draft, image, move
from tests.portal.test_publicity import notice as names_of
from tests.portal.test_publicity import publish as publish_names
from tests.world import PASSWORD, World, paper

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_pdf")]

TABLE = f"<table><tr>{'<td>很长的一格文字</td>' * 8}</tr></table>"
WIDTH = 390  # of a telephone
LARGE = "localStorage.setItem('ktp.text', 'large'); localStorage.setItem('ktp.contrast', 'high')"
WIDE = """() => document.documentElement.scrollWidth > innerWidth ? [...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('thead'))
    .map(one => one.tagName + '.' + one.className).slice(0, 3) : []"""
# of a top bar: what leaves it or lies over something else, and a name that is broken into single characters
TOPBAR = """() => {
    const bar = document.querySelector('.topbar, .masthead'), wrong = [];
    const named = ['brand', 'topbar-menu', 'topbar-portal', 'topbar-inbox', 'topbar-account', 'topbar-logout'];
    const frame = bar.getBoundingClientRect();
    const inside = one => one.left >= frame.left && one.right <= innerWidth + 1 && one.bottom <= frame.bottom + 1;
    const boxes = named.flatMap(name => [...bar.querySelectorAll('.' + name)])
        .map(one => [one.className, one.getBoundingClientRect()]);
    const words = bar.querySelector('.brand span').getBoundingClientRect();
    if (!inside(words) || words.width < 70) wrong.push('the name has no room');
    const after = (one, two) => one.left >= two.right - 1 || one.top >= two.bottom - 1;
    const apart = (one, two) => after(one, two) || after(two, one);
    for (const [name, box] of boxes) {
        if (!inside(box)) wrong.push(name + ' leaves the bar');
        for (const [other, its] of boxes) if (name < other && !apart(box, its)) wrong.push(name + ' over ' + other);
    }
    return wrong;
}"""
# what leads on, of no use on paper
WAYS = "nav, .masthead, .topbar, .sidebar, .btn, [role=search], .login-card, .skip-link, .reading"


@pytest.fixture
def world(transactional_db) -> World:
    return worlds.build()


def pages(world: World) -> dict[str, tuple[str, str]]:
    """{what: (who, address)}, each with something on it."""
    need = world.need(title="脐橙黄龙病综合防控")
    names = publish_names(names_of(world), world)
    made = draft(world)
    picture = services.add_picture(made, image(size=(1200, 800)), by=made.owner, alt="脐橙园")
    body = f'<p>走进脐橙园。</p><p><img src="{picture.get_absolute_url()}" alt="脐橙园"></p>{TABLE}'
    services.save(made, actor=made.owner, version=made.version, values={"body": body})
    services.add_file(made, paper(), by=made.owner)
    move(made, "submit", made.owner)
    move(made, "pass", world.user("p1"))
    return {
        "home": ("", "/"), "home, logged in": ("s2", "/"), "login": ("", "/login/"), "news": ("", "/news/"),
        "files": ("", "/news/?files=1"), "search": ("", "/news/?q=脐橙"), "needs": ("", "/needs/?q=脐橙"),
        "need": ("", f"/needs/{need.pk}/"), "offer": ("s2", f"/docking/needs/{need.pk}/"),
        "names": ("", names.get_absolute_url()), "object": ("", f"/publicity/{names.pk}/object/"),
        "article": ("", made.publication.get_absolute_url()), "leaving": ("", "/news/out/?to=https://example.cn/"),
    }  # fmt: skip


def opened(browser: Browser, world: World, base: str, script: str = "") -> Iterator[tuple[str, Page]]:
    """Every page on a telephone, and a form of it that was refused."""
    shown = pages(world)
    for who in dict.fromkeys(one for one, _ in shown.values()):
        context = browser_of(browser, world, who, base, width=WIDTH)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        for what, address in ((what, address) for what, (one, address) in shown.items() if one == who):
            page.goto(base + address)
            yield what, page
            if what == "object":
                with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
                    page.get_by_role("button", name="提交", exact=True).click()
                assert answer.value.status == 422
                yield "object, refused", page
        context.close()


def _large(page: Page, wanted: bool) -> list[str]:
    shown = page.evaluate("[document.documentElement.dataset.text, document.documentElement.dataset.contrast]")
    return [] if shown == (["large", "high"] if wanted else [None, None]) else [f"shown: {shown}"]


@pytest.mark.parametrize("script", ["", LARGE], ids=["plain", "large, high contrast"])
def test_nothing_is_wider_than_a_telephone(world, live_server, browser: Browser, script):
    found = {
        what: _large(page, bool(script)) or page.evaluate(WIDE)
        for what, page in opened(browser, world, live_server.url, script)
    }
    assert len(found) == 14
    assert not {what: wide for what, wide in found.items() if wide}


@pytest.mark.parametrize("script", ["", LARGE], ids=["plain", "large, high contrast"])
@pytest.mark.parametrize("width", [320, 360, WIDTH, 768])
def test_the_top_bar_has_room_for_what_stands_in_it(world, live_server, browser: Browser, script, width):
    """The name of the platform was one character wide, white over the page."""
    world.user("s1")
    for who, path in (("s1", "/workbench/"), ("p1", "/workbench/"), ("", "/")):
        context = browser_of(browser, world, who, live_server.url, width=width)
        context.add_init_script(script)
        page = context.new_page()
        page.goto(live_server.url + path)
        assert not (page.evaluate(WIDE) + page.evaluate(TOPBAR)), (who, path)
        context.close()


def test_axe_finds_nothing_in_large_print_and_high_contrast(world, live_server, browser: Browser):
    found = {}
    for what, page in opened(browser, world, live_server.url, LARGE):
        found[what] = _large(page, True) or page.evaluate(RUN)
    assert not {what: faults for what, faults in found.items() if faults}


def test_paper_has_the_words_and_no_way_to_anywhere(world, live_server, browser: Browser):
    for what, page in opened(browser, world, live_server.url):
        page.emulate_media(media="print")
        ways = page.locator(WAYS).locator("visible=true")
        assert ways.count() == 0, (what, ways.first.evaluate("one => one.outerHTML.slice(0, 200)"))
        if what != "login":  # nothing but a form
            expect(page.get_by_role("heading").first, what).to_be_visible()
        page.emulate_media(media="screen")


def test_the_box_of_the_home_page_has_a_captcha_once_it_is_used(world, live_server, browser: Browser):
    world.user("s1")
    page = browser.new_page()
    page.goto(live_server.url)
    image = page.get_by_alt_text("验证码图片")
    expect(page.get_by_text("开始填写时显示")).to_be_visible()
    assert not CaptchaStore.objects.exists()
    page.get_by_label("账号").fill("s1")
    expect(image).to_be_visible()
    expect(image).to_have_js_property("naturalWidth", 300)
    expect(page.get_by_text("开始填写时显示")).to_have_count(0)
    expect(page.get_by_label("账号")).to_be_focused()
    page.get_by_label("密码").fill(PASSWORD)
    assert CaptchaStore.objects.count() == 1
    page.get_by_role("textbox", name="验证码").fill(CaptchaStore.objects.get().response)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()
    page.get_by_role("link", name="门户主页").click()
    page.get_by_role("main").get_by_role("link", name="进入工作台").click()
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()


def test_without_a_script_the_box_leads_to_the_login_page(world, live_server, browser: Browser):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(live_server.url)
    page.get_by_role("link", name="登录页").click()
    expect(page.get_by_alt_text("验证码图片")).to_be_visible()
