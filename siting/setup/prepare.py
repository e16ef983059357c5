"""A study's tables, made from official files: communes, boundaries, facilities, candidates.

Every table is in siting's own schema, at the vintage of the codes of the COG that is given; files
of another vintage are brought to it. What is chosen by rule, not observed, says so.
"""

from __future__ import annotations

import shutil
import warnings
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from siting import atomic_files
from siting.contracts import COMMUNES, check
from siting.errors import InputError, InputWarning
from siting.setup import geofabrik, study_area
from siting.sources import (
    arcep_cartefibre,
    arcep_mci,
    bpe,
    cog,
    copper_closures,
    epci,
    facility_lists,
    filosofi,
    france_services_list,
    legal_population,
    official_boundaries,
    sirene_stock,
)
from siting.territory import area as study_ground
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
    grid, broadband, copper, fibre, everyday, establishments, positions, units
        Filosofi squares, best technology by commune, copper closures, Cartefibre, BPE, and
        SIRENE's three files; None: not asked for.
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
    fibre: Path | None = None
    everyday: Path | None = None
    establishments: Path | None = None
    positions: Path | None = None
    units: Path | None = None
    lists: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepared:
    """What was made.

    Attributes
    ----------
    report
        One row for each table: `table,read,kept,dropped,why`.
    warned
        What was done about defects of the files: rows left out, another source taken.
    """

    folder: Path
    report: pd.DataFrame
    warned: tuple[InputWarning, ...] = ()


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
    buffered, near = study_ground.buffered(shapes, buffer_km, crs)
    changes = _changes(movements, codes)
    old = recoded(changes, frozenset(codes))
    report = [("communes", len(listed), len(communes), "elsewhere")]
    with atomic_files.replacing_all(folder) as part:
        communes.to_csv(part / "communes.csv", index=False)
        shapes.to_file(part / "communes.geojson", driver="GeoJSON", COORDINATE_PRECISION=5)
        changes.to_csv(part / "commune_changes.csv", index=False)
        candidates(communes).to_csv(part / "candidates.csv", index=False)
        if official.france_services is not None:
            every = france_services_list.read(official.france_services)
            kept = study_area.places_in(every, near, crs)
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
        require_communes(sorted(codes), pd.Series(sorted(set(codes) - left)), shown)
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
    if official.broadband is not None or official.fibre is not None:
        report.append(_broadband(official, old, codes, part))
    if official.everyday is not None:
        rows, parts = 0, []
        for facilities in bpe.blocks(official.everyday):
            rows += len(facilities)
            here = facilities["commune_code"].isin(every)
            parts += [facilities[here], study_area.places_in(facilities[~here], near, crs)]
        kept = pd.concat(parts).sort_index()
        names = {"commune_code": "DEPCOM", "type": "TYPEQU", "lon": "LONGITUDE", "lat": "LATITUDE"}
        more = {"name": "NOMRS", "quality": "QUALITE_XY", "year": "AN"}
        kept = kept.rename(columns={**names, **more})[[*names.values(), *more.values()]]
        kept.to_csv(part / "everyday.csv", index=False, sep=";")
        report.append(("everyday", rows, len(kept), "beyond_buffer"))
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


def _broadband(
    official: Official, old: Mapping[str, str], codes: frozenset[str], part: Path
) -> tuple[str, int, int, str]:
    """Write `broadband.csv` and `broadband_access.csv`."""
    parts = []
    if official.broadband is not None:
        parts.append(broadband.of_technologies(arcep_mci.best_technology(official.broadband)))
    if official.fibre is not None:
        premises, day = (
            arcep_cartefibre.communes(official.fibre),
            broadband.quarter_end(official.fibre),
        )
        parts.append(broadband.of_fibre(premises, day, "cartefibre"))
    access = broadband.merged(parts, old, codes)
    access.to_csv(part / "broadband_access.csv", index=False)
    closures = copper_closures.read(official.copper) if official.copper is not None else None
    kept = broadband.summary(access, closures)
    kept.to_csv(part / "broadband.csv", index=False)
    return "broadband", len(access), len(kept), ""


def _communes(
    official: Official,
    vintage: date,
    codes: Collection[str],
    listed: pd.DataFrame,
    history: History,
    shapes: gpd.GeoDataFrame,
) -> pd.DataFrame:
    """Communes with people, EPCI and a point that lies inside."""
    people = _populations(official, vintage, codes, history)
    bodies = _membership(official, vintage, history, codes)
    chosen = sorted(codes)
    require_communes(chosen, listed["code"], official.communes)
    require_communes(chosen, people.index, official.populations)
    require_communes(sorted({*chosen} - epci.ISLANDS), bodies.index, official.epci)
    inside = shapes.set_index("code").geometry.representative_point().reindex(chosen)
    names = listed.set_index("code")["name"]
    table = pd.DataFrame(
        {
            "code": chosen,
            "name": names.reindex(chosen).to_numpy(),
            "population": people.reindex(chosen).round().astype("int64").to_numpy(),
            "epci_code": bodies["epci_code"].reindex(chosen).fillna("").to_numpy(),
            "epci_name": bodies["epci_name"].reindex(chosen).fillna("").to_numpy(),
            "epci_communes": bodies["epci_communes"].reindex(chosen).to_numpy(float),
            "chef_lieu_lon": inside.x.round(5).to_numpy(),
            "chef_lieu_lat": inside.y.round(5).to_numpy(),
            "chef_lieu_source": "point_of_polygon",
        }
    )
    return check(table, COMMUNES, official.communes)


def _populations(
    official: Official, vintage: date, codes: Collection[str], history: History
) -> pd.Series:
    """Municipal population by commune code of the study's vintage.

    INSEE's file has no commune of Mayotte, counted apart: their populations are those that the
    boundaries of geo.api.gouv.fr carry, with a warning.
    """
    people = legal_population.read(official.populations)
    people = people[people["code"].isin(_ancestors(history.events, set(codes)))]
    counted = pd.Series(dtype="float64")
    if len(people):
        since = vintage_of(people["code"], history, official.populations)
        counted = convert(
            people[["code", "population"]],
            history,
            since,
            vintage,
            sums=["population"],
            file=official.populations,
        ).table.set_index("code")["population"]
    lacking = set(codes) - set(counted.index)
    carried = [official_boundaries.populations(path) for path in official.boundaries]
    instead = pd.concat(carried).loc[lambda people: people.index.isin(lacking)]
    if len(instead):
        shown = ", ".join(path.name for path in official.boundaries)
        warnings.warn(
            InputWarning(
                "populations_of_boundaries",
                file=official.populations,
                count=len(instead),
                codes=", ".join(sorted(instead.index)[:5]),
                boundaries=shown,
            ),
            stacklevel=2,
        )
    return pd.concat([counted, instead]) if len(instead) else counted


def _membership(
    official: Official, vintage: date, history: History, codes: Collection[str]
) -> pd.DataFrame:
    """EPCI by commune code of the study's vintage, and how many communes it has in all."""
    bodies = epci.read(official.epci)
    bodies["epci_communes"] = bodies.groupby("epci_code")["code"].transform("nunique")
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


def require_communes(chosen: list[str], known: pd.Series | pd.Index, file: Path | str) -> None:
    """Refuse a file that lacks communes of the study."""
    missing = sorted(set(chosen) - set(known))
    if missing:
        raise InputError(
            "communes_missing", file=file, count=len(missing), codes=", ".join(missing[:5])
        )


def candidates(communes: pd.DataFrame) -> pd.DataFrame:
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
    reached, coming = set(codes), set(codes)
    while coming:
        before = set(movements.loc[movements["after"].isin(coming), "before"])
        coming = before - reached
        reached |= coming
    return reached
