"""The applicant's pages."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Organisation, Region
from applications.models import Application, Batch, PersonalForm
from tests.changes import nothing_written
from tests.world import form_values

EDIT, SUBMIT, WITHDRAW, HOME, START, AUTOSAVE = (
    f"/application/{name}" for name in ("edit/", "submit/", "withdraw/", "", "start/", "autosave/")
)


def posted(case: Application, **changes) -> dict:
    """What the browser would send of a complete form."""
    values = form_values("YC") | changes
    data = {
        name: [item.pk for item in value] if isinstance(value, list) else getattr(value, "pk", value)
        for name, value in values.items()
    }
    return {"version": case.form.version, "seen": case.seen} | data


def told(response) -> str:
    """What the next page says in its messages."""
    return " ".join(str(message) for message in response.wsgi_request._messages)


@pytest.fixture
def client(world):
    return world.client("s1")


def fresh() -> Application:
    return Application.objects.for_review().get(owner__username="s1")


def test_from_nothing_to_submitted(world, client):
    assert 'action="/application/start/"' in client.get(HOME).content.decode()
    assert client.post(START).url == EDIT
    case = fresh()
    answer = client.post(EDIT, posted(case, introduction=""))
    assert (answer.url, told(answer)) == (HOME, "已保存，还有 1 项未填写。")
    answer = client.post(EDIT, posted(fresh(), submit_review="1"))
    assert (answer.url, told(answer).split()[-1]) == (HOME, "已提交审核，现由武汉市科学技术局办理。")
    assert fresh().state == "initial"
    page = client.get(HOME).content.decode()
    assert "撤回" in page
    assert "武汉市科学技术局" in page
    last = f"{timezone.localtime(world.batch.closes_at):%-m月%-d日 %H:%M}"
    assert f"{last} 前再次「提交审核」" in page
    assert f"已撤回，{last}前" in told(client.post(WITHDRAW, {"seen": fresh().seen}))
    assert fresh().state == "draft"


def test_an_end_at_midnight_is_that_of_the_day_before_in_whatever_is_said_of_a_withdrawal(world, client):
    """「12月17日 00:00」 reads as if the 17th still counted."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    Batch.objects.filter(pk=world.batch.pk).update(closes_at=midnight + timedelta(days=3))
    world.application("initial")
    day = f"{midnight + timedelta(days=2):%-m月%-d日} 24:00"
    assert f"已撤回，{day}前" in told(client.post(WITHDRAW, {"seen": fresh().seen}))
    client.post(EDIT, posted(fresh(), submit_review="1"))
    Batch.objects.update(closes_at=midnight, mends_until=midnight + timedelta(days=3))
    assert f"{day}前修改后仍可再次提交审核" in client.get(HOME).content.decode()
    assert fresh().state == "initial"


def test_submitting_from_the_form_names_what_is_missing_with_links_and_keeps_what_was_typed(world, client):
    case = world.draft()
    answer = client.post(EDIT, posted(case, introduction="", planned_service="", major="新的专业", submit_review="1"))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "#id_introduction" in page
    assert "#id_planned_service" in page
    assert "新的专业" in page
    assert set(answer.context["form"].errors) == {"introduction", "planned_service"}  # said beside them, too
    assert (fresh().state, fresh().form.major) == ("draft", "新的专业")


def test_a_unit_that_was_entered_by_hand_is_suggested_with_what_is_known_of_it(world, client):
    """系统管理 may enter one: without a registration of its own, in a city or nowhere."""
    city = Region.objects.get(code="420100")
    for name, place in (("手工甲合作社", city), ("手工乙合作社", None)):
        Organisation.objects.create(kind=Organisation.Kind.HOST_UNIT, name=name, location=place)
    found = client.get("/application/hosts/?q=手工").json()["found"]
    assert {one["text"]: one["values"] for one in found} == {
        name: {"target_host": name} for name in ("手工甲合作社", "手工乙合作社")
    }


def test_after_a_return_the_next_step_is_to_mend(world, client):
    """「提交审核」 was the green button, and one click sent the same again."""
    case = world.application("returned", "s1")
    for page in (client.get(HOME).content.decode(), client.get("/workbench/").content.decode()):
        (main,) = re.findall(r'class="btn btn-primary" href="(.*?)"', page)
        assert main == EDIT
        assert 'href="/profile/edit/"' in page
    page = client.get(HOME).content.decode()
    assert "内容与退回的第 1 版相同" in page
    assert 'class="btn btn-plain" type="submit" data-confirm=' in page
    world.write(case, introduction="已按意见补充")
    page = client.get(HOME).content.decode()
    assert "版相同" not in page
    assert 'class="btn btn-plain" type="submit">提交审核' in page


def test_submitting_from_the_home_page(world, client):
    case = world.draft(introduction="")
    answer = client.post(SUBMIT, {"seen": case.seen})
    assert (answer.url, told(answer)) == (HOME, "个人申请表「个人介绍」未填写")
    case = world.write(case, introduction="有了")
    client.post(SUBMIT, {"seen": case.seen})
    assert fresh().state == "initial"


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_saved(world, client):
    case = world.draft()
    data = posted(case, major="x" * 101, target_county=form_values("HG")["target_county"], submit_review="1")
    with nothing_written():
        answer = client.post(EDIT, data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "所选县（市、区）不属于拟服务地市，请重新选择。" in page
    assert "x" * 101 in page
    listed = [one["url"] for one in answer.context["form"].problems()]
    assert listed == ["#id_major", "#id_target_county"]
    assert "没有提交，下列各项需要填写或修改" in page
    assert all(f'href="{url}"' in page for url in listed)


@pytest.mark.parametrize("state", ["initial", "province", "push", "docking", "final", "approved"])
def test_under_review_nothing_can_be_written(world, client, state):
    """W02: the form was opened in time and comes too late."""
    case = world.draft()
    data = posted(case, introduction="太晚了")
    world.walk(case, state)
    with nothing_written():
        assert client.post(EDIT, data | {"submit_review": "1"}).status_code == 409
        late = client.post(AUTOSAVE, data)
        assert client.get(EDIT).url == HOME
    assert (late.status_code, "不能修改" in late.json()["message"]) == (409, True)


def test_a_stale_tab_is_told_so_and_keeps_its_text(world, client):
    case = world.draft()
    old = posted(case, introduction="第二个窗口")
    world.write(case, introduction="第一个窗口")
    with nothing_written():
        answer = client.post(EDIT, old)
    assert answer.status_code == 409
    assert "第二个窗口" in answer.content.decode()
    assert "另一个窗口保存过" in answer.content.decode()


def test_what_is_typed_saves_itself(world, client):
    case = world.draft(introduction="", planned_service="")
    answer = client.post(AUTOSAVE, {"version": case.form.version, "introduction": "一半", "major": "x" * 101})
    told = answer.json()
    assert (answer.status_code, told["version"]) == (200, case.form.version + 1)
    assert fresh().form.introduction == "一半"
    assert fresh().form.major == "果树学"  # what is wrong is not saved
    again = client.post(AUTOSAVE, {"version": case.form.version, "introduction": "旧的"})
    assert (again.status_code, fresh().form.introduction) == (409, "一半")
    assert client.post(AUTOSAVE, {"introduction": "没有版本"}).status_code == 409


def test_the_way_is_shown_at_every_stage(world, client):
    case = world.draft()
    for stop in ("draft", "initial", "province", "push", "docking", "final", "approved"):
        case = world.walk(case, stop)
        page = client.get(HOME)
        assert sum(step.mark == "here" for step in page.context["path"]) == (0 if stop == "approved" else 1)
        assert case.state_label in page.content.decode()


def test_a_return_shows_its_words_and_where_it_came_from(world, client):
    world.application("returned", returned_from="docking")
    page = client.get(HOME).content.decode()
    assert "请补充拟服务内容。" in page
    assert "宜昌市科学技术局" in page
    assert "不接收" in page
    assert "请补充拟服务内容。" in client.get("/workbench/").content.decode()


def next_year(world) -> Batch:
    """Last year's batch is closed but for what was returned; another has opened."""
    now, old = timezone.now(), world.batch
    old.closes_at, old.mends_until = now - timedelta(hours=2), now + timedelta(days=5)
    old.save()
    world.batch = Batch.objects.create(
        name="2027年度", year=2027, office=world.office, opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(days=30),
    )  # fmt: skip
    return old


@pytest.mark.parametrize("taken_back", [False, True])
@pytest.mark.parametrize("begun", [False, True])
def test_what_was_returned_is_mended_though_another_batch_has_opened(world, client, begun, taken_back):
    case = world.application("returned")
    if taken_back:
        case = world.perform(world.perform(case, "submit"), "withdraw")
    old = next_year(world)
    second = world.draft() if begun else None
    page = client.get(HOME).content.decode()
    assert "请补充拟服务内容。" in page or taken_back
    assert f"请先办完「{old}」的申请" in page
    assert START not in page
    with nothing_written():
        assert client.post(START).url == HOME
    assert "修改后再次提交审核" in client.get("/workbench/").content.decode() or taken_back
    assert client.post(EDIT, posted(case, planned_service="补充了的内容")).url == HOME
    case = Application.objects.for_review().get(pk=case.pk)
    assert case.form.planned_service == "补充了的内容"
    client.post(SUBMIT, {"seen": case.seen})
    case.refresh_from_db()
    assert case.state == "initial"
    page = client.get(HOME).content.decode()
    assert "请先办完" not in page
    if begun:
        assert client.get(EDIT).context["application"] == second
    else:
        assert START in page


def test_when_its_time_is_over_the_new_batch_is_there(world, client):
    world.application("returned")
    old = next_year(world)
    Batch.objects.filter(pk=old.pk).update(mends_until=timezone.now())
    page = client.get(HOME).content.decode()
    assert START in page
    assert client.post(START).url == EDIT


def test_a_page_writes_into_the_application_it_showed_and_no_other(world, client):
    """Last year's comes back while this year's is being written."""
    first = world.application("province")
    next_year(world)
    second = world.draft()
    data = posted(second, introduction="今年的介绍") | {"case": second.pk}
    assert f'name="case" value="{second.pk}"' in client.get(EDIT).content.decode()
    world.return_it(first)
    assert client.get(EDIT).context["application"] == first
    assert client.post(AUTOSAVE, data).status_code == 200
    for case in (first, second):
        case.form.refresh_from_db()
    assert (second.form.introduction, first.form.introduction == "今年的介绍") == ("今年的介绍", False)
    for pk in ("", "x", "99999", second.pk + 1000):
        assert client.post(AUTOSAVE, data | {"case": pk}).status_code == 404


def test_a_batch_that_closes_while_one_presses_the_button_says_so(world, client, monkeypatch):
    world.batch.closes_at = timezone.now()
    world.batch.save()
    monkeypatch.setattr("applications.models.Batch.current", lambda: world.batch)
    with nothing_written():
        answer = client.post(START)
    assert (answer.url, "截止" in told(answer)) == (HOME, True)


@pytest.mark.parametrize("address", [SUBMIT, WITHDRAW])
def test_a_stale_or_forged_version_submits_and_withdraws_nothing(world, client, address):
    world.draft() if address == SUBMIT else world.application("initial")
    for seen in ("", "9", "-1", "x", "９", "99999999999999999999"):
        with nothing_written():
            assert client.post(address, {"seen": seen}).url == HOME


def test_without_an_application_there_is_nothing_to_edit_or_submit(world, client):
    for address in (EDIT, SUBMIT, WITHDRAW, AUTOSAVE):
        assert client.post(address).status_code == 404
    assert not PersonalForm.objects.exists()


def test_without_an_open_batch_nothing_begins(world, client):
    world.batch.closes_at = timezone.now()
    world.batch.save()
    with nothing_written():
        answer = client.post(START)
    assert told(answer) == "现在没有开放的申报批次。"
    assert START not in client.get(HOME).content.decode()


def test_each_owner_gets_the_paper_of_each_of_their_own_versions(world, client, no_pdf):
    case = world.perform(world.application("returned"), "submit")
    assert [client.get(f"/application/{case.pk}/{n}/pdf/").status_code for n in (0, 1, 2, 3)] == [404, 200, 200, 404]
    disposition = client.get(f"/application/{case.pk}/2/pdf/")["Content-Disposition"]
    assert re.search(r"filename\*=utf-8''%E4%B8%AA%E4%BA%BA.*\.pdf", disposition)
