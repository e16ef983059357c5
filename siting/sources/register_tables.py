"""National registers as tables of DuckDB: a query runs over a file that never stands in memory.

A file (CSV in any encoding of `text_streams`, gzip, zip of one table, Parquet) is seen as a table
of text under our names. CSV goes through pyarrow batch by batch.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import csv as arrow_csv

from siting.errors import InputError
from siting.sources import reading, sound_rows, text_streams
from siting.sources.layouts import Layout, columns_of, fitting, wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    import duckdb
    import pandas as pd

MEMORY = "800MB"  # DuckDB's own limit; the batches in flight come on top
BLOCK = 8 << 20


@dataclass
class _Passed:
    """Rows that went by, and what stopped them."""

    tally: sound_rows.Tally
    problem: InputError | None = None
    cut_value: bool = False  # a quoted value runs over several lines, from one block to the next


@contextmanager
def connection(threads: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a base in memory that spills what is too large for it to a temporary folder."""
    import duckdb  # noqa: PLC0415 - only where a register is read

    with tempfile.TemporaryDirectory(prefix="siting-") as folder:
        settings: dict[str, Any] = {
            "memory_limit": MEMORY,
            "threads": threads,
            "temp_directory": folder,
        }
        base = duckdb.connect(":memory:", config=settings)
        try:
            base.execute("SET preserve_insertion_order = false")
            yield base
        finally:
            base.close()


def register(base: duckdb.DuckDBPyConnection, name: str, keys: Collection[str]) -> None:
    """Make keys known as a table, also as a copy that took them for numbers writes them."""
    every = sorted({*keys, *(key.lstrip("0") for key in keys)})
    base.register(name, pa.table({"key": pa.array(every, pa.string())}))


def load(
    base: duckdb.DuckDBPyConnection,
    path: Path,
    layouts: Sequence[Layout],
    view: str,
    query: Callable[[Layout], str],
) -> tuple[int, Layout]:
    """Run a query over a file seen as a table of text under our names; give its number of rows.

    Rows of another width than the header are left out; see `sound_rows`.

    Parameters
    ----------
    layouts
        Known ones.
    view
        Name of the table, for the query.
    query
        Makes the statement from the layout found.

    Raises
    ------
    InputError
        The file is missing, damaged, empty, no text, or of no known layout.
    """
    import duckdb  # noqa: PLC0415 - loaded by then

    if not path.is_file():
        raise InputError("missing_file", file=path)
    if path.suffix.lower() == ".parquet":
        return _load_parquet(base, path, layouts, view, query)
    for line_breaks in (False, True):  # looking for quoted ones costs time: only where it must
        with _batches(path, layouts, line_breaks=line_breaks) as (reader, layout, passed):
            raw = f"{view}_raw"
            base.register(raw, reader)
            try:
                base.execute(_view(view, layout, reader.schema.names, raw))
                base.execute(query(layout))
                break
            except duckdb.Error as error:
                if line_breaks or not passed.cut_value:
                    problem = passed.problem or InputError("bad_rows", file=path, detail=error)
                    raise problem from error
            finally:
                base.execute(f"DROP VIEW IF EXISTS {view}")
                base.unregister(raw)
    if not passed.tally.rows:
        raise InputError("empty_table", file=path)
    passed.tally.tell()
    return passed.tally.rows, layout


def _load_parquet(
    base: duckdb.DuckDBPyConnection,
    path: Path,
    layouts: Sequence[Layout],
    view: str,
    query: Callable[[Layout], str],
) -> tuple[int, Layout]:
    import duckdb  # noqa: PLC0415 - loaded by then

    source = f"read_parquet('{str(path).replace(chr(39), chr(39) * 2)}')"
    try:
        names = base.read_parquet(str(path)).columns
        layout = fitting(path, names, layouts)
        base.execute(_view(view, layout, names, source))
        base.execute(query(layout))
        [(rows,)] = base.read_parquet(str(path)).count("*").fetchall()
    except (duckdb.Error, RuntimeError) as error:  # the second where text is no UTF-8
        raise InputError("unreadable_layer", file=path, detail=error) from error
    finally:
        base.execute(f"DROP VIEW IF EXISTS {view}")
    if not rows:
        raise InputError("empty_table", file=path)
    return int(rows), layout


def _view(view: str, layout: Layout, header: Sequence[str], source: str) -> str:
    """Statement that shows a source as text under our names; absent columns are empty."""
    names = {**layout.columns, **(layout.optional or {})}
    columns = ", ".join(
        f'coalesce(CAST("{theirs}" AS VARCHAR), \'\') AS "{ours}"'
        if theirs in header
        else f"'' AS \"{ours}\""
        for theirs, ours in names.items()
    )
    return f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT {columns} FROM {source}"  # noqa: S608 - names are ours, paths quoted


@contextmanager
def _batches(
    path: Path, layouts: Sequence[Layout], *, line_breaks: bool
) -> Iterator[tuple[pa.RecordBatchReader, Layout, _Passed]]:
    """Open a CSV, or a zip of one, as batches of text columns."""
    member = _member(path)
    with text_streams.opened(path, member) as stream:
        beginning = text_streams.beginning(stream)
    if not beginning.strip():
        raise InputError("empty_table", file=path)
    header, separator = columns_of(beginning, layouts)
    layout = fitting(path, header, layouts)
    passed = _Passed(sound_rows.Tally(path))
    strange: list[arrow_csv.InvalidRow] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        strange.append(row)
        return "error" if "\n" in row.text else "skip"  # a quote that is not closed

    with text_streams.opened(path, member) as stream:
        ended = text_streams.Ended(stream)
        columns = wanted(layout, header)
        try:
            reader = arrow_csv.open_csv(
                pa.PythonFile(ended, mode="r"),
                read_options=arrow_csv.ReadOptions(block_size=BLOCK),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=separator,
                    newlines_in_values=line_breaks,
                    invalid_row_handler=skip,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=columns,
                    column_types=dict.fromkeys(columns, pa.string()),
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowException as error:
            raise _problem(path, error) from error

        def counted() -> Iterator[pa.RecordBatch]:
            try:
                for batch in reader:
                    passed.tally.rows += batch.num_rows
                    yield batch
                if strange and ended.is_cut_at(strange[-1].text):
                    raise _width(path, strange[-1])
            except (pa.ArrowException, InputError) as error:
                passed.problem = _problem(path, error)
                passed.cut_value = "newlines_in_values" in str(error)
                raise
            passed.tally.rows += len(strange)
            passed.tally.refuse(len(strange), lambda: _width(path, strange[0]))

        yield pa.RecordBatchReader.from_batches(reader.schema, counted()), layout, passed


def _width(path: Path, row: arrow_csv.InvalidRow) -> InputError:
    """Say that a row is not as wide as the header; its number is not known where threads read."""
    width = {"found": row.actual_columns, "expected": row.expected_columns}
    return InputError("row_width", file=path, row=row.number or row.text[:60], **width)


def _member(path: Path) -> str | None:
    """Name of the only table of a zip; None for a plain file."""
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        raise InputError("sirene_workbook", file=path)
    if suffix != ".zip":
        return None
    names = every = reading.members(path)
    if len(names) != 1:  # a notice may stand beside the table
        names = [name for name in names if PurePosixPath(name).suffix.lower() == ".csv"]
    if len(names) != 1:
        raise InputError("zip_of_several", file=path, count=len(every))
    return names[0]


def _problem(path: Path, error: Exception) -> InputError:
    """Name what stopped the stream."""
    if isinstance(error, InputError):
        return error
    detail = str(error)
    key = "empty_table" if "Empty CSV" in detail else "bad_rows"
    return InputError(key, file=path, detail=detail)


def by_key(frame: pd.DataFrame, key: str, length: int, path: Path) -> pd.DataFrame:
    """Rows by key, its zeros given back; one that stands twice with other values is refused."""
    frame = frame.assign(**{key: frame[key].str.zfill(length)}).drop_duplicates()
    repeated = frame.loc[frame[key].duplicated(), key]
    if len(repeated):
        ids = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=path, column=key, ids=ids)
    return frame.set_index(key)
