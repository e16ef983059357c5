"""Dates of the schéma's steps, the three months of each EPCI, and the iCalendar."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import ProblemsError
from siting.offers import schedule
from siting.offers.schedule import Step

DAY = dt.date.fromisoformat
EPCI = pd.DataFrame({"epci_code": ["2", "1"], "epci_name": ["B", "A"]})


def steps(*changes):
    found = {
        "referents": Step("referents", "Référents nommés", "survey", end=DAY("2027-07-15")),
        "back": Step("back", "Retour de l'enquête", "survey", end=DAY("2027-10-03")),
        "diagnosis": Step("diagnosis", "Bilan", "diagnosis", start=DAY("2027-04-01"), months=7),
        "draft": Step("draft", "Projet", "draft", after="diagnosis", days=30),
        "opinion": Step("opinion", "Avis", "opinion", after="draft"),
        "adoption": Step("adoption", "Adoption", "adoption", after="opinion"),
    }  # fmt: skip
    return [*({**found, **{one.id: one for one in changes}}).values()]


def days(found):
    return {one.id: (f"{one.start}", f"{one.end}") for one in found}


def test_steps_follow_each_other():
    assert days(schedule.dated(steps())) == {
        "referents": ("2027-07-15", "2027-07-15"),
        "back": ("2027-10-03", "2027-10-03"),
        "diagnosis": ("2027-04-01", "2027-11-01"),
        "draft": ("2027-11-02", "2027-12-01"),
        "opinion": ("2027-12-02", "2028-03-02"),
        "adoption": ("2028-03-03", "2028-03-03"),
    }


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2027-01-15", 3, "2027-04-15"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2027-12-31", 2, "2028-02-29"),
        ("2027-10-31", 14, "2028-12-31"),
    ],
)
def test_months_run_to_the_same_day_or_the_last(start, months, end):
    assert schedule.add_months(DAY(start), months) == DAY(end)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 40))
def test_months_are_those_of_pandas(day, months):
    expected = (pd.Timestamp(day) + pd.DateOffset(months=months)).date()
    assert schedule.add_months(day, months) == expected


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Step("draft", "Projet", "draft", after="nowhere"), "nowhere"),
        (Step("diagnosis", "Diagnostic", "diagnosis", after="draft"), "diagnosis"),
        (Step("draft", "P", "draft", after="diagnosis", end=DAY("2027-10-01")), "2027-11-02"),
        (Step("opinion", "A", "opinion", start=DAY("2027-11-20")), "2027-12-01"),
        (Step("opinion", "A", "opinion", after="draft", end=DAY("2028-02-01")), "2028-03-02"),
        (Step("opinion", "A", "opinion", after="draft", months=2), "2028-03-02"),
        (Step("adoption", "D", "adoption", start=DAY("2028-03-02")), "2028-03-02"),
    ],
)
def test_what_does_not_hold_is_named(change, said):
    with pytest.raises(ProblemsError, match=said):
        schedule.dated(steps(change))


def test_all_problems_at_once():
    wrong = [
        Step("draft", "Projet", "draft", after="diagnosis", end=DAY("2027-10-01")),
        Step("adoption", "Adoption", "adoption", start=DAY("2027-01-01")),
    ]
    with pytest.raises(ProblemsError) as caught:
        schedule.dated(steps(*wrong))
    assert len(caught.value.problems) >= 3


def test_every_epci_has_its_own_three_months():
    table = schedule.opinions(
        EPCI,
        DAY("2027-12-02"),
        3,
        {"2": DAY("2027-12-20")},
        {"1": (DAY("2028-02-01"), "favourable")},
        as_of=DAY("2028-03-21"),
    )
    assert table.to_dict("records") == [
        {
            "epci_code": "1", "epci_name": "A", "received": "2027-12-02",
            "deadline": "2028-03-02", "given": "2028-02-01", "view": "favourable",
        },
        {
            "epci_code": "2", "epci_name": "B", "received": "2027-12-20",
            "deadline": "2028-03-20", "given": "2028-03-20", "view": "deemed",
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "view"),
    [
        (None, "awaited"),
        ("2028-03-01", "awaited"),
        ("2028-03-02", "awaited"),
        ("2028-03-03", "deemed"),
    ],
)
def test_an_opinion_is_deemed_given_only_once_its_time_has_passed(day, view):
    as_of = None if day is None else DAY(day)
    table = schedule.opinions(EPCI, DAY("2027-12-02"), 3, {}, {}, as_of)
    assert set(table["view"]) == {view}


def test_an_opinion_that_comes_late_is_deemed_given_on_the_deadline():
    late = {"1": (DAY("2028-03-03"), "unfavourable")}
    table = schedule.opinions(EPCI, DAY("2027-12-02"), 3, {}, late)
    assert table.iloc[0][["given", "view"]].tolist() == ["2028-03-02", "deemed"]


def test_unknown_epci_and_opinions_before_the_draft_are_refused():
    early = {"1": (DAY("2027-12-01"), "favourable")}
    with pytest.raises(ProblemsError) as caught:
        schedule.opinions(EPCI, DAY("2027-12-02"), 3, {"9": DAY("2027-12-02")}, early)
    assert len(caught.value.problems) == 2


def test_icalendar_lines_and_folding():
    name = "Avis de la communauté de communes ; très longue, à replier « proprement » " * 2
    text = schedule.icalendar("Schéma", [("a-1", name, DAY("2027-07-15"), DAY("2027-07-16"))])
    assert text.endswith("END:VCALENDAR\r\n")
    lines = text.split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    whole = text.replace("\r\n ", "")
    assert "DTSTART;VALUE=DATE:20270715\r\nDTEND;VALUE=DATE:20270717\r\n" in whole
    escaped = name.replace(";", "\\;").replace(",", "\\,")
    assert f"SUMMARY:{escaped}\r\n" in whole
    assert "UID:a-1@siting\r\n" in whole
