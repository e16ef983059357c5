"""What must stay as a study is turned over: order, scale, one facility more, a road reopened."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import small_study
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from siting import config
from siting.study import prepared
from siting.study import run as study

MEASURES = {
    "closures_minutes": 20,
    "overlap_minutes": 20,
    "equity": {"standard_minutes": 20},
    "catchment": {"bands": [[10, 1], [20, 0.5]], "supply": "weekly_hours"},
}
FEW = settings(max_examples=6, suppress_health_check=list(HealthCheck), derandomize=True)


def quiet(_):
    return None


def keys():
    return small_study.keys() | {"measures": MEASURES}


def ran(folder, asked=None, **tables):
    return study.run(config.load(small_study.write(folder, asked or keys(), **tables)), quiet)


def table(name):
    return small_study.tables()[f"{name}.csv"].copy()


def everything(result):
    """Tables of a result by name, their rows in one order."""
    tables = {"access": result.access, "coverage": result.coverage, **result.extras}
    tables |= {f"measure_{name}": frame for name, frame in result.measures.items()}
    tables["scores"] = result.scores.table()
    return {
        name: frame.sort_values(texts(frame), ignore_index=True) for name, frame in tables.items()
    }


def texts(frame):
    return [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]


def require_same(one, other):
    assert one.keys() == other.keys()
    for name, frame in one.items():
        assert_frame_equal(frame, other[name], obj=name, rtol=1e-9, check_dtype=False)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return ran(tmp_path_factory.mktemp("base"))


ORDERED = ("cells", "links", "facilities", "candidates", "broadband")


@FEW
@given(order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(base, tmp_path_factory, order):
    mixed = {
        name: table(name).sample(frac=1, random_state=order.randrange(1000)) for name in ORDERED
    }
    require_same(everything(ran(tmp_path_factory.mktemp("order"), **mixed)), everything(base))


def test_the_order_of_criteria_changes_no_score(base, tmp_path):
    asked = keys()
    asked["criteria"] = asked["criteria"][::-1]
    scores = ran(tmp_path, asked).scores.table().set_index("site_id")
    first = base.scores.table().set_index("site_id")
    for column in first.columns.drop(["name", "commune_code"]):
        assert scores[column].to_dict() == pytest.approx(first[column].to_dict()), column


@FEW
@given(factor=st.integers(2, 9))
def test_more_people_everywhere_keep_every_share(base, tmp_path_factory, factor):
    cells, communes = table("cells"), table("communes")
    cells["population"] *= factor
    communes["population"] *= factor
    result = ran(tmp_path_factory.mktemp("more"), cells=cells, communes=communes)
    first, now = base.coverage, result.coverage
    for column in ("population", "covered_population"):
        assert now[column].to_numpy() == pytest.approx(first[column].to_numpy() * factor)
    assert now["covered_share"].to_numpy() == pytest.approx(first["covered_share"].to_numpy())
    assert now["zone_code"].tolist() == first["zone_code"].tolist()
    assert result.access["minutes"].tolist() == base.access["minutes"].tolist()
    assert result.scores.rank.tolist() == base.scores.rank.tolist()
    assert result.scores.score.tolist() == pytest.approx(base.scores.score.tolist())


@FEW
@given(column=st.floats(0.1, 2.9), row=st.floats(0.1, 1.9))
def test_a_facility_more_lowers_no_coverage(base, tmp_path_factory, column, row):
    facilities = table("facilities")
    lon, lat = small_study.place(column, row)
    code = small_study.CODES[int(row) * 3 + int(column)]
    new = pd.DataFrame(
        [("more", "Guichet de plus", code, lon, lat, "fixed", 10.0)], columns=facilities.columns
    )
    more = pd.concat([facilities, new])
    result = ran(tmp_path_factory.mktemp("facility"), facilities=more)
    gained = result.coverage["covered_population"] - base.coverage["covered_population"]
    assert (gained >= 0).all()
    before, after = base.access["minutes"].to_numpy(), result.access["minutes"].to_numpy()
    assert (after <= before).all()


LINKS = [("12001", "12002"), ("12001", "12004"), ("12003", "12006")]


@pytest.mark.parametrize("closed_link", LINKS)
def test_a_road_closed_and_reopened_gives_the_first_answer(tmp_path, base, closed_link):
    asked = keys()
    asked["what_if"] = {"closed_links": [list(closed_link)]}
    closed = ran(tmp_path, asked)
    before, after = (each.access["minutes"].fillna(np.inf) for each in (base, closed))
    assert (after >= before).all()
    assert (after > before).any() == (closed_link != LINKS[2])  # the third, no short way
    ground = prepared.prepare(config.load(small_study.write(tmp_path / "a", keys())), quiet)
    link = small_study.tables()["links.csv"].set_index(["from_code", "to_code"]).index
    row = link.get_loc(closed_link)
    before = ground.minutes(ground.read.candidates, ground.read.services["desk"])
    shut = prepared.changed_roads(
        ground.router.network, ground.read, config.load(small_study.write(tmp_path, asked)).what_if
    )
    assert row not in shut.link
    again = ground.minutes(ground.read.candidates, ground.read.services["desk"])
    np.testing.assert_array_equal(before, again)
    asked["what_if"] = {"closed_links": []}
    require_same(everything(ran(tmp_path / "again", asked)), everything(base))


# ---- the same ground told otherwise ----


@pytest.fixture(scope="module")
def modelled(tmp_path_factory):
    """The study on cells that the boundaries give."""
    asked = keys() | {"cells": {"size_m": 1000, "seed": 3}}
    return asked, ran(tmp_path_factory.mktemp("modelled"), asked)


@pytest.mark.parametrize("crs", ["EPSG:2154", "EPSG:3035", "EPSG:32631", "EPSG:4258"])
def test_boundaries_in_another_projection_change_nothing(modelled, tmp_path, crs):
    asked, first = modelled
    path = small_study.write(tmp_path, asked)
    shapes = gpd.read_file(tmp_path / "communes.geojson")
    (tmp_path / "communes.geojson").unlink()
    shapes.to_crs(crs).to_file(tmp_path / "communes.gpkg")
    text = path.read_text(encoding="utf-8").replace("communes.geojson", "communes.gpkg")
    path.write_text(text, encoding="utf-8")
    require_same(everything(study.run(config.load(path), quiet)), everything(first))


def test_services_in_degrees_or_in_metres_are_the_same(base, tmp_path):
    path = small_study.write(tmp_path, keys())
    services = small_study.everyday()
    lon, lat = small_study.TO_DEGREES(services["LAMBERT_X"], services["LAMBERT_Y"])
    in_degrees = services.drop(columns=["LAMBERT_X", "LAMBERT_Y"])
    in_degrees = in_degrees.assign(LONGITUDE=lon, LATITUDE=lat)
    in_degrees.to_csv(tmp_path / "everyday.csv", sep=";", index=False)
    require_same(everything(study.run(config.load(path), quiet)), everything(base))


@pytest.mark.parametrize("crs", ["EPSG:3944", "EPSG:32631"])
def test_another_metric_system_moves_minutes_by_seconds(base, tmp_path, crs):
    asked = keys()
    asked["territory"]["crs"] = crs
    minutes = ran(tmp_path, asked).access["minutes"].to_numpy()
    assert minutes == pytest.approx(base.access["minutes"].to_numpy(), abs=0.05)
    assert (minutes != base.access["minutes"].to_numpy()).any()  # else it was not asked


@FEW
@given(east=st.integers(-200_000, 150_000), north=st.integers(-40_000, 350_000))
def test_a_study_moved_as_a_whole_stays_the_same(base, tmp_path_factory, east, north):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(small_study, "EAST", small_study.EAST + east)
        patch.setattr(small_study, "NORTH", small_study.NORTH + north)
        moved = ran(tmp_path_factory.mktemp("moved"))
    # coordinates have five decimals: about a metre
    first = base.access["minutes"].to_numpy()
    assert moved.access["minutes"].to_numpy() == pytest.approx(first, abs=0.02)
    assert (
        moved.coverage["covered_population"].tolist()
        == base.coverage["covered_population"].tolist()
    )
    assert moved.scores.rank.tolist() == base.scores.rank.tolist()
