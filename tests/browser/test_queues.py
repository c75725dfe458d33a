"""Queues as officers go through them: ticks stay with whom they were made for, whichever way a page comes back."""

import pytest
from playwright.sync_api import Page, expect

from tests import world as worlds
from tests.browser.people import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_pdf")]

INITIAL = "/review/selection/queue/initial/"


@pytest.fixture
def world(transactional_db: None) -> worlds.World:
    return worlds.build()


def ticked(page: Page) -> list[str]:
    return page.get_by_role("checkbox", checked=True).evaluate_all("boxes => boxes.map(box => box.value)")


def test_nobody_is_ticked_in_the_place_of_another(world, page: Page, live_server):
    cases = world.many(4, "initial")
    city = Person(page, live_server.url).log_in("wh1", worlds.PASSWORD)
    page.goto(live_server.url + INITIAL)
    boxes = page.get_by_role("checkbox", name="选择")
    boxes.nth(1).check()
    page.get_by_role("row").nth(1).get_by_role("link", name="审核").click()  # the first leaves, the others move up
    city.button("通过").first.click()
    city.sees("已通过")
    page.go_back()
    page.go_back()
    expect(boxes).to_have_count(3)
    assert set(ticked(page)) <= {cases[1].row_value}


@pytest.mark.parametrize(
    ("who", "address"), [("wh1", "/papers/personal/"), ("a1", "/admin/accounts/user/?o=-1")], ids=["papers", "admin"]
)
def test_neither_where_others_came_in_between(world, page: Page, live_server, who, address):
    world.many(2, "initial")
    Person(page, live_server.url).log_in(who, worlds.PASSWORD, sees="")
    page.goto(live_server.url + address)
    boxes = page.get_by_role("row").nth(2).get_by_role("checkbox")
    boxes.first.check()
    assert ticked(page)
    page.goto(live_server.url + "/account/")
    world.many(3, "initial")
    page.go_back()
    expect(boxes.first).to_be_visible()
    assert ticked(page) == []
