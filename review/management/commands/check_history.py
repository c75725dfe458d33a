from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from accounts import audit
from review import history, registry


class Command(BaseCommand):
    help = "核对每个事项的状态、版本与办理记录是否一致，操作日志是否完整，逐条报告被改动或缺失的记录"

    def handle(self, *args, **options) -> None:
        found = 0
        with one_moment():
            checks = (history.faults(process.model) for process in registry.all_processes())
            for sentence in chain(chain.from_iterable(checks), history.faults_of_people(), audit.faults()):
                self.stdout.write(sentence)
                found += 1
        if found:
            raise CommandError(f"发现 {found} 处不一致")
        self.stdout.write("办理记录与操作日志完整，状态一致。")


@contextmanager
def one_moment() -> Iterator[None]:
    """People work on meanwhile, and rows are compared with what is counted elsewhere."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql" and not connection.savepoint_ids:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
