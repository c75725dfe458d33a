"""How fast a workbook is written: the one function of the project, and bare openpyxl, on the same values."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from attachments import workbook
from attachments.workbook import DATE, NUMBER, TEXT, Column

COLUMNS = 30
AIM_RATIO, AIM_GROWTH = 3.0, 1.2
KINDS = [DATE if place == 9 else NUMBER if place == 19 else TEXT for place in range(COLUMNS)]


def values(rows: int) -> Iterator[list]:
    """Names, numbers that identify, a date, a figure and sentences, as an export has them."""
    start = date(2026, 1, 1)
    for number in range(rows):
        row: list = [f"第{number}行第{place}列的中文内容" for place in range(COLUMNS)]
        row[1] = f"42010619900101{number % 10000:04d}"
        row[9], row[19] = start + timedelta(days=number % 365), number % 366
        yield row


def project(path: Path, rows: int) -> None:
    columns = [Column(f"第{place}列", 14, kind) for place, kind in enumerate(KINDS)]
    workbook.write(path, "测量", columns, values(rows), count=rows)


def openpyxl(path: Path, rows: int) -> None:
    """The shortest way in which text stays text."""
    book = Workbook(write_only=True)
    page = book.create_sheet("测量")
    page.append([f"第{place}列" for place in range(COLUMNS)])
    for row in values(rows):
        cells = []
        for value in row:
            cell = WriteOnlyCell(page, value=value)
            if isinstance(value, str):
                cell.data_type = "s"
            cells.append(cell)
        page.append(cells)
    book.save(path)


def bare(path: Path, rows: int) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet("测量")
    page.append([f"第{place}列" for place in range(COLUMNS)])
    for row in values(rows):
        page.append(row)
    book.save(path)


WRITERS: dict[str, Callable[[Path, int], None]] = {"ours": project, "bare": bare, "typed": openpyxl}
NAMES = {"ours": "本系统", "bare": "openpyxl 只写模式", "typed": "openpyxl 只写模式，文本定型"}


def one(writer: str, rows: int, path: str) -> None:
    """In a process of its own, so that each peak of memory is its own."""
    begun = time.perf_counter()
    WRITERS[writer](Path(path), rows)
    print(time.perf_counter() - begun, getrusage(RUSAGE_SELF).ru_maxrss / 1024)


def run(rows: int, home: str) -> None:
    print(f"{rows:,} 行 × {COLUMNS} 列，同样的值；内存为各自进程的峰值")
    path = Path(home) / "bench.xlsx"
    seconds, memory = {}, {}
    for writer, count in (("ours", rows // 10), ("ours", rows), ("bare", rows), ("typed", rows)):
        command = [sys.executable, "-m", "bench", "excel", "--rows", str(count), "--one", writer, "--path", str(path)]
        answer = subprocess.run(command, capture_output=True, check=True, text=True)
        seconds[writer], memory[writer, count] = map(float, answer.stdout.split())
        print(
            f"{NAMES[writer]}，{count:,} 行：{seconds[writer]:.1f} 秒，{memory[writer, count]:.0f} MB，"
            f"文件 {path.stat().st_size / 1024**2:.1f} MB",
            flush=True,
        )
    ratio, growth = seconds["bare"] / seconds["ours"], memory["ours", rows] / memory["ours", rows // 10]
    print(f"快 {ratio:.1f} 倍（目标 ≥ {AIM_RATIO:g}），十倍的行内存为 {growth:.2f} 倍（目标 ≤ {AIM_GROWTH:g}）")
