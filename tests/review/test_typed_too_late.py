"""What is typed into a page that has been overtaken is refused with its reason, and is still there to be read."""

import pytest

from agreements.counters import COUNTERS
from tests.changes import nothing_written
from tests.world import (
    WORDS,
    World,
    agreement_values,
    form_values,
    host_values,
    need_values,
    posted,
    team_form_values,
    unit_values,
)

DECIDE = "/review/selection/decide/"


def personal(world: World):
    case = world.application("initial")
    return "s1", "/application/edit/", posted(form_values("YC")) | {"version": case.form.version}, "introduction"


def team(world: World):
    case = world.team_application("province")
    return (
        "l1",
        "/application/edit/",
        posted(team_form_values("YC")) | {"version": case.form.version},
        "planned_service",
    )


def agreement(world: World):
    case = world.agreement("archived")
    counters = {f"target_{key}": 0 for key, _, _ in COUNTERS}
    data = counters | posted(agreement_values()) | {"version": case.version}
    return "s1", "/agreement/edit/", data, "work_plan"


def unit(world: World):
    case = world.unit("u1")
    return "u1", "/application/unit/edit/", posted(unit_values("u1")) | {"version": case.version}, "tech_strength"


def host(world: World):
    case = world.host("h1", "reviewing")
    return "h1", "/application/host/edit/", posted(host_values("h1")) | {"version": case.version}, "tech_need"


def need(world: World):
    case = world.need("published")
    where = f"/application/host/needs/{case.pk}/edit/"
    return "h1", where, posted(need_values("h1")) | {"version": case.form.version}, "description"


FORMS = (personal, team, agreement, unit, host, need)


@pytest.mark.parametrize("make", FORMS)
@pytest.mark.parametrize("button", ["save", "submit_review"])
def test_a_form_from_a_tab_that_was_left_open_keeps_its_text(world, make, button):
    """It was sent to another page, and the text was gone."""
    who, path, data, field = make(world)
    with nothing_written():
        answer = world.client(who).post(path, data | {field: "在旧窗口里写的一大段话", button: "1"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "不能修改。 您填写的内容没有保存，仍在本页上，请复制留存。" in page
    assert "在旧窗口里写的一大段话" in page
    assert 'type="submit" name="save"' not in page
    assert "data-autosave=" not in page


@pytest.mark.parametrize("make", FORMS)
def test_a_second_click_has_typed_nothing_and_is_told_where_it_stands(world, make):
    who, path, data, _ = make(world)
    with nothing_written():
        answer = world.client(who).post(path, data | {"submit_review": "1"})
    assert answer.status_code == 302


@pytest.mark.parametrize("make", FORMS)
def test_text_that_was_held_for_an_expired_session_is_shown_too(world, make):
    who, path, data, field = make(world)
    client = world.client(who)
    client.get("/workbench/", follow=True)
    client.cookies.pop("sessionid")
    assert client.post(path, data | {field: "登录过期前写的话"})["Location"].startswith("/login/")
    client.force_login(world.user(who), "accounts.backends.RoleBackend")
    page = client.get(path).content.decode()
    assert "登录过期前写的话" in page
    assert "不能修改" in page


@pytest.mark.parametrize("make", FORMS)
def test_saving_by_itself_is_refused_with_the_reason(world, make):
    who, path, data, _ = make(world)
    with nothing_written():
        answer = world.client(who).post(path.replace("edit", "autosave"), data)
    assert answer.status_code == 409
    assert "不能修改" in answer.json()["message"]


def test_a_team_that_was_frozen_meanwhile(world):
    case = world.team_application("initial")
    client, row = world.client("l1"), case.owner.team.memberships.first()
    with nothing_written():
        page = client.post("/application/team/", {"unit": case.unit_id, "name": "想好的新名称"}).content.decode()
        removed = client.post(f"/application/team/{row.pk}/remove/", {"reason": "想好的移出原因"}, follow=True)
    assert "想好的新名称" in page
    assert "想好的移出原因" in removed.content.decode()


def test_the_words_of_a_decision_that_came_too_late(world):
    case = world.application("initial")
    post = {"action": "return", "comment": "想好的退回意见", "queue": "initial", "rows": case.row_value}
    world.perform(case, "pass", "wh2")
    client = world.client("wh1")
    single = client.post(DECIDE, post | {"from": "case"})
    assert single.status_code == 409
    assert "您填写的意见没有送达" in single.content.decode()
    assert "想好的退回意见" in single.content.decode()
    bulk = client.post(DECIDE, post, follow=True).content.decode()
    assert "想好的退回意见" in bulk
    assert "想好的退回意见" not in client.get("/review/selection/queue/initial/").content.decode()


def test_words_that_have_arrived_are_not_said_again(world):
    case = world.application("initial")
    post = {"action": "return", "comment": WORDS, "queue": "initial", "rows": case.row_value}
    page = world.client("wh1").post(DECIDE, post, follow=True).content.decode()
    assert "办理结果" in page
    assert "没有送达" not in page
