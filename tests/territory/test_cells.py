"""Demand cells: people add up exactly, whatever the communes, the grid and the order."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import box

from siting.contracts import CELLS, check
from siting.errors import InputError
from siting.territory import cells
from siting.territory.cells import spread

CRS = "EPSG:2154"
X0, Y0 = 660_137.0, 6_360_411.0  # off the grid on purpose


def territory(widths, people, crs=CRS, x0=X0, y0=Y0):
    """Communes side by side, each `width` x 3 km, chef-lieu in the middle."""
    edges = np.concatenate([[0], np.cumsum(widths)])
    shapes = [box(x0 + a, y0, x0 + b, y0 + 3000) for a, b in pairwise(edges)]
    codes = [f"{i:05d}" for i in range(1, len(widths) + 1)]
    to_degrees = Transformer.from_crs(crs, 4326, always_xy=True)
    lon, lat = to_degrees.transform(
        x0 + (edges[:-1] + edges[1:]) / 2, np.full(len(widths), y0 + 1500)
    )
    columns = {"code": codes, "name": codes, "population": people}
    communes = pd.DataFrame(columns | {"chef_lieu_lon": lon, "chef_lieu_lat": lat})
    return communes, gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs=crs)


def by_commune(result):
    return result.groupby("commune_code")["population"].sum().to_dict()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(40, 9000), st.integers(0, 60_000)), min_size=1, max_size=5),
    st.sampled_from([200, 500, 1000, 2500]),
    st.integers(0, 99),
)
def test_people_add_up_in_every_commune(parts, size, seed):
    widths, people = zip(*parts, strict=True)
    communes, boundaries = territory(widths, people)
    result = spread(communes, boundaries, CRS, size_m=size, seed=seed)
    expected = {c: p for c, p in zip(communes["code"], people, strict=True) if p}
    assert by_commune(result) == expected
    assert result["cell_id"].is_unique
    assert (result["population"] >= 1).all()
    assert result["population"].dtype == np.int64
    # cells lie in their commune, and their points in them
    shapes = boundaries.set_index("code").geometry.loc[list(result["commune_code"])]
    outside = shapely.area(shapely.difference(result.geometry.array, shapes.array))
    assert (outside < 1e-3).all()
    x, y = Transformer.from_crs(4326, CRS, always_xy=True).transform(result["lon"], result["lat"])
    assert (shapely.distance(result.geometry.array, shapely.points(x, y)) < 0.2).all()
    assert (result.geometry.area <= size * size + 1e-3).all()


def test_neither_order_nor_neighbours_matter():
    communes, boundaries = territory([4000, 2500, 6000], [1500, 300, 12_000])
    whole = spread(communes, boundaries, CRS, size_m=500, seed=3)
    turned = spread(
        communes[::-1], boundaries.sample(frac=1, random_state=1), CRS, size_m=500, seed=3
    )
    alone = spread(communes[1:2], boundaries, CRS, size_m=500, seed=3)

    def table(frame):
        return frame.drop(columns="geometry").set_index("cell_id").sort_index()

    pd.testing.assert_frame_equal(table(whole), table(turned))
    pd.testing.assert_frame_equal(table(whole[whole["commune_code"] == "00002"]), table(alone))


def test_the_seed_moves_hamlets_only_within_a_commune():
    communes, boundaries = territory([8000, 8000], [2000, 500])
    one = spread(communes, boundaries, CRS, size_m=500, seed=1)
    other = spread(communes, boundaries, CRS, size_m=500, seed=2)
    assert by_commune(one) == by_commune(other) == {"00001": 2000, "00002": 500}
    assert not one["population"].equals(other["population"])
    again = spread(communes, boundaries, CRS, size_m=500, seed=1)
    assert one.equals(again)


@pytest.mark.parametrize("people", [300, 2000, 20_000])
def test_the_bourg_is_denser_than_the_rest(people):
    communes, boundaries = territory([12_000], [people])
    result = spread(communes, boundaries, CRS, size_m=500, seed=12)
    centre = shapely.Point(X0 + 6000, Y0 + 1500)
    near = shapely.distance(shapely.centroid(result.geometry.array), centre) < 1000
    density = result["population"][near].sum() / result.area[near].sum()
    assert density > 3 * people / boundaries.area.sum()


def test_a_commune_without_boundary_is_named():
    communes, boundaries = territory([4000, 4000], [10, 20])
    with pytest.raises(InputError) as caught:
        spread(communes, boundaries[:1], CRS, size_m=1000, seed=1)
    assert caught.value.key == "communes_without_boundary"
    assert "00002" in caught.value.text("fr")


def test_another_metric_system_and_boundaries_in_degrees():
    communes, boundaries = territory([5000], [777], "EPSG:32632", 500_000.0, 5_200_000.0)
    result = spread(communes, boundaries.to_crs(4326), "EPSG:32632", size_m=1000, seed=1)
    assert result.crs.to_epsg() == 32632
    assert result["population"].sum() == 777
    assert result["lon"].between(8.9, 9.2).all()


def test_the_result_keeps_its_contract():
    communes, boundaries = territory([5000], [777])
    result = spread(communes, boundaries, CRS, size_m=1000, seed=1)
    checked = check(pd.DataFrame(result.drop(columns="geometry")), CELLS, "cells")
    assert list(checked.columns) == [c.name for c in CELLS.columns]
    assert result["cell_id"].str.fullmatch(r"1000mE\d+N\d+-00001").all()


@given(st.integers(0, 100_000), st.lists(st.integers(1, 1000), min_size=1, max_size=50))
def test_largest_remainder_by_exact_fractions(total, parts):
    weight = np.array(parts) / sum(parts)
    whole = cells._whole(total, weight)
    assert whole.sum() == total
    quota = [Fraction(total * p, sum(parts)) for p in parts]
    for got, exact in zip(whole, quota, strict=True):
        assert abs(got - exact) < 1  # quota rule
    kept = [exact - int(exact) for got, exact in zip(whole, quota, strict=True) if got > exact]
    dropped = [exact - got for got, exact in zip(whole, quota, strict=True) if got < exact]
    # none is rounded up with a smaller remainder than one rounded down, but for rounded quotas
    assert not kept or not dropped or min(kept) >= max(dropped) - Fraction(2, 10**6)
