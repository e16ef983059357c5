"""Tables from any date of the commune codes to any other."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import InputError
from siting.sources import cog, facts
from siting.territory import changes
from siting.territory.changes import History, codes_at, convert, relation

DATA = Path(__file__).parents[2] / "data" / "aveyron"
TODAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def history(samples):
    movements = cog.movements(samples / "cog" / "v_mvt_commune_2026.csv")
    communes = cog.communes(samples / "cog" / "v_commune_2026.csv")
    return History(movements, frozenset(communes["code"]), TODAY)


@pytest.fixture(scope="module")
def embedded():
    table = facts.changes(DATA / "commune_changes.csv")
    return changes.history_of_facts(
        table, facts.communes(DATA / "communes.csv")["code"].to_list(), TODAY
    )


def ones(codes):
    return pd.DataFrame({"code": sorted(codes), "value": 1.0})


def test_how_many_communes_there_were(history, samples):
    assert len(codes_at(history, TODAY)) == 285
    assert len(codes_at(history, date(2013, 1, 1))) == 304
    assert len(codes_at(history, date(2016, 1, 1))) == 286
    assert len(codes_at(history, date(2017, 1, 1))) == 285
    listed = set(cog.communes(samples / "cog" / "v_commune_2024.csv")["code"])
    assert codes_at(history, date(2024, 1, 1)) == listed
    table = pd.read_csv(samples / "arcep" / "2018T1_communes.csv", skiprows=4, dtype=str)
    assert codes_at(history, date(2018, 1, 1)) == set(table["Code commune"])


def test_three_lives_of_12218(history):
    assert "12218" in codes_at(history, date(2015, 12, 31))
    assert "12218" not in codes_at(history, date(2016, 1, 1))
    assert "12218" not in codes_at(history, date(2024, 3, 3))
    assert "12218" in codes_at(history, date(2024, 3, 4))
    one = pd.DataFrame({"code": ["12076"], "value": [7.0]})
    before = convert(one, history, date(2024, 1, 1), TODAY, sums=["value"])
    assert before.table.to_dict("records") == [
        {"code": "12218", "value": 7.0, "conversion": "recoded"}
    ]
    back = convert(
        before.table[["code", "value"]], history, TODAY, date(2020, 1, 1), sums=["value"]
    )
    assert back.table["code"].to_list() == ["12076"]
    four = pd.DataFrame({"code": ["12076", "12114", "12173", "12218"], "value": [1.0, 2, 3, 4]})
    merged = convert(four, history, date(2015, 1, 1), TODAY, sums=["value"]).table
    assert merged.to_dict("records") == [{"code": "12218", "value": 10.0, "conversion": "merged"}]


def test_agrees_with_every_change_since_2013(history, embedded):
    table = facts.changes(DATA / "commune_changes.csv")
    recent = table[table["date"] > "2013-12-31"]
    assert len(recent) == 29
    for source in (history, embedded):
        pairs = relation(source, date(2013, 1, 1), TODAY)
        to = pairs.set_index("from_code")["to_code"]
        assert to.index.is_unique
        assert len(to) == 304
        told = recent[recent["old_code"].isin(to.index) & (recent["date"] < "2024-01-01")]
        for row in told.itertuples():
            assert to[row.old_code] == row.code_2026
        unnamed = to[~to.index.isin(recent["old_code"])]
        assert (unnamed.index == unnamed).all()
        last = recent[recent["date"] >= "2024-01-01"]
        just_before = relation(source, date(2024, 1, 1), TODAY).set_index("from_code")["to_code"]
        for row in last.itertuples():
            assert just_before[row.old_code] == row.code_2026


@pytest.mark.parametrize("year", range(1999, 2027))
def test_every_vintage_since_1999_agrees_with_the_movements(history, year):
    """An independent replay: one successor of type COM at a time, in date order."""
    start = date(year, 1, 1)
    events = history.events
    events = events[(events["type_before"] == "COM") & (events["type_after"] == "COM")]
    for pair in relation(history, start, TODAY).itertuples():
        code, day = pair.from_code, pd.Timestamp(start)
        while True:
            coming = events[(events["before"] == code) & (events["date"] > day)]
            if coming.empty:
                break
            first = coming.iloc[0]
            code, day = first["after"], first["date"]
        assert code == pair.to_code


def test_separated_communes_are_found_whole(history):
    pairs = relation(history, date(1974, 1, 1), date(1980, 1, 1)).set_index("from_code")["to_code"]
    assert pairs["12003"] == "12003"
    assert pairs["12305"] == "12305"
    assert "12003" not in codes_at(history, date(1976, 1, 1))
    split = relation(history, date(1976, 1, 1), date(1980, 1, 1))
    assert split[split["from_code"] == "12305"]["to_code"].to_list() == ["12003", "12305"]


def test_re_establishment_whose_parent_is_not_named():
    events = pd.DataFrame(
        [
            (pd.Timestamp("1980-01-01"), "33", "COM", "00001", "COM", "00002"),
            (pd.Timestamp("1980-01-01"), "33", "COM", "00002", "COM", "00002"),
            (pd.Timestamp("1990-01-01"), "21", "COMA", "00001", "COM", "00001"),
        ],
        columns=["date", "kind", "type_before", "before", "type_after", "after"],
    )
    history = History(events, frozenset(["00001", "00002"]), TODAY)
    whole = relation(history, date(1970, 1, 1), TODAY)
    assert whole.to_numpy().tolist() == [["00001", "00001"], ["00002", "00002"]]
    parts = relation(history, date(1985, 1, 1), TODAY)
    assert parts.to_numpy().tolist() == [["00002", "00001"], ["00002", "00002"]]


def test_split_is_shared_by_population_and_flagged(history):
    one = pd.DataFrame({"code": ["12218"], "people": [1000.0], "share": [0.4]})
    codes = ["12076", "12114", "12173", "12218"]
    population = pd.Series([200.0, 400.0, 100.0, 300.0], index=codes)
    done = convert(
        one,
        history,
        TODAY,
        date(2015, 1, 1),
        sums=["people"],
        means={"share": "people"},
        population=population,
    )
    assert done.table["people"].to_list() == [200, 400, 100, 300]
    assert np.allclose(done.table["share"], 0.4)
    assert set(done.table["conversion"]) == {"split"}
    assert done.report["share"].sum() == pytest.approx(1)
    with pytest.raises(InputError) as caught:
        convert(one, history, TODAY, date(2015, 1, 1), sums=["people"])
    assert caught.value.key == "split_without_population"


def test_means_are_weighed_and_unknown_stays_unknown(history):
    table = pd.DataFrame(
        {"code": ["12020", "12090"], "premises": [100.0, 300.0], "fibre": [0.2, 0.6]}
    )
    rule = {"sums": ["premises"], "means": {"fibre": "premises"}}
    done = convert(table, history, date(2016, 1, 1), TODAY, **rule).table
    assert done["fibre"].to_list() == [pytest.approx(0.5)]
    table.loc[0, "fibre"] = np.nan
    assert convert(table, history, date(2016, 1, 1), TODAY, **rule).table["fibre"].isna().all()
    table.loc[0, "premises"] = 0.0
    assert convert(table, history, date(2016, 1, 1), TODAY, **rule).table["fibre"].item() == 0.6


def test_a_merger_that_lacks_a_part_says_so(history):
    table = pd.DataFrame({"code": ["12020"], "value": [3.0]})
    done = convert(table, history, date(2016, 1, 1), TODAY, sums=["value"]).table
    assert done["conversion"].item() == "partial"


def test_what_cannot_be_known_is_refused(history):
    wrong = [
        (["12218"], date(2020, 1, 1), TODAY, "codes_of_another_vintage"),
        (["48095"], date(2020, 1, 1), TODAY, "codes_of_another_vintage"),
        (["12202", "12202"], date(2020, 1, 1), TODAY, "duplicate_ids"),
        (["12202"], date(1900, 1, 1), TODAY, "vintage_not_covered"),
        (["12202"], date(2020, 1, 1), date(2030, 1, 1), "vintage_not_covered"),
    ]
    for codes, before, after, key in wrong:
        table = pd.DataFrame({"code": codes, "value": 1.0})
        with pytest.raises(InputError) as caught:
            convert(table, history, before, after, sums=["value"])
        assert caught.value.key == key
        assert caught.value.text("fr") != caught.value.text("en")


def test_exchanged_parts_are_refused():
    day = pd.Timestamp("2000-01-01")
    rows = [("A", "A"), ("A", "N"), ("B", "B"), ("B", "N")]
    events = pd.DataFrame(
        [(day, "20", "COM", before, "COM", after) for before, after in rows],
        columns=["date", "kind", "type_before", "before", "type_after", "after"],
    )
    history = History(events, frozenset("ABN"), TODAY)
    table = pd.DataFrame({"code": ["A", "B"], "value": 1.0})
    with pytest.raises(InputError) as caught:
        convert(table, history, date(1999, 1, 1), TODAY, sums=["value"])
    assert caught.value.key == "exchanged_territory"


days = st.dates(date(1999, 1, 1), TODAY)


@given(early=days, late=days, seed=st.integers(0, 1000))
@settings(max_examples=25, deadline=timedelta(seconds=5))
def test_sums_are_kept_and_nothing_changes_twice(history, early, late, seed):
    codes = sorted(codes_at(history, early))
    random = np.random.default_rng(seed)
    table = pd.DataFrame({"code": codes, "value": random.integers(0, 1000, len(codes)) * 1.0})
    after = sorted(codes_at(history, late))
    population = pd.Series(random.integers(1, 5000, len(after)), index=after)
    done = convert(table, history, early, late, sums=["value"], population=population).table
    assert done["value"].sum() == pytest.approx(table["value"].sum())
    assert done["code"].to_list() == after
    assert "partial" not in set(done["conversion"])
    again = convert(done[["code", "value"]], history, late, late, sums=["value"]).table
    assert again["value"].to_list() == pytest.approx(done["value"].to_list())
    assert set(again["conversion"]) == {"unchanged"}


def test_a_part_alone_of_a_merger_is_reported_and_years_are_dates(history):
    one = pd.DataFrame({"code": ["12218"], "value": [3.0]})
    done = convert(one, history, 2015, "2026-01-01", sums=["value"])
    assert done.table["conversion"].to_list() == ["partial"]  # Conques and two others are lacking
    assert done.report["kind"].to_list() == ["merged"]
    assert done.report["to_code"].to_list() == ["12218"]
    for wrong in ("hier", "2026-13-01", 0):
        with pytest.raises(InputError) as caught:
            convert(one, history, wrong, TODAY, sums=["value"])
        assert caught.value.key == "not_a_vintage"
