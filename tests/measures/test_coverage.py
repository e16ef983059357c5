"""Coverage: nearest facility, people by zone and threshold, against plain loops."""

from __future__ import annotations

import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.measures import coverage, pairs, redundancy, zones

ZONES = pd.DataFrame(
    {
        "commune_code": ["1", "2", "3", "1", "2", "3"],
        "zone_kind": ["department"] * 3 + ["epci"] * 3,
        "zone_code": ["12"] * 3 + ["A", "A", "B"],
        "zone_name": ["Aveyron"] * 3 + ["Un", "Un", "Deux"],
    }
)
ACCESS = pd.DataFrame(
    {
        "cell_id": list("abcd"),
        "commune_code": ["1", "1", "2", "3"],
        "population": [10.0, 20.0, 30.5, 0.0],
        "service": "fs",
        "minutes": np.array([10, 10.0001, np.nan, 5], np.float32),
        "facility_id": ["x", "x", "", "y"],
        "reason": ["", "", "no_route", ""],
    }
)


def test_coverage_by_hand():
    table = coverage.coverage(ACCESS, ZONES, [10, 20])
    assert list(table.columns) == coverage.COVERAGE_COLUMNS
    got = table.set_index(["zone_code", "threshold_minutes"])["covered_population"].to_dict()
    assert got == {
        ("12", 10): 10,
        ("12", 20): 30,
        ("A", 10): 10,
        ("A", 20): 30,
        ("B", 10): 0,
        ("B", 20): 0,
    }
    nobody = table[table["zone_code"] == "B"]
    assert nobody["covered_share"].isna().all()  # nobody lives there: no share
    assert table["population"].tolist() == [60.5, 60.5, 60.5, 60.5, 0, 0]


@st.composite
def studies(draw):
    n = draw(st.integers(1, 12))
    codes = draw(st.lists(st.sampled_from(["1", "2", "3"]), min_size=n, max_size=n))
    minutes = draw(
        st.lists(
            st.one_of(st.none(), st.integers(0, 400).map(lambda d: d / 10)), min_size=n, max_size=n
        )
    )
    people = draw(st.lists(st.integers(0, 500), min_size=n, max_size=n))
    return pd.DataFrame(
        {
            "cell_id": [f"c{i}" for i in range(n)],
            "commune_code": codes,
            "population": np.array(people, float),
            "service": [f"s{i % 2}" for i in range(n)],
            "minutes": np.array([np.nan if m is None else m for m in minutes], np.float32),
        }
    )


@given(studies())
def test_coverage_equals_loops_and_is_monotone(access):
    limits = [0.1, 10, 10.1, 20, 39.9]
    table = coverage.coverage(access, ZONES, limits)
    for row in table.itertuples():
        members = set(ZONES.loc[ZONES["zone_code"] == row.zone_code, "commune_code"])
        here = access[access["commune_code"].isin(members) & (access["service"] == row.service)]
        cut = np.float32(row.threshold_minutes)
        assert row.covered_population == sum(
            p for p, m in zip(here["population"], here["minutes"], strict=True) if m <= cut
        )
        assert row.population == here["population"].sum()
    shuffled = coverage.coverage(access.sample(frac=1, random_state=1), ZONES, limits)
    keys = ["zone_code", "service", "threshold_minutes"]
    pd.testing.assert_frame_equal(
        table.sort_values(keys, ignore_index=True), shuffled.sort_values(keys, ignore_index=True)
    )
    rising = table.groupby(["zone_code", "service"])["covered_population"].diff().dropna()
    assert (rising >= 0).all()


def test_groups_periods_and_modes():
    access = pd.concat([ACCESS.assign(mode="car"), ACCESS.assign(mode="bike", minutes=99.0)])
    access["over_65"] = access["population"] / 2
    table = coverage.coverage(access, ZONES, [20], by=["mode"], groups=["population", "over_65"])
    got = table[table["zone_code"] == "12"].set_index(["mode", "group"])["covered_population"]
    assert got.to_dict() == {
        ("car", "population"): 30,
        ("bike", "population"): 0,
        ("car", "over_65"): 15,
        ("bike", "over_65"): 0,
    }


def test_zones_of_cells():
    zones = pd.DataFrame({"cell_id": list("abcd"), "zone_kind": "own", "zone_code": list("XXYY")})
    table = coverage.coverage(ACCESS, zones.assign(zone_name=""), [20])
    assert table["covered_population"].tolist() == [30, 0]


def test_a_membership_said_twice_counts_once():
    pd.testing.assert_frame_equal(
        coverage.coverage(ACCESS, pd.concat([ZONES, ZONES]), [10]),
        coverage.coverage(ACCESS, ZONES, [10]),
    )


def test_zone_balance_counts_who_is_left_out_and_who_is_twice():
    extra = pd.DataFrame(
        {
            "commune_code": ["1", "1"],
            "zone_kind": "custom",
            "zone_code": ["P", "Q"],
            "zone_name": "",
        }
    )
    told = coverage.zone_balance(ACCESS, pd.concat([ZONES, extra])).set_index("zone_kind")
    assert told.loc["epci"].tolist() == [60.5, 0, 0]
    assert told.loc["custom"].tolist() == [60.5, 30.5, 30]


@pytest.mark.parametrize(
    ("access", "zones", "limits", "key"),
    [
        (ACCESS, ZONES[ZONES["commune_code"] != "2"], [10], "people_without_zone"),
        (pd.concat([ACCESS, ACCESS]), ZONES, [10], "duplicate_ids"),
        (ACCESS.assign(population=-1.0), ZONES, [10], "bad_quantity"),
        (ACCESS.assign(population=np.nan), ZONES, [10], "bad_quantity"),
        (ACCESS.assign(minutes=-1.0), ZONES, [10], "bad_matrix_minutes"),
        (ACCESS, ZONES, [20, 10], "thresholds_unsorted"),
        (ACCESS, ZONES, [600, 1800], "thresholds_unit"),
    ],
)
def test_bad_input_is_refused(access, zones, limits, key):
    with pytest.raises(InputError) as caught:
        coverage.coverage(access, zones, limits)
    assert caught.value.key == key


def test_beyond_lists_the_farthest_first():
    assert coverage.beyond(ACCESS, 10)["cell_id"].tolist() == ["b", "c"]


def test_summary_by_hand():
    got = coverage.summary(ACCESS, "service").iloc[0]
    assert got["population"] == 60.5
    assert got["unreached"] == 30.5
    assert got["mean_minutes"] == pytest.approx((10 * 10 + 20 * 10.0001) / 30)
    assert got["median_minutes"] == got["p90_minutes"] == np.float32(10.0001)
    assert got["max_minutes"] == np.float32(10.0001)  # nobody lives in cell d


@given(studies(), st.sampled_from([0.5, 0.9]))
def test_quantiles_equal_people_one_by_one(access, share):
    got = coverage.summary(access, "commune_code")
    for code, here in access.groupby("commune_code"):
        known = here[here["minutes"].notna()]
        one_by_one = np.sort(np.repeat(known["minutes"], known["population"].astype(int)))
        name = {0.5: "median_minutes", 0.9: "p90_minutes"}[share]
        if len(one_by_one) == 0:
            assert np.isnan(got.loc[code, name])
        else:
            at = int(np.ceil(share * len(one_by_one) - 1e-9)) - 1
            assert got.loc[code, name] == one_by_one[max(at, 0)]


def test_splitting_a_cell_changes_no_summary():
    half = ACCESS.assign(population=ACCESS["population"] / 2)
    split = pd.concat([half, half.assign(cell_id=half["cell_id"] + "2")])
    one, two = coverage.zone_summary(ACCESS, ZONES), coverage.zone_summary(split, ZONES)
    pd.testing.assert_frame_equal(one, two)


@st.composite
def matrices(draw, most=6):
    n, m = draw(st.integers(1, most)), draw(st.integers(1, most))
    value = st.one_of(st.none(), st.integers(0, 60))
    rows = draw(st.lists(st.lists(value, min_size=m, max_size=m), min_size=n, max_size=n))
    return np.array([[np.nan if v is None else v for v in row] for row in rows], np.float32)


@given(matrices())
def test_nearest_is_the_smallest_id_of_the_least(times):
    n, m = times.shape
    ids = [f"f{9 - j}" for j in range(m)]  # not in alphabetical order
    found = coverage.nearest_pair(pairs.from_dense(times, [f"c{i}" for i in range(n)], ids))
    for i in range(n):
        known = [(t, ids[j]) for j, t in enumerate(times[i]) if not np.isnan(t)]
        row = found.iloc[i]
        if known:
            assert (row["minutes"], row["facility_id"], row["reason"]) == (*min(known), "")
        else:
            assert np.isnan(row["minutes"])
            assert (row["facility_id"], row["reason"]) == ("", "beyond_limit")


@given(matrices())
def test_nearest_of_dense_and_of_pairs_agree(times):
    n, m = times.shape
    points = [
        SimpleNamespace(ids=np.array([f"{k}{i}" for i in range(size)], object), reason=blank)
        for k, size in (("c", n), ("f", m))
        for blank in [np.full(size, "", object)]
    ]
    dense = coverage.nearest(
        SimpleNamespace(minutes=times, origins=points[0], destinations=points[1])
    )
    sparse = coverage.nearest_pair(pairs.from_dense(times, points[0].ids, points[1].ids))
    pd.testing.assert_frame_equal(
        dense[["minutes", "facility_id"]], sparse[["minutes", "facility_id"]], check_dtype=False
    )


@given(matrices(), st.integers(0, 60))
def test_closures_equal_recomputing_without_each(times, limit):
    n, m = times.shape
    people = np.arange(1, n + 1) * 10.0
    ids = [f"f{j}" for j in range(m)]
    table = redundancy.closures(
        pairs.from_dense(times, [f"c{i}" for i in range(n)], ids), people, limit
    )
    full = np.where(np.isnan(times), np.inf, times)
    before = full.min(axis=1)
    for j in range(m):  # close one after the other
        left = np.delete(full, j, axis=1)
        after = left.min(axis=1) if m > 1 else np.full(n, np.inf)
        lost = people[(before <= limit) & (after > limit)].sum()
        assert table["people_uncovered"].iloc[j] == lost
        mine = (full.argmin(axis=1) == j) & np.isfinite(before)
        assert table["nearest_people"].iloc[j] == people[mine].sum()
        assert table["people_without_other"].iloc[j] == people[mine & np.isinf(after)].sum()
        moved = mine & np.isfinite(after)
        if moved.any():
            extra = np.average(after[moved] - before[moved], weights=people[moved])
            assert table["mean_extra_minutes"].iloc[j] == pytest.approx(extra)
        else:
            assert np.isnan(table["mean_extra_minutes"].iloc[j])


def test_reached_counts_facilities():
    found = pairs.from_dense([[0, 10, 20], [np.nan, 10.5, np.nan]], ["a", "b"], ["x", "y", "z"])
    assert redundancy.reached(found, [10, 20]).to_numpy().tolist() == [[2, 3], [0, 1]]


def test_a_department_takes_less_than_200_ms():
    rng = np.random.default_rng(0)
    n, services = 20_000, 5
    codes = np.array([f"{i:05d}" for i in range(285)])
    one = pd.DataFrame(
        {
            "cell_id": [f"c{i}" for i in range(n)],
            "commune_code": rng.choice(codes, n),
            "population": rng.integers(0, 90, n).astype(float),
        }
    )
    access = pd.concat(
        [
            one.assign(service=f"s{k}", minutes=rng.random(n).astype(np.float32) * 60)
            for k in range(services)
        ]
    )
    kinds = {"department": np.zeros(285, int), "epci": np.arange(285) % 19}
    kinds["commune"] = np.arange(285)
    zones = pd.concat(
        [
            pd.DataFrame(
                {
                    "commune_code": codes,
                    "zone_kind": kind,
                    "zone_code": group.astype(str),
                    "zone_name": "",
                }
            )
            for kind, group in kinds.items()
        ]
    )
    best = np.inf
    for _ in range(5):
        start = time.perf_counter()
        table = coverage.coverage(access, zones, [5, 10, 15, 20, 30, 45, 60])
        best = min(best, time.perf_counter() - start)
    assert len(table) == 305 * services * 7
    assert best < 0.2


def test_polygons_cut_cells_and_overlap():
    gpd = pytest.importorskip("geopandas")
    from shapely.geometry import box

    cells = pd.DataFrame({"cell_id": list("abc"), "lon": [0.5, 1.5, 9], "lat": [0.5, 0.5, 9]})
    shapes = gpd.GeoDataFrame(
        {"zone_kind": "own", "zone_code": ["X", "Y"], "zone_name": ["x", "y"]},
        geometry=[box(0, 0, 2, 1), box(1, 0, 2, 1)],
        crs=4326,
    )
    got = zones.of_cells(cells, shapes)
    assert list(zip(got["cell_id"], got["zone_code"], strict=True)) == [
        ("a", "X"),
        ("b", "X"),
        ("b", "Y"),
    ]
    balance = coverage.zone_balance(cells.assign(population=[1, 2, 4]), got).iloc[0]
    assert (balance["left_out"], balance["in_several"]) == (4, 2)
    again = zones.of_cells(cells, shapes.to_crs(3857))
    pd.testing.assert_frame_equal(got, again)
    with pytest.raises(InputError):
        zones.of_cells(cells, shapes.set_crs(None, allow_override=True))
