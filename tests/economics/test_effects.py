"""Effects against a person-by-person count, and their bands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.economics import effects
from siting.economics.effects import Commute, Factors, Productivity, Trips, Usage
from siting.economics.estimates import Estimate, design

VALUES = {
    "suitable": (50, 40, 60),
    "adoption": (10, 5, 20),
    "days": (2, 1, 3),
    "weeks": (44, 42, 46),
    "rebound": (25, 0, 50),
    "detour": (1.5, 1.2, 1.6),
    "driving": (80, 70, 90),
    "occupancy": (1.25, 1, 1.6),
    "car": (0.2, 0.1, 0.3),
    "electric": (0.02, 0.01, 0.03),
    "electric_share": (10, 5, 20),
    "motorcycle": (0.1, 0.05, 0.2),
    "injury_accidents": (9, 6, 12),
    "deaths": (5, 4, 9),
}
LOW = {"rebound", "occupancy", "electric_share"}


def number(key, value, low, high, better=None):
    return Estimate(key, value, low, high, better or ("low" if key in LOW else "high"))


def usage_and_factors(values=VALUES, detour="high"):
    made = {key: number(key, *ends) for key, ends in values.items()}
    made["detour"] = number("detour", *values["detour"], detour)
    usage = Usage(*(made[name] for name in Usage.__dataclass_fields__))
    return usage, Factors(*(made[name] for name in Factors.__dataclass_fields__))


def trips(*, work=True):
    people = np.array([100.0, 40, 30, 20, 10, 60, 5])
    modes = np.array(["car", "none", "motorcycle", "transit", "unknown", "car", "bicycle"], object)
    site_km = np.array([2.0, 1, 3, 4, 5, 20, 1])
    site_minutes = np.array([4.0, 2, 5, 6, 8, 30, 3])
    if not work:
        return Trips(people, modes, site_km, site_minutes)
    work_km = np.array([12.0, 9, 13, 24, 15, 10, 4])
    work_minutes = np.array([14.0, 10, 16, 40, 18, 12, 10])
    return Trips(people, modes, site_km, site_minutes, work_km, work_minutes)


def nominal(found):
    return {measure: values[0] for measure, (_, values) in found.items()}


def test_effects_are_those_of_a_count_trip_by_trip():
    usage, factors = usage_and_factors()
    batch = design(effects.estimates(usage, factors), 10, 0)
    found = nominal(effects.compute(trips(), usage, factors, batch))
    users = 0.05  # of the people: half the jobs, one in ten comes
    trip_days = 2 * 44 * 2 * 0.75  # two days a week, out and back, a quarter of it made again
    one_way = {"car": 100 * 10 * 1.5, "motorcycle": 30 * 10 * 1.5, "unknown": 10 * 10 * 1.5}
    other = 20 * 20 * 1.5 + 5 * 3 * 1.5  # transit and bicycle; the second car's site is farther
    cars = (one_way["car"] + one_way["unknown"] * 0.8) / 1.25 * users * trip_days
    motorcycles = one_way["motorcycle"] * users * trip_days
    assert found["people"] == 225
    assert found["users"] == pytest.approx(225 * users)
    assert found["days"] == pytest.approx(225 * users * 88)
    assert found["person_km"] == pytest.approx((sum(one_way.values()) + other) * users * trip_days)
    assert found["vehicle_km"] == pytest.approx(cars + motorcycles)
    minutes = 100 * 10 + 30 * 11 + 20 * 34 + 10 * 10 + 5 * 7
    assert found["hours"] == pytest.approx(minutes / 60 * users * trip_days)
    a_km = 0.2 * 0.9 + 0.02 * 0.1
    assert found["co2_kg"] == pytest.approx(cars * a_km + motorcycles * 0.1)
    assert found["injury_accidents"] == pytest.approx((cars + motorcycles) * 9e-8)
    assert found["deaths"] == pytest.approx((cars + motorcycles) * 5e-9)
    assert "declared_gain_hours" not in found


def test_the_declared_gain_appears_only_when_asked_for():
    usage, factors = usage_and_factors()
    gain = Productivity(number("gain", 30, 0, 30), number("hours", 7, 7, 7))
    batch = design(effects.estimates(usage, factors, gain), 10, 0)
    found = nominal(effects.compute(trips(), usage, factors, batch, productivity=gain))
    assert found["declared_gain_hours"] == pytest.approx(225 * 0.05 * 88 * 7 * 0.3)


def test_a_declared_way_to_work_is_by_road_and_never_spares_less_than_nothing():
    usage, factors = usage_and_factors(detour="low")
    commute = Commute(number("km", 10, 4, 20), number("minutes", 12, 5, 25))
    batch = design(effects.estimates(usage, factors, commute), 10, 0)
    found = nominal(effects.compute(trips(work=False), usage, factors, batch, commute))
    spared = [max(10 - 1.5 * km, 0) for km in (2, 3, 4, 5, 20, 1)]
    people = [100, 30, 20, 10, 60, 5]
    total = sum(n * km for n, km in zip(people, spared, strict=True))
    assert found["person_km"] == pytest.approx(total * 0.05 * 2 * 44 * 2 * 0.75)
    minutes = [max(12 - m, 0) for m in (4, 5, 6, 8, 30, 3)]
    total = sum(n * m for n, m in zip(people, minutes, strict=True))
    assert found["hours"] == pytest.approx(total / 60 * 0.05 * 2 * 44 * 2 * 0.75)


ENDS = {key: st.tuples(*[st.floats(0.01, 90)] * 3) for key in VALUES}


@settings(max_examples=40, deadline=None)
@given(values=st.fixed_dictionaries(ENDS), declared=st.booleans())
def test_draws_stay_inside_the_extremes(values, declared):
    values = {key: (sorted(v)[1], min(v), max(v)) for key, v in values.items()}
    usage, factors = usage_and_factors(values, "low" if declared else "high")
    commute = Commute(number("km", 20, 5, 40), number("minutes", 20, 5, 40)) if declared else None
    best, worst = effects.electric_corners(factors)
    batch = design(effects.estimates(usage, factors, commute), 500, 1, best, worst)
    found = effects.compute(trips(work=not declared), usage, factors, batch, commute)
    for _, result in found.values():
        band, drawn = batch.band(result), batch.draws(result)
        slack = 1e-9 * max(abs(band.high), 1e-12)
        assert drawn.min() >= band.low - slack
        assert drawn.max() <= band.high + slack
        assert band.low - slack <= band.value <= band.high + slack
