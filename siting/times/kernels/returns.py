"""There and back within a day: journeys out joined with the first that is home again."""

from __future__ import annotations

import numpy as np

from siting.compiled import njit
from siting.times.kernels import events

PLACES, NEVER = events.PLACES, events.NEVER
_arrivals = events.arrivals
NONE = np.int32(-1)


@njit(cache=True, nogil=True)
def _turned(table, out):
    """A table (minutes, PLACES) as (PLACES, minutes)."""
    for begin in range(0, PLACES, 16):
        for lane in range(len(table)):
            for j in range(begin, begin + 16):
                out[j, lane] = table[lane, j]


@njit(cache=True, nogil=True)
def ways_back(begin, rows, lanes, best, out):
    """Earliest arrival by vehicle at each home: shape (facilities, PLACES, minutes)."""
    table = np.empty((out.shape[2], PLACES), np.uint16)
    for f in range(len(begin) - 1):
        _arrivals(begin[f], begin[f + 1], rows, lanes, best, table)
        _turned(table, out[f])


@njit(cache=True, nogil=True)
def _pair(there, back, walk, walk_back, end, stay, opens, closes, out, apart):
    """One home and one facility: see `round_trips`; -1 where there is no round trip."""
    minutes, soonest = len(there), np.int64(NEVER)
    trips, least, left, home, foot = 0, np.int64(NEVER), -1, -1, 0
    before, quickest = np.int64(-1), np.int64(NEVER)
    out[:], apart[:] = NONE, NONE
    for m in range(minutes - 1, -1, -1):
        walked = 60 * m + walk
        arrives = min(np.int64(there[m]), walked)
        if arrives > end or arrives == before:  # who leaves later is there as soon
            continue
        before, first = arrives, True
        for k in range(len(opens)):
            finish = max(arrives, opens[k]) + stay
            if finish > closes[k]:
                continue
            ready = (finish + 59) // 60
            if ready >= minutes:
                break
            by_foot = 60 * ready + walk_back
            again = min(np.int64(back[ready]), by_foot)
            if again > end:  # and so from every later opening
                break
            away = again - 60 * m
            if apart[k] < 0 or away < apart[k]:
                apart[k] = away
            if not first:
                continue
            first = False
            quickest = min(quickest, arrives - 60 * m)
            if again >= soonest:
                continue
            soonest = again
            if arrives < walked or again < by_foot:
                trips += 1
            else:
                foot = 1
            if away < least:
                least, left, home = away, m, again
    if left < 0:
        return
    last = minutes - 1
    while min(np.int64(back[last]), 60 * last + walk_back) > end:
        last -= 1
    out[0], out[1], out[2], out[3], out[4], out[5] = trips, least, left, home, last, foot
    out[6] = quickest


@njit(cache=True, nogil=True)
def round_trips(
    homes, begin, rows, lanes, best, back, walk, walk_back, end, stay, hours, opens, closes,
    out, apart,
):  # fmt: skip
    """Round trips between homes and the facilities of a block.

    Parameters
    ----------
    homes
        Number of each home of the block among those of `begin`, int64.
    begin, rows, lanes, best
        What homes can get on, and the swept rows of the facilities.
    back
        See `ways_back`.
    walk, walk_back
        Seconds on foot all the way, int64, shape (homes, facilities).
    end, stay
        Seconds after the day begins, and of the stay.
    hours, opens, closes
        Openings of facility f are hours[f] to hours[f + 1], int64; seconds after the day begins.
    out
        int32, shape (homes, facilities, 7): round trips by vehicle of which none leaves later and
        is back as soon; seconds of the shortest absence; the minute when that leaves home and the
        second when it is back; the last minute to leave the facility and be home in time; whether
        some may be made on foot; seconds of the quickest way there. -1 where there is none.
    apart
        int32, shape (homes, facilities, most openings): seconds of the shortest absence for each
        opening by itself; -1 where there is none.
    """
    minutes = back.shape[2]
    table, there = np.empty((minutes, PLACES), np.uint16), np.empty((PLACES, minutes), np.uint16)
    for i in range(len(homes)):
        o = homes[i]
        _arrivals(begin[o], begin[o + 1], rows, lanes, best, table)
        _turned(table, there)
        for f in range(len(back)):
            own = slice(hours[f], hours[f + 1])
            _pair(
                there[f], back[f, i], walk[i, f], walk_back[i, f],
                end, stay, opens[own], closes[own], out[i, f], apart[i, f],
            )  # fmt: skip
