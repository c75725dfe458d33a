"""「谁在服务」: what a host unit reads of those who serve it, and of nobody else."""

import pytest

from agreements import services
from agreements.models import Agreement
from tests.test_queries import queries
from tests.world import World, agreement_values

PAGE = "/docking/serving/"
HOST = "h1柑橘专业合作社"


def shown(world: World, name: str) -> str:
    return world.client(name).get(PAGE).content.decode()


def names(world: World, name: str) -> list[str]:
    return [one.application.owner.username for one in world.client(name).get(PAGE).context["rows"]]


def test_those_who_agreed_and_were_selected_stand_here_with_need_and_agreement(world):
    world.host("h1")
    case = world.application("approved", "s1", target_host=HOST, planned_service="每月到园两次。")
    match = world.offer("s1", answer="accepted")
    page = shown(world, "h1")
    assert all(words in page for words in (case.applicant_name, match.title, "每月到园两次。", "尚未签订"))
    agreement = services.open_agreement(case, actor=case.owner)
    values = agreement_values() | {"host_name": HOST}
    agreement = services.save_agreement(agreement, actor=case.owner, version=agreement.version, values=values)
    assert "尚未签订" in shown(world, "h1")  # what is not submitted is a draft
    agreement = world.perform(agreement, "save")
    page = shown(world, "h1")
    assert all(words in page for words in (agreement.number, "每月五天", "待上传盖章扫描件"))
    world.host("h2")
    assert names(world, "h2") == []


@pytest.mark.parametrize("answer", ["open", "declined", "withdrawn"])
def test_before_both_have_said_yes_nobody_stands_here(world, answer):
    world.application("approved", "s1")
    world.offer("s1", answer=answer)
    assert names(world, "h1") == []


def test_whose_application_names_the_unit_serves_it_and_is_reached_once_both_agreed(world):
    world.host("h1")
    case = world.agree(world.application("approved", "s1", target_host=HOST), "saved", host_name=HOST)
    page = shown(world, "h1")
    assert all(words in page for words in (case.application.applicant_name, case.number, "每月五天"))
    assert "联系方式<" not in page
    match = world.offer("s1")
    assert match.title not in shown(world, "h1")


def test_an_agreement_with_another_enterprise_is_not_told_to_the_one_that_the_application_names(world):
    world.host("h1")
    case = world.agree(world.application("approved", "s1", target_host=HOST), "saved", host_name="另一家合作社")
    page = shown(world, "h1")
    assert all(words in page for words in (case.application.applicant_name, "高接换种与病虫害绿色防控", "尚未签订"))
    assert not [words for words in (case.number, "每月五天", case.state_label) if words in page]


@pytest.mark.parametrize("state", ["draft", "returned", "final"])
def test_who_is_not_selected_serves_nobody_yet(world, state):
    world.application(state, "s1", target_host=HOST)
    world.offer("s1", answer="accepted")
    assert names(world, "h1") == []


def test_what_they_do_for_another_enterprise_is_not_told(world):
    agreement = world.agreement("archived", "s1")
    match = world.offer("s1", answer="accepted")
    page = shown(world, "h1")
    assert match.title in page
    assert match.words in page
    frozen = Agreement.objects.get(pk=agreement.pk).revisions.latest("number").document.texts()
    for secret in (
        agreement.number,
        frozen["work_plan"],
        agreement.application.target_host,
        "高接换种与病虫害绿色防控",
    ):
        assert secret
        assert secret not in page


def test_how_to_reach_them_stands_behind_the_match(world):
    world.application("approved", "s1")
    match = world.offer("s1", answer="accepted")
    page = shown(world, "h1")
    assert match.person.mobile not in page
    assert f'href="/docking/{match.pk}/"' in page
    assert match.person.mobile in world.client("h1").get(f"/docking/{match.pk}/").content.decode()


def test_a_team_stands_here_by_its_leader(world):
    world.team_application("approved", "l1", target_host=HOST)
    world.offer("l1", answer="accepted")
    assert names(world, "h1") == ["l1"]
    assert "l1团队" in shown(world, "h1")


def test_what_is_over_is_no_service_any_more(world):
    world.application("approved", "s1")
    match = world.offer("s1", answer="accepted")
    world.let_pass(match.need)
    assert names(world, "h1") == []


@pytest.mark.parametrize("rows", [1, 3, 20])
def test_as_many_queries_for_many_as_for_one(world, rows):
    for case in world.many(rows, "approved"):
        world.offer(case.owner.username, world.need(), "accepted")
        world.agree(case, "saved")
    assert queries(world.client("h1"), f"{PAGE}?size=50", rows) == 16
