"""Home-to-work flows: INSEE's « Mobilités professionnelles », or a table of one's own.

Read in a stream, so that the national file passes in little memory. Three layouts, told apart by
their header:

- the individuals' file (`FD_MOBPRO_….csv`, `RP2022_mobpro.parquet`): COMMUNE, DCLT, TRANS, IPONDI.
  TRANS has six classes since the census of 2017 (the bicycle apart), five before.
- the flows' file (`base-flux-mobilite-domicile-lieu-travail`): CODGEO, DCLT and a column NBFLUX_….
  It does not say the mode.
- `home_code,work_code,people`, with `mode` where it is known.
"""

from __future__ import annotations

import contextlib
import csv
import zipfile
from typing import IO, TYPE_CHECKING, Any, Literal

import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from siting.errors import InputError
from siting.sources import archives

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODES = ("none", "walk", "bicycle", "two_wheels", "motorcycle", "car", "transit", "unknown")

TRANS = {
    6: dict(enumerate(("none", "walk", "bicycle", "motorcycle", "car", "transit"), start=1)),
    5: dict(enumerate(("none", "walk", "two_wheels", "car", "transit"), start=1)),
}
"""Modes by code of TRANS, by number of classes; Z and ZZ: not told."""

UNTOLD = ("", "Z", "ZZ")
BLOCK = 8 << 20
HEADER_BYTES = 1 << 16

Columns = dict[str, str]


def read(path: Path, classes: Literal[5, 6] = 6) -> pd.DataFrame:
    """Read flows, summed by home, work and mode.

    Parameters
    ----------
    path
        Parquet, CSV (semicolons or commas), or a zip that holds one such CSV among others.
    classes
        Classes of TRANS in an individuals' file.

    Returns
    -------
    `home_code,work_code,mode` (text, among `MODES`) and `people`, by home, work and mode.

    Raises
    ------
    InputError
        The file is missing, is of none of the three layouts, or holds a value that does not fit.
    """
    if not path.is_file():
        raise InputError("missing_file", file=path)
    total: pd.Series | None = None
    row = 2
    parts = _parquet(path) if path.suffix.lower() == ".parquet" else _text(path)
    for batch, columns in parts:
        part = _summed(_typed(batch, columns, classes, path, row))
        total = part if total is None else total.add(part, fill_value=0)
        row += len(batch)
    if total is None or total.empty:
        raise InputError("empty_table", file=path)
    return total.sort_index().reset_index()


def _text(path: Path) -> Iterator[tuple[pd.DataFrame, Columns]]:
    with _opened(path) as (stream, separator, columns):
        for batch in _batches(stream, separator, columns, path):
            yield batch, columns


def _parquet(path: Path) -> Iterator[tuple[pd.DataFrame, Columns]]:
    """Rows of the wanted columns of a Parquet file, all text, batch by batch."""
    try:
        file = parquet.ParquetFile(path)
        header = list(file.schema_arrow.names)
        columns = _layout(header)
        if columns is None:
            raise InputError("unknown_flows", file=path, found=", ".join(header)[:120])
        kept = {name: ours for name, ours in columns.items() if name in header}
        for batch in file.iter_batches(columns=list(kept)):
            frame = batch.to_pandas().rename(columns=kept)
            yield frame.astype("string").fillna("").astype(object), kept
    except (OSError, pa.ArrowException) as error:
        raise InputError("unreadable_layer", file=path, detail=error) from error


def _layout(header: list[str]) -> Columns | None:
    """Columns of the file by our names; None where the layout is not known."""
    flows = [name for name in header if name.upper().startswith("NBFLUX")]
    layouts = [
        {"COMMUNE": "home_code", "DCLT": "work_code", "TRANS": "trans", "IPONDI": "people"},
        {"CODGEO": "home_code", "DCLT": "work_code", **({flows[0]: "people"} if flows else {})},
        {"home_code": "home_code", "work_code": "work_code", "people": "people"},
    ]
    for columns in layouts:
        if set(columns) <= set(header) and "people" in columns.values():
            return {**columns, **({"mode": "mode"} if "home_code" in columns else {})}
    return None


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], str, Columns]]:
    """The stream of the CSV that has a known header, its separator and its columns."""
    seen: list[str] = []
    with contextlib.ExitStack() as stack:
        for make in _sources(path, stack):
            stream = stack.enter_context(make())
            first = stream.read(HEADER_BYTES).split(b"\n", 1)[0].decode("utf-8-sig", "replace")
            stream.close()
            for separator in (";", ","):
                header = next(csv.reader([first.strip()], delimiter=separator), [])
                columns = _layout(header)
                if columns is not None:
                    kept = {name: ours for name, ours in columns.items() if name in header}
                    yield stack.enter_context(make()), separator, kept
                    return
            seen.append(first.strip()[:120])
        raise InputError("unknown_flows", file=path, found=" | ".join(seen))


def _sources(path: Path, stack: contextlib.ExitStack) -> list[Any]:
    """What opens each CSV of a file: itself, or those of a zip."""
    if path.suffix.lower() != ".zip":
        return [lambda: path.open("rb")]
    archive = stack.enter_context(archives.opened(path))
    names = [name for name in archive.namelist() if name.lower().endswith((".csv", ".txt"))]
    return [lambda name=name: archive.open(name) for name in names]


def _batches(
    stream: IO[bytes], separator: str, columns: Columns, path: Path
) -> Iterator[pd.DataFrame]:
    """Rows of the wanted columns, all text, batch by batch."""
    try:
        reader = arrow_csv.open_csv(
            stream,
            read_options=arrow_csv.ReadOptions(block_size=BLOCK, use_threads=False),
            parse_options=arrow_csv.ParseOptions(delimiter=separator),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=list(columns),
                column_types=dict.fromkeys(columns, pa.string()),
                strings_can_be_null=False,
            ),
        )
        for batch in reader:
            yield batch.to_pandas().rename(columns=columns)
    except (pa.ArrowInvalid, zipfile.BadZipFile, EOFError) as error:
        raise InputError("bad_rows", file=path, detail=str(error)[:200]) from error


def _typed(
    rows: pd.DataFrame, columns: Columns, classes: Literal[5, 6], path: Path, first: int
) -> pd.DataFrame:
    """Codes, modes and numbers of a batch, the first value that does not fit refused."""
    names = {ours: name for name, ours in columns.items()}

    def refuse(wrong: pd.Series, column: str, expected: str) -> None:
        if wrong.any():
            at = int(wrong.to_numpy().argmax())
            raise InputError(
                "bad_value",
                file=path,
                row=first + at,
                column=names[column],
                value=rows[column].iloc[at],
                expected=expected,
            )

    people = pd.to_numeric(rows["people"], errors="coerce")
    refuse(~(people >= 0) | (people == float("inf")), "people", ">= 0")
    for code in ("home_code", "work_code"):
        refuse(rows[code].str.strip() == "", code, "code INSEE")
    mode = pd.Series("unknown", rows.index)
    if "trans" in rows:
        told = {str(code): name for code, name in TRANS[classes].items()}
        text = rows["trans"].str.strip()
        mode = text.map({**told, **dict.fromkeys(UNTOLD, "unknown")})
        refuse(mode.isna(), "trans", f"1-{classes}")
    elif "mode" in rows:
        mode = rows["mode"].str.strip().replace("", "unknown")
        refuse(~mode.isin(MODES), "mode", " | ".join(MODES))
    codes = {code: rows[code].str.strip() for code in ("home_code", "work_code")}
    return pd.DataFrame({**codes, "mode": mode, "people": people})


def _summed(rows: pd.DataFrame) -> pd.Series:
    total: pd.Series = rows.groupby(["home_code", "work_code", "mode"])["people"].sum()
    return total
