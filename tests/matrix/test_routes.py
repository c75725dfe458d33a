"""Every address there is: each has a row in the matrix; none falls over, leaks, or changes anything by being read."""

import re
from collections.abc import Iterator
from itertools import product

import pytest
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from accounts.roles import SYSTEM_ADMIN, Role, acting
from portal.menu import DEFAULTS
from portal.models import MenuItem
from portal.pages import PAGES
from tests.changes import known, nothing_written
from tests.matrix import table
from tests.matrix.objects import objects, shaped
from tests.world import World

pytestmark = pytest.mark.usefixtures("no_pdf")


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        here = prefix + str(pattern.pattern).removeprefix("^")
        yield from routes(pattern, here) if isinstance(pattern, URLResolver) else [here]


ROUTES = list(routes(get_resolver()))
PATHS = list(dict.fromkeys(request.path.partition("?")[0] for request in table.REQUESTS))


def test_every_address_of_the_resolver_has_a_row():
    """A new address without a row fails here: decide who may open it, and write it into the table."""
    covered = {resolve(shaped(path)).route for path in PATHS}
    assert set(ROUTES) - covered == set()


def test_every_row_is_an_address():
    assert all(resolve(shaped(path)) for path in PATHS)


def test_every_address_is_a_pattern_of_its_own():
    assert all(isinstance(pattern, URLPattern | URLResolver) for pattern in get_resolver().url_patterns)
    assert len(ROUTES) == len(set(ROUTES))


# What is not yours is not there


def bare(response: HttpResponse) -> tuple[int, str, dict]:
    """Without what is random in every answer: tokens and the reference number."""
    body = re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", response.content.decode())
    headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
    return response.status_code, re.sub(r"\b[0-9A-F]{8}\b", "REFERENCE", body), headers


HIDDEN = (  # of s1's application and agreement; {0} is its id
    "/review/selection/case/{0}/", "/review/agreements/case/{0}/", "/application/{0}/1/pdf/", "/agreement/{0}/1/pdf/",
    "/agreement/{0}/scan/1/",
)  # fmt: skip
STRANGERS = {"s2": "of the same role", "hg1": "of another city", "a1": "administering only"}


@pytest.mark.parametrize("name", STRANGERS)
def test_objects_out_of_scope_answer_like_objects_that_do_not_exist(world, name):
    agreement = world.agreement("archived")
    client = world.client(name)
    for path in HIDDEN:
        pk = agreement.pk if "agreement" in path else agreement.application_id
        there, missing = client.get(path.format(pk)), client.get(path.format(987654))
        assert bare(there) == bare(missing), path
        assert there.status_code in (403, 404)
    for process, case in (("selection", agreement.application), ("agreements", agreement)):
        data = {"action": "pass", "comment": "x", "queue": "initial"}
        there, missing = (
            client.post(f"/review/{process}/decide/", data | {"rows": f"{pk}:{case.seen}"}) for pk in (case.pk, 987654)
        )
        assert bare(there) == bare(missing), process
        assert there.status_code in (403, 404)


def test_a_version_that_a_reader_may_not_have_answers_like_one_that_does_not_exist(world):
    case = world.application("returned", returned_from="docking")
    case = world.perform(case, "submit")
    client = world.client("yc1")
    assert bare(client.get(f"/application/{case.pk}/2/pdf/")) == bare(client.get(f"/application/{case.pk}/9/pdf/"))


ODD = ("0", "99999999999999999999", "9223372036854775808", "-1", "１２", "1e3", "%00", "%ff", "1%0a", "٣", "0x1", "1;1")


@pytest.mark.parametrize("name", ["s1", "p1", "a1"])
def test_odd_ids_are_not_found_and_break_nothing(world, name):
    """Everybody tries the pages of their own kind: 系统管理 those of the admin."""
    world.draft()
    client = world.client(name)
    found = {path for path in PATHS if re.search(r"\{\w+\}|/1/", path)}
    patterns = {path for path in found if path.startswith("/admin/") == (name == "a1")}
    for path, odd in product(sorted(patterns), ODD):
        address = re.sub(r"\{\w+\}|(?<=/)1(?=/)", odd, path)
        with known(world, name), nothing_written():
            answer = client.get(address)
            if answer.status_code == 405:
                answer = client.post(address)
        # Django's admin reads 「１２」 as a number, and leads from a row that is not there to its front page
        assert answer.status_code in ((200, 302, 403, 404, 400) if "/admin/" in path else (403, 404, 400)), address


# Reading changes nothing, writing needs a token, other methods are refused


def addresses(world: World) -> list[str]:
    """Every address, of objects that are there."""
    case = world.agreement("archiving", "s3")
    found = objects(world, "s3") | {"code": case.revisions.get().code}
    return [path.format(case=case.pk if "agreement" in path else case.application_id, **found) for path in PATHS]


@pytest.mark.parametrize("name", ["", "s3", "pa1"])
def test_a_post_without_its_token_is_refused_everywhere(world, name):
    found = addresses(world)
    client = world.client(name, enforce_csrf_checks=True)
    for path in found:
        with nothing_written():
            assert client.post(path, {"action": "pass", "rows": "1:1"}).status_code == 403, path


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_other_methods_do_nothing(world, method):
    found = [path for path in addresses(world) if not path.startswith("/admin/")]  # Django reads whatever it is asked
    client = world.client({"put": "s3", "delete": "p1"}.get(method, "wh1"))
    for path in found:
        with nothing_written():
            assert getattr(client, method)(path).status_code in (403, 404, 405), path


APPLICANTS = ("/application/", "/agreement/", "/profile/")


@pytest.mark.parametrize("name", ["", "s3", "pa1"])
def test_a_head_is_a_get_without_a_body(world, name):
    """A monitor's or a proxy's HEAD was a 405 on every page, /healthz/ too. People try the pages of their own kind."""
    found = [path for path in addresses(world) if not name or path.startswith(APPLICANTS) == (name == "s3")]
    client = world.client(name)
    for path in found:
        with nothing_written():
            head, get = client.head(path), client.get(path)
        assert head.status_code == get.status_code, path
        bodies = [b"".join(answer.streaming_content) if answer.streaming else answer.content for answer in (head, get)]
        assert not bodies[0]


# The menu shows what the pages allow


MENU_ROLES = {  # role: somebody of it
    Role.SPECIALIST: "s1", Role.CITY: "wh1", Role.PROVINCE: "p1", SYSTEM_ADMIN: "a1", Role.TEAM_LEADER: "l1",
    Role.TEAM_MEMBER: "l1m1", Role.LEGAL_UNIT: "u3", acting(Role.LEGAL_UNIT): "u1", Role.HOST_UNIT: "h3",
    acting(Role.HOST_UNIT): "h1",
}  # fmt: skip
REACHED_OTHERWISE: dict[str, set[str]] = {  # pages that a role may open and that the manual's menu does not list for it
    Role.SPECIALIST: set(),
    Role.CITY: set(),
    Role.PROVINCE: {"duties"},  # beside 协议归档 and the papers
    SYSTEM_ADMIN: set(),
    Role.TEAM_LEADER: set(),
    Role.TEAM_MEMBER: {"profile"},  # by 「填写基本信息」 of its one page
    Role.LEGAL_UNIT: set(),
    Role.HOST_UNIT: set(),
    acting(Role.HOST_UNIT): set(),
    acting(Role.LEGAL_UNIT): {"unit_papers"},  # 单位概况 stays to be read
}


def everybody(world: World) -> None:
    """The team, its unit, and units that are not admitted."""
    world.team("l1")
    world.unit("u3", "saved")
    world.host("h3", "reviewing")
    world.host("h1")


@pytest.fixture(scope="module")
def scene():
    return everybody


@pytest.fixture(scope="module")
def statuses(world_of_module, django_db_blocker) -> dict[str, dict[str, int]]:
    """{user: {page: status}}: every page of the menu, asked for once by somebody of every role."""
    with django_db_blocker.unblock():
        clients = {name: world_of_module.client(name) for name in [*MENU_ROLES.values(), "pa1"]}
        return {
            name: {key: client.get(page.url).status_code for key, page in PAGES.items()}
            for name, client in clients.items()
        }


def shown(role: str) -> set[str]:
    return {page for _, _, top, below in DEFAULTS[role] for page in (top, *(target for _, target in below)) if page}


def test_the_menu_has_a_part_for_every_role_that_somebody_can_have_today():
    assert set(DEFAULTS) == set(MENU_ROLES)


@pytest.mark.parametrize("role", MENU_ROLES)
def test_the_menu_shows_a_page_exactly_where_the_page_opens(world, statuses, role):
    found = statuses[MENU_ROLES[role]]
    opens = {key for key, status in found.items() if status == 200}
    assert opens - REACHED_OTHERWISE[role] == shown(role)
    assert {found[key] for key in PAGES.keys() - opens} <= {403, 404}
    sidebar = world.client(MENU_ROLES[role]).get("/workbench/", follow=True).context["sidebar"]
    urls = {entry.url for top in sidebar for entry in (top, *top.children) if entry.url}
    assert urls == {str(PAGES[key].url) for key in shown(role)}


def test_who_has_a_role_and_administers_sees_both_menus(world):
    sidebar = world.client("pa1").get("/workbench/").context["sidebar"]
    urls = {entry.url for top in sidebar for entry in (top, *top.children) if entry.url}
    assert urls == {str(PAGES[key].url) for key in shown(Role.PROVINCE) | shown(SYSTEM_ADMIN)}


def test_a_row_of_the_menu_gives_no_right(world):
    """D01: shown to the wrong role, the page still refuses."""
    from django.contrib.auth.models import Group

    for item in MenuItem.objects.all():
        item.roles.add(Group.objects.get(name=Role.SPECIALIST))
    client = world.client("s1")
    for key, page in PAGES.items():
        assert (client.get(page.url).status_code == 200) == (key in shown(Role.SPECIALIST)), key


def test_hiding_a_row_takes_no_right(world):
    MenuItem.objects.update(active=False)
    assert world.client("wh1").get(PAGES["initial"].url).status_code == 200


@pytest.mark.parametrize("key", PAGES)
def test_each_page_of_the_menu_asks_for_the_permission_it_names(statuses, key):
    for actor in table.ACTORS:
        if actor.user in statuses:
            assert (statuses[actor.user][key] == 200) == actor.holds(PAGES[key].permission), actor.title
