"""Large tables read block by block, so that memory does not grow with a national file.

The same layouts as `layouts`, from CSV, gzip, zip (of one table, or of several of one layout: INSEE
cuts some by territory), Parquet or GeoPackage.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyogrio.errors
from pyarrow import csv as arrow_csv

from siting.errors import InputError
from siting.sources import layouts, reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from siting.sources.layouts import Layout

ROWS = 200_000  # of a block
BLOCK = 16 << 20  # bytes of text, the same
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
    rows = 0
    for block in reader.get(path.suffix.lower(), _text)(path, known):
        frame = block.frame.set_axis(range(rows, rows + len(block.frame)), axis=0)
        rows += len(frame)
        yield Block(frame, block.layout)
    if not rows:
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
        for batch in file.iter_batches(batch_size=ROWS, columns=columns):
            yield Block(_named(_as_text(batch.to_pandas()), layout), layout)
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
            for batch in reader:
                frame = batch.to_pandas()
                held = frame[[one for one in columns if one in frame.columns]]
                yield Block(_named(_as_text(held), layout), layout)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise InputError("unreadable_layer", file=path, detail=error) from error


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
    try:
        for member in _members(path, known):
            with _opened(path, member) as stream:
                yield from _rows(path, stream, known)
    except (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise InputError("bad_zip", file=path, detail=error) from error
    except UnicodeDecodeError as error:
        raise InputError("not_text", file=path, detail=f"octet {error.start}") from error


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
        with _opened(path, name) as stream:
            header, _ = layouts.columns_of(layouts.first_line(stream), known)
        for layout in known:
            if layouts.fits(header, [layout]):
                by_layout.setdefault(layout.name, []).append(name)
                break
    if len(by_layout) != 1:
        raise InputError("zip_of_several", file=path, count=len(names))
    return next(iter(by_layout.values()))


@contextmanager
def _opened(path: Path, member: str | None) -> Iterator[IO[bytes] | gzip.GzipFile]:
    if member is not None:
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            yield stream
    elif path.suffix.lower() == ".gz":
        with gzip.open(path) as stream:
            yield stream
    else:
        with path.open("rb") as stream:
            yield stream


def _rows(
    path: Path, stream: IO[bytes] | gzip.GzipFile, known: Sequence[Layout]
) -> Iterator[Block]:
    head = stream.read(layouts.FIRST_LINE)
    nul = head.find(b"\0")
    if nul >= 0:
        raise InputError("not_text", file=path, detail=f"octet {nul}")
    first = head.split(b"\n", 1)[0].decode("utf-8-sig")
    header, separator = layouts.columns_of(first, known)
    layout = layouts.fitting(path, header, known)
    columns = layouts.wanted(layout, header)
    try:
        reader = arrow_csv.open_csv(
            pa.PythonFile(_Rewound(head, stream), mode="r"),
            read_options=arrow_csv.ReadOptions(block_size=BLOCK, use_threads=False),
            parse_options=arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
            convert_options=layouts.as_text(columns),
        )
        for batch in reader:
            yield Block(_named(batch.to_pandas().astype(str), layout), layout)
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return
        key = "not_text" if "UTF8" in str(error) else "bad_rows"
        raise InputError(key, file=path, detail=str(error).strip()) from error


class _Rewound(io.RawIOBase):
    """A stream whose first bytes were read already: they come again."""

    def __init__(self, head: bytes, rest: IO[bytes] | gzip.GzipFile) -> None:
        self._head, self._rest = io.BytesIO(head), rest

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from the first bytes, then from the rest."""
        part = self._head.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)
