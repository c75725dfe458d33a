"""The one place that writes and reads workbooks (.xlsx).

Written by rustpy-xlsxwriter, row by row, in a sixth of openpyxl's time and in memory that does not grow; where it has
no wheel, by openpyxl, with the same cells. `./dev bench excel` compares them.
"""

import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

try:
    import rustpy_xlsxwriter as rust
except ImportError:  # one maintainer: the other path stays good
    rust = None  # type: ignore[assignment]

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT, DATE, NUMBER = "text", "date", "number"
SHEET_ROWS = 500_000  # more go on to a next sheet; Excel itself ends at 1,048,576
MAX_CHARS = 32_767  # in a cell, as Excel counts: in UTF-16 units
CUT = "……（原文 {:,} 字，超出单元格上限，以下省略）"
HEAD = "E6F2EE"  # --green-tint of static/ktp/tokens.css
_FORMATS = {TEXT: "General", DATE: "yyyy-mm-dd", NUMBER: "General"}


@dataclass(frozen=True)
class Column:
    """`label` stands at the head, once in a workbook; `width` in Latin characters, of which a Chinese one takes two."""

    label: str
    width: float = 12
    kind: str = TEXT


@dataclass(frozen=True)
class _Sheet:
    name: str
    columns: Sequence[Column]
    rows: Iterator[list[Any]]  # of clean values


ABOUT = (Column("项目", 16), Column("内容", 80))


def write(
    path: Path,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    count: int,
    about: Iterable[tuple[str, str]] = (),
) -> int:
    """`rows`, each a value for each column, as a workbook at `path`; returns how many they were.

    `count` says how many come at most, as the sheets are laid out before the rows are read; one more is a ValueError,
    so that nothing is ever left out in silence. `about` (label, text) stands on the last sheet 「说明」 with time and
    count.
    """
    labels = [column.label for column in columns]
    if len(set(labels)) != len(labels):
        raise ValueError(f"two columns of one name: {labels}")
    written = 0
    cleaners = [_CLEAN[column.kind] for column in columns]

    def clean() -> Iterator[list[Any]]:
        nonlocal written
        for row in rows:
            written += 1
            yield [cleaner(value) for cleaner, value in zip(cleaners, row, strict=True)]

    def told() -> Iterator[list[Any]]:  # read last, when the count is known
        yield ["导出时间", f"{timezone.localtime():%Y-%m-%d %H:%M:%S}"]
        yield ["行数", f"{written:,}"]
        yield from ([_text(label), _text(text)] for label, text in about)

    cells = clean()
    parts = max(1, -(-count // SHEET_ROWS))
    names = [title] if parts == 1 else [f"{title}（{number}）" for number in range(1, parts + 1)]
    sheets = [_Sheet(name, columns, islice(cells, SHEET_ROWS)) for name in names]
    (_write_fast if rust else _write_plain)(path, [*sheets, _Sheet("说明", ABOUT, told())])
    if next(cells, None) is not None:
        raise ValueError(f"more rows than the {count} announced")
    return written


# Values: text is never a number, a formula or a broken file, whatever people have written (X01, X02, X05)

# What XML can't hold, lone surrogates, and the tab and return by which a copied cell falls apart.
_UNCLEAN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_search = _UNCLEAN.search


def _text(value: Any) -> str:
    if value.__class__ is not str:
        value = "" if value is None else str(value)
    if len(value) > MAX_CHARS // 2 or _search(value):
        value = _UNCLEAN.sub("", value.replace("\r\n", "\n").replace("\t", " "))
        return value if _units(value) <= MAX_CHARS else _cut(value)
    return value


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str) -> str:
    note = CUT.format(len(text))
    return text.encode("utf-16-le")[: 2 * (MAX_CHARS - len(note))].decode("utf-16-le", "ignore") + note


def _date(value: Any) -> Any:
    if isinstance(value, datetime):
        value = timezone.localdate(value) if timezone.is_aware(value) else value.date()
    return value if isinstance(value, date) and value.year >= 1900 else _text(value)  # Excel's calendar begins then


def _number(value: Any) -> Any:
    """Of an integer Excel keeps fifteen figures; a longer one is a name."""
    fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**15
    return value if fits else _text(value)


_CLEAN: dict[str, Callable[[Any], Any]] = {TEXT: _text, DATE: _date, NUMBER: _number}


# Engines


def _write_fast(path: Path, sheets: Sequence[_Sheet]) -> None:
    def records(sheet: _Sheet) -> Iterator[dict[str, Any]]:
        labels = [column.label for column in sheet.columns]
        first = next(sheet.rows, [None] * len(labels))  # the heads come with the first row: of none, an empty one
        yield dict(zip(labels, first, strict=True))
        for row in sheet.rows:
            yield dict(zip(labels, row, strict=True))

    def each(value: Callable[[_Sheet], Any]) -> dict[str, Any]:
        return {sheet.name: value(sheet) for sheet in sheets}

    formats = {kind: rust.Format().set_num_format(code) for kind, code in _FORMATS.items()}
    formats[TEXT].set_quote_prefix()  # text stays text even where the cell is edited or saved as CSV
    head = rust.Format().set_bold().set_background_color(HEAD).set_quote_prefix()
    rust.write_worksheets(
        [(sheet.name, records(sheet)) for sheet in sheets],
        str(path),
        freeze_panes={"general": {"row": 1, "col": 0}},
        column_widths=each(lambda sheet: [column.width for column in sheet.columns]),
        column_formats=each(lambda sheet: [formats[column.kind] for column in sheet.columns]),
        header_format=each(lambda sheet: head),
        autofilter=each(lambda sheet: True),
        ignore_errors=each(lambda sheet: [column.label for column in sheet.columns if column.kind == TEXT]),
    )


_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # a text that looks like an escaped letter would be read as the letter


def _write_plain(path: Path, sheets: Sequence[_Sheet]) -> None:
    from openpyxl import Workbook  # here: a fifth of a second at every start, for nothing
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    book, font, fill = Workbook(write_only=True), Font(bold=True), PatternFill("solid", fgColor=HEAD)

    def cell(page, value: Any, kind: str) -> Any:
        made = WriteOnlyCell(page, value=_ESCAPE.sub("_x005F_", value) if isinstance(value, str) else value)
        if isinstance(value, str):
            made.data_type, made.quotePrefix = "s", True
        else:
            made.number_format = _FORMATS[kind]
        return made

    for sheet in sheets:
        page, count = book.create_sheet(sheet.name), 1
        for index, column in enumerate(sheet.columns, 1):
            page.column_dimensions[get_column_letter(index)].width = column.width
        page.freeze_panes = "A2"
        heads = [cell(page, column.label, TEXT) for column in sheet.columns]
        for head in heads:
            head.font, head.fill = font, fill
        page.append(heads)
        for row in sheet.rows:
            page.append([cell(page, value, column.kind) for value, column in zip(row, sheet.columns, strict=True)])
            count += 1
        page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{count}"
    book.save(path)


# Reading what people fill in

MAX_BYTES = 5 * 1024**2
MAX_ROWS = 5_000
READING_SECONDS = 20
REFUSALS = {
    "not_xlsx": "只能上传 Excel 工作簿（.xlsx）；.xls、.csv 等其他格式请在 Excel 中另存为 .xlsx 后上传",
    "encrypted": "文件已加密，或是旧版 .xls 格式；请在 Excel 中取消密码，另存为 .xlsx 后上传",
    "too_large": f"文件超过 {MAX_BYTES // 1024**2} MB，请只保留需要导入的行和列",
    "damaged": "文件已损坏或不完整，请用 Excel 打开并重新保存后上传",
    "too_complex": "工作表范围过大或过于复杂，系统无法读取；请把数据复制到新的工作簿后上传",
    "too_many_rows": "数据超过 {max_rows:,} 行，请分成几个文件上传",
    "empty": "第一个工作表中没有数据",
    "long_number": "第 {row} 行第 {column} 列的数字超过 15 位，Excel 只保留前 15 位；请将该列设为文本格式后重新填写",
}


def read_rows(path: Path, max_rows: int = MAX_ROWS) -> list[list[str]]:
    """The first visible sheet as text, from its first row on (row numbers are Excel's) to the last that is filled.

    Whole numbers have no decimals, dates are 2026-01-31; no figure of a number that identifies is lost: what Excel has
    rounded is refused. At most `max_rows` below the first row. Raises ValidationError with a sentence for the user.
    """
    if path.stat().st_size > MAX_BYTES:
        raise _refusal("too_large")
    script = Path(__file__).with_name("read_xlsx.py")
    try:
        answer = subprocess.run(  # noqa: S603  our own script, on a file that we named
            [sys.executable, "-I", script, path, str(max_rows)],
            capture_output=True, check=True, timeout=READING_SECONDS, env={},
        )  # fmt: skip
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as fault:
        logger.warning("读取上传的工作簿未完成：%s %s", fault, (fault.stderr or b"")[-500:].decode(errors="replace"))
        raise _refusal("too_complex") from fault
    verdict = json.loads(answer.stdout)
    if "refusal" in verdict:
        raise _refusal(max_rows=max_rows, **verdict)
    return verdict["rows"]


def _refusal(refusal: str, **facts: Any) -> ValidationError:
    return ValidationError(REFUSALS[refusal].format(**facts), code=refusal)
