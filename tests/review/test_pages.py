"""The officers' pages: queue, case, decision, records, as they lead into each other."""

import re

import pytest
from django.http import QueryDict

from applications.models import Application
from tests.world import WORDS

INITIAL = "/review/selection/queue/initial/"
DECIDE = "/review/selection/decide/"


def text_of(response) -> str:
    return response.content.decode()


def listed(response) -> list[int]:
    """The ids of the rows, in order."""
    return [int(pk) for pk in re.findall(r'name="rows" value="(\d+):', text_of(response))]


def decide(client, *cases, action: str = "pass", queue: str = "initial", back: str = "", single: bool = False, **extra):
    data = {"rows": [case.row_value for case in cases], "action": action, "queue": queue, "back": back, **extra}
    return client.post(DECIDE, data | ({"from": "case"} if single else {}))


@pytest.fixture
def wuhan(world):
    return world.client("wh1")


# The queue


def test_first_come_first_served(world, wuhan):
    cases = world.many(3, "initial")
    world.application("initial", "s2")  # 宜昌's
    assert listed(wuhan.get(INITIAL)) == [case.pk for case in cases]


def test_the_provinces_two_lists_stand_on_one_page(world):
    first, second = world.application("province", "s1"), world.application("final", "s2")
    client = world.client("p1")
    page = client.get("/review/selection/queue/province/")
    assert listed(page) == [first.pk]
    tabs = re.findall(r'href="([^"]+)"[^>]*>([^<]+（\d+）)', text_of(page))
    assert tabs == [
        ("/review/selection/queue/province/", "初审通过，待省厅审核（1）"),
        ("/review/selection/queue/final/", "对接通过，待省厅终审（1）"),
    ]
    assert listed(client.get(tabs[1][0])) == [second.pk]


def test_conditions_stay_through_paging_opening_and_deciding(world, wuhan):
    cases = world.many(22, "initial")
    page = wuhan.get(INITIAL, {"name": "申报人", "junk": "1", "state": "draft"})
    following = re.search(r'href="(\?[^"]+)" rel="next"', text_of(page))[1].replace("&amp;", "&")
    assert QueryDict(following[1:])["name"] == "申报人"
    assert listed(wuhan.get(INITIAL + following)) == [case.pk for case in cases[20:]]
    opened = re.search(r'href="(/review/selection/case/\d+/\?[^"]+)"', text_of(page))[1].replace("&amp;", "&")
    assert QueryDict(opened.partition("?")[2]).dict() == {"queue": "initial", "name": "申报人"}
    back = re.search(r'name="back" value="([^"]*)"', text_of(wuhan.get(opened)))[1]
    assert QueryDict(back).dict() == {"name": "申报人"}
    onward = decide(wuhan, cases[0], back=back, single=True)
    assert onward.url == f"/review/selection/case/{cases[1].pk}/?queue=initial&{back}"
    assert decide(wuhan, *cases[1:3], back=back).url == f"{INITIAL}?{back}"


def test_sizes_of_a_page(world, wuhan):
    world.many(21, "initial")
    assert [len(listed(wuhan.get(INITIAL, {"size": size}))) for size in ("", "50", "7", "x")] == [20, 21, 20, 20]


def test_the_page_and_its_size_stay_through_opening_and_deciding(world, wuhan):
    cases = world.many(53, "initial")
    page = text_of(wuhan.get(INITIAL, {"size": "50"}))
    assert '<input type="hidden" name="size" value="50">' in page  # 「查询」 keeps it
    assert 'href="?size=50">重置' in page
    following = re.search(r'href="(\?[^"]+)" rel="next"', page)[1].replace("&amp;", "&")
    second = text_of(wuhan.get(INITIAL + following))
    assert "第 2/2 页" in second
    assert "共 53 条，第 2/2 页，本页 3 条。" in second  # on paper
    opened = re.search(r'href="(/review/selection/case/\d+/\?[^"]+)"', second)[1].replace("&amp;", "&")
    one = text_of(wuhan.get(opened))
    crumb = re.search(r'aria-label="所在位置"><ol><li><a href="([^"]+)"', one)[1].replace("&amp;", "&")
    assert listed(wuhan.get(crumb)) == [case.pk for case in cases[50:]]
    back = re.search(r'name="back" value="([^"]*)"', one)[1].replace("&amp;", "&")
    assert listed(wuhan.get(decide(wuhan, cases[50], back=back).url)) == [case.pk for case in cases[51:]]
    nearest = decide(wuhan, *cases[51:], back=back).url  # that page is empty now
    assert listed(wuhan.get(nearest)) == [case.pk for case in cases[:50]]


def test_a_record_leads_back_to_its_page_of_the_list(world, wuhan):
    world.many(2, "initial")
    page = text_of(wuhan.get("/review/selection/records/", {"state": "initial", "size": "50"}))
    opened = re.search(r'href="(/review/selection/case/\d+/\?[^"]+)"', page)[1].replace("&amp;", "&")
    assert "/review/selection/records/?state=initial&amp;size=50" in text_of(wuhan.get(opened))


def test_a_list_with_nothing_in_it_says_so(wuhan):
    assert "没有等待办理的申请" in text_of(wuhan.get(INITIAL))
    assert "没有符合条件的记录" in text_of(wuhan.get(INITIAL, {"name": "谁也不是"}))
    assert "还没有记录" in text_of(wuhan.get("/review/selection/records/"))


# One case


def test_the_next_of_the_queue_opens_and_at_its_end_the_first_that_is_left(world, wuhan):
    first, second, third = world.many(3, "initial")
    assert f"/case/{third.pk}/" in decide(wuhan, second, single=True).url
    assert f"/case/{first.pk}/" in decide(wuhan, third, single=True).url
    done = decide(wuhan, first, single=True)
    assert done.url == INITIAL
    assert "已通过，转省厅审核" in text_of(wuhan.get(done.url))


def test_a_return_from_the_page_of_a_case(world, wuhan):
    case = world.application("initial")
    assert decide(wuhan, case, action="return", comment=WORDS, single=True).status_code == 302
    assert "已不通过" in text_of(wuhan.get(INITIAL))
    case.refresh_from_db()
    assert (case.state, case.steps.last().comment) == ("returned", WORDS)


BUTTONS = {
    "initial": ("wh1", {"通过", "不通过"}),
    "province": ("p1", {"通过", "不通过"}),
    "push": ("p1", {"推送"}),
    "docking": ("yc1", {"接收", "不接收"}),
    "final": ("p1", {"通过", "不通过"}),
}
LABELS = {label for _, labels in BUTTONS.values() for label in labels}


@pytest.mark.parametrize("state", BUTTONS)
def test_buttons_are_the_tables_moves_and_stand_only_before_those_who_may_press_them(world, state):
    case = world.application(state)
    name, labels = BUTTONS[state]
    for officer in ("wh1", "yc1", "p1"):
        page = world.client(officer).get(f"/review/selection/case/{case.pk}/")
        found = set(re.findall(r"<button[^>]*>([^<]+)</button>", text_of(page))) & LABELS
        assert found == (labels if officer == name else set()), officer


def test_nobody_has_buttons_on_their_own_application(world):
    case = world.application("initial")
    world.twin("wh1", "s1")
    assert 'name="rows"' not in text_of(world.client("wh1").get(f"/review/selection/case/{case.pk}/"))
    assert 'name="rows"' in text_of(world.client("wh2").get(f"/review/selection/case/{case.pk}/"))


def test_a_queue_entry_that_somebody_else_has_dealt_with_says_so(world, wuhan):
    case = world.application("initial")
    world.perform(case, "pass", "wh2")
    page = text_of(wuhan.get(f"/review/selection/case/{case.pk}/?queue=initial"))
    assert "这份申请已不在「待初审」中，当前状态为「省厅审核」" in page


def test_a_decision_that_comes_too_late_is_told_with_its_reason(world, wuhan):
    case = world.application("initial")
    world.perform(case, "pass", "wh2")
    answer = decide(wuhan, case, action="return", comment="慢了一步", single=True)
    assert answer.status_code == 409
    assert "武汉市科学技术局已于" in text_of(answer)
    case.refresh_from_db()
    assert case.state == "province"


# Ticked rows


def test_a_batch_reports_every_row_once(world, wuhan):
    first, second, third = world.many(3, "initial")
    world.perform(second, "pass", "wh2")
    done = decide(wuhan, first, second, third)
    assert (done.status_code, done.url) == (302, INITIAL)
    page = text_of(wuhan.get(INITIAL))
    assert "办理结果：2 项成功，1 项未办" in page
    outcome = re.findall(r'<li class="(is-\w+)"><b>([^<]+)</b><span>([^<]+)</span>', page)
    assert [row[0] for row in outcome] == ["is-refused", "is-done", "is-done"]
    assert [row[1] for row in outcome] == [f"{case.applicant_name}（个人）" for case in (second, first, third)]
    assert outcome[1][2] == "已通过，转省厅审核"
    assert "武汉市科学技术局已于" in outcome[0][2]
    assert "办理结果" not in text_of(wuhan.get(INITIAL))
    assert set(Application.objects.values_list("state", flat=True)) == {"province"}


def test_many_rows_that_went_through_are_folded(world, wuhan):
    decide(wuhan, *world.many(6, "initial"))
    assert re.search(r'<details class="outcome-done"><summary>成功的 6 项', text_of(wuhan.get(INITIAL)))


@pytest.mark.parametrize(
    ("address", "word"),
    [("selection/queue/push", "推送"), ("selection/queue/final", "审核"), ("admission/queue/reviewing", "审核"),
     ("admission/queue/admitted", "查看")],
)  # fmt: skip
def test_a_queue_leads_to_its_records_and_says_what_is_done_with_a_row(world, address, word):
    world.application("push", "s1")
    world.application("final", "s2")
    world.unit("u1")
    world.unit("u2", "reviewing")
    page = text_of(world.client("p1").get(f"/review/{address}/"))
    assert re.findall(r'btn-sm" href="[^"]+">([^<]+)</a>', page) == [word]
    code = address.partition("/")[0]
    assert f'href="/review/{code}/records/"' in page.partition("<main")[2]


def test_a_row_whose_text_changed_since_the_list_was_opened_stays_untouched(world, wuhan):
    seen, other = world.many(2, "initial")
    rewritten = world.perform(world.write(world.return_it(seen), introduction="另一种介绍"), "submit")
    decide(wuhan, seen, other)
    assert "申请人已于" in text_of(wuhan.get(INITIAL))
    rewritten.refresh_from_db()
    other.refresh_from_db()
    assert (rewritten.state, other.state) == ("initial", "province")


def test_a_batch_may_return_many_with_the_same_words(world, wuhan):
    cases = world.many(2, "initial")
    assert decide(wuhan, *cases, action="return", comment=WORDS).status_code == 302
    assert {case.steps.last().comment for case in cases} == {WORDS}


def test_a_refused_batch_stands_as_it_was_left(world, wuhan):
    cases = world.many(22, "initial")
    page = text_of(wuhan.get(INITIAL))
    following = re.search(r'href="\?([^"]+)" rel="next"', page)[1].replace("&amp;", "&")
    refused = decide(wuhan, cases[21], action="return", comment="  ", back=following)
    assert refused.status_code == 422
    assert listed(refused) == [case.pk for case in cases[20:]]
    assert re.findall(r'value="([\d:]+)"[^>]* checked', text_of(refused)) == [cases[21].row_value]
    assert re.search(r'name="back" value="([^"]*)"', text_of(refused))[1].replace("&amp;", "&") == following


def test_ones_own_row_in_a_batch_is_refused_and_the_others_go_through(world, wuhan):
    mine, other = world.application("initial", "s1"), world.application("initial", "s4")
    world.twin("wh1", "s1")
    decide(wuhan, mine, other)
    assert "不能办理本人的申请。" in text_of(wuhan.get(INITIAL))
    assert sorted(Application.objects.values_list("state", flat=True)) == ["initial", "province"]


# Records and papers


def test_records_show_the_live_state_of_every_stage(world):
    case = world.application("docking")
    for name in ("wh1", "yc1", "p1"):
        page = text_of(world.client(name).get("/review/selection/records/"))
        marks = re.findall(r'class="stage-mark[^"]*">(?:<i[^>]*></i>)?([^<]*)<', page)
        assert marks == ["通过", "通过", "待审核", "—"], name
        assert f"/review/selection/case/{case.pk}/" in page


def test_the_newest_arrival_stands_first_in_the_records(world, wuhan):
    first, second, third = world.many(3, "initial")
    page = text_of(wuhan.get("/review/selection/records/"))
    assert list(dict.fromkeys(re.findall(r"/case/(\d+)/", page))) == [str(c.pk) for c in (third, second, first)]


def test_an_office_finds_the_papers_of_what_has_come_to_it(world):
    case = world.agreement("archived")
    wanted = {
        "wh1": [f"/application/{case.application_id}/1/pdf/"],
        "hg1": [],
        "p1": [f"/application/{case.application_id}/1/pdf/"],
    }
    for name, links in wanted.items():
        assert re.findall(r'href="(/application/\d+/\d+/pdf/)"', text_of(world.client(name).get("/papers/"))) == links
    papers = text_of(world.client("p1").get("/papers/personal-agreements/"))
    assert f"/agreement/{case.pk}/1/pdf/" in papers
    assert f"/agreement/{case.pk}/scan/1/" in papers
    assert world.client("wh1").get("/papers/personal-agreements/").status_code == 403
