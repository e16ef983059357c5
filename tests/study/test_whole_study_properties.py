"""What must stay as a study is turned over: order, scale, one facility more, a road reopened."""

from __future__ import annotations

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
    for column in ("score", "rank"):
        assert scores[column].to_dict() == pytest.approx(first[column].to_dict())


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


def test_a_road_closed_and_reopened_gives_the_first_answer(tmp_path, base):
    asked = keys()
    asked["what_if"] = {"closed_links": [["12001", "12004"]]}
    closed = ran(tmp_path, asked)
    assert closed.access["minutes"].sum() > base.access["minutes"].sum()
    ground = prepared.prepare(config.load(small_study.write(tmp_path / "a", keys())), quiet)
    link = small_study.tables()["links.csv"].set_index(["from_code", "to_code"]).index
    row = link.get_loc(("12001", "12004"))
    before = ground.minutes(ground.read.candidates, ground.read.services["desk"])
    shut = prepared.changed_roads(
        ground.router.network, ground.read, config.load(small_study.write(tmp_path, asked)).what_if
    )
    assert row not in shut.link
    again = ground.minutes(ground.read.candidates, ground.read.services["desk"])
    np.testing.assert_array_equal(before, again)
    require_same(everything(ran(tmp_path / "again")), everything(base))
