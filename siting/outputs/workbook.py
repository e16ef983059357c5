"""An Excel workbook read and printed as it is: contents with links, heads in words, pages."""

from __future__ import annotations

import datetime as dt
import re
import textwrap
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting import texts
from siting.outputs import zips
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from siting.outputs.data_files import About, ColumnMeaning

FIXED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - Excel knows no time zone
CORE = "docProps/core.xml"
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")  # openpyxl writes the moment of saving
FORMATS = {
    "share": "0.0%",
    "min": "0.0",
    "inhabitants": "#,##0",
    "count": "#,##0",
    "points": "0.0",
    "°": "0.00000",
}
WIDEST, NARROWEST, LONG_HEAD = 40, 10, 18  # characters of a column; of one under a long head
UPRIGHT = 95  # characters across that an upright page holds
FONT, LINE = "Calibri", 15.0  # of the sheets; points of a line of the head


def write(
    path: Path,
    sheets: Mapping[str, pd.DataFrame],
    definitions: Mapping[str, Mapping[str, ColumnMeaning]],
    about: About,
) -> None:
    """Write tables as a workbook: contents, a sheet a table, definitions of columns, sources.

    Parameters
    ----------
    sheets
        Tables by the name of their sheet; at most `MOST_ROWS` rows each.
    definitions
        Of each sheet's columns: what heads them, in words and with their unit.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - only where it is asked for

    book = Workbook(write_only=False)
    book.remove(book.active)
    book.properties.title = about.title
    book.properties.creator = "siting"
    book.properties.description = f"{about.joined('attribution')} | {about.joined('licence')}"
    book.properties.created = book.properties.modified = FIXED
    contents = book.create_sheet(t("exports.sheet.contents"))
    for name, table in sheets.items():
        meanings = [definitions[name][str(column)] for column in table.columns]
        headed = table.set_axis([head(meaning) for meaning in meanings], axis=1)
        _fill(book.create_sheet(name), headed, [meaning.unit for meaning in meanings])
    dictionary = _dictionary(sheets, definitions)
    _fill(book.create_sheet(t("exports.sheet.definitions")), dictionary, [""] * 5)
    keys = ("title", "producer", "vintage", "licence", "status", "attribution")
    listed = pd.DataFrame([[source[key] for key in keys] for source in about.sources], columns=keys)
    listed.columns = pd.Index([t(f"exports.head.{key}") for key in keys])
    _fill(book.create_sheet(t("exports.sheet.sources")), listed, [""] * len(keys))
    _contents(contents, book, about)
    for sheet in book.worksheets:
        _page(sheet, about)
    raw = BytesIO()
    book.save(raw)
    files = zips.read(raw)
    files[CORE] = MODIFIED.sub(rf"\g<1>{FIXED:%Y-%m-%dT%H:%M:%SZ}".encode(), files[CORE])
    zips.write(path, files)


def head(meaning: ColumnMeaning) -> str:
    """What heads a column: its meaning, and its unit where it has one."""
    words = meaning.meaning[:1].upper() + meaning.meaning[1:]
    return f"{words} ({unit(meaning.unit)})" if meaning.unit else words


def unit(code: str) -> str:
    """A unit in the words of the language; a sign or an abbreviation stays."""
    key = f"exports.unit.{code}"
    return t(key) if texts.has(key) else code


def _dictionary(
    sheets: Mapping[str, pd.DataFrame], definitions: Mapping[str, Mapping[str, ColumnMeaning]]
) -> pd.DataFrame:
    """What each column is called here and in the other files, and what it holds."""
    rows = []
    for name, table in sheets.items():
        for column in map(str, table.columns):
            meaning = definitions[name][column]
            rows.append((name, head(meaning), column, meaning.meaning, unit(meaning.unit)))
    heads = ("sheet", "head", "column", "meaning", "unit")
    return pd.DataFrame(rows, columns=[t(f"exports.head.{key}") for key in heads])


def _contents(sheet: Any, book: Any, about: About) -> None:
    """The first sheet: the title, and a link to each of the others with its rows."""
    from openpyxl.styles import Font  # noqa: PLC0415 - only where it is asked for
    from openpyxl.worksheet.hyperlink import Hyperlink  # noqa: PLC0415

    sheet.append([about.title])
    sheet["A1"].font = Font(name=FONT, bold=True, size=14)
    sheet.append([])
    sheet.append([t("exports.head.sheet"), t("exports.head.rows")])
    for cell in sheet[3]:
        cell.font = Font(name=FONT, bold=True)
    for other in book.worksheets[1:]:
        sheet.append([other.title, other.max_row - 1])
        link = sheet.cell(sheet.max_row, 1)
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{other.title}'!A1")
        link.font = Font(name=FONT, color="0B4F8A", underline="single")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = WIDEST, NARROWEST


def _page(sheet: Any, about: About) -> None:
    """A4, as wide as the sheet, its head on each page, its name and number under it."""
    across = sum(column.width for column in sheet.column_dimensions.values())
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "portrait" if across <= UPRIGHT else "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    if sheet.freeze_panes:
        sheet.print_title_rows = "1:1"
    sheet.oddHeader.left.text = about.title.replace("&", "&&")
    sheet.oddFooter.left.text = "&A"
    sheet.oddFooter.right.text = "&P / &N"
    sheet.page_margins.left = sheet.page_margins.right = 0.4


def _fill(sheet: Any, table: pd.DataFrame, units: Sequence[str]) -> None:
    """Write a table on a sheet: head in bold and frozen, a filter, a format a column."""
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415

    sheet.sheet_properties.pageSetUpPr = PageSetupProperties()
    sheet.append([str(column) for column in table.columns])
    plain = table.astype(object).where(table.notna(), None)
    for number, row in enumerate(plain.itertuples(index=False, name=None), 2):
        sheet.append([_plain(value) for value in row])
        for i, value in enumerate(row, 1):
            if isinstance(value, str) and value.startswith("="):
                sheet.cell(number, i).data_type = "s"  # a name that begins with = is a name
    for cell in sheet[1]:
        cell.font, cell.fill = Font(name=FONT, bold=True), PatternFill("solid", fgColor="E8ECEE")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    lines = 1
    for i, code in enumerate(units, 1):
        words = max(map(len, str(table.columns[i - 1]).split()), default=0)
        values = [len(shown) for shown in plain.iloc[:200, i - 1].map(_shown)]
        least = LONG_HEAD if len(str(table.columns[i - 1])) > 2 * NARROWEST else NARROWEST
        width = min(WIDEST, max([least, words + 2, *(size + 2 for size in values)]))
        sheet.column_dimensions[get_column_letter(i)].width = width
        lines = max(lines, len(textwrap.wrap(str(table.columns[i - 1]), int(width))))
        if code in FORMATS:
            for (cell,) in sheet.iter_rows(min_row=2, min_col=i, max_col=i):
                cell.number_format = FORMATS[code]
    sheet.row_dimensions[1].height = LINE * lines  # programmes do not fit it to wrapped words
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions


def _shown(value: Any) -> str:
    """About as wide as a sheet shows it."""
    return f"{value:,.1f}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> Any:
    """A value as Excel holds it."""
    if isinstance(value, np.generic):
        value = value.item()
    return round(value, 6) if isinstance(value, float) else value
