"""Who may know of what, and which version of it (security I03, I05, I06, W06)."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import ProtectedError

from accounts.models import AuditEntry
from accounts.services import appoint, save_profile
from applications import selectors as applications
from applications import services
from applications.models import Application
from review import registry, selectors
from tests.stats.workbooks import post, table
from tests.world import county, form_values, paper

SELECTION = registry.get("selection")
OFFICERS = ("wh1", "yc1", "hg1", "p1")


def seers(world) -> str:
    return " ".join(name for name in (*OFFICERS, "a1") if Application.objects.visible_to(world.user(name)).exists())


SEERS = {
    "draft": "",
    "initial": "wh1 p1",
    "province": "wh1 p1",
    "push": "wh1 p1",
    "docking": "wh1 yc1 p1",
    "final": "wh1 yc1 p1",
    "approved": "wh1 yc1 p1",
}


@pytest.mark.parametrize("state", SEERS)
def test_a_case_is_known_to_those_it_has_come_to(world, state):
    world.application(state)
    assert seers(world) == SEERS[state]


@pytest.mark.parametrize(("stage", "known"), [("initial", "wh1 p1"), ("province", "wh1 p1"), ("docking", "wh1 yc1 p1")])
def test_a_returned_case_stays_known_to_those_and_no_others(world, stage, known):
    world.application("returned", returned_from=stage)
    assert seers(world) == known


def test_owners_see_their_own_and_nobody_elses(world):
    mine, other = world.application("initial", "s1"), world.application("initial", "s2")
    assert list(Application.objects.visible_to(world.user("s1"))) == [mine]
    assert list(Application.objects.visible_to(world.user("s2"))) == [other]


def test_visitors_and_people_who_left_see_nothing(world):
    world.application("initial")
    officer = world.user("wh1")
    officer.is_active = False
    for user in (AnonymousUser(), officer):
        assert not Application.objects.visible_to(user).exists()


def test_an_office_that_was_closed_sees_nothing_through_its_people(world):
    world.application("initial")
    world.bureaus["WH"].active = False
    world.bureaus["WH"].save()
    assert seers(world) == "p1"


def test_an_appointment_without_the_role_shows_nothing(world, no_pdf):
    """Both are asked for: the role says what kind of work, the appointment whose."""
    case = world.application("initial")
    officer = world.user("wh1")
    officer.role = ""
    officer.save()
    assert seers(world) == "p1"
    assert world.client("wh1").get(f"/application/{case.pk}/1/pdf/").status_code == 404


def test_deleting_and_making_again_gives_nobody_old_rights(world):
    """I12: rights come from rows that can't be orphaned: a case with history can't be deleted."""
    with pytest.raises(ProtectedError):
        world.application("initial").delete()


# Versions


def page(world, name: str, case, query: str = ""):
    return world.client(name).get(f"/review/selection/case/{case.pk}/{query}")


def test_officers_read_what_was_submitted_not_what_is_being_written(world):
    case = world.application("returned", introduction="原来的介绍")
    world.write(case, introduction="正在改写的介绍")
    text = page(world, "wh1", case).content.decode()
    assert "原来的介绍" in text
    assert "正在改写" not in text


def test_a_later_version_shows_what_changed_since_the_return(world):
    case = world.application("returned", introduction="原来的介绍")
    case = world.perform(world.write(case, introduction="改好的介绍"), "submit")
    text = page(world, "wh1", case).content.decode()
    assert re.search(r"<ins[^>]*>改好的介绍</ins>", text)
    assert re.search(r"<del[^>]*>原来的介绍</del>", text)
    assert text.count("is-changed") == 1


def test_changes_are_counted_from_what_was_returned_not_from_what_was_withdrawn_meanwhile(world):
    """Else a version submitted and withdrawn at once would hide what was rewritten."""
    case = world.application("returned", introduction="原来的介绍")
    case = world.perform(world.perform(world.write(case, introduction="改好的介绍"), "submit"), "withdraw")
    case = world.perform(case, "submit")
    text = page(world, "wh1", case).content.decode()
    assert re.search(r"<ins[^>]*>改好的介绍</ins>", text)
    assert re.search(r"<del[^>]*>原来的介绍</del>", text)


def test_a_first_version_after_a_withdrawal_shows_no_changes(world):
    case = world.perform(world.application("initial", introduction="原来的介绍"), "withdraw")
    case = world.perform(world.write(case, introduction="改好的介绍"), "submit")
    text = page(world, "wh1", case).content.decode()
    assert "is-changed" not in text
    assert "原来的介绍" not in text


@pytest.fixture
def moved_away(world):
    """Declined by 宜昌, rewritten for 黄冈, and on its way again."""
    case = world.application("returned", returned_from="docking", introduction="写给宜昌的话")
    values = {"introduction": "写给黄冈的话", "target_host": "大别山茶业公司"}
    target = {name: form_values("HG")[name] for name in ("target_city", "target_county")}
    return world.perform(world.write(case, **values, **target), "submit")


def test_the_old_target_keeps_what_it_decided_on_and_learns_nothing_more(world, moved_away):
    assert moved_away.desk == world.bureaus["WH"]
    shown = page(world, "yc1", moved_away, "?queue=docking").content.decode()
    assert "写给宜昌的话" in shown
    assert "这是本机构办理过的第 1 版" in shown
    for hidden in ("写给黄冈的话", "大别山茶业公司", "所在地市审核</span>", "当前状态为", "第 2 版", 'name="rows"'):
        assert hidden not in shown, hidden
    for move in ("accept", "decline"):
        answer = world.client("yc1").post(
            "/review/selection/decide/",
            {"from": "case", "rows": moved_away.row_value, "action": move, "comment": "再次"},
        )
        assert answer.status_code == 409


def test_the_old_target_has_no_paper_of_the_new_version(world, moved_away, no_pdf):
    client = world.client("yc1")
    assert client.get(f"/application/{moved_away.pk}/1/pdf/").status_code == 200
    assert client.get(f"/application/{moved_away.pk}/2/pdf/").status_code == 404


def test_the_new_target_has_no_paper_and_no_words_of_the_version_before(world, moved_away, no_pdf):
    """Its address served every lower version, and the page the words that had been written to another city."""
    pushed = world.walk(moved_away, "docking")
    client = world.client("hg1")
    assert [client.get(f"/application/{pushed.pk}/{n}/pdf/").status_code for n in (0, 1, 2, 3)] == [404, 404, 200, 404]
    shown = page(world, "hg1", pushed).content.decode()
    assert "写给黄冈的话" in shown
    assert "写给宜昌的话" not in shown
    for name in ("s1", "wh1", "p1"):  # all of them had it
        client = world.client(name)
        assert [client.get(f"/application/{pushed.pk}/{n}/pdf/").status_code for n in (1, 2)] == [200, 200], name


def test_a_target_reads_the_versions_it_has_decided_on_and_none_between(world, no_pdf):
    case = world.application("returned", returned_from="docking", introduction="第一版的话")
    case = world.return_it(world.perform(world.write(case, introduction="第二版的话"), "submit"))
    case = world.walk(world.write(case, introduction="第三版的话"), "docking")
    client = world.client("yc1")
    assert [client.get(f"/application/{case.pk}/{n}/pdf/").status_code for n in (1, 2, 3)] == [200, 404, 200]
    shown = page(world, "yc1", case).content.decode()
    assert "第三版的话" in shown
    assert "第一版的话" in shown  # before and after, of what it has seen
    assert "第二版的话" not in shown


def test_a_new_first_desk_has_no_sealed_copy_of_another(world):
    case = world.application("province", "s1")
    services.upload_sealed(case, actor=world.user("wh1"), upload=paper())
    case = world.return_it(case)
    save_profile(user=case.owner, values={"region": county("HG")})
    case = world.perform(case, "submit")
    for name, status in (("hg1", 404), ("wh1", 404), ("p1", 200)):
        answer = world.client(name).get(f"/application/{case.pk}/sealed/1/")
        b"".join(answer.streaming_content if answer.streaming else ())
        assert answer.status_code == status, name
    seal = world.client("hg1").get(f"/application/{case.pk}/seal/")
    assert "sealed/1/" not in seal.content.decode()
    assert "盖章申请表</a>" not in page(world, "hg1", case).content.decode()


def test_the_new_target_knows_nothing_until_it_is_pushed(world, moved_away):
    assert page(world, "hg1", moved_away).status_code == 404
    pushed = world.walk(moved_away, "docking")
    assert "写给黄冈的话" in page(world, "hg1", pushed).content.decode()
    assert "写给黄冈的话" not in page(world, "yc1", pushed).content.decode()


def rows_of(response) -> str:
    """The body of the list, without the query box, which names every city."""
    return "".join(re.findall(r"<tbody>.*?</tbody>", response.content.decode(), re.DOTALL))


def test_the_old_targets_record_list_learns_nothing_more(world, moved_away):
    client = world.client("yc1")
    rows = rows_of(client.get("/review/selection/records/"))
    assert "本机构办理的是第 1 版" in rows
    for hidden in ("黄冈", "大别山茶业公司", "待审核"):
        assert hidden not in rows, hidden


@pytest.mark.parametrize("condition", ["state=initial", "target_city={hg}", "since=2020-01-01"])
def test_conditions_are_no_oracle_for_the_version_a_desk_does_not_have(world, moved_away, condition):
    """I04: what a row does not show, no condition finds."""
    query = condition.format(hg=world.bureaus["HG"].region_id)
    assert not rows_of(world.client("yc1").get(f"/review/selection/records/?{query}"))
    name = world.client("yc1").get(f"/review/selection/records/?name={moved_away.applicant_name}")
    assert "本机构办理的是第 1 版" in rows_of(name)


def test_the_old_targets_workbook_learns_nothing_more(world, moved_away):
    (row,) = table(post(world, "selection-records", who="yc1"))
    told = {label: value for label, value in row.items() if value}
    assert told == {"姓名": moved_away.applicant_name, "当前状态": "本机构办理的是第 1 版，申请人已修改"}


def test_the_home_bureau_and_the_province_have_the_new_version_at_once(world, moved_away):
    for name in ("wh1", "p1"):
        assert "写给黄冈的话" in page(world, name, moved_away).content.decode()
        assert selectors.revision_for(moved_away, world.user(name)) == 2


def test_a_new_home_city_takes_over_and_the_old_one_keeps_its_version(world):
    case = world.application("returned", introduction="写给武汉的话")
    save_profile(user=case.owner, values={"region": county("HG")})
    case = world.perform(world.write(case, introduction="写给黄冈的话"), "submit")
    assert case.desk == world.bureaus["HG"]
    assert "写给黄冈的话" in page(world, "hg1", case).content.decode()
    assert "写给黄冈的话" not in page(world, "wh1", case).content.decode()


# Numbers


def numbers(client, *pages: str) -> list[list[str]]:
    """Every number that a page says, without those of its addresses and tokens."""
    found = []
    for address in pages:
        text = re.sub(r"<[^>]*>", " ", client.get(address).content.decode())
        found.append(re.findall(r"\d+", text))
    return found


PAGES = (
    "/workbench/", "/review/selection/queue/initial/", "/review/selection/queue/docking/", "/review/selection/records/",
    "/statistics/", "/papers/",
)  # fmt: skip


def test_no_number_on_any_page_counts_what_is_out_of_scope(world):
    """I05: applications of other cities change nothing that a city's officer can read."""
    world.application("initial")
    client = world.client("wh1")
    before = numbers(client, *PAGES)
    world.many(3, "initial", home="YC", target="HG")
    world.many(2, "approved", home="HG", target="YC")
    assert numbers(client, *PAGES) == before


# Personal numbers


@pytest.mark.parametrize(
    ("name", "mobile", "in_print"),
    [("wh1", True, True), ("yc1", True, False), ("p1", True, True), ("s1", True, True)],
)
def test_identity_numbers_are_masked_on_screens_and_printed_for_few(world, monkeypatch, name, mobile, in_print):
    case = world.application("docking")
    number, phone = case.owner.profile.id_number, case.owner.mobile
    where = "/application/" if name == "s1" else f"/review/selection/case/{case.pk}/"
    shown = world.client(name).get(where).content.decode()
    assert number not in shown
    assert "420106********" in shown
    assert (phone in shown) == mobile
    sheets = []
    monkeypatch.setattr("attachments.pdf.render", lambda html: sheets.append(html) or b"%PDF-")
    assert world.client(name).get(f"/application/{case.pk}/1/pdf/").status_code == 200
    assert (number in sheets[0]) == in_print


def test_an_applicant_reads_which_office_said_it_not_who_sits_there(world):
    """I09."""
    case = world.application("returned", returned_from="province")
    pages = "".join(world.client("s1").get(address).content.decode() for address in ("/application/", "/workbench/"))
    assert "湖北省科学技术厅" in pages
    for officer in {step.actor_name for step in case.steps.all() if step.organisation_id}:
        assert officer not in pages


def test_a_case_that_has_come_to_two_desks_of_one_person_stands_once_in_their_records(world):
    case = world.application("docking")
    appoint(user=world.user("wh1"), organisation=world.bureaus["YC"])  # leave cover
    (row,) = selectors.records(SELECTION, world.user("wh1"))
    assert (row.case, row.organisation) == (case, world.bureaus["YC"])  # where it came last
    assert world.client("wh1").get("/review/selection/records/").context["pager"].count_text == "共 1 条"


def test_what_another_city_said_of_a_version_that_never_came_is_not_told(world):
    """YC returns it, it goes to HG instead, HG returns it, it goes to YC again: neither reads the other's words."""
    case = world.application("docking", "s1")
    for words, target in (("宜昌的意见", "HG"), ("黄冈的意见", "YC")):
        case = world.perform(
            case, next(move.action for move in case.flow.moves_from("docking") if move.returns), words=words
        )
        case = world.write(case, target_city=county(target).parent, target_county=county(target))
        case = world.walk(case, "docking")
    address = f"/review/selection/case/{case.pk}/"
    pages = {name: world.client(name).get(address).content.decode() for name in ("yc1", "hg1", "p1", "wh1")}
    told = {name: {words for words in ("宜昌的意见", "黄冈的意见") if words in page} for name, page in pages.items()}
    both = {"宜昌的意见", "黄冈的意见"}
    assert told == {"yc1": {"宜昌的意见"}, "hg1": {"黄冈的意见"}, "p1": both, "wh1": both}


def test_who_opens_a_full_identity_number_is_in_the_trail(world, no_pdf):
    case = world.application("province")
    address = f"/application/{case.pk}/1/pdf/"
    for name in ("s1", "wh1", "p1"):
        assert world.client(name).get(address).status_code == 200
    rows = AuditEntry.objects.filter(kind="reveal", object_id=case.pk).values_list("actor__username", flat=True)
    assert set(rows) == {name for name in ("wh1", "p1") if applications.may_read_identity(case, world.user(name))}
    assert "p1" in rows
