"""What tables of a study say that cannot be so: the one place that judges it.

A contract (`siting.contracts`) refuses a value by itself; here the tables are held against each
other: a point and its commune, links and neighbours, people of the cells and of the communes. What
makes every figure wrong is refused; what may be so is warned of, once for all its rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from siting.errors import InputError, InputWarning, SitingError
from siting.territory import area

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from siting.config import Study

    Float64 = npt.NDArray[np.float64]
    Judged = list[tuple[str, Path | None, pd.DataFrame | None]]

FIRST = 5  # rows that a sentence names
TOLERANCE_M = 2_000  # boundaries are simplified, a chef-lieu is a centre: no word below
MISPLACED_M = 5_000  # off its commune so far, a point is wrong
MISPLACED_SHARE = 0.1  # of a producer's rows: fewer are his, more are ours (a wrong projection)
FASTEST_KMH, SLOWEST_KMH = 130.0, 3.0  # between two chefs-lieux by road
SLACK_KM = 2.0  # a table of distances may know other chefs-lieux than the table of communes
DETOUR = 2.0  # road over straight length of a slow link, generously
IMPLAUSIBLE_LINKS = 0.05  # share of links above which the column is no column of minutes
WITHOUT_ROAD = 0.1  # share of communes that may hang on no road (islands)
NEIGHBOURS_LINKED = 0.6  # share of neighbours that a whole table of distances links
SHARED_BORDER_M = 100.0
SCALE_ERROR = 0.01  # of lengths in the metric system
DIFFERING_PEOPLE = 2.0  # people of the cells over those of the communes, or the reverse


class StudyTables(Protocol):
    """What is judged of a study's inputs: see `inputs.Inputs`."""

    @property
    def communes(self) -> pd.DataFrame:
        """Communes."""

    @property
    def boundaries(self) -> gpd.GeoDataFrame:
        """Their polygons."""

    @property
    def cells(self) -> pd.DataFrame | None:
        """Demand cells that a file gives."""

    @property
    def links(self) -> pd.DataFrame | None:
        """Road distances between communes."""

    @property
    def services(self) -> Mapping[str, pd.DataFrame]:
        """Facilities by service."""

    @property
    def candidates(self) -> pd.DataFrame:
        """Candidate sites."""

    @property
    def broadband(self) -> pd.DataFrame | None:
        """Premises and fibre."""

    @property
    def establishments(self) -> pd.DataFrame | None:
        """Active establishments."""

    @property
    def tiers_lieux(self) -> pd.DataFrame | None:
        """Tiers-lieux."""

    @property
    def everyday(self) -> pd.DataFrame | None:
        """Everyday services."""


@dataclass
class Findings:
    """What was judged so far: problems that refuse the study, warnings by role of the file."""

    problems: list[SitingError]
    warnings: list[tuple[str, InputWarning]]

    def refuse(self, key: str, **values: object) -> None:
        """Keep a problem."""
        self.problems.append(InputError(key, **values))

    def warn(self, role: str, key: str, **values: object) -> None:
        """Keep a warning."""
        self.warnings.append((role, InputWarning(key, **values)))


def judge(study: Study, read: StudyTables) -> Findings:
    """Hold the tables of a study against each other; no route is searched."""
    findings = Findings([], [])
    if not _lengths_hold(study, read, findings):
        return findings  # distances would say nothing
    shapes = read.boundaries.to_crs(study.territory.crs).set_index("code").geometry
    _people(study, read, findings)
    _chefs_lieux(study, read, shapes, findings)
    if read.links is not None and len(read.communes) > 1 and not findings.problems:
        # their lengths are those between chefs-lieux
        _links(study, read, read.links, shapes, findings)
    for role, path, table in _own_tables(study, read):
        _own_points(role, path, table, shapes, study.territory.crs, findings)
    for role, path, table in _producers_tables(study, read):
        _producers_points(role, path, table, shapes, study.territory.crs, findings)
    _beyond(study, read, findings)
    _names(study, read, findings)
    _fibre(study, read, findings)
    return findings


def _lengths_hold(study: Study, read: StudyTables, findings: Findings) -> bool:
    """Whether a kilometre on the ground is one in the metric system of the study."""
    crs = study.territory.crs
    west, south, east, north = read.boundaries.to_crs(4326).total_bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    x, y = area.degrees_to(crs).transform([lon, lon, lon + 0.01], [lat, lat + 0.01, lat])
    geod = pyproj.Geod(ellps="GRS80")
    _, _, true = geod.inv([lon, lon], [lat, lat], [lon, lon + 0.01], [lat + 0.01, lat])
    planar = np.hypot(np.subtract(x[1:], x[0]), np.subtract(y[1:], y[0]))
    error = float(np.max(np.abs(planar / np.asarray(true) - 1)))
    if not error <= SCALE_ERROR or _elsewhere(crs, lon, lat):
        percent = f"{100 * error:.1f}" if np.isfinite(error) else "∞"
        findings.refuse("crs_elsewhere", crs=crs, lon=f"{lon:.2f}", lat=f"{lat:.2f}", error=percent)
        return False
    return True


def _elsewhere(crs: str, lon: float, lat: float) -> bool:
    """Whether a point is outside the area of use of a coordinate system, by more than a degree."""
    use = pyproj.CRS.from_user_input(crs).area_of_use
    if use is None:
        return False
    inside = use.west - 1 <= lon <= use.east + 1 and use.south - 1 <= lat <= use.north + 1
    return not inside


def _people(study: Study, read: StudyTables, findings: Findings) -> None:
    """Somebody lives there; cells and communes have about the same people."""
    communes = int(read.communes["population"].sum())
    if communes == 0:
        findings.refuse("nobody_lives", file=study.territory.communes, column="population")
    if read.cells is None:
        return
    cells = float(read.cells["population"].sum())
    if cells == 0:
        findings.refuse("nobody_lives", file=study.cells.file, column="population")
    elif communes and not 1 / DIFFERING_PEOPLE <= cells / communes <= DIFFERING_PEOPLE:
        values = {"cells": round(cells), "communes": communes}
        findings.warn("cells", "people_differ", file=study.cells.file, **values)


def _chefs_lieux(study: Study, read: StudyTables, shapes: Any, findings: Findings) -> None:
    """Each chef-lieu lies in its commune."""
    names = {"chef_lieu_lon": "lon", "chef_lieu_lat": "lat", "code": "id"}
    points = read.communes.rename(columns=names).assign(commune_code=read.communes["code"])
    path = study.territory.communes
    _own_points("communes", path, points, shapes, study.territory.crs, findings)


def _own_tables(study: Study, read: StudyTables) -> Judged:
    """Tables that the planner fills, by row as in their file."""
    own_cells = read.cells if read.cells is not None and "size_m" not in read.cells else None
    return [
        ("candidates", study.candidates, read.candidates),
        ("cells", study.cells.file, own_cells),
    ]


def _producers_tables(study: Study, read: StudyTables) -> Judged:
    """Tables that a producer publishes, some rows of which may be wrong."""
    layers = study.layers
    services = [(f"services.{s.id}", s.facilities, read.services[s.id]) for s in study.services]
    return [
        *services,
        ("tiers_lieux", layers.tiers_lieux, read.tiers_lieux),
        ("everyday", layers.everyday, read.everyday),
        ("establishments", layers.establishments, read.establishments),
    ]


def metres_off(points: pd.DataFrame, shapes: Any, crs: str) -> Float64:
    """Metres from each point to the commune that its row names.

    Parameters
    ----------
    points
        `lon,lat,commune_code`.
    shapes
        Polygons by commune code, in `crs`, metres.

    Returns
    -------
    Float64, shape (points,): 0 inside, NaN without position or where the commune is not of the
    study.
    """
    at = pd.Index(shapes.index).get_indexer(points["commune_code"])
    lon, lat = (pd.to_numeric(points[name]).to_numpy(float) for name in ("lon", "lat"))
    known = (at >= 0) & np.isfinite(lon) & np.isfinite(lat)
    metres = np.full(len(points), np.nan)
    x, y = area.degrees_to(crs).transform(lon[known], lat[known])
    metres[known] = shapely.distance(shapes.to_numpy()[at[known]], shapely.points(x, y))
    return metres


def _own_points(
    role: str,
    path: Path | None,
    points: pd.DataFrame | None,
    shapes: Any,
    crs: str,
    findings: Findings,
) -> None:
    """Refuse points far off the commune that their row names; warn of those a little off."""
    if points is None or path is None:
        return
    metres = metres_off(points, shapes, crs)
    wrong = np.flatnonzero(metres > MISPLACED_M)
    off = np.flatnonzero(metres > TOLERANCE_M)
    if len(off) == 0:
        return
    values = _located(path, points, metres, wrong if len(wrong) else off)
    if len(wrong):
        findings.refuse("point_off_commune", row=int(wrong[0]) + 2, **values)
    else:
        findings.warn(role, "point_off_commune", row=int(off[0]) + 2, **values)


def _producers_points(
    role: str,
    path: Path | None,
    points: pd.DataFrame | None,
    shapes: Any,
    crs: str,
    findings: Findings,
) -> None:
    """Refuse a file most points of which are elsewhere; warn of a few."""
    if points is None or path is None or "commune_code" not in points:
        return
    metres = metres_off(points, shapes, crs)
    wrong = np.flatnonzero(metres > MISPLACED_M)
    if len(wrong) == 0:
        return
    values = _located(path, points, metres, wrong)
    if len(wrong) > max(1, MISPLACED_SHARE * np.isfinite(metres).sum()):
        findings.refuse("points_elsewhere", **values)
    else:
        findings.warn(role, "points_elsewhere", **values)


def _located(
    path: Path, points: pd.DataFrame, metres: Float64, rows: npt.NDArray[np.intp]
) -> dict[str, Any]:
    """What a sentence says of points off their commune: the first, how many, which."""
    first = points.iloc[rows[0]]
    names = points["id" if "id" in points else "siret"].iloc[rows[:FIRST]].astype(str)
    return {
        "file": path,
        "id": names.iloc[0],
        "lon": first["lon"],
        "lat": first["lat"],
        "code": first["commune_code"],
        "km": f"{metres[rows[0]] / 1000:.0f}",
        "count": len(rows),
        "total": int(np.isfinite(metres).sum()),
        "ids": ", ".join(names),
    }


def _beyond(study: Study, read: StudyTables, findings: Findings) -> None:
    """Every list holds facilities of the buffer: people near the border go to the nearest ones."""
    inside = read.communes["code"]
    for service in study.services:
        places = read.services[service.id]
        if study.territory.buffer_km and places["commune_code"].isin(inside).all():
            findings.warn(
                f"services.{service.id}",
                "none_beyond",
                file=service.facilities,
                service=service.name,
                buffer=f"{study.territory.buffer_km:g}",
            )


def _names(study: Study, read: StudyTables, findings: Findings) -> None:
    """Two candidates, or two communes, of one name cannot be told apart in a table or on a map."""
    for role, path, table in (
        ("communes", study.territory.communes, read.communes),
        ("candidates", study.candidates, read.candidates),
    ):
        repeated = table["name"][table["name"].duplicated()].drop_duplicates()
        if len(repeated):
            names = ", ".join(repeated.head(FIRST))
            findings.warn(role, "names_again", file=path, count=len(repeated), names=names)


def _fibre(study: Study, read: StudyTables, findings: Findings) -> None:
    """Fibre reaches no more premises than there are."""
    table = read.broadband
    if table is None:
        return
    fibre, premises = (table[name].to_numpy(float) for name in ("ftth_premises", "premises"))
    above = np.flatnonzero(fibre > premises)
    if len(above) == 0:
        return
    first = table.iloc[above[0]]
    findings.refuse(
        "fibre_above_premises",
        file=", ".join(str(path) for path in study.layers.broadband),
        code=first["code"],
        fibre=first["ftth_premises"],
        premises=first["premises"],
        count=len(above),
        total=len(table),
        codes=", ".join(table["code"].iloc[above[:FIRST]]),
    )


def _links(
    study: Study, read: StudyTables, links: pd.DataFrame, shapes: Any, findings: Findings
) -> None:
    """Links join the communes, neighbours among them, at speeds of a road."""
    path = study.roads.distances
    codes = pd.Index(read.communes["code"])
    a, b = (codes.get_indexer(links[name]) for name in ("from_code", "to_code"))
    lost = _off_the_network(len(codes), a, b)
    if len(lost):
        values = {"count": len(lost), "total": len(codes), "codes": ", ".join(codes[lost[:FIRST]])}
        if len(lost) > WITHOUT_ROAD * len(codes):
            findings.refuse("communes_off_network", file=path, **values)
        else:
            findings.warn("roads", "communes_off_network", file=path, **values)
    _neighbours(path, codes, shapes, frozenset(zip(a, b, strict=True)), findings)
    minutes = links["minutes"].to_numpy(float) * study.assumptions.table_factor.value
    _link_speeds(study, read, (a, b, minutes), findings)


def _off_the_network(
    count: int, a: npt.NDArray[np.intp], b: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """Communes that no chain of links joins to the largest number of others."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - tables of distances only
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - as above

    graph = coo_array((np.ones(len(a)), (a, b)), shape=(count, count))
    _, component = connected_components(graph, directed=False)
    return np.flatnonzero(component != np.bincount(component).argmax())


def _neighbours(
    path: Path | None,
    codes: pd.Index,
    shapes: Any,
    linked: frozenset[tuple[int, int]],
    findings: Findings,
) -> None:
    """Warn of a table that links few of the communes that share a border."""
    polygons = shapes.reindex(codes).to_numpy()
    a, b = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    a, b = a[a < b], b[a < b]
    with np.errstate(invalid="ignore"):
        border = shapely.length(shapely.intersection(polygons[a], polygons[b]))
    a, b = a[border > SHARED_BORDER_M], b[border > SHARED_BORDER_M]
    without = [
        (i, j) for i, j in zip(a, b, strict=True) if (i, j) not in linked and (j, i) not in linked
    ]
    if len(without) > (1 - NEIGHBOURS_LINKED) * len(a):
        pairs = ", ".join(f"{codes[i]}-{codes[j]}" for i, j in without[:FIRST])
        values = {"count": len(without), "total": len(a), "pairs": pairs}
        findings.warn("roads", "neighbours_unlinked", file=path, **values)


def _link_speeds(
    study: Study,
    read: StudyTables,
    links: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Float64],
    findings: Findings,
) -> None:
    """Refuse minutes that are none (hours, seconds); warn of a few links too fast or too slow."""
    names = ("chef_lieu_lon", "chef_lieu_lat")
    lon, lat = (read.communes[name].to_numpy(float) for name in names)
    x, y = area.degrees_to(study.territory.crs).transform(lon, lat)
    a, b, minutes = links
    km = np.hypot(x[a] - x[b], y[a] - y[b]) / 1000
    fast = km - SLACK_KM > minutes * FASTEST_KMH / 60
    slow = minutes > (DETOUR * km + SLACK_KM) * 60 / SLOWEST_KMH
    rows = np.flatnonzero(fast | slow)
    if len(rows) == 0:
        return
    values = {
        "file": study.roads.distances,
        "row": int(rows[0]) + 2,
        "minutes": f"{minutes[rows[0]]:g}",
        "km": f"{km[rows[0]]:.1f}",
        "count": len(rows),
        "total": len(km),
        "rows": ", ".join(map(str, rows[:FIRST] + 2)),
    }
    if len(rows) > IMPLAUSIBLE_LINKS * len(km):
        findings.refuse("implausible_links", **values)
    else:
        findings.warn("roads", "implausible_links", **values)
