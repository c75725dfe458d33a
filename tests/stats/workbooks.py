"""Asking for an export, and reading what came."""

from io import BytesIO

from django.http import HttpResponseBase
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from stats import exports
from tests.world import World


def post(world: World, code: str, query: str = "", who: str = "p1", **data) -> HttpResponseBase:
    """「导出 Excel」 with all columns, unless `data` says which."""
    columns = [column.key for column in exports.find(code).columns]
    return world.client(who).post(f"/statistics/export/{code}/?{query}", {"columns": columns} | data)


def sheets(answer: HttpResponseBase) -> list[Worksheet]:
    assert answer.status_code == 200
    return load_workbook(BytesIO(b"".join(answer.streaming_content))).worksheets


def table(answer: HttpResponseBase) -> list[dict[str, object]]:
    head, *rows = sheets(answer)[0].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows if any(value is not None for value in row)]
