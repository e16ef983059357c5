"""A study's tables, made from official files: communes, boundaries, facilities, candidates.

Every table is in siting's own schema, at the vintage of the codes of the COG that is given; files
of another vintage are brought to it. What is chosen by rule, not observed, says so.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from siting import atomic_files as files
from siting.contracts import COMMUNES, check
from siting.errors import InputError
from siting.setup import cut_links, geofabrik
from siting.sources import (
    arcep_mci,
    bpe,
    cog,
    copper_closures,
    epci,
    facility_lists,
    facts,
    filosofi,
    france_services_list,
    legal_population,
    official_boundaries,
    sirene_stock,
)
from siting.territory import broadband
from siting.territory.changes import History, codes_at, convert
from siting.territory.codes import recoded

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

FIRST_YEAR = 1999
CANDIDATES = 20  # the most populous communes, where the study names no sites of its own


@dataclass(frozen=True)
class Official:
    """Official files of a study, as fetched.

    Attributes
    ----------
    communes, movements
        COG of the study's vintage.
    populations, epci
        Legal populations and composition of the EPCI, of the study's vintage or an earlier one.
    boundaries
        Of the study's vintage, one or several files.
    france_services
        National list, or None.
    roads
        Regional OSM extracts; empty: none are cut.
    grid, broadband, copper, everyday, establishments, positions, units
        Filosofi squares, best technology by commune, copper closures, BPE, and SIRENE's three
        files; None: not asked for.
    lists
        National lists of places, kept as they are under these names.
    """

    communes: Path
    movements: Path
    populations: Path
    epci: Path
    boundaries: tuple[Path, ...]
    france_services: Path | None = None
    roads: tuple[Path, ...] = ()
    grid: Path | None = None
    broadband: Path | None = None
    copper: Path | None = None
    everyday: Path | None = None
    establishments: Path | None = None
    positions: Path | None = None
    units: Path | None = None
    lists: Mapping[str, Path] = field(default_factory=dict)


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
        Where `communes.csv`, `communes.geojson`, `commune_changes.csv`, `candidates.csv` go, and
        `france_services.csv`, `roads.osm.pbf`, `cells.csv`, `broadband.csv`,
        `broadband_access.csv`, `everyday.csv`, `establishments.csv`, `positions.csv`, `units.csv`
        where their sources are given.
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
    shapes = _boundaries(official.boundaries, codes)
    communes = _communes(official, vintage, codes, listed, history, shapes)
    buffered, near = _areas(shapes, buffer_km, crs)
    changes = _changes(movements, codes)
    old = recoded(changes, frozenset(codes))
    report = [("communes", len(listed), len(communes), "elsewhere")]
    with files.replacing_all(folder) as part:
        communes.to_csv(part / "communes.csv", index=False)
        shapes.to_file(part / "communes.geojson", driver="GeoJSON", COORDINATE_PRECISION=5)
        changes.to_csv(part / "commune_changes.csv", index=False)
        _candidates(communes).to_csv(part / "candidates.csv", index=False)
        if official.france_services is not None:
            every = france_services_list.read(official.france_services)
            kept = _near(every, near, crs)
            now = kept["commune_code"].map(lambda code: old.get(code, code))
            kept = kept.assign(commune_code=now)
            report.append(("france_services", len(every), len(kept), "beyond_buffer"))
            kept.rename(columns={"commune_code": "code"}).to_csv(
                part / "france_services.csv", index=False
            )
        report += _layers(official, frozenset(codes), old, near, crs, part)
        if official.roads:
            geofabrik.clip(official.roads, buffered, part / "roads.osm.pbf")
    frame = pd.DataFrame(report, columns=["table", "read", "kept", "why"])
    frame.insert(3, "dropped", frame["read"] - frame["kept"])
    return Prepared(folder, frame)


def _boundaries(paths: Sequence[Path], codes: Collection[str]) -> gpd.GeoDataFrame:
    """Boundaries of the study's communes, from one file or from several that hold parts of them."""
    if len(paths) == 1:
        return official_boundaries.read(paths[0], codes)
    parts, left = [], set(codes)
    for path in paths:
        here = left & official_boundaries.codes(path)
        if here:
            parts.append(official_boundaries.read(path, here))
            left -= here
    if left:
        shown = ", ".join(str(path) for path in paths)
        _require(sorted(codes), pd.Series(sorted(set(codes) - left)), shown)
    return pd.concat(parts).sort_values("code", ignore_index=True)


def _layers(
    official: Official,
    codes: frozenset[str],
    old: Mapping[str, str],
    near: BaseGeometry,
    crs: str,
    part: Path,
) -> list[tuple[str, int, int, str]]:
    """Write the layers that are asked for; rows of the report for each."""
    report = []
    every = codes | old.keys()
    if official.grid is not None:
        cells = filosofi.read(official.grid, every)
        cells["commune_code"] = cells["commune_code"].map(lambda code: old.get(code, code))
        cells.to_csv(part / "cells.csv", index=False)
        report.append(("cells", len(cells), len(cells), ""))
    if official.broadband is not None:
        access = broadband.merged(
            [broadband.of_technologies(arcep_mci.best_technology(official.broadband))], old, codes
        )
        access.to_csv(part / "broadband_access.csv", index=False)
        closures = copper_closures.read(official.copper) if official.copper is not None else None
        kept = broadband.summary(access, closures)
        kept.to_csv(part / "broadband.csv", index=False)
        report.append(("broadband", len(access), len(kept), ""))
    if official.everyday is not None:
        facilities = bpe.read(official.everyday)
        here = facilities["commune_code"].isin(every)
        kept = pd.concat([facilities[here], _near(facilities[~here], near, crs)]).sort_index()
        names = {"commune_code": "DEPCOM", "type": "TYPEQU", "lon": "LONGITUDE", "lat": "LATITUDE"}
        more = {"name": "NOMRS", "quality": "QUALITE_XY", "year": "AN"}
        kept = kept.rename(columns={**names, **more})[[*names.values(), *more.values()]]
        kept.to_csv(part / "everyday.csv", index=False, sep=";")
        report.append(("everyday", len(facilities), len(kept), "beyond_buffer"))
    if official.establishments is not None:
        read, count = sirene_stock.cut(
            official.establishments,
            every,
            part,
            positions=official.positions,
            units=official.units,
        )
        report.append(("establishments", read, count, "elsewhere"))
    for name, path in official.lists.items():
        listed = facility_lists.read(path)
        if not listed.official:
            raise InputError("unknown_list", file=path)
        shutil.copyfile(path, part / f"{name}.csv")
        report.append((name, len(listed), len(listed), ""))
    return report


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
    people = people[people["code"].isin(_ancestors(history.events, set(codes)))]
    since = vintage_of(people["code"], history, official.populations)
    done = convert(
        people[["code", "population"]],
        history,
        since,
        vintage,
        sums=["population"],
        file=official.populations,
    ).table.set_index("code")["population"]
    bodies = _membership(official, vintage, history, codes)
    chosen = sorted(codes)
    _require(chosen, listed["code"], official.communes)
    _require(chosen, done.index, official.populations)
    _require(sorted({*chosen} - epci.ISLANDS), bodies.index, official.epci)
    inside = shapes.set_index("code").geometry.representative_point().reindex(chosen)
    names = listed.set_index("code")["name"]
    table = pd.DataFrame(
        {
            "code": chosen,
            "name": names.reindex(chosen).to_numpy(),
            "population": done.reindex(chosen).round().astype("int64").to_numpy(),
            "epci_code": bodies["epci_code"].reindex(chosen).fillna("").to_numpy(),
            "epci_name": bodies["epci_name"].reindex(chosen).fillna("").to_numpy(),
            "chef_lieu_lon": inside.x.round(5).to_numpy(),
            "chef_lieu_lat": inside.y.round(5).to_numpy(),
            "chef_lieu_source": "point_of_polygon",
        }
    )
    return check(table, COMMUNES, official.communes)


def _membership(
    official: Official, vintage: date, history: History, codes: Collection[str]
) -> pd.DataFrame:
    """EPCI by commune code of the study's vintage."""
    bodies = epci.read(official.epci)
    bodies = bodies[bodies["code"].isin(_ancestors(history.events, set(codes)))]
    since = vintage_of(bodies["code"], history, official.epci)
    counted = bodies[["code"]].assign(one=1.0)
    done = convert(counted, history, since, vintage, sums=["one"], file=official.epci)
    links = done.report.set_index("from_code")["to_code"].to_dict()
    return (
        bodies.assign(code=bodies["code"].map(lambda code: links.get(code, code)))
        .drop_duplicates("code")
        .set_index("code")
    )


def vintage_of(codes: pd.Series, history: History, file: Path) -> date:
    """Give the latest 1 January, not after the history's own date, when all the codes existed.

    Official tables seldom say the date of their commune codes; their codes tell it.

    Raises
    ------
    InputError
        There was none since 2000.
    """
    for year in range(history.vintage.year, FIRST_YEAR, -1):
        day = min(date(year, 1, 1), history.vintage)
        if set(codes) <= codes_at(history, day):
            return day
    now = codes_at(history, history.vintage)
    strange = sorted(set(codes) - now)
    raise InputError(
        "no_vintage", file=file, first=FIRST_YEAR + 1, codes=", ".join(strange[:5]) or "-"
    )


def _require(chosen: list[str], known: pd.Series | pd.Index, file: Path | str) -> None:
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
    shapes = official_boundaries.read(source / "communes.geojson", codes)
    places = facts.facilities(source / "france_services.csv")
    area = _areas(shapes, buffer_km, crs)[1]
    near = _near(places, area, crs)
    near = near.rename(columns={"commune_code": "code"})
    with files.replacing_all(folder) as part:
        chosen.to_csv(part / "communes.csv", index=False)
        shapes.to_file(part / "communes.geojson", driver="GeoJSON", COORDINATE_PRECISION=5)
        cut_links.between(links, frozenset(codes)).to_csv(part / "road_distances.csv", index=False)
        (kept if len(kept) else _candidates(chosen)).to_csv(part / "candidates.csv", index=False)
        near.to_csv(part / "france_services.csv", index=False)
        (part / "commune_changes.csv").write_bytes((source / "commune_changes.csv").read_bytes())
        _cut_layers(source, codes, area, crs, part)


def _cut_layers(
    source: Path, codes: Collection[str], area: BaseGeometry, crs: str, part: Path
) -> None:
    """Cut the layers that the folder has: broadband, tiers-lieux, stations."""
    path = source / "broadband.csv"
    if path.is_file():
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        table[table["code"].isin(list(codes))].to_csv(part / path.name, index=False)
    for name in ("tiers_lieux.csv", "stations.csv"):
        path = source / name
        if path.is_file():
            table = pd.read_csv(path, dtype=str, keep_default_na=False)
            at = table[["lon", "lat"]].astype(float)
            kept = _near(table.assign(lon=at["lon"], lat=at["lat"]), area, crs)
            kept.to_csv(part / path.name, index=False)
