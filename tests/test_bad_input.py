"""Bad input: a clear sentence, nothing changed, nothing lost, no 500."""

import re
from collections.abc import Callable

import pytest
from django import forms
from django.apps import apps
from django.db import models
from django.http import HttpResponse
from django.test import Client

from accounts.forms.information import NoticeAddressForm, OrganisationForm, ProfileForm
from accounts.models import Region, Term
from agreements.forms import AgreementForm
from agreements.models import Agreement
from applications.forms import (
    HostForm,
    MembershipForm,
    NeedFormForm,
    PersonalFormForm,
    TeamDetailsForm,
    TeamFormForm,
    UnitForm,
)
from applications.models import Application
from portal.articles.forms import ArticleForm
from review.services import MAX_BULK
from tests.changes import nothing_written
from tests.matrix import table
from tests.world import (
    World,
    agreement_values,
    county,
    form_values,
    host_values,
    paper,
    profile_values,
    team_form_values,
    unit_values,
)

INITIAL = "/review/selection/queue/initial/"
DECIDE = "/review/selection/decide/"


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def plain(values: dict) -> dict:
    """As a browser would post it."""
    return {
        name: [item.pk for item in value] if isinstance(value, list) else getattr(value, "pk", value)
        for name, value in values.items()
        if value is not None and not isinstance(value, dict)
    }


def application_form(case: Application, **changes) -> dict:
    return {"version": case.form.version, "seen": case.seen, **plain(form_values("YC") | changes)}


def agreement_form(case: Agreement, **changes) -> dict:
    return {"version": case.version, "seen": case.seen, **plain(agreement_values()), **changes}


def profile_form(**changes) -> dict:
    return {"real_name": "申报人乙", "mobile": "19900000001", **plain(profile_values(1, "WH")), **changes}


def organisation_form(world: World, **changes) -> dict:
    location = world.bureaus["WH"].location_id
    return {
        "name": "武汉市科学技术局", "location": location, "phone": "027-1234567", "contact": "李红",
        "contact_phone": "13800001111", **changes,
    }  # fmt: skip


# Mass assignment (M01, A02)


def forms_of(kind: type[forms.ModelForm]) -> set[type[forms.ModelForm]]:
    found = set(kind.__subclasses__())
    return found | {inner for one in found for inner in forms_of(one)}


def test_every_form_over_a_model_is_known_here():
    ours = {form for form in forms_of(forms.ModelForm) if form.__module__.partition(".")[0] in table_rooms()}
    pages = {form for form in ours if form._meta.model and "admin" not in form.__module__.split(".")}
    assert pages == {
        PersonalFormForm, TeamFormForm, UnitForm, HostForm, NeedFormForm, TeamDetailsForm, MembershipForm,
        AgreementForm, ProfileForm, OrganisationForm, NoticeAddressForm, ArticleForm,
    }  # fmt: skip


def table_rooms() -> set[str]:
    return {"accounts", "applications", "agreements", "attachments", "review", "stats", "portal"}


def forged() -> dict:
    """Every column of every table of ours, under its own name, with values that nobody may write."""
    names = {
        field.name
        for model in apps.get_models()
        if model._meta.app_label in table_rooms()
        for field in model._meta.get_fields()
        if getattr(field, "concrete", False)
    }
    return dict.fromkeys(names, "1") | {
        "state": "approved", "role": "province", "is_staff": "on", "is_superuser": "on", "is_active": "0",
        "step_count": "99", "revision_number": "99", "returned_from": "final", "username": "admin", "password": "x",
        "id_hash": "0" * 64, "person_key": "0" * 64, "system_admin": "on", "groups": "1", "user_permissions": "1",
        "pk": "1", "id": "1", "desk": "1", "owner": "2", "user": "2", "application": "2",
    }  # fmt: skip


def rows_of(*rows: models.Model) -> list[dict]:
    return [dict(type(row)._base_manager.filter(pk=row.pk).values().get()) for row in rows]


def changed(before: list[dict], after: list[dict]) -> set[str]:
    return {name for old, new in zip(before, after, strict=True) for name in old if old[name] != new[name]}


def columns(form: type[forms.ModelForm]) -> set[str]:
    model = form._meta.model
    fields = [model._meta.get_field(name) for name in form._meta.fields]
    return {field.attname for field in fields if not field.many_to_many}


def test_the_application_takes_nothing_but_its_own_fields(world):
    case = world.draft()
    rows, client = (case, case.form, case.owner, case.owner.profile), world.client("s1")
    before = rows_of(*rows)
    data = forged() | application_form(case, introduction="另一种介绍", major="园艺学")
    assert client.post("/application/edit/", data).status_code == 302
    assert changed(before, rows_of(*rows)) <= columns(PersonalFormForm) | {"version", "saved_at"}
    assert {"introduction", "major"} <= changed(before, rows_of(*rows))


def test_the_teams_application_takes_nothing_but_its_own_fields(world):
    case = world.team_draft()
    rows, client = (case, case.form, case.owner, case.owner.team), world.client("l1")
    before = rows_of(*rows)
    data = forged() | {"version": case.form.version, "seen": case.seen, **plain(team_form_values("YC"))}
    assert client.post("/application/edit/", data | {"leader_field": "另一个领域"}).status_code == 302
    found = changed(before, rows_of(*rows))
    assert found <= columns(TeamFormForm) | {"version", "saved_at"}
    assert "leader_field" in found


def test_the_team_takes_nothing_but_its_own_fields(world):
    team, client = world.team("l1"), world.client("l1")
    before = rows_of(team, team.leader)
    data = forged() | {"unit": team.unit_id, "name": "另一个名称"}
    assert client.post("/application/team/", data).status_code == 302
    assert changed(before, rows_of(team, team.leader)) == {"name"}


def test_joining_says_the_team_and_nothing_else(world):
    team, other = world.team("l1"), world.team("l2")
    person = world.person("x1", "team_member")
    data = forged() | {"team": other.pk, "state": "confirmed", "user": team.leader_id}
    assert world.client("x1").post("/application/membership/", data).status_code == 302
    row = other.memberships.get(user=person)
    assert row.state == "joined"
    assert not team.memberships.filter(user=person).exists()


def test_the_unit_takes_nothing_but_its_own_fields(world):
    case, client = world.unit("u1", "saved"), world.client("u1")
    before = rows_of(case, case.owner)
    values = plain(unit_values("u1") | {"contact": "赵主任"})
    data = forged() | {"version": case.version, "seen": case.seen, "city": county("WH").parent_id, **values}
    assert client.post("/application/unit/autosave/", data).status_code == 200
    found = changed(before, rows_of(case, case.owner))
    assert found <= columns(UnitForm) | {"version", "saved_at"}
    assert "contact" in found


def test_the_host_takes_nothing_but_its_own_fields(world):
    case, client = world.host("h1"), world.client("h1")
    before = rows_of(case, case.owner, case.organisation)
    values = plain(host_values("h1") | {"contact": "赵主任"})
    data = forged() | {"version": case.version, "seen": case.seen, "city": county("WH").parent_id, **values}
    assert client.post("/application/host/autosave/", data).status_code == 200
    found = changed(before, rows_of(case, case.owner, case.organisation))
    assert found <= columns(HostForm) | {"version", "saved_at"}
    assert "contact" in found
    assert not found & {"name", "credit_code", "region_id", "host_type_id"}


def test_the_agreement_takes_nothing_but_its_own_fields(world):
    case = world.agreement("blank")
    rows, client = (case, case.application, case.owner), world.client("s1")
    before = rows_of(*rows)
    data = forged() | agreement_form(case, target_courses="7")
    assert client.post("/agreement/autosave/", data).status_code == 200
    after = rows_of(*rows)
    assert changed(before, after) <= columns(AgreementForm) | {"version", "saved_at", "targets"}
    assert after[0]["targets"]["courses"] == 7
    assert set(after[0]["targets"]) == set(Agreement.objects.get().targets)


def test_the_profile_takes_nothing_but_its_own_fields(world):
    user, client = world.user("s1"), world.client("s1")
    before = rows_of(user, user.profile)
    data = forged() | profile_form(post="研究员", id_number=user.profile.id_number)
    assert client.post("/profile/edit/", data).status_code == 302
    found = changed(before, rows_of(user, user.profile))
    assert found <= columns(ProfileForm) | {"real_name", "mobile", "updated_at"}
    assert "post" in found


def test_the_organisation_takes_nothing_but_its_own_fields(world):
    desk, client = world.bureaus["WH"], world.client("wh1")
    before = rows_of(desk, world.user("wh1"))
    data = forged() | organisation_form(world)
    assert client.post("/organisation/", data).status_code == 302
    found = changed(before, rows_of(desk, world.user("wh1")))
    assert found <= columns(OrganisationForm)
    assert "contact" in found


def test_nobody_writes_another_organisation(world):
    client = world.client("wh1")
    with nothing_written():
        answer = client.post(f"/organisation/?desk={world.bureaus['YC'].pk}", organisation_form(world))
    assert answer.status_code == 404


# Values that no list holds, that no column can hold, that nobody can see

HUGE = "9" * 30
CONTROL = {
    "control": "甲\x07乙",
    "bidi": "甲\u202e乙",
    "zero width": "甲\u200b乙",
    "private": "甲\ue000乙",
    "line": "甲\x0b乙",
}
WRONG_APPLICATION = {
    "apply_type": ["team", HUGE, "new' OR 1=1"],
    "target_city": [HUGE, "-1", "0", "abc", "1.5", "county"],
    "target_county": [HUGE, "elsewhere", "city", "closed"],
    "chains": [[HUGE], ["discipline"], ["abc"], ["1", "1 OR 1=1"]],
    "major": ["x" * 101, *CONTROL.values(), "两\n行"],
    "target_host": ["x" * 101, *CONTROL.values()],
    "introduction": ["字" * 301, *CONTROL.values()],
    "work_history": ["字" * 501],
    "version": ["", "abc", "-1", HUGE, "１e3"],
}
WRONG_AGREEMENT = {
    "service_start": ["yesterday", "2026-02-30", "99999-01-01", "0000-00-00", HUGE],
    "committed_days": ["0", "-1", "367", "1e3", HUGE, "9e999", "NaN"],
    "target_courses": ["-1", "1000001", HUGE, "x"],
    "host_credit_code": ["123", "91110000600037341M", "x" * 19],
    "sender_head": ["<b>王</b>", "王1", *CONTROL.values()],
    "work_plan": ["字" * 1001, *CONTROL.values()],
    "version": ["", HUGE],
}
WRONG_PROFILE = {
    "gender": ["3", "男"],
    "birth_month": ["2099-01", "1990-13", "1850-01", "19９0-1x"],
    "id_number": ["123", "420106199001011234", HUGE, "x" * 21],
    "region": [HUGE, "city", "closed"],
    "talent_type": [HUGE, "discipline"],
    "mobile": ["123", "2" * 11, HUGE],
    "email": ["no address", "a@b@c"],
    "postcode": ["43007", "abcdef"],
    "real_name": ["x" * 51, "<script>", CONTROL["bidi"]],
    "speciality": ["字" * 201, CONTROL["control"]],
}


def stand_in(value):
    """Rows that exist and are not in the list of this field."""
    match value:
        case list():
            return [stand_in(one) for one in value]
        case "county":
            return form_values("YC")["target_county"].pk
        case "elsewhere":
            return form_values("HG")["target_county"].pk
        case "city":
            return form_values("YC")["target_city"].pk
        case "discipline":
            return Term.objects.filter(kind="discipline")[0].pk
        case "closed":
            return closed_county()
    return value


def closed_county() -> int:
    row = Region.objects.filter(parent=form_values("YC")["target_city"]).last()
    Region.objects.filter(pk=row.pk).update(active=False)
    return row.pk


def told_beside(answer: HttpResponse, name: str, value) -> None:
    """422, the fault beside its field, and what was typed still there."""
    assert answer.status_code == 422, (name, value)
    assert name in answer.context["form"].errors, (name, value)
    page = text_of(answer)
    assert all(re.search("[\u4e00-\u9fff]", message) for message in answer.context["form"].errors[name])
    if isinstance(value, str) and value.isalnum():
        assert value in page or name in ("apply_type", "gender")


def rounds(wrong: dict[str, list]) -> list[dict]:
    """A wrong value of every field at once, then the next of each, until all have been sent. A city decides which
    counties there are: the two never go together."""
    county = {"target_county": wrong["target_county"]} if "target_county" in wrong else {}
    both = [{name: values for name, values in wrong.items() if name not in county}, county]
    return [
        {name: values[turn] for name, values in some.items() if turn < len(values)}
        for some in both
        for turn in range(max(map(len, some.values()), default=0))
    ]


def send(client: Client, address: str, form: dict, wrong: dict, told: Callable[[str, object], object]) -> None:
    data = form | {name: stand_in(value) for name, value in wrong.items()}
    with nothing_written():
        answer = client.post(address, data)
    for name, value in wrong.items():
        told_beside(answer, name, told(name, value))


@pytest.mark.parametrize("wrong", rounds(WRONG_APPLICATION))
def test_wrong_values_in_the_application(world, wrong):
    form = application_form(world.draft())
    send(
        world.client("s1"), "/application/edit/", form, wrong,
        lambda name, value: None if name in ("target_city", "target_county") else value,
    )  # fmt: skip


@pytest.mark.parametrize("wrong", rounds(WRONG_AGREEMENT))
def test_wrong_values_in_the_agreement(world, wrong):
    form = agreement_form(world.agreement("blank"))
    send(world.client("s1"), "/agreement/edit/", form, wrong, lambda name, value: value)


@pytest.mark.parametrize("wrong", rounds(WRONG_PROFILE))
def test_wrong_values_in_the_profile(world, wrong):
    send(world.client("s1"), "/profile/edit/", profile_form(), wrong, lambda name, value: None)


@pytest.mark.parametrize("name", ["name", "contact"])
def test_wrong_values_in_the_organisation(world, name):
    client = world.client("wh1")
    for value in ("\u3000", "x" * 101, CONTROL["bidi"]):
        with nothing_written():
            answer = client.post("/organisation/", organisation_form(world, **{name: value}))
        told_beside(answer, name, None)


def test_autosaves_keep_what_is_right_and_drop_what_is_wrong(world):
    case, client = world.draft(), world.client("s1")
    data = application_form(case, introduction="好的", major=CONTROL["bidi"], target_county=HUGE)
    assert client.post("/application/autosave/", data).status_code == 200
    form = Application.objects.get().form
    assert (form.introduction, form.major) == ("好的", "果树学")


# Too much


@pytest.mark.parametrize("encoding", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("s1", "/application/edit/"),
        ("s1", "/application/autosave/"),
        ("s1", "/profile/edit/"),
        ("wh1", DECIDE),
        ("", "/login/"),
    ],
)
def test_five_megabytes_of_text(world, name, path, encoding):
    world.draft()
    head, tail = ("introduction=", "") if "urlencoded" in encoding else (
        '--x\r\nContent-Disposition: form-data; name="introduction"\r\n\r\n', "\r\n--x--\r\n"
    )  # fmt: skip
    client = world.client(name)
    with nothing_written():
        answer = client.generic("POST", path, head + "x" * 5_000_000 + tail, content_type=encoding)
    assert answer.status_code in (400, 413)
    assert re.search("[\u4e00-\u9fff]", text_of(answer))


def test_fifteen_hundred_fields(world):
    world.draft()
    client = world.client("s1")
    with nothing_written():
        answer = client.post("/application/edit/", {f"field{n}": "x" for n in range(1500)})
    assert answer.status_code == 400


# Decisions


def decide(client, rows, *, action: str = "pass", comment: str = "", queue: str = "initial", **more) -> HttpResponse:
    return client.post(DECIDE, {"rows": rows, "action": action, "comment": comment, "queue": queue, **more})


@pytest.fixture
def wuhan(world):
    return world.client("wh1")


def test_a_row_that_never_came_here_is_no_honest_use_and_the_whole_request_is_refused(world, wuhan):
    """R04."""
    mine, foreign, draft = world.application("initial", "s1"), world.application("initial", "s2"), world.draft("s3")
    for other in (foreign.row_value, draft.row_value, "987654:1"):
        with nothing_written():
            assert decide(wuhan, [mine.row_value, other]).status_code == 404
            assert decide(wuhan, [other], **{"from": "case"}).status_code == 404


def test_a_row_ticked_twice_is_decided_once(world, wuhan):
    case = world.application("initial")
    decide(wuhan, [case.row_value] * 3)
    assert case.steps.count() == 2
    assert text_of(wuhan.get(INITIAL)).count('<li class="is-done">') == 1


def test_a_row_under_two_versions_counts_as_it_stands_first(world, wuhan):
    case = world.application("initial")
    with nothing_written():
        decide(wuhan, [f"{case.pk}:{case.seen + 1}", case.row_value])


BAD_ROWS = [
    "",
    "1",
    ":",
    "1:",
    ":1",
    "1:1:1",
    "１:１",
    "-1:1",
    "1:-1",
    "1 OR 1=1:1",
    f"{HUGE}:1",
    f"1:{HUGE}",
    "a:b",
    "1,2:1",
]


@pytest.mark.parametrize("row", BAD_ROWS)
def test_rows_that_no_page_writes(world, wuhan, row):
    case = world.application("initial")
    for more in ({}, {"from": "case"}):
        with nothing_written():
            answer = decide(wuhan, [row, case.row_value], **more)
        assert answer.status_code in (404, 422)
        assert re.search("[\u4e00-\u9fff]", text_of(answer))


def test_nothing_ticked(world, wuhan):
    world.application("initial")
    with nothing_written():
        answer = decide(wuhan, [])
    assert answer.status_code == 422
    assert "请先勾选要办理的记录。" in text_of(answer)


def test_more_rows_than_one_request_may_decide(world, wuhan):
    case = world.application("initial")
    with nothing_written():
        answer = decide(wuhan, [case.row_value] + [f"{n}:1" for n in range(1000, 1000 + MAX_BULK)])
    assert answer.status_code == 422
    assert f"一次最多办理 {MAX_BULK} 条记录。" in text_of(answer)


@pytest.mark.parametrize("action", ["", "approve", "submit", "push", "x" * 50, "通过", "pass' OR 1=1"])
def test_an_action_that_is_not_there(world, wuhan, action):
    case = world.application("initial")
    with nothing_written():
        assert decide(wuhan, [case.row_value], action=action, **{"from": "case"}).status_code in (409, 422)
        decide(wuhan, [case.row_value], action=action)


WITHOUT_WORDS = {"empty": "", "blank": " \u3000\n ", "too long": "字" * 1001, **CONTROL}


@pytest.mark.parametrize("words", WITHOUT_WORDS.values(), ids=WITHOUT_WORDS)
def test_a_return_without_fit_words_keeps_the_ticks_and_the_text(world, wuhan, words):
    case, other = world.many(2, "initial")
    with nothing_written():
        answer = decide(wuhan, [case.row_value], action="return", comment=words)
    page = text_of(answer)
    assert answer.status_code == 422
    assert re.search(rf'value="{case.row_value}"[^>]*\bchecked\b', page)
    assert not re.search(rf'value="{other.row_value}"[^>]*\bchecked\b', page)
    if words.strip():
        assert words in page
    with nothing_written():
        single = decide(wuhan, [case.row_value], action="return", comment=words, **{"from": "case"})
    assert single.status_code in (409, 422)
    assert not words.strip() or words in text_of(single)


def test_words_are_text_wherever_they_are_shown(world, wuhan):
    case = world.application("initial")
    hostile = "<script>alert(1)</script>{{ 7|add:7 }}'\"&=SUM(A1)"
    decide(wuhan, [case.row_value], action="return", comment=hostile)
    for name, path in (("s1", "/application/"), ("wh1", f"/review/selection/case/{case.pk}/"), ("s1", "/workbench/")):
        page = text_of(world.client(name).get(path))
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
    world.batch.name = '"><script>alert(2)</script>'
    world.batch.save()
    assert "<script>alert(2)" not in text_of(wuhan.get(INITIAL))


@pytest.mark.parametrize("queue", ["", "nowhere", "final", "draft", HUGE])
def test_a_forged_way_back_leads_nowhere_else(world, wuhan, queue):
    case = world.application("initial")
    answer = decide(wuhan, [case.row_value], queue=queue, back="queue=x&next=//evil.example&name=甲")
    assert answer.status_code == 302
    assert answer.url.startswith("/review/selection/")


# Twice (R07)


def test_the_same_decision_twice(world, wuhan):
    case = world.application("initial")
    assert decide(wuhan, [case.row_value], **{"from": "case"}).status_code == 302
    with nothing_written():
        again = decide(wuhan, [case.row_value], **{"from": "case"})
        decide(wuhan, [case.row_value])
    assert again.status_code == 409
    assert "「通过」，当前状态为「省厅审核」" in text_of(again)


def test_a_double_click_does_not_move_two_stages(world):
    """W01: both of the province's lists have a button 「通过」."""
    case, client = world.application("province"), world.client("p1")
    for _ in range(2):
        decide(client, [case.row_value], queue="province")
    case.refresh_from_db()
    assert case.state == "push"


@pytest.mark.parametrize("path", ["/application/submit/", "/application/edit/"])
def test_the_same_submission_twice(world, path):
    case, client = world.draft(), world.client("s1")
    data = application_form(case) | {"submit_review": "1"}
    assert client.post(path, data).status_code == 302
    with nothing_written():
        assert client.post(path, data).status_code in (302, 409)
    assert Application.objects.get().steps.count() == 1


def test_beginning_withdrawing_and_uploading_twice(world):
    client = world.client("s1")
    assert client.post("/application/start/").url == client.post("/application/start/").url
    case = world.perform(world.draft(), "submit")
    for _ in range(2):
        client.post("/application/withdraw/", {"seen": case.seen})
    assert case.steps.count() == 2
    agreement = world.agreement("saved", "s2")
    answers = [
        world.client("s2").post("/agreement/papers/", {"file": paper(), "seen": agreement.seen}).status_code
        for _ in range(2)
    ]
    assert answers == [302, 409]
    assert agreement.scans.count() == 1


# Addresses


PATHS = [request.path for request in table.PAGE_REQUESTS if "{" not in request.path]
NAMES = (
    "name", "state", "target_city", "batch", "chain", "since", "page", "size", "queue", "code", "next", "desk", "kind",
    "purpose", "captcha", "q", "e", "o", "p",
)  # fmt: skip
ODD = ("%ff%fe", "%ed%a0%80", "%E2%80%AE", HUGE, "%27%22%3E%3Cb%3E", "%F0%9F%98%80", "-1", "１")


@pytest.mark.parametrize(("name", "turn"), [("", 0), ("s1", 1), ("wh1", 2), ("pa1", 3)])
def test_odd_bytes_in_the_parameters_of_every_address(world, name, turn, no_pdf):
    """Each parameter gets another odd value at each turn."""
    world.draft()
    client = world.client(name)
    query = "&".join(f"{key}={ODD[(place + turn) % len(ODD)]}" for place, key in enumerate(NAMES))
    for path in PATHS:
        with nothing_written():
            answer = client.get(path + ("&" if "?" in path else "?") + query)
        assert answer.status_code < 500, path


@pytest.mark.parametrize("name", ["", "s1", "pa1"])
def test_nul_bytes_in_the_parameters_of_every_address(world, name):
    client = world.client(name)
    for path in PATHS:
        for odd in ("x=%00", "name=a%00b", "%00=x"):
            with nothing_written():
                assert client.get(path + ("&" if "?" in path else "?") + odd).status_code == 400, path


def test_nul_bytes_in_forms_cookies_and_paths(world):
    world.draft()
    client = world.client("s1")
    with nothing_written():
        assert client.post("/application/edit/", {"introduction": "a\0b"}).status_code == 400
        assert client.post("/application/edit/", {"a\0b": "x"}).status_code == 400
        assert client.get("/v/AB%00CD").status_code == 400
        client.cookies["x"] = "a"
        assert client.get("/", headers={"cookie": "a=b\0c"}).status_code in (200, 302, 400)


@pytest.mark.parametrize("page", ["x", "'", "-1", "0" * 4000, "WyJhZnRlciJd", "../../etc/passwd"])
def test_a_forged_cursor_is_the_first_page(world, wuhan, page):
    world.application("initial")
    for path in (INITIAL, "/review/selection/records/", "/papers/"):
        answer = wuhan.get(path, {"page": page, "size": "1000000"})
        assert answer.status_code == 200
        assert "共 1 条" in text_of(answer)
