"""Places that open too little for a study: left out of the times, and shown and told apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import small_study

from siting import config
from siting.errors import InputError, ProblemsError
from siting.outputs.theme import DEFAULT
from siting.publish import hours, print_maps
from siting.publish.maps import overview
from siting.publish.report import diagnosis
from siting.study import opening_hours, run

WEEKLY = {"f0": "30", "f5": "12", "f2": "4", "f4": ""}


def facilities(weekly=WEEKLY) -> pd.DataFrame:
    rows = [
        (
            name,
            f"Guichet {name}",
            small_study.CODES[int(name[1])],
            *small_study.centre(int(name[1])),
        )
        for name in weekly
    ]
    table = pd.DataFrame(rows, columns=["id", "name", "code", "lon", "lat"])
    return table.assign(kind="fixed", weekly_hours=list(weekly.values()))


def study(folder, minimum, table):
    keys = small_study.keys()
    service = keys["services"][0] | ({} if minimum is None else {"minimum_hours": minimum})
    return config.load(small_study.write(folder, keys | {"services": [service]}, facilities=table))


def quiet(_):
    return None


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """The study without a minimum, with one of ten hours, and without the place of four hours."""
    folder = tmp_path_factory.mktemp("hours")
    rest = {name: weekly for name, weekly in WEEKLY.items() if name != "f2"}
    return [
        run.run(study(folder / "all", None, facilities()), quiet),
        run.run(study(folder / "ten", 10, facilities()), quiet),
        run.run(study(folder / "rest", None, facilities(rest)), quiet),
    ]


def test_a_place_below_the_minimum_is_as_if_it_were_not_there(results):
    every, ten, rest = results
    assert sorted(ten.facilities["id"]) == ["f0", "f4", "f5"]  # unknown hours count
    pd.testing.assert_frame_equal(ten.access, rest.access)
    pd.testing.assert_frame_equal(ten.coverage, rest.coverage)
    assert not every.access.equals(ten.access)


def test_what_is_left_out_is_told_and_drawn_apart(results):
    every, ten, _ = results
    service = ten.study.services[0]
    assert list(ten.ground.read.uncounted[service.id]["id"]) == ["f2"]
    left_out = ten.ground.read.quality.query("detail == 'few_hours'")
    assert left_out[["value", "share"]].to_numpy().tolist() == [[1, 0.25]]
    (sentence,) = hours.notes(ten, [f"services.{service.id}"])
    assert "ne compte pas" in sentence
    (alike,) = hours.notes(every, [f"services.{service.id}"])
    assert "compte comme les autres" in alike
    made, _ = print_maps.sheets(ten, DEFAULT, ["access"])
    assert sentence in made[0].notes
    drawn = {len(sign.points): sign.label for sign in made[0].signs}
    assert "non compté" in drawn[1]
    assert set(drawn) == {1, 3}
    page = overview.page(ten)
    assert [place.meaning for place in page.points[0].places] == ["", "", "", "uncounted"]
    assert sentence in page.views[0].notes
    blocks = diagnosis.open_places(ten, service)
    assert "1 lieu sur 4" in str(blocks[0])
    assert [row[1:3] for row in blocks[1].rows] == [("4", "1"), ("4", "1")]


@pytest.mark.parametrize(
    ("weekly", "key"),
    [
        (dict.fromkeys(WEEKLY, ""), "hours_unknown"),
        (dict.fromkeys(WEEKLY, "3"), "hours_too_many"),
        (WEEKLY | {"f5": "200"}, "bad_value"),
        (WEEKLY | {"f5": "often"}, "bad_value"),
    ],
)
def test_a_minimum_that_the_list_cannot_answer_is_refused(tmp_path, weekly, key):
    with pytest.raises((InputError, ProblemsError)) as refusal:
        run.run(study(tmp_path, 10, facilities(weekly)), quiet)
    assert refusal.value.key == key


def test_no_minimum_asks_nothing_of_the_hours():
    table = facilities()
    few = opening_hours.opens_little(table)
    assert few.tolist() == [False, False, True, False]
    bare = table.drop(columns="weekly_hours")
    assert np.isnan(opening_hours.weekly(bare)).all()
    assert not opening_hours.opens_little(bare).any()
