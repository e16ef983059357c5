"""Tables whose layout changed over the years: the first layout whose columns are all there.

Official files come as CSV (comma, semicolon, tab; a byte-order mark or none), in a zip or gzip, or
as Parquet or a workbook, and their columns are renamed from one vintage to the next. A reader lists
the layouts that it knows; the file's header says which one it is. Portals write one name in several
ways (`Code(s) UIC`, `codes_uic`, `#Identifiant_A`): case, accents and signs do not count.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from siting.contracts import nearest_names
from siting.errors import InputError
from siting.sources import reading, sound_rows, text_streams, workbooks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

BLOCK = 4 << 20  # bytes of text that are parsed at once; up to 32 blocks are read ahead
HEADER = 2  # number of a table's first row in its file, the header's being 1
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
    path: Path, layouts: Sequence[Layout], *, title_lines: int = 0
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
        member = _member(path, layouts, title_lines) if kind == ".zip" else None
        with text_streams.opened(path, member) as stream:
            names, separator = columns_of(text_streams.beginning(stream, title_lines), layouts)
        layout = fitting(path, names, layouts)
        frame = _parsed(path, member, separator, names, layout, title_lines)
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
    if suffix == ".zip":
        return _header_in_zip(path, layouts)
    if suffix != ".parquet":
        with text_streams.opened(path) as stream:
            return columns_of(text_streams.beginning(stream), layouts)[0]
    try:
        return list(parquet.read_schema(path).names)
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
    for name in reading.members(path):
        with text_streams.opened(path, name) as stream:
            headers.append(columns_of(text_streams.beginning(stream), layouts)[0])
    fit = [header for header in headers if fits(header, layouts)]
    return next(iter([*fit, *headers]), [])


def columns_of(text: str, layouts: Sequence[Layout]) -> tuple[list[str], str]:
    """Names in the first line of a table and its separator: see `reading.header_of`."""
    return reading.header_of(text, lambda names: fits(names, layouts))


def renamed(path: Path, frame: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Give a layout's columns our names, absent optional ones empty; refuse a table of no row."""
    if frame.empty:
        raise InputError("empty_table", file=path)
    names = {**layout.columns, **(layout.optional or {})}
    columns = {ours: frame[theirs] for theirs, ours in names.items() if theirs in frame.columns}
    result = pd.DataFrame(columns, index=frame.index)
    for ours in names.values():
        if ours not in result.columns:
            result[ours] = ""
    return result[list(dict.fromkeys(names.values()))]


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
            spelt = _spelt(layout, header)
            repeated = [name for name in wanted(spelt, header) if list(header).count(name) > 1]
            if repeated:
                raise InputError("repeated_column", file=path, column=repeated[0])
            return spelt
    plain = set(map(_plain, header))
    nearest = min(layouts, key=lambda known: len(set(map(_plain, known.columns)) - plain))
    missing = [name for name in nearest.columns if _plain(name) not in plain]
    used = set(map(_plain, nearest.columns))
    spare = [name for name in header if _plain(name) not in used]
    raise InputError(
        "unknown_layout",
        file=path,
        layout=nearest.name,
        missing=", ".join(missing[:6]),
        nearest=nearest_names(missing[:6], spare),
        found=", ".join(map(str, header))[:300],
        known=" | ".join(layout.name for layout in layouts),
    )


def fits(header: Sequence[str], layouts: Sequence[Layout]) -> bool:
    """Whether a header holds all that one of some layouts requires, however it is spelt."""
    plain = set(map(_plain, header))
    return any(set(map(_plain, layout.columns)) <= plain for layout in layouts)


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


def _member(path: Path, layouts: Sequence[Layout], title_lines: int) -> str:
    """Name of the only file of a zip, or of its only table that fits a layout.

    Raises
    ------
    InputError
        The zip is damaged, or not exactly one of its files fits.
    """
    names = reading.members(path)
    if len(names) == 1:
        return names[0]
    fit = []
    for name in names:
        with text_streams.opened(path, name) as stream:
            try:
                header, _ = columns_of(text_streams.beginning(stream, title_lines), layouts)
            except InputError as problem:
                if problem.key == "bad_zip":
                    raise
                continue  # no text: a workbook or a picture beside the table
        if fits(header, layouts):
            fit.append(name)
    if len(fit) != 1:
        raise InputError("zip_of_several", file=path, count=len(names))
    return fit[0]


def _parsed(
    path: Path,
    member: str | None,
    separator: str,
    names: list[str],
    layout: Layout,
    title_lines: int,
) -> pd.DataFrame:
    """Rows of a table, those of another width than the header left out: see `parsed`."""
    tally = sound_rows.Tally(path)
    columns = wanted(layout, names)
    parts = list(parsed(path, member, separator, columns, tally, title_lines=title_lines))
    tally.tell()
    return pd.concat(parts) if parts else pd.DataFrame(columns=columns)


def parsed(
    path: Path,
    member: str | None,
    separator: str,
    columns: list[str],
    tally: sound_rows.Tally,
    *,
    title_lines: int = 0,
) -> Iterator[pd.DataFrame]:
    """Read some columns of a text table block by block, all text, numbered from its first row.

    Rows of another width than the header are left out and counted in `tally`.

    Raises
    ------
    InputError
        The file is damaged or no text; or its last row is cut.
    """
    strange: list[arrow_csv.InvalidRow] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        strange.append(row)
        return "error" if "\n" in row.text else "skip"  # a quote that is not closed

    def width(row: arrow_csv.InvalidRow) -> InputError:
        at = (row.number or 0) + title_lines
        actual, expected = row.actual_columns, row.expected_columns
        return InputError("row_width", file=path, row=at, found=actual, expected=expected)

    with text_streams.opened(path, member) as stream:
        ended = text_streams.Ended(stream)
        before = at = tally.rows
        try:
            reader = arrow_csv.open_csv(
                pa.PythonFile(ended, mode="r"),
                read_options=arrow_csv.ReadOptions(
                    block_size=BLOCK, use_threads=False, skip_rows=title_lines
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=separator, newlines_in_values=True, invalid_row_handler=skip
                ),
                convert_options=as_text(columns),
            )
            for batch in reader:
                skipped = [before + (row.number or 0) - HEADER for row in strange]
                numbers = np.arange(at, at + batch.num_rows + len(skipped))
                numbers = numbers[~np.isin(numbers, skipped)][: batch.num_rows]
                at = int(numbers[-1]) + 1 if batch.num_rows else at
                tally.rows += batch.num_rows
                yield batch.to_pandas().astype(str).set_axis(numbers, axis=0)
        except pa.ArrowException as error:
            if "Empty CSV" in str(error):
                return
            with text_streams.opened(path, member) as again:
                raise reading.misshapen(path, again, separator, error, title_lines) from error
    if strange and ended.is_cut_at(strange[-1].text):
        raise width(strange[-1])
    tally.rows += len(strange)
    tally.refuse(len(strange), lambda: width(strange[0]))


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
    content = reading.content(path) if path.suffix.lower() == ".zip" else None
    first: list[str] = []
    with workbooks.opened(path, content) as book:
        for sheet in book.sheetnames:
            rows = workbooks.rows(path, book, sheet)
            for row in itertools.islice(rows, TITLE_ROWS):
                names = [workbooks.as_text(name).strip() for name in row]
                first = first or [name for name in names if name]
                if fits(names, layouts):
                    return _below(names, rows)
    return pd.DataFrame(columns=first)


def _below(names: list[str], rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """Rows of a sheet under a header, each value as text; what stands right of it left out."""
    wide = len(names)
    lines = [
        [workbooks.as_text(value) for value in row[:wide]] + [""] * (wide - len(row))
        for row in rows
    ]
    return pd.DataFrame(lines, columns=names, dtype=object)


def _parquet(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise InputError("missing_file", file=path)
    try:
        frame = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise InputError("unreadable_layer", file=path, detail=error) from error
    return frame.astype("string").fillna("").astype(object)
