"""The study area: zones of communes, and which points lie in it or near it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Transformer

from siting.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

Float64 = npt.NDArray[np.float64]


def zones(
    communes: pd.DataFrame,
    department: tuple[str, str],
    custom: Mapping[str, tuple[str, Sequence[str]]],
) -> pd.DataFrame:
    """Zones that coverage is told by.

    Parameters
    ----------
    communes
        See `tables.COMMUNES`.
    department
        Code and name of the whole.
    custom
        Name and members of each custom zone, by its code; a member is a commune or an EPCI.

    Returns
    -------
    `commune_code,zone_kind,zone_code,zone_name`: department, epci, custom, commune.

    Raises
    ------
    InputError
        A member of a custom zone is neither.
    """
    code, name = communes["code"], communes["name"]
    some = communes["epci_code"] != ""
    parts = [
        _zone(code, "department", *department),
        _zone(
            code[some], "epci", communes["epci_code"][some], communes["epci_name"][some]
        ).sort_values("zone_code", kind="stable"),
    ]
    for zone, (title, members) in custom.items():
        for member in members:
            if member not in set(code) | set(communes["epci_code"]):
                raise InputError("unknown_zone_member", zone=zone, code=member)
        inside = code.isin(members) | communes["epci_code"].isin(members)
        parts.append(_zone(code[inside], "custom", zone, title))
    parts.append(_zone(code, "commune", code, name))
    return pd.concat(parts, ignore_index=True)


def _zone(
    codes: pd.Series, kind: str, zone_code: pd.Series | str, zone_name: pd.Series | str
) -> pd.DataFrame:
    columns = {"zone_kind": kind, "zone_code": zone_code, "zone_name": zone_name}
    return pd.DataFrame({"commune_code": codes, **columns})


def boundaries_of(
    communes: pd.DataFrame, boundaries: gpd.GeoDataFrame, file: Path
) -> gpd.GeoDataFrame:
    """Keep the boundaries of the study's communes.

    Raises
    ------
    InputError
        A commune has none.
    """
    without = communes.loc[~communes["code"].isin(boundaries["code"]), "code"]
    if len(without):
        codes = ", ".join(without.head(5))
        raise InputError("boundary_missing", file=file, count=len(without), codes=codes)
    kept: gpd.GeoDataFrame = boundaries[boundaries["code"].isin(communes["code"])]
    return kept.reset_index(drop=True)


@dataclass(frozen=True)
class Surroundings:
    """A study area in metres, to tell how far points lie from it.

    Attributes
    ----------
    polygon
        Union of the communes, in the metric system `crs`.
    """

    polygon: shapely.Geometry
    crs: str

    def distance_m(self, points: pd.DataFrame) -> Float64:
        """Metres from the area to each point (`lon,lat`), 0 inside, NaN or infinite where none."""
        return self.metres_to(points["lon"].to_numpy(float), points["lat"].to_numpy(float))

    def metres_to(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Float64:
        """Give the same from plain coordinates."""
        x, y = degrees_to(self.crs).transform(np.asarray(lon, float), np.asarray(lat, float))
        with np.errstate(invalid="ignore"):  # a pole is infinitely far
            metres: Float64 = shapely.distance(self.polygon, shapely.points(x, y))
        return metres


@cache
def degrees_to(crs: str) -> Transformer:
    """Transformer from longitude and latitude to a metric system; costly to make, so kept."""
    return Transformer.from_crs(4326, crs, always_xy=True)


def surroundings(boundaries: gpd.GeoDataFrame, crs: str) -> Surroundings:
    """Give the area of some boundaries."""
    polygon = shapely.union_all(boundaries.to_crs(crs).geometry.to_numpy())
    shapely.prepare(polygon)
    return Surroundings(polygon, crs)


def buffered(
    shapes: gpd.GeoDataFrame, buffer_km: float, crs: str
) -> tuple[BaseGeometry, BaseGeometry]:
    """Give the buffered area in longitude and latitude, and in metres.

    Parameters
    ----------
    shapes
        Communes of the study.
    buffer_km
        Kilometres beyond them.
    crs
        Metric system.
    """
    metric = shapes.to_crs(crs).geometry.union_all().buffer(buffer_km * 1000)
    back = Transformer.from_crs(crs, 4326, always_xy=True)
    degrees = shapely.transform(
        metric.simplify(100), lambda xy: np.column_stack(back.transform(xy[:, 0], xy[:, 1]))
    )
    return degrees, metric


def require_near(
    points: pd.DataFrame, around: Surroundings, kilometres: float, file: Path | str
) -> None:
    """Refuse the first point that is farther than so many kilometres from the area.

    Raises
    ------
    InputError
        The message names the row and the distance.
    """
    metres = around.distance_m(points)
    far = ~(metres <= kilometres * 1000)
    if far.any():
        row = int(far.argmax())
        at = points.iloc[row]
        km = f"{metres[row] / 1000:.0f}" if np.isfinite(metres[row]) else "∞"
        raise InputError(
            "outside_area", file=file, row=row + 2, id=at["id"], lon=at["lon"], lat=at["lat"], km=km
        )


def within(points: pd.DataFrame, around: Surroundings, kilometres: float) -> pd.DataFrame:
    """Keep the points that have a position and lie so many kilometres from the area, or in it."""
    placed = points[points["lon"].notna() & points["lat"].notna()]
    near = around.distance_m(placed) <= kilometres * 1000
    kept: pd.DataFrame = placed[near].reset_index(drop=True)
    return kept


def require_match(communes: pd.DataFrame, boundaries: gpd.GeoDataFrame, file: Path) -> None:
    """Refuse boundaries that do not hold most of the communes' chefs-lieux.

    Raises
    ------
    InputError
        The coordinate system is wrong, or axes are swapped.
    """
    shapes = boundaries.to_crs(4326).set_index("code").geometry.reindex(communes["code"])
    known = shapes.notna().to_numpy()
    lon, lat = communes["chef_lieu_lon"][known], communes["chef_lieu_lat"][known]
    inside = shapely.intersects(shapes.to_numpy()[known], shapely.points(lon, lat))
    if inside.sum() < 0.5 * known.sum():
        outside = int((~inside).sum())
        raise InputError(
            "boundaries_do_not_match", file=file, count=outside, total=int(known.sum())
        )
