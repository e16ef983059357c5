"""Where most people are, against people placed by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from siting.publish import towns, whereabouts

TERRITORY = shapely.box(0, 0, 100_000, 100_000)
CORNERS = np.array([[95e3, 5e3], [95e3, 95e3], [5e3, 95e3], [5e3, 5e3], [50e3, 50e3]])


@pytest.mark.parametrize(
    ("people", "words"),
    [
        ([600, 100, 100, 100, 100], ", surtout au sud-est"),
        ([0, 0, 0, 0, 500], ", surtout au centre"),
        ([400, 300, 100, 100, 100], ", surtout au sud-est et au nord-est"),
        ([300, 200, 250, 150, 100], ", surtout au sud-est et au nord-ouest"),
        ([20, 20, 20, 20, 19], ""),  # too few to tell of
        ([0, 0, 0, 0, 0], ""),
    ],
)
def test_most_people_are_where_they_were_put(people, words):
    assert whereabouts.mostly(TERRITORY, CORNERS, np.array(people, float)) == words


def test_scattered_people_are_nowhere_in_particular():
    turn = np.arange(8) * np.pi / 4
    around = 50e3 + 45e3 * np.column_stack([np.cos(turn), np.sin(turn)])
    assert whereabouts.mostly(TERRITORY, around, np.full(8, 1000.0)) == ""


def test_seats_and_large_towns_are_main_towns():
    communes = pd.DataFrame(
        {
            "name": ["Seat", "Large", "Village", "Hamlet"],
            "population": [900, 8000, 500, 20],
            "arrondissement": ["Seat", "Seat", "Elsewhere", "Seat"],
        }
    )
    assert towns.main_towns(communes).tolist() == [True, True, True, False]
    without = communes.drop(columns="arrondissement").assign(population=[9e3, 8e3, 7e3, 20])
    assert towns.main_towns(without).tolist() == [True, True, True, False]
