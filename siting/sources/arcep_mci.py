"""ARCEP, Ma connexion internet: what each premises can get, by commune and by building.

The best-technology file is a partition of the premises that some network gives 8 Mbit/s to
(`nbr_elig_8`), not of all (`nbr`); the eligibility columns of the speed files overlap (a premises
counts in every class that it can get) and are never added. `commune_debit.csv` counts satellite as
an access: only its `_filaire` and `_terrestre` variants are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.errors import InputError
from siting.sources import layouts, sound_rows, streams
from siting.sources.layouts import Layout
from siting.sources.projections import unprojected

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TECHNOLOGIES = {
    "elig_ftth": "fibre",
    "elig_coax": "coax",
    "elig_cu_30": "copper_30",
    "elig_thdr": "radio_thd",
    "elig_cu_8": "copper_8",
    "elig_4gf": "fixed_4g",
    "elig_hdr": "radio_hd",
    "elig_sat": "satellite",
}
SPEEDS = {
    "inel_hd": "under_0.5",
    "elig_hd05": "at_least_0.5",
    "elig_hd3": "at_least_3",
    "elig_bhd8": "at_least_8",
    "elig_thd30": "at_least_30",
    "elig_thd100": "at_least_100",
    "elig_thd1g": "at_least_1000",
}
_UNIT = {"code_insee": "code", "nbr": "premises", "type": "type", "date": "date"}
BEST_LAYOUTS = [
    Layout("MCI commune_meilleure_techno", {**_UNIT, **TECHNOLOGIES, "nbr_elig_8": "eligible"}),
    Layout("MCI commune_meilleure_techno (sans nbr_elig_8)", {**_UNIT, **TECHNOLOGIES}),
]
SPEED_LAYOUTS = [Layout("MCI commune_debit", {**_UNIT, **SPEEDS})]
BASE_LAYOUTS = [
    Layout(
        "MCI base_imb",
        {
            "imb_id": "id",
            "imb_x": "x",
            "imb_y": "y",
            "imb_code_insee": "commune_code",
            "imb_nbr_logloc": "premises",
        },
    )
]
ACTUAL_LAYOUTS = [
    Layout(
        "MCI actuel",
        {"imb_id": "id", "code_techno": "technology", "classe_debit_descendant": "speed_class"},
    )
]
WEB_MERCATOR = 3857
CLASSES = ("INEL", "HD05", "HD3", "BHD8", "THD30", "THD100", "THD1G")
"""Classes of downward speed, the slowest first."""


def best_technology(path: Path) -> pd.DataFrame:
    """Read premises by their best technology, by commune.

    Returns
    -------
    `code,type,date,technology,premises,total,share`: one row for each technology, shares of the
    commune's premises (`total`). Premises that no technology gives 8 Mbit/s to are in `total` only,
    so that shares may add up to less than 1.

    Raises
    ------
    InputError
        See `layouts.read`; or, in more than one commune of a hundred, technologies that do not add
        up to the premises that can have 8 Mbit/s, or more of these than premises.
    """
    frame, layout = layouts.read(path, BEST_LAYOUTS)
    eligible = "eligible" if "eligible" in layout.columns.values() else "premises"
    names = list(TECHNOLOGIES.values())
    frame = sound_rows.numbers(frame, list(dict.fromkeys(["premises", eligible, *names])), path)
    counted = frame[names].sum(axis=1, skipna=False)
    wrong = ~((counted - frame[eligible]).abs() <= 0.5)
    wrong |= ~(frame[eligible] <= frame["premises"] + 0.5)

    def problem(at: int) -> InputError:
        return InputError(
            "not_a_partition",
            file=path,
            row=int(frame.index[at]) + 2,
            code=frame["code"].iloc[at],
            found=f"{counted.iloc[at]:g}",
            expected=f"{frame[eligible].iloc[at]:g}",
            premises=f"{frame['premises'].iloc[at]:g}",
        )

    return _long(sound_rows.kept(frame, wrong, path, problem), names, "technology")


def speeds(path: Path) -> pd.DataFrame:
    """Read premises by the speed that a wire, or a network on the ground, can give.

    Returns
    -------
    `code,type,date,speed,premises,total,share`: speeds in Mbit/s; the classes `at_least_…` overlap.

    Raises
    ------
    InputError
        See `layouts.read`; the variant that counts satellite; or, in more than one commune of a
        hundred, classes that do not shrink as the speed grows.
    """
    if not any(word in path.name for word in ("filaire", "terrestre")):
        raise InputError("satellite_counted", file=path)
    frame, _ = layouts.read(path, SPEED_LAYOUTS)
    names = list(SPEEDS.values())
    frame = sound_rows.numbers(frame, ["premises", *names], path)
    classes = frame[[name for name in names if name != "under_0.5"]].to_numpy()
    grown = ~(np.diff(classes, axis=1) <= 0.5).all(axis=1)
    wrong = pd.Series(grown, frame.index) | ~(classes[:, 0] <= frame["premises"] + 0.5)

    def problem(at: int) -> InputError:
        row, code = int(frame.index[at]) + 2, frame["code"].iloc[at]
        return InputError("speeds_not_nested", file=path, row=row, code=code)

    return _long(sound_rows.kept(frame, wrong, path, problem), names, "speed")


def _long(frame: pd.DataFrame, parts: list[str], name: str) -> pd.DataFrame:
    """One row for each commune and part, with the commune's total and the part's share."""
    keys = ["code", "type", "date"]
    wide = frame.assign(total=frame["premises"]).drop(columns="premises")
    long = wide.melt([*keys, "total"], parts, name, "premises")
    long["share"] = (long["premises"] / long["total"]).where(long["total"] > 0)
    return long[[*keys, name, "premises", "total", "share"]]


def buildings(base: Path, actual: Path) -> pd.DataFrame:
    """Read buildings with the technologies that reach them.

    Parameters
    ----------
    base
        `base_imb_<dep>.csv.gz`: positions in web Mercator, number of premises.
    actual
        `actuel_<dep>.csv.gz`: one row for each building, operator and technology.

    Returns
    -------
    `id,commune_code,premises,lon,lat,technology,speed_class`: one row for each building and
    technology, with its highest downward class; technology empty where nothing reaches it.

    Raises
    ------
    InputError
        See `layouts.read`; a repeated building; or, more than one row in a hundred, offers of
        buildings that the base lacks.
    """
    frame, _ = layouts.read(base, BASE_LAYOUTS)
    repeated = frame["id"][frame["id"].duplicated()]
    if len(repeated):
        ids = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=base, column="imb_id", ids=ids)
    frame = sound_rows.numbers(frame, ["x", "y", "premises"], base)
    if ((frame["x"].abs() <= 180) & (frame["y"].abs() <= 90)).any():
        raise InputError("degrees_for_metres", file=base, crs=f"EPSG:{WEB_MERCATOR}")
    epsg = pd.Series(WEB_MERCATOR, index=frame.index)
    lon, lat = unprojected(frame["x"], frame["y"], epsg)
    placed = frame[["id", "commune_code", "premises"]].assign(lon=lon, lat=lat)
    offers = _fastest_offers(actual, frozenset(placed["id"]), base)
    merged = placed.merge(offers, on="id", how="left")
    return merged.fillna({"technology": "", "speed_class": ""})


def _fastest_offers(path: Path, buildings: frozenset[str], base: Path) -> pd.DataFrame:
    """Fastest class of each building and technology; the file has one row for each operator."""
    tally = sound_rows.Tally(path)
    ranks = {name: at for at, name in enumerate(CLASSES)}
    fastest: pd.DataFrame | None = None
    for block in streams.blocks(path, ACTUAL_LAYOUTS):
        offers = block.frame
        tally.rows += len(offers)
        unmatched = ~offers["id"].isin(buildings)
        offers = tally.kept(offers, unmatched, _unmatched(offers, unmatched, path, base))
        speed_class = offers["speed_class"].str.strip().str.upper()
        offers = offers.assign(speed_class=speed_class, rank=speed_class.map(ranks))
        every = pd.concat([fastest, offers]) if fastest is not None else offers
        ordered = every.sort_values(
            ["id", "technology", "rank", "speed_class"], na_position="first"
        )
        fastest = ordered.drop_duplicates(["id", "technology"], keep="last")
    tally.tell()
    assert fastest is not None  # noqa: S101 - a table without a row is refused
    return fastest.drop(columns="rank")


def _unmatched(
    offers: pd.DataFrame, unmatched: pd.Series, path: Path, base: Path
) -> Callable[[int], InputError]:
    """Name the buildings of a block's offers that the base lacks."""

    def problem(_: int) -> InputError:
        ids = offers.loc[unmatched, "id"].unique()
        shown = ", ".join(ids[:5])
        return InputError("unmatched_ids", file=path, count=len(ids), ids=shown, other=base)

    return problem
