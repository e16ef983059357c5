"""Who can go to a place, be served there and be home the same day: measures of round trips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.network.service_time import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from siting.times.round_trips import Openings, RoundTrips

    Bool = npt.NDArray[np.bool_]
    Float64 = npt.NDArray[np.float64]
    Int32 = npt.NDArray[np.int32]
    Int64 = npt.NDArray[np.int64]

NOON_S, AFTER_NOON_S = 12 * 3600, 14 * 3600
HALVES = ("morning", "afternoon", "all_day")
NONE = np.iinfo(np.int32).max


def half(opening: tuple[int, int]) -> str:
    """Half of the day of an opening (seconds): `all_day` from before noon to after two."""
    start, end = opening
    if start >= NOON_S:
        return "afternoon"
    return "morning" if end <= AFTER_NOON_S else "all_day"


def of_homes(trips: RoundTrips, openings: Sequence[Openings], ids: Sequence[str]) -> pd.DataFrame:
    """What each home can do: the shortest absence over some places, and what else there is.

    Parameters
    ----------
    trips
        Between homes and places.
    openings
        Of each place, seconds.
    ids
        Of each place, in the order in which equal absences are told.

    Returns
    -------
    A row a home: `places`, how many it can go to and be back; `round_trips`, the most to one place
    by vehicle; `shortest_absence`, minutes, with the `facility_id`, `leave_home`, `back_home` and
    `latest_departure_home` of that one; `way_there`, minutes, the quickest there of which there is
    a way back; `morning_absence`, `afternoon_absence`, minutes, with a stay in that half of the day
    (an opening all day long is of both); `on_foot`, whether one can walk all the way. NaN or empty
    where there is none.
    """
    can = trips.absence >= 0
    absence = np.where(can, trips.absence, NONE)
    best = absence.argmin(axis=1) if absence.shape[1] else np.zeros(len(absence), np.int64)
    rows = np.arange(len(absence))
    any_place = can.any(axis=1)
    names = np.array([*ids, ""], object)[np.where(any_place, best, len(ids))]

    def of_best(values: Int32) -> list[str]:
        whole = np.where(any_place, -(-values[rows, best] // 60), -1)
        return [clock(60 * int(value)) if value >= 0 else "" for value in whole]

    return pd.DataFrame(
        {
            "places": can.sum(axis=1),
            "round_trips": np.maximum(trips.trips, 0).max(axis=1, initial=0),
            "shortest_absence": _minutes(absence),
            "facility_id": names,
            "leave_home": of_best(trips.leaves),
            "back_home": of_best(trips.returns),
            "latest_departure_home": of_best(trips.latest),
            "way_there": _minutes(np.where(trips.ride >= 0, trips.ride, NONE)),
            "morning_absence": _minutes(_in_half(trips, openings, "morning")),
            "afternoon_absence": _minutes(_in_half(trips, openings, "afternoon")),
            "on_foot": (trips.on_foot > 0).any(axis=1),
        }
    )


def _minutes(seconds: Int32) -> npt.NDArray[np.float32]:
    """The least of each row in minutes; NaN where there is none."""
    least = seconds.reshape(len(seconds), -1).min(axis=1, initial=NONE)
    return np.where(least < NONE, least / 60, np.nan).astype(np.float32)


def _in_half(trips: RoundTrips, openings: Sequence[Openings], name: str) -> Int32:
    """Seconds of the shortest absence for openings of a half of the day."""
    chosen = np.zeros(trips.apart.shape[1:], bool)
    for place, hours in enumerate(openings):
        for k, opening in enumerate(hours):
            chosen[place, k] = half(opening) in (name, "all_day")
    return np.where(chosen & (trips.apart >= 0), trips.apart, NONE).astype(np.int32)


def any_day(trips: pd.DataFrame, name: str) -> pd.DataFrame:
    """The best of each cell and service on any day: absence, way there, whether on foot.

    Parameters
    ----------
    trips
        `cell_id,commune_code,population,service` and the columns of `of_homes`, day by day.
    name
        Stands for the day.
    """
    best = {"shortest_absence": "min", "way_there": "min", "on_foot": "any"}
    keys = ["cell_id", "commune_code", "population", "service"]
    return trips.groupby(keys, as_index=False, sort=False).agg(best).assign(day=name)


def of_openings(
    trips: RoundTrips, openings: Sequence[Openings], people: Float64, most_s: float
) -> pd.DataFrame:
    """Who each opening serves, and whom its closing would leave without a round trip.

    Parameters
    ----------
    people
        Of each home.
    most_s
        Seconds away from home at most.

    Returns
    -------
    `place` (number), `opening` (number of the place's own), `people`, who can come then and be
    back in time; `people_lost`, who can come at no other opening of any of the places.
    """
    within = (trips.apart >= 0) & (trips.apart <= most_s)
    alone = within & (within.sum(axis=(1, 2)) == 1)[:, None, None]
    coming, only = (np.tensordot(people, part, 1) for part in (within, alone))
    rows = [
        (place, k, coming[place, k], only[place, k])
        for place, hours in enumerate(openings)
        for k in range(len(hours))
    ]
    table = pd.DataFrame(rows, columns=["place", "opening", "people", "people_lost"])
    return table.astype({"place": int, "opening": int, "people": float, "people_lost": float})


def served(trips: RoundTrips, most_s: float) -> Bool:
    """Homes from which some place can be gone to and be back from in so many seconds."""
    inside = (trips.absence >= 0) & (trips.absence <= most_s)
    return np.asarray(inside.any(axis=1), bool)


@dataclass(frozen=True)
class Loss:
    """Homes that would have no round trip left without some runs."""

    runs: Int64
    homes: Int64


def losses(
    lines: Sequence[Int64], homes: Int64, still_served: Callable[[Int64, Int64], Bool]
) -> list[Loss]:
    """Whom each line, and each of its runs, is needed by.

    Who is served without a whole line is served without any run of it; the runs of the others are
    halved until the one is known.

    Parameters
    ----------
    lines
        Runs of each line, by number.
    homes
        Homes that are served today.
    still_served
        From runs that are left out and homes, to whether each of these is served.

    Returns
    -------
    A loss for each line, in their order, then one for each run that somebody needs.
    """
    whole, single = [], []
    for line in lines:
        lost = homes[~still_served(line, homes)]
        whole.append(Loss(line, lost))
        pending = [(line, lost)] if len(lost) else []
        if len(line) == 1 and pending:
            single.append(Loss(line, lost))
            continue
        while pending:
            runs, without = pending.pop()
            for half_of in np.array_split(runs, 2):
                left = without[~still_served(half_of, without)]
                if not len(left):
                    continue
                if len(half_of) == 1:
                    single.append(Loss(half_of, left))
                else:
                    pending.append((half_of, left))
    return [*whole, *sorted(single, key=lambda loss: int(loss.runs[0]))]
