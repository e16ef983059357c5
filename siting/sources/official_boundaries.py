"""Commune boundaries as published: Admin Express, BD TOPO, Etalab and geo.api.gouv.fr."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from siting.errors import InputError
from siting.sources import boundaries, layer_files, layouts
from siting.sources.layouts import Layout

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

LAYOUTS = [
    Layout("IGN Admin Express (2025 et suivantes)", {"code_insee": "code", "nom_officiel": "name"}),
    Layout("IGN Admin Express (2021 à 2024), BD TOPO v3", {"INSEE_COM": "code", "NOM": "name"}),
    Layout("IGN Admin Express (2017 à 2020)", {"INSEE_COM": "code", "NOM_COM": "name"}),
    Layout("IGN BD TOPO v2", {"CODE_INSEE": "code", "NOM": "name"}),
    Layout("Etalab ou geo.api.gouv.fr", {"code": "code", "nom": "name"}),
    Layout("siting", {"code": "code", "name": "name"}),
]

POPULATION = "population"  # of geo.api.gouv.fr alone


def codes(path: Path) -> frozenset[str]:
    """Give the commune codes that a file of boundaries holds; see `read` for its errors."""
    return frozenset(_communes(path)[1]["code"])


def populations(path: Path) -> pd.Series:
    """Give the populations that a file of boundaries carries, by commune code; none: none.

    geo.api.gouv.fr names them `population`: the last that INSEE published, of Mayotte too.
    """
    _, communes = _communes(path)
    if POPULATION not in communes.columns:
        return pd.Series(dtype=float)
    counts: pd.Series = pd.to_numeric(communes[POPULATION], errors="coerce")
    return counts.set_axis(communes["code"]).dropna()


def read(path: Path, communes: Collection[str]) -> gpd.GeoDataFrame:
    """Read the boundaries of some communes.

    Parameters
    ----------
    path
        GeoPackage, shapefile or GeoJSON of a département or of the country; of several layers the
        one named `commune` is taken, else the first whose columns are known.
    communes
        Codes wanted, at the file's vintage.

    Returns
    -------
    `code,name` and valid polygons in EPSG:4326, by code.

    Raises
    ------
    InputError
        The file is missing, damaged or of no known layout; a commune has no boundary; or one stands
        twice.
    """
    layer, named = _communes(path)
    kept = named[named["code"].isin(list(communes))]
    missing = sorted(set(communes) - set(kept["code"]))
    if missing:
        shown = ", ".join(missing[:5])
        raise InputError("boundaries_missing", file=path, count=len(missing), codes=shown)
    repeated = kept["code"][kept["code"].duplicated()]
    if len(repeated):
        ids = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=path, column="code", ids=ids)
    # the shapes of a whole country would fill the memory
    shapes = layer_files.read(path, layer, kept.index.tolist())
    if shapes.crs is None:
        raise InputError("no_crs", file=path)
    boundaries.require_range(shapes, path)
    drawn = gpd.GeoDataFrame(
        kept[["code", "name"]].reset_index(drop=True),
        geometry=shapes.geometry.to_numpy(),
        crs=shapes.crs,
    )
    drawn = drawn.to_crs(4326).sort_values("code", ignore_index=True)
    return drawn.assign(geometry=drawn.geometry.make_valid())


def _least_likely(layer: str) -> tuple[bool, bool, str]:
    """Order of layers: `commune`, `commune_carto` and the like, the others."""
    name = layer.lower()
    return name != "commune", not name.startswith("commune"), name


def _communes(path: Path) -> tuple[str, pd.DataFrame]:
    """The layer of communes of a file, and its rows by number: `code,name` and more."""
    names = layer_files.names(path)
    known = (
        name
        for name in sorted(names, key=_least_likely)
        if layouts.fits(layer_files.fields(path, name), LAYOUTS)
    )
    layer = next(known, names[0] if names else "")
    table = layer_files.rows(path, layer, numbered=True)
    layout = layouts.fitting(path, list(table.columns), LAYOUTS)
    named = table.rename(columns=dict(layout.columns))
    return layer, named.assign(code=named["code"].astype(str).str.zfill(5))
