"""派驻单位: registered by themselves, confirmed by their city, and what they may change alone."""

import re

import pytest

from accounts.models import Organisation, Term
from applications import services
from applications.documents import HOST_SECTIONS, OPTIONAL_SECTION, VILLAGE_SECTION
from applications.models import HostAdmission
from review import drafts
from review.refusal import Refused
from tests.changes import nothing_written
from tests.world import World, county, credit_code, host_values

HOST, EDIT, AUTOSAVE, MOVE = (f"/application/host/{name}" for name in ("", "edit/", "autosave/", "move/"))
QUEUE = "/review/hosts/queue/reviewing/"
ASKED = [name for section in HOST_SECTIONS if section not in (VILLAGE_SECTION, OPTIONAL_SECTION) for name in section[1]]


def text_of(response) -> str:
    return response.content.decode()


def listed(response) -> list[int]:
    return [int(pk) for pk in re.findall(r'name="rows" value="(\d+):', text_of(response))]


def posted(case: HostAdmission, **changes) -> dict:
    values = {name: getattr(value, "pk", value) for name, value in (host_values("h1") | changes).items()}
    return {"version": case.version, "seen": case.seen} | values


def decide(client, case: HostAdmission, action: str = "pass", **extra):
    data = {"from": "case", "rows": case.row_value, "action": action, "queue": case.state, **extra}
    return client.post("/review/hosts/decide/", data)


def saved(world: World, name: str = "h1", /, **values) -> HostAdmission:
    """机构信息 typed, not yet 「提交」."""
    case = world.host(name, "blank")
    drafts.save(case, actor=case.owner, version=case.version, values=host_values(name) | values)
    return world.host(name)


def kind(name: str) -> Term:
    return Term.objects.get(kind=Term.Kind.HOST_TYPE, name=name)


def test_from_registering_to_confirmation_through_the_pages(world):
    case = world.host("h1", "blank")
    host, city = world.client("h1"), world.client("wh1")
    answer = host.post(EDIT, posted(case, legal_rep=""))
    assert answer.status_code == 409
    assert "#id_legal_rep" in text_of(answer)
    assert host.post(EDIT, posted(world.host("h1"))).url == HOST
    case = world.host("h1")
    assert (case.state, case.organisation.active, case.organisation.kind) == ("reviewing", False, "host_unit")
    assert listed(city.get(QUEUE)) == [case.pk]
    assert decide(city, case, "return", comment="").status_code == 422
    decide(city, case, "return", comment="联系电话无法接通。")
    assert "联系电话无法接通。" in text_of(host.get(HOST))
    case = world.host("h1")
    assert host.post(EDIT, posted(case, contact_phone="0717-1234567")).url == HOST
    case = world.host("h1")
    assert "退回后修改" in text_of(city.get(f"/review/hosts/case/{case.pk}/"))
    decide(city, case)
    case = world.host("h1")
    assert (case.state, case.organisation.active, case.organisation.phone) == ("confirmed", True, "0717-1234567")
    assert listed(city.get("/review/hosts/queue/confirmed/")) == [case.pk]


@pytest.mark.parametrize("name", ASKED)
def test_each_empty_field_is_named_with_its_place(world, name):
    field = HostAdmission._meta.get_field(name)
    case = saved(world, **{name: None if field.null else "\u3000"})
    with pytest.raises(Refused) as caught:
        services.submit_host(case, actor=case.owner, seen=case.seen)
    assert [(one.message, one.url) for one in caught.value.problems] == [
        (f"「{field.verbose_name}」未填写", f"{EDIT}#id_{name}")
    ]
    assert not Organisation.objects.filter(kind="host_unit").exists()


def test_a_village_is_asked_for_more_and_nobody_else_is(world):
    case = saved(world, host_type=kind("行政村（社区）"), credit_code="无", population=0)
    with pytest.raises(Refused) as caught:
        services.submit_host(case, actor=case.owner, seen=case.seen)
    assert [one.message for one in caught.value.problems] == [
        "「村书记」未填写", "「户数」未填写", "「产业现状」未填写",
    ]  # fmt: skip
    values = {"village_head": "覃书记", "households": 320, "industry": "柑橘二千亩。"}
    drafts.save(case, actor=case.owner, version=case.version, values=values)
    case = services.submit_host(world.host("h1"), actor=case.owner, seen=case.seen)
    assert case.revisions.get().document.texts()["village_head"] == "覃书记"
    other = world.host("h2")
    assert "village_head" not in other.revisions.get().document.texts()


OPTIONAL = {"capital": "500.5", "assets": "1200", "last_income": "860.25", "staff": "36", "remark": "省级示范社"}


def test_what_need_not_be_told_is_the_citys_to_read_and_never_public(world):
    case = world.host("h1", "blank")
    assert world.client("h1").post(EDIT, posted(case, **OPTIONAL)).url == HOST
    texts = world.host("h1").revisions.get().document.texts()
    assert {name: texts[name] for name in OPTIONAL} == OPTIONAL | {"capital": "500.50", "assets": "1200.00"}
    assert "省级示范社" in text_of(world.client("wh1").get(f"/review/hosts/case/{case.pk}/"))
    world.perform(world.host("h1"), "pass")
    page = text_of(world.client().get(f"/needs/{world.need().pk}/"))
    assert not [text for text in OPTIONAL.values() if len(text) > 2 and text in page]
    silent = world.host("h2").revisions.get().document
    assert set(OPTIONAL).isdisjoint(silent.texts())
    assert "有改动尚未提交" not in text_of(world.client("h2").get(HOST))


@pytest.mark.parametrize(
    ("name", "bad"), [("capital", "-1"), ("assets", "1e99"), ("last_income", "三百万"), ("staff", "9" * 12)]
)
def test_a_wrong_figure_is_said_beside_its_field(world, name, bad):
    case = world.host("h1", "blank")
    with nothing_written():
        answer = world.client("h1").post(EDIT, posted(case, **{name: bad}))
    assert answer.status_code == 422
    assert bad in text_of(answer)
    assert name in answer.context["form"].errors


def test_two_villages_without_a_code_do_not_stand_in_each_others_way(world):
    for name in ("h1", "h2"):
        case = saved(world, name, credit_code="无")
        services.submit_host(case, actor=case.owner, seen=case.seen)
    assert set(Organisation.objects.filter(kind="host_unit").values_list("credit_code", flat=True)) == {""}


@pytest.mark.parametrize("bad", ["4", "91110000600037341M", "没有", "无无"])
def test_a_wrong_code_is_refused_beside_its_field(world, bad):
    case = world.host("h1", "blank")
    with nothing_written():
        answer = world.client("h1").post(EDIT, posted(case, credit_code=bad))
    assert answer.status_code == 422
    assert "统一社会信用代码不正确" in text_of(answer)


def test_a_code_that_is_taken_is_refused_by_form_and_door(world):
    world.host("h1")
    taken = "该统一社会信用代码已登记，如非本单位操作，请联系所在地市科技局。"
    case = world.host("h2", "blank")
    answer = world.client("h2").post(EDIT, posted(case))
    assert answer.status_code == 422
    assert taken in text_of(answer)
    case = saved(world, "h4", credit_code=credit_code(101))
    with pytest.raises(Refused, match=taken):
        services.submit_host(case, actor=case.owner, seen=case.seen)
    assert (world.host("h4").state, world.host("h4").organisation) == ("blank", None)


def test_a_legal_unit_and_a_host_may_be_the_same_house(world):
    """One code once a kind: a firm can send out people and ask for help."""
    world.unit("u1")
    case = saved(world, credit_code=world.admission("u1").credit_code)
    assert services.submit_host(case, actor=case.owner, seen=case.seen).state == "reviewing"


def test_other_cities_neither_see_nor_judge_it(world):
    case = world.host("h1", "reviewing")
    for name in ("yc1", "hg1"):
        client = world.client(name)
        assert listed(client.get(QUEUE)) == []
        assert client.get(f"/review/hosts/case/{case.pk}/").status_code == 404
        with nothing_written():
            assert decide(client, case).status_code == 404
    with pytest.raises(Refused, match="无权"):
        world.perform(case, "pass", "p1")
    assert world.client("p1").get(f"/review/hosts/case/{case.pk}/").status_code == 200


def test_a_place_in_another_city_comes_to_that_citys_desk(world):
    case = world.host("h1", "returned")
    drafts.save(case, actor=case.owner, version=case.version, values={"region": county("YC")})
    services.submit_host(world.host("h1"), actor=case.owner, seen=case.seen)
    assert listed(world.client("yc1").get(QUEUE)) == [case.pk]
    assert listed(world.client("wh1").get(QUEUE)) == []
    page = text_of(world.client("wh1").get(f"/review/hosts/case/{case.pk}/"))
    assert "这是本机构办理过的第 1 版" in page


@pytest.mark.parametrize("state", ["blank", "reviewing", "returned", "confirmed", "revoked"])
def test_the_organisation_is_active_only_while_it_is_confirmed(world, state):
    case = world.host("h1", state)
    user = world.user("h1")
    assert bool(user.desks) == (state == "confirmed")
    assert case.organisation is None or case.organisation.active == (state == "confirmed")
    assert world.client("h1").get(HOST).status_code == 200


def test_withdrawing_leaves_nothing_with_the_city(world):
    case = world.host("h1", "reviewing")
    world.client("h1").post(MOVE, {"seen": case.seen, "action": "withdraw"})
    assert world.host("h1").state == "blank"
    assert world.client("wh1").get(f"/review/hosts/case/{case.pk}/").status_code == 404


# While it is confirmed


def test_what_does_not_say_who_it_is_changes_at_once(world):
    case = world.host("h1")
    data = posted(case, contact="新联系人", contact_phone="0717-7654321", name="冒名单位", credit_code=credit_code(9))
    assert world.client("h1").post(EDIT, data).url == HOST
    case = world.host("h1")
    assert (case.state, case.revision_number, case.name) == ("confirmed", 2, "h1柑橘专业合作社")
    assert (case.organisation.contact, case.organisation.active) == ("新联系人", True)
    assert "新联系人" in text_of(world.client("wh1").get(f"/review/hosts/case/{case.pk}/"))


@pytest.mark.parametrize(
    ("name", "value"), [("name", "另一个单位"), ("credit_code", "无"), ("region", "YC"), ("host_type", "家庭农场")]
)
def test_who_it_is_does_not_change_without_its_city(world, name, value):
    """Past the form, too."""
    case = world.host("h1")
    row = {"region": county, "host_type": kind}.get(name, str)(value)
    drafts.save(case, actor=case.owner, version=case.version, values={name: row})
    case = world.host("h1")
    with pytest.raises(Refused, match="请先「申请变更」"):
        services.submit_host(case, actor=case.owner, seen=case.seen)
    assert world.host("h1").organisation.name == "h1柑橘专业合作社"


def test_a_change_is_a_new_confirmation(world):
    case = world.host("h1")
    client = world.client("h1")
    client.post(MOVE, {"seen": case.seen, "action": "change"})
    case = world.host("h1")
    assert (case.state, case.organisation.active) == ("blank", False)
    client.post(EDIT, posted(case, name="改名合作社"))
    world.perform(world.host("h1"), "pass")
    case = world.host("h1")
    assert (case.organisation.name, case.organisation.active) == ("改名合作社", True)
    assert Organisation.objects.filter(kind="host_unit").count() == 1


def test_bringing_up_to_date_wakes_no_organisation_that_an_administrator_has_put_to_sleep(world):
    case = world.host("h1")
    Organisation.objects.filter(pk=case.organisation_id).update(active=False)
    world.client("h1").post(EDIT, posted(case, contact="新联系人"))
    assert world.host("h1").organisation.active is False


def test_revocation_needs_words_that_the_unit_reads(world):
    case = world.host("h1")
    city, host = world.client("wh1"), world.client("h1")
    assert decide(city, case, "revoke", comment=" ").status_code == 422
    decide(city, case, "revoke", comment="单位已注销。")
    assert "单位已注销。" in text_of(host.get(HOST))
    assert not world.user("h1").desks


@pytest.mark.parametrize("action", ["", "pass", "submit", "update", "revoke", "x" * 50])
def test_moves_that_are_no_button_of_the_page(world, action):
    case = world.host("h1", "reviewing")
    with nothing_written():
        assert world.client("h1").post(MOVE, {"seen": case.seen, "action": action}).url == HOST


def test_the_city_reads_what_was_submitted_not_what_is_being_rewritten(world):
    case = world.host("h1", "returned")
    values = {"name": "正在改写", "contact": "改写人", "host_type": kind("家庭农场")}
    drafts.save(case, actor=case.owner, version=case.version, values=values)
    client = world.client("wh1")
    where = "/review/hosts/records/"
    pages = text_of(client.get(where)) + text_of(client.get(f"/review/hosts/case/{case.pk}/"))
    assert "h1柑橘专业合作社" in pages
    assert not re.search("正在改写|改写人", pages)
    assert "家庭农场" not in re.search(r"<tbody>.*?</tbody>", text_of(client.get(where)), re.DOTALL)[0]
    assert f"/case/{case.pk}/" in text_of(client.get(f"{where}?kind_name=农民专业合作社&name=h1"))


def test_saving_by_itself_keeps_what_is_right(world):
    case = world.host("h1", "blank")
    answer = world.client("h1").post(AUTOSAVE, posted(case, credit_code="123", legal_rep="\u202e"))
    assert answer.status_code == 200
    case = world.host("h1")
    assert (case.name, case.credit_code, case.legal_rep) == ("h1柑橘专业合作社", "", "")
    assert world.client("h1").post(AUTOSAVE, posted(case) | {"version": 0}).status_code == 409


def test_a_change_that_was_only_asked_for_is_taken_back(world):
    world.host("h1")
    client = world.client("h1")
    client.post("/application/host/move/", {"action": "change", "seen": world.host("h1").seen})
    assert "取消变更" in client.get("/application/host/").content.decode()
    client.post("/application/host/move/", {"action": "keep", "seen": world.host("h1").seen})
    assert (world.host("h1").state, world.host("h1").organisation.active) == ("confirmed", True)
    fresh = world.host("h2", "blank")
    world.client("h2").post("/application/host/move/", {"action": "keep", "seen": fresh.seen})
    assert world.host("h2").state == "blank"
