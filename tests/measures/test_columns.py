"""What the measures give is what `tables.py` says."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting import contracts as tables
from siting.measures import baskets, coverage, digital, mesh, pairs, redundancy

FOUND = pairs.from_dense([[5.0, 15], [np.nan, 25]], ["1", "2"], ["1", "2"])
ACCESS = pd.DataFrame(
    {
        "cell_id": ["1", "2"],
        "commune_code": ["1", "2"],
        "population": [3.0, 4.0],
        "service": "fs",
        "minutes": np.array([5, np.nan], np.float32),
        "facility_id": ["1", ""],
        "reason": ["", "no_route"],
    }
)
ZONES = pd.DataFrame(
    {"commune_code": ["1", "2"], "zone_kind": "epci", "zone_code": ["A", "B"], "zone_name": "x"}
)


def test_columns():
    basket = baskets.Basket(
        id="b",
        title={"fr": "b", "en": "b"},
        source="s",
        edition="2021",
        status="to_confirm",
        minutes=10,
        items=({"id": "bread", "title": {"fr": "p", "en": "b"}, "types": ("B203",)},),
    )
    types = pd.Series({"1": "B203", "2": "B203"})
    present = pd.DataFrame({"bread": [True, False]}, ["1", "2"])
    made = {
        tables.ACCESS: ACCESS,
        tables.COVERAGE: coverage.coverage(ACCESS, ZONES, [10, 20]),
        tables.BASKET_SCORES: baskets.in_reach(basket, FOUND, types).table,
        tables.CLOSURES: redundancy.closures(FOUND, [3, 4], 20),
        tables.CENTRES: mesh.centres(present, FOUND, [3, 4], 1, 0),
        tables.QUADRANT_PEOPLE: digital.cross_table(ACCESS, pd.Series({"1": 1.0}), 20, 0.8),
    }
    for table, frame in made.items():
        checked = tables.check(frame, table, table.name)
        assert [column.name for column in table.columns] == list(frame.columns)
        assert len(checked) == len(frame)
