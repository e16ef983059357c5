"""Location models against the clock: python benchmarks/location.py [pmed|mclp|...].

Generators (numpy's default_rng, seeds in the tables below):

- `square`: points uniform in a square of side 30 with whole weights 1 to 100, candidates uniform in
  the same square (after Cordeau, Furini and Ljubic 2019);
- `cpmp`: 100 customers on whole coordinates 1 to 100, sizes 1 to 20, capacity 120, distances
  rounded down (after Osman and Christofides 1994);
- `cells`: points of 50 towns and of the countryside, 1.3 times the straight distance in 16 bits.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from pathlib import Path

import numpy as np

from siting.sites.location import capacitated, covering, mclp, orlib, p_center, p_median
from siting.sites.location.problem import from_arrays
from siting.sites.location.search import Limits, Search

BENCHMARKS = Path(
    os.environ.get("SITING_BENCHMARKS", Path(__file__).parents[2] / "shared" / "benchmarks")
)
SQUARES = [(3.25, 20, 1), (3.25, 20, 2), (5.5, 10, 1), (5.5, 10, 2)]
CPMP_SEEDS = (1, 2, 3, 4, 5)


def square(points: int, candidates: int, seed: int):
    rng = np.random.default_rng(seed)
    xy = rng.random((points, 2)) * 30
    weights = rng.integers(1, 101, points).astype(float)
    return xy, weights, rng.random((candidates, 2)) * 30


def customers(seed: int):
    rng = np.random.default_rng(seed)
    xy = rng.integers(1, 101, (100, 2))
    size = rng.integers(1, 21, 100).astype(float)
    return np.floor(np.sqrt(((xy[:, None] - xy[None]) ** 2).sum(axis=2))), size


def cells(count: int, seed: int):
    rng = np.random.default_rng(seed)
    towns = rng.random((50, 2)) * 93
    near = towns[rng.integers(0, 50, count)] + rng.normal(size=(count, 2)) * 3
    xy = np.where(rng.random((count, 1)) < 0.6, near, rng.random((count, 2)) * 93)
    times = np.empty((count, count), np.uint16)
    for a in range(0, count, 500):
        far = np.sqrt(((xy[a : a + 500, None] - xy[None]) ** 2).sum(axis=2))
        times[a : a + 500] = np.minimum(65534, far * 1.3 * 600)
    return times, rng.integers(1, 60, count).astype(float)


def report(name, status, objective, lower, upper, started):
    seconds = time.perf_counter() - started
    print(
        f"{name:28} {status:9} {objective:14g} [{lower:g}, {upper:g}] {seconds:7.2f} s", flush=True
    )
    return seconds


def run_pmed():
    with (BENCHMARKS / "pmed" / "optima.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    for model, solve in (("p_median", p_median.solve), ("p_center", p_center.solve)):
        spent = []
        for row in rows:
            started = time.perf_counter()
            instance = orlib.read(BENCHMARKS / "pmed" / f"{row['instance']}.txt")
            answer = solve(from_arrays(instance.distance), instance.p)
            name = f"{model} {row['instance']}"
            bounds = answer.lower_bound, answer.upper_bound
            spent.append(report(name, answer.status, answer.objective, *bounds, started))
            if answer.status != "proven" or answer.objective != float(row[f"{model}_optimum"]):
                print("  NOT the published optimum, proven")
        print(f"{model}: {sum(spent):.2f} s in all, {max(spent):.2f} s the longest")


def run_mclp(points=1_000_000, candidates=200):
    for radius, p, seed in SQUARES:
        xy, weights, sites = square(points, candidates, seed)
        started = time.perf_counter()
        groups = covering.of_points(xy, weights, sites, radius)
        search = Search(Limits(seconds=120))
        with search.running():
            mclp.choose(groups, p, search)
        total = weights.sum()
        report(
            f"mclp {points:,} x {candidates} r={radius} s={seed}",
            "proven" if search.closed else "stopped",
            total - search.upper,
            total - search.upper,
            total - search.lower,
            started,
        )


def run_cpmp():
    for seed in CPMP_SEEDS:
        distance, size = customers(seed)
        started = time.perf_counter()
        answer = capacitated.p_median(
            from_arrays(distance), 10, np.full(100, 120.0), size=size, limits=Limits(seconds=60)
        )
        bounds = answer.lower_bound, answer.upper_bound
        report(f"capacitated p-median s={seed}", answer.status, answer.objective, *bounds, started)


def run_cells(count=20_000):
    times, weights = cells(count, 1)
    started = time.perf_counter()
    answer = p_median.solve(from_arrays(times, weights), 20, Limits(seconds=120, gap=0.01))
    bounds = answer.lower_bound, answer.upper_bound
    report(f"p-median {count} x {count}", answer.status, answer.objective, *bounds, started)
    print(f"gap {answer.gap:.4%}")


RUNS = {
    "pmed": run_pmed,
    "mclp": run_mclp,
    "mclp-large": lambda: run_mclp(20_000_000, 100),
    "cpmp": run_cpmp,
    "cells": run_cells,
}

if __name__ == "__main__":
    for wanted in sys.argv[1:] or RUNS:
        RUNS[wanted]()
