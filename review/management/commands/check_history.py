from itertools import chain

from django.core.management.base import BaseCommand, CommandError

from accounts import audit
from review import history, registry


class Command(BaseCommand):
    help = "核对每个事项的状态与办理记录是否一致、操作日志是否完整，逐条报告被改动或缺失的记录"

    def handle(self, *args, **options) -> None:
        found = 0
        checks = (history.faults(process.model) for process in registry.all_processes())
        for sentence in chain(chain.from_iterable(checks), audit.faults()):
            self.stdout.write(sentence)
            found += 1
        if found:
            raise CommandError(f"发现 {found} 处不一致")
        self.stdout.write("办理记录与操作日志完整，状态一致。")
