"""How cost grows: seconds and bytes of each phase by the number of nodes, and of a batch by units.

Usage: python benchmarks/scale.py [--nodes 10000 100000 1000000] [--units 1 10] [--workers 1 2]

Roads are those of `road_like`, written as an OSM extract and read by the product. Printed for each
size: seconds and bytes of each phase, and the exponent of growth from the size before; of sweeps,
the share of the bandwidth at which this machine fills memory. Then seconds of `siting batch` for so
many scenarios of the embedded study of Aveyron, on so many workers. `--nodes 5000000` takes half an
hour, most of it to write the extract.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import mmap
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import road_like

from siting.network import extract, hierarchy, roads, speeds
from siting.network.routing import Legs
from siting.publish.batch import engine
from siting.publish.batch import plan as plans
from siting.study import kept_format
from siting.times import matrix, sweeps

RANKED_UP_TO = 100_000  # nodes beyond which all roads have one speed
SOURCES = 192  # of the trees to all nodes
AROUND = 2_000  # places whose people within half an hour are counted
LIMIT = 30 * 600


def main() -> None:
    parser = argparse.ArgumentParser(description="How cost grows")
    parser.add_argument("--nodes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--units", type=int, nargs="*", default=[1, 10])
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    given = parser.parse_args()
    bandwidth = _bandwidth()
    print(f"memory is filled at {bandwidth / 1e9:.1f} GB/s\n")
    print("| nodes | phase | seconds | MB | exponent |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        of_roads(2_000, Path(folder), bandwidth)  # compiles
        before: dict[str, tuple[int, float]] = {}
        for n in given.nodes:
            phases = of_roads(n, Path(folder), bandwidth)
            for name, (seconds, size, note) in phases.items():
                last, took = before.get(name, (n, seconds))
                grown = f"{math.log(seconds / took, n / last):.2f}" if n != last else ""
                before[name] = n, seconds
                shown = f"{size / 1e6:,.1f}" if size else ""
                print(f"| {n:,} | {name} | {seconds:.4g}{note} | {shown} | {grown} |", flush=True)
        print("\n| units | workers | seconds | seconds a unit |\n|---|---|---|---|")
        for workers in given.workers:
            for count in given.units:
                seconds = of_batch(count, workers, Path(folder) / f"batch-{workers}-{count}")
                print(
                    f"| {count} | {workers} | {seconds:.1f} | {seconds / count:.2f} |", flush=True
                )


def _bandwidth() -> float:
    """Bytes a second at which an array is filled."""
    table = np.zeros(64_000_000, np.int32)
    return table.nbytes / min(_timed(lambda: table.fill(1))[0] for _ in range(5))


def _timed(action: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def _bytes(value: Any) -> int:
    """Bytes of all arrays of a dataclass."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if dataclasses.is_dataclass(value):
        return sum(_bytes(getattr(value, field.name)) for field in dataclasses.fields(value))
    return 0


def of_roads(n: int, folder: Path, bandwidth: float) -> dict[str, tuple[float, int, str]]:
    """Seconds, bytes and a note of each phase."""
    phases: dict[str, tuple[float, int, str]] = {}

    def phase(name: str, action: Any, size: Any = _bytes, note: Any = lambda _: "") -> Any:
        seconds, result = _timed(action)
        phases[name] = seconds, size(result), note(seconds)
        return result

    path = folder / f"{n}.osm.pbf"
    road_like.write_pbf(road_like.make(n, ranked=n <= RANKED_UP_TO), path)
    chosen = speeds.load(mode="car")
    segments = phase("extract read", lambda: extract.segments(path, chosen))
    phases["extract read"] = (phases["extract read"][0], path.stat().st_size, "")
    network = phase("network built", lambda: roads.build(segments, chosen, snap_cap_m=1000))
    graph = network.graph
    built = phase("ordered and built", lambda: hierarchy.build(graph, *network.positions))
    metric = phase("customized", lambda: hierarchy.customize(built, graph.duration))
    router = matrix.Router(network, built, metric)
    kept = folder / f"{n}.kept"

    def keep() -> None:
        with kept.open("wb") as file:
            file.writelines(kept_format.parts(router))

    def opened() -> Any:
        with kept.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        return kept_format.decode(mapped)

    phase("kept on disk", keep, lambda _: kept.stat().st_size)
    phase("opened again", opened, lambda _: 0)
    rng = np.random.default_rng(0)

    def at(count: int) -> Legs:
        nodes = rng.integers(0, graph.n_nodes, count).astype(np.int32)
        return Legs(np.arange(count + 1), nodes, np.zeros(count, np.int32))

    source, sources, places, around = (at(k) for k in (1, SOURCES, max(1, n // 1800), AROUND))
    phase("one tree", lambda: sweeps.tree(built, metric, source))
    table = sweeps.to_all(built, metric, sources)  # memory that is new costs more than the sweep
    phase(
        f"{SOURCES} sources to all nodes",
        lambda: sweeps.to_all(built, metric, sources, out=table),
        note=lambda seconds: f" ({table.nbytes / seconds / bandwidth:.0%} of the bandwidth)",
    )
    phase("nearest place of all nodes", lambda: sweeps.nearest(built, metric, places), lambda _: 0)
    mass = np.ones(graph.n_nodes)
    phase(
        f"people within 30 minutes of {AROUND:,} places",
        lambda: sweeps.mass_within(built, metric, around, mass, [LIMIT], backward=True),
    )
    return phases


def of_batch(count: int, workers: int, folder: Path) -> float:
    """Seconds of a batch of so many scenarios of one study."""
    folder.mkdir()
    scenarios = [f"  s{i}: {{what_if: {{speed_factor: {0.9 - i / 1000:g}}}}}" for i in range(count)]
    text = ["name: scale", "territories: {aveyron: configs/aveyron.yaml}", "scenarios:", *scenarios]
    path = folder / "plan.yaml"
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    planned = plans.read(path)[1]
    start = time.perf_counter()
    for outcome in engine.outcomes(planned, folder / "out", workers, None):
        if outcome.problems:
            raise SystemExit(f"{outcome.place}: {outcome.problems[0]}")
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
