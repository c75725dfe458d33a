"""Every list costs the same number of queries for 1, 3 and 50 rows, and that number is written down here (H9).

A count that grows with the rows is an N+1; a count that differs from the one below is a change to look at.
"""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements import services as agreements
from agreements.models import Agreement
from applications.models import Application
from review.models import IntakeDocument
from review.services import perform_many
from tests.world import World, agreement_values, paper

ROWS = (1, 3, 50)

QUEUES = {  # state: (who works it off, queries)
    "initial": ("wh1", 17),
    "province": ("p1", 21),
    "push": ("p1", 21),
    "docking": ("yc1", 17),
    "final": ("p1", 21),
}
PAGES = {  # once all have been approved
    ("wh1", "/review/selection/records/?size=50"): 19,
    ("yc1", "/review/selection/records/?size=50"): 19,
    ("p1", "/review/selection/records/?size=50"): 23,
    ("p1", "/review/selection/records/?size=50&state=approved&name=申报人"): 22,
    ("wh1", "/papers/?size=50"): 20,
    ("p1", "/papers/?size=50"): 24,
    ("p1", "/statistics/export/selection-records/"): 21,
    ("p1", "/statistics/export/people/"): 22,
    ("wh1", "/workbench/"): 17,
    ("p1", "/workbench/"): 24,
    ("pa1", "/admin/accounts/user/"): 11,
}
SEALED = {
    ("p1", "/review/sealed/queue/checking/?size=50"): 23,
    ("p1", "/review/sealed/records/?size=50"): 24,
    ("p1", "/papers/sealed/?size=50"): 26,
    ("wh1", "/papers/sealed/?size=50"): 22,
    ("p1", "/statistics/export/sealed-papers/"): 21,
}
AGREEMENTS = {
    ("p1", "/review/agreements/queue/archiving/?size=50"): 21,
    ("p1", "/review/agreements/records/?size=50"): 23,
    ("p1", "/papers/personal-agreements/?size=50"): 25,
    ("p1", "/statistics/export/agreements-records/"): 21,
}
PACKS = {"list": 14, "pack": 25, "by hand": 19}  # 打包上传: as many packs, documents in one, cases to pick from
WORKBENCH = {"wh1": 17, "yc1": 17, "p1": 24}  # with something waiting
ONE_CASE = {"wh1": 23, "s1": 17}  # the officer's page of a case and the applicant's own, however long its history


def queries(client: Client, address: str, rows: int) -> int:
    client.get(address)  # whatever is read once a process
    with CaptureQueriesContext(connection) as found:
        answer = client.get(address)
    assert answer.status_code == 200
    if (shown := answer.context and answer.context.get("rows")) is not None:
        assert len(shown) == rows
    return len(found)


def onward(cases: list[Application], world: World) -> list[Application]:
    case = cases[0]
    perform_many(
        Application, case.flow.onward(case.stage).action, {one.pk: one.seen for one in cases},
        actor=world.officer_at(case.desk),
    )  # fmt: skip
    return list(Application.objects.for_review().filter(pk__in=[one.pk for one in cases]))


def seal(applications: list[Application], world: World) -> None:
    """What their city has sealed lies with the province."""
    for case in applications:
        world.sealed("checking", case)


def agree(applications: list[Application]) -> None:
    """Scans of their agreements lie with the province."""
    saved = {}
    for application in applications:
        case = agreements.open_agreement(application, actor=application.owner)
        case = agreements.save_agreement(case, actor=application.owner, version=0, values=agreement_values())
        saved[case.pk] = case.seen
    perform_many(Agreement, "save", saved, actor=None)
    for case in Agreement.objects.for_review():
        agreements.upload_scan(case, actor=case.owner, seen=case.seen, upload=paper())


@pytest.mark.parametrize("rows", ROWS)
def test_queues_records_papers_statistics_workbench_and_agreements(world, rows):
    clients = {name: world.client(name) for name in ("wh1", "yc1", "p1", "pa1")}
    cases, counted, workbench = world.many(rows, "initial"), {}, {}
    for state, (name, _) in QUEUES.items():
        counted[state] = (name, queries(clients[name], f"/review/selection/queue/{state}/?size=50", rows))
        workbench[name] = queries(clients[name], "/workbench/", rows)
        cases = onward(cases, world)
    assert counted == QUEUES
    assert workbench == WORKBENCH
    assert {(name, path): queries(clients[name], path, rows) for name, path in PAGES} == PAGES
    seal(cases, world)
    assert {(name, path): queries(clients[name], path, rows) for name, path in SEALED} == SEALED
    agree(cases)
    assert {(name, path): queries(clients[name], path, rows) for name, path in AGREEMENTS} == AGREEMENTS


@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_one_case_with_a_long_history(world, rounds):
    case = world.application("initial")
    for _ in range(rounds):
        case = world.walk(world.return_it(world.walk(case, "final")), "initial")
    pages = {"wh1": f"/review/selection/case/{case.pk}/?queue=initial", "s1": "/application/"}
    assert {name: queries(world.client(name), page, 0) for name, page in pages.items()} == ONE_CASE


@pytest.mark.parametrize("rows", ROWS)
def test_packs_of_scans(world, rows):
    client = world.client("wh1")
    codes = [case.revisions.get().code for case in world.many(rows, "province")]
    packs = [world.intake() for _ in range(rows)]
    packs[0].documents.all().delete()
    packs[0].documents.bulk_create(
        IntakeDocument(intake=packs[0], number=number, code=code, pages=[[0, 0]]) for number, code in enumerate(codes)
    )
    counted = {
        "list": queries(client, "/review/intake/", 0),
        "pack": queries(client, f"/review/intake/{packs[0].key}/", rows),
        "by hand": queries(client, f"/review/intake/{packs[0].key}/new/", 0),
    }
    assert counted == PACKS
