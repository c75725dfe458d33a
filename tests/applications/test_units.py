"""法人单位: admission, its two lives, and what happens to teams when it ends."""

import re
from collections.abc import Callable
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from accounts import validators
from accounts.models import Organisation, Term
from applications import services
from applications.documents import UNIT_SECTIONS
from applications.models import Application, UnitAdmission
from applications.teams import services as team_services
from attachments.models import StoredFile
from review import drafts
from review.refusal import Refused
from review.services import perform_many
from tests.changes import nothing_written, queries, undone
from tests.world import WORDS, World, credit_code, paper, unit_values

UNIT, EDIT, PAPERS, MOVE = (f"/application/unit/{name}" for name in ("", "edit/", "papers/", "move/"))
FIELDS = [name for _, names in UNIT_SECTIONS for name in names]
INITIAL, DOCKING = "/review/selection/queue/initial/", "/review/selection/queue/docking/"
ACTING = {
    "applications.act_initial", "applications.view_records", "agreements.view_records", "attachments.upload_packed",
    "portal.write_article", "stats.view_statistics", "stats.view_teams",
}  # fmt: skip
TAKEN = "该统一社会信用代码已登记，如非本单位操作，请联系省科技厅。"


def refused(call: Callable, *args, **kwargs) -> str:
    with nothing_written(), pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.reason


def text_of(response) -> str:
    return response.content.decode()


def bytes_of(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def listed(response) -> list[int]:
    return [int(pk) for pk in re.findall(r'name="rows" value="(\d+):', text_of(response))]


def posted(case: UnitAdmission, **changes) -> dict:
    """What the browser would send of 机构信息."""
    values = {name: getattr(value, "pk", value) for name, value in (unit_values("u1") | changes).items()}
    return {"version": case.version, "seen": case.seen} | values


def decide(client, case, action: str = "pass", **extra):
    data = {"from": "case", "rows": case.row_value, "action": action, "queue": case.state, **extra}
    return client.post(f"/review/{'admission' if isinstance(case, UnitAdmission) else 'selection'}/decide/", data)


def menu(world: World, name: str) -> list[str]:
    sidebar = re.search(r'<nav[^>]*aria-label="主菜单".*?</nav>', text_of(world.client(name).get(UNIT)), re.DOTALL)
    return re.findall(r'href="(/[^"]*)"', sidebar[0])


def saved(world: World, name: str, /, **values) -> UnitAdmission:
    """机构信息 typed, not yet 「提交」."""
    world.unit(name, "blank")
    case = world.admission(name)
    drafts.save(case, actor=case.owner, version=case.version, values=unit_values(name) | values)
    return world.admission(name)


# The way in


def test_from_registering_to_admission_through_the_pages(world, no_pdf):
    world.unit("u1", "blank")
    unit, province = world.client("u1"), world.client("p1")
    case = world.admission("u1")
    assert "还不能下载" in text_of(unit.get(PAPERS))
    answer = unit.post(EDIT, posted(case, legal_rep=""))
    assert answer.status_code == 409
    assert "#id_legal_rep" in text_of(answer)
    assert (world.admission("u1").state, world.admission("u1").name) == ("blank", "u1农业科学研究所")
    assert unit.post(EDIT, posted(world.admission("u1"))).url == PAPERS
    case = world.admission("u1")
    assert (case.state, case.organisation.active) == ("saved", False)
    assert unit.get(f"{UNIT}{case.pk}/1/pdf/").status_code == 200
    assert unit.post(PAPERS, {"file": paper(), "seen": case.seen}).url == PAPERS
    case = world.admission("u1")
    assert case.state == "reviewing"
    assert bytes_of(unit.get(f"{UNIT}{case.pk}/scan/1/")).startswith(b"%PDF-")

    assert listed(province.get("/review/admission/queue/reviewing/")) == [case.pk]
    assert decide(province, case, "return", comment="").status_code == 422
    decide(province, case, "return", comment="单位概况缺少公章。")
    for address in (UNIT, PAPERS):
        page = text_of(unit.get(address))
        assert "单位概况缺少公章。" in page
        assert "湖北省科学技术厅" in page
    unit.post(PAPERS, {"file": paper(), "seen": world.admission("u1").seen})
    decide(province, world.admission("u1"))
    case = world.admission("u1")
    assert (case.state, case.organisation.active, case.scans.count()) == ("admitted", True, 2)
    assert "单位概况缺少公章。" not in text_of(unit.get(UNIT))


def test_each_empty_field_is_named_with_its_place(world):
    for name in FIELDS:
        field = UnitAdmission._meta.get_field(name)
        with undone():
            case = saved(world, "u1", **{name: None if field.null else "\u3000"})
            with pytest.raises(Refused) as caught:
                services.submit_unit(case, actor=case.owner, seen=case.seen)
            assert [(one.message, one.url) for one in caught.value.problems] == [
                (f"「{field.verbose_name}」未填写", f"{EDIT}#id_{name}")
            ]
            assert not Organisation.objects.filter(kind="legal_unit").exists()


def test_no_unit_is_founded_in_the_future(world):
    world.unit("u1", "blank")
    answer = world.client("u1").post(EDIT, posted(world.admission("u1"), founded_on="2999-01-01"))
    assert answer.context["form"].errors["founded_on"] == ["成立日期不能晚于今天。"]


@pytest.mark.parametrize(
    "bad", ["4", "12420000000000001", "91110000600037341M", "９１１１００００６０００３７３４１Ｌ", "无"]
)
def test_a_code_with_a_wrong_check_digit_is_refused(world, bad):
    with pytest.raises(ValidationError):
        validators.clean_credit_code(bad)
    world.unit("u1", "blank")
    answer = world.client("u1").post(EDIT, posted(world.admission("u1"), credit_code=bad))
    assert answer.status_code == 422
    assert "统一社会信用代码不正确" in text_of(answer)
    assert world.admission("u1").state == "blank"


def test_a_telephone_has_figures_an_address_its_sign_and_none_is_an_answer(world):
    case = saved(world, "u1")
    client = world.client("u1")
    answer = client.post(EDIT, posted(case, contact_phone="没有号码abc", email="not-an-email"))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"contact_phone", "email"}
    assert client.post(EDIT, posted(world.admission("u1"), contact_phone="无", email="a@b.cn")).status_code == 302


def test_every_wrong_check_digit_of_a_code_is_refused():
    good = credit_code(1)
    validators.clean_credit_code(good)
    for figure in set("0123456789ABCDEFGHJKLMNPQRTUWXY") - {good[-1]}:
        with pytest.raises(ValidationError):
            validators.clean_credit_code(good[:-1] + figure)


def test_small_letters_are_the_same_code(world):
    world.unit("u1", "blank")
    client = world.client("u1")
    assert client.post(EDIT, posted(world.admission("u1"), credit_code="91110000600037341l")).url == PAPERS
    assert world.admission("u1").credit_code == "91110000600037341L"


@pytest.mark.parametrize("state", ["saved", "reviewing", "admitted", "revoked"])
def test_a_code_that_is_taken_is_refused(world, state):
    world.unit("u1", state)
    world.unit("u2", "blank")
    answer = world.client("u2").post(EDIT, posted(world.admission("u2")))
    assert answer.status_code == 422
    assert TAKEN in text_of(answer)
    assert Organisation.objects.filter(kind="legal_unit").count() == 1


def test_a_code_that_is_taken_meanwhile_is_refused_by_the_door(world):
    """Both forms were clean when they were sent; the second to press 「提交」 is told."""
    code = credit_code(77)
    first, second = saved(world, "u1", credit_code=code), saved(world, "u2", credit_code=code)
    services.submit_unit(first, actor=first.owner, seen=first.seen)
    with pytest.raises(Refused, match=TAKEN):
        services.submit_unit(second, actor=second.owner, seen=second.seen)
    second = world.admission("u2")
    assert (second.state, second.revision_number, second.steps.count(), second.organisation) == ("blank", 0, 0, None)
    assert not second.owner.desks


def test_a_scan_must_be_of_the_version_that_stands(world):
    case = world.unit("u1", "returned")
    drafts.save(case, actor=case.owner, version=case.version, values={"contact": "赵主任"})
    case = services.submit_unit(world.admission("u1"), actor=case.owner, seen=case.seen)
    assert case.revision_number == 2
    assert refused(world.perform, world.admission("u1"), "upload") == "请先上传本版单位概况的盖章扫描件"


def test_a_scan_for_what_was_not_seen_is_not_kept(world):
    case = world.unit("u1", "saved")
    before = StoredFile.objects.count()
    with pytest.raises(Refused, match="请刷新"):
        services.upload_overview(case, actor=case.owner, seen=case.seen - 1, upload=paper())
    assert StoredFile.objects.count() == before


@pytest.mark.parametrize("state", ["blank", "admitted"])
def test_where_the_table_asks_for_no_paper_none_is_taken(world, state):
    case = world.unit("u1", state)
    reason = refused(services.upload_overview, case, actor=case.owner, seen=case.seen, upload=paper())
    assert reason == f"当前状态为「{case.state_label}」，不能上传单位概况。"


def test_strangers_find_neither_sheet_nor_scan(world, no_pdf):
    case = world.unit("u1", "reviewing")
    world.unit("u2", "admitted")
    for name in ("u2", "s1", "wh1", "yc1", "a1"):
        for address in (f"{UNIT}{case.pk}/1/pdf/", f"{UNIT}{case.pk}/scan/1/"):
            assert world.client(name).get(address).status_code == 404, (name, address)
    for name in ("u2", "s1", "wh1"):
        assert world.client(name).get(f"/review/admission/case/{case.pk}/").status_code == 403, name
        assert world.client(name).get("/review/admission/queue/reviewing/").status_code == 403, name


def test_nobody_admits_their_own_unit(world):
    case = world.unit("u1", "reviewing")
    assert refused(world.perform, case, "pass", "u1") == "不能办理本人的申请。"
    assert refused(world.perform, case, "pass", "wh1") == "您无权办理这条记录。"


# Two lives


BEFORE = [UNIT, PAPERS]
AFTER = [
    UNIT, "/review/agreements/records/", "/papers/", "/review/intake/", INITIAL, "/review/selection/records/",
    "/statistics/teams/", "/statistics/", "/news/write/",
]  # fmt: skip


@pytest.mark.parametrize("state", ["blank", "saved", "reviewing", "returned", "admitted", "revoked"])
def test_rights_menu_and_pages_are_those_of_its_life(world, state):
    world.unit("u1", state)
    admitted = state == "admitted"
    user = world.user("u1")
    assert user.get_all_permissions() == {"applications.fill_unit"} | (ACTING if admitted else set())
    assert bool(user.desks) == admitted
    assert set(menu(world, "u1")) - {"/workbench/"} == set(AFTER if admitted else BEFORE)
    client = world.client("u1")
    for address in BEFORE:
        assert client.get(address).status_code == 200, address
    for address in set(AFTER) - set(BEFORE):
        assert client.get(address).status_code == (200 if admitted else 403), address
    assert client.get("/workbench/").status_code == (200 if admitted else 302)


def test_a_role_with_the_name_of_the_acting_group_is_nobodys(world):
    user = world.user("s1")
    assert user.group_names == ["specialist"]
    assert "legal_unit_acting" not in world.user("wh1").group_names


def test_only_admitted_units_can_be_chosen(world):
    world.unit("u1", "admitted")
    world.unit("u2", "revoked")
    world.unit("u3", "reviewing")
    world.person("l9", "team_leader")
    page = text_of(world.client("l9").get("/application/team/"))
    assert [name for name in ("u1", "u2", "u3") if f"{name}农业科学研究所" in page] == ["u1"]


# Locked once admitted


def test_name_and_code_are_locked_while_it_is_judged_and_once_admitted(world):
    for name, state in (("u1", "reviewing"), ("u2", "admitted")):
        case = world.unit(name, state)
        changed = {"name": "另一个名称", "credit_code": credit_code(55)}
        assert "不能修改" in refused(drafts.save, case, actor=case.owner, version=case.version, values=changed)
        client = world.client(name)
        with nothing_written():
            assert client.post(EDIT, posted(case, **changed)).status_code == 409
            assert client.post(f"{UNIT}autosave/", posted(case, **changed)).status_code == 409
        assert world.admission(name).organisation.name == f"{name}农业科学研究所"


def test_a_change_is_a_new_admission(world):
    case = world.unit("u1")
    client = world.client("u1")
    client.post(MOVE, {"action": "change", "seen": case.seen})
    case = world.admission("u1")
    assert (case.state, case.organisation.active) == ("saved", False)
    assert not world.user("u1").has_perm("applications.act_initial")
    assert client.get(INITIAL).status_code == 403
    client.post(EDIT, posted(case, name="华中柑橘研究院"))
    case = services.upload_overview(
        world.admission("u1"), actor=case.owner, seen=world.admission("u1").seen, upload=paper()
    )
    world.perform(case, "pass")
    case = world.admission("u1")
    assert (case.organisation.name, case.organisation.active, case.revision_number) == ("华中柑橘研究院", True, 2)
    assert Organisation.objects.filter(kind="legal_unit").count() == 1


def test_a_change_asked_for_on_an_old_page_is_refused(world):
    case = world.unit("u1")
    world.client("u1").post(MOVE, {"action": "change", "seen": case.seen - 1})
    assert world.admission("u1").state == "admitted"


def test_the_province_reads_what_was_submitted_not_what_is_being_rewritten(world):
    """W06: in the list, in the head of the page and in the conditions too."""
    case = world.unit("u1", "returned")
    drafts.save(case, actor=case.owner, version=case.version, values={"name": "正在改写", "contact": "改写人"})
    client = world.client("p1")
    where = "/review/admission/records/"
    pages = text_of(client.get(where)) + text_of(client.get(f"/review/admission/case/{case.pk}/"))
    assert "u1农业科学研究所" in pages
    assert "正在改写" not in pages
    assert "改写人" not in pages
    assert f"/case/{case.pk}/" not in text_of(client.get(f"{where}?name=正在"))
    assert f"/case/{case.pk}/" in text_of(client.get(f"{where}?name=u1"))


def test_its_kind_is_the_submitted_one_in_lists_and_conditions(world):
    case = world.unit("u1", "returned")
    old, new = case.nature, Term.objects.filter(kind=Term.Kind.UNIT_NATURE)[1]
    drafts.save(case, actor=case.owner, version=case.version, values={"nature": new})
    client = world.client("p1")
    where = "/review/admission/records/"
    assert f'data-label="单位性质" class="">{old.name}<' in text_of(client.get(where))
    assert f"/case/{case.pk}/" in text_of(client.get(f"{where}?nature={old.pk}"))
    assert f"/case/{case.pk}/" not in text_of(client.get(f"{where}?nature={new.pk}"))
    UnitAdmission.objects.update(frozen_nature=None)
    import_module("applications.migrations.0025_frozen_columns_of_what_is_there").of_what_is_there(apps, None)
    assert world.admission("u1").frozen_nature == old


@pytest.mark.parametrize("state", ["saved", "returned"])
def test_what_was_rewritten_and_not_submitted_is_not_admitted_with_the_old_paper(world, state):
    case = world.unit("u1", state)
    drafts.save(case, actor=case.owner, version=case.version, values={"name": "另一个名称"})
    case = world.admission("u1")
    with pytest.raises(Refused, match="提交后又有修改"):
        services.upload_overview(case, actor=case.owner, seen=case.seen, upload=paper())
    assert world.admission("u1").state == state
    assert world.client("u1").post(PAPERS, {"file": paper(), "seen": case.seen}).status_code == 409


def test_what_is_typed_after_asking_for_a_change_is_not_yet_the_units_name(world):
    world.perform(world.unit("u1"), "change")
    case = world.admission("u1")
    drafts.save(case, actor=case.owner, version=case.version, values={"name": "未审核的名称"})
    assert world.admission("u1").organisation.name == "u1农业科学研究所"


# Revocation


def test_revocation_needs_words_that_the_unit_reads(world):
    case = world.unit("u1")
    assert refused(world.perform, case, "revoke", "p1") == "请填写撤销原因。"
    decide(world.client("p1"), case, "revoke", comment="单位已注销。")
    client = world.client("u1")
    assert "单位已注销。" in text_of(client.get(UNIT))
    assert "单位已注销。" in text_of(client.get(PAPERS))


def test_rights_end_at_the_next_request(world):
    case = world.team_application("initial")
    client = world.client("u1")
    assert listed(client.get(INITIAL)) == [case.pk]
    world.revoke("u1")
    addresses = [
        INITIAL, "/review/selection/records/", f"/review/selection/case/{case.pk}/", "/papers/",
        "/review/agreements/records/",
    ]  # fmt: skip
    for address in addresses:
        assert client.get(address).status_code == 403, address
    for address in (f"/application/{case.pk}/1/pdf/", f"/application/{case.pk}/seal/"):
        assert client.get(address).status_code == 404, address
    assert not Application.objects.visible_to(world.user("u1")).exists()


@pytest.mark.parametrize("single", [True, False], ids=["from the case", "ticked"])
def test_a_unit_revoked_between_opening_the_page_and_pressing_pass_changes_nothing(world, single):
    case = world.team_application("initial")
    client = world.client("u1")
    page = text_of(client.get(f"/review/selection/case/{case.pk}/?queue=initial"))
    assert f'name="rows" value="{case.row_value}"' in page
    world.revoke("u1")
    data = {"rows": case.row_value, "action": "pass", "queue": "initial"} | ({"from": "case"} if single else {})
    with nothing_written():
        assert client.post("/review/selection/decide/", data).status_code == 403
    assert refused(world.perform, case, "pass", "u1") == "您无权办理这条记录。"
    assert Application.objects.get().state == "initial"


@pytest.mark.parametrize("state", ["initial", "province", "push", "docking", "final", "approved"])
def test_running_applications_stay_where_they_are_and_the_province_sees_them(world, state):
    case = world.team_application(state)
    before = (case.state, case.desk, case.step_count, case.since)
    world.revoke("u1")
    case = Application.objects.for_review().get()
    assert (case.state, case.desk, case.step_count, case.since) == before
    client = world.client("p1")
    assert f"/review/selection/case/{case.pk}/" in text_of(client.get("/review/selection/records/"))
    assert client.get(f"/review/selection/case/{case.pk}/").status_code == 200


STALLED = {  # state: who has it, what can be done there
    "initial": ("p1", "负责人可以「撤回」后改选其他单位"),
    "province": ("p1", "可以「不通过」退回申请人；该单位重新通过「法人审核」后，可以继续办理"),
    "push": ("p1", "申请停在「待推送」。该单位重新通过「法人审核」后，可以继续办理"),
    "docking": ("yc1", "可以「不接收」退回申请人"),
    "final": ("p1", "可以「不通过」退回申请人"),
}


@pytest.mark.parametrize("state", STALLED)
@pytest.mark.parametrize("how", ["revoke", "change"])
def test_what_stopped_with_its_unit_says_so_where_it_lies_and_goes_no_further(world, state, how):
    """W12: it lay there without a word, and the next click led it on."""
    case = world.team_application(state)
    admission = world.revoke("u1") if how == "revoke" else world.perform(world.admission("u1"), "change")
    who, ways = STALLED[state]
    for name in {who, "p1"}:
        client = world.client(name)
        page = text_of(client.get(f"/review/selection/case/{case.pk}/"))
        assert f"所属法人单位「{case.unit}」的准入已撤销或正在变更" in page
        assert ways in page
        assert "单位准入中止" in text_of(client.get("/review/selection/records/"))
    if state != "initial":
        assert "单位准入中止" in text_of(world.client(who).get(f"/review/selection/queue/{state}/"))
        onward = case.flow.onward(case.stage).action
        assert refused(world.perform, case, onward).startswith("所属法人单位")
    if state in ("province", "docking", "final"):
        assert world.return_it(case).state == "returned"
    assert ways in text_of(world.client("l1").get("/application/")) or state in ("province", "docking", "final")
    assert "份团队申请停在当前环节" in text_of(world.client("p1").get(f"/review/admission/case/{admission.pk}/")) or (
        state in ("province", "docking", "final")
    )


def test_other_rows_of_a_batch_are_not_held_up(world):
    """A bulk decision passes what may pass and says why the rest stays."""
    stalled = world.team_application("province")
    fine = [world.team_application("province", "l2"), world.application("province")]
    world.revoke("u1")
    rows = [case.row_value for case in (stalled, *fine)]
    page = world.client("p1").post(
        "/review/selection/decide/", {"action": "pass", "queue": "province", "rows": rows}, follow=True
    )
    assert text_of(page).count('class="is-done"') == 2
    assert "准入已撤销或正在变更" in text_of(page)
    assert set(Application.objects.values_list("unit__admission__owner__username", "state")) == {
        ("u1", "province"), ("u2", "push"), (None, "push"),
    }  # fmt: skip


def test_who_is_about_to_revoke_reads_what_it_stops_and_then_finds_it(world):
    case = world.team_application("docking")
    world.team_application("approved", "l2", unit="u1")
    client, page = world.client("p1"), f"/review/admission/case/{world.admission('u1').pk}/"
    assert "该单位有 1 份团队申请正在办理；撤销准入后，它们停在当前环节" in text_of(client.get(page))
    world.revoke("u1")
    shown = text_of(client.get(page))
    assert f'href="/review/selection/case/{case.pk}/"' in shown
    assert "l1团队" in shown
    assert "l2团队" not in shown


def test_admitted_again_everything_goes_on(world):
    case = world.team_application("final")
    admission = world.revoke("u1")
    admission = services.submit_unit(admission, actor=admission.owner, seen=admission.seen)
    services.upload_overview(admission, actor=admission.owner, seen=admission.seen, upload=paper())
    world.perform(world.admission("u1"), "pass")
    assert world.perform(case, "pass").approved
    assert "单位准入中止" not in text_of(world.client("p1").get("/review/selection/records/"))


def test_what_lay_with_the_unit_can_be_withdrawn_and_goes_on_once_it_is_admitted_again(world):
    case = world.team_application("initial")
    admission = world.revoke("u1")
    case = world.perform(case, "withdraw")
    assert case.state == "draft"
    with pytest.raises(Refused, match="准入已撤销"):
        world.perform(case, "submit")
    admission = services.submit_unit(world.admission("u1"), actor=admission.owner, seen=admission.seen)
    admission = services.upload_overview(admission, actor=admission.owner, seen=admission.seen, upload=paper())
    world.perform(world.admission("u1"), "pass")
    assert world.perform(Application.objects.for_review().get(), "submit").desk == admission.organisation


def test_bulk_revocation_ends_the_rights_of_every_one(world):
    cases = [world.unit("u1"), world.unit("u2")]
    perform_many(UnitAdmission, "revoke", {case.pk: case.seen for case in cases}, actor=world.user("p1"), comment=WORDS)
    assert not Organisation.objects.filter(kind="legal_unit", active=True).exists()


def test_the_leader_and_the_province_are_told_that_the_unit_is_gone(world):
    world.team_application("returned")
    world.revoke("u1")
    assert "准入已撤销" in text_of(world.client("l1").get("/application/"))


# Whose teams


def test_a_unit_sees_only_its_own_teams(world, no_pdf):
    mine, other, person = (
        world.team_application("docking", "l1"), world.team_application("initial", "l2"), world.application("initial")
    )  # fmt: skip
    assert list(Application.objects.visible_to(world.user("u1"))) == [mine]
    client = world.client("u1")
    assert listed(client.get(INITIAL)) == []
    for case in (other, person):
        assert client.get(f"/review/selection/case/{case.pk}/").status_code == 404
        assert client.get(f"/application/{case.pk}/1/pdf/").status_code == 404
        assert decide(client, case).status_code == 404
    assert client.get(DOCKING).status_code == 403
    assert client.get("/review/selection/queue/province/").status_code == 403
    papers = text_of(client.get("/papers/"))
    assert f"/application/{mine.pk}/1/pdf/" in papers
    assert f"/application/{other.pk}/" not in papers


def test_no_number_on_a_units_pages_counts_other_units_teams(world):
    world.team_application("initial", "l1")
    client = world.client("u1")

    def numbers() -> list[list[str]]:
        pages = ("/workbench/", INITIAL, "/review/selection/records/", "/papers/", "/review/agreements/records/")
        return [re.findall(r"\d+", re.sub(r"<[^>]*>", " ", text_of(client.get(page)))) for page in pages]

    before = numbers()
    world.many_teams(2, "initial", unit="u2")
    world.team_agreement("archived", "l2")
    world.many(2, "initial")
    assert numbers() == before


def test_a_city_does_not_judge_the_teams_of_units_that_sit_there(world):
    case = world.team_application("initial")
    assert case.home_city == world.bureaus["WH"].region
    assert listed(world.client("wh1").get(INITIAL)) == []
    assert world.client("wh1").get(f"/review/selection/case/{case.pk}/").status_code == 404
    assert refused(world.perform, case, "pass", "wh1") == "您无权办理这条记录。"


def test_a_unit_passes_and_returns(world):
    case = world.team_application("initial")
    client = world.client("u1")
    assert decide(client, case, "return", comment="").status_code == 422
    decide(client, case, "return", comment="请补充成员分工。")
    assert "请补充成员分工。" in text_of(world.client("l1").get("/application/"))
    case = world.perform(Application.objects.for_review().get(), "submit")
    assert "申请" in text_of(client.get(f"/review/selection/case/{case.pk}/?queue=initial"))
    decide(client, case)
    case = Application.objects.for_review().get()
    assert (case.state, case.desk) == ("province", world.office)


def test_the_sealed_copy_is_the_units_and_the_provinces(world):
    case = world.team_application("docking")
    unit = world.client("u1")
    assert unit.post(f"/application/{case.pk}/seal/", {"file": paper()}).status_code == 302
    assert world.client("yc1").get(f"/application/{case.pk}/seal/").status_code == 403
    where = f"/application/{case.pk}/sealed/1/"
    for name in ("u1", "p1"):
        assert bytes_of(world.client(name).get(where)).startswith(b"%PDF-")
    for name in ("yc1", "wh1", "l1m1", "s1"):
        assert world.client(name).get(where).status_code == 404, name


# Both kinds in one queue


@pytest.fixture
def mixed(world) -> dict[str, Application]:
    return {"personal": world.application("docking", "s1"), "team": world.team_application("docking", "l1")}


def test_a_city_finds_both_kinds_in_one_docking_queue_told_apart(world, mixed):
    page = world.client("yc1").get(DOCKING)
    assert listed(page) == [mixed["personal"].pk, mixed["team"].pk]
    rows = re.findall(r"<tr.*?</tr>", re.search(r"<tbody>.*?</tbody>", text_of(page), re.DOTALL)[0], re.DOTALL)
    assert [re.findall(r'class="tag">([^<]+)<', row) for row in rows] == [["个人"], ["法人"]]


@pytest.mark.parametrize("kind", ["personal", "team"])
def test_the_condition_of_kind_tells_them_apart(world, mixed, kind):
    for name, address in (("yc1", DOCKING), ("p1", "/review/selection/records/")):
        page = text_of(world.client(name).get(f"{address}?kind={kind}"))
        for one, case in mixed.items():
            assert (f"/review/selection/case/{case.pk}/" in page) == (one == kind), (name, one)


def test_both_kinds_are_decided_on_at_once(world, mixed):
    rows = [case.row_value for case in mixed.values()]
    world.client("yc1").post("/review/selection/decide/", {"rows": rows, "action": "accept", "queue": "docking"})
    assert set(Application.objects.values_list("state", flat=True)) == {"final"}


def test_a_unit_reads_the_names_of_its_teams_and_not_its_own(world):
    case = world.team_application("initial", "l1", unit="u1")
    for who, path, own in (
        ("u1", "/review/selection/queue/initial/", True), ("p1", "/review/selection/records/", False),
    ):  # fmt: skip
        (said,) = re.findall(r"<small>(.*?)</small>", text_of(world.client(who).get(path)).partition("<tbody>")[2])[:1]
        assert said == (case.team_name if own else f"{case.team_name} · {case.unit_name}")


def test_a_unit_that_has_teams_alone_reads_the_heads_of_teams(world):
    world.team_application("province", "l1", unit="u1")
    page = text_of(world.client("u1").get("/review/selection/records/"))
    assert "法人单位审核状态" in page
    assert "／法人单位审核状态" not in page


def test_the_status_columns_of_both_kinds_fall_under_the_same_heads(world, mixed):
    page = text_of(world.client("p1").get("/review/selection/records/"))
    assert "所在地市审核状态／法人单位审核状态" in page
    for row in re.findall(r"<tr.*?</tr>", re.search(r"<tbody>.*?</tbody>", page, re.DOTALL)[0], re.DOTALL):
        assert re.findall(r'class="stage-mark[^"]*">(?:<i[^>]*></i>)?([^<]*)<', row) == ["通过", "通过", "待审核", "—"]


WATCHED = (
    ("yc1", DOCKING), ("yc1", "/review/selection/records/"), ("yc1", "/papers/team/"),
    ("p1", "/review/selection/records/"), ("p1", "/papers/team/"),
    ("u1", "/review/selection/records/"), ("u1", "/papers/"),
)  # fmt: skip


def test_queues_cost_the_same_for_1_3_and_20_rows_of_both_kinds(world):
    """Mixed half and half; a page of 100 shows them all."""
    world.unit("u1")
    counts: dict[int, list[int]] = {}
    total = 0
    for rows in (1, 3, 20):
        teams = (rows - total) // 2 or 1
        world.many_teams(teams, "docking")
        world.many(rows - total - teams, "docking", home="WH", target="YC")
        total = rows
        assert len(listed(world.client("yc1").get(f"{DOCKING}?size=100"))) == rows
        counts[rows] = [queries(world.client(name), f"{address}?size=100") for name, address in WATCHED]
    assert counts[1] == counts[3] == counts[20], counts
    assert max(counts[20]) <= 25


@pytest.mark.parametrize("state", ["initial", "docking"])
def test_a_bulk_decision_costs_no_query_per_team(world, django_assert_max_num_queries, state):
    first, one, *more = world.many_teams(7, state)
    name, action = ("u1", "pass") if state == "initial" else ("yc1", "accept")
    world.perform(first, action)  # their audit chain begins
    officer = world.user(name)
    assert officer.desks
    assert officer.has_perm(f"applications.act_{state}")
    assert not hasattr(officer, "profile")
    for cases in ([one], more):
        with django_assert_max_num_queries(13):
            perform_many(Application, action, {case.pk: case.seen for case in cases}, actor=officer)


def test_a_team_of_a_unit_under_change_waits_as_under_revocation(world):
    """「申请变更」 suspends the unit's rights; what lies on its desk waits there until it is admitted anew."""
    case = world.team_application("initial")
    world.perform(world.admission("u1"), "change")
    assert refused(world.perform, case, "pass", "u1") == "您无权办理这条记录。"
    leader = world.person("l9", "team_leader")
    unit = world.admission("u1").organisation
    assert "尚未通过" in refused(team_services.save_team, leader=leader, unit=unit, name="新团队")
    assert Application.objects.get().state == "initial"


def test_a_change_that_was_only_asked_for_is_taken_back(world):
    """Pressed by mistake, it would stop the unit until the province has read sealed paper in which nothing is new."""
    case, client = world.unit("u1"), world.client("u1")
    client.post("/application/unit/move/", {"action": "change", "seen": case.seen})
    case = world.admission("u1")
    assert (case.state, case.organisation.active) == ("saved", False)
    assert "取消变更" in client.get("/application/unit/").content.decode()
    client.post("/application/unit/move/", {"action": "keep", "seen": case.seen})
    case = world.admission("u1")
    assert (case.state, case.organisation.active) == ("admitted", True)


def test_what_was_sent_anew_is_judged_anew(world):
    """「取消变更」 admits nobody: not after something else was submitted, and not who never was admitted."""
    case = world.perform(world.unit("u1"), "change")
    drafts.save(case, actor=case.owner, version=case.version, values={"name": "另一个研究所"})
    case = services.submit_unit(world.admission("u1"), actor=case.owner, seen=case.seen)
    for one in (case, world.unit("u3", "saved"), world.unit("u4", "returned")):
        client = world.client(one.owner.username)
        assert "取消变更" not in client.get("/application/unit/").content.decode()
        client.post("/application/unit/move/", {"action": "keep", "seen": one.seen})
        assert type(one).objects.get(pk=one.pk).state == one.state
