from django.core.management.base import BaseCommand, CommandError

from review import history, registry


class Command(BaseCommand):
    help = "核对每个事项的状态与办理记录是否一致，逐条报告被改动或缺失的记录"

    def handle(self, *args, **options) -> None:
        found = 0
        for process in registry.all_processes():
            for sentence in history.faults(process.model):
                self.stdout.write(sentence)
                found += 1
        if found:
            raise CommandError(f"发现 {found} 处不一致")
        self.stdout.write("办理记录完整，状态一致。")
