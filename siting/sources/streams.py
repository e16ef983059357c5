"""Large tables read block by block, so that memory does not grow with a national file.

The same layouts as `layouts`, from CSV, gzip, zip (of one table, or of several of one layout: INSEE
cuts some by territory), Parquet or GeoPackage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyogrio.errors

from siting.errors import InputError
from siting.sources import layouts, reading, sound_rows, text_streams

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from siting.sources.layouts import Layout

ROWS = 50_000  # of a block
CSV_SUFFIXES = (".csv", ".txt", ".tsv")


@dataclass(frozen=True)
class Block:
    """Some rows of a table: all text, under our names, numbered from the file's first row."""

    frame: pd.DataFrame
    layout: Layout


def blocks(path: Path, known: Sequence[Layout]) -> Iterator[Block]:
    """Read a table block by block, under the first layout that fits.

    Raises
    ------
    InputError
        See `layouts.read`.
    """
    if not path.is_file():
        raise InputError("missing_file", file=path)
    reader = {".parquet": _parquet, ".gpkg": _geopackage, ".xlsx": _workbook}
    empty = True
    for block in reader.get(path.suffix.lower(), _text)(path, known):
        empty &= block.frame.empty
        yield block
    if empty:
        raise InputError("empty_table", file=path)


def fits(path: Path, known: Sequence[Layout]) -> bool:
    """Whether the columns of a file are those of a known layout.

    Raises
    ------
    InputError
        The file is missing or damaged.
    """
    if not path.is_file():
        raise InputError("missing_file", file=path)
    if path.suffix.lower() == ".gpkg":
        try:
            names = list(pyogrio.read_info(path)["fields"])
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
            raise InputError("unreadable_layer", file=path, detail=error) from error
    else:
        names = layouts.header(path, known)
    return layouts.fits(names, known)


def _workbook(path: Path, known: Sequence[Layout]) -> Iterator[Block]:
    frame, layout = layouts.read(path, known)
    yield Block(frame, layout)


def _parquet(path: Path, known: Sequence[Layout]) -> Iterator[Block]:
    try:
        file = pq.ParquetFile(path)
        names = list(file.schema_arrow.names)
        layout = layouts.fitting(path, names, known)
        columns = layouts.wanted(layout, names)
        yield from _numbered(file.iter_batches(batch_size=ROWS, columns=columns), layout, columns)
    except (OSError, pa.ArrowException) as error:
        raise InputError("unreadable_layer", file=path, detail=error) from error


def _geopackage(path: Path, known: Sequence[Layout]) -> Iterator[Block]:
    try:
        for name in pyogrio.list_layers(path)[:, 0]:
            fields = list(pyogrio.read_info(path, layer=name)["fields"])
            if layouts.fits(fields, known):
                break
        layout = layouts.fitting(path, fields, known)
        columns = layouts.wanted(layout, fields)
        with pyogrio.open_arrow(
            path,
            layer=name,
            columns=columns,
            read_geometry=False,
            batch_size=ROWS,
            use_pyarrow=True,
        ) as (_, reader):
            yield from _numbered(reader, layout, columns)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise InputError("unreadable_layer", file=path, detail=error) from error


def _numbered(
    batches: Iterable[pa.RecordBatch], layout: Layout, columns: list[str]
) -> Iterator[Block]:
    """Batches as blocks of text, numbered from the first row of the first."""
    rows = 0
    for batch in batches:
        frame = batch.to_pandas().filter(columns)
        frame = frame.set_axis(range(rows, rows + len(frame)), axis=0)
        rows += len(frame)
        yield Block(_named(_as_text(frame), layout), layout)


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Values as text, empty where there is none; a whole number bears no decimal."""
    text = {}
    for name in frame.columns:
        values = frame[name]
        if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
            values = values.astype("Int64")
        text[name] = values.astype("string").fillna("").astype(str)
    return pd.DataFrame(text, index=frame.index)


def _named(frame: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Give a layout's columns our names, absent optional ones empty."""
    names = {**layout.columns, **(layout.optional or {})}
    result = frame.rename(columns=names)
    for ours in names.values():
        if ours not in result.columns:
            result[ours] = ""
    return result[list(dict.fromkeys(names.values()))]


def _text(path: Path, known: Sequence[Layout]) -> Iterator[Block]:
    tally = sound_rows.Tally(path)
    for member in _members(path, known):
        yield from _rows(path, member, known, tally)
    tally.tell()


def _members(path: Path, known: Sequence[Layout]) -> list[str | None]:
    """Tables of a zip that fit a layout: all of one and the same; `[None]` for a plain file."""
    if path.suffix.lower() != ".zip":
        return [None]
    names = reading.members(path)
    if len(names) == 1:
        return [names[0]]
    by_layout: dict[str, list[str | None]] = {}
    for name in names:
        if not name.lower().endswith(CSV_SUFFIXES):
            continue
        with text_streams.opened(path, name) as stream:
            header, _ = layouts.columns_of(text_streams.beginning(stream), known)
        for layout in known:
            if layouts.fits(header, [layout]):
                by_layout.setdefault(layout.name, []).append(name)
                break
    if len(by_layout) != 1:
        raise InputError("zip_of_several", file=path, count=len(names))
    return next(iter(by_layout.values()))


def _rows(
    path: Path, member: str | None, known: Sequence[Layout], tally: sound_rows.Tally
) -> Iterator[Block]:
    with text_streams.opened(path, member) as stream:
        header, separator = layouts.columns_of(text_streams.beginning(stream), known)
    layout = layouts.fitting(path, header, known)
    columns = layouts.wanted(layout, header)
    for frame in layouts.parsed(path, member, separator, columns, tally):
        yield Block(_named(frame, layout), layout)
