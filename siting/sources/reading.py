"""Reading text tables by column name, with errors that say where and what to do."""

from __future__ import annotations

import csv
import io
import warnings
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

import pandas as pd

from siting import archives
from siting.contracts import check, missing_column
from siting.errors import InputError
from siting.sources import text_streams

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from siting.contracts import Table

TAKEN_OUT = (".7z", ".gpkg", ".rar", ".zip", ".gz", ".xls", ".parquet")
SEPARATORS = (";", ",", "\t", "|")
UNKNOWN = ("", "[ND]")
DECIMAL_COMMA = r"[+-]?\d+,\d+"
MAYBE_THOUSANDS = r"[+-]?\d{1,3},\d{3}"


def content(path: Path) -> bytes:
    """Give the bytes of a file, or of the only file of a zip archive.

    Raises
    ------
    InputError
        There is no such file, or the archive is damaged or holds several files.
    """
    if not path.is_file():
        raise InputError("missing_file", file=path)
    if path.suffix.lower() in (".7z", ".rar", ".xls"):
        raise InputError("take_out", file=path, member=path.name)
    if path.suffix.lower() != ".zip":
        return path.read_bytes()
    names = members(path)
    if len(names) != 1:
        raise InputError("zip_of_several", file=path, count=len(names))
    try:
        with archives.opened(path) as archive:
            return archive.read(names[0])
    except (*archives.NOT_SOUND, OSError) as error:
        raise InputError("bad_zip", file=path, detail=error) from error


def members(path: Path) -> list[str]:
    """Names of the files of a zip; those that a Mac adds are none.

    Raises
    ------
    InputError
        There is no such file, it is damaged, or all that it holds is an archive or a base that is
        not read without being taken out (INSEE zips 7z archives).
    """
    if not path.is_file():
        raise InputError("missing_file", file=path)
    with archives.opened(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
    names = [name for name in names if not name.startswith("__MACOSX/")]
    if names and all(PurePosixPath(name).suffix.lower() in TAKEN_OUT for name in names):
        raise InputError("take_out", file=path, member=names[0])
    return names


def start(path: Path, size: int = 4096) -> bytes:
    """Give the first bytes of a file, or of the only file of a zip; none where it cannot be read.

    What is wrong with the file is told by its reader.
    """
    try:
        if path.suffix.lower() != ".zip":
            with path.open("rb") as stream:
                return stream.read(size)
        with archives.opened(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            with archive.open(names[0]) as member:
                return member.read(size)
    except (*archives.NOT_SOUND, OSError, IndexError, InputError):
        return b""


def table(
    path: Path,
    columns: list[str],
    *,
    optional: tuple[str, ...] = (),
    usecols: list[str] | None = None,
    may_be_empty: bool = False,
) -> pd.DataFrame:
    """Read a text table; every value is text, empty where absent.

    Parameters
    ----------
    path
        CSV file, however it is separated and in any encoding of `text_streams`; or a zip of one.
    columns
        Columns that must be there.
    optional
        Columns read where they are there; absent ones are added, empty.
    usecols
        Where given, only `columns`, `optional` and these are kept.
    may_be_empty
        Whether no row is no error.

    Raises
    ------
    InputError
        The file is missing, no text, lacks a column, names one twice, has rows longer or shorter
        than its header, or no row.
    """
    decoded = text(path)
    header, separator = header_of(decoded, lambda names: set(columns) <= set(names))
    missing = [name for name in columns if name not in header]
    if missing:
        raise missing_column(path, missing[0], header)
    repeated = [name for name in (*columns, *optional) if header.count(name) > 1]
    if repeated:
        raise InputError("repeated_column", file=path, column=repeated[0])
    wanted = None if usecols is None else {*columns, *optional, *usecols}
    try:
        with warnings.catch_warnings():
            # without these two, rows longer than the header shift or lose their values silently
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                io.StringIO(decoded),
                sep=separator,
                dtype=str,
                keep_default_na=False,
                index_col=False,
                usecols=None if wanted is None else lambda name: name in wanted,
            )
    except pd.errors.EmptyDataError as error:  # a header that is there in name only
        raise InputError("empty_table", file=path) from error
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise misshapen(path, io.BytesIO(decoded.encode()), separator, error) from error
    if frame.empty and not may_be_empty:
        raise InputError("empty_table", file=path)
    rows = csv.reader(io.StringIO(decoded, newline=""), delimiter=separator)
    if any(0 < len(row) < len(header) for row in rows):  # which pandas fills with nothing
        raise misshapen(path, io.BytesIO(decoded.encode()), separator, ValueError(path))
    for name in optional:
        if name not in frame.columns:
            frame[name] = ""
    return frame


def header_of(text: str, fits: Callable[[list[str]], bool]) -> tuple[list[str], str]:
    """Names in the first line of a table and its separator: the first under which they fit.

    Where none does, it is the separator that the line holds most often.
    """
    first = text.replace("\r", "\n").split("\n", 1)[0]
    separators = sorted(SEPARATORS, key=first.count, reverse=True)
    # any end of line, also the lone carriage return of old spreadsheets
    headers = [
        next(csv.reader(io.StringIO(text, newline=None), delimiter=separator), [])
        for separator in separators
    ]
    for names, separator in zip(headers, separators, strict=True):
        if fits(names):
            return names, separator
    return headers[0], separators[0]


def misshapen(
    path: Path, stream: IO[bytes], separator: str, error: Exception, title_lines: int = 0
) -> InputError:
    """Say which row is not as long as the header; else give the parser's words."""
    lines = io.TextIOWrapper(stream, "utf-8", newline="")
    for _ in range(title_lines):
        lines.readline()
    rows = csv.reader(lines, delimiter=separator)
    try:
        wide = len(next(rows, []))
        for row in rows:
            if row and len(row) != wide:
                at = rows.line_num + title_lines
                return InputError("row_width", file=path, row=at, found=len(row), expected=wide)
    except csv.Error:
        pass
    return InputError("bad_rows", file=path, detail=str(error).strip())


def numbers(frame: pd.DataFrame, column: str, file: Path) -> pd.Series:
    """Numbers of a text column; NaN where it is empty or masked (`[ND]`).

    A decimal comma is read where nothing else can be meant: no value of the column has a point, and
    not every comma is followed by three digits, as thousands are in English.

    Raises
    ------
    InputError
        Another text stands there, or commas that may be of thousands.
    """
    text = frame[column].str.strip()
    unknown = text.isin(UNKNOWN)
    values = pd.to_numeric(text.where(~unknown), errors="coerce")
    wrong = values.isna() & ~unknown
    if wrong.any():
        comma = text.str.fullmatch(DECIMAL_COMMA)
        decimals = not text.str.fullmatch(MAYBE_THOUSANDS)[wrong].all()
        if comma[wrong].all() and decimals and not text.str.contains(".", regex=False).any():
            return pd.to_numeric(text.where(~unknown).str.replace(",", ".", regex=False))
        at = int(wrong.to_numpy().argmax())
        value, row = frame[column].iloc[at], int(frame.index[at]) + 2
        key = "decimal_comma" if comma.iloc[at] else "bad_value"
        raise InputError(key, file=file, row=row, column=column, value=value, expected="123.45")
    return values.astype(float)


def not_numbers(values: pd.Series) -> pd.Series:
    """Which values of a text column are neither a number, with a point or a comma, nor unknown."""
    text = values.str.strip()
    plain = pd.to_numeric(text, errors="coerce").notna()
    return ~(plain | text.isin(UNKNOWN) | text.str.fullmatch(DECIMAL_COMMA))


def text(path: Path) -> str:
    """Give the text of a file, or of the only file of a zip.

    Raises
    ------
    InputError
        See `content` and `text_streams.decoded`.
    """
    return text_streams.decoded(content(path), path)


def checked(path: Path, contract: Table) -> pd.DataFrame:
    """Read a text table and bring it to its contract."""
    required = [column.name for column in contract.columns if column.required]
    optional = tuple(column.name for column in contract.columns if not column.required)
    empty = contract.may_be_empty
    frame = table(path, required, optional=optional, may_be_empty=empty)
    return check(frame, contract, path)
