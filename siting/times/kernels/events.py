"""The event graph of a timetable, swept from its latest event to its earliest for many places.

A row is an event: "arrived by vehicle at a call" or "waiting for a departure". It holds the
earliest arrival at each of 128 places, in seconds after the search begins, and takes the minimum of
the rows that may follow it: the next call of the run, the first departure that a change catches,
the next departure of the stop. Rows are worked through from the latest to the earliest; of equal
times those that follow come first. Where runs of no duration make a ring, its rows are repeated
until nothing changes. Values are uint16, so that a row is a few vector registers.
"""

from __future__ import annotations

import numpy as np

from siting.compiled import njit

PLACES = 128
"""Places side by side; with 32 or fewer LLVM does not vectorise."""
NEVER = np.uint16(58_000)
"""Seconds that no search lasts (16.1 hours); with two hours of walking added it is a uint16."""
U2 = np.uint16


@njit(cache=True, nogil=True)
def follow(
    first, stop, arrival, alight, leaves, call, when, foot, reach, seconds, ride, wait, rows
):
    """What follows each row: rows `after[begin[r]:end[r]]`, in any order of the rows.

    Parameters
    ----------
    leaves, call, when
        Departures of stop s are `leaves[s]` to `leaves[s + 1]`, by time: their calls and times.
    foot, reach, seconds
        Changes from stop s: `foot[s]` to `foot[s + 1]`, the stop reached and the seconds it takes.
    ride, wait
        Row of the arrival at each call (-1: none), and of each departure.
    """
    begin, end = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    after, n = np.empty(1 << 16, np.int32), 0
    best = leaves[1:].copy()  # by stop, the first departure that the rest of the run can catch
    touched = np.empty(len(best), np.int32)
    for run in range(len(first) - 1):
        met = 0
        for e in range(first[run + 1] - 1, first[run], -1):  # from its last call back
            if ride[e] < 0:
                continue
            s = stop[e]
            if n + foot[s + 1] - foot[s] + 1 > len(after):
                after = np.concatenate(
                    (after, np.empty(len(after) + foot[s + 1] - foot[s], np.int32))
                )
            begin[ride[e]] = n
            if e + 1 < first[run + 1] and ride[e + 1] >= 0:
                after[n] = ride[e + 1]
                n += 1
            for i in range(foot[s], foot[s + 1] if alight[e] else foot[s]):
                q, ready = reach[i], arrival[e] + seconds[i]
                low, high = leaves[q], best[q]
                if low < high and when[high - 1] >= ready:  # else a later call does as well
                    while low < high:
                        middle = (low + high) // 2
                        if when[middle] >= ready:
                            high = middle
                        else:
                            low = middle + 1
                    if best[q] == leaves[q + 1]:
                        touched[met] = q
                        met += 1
                    best[q] = low
                    after[n] = wait[low]
                    n += 1
            end[ride[e]] = n
        for i in range(met):
            best[touched[i]] = leaves[touched[i] + 1]
    after = np.concatenate((after[:n], np.empty(2 * len(call), np.int32)))
    for s in range(len(leaves) - 1):
        for c in range(leaves[s], leaves[s + 1]):  # get on, or wait for the next departure
            begin[wait[c]] = n
            after[n] = ride[call[c] + 1]
            n += 1
            if c + 1 < leaves[s + 1]:
                after[n] = wait[c + 1]
                n += 1
            end[wait[c]] = n
    return begin, end, after[:n]


@njit(cache=True, nogil=True)
def ordered(begin, end, after, when):
    """An order of rows in which those that follow come first, given rows from the latest on.

    Returns
    -------
    order
        Rows, shape (rows,).
    ring
        By place in that order: 0, or the end of a part that begins there and has to be repeated.
    """
    rows = len(begin)
    rank, state, at = np.full(rows, -1, np.int32), np.zeros(rows, np.int8), begin.copy()
    order, stack = np.empty(rows, np.int32), np.empty(rows, np.int32)
    ring, done = np.zeros(rows, np.int32), 0
    back, into, rings = np.empty(1024, np.int32), np.empty(1024, np.int32), 0
    for start in range(rows):
        if state[start]:
            continue
        stack[0], deep, state[start] = start, 1, 1
        while deep:
            row = stack[deep - 1]
            if at[row] < end[row]:
                next_row = after[at[row]]
                at[row] += 1
                if when[next_row] == when[row]:
                    if state[next_row] == 0:
                        stack[deep], state[next_row] = next_row, 1
                        deep += 1
                    elif state[next_row] == 1:
                        if rings == len(back):
                            back = np.concatenate((back, np.empty_like(back)))
                            into = np.concatenate((into, np.empty_like(into)))
                        back[rings], into[rings] = row, next_row
                        rings += 1
            else:
                state[row], rank[row], order[done] = 2, done, row
                deep -= 1
                done += 1
    reaches = np.zeros(rows, np.int32)  # by first place, the end of the part
    for i in range(rings):
        reaches[rank[back[i]]] = max(reaches[rank[back[i]]], rank[into[i]] + 1)
    place = 0
    while place < rows:
        if reaches[place]:
            stop, k = reaches[place], place
            while k < stop:  # parts that overlap are worked as a whole
                stop = max(stop, reaches[k])
                k += 1
            ring[place] = stop
            place = stop
        else:
            place += 1
    return order, ring


@njit(cache=True, nogil=True)
def renumbered(begin, end, after, order):
    """The same graph, its rows in an order."""
    rank = np.empty(len(order), np.int32)
    for place in range(len(order)):
        rank[order[place]] = place
    first, moved, n = np.empty(len(order) + 1, np.int64), np.empty(len(after), np.int32), 0
    for place in range(len(order)):
        first[place] = n
        for i in range(begin[order[place]], end[order[place]]):
            moved[n] = rank[after[i]]
            n += 1
    first[len(order)] = n
    return first, moved[:n], rank


@njit(cache=True, nogil=True)
def _worked(r, first, after, row_stop, row_time, leave, best, least):
    """The minimum for one row, into `least`."""
    least[:] = NEVER
    s, t = row_stop[r], U2(row_time[r])
    if s >= 0:
        for j in range(PLACES):
            v = U2(leave[s, j] + t)
            least[j] = NEVER if v < t else min(v, NEVER)  # a sum that wraps is below its parts
    for i in range(first[r], first[r + 1]):
        k = after[i]  # indices stay out of the inner loops, or LLVM does not vectorise them
        for j in range(PLACES):
            least[j] = min(least[j], best[k, j])


@njit(cache=True, nogil=True)
def sweep(first, after, row_stop, row_time, ring, leave, best):
    """Earliest arrival from each row at each place, into `best` (rows, PLACES).

    Parameters
    ----------
    row_stop, row_time
        Stop where one may get off (-1: none) and second of each row.
    leave
        Seconds on foot from each stop to each place, `NEVER` where too far.
    """
    least, rows, r = np.empty(PLACES, np.uint16), len(row_stop), 0
    while r < rows:
        stop = max(ring[r], r + 1)
        if ring[r]:
            best[r:stop] = NEVER
        changed = True
        while changed:
            changed = False
            for k in range(r, stop):
                _worked(k, first, after, row_stop, row_time, leave, best, least)
                if ring[r]:
                    for j in range(PLACES):
                        if least[j] != best[k, j]:
                            changed = True
                            break
                best[k] = least
        r = stop


@njit(cache=True, nogil=True)
def sweep_within(
    first, after, row_stop, row_time, ring, leave, waits, previous, best
):  # fmt: skip
    """As `sweep`, with a ride more than `previous` was swept with (`NEVER` throughout for none).

    Parameters
    ----------
    waits
        Whether each row waits for a departure. From aboard, one changes into rows of `previous`.
    """
    least, rows, r = np.empty(PLACES, np.uint16), len(row_stop), 0
    while r < rows:
        stop = max(ring[r], r + 1)
        if ring[r]:
            best[r:stop] = NEVER
        changed = True
        while changed:
            changed = False
            for k in range(r, stop):
                least[:] = NEVER
                s, t = row_stop[k], U2(row_time[k])
                if s >= 0:
                    for j in range(PLACES):
                        v = U2(leave[s, j] + t)
                        least[j] = NEVER if v < t else min(v, NEVER)
                for i in range(first[k], first[k + 1]):
                    n = after[i]
                    if waits[n] and not waits[k]:
                        for j in range(PLACES):
                            least[j] = min(least[j], previous[n, j])
                    else:
                        for j in range(PLACES):
                            least[j] = min(least[j], best[n, j])
                if ring[r]:
                    for j in range(PLACES):
                        if least[j] != best[k, j]:
                            changed = True
                            break
                best[k] = least
        r = stop


@njit(cache=True, nogil=True)
def boardings(foot, reach, seconds, first, run_of, leaves, call, when, ride, wait, minutes):
    """What each origin can get on, and the last departure minute that catches it.

    Returns
    -------
    begin
        Those of origin o are begin[o] to begin[o + 1].
    rows, lanes
        Row of the event graph, and minute.
    """
    size = len(foot) - 1
    begin = np.zeros(size + 1, np.int64)
    rows, lanes, n = np.empty(1 << 16, np.int32), np.empty(1 << 16, np.int16), 0
    minute, runs = np.full(len(ride), -1, np.int16), np.empty(len(first), np.int32)
    seen = np.zeros(len(first), np.bool_)
    for o in range(size):
        met = 0
        for i in range(foot[o], foot[o + 1]):
            s, walk = reach[i], seconds[i]
            for c in range(leaves[s], leaves[s + 1]):
                if when[c] < walk:
                    continue
                lane = (when[c] - walk) // 60
                if lane >= minutes - 1:  # all that leaves later serves the last minute alone
                    if n + 1 > len(rows):
                        rows, lanes = np.append(rows, rows), np.append(lanes, lanes)
                    rows[n], lanes[n] = wait[c], minutes - 1
                    n += 1
                    break
                e = call[c]
                minute[e] = max(minute[e], lane)
                if not seen[run_of[e]]:
                    seen[run_of[e]] = True
                    runs[met] = run_of[e]
                    met += 1
        for i in range(met):
            run, last = runs[i], -1
            seen[run] = False
            for e in range(first[run], first[run + 1]):
                if minute[e] > last:  # else one has got on before, no sooner from home
                    last = minute[e]
                    if n + 1 > len(rows):
                        rows, lanes = np.append(rows, rows), np.append(lanes, lanes)
                    rows[n], lanes[n] = ride[e + 1], last
                    n += 1
                minute[e] = -1
        begin[o + 1] = n
    return begin, rows[:n], lanes[:n]


@njit(cache=True, nogil=True)
def arrivals(begin, end, rows, lanes, best, out):
    """Earliest arrival by vehicle for each departure minute and place, into `out`."""
    minutes = len(out)
    out[:] = NEVER
    for i in range(begin, end):
        lane, k = lanes[i], rows[i]
        for j in range(PLACES):
            out[lane, j] = min(out[lane, j], best[k, j])
    for lane in range(minutes - 2, -1, -1):  # whoever leaves sooner can take the later journey
        for j in range(PLACES):
            out[lane, j] = min(out[lane, j], out[lane + 1, j])


@njit(cache=True, nogil=True)
def _distinct(arrive, walk, limit, journeys, opening, closing):
    """Journeys of which none leaves later and arrives as soon: how many, the first, the last."""
    minutes = len(arrive)
    journeys[:] = 0
    opening[:] = U2(65535)
    closing[:] = U2(65535)
    for lane in range(minutes):
        t, lane_number = U2(60 * lane), U2(lane)
        following = arrive[min(lane + 1, minutes - 1)]
        for j in range(PLACES):
            later = following[j] if lane + 1 < minutes else NEVER
            lasts = U2(arrive[lane, j] - t)
            new = (arrive[lane, j] < later) & (lasts < walk[j]) & (lasts <= limit)
            journeys[j] += U2(new)
            closing[j] = lane_number if new else closing[j]
            opening[j] = lane_number if new and opening[j] == U2(65535) else opening[j]


@njit(cache=True, nogil=True)
def _ranked(lasts, rank, out, below):
    """The value that stands at a rank (from 1) among the minutes, by place: found bit by bit."""
    out[:], step = 0, U2(32768)
    while step:
        below[:] = 0
        for lane in range(len(lasts)):
            for j in range(PLACES):
                below[j] += U2(lasts[lane, j] < U2(out[j] + step))
        for j in range(PLACES):
            out[j] = U2(out[j] + step) if below[j] < rank else out[j]
        step = U2(step // U2(2))


@njit(cache=True, nogil=True)
def windows(
    foot, reach, seconds, begin, rows, lanes, best, minutes, limit, ranks, thresholds,
    values, counts, journeys, opening, closing,
):  # fmt: skip
    """What a window gives between each origin and each place of a block.

    Parameters
    ----------
    foot, reach, seconds
        Walks from each origin straight to places of the block.
    limit
        Seconds beyond which a place is not reached.
    ranks, thresholds
        Ranks (from 1) of the percentiles among the minutes; seconds.

    Returns
    -------
    Into `values` (ranks, origins, PLACES) seconds; `counts` (thresholds, origins, PLACES) minutes
    within each threshold; `journeys`, `opening` and `closing` (origins, PLACES).
    """
    lasts, walk = np.empty((minutes, PLACES), np.uint16), np.empty(PLACES, np.uint16)
    below = np.empty(PLACES, np.uint16)
    for o in range(len(foot) - 1):
        walk[:] = NEVER
        for i in range(foot[o], foot[o + 1]):
            walk[reach[i]] = seconds[i]
        arrivals(begin[o], begin[o + 1], rows, lanes, best, lasts)
        _distinct(lasts, walk, limit, journeys[o], opening[o], closing[o])
        for lane in range(minutes):
            t = U2(60 * lane)
            for j in range(PLACES):
                time = NEVER if lasts[lane, j] >= NEVER else U2(lasts[lane, j] - t)
                time = min(time, walk[j])
                lasts[lane, j] = time if time <= limit else NEVER
        for k in range(len(ranks)):
            _ranked(lasts, ranks[k], values[k, o], below)
        for k in range(len(thresholds)):
            below[:] = 0
            for lane in range(minutes):
                for j in range(PLACES):
                    below[j] += U2(lasts[lane, j] <= thresholds[k])
            counts[k, o] = below
