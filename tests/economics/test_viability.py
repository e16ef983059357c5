"""Break-even against the meeting's figures, a simulated year, and every corner of the ranges."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.economics import costs as cost_tables
from siting.economics import viability
from siting.economics.costs import Cost, Costs, Volunteers
from siting.economics.estimates import ENDS, Estimate, certain
from siting.economics.stays import Churn, Stay
from siting.economics.tariffs import STANDARD, Offer, Tariff
from siting.economics.viability import Mix, Site

H24, DAYS = ("all", "h24"), ("all", "twenty_days_quarter")


def ranged(key, value, low, high, better="high"):
    return Estimate(key, value, low, high, better)


def offer(key, price, tax="excluded", vat=20.0):
    estimate = price if isinstance(price, Estimate) else certain(f"price.{key[1]}", price)
    return Offer(STANDARD[key[1]], Tariff(*key, estimate, vat, tax))


def rodez(tax="excluded", free=0.0, months=12.0):
    rent = Cost("rent", certain("rent", 1500, "low"), "month", share=certain("share", 80))
    five = Mix("five", {DAYS: 1.0}, {H24: 5.0})
    stay = Stay(certain("free", free, "low"), certain("stay", months))
    prices = {H24: offer(H24, 250.0, tax), DAYS: offer(DAYS, 100.0, tax)}
    return Site(Costs((rent,)), prices, stay, (five,), {})


def sought(site):
    table = viability.break_evens(site, site.batch(100, 0))
    rows = table[table["role"] == "sought"]
    return rows[["users", "users_whole"]].to_numpy().tolist()


def test_rodez_costs():
    site = rodez()
    table = cost_tables.table(site.costs, site.batch(100, 0), 150).set_index("item")
    assert table["month"].to_dict() == {"rent": 1500, "not_itemised": 375, "total": 1875}
    assert table["m2_month"].to_dict() == {"rent": 10, "not_itemised": 2.5, "total": 12.5}
    assert table.loc["rent", "share"] == 0.8


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({}, [[7.5, 8], [56.25, 57], [18.75, 19]]),
        ({"tax": "included"}, [[9, 9], [67.5, 68], [30, 30]]),
        ({"free": 1.0}, [[90 / 11, 9], [675 / 11, 62], [262.5 / 11, 24]]),
        ({"free": 2.0}, [[9, 9], [67.5, 68], [30, 30]]),
    ],
)
def test_rodez_break_evens(case, expected):
    found = sought(rodez(**case))
    assert np.allclose(found, expected, rtol=0, atol=1e-9)
    assert [row[1] for row in found] == [row[1] for row in expected]


def test_free_for_the_whole_stay_never_breaks_even():
    users = sought(rodez(free=12.0))
    assert np.isinf(users).all()


@settings(max_examples=60, deadline=None)
@given(
    rent=st.floats(1, 5000),
    price=st.floats(1, 900),
    months=st.integers(1, 36),
    free=st.integers(0, 35),
    tax=st.sampled_from(["excluded", "included"]),
    package=st.sampled_from(sorted(STANDARD)),
)
def test_a_simulated_year_of_fixed_stays_pays_for_itself(rent, price, months, free, tax, package):
    key = ("all", package)
    stay = Stay(certain("free", free, "low"), certain("stay", months))
    costs = Costs((Cost("rent", certain("rent", rent, "low"), "month"),))
    site = Site(costs, {key: offer(key, price, tax)}, stay, (), {})
    users = viability.break_evens(site, site.batch(100, 0))["users"].iloc[0]
    if free >= months:
        assert np.isinf(users)
        return
    # as many users at each point of their stay; month by month, who pays?
    paid = 0.0
    for point in range(months):
        present = users / months
        for month in range(12):
            paid += present * price * ((month + point) % months >= free)
    net = paid * STANDARD[package].charges / (1.2 if tax == "included" else 1)
    assert net == pytest.approx(12 * rent, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    rent=st.floats(1, 5000),
    price=st.floats(20, 400),
    churn=st.floats(0.05, 0.9),
    free=st.integers(0, 4),
)
def test_a_simulated_year_with_churn_pays_for_itself(rent, price, churn, free):
    stay = Stay(certain("free", free, "low"), churn=Churn((0.0, 1000.0), (churn, churn)))
    costs = Costs((Cost("rent", certain("rent", rent, "low"), "month"),))
    site = Site(costs, {H24: offer(H24, price)}, stay, (), {})
    row = viability.break_evens(site, site.batch(100, 0)).iloc[0]
    users, arrivals = row["users"], row["arrivals"]
    assert arrivals == pytest.approx(users * churn)
    # start empty, let as many come each month, and look at a year once things have settled
    ages = np.zeros(600)
    paid = 0.0
    for month in range(612):
        ages = np.concatenate([[arrivals], ages[:-1] * (1 - churn)])
        if month >= 600:
            assert ages.sum() == pytest.approx(users, rel=1e-6)
            paid += ages[free:].sum() * price
    assert paid == pytest.approx(12 * rent, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(
    rent=st.floats(500, 5000),
    prices=st.tuples(st.floats(60, 400), st.floats(40, 200)),
    churn=st.tuples(st.floats(0.05, 0.3), st.floats(0.3, 0.8)),
    free=st.integers(0, 3),
    fixed=st.floats(0, 3),
    share=st.floats(0, 1),
)
def test_a_simulated_year_of_a_mix_pays_for_itself(rent, prices, churn, free, fixed, share):
    """Permanents already there, permanents and occasionals sought; the dearer, the more leave."""
    curve = Churn((0.0, 400.0), churn)
    stay = Stay(certain("free", free, "low"), churn=curve)
    grid = {H24: offer(H24, prices[0], "included"), DAYS: offer(DAYS, prices[1])}
    mix = Mix("both", {H24: share, DAYS: 1 - share}, {H24: fixed})
    costs = Costs((Cost("rent", certain("rent", rent, "low"), "month"),))
    site = Site(costs, grid, stay, (mix,), {})
    table = viability.break_evens(site, site.batch(100, 0))
    rows = table[table["mix"] == "both"]
    users = dict.fromkeys(grid, 0.0)
    for row in rows.itertuples():
        users[row.profile, row.package] += row.users
    # what one pays a month, VAT included, decides who leaves; net of VAT it is the site's
    paid = {H24: prices[0], DAYS: prices[1] / 3 * 1.2}
    year = 0.0
    for key, present in users.items():
        leaving = churn[0] + (churn[1] - churn[0]) * paid[key] / 400
        stayed = np.zeros(400)
        for month in range(412):
            stayed = np.concatenate([[present * leaving], stayed[:-1] * (1 - leaving)])
            if month >= 400:
                year += stayed[free:].sum() * paid[key] / 1.2
    sought = rows.loc[rows["role"] == "sought", "users"].sum()
    if sought > 0:
        assert year == pytest.approx(12 * rent, rel=1e-6)
    else:  # those already there pay for it
        assert year >= 12 * rent * (1 - 1e-9)


def test_a_year_of_permanents_and_occasionals_month_by_month():
    """Rodez, 5 permanents and 18.75 occasionals, each stay begun on its own month, a month free."""
    site = rodez(free=1.0)
    table = viability.break_evens(site, site.batch(100, 0))
    rows = table[table["mix"] == "five"].set_index("role")["users"]
    cash = 0.0
    for present, month_price in ((rows["fixed"], 250.0), (rows["sought"], 100 / 3)):
        for begun, month in product(range(12), range(12)):
            cash += present / 12 * month_price * ((month - begun) % 12 != 0)
    assert rows["sought"] == pytest.approx((1875 - 5 * 250 * 11 / 12) / (100 / 3 * 11 / 12))
    assert cash == pytest.approx(12 * 1875)


def uncertain_site(draw):
    def number(key, low, high, better="high"):
        a, b, c = sorted(draw(st.floats(low, high)) for _ in range(3))
        return Estimate(key, b, a, c, better)

    prices = {
        H24: offer(H24, number("price.h24", 50, 400)),
        DAYS: offer(DAYS, number("price.days", 20, 200), "included"),
    }
    shares = [draw(st.floats(0, 0.6)) for _ in range(3)]
    curve = Churn((50.0, 150.0, 400.0), tuple(shares))
    stays = [
        Stay(number("free", 0, 3, "low"), number("stay", 4, 24)),
        Stay(number("free", 0, 3, "low"), churn=curve),
        Stay(certain("free", 0, "low")),
    ]
    items = (
        Cost("rent", number("rent", 100, 2000, "low"), "month", share=number("share", 40, 100)),
        Cost("cleaning", number("cleaning", 0, 900, "low"), "quarter"),
    )
    work = (
        Volunteers("desk", number("hours", 0, 30, "low"), "month", number("rate", 9, 20, "low")),
    )
    mix = Mix("both", {H24: 0.4, DAYS: 0.6}, {H24: draw(st.floats(0, 12))})
    expected = {H24: number("expected.h24", 1, 9), DAYS: number("expected.days", 1, 30)}
    return Site(Costs(items, work), prices, draw(st.sampled_from(stays)), (mix,), expected)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_draws_and_every_corner_stay_inside_the_extremes(data):
    site = uncertain_site(data.draw)
    batch = site.batch(2000, 3)
    grid = {one.key: one for one in site.estimates()}
    cost = site.accounts(batch)
    for account in cost:
        for mix in (Mix("", {H24: 1.0}, {}), Mix("", {DAYS: 1.0}, {}), *site.mixes):
            found = viability.break_even(site, mix, cost[account], batch)
            band = batch.band(found)
            assert band.low <= band.value * (1 + 1e-9)
            assert batch.draws(found).min() >= band.low * (1 - 1e-9)
            assert batch.draws(found).max() <= band.high * (1 + 1e-9)
            assert found[ENDS : batch.first_draw].max(initial=0) <= band.high * (1 + 1e-9)
    table = viability.outlook(site, batch).dropna(subset=["low"])
    assert (table["low"] <= table["p05"] + 1e-9).all()
    assert (table["p95"] <= table["high"] + 1e-9).all()
    assert len(grid) == len(list(site.estimates()))


def revenue_of(price, free, churn, charges, vat):
    paid = np.interp(price * charges * vat, churn.prices, churn.shares)
    return price * charges * (1 - paid) ** free


@settings(max_examples=60, deadline=None)
@given(
    ends=st.tuples(st.floats(20, 300), st.floats(20, 300)),
    shares=st.tuples(*[st.floats(0, 0.95)] * 4),
    free=st.tuples(st.floats(0, 6), st.floats(0, 6)),
)
def test_the_price_that_brings_most_is_the_best_of_a_fine_grid(ends, shares, free):
    low, high = sorted(ends)
    curve = Churn((30.0, 90.0, 180.0, 360.0), shares)
    first, last = sorted(free)
    stay = Stay(Estimate("free", first, first, last, "low"), churn=curve)
    best, worst = stay.best_and_worst_price(low, high, 1.2)
    fine = np.linspace(low, high, 4001)
    most = revenue_of(best, first, curve, 1, 1.2)
    least = revenue_of(worst, last, curve, 1, 1.2)
    assert low <= best <= high
    assert low <= worst <= high
    assert most >= revenue_of(fine, first, curve, 1, 1.2).max() * (1 - 1e-9)
    assert least <= revenue_of(fine, last, curve, 1, 1.2).min() * (1 + 1e-9)


def test_extremes_are_those_of_brute_force():
    site = rodez()
    rent = Cost(
        "rent", ranged("rent", 1500, 1350, 1650, "low"), "month", share=ranged("share", 80, 75, 85)
    )
    price = {H24: offer(H24, ranged("price.h24", 250, 225, 275))}
    site = Site(Costs((rent,)), price, site.stay, (), {})
    row = viability.break_evens(site, site.batch(500, 1)).iloc[0]
    corners = [a / (s / 100) / p for a, s, p in product((1350, 1650), (75, 85), (225, 275))]
    assert row["users_low"] == pytest.approx(min(corners), rel=1e-12)
    assert row["users_high"] == pytest.approx(max(corners), rel=1e-12)
    table = cost_tables.table(site.costs, site.batch(500, 1), None).set_index("item")
    rest = [a / (s / 100) - a for a, s in product((1350, 1650), (75, 85))]
    assert table.loc["not_itemised", "month_low"] == pytest.approx(min(rest))
    assert table.loc["not_itemised", "month_high"] == pytest.approx(max(rest))


def test_volunteers_raise_the_break_even_in_an_account_of_their_own():
    work = (Volunteers("desk", certain("hours", 10, "low"), "week", certain("rate", 12, "low")),)
    site = rodez()
    site = Site(Costs(site.costs.items, work), site.offers, site.stay, (), {})
    table = viability.break_evens(site, site.batch(100, 0))
    users = table[table["package"] == "h24"].set_index("account")["users"]
    assert users["cash"] == pytest.approx(7.5)
    assert users["with_volunteers"] == pytest.approx((1875 + 10 * 52 / 12 * 12) / 250)


def test_subsidy_by_user_and_by_hour():
    expected = {H24: certain("n.h24", 4), DAYS: certain("n.days", 12)}
    site = rodez()
    site = Site(site.costs, site.offers, site.stay, (), expected)
    found = viability.outlook(site, site.batch(100, 0)).set_index("measure")["value"]
    hours = 4 * 35 * 52 / 12 + 12 * 160 / 3
    assert found["balance"] == pytest.approx(4 * 250 + 12 * 100 / 3 - 1875)
    assert found["subsidy_per_user"] == pytest.approx(475 / 16)
    assert found["subsidy_per_hour"] == pytest.approx(475 / hours)
    assert found["balanced"] == 0


def test_tornado_moves_one_number_at_a_time():
    rent = Cost("rent", ranged("rent", 1500, 1000, 3000, "low"), "month")
    price = {H24: offer(H24, ranged("price.h24", 250, 240, 260))}
    site = Site(Costs((rent,)), price, Stay(certain("free", 0, "low")), (), {})
    table = viability.tornado(site, site.batch(100, 0))
    assert table["key"].tolist() == ["rent", "price.h24"]
    assert table["at_low"].tolist() == pytest.approx([4, 1500 / 240])
    assert table["at_high"].tolist() == pytest.approx([12, 1500 / 260])


def test_draws_of_a_number_do_not_move_when_another_is_added():
    one = ranged("price.h24", 250, 225, 275)
    small = Site(Costs(()), {H24: offer(H24, one)}, Stay(certain("free", 0, "low")), (), {})
    costs = Costs((Cost("rent", ranged("rent", 5, 1, 9, "low"), "month"),))
    large = Site(costs, small.offers, small.stay, (), {})
    a, b = small.batch(50, 9), large.batch(50, 9)
    assert a.draws(a[one]).tolist() == b.draws(b[one]).tolist()
    assert a.draws(a[one]).tolist() != small.batch(50, 10)[one][a.first_draw :].tolist()


def test_churn_table_tells_what_each_price_does():
    stay = Stay(certain("free", 1, "low"), churn=Churn((100.0, 300.0), (0.02, 0.10)))
    costs = Costs((Cost("rent", certain("rent", 1000, "low"), "month"),))
    site = Site(costs, {H24: offer(H24, 250.0, "included")}, stay, (), {})
    table = viability.churn_table(site, site.batch(100, 0))
    assert table["mean_stay"].tolist() == pytest.approx([50, 10])
    assert table["revenue"].tolist() == pytest.approx([100 / 1.2 * 0.98, 300 / 1.2 * 0.90])
    assert table["arrivals"].iloc[1] == pytest.approx(1000 / (250 * 0.9) * 0.1)
