"""The one place that writes workbooks."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from review.models import Handling
from review.registry import Column

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS = 5_000  # what a request may build while somebody waits
_HEAD = PatternFill("solid", fgColor="E6F2EE")


def workbook(title: str, columns: Sequence[Column], heads: Sequence[str], rows: Iterable[Handling]) -> bytes:
    """The list as .xlsx: Chinese heads, frozen and filtered; every cell is text, so `=…` and zeros stay (X01)."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    titles = [column.label for column in columns] + list(heads)
    widths = [column.width for column in columns] + [18] * len(heads)
    for index, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width + 4
    sheet.freeze_panes = "A2"
    sheet.append([_text(sheet, head, head=True) for head in titles])
    count = 1
    for row in rows:
        if row.current:
            texts = [column.text(row.case) for column in columns] + [mark.words for mark in row.case.column_marks]
        else:
            texts = [columns[0].text(row.case), f"本机构办理的是第 {row.revision} 版，申请人已修改"]
        sheet.append([_text(sheet, text) for text in texts])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(titles))}{count}"
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _text(sheet, text: str, *, head: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", str(text))[:32_767])
    cell.data_type = "s"
    if head:
        cell.font, cell.fill = Font(bold=True), _HEAD
    else:
        cell.quotePrefix = True
    return cell
