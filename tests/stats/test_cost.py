"""The pages of statistics and the lists behind them cost the same number of queries for 1, 3 and 50 rows (H9)."""

import pytest

from tests.test_queries import ROWS, queries

INDIVIDUALS = {
    ("wh1", "/statistics/"): 26,
    ("p1", "/statistics/"): 27,
    ("p1", "/statistics/?by=chain"): 30,
    ("p1", "/statistics/stages/"): 26,
    ("wh1", "/statistics/stages/"): 18,
    ("p1", "/statistics/list/decisions/?stage=final&size=50"): 20,
    ("wh1", "/statistics/list/sent/?size=50"): 18,
    ("p1", "/statistics/?by=state"): 27,
}
TEAMS = {
    ("u1", "/statistics/"): 19,
    ("u1", "/statistics/teams/"): 18,
    ("u1", "/statistics/teams/?by=chain"): 21,
    ("u1", "/statistics/list/teams/?size=50"): 18,
    ("wh1", "/statistics/list/sent-people/?part=leader&size=50"): 18,
    ("p1", "/statistics/list/people/?part=leader&size=50"): 22,
    ("p1", "/statistics/list/units/?size=50"): 21,
}
DOCKING = {
    ("wh1", "/statistics/docking/"): 20,
    ("p1", "/statistics/docking/"): 24,
    ("p1", "/statistics/docking/?by=state"): 23,
    ("p1", "/statistics/list/matches/?size=50"): 23,
    ("wh1", "/statistics/list/matches/?size=50"): 19,
}


@pytest.mark.parametrize("rows", ROWS)
def test_individuals(world, rows):
    world.many(rows, "approved")
    assert {(name, path): queries(world.client(name), path, rows) for name, path in INDIVIDUALS} == INDIVIDUALS


@pytest.mark.parametrize("rows", [1, 3])
def test_teams(world, rows):
    world.many_teams(rows, "approved")
    counted = {(name, path): queries(world.client(name), path, 1 if "units" in path else rows) for name, path in TEAMS}
    assert counted == TEAMS


@pytest.mark.parametrize("rows", [1, 3, 20])
def test_needs_and_matches(world, rows):
    for _ in range(rows):
        world.offer(world.specialist(), world.need())
    assert {(name, path): queries(world.client(name), path, rows) for name, path in DOCKING} == DOCKING
