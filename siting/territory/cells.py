"""Demand cells modelled from the communes' population.

Where no population grid is at hand, each commune's people are spread over the squares of a metric
grid, cut by the commune's boundary. The rule, a hypothesis of this project (not observed):

- a share `s` of the people lives in the bourg: density falls as exp(-d / r) with the distance d to
  the chef-lieu. Larger communes are more gathered: s = 0.35 + 0.25 log10(population / 200), kept
  between 0.30 and 0.90; r = 300 m x (population / 1000) ** 0.35, kept between 200 m and 2 500 m
  (at 1 000 people half live in the bourg; at 25 000 nine tenths, 4 000 per km2 at its heart);
- the rest lives in hamlets: density is drawn for each square (gamma, shape 0.6), by a generator
  seeded with the study's seed and the commune's code, so that neither the order of communes nor
  the presence of others matters;
- people are whole: quotas are rounded by largest remainder, so that a commune's cells add up to its
  population exactly; squares without people are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

from siting.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    Float64 = npt.NDArray[np.float64]

HAMLET_SHAPE = 0.6
SLIVER = 0.01  # parts of a square smaller than this share of it are left out


def spread(
    communes: pd.DataFrame, boundaries: gpd.GeoDataFrame, crs: str, *, size_m: int, seed: int
) -> gpd.GeoDataFrame:
    """Spread the communes' people over the squares of a grid.

    Parameters
    ----------
    communes
        See `tables.COMMUNES`.
    boundaries
        `code` and geometry of every commune, any CRS.
    crs
        Metric coordinate system of the grid.
    size_m
        Side of the squares, metres.
    seed
        Of the dispersion among hamlets.

    Returns
    -------
    `tables.CELLS` and the geometry (a square cut by its commune, in `crs`), in the order of
    `communes`.

    Raises
    ------
    InputError
        A commune has no boundary.
    """
    bare = communes.loc[~communes["code"].isin(boundaries["code"]), "code"]
    if len(bare):
        raise InputError("communes_without_boundary", count=len(bare), codes=", ".join(bare[:5]))
    shapes = boundaries.to_crs(crs).set_index("code").geometry.loc[list(communes["code"])]
    polygons = np.asarray(shapes.array, dtype=object)
    pieces, owner, corner = _cut(polygons, size_m)
    inner = shapely.centroid(pieces)
    outside = ~shapely.contains(pieces, inner)
    inner[outside] = shapely.point_on_surface(pieces[outside])
    x, y = shapely.get_x(inner), shapely.get_y(inner)
    to_metric = Transformer.from_crs(4326, crs, always_xy=True)
    u, v = to_metric.transform(
        communes["chef_lieu_lon"].to_numpy(float), communes["chef_lieu_lat"].to_numpy(float)
    )
    distance = np.hypot(x - u[owner], y - v[owner])
    area = shapely.area(pieces)
    codes = communes["code"].to_numpy(object)
    totals = communes["population"].to_numpy(np.int64)
    people = np.zeros(len(pieces), np.int64)
    bounds = np.searchsorted(owner, np.arange(len(codes) + 1))
    for i, code in enumerate(codes):
        part = slice(bounds[i], bounds[i + 1])
        weight = _weights(int(totals[i]), distance[part], area[part], _generator(seed, code))
        people[part] = _whole(int(totals[i]), weight)
    kept = people > 0
    lon, lat = to_metric.transform(x[kept], y[kept], direction="INVERSE")
    ids = [
        f"{size_m}mE{east:.0f}N{north:.0f}-{code}"
        for (east, north), code in zip(corner[kept], codes[owner[kept]], strict=True)
    ]
    columns = {
        "cell_id": ids,
        "commune_code": codes[owner[kept]],
        "population": people[kept],
        "lon": np.round(lon, 6),
        "lat": np.round(lat, 6),
    }
    return gpd.GeoDataFrame(columns, geometry=pieces[kept], crs=crs)


def _cut(
    polygons: npt.NDArray[np.object_], size: int
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64], Float64]:
    """Cut polygons by the grid: pieces, polygon of each (ascending), lower-left corner."""
    low = np.floor(shapely.bounds(polygons)[:, :2] / size) * size
    high = shapely.bounds(polygons)[:, 2:]
    squares, owners = [], []
    for i, ((west, south), (east, north)) in enumerate(zip(low, high, strict=True)):
        grid = np.meshgrid(np.arange(west, east, size), np.arange(south, north, size))
        corners = np.column_stack([axis.ravel() for axis in grid])
        squares.append(corners)
        owners.append(np.full(len(corners), i))
    corner, owner = np.concatenate(squares), np.concatenate(owners)
    boxes = shapely.box(corner[:, 0], corner[:, 1], corner[:, 0] + size, corner[:, 1] + size)
    shapely.prepare(polygons)
    met = shapely.intersects(polygons[owner], boxes)
    corner, owner, boxes = corner[met], owner[met], boxes[met]
    pieces = boxes.copy()
    across = ~shapely.contains(polygons[owner], boxes)
    pieces[across] = shapely.intersection(boxes[across], polygons[owner[across]])
    area = shapely.area(pieces)
    largest = np.zeros(len(polygons))
    np.maximum.at(largest, owner, area)
    # a commune smaller than a sliver keeps its largest piece
    kept = (area >= SLIVER * size * size) | ((area == largest[owner]) & (area > 0))
    return pieces[kept], owner[kept], corner[kept]


def _generator(seed: int, code: str) -> np.random.Generator:
    return np.random.default_rng([seed, *code.encode()])


def _weights(
    people: int, distance: Float64, area: Float64, generator: np.random.Generator
) -> Float64:
    """Expected share of the people in each piece; see the module's docstring for the rule."""
    hamlets: Float64 = generator.gamma(HAMLET_SHAPE, size=len(area)) * area
    hamlets /= hamlets.sum()
    if people == 0:
        return hamlets
    share = np.clip(0.35 + 0.25 * np.log10(people / 200), 0.30, 0.90)
    radius = np.clip(300 * (people / 1000) ** 0.35, 200, 2500)
    # measured from the nearest piece, so that a bourg far from every centre still gathers
    bourg = np.exp(-(distance - distance.min()) / radius) * area
    weight: Float64 = share * bourg / bourg.sum() + (1 - share) * hamlets
    return weight


def _whole(total: int, weight: Float64) -> npt.NDArray[np.int64]:
    """Whole numbers in proportion to weights, adding up to the total (largest remainder)."""
    quota = np.round(total * weight, 6)
    whole = np.floor(quota).astype(np.int64)
    left = total - int(whole.sum())
    whole[np.lexsort((np.arange(len(quota)), whole - quota))[:left]] += 1
    return whole
