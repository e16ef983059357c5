"""Reading workbooks (.xlsx): the one place that does, row by row and within limits.

One cell in the last row and column of an empty sheet makes a table of 17 thousand million cells:
rows and columns are counted as they come, empty ones at the end left out.
"""

from __future__ import annotations

import contextlib
import io
import zipfile
from typing import IO, TYPE_CHECKING, Any

from siting import archives
from siting.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from openpyxl import Workbook

MOST_ROWS = 500_000
MOST_COLUMNS = 1_000
MOST_CELLS = 5_000_000


@contextlib.contextmanager
def opened(path: Path, content: bytes | None = None) -> Iterator[Workbook]:
    """Open a workbook for reading.

    Parameters
    ----------
    content
        Its bytes, where it comes out of an archive.

    Raises
    ------
    InputError
        There is no such file, it is no workbook, or it holds far more than its size tells.
    """
    # only where a workbook is read
    import openpyxl  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    if not path.is_file():
        raise InputError("missing_file", file=path)
    with contextlib.ExitStack() as stack:
        whole: IO[bytes] = (
            stack.enter_context(path.open("rb")) if content is None else io.BytesIO(content)
        )
        if not zipfile.is_zipfile(whole):
            raise InputError("not_a_workbook", file=path, detail="zip")
        with archives.opened(path, whole):
            pass
        try:
            book = openpyxl.load_workbook(whole, read_only=True, data_only=True, keep_links=False)
        except (InvalidFileException, *archives.NOT_SOUND, *NOT_A_WORKBOOK) as error:
            raise InputError("not_a_workbook", file=path, detail=error) from error
        stack.callback(book.close)
        if not book.sheetnames:
            raise InputError("not_a_workbook", file=path, detail="0 sheets")
        yield book


NOT_A_WORKBOOK = (KeyError, OSError, ValueError, TypeError, AttributeError, IndexError, SyntaxError)


def rows(path: Path, book: Workbook, sheet: str) -> Iterator[tuple[Any, ...]]:
    """Rows of a sheet from its first, empty cells and rows at the end left out.

    Yields
    ------
    Values, None where a cell is empty.

    Raises
    ------
    InputError
        The sheet is damaged, or has too many rows, columns or cells.
    """
    table = book[sheet]
    blank = cells = 0
    try:
        if hasattr(table, "reset_dimensions"):  # what the file says of them may be wrong
            table.reset_dimensions()
        for number, row in enumerate(table.iter_rows(values_only=True), 1):
            width = next((at for at in range(len(row), 0, -1) if row[at - 1] is not None), 0)
            if not width:
                blank += 1
                continue
            cells += width
            if number > MOST_ROWS or width > MOST_COLUMNS or cells > MOST_CELLS:
                limits = {"rows": MOST_ROWS, "columns": MOST_COLUMNS, "cells": MOST_CELLS}
                raise InputError("workbook_too_large", file=path, sheet=sheet, row=number, **limits)
            yield from [()] * blank
            blank = 0
            yield row[:width]
    except (*archives.NOT_SOUND, *NOT_A_WORKBOOK) as error:
        raise InputError("not_a_workbook", file=path, detail=error) from error


def as_text(value: Any) -> str:
    """A cell as text: a whole number without decimals, nothing as an empty text."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
