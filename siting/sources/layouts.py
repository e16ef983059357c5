"""Tables whose layout changed over the years: the first layout whose columns are all there.

Official files come as CSV (comma, semicolon, tab; a byte-order mark or none), in a zip or gzip, or
as Parquet or a workbook, and their columns are renamed from one vintage to the next. A reader lists
the layouts that it knows; the file's header says which one it is. Portals write one name in several
ways (`Code(s) UIC`, `codes_uic`, `#Identifiant_A`): case, accents and signs do not count.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING

import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from siting.errors import InputError
from siting.sources import reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SEPARATORS = (";", ",", "\t", "|")
FIRST_LINE = 1 << 20  # bytes, at most
TITLE_ROWS = 20  # lines of a sheet among which the header is looked for


@dataclass(frozen=True)
class Layout:
    """One known layout: our column names by the producer's.

    Attributes
    ----------
    name
        Named in messages, with its vintage.
    columns
        Producer's name to ours; all must be there.
    optional
        The same for columns read where they are there; absent ones come empty.
    """

    name: str
    columns: Mapping[str, str]
    optional: Mapping[str, str] | None = None


def read(
    path: Path, layouts: Sequence[Layout], *, title_lines: int = 0, encoding: str = "utf-8-sig"
) -> tuple[pd.DataFrame, Layout]:
    """Read a table under the first layout that fits.

    Parameters
    ----------
    path
        CSV, zip or gzip of one, Parquet, or a workbook (.xlsx: the first sheet that fits).
    layouts
        Known layouts, the most telling first.
    title_lines
        Lines above the header.
    encoding
        Of the producer's files; `utf-8-sig` takes UTF-8 with or without a byte-order mark.

    Returns
    -------
    The layout's columns under our names, all text, and the layout.

    Raises
    ------
    InputError
        The file is missing, damaged, in another encoding, empty, malformed, or of no known layout.
    """
    kind = _kind(path)
    if kind in (".parquet", ".xlsx"):
        frame = _parquet(path) if kind == ".parquet" else _workbook(path, layouts)
        layout = fitting(path, list(frame.columns), layouts)
    else:
        text = _text(path, encoding, layouts, title_lines)
        body = text if not title_lines else "".join(text.splitlines(keepends=True)[title_lines:])
        names, separator = columns_of(body, layouts)
        layout = fitting(path, names, layouts)
        frame = _parsed(path, body, separator, wanted(layout, names))
    return renamed(path, frame, layout), layout


def header(path: Path, layouts: Sequence[Layout] = ()) -> list[str]:
    """Names of a table's columns, the file being one of those that `read` takes.

    Parameters
    ----------
    layouts
        Known ones, to find the table of a zip that holds several or the sheet of a workbook.

    Raises
    ------
    InputError
        The file is missing or damaged.
    """
    if not path.is_file():
        raise InputError("missing_file", file=path)
    suffix = _kind(path)
    if suffix == ".xlsx":
        return [str(name) for name in _workbook(path, layouts).columns]
    try:
        if suffix == ".parquet":
            return list(parquet.read_schema(path).names)
        if suffix == ".zip":
            return _header_in_zip(path, layouts)
        with gzip.open(path) if suffix == ".gz" else path.open("rb") as stream:
            return columns_of(first_line(stream), layouts)[0]
    except (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise InputError("bad_zip", file=path, detail=error) from error
    except (OSError, pa.ArrowException) as error:
        raise InputError("unreadable_layer", file=path, detail=error) from error


def _kind(path: Path) -> str:
    """Suffix of a file; `.xlsx` also for a zip of one workbook."""
    suffix = path.suffix.lower()
    if suffix == ".zip" and [name[-5:].lower() for name in reading.members(path)] == [".xlsx"]:
        return ".xlsx"
    return suffix


def _header_in_zip(path: Path, layouts: Sequence[Layout]) -> list[str]:
    """Header of the first file of a zip that fits a layout; of the first of all where none does."""
    headers = []
    with zipfile.ZipFile(path) as archive:
        for name in reading.members(path):
            with archive.open(name) as stream:
                headers.append(columns_of(first_line(stream), layouts)[0])
    fit = [one for one in headers if fits(one, layouts)]
    return next(iter([*fit, *headers]), [])


def first_line(stream: IO[bytes] | gzip.GzipFile) -> str:
    """First line of a file; what is not UTF-8 in it is replaced."""
    return stream.readline(FIRST_LINE).decode("utf-8-sig", errors="replace")


def columns_of(text: str, layouts: Sequence[Layout]) -> tuple[list[str], str]:
    """Names in the first line of a table and its separator: the first under which a layout fits.

    Where none does, it is the separator that the line holds most often.
    """
    first = text.replace("\r", "\n").split("\n", 1)[0]
    separators = sorted(SEPARATORS, key=first.count, reverse=True)
    # any end of line, also the lone carriage return of old spreadsheets
    lines = {one: io.StringIO(text, newline=None) for one in separators}
    found = [next(csv.reader(lines[one], delimiter=one), []) for one in separators]
    for names, separator in zip(found, separators, strict=True):
        if fits(names, layouts):
            return names, separator
    return found[0], separators[0]


def renamed(path: Path, frame: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Give a layout's columns our names, absent optional ones empty; refuse a table of no row."""
    if frame.empty:
        raise InputError("empty_table", file=path)
    names = {**layout.columns, **(layout.optional or {})}
    held = {ours: frame[theirs] for theirs, ours in names.items() if theirs in frame.columns}
    result = pd.DataFrame(held, index=frame.index)
    for ours in names.values():
        if ours not in result.columns:
            result[ours] = ""
    return result[list(dict.fromkeys(names.values()))].reset_index(drop=True)


def wanted(layout: Layout, header: Sequence[str]) -> list[str]:
    """Columns of a layout that a header holds."""
    return [name for name in header if name in layout.columns or name in (layout.optional or {})]


def fitting(path: Path, header: Sequence[str], layouts: Sequence[Layout]) -> Layout:
    """Give the first layout whose required columns are all in a header, spelt as they are there.

    Raises
    ------
    InputError
        None fits: the message names the nearest layout, the columns it lacks and all the layouts.
    """
    for layout in layouts:
        if fits(header, [layout]):
            found = _spelt(layout, header)
            repeated = [name for name in wanted(found, header) if list(header).count(name) > 1]
            if repeated:
                raise InputError("repeated_column", file=path, column=repeated[0])
            return found
    plain = set(map(_plain, header))
    nearest = min(layouts, key=lambda one: len(set(map(_plain, one.columns)) - plain))
    missing = [name for name in nearest.columns if _plain(name) not in plain]
    raise InputError(
        "unknown_layout",
        file=path,
        layout=nearest.name,
        missing=", ".join(missing[:6]),
        found=", ".join(map(str, header))[:300],
        known=" | ".join(one.name for one in layouts),
    )


def fits(header: Sequence[str], layouts: Sequence[Layout]) -> bool:
    """Whether a header holds all that one of some layouts requires, however it is spelt."""
    plain = set(map(_plain, header))
    return any(set(map(_plain, one.columns)) <= plain for one in layouts)


def _spelt(layout: Layout, header: Sequence[str]) -> Layout:
    """Give a layout with the names of its columns as a header spells them."""
    exact = set(header)
    by_plain = {_plain(name): name for name in reversed(header)}

    def here(names: Mapping[str, str]) -> dict[str, str]:
        return {
            name if name in exact else by_plain.get(_plain(name), name): ours
            for name, ours in names.items()
        }

    return replace(layout, columns=here(layout.columns), optional=here(layout.optional or {}))


def _plain(name: str) -> str:
    """Name of a column without case, accents and signs; itself where nothing is left."""
    bare = unicodedata.normalize("NFKD", str(name)).casefold()
    return re.sub(r"[^a-z0-9]", "", bare) or str(name)


def _text(path: Path, encoding: str, layouts: Sequence[Layout], title_lines: int) -> str:
    """Text of a file, of a gzip, or of the one table of a zip that fits a layout."""
    member = _member(path, layouts, title_lines) if path.suffix.lower() == ".zip" else None
    raw = reading.content(path) if member is None else member
    if path.suffix.lower() == ".gz":
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError("bad_zip", file=path, detail=error) from error
    nul = raw.find(b"\0")
    if nul >= 0:
        raise InputError("not_text", file=path, detail=f"octet {nul}")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError("not_text", file=path, detail=f"octet {error.start}") from error


def _member(path: Path, layouts: Sequence[Layout], title_lines: int) -> bytes | None:
    """Bytes of a zip's table that fits a layout, among several files; None where it holds one.

    Raises
    ------
    InputError
        The zip is damaged, or not exactly one of its files fits.
    """
    names = reading.members(path)
    if len(names) == 1:
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            fit = [name for name in names if _fits(archive, name, layouts, title_lines)]
            if len(fit) != 1:
                raise InputError("zip_of_several", file=path, count=len(names))
            return archive.read(fit[0])
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise InputError("bad_zip", file=path, detail=error) from error


def _fits(archive: zipfile.ZipFile, name: str, layouts: Sequence[Layout], title_lines: int) -> bool:
    """Whether a file's header holds the columns of a layout."""
    with archive.open(name) as stream:
        lines = [stream.readline(1 << 20) for _ in range(title_lines + 1)]
    header, _ = columns_of(lines[-1].decode("utf-8-sig", errors="replace"), layouts)
    return fits(header, layouts)


def _parsed(path: Path, text: str, separator: str, columns: list[str]) -> pd.DataFrame:
    """Rows of a table, every one as long as the header: a shorter one is the end of a cut file."""
    whole = text if text.endswith(("\n", "\r")) else f"{text}\n"
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(whole.encode()),
            read_options=arrow_csv.ReadOptions(use_threads=False),
            parse_options=arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
            convert_options=as_text(columns),
        )
    except pa.ArrowException as error:
        raise reading.misshapen(path, text, separator, error) from error
    frame: pd.DataFrame = table.to_pandas().astype(str)
    return frame


def as_text(columns: list[str]) -> arrow_csv.ConvertOptions:
    """Options that keep some columns, as text, empty where there is nothing."""
    return arrow_csv.ConvertOptions(
        include_columns=columns,
        column_types=dict.fromkeys(columns, pa.string()),
        strings_can_be_null=False,
    )


def _workbook(path: Path, layouts: Sequence[Layout]) -> pd.DataFrame:
    """The first sheet of a workbook that holds a layout's header in its first lines.

    Raises
    ------
    InputError
        The file is missing or is no workbook.
    """
    try:
        sheets = pd.read_excel(
            io.BytesIO(reading.content(path)),
            sheet_name=None,
            header=None,
            dtype=str,
            keep_default_na=False,
            engine="openpyxl",
        )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InputError("not_a_workbook", file=path, detail=error) from error
    first: list[str] = []
    for sheet in sheets.values():
        for at in range(min(TITLE_ROWS, len(sheet))):
            names = [str(name).strip() for name in sheet.iloc[at]]
            first = first or [name for name in names if name]
            if fits(names, layouts):
                return sheet.iloc[at + 1 :].set_axis(names, axis=1).fillna("")
    return pd.DataFrame(columns=first)


def _parquet(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise InputError("missing_file", file=path)
    try:
        frame = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise InputError("unreadable_layer", file=path, detail=error) from error
    return frame.astype("string").fillna("").astype(object)
