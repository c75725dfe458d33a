"""What must be true of every process table, and what follows from it for a case."""

import pytest
from django.contrib.auth.models import Permission

from accounts.roles import ROLES
from applications.flow import PERSONAL
from review import registry
from review.flow import APPLICANT, Flow, Move, Stage

PROCESSES = list(registry.all_processes())
FLOWS = [flow for process in PROCESSES for flow in process.flows]
STAGES = [(flow, stage) for flow in FLOWS for stage in flow.stages]
each_flow = pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.code)
each_process = pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.code)
each_stage = pytest.mark.parametrize(("flow", "stage"), STAGES, ids=[f"{f.code}:{s.state}" for f, s in STAGES])


def reachable(flow: Flow, start: str) -> set[str]:
    found, ahead = {start}, [start]
    while ahead:
        for move in flow.moves_from(ahead.pop()):
            if move.target not in found:
                found.add(move.target)
                ahead.append(move.target)
    return found


@each_flow
def test_every_state_is_reachable_from_the_start(flow):
    assert reachable(flow, flow.start.state) == {stage.state for stage in flow.stages}


@each_stage
def test_success_is_reachable_from_every_state(flow, stage):
    assert flow.path[-1].state in reachable(flow, stage.state)


@each_flow
def test_only_the_end_of_the_path_is_final(flow):
    assert [stage for stage in flow.stages if flow.is_final(stage.state)] == [flow.path[-1]]


@each_stage
def test_whoever_judges_can_return_and_must_say_why(flow, stage):
    """待推送 judges nothing: it has no status column, and only sends on. Nor does who acts in the owner's stead."""
    back = [move for move in flow.moves_from(stage.state) if move.returns and not move.stand_in]
    assert len(back) == (1 if stage.column or stage.standing else 0)
    assert all(move.comment and move.by == "desk" for move in back)


@each_stage
def test_a_returned_case_can_be_mended_by_its_owner(flow, stage):
    for move in flow.moves_from(stage.state):
        if move.returns:
            assert flow.editable(move.target)
            assert any(on.by == APPLICANT and on.freezes for on in flow.moves_from(move.target))


@each_flow
def test_only_owners_freeze_and_only_their_freezing_begins_a_review(flow):
    for move in flow.moves:
        assert not (move.freezes and move.by != APPLICANT)
        if flow.stage(move.target).desk not in (None, APPLICANT) and move.by == APPLICANT:
            assert move.guard, f"{move.source} {move.action} reaches an office unchecked"


@each_flow
def test_each_stage_lies_with_somebody_until_the_end(flow):
    for stage in flow.stages:
        assert (stage.desk is None) == (flow.is_final(stage.state) and not stage.standing)
        assert (stage.desk not in (None, APPLICANT)) == stage.reviewing
        assert bool(stage.queue and stage.tab) == stage.reviewing
        if stage.waits:
            assert stage.days


@each_flow
def test_a_desk_move_starts_where_a_desk_is(flow):
    for move in flow.moves:
        assert (move.by == "desk") == flow.stage(move.source).reviewing or move.by == APPLICANT
    for stage in flow.stages:
        if stage.reviewing:
            assert any(move.by == "desk" for move in flow.moves_from(stage.state))


@each_process
def test_every_guard_that_the_table_names_exists(process):
    assert {move.guard for flow in process.flows for move in flow.moves if move.guard} == set(process.guards)


@each_process
def test_one_state_means_one_queue_over_all_routes_of_a_process(process):
    stages = {(stage.state, stage.permission, stage.queue) for flow in process.flows for stage in flow.stages}
    assert len(stages) == len({stage.state for flow in process.flows for stage in flow.stages})


def asked_for() -> set[str]:
    """Every permission that a stage or a record list asks for."""
    return {stage.permission for _, stage in STAGES if stage.permission} | {
        process.model.records_permission() for process in PROCESSES
    }


def test_permissions_of_the_tables_exist_and_each_is_held_by_a_role(db):
    existing = {f"{one.content_type.app_label}.{one.codename}" for one in Permission.objects.select_related()}
    assert asked_for() <= existing
    assert asked_for() <= {permission for row in ROLES.values() for permission in row.permissions}


def test_roles_hold_no_permission_to_act_that_no_table_asks_for(db):
    existing = {f"{one.content_type.app_label}.{one.codename}" for one in Permission.objects.select_related()}
    held = {permission for row in ROLES.values() for permission in row.permissions}
    assert held <= existing
    reading = (".view_records", ".view_admissions", ".view_hosts", ".view_needs")
    acting = {name for name in held if ".act_" in name or name.endswith(reading)}
    assert acting == asked_for()


def test_a_table_with_a_slip_is_refused():
    start, end = Stage("a", "甲", APPLICANT), Stage("b", "乙")
    go = Move("a", "go", "b", "去")
    with pytest.raises(ValueError, match="twice"):
        Flow("x", "x", (start, start), (go,))
    with pytest.raises(ValueError, match="twice"):
        Flow("x", "x", (start, end), (go, Move("a", "go", "a", "留")))
    with pytest.raises(ValueError, match="unknown"):
        Flow("x", "x", (start, end), (Move("a", "go", "c", "去"),))


# What a case says of itself


def test_the_path_of_the_manual():
    assert [stage.label for stage in PERSONAL.path] == [
        "未提交", "所在地市审核", "省厅审核", "待推送", "对接审核", "省厅终审", "审核成功",
    ]  # fmt: skip
    assert [stage.column for stage in PERSONAL.columns] == [
        "所在地市审核状态", "省厅审核状态", "意向服务地市审核状态", "省科技厅终审状态",
    ]  # fmt: skip


MARKS = {  # (state, returned from): the words of the four status columns
    ("draft", ""): "— — — —",
    ("initial", ""): "待审核 — — —",
    ("province", ""): "通过 待审核 — —",
    ("push", ""): "通过 通过 — —",
    ("docking", ""): "通过 通过 待审核 —",
    ("final", ""): "通过 通过 接收 待审核",
    ("approved", ""): "通过 通过 接收 通过",
    ("returned", "initial"): "不通过 — — —",
    ("returned", "province"): "通过 不通过 — —",
    ("returned", "docking"): "通过 通过 不接收 —",
    ("returned", "final"): "通过 通过 接收 不通过",
}


@pytest.mark.parametrize(("state", "returned_from"), MARKS)
def test_status_columns_of_every_situation(state, returned_from):
    marks = PERSONAL.marks(state, returned_from)
    assert [mark.words for mark in marks if mark.stage.column] == MARKS[state, returned_from].split()
    assert sum(mark.mark in ("here", "returned") for mark in marks) == (0 if state == "approved" else 1)


def test_every_stage_of_a_finished_case_is_done():
    assert {mark.mark for mark in PERSONAL.marks("approved", "")} == {"done"}


@each_flow
def test_the_diagram_names_every_state_and_every_move(flow):
    text = flow.diagram()
    assert all(f"    {stage.state}: {stage.label}\n" in text for stage in flow.stages)
    assert all(f"    {move.source} --> {move.target}: {move.label}" in text for move in flow.moves)
