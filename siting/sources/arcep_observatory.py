"""ARCEP's observatory of 2018: FttH deployment by commune, four title lines above the header.

Numbers carry spaces (` 15 827 `) and nothing is `-`. The deployment file holds two rows for each
unit: premises that fibre reaches (a count) and a category (a class from 0 to 5).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from siting.contracts import missing_column
from siting.errors import InputError
from siting.sources import layouts, sound_rows, text_streams
from siting.sources.layouts import Layout

if TYPE_CHECKING:
    from pathlib import Path

TITLE_LINES = 4
UNITS = ("Code commune", "Code département", "Siren EPCI")
SUPPLY = [
    Layout(
        f"ARCEP observatoire 2018 ({unit})",
        {unit: "code", "Logements": "dwellings", "Établissements": "establishments"},
    )
    for unit in UNITS
]
QUARTER_ENDS = {"1": "03-31", "2": "06-30", "3": "09-30", "4": "12-31"}


def kinds(path: Path) -> list[str]:
    """Which of the two files of communes it is, by the line below the titles; empty: neither."""
    with text_streams.opened(path) as stream:
        header = text_streams.beginning(stream, TITLE_LINES).split("\n", 1)[0]
    names = {name.strip().strip('"') for name in re.split("[,;\t|]", header)}
    of_communes = UNITS[0] in names
    known = {"observatory_premises": "Logements", "observatory_deployment": "Champ"}
    return [kind for kind, column in known.items() if of_communes and column in names]


def premises(path: Path) -> pd.DataFrame:
    """Read dwellings and establishments of communes, départements or EPCI.

    Returns
    -------
    `code,dwellings,establishments,premises`; nothing (`-`) is zero.

    Raises
    ------
    InputError
        See `layouts.read`; or a count that is not a number.
    """
    frame, _ = layouts.read(path, SUPPLY, title_lines=TITLE_LINES)
    _require_unique(frame["code"], path)
    dwellings = counts(frame, "dwellings", path)
    establishments = counts(frame, "establishments", path)
    return pd.DataFrame(
        {
            "code": frame["code"],
            "dwellings": dwellings,
            "establishments": establishments,
            "premises": dwellings + establishments,
        }
    )


def deployment(path: Path) -> pd.DataFrame:
    """Read premises that fibre reaches, by unit and quarter.

    Returns
    -------
    `code,date,ftth_premises,category`: the date is the quarter's last day.

    Raises
    ------
    InputError
        See `layouts.read`; a unit without its two rows; or a count that is not a number.
    """
    known = [
        Layout(f"ARCEP déploiement 2018 ({unit})", {unit: "code", "Champ": "field"})
        for unit in UNITS
    ]
    quarters = {
        f"T{quarter} {year}": f"{year}-{end}"
        for year in range(2010, 2031)
        for quarter, end in QUARTER_ENDS.items()
    }
    wide = [Layout(layout.name, layout.columns, {q: q for q in quarters}) for layout in known]
    frame, _ = layouts.read(path, wide, title_lines=TITLE_LINES)
    present = [name for name in quarters if (frame[name] != "").any()]
    if not present:
        raise missing_column(path, "T1 2018", frame.columns[:2])
    long = frame.melt(["code", "field"], present, "quarter", "value")
    long["value"] = counts(long, "value", path)
    long["date"] = long["quarter"].map(quarters)
    parts = long.pivot_table(index=["code", "date"], columns="field", values="value", aggfunc="sum")
    sizes = long.groupby(["code", "date", "field"]).size()
    names = {"Locaux Raccordables": "ftth_premises", "Catégorie": "category"}
    whole = set(names) <= set(parts.columns) and not parts[list(names)].isna().any(axis=None)
    if not whole or (sizes > 1).any():
        raise InputError("deployment_rows", file=path, expected=" + ".join(names))
    return parts[list(names)].rename(columns=names).reset_index().rename_axis(columns=None)


def counts(frame: pd.DataFrame, column: str, path: Path) -> pd.Series:
    """Numbers written with spaces, `-` for nothing.

    Raises
    ------
    InputError
        Another text stands there.
    """
    bare = frame[column].str.replace(r"\s", "", regex=True)
    values = pd.to_numeric(bare.where(bare != "-", "0"), errors="coerce")
    if values.isna().any():
        first = TITLE_LINES + 2
        problem = sound_rows.bad_value(frame, column, path, " 15 827 ", first=first)
        raise problem(int(values.isna().to_numpy().argmax()))
    return values.astype("int64")


def _require_unique(codes: pd.Series, path: Path) -> None:
    repeated = codes[codes.duplicated()]
    if len(repeated):
        ids = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=path, column="code", ids=ids)
