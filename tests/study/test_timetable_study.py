"""The key `timetables:` of a study against a plain search of every way there and back."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import small_study

from siting import config
from siting.errors import InputError, ProblemsError
from siting.measures import return_trips as measure
from siting.provenance import Source
from siting.publish.maps import registry
from siting.publish.maps.mapped import MappedResult
from siting.publish.report import return_trips as chapter
from siting.ranking import criteria
from siting.ranking.candidate_facts import SiteFacts
from siting.study import run as study
from siting.study.stages import site_facts
from siting.times.walking import DETOUR

SCHOOL, SUNDAY = dt.date(2026, 3, 17), dt.date(2026, 3, 22)
STAY, WINDOW = 45, (390, 1170)
LINES = {  # communes that it calls at, and departures from the first of them in minutes
    "L1": ((1, 0), (480, 830)),
    "L1 back": ((0, 1), (590, 725, 1050)),
    "L2": ((4, 3, 0), (450,)),
    "L2 back": ((0, 3, 4), (735, 1100)),
    "L3": ((2, 5), (550,)),
    "L3 back": ((5, 2), (660, 700)),
}
RIDE = 20  # minutes between two calls
HOURS = {"f0": ((540, 720), (840, 1020)), "f5": ((600, 690),)}


def quiet(_):
    return None


def clock(minutes):
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"


def feed(folder):
    """Write a feed whose stops are 500 m east of the chefs-lieux."""
    folder.mkdir(parents=True, exist_ok=True)
    stops = [(f"s{n}", *small_study.place(n % 3 + 0.5 + 0.5 / 6, n // 3 + 0.5)) for n in range(6)]
    trips, calls = [], []
    for line, (communes, departures) in LINES.items():
        for departs in departures:
            trip = f"{line} {departs}"
            trips.append((line, "week", trip))
            calls += [
                (trip, clock(departs + RIDE * k), clock(departs + RIDE * k), f"s{n}", k)
                for k, n in enumerate(communes)
            ]
    days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    tables = {
        "agency": (["agency_timezone"], [["Europe/Paris"]]),
        "stops": (["stop_id", "stop_lon", "stop_lat"], stops),
        "routes": (["route_id", "route_short_name"], [(line, line) for line in LINES]),
        "trips": (["route_id", "service_id", "trip_id"], trips),
        "stop_times": (
            ["trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"],
            calls,
        ),
        "calendar": (
            ["service_id", "start_date", "end_date", *days],
            [["week", "20260101", "20261231", 1, 1, 1, 1, 1, 0, 0]],
        ),
    }
    for name, (columns, rows) in tables.items():
        pd.DataFrame(rows, columns=columns).to_csv(folder / f"{name}.txt", index=False)
    return folder


KEYS = {
    "feeds": ["feed"],
    "days": [{"id": "tuesday", "name": "Mardi", "date": SCHOOL}],
    "window": "06:30-19:30",
    "stay_minutes": STAY,
    "hours": {"tuesday": "10:00-11:30"},
    "absence_minutes": [150, 240],
}


def ready(folder, **more):
    """The small study with timetables; the first facility's own hours are known."""
    feed(folder / "feed")
    path = small_study.write(folder, small_study.keys() | {"timetables": KEYS | more})
    table = pd.read_csv(folder / "facilities.csv", dtype={"code": str})
    table["tuesday"] = ["09:00-12:00,14:00-17:00", ""]
    table.to_csv(folder / "facilities.csv", index=False)
    return config.load(path)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return study.run(ready(tmp_path_factory.mktemp("buses")), quiet)


def walk(a, b):
    """Whole seconds on foot; the small study's places lie on a plane."""
    radians = np.radians([a, b])
    (lon1, lat1), (lon2, lat2) = radians
    half = np.sin((lat2 - lat1) / 2) ** 2
    half += np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return int(np.ceil(2 * 6_371_009 * np.arcsin(np.sqrt(half)) * DETOUR * 3.6 / 5))


def journeys(lines, start, end):
    """Ways from a place to another: by one or two runs (latest start, arrival), and on foot."""
    stop = {n: small_study.place(n % 3 + 0.5 + 0.5 / 6, n // 3 + 0.5) for n in range(6)}
    rides = [
        (communes[i], 60 * (departs + RIDE * i), communes[j], 60 * (departs + RIDE * j))
        for communes, departures in lines.values()
        for departs in departures
        for i, j in itertools.combinations(range(len(communes)), 2)
    ]
    changed = [
        (a[0], a[1], b[2], b[3]) for a in rides for b in rides if a[2] == b[0] and a[3] <= b[1]
    ]
    made = []
    for a, departs, b, arrives in rides + changed:
        before, after = walk(start, stop[a]), walk(stop[b], end)
        if max(before, after) <= 1800:
            made.append((departs - before, arrives + after))
    return made, (walk(start, end) if walk(start, end) <= 1800 else None)


def arrival(ways, minute):
    rides, on_foot = ways
    known = [arrives for leaves, arrives in rides if leaves >= 60 * minute]
    return min([*known, *([] if on_foot is None else [60 * minute + on_foot])], default=np.inf)


def absences(home, place, openings, lines=LINES):
    """Seconds away for every minute of leaving home and opening that works."""
    there, back = journeys(lines, home, place), journeys(lines, place, home)
    made = []
    for minute in range(*WINDOW):
        arrives = arrival(there, minute)
        for opens, closes in openings:
            finish = max(arrives, 60 * opens) + 60 * STAY
            if finish <= 60 * closes:
                again = arrival(back, int(-(-finish // 60)))
                if again <= 60 * WINDOW[1] and -(-finish // 60) < WINDOW[1]:
                    made.append((again - 60 * minute, (opens, closes)))
    return made


def best(home, lines=LINES):
    tables = small_study.tables()["facilities.csv"]
    places = {row["id"]: (row["lon"], row["lat"]) for row in tables.to_dict("records")}
    return {id_: absences(home, at, HOURS[id_], lines) for id_, at in places.items()}


def homes():
    cells = small_study.tables()["cells.csv"]
    return {row["cell_id"]: (row["lon"], row["lat"]) for row in cells.to_dict("records")}


def test_cells_equal_every_way_there_and_back(result):
    told = result.extras["return_trips"].set_index("cell_id")
    assert (told["day"] == "tuesday").all()
    reached = 0
    for cell, at in homes().items():
        ways = best(at)
        shortest = min((away for made in ways.values() for away, _ in made), default=None)
        row = told.loc[cell]
        assert row["places"] == sum(bool(made) for made in ways.values())
        if shortest is None:
            assert np.isnan(row["shortest_absence"])
            assert row["reason"] in ("no_round_trip", "too_far_on_foot")
            continue
        reached += 1
        assert row["reason"] == ""
        assert row["shortest_absence"] == pytest.approx(shortest / 60, abs=1e-3)
        assert row["facility_id"] in [
            id_ for id_, made in ways.items() if any(away == shortest for away, _ in made)
        ]
        morning = [away for made in ways.values() for away, (opens, _) in made if opens < 720]
        expected = min(morning, default=np.nan) / 60
        assert row["morning_absence"] == pytest.approx(expected, abs=1e-3, nan_ok=True)
    assert 6 < reached < len(told)


def test_people_are_those_of_the_cells(result):
    trips, people = result.extras["return_trips"], result.extras["return_trip_people"]
    whole = people[(people["zone_kind"] == "department") & (people["day"] == "tuesday")]
    assert list(whole["absence_minutes"]) == [150, 240, 780]
    for row in whole.to_dict("records"):
        inside = trips["shortest_absence"] <= row["absence_minutes"]
        assert row["people"] == trips.loc[inside, "population"].sum()
        assert row["people_without"] == trips.loc[~inside, "population"].sum()
    any_day = people[(people["zone_kind"] == "department") & (people["day"] == "any")]
    assert list(any_day["people"]) == list(whole["people"])


def test_openings_tell_their_hours_and_who_needs_them(result):
    told = result.extras["return_trip_openings"]
    assert list(told["half"]) == ["morning", "afternoon", "morning"]
    assert list(told["hours_from"]) == ["facility", "facility", "study"]
    cells = small_study.tables()["cells.csv"].set_index("cell_id")["population"]
    coming, needed = {}, {}
    for cell, at in homes().items():
        within = {
            (id_, opening)
            for id_, made in best(at).items()
            for away, opening in made
            if away <= 240 * 60
        }
        for key in within:
            coming[key] = coming.get(key, 0) + cells[cell]
        if len(within) == 1:
            needed[next(iter(within))] = needed.get(next(iter(within)), 0) + cells[cell]
    keys = [("f0", (540, 720)), ("f0", (840, 1020)), ("f5", (600, 690))]
    assert list(told["people"]) == [coming.get(key, 0) for key in keys]
    assert list(told["people_lost"]) == [needed.get(key, 0) for key in keys]
    assert told["people_lost"].sum() > 0


def test_lines_and_runs_are_needed_by_those_who_have_nothing_else(result):
    told = result.extras["return_trip_lines"]
    cells = small_study.tables()["cells.csv"].set_index("cell_id")["population"]

    def served(lines):
        return {
            cell
            for cell, at in homes().items()
            if any(away <= 240 * 60 for made in best(at, lines).values() for away, _ in made)
        }

    today = served(LINES)
    for line, (communes, departures) in LINES.items():
        without = {name: way for name, way in LINES.items() if name != line}
        lost = cells[sorted(today - served(without))].sum()
        row = told[(told["kind"] == "line") & (told["line"] == line)]
        assert row["people_lost"].item() == lost
        for departs in departures:
            rest = tuple(other for other in departures if other != departs)
            lost = cells[sorted(today - served(without | {line: (communes, rest)}))].sum()
            row = told[(told["kind"] == "run") & (told["trip_id"] == f"{line} {departs}")]
            assert row["people_lost"].sum() == lost
    assert told["people_lost"].sum() > 0


def test_either_mode_covers_whom_one_of_them_covers(result):
    told = result.extras["return_trip_coverage"]
    whole = told[(told["zone_kind"] == "department") & (told["day"] == "any")]
    wide = whole.pivot_table(index="threshold_minutes", columns="mode", values="covered_population")
    assert (wide["either"] >= wide[["transit", "car"]].max(axis=1)).all()
    assert (wide["either"] <= wide["transit"] + wide["car"]).all()
    road = result.coverage[result.coverage["zone_kind"] == "department"]
    assert list(wide["car"]) == list(road["covered_population"])


def test_the_report_tells_people_and_names_nobody_on_modelled_data(result):
    shown = chapter.chapter(result, None)
    words = str(shown)
    people = result.extras["return_trip_people"]
    most = people[(people["day"] == "any") & (people["absence_minutes"] == 240)]
    whole = most[most["zone_kind"] == "department"]["people"].item()
    assert f"{whole:,.0f}".replace(",", "\u202f") in words
    assert "Guichet 5" in words  # neither cells nor timetables are modelled
    tables = {name: table.assign(status="modelled") for name, table in result.extras.items()}
    words = str(chapter.chapter(replace(result, extras=tables), None))
    assert f"{whole:,.0f}".replace(",", "\u202f") in words
    assert "Guichet 5" not in words
    assert "L3" not in words


def test_candidates_are_compared_by_who_could_come_and_be_home_again(result):
    told = site_facts.returns(with_criterion(result))
    sites = small_study.tables()["candidates.csv"]
    for column, site in enumerate(sites.to_dict("records")):
        for row, at in enumerate(homes().values()):
            made = absences(at, (site["lon"], site["lat"]), ((600, 690),))
            shortest = min((away for away, _ in made), default=np.nan) / 60
            assert told.minutes[row, column] == pytest.approx(shortest, abs=1e-3, nan_ok=True)
    assert np.isfinite(told.minutes).any()
    criterion = criteria.parse("population_with_return_trip_240min")
    facts = SiteFacts(sites["commune_code"].to_numpy(object), told, told.minutes[:, 0])
    assert np.isnan(criteria.values([criterion], facts)).all(axis=None)
    counted = criteria.values([criterion], replace(facts, returns=told))[criterion.id]
    people = small_study.tables()["cells.csv"]["population"].to_numpy()
    assert list(counted) == list(people @ (told.minutes <= 240))
    assert site_facts.returns(result.ground) is None  # where no criterion needs it


def with_criterion(result):
    """The ground of a study that weighs the criterion."""
    weighed = result.study.criteria[0].model_copy(
        update={"id": "population_with_return_trip_240min"}
    )
    asking = result.study.model_copy(update={"criteria": (weighed,)})
    return replace(result.ground, study=asking)


def test_the_map_tells_people_and_what_is_invented(result):
    theme = next(theme for theme in registry.every() if theme.name == "return_trips")
    page = theme.page(MappedResult(result))
    assert [choice.options for choice in page.choices][1] == ("Mardi", "L'un au moins des jours")
    people = result.extras["return_trip_people"]
    most = people[(people["day"] == "tuesday") & (people["absence_minutes"] == 240)]
    whole = most[most["zone_kind"] == "department"]["people"].item()
    assert page.views[0].headline.startswith(f"{whole:,.0f} ".replace(",", "\u202f"))
    absence = result.extras["return_trips"]["shortest_absence"].to_numpy()
    np.testing.assert_array_equal(page.views[0].cells, absence.astype(float))
    source = Source("Horaires", "essai", "2026", "Licence Ouverte", "modelled")
    inputs = [
        replace(item, source=source) if item.role == "timetables" else item
        for item in result.inputs
    ]
    page = theme.page(MappedResult(replace(result, inputs=inputs)))
    assert all(view.headline.startswith("Démonstration") for view in page.views)
    assert all(any("INVENTÉS" in note for note in view.notes) for view in page.views)


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"days": [{"id": "sunday", "name": "Dimanche", "date": SUNDAY}]}, "no_feed_on_day"),
        ({"days": [{"id": "later", "name": "Plus tard", "date": dt.date(2027, 3, 2)}]},
         "no_feed_on_day"),
        ({"window": "01:00-19:30"}, "day_too_long"),
        ({"stay_minutes": 200}, "stay_too_long"),
        ({"hours": {"tuesday": "10:00-09:00"}}, "bad_opening_hours"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_check(tmp_path, more, key):
    with pytest.raises(InputError) as caught:
        study.check(ready(tmp_path, **more), quiet)
    assert caught.value.key == key
    assert caught.value.text("fr") != caught.value.text("en")


def test_a_feed_of_elsewhere_or_without_calendar_is_refused_once(tmp_path):
    asked = ready(tmp_path, days=[*KEYS["days"], {"id": "b", "name": "B", "date": "2026-03-18"}])
    stops = pd.read_csv(tmp_path / "feed" / "stops.txt")
    stops.assign(stop_lon=8.0).to_csv(tmp_path / "feed" / "stops.txt", index=False)
    with pytest.raises(InputError) as caught:
        study.check(asked, quiet)
    assert caught.value.key == "feed_elsewhere"
    (tmp_path / "feed" / "calendar.txt").unlink()
    with pytest.raises((InputError, ProblemsError)) as caught:
        study.check(asked, quiet)
    assert caught.value.key == "feed_without_calendar"


def test_halves_of_the_day():
    hours = [(9 * 3600, 12 * 3600), (13 * 3600, 18 * 3600), (8 * 3600, 16 * 3600)]
    assert [measure.half(opening) for opening in hours] == ["morning", "afternoon", "all_day"]
