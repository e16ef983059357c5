"""Tariff grid by date and VAT, periods of costs, and the animator's split to the cent."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.economics import animator, tariffs
from siting.economics.animator import Stop
from siting.economics.costs import Cost, Costs
from siting.economics.estimates import certain, design
from siting.economics.tariffs import STANDARD, Tariff
from siting.errors import InputError


def tariff(package, price, start=None, end=None, tax="excluded", profile="all"):
    days = [None if day is None else dt.date.fromisoformat(day) for day in (start, end)]
    return Tariff(profile, package, certain(f"price.{package}", price), 20.0, tax, *days)


def test_a_tariff_holds_from_its_first_to_its_last_day():
    grid = [
        tariff("day", 12, "2026-01-01", "2026-06-30"),
        tariff("day", 15, "2026-07-01"),
        tariff("day", 8, profile="student"),
    ]
    prices = {}
    for day in ("2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01"):
        found = tariffs.offers(grid, STANDARD, dt.date.fromisoformat(day))
        prices[day] = {key[0]: one.tariff.price.value for key, one in found.items()}
    assert prices["2025-12-31"] == {"student": 8}
    assert prices["2026-01-01"] == prices["2026-06-30"] == {"all": 12, "student": 8}
    assert prices["2026-07-01"] == {"all": 15, "student": 8}
    assert list(tariffs.offers(grid, STANDARD, None)) == [("student", "day")]


def test_two_tariffs_on_a_day_and_unknown_packages_are_refused():
    grid = [tariff("day", 12, "2026-01-01", "2026-06-30"), tariff("day", 15, "2026-06-30")]
    with pytest.raises(InputError, match="2026-06-30"):
        tariffs.offers(grid, STANDARD, dt.date(2026, 6, 30))
    with pytest.raises(InputError, match="permanant"):
        tariffs.offers([tariff("permanant", 12)], STANDARD, None)


def test_the_grid_brings_every_price_to_a_month_of_one_user():
    grid = [tariff("hour", 3), tariff("day", 15, tax="included"), tariff("h24", 250)]
    table = tariffs.grid(grid, STANDARD).set_index("package")
    assert table["net_month"].to_dict() == pytest.approx({"hour": 24, "day": 50, "h24": 250})
    assert table["gross_month"].to_dict() == pytest.approx({"hour": 28.8, "day": 60, "h24": 300})
    assert table.loc["hour", "net_hour"] == pytest.approx(3)


@pytest.mark.parametrize(
    ("period", "month"),
    [
        ("week", 520), ("month", 120), ("quarter", 40), ("half_year", 20), ("year", 10),
        ("once", 2),
    ],
)  # fmt: skip
def test_periods_of_costs(period, month):
    cost = Cost("x", certain("x", 120, "low"), period, months=60)
    batch = design([cost.amount], 10, 0)
    assert Costs((cost,)).running(batch)[0] == pytest.approx(month)


@given(
    amount=st.integers(0, 1_000_000),
    sites=st.lists(
        st.tuples(st.floats(0, 80), st.floats(0, 20), st.floats(0, 120)), min_size=1, max_size=9
    ),
)
def test_the_animator_split_adds_up_to_the_cent(amount, sites):
    stops = [Stop(f"s{i}", *one) for i, one in enumerate(sites)]
    if sum(one.hours + one.road_hours for one in stops) == 0:
        with pytest.raises(InputError, match="s0"):
            animator.split(amount / 100, stops)
        return
    found = animator.split(amount / 100, stops)
    cents = np.round(found["amount"] * 100).astype(int)
    assert cents.sum() == amount
    assert (abs(cents - found["share"] * amount) < 1 + 1e-6).all()
    assert np.allclose(found["amount"] * 100, cents, rtol=0, atol=1e-6)


def test_the_split_follows_the_road():
    stops = [Stop("here", 30, 0, 0), Stop("there", 20, 4, 75)]
    found = animator.split(1200.0, stops).set_index("site_id")
    assert found["road_hours"].to_dict() == {"here": 0, "there": 10}
    assert found["amount"].to_dict() == {"here": 600, "there": 600}
