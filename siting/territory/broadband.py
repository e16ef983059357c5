"""Broadband: one table from ARCEP's several files, and the calendar of the copper network.

Three bases of premises stand behind it (INSEE's counts in 2018, Cartefibre, Ma connexion internet):
compare shares between them, never levels.
"""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.errors import InputError
from siting.sources import arcep_cartefibre, arcep_mci, arcep_observatory, facts, streams
from siting.tables import check
from siting.territory.codes import ARRONDISSEMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ACCESS = [
    "level",
    "id",
    "commune_code",
    "date",
    "technology",
    "speed",
    "premises",
    "total",
    "share",
    "source",
    "confidence",
]
FIBRE = "fibre"
CONFIDENCE = {
    "mci_best": "high",
    "mci_speed": "high",
    "mci_buildings": "high",
    "cartefibre": "high",
    "observatory": "fair",
}
"""High: declared by operators premises by premises, a partition that adds up; fair: counts by
commune over INSEE's number of dwellings. A row that a change of codes shared is `low`."""


def of_technologies(best: pd.DataFrame) -> pd.DataFrame:
    """Rows of the one table from `arcep_mci.best_technology`.

    Several kinds of premises of a commune (`type`) are added up, unless one row is their total.
    """
    whole = _whole(best, ["code", "date", "technology"])
    return _communes(whole, "mci_best", technology=whole["technology"])


def of_speeds(speeds: pd.DataFrame) -> pd.DataFrame:
    """Rows of the one table from `arcep_mci.speeds`; the classes `at_least_…` overlap."""
    whole = _whole(speeds, ["code", "date", "speed"])
    return _communes(whole, "mci_speed", speed=whole["speed"])


def of_fibre(frame: pd.DataFrame, date: str, source: str) -> pd.DataFrame:
    """Rows of the one table from premises and premises that fibre reaches.

    Parameters
    ----------
    frame
        `code,premises,ftth_premises` (Cartefibre, or the observatory's two files joined).
    date
        Of the figures, YYYY-MM-DD.
    source
        `cartefibre` or `observatory`.
    """
    whole = pd.DataFrame(
        {
            "code": frame["code"],
            "date": date,
            "premises": frame["ftth_premises"],
            "total": frame["premises"],
            "share": (frame["ftth_premises"] / frame["premises"]).where(frame["premises"] > 0),
        }
    )
    return _communes(whole, source, technology=FIBRE)


def of_buildings(buildings: pd.DataFrame, date: str) -> pd.DataFrame:
    """Rows of the one table from `arcep_mci.buildings`: one for each building and technology."""
    return pd.DataFrame(
        {
            "level": "premises",
            "id": buildings["id"],
            "commune_code": buildings["commune_code"],
            "date": date,
            "technology": buildings["technology"],
            "speed": buildings["speed_class"],
            "premises": buildings["premises"],
            "total": np.nan,
            "share": np.nan,
            "source": "mci_buildings",
            "confidence": CONFIDENCE["mci_buildings"],
        }
    )[ACCESS]


def merged(
    tables: list[pd.DataFrame], recoded: Mapping[str, str], codes: frozenset[str]
) -> pd.DataFrame:
    """Put the rows of several files together, at the study's codes.

    Communes that became one are added up.

    Parameters
    ----------
    tables
        Rows as the functions above give them.
    recoded
        Codes of other vintages, and the commune that each became (`territory.codes.recoded`).
    codes
        Communes of the study.

    Returns
    -------
    `level` (`commune` or `premises`), `id`, `commune_code`, `date`, `technology`, `speed`,
    `premises` (that the technology or the speed reaches), `total` (the commune's), `share`,
    `source`, `confidence`.

    Raises
    ------
    InputError
        No row is of the study's communes.
    """
    joined = pd.concat(tables, ignore_index=True)
    every = _without_parts(joined.assign(commune_code=joined["commune_code"].str.zfill(5)))
    code = every["commune_code"].map(lambda one: recoded.get(one, one))
    every["commune_code"] = code
    commune = every["level"] == "commune"
    every.loc[commune, "id"] = code[commune]
    kept = every[code.isin(codes)]
    if kept.empty:
        found = ", ".join(sorted(set(every["commune_code"].str[:2]))[:5])
        raise InputError("no_row_of_the_area", file="broadband", rows=len(every), found=found)
    keys = ["level", "id", "commune_code", "date", "technology", "speed", "source", "confidence"]
    grouped = kept.groupby(keys, sort=True)[["premises", "total"]].sum(min_count=1)
    grouped["share"] = (grouped["premises"] / grouped["total"]).where(grouped["total"] > 0)
    return grouped.reset_index()[ACCESS]


def _without_parts(every: pd.DataFrame) -> pd.DataFrame:
    """Leave out the arrondissements of a city that its source gives as one commune too."""
    communes = every[every["level"] == "commune"]
    told = set(zip(communes["source"], communes["commune_code"], strict=True))
    whole = every["commune_code"].map(ARRONDISSEMENTS).fillna("")
    twice = [
        level == "commune" and (source, city) in told
        for level, source, city in zip(every["level"], every["source"], whole, strict=True)
    ]
    return every[~pd.Series(twice, index=every.index, dtype=bool)].reset_index(drop=True)


def read(path: Path, recoded: Mapping[str, str], codes: frozenset[str]) -> pd.DataFrame:
    """Read a study's broadband layer: siting's table, or ARCEP's file as it is.

    Parameters
    ----------
    path
        `code,date,premises,ftth_premises`; best technology by commune (Ma connexion internet); or
        Cartefibre by commune, whose quarter is told by its name (`2025t2-commune.zip`).
    recoded, codes
        See `merged`.

    Returns
    -------
    See `summary`.

    Raises
    ------
    InputError
        See the readers and `merged`; or a file of Cartefibre whose name tells no quarter.
    """
    if path.suffix.lower() == ".shp" or _holds_shapes(path):
        found = re.search(r"(20\d\d)[tT]([1-4])", path.name)
        if found is None:
            raise InputError("no_quarter", file=path)
        day = f"{found[1]}-{arcep_observatory.QUARTER_ENDS[found[2]]}"
        rows = of_fibre(arcep_cartefibre.communes(path), day, "cartefibre")
    elif streams.fits(path, arcep_mci.BEST_LAYOUTS):
        rows = of_technologies(arcep_mci.best_technology(path))
    else:
        return facts.broadband(path)
    return check(summary(merged([rows], recoded, codes)), facts.BROADBAND, path)


def _holds_shapes(path: Path) -> bool:
    if path.suffix.lower() != ".zip" or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.lower().endswith(".shp") for name in archive.namelist())


def summary(access: pd.DataFrame, closures: pd.DataFrame | None = None) -> pd.DataFrame:
    """Premises and fibre by commune and date, as a study reads them (`layers.broadband`).

    Parameters
    ----------
    access
        The one table; rows by technology of one source a date.
    closures
        `sources.copper_closures.read`, for the column `copper_closure`.

    Returns
    -------
    `code,date,premises,ftth_premises` and, where the calendar is given, `copper_closure`.
    """
    rows = access[(access["level"] == "commune") & (access["technology"] != "")]
    best = rows[rows["source"] == "mci_best"]
    told = best if len(best) else rows
    fibre = told[told["technology"] == FIBRE].set_index(["commune_code", "date"])
    premises = fibre["total"]
    table = pd.DataFrame(
        {
            "premises": premises.round().astype("int64"),
            "ftth_premises": fibre["premises"].reindex(premises.index).fillna(0).round(),
        }
    ).astype({"ftth_premises": "int64"})
    table = table.reset_index().rename(columns={"commune_code": "code"})
    if closures is not None:
        dates = closures.set_index("code")["technical"]
        table["copper_closure"] = table["code"].map(dates).dt.strftime("%Y-%m-%d").fillna("")
    return table


def _whole(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Add up the kinds of premises of a commune, or take the row that is their total."""
    kinds = frame.drop_duplicates(["code", "date", "type"])
    by_unit = kinds.groupby(["code", "date"])["total"]
    told = pd.DataFrame({"largest": by_unit.max(), "sum": by_unit.sum(), "n": by_unit.size()})
    told["has_total"] = (told["n"] > 1) & np.isclose(told["sum"], 2 * told["largest"])
    told = told.reindex(pd.MultiIndex.from_frame(frame[["code", "date"]])).reset_index(drop=True)
    rows = frame.reset_index(drop=True)
    taken = rows[~told["has_total"] | np.isclose(rows["total"], told["largest"])]
    summed = taken.groupby(keys, sort=True)[["premises", "total"]].sum().reset_index()
    summed["share"] = (summed["premises"] / summed["total"]).where(summed["total"] > 0)
    return summed


def _communes(
    whole: pd.DataFrame, source: str, technology: pd.Series | str = "", speed: pd.Series | str = ""
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "level": "commune",
            "id": whole["code"],
            "commune_code": whole["code"],
            "date": whole["date"],
            "technology": technology,
            "speed": speed,
            "premises": whole["premises"],
            "total": whole["total"],
            "share": whole["share"],
            "source": source,
            "confidence": CONFIDENCE[source],
        }
    )[ACCESS]
