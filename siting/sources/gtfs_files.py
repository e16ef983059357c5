"""The tables of a GTFS feed, a zip or a folder: small ones whole, `stop_times.txt` in blocks."""

from __future__ import annotations

import contextlib
import csv
import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from siting import archives
from siting.contracts import missing_column
from siting.errors import InputError
from siting.sources import text_streams

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCATIONS = "locations.geojson"
"""The one file of a feed that is no table: zones of transport on demand."""
BLOCK_BYTES = 16 << 20
"""Bytes of text that are parsed at once: memory does not grow with the feed."""


@dataclass(frozen=True)
class FeedFiles:
    """Where the tables of a feed are.

    Attributes
    ----------
    path
        The zip or the folder.
    members
        Name of the file in the zip or folder, by the name of its table (`stops`) or `LOCATIONS`.
    """

    path: Path
    members: dict[str, str]


def listed(path: Path) -> FeedFiles:
    """Find the tables of a feed.

    Raises
    ------
    InputError
        There is no such file or folder, or the zip is damaged.
    """
    if path.is_dir():
        names = [file.name for file in sorted(path.iterdir())]
    elif not path.is_file():
        raise InputError("missing_file", file=path)
    else:
        with archives.opened(path) as feed:
            names = [name for name in feed.namelist() if not name.startswith("__MACOSX/")]
    members: dict[str, str] = {}
    # some feeds are zipped with their folder
    for name in sorted(names, key=len, reverse=True):
        file = PurePosixPath(name)
        if file.suffix == ".txt":
            members[file.stem] = name
        elif file.name == LOCATIONS:
            members[LOCATIONS] = name
    return FeedFiles(path, members)


def table(
    feed: FeedFiles,
    name: str,
    columns: list[str],
    *,
    required: bool,
    optional: tuple[str, ...] = (),
) -> pd.DataFrame:
    """One table of a feed, all text; an absent optional table has no row.

    Parameters
    ----------
    columns
        Columns that must be there.
    optional
        Columns that are added, empty, where they are absent.

    Raises
    ------
    InputError
        A required table is absent, a column is missing, or rows are not as long as the header.
    """
    file = f"{feed.path}/{name}.txt"
    if name not in feed.members:
        if required:
            raise InputError("not_in_feed", file=feed.path, name=f"{name}.txt")
        return pd.DataFrame(columns=[*columns, *optional], dtype=object)
    try:
        frame = pd.read_csv(
            io.StringIO(text(feed, name)),
            dtype=str,
            keep_default_na=False,
            skipinitialspace=True,
            index_col=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError("bad_rows", file=file, detail=str(error).strip()) from error
    frame.columns = frame.columns.str.strip()
    _require(file, columns, list(frame.columns))
    for column in optional:
        if column not in frame.columns:
            frame[column] = ""
    return frame


def text(feed: FeedFiles, name: str) -> str:
    """A file of a feed, whole.

    Raises
    ------
    InputError
        The zip is damaged.
    """
    with _stream(feed, name) as stream:
        return stream.read().decode()


def stop_time_blocks(
    feed: FeedFiles, columns: list[str], optional: tuple[str, ...] = ()
) -> Iterator[dict[str, pa.DictionaryArray]]:
    """`stop_times.txt` some rows at a time: columns of text by name, each text stored once.

    An absent optional column is absent from what is given.

    Raises
    ------
    InputError
        See `table`; or a row is not as long as the header, as where the file was cut short.
    """
    file = f"{feed.path}/stop_times.txt"
    if "stop_times" not in feed.members:
        raise InputError("not_in_feed", file=feed.path, name="stop_times.txt")
    with _stream(feed, "stop_times") as stream:
        # the header is read apart, so that spaces around its names do not matter
        header = [name.strip() for name in next(csv.reader([stream.readline().decode()]), [])]
        _require(file, columns, header)
        wanted = [name for name in (*columns, *optional) if name in header]
        kinds = {name: pa.dictionary(pa.int32(), pa.string()) for name in wanted}
        try:
            reader = arrow_csv.open_csv(
                stream,
                arrow_csv.ReadOptions(block_size=BLOCK_BYTES, column_names=header),
                arrow_csv.ParseOptions(newlines_in_values=False),
                arrow_csv.ConvertOptions(
                    column_types=kinds, include_columns=wanted, strings_can_be_null=False
                ),
            )
            for batch in reader:
                yield {name: batch.column(name) for name in wanted}
        except pa.ArrowInvalid as error:
            if "Empty CSV" in str(error):
                raise InputError("empty_table", file=file) from error
            raise InputError("bad_rows", file=file, detail=str(error).strip()) from error


@contextlib.contextmanager
def _stream(feed: FeedFiles, name: str) -> Iterator[IO[bytes]]:
    """A table as a stream of UTF-8."""
    member = feed.members[name]
    inside = (feed.path / member, None) if feed.path.is_dir() else (feed.path, member)
    try:
        with text_streams.opened(*inside) as stream:
            yield stream
    except (zipfile.BadZipFile, EOFError) as error:
        raise InputError("bad_zip", file=feed.path, detail=error) from error


def _require(file: str, columns: list[str], header: list[str]) -> None:
    missing = [column for column in columns if column not in header]
    if missing:
        raise missing_column(file, missing[0], pd.Index(header))
