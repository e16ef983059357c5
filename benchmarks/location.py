"""Location models against the clock: python benchmarks/location.py [pmed|mclp|...].

Generators (numpy's default_rng, seeds in the tables below):

- `square`: points uniform in a square of side 30 with whole weights 1 to 100, candidates uniform in
  the same square (after Cordeau, Furini and Ljubic 2019);
- `cpmp`: 100 customers on whole coordinates 1 to 100, sizes 1 to 20, capacity 120, distances
  rounded down (after Osman and Christofides 1994);
- `cells`: 20,000 of the 100,000 nodes of road_like.py's roads, demand and candidates alike, with
  whole weights 1 to 59; times by the package's own engine, 16 bits of a tenth of a second (what
  would be longer than 109 minutes counts as 109 minutes, so that bounds hold).

`rl1304` reads TSPLIB's file (Reinelt 1991) in tsplib/ of SITING_BENCHMARKS, distances rounded down.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from pathlib import Path

import numpy as np
import road_like
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from siting.location import capacitated, covering, mclp, orlib, p_center, p_median
from siting.location.problem import from_arrays
from siting.location.search import Limits, Search
from siting.network import hierarchy as hierarchies
from siting.network.routing import Legs, RoutingGraph
from siting.times import sweeps

BENCHMARKS = Path(
    os.environ.get("SITING_BENCHMARKS", Path(__file__).parents[2] / "shared" / "benchmarks")
)
SQUARES = [(3.25, 20, 1), (3.25, 20, 2), (5.5, 10, 1), (5.5, 10, 2)]
CPMP_SEEDS = (1, 2, 3, 4, 5)
LONGEST = 65_534  # deciseconds in 16 bits; the next number means out of reach
BLOCK = 1000


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


def cells(count: int, nodes: int, seed: int):
    """Times from every cell to every site, shape (cells, sites), and weights of the cells."""
    roads = road_like.make(nodes)
    rng = np.random.default_rng(seed)
    links = csr_array((np.ones(roads.tail.size), (roads.tail, roads.head)), shape=(nodes, nodes))
    _, part = connected_components(links, connection="strong")
    joined = np.flatnonzero(part == np.bincount(part).argmax())  # one-way roads cut a few off
    places = rng.choice(joined, count, replace=False)
    weights = rng.integers(1, 60, count).astype(float)
    started = time.perf_counter()
    made = hierarchies.build(
        RoutingGraph(nodes, roads.tail, roads.head, roads.duration), *roads.xy.T
    )
    metric = hierarchies.customize(made, roads.duration)
    by_site = np.empty((count, count), np.uint16)
    for a in range(0, count, BLOCK):
        some = at(places[a : a + BLOCK])
        times = sweeps.many_to_many(made, metric, at(places), some)
        by_site[a : a + BLOCK] = np.minimum(times.T, LONGEST)
    print(f"matrix {count:,} x {count:,}: {time.perf_counter() - started:.2f} s")
    return by_site.T, weights


def at(nodes) -> Legs:
    count = len(nodes)
    return Legs(np.arange(count + 1), np.asarray(nodes, np.int32), np.zeros(count, np.int32))


def report(name, status, objective, lower, upper, started):
    seconds, processor = time.perf_counter() - started[0], time.process_time() - started[1]
    print(
        f"{name:28} {status:9} {objective:14g} [{lower:g}, {upper:g}] {seconds:7.2f} s, "
        f"of processors {processor:.2f} s",
        flush=True,
    )
    return np.array([seconds, processor])


def clocks():
    return time.perf_counter(), time.process_time()


def run_pmed():
    with (BENCHMARKS / "pmed" / "optima.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    for model, solve in (("p_median", p_median.solve), ("p_center", p_center.solve)):
        spent = []
        for row in rows:
            started = clocks()
            instance = orlib.read(BENCHMARKS / "pmed" / f"{row['instance']}.txt")
            answer = solve(from_arrays(instance.distance), instance.p)
            name = f"{model} {row['instance']}"
            bounds = answer.lower_bound, answer.upper_bound
            spent.append(report(name, answer.status, answer.objective, *bounds, started))
            if answer.status != "proven" or answer.objective != float(row[f"{model}_optimum"]):
                print("  NOT the published optimum, proven")
        wall, processor = np.array(spent).T
        print(
            f"{model}: {wall.sum():.2f} s in all, {wall.max():.2f} s the longest; "
            f"of processors {processor.sum():.2f} s and {processor.max():.2f} s"
        )


def run_rl1304():
    path = BENCHMARKS / "tsplib" / "rl1304.tsp"
    if not path.exists():
        print(f"rl1304 not run: {path} is missing")
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = lines[lines.index("NODE_COORD_SECTION") + 1 : lines.index("EOF")]
    xy = np.array([row.split()[1:] for row in rows], float)
    distance = np.floor(np.sqrt(((xy[:, None] - xy[None]) ** 2).sum(axis=2)))
    for p in (100, 200, 300):
        started = clocks()
        answer = p_median.solve(from_arrays(distance), p, Limits(seconds=90))
        bounds = answer.lower_bound, answer.upper_bound
        report(f"p_median rl1304 p={p}", answer.status, answer.objective, *bounds, started)


def run_mclp(points=1_000_000, candidates=200):
    for radius, p, seed in SQUARES:
        xy, weights, sites = square(points, candidates, seed)
        started = clocks()
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
        started = clocks()
        answer = capacitated.p_median(
            from_arrays(distance), 10, np.full(100, 120.0), size=size, limits=Limits(seconds=60)
        )
        bounds = answer.lower_bound, answer.upper_bound
        report(f"capacitated p-median s={seed}", answer.status, answer.objective, *bounds, started)


def run_cells(count=20_000, nodes=100_000):
    started = clocks()
    times, weights = cells(count, nodes, 1)
    answer = p_median.solve(from_arrays(times, weights), 20, Limits(seconds=100, gap=0.01))
    bounds = answer.lower_bound, answer.upper_bound
    report(f"p-median {count} x {count}", answer.status, answer.objective, *bounds, started)
    print(f"gap {answer.gap:.4%}, farthest {answer.allocation['minutes'].max() / 600:.1f} min")


RUNS = {
    "pmed": run_pmed,
    "rl1304": run_rl1304,
    "mclp": run_mclp,
    "mclp-large": lambda: run_mclp(20_000_000, 100),
    "cpmp": run_cpmp,
    "cells": run_cells,
}

if __name__ == "__main__":
    for wanted in sys.argv[1:] or RUNS:
        RUNS[wanted]()
