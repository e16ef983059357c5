"""Rankings against the clock: python benchmarks/ranking.py.

100 candidates x 15 criteria, values uniform (numpy's default_rng(0)); SMAA of 100,000 draws with
free and with ordered weights; one weight changed, by each method, and the sites ranked again.
"""

from __future__ import annotations

import time

import numpy as np

from siting.ranking import ranking, smaa, weightings
from siting.ranking.outranking import Thresholds
from siting.ranking.scales import Scale, Values

SITES, CRITERIA, DRAWS, TIMES = 100, 15, 100_000, 7


def case(unknown: int) -> Scale:
    rng = np.random.default_rng(0)
    raw = rng.random((SITES, CRITERIA))
    raw.ravel()[rng.choice(raw.size, unknown, replace=False)] = np.nan
    names = tuple(f"c{j}" for j in range(CRITERIA))
    ids = np.array([f"s{i:03}" for i in range(SITES)])
    return Scale("min_max", Values(ids, names, np.ones(CRITERIA, bool), raw))


def measure(name: str, task) -> None:
    task()  # loading and compiling are not counted
    spent = []
    for _ in range(TIMES):
        started = time.perf_counter()
        task()
        spent.append(time.perf_counter() - started)
    best, middle = min(spent) * 1000, float(np.median(spent)) * 1000
    print(f"{name:44} best {best:9.1f} ms, median {middle:9.1f} ms of {TIMES}", flush=True)


def main() -> None:
    free = weightings.free(CRITERIA)
    levels = tuple((j,) for j in range(CRITERIA))
    for unknown in (0, 30):
        scale = case(unknown)
        for name, known in (("free", free), ("ordered", weightings.ordered(free, levels))):
            measure(
                f"SMAA sum, {name} weights, {unknown} unknown values",
                lambda known=known, scale=scale: smaa.smaa("sum", scale, known, DRAWS, 1),
            )
    limits = Thresholds(
        np.full(CRITERIA, 0.1), np.full(CRITERIA, 0.3), np.full(CRITERIA, np.inf),
        ("linear",) * CRITERIA,
    )  # fmt: skip
    scale, weights = case(30), np.full(CRITERIA, 1 / CRITERIA)
    weights[0] *= 2
    weights /= weights.sum()
    for method in ranking.METHODS:
        measure(
            f"re-rank, {method}",
            lambda method=method: ranking.rank(method, scale, weights, limits),
        )


if __name__ == "__main__":
    main()
