"""Tables of the key `timetables:`: who can go by bus and train, be served, and be home again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.measures import coverage as coverages
from siting.measures import return_trips as measure
from siting.network.service_time import clock
from siting.study.stages import return_trips, timetable_worth
from siting.study.timetable_days import ANY_DAY

if TYPE_CHECKING:
    from siting.study.prepared import PreparedStudy
    from siting.study.stages.return_trips import DayTrips

    Tables = dict[str, pd.DataFrame]

TRANSIT, EITHER = "transit", "either"


def tables(ground: PreparedStudy, access: pd.DataFrame) -> Tables:
    """Compute round trips on each day of the study, and what they come to.

    Parameters
    ----------
    access
        Table `access.csv`: the times by road.

    Raises
    ------
    InputError
        See `return_trips.check`.
    """
    days = return_trips.of_days(ground)
    status = return_trips.status(ground)
    trips = pd.concat([_of_day(ground, day) for day in days], ignore_index=True)
    people = _people(ground, trips)
    made = {
        "timetable_days": _days(ground, days, status),
        "timetable_remarks": _remarks(days),
        "return_trips": trips.assign(status=status),
        "return_trip_people": people.assign(status=status),
        "return_trip_coverage": _coverage(ground, trips, access).assign(status=status),
        "return_trip_openings": _openings(ground, days).assign(status=status),
    }
    if return_trips.keys_of(ground.study).worth:
        made["return_trip_lines"] = timetable_worth.lines(ground, days).assign(status=status)
    return made


def _days(ground: PreparedStudy, days: list[DayTrips], status: str) -> pd.DataFrame:
    parts = []
    for day in days:
        known = day.day
        head = {"day": known.id, "name": known.name, "date": known.date.isoformat()}
        head["kind"] = known.kind
        parts.append(known.feeds.assign(**head))
    table = pd.concat(parts, ignore_index=True)
    walked = "straight" if ground.study.roads.osm is None else "roads"
    names = ["day", "name", "date", "kind", "feed", "runs", "stops", "calls", "stops_far"]
    return table[names].assign(walking=walked, status=status)


def _remarks(days: list[DayTrips]) -> pd.DataFrame:
    parts = [day.day.remarks.assign(day=day.day.id) for day in days]
    return pd.concat(parts, ignore_index=True)[["day", "feed", "reason", "count"]]


def _of_day(ground: PreparedStudy, day: DayTrips) -> pd.DataFrame:
    """What each cell can do on a day, service by service."""
    homes, ids = day.walks.homes, day.places.table["id"].to_numpy(object)
    columns = ["cell_id", "commune_code", "population"]
    cells = pd.DataFrame(ground.cells[columns].reset_index(drop=True))
    parts = []
    for service in ground.study.services:
        # of equal absences the smaller identifier is told
        own = day.places.of(service.id)
        own = own[np.argsort(ids[own].astype(str), kind="stable")]
        openings = [day.places.openings[place] for place in own]
        trips = measure.of_homes(day.trips.towards(own), openings, list(ids[own]))
        trips.index = pd.Index(homes)
        whole = trips.reindex(cells.index)
        empty = {"places": 0, "round_trips": 0, "on_foot": False}
        whole = whole.fillna(empty).astype({"places": int, "round_trips": int, "on_foot": bool})
        texts = ["facility_id", "leave_home", "back_home", "latest_departure_home"]
        whole[texts] = whole[texts].astype(object).where(whole[texts].notna(), "")
        reason = np.where(whole["places"] > 0, "", "no_round_trip").astype(object)
        near = np.zeros(len(cells), bool)
        near[homes] = True
        reason[~near] = "too_far_on_foot"
        if not any(openings):
            reason[:] = "closed"
        head = cells.assign(service=service.id, day=day.day.id)
        parts.append(pd.concat([head, whole.assign(reason=reason)], axis=1))
    return pd.concat(parts, ignore_index=True)


def _people(ground: PreparedStudy, trips: pd.DataFrame) -> pd.DataFrame:
    """People with a round trip of so many minutes at most, by zone, service and day."""
    keys = return_trips.keys_of(ground.study)
    start, end = return_trips.window(keys)
    limits = sorted({*keys.absence_minutes, (end - start) / 60})
    both = pd.concat([trips, measure.any_day(trips, ANY_DAY)], ignore_index=True)
    counted = both.assign(minutes=both["shortest_absence"])
    table = coverages.coverage(counted, ground.read.zones, limits, by=["day"])
    walking = counted.assign(minutes=counted["minutes"].where(counted["on_foot"]))
    on_foot = coverages.coverage(walking, ground.read.zones, limits, by=["day"])
    names = {
        "threshold_minutes": "absence_minutes",
        "covered_population": "people",
        "covered_share": "share",
    }
    return table.rename(columns=names).assign(
        people_on_foot=on_foot["covered_population"],
        people_without=lambda rows: rows["population"] - rows["people"],
    )


def _coverage(ground: PreparedStudy, trips: pd.DataFrame, access: pd.DataFrame) -> pd.DataFrame:
    """People within each threshold by bus and train, by road, and by either."""
    both = pd.concat([trips, measure.any_day(trips, ANY_DAY)], ignore_index=True)
    by_road = access[["cell_id", "service", "minutes"]]
    joined = both.merge(by_road, on=["cell_id", "service"], how="left", validate="many_to_one")
    mode = ground.study.roads.mode
    times = {
        TRANSIT: joined["way_there"],
        mode: joined["minutes"],
        EITHER: np.fmin(joined["way_there"], joined["minutes"]),
    }
    parts = [joined.assign(mode=name, minutes=minutes) for name, minutes in times.items()]
    return coverages.coverage(
        pd.concat(parts, ignore_index=True),
        ground.read.zones,
        ground.study.thresholds_minutes,
        by=["day", "mode"],
    )


def _openings(ground: PreparedStudy, days: list[DayTrips]) -> pd.DataFrame:
    """Who each opening of each facility serves, and who has no other."""
    people = ground.cells["population"].to_numpy(np.float64)
    most = 60 * return_trips.keys_of(ground.study).absence_minutes[-1]
    parts = []
    for day in days:
        for service in ground.study.services:
            own = day.places.of(service.id)
            openings = [day.places.openings[place] for place in own]
            trips = day.trips.towards(own)
            rows = measure.of_openings(trips, openings, people[day.walks.homes], most)
            place, k = rows["place"].to_numpy(), rows["opening"].to_numpy()
            spans = [openings[p][n] for p, n in zip(place, k, strict=True)]
            table = day.places.table.iloc[own[place]]
            parts.append(
                pd.DataFrame(
                    {
                        "service": service.id,
                        "facility_id": table["id"].to_numpy(object),
                        "day": day.day.id,
                        "half": [measure.half(span) for span in spans],
                        "opens": [clock(start) for start, _ in spans],
                        "closes": [clock(end) for _, end in spans],
                        "hours_from": [day.places.hours_from[own[p]] for p in place],
                        "people": rows["people"].to_numpy(np.float64),
                        "people_lost": rows["people_lost"].to_numpy(np.float64),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)
