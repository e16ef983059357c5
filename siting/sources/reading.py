"""Reading text tables by column name, with errors that say where and what to do."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pandas as pd

from siting.contracts import check
from siting.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from siting.contracts import Table

TAKEN_OUT = (".7z", ".gpkg", ".rar", ".zip", ".gz", ".xls", ".parquet")
CHECKED_SEPARATORS = (",", ";", "\t", "|")
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
        with zipfile.ZipFile(path) as archive:
            return archive.read(names[0])
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
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
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise InputError("bad_zip", file=path, detail=error) from error
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
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            with archive.open(names[0]) as member:
                return member.read(size)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, IndexError):
        return b""


def table(
    path: Path,
    columns: list[str],
    *,
    separator: str = ",",
    optional: tuple[str, ...] = (),
    usecols: list[str] | None = None,
    may_be_empty: bool = False,
) -> pd.DataFrame:
    """Read a text table; every value is text, empty where absent.

    Parameters
    ----------
    path
        CSV file (UTF-8, a byte-order mark is tolerated), or a zip of one.
    columns
        Columns that must be there.
    separator
        The file's separator.
    optional
        Columns read where they are there; absent ones are added, empty.
    usecols
        Where given, only `columns`, `optional` and these are kept.
    may_be_empty
        Whether no row is no error.

    Raises
    ------
    InputError
        The file is missing, not UTF-8, separated otherwise, lacks a column, names one twice, has
        rows longer or shorter than its header, or no row.
    """
    decoded = text(path)
    header = next(csv.reader(io.StringIO(decoded), delimiter=separator), [])
    missing = [name for name in columns if name not in header]
    if missing:
        first = decoded.split("\n", 1)[0]
        for other in CHECKED_SEPARATORS:
            if other != separator and set(columns) <= set(first.strip().split(other)):
                raise InputError("wrong_separator", file=path, expected=separator, found=other)
        found = ", ".join(header)[:300]
        raise InputError("missing_column", file=path, column=missing[0], found=found)
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
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise misshapen(path, decoded, separator, error) from error
    if frame.empty and not may_be_empty:
        raise InputError("empty_table", file=path)
    rows = csv.reader(io.StringIO(decoded, newline=""), delimiter=separator)
    if any(0 < len(row) < len(header) for row in rows):  # which pandas fills with nothing
        raise misshapen(path, decoded, separator, ValueError(path))
    for name in optional:
        if name not in frame.columns:
            frame[name] = ""
    return frame


def misshapen(path: Path, content: str, separator: str, error: Exception) -> InputError:
    """Say which row is not as long as the header; else give the parser's words."""
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=separator)
    wide = len(next(rows, []))
    try:
        for row in rows:
            if row and len(row) != wide:
                return InputError(
                    "row_width", file=path, row=rows.line_num, found=len(row), expected=wide
                )
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
        See `content`; or it is not UTF-8 (UTF-16 without a mark is full of NUL).
    """
    raw = content(path)
    nul = raw.find(b"\0")
    if nul >= 0:
        raise InputError("not_text", file=path, detail=f"octet {nul}")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("not_text", file=path, detail=f"octet {error.start}") from error


def checked(path: Path, contract: Table, *, separator: str = ",") -> pd.DataFrame:
    """Read a text table and bring it to its contract."""
    required = [column.name for column in contract.columns if column.required]
    optional = tuple(column.name for column in contract.columns if not column.required)
    empty = contract.may_be_empty
    frame = table(path, required, separator=separator, optional=optional, may_be_empty=empty)
    return check(frame, contract, path)
