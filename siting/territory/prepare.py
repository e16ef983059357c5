"""A study's tables, made from official files: communes, boundaries, facilities, candidates.

Every table is in siting's own schema, at the vintage of the codes of the COG that is given; files
of another vintage are brought to it. What is chosen by rule, not observed, says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from siting import files
from siting.errors import InputError
from siting.sources import (
    cog,
    epci,
    facts,
    france_services_list,
    geofabrik,
    legal_population,
    official_boundaries,
)
from siting.tables import COMMUNES, check
from siting.territory.changes import History, convert

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from pathlib import Path

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

CANDIDATES = 20  # the most populous communes, where the study names no sites of its own


@dataclass(frozen=True)
class Official:
    """Official files of a study, as fetched.

    Attributes
    ----------
    communes, movements
        COG of the study's vintage.
    populations, populations_vintage
        Legal populations, and the date of their codes.
    epci
        Composition of the EPCI, in codes of `epci_vintage`.
    boundaries
        Of the study's vintage.
    france_services
        National list, or None.
    roads
        Regional OSM extracts; empty: none are cut.
    """

    communes: Path
    movements: Path
    populations: Path
    populations_vintage: date
    epci: Path
    epci_vintage: date
    boundaries: Path
    france_services: Path | None = None
    roads: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """What was made: one row of `report` for each table (`table,read,kept,dropped,why`)."""

    folder: Path
    report: pd.DataFrame


def department_codes(communes: pd.DataFrame, department: str) -> frozenset[str]:
    """Communes of a département, from the COG.

    Raises
    ------
    InputError
        There is none.
    """
    codes = frozenset(communes.loc[communes["department"] == department, "code"])
    if not codes:
        raise InputError("empty_selection", what=department)
    return codes


def epci_codes(membership: pd.DataFrame, siren: str) -> frozenset[str]:
    """Communes of an EPCI, also outside the département.

    Raises
    ------
    InputError
        There is none.
    """
    codes = frozenset(membership.loc[membership["epci_code"] == siren, "code"])
    if not codes:
        raise InputError("empty_selection", what=siren)
    return codes


def build(
    official: Official,
    vintage: date,
    codes: Collection[str],
    folder: Path,
    *,
    buffer_km: float = 40,
    crs: str = "EPSG:2154",
) -> Prepared:
    """Make the tables of a study and write them, all or none.

    Parameters
    ----------
    vintage
        Date of the COG.
    codes
        Communes of the study at that date.
    folder
        Where `communes.csv`, `communes.geojson`, `commune_changes.csv`, `france_services.csv`,
        `candidates.csv` and `roads.osm.pbf` go.
    buffer_km
        Facilities and roads so far beyond the area are kept.
    crs
        Metric system for the buffer.

    Raises
    ------
    InputError
        A file is wrong, or lacks communes of the study.
    """
    listed = cog.communes(official.communes)
    movements = cog.movements(official.movements)
    history = History(movements, frozenset(listed["code"]), vintage)
    shapes = official_boundaries.read(official.boundaries, codes)
    communes = _communes(official, vintage, codes, listed, history, shapes)
    buffered, near = _areas(shapes, buffer_km, crs)
    report = [("communes", len(listed), len(communes), "elsewhere")]
    with files.replacing_all(folder) as part:
        communes.to_csv(part / "communes.csv", index=False)
        shapes.to_file(part / "communes.geojson", driver="GeoJSON", COORDINATE_PRECISION=5)
        _changes(movements, codes).to_csv(part / "commune_changes.csv", index=False)
        _candidates(communes).to_csv(part / "candidates.csv", index=False)
        if official.france_services is not None:
            every = france_services_list.read(official.france_services)
            kept = _near(every, near, crs)
            report.append(("france_services", len(every), len(kept), "beyond_buffer"))
            kept.rename(columns={"commune_code": "code"}).to_csv(
                part / "france_services.csv", index=False
            )
        if official.roads:
            geofabrik.clip(official.roads, buffered, part / "roads.osm.pbf")
    frame = pd.DataFrame(report, columns=["table", "read", "kept", "why"])
    frame.insert(3, "dropped", frame["read"] - frame["kept"])
    return Prepared(folder, frame)


def _communes(
    official: Official,
    vintage: date,
    codes: Collection[str],
    listed: pd.DataFrame,
    history: History,
    shapes: gpd.GeoDataFrame,
) -> pd.DataFrame:
    """Communes with people, EPCI and a point that lies inside."""
    people = legal_population.read(official.populations)
    people = people[people["code"].str.match(r"^(?!97[578]|98)")]  # not in the COG's communes
    done = convert(
        people[["code", "population"]],
        history,
        official.populations_vintage,
        vintage,
        sums=["population"],
        file=official.populations,
    ).table.set_index("code")["population"]
    bodies = _membership(official, vintage, history)
    chosen = sorted(codes)
    _require(chosen, listed["code"], official.communes)
    _require(chosen, done.index, official.populations)
    _require(chosen, bodies.index, official.epci)
    inside = shapes.set_index("code").geometry.representative_point().reindex(chosen)
    names = listed.set_index("code")["name"]
    table = pd.DataFrame(
        {
            "code": chosen,
            "name": names.reindex(chosen).to_numpy(),
            "population": done.reindex(chosen).round().astype("int64").to_numpy(),
            "epci_code": bodies["epci_code"].reindex(chosen).to_numpy(),
            "epci_name": bodies["epci_name"].reindex(chosen).to_numpy(),
            "chef_lieu_lon": inside.x.round(5).to_numpy(),
            "chef_lieu_lat": inside.y.round(5).to_numpy(),
            "chef_lieu_source": "point_of_polygon",
        }
    )
    return check(table, COMMUNES, official.communes)


def _membership(official: Official, vintage: date, history: History) -> pd.DataFrame:
    """EPCI by commune code of the study's vintage."""
    bodies = epci.read(official.epci)
    counted = bodies[["code"]].assign(one=1.0)
    done = convert(
        counted, history, official.epci_vintage, vintage, sums=["one"], file=official.epci
    )
    links = done.report.set_index("from_code")["to_code"].to_dict()
    return (
        bodies.assign(code=bodies["code"].map(lambda code: links.get(code, code)))
        .drop_duplicates("code")
        .set_index("code")
    )


def _require(chosen: list[str], known: pd.Series | pd.Index, file: Path) -> None:
    missing = sorted(set(chosen) - set(known))
    if missing:
        raise InputError(
            "communes_missing", file=file, count=len(missing), codes=", ".join(missing[:5])
        )


def _areas(
    shapes: gpd.GeoDataFrame, buffer_km: float, crs: str
) -> tuple[BaseGeometry, BaseGeometry]:
    """The buffered area in longitude and latitude, and in metres."""
    metric = shapes.to_crs(crs).geometry.union_all().buffer(buffer_km * 1000)
    back = Transformer.from_crs(crs, 4326, always_xy=True)
    degrees = shapely.transform(
        metric.simplify(100), lambda xy: np.column_stack(back.transform(xy[:, 0], xy[:, 1]))
    )
    return degrees, metric


def _near(points: pd.DataFrame, area: BaseGeometry, crs: str) -> pd.DataFrame:
    project = Transformer.from_crs(4326, crs, always_xy=True)
    placed = points[points["lon"].notna() & points["lat"].notna()]
    x, y = project.transform(placed["lon"].to_numpy(), placed["lat"].to_numpy())
    shapely.prepare(area)
    inside: pd.DataFrame = placed[shapely.covers(area, shapely.points(x, y))]
    return inside


def _candidates(communes: pd.DataFrame) -> pd.DataFrame:
    """The most populous communes as candidate sites: a start, to be replaced by real premises."""
    chosen = communes.sort_values(["population", "code"], ascending=[False, True]).head(CANDIDATES)
    return pd.DataFrame(
        {
            "id": "commune_" + chosen["code"],
            "name": chosen["name"],
            "commune_code": chosen["code"],
            "lon": chosen["chef_lieu_lon"],
            "lat": chosen["chef_lieu_lat"],
        }
    ).sort_values("id")


def _changes(movements: pd.DataFrame, codes: Collection[str]) -> pd.DataFrame:
    """Changes of code or name that lead to the study's communes: see `facts.changes`."""
    chosen = movements[
        (movements["type_before"] == "COM")
        & (movements["type_after"] == "COM")
        & movements["after"].isin(_ancestors(movements, set(codes)))
    ]
    return pd.DataFrame(
        {
            "old_code": chosen["before"],
            "old_name": chosen["name_before"],
            "new_code": chosen["after"],
            "new_name": chosen["name_after"],
            "date": chosen["date"].dt.strftime("%Y-%m-%d"),
            "kind": "MOD " + chosen["kind"],
        }
    )


def _ancestors(movements: pd.DataFrame, codes: set[str]) -> set[str]:
    """Codes, and all that became them."""
    found, coming = set(codes), set(codes)
    while coming:
        before = set(movements.loc[movements["after"].isin(coming), "before"])
        coming = before - found
        found |= coming
    return found


def cut(
    source: Path,
    codes: Collection[str],
    folder: Path,
    *,
    buffer_km: float = 40,
    crs: str = "EPSG:2154",
) -> None:
    """Cut a folder of study tables to some of its communes.

    Parameters
    ----------
    source
        Folder of `communes.csv`, `communes.geojson`, `road_distances.csv`, `candidates.csv`,
        `france_services.csv`, `commune_changes.csv` in siting's schema.

    Raises
    ------
    InputError
        A commune or a candidate is lacking.
    """
    communes = facts.communes(source / "communes.csv")
    _require(sorted(codes), communes["code"], source / "communes.csv")
    candidates = facts.candidates(source / "candidates.csv")
    kept = candidates[candidates["commune_code"].isin(list(codes))]
    chosen = communes[communes["code"].isin(list(codes))]
    links = facts.road_distances(source / "road_distances.csv")
    inside = links["from_code"].isin(list(codes)) & links["to_code"].isin(list(codes))
    shapes = official_boundaries.read(source / "communes.geojson", codes)
    places = facts.facilities(source / "france_services.csv")
    near = _near(places, _areas(shapes, buffer_km, crs)[1], crs)
    near = near.rename(columns={"commune_code": "code"})
    with files.replacing_all(folder) as part:
        chosen.to_csv(part / "communes.csv", index=False)
        shapes.to_file(part / "communes.geojson", driver="GeoJSON", COORDINATE_PRECISION=5)
        links[inside].to_csv(part / "road_distances.csv", index=False)
        (kept if len(kept) else _candidates(chosen)).to_csv(part / "candidates.csv", index=False)
        near.to_csv(part / "france_services.csv", index=False)
        (part / "commune_changes.csv").write_bytes((source / "commune_changes.csv").read_bytes())
