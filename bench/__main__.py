"""Prints figures. Everything is made for the run and thrown away: database, accounts, files."""

import argparse
import os
import sys
import tempfile
from importlib import import_module


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    queues = commands.add_parser("queues", help="审核页面的速度，与一个空页面并排比较（PostgreSQL）")
    queues.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000], help="申请份数，每个数一个数据库")
    queues.add_argument("--rounds", type=int, default=40, help="每个页面打开几次")
    for name, words in (("needs", "服务对接"), ("articles", "门户和信息公开")):
        public = commands.add_parser(name, help=f"{words}页面的速度，与一个空页面并排比较（PostgreSQL）")
        public.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000], help="条数，每个数一个数据库")
        public.add_argument("--rounds", type=int, default=40, help="每个页面打开几次")
    statistics = commands.add_parser("statistics", help="数据统计页面的速度，与其 SQL 并排比较（PostgreSQL）")
    statistics.add_argument("--size", type=int, default=100_000, help="申请份数")
    statistics.add_argument("--rounds", type=int, default=10, help="每个页面打开几次")
    pdf = commands.add_parser("pdf", help="申请表与服务协议生成 PDF 的速度")
    pdf.add_argument("--rounds", type=int, default=20, help="每种生成几次")
    papers = commands.add_parser("papers", help="批量生成 PDF 并打包的速度和内存，与裸 WeasyPrint 并排比较")
    papers.add_argument("--count", type=int, default=1000, help="申请份数")
    scans = commands.add_parser("scans", help="盖章件扫描后打包上传：自动提交的对错，与扫描分辨率")
    scans.add_argument("--count", type=int, default=100, help="每种分辨率的份数")
    scans.add_argument("--seed", type=int, default=2026, help="随机数种子")
    excel = commands.add_parser("excel", help="写出 Excel 的速度，与 openpyxl 并排比较")
    excel.add_argument("--rows", type=int, default=100_000, help="行数")
    excel.add_argument("--one", help=argparse.SUPPRESS)  # one measurement, in a process of its own
    excel.add_argument("--path", help=argparse.SUPPRESS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ktp-bench-") as home:
        # ./dev bench has set demo mode and the demo's own folder: the run takes one of its own
        os.environ |= {"KTP_MODE": "demo", "KTP_VAR_DIR": home, "DJANGO_SETTINGS_MODULE": "ktp.settings"}
        if options.command in ("queues", "needs", "articles", "statistics"):
            from tests import pg

            os.environ["DATABASE_URL"] = pg.start()
        else:
            os.environ["DATABASE_URL"] = f"sqlite:///{home}/db.sqlite3"
        import django

        django.setup()
        if options.command in ("queues", "needs", "articles"):
            import_module(f"bench.{options.command}").run(sorted(options.sizes), options.rounds)
        elif options.command == "statistics":
            from bench.statistics import run as run_statistics

            run_statistics(options.size, options.rounds)
        elif options.command == "papers":
            from bench.papers import run as run_papers

            run_papers(options.count, home)
        elif options.command == "scans":
            from bench.scans import run as run_scans

            run_scans(options.count, options.seed)
        elif options.command == "excel":
            from bench import excel as writing

            if options.one:
                writing.one(options.one, options.rows, options.path)
            else:
                writing.run(options.rows, home)
        else:
            from bench.pdf import run as run_pdf

            run_pdf(options.rounds)


if __name__ == "__main__":
    sys.exit(main())
