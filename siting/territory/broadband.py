"""Broadband: one table from ARCEP's several files, and the calendar of the copper network.

Three bases of premises stand behind it (INSEE's counts in 2018, Cartefibre, Ma connexion internet):
compare shares between them, never levels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.contracts import check
from siting.errors import InputError
from siting.sources import arcep_cartefibre, arcep_mci, arcep_observatory, facts, streams
from siting.sources.places import ARRONDISSEMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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
KINDS = {
    "mci_best": arcep_mci.BEST_LAYOUTS,
    "mci_speed": arcep_mci.SPEED_LAYOUTS,
    "mci_base": arcep_mci.BASE_LAYOUTS,
    "mci_actual": arcep_mci.ACTUAL_LAYOUTS,
}
PAIRS = (("mci_base", "mci_actual"), ("observatory_premises", "observatory_deployment"))
LABELS = {
    "mci_base": "base_imb",
    "mci_actual": "actuel",
    "observatory_premises": "2018T1_communes.csv",
    "observatory_deployment": "2018T1_ftthCommunes.csv",
}
PRIORITY = ("mci_best", "mci_buildings", "cartefibre", "observatory")
"""Of sources that tell the same commune and date, the first is the study's."""
OFFERS = {
    "FO": "fibre",
    "FTTH": "fibre",
    "CO": "coax",
    "COAX": "coax",
    "CU": "copper",
    "DSL": "copper",
    "4GF": "fixed_4g",
    "5GF": "fixed_5g",
    "HDR": "radio_hd",
    "THDR": "radio_thd",
    "SAT": "satellite",
}
"""`code_techno` of the files `actuel`; others are refused.

FO, 4GF and SAT were seen in a file of 2026; the others come from documentation.
"""
WHOLE = "all"  # `type` of the row of the whole commune
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

    Several kinds of premises of a commune (`type`) are added up, unless one row is the whole.
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


def of_buildings_summed(buildings: pd.DataFrame, date: str, file: Path) -> pd.DataFrame:
    """Rows by commune from `arcep_mci.buildings`: premises that each technology reaches.

    A building that two technologies reach counts in both; satellite, which is everywhere, in none.

    Raises
    ------
    InputError
        A technology is not known.
    """
    technology = buildings["technology"].str.strip().str.upper()
    strange = technology[(technology != "") & ~technology.isin(list(OFFERS))]
    if len(strange):
        known = ", ".join(OFFERS)
        raise InputError("unknown_technology", file=file, value=strange.iloc[0], known=known)
    every = buildings.drop_duplicates("id").groupby("commune_code")["premises"].sum()
    reached = buildings.assign(technology=technology.map(OFFERS)).drop_duplicates(
        ["id", "technology"]
    )
    parts = reached.pivot_table(
        index="commune_code", columns="technology", values="premises", aggfunc="sum"
    )
    names = sorted({FIBRE, *parts.columns} - {"satellite"})
    parts = parts.reindex(index=every.index, columns=names).fillna(0).reset_index()
    long = parts.melt("commune_code", names, "technology", "premises")
    long = long.rename(columns={"commune_code": "code"}).assign(date=date)
    long["total"] = long["code"].map(every)
    long["share"] = (long["premises"] / long["total"]).where(long["total"] > 0)
    return _communes(long, "mci_buildings", technology=long["technology"])


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
    code = every["commune_code"].map(lambda old: recoded.get(old, old))
    every["commune_code"] = code
    commune = every["level"] == "commune"
    every.loc[commune, "id"] = code[commune]
    kept = every[code.isin(codes)]
    if kept.empty:
        departments = ", ".join(sorted(set(every["commune_code"].str[:2]))[:5])
        raise InputError("no_row_of_the_area", file="broadband", rows=len(every), found=departments)
    keys = ["level", "id", "commune_code", "date", "technology", "speed", "source", "confidence"]
    grouped = kept.groupby(keys, sort=True)[["premises", "total"]].sum(min_count=1)
    grouped["share"] = (grouped["premises"] / grouped["total"]).where(grouped["total"] > 0)
    return grouped.reset_index()[ACCESS]


def _without_parts(every: pd.DataFrame) -> pd.DataFrame:
    """Leave out the arrondissements of a city that its source gives as one commune too."""
    communes = every[every["level"] == "commune"]
    given = set(zip(communes["source"], communes["commune_code"], strict=True))
    whole = every["commune_code"].map(ARRONDISSEMENTS).fillna("")
    twice = [
        level == "commune" and (source, city) in given
        for level, source, city in zip(every["level"], every["source"], whole, strict=True)
    ]
    return every[~pd.Series(twice, index=every.index, dtype=bool)].reset_index(drop=True)


@dataclass(frozen=True)
class Layer:
    """A study's broadband layer.

    Attributes
    ----------
    table
        See `summary`.
    access
        The one table (`merged`), of ARCEP's files; None where siting's own table stands alone.
    rows
        Rows read of each file.
    """

    table: pd.DataFrame
    access: pd.DataFrame | None
    rows: tuple[int, ...]


def read(paths: Sequence[Path], recoded: Mapping[str, str], codes: frozenset[str]) -> Layer:
    """Read a study's broadband layer: siting's table, ARCEP's files as they are, or several.

    Parameters
    ----------
    paths
        Each is told by its header: `code,date,premises,ftth_premises`; best technology or speeds
        by commune, or buildings (`base_imb` with `actuel`) of Ma connexion internet; Cartefibre by
        commune; the two files of the observatory of 2018, by commune. What bears no date
        (buildings, Cartefibre) has its quarter in its name (`2025t2-commune.zip`) or its folder's.
    recoded, codes
        See `merged`.

    Raises
    ------
    InputError
        See the readers and `merged`; a file that tells no quarter; one of a pair without the other;
        or speeds alone, which do not tell fibre.
    """
    kinds = {path: _kind(path) for path in paths}
    own = [facts.broadband(path) for path, kind in kinds.items() if kind == "own"]
    if len(own) == len(paths) == 1:
        return Layer(own[0], None, (len(own[0]),))
    parts = {path: _rows(path, kind, kinds) for path, kind in kinds.items() if kind != "own"}
    access = merged([part for part in parts.values() if part is not None], recoded, codes)
    if not (access["technology"] == FIBRE).any() and set(access["source"]) == {"mci_speed"}:
        raise InputError("speeds_alone", file=paths[0])
    dated = [table.assign(date=table["date"].dt.strftime("%Y-%m-%d")) for table in own]
    ours = pd.concat([*dated, summary(access)], ignore_index=True)
    counted = iter(map(len, own))
    rows = [
        next(counted)
        if kind == "own"
        else len(rows_of)
        if (rows_of := parts[path]) is not None
        else 0
        for path, kind in kinds.items()
    ]
    return Layer(check(ours, facts.BROADBAND, paths[0]), access, tuple(rows))


def _kind(path: Path) -> str:
    """Tell a file by its header: a key of `KINDS`, `cartefibre`, or `own` where nothing fits."""
    if arcep_cartefibre.recognised(path):
        return "cartefibre"
    fits = (kind for kind, known in KINDS.items() if streams.fits(path, known))
    fitting = next(fits, None)
    if fitting is None and path.suffix.lower() == ".csv":
        fitting = next(iter(arcep_observatory.kinds(path)), None)
    return fitting or "own"


def _rows(path: Path, kind: str, kinds: Mapping[Path, str]) -> pd.DataFrame | None:
    """Rows of the one table from a file; None from the second of a pair."""
    if kind == "cartefibre":
        return of_fibre(arcep_cartefibre.communes(path), quarter_end(path), kind)
    if kind == "mci_best":
        return of_technologies(arcep_mci.best_technology(path))
    if kind == "mci_speed":
        return of_speeds(arcep_mci.speeds(path))
    first, second = next(pair for pair in PAIRS if kind in pair)
    at = {
        wanted: [file for file, known in kinds.items() if known == wanted]
        for wanted in (first, second)
    }
    if len(at[first]) != 1 or len(at[second]) != 1:
        lacking = first if len(at[first]) != 1 else second
        raise InputError("one_of_a_pair", file=path, kind=LABELS[kind], other=LABELS[lacking])
    if kind == second:
        return None
    if kind == "mci_base":
        buildings = arcep_mci.buildings(path, at[second][0])
        day = quarter_end(path)
        return pd.concat([of_buildings(buildings, day), of_buildings_summed(buildings, day, path)])
    base = arcep_observatory.premises(path)
    fibre = arcep_observatory.deployment(at[second][0])
    joined = base[["code", "premises"]].merge(fibre, on="code", how="inner")
    if joined.empty:
        raise InputError("empty_table", file=at[second][0])
    days = joined.groupby("date", sort=True)
    return pd.concat([of_fibre(part, str(day), "observatory") for day, part in days])


def quarter_end(path: Path) -> str:
    """Last day of the quarter that the name of a file, or of its folder, tells."""
    for name in (path.name, path.parent.name):
        quarter = re.search(r"(20\d\d)[ _-]?[tT]([1-4])", name)
        if quarter is not None:
            return f"{quarter[1]}-{arcep_observatory.QUARTER_ENDS[quarter[2]]}"
    raise InputError("no_quarter", file=path)


def summary(access: pd.DataFrame, closures: pd.DataFrame | None = None) -> pd.DataFrame:
    """Premises and fibre by commune and date, as a study reads them (`layers.broadband`).

    Parameters
    ----------
    access
        The one table; where sources tell the same commune and date, see `PRIORITY`.
    closures
        `sources.copper_closures.read`, for the column `copper_closure`.

    Returns
    -------
    `code,date,premises,ftth_premises` and, where the calendar is given, `copper_closure`.
    """
    rows = access[(access["level"] == "commune") & (access["technology"] != "")]
    fibre = rows[rows["technology"] == FIBRE]
    order = fibre["source"].map({name: rank for rank, name in enumerate(PRIORITY)})
    fibre = fibre.assign(rank=order).sort_values(["commune_code", "date", "rank"], kind="stable")
    fibre = fibre.drop_duplicates(["commune_code", "date"]).set_index(["commune_code", "date"])
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
    """Take the row of the whole commune (`type` is `all`), or add up its kinds of premises.

    Editions that do not name the whole so are told by their counts: one row is the sum of others.
    """
    rows = frame.reset_index(drop=True)
    unit = ["code", "date"]
    is_whole = rows["type"].str.strip().str.lower() == WHOLE
    has_whole = is_whole.groupby([rows[name] for name in unit]).transform("any")
    rows = rows[is_whole | ~has_whole].reset_index(drop=True)
    by_unit = rows.drop_duplicates([*unit, "type"]).groupby(unit)["total"]
    sizes = pd.DataFrame({"largest": by_unit.max(), "sum": by_unit.sum(), "n": by_unit.size()})
    sizes["has_total"] = (sizes["n"] > 1) & np.isclose(sizes["sum"], 2 * sizes["largest"])
    sizes = sizes.reindex(pd.MultiIndex.from_frame(rows[unit])).reset_index(drop=True)
    taken = rows[~sizes["has_total"] | np.isclose(rows["total"], sizes["largest"])]
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
