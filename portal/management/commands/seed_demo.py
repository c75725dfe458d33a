from unittest.mock import patch

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.demo.build import build
from portal.demo.crowd import crowd
from portal.demo.market import market
from portal.demo.newsroom import newsroom
from review import scans


class Command(BaseCommand):
    help = "写入演示数据：各角色的账号、申报批次，以及处在各个环节的申请；已有时不重复写入"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--applications", type=int, default=0, metavar="N", help="另外再生成 N 份有完整办理经过的申请"
        )
        parser.add_argument(
            "--needs", type=int, default=0, metavar="N", help="另外再生成 N 条服务需求，连同派驻单位、响应和邀请"
        )
        parser.add_argument("--articles", type=int, default=0, metavar="N", help="另外再生成 N 篇信息")
        parser.add_argument("--seed", type=int, default=2026, help="随机数种子；相同的种子生成相同的人和经过")

    @patch.object(scans, "LOOKED_AT", 0)  # its sealed papers stand for others: to read them takes longer than all else
    def handle(self, *, seed: int, **options) -> None:
        if settings.MODE not in ("demo", "test"):
            raise CommandError("生产环境不能写入演示数据。")
        if build(self.stdout.write, seed):
            self.stdout.write("演示数据已写入。")
        else:
            self.stdout.write("演示数据已在，不重复写入。")
        for what, more in (("applications", crowd), ("needs", market), ("articles", newsroom)):
            if options[what] > 0:
                more(options[what], self.stdout.write, seed)
