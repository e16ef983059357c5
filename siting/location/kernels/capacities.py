"""Plans within capacities: customers put to open sites, moved, swapped, and sites moved.

Costs have shape (sites, customers), infinite where out of reach. A plan is `plan` (its sites),
`place` (position in `plan` of each customer's site) and `load` (of each site of the plan). `role`
of a site: 0 it may not open, 1 it may, 2 it must.
"""

from __future__ import annotations

import numpy as np

from siting.compiled import njit

SIZE_COUNTS = 0.02  # of the largest customer, as a loss by waiting: ties are broken
LEAST = 1e-9  # a smaller gain may be rounding
RANDOM_SHARE = 0.3  # of the customers that are put anew
WARMTH = 0.003  # how much worse a plan may become, relative to its cost


@njit(cache=True, nogil=True)
def put(costs, size, room, plan, place, load, waiting):
    """Put the waiting customers, the one that would lose most by waiting first; False: no room."""
    largest = max(1, size.max())
    while True:
        who, where, most = -1, -1, -1.0
        left = False
        for i in range(size.size):
            if not waiting[i]:
                continue
            left = True
            first = second = np.inf
            at = -1
            for k in range(plan.size):
                if load[k] + size[i] > room[plan[k]]:
                    continue
                cost = costs[plan[k], i]
                if cost < first:
                    first, second, at = cost, first, k
                elif cost < second:
                    second = cost
            if at < 0:
                return False
            regret = (second - first if second < np.inf else 1e12) + SIZE_COUNTS * size[i] / largest
            if regret > most:
                who, where, most = i, at, regret
        if not left:
            return True
        place[who] = where
        load[where] += size[who]
        waiting[who] = False


@njit(cache=True, nogil=True)
def settle(costs, size, room, role, plan, place, load):
    """Move and swap customers, and move sites, as long as the cost falls; give the cost."""
    isopen = np.zeros(role.size, np.bool_)
    for k in range(plan.size):
        isopen[plan[k]] = True
    changed = True
    while changed:
        changed = _move_customers(costs, size, room, plan, place, load)
        changed |= _move_sites(costs, room, role, plan, place, load, isopen)
    total = 0.0
    for i in range(size.size):
        total += costs[plan[place[i]], i]
    return total


@njit(cache=True, nogil=True)
def _move_customers(costs, size, room, plan, place, load):
    """Make the best move or swap of each customer in turn; say whether one was made."""
    changed = False
    for i in range(size.size):
        a = place[i]
        here = costs[plan[a], i]
        best, to, back = -LEAST, -1, -1
        for b in range(plan.size):
            change = costs[plan[b], i] - here
            if b != a and change < best and load[b] + size[i] <= room[plan[b]]:
                best, to, back = change, b, -1
        for h in range(size.size):
            b = place[h]
            if b == a:
                continue
            change = costs[plan[b], i] - here + costs[plan[a], h] - costs[plan[b], h]
            more = size[i] - size[h]
            fits = load[b] + more <= room[plan[b]] and load[a] - more <= room[plan[a]]
            if change < best and fits:
                best, to, back = change, b, h
        if to >= 0:
            changed = True
            place[i] = to
            load[a] -= size[i]
            load[to] += size[i]
            if back >= 0:
                place[back] = a
                load[to] -= size[back]
                load[a] += size[back]
    return changed


@njit(cache=True, nogil=True)
def _move_sites(costs, room, role, plan, place, load, isopen):
    """Move each site to where those it serves are served at least cost; say whether one moved."""
    changed = False
    for k in range(plan.size):
        old = plan[k]
        if role[old] == 2:
            continue
        best = -LEAST
        for i in range(place.size):
            if place[i] == k:
                best += costs[old, i]
        new = -1
        for j in range(role.size):
            if isopen[j] or role[j] == 0 or room[j] < load[k]:
                continue
            total = 0.0
            for i in range(place.size):
                if place[i] == k:
                    total += costs[j, i]
                    if total >= best:
                        break
            if total < best:
                best, new = total, j
        if new >= 0:
            isopen[old], isopen[new] = False, True
            plan[k] = new
            changed = True
    return changed


@njit(cache=True, nogil=True)
def wander(costs, size, room, role, plan, place, load, total, rounds, rng):
    """Take part of a plan down, put it up again and settle it, `rounds` times; keep what is better.

    `total` is the plan's cost, infinite where customers are not put yet. The plan becomes the best
    one met, whose cost is given.
    """
    now = total
    current, at, filled = plan.copy(), place.copy(), load.copy()
    waiting = np.zeros(size.size, np.bool_)
    for _ in range(rounds):
        trial, where, used = current.copy(), at.copy(), filled.copy()
        if now == np.inf or rng.random() < 2.0 / 3.0:
            k = rng.integers(0, plan.size)
            if now < np.inf or rng.random() < 0.5:
                new = _newcomer(costs, role, trial, k, rng)
                if new >= 0:
                    trial[k] = new
            waiting[:] = True
            used[:] = 0
        else:
            for i in range(size.size):
                waiting[i] = rng.random() < RANDOM_SHARE
                if waiting[i]:
                    used[where[i]] -= size[i]
        if not put(costs, size, room, trial, where, used, waiting):
            if now == np.inf:
                current[:] = trial
            continue
        cost = settle(costs, size, room, role, trial, where, used)
        worse = cost - now
        if now == np.inf or worse < 0.0 or rng.random() < np.exp(-worse / (WARMTH * now + LEAST)):
            now = cost
            current[:], at[:], filled[:] = trial, where, used
        if cost < total - LEAST:
            total = cost
            plan[:], place[:], load[:] = trial, where, used
    return total


@njit(cache=True, nogil=True)
def _newcomer(costs, role, plan, k, rng):
    """Draw a closed site for the place of one of the plan: the most alike of a few, or any; -1."""
    if role[plan[k]] == 2:
        return -1
    tries = 7 if rng.random() < 0.5 else 1
    best, new = np.inf, -1
    for _ in range(tries):
        j = rng.integers(0, role.size)
        taken = role[j] != 1
        for open_site in plan:
            taken |= open_site == j
        if taken:
            continue
        apart = 0.0
        for i in range(costs.shape[1]):
            if costs[j, i] < np.inf and costs[plan[k], i] < np.inf:
                apart += abs(costs[j, i] - costs[plan[k], i])
        if apart < best or new < 0:
            best, new = apart, j
    return new
