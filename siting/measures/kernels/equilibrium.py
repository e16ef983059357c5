"""User equilibrium between travel and congestion (RAAM).

The equilibrium minimises sum of x_ij t_ij + sum of D_j² / (2 c_j) over shares x_ij of each origin's
people (Beckmann 1956). It is reached origin by origin: with the others held, the best answer of
one origin is water poured into its facilities, in closed form. Each origin keeps a short list of
facilities; after some rounds a pass over all pairs adds those that have become cheaper, and
measures how far the whole is from the equilibrium.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from siting.compiled import njit

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

LIST = 24  # facilities that an origin chooses among at a time
ADDED = 4  # best facilities looked for in a pass over all pairs
ROUNDS = 30  # rounds of best answers between two such passes
WHOLE = 15  # of so many rounds, one asks every origin, the others those that may move
CALM = 0.003  # an origin whose second facility costs so much more (relative) is not asked
PASSES = 200  # passes at most


def equilibrium(
    first: Int64,
    destination: Int32,
    minutes: Float32,
    people: Float64,
    capacity: Float64,
    scale: float,
    gap: float,
) -> Float64:
    """Least cost of each origin at the equilibrium, NaN where it reaches no capacity.

    Parameters
    ----------
    first, destination, minutes
        Pairs, compressed by rows.
    people
        Of each origin.
    capacity
        People at each facility that make a congestion of 1; one without capacity is not used.
    scale
        Cost of a minute.
    gap
        Relative gap at which to stop: what all would save together by their best choice.
    """
    n = len(first) - 1
    chosen = np.full((n, LIST), -1, np.int32)
    travel = np.zeros((n, LIST))
    share = np.zeros((n, LIST))
    load = np.zeros(len(capacity))
    cost = np.full(n, np.nan)
    calm = np.zeros(n, np.bool_)
    given = (first, destination, minutes, people, capacity, scale)
    for _ in range(PASSES):
        if _look(*given, chosen, travel, share, load, cost) <= gap:
            break
        for turn in range(ROUNDS):
            _answer(people, capacity, chosen, travel, share, load, calm, turn % WHOLE == 0)
    return cost


@njit(cache=True, nogil=True)
def _look(
    first: Int64,
    destination: Int32,
    minutes: Float32,
    people: Float64,
    capacity: Float64,
    scale: float,
    chosen: Int32,
    travel: Float64,
    share: Float64,
    load: Float64,
    cost: Float64,
) -> float:
    """Least cost of each origin over all its pairs; put the cheapest on its list; give the gap."""
    n = first.size - 1
    congestion = np.empty(capacity.size)
    for j in range(capacity.size):
        congestion[j] = load[j] / capacity[j] if capacity[j] > 0 else np.inf
    best_cost = np.empty(ADDED)
    best_pair = np.empty(ADDED, np.int64)
    paid, least = 0.0, 0.0
    fresh = False
    for i in range(n):
        best_cost[:] = np.inf
        for p in range(first[i], first[i + 1]):
            value = minutes[p] * scale + congestion[destination[p]]
            if value < best_cost[ADDED - 1]:
                a = ADDED - 1
                while a > 0 and best_cost[a - 1] > value:
                    best_cost[a] = best_cost[a - 1]
                    best_pair[a] = best_pair[a - 1]
                    a -= 1
                best_cost[a] = value
                best_pair[a] = p
        cost[i] = best_cost[0] if best_cost[0] < np.inf else np.nan
        if people[i] <= 0 or best_cost[0] == np.inf:
            continue
        used = 0.0
        for k in range(LIST):
            if chosen[i, k] >= 0 and share[i, k] > 0:
                paid += share[i, k] * (travel[i, k] + congestion[chosen[i, k]])
                used += share[i, k]
        least += people[i] * best_cost[0]
        if used == 0.0:
            fresh = True
        size = 0
        while size < LIST and chosen[i, size] >= 0:
            size += 1
        if size > LIST - ADDED:  # make room: forget what is not used
            kept = 0
            for k in range(size):
                if share[i, k] > 0:
                    chosen[i, kept] = chosen[i, k]
                    travel[i, kept] = travel[i, k]
                    share[i, kept] = share[i, k]
                    kept += 1
            chosen[i, kept:] = -1
            share[i, kept:] = 0.0
            size = kept
        for a in range(min(ADDED, LIST - size)):
            if best_cost[a] == np.inf:
                break
            j = destination[best_pair[a]]
            there = False
            for k in range(size):
                there |= chosen[i, k] == j
            if not there:
                chosen[i, size] = j
                travel[i, size] = minutes[best_pair[a]] * scale
                size += 1
    if fresh:
        return np.inf
    return (paid - least) / max(least, 1e-300)


@njit(cache=True, nogil=True)
def _answer(
    people: Float64,
    capacity: Float64,
    chosen: Int32,
    travel: Float64,
    share: Float64,
    load: Float64,
    calm: npt.NDArray[np.bool_],
    whole: bool,  # noqa: FBT001 - numba's compiled functions take no keywords
) -> None:
    """One round: each origin in turn spreads its people so that what it uses costs the same."""
    base = np.empty(LIST)
    slot = np.empty(LIST, np.int64)
    for i in range(people.size):
        if (calm[i] and not whole) or people[i] <= 0 or chosen[i, 0] < 0:
            continue
        m = 0
        for k in range(LIST):
            j = chosen[i, k]
            if j < 0:
                break
            load[j] = max(load[j] - share[i, k], 0.0)
            share[i, k] = 0.0
            value = travel[i, k] + load[j] / capacity[j]
            a = m
            while a > 0 and base[a - 1] > value:
                base[a] = base[a - 1]
                slot[a] = slot[a - 1]
                a -= 1
            base[a] = value
            slot[a] = k
            m += 1
        room, filled, level = 0.0, 0.0, 0.0
        count = 0
        for a in range(m):
            if a > 0 and level <= base[a]:
                break
            c = capacity[chosen[i, slot[a]]]
            room += c
            filled += c * base[a]
            level = (people[i] + filled) / room
            count += 1
        calm[i] = count == 1 and (m == 1 or base[1] > level * (1 + CALM))
        for a in range(count):
            k = slot[a]
            j = chosen[i, k]
            x = max(capacity[j] * (level - base[a]), 0.0)
            share[i, k] = x
            load[j] += x
