"""系统菜单 after an upgrade: what is new is added, what an administrator has decided stays."""

import pytest
from django.contrib.auth.models import Group

from accounts.roles import SYSTEM_ADMIN, Role
from portal import menu
from portal.menu import load_defaults
from portal.models import MenuItem

pytestmark = pytest.mark.django_db


def rows() -> list[tuple]:
    return sorted(MenuItem.objects.values_list("origin", "title", "page", "parent__title", "active", "roles__name"))


def test_a_second_load_changes_nothing():
    before = rows()
    load_defaults()
    assert rows() == before
    assert all(origin for origin, *_ in before)


def test_an_upgrade_adds_what_is_new(monkeypatch):
    role = SYSTEM_ADMIN
    (title, icon, page, children) = menu.DEFAULTS[role][0]
    more = (title, icon, page, (*children, ("新页面", "records"))), ("新分组", "gear", "", (("甲", "push"),))
    monkeypatch.setitem(menu.DEFAULTS, role, more)
    before = rows()
    load_defaults()
    added = [row for row in rows() if row not in before]
    assert added == [
        (f"{role}:push", "甲", "push", "新分组", True, role),
        (f"{role}:records", "新页面", "records", title, True, role),
        (f"{role}:新分组", "新分组", "", None, True, role),
    ]


def test_what_was_switched_off_moved_renamed_or_given_to_others_stays_so():
    users, menus, batches, records = (
        MenuItem.objects.get(origin=origin)
        for origin in ("system_admin:users", "system_admin:menus", "system_admin:batches", "city:records")
    )
    MenuItem.objects.filter(pk=users.pk).update(active=False)
    MenuItem.objects.filter(pk=menus.pk).update(parent=None, title="菜单")
    MenuItem.objects.filter(pk=batches.pk).update(page="records")
    records.roles.set([Group.objects.get(name=Role.PROVINCE)])
    before = rows()
    load_defaults()
    assert rows() == before


def test_a_new_entry_of_a_group_that_was_switched_off_stays_hidden(world):
    MenuItem.objects.filter(origin="city:选派管理").update(active=False)
    MenuItem.objects.filter(origin="city:docking").delete()  # as an older version had it
    load_defaults()
    assert MenuItem.objects.get(origin="city:docking").active
    titles = [entry.title for entry in world.client("wh1").get("/workbench/").context["sidebar"]]
    assert "选派管理" not in titles
    assert "对接审核" not in titles


def test_a_new_entry_goes_beside_a_group_that_was_moved_into_another():
    other = MenuItem.objects.get(origin="city:records").parent
    papers = MenuItem.objects.get(origin="system_admin:系统管理")
    MenuItem.objects.filter(pk=papers.pk).update(parent=other)
    MenuItem.objects.filter(origin="system_admin:users").delete()
    load_defaults()
    assert MenuItem.objects.get(origin="system_admin:users").parent == other


@pytest.mark.parametrize(
    ("who", "address", "active"),
    [
        ("wh1", "/review/selection/case/{}/?queue=initial", ("选派管理", "申请审核")),
        ("wh1", "/review/selection/case/{}/", ("选派管理", "审核记录")),
        ("p1", "/review/selection/case/{}/?queue=unknown", ("选派管理", "审核记录")),
        ("p1", "/review/admission/records/", ("信息管理", "法人审核")),  # it has no entry of its own
        ("p1", "/review/articles/records/", ("信息发布", "信息审核")),
    ],
)
def test_the_sidebar_knows_where_a_case_was_opened_from(world, who, address, active):
    case = world.application("initial")
    entries = world.client(who).get(address.format(case.pk)).context["sidebar"]
    assert [(top.title, one.title) for top in entries for one in top.children if one.active] == [active]
    assert [top.title for top in entries if top.active] == [active[0]]


def test_and_where_a_refused_decision_came_from(world):
    case = world.application("initial")
    posted = {"from": "case", "rows": case.row_value, "action": "return", "comment": "", "queue": "initial"}
    page = world.client("wh1").post("/review/selection/decide/", posted)
    assert [one.title for top in page.context["sidebar"] for one in top.children if one.active] == ["申请审核"]


def test_the_menu_s_own_entry_is_not_hidden(world):
    item = MenuItem.objects.get(page="menus")
    boss, address = world.client("a1"), f"/admin/portal/menuitem/{item.pk}/change/"
    data = {"title": item.title, "parent": item.parent_id, "page": "menus", "icon": "", "order": item.order,
            "roles": [role.pk for role in item.roles.all()]}  # fmt: skip
    assert "不能隐藏" in boss.post(address, data).content.decode()
    assert boss.post(address, data | {"active": "on"}).status_code == 302
