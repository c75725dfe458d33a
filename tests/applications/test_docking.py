"""服务对接: offers and invitations, their answers, and when the two sides learn how to reach each other."""

import re

import pytest

from accounts.models import Notice, Term, User
from applications.docking import services, suggestions
from applications.models import Application, HostAdmission, Match, Need
from applications.needs import services as need_services
from review import drafts
from review.refusal import Refused
from tests.changes import nothing_written, queries
from tests.world import World, county, mobile

FIND, PEOPLE, MINE = "/docking/needs/", "/docking/specialists/", "/docking/"


def text_of(response) -> str:
    return response.content.decode()


def listed(response, where: str) -> list[int]:
    table = re.search(r"<tbody>.*?</tbody>", text_of(response), re.DOTALL)
    return list(dict.fromkeys(int(pk) for pk in re.findall(rf'href="{where}(\d+)/"', table[0] if table else "")))


def told(user: User) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


# Offering


def test_a_specialist_finds_offers_and_is_accepted_through_the_pages(world):
    need = world.need()
    helper, host = world.client("s1"), world.client("h1")
    assert listed(helper.get(FIND), FIND) == [need.pk]
    answer = helper.post(f"{FIND}{need.pk}/", {"words": " \u3000"})
    assert answer.status_code == 422
    assert "请填写，对方会看到。" in text_of(answer)
    where = helper.post(f"{FIND}{need.pk}/", {"words": "可以每月到场两次。"}).url
    match = Match.objects.get()
    assert (where, match.invited, match.person) == (f"{MINE}{match.pk}/", False, world.user("s1"))
    assert "响应了您的需求" in told(need.owner)[-1]
    page = text_of(host.get(MINE))
    assert "有 1 条待您答复" in page
    assert "可以每月到场两次。" in text_of(host.get(where))
    assert host.post(where, {"action": "accept", "words": "欢迎"}).url == where
    match.refresh_from_db()
    assert (match.answer, match.reply, match.answered_by) == ("accepted", "欢迎", need.owner)
    assert "接受了您的响应" in told(match.person)[-1]
    assert need.form.contact_phone in text_of(helper.get(where))
    assert match.person.mobile in text_of(host.get(where))


def test_declining_needs_words_that_the_other_side_reads(world):
    match = world.offer("s1")
    host, where = world.client("h1"), f"{MINE}{match.pk}/"
    answer = host.post(where, {"action": "decline", "words": ""})
    assert answer.status_code == 422
    assert "请填写谢绝的原因" in text_of(answer)
    host.post(where, {"action": "decline", "words": "已请到专家。"})
    match.refresh_from_db()
    assert match.answer == "declined"
    assert "已请到专家。" in text_of(world.client("s1").get(where))


def test_whoever_has_not_said_who_they_are_may_not_offer_yet(world):
    need = world.need()
    person = world.person("blank", "specialist", blank=True)
    answer = world.client("blank").post(f"{FIND}{need.pk}/", {"words": "我来帮忙。"})
    assert answer.status_code == 409
    assert "请先填全基本信息" in text_of(answer)
    assert "我来帮忙。" in text_of(answer)
    assert not person.matches.exists()


def test_a_leader_offers_for_the_team(world):
    world.team("l1")
    need = world.need()
    assert world.client("l1").post(f"{FIND}{need.pk}/", {"words": "团队可以来。"}).status_code == 302
    assert world.client("l1m1").get(FIND).status_code == 403


def test_a_team_is_named_to_the_unit_wherever_it_speaks(world):
    """As it was called then."""
    team = world.team("l1")
    need = world.need()
    match = world.offer("l1", need)
    assert (match.person_kind, match.team_name) == ("team", team.name)
    assert told(need.owner)[-1].startswith(f"团队「{team.name}」（负责人{match.person.real_name}）")
    type(team).objects.update(name="后来的名称")
    host, city = world.client("h1"), world.client("wh1")
    for client, path in (
        (host, MINE), (host, f"{MINE}{match.pk}/"), (host, f"/application/host/needs/{need.pk}/"),
        (city, "/statistics/list/matches/"), (city, "/statistics/list/matches/?person_kind=team"),
    ):  # fmt: skip
        page = text_of(client.get(path))
        assert "l1团队" in page, path
        assert re.search(r'class="tag">法人<', page), path
        assert "后来的名称" not in page
    assert "l1团队" not in text_of(city.get("/statistics/list/matches/?person_kind=personal"))
    services.withdraw(match, actor=match.person)
    assert "团队「l1团队」" in told(need.owner)[-1]


def test_a_team_is_invited_as_one(world):
    case, need = world.team_application("approved"), world.need()
    match = world.invite(case, need, "accepted")
    assert (match.person_kind, match.team_name) == ("team", case.team_name)
    assert f"邀请您的团队「{case.team_name}」服务" in told(case.owner)[-1]
    assert told(need.owner)[-1].startswith(f"团队「{case.team_name}」")


@pytest.mark.parametrize("invited", [False, True])
def test_the_side_that_was_asked_is_told_once_that_nothing_waits_any_more(world, invited):
    need = world.need()
    match = world.invite(world.application("approved"), need) if invited else world.offer("s1", need)
    asked, other = (match.person, need.owner) if invited else (need.owner, match.person)
    before = len(told(other))
    services.withdraw(match, actor=other)
    assert "撤回了" in told(asked)[-1]
    assert "撤回了" not in told(asked)[-2:-1]
    assert len(told(other)) == before


def badge(client) -> list:
    entries = client.get("/account/").context["sidebar"]
    return [child.badge for entry in entries for child in entry.children if child.title == "我的对接"]


def test_menu_and_workbench_count_what_waits_for_an_answer(world):
    case, need = world.application("approved"), world.need()
    specialist, host = world.client("s1"), world.client("h1")
    assert badge(specialist) == badge(host) == [None]
    match = world.invite(case, need)
    for name in ("s2", "s3"):
        world.offer(name, need)
    world.offer("s4", need, "declined")
    assert (badge(specialist), badge(host), badge(world.client("s2"))) == (["1"], ["2"], [None])
    assert "有 1 条对接待您答复" in text_of(specialist.get("/workbench/"))
    assert "有 2 条对接待您答复" in text_of(host.get("/workbench/", follow=True))
    assert "待您答复" not in text_of(world.client("s2").get("/workbench/"))
    services.answer(match, actor=case.owner, accept=True, words="")
    assert badge(specialist) == [None]


def test_one_live_match_of_a_person_and_a_need(world):
    need = world.need()
    client = world.client("s1")
    for _ in range(2):
        client.post(f"{FIND}{need.pk}/", {"words": "可以来。"})
    assert Match.objects.count() == 1
    with nothing_written(), pytest.raises(Refused, match="已有一条待答复的响应"):
        services.offer(need, actor=world.user("s1"), words="再来一次。")
    match = Match.objects.get()
    services.answer(match, actor=world.user("h1"), accept=False, words="已有人。")
    assert services.offer(need, actor=world.user("s1"), words="再试一次。").pk != match.pk


def test_offers_that_wait_have_a_limit(world, monkeypatch):
    monkeypatch.setattr(services, "MOST_OPEN", 1)
    world.offer("s1")
    with pytest.raises(Refused, match="待答复的响应已有 1 条"):
        world.offer("s1", world.need("published", "h2"))


@pytest.mark.parametrize("way", ["solve", "close", "over", "revoke", "asleep"])
def test_on_what_is_closed_meanwhile_nothing_is_offered_and_nothing_typed_is_lost(world, way):
    need = world.need()
    match way:
        case "over":
            world.let_pass(need)
        case "asleep":
            world.perform(world.host("h1"), "revoke", words="已注销。")
        case _:
            world.perform(need, way, words="不再公开。")
    client = world.client("s1")
    with nothing_written():
        answer = client.post(f"{FIND}{need.pk}/", {"words": "写了很长的一段话"})
    assert answer.status_code == 409
    assert "已不再公开" in text_of(answer)
    assert "写了很长的一段话" in text_of(answer)
    assert "大实蝇危害" not in text_of(answer)
    assert client.get(f"{FIND}{need.pk}/").status_code == 404


@pytest.mark.parametrize("state", ["draft", "reviewing", "returned"])
def test_a_need_that_was_never_public_answers_like_none(world, state):
    need = world.need(state)
    client = world.client("s1")
    for pk in (need.pk, 987654):
        with nothing_written():
            assert client.get(f"{FIND}{pk}/").status_code == 404
            assert client.post(f"{FIND}{pk}/", {"words": "可以来。"}).status_code == 404


# Inviting


def test_a_host_finds_invites_and_is_accepted_through_the_pages(world):
    case, need = world.application("approved"), world.need()
    world.application("final", "s2")
    host, person = world.client("h1"), world.client("s1")
    assert listed(host.get(PEOPLE), PEOPLE) == [case.pk]
    where = f"{PEOPLE}{case.pk}/"
    assert host.post(where, {"words": "请来指导。", "need": ""}).status_code == 422
    made = host.post(where, {"words": "请来指导。", "need": need.pk}).url
    match = Match.objects.get()
    assert (match.invited, match.person) == (True, case.owner)
    assert "邀请您服务" in told(case.owner)[-1]
    assert "有 1 条待您答复" in text_of(person.get(MINE))
    person.post(made, {"action": "accept", "words": ""})
    assert need.form.contact_phone in text_of(person.get(made))
    assert case.owner.mobile in text_of(host.get(made))


def test_only_who_has_been_selected_is_found_and_each_once(world):
    case = world.application("approved")
    world.application("final", "s2")
    other = world.application("approved", "s3")
    User.objects.filter(pk=other.owner_id).update(is_active=False)
    world.need()
    host = world.client("h1")
    assert listed(host.get(PEOPLE), PEOPLE) == [case.pk]
    for pk in (Application.objects.get(owner__username="s2").pk, other.pk, 987654):
        assert host.get(f"{PEOPLE}{pk}/").status_code == 404
        with nothing_written():
            assert host.post(f"{PEOPLE}{pk}/", {"words": "请来。"}).status_code == 404


def test_an_invitation_is_to_ones_own_public_need(world):
    case = world.application("approved")
    foreign, draft, _ = world.need("published", "h2"), world.need("draft"), world.need()
    host = world.client("h1")
    for need in (foreign, draft):
        with nothing_written():
            answer = host.post(f"{PEOPLE}{case.pk}/", {"words": "请来。", "need": need.pk})
        assert answer.status_code == 422
        assert "请选择一条公开的需求。" in text_of(answer)
    with nothing_written(), pytest.raises(Refused, match="无权"):
        services.invite(foreign, case, actor=world.user("h1"), words="请来。")


def test_the_list_of_people_is_narrowed_by_field_chain_place_and_name(world):
    one = world.application("approved", "s1")
    other = world.application("approved", "s2", chains=[Term.objects.get(kind="chain", name="茶叶")])
    world.need()
    host = world.client("h1")
    tea = Term.objects.get(kind="chain", name="茶叶").pk
    assert set(listed(host.get(PEOPLE), PEOPLE)) == {one.pk, other.pk}
    for query in (
        f"target_city={other.target_city_id}",
        f"name={other.applicant_name}",
        f"home_city={other.home_city_id}",
    ):
        assert listed(host.get(f"{PEOPLE}?{query}"), PEOPLE) == [other.pk], query
    assert other.pk in listed(host.get(f"{PEOPLE}?chain={tea}"), PEOPLE)
    assert listed(host.get(f"{PEOPLE}?unit=没有这个单位"), PEOPLE) == []


# Answers


@pytest.mark.parametrize("answer", ["accepted", "declined", "withdrawn", "lapsed"])
@pytest.mark.parametrize("action", ["accept", "decline", "withdraw"])
def test_what_has_been_answered_is_answered(world, answer, action):
    match = world.offer("s1", answer=answer)
    for name in ("s1", "h1"):
        with nothing_written():
            page = world.client(name).post(f"{MINE}{match.pk}/", {"action": action, "words": "迟来的话"})
        assert page.status_code == 409
        assert "迟来的话" in text_of(page)


@pytest.mark.parametrize(
    ("name", "action"), [("s1", "accept"), ("s1", "decline"), ("h1", "withdraw"), ("h1", "x"), ("s1", "")]
)
def test_each_side_says_what_is_its_own_to_say(world, name, action):
    match = world.offer("s1")
    with nothing_written():
        answer = world.client(name).post(f"{MINE}{match.pk}/", {"action": action, "words": "说明"})
    assert answer.status_code == 409


def test_closing_a_need_ends_what_waits_and_keeps_what_was_agreed(world):
    need = world.need()
    agreed = world.offer("s1", need, "accepted")
    waiting = world.offer("s2", need)
    world.perform(Need.objects.for_review().get(pk=need.pk), "solve")
    agreed.refresh_from_db()
    waiting.refresh_from_db()
    assert (agreed.answer, waiting.answer) == ("accepted", "lapsed")
    assert "已关闭，这条响应随之失效" in told(waiting.person)[-1]


def test_nothing_is_accepted_on_what_is_not_public(world):
    match = world.offer("s1")
    world.let_pass(match.need)
    with pytest.raises(Refused, match="已不再公开"):
        services.answer(match, actor=world.user("h1"), accept=True, words="")
    services.answer(match, actor=world.user("h1"), accept=False, words="期限已过。")


def test_a_host_unit_without_its_confirmation_says_nothing(world):
    match = world.offer("s1")
    world.perform(world.host("h1"), "revoke", words="已注销。")
    client = world.client("h1")
    for path in (MINE, f"{MINE}{match.pk}/", PEOPLE):
        assert client.get(path).status_code == 403
    with nothing_written(), pytest.raises(Refused, match="无权"):
        services.answer(match, actor=world.user("h1"), accept=True, words="")


# Who learns what


def personal(world: World, match: Match) -> set[str]:
    form, case, person = match.need.form, world.host("h1"), match.person
    return {
        form.contact, form.contact_phone, case.contact, case.contact_phone, case.legal_rep_phone, case.address,
        case.owner.mobile, person.mobile, person.profile.phone, person.profile.id_number,
    }  # fmt: skip


def pages_of(world: World, match: Match, case: Application) -> dict[str, list[str]]:
    helper = [FIND, f"{FIND}{match.need_id}/", MINE, f"{MINE}{match.pk}/", "/workbench/", f"/needs/{match.need_id}/"]
    host = [PEOPLE, f"{PEOPLE}{case.pk}/", MINE, f"{MINE}{match.pk}/", f"/application/host/needs/{match.need_id}/"]
    public = ["/needs/", f"/needs/{match.need_id}/"]
    return {"": public, "s1": helper, "s2": [FIND, f"{FIND}{match.need_id}/", MINE], "h1": host, "h2": [PEOPLE, MINE]}


def test_the_address_told_is_the_one_that_the_city_has_read(world):
    match = world.offer("s1", answer="accepted")
    host = world.host("h1")
    drafts.save(host, actor=host.owner, version=host.version, values={"address": "正在改写的地址"})
    page = world.client("s1").get(f"{MINE}{match.pk}/").content.decode()
    assert host.address in page
    assert "正在改写的地址" not in page
    HostAdmission.objects.filter(pk=host.pk).update(organisation=None)  # as of a unit that 系统管理 has entered
    assert world.client("s1").get(f"{MINE}{match.pk}/").status_code == 200


@pytest.mark.parametrize("answer", ["open", "declined", "withdrawn"])
def test_no_page_of_either_side_tells_whom_to_call_before_both_have_said_yes(world, answer):
    case = world.application("approved")
    match = world.offer("s1", answer=answer)
    world.host("h2")
    own = {  # what they know of themselves
        "s1": {match.person.mobile, match.person.profile.phone, match.person.profile.id_number},
        "h1": personal(world, match)
        - {match.person.mobile, match.person.profile.phone, match.person.profile.id_number},
    }  # fmt: skip
    for name, paths in pages_of(world, match, case).items():
        for path in paths:
            page = world.client(name).get(path)
            assert page.status_code == 200, (name, path)
            found = {word for word in personal(world, match) - own.get(name, set()) if word in text_of(page)}
            assert not found, (name, path, found)


def test_once_both_have_said_yes_only_these_two_know(world):
    case = world.application("approved")
    match = world.offer("s1", answer="accepted")
    world.host("h2")
    where = f"{MINE}{match.pk}/"
    assert mobile(7301) in text_of(world.client("s1").get(where))
    assert match.person.mobile in text_of(world.client("h1").get(where))
    assert match.person.profile.id_number not in text_of(world.client("h1").get(where))
    for name, paths in pages_of(world, match, case).items():
        for path in set(paths) - {where}:
            found = {
                word for word in (mobile(7301), match.person.mobile) if word in text_of(world.client(name).get(path))
            }
            assert found <= ({mobile(7301)} if path.startswith("/application/host/") else set()), (name, path)


def test_the_contact_is_the_published_one_whatever_is_typed_or_submitted_since(world):
    match = world.offer("s1", answer="accepted")
    where = f"{MINE}{match.pk}/"
    need = world.perform(Need.objects.for_review().get(), "solve")
    need_services.save_need(need, actor=need.owner, version=need.form.version, values={"contact": "正在改写的人"})
    page = text_of(world.client("s1").get(where))
    assert "需求联系人" in page
    assert "正在改写的人" not in page
    need = world.perform(Need.objects.for_review().get(), "submit")
    assert "正在改写的人" not in text_of(world.client("s1").get(where))
    world.perform(need, "pass")
    assert "正在改写的人" in text_of(world.client("s1").get(where))


@pytest.mark.parametrize("name", ["s2", "h2"])
def test_what_two_say_is_not_there_for_others(world, name):
    match = world.offer("s1")
    world.host("h2")
    client = world.client(name)
    assert client.get(f"{MINE}{match.pk}/").status_code == client.get(f"{MINE}987654/").status_code == 404
    with nothing_written():
        assert client.post(f"{MINE}{match.pk}/", {"action": "accept"}).status_code == 404
    assert listed(client.get(MINE), MINE) == []


# Suggestions


def test_suggestions_say_why_and_are_in_order(world):
    """s1 works in 武汉's first county, would serve in 宜昌's, and wrote two chains into the form."""
    world.application("approved")
    chains = world.user("s1").profile and list(Application.objects.get().chains.all())
    field = world.user("s1").profile.discipline
    other = Term.objects.get(kind="chain", name="生猪")
    best = world.need("published", "h1", chain=chains[0], county=county("YC"), discipline=field)
    good = world.need("published", "h1", chain=chains[1], county=county("HG"))
    near = world.need("published", "h1", chain=other, county=county("WH"))
    world.need("published", "h1", chain=other, county=county("HG"))  # nothing in common
    found = suggestions.needs_for(world.user("s1"))
    assert [one.what for one in found] == [best, good, near]
    assert found[0].line == (
        f"同产业链：{chains[0]}；同县：{county('YC').name}；同专业：{field}；尚有余力：在办对接 0 项"
    )
    assert [one.score for one in found] == [100, 50, 40]
    page = text_of(world.client("s1").get(FIND))
    assert found[0].line in page
    world.offer("s1", best)
    assert best not in [one.what for one in suggestions.needs_for(world.user("s1"))]


def test_people_are_suggested_for_a_need(world):
    one = world.application("approved", "s1")
    world.application(
        "approved", "s3", chains=[Term.objects.get(kind="chain", name="生猪")], target_county=county("WH")
    )
    need = world.need("published", "h1", chain=one.chains.first(), county=county("YC"), discipline=one.discipline)
    found = suggestions.people_for(need)
    assert found[0].what.pk == one.pk
    assert found[0].reasons[-1] == "尚有余力：在办对接 0 项"
    assert found[0].line in text_of(world.client("h1").get(f"/application/host/needs/{need.pk}/"))
    world.invite(one, need)
    assert one.pk not in [row.what.pk for row in suggestions.people_for(need)]


def test_for_one_of_its_needs_a_unit_reads_who_fits_and_why(world):
    one = world.application("approved", "s1")
    world.application("approved", "s3", chains=[Term.objects.get(kind="chain", name="生猪")])
    need = world.need("published", "h1", chain=one.chains.first(), county=county("YC"), discipline=one.discipline)
    foreign, closed = world.need("published", "h2"), world.need("solved")
    host = world.client("h1")
    page = host.get(PEOPLE)
    assert f'href="?need={need.pk}"' in text_of(page)
    assert "适合「" not in text_of(page)
    page = host.get(f"{PEOPLE}?need={need.pk}")
    assert f"适合「{need.title}」" in text_of(page)
    assert [row.what.pk for row in page.context["suggestions"]][:1] == [one.pk]
    assert page.context["suggestions"][0].line in text_of(page)
    assert text_of(page).count(f"{PEOPLE}{one.pk}/?need={need.pk}") == 3  # above, and in the list below
    assert len(listed(host.get(PEOPLE), PEOPLE)) == 2
    narrowed = host.get(f"{PEOPLE}?need={need.pk}&name=没有此人")
    assert narrowed.context["suggestions"] is None
    assert f'name="need" value="{need.pk}"' in text_of(narrowed)
    for other in (foreign.pk, closed.pk, "x", "9" * 30):
        assert host.get(f"{PEOPLE}?need={other}").context["need"] is None


def test_whoever_is_full_is_not_said_to_be_free(world, monkeypatch):
    monkeypatch.setattr(suggestions, "CAPACITY", 1)
    one = world.application("approved", "s1")
    world.offer("s1", world.need("published", "h2"), "accepted")
    need = world.need("published", "h1", chain=one.chains.first())
    assert not any("尚有余力" in reason for reason in suggestions.people_for(need)[0].reasons)


def test_every_weight_is_a_reason(world):
    person = suggestions.Person(frozenset([1]), frozenset([2]), frozenset([3]), 4)
    names = {"chain": Term(pk=1, name="甲"), "discipline": Term(pk=4, name="乙")}
    here, there = county("WH"), county("YC")
    person = suggestions.Person(frozenset([1]), frozenset([here.pk]), frozenset([here.parent_id, there.parent_id]), 4)
    points = suggestions.WEIGHTS
    same = suggestions.score(person, Need(county=here, city=here.parent, **names))
    near = suggestions.score(person, Need(county=there, city=there.parent, **names))
    assert same[0] == points["chain"] + points["county"] + points["discipline"] + points["free"]
    assert near[0] == points["chain"] + points["city"] + points["discipline"] + points["free"]
    assert suggestions.score(
        suggestions.Person(frozenset(), frozenset(), frozenset(), None), Need(county=here, city=here.parent, **names)
    ) == (0, ())


# The application


HOST_FIELDS = ("target_host", "target_host_address", "target_city_id", "target_county_id")


def host_of(form) -> list:
    return [getattr(form, name) for name in HOST_FIELDS]


def told_by(match: Match) -> list:
    return [match.host.name, match.host.host.address, match.county.parent_id, match.county_id]


@pytest.mark.parametrize("name", ["s1", "l1"])
def test_the_newest_accepted_match_fills_the_next_application(world, name):
    """Of a person and of a team; also when the need's own time is over. What follows later overwrites nothing."""
    if name == "l1":
        world.team("l1")
    world.offer(name, world.need(), "accepted")
    newest = world.offer(name, world.need("published", "h2"), "accepted")
    world.offer(name, world.need("published", "h3"), "declined")
    world.perform(Need.objects.for_review().get(pk=newest.need_id), "solve")
    world.let_pass(newest.need)
    client = world.client(name)
    page = client.post("/application/start/", follow=True)
    form = Application.objects.get().form
    assert (host_of(form), form.version) == (told_by(newest), 0)
    assert f"「拟服务企业」已按您达成的对接「{newest.title}」填为「{newest.host.name}」" in text_of(page)
    assert text_of(page).count("已填入</span>") == 1
    world.offer(name, world.need("published", "h4"), "accepted")
    before = host_of(form)
    client.post("/application/start/")
    form.refresh_from_db()
    assert host_of(form) == before


def test_with_a_unit_that_is_not_confirmed_any_more_nothing_is_filled(world):
    world.offer("s1", world.need(), "accepted")
    world.perform(world.host("h1"), "revoke", words="已注销。")
    page = world.client("s1").post("/application/start/", follow=True)
    assert host_of(Application.objects.get().form) == ["", "", None, None]
    assert "已填" not in re.sub(r"<nav.*?</nav>", "", text_of(page), flags=re.DOTALL)


def test_a_form_begun_before_is_filled_on_the_page_while_it_names_nobody(world):
    client, edit = world.client("s1"), "/application/edit/"
    client.post("/application/start/")
    match = world.offer("s1", answer="accepted")
    with nothing_written():
        page = client.get(edit)
    assert [page.context["form"][name].value() for name in ("target_host", "target_county")] == [
        match.host.name, match.county_id,
    ]  # fmt: skip
    assert f"已填入「{match.host.name}」" in text_of(page)
    world.write(Application.objects.get(), target_host_address="自己写的地址")
    assert client.get(edit).context["form"]["target_host"].value() == ""


def test_an_accepted_match_fills_a_form_by_a_click_and_nothing_is_saved_before_it_is_sent(world):
    case, need = world.draft("s1", target_host="自己写的公司"), world.need()
    accepted, waiting = world.offer("s1", need, "accepted"), world.offer("s1", world.need("published", "h2"))
    foreign = world.offer("s2", need, "accepted")
    client, edit = world.client("s1"), "/application/edit/"
    page = text_of(client.get(edit))
    assert f'href="?match={accepted.pk}"' in page
    assert f"?match={waiting.pk}" not in page
    with nothing_written():
        form = client.get(f"{edit}?match={accepted.pk}").context["form"]
    assert [form[name].value() for name in ("target_city", "target_county", "target_host", "target_host_address")] == [
        need.county.parent_id, need.county_id, need.host.name, need.host.host.address,
    ]  # fmt: skip
    for other in (waiting.pk, foreign.pk, "x", "9" * 30):
        assert client.get(f"{edit}?match={other}").context["form"]["target_host"].value() == "自己写的公司"
    values = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    assert client.post(f"{edit}?match={accepted.pk}", values | {"seen": case.seen}).status_code == 302
    case.form.refresh_from_db()
    assert (case.form.target_host, case.form.target_county) == (need.host.name, need.county)


def test_what_a_match_does_not_tell_takes_nothing_away(world):
    world.draft("s1", target_host_address="某路 1 号")
    match = world.offer("s1", world.need(), "accepted")
    type(match.host.host).objects.filter(pk=match.host.host.pk).update(address="")
    address = f"/application/edit/?match={match.pk}"
    client = world.client("s1")
    assert client.get(address).context["form"]["target_host_address"].value() == "某路 1 号"
    assert queries(client, address) == queries(client, "/application/edit/")  # asked once, clicked or not
    type(match.host).objects.filter(pk=match.host_id).update(active=False)
    page = client.get(address)
    assert page.context["docked"] == []
    assert page.context["form"]["target_host"].value() != match.host.name


def found(client, words: str) -> list[dict]:
    return client.get("/application/hosts/", {"q": words}).json()["found"]


def test_confirmed_units_are_found_by_typing_and_others_are_not(world):
    unit = world.host("h1").organisation
    waiting = world.host("h2", "reviewing")
    client = world.client("s1")
    (one,) = found(client, unit.name[1:3])
    assert (one["text"], one["note"]) == (unit.name, unit.location.full_name)
    assert one["values"] == {
        "target_host": unit.name, "target_city": unit.location.parent_id, "target_county": unit.location_id,
        "target_host_address": unit.host.address,
    }  # fmt: skip
    assert found(client, waiting.name) == []
    for words in ("", unit.name[0], " ", "\x7f" * 3, "无此单位", "长" * 1000):
        assert found(client, words) == []


def test_what_is_submitted_knows_the_unit_it_names(world):
    unit, other = (world.host(name).organisation for name in ("h1", "h2"))
    named = world.application("initial", "s1", target_host=unit.name)
    assert (named.target_host_unit, named.target_host) == (unit, unit.name)
    assert list(unit.served_by.all()) == [named]
    assert world.application("initial", "s2", target_host="没有登记的公司").target_host_unit is None
    type(other).objects.filter(pk=other.pk).update(name=unit.name, location=county("HG"))
    assert world.application("initial", "s3", target_host=unit.name, target_county=unit.location,
                             target_city=unit.location.parent).target_host_unit == unit  # fmt: skip
    elsewhere = county("YC")
    assert world.application("initial", "s4", target_host=unit.name, target_county=elsewhere,
                             target_city=elsewhere.parent).target_host_unit is None  # fmt: skip
    type(unit).objects.filter(pk__in=[unit.pk, other.pk]).update(active=False)
    again = world.perform(world.return_it(named), "submit")
    assert again.target_host_unit is None


# Numbers


@pytest.mark.parametrize(
    ("name", "path", "expected"), [("s1", FIND, 27), ("h1", PEOPLE, 16), ("h1", MINE, 13), ("s1", MINE, 13)]
)
def test_lists_cost_the_same_for_1_3_and_20_rows(world, name, path, expected):
    counts, total = [], 0
    for rows in (1, 3, 20):
        while total < rows:
            total += 1
            if path == PEOPLE:
                world.application("approved", world.specialist())
            elif path == FIND:
                world.need()
            elif name == "s1":
                world.offer("s1", answer="declined")
            else:
                world.offer(world.specialist())
        world.host("h1")
        counts.append(queries(world.client(name), path))
    assert counts == [expected] * 3
