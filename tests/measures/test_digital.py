"""The digital layer on the embedded table of Aveyron and on small ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from siting.errors import InputError
from siting.measures import digital

FILE = Path(__file__).parents[2] / "data" / "aveyron" / "broadband.csv"


@pytest.fixture(scope="module")
def broadband():
    return pd.read_csv(FILE, dtype={"code": str})


def test_technologies_of_aveyron_add_up(broadband):
    shares = digital.technology_shares(broadband)
    now = shares[shares["date"] == "2026-06-30"]
    assert now["premises"].sum() == 226_728  # the sum that the table's README gives
    assert now.groupby("code")["share"].sum().to_numpy() == pytest.approx(np.ones(285))
    then = shares[shares["date"] == "2018-03-31"]
    assert set(then["technology"]) == {"fibre"}
    assert then["premises"].sum() == 8_005


def test_zone_fibre_of_aveyron(broadband):
    zones = pd.DataFrame({"commune_code": broadband["code"].unique(), "zone_kind": "department"})
    zones = zones.assign(zone_code="12", zone_name="Aveyron")
    got = digital.zone_fibre(broadband, zones).set_index("date")["share"]
    assert got["2018-03-31"] == pytest.approx(8_005 / 186_794)
    assert got["2026-06-30"] == pytest.approx(212_592 / 221_057)
    with pytest.raises(InputError):
        digital.zone_fibre(broadband, zones.iloc[1:])


def test_change_between_two_dates(broadband):
    got = digital.change(broadband, "2018-03-31", "2026-06-30")
    assert len(got) == 285
    row = got.loc["12001"]
    assert row["share_before"] == 0
    assert row["change_points"] == pytest.approx(100 * 617 / 627)
    with pytest.raises(InputError, match="12001"):
        digital.change(broadband.iloc[1:], "2018-03-31", "2026-06-30")
    with pytest.raises(InputError, match="2018-03-31"):
        digital.change(broadband, "2018-01-01", "2026-06-30")


def row(**values):
    lines = {f"mci_{name}": 0 for name in digital.TECHNOLOGIES} | values
    total = sum(lines.values())
    base = {"code": "1", "date": "2026-06-30", "premises": total, "ftth_premises": 0}
    return pd.DataFrame([base | lines | {"mci_premises": total, "copper_closure": ""}])


def test_below_speed_is_a_band():
    one = row(mci_fibre=60, mci_copper=30, mci_radio_hd=10)
    slow = digital.below_speed(one, 30).iloc[0]
    assert (slow["share_low"], slow["share_high"]) == pytest.approx((0.1, 0.4))
    fast = digital.below_speed(one, 100).iloc[0]
    assert (fast["share_low"], fast["share_high"]) == pytest.approx((0.4, 0.4))
    none = digital.below_speed(one, 0.5).iloc[0]
    assert (none["share_low"], none["share_high"]) == (0, 0)


def test_below_speed_is_monotone(broadband):
    low, high = 0.0, 0.0
    for speed in (0.5, 8, 30, 100, 1000):
        got = digital.below_speed(broadband, speed)
        assert (got["share_low"] <= got["share_high"] + 1e-12).all()
        assert got["share_low"].sum() >= low
        assert got["share_high"].sum() >= high
        low, high = got["share_low"].sum(), got["share_high"].sum()


def test_phases(broadband):
    upgraded = pd.DataFrame({"code": ["12001", "12002"], "date": ["2017-05-01", "2019-01-01"]})
    got = digital.phases(broadband, upgraded).set_index(["code", "date"])["phase"]
    assert got["12001", "2018-03-31"] == "copper_upgrade"
    assert got["12002", "2018-03-31"] == "before"
    assert got["12001", "2026-06-30"] == "fibre"
    plain = digital.phases(broadband)
    assert "copper_upgrade" not in set(plain["phase"])
    assert len(plain) == 570


def test_copper_exposure(broadband):
    got = digital.copper_exposure(broadband, "2099-01-01", "2026-06-30")
    assert len(got) == 14  # communes with an announced closure
    table = broadband.set_index(["code", "date"])
    for code, line in got.iterrows():
        facts = table.loc[(code, "2026-06-30")]
        assert line["without_fibre"] == max(facts["premises"] - facts["ftth_premises"], 0)
    assert digital.copper_exposure(broadband, "2020-01-01", "2026-06-30").empty


ACCESS = pd.DataFrame(
    {
        "commune_code": ["1", "1", "2", "2", "3"],
        "population": [10.0, 20, 30, 40, 5],
        "minutes": np.array([20, 20.01, 5, np.nan, 5], np.float32),
    }
)


def test_cross_table_by_hand():
    share = pd.Series({"1": 0.8, "2": 0.79})
    got = digital.cross_table(ACCESS, share, 20, 0.8)["people"].to_dict()
    assert got == {
        "far_unconnected": 40,  # no time at all is far
        "far_connected": 20,
        "near_unconnected": 30,
        "near_connected": 10,  # exactly 20 minutes is near, exactly 80 % connected
        "unknown": 5,
    }


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (
            lambda: digital.technology_shares(row(mci_fibre=3).drop(columns="date")),
            "missing_column",
        ),
        (
            lambda: digital.technology_shares(row().assign(mci_premises=9)),
            "technologies_unbalanced",
        ),
        (lambda: digital.technology_shares(row().assign(premises=-9)), "bad_quantity"),
        (lambda: digital.technology_shares(row().assign(premises=None)), "bad_quantity"),
        (lambda: digital.technology_shares(row().assign(mci_coax="many")), "bad_quantity"),
        (lambda: digital.technology_shares(pd.concat([row(), row()])), "duplicate_ids"),
        (lambda: digital.below_speed(row(), 0), "bad_parameter"),
        (lambda: digital.phases(row(), fibre_from=80), "bad_parameter"),
        (lambda: digital.cross_table(ACCESS, pd.Series({"1": 1.0}), 20, 80), "bad_parameter"),
        (lambda: digital.cross_table(ACCESS, pd.Series({"1": 1.0}), 12000, 0.8), "thresholds_unit"),
    ],
)
def test_bad_input_is_refused(call, key):
    with pytest.raises(InputError) as caught:
        call()
    assert caught.value.key == key
    assert str(caught.value)


def test_the_reader_of_the_sources_fits(broadband):
    from siting.sources import facts

    read = facts.broadband(FILE)
    one, other = digital.technology_shares(read), digital.technology_shares(broadband)
    assert one["share"].tolist() == pytest.approx(other["share"].tolist(), nan_ok=True)
    assert len(digital.copper_exposure(read, "2099-01-01", "2026-06-30")) == 14
