"""Roads from IGN's BD TOPO, table `troncon_de_route`.

Columns and values after IGN, "BD TOPO version 3, descriptif de contenu", class Tronçon de route:
`nature`, `importance` (1 national to 5 local, 6 without), `sens_de_circulation`,
`vitesse_moyenne_vl` (average speed of light vehicles, km/h), `acces_vehicule_leger`,
`acces_pieton`, `prive`, `urbain`, `etat_de_l_objet`, `fictif`; shapefiles cut these names to ten
letters. Sections join at their ends.

Version 2 (until 2019, layer `ROUTE`, "BD TOPO version 2.2, descriptif de contenu") has `nature`,
`importance`, `sens` and `etat` with other values, and no average speed.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import shapely

from siting import archives, vector_files
from siting.contracts import missing_column
from siting.errors import InputError, InputWarning
from siting.network import lines, roads
from siting.network import speeds as speed_tables

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping
    from pathlib import Path

    from siting.network.lines import RoadLine
    from siting.network.roads import RoadNetwork
    from siting.network.speeds import Speeds

    Record = Mapping[Hashable, Any]

LAYERS = ("troncon_de_route", "route")
NEEDED = ("nature", "importance", "sens_de_circulation")
AVERAGE = "vitesse_moyenne_vl"
SHORT = {
    "sens": "sens_de_circulation",
    "vit_moy_vl": "vitesse_moyenne_vl",
    "acces_vl": "acces_vehicule_leger",
    "acces_ped": "acces_pieton",
    "etat": "etat_de_l_objet",
}
"""Names of the shapefiles, and those of the GeoPackage."""
SAME_END_M = 0.05  # ends that round to the same multiple of this are one junction

BY_NATURE = {
    "Type autoroutier": "motorway",
    "Route empierrée": "track",
    "Chemin": "track",
    "Sentier": "path",
    "Escalier": "steps",
    "Piste cyclable": "cycleway",
    "Bac ou liaison maritime": "ferry",
    "Autoroute": "motorway",  # from here on, those of version 2
    "Quasi-autoroute": "motorway",
    "Bac auto": "ferry",
    "Bac piéton": "ferry",
}
NO_CAR = ("Bac piéton",)
BY_IMPORTANCE = {"1": "trunk", "2": "primary", "3": "secondary", "4": "tertiary"}
DIRECTIONS = {
    "Sens direct": "yes",
    "Sens inverse": "-1",
    "Double sens": "no",
    "Direct": "yes",
    "Inverse": "-1",
    "Double": "no",
}
CAR_ACCESS = {"Restreint aux ayants droit": "private", "Physiquement impossible": "no"}
OUT_OF_USE = ("En projet", "En construction", "Non exploité")


def read(
    path: Path,
    mode: str = "car",
    *,
    speeds: Speeds | None = None,
    snap_cap_m: float = 1000.0,
    crs: str | None = "EPSG:2154",
) -> RoadNetwork:
    """Read the roads of a mode from BD TOPO road sections.

    Parameters
    ----------
    path
        GeoPackage or shapefile with the sections (layer `troncon_de_route`, or `route` in version
        2, where there are several).
    mode, speeds, snap_cap_m, crs
        As for `osm.read`. A car drives IGN's average speed; the speeds of the other modes, and of
        sections without one, are those of the class.

    Raises
    ------
    InputError
        The file is missing or cannot be read, lacks a column or a coordinate system, or holds no
        road for the mode.

    Warns
    -----
    InputWarning
        A car's times are asked of sections that bear no average speed (version 2).
    """
    layer = layer_of(path)
    parquet = vector_files.is_parquet(path)
    try:
        sections = vector_files.read_parquet(path) if parquet else gpd.read_file(path, layer=layer)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError("not_sections", file=path, detail=error) from error
    chosen = speed_tables.load(mode=mode) if speeds is None else speeds
    return from_sections(sections, chosen, file=path, snap_cap_m=snap_cap_m, crs=crs)


def layer_of(path: Path) -> str:
    """Name of the layer of road sections of a file, of which nothing is read yet.

    Raises
    ------
    InputError
        The file is missing or cannot be read, stands for far more than its size, or lacks a column.
    """
    if not path.exists():
        raise InputError("missing_file", file=path)
    archives.require_shapes(path)
    try:
        if vector_files.is_parquet(path):
            _named(pq.read_schema(path).names, path)
            return path.stem
        names = gpd.list_layers(path)["name"].tolist()
        layer = str(next((name for name in names if str(name).lower() in LAYERS), names[0]))
        columns = pyogrio.read_info(path, layer=layer)["fields"]
    except (OSError, ValueError, RuntimeError, IndexError) as error:
        raise InputError("not_sections", file=path, detail=error) from error
    _named(columns, path)
    return layer


def _named(columns: Iterable[Any], file: object) -> dict[str, Any]:
    """Columns by their full name in lower case, whatever a shapefile cut of it.

    Raises
    ------
    InputError
        One that is needed is not there.
    """
    lower = {str(name).lower(): name for name in columns}
    long = {low: SHORT.get(low, low) for low in lower}
    named = {low if long[low] in lower else long[low]: name for low, name in lower.items()}
    for column in NEEDED:
        if column not in named:
            raise missing_column(file, column, lower)
    return named


def from_sections(
    sections: gpd.GeoDataFrame,
    speeds: Speeds,
    *,
    file: object = LAYERS[0],
    snap_cap_m: float = 1000.0,
    crs: str | None = "EPSG:2154",
) -> RoadNetwork:
    """Build the network of BD TOPO sections that are already read; see `read`."""
    columns = _named(sections.columns, file)
    if sections.crs is None:
        raise InputError("sections_without_crs", file=file)
    if AVERAGE not in columns and speeds.mode == "car":
        warnings.warn(InputWarning("sections_without_speed", file=file), stacklevel=3)
    table = sections.rename(columns={name: full for full, name in columns.items()})
    parts = table.explode(index_parts=False, ignore_index=True)
    drawn = parts[~parts.geometry.is_empty & parts.geometry.notna()]
    kept: list[RoadLine] = []
    rows: list[int] = []
    records = pd.DataFrame(drawn.drop(columns=drawn.geometry.name)).to_dict("records")
    for row, record in enumerate(records):
        line = _line(row, record, speeds)
        if line is not None:
            kept.append(line)
            rows.append(row)
    if not kept:
        raise InputError(
            "no_roads", file=file, mode=speeds.mode, ways=len(records), classes=len(speeds.classes)
        )
    shapes = shapely.force_2d(drawn.geometry.to_numpy()[rows])
    _, index = shapely.get_coordinates(shapes, return_index=True)
    lonlat = shapely.get_coordinates(
        gpd.GeoSeries(shapes, crs=sections.crs).to_crs(4326).to_numpy()
    )
    first = np.searchsorted(index, np.arange(len(kept) + 1))
    metric = gpd.GeoSeries(shapes, crs=sections.crs).to_crs(sections.estimate_utm_crs())
    xy = shapely.get_coordinates(metric.to_numpy())
    at = np.column_stack([first[:-1], first[1:] - 1])
    rounded = np.rint(xy[at.ravel()] / SAME_END_M).astype(np.int64)
    _, ends = np.unique(rounded, axis=0, return_inverse=True)
    cut = lines.segments(
        kept, lonlat[:, 0], lonlat[:, 1], first, ends.reshape(at.shape), len(records)
    )
    return roads.build(cut, speeds, snap_cap_m=snap_cap_m, crs=crs)


def _line(row: int, record: Record, speeds: Speeds) -> RoadLine | None:
    """One section as a line, None where the mode may not use it."""
    if record.get("etat_de_l_objet") in OUT_OF_USE:
        return None
    tags = _tags(record)
    line = lines.from_tags(row, tags, speeds)
    average = pd.to_numeric(record.get(AVERAGE, ""), errors="coerce")
    if line is None or speeds.mode != "car" or not average > 0:
        return line
    kmh = float(average) * (speeds.urban if record.get("urbain") in _YES else speeds.rural)
    kmh *= speeds.fitted.get(line.highway, 1.0)
    return lines.RoadLine(
        line.way,
        line.highway,
        kmh if line.forward_kmh else 0.0,
        kmh if line.backward_kmh else 0.0,
        line.ends_only,
        line.roundabout,
    )


_YES = (True, 1, "Oui", "oui", "True", "true", "1")


def _tags(record: Record) -> dict[str, str]:
    """A section's columns said in OSM tags, which the rules of modes and speeds read."""
    nature = str(record["nature"])
    importance = str(record["importance"]).split(".")[0]
    highway = BY_NATURE.get(nature) or BY_IMPORTANCE.get(importance, "unclassified")
    if nature == "Bretelle":
        highway = f"{highway}_link" if highway in BY_IMPORTANCE.values() else highway
    if highway == "unclassified" and record.get("urbain") in _YES:
        highway = "residential"
    tags = {"route": "ferry"} if highway == "ferry" else {"highway": highway}
    tags["oneway"] = DIRECTIONS.get(str(record["sens_de_circulation"]), "no")
    if nature == "Rond-point":
        tags["junction"] = "roundabout"
    if nature == "Route empierrée":
        tags |= {"tracktype": "grade2", "surface": "compacted", "motor_vehicle": "yes"}
    if record.get("prive") in _YES:
        tags["access"] = "private"
    car = CAR_ACCESS.get(str(record.get("acces_vehicule_leger")))
    if nature in NO_CAR:
        car = "no"
    if car is not None:
        tags["motor_vehicle"] = car
    if str(record.get("acces_pieton", "")).startswith(("Restreint", "Interdit")):
        tags["foot"] = "no"
    return tags
