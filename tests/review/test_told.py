"""Generated from the tables: of every move the page tells beforehand who is told of it; every desk that is late can be
reminded; whoever has something for so many days reads until when."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import notices
from accounts.models import Notice, Parameter
from applications import flow
from applications.models import Application, Batch
from portal.articles import services as articles
from portal.articles.models import Article
from review import drafts, registry
from review.flow import APPLICANT, Flow, Stage
from review.models import Reviewed
from review.notices import audiences
from review.services import perform
from tests.world import WORDS, World, host_values, unit_values

FLOWS = [flow for process in registry.all_processes() for flow in process.flows]


WAYS = {
    "draft": (), "reviewing": ("submit",), "published": ("submit", "pass"), "returned": ("submit", "return"),
    "withdrawn": ("submit", "pass", "take_down"),
}  # fmt: skip


def article(world: World, state: str) -> Article:
    owner = world.user("wh1")
    case = articles.begin(actor=owner)
    articles.save(case, actor=owner, version=0, values={"title": "题", "summary": "摘要", "body": "<p>正文</p>"})
    case = Article.objects.for_review().get(pk=case.pk)
    for action in WAYS[state]:
        case = world.perform(case, action, words=WORDS)
    return case


def unit(world: World, state: str) -> Reviewed:
    case = world.unit("u1", state)
    if state == flow.BLANK:
        drafts.save(case, actor=case.owner, version=0, values=unit_values("u1"))
    return world.admission("u1")


def host(world: World, state: str) -> Reviewed:
    case = world.host("h1", state)
    if state == flow.BLANK:
        drafts.save(case, actor=case.owner, version=0, values=host_values("h1"))
    return world.host("h1")


def need(world: World, state: str) -> Reviewed:
    case = world.need(state)
    if state == flow.PUBLISHED:
        world.offer("s1", case)
    return type(case).objects.for_review().get(pk=case.pk)


MADE: dict[str, Callable[[World, str], Reviewed]] = {
    "personal": lambda world, state: world.application(state),
    "team": lambda world, state: world.team_application(state),
    "admission": unit,
    "host": host,
    "need": need,
    "agreement": lambda world, state: world.team_agreement(state),
    "sealed": lambda world, state: world.sealed(state, who="wh2"),
    "article": article,
}
OTHERS = {"selection": "团队成员", "agreements": "团队成员", "needs": "有未答复响应或邀请的科技特派员"}
PAGES = {  # where an owner sees how far it is
    "selection": ("applications:home", "portal:workbench"),
    "admission": ("applications:unit", "applications:unit_papers"),
    "hosts": ("applications:host",),
    "needs": ("applications:need",),
    "agreements": ("agreements:home", "agreements:papers", "portal:workbench"),
    "articles": ("articles:article",),
    "sealed": ("applications:seal",),
}
OF_ONE = ("applications:need", "articles:article", "applications:seal")


def made(world: World, flow: Flow, state: str) -> Reviewed:
    case = MADE[flow.code](world, state)
    assert case.state == state
    return type(case).objects.for_review().get(pk=case.pk)


def pages(case: Reviewed) -> list[str]:
    names = PAGES[registry.of(type(case)).code]
    return [reverse(name, args=(case.pk,) if name in OF_ONE else ()) for name in names]


def since(case: Reviewed, days: int) -> Reviewed:
    """It came so many days ago."""
    type(case).objects.filter(pk=case.pk).update(since=timezone.now() - timedelta(days=days))
    return type(case).objects.for_review().get(pk=case.pk)


def text(world: World, name: str, address: str) -> str:
    answer = world.client(name).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


# Who is told


@pytest.fixture
def unguarded(monkeypatch):
    """What a move asks of the case is tested elsewhere."""
    for process in registry.all_processes():
        free = replace(process, guards=defaultdict(lambda: lambda case: []))
        monkeypatch.setitem(registry._processes, process.code, free)


# an owner gives no words: a move of theirs that asks for them is an office's alone
MOVES = [(flow, move, False) for flow in FLOWS for move in flow.moves if not (move.comment and move.by == APPLICANT)]
MOVES += [(flow, move, True) for flow in FLOWS for move in flow.moves if move.stand_in]


@pytest.mark.parametrize(
    ("flow", "move", "standing_in"),
    [pytest.param(*one, id=f"{one[0].code}-{one[1].source}-{one[1].action}{'-for' * one[2]}") for one in MOVES],
)
def test_who_the_page_says_is_told_is_who_is_told(
    world, flow, move, standing_in, unguarded, django_capture_on_commit_callbacks
):
    case = made(world, flow, move.source)
    said = audiences([case], [move], standing_in=standing_in)[move]
    desk = case.desk_for(move.stand_in) if standing_in else case.desk
    actor = case.owner if move.by == APPLICANT and not standing_in else world.officer_at(desk)
    Notice.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        words = WORDS if move.comment else ""
        moved = perform(case, move.action, actor=actor, seen=case.seen, comment=words, standing_in=standing_in)
    process, heard = registry.of(type(case)), []
    of_it = set(Notice.objects.filter(topic="").values_list("user", flat=True))
    if case.owner_id in of_it:
        heard.append(process.owner)
    if of_it - {case.owner_id}:
        heard.append(OTHERS[process.code])
    if arrived := set(Notice.objects.exclude(topic="").values_list("user", flat=True)):
        assert arrived == set(notices.officers(moved.desk))
        heard.append(moved.desk.name)
    assert said == "、".join(heard)
    if process.code == "hosts" and not moved.organisation:  # which the service founds, not the bare move
        return
    for notice in Notice.objects.select_related("user"):  # and where it leads, each of them may go
        assert world.client(notice.user.username).get(notice.url).status_code == 200, (notice, notice.user, notice.url)


def test_a_case_s_page_and_its_dialog_say_who_hears(world):
    case = world.team_application("province")
    page = text(world, "p1", f"/review/selection/case/{case.pk}/?queue=province")
    assert f"「通过」后通知：申请人、团队成员、{world.office.name}" in page
    assert "「不通过」后通知：申请人、团队成员<" in page
    dialog = page[page.index("<dialog") :]
    assert "不通过后通知：申请人、团队成员<" in dialog


def test_a_queue_names_the_next_office_for_what_goes_on_and_not_for_what_goes_back(world):
    world.application("initial")
    page = text(world, "wh1", "/review/selection/queue/initial/")
    bar, dialog = page[page.index("bulk-bar") :].split("<dialog")
    assert "「通过」后通知：申请人、「省厅审核」办理机构<" in bar
    assert "「不通过」后通知：申请人<" in bar
    assert "不通过后通知：申请人<" in dialog


@pytest.mark.parametrize(("draft", "desk"), [("draft", "武汉市科学技术局"), ("team_draft", "u1农业科学研究所")])
def test_an_applicant_reads_by_name_who_gets_it(world, draft, desk):
    case = getattr(world, draft)()
    for address in ("/application/", "/application/edit/"):
        assert f"「提交审核」后通知：{desk}" in text(world, case.owner.username, address)
    assert Application.objects.get(pk=case.pk).home_city is None  # said, not written


def test_whoever_uploads_sealed_paper_reads_who_gets_it(world):
    world.unit("u3", flow.SAVED)
    assert f"上传后通知：{world.office.name}" in text(world, "u3", "/application/unit/papers/")
    world.agreement("saved")
    assert f"上传后通知：{world.office.name}" in text(world, "s1", "/agreement/papers/")


def test_who_files_a_pack_for_a_team_reads_that_it_is_told(world):
    agreement = world.team_agreement("saved")
    intake = world.intake("u1")
    intake.documents.update(code=agreement.revisions.get().code)
    intake.pages[0][0] = agreement.revisions.get().code
    intake.save()
    page = text(world, "u1", f"/review/intake/{intake.key}/")
    assert f"提交团队服务协议后通知：申请人、团队成员、{world.office.name}" in page


# 催办


def stages(has: Callable[[Stage], bool]) -> list:
    return [
        pytest.param(flow, stage, id=f"{flow.code}-{stage.state}")
        for flow in FLOWS
        for stage in flow.stages
        if stage.days and has(stage)
    ]


@pytest.mark.parametrize(("flow", "stage"), stages(lambda stage: stage.waits))
def test_every_desk_that_is_late_can_be_reminded_from_each_page_of_the_owner(world, flow, stage):
    case = made(world, flow, stage.state)
    process, owner = registry.of(type(case)), case.owner.username
    address = reverse("review:remind", args=(process.code, case.pk))
    assert not case.remindable
    assert not [page for page in pages(case) if address in text(world, owner, page)]
    case = since(case, 40)
    assert case.remindable
    assert [page for page in pages(case) if address not in text(world, owner, page)] == []
    assert "会收到消息" in world.client(owner).post(address, follow=True).content.decode()
    told = Notice.objects.filter(topic=f"remind:{process.code}:{case.pk}").values_list("user", flat=True)
    assert set(told) == set(notices.officers(case.desk))


# Deadlines


@pytest.mark.parametrize(("flow", "stage"), stages(lambda stage: stage.desk == APPLICANT))
def test_what_came_back_says_until_when_it_should_come_again(world, flow, stage):
    Batch.objects.update(closes_at=timezone.now() + timedelta(days=365))
    case = made(world, flow, stage.state)
    owner, day = case.owner.username, f"请在{case.due:%-m月%-d日}前"
    assert [page for page in pages(case) if day not in text(world, owner, page)] == []
    assert Notice.objects.filter(user=case.owner, text__contains=f"{day}修改后重新提交").exists()
    case = since(case, 60)
    assert case.urgency == "late"
    assert not case.remindable  # nobody but the owner has it
    assert [page for page in pages(case) if "已逾期" not in text(world, owner, page)] == []


def test_a_batch_that_closes_before_the_days_are_over_is_the_deadline(world):
    case = world.application("returned")
    last = timezone.localtime(timezone.now() + timedelta(days=3)).replace(hour=0, minute=0, second=0, microsecond=0)
    Batch.objects.update(closes_at=last)
    case = Application.objects.for_review().get(pk=case.pk)
    assert case.due == (last - timedelta(days=1)).date()  # it closes as that day ends
    Batch.objects.update(mends_until=last + timedelta(days=100))
    assert Application.objects.for_review().get(pk=case.pk).due > last.date()


def test_what_can_t_be_submitted_any_more_is_not_late_but_closed(world):
    case = world.application("returned")
    Batch.objects.update(opens_at=timezone.now() - timedelta(days=90), closes_at=timezone.now() - timedelta(days=50))
    case = since(case, 60)
    assert case.due is None
    assert case.urgency == ""
    for address in ("/application/", "/workbench/"):
        page = text(world, "s1", address)
        assert "截止，不能再提交审核" in page
        assert WORDS in page
        assert "前修改" not in page


@pytest.mark.parametrize(
    ("make", "name", "address"),
    [
        ("application", "wh1", "/papers/"),
        ("application", "p1", "/review/selection/records/"),
        ("team_application", "p1", "/statistics/list/people/"),
        ("team_application", "u1", "/statistics/list/teams/"),
    ],
)
@pytest.mark.parametrize(("state", "words"), [("province", "，已超期"), ("returned", "前修改，已逾期")])
def test_lists_show_what_is_late(world, make, name, address, state, words):
    case = getattr(world, make)(state)
    if name == "wh1":
        address = f"{address}personal/"
    assert words not in text(world, name, address)
    since(case, 60)
    page = text(world, name, address)
    assert f"{words}</span>" in page
    assert "waiting is-late" in page


@pytest.mark.parametrize(("state", "words"), [("reviewing", "，已超期"), ("returned", "前修改，已逾期")])
def test_an_owner_s_list_shows_what_is_late(world, state, words):
    case = world.need(state)
    assert "waiting is-" not in text(world, "h1", "/application/host/needs/")
    since(case, 60)
    assert words in text(world, "h1", "/application/host/needs/")


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_of_what_came_back_cost_the_same_for_any_number(world, rows, django_assert_num_queries):
    for case in world.many(rows, "initial"):
        world.return_it(case)
    client = world.client("p1")
    client.get("/review/selection/records/")
    with django_assert_num_queries(23):
        client.get("/review/selection/records/")


def test_a_workbench_does_not_call_the_last_days_but_one_today(world):
    case = world.application("initial")
    Parameter.objects.update_or_create(key="deadlines.soon", defaults={"text": "10"})
    assert case.urgency == "soon"
    page = text(world, "wh1", "/workbench/")
    assert "，即将到期" in page
    assert "今天到期" not in page
