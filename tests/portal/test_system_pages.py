"""系统菜单, 角色权限, 申报批次, 数据字典 as 系统管理员 uses them."""

import re
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.utils import timezone

from accounts.forms.information import ProfileForm
from accounts.locks import Lock
from accounts.models import Profile, Term
from accounts.roles import ROLES, Role
from applications.forms import PersonalFormForm
from applications.models import Batch, PersonalForm
from portal.menu import opens
from portal.models import MenuItem
from portal.pages import PAGES
from tests.world import World

MENU = "/admin/portal/menuitem/"


@pytest.fixture
def boss(world: World):
    return world.client("a1")


def said(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


# 系统菜单


def titles(page: str) -> list[str]:
    return re.findall(r'class="menu-(?:top|entry)"[^>]*>([^<]+)<', page)


def rows_of(page: str) -> dict:
    """The list as the browser would send it back."""
    ticked = re.findall(r'<input type="checkbox" name="(form-\d+-active)"[^>]* checked', page)
    typed = re.findall(r'<input type="(?:hidden|number)" name="(form-[^"]+)" value="([^"]*)"', page)
    return dict(typed) | dict.fromkeys(ticked, "on")


def test_the_list_is_the_menu_of_each_role(boss):
    city = Group.objects.get(name=Role.CITY).pk
    page = boss.get(MENU, {"roles__id__exact": city}).content.decode()
    shown = titles(page)
    assert shown[:2] == ["基本信息", "附件上传/下载"]
    at = shown.index("选派管理")
    assert shown[at : at + 4] == ["选派管理", "申请审核", "对接审核", "审核记录"]


def sidebar(client) -> list[tuple]:
    entries = client.get("/workbench/").context["sidebar"]
    return [(entry.title, [child.title for child in entry.children]) for entry in entries]


def test_another_order_is_seen_in_the_sidebar(world, boss):
    officer = world.client("wh1")
    before = dict(sidebar(officer))["选派管理"]
    page = boss.get(MENU).content.decode()
    data = rows_of(page)
    docking = MenuItem.objects.get(origin="city:docking")
    (name,) = (name for name, value in data.items() if name.endswith("-id") and value == str(docking.pk))
    data[name.replace("-id", "-order")] = "5"
    assert boss.post(MENU, data | {"_save": "保存"}).status_code == 302
    assert dict(sidebar(officer))["选派管理"] == ["对接审核", *(one for one in before if one != "对接审核")]
    assert f"排序 {docking.order} → 5" in boss.get(f"{MENU}{docking.pk}/history/").content.decode()


def entry(item: MenuItem, **changes) -> dict:
    roles = [str(pk) for pk in item.roles.values_list("pk", flat=True)]
    fields = {"title": item.title, "parent": item.parent_id or "", "page": item.page, "icon": item.icon,
              "order": item.order, "roles": roles, "active": "on"}  # fmt: skip
    return {name: value for name, value in (fields | changes).items() if value is not None}


def test_switched_off_and_renamed(world, boss):
    item = MenuItem.objects.get(origin="city:records")
    boss.post(f"{MENU}{item.pk}/change/", entry(item, title="办理记录"))
    assert "办理记录" in dict(sidebar(world.client("wh1")))["选派管理"]
    boss.post(f"{MENU}{item.pk}/change/", entry(item, active=None))
    assert "办理记录" not in dict(sidebar(world.client("wh1")))["选派管理"]


def test_shown_to_a_role_to_whom_the_page_does_not_open_it_is_saved_and_said(world, boss):
    item = MenuItem.objects.get(origin="province:push")
    roles = [*item.roles.values_list("pk", flat=True), Group.objects.get(name=Role.CITY).pk]
    answer = boss.post(f"{MENU}{item.pk}/change/", entry(item, roles=[str(pk) for pk in roles], parent=""))
    assert answer.status_code == 302
    assert said(answer)[0].startswith("地市科技管理部门无权打开「推送管理」")
    page = boss.get("/system/menus/city/").content.decode()
    assert "无权限" in page
    assert "无权限" not in boss.get("/system/menus/province/").content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_the_preview_of_each_role_as_it_is_delivered(boss, role):
    page = boss.get(f"/system/menus/{role}/").content.decode()
    assert "无权限" not in page
    for item in MenuItem.objects.filter(roles__name=role):
        assert item.title in page


def test_whom_a_page_opens_to():
    assert opens("city", PAGES["initial"])
    assert not opens("city", PAGES["push"])
    assert opens("legal_unit_acting", PAGES["unit"])  # what its first life may do, its second may
    assert not opens("legal_unit", PAGES["initial"])
    assert not opens("nothing", PAGES["initial"])


# 角色权限


def test_roles_are_told_in_words(boss):
    page = boss.get("/system/roles/")
    assert page.context["heads"][0] == "个人科技特派员"
    rows = {name: [head for head, granted in cells if granted] for name, cells in page.context["rows"]}
    assert rows["系统管理"] == ["系统管理员"]
    assert "省科技厅管理部门" in rows["推送"]
    assert not [name for name in rows if name.isascii()]


# 申报批次


def batch(batch: Batch, **changes) -> dict:
    data = {"name": batch.name, "year": batch.year, "office": batch.office_id, "min_days": batch.min_days}
    for name in ("opens_at", "closes_at", "mends_until"):
        moment = changes.pop(name, getattr(batch, name))
        local = timezone.localtime(moment) if isinstance(moment, datetime) else None
        data |= {f"{name}_0": f"{local:%Y-%m-%d}" if local else "", f"{name}_1": f"{local:%H:%M:%S}" if local else ""}
    return data | changes


def change(boss, row: Batch, **changes):
    return boss.post(f"/admin/applications/batch/{row.pk}/change/", batch(row, **changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"closes_at": -1}, "申报截止必须晚于申报开始。"),
        ({"mends_until": 1}, "退回补正截止不能早于申报截止"),
        ({"year": "1999"}, "请填写 2000 至 2100 之间的年份。"),
        ({"year": "x"}, "请填写整数"),
        ({"min_days": "0"}, "请填写 1 至 366 之间的天数。"),
        ({"min_days": "400"}, "请填写 1 至 366 之间的天数。"),
        ({"name": ""}, "请填写。"),
    ],
    ids=str,
)
def test_dates_that_can_not_be_are_refused_beside_their_field(world, boss, changes, words):
    row = world.batch
    days = {name: row.opens_at + timedelta(days=value) for name, value in changes.items() if isinstance(value, int)}
    answer = change(boss, row, **(changes | days))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert Batch.objects.get(pk=row.pk).closes_at == row.closes_at


def test_dates_that_are_unusual_are_saved_and_said(world, boss):
    world.application("initial")
    row, now = world.batch, timezone.now()
    assert said(change(boss, row))[:-1] == []
    late = change(boss, row, opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=9))
    assert "已有 1 份申请提交过" in said(late)[-2]  # the last one says that it is saved
    over = change(boss, row, opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=1))
    assert "申报截止时间已过" in said(over)[-2]  # the last one says that it is saved
    other = Batch.objects.create(
        name="另一批次", year=2027, office=world.office, opens_at=now - timedelta(days=5), closes_at=now,
    )  # fmt: skip
    assert any(f"与「{row}」的申报时间有重叠" in words for words in said(change(boss, other)))


def test_a_batch_says_how_it_stands(world, boss):
    page = boss.get("/admin/applications/batch/").content.decode()
    assert "正在申报，还有" in page


# 数据字典


@pytest.fixture
def chain(world) -> Term:
    return Term.objects.filter(kind=Term.Kind.CHAIN).first()


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "offered"),
    [(None, None, True), (0, 0, True), (-1, None, True), (1, None, False), (None, -1, False), (None, 0, True)],
)
def test_a_word_is_offered_while_it_is_valid(world, chain, valid_from, valid_until, offered):
    today = timezone.localdate()
    chain.valid_from, chain.valid_until = (
        None if days is None else today + timedelta(days=days) for days in (valid_from, valid_until)
    )
    chain.save()
    form = world.draft().form
    form.chains.clear()
    assert (chain in PersonalFormForm(instance=form).fields["chains"].queryset) == offered


def test_a_word_that_was_chosen_stays_to_be_chosen(world, chain):
    past = timezone.localdate() - timedelta(days=1)
    form: PersonalForm = world.draft().form
    form.chains.set([chain])
    Term.objects.filter(pk=chain.pk).update(valid_until=past)
    assert chain in PersonalFormForm(instance=form).fields["chains"].queryset
    profile = Profile.objects.exclude(discipline=None)[0]
    Term.objects.filter(pk=profile.discipline_id).update(valid_until=past)
    offered = ProfileForm(instance=profile, lock=Lock("", ()))
    assert profile.discipline in offered.fields["discipline"].queryset
    fresh = ProfileForm(instance=Profile(user=profile.user), lock=Lock("", ()))
    assert profile.discipline not in fresh.fields["discipline"].queryset


def test_validity_is_edited_with_its_bounds(boss, chain):
    url = f"/admin/accounts/term/{chain.pk}/change/"
    data = {"name": chain.name, "order": "1", "active": "on", "valid_from": "2026-06-01", "valid_until": "2026-05-01"}
    assert "有效期截止不能早于开始" in boss.post(url, data).content.decode()
    assert boss.post(url, data | {"valid_until": "2026-12-31"}).status_code == 302
    assert "2026-06-01 至 2026-12-31" in boss.get("/admin/accounts/term/", {"kind__exact": "chain"}).content.decode()
