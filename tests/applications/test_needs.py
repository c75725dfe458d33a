"""需求: written by a confirmed host unit, read by its city, public until it is closed or over."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Notice, Term
from applications.documents import NEED_SECTIONS
from applications.models import Need, NeedForm
from applications.needs import services as need_services
from review.history import faults
from review.refusal import Refused
from tests.changes import nothing_written, queries
from tests.world import World, county, mobile, need_values

OWN, PUBLIC, QUEUE = "/application/host/needs/", "/needs/", "/review/needs/queue/reviewing/"
FIELDS = [name for _, names in NEED_SECTIONS for name in names]


def text_of(response) -> str:
    return response.content.decode()


def listed(response) -> list[int]:
    return [int(pk) for pk in re.findall(r'href="/needs/(\d+)/"', text_of(response))]


def fresh(need: Need) -> Need:
    return Need.objects.for_review().get(pk=need.pk)


def posted(need: Need, **changes) -> dict:
    values = {name: getattr(value, "pk", value) for name, value in (need_values("h1") | changes).items()}
    return {"version": need.form.version, "seen": need.seen, "submit_review": "1"} | values


def decide(client, need: Need, action: str = "pass", **extra):
    data = {"from": "case", "rows": need.row_value, "action": action, "queue": need.state, **extra}
    return client.post("/review/needs/decide/", data)


def test_from_writing_to_the_public_list_through_the_pages(world):
    world.host("h1")
    host, city, public = world.client("h1"), world.client("wh1"), world.client()
    where = host.post(f"{OWN}new/").url
    need = Need.objects.for_review().get()
    assert where == f"{OWN}{need.pk}/edit/"
    assert mobile(7201) in text_of(host.get(where))  # the unit's own contact, to begin with
    answer = host.post(where, posted(need, description=""))
    assert answer.status_code == 409
    assert "#id_description" in text_of(answer)
    assert host.post(where, posted(fresh(need))).url == f"{OWN}{need.pk}/"
    assert listed(public.get(PUBLIC)) == []
    assert public.get(f"{PUBLIC}{need.pk}/").status_code == 404
    assert decide(city, fresh(need), "return", comment="").status_code == 422
    decide(city, fresh(need), "return", comment="请写明面积。")
    assert "请写明面积。" in text_of(host.get(f"{OWN}{need.pk}/"))
    host.post(where, posted(fresh(need), description="基地八百亩，果实脱落三成。"))
    decide(city, fresh(need))
    assert listed(public.get(PUBLIC)) == [need.pk]
    page = text_of(public.get(f"{PUBLIC}{need.pk}/"))
    assert "果实脱落三成" in page
    assert fresh(need).published_at == fresh(need).since
    assert list(faults(Need)) == []


@pytest.mark.parametrize("name", FIELDS)
def test_each_empty_field_is_named_with_its_place(world, name):
    field = NeedForm._meta.get_field(name)
    need = world.need("draft", **{name: None if field.null else "\u3000"})
    with pytest.raises(Refused) as caught:
        world.perform(need, "submit")
    assert [(one.message, one.url) for one in caught.value.problems] == [
        (f"「{field.verbose_name}」未填写", f"{OWN}{need.pk}/edit/#id_{name}")
    ]


def test_a_draft_that_never_went_anywhere_is_deleted_by_its_owner(world):
    """Abandoned drafts could not be got rid of, and twenty of them are the limit."""
    need = world.need("draft")
    owner = world.client(need.owner.username)
    where = f"{OWN}{need.pk}/move/"
    assert 'value="discard"' in text_of(owner.get(f"{OWN}{need.pk}/"))
    assert owner.post(where, {"action": "discard"}).url == OWN
    assert not NeedForm.objects.exists()
    assert not Need.objects.exists()


@pytest.mark.parametrize("state", ["reviewing", "returned", "published", "withdrawn"])
def test_what_has_been_submitted_once_is_never_deleted(world, state):
    need = world.need("reviewing" if state == "withdrawn" else state)
    if state == "withdrawn":
        need = world.perform(need, "withdraw")
    owner = world.client(need.owner.username)
    assert 'value="discard"' not in text_of(owner.get(f"{OWN}{need.pk}/"))
    owner.post(f"{OWN}{need.pk}/move/", {"action": "discard"})
    assert Need.objects.filter(pk=need.pk).exists()


TODAY = timezone.localdate()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ends_on": TODAY - timedelta(days=1), "starts_on": TODAY - timedelta(days=9)}, "结束日期不能早于"),
        ({"ends_on": TODAY + timedelta(days=1), "starts_on": TODAY + timedelta(days=9)}, "结束日期不能早于"),
        ({"ends_on": TODAY + timedelta(days=2000)}, "三年"),
        ({"title": "急需专家，电话13812345678"}, "「需求标题」会公开，请不要写电话号码"),
        ({"description": "请联系 027-87654321。"}, "「需求描述」会公开，请不要写电话号码"),
        ({"contact_phone": "无"}, "请填写联系电话"),
    ],
)
def test_what_cannot_be_published_as_it_is(world, changes, reason):
    need = world.need("draft", **changes)
    with pytest.raises(Refused, match=reason):
        world.perform(need, "submit")


def test_numbers_that_are_no_telephone_may_stand_in_a_description(world):
    assert world.need("reviewing", description="2021年产量138123456780斤，面积0271亩。").state == "reviewing"


# Colleagues


def test_a_colleague_goes_on_with_the_needs_of_the_unit(world):
    need, other = world.need("draft", description=""), world.need("draft", "h2")
    colleague, owner = world.colleague(), need.owner
    client = world.client("hc1")
    page = text_of(client.get(OWN))
    assert f'href="{OWN}{need.pk}/"' in page
    assert f"由{owner}填写" in page
    assert f'href="{OWN}{other.pk}/"' not in page
    assert f"您代表{need.host.name}办理" in text_of(client.get("/workbench/", follow=True))
    assert client.post(f"{OWN}{need.pk}/edit/", posted(fresh(need))).url == f"{OWN}{need.pk}/"
    need = fresh(need)
    assert (need.state, need.owner, need.steps.get().actor) == ("reviewing", owner, colleague)
    assert colleague.real_name in text_of(world.client("h1").get(f"{OWN}{need.pk}/"))
    world.perform(need, "return", "wh1", words="请写明面积。")
    assert Notice.objects.filter(user=owner, text__contains="请写明面积。").exists()
    client.post(f"{OWN}{need.pk}/edit/", posted(fresh(need)))
    world.perform(fresh(need), "pass", "wh1")
    client.post(f"{OWN}{need.pk}/move/", {"seen": fresh(need).seen, "action": "solve"})
    need = fresh(need)
    assert (need.state, need.steps.last().actor) == ("solved", colleague)
    assert list(faults(Need)) == []


def test_a_colleague_begins_their_own_and_reminds_for_the_unit(world):
    need = world.need("reviewing")
    colleague = world.colleague()
    client = world.client("hc1")
    mine = client.post(f"{OWN}new/").url
    assert Need.objects.latest("pk").owner == colleague
    assert world.client("h1").get(mine).status_code == 200
    Need.objects.filter(pk=need.pk).update(since=timezone.now() - timedelta(days=60))
    assert client.post(f"/review/needs/remind/{need.pk}/").status_code == 302
    assert Notice.objects.filter(user=world.user("wh1"), text__startswith="催办").exists()
    assert world.client("s1").post(f"/review/needs/remind/{need.pk}/").status_code == 404


def test_whoever_has_left_the_unit_finds_none_of_its_needs(world):
    need = world.need()
    world.host("h2")
    colleague = world.colleague("h2")
    client = world.client("hc1")
    with nothing_written():
        for path in ("", "edit/"):
            assert client.get(f"{OWN}{need.pk}/{path}").status_code == 404
        for path in ("edit/", "autosave/", "move/"):
            assert client.post(f"{OWN}{need.pk}/{path}", posted(need) | {"action": "solve"}).status_code == 404
        with pytest.raises(Need.DoesNotExist):
            need_services.save_need(need, actor=colleague, version=need.form.version, values={"title": "别人的"})
        with pytest.raises(Refused, match="无权"):
            world.perform(need, "solve", "hc1")


# Who may see what


def test_the_two_words_on_what_is_public_are_one(world):
    """`Need.is_public` and what the database is asked for, over every state, unit and end."""
    need, today = world.need(), timezone.localdate()
    for state in (stage.state for stage in need.flow.stages):
        for active in (True, False):
            for days in (None, -1, 0, 1):
                ends = None if days is None else today + timedelta(days=days)
                Need.objects.filter(pk=need.pk).update_state(state=state, ends_on=ends)
                type(need.host).objects.filter(pk=need.host_id).update(active=active)
                assert fresh(need).is_public == Need.objects.public().exists(), (state, active, days)


@pytest.mark.parametrize("state", ["draft", "reviewing", "returned", "solved", "closed", "expired"])
def test_what_is_not_public_is_not_there(world, state):
    need = world.need(state)
    missing = world.client().get(f"{PUBLIC}987654/")
    there = world.client().get(f"{PUBLIC}{need.pk}/")
    assert (there.status_code, missing.status_code) == (404, 404)
    for name in ("", "s1", "h2", "yc1"):
        world.host("h2")
        assert listed(world.client(name).get(PUBLIC)) == []
    for path in ("", "edit/"):
        assert world.client("h2").get(f"{OWN}{need.pk}/{path}").status_code == 404
    with nothing_written():
        for path in ("edit/", "autosave/", "move/"):
            assert world.client("h2").post(f"{OWN}{need.pk}/{path}", posted(need)).status_code == 404


@pytest.mark.parametrize("way", ["revoke", "change", "asleep", "over"])
def test_what_was_public_vanishes_with_its_unit_and_its_time(world, way):
    need = world.need()
    case = world.host("h1")
    match way:
        case "asleep":
            type(case.organisation).objects.filter(pk=case.organisation_id).update(active=False)
        case "over":
            world.let_pass(need)
        case _:
            world.perform(case, way, words="单位已注销。")
    assert listed(world.client().get(PUBLIC)) == []
    assert world.client().get(f"{PUBLIC}{need.pk}/").status_code == 404


def test_the_public_reads_no_contact(world):
    need = world.need()
    case = world.host("h1")
    secret = (need.form.contact, need.form.contact_phone, case.contact, case.contact_phone, case.legal_rep,
              case.legal_rep_phone, case.owner.mobile, case.address)  # fmt: skip
    for name in ("", "s1", "yc1", "h1"):
        for path in (PUBLIC, f"{PUBLIC}{need.pk}/"):
            page = text_of(world.client(name).get(path))
            assert "柑橘大实蝇绿色防控" in page
            assert not [word for word in secret if word in page]
    assert need.form.contact_phone in text_of(world.client("wh1").get(f"/review/needs/case/{need.pk}/"))


def test_what_is_being_rewritten_is_neither_the_citys_nor_the_publics(world):
    need = world.need("returned")
    need_services.save_need(need, actor=need.owner, version=need.form.version, values={"title": "正在改写的标题"})
    client = world.client("wh1")
    pages = text_of(client.get("/review/needs/records/")) + text_of(client.get(f"/review/needs/case/{need.pk}/"))
    assert "柑橘大实蝇绿色防控" in pages
    assert "正在改写" not in pages


def test_another_city_neither_sees_nor_judges_it(world):
    need = world.need("reviewing", county=county("YC"))  # where it is needed; its unit sits in 武汉
    for name in ("yc1", "hg1"):
        client = world.client(name)
        assert client.get(f"/review/needs/case/{need.pk}/").status_code == 404
        with nothing_written():
            assert decide(client, need).status_code == 404
    assert decide(world.client("wh1"), need).status_code == 302
    assert world.client("p1").get(f"/review/needs/case/{need.pk}/").status_code == 200


def test_only_a_confirmed_unit_publishes(world):
    need = world.need("draft")
    world.perform(world.host("h1"), "revoke", words="单位已注销。")
    client = world.client("h1")
    for path in (OWN, f"{OWN}{need.pk}/", f"{OWN}{need.pk}/edit/"):
        assert client.get(path).status_code == 403
    with nothing_written():
        assert client.post(f"{OWN}new/").status_code == 403
        assert client.post(f"{OWN}{need.pk}/move/", {"seen": 0, "action": "submit"}).status_code == 403
    with pytest.raises(Refused, match="尚未经所在地市科技局确认"):
        world.perform(fresh(need), "submit")


def test_what_waits_for_the_city_is_not_published_once_its_unit_is_revoked_or_its_time_is_over(world):
    first, second = world.need("reviewing", "h1"), world.need("reviewing", "h2")
    world.let_pass(first)
    with pytest.raises(Refused, match="服务期限已过"):
        world.perform(fresh(first), "pass")
    world.perform(world.host("h2"), "revoke", words="单位已注销。")
    with pytest.raises(Refused, match="确认已撤销"):
        world.perform(fresh(second), "pass")


# Closing


@pytest.mark.parametrize(("action", "state"), [("solve", "solved"), ("close", "closed")])
def test_the_unit_closes_it_and_may_publish_it_anew(world, action, state):
    need = world.need()
    client = world.client("h1")
    client.post(f"{OWN}{need.pk}/move/", {"seen": need.seen, "action": action})
    assert fresh(need).state == state
    client.post(f"{OWN}{need.pk}/edit/", posted(fresh(need), title="第二年的需求"))
    need = fresh(need)
    assert (need.state, need.title, need.revision_number) == ("reviewing", "第二年的需求", 2)
    before = need.published_at
    assert fresh(world.perform(need, "pass")).published_at > before


def test_the_city_takes_it_down_with_words_that_the_unit_reads(world):
    need = world.need()
    client = world.client("wh1")
    assert decide(client, need, "revoke", comment="").status_code == 422
    decide(client, need, "revoke", comment="含有广告内容。")
    page = text_of(world.client("h1").get(f"{OWN}{need.pk}/"))
    assert "含有广告内容。" in page
    assert fresh(need).state == "closed"
    assert Notice.objects.filter(user=need.owner, text__contains="含有广告内容。").exists()


def test_at_the_end_of_its_period_it_closes_by_itself(world):
    over, lasting = world.need("published", "h1"), world.need("published", "h2")
    world.let_pass(over)
    call_command("housekeeping")
    assert (fresh(over).state, fresh(lasting).state) == ("expired", "published")
    assert Notice.objects.get(user=over.owner, text__contains="服务期限已到").url == f"{OWN}{over.pk}/"
    assert need_services.close_over() == 0


def test_nobody_closes_by_the_end_what_has_not_come_to_it(world):
    need = world.need()
    with pytest.raises(Refused, match="服务期限未过"):
        world.perform(need, "expire")
    with nothing_written():
        world.client("h1").post(f"{OWN}{need.pk}/move/", {"seen": need.seen, "action": "expire"})


@pytest.mark.parametrize("action", ["", "pass", "revoke", "x" * 40])
def test_moves_that_are_no_button_of_the_page(world, action):
    need = world.need("reviewing")
    with nothing_written():
        assert (
            world.client("h1").post(f"{OWN}{need.pk}/move/", {"seen": need.seen, "action": action}).status_code == 302
        )


def test_pressing_twice_begins_one(world):
    world.host("h1")
    client = world.client("h1")
    assert client.post(f"{OWN}new/").url == client.post(f"{OWN}new/").url
    assert Need.objects.count() == 1


def test_drafts_have_a_limit(world, monkeypatch):
    monkeypatch.setattr("review.drafts.MOST", 1)
    world.need("draft")
    answer = world.client("h1").post(f"{OWN}new/", follow=True)
    assert "未提交的需求已有 1 条" in text_of(answer)


# The list


def test_the_list_is_narrowed_by_place_chain_and_field(world):
    other = Term.objects.filter(kind=Term.Kind.CHAIN, name="茶叶").get()
    field = Term.objects.get(kind=Term.Kind.DISCIPLINE, name="茶叶")
    first, second = world.need("published", "h1"), world.need("published", "h2", chain=other, discipline=field)
    client = world.client()
    assert listed(client.get(PUBLIC)) == [second.pk, first.pk]
    for name, one in (("city", "city"), ("county", "county"), ("chain", "chain"), ("discipline", "discipline")):
        value = getattr(fresh(second), f"{one}_id")
        assert listed(client.get(f"{PUBLIC}?{name}={value}")) == [second.pk], name
    assert listed(client.get(f"{PUBLIC}?city={fresh(second).city_id}&chain={fresh(first).chain_id}")) == []
    assert listed(client.get(f"{PUBLIC}?state=draft&host=h2&city=x&chain={'9' * 30}")) == [second.pk, first.pk]


def test_a_county_follows_its_city(world):
    need, other = world.need("published", "h1"), fresh(world.need("published", "h2"))
    client = world.client()
    page = text_of(client.get(PUBLIC))
    select = re.search(r'<select[^>]*name="county".*?</select>', page, re.DOTALL)[0]
    assert 'data-cascade="filter_city"' in select
    under = re.search(rf'<optgroup label="{need.county.parent.name}">.*?</optgroup>', select, re.DOTALL)[0]
    assert f'value="{need.county_id}"' in under
    assert f'value="{other.county_id}"' not in under
    assert f'<option value="{other.county_id}" selected>' in text_of(client.get(f"{PUBLIC}?county={other.county_id}"))
    strayed = client.get(f"{PUBLIC}?city={fresh(need).city_id}&county={other.county_id}")
    assert f"{other.county}不属于{need.county.parent}，请重新选择。" in text_of(strayed)
    assert listed(strayed) == [need.pk]


def test_every_page_of_the_list_is_there_and_none_twice(world):
    needs = many(world, 25)
    client = world.client()
    first = client.get(PUBLIC)
    last = client.get(PUBLIC + first.context["pager"].last_url)
    following = client.get(PUBLIC + first.context["pager"].next_url)
    assert listed(first) == needs[::-1][:20]
    assert listed(following) == needs[::-1][20:]
    assert listed(last) == needs[::-1][5:]


def many(world: World, count: int) -> list[int]:
    return [world.need().pk for _ in range(count)]


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("", PUBLIC, 8),
        ("wh1", QUEUE, 20),
        ("h1", OWN, 12),
        ("wh1", "/review/needs/records/", 21),
    ],
)
def test_lists_cost_the_same_for_1_3_and_20_rows(world, name, path, expected):
    counts, total = [], 0
    for rows in (1, 3, 20):
        for _ in range(rows - total):
            world.need("reviewing" if path == QUEUE else "published")
        total = rows
        counts.append(queries(world.client(name), path))
    assert counts == [expected] * 3
