"""An export shows one moment (X07), and tells how far it is while it does."""

import pytest
from django.db import InternalError
from openpyxl import load_workbook

from accounts.models import Organisation
from attachments import jobs
from attachments.models import Job
from stats import services
from stats.services import Order
from stats.tables import Row
from tests import world as worlds
from tests.races.together import together
from tests.world import World

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(services, "PORTION", 1)
    return worlds.build()


def states(path) -> list[str]:
    return [row[0] for row in load_workbook(path).worksheets[0].iter_rows(min_row=2, values_only=True)]


def test_decisions_made_meanwhile_are_not_in_it(world, tmp_path):
    cases, order = world.many(3, "province"), Order("people", columns=["state"])

    def decide(done: int, total: int) -> None:
        if done == 1:
            world.onward(cases, "docking")
            world.application("initial", "s1")

    assert services.make(order, world.user("p1"), tmp_path / "x.xlsx", decide) == 3
    assert states(tmp_path / "x.xlsx") == ["省厅审核"] * 3
    assert services.make(order, world.user("p1"), tmp_path / "y.xlsx") == 4
    assert sorted(states(tmp_path / "y.xlsx")) == sorted([*["对接审核"] * 3, "所在地市审核"])


def test_progress_is_seen_while_it_is_read(world, monkeypatch):
    world.many(3, "province")
    job, seen = services.start(Order("people"), world.user("p1")), []
    monkeypatch.setattr("attachments.jobs.monotonic", iter(range(1, 1000)).__next__)  # each step is told
    state = Row.state.fget

    def reading(row: Row) -> str:
        seen.extend(together(lambda: Job.objects.get(pk=job.pk).done))  # as somebody else sees it
        return state(row)

    monkeypatch.setattr(Row, "state", property(reading))
    jobs.run_all()
    assert seen == [0, 1, 2]
    job.refresh_from_db()
    assert (job.status, job.done) == ("done", 3)


def test_a_database_that_is_read_is_left_in_peace(world, tmp_path):
    services.make(Order("organisations"), world.user("p1"), tmp_path / "x.xlsx")
    with pytest.raises(InternalError, match="read-only"), services.snapshot():
        Organisation.objects.update(name="改写")
    assert not Organisation.objects.filter(name="改写").exists()
