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

from typing import TYPE_CHECKING, Literal

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from siting.errors import InputError
from siting.sources import layouts, reading, sound_rows, text_streams

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
        The file is missing, is of none of the three layouts, or, in more than one row of a hundred,
        holds a value that does not fit.
    """
    if not path.is_file():
        raise InputError("missing_file", file=path)
    total: pd.Series | None = None
    tally, widths = sound_rows.Tally(path), sound_rows.Tally(path)
    is_parquet = path.suffix.lower() == ".parquet"
    for rows, columns in _parquet(path) if is_parquet else _text(path, widths):
        tally.rows += len(rows)
        part = _summed(_typed(rows, columns, classes, tally))
        total = part if total is None else total.add(part, fill_value=0)
    if total is None or tally.rows == 0:
        raise InputError("empty_table", file=path)
    widths.tell()
    tally.tell()
    return total.sort_index().reset_index()


def _text(path: Path, widths: sound_rows.Tally) -> Iterator[tuple[pd.DataFrame, Columns]]:
    """Rows of the wanted columns of a CSV, all text, block by block."""
    seen = []
    for member in _members(path):
        with text_streams.opened(path, member) as stream:
            beginning = text_streams.beginning(stream)
        header, separator = reading.header_of(beginning, lambda names: _layout(names) is not None)
        columns = _layout(header)
        if columns is not None:
            kept = {name: ours for name, ours in columns.items() if name in header}
            for rows in layouts.parsed(path, member, separator, list(kept), widths):
                yield rows.rename(columns=kept), kept
            return
        seen.append(",".join(header)[:120])
    raise InputError("unknown_flows", file=path, found=" | ".join(seen))


def _members(path: Path) -> list[str | None]:
    """Tables of a zip; `[None]` for a plain file."""
    if path.suffix.lower() != ".zip":
        return [None]
    return [name for name in reading.members(path) if name.lower().endswith((".csv", ".txt"))]


def _parquet(path: Path) -> Iterator[tuple[pd.DataFrame, Columns]]:
    """Rows of the wanted columns of a Parquet file, all text, batch by batch."""
    try:
        file = parquet.ParquetFile(path)
        header = list(file.schema_arrow.names)
        columns = _layout(header)
        if columns is None:
            raise InputError("unknown_flows", file=path, found=", ".join(header)[:120])
        kept = {name: ours for name, ours in columns.items() if name in header}
        first = 0
        for batch in file.iter_batches(columns=list(kept)):
            frame = batch.to_pandas().rename(columns=kept)
            frame = frame.set_axis(range(first, first + len(frame)), axis=0)
            first += len(frame)
            yield frame.astype("string").fillna("").astype(object), kept
    except (OSError, pa.ArrowException) as error:
        raise InputError("unreadable_layer", file=path, detail=error) from error


def _layout(header: list[str]) -> Columns | None:
    """Columns of the file by our names; None where the layout is not known."""
    flows = [name for name in header if name.upper().startswith("NBFLUX")]
    known = [
        {"COMMUNE": "home_code", "DCLT": "work_code", "TRANS": "trans", "IPONDI": "people"},
        {"CODGEO": "home_code", "DCLT": "work_code", **({flows[0]: "people"} if flows else {})},
        {"home_code": "home_code", "work_code": "work_code", "people": "people"},
    ]
    for columns in known:
        if set(columns) <= set(header) and "people" in columns.values():
            return {**columns, **({"mode": "mode"} if "home_code" in columns else {})}
    return None


def _typed(
    rows: pd.DataFrame, columns: Columns, classes: Literal[5, 6], tally: sound_rows.Tally
) -> pd.DataFrame:
    """Codes, modes and numbers of a block, rows with a value that does not fit left out."""
    names = {ours: name for name, ours in columns.items()}
    people = pd.to_numeric(rows["people"], errors="coerce")
    checks = [("people", ~(people >= 0) | (people == float("inf")), ">= 0")]
    checks += [
        (code, rows[code].str.strip() == "", "code INSEE") for code in ("home_code", "work_code")
    ]
    mode = pd.Series("unknown", rows.index)
    if "trans" in rows:
        by_class = {str(code): name for code, name in TRANS[classes].items()}
        mode = rows["trans"].str.strip().map({**by_class, **dict.fromkeys(UNTOLD, "unknown")})
        checks.append(("trans", mode.isna(), f"1-{classes}"))
    elif "mode" in rows:
        mode = rows["mode"].str.strip().replace("", "unknown")
        checks.append(("mode", ~mode.isin(MODES), " | ".join(MODES)))
    sound = rows.assign(people=people, mode=mode)
    for column, wrong, expected in checks:
        texts, left = rows.loc[sound.index], wrong[sound.index]
        problem = sound_rows.bad_value(texts, column, tally.path, expected, named=names[column])
        sound = tally.kept(sound, left, problem)
    codes = {code: sound[code].str.strip() for code in ("home_code", "work_code")}
    return pd.DataFrame({**codes, "mode": sound["mode"], "people": sound["people"]})


def _summed(rows: pd.DataFrame) -> pd.Series:
    total: pd.Series = rows.groupby(["home_code", "work_code", "mode"])["people"].sum()
    return total
