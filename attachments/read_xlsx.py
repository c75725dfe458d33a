"""Reads one workbook that nobody vouches for, in a process of its own: `python -I read_xlsx.py SOURCE MAX_ROWS`.

Prints `{"rows": [[text, …], …]}`, or `{"refusal": code, …}` with a code of `attachments.workbook.REFUSALS`. Two cells
at opposite ends of a sheet are enough to end the reader for want of memory: it ends this process only. No Django here.
"""

import json
import resource
import sys
from datetime import date, datetime, time
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

CPU_SECONDS = 10
MEMORY = 768 * 1024**2
MAX_UNPACKED = 64 * 1024**2
MAX_PARTS = 1_000
MAX_COLUMNS = 200
MAX_LETTERS = 16 * 1024**2  # in all: cells share texts, so few bytes can become many
OLE = b"\xd0\xcf\x11\xe0"  # an encrypted workbook, or one of the time before .xlsx
PARTS = {"[Content_Types].xml", "xl/workbook.xml"}
MIDNIGHT = time(0)


class Refused(Exception):
    def __init__(self, refusal: str, **facts: int) -> None:
        self.verdict: dict[str, object] = {"refusal": refusal, **facts}


def check(source: Path) -> None:
    """What the directory of the zip tells, before anything is unpacked."""
    with source.open("rb") as file:
        start = file.read(4)
    if start == OLE:
        raise Refused("encrypted")
    if start != b"PK\x03\x04":
        raise Refused("not_xlsx")
    with ZipFile(source) as book:
        parts = book.infolist()
    if not {part.filename for part in parts} >= PARTS:
        raise Refused("not_xlsx")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Refused("too_complex")


def read(source: Path, max_rows: int) -> list[list[str]]:
    with CalamineWorkbook.from_path(source) as book:
        names = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        ]
        if not names:
            raise Refused("empty")
        sheet = book.get_sheet_by_name(names[0])
        if sheet.total_width > MAX_COLUMNS:
            raise Refused("too_complex")
        rows, letters = [], 0
        for number, row in enumerate(sheet.to_python(skip_empty_area=False), 1):
            rows.append([text(value, number, column) for column, value in enumerate(row, 1)])
            letters += sum(map(len, rows[-1]))
            if letters > MAX_LETTERS:
                raise Refused("too_complex")
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise Refused("empty")
    if len(rows) > max_rows + 1:
        raise Refused("too_many_rows")
    return rows


def text(value: object, row: int, column: int) -> str:
    match value:
        case bool():
            return "是" if value else "否"
        case int() | float():
            if abs(value) >= 10**15:
                raise Refused("long_number", row=row, column=column)
            return str(int(value)) if value == int(value) else repr(value)
        case datetime():
            return f"{value:%Y-%m-%d}" if value.time() == MIDNIGHT else f"{value:%Y-%m-%d %H:%M:%S}"
        case date():
            return value.isoformat()
    return str(value).strip()


def main(source: str, max_rows: str) -> dict[str, object]:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        check(Path(source))
        return {"rows": read(Path(source), int(max_rows))}
    except Refused as refused:
        return refused.verdict
    except (BadZipFile, CalamineError, OSError, ValueError, OverflowError):
        return {"refusal": "damaged"}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))
