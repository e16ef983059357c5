"""Which weightings are allowed, and draws spread evenly over all of them.

Weights are shares: at least 0, summing to 1. What is known of them is linear: bounds, an order,
one group ahead of the others, a cap. Draws are uniform over what is left. They are exact wherever
rejection is affordable: from the whole simplex (sorted by level where there is an order), or from
the box of the bounds. Where fewer than one in two hundred such draws is allowed, hit-and-run
(Smith 1984; Tervonen et al. 2013) walks from the centre, first to learn the shape, then shaped by
it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from siting.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from siting.ranking.scales import Bool, Float64

Levels = tuple[tuple[int, ...], ...]
PILOT = 20_000
WORTH = 1 / 200  # allowed share of draws from which rejection is worth it
CHAINS = 512
BLOCK = 8192  # draws made at once: they stay in the processor's cache
SLACK = 1e-12


@dataclass(frozen=True)
class Information:
    """What is known of the weights.

    Attributes
    ----------
    lower, upper
        Bounds of each, shape (criteria,).
    rows, limits
        `rows @ weights <= limits`, shapes (constraints, criteria) and (constraints,).
    levels
        Criteria by level, the weightiest first, where their order is known; the constraints
        say it too.
    """

    lower: Float64
    upper: Float64
    rows: Float64
    limits: Float64
    levels: Levels = ()

    @property
    def count(self) -> int:
        """Number of criteria."""
        return len(self.lower)

    def holds(self, weights: Float64) -> Bool:
        """Which rows of weights are allowed."""
        inside: Bool = np.ones(len(weights), np.bool_)
        for limit, sums in zip(self.limits, self.rows @ weights.T, strict=True):
            inside &= sums <= limit + SLACK
        left = weights[inside]  # few, where constraints are tight
        within = (left >= self.lower - SLACK) & (left <= self.upper + SLACK)
        inside[inside] = within.all(axis=1)
        return inside


def free(count: int) -> Information:
    """Nothing is known."""
    return Information(np.zeros(count), np.ones(count), np.zeros((0, count)), np.zeros(0))


def bounded(known: Information, lower: Float64, upper: Float64) -> Information:
    """Each weight lies between two bounds."""
    low, high = np.maximum(known.lower, lower), np.minimum(known.upper, upper)
    return Information(low, high, known.rows, known.limits, known.levels)


def ordered(known: Information, levels: Levels) -> Information:
    """Each criterion of a level weighs at least as much as each of the next."""
    rows = []
    for above, below in pairwise(levels):
        for i in above:
            for j in below:
                row = np.zeros(known.count)
                row[i], row[j] = -1.0, 1.0
                rows.append(row)
    more = np.array(rows).reshape(-1, known.count)
    whole = sorted(i for level in levels for i in level) == list(range(known.count))
    exact = levels if whole and not known.levels else known.levels
    return _with(known, more, np.zeros(len(more)), exact)


def ahead(
    known: Information, leader: Sequence[int], others: Sequence[Sequence[int]]
) -> Information:
    """A group of criteria weighs, together, at least as much as each other group."""
    rows = np.zeros((len(others), known.count))
    for row, group in zip(rows, others, strict=True):
        row[list(group)] += 1.0
        row[list(leader)] -= 1.0
    return _with(known, rows, np.zeros(len(rows)), known.levels)


def at_most(known: Information, group: Bool, cap: float) -> Information:
    """A group of criteria weighs at most `cap` together."""
    if not group.any() or cap >= 1:
        return known
    return _with(known, group[None, :].astype(float), np.array([cap]), known.levels)


def _with(known: Information, rows: Float64, limits: Float64, levels: Levels) -> Information:
    return Information(
        known.lower,
        known.upper,
        np.concatenate([known.rows, rows]),
        np.concatenate([known.limits, limits]),
        levels,
    )


def draw(known: Information, count: int, seed: int) -> Float64:
    """Draw weightings evenly over all that are allowed, shape (count, criteria).

    Raises
    ------
    ConfigError
        None is allowed.
    """
    rng = np.random.default_rng(seed)
    if known.count == 1:
        if not known.holds(np.ones((1, 1))).all():
            raise ConfigError("no_weighting")
        return np.ones((count, 1))
    if known.lower.sum() > 1 + SLACK:
        raise ConfigError("no_weighting")
    ways = [_simplex(known), *_box(known)]
    trials = [known.holds(way(rng, PILOT)).mean() for way in ways]
    best = int(np.argmax(trials))
    if trials[best] < WORTH:
        centre, radius = _centre(known)
        if radius < 1e-9:
            raise ConfigError("weighting_too_narrow")
        return _walk(known, centre, count, rng)
    batches: list[Float64] = []
    have = 0
    while have < count:
        some = ways[best](rng, BLOCK)
        some = some[known.holds(some)]
        batches.append(some)
        have += len(some)
    return np.concatenate(batches)[:count]


def _simplex(known: Information) -> Callable[[np.random.Generator, int], Float64]:
    """Draws over the simplex above the lower bounds; by level where an order is known."""
    room = max(1 - known.lower.sum(), 0.0)
    # a shift by unequal lower bounds would not keep an order
    by_level = known.levels if not known.lower.any() else ()

    def way(rng: np.random.Generator, count: int) -> Float64:
        raw = rng.standard_exponential((count, known.count))
        raw /= raw.sum(axis=1, keepdims=True)
        if by_level:
            raw = _levelled(raw, by_level, rng)
        float64: Float64 = known.lower + room * raw
        return float64

    return way


def _levelled(raw: Float64, levels: Levels, rng: np.random.Generator) -> Float64:
    """The greatest weights to the first level, and so on; at random within a level."""
    down = -np.sort(-raw, axis=1)
    levelled = np.empty_like(raw)
    first = 0
    for level in levels:
        part = down[:, first : first + len(level)]
        if len(level) > 1:
            part = rng.permuted(part, axis=1)
        levelled[:, list(level)] = part
        first += len(level)
    return levelled


def _box(known: Information) -> list[Callable[[np.random.Generator, int], Float64]]:
    """Draws in the box of the bounds, the widest weight taking what is left of 1."""
    last = int(np.argmax(known.upper - known.lower))
    rest = np.arange(known.count) != last
    if (known.upper < known.lower).any() or (known.upper[rest] >= 1).all():
        return []

    def way(rng: np.random.Generator, count: int) -> Float64:
        steps = np.empty((count, known.count))
        width = known.upper - known.lower
        steps[:, rest] = known.lower[rest] + width[rest] * rng.random((count, known.count - 1))
        steps[:, last] = 1 - steps[:, rest].sum(axis=1)
        return steps

    return [way]


def _walls(known: Information) -> tuple[Float64, Float64]:
    """Every constraint as `walls @ weights <= limits`."""
    eye = np.eye(known.count)
    walls = np.concatenate([-eye, eye, known.rows])
    return walls, np.concatenate([-known.lower, known.upper, known.limits])


def _centre(known: Information) -> tuple[Float64, float]:
    """Centre and radius of the largest ball of allowed weightings.

    Raises
    ------
    ConfigError
        There is none.
    """
    # scipy only where draws are asked for
    from scipy.optimize import linprog  # noqa: PLC0415

    walls, limits = _walls(known)
    flat = walls - walls.mean(axis=1, keepdims=True)
    reach = np.linalg.norm(flat, axis=1)
    goal = np.zeros(known.count + 1)
    goal[-1] = -1
    program = linprog(
        goal,
        A_ub=np.column_stack([walls, reach]),
        b_ub=limits,
        A_eq=np.append(np.ones(known.count), 0.0)[None, :],
        b_eq=[1.0],
        bounds=[(0, 1)] * known.count + [(0, 1)],
    )
    if program.status != 0:
        raise ConfigError("no_weighting")
    return program.x[:-1], float(program.x[-1])


def _walk(known: Information, centre: Float64, count: int, rng: np.random.Generator) -> Float64:
    """Hit-and-run by many walkers at once."""
    walls, limits = _walls(known)
    spread = np.eye(known.count)
    at = np.tile(centre, (CHAINS, 1))
    turns = 20 * known.count
    for _ in range(3):
        seen = []
        for turn in range(turns):
            at = _step(at, walls, limits, spread, rng)
            if turn >= turns // 2 and turn % 5 == 0:
                seen.append(at)
        cloud = np.concatenate(seen)
        values, vectors = np.linalg.eigh(np.cov(cloud.T))
        spread = (vectors * np.sqrt(np.maximum(values, 0))).T
    kept: list[Float64] = []
    while len(kept) * CHAINS < count:
        for _ in range(known.count):
            at = _step(at, walls, limits, spread, rng)
        kept.append(at)
    float64: Float64 = np.maximum(np.concatenate(kept)[:count], 0.0)
    float64 /= float64.sum(axis=1, keepdims=True)
    return float64


def _step(
    at: Float64, walls: Float64, limits: Float64, spread: Float64, rng: np.random.Generator
) -> Float64:
    """One step of each walker: a direction of the plane, then anywhere on the chord."""
    way = rng.standard_normal(at.shape) @ spread
    way -= way.mean(axis=1, keepdims=True)
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    toward = way @ walls.T
    room = np.maximum(limits - at @ walls.T, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = room / toward
    far = np.min(np.where(toward > SLACK, reach, np.inf), axis=1)
    near = np.max(np.where(toward < -SLACK, reach, -np.inf), axis=1)
    step = near + (far - near) * rng.random(len(at))
    moved: Float64 = at + step[:, None] * way
    return moved
