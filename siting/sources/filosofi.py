"""Filosofi: INSEE's grids of people, squares of 200 m and of 1 km.

The id is `CRS3035RES200mN<north>E<east>`: the lower-left corner in EPSG:3035, north first.
`lcog_geo` joins several commune codes without a separator. Counts are decimals, and squares of too
few households are imputed (`i_est_… = 1`): they are kept apart by a flag.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from pyproj import Transformer

from siting.errors import InputError
from siting.sources import sound_rows, streams
from siting.sources.layouts import Layout

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

AGES = ("0_3", "4_5", "6_10", "11_17", "18_24", "25_39", "40_54", "55_64", "65_79", "80p")
_AGES = {f"ind_{age}": f"age_{age}" for age in AGES}
LAYOUTS = [
    Layout(
        "Filosofi 200 m (2017, 2019, 2021)",
        {
            "idcar_200m": "cell_id",
            "lcog_geo": "codes",
            "ind": "population",
            "i_est_200": "imputed",
        },
        _AGES,
    ),
    Layout(
        "Filosofi 1 km (2017, 2019, 2021)",
        {"idcar_1km": "cell_id", "lcog_geo": "codes", "ind": "population", "i_est_1km": "imputed"},
        _AGES,
    ),
    Layout(
        "Filosofi 200 m (2015)",
        {"IdINSPIRE": "cell_id", "Depcom": "codes", "Ind": "population", "I_est_cr": "imputed"},
        _AGES,
    ),
    Layout(
        "Filosofi 1 km (2015)",
        {"Id_carr1km": "cell_id", "Depcom": "codes", "Ind": "population", "I_est_1km": "imputed"},
        _AGES,
    ),
]
CELL = r"^CRS(?P<epsg>\d+)RES(?P<size>\d+)(?P<unit>k?m)N(?P<north>\d+)E(?P<east>\d+)$"


def read(path: Path, communes: Collection[str]) -> pd.DataFrame:
    """Read the squares of some communes.

    Parameters
    ----------
    path
        CSV, a zip of it (INSEE's holds one table for each territory), Parquet or GeoPackage.
    communes
        Codes wanted, at the grid's vintage.

    Returns
    -------
    `cell_id,commune_code,codes,population,imputed,straddles,size_m,lon,lat` and `age_…` columns
    (NaN where the file has none), by id. The point is the square's centre; `codes` lists all the
    communes that the square touches, and `commune_code` is the first of them that is wanted: all
    the people of a square that `straddles` several communes are counted there, and it is flagged.

    Raises
    ------
    InputError
        See `streams.blocks`; a repeated id; no square of the area; or, in more than one of a
        hundred of these, an id that is no square or a number that is none.
    """
    wanted = frozenset(communes)
    rows, elsewhere = 0, set[str]()
    parts = []
    for block in streams.blocks(path, LAYOUTS):
        lists = block.frame["codes"].str.findall(r"[0-9AB]{5}")
        first = lists.map(lambda codes: next((code for code in codes if code in wanted), ""))
        here = first != ""
        part = block.frame[here]
        parts.append(part.assign(codes=lists[here].str.join(" "), commune_code=first[here]))
        rows += len(block.frame)
        if not here.any():
            elsewhere |= {code[:2] for codes in lists for code in codes}
    kept = pd.concat(parts)
    if kept.empty:
        departments = ", ".join(sorted(elsewhere)[:5])
        raise InputError("no_row_of_the_area", file=path, rows=rows, found=departments)
    misnamed = ~kept["cell_id"].str.fullmatch(CELL)
    expected = "CRS3035RES200mN2029800E4252400"
    problem = sound_rows.bad_value(kept, "cell_id", path, expected, named="idcar")
    kept = sound_rows.kept(kept, misnamed, path, problem)
    kept = sound_rows.numbers(kept, ["population", "imputed", *_AGES.values()], path)
    _require_unique(kept["cell_id"], path)
    size, lon, lat = centres(kept["cell_id"])
    table = pd.DataFrame(
        {
            "cell_id": kept["cell_id"],
            "commune_code": kept["commune_code"],
            "codes": kept["codes"],
            "population": kept["population"],
            "imputed": kept["imputed"] == 1,
            "straddles": kept["codes"].str.contains(" ", regex=False),
            "size_m": size,
            "lon": lon,
            "lat": lat,
            **kept[list(_AGES.values())],
        }
    )
    return table.sort_values("cell_id", ignore_index=True)


def centres(ids: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Side in metres, longitude and latitude of the centre of each square."""
    parts = ids.str.extract(CELL)
    size = parts["size"].astype(int) * parts["unit"].map({"m": 1, "km": 1000})
    lon, lat = pd.Series(0.0, index=ids.index), pd.Series(0.0, index=ids.index)
    for epsg in sorted(parts["epsg"].unique()):
        here = parts["epsg"] == epsg
        project = Transformer.from_crs(int(epsg), 4326, always_xy=True)
        east = parts.loc[here, "east"].astype(float) + size[here] / 2
        north = parts.loc[here, "north"].astype(float) + size[here] / 2
        lon[here], lat[here] = project.transform(east.to_numpy(), north.to_numpy())
    return size, lon, lat


def _require_unique(ids: pd.Series, path: Path) -> None:
    repeated = ids[ids.duplicated()]
    if len(repeated):
        shown = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=path, column="idcar", ids=shown)
