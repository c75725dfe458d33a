"""Real threads on real PostgreSQL, brought to the same point at the same moment.

Each race is run twice: with its guard switched off it must be seen to happen, with the guard on it must not.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections, models

from review import services

all_at_once = services._locked
PATIENCE = 0.4  # seconds that the first one in waits for the others; behind a lock they can't come


class Gate:
    """Where all meet; those who wait in vain go on alone."""

    def __init__(self, parties: int) -> None:
        self._barrier = threading.Barrier(parties)

    def wait(self) -> None:
        try:
            self._barrier.wait(PATIENCE)
        except threading.BrokenBarrierError:
            return

    def after(self, function: Callable) -> Callable:
        """`function`, with a meeting when it has its result."""

        def met(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            self.wait()
            return result

        return met


def together(*calls: Callable[[], Any]) -> list[Any]:
    """What each call returns or raises, all of them begun at once, each on a connection of its own."""
    results: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(index: int, call: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            results[index] = call()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return results


def failures(results: list[Any]) -> list[Exception]:
    return [result for result in results if isinstance(result, Exception)]


def unlocked(model: type[models.Model], pks: Any) -> dict:
    """`review.services._locked` without its lock."""
    return {case.pk: case for case in model.objects.for_review().filter(pk__in=list(pks)).order_by("pk")}


def one_by_one(model: type[models.Model], pks: Any) -> dict:
    """`review.services._locked` row by row in the order given, as one would write it first."""
    found: dict = {}
    for pk in pks:
        found |= all_at_once(model, [pk])
        time.sleep(PATIENCE / 2)
    return found


@contextmanager
def without(*constraints: tuple[type[models.Model], str]) -> Iterator[None]:
    """The database without some of its unique constraints. The tables are emptied before these come back."""
    found = [(model, next(one for one in model._meta.constraints if one.name == name)) for model, name in constraints]
    with connection.schema_editor() as editor:
        for model, constraint in found:
            editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        tables = ", ".join(dict.fromkeys(f'"{model._meta.db_table}"' for model, _ in found))
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {tables} CASCADE")
        with connection.schema_editor() as editor:
            for model, constraint in found:
                editor.add_constraint(model, constraint)
