"""Who visits whom, on which day and in which order, by road time.

Team orienteering: each investigator leaves a base and comes back within the hours of a day; as many
people as possible are visited, and among such plans the one with the least time on the road is
kept. Days hold few visits, so the rounds that fit into a day can be listed: the shortest round over
a set of stops comes from those over the sets with one stop fewer (Held and Karp 1962, Journal of
the SIAM 10(1), 196-210). A choice of rounds, each stop in one of them at most, is then a set
packing, solved by HiGHS: for the visits, then for the minutes, then for fewer days. Where all
rounds were listed the answer is proven; where there would be more than `most` of them, only rounds
between near stops are listed and it is not (Vansteenwegen et al. 2011, European Journal of
Operational Research 209, 1-10, survey what else is done).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

if TYPE_CHECKING:
    from collections.abc import Sequence

Float64 = npt.NDArray[np.float64]

FEW = 25  # stops up to which all rounds of a day are worth listing
MOST, MOST_OF_MANY = 60_000, 3_000  # rounds listed for so few stops, and for more
NEAR = (12, 8, 6, 4, 3, 2)  # next stops tried in turn where there would be more
NODES = 300  # of the branch and bound: work, not seconds, so that an answer comes twice
WIDEST = 50_000_000  # numbers held at once
ALMOST = 1e-6
DAY = 1e-3  # minutes: of plans with the same time, that of fewer days


@dataclass(frozen=True)
class Team:
    """An investigator: days, and minutes from and to each stop, shape (stops,); NaN: no road."""

    days: int
    out: Float64
    back: Float64


@dataclass(frozen=True)
class Round:
    """A day of an investigator: stops in order, and minutes of road and visits."""

    team: int
    stops: tuple[int, ...]
    minutes: float


@dataclass(frozen=True)
class VisitPlan:
    """Rounds, stops that no round visits, and whether no plan is better."""

    rounds: tuple[Round, ...]
    left: tuple[int, ...]
    proven: bool


def plan(between: Float64, teams: Sequence[Team], visit: float, budget: float) -> VisitPlan:
    """Plan visits.

    Parameters
    ----------
    between
        Minutes between stops, shape (stops, stops); NaN: no road.
    teams
        The investigators.
    visit
        Minutes of a visit.
    budget
        Minutes of a day, road and visits.
    """
    way = np.where(np.isnan(between), np.inf, np.asarray(between, np.float64))
    size = len(way)
    bases = _bases(teams)
    rounds: list[Round] = []
    whole = True
    for first in bases:
        listed = _listed(way, teams[first], visit, budget)
        whole &= listed.whole
        rounds += [Round(first, *day) for day in listed.rounds()]
    chosen, proven = _pack(rounds, {first: _days(teams, bases[first]) for first in bases}, size)
    kept = [rounds[index] for index in chosen]
    seen = {stop for round_ in kept for stop in round_.stops}
    left = tuple(stop for stop in range(size) if stop not in seen)
    return VisitPlan(_shared(kept, bases, teams), left, whole and proven)


def _bases(teams: Sequence[Team]) -> dict[int, list[int]]:
    """Investigators by base: the first of each, and all who leave from there."""
    bases: dict[int, list[int]] = {}
    for index, team in enumerate(teams):
        for first, members in bases.items():
            other = teams[first]
            if np.array_equal(team.out, other.out, equal_nan=True) and np.array_equal(
                team.back, other.back, equal_nan=True
            ):
                members.append(index)
                break
        else:
            bases[index] = [index]
    return bases


def _days(teams: Sequence[Team], members: Sequence[int]) -> int:
    return sum(teams[index].days for index in members)


def _shared(
    rounds: Sequence[Round], bases: dict[int, list[int]], teams: Sequence[Team]
) -> tuple[Round, ...]:
    """The rounds of a base, shared in turn among its investigators, the longest first."""
    given: list[Round] = []
    for first, members in bases.items():
        free = {index: teams[index].days for index in members}
        mine = [day for day in rounds if day.team == first]
        for day in sorted(mine, key=lambda some: (-len(some.stops), -some.minutes, some.stops)):
            who = max(members, key=lambda index: free[index])
            free[who] -= 1
            given.append(Round(who, day.stops, day.minutes))
    return tuple(sorted(given, key=lambda day: day.team))


@dataclass(frozen=True)
class _Level:
    """Sets of k stops: members, and for each as the last stop: minutes, and the one before.

    Shapes (sets, k), all three; a set that cannot end at a member has infinite minutes there.
    """

    members: npt.NDArray[np.int64]
    minutes: Float64
    before: npt.NDArray[np.int64]
    back: Float64


@dataclass(frozen=True)
class _Listed:
    """Rounds that fit into a day, by number of stops, and whether all were listed."""

    levels: list[_Level]
    whole: bool
    budget: float = 0.0

    def rounds(self) -> list[tuple[tuple[int, ...], float]]:
        """Stops in order and minutes of each."""
        rounds = []
        for size, level in enumerate(self.levels):
            whole = level.minutes + level.back[level.members]
            best = whole.argmin(axis=1)
            for row in np.flatnonzero(whole.min(axis=1) <= self.budget + ALMOST):
                stops = self._order(size, int(row), int(best[row]))
                rounds.append((stops, float(whole[row, best[row]])))
        return rounds

    def _order(self, size: int, row: int, last: int) -> tuple[int, ...]:
        """Follow a round back to its first stop."""
        stops = []
        while True:
            level = self.levels[size]
            stops.append(int(level.members[row, last]))
            if size == 0:
                return tuple(reversed(stops))
            parent = int(level.before[row, last])
            size -= 1
            row, last = divmod(parent, size + 1)


def _listed(way: Float64, team: Team, visit: float, budget: float) -> _Listed:
    """List the rounds that fit into a day: all of them, or those between near stops."""
    for near in (len(way), *NEAR):
        levels = _levels(way, team, visit, budget, near)
        if levels is not None:
            return _Listed(levels, near >= len(way), budget)
    return _Listed(_levels(way, team, visit, budget, 0) or [], whole=False, budget=budget)


def _levels(
    way: Float64, team: Team, visit: float, budget: float, near: int
) -> list[_Level] | None:
    """Sets of stops that fit into a day, one size after the other; None where there are too many.

    A stop is added to a set where it is among the `near` nearest of one of its stops.
    """
    size = len(way)
    out, back = (np.where(np.isnan(minutes), np.inf, minutes) for minutes in (team.out, team.back))
    rank = np.argsort(np.argsort(way + np.diag(np.full(size, np.inf)), axis=1), axis=1)
    close = rank < near
    labels = np.random.default_rng(size).integers(0, 2**64, size, np.uint64)
    home = float(back.min(initial=np.inf))
    first = np.flatnonzero(out + visit + back <= budget + ALMOST)
    minutes = (out + visit)[first][:, None]
    levels = [_Level(first[:, None], minutes, np.full((len(first), 1), -1), back)]
    count = len(first)
    while len(levels[-1].members):
        last = levels[-1]
        sets, k = last.members.shape
        if sets * size * k > WIDEST:
            return None
        # minutes at each next stop, over the best last stop of the set
        through = last.minutes[:, :, None] + way[last.members]
        best = through.argmin(axis=1)
        arrival = np.take_along_axis(through, best[:, None], axis=1)[:, 0] + visit
        inside = np.zeros((sets, size), bool)
        np.put_along_axis(inside, last.members, values=True, axis=1)
        fits = ~inside & close[last.members].any(axis=1) & (arrival + home <= budget + ALMOST)
        row, stop = np.nonzero(fits)
        if not len(row):
            break
        key = labels[last.members].sum(axis=1, dtype=np.uint64)[row] + labels[stop]
        _, where, group = np.unique(key, return_index=True, return_inverse=True)
        members = np.sort(np.column_stack([last.members[row], stop])[where], axis=1)
        place = (members[group] == stop[:, None]).argmax(axis=1)
        minutes = np.full(members.shape, np.inf)
        before = np.full(members.shape, -1)
        minutes[group, place] = arrival[row, stop]
        before[group, place] = row * k + best[row, stop]
        level = _Level(members, minutes, before, back)
        fits_home = (minutes + back[members]).min(axis=1) <= budget + ALMOST
        count += int(fits_home.sum())
        if count > (MOST if size <= FEW else MOST_OF_MANY):
            return None
        levels.append(level)
    return levels


def _pack(rounds: Sequence[Round], days: dict[int, int], size: int) -> tuple[list[int], bool]:
    """Choose rounds: the most visits, then the least minutes; and whether that is proven."""
    if not rounds:
        return [], True
    teams = list(days)
    stop = [(stop, column) for column, some in enumerate(rounds) for stop in some.stops]
    team = [(size + teams.index(some.team), column) for column, some in enumerate(rounds)]
    row, column = np.array(stop + team).T
    shape = (size + len(teams), len(rounds))
    once = sparse.csr_array((np.ones(len(row)), (row, column)), shape=shape)
    most = np.concatenate([np.ones(size), [float(days[team]) for team in teams]])
    visits = np.array([float(len(day.stops)) for day in rounds])
    minutes = np.array([day.minutes + DAY for day in rounds])
    # where every stop that can be visited is, the first question is answered: try that first
    every = np.zeros(len(most))
    every[np.unique([visit for visit, _ in stop])] = 1.0
    all_seen = _solve(minutes, [optimize.LinearConstraint(once, every, most)])
    if all_seen.status == 0:
        return list(np.flatnonzero(all_seen.x > 0.5)), True
    limits = [optimize.LinearConstraint(once, -np.inf, most)]
    first = _solve(-visits, limits)
    if first.x is None:
        raise AssertionError(first.message)  # visiting nobody is allowed
    seen = round(float(visits @ first.x))
    limits.append(optimize.LinearConstraint(visits[None], seen - 0.5, np.inf))
    second = _solve(minutes, limits)
    packed = first.x if second.x is None else second.x
    return list(np.flatnonzero(packed > 0.5)), first.status == 0 and second.status == 0


def _solve(cost: Float64, limits: list[optimize.LinearConstraint]) -> optimize.OptimizeResult:
    """Solve a program in 0 and 1, to no gap."""
    return optimize.milp(
        cost,
        constraints=limits,
        integrality=np.ones(len(cost)),
        bounds=optimize.Bounds(0, 1),
        options={"mip_rel_gap": 0.0, "node_limit": NODES},
    )
