"""Matrices, trees and what-ifs, against named peers measured in the same run.

Usage: python benchmarks/routing.py [--nodes 100000] [--python python3.12] [--without-peers]

Peers (scipy here; RoutingKit, networkit, pandana and OSRM in an environment of their own under
SITING_CACHE, else ~/.cache/siting) run on the same roads; OSRM on the same written as PBF. Each
figure is the fastest of a few calls; a peer that would take minutes runs on some of the sources and
is scaled up. Peers use one thread.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import road_like
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from siting.network import hierarchy as hierarchies
from siting.network.routing import CLOSED, Legs, RoutingGraph
from siting.times import sweeps

PEERS = ("networkit", "pandana", "routingkit-cch", "osrm-bindings", "pyvalhalla", "pandas")
SCRIPT = Path(__file__).parent / "peers" / "routing_peers.py"
LIMIT = 30 * 600


def cache() -> Path:
    return Path(os.environ.get("SITING_CACHE", Path.home() / ".cache" / "siting"))


def peer_python(base: str) -> Path:
    """Interpreter of the peers' environment, made where it is missing."""
    home = cache() / "routing-peers"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        found = shutil.which(base)
        if found is None:
            sys.exit(f"no interpreter {base}: name one of 3.12 with --python")
        subprocess.run([found, "-m", "venv", home], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True)
    return python


def timed(action, repeat=7):
    """Milliseconds of the fastest call, and what the last gave."""
    best, result = float("inf"), None
    for _ in range(repeat):
        start = time.perf_counter()
        result = action()
        best = min(best, time.perf_counter() - start)
    return best * 1000, result


def one_thread(action):
    """Run with one core."""
    cores, os.cpu_count = os.cpu_count, lambda: 1
    try:
        return action()
    finally:
        os.cpu_count = cores


def at(nodes) -> Legs:
    count = len(nodes)
    return Legs(np.arange(count + 1), np.asarray(nodes, np.int32), np.zeros(count, np.int32))


def line(name: str, value: str, ratio: str = "") -> None:
    print(f"| {name} | {value} | {ratio} |")


def main() -> None:
    parser = argparse.ArgumentParser(description="Routing against peers")
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--python", default="python3.12")
    parser.add_argument("--without-peers", action="store_true")
    given = parser.parse_args()
    roads = road_like.make(given.nodes)
    n = given.nodes
    graph = RoutingGraph(n, roads.tail, roads.head, roads.duration)
    print(f"{n} nodes, {len(roads.tail)} arcs; {platform.machine()}, {os.cpu_count()} cores\n")
    print("| job | siting | peers |\n|---|---|---|")
    hierarchies.customize(hierarchies.build(graph, *roads.xy.T), roads.duration)  # compiles
    ms, made = timed(lambda: hierarchies.build(graph, *roads.xy.T), 2)
    line("order and build", f"{ms:.0f} ms")
    ms, metric = timed(lambda: hierarchies.customize(made, roads.duration))
    customize = ms
    line("customize", f"{ms:.0f} ms")
    rng = np.random.default_rng(0)
    sources, targets = (rng.choice(n, 1000, replace=False) for _ in range(2))
    many = rng.choice(n, min(20_000, n // 2), replace=False)
    peers = {}
    reference = csr_array((roads.duration.astype(float), (roads.tail, roads.head)), shape=(n, n))
    scipy_ms, trees = timed(lambda: dijkstra(reference, indices=sources[:10]), 2)
    tree = scipy_ms / 10
    lon, lat = road_like.degrees(roads)
    mass = rng.integers(0, 50, n).astype(float)
    if not given.without_peers:
        folder = cache() / f"routing-{n}"
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(
            folder / "graph.npz", tail=roads.tail, head=roads.head, duration=roads.duration,
            lon=lon, lat=lat, sources=sources, targets=targets, mass=mass, limit=LIMIT,
        )  # fmt: skip
        pbf = folder / "made.osm.pbf"
        if not pbf.exists():
            road_like.write_pbf(roads, pbf)
        command = [peer_python(given.python), SCRIPT, folder / "graph.npz", folder / "out.json"]
        silent = subprocess.DEVNULL
        subprocess.run([*command, pbf, folder], check=True, stdout=silent, stderr=silent)
        peers = json.loads((folder / "out.json").read_text(encoding="utf-8"))

    def matrix():
        return sweeps.many_to_many(made, metric, at(sources), at(targets))

    alone, _ = one_thread(lambda: timed(matrix, 15))
    both, found = timed(matrix, 15)
    expected = trees[:, targets]
    known = np.isfinite(expected)
    assert (found[:10][known] == expected[known]).all()
    assert (found[:10][~known] == sweeps.UNREACHED).all()
    ratios = [f"scipy x{tree * 1000 / both:,.0f}"]
    for name, values in peers.items():
        ratios.append(f"{name} x{values['matrix'] / both:,.0f} ({values['matrix']:,.0f} ms)")
        if "check" in values:
            theirs = np.array(values["check"], float)
            sure = known[: len(theirs)] & (theirs < 1e9)
            assert np.abs(theirs - found[: len(theirs)])[sure].max() == 0, name
    line("1,000 x 1,000", f"{both:.1f} ms ({alone:.1f} on one core)", "; ".join(ratios))
    ms, _ = timed(lambda: sweeps.many_to_many(made, metric, at(sources), at(many)), 5)
    line(f"1,000 x {len(many):,}", f"{ms:.0f} ms", f"scipy x{tree * 1000 / ms:,.0f}")
    some = np.sort(sources[:512])
    out = sweeps.to_all(made, metric, at(some))
    ms, _ = timed(lambda: sweeps.to_all(made, metric, at(some), out=out))
    write, _ = timed(lambda: out.fill(1))
    said = f"scipy x{tree * 512 / ms:,.0f}; {ms / write:.1f} times writing that much memory"
    line("512 x all", f"{ms:.0f} ms ({ms / 512 * 1000:.0f} us a source)", said)
    whole, _ = timed(lambda: sweeps.mass_within(made, metric, at(range(n)), mass, [LIMIT]), 1)
    ratio = f"pandana x{peers['pandana']['aggregate'] / whole:,.0f}" if peers else ""
    line("people within 30 min of every node", f"{whole / 1000:.2f} s", ratio)
    ms, _ = timed(lambda: sweeps.within(made, metric, at(sources[:1]), LIMIT), 50)
    line("one tree within 30 min", f"{ms:.2f} ms", f"scipy x{tree / ms:,.0f}")
    closed = np.array([CLOSED], np.int32)
    ms, _ = timed(lambda: hierarchies.update(made, metric, sources[:1], closed), 20)
    line("a road closed (update)", f"{ms:.1f} ms")
    ms, _ = timed(lambda: sweeps.to_all(made, metric, at(sources[:1])), 20)
    line("all speeds changed to one tree", f"{customize + ms:.0f} ms")
    size = sum(getattr(made, k).nbytes for k in made.__dataclass_fields__) / n
    line("memory of the hierarchy", f"{size:.0f} bytes a node")


if __name__ == "__main__":
    main()
