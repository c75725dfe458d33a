"""axe-core over every page of the matrix that answers 200 with HTML: nothing serious, nothing critical.

A page that gets its row in tests/matrix/table.py is looked at from then on. Of each kind of page one is opened, by
the first of the matrix's actors to whom it opens; those whose look hangs on a case stand in CASES.
"""

from collections import defaultdict
from pathlib import Path

import pytest
from django.http import HttpResponse
from playwright.sync_api import Browser, BrowserContext

from tests import world as worlds
from tests.matrix import table
from tests.matrix.objects import objects
from tests.matrix.test_matrix import applying, everybody
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_pdf")]

AXE = Path(__file__).with_name("axe") / "axe.min.js"
RUN = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).slice(0, 3).join(', '))"""


def cases(world: World) -> list[tuple[str, str]]:
    """(who, address): forms and decisions as they are in the middle of the work."""
    selection, agreement = world.application("docking", "s2"), world.agreement("saved", "s3")
    need = world.need("reviewing")
    team = world.team_application("initial", "l2", unit="u1")
    return [
        ("s3", "/agreement/edit/"), ("s3", "/agreement/papers/"),
        ("hg1", f"/review/selection/case/{selection.pk}/?queue=docking"),
        ("u1", f"/review/selection/case/{team.pk}/?queue=initial"),
        ("p1", f"/review/agreements/case/{agreement.pk}/"),
        ("wh1", f"/review/needs/case/{need.pk}/?queue=reviewing"),
        ("h1", f"/application/host/needs/{need.pk}/"), ("", "/news/?q=无此内容"), ("", "/verify/?code=ABCDEFGHJKLM"),
        ("", "/no-such-page/"),
    ]  # fmt: skip


def kind_of(answer: HttpResponse) -> tuple:
    """Pages of the same templates over the same form are one kind: a queue of another stage shows nothing new."""
    context = answer.context or {}
    form = context.get("form") or getattr(context.get("adminform"), "form", None) or context.get("filter")
    return frozenset(one.name for one in answer.templates if one.name), type(form).__qualname__


def addresses(world: World) -> dict[str, list[str]]:
    """{user name: what they open}; of each kind of page one."""
    found, seen, ids = defaultdict(list), set(), objects(world, "s1")
    for path, rule in table.PAGES:
        who = next((actor.user for actor in table.ACTORS if rule(actor) == "200"), None)
        if who is None:
            continue
        answer = world.client(who).get(path.format(**ids))
        if answer.headers["Content-Type"].startswith("text/html") and (kind := kind_of(answer)) not in seen:
            seen.add(kind)
            found[who].append(path.format(**ids))
    return found


def browser_of(browser: Browser, world: World, who: str, base: str, width: int = 1440) -> BrowserContext:
    context = browser.new_context(locale="zh-CN", viewport={"width": width, "height": 900}, reduced_motion="reduce")
    context.add_init_script(path=AXE)
    context.add_cookies(
        [{"name": name, "value": one.value, "url": base} for name, one in world.client(who).cookies.items()]
    )
    return context


def test_no_page_has_a_serious_finding(transactional_db, live_server, browser: Browser):
    world = worlds.build()
    everybody(world)
    world.draft()
    applying(world)
    found, wrong = addresses(world), []
    for who, path in cases(world):
        found[who].append(path)
    for who, paths in found.items():
        context = browser_of(browser, world, who, live_server.url)
        page = context.new_page()
        for path in paths:
            page.goto(live_server.url + path)
            wrong += [f"{path} ({who or 'anybody'}): {finding}" for finding in page.evaluate(RUN)]
        context.close()
    assert sum(map(len, found.values())) > 70
    assert not wrong, "\n".join(wrong)
