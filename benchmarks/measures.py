"""Time the measures: python benchmarks/measures.py [small] [access] [large] [coverage].

`small`: 20,000 cells x 2,000 facilities, every pair. `access`: 10 million pairs beside PySAL
`access` (the catchment alone, and with the reading of the long table). `large`: 2.3 million cells x
5,000 facilities within 60 minutes, made block by block. `coverage`: the table of a département.
Points are uniform over a square, minutes are straight distances, all seeded.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from siting.measures import catchments, coverage, decay, opportunities, pairs, redundancy

if TYPE_CHECKING:
    from collections.abc import Callable


def timed(name: str, call: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    result = call()
    print(f"  {name:34s}{time.perf_counter() - start:8.3f} s", flush=True)
    return result


def points(n: int, seed: int, side: float) -> Any:
    return np.random.default_rng(seed).random((n, 2)) * side


def ids(letter: str, n: int) -> Any:
    return np.array([f"{letter}{i}" for i in range(n)], object)


def counts(n: int, seed: int, most: int) -> Any:
    return np.random.default_rng(seed).integers(0, most, n).astype(float)


def measures(found: pairs.Pairs, people: Any, supply: Any) -> None:
    smooth = decay.gaussian(15, 60)
    given = (found, people, supply)
    bands = decay.steps([(10, 1), (20, 0.68), (30, 0.22)])
    timed("2SFCA", lambda: catchments.two_step(*given, 30))
    timed("E2SFCA, steps", lambda: catchments.enhanced_two_step(*given, bands))
    timed("E2SFCA, Gaussian", lambda: catchments.enhanced_two_step(*given, smooth))
    timed("KD2SFCA", lambda: catchments.kernel_two_step(*given, 30))
    timed("M2SFCA", lambda: catchments.modified_two_step(*given, smooth))
    timed("3SFCA", lambda: catchments.three_step(*given, smooth))
    timed("BFCA", lambda: catchments.balanced(*given, smooth))
    timed("RAAM", lambda: catchments.rational_agents(*given))
    timed("cumulative, 3 thresholds", lambda: opportunities.cumulative(found, supply, [10, 20, 30]))
    timed("closures", lambda: redundancy.closures(found, people, 20))


def small() -> None:
    print("20,000 cells x 2,000 facilities, all 40 million pairs")
    here, there = points(20_000, 0, 100), points(2_000, 1, 100)
    times = np.sqrt(((here[:, None, :] - there[None]) ** 2).sum(-1)).astype(np.float32)
    found = timed(
        "pairs from dense", lambda: pairs.from_dense(times, ids("c", 20_000), ids("f", 2_000))
    )
    people, supply = counts(20_000, 2, 60), counts(2_000, 3, 5)
    tiny = pairs.from_dense(times[:9, :9], ids("c", 9), ids("f", 9))
    timed("(compiling RAAM)", lambda: catchments.rational_agents(tiny, np.ones(9), np.ones(9)))
    measures(found, people, supply)


def access() -> None:
    from access import fca

    print("10 million pairs beside PySAL access")
    n, m = 20_000, 500
    here, there = points(n, 0, 60), points(m, 1, 60)
    times = np.sqrt(((here[:, None, :] - there[None]) ** 2).sum(-1)).astype(np.float32)
    people = pd.Series(counts(n, 2, 60) + 1, ids("c", n), name="demand")
    supply = pd.Series(counts(m, 3, 5) + 1, ids("f", m), name="supply")
    long = pd.DataFrame(
        {
            "origin_id": np.repeat(people.index, m),
            "destination_id": np.tile(supply.index, n),
            "minutes": times.ravel(),
        }
    )
    table = long.set_axis(["origin", "dest", "cost"], axis=1).astype({"cost": float})
    start = time.perf_counter()
    found = pairs.from_long(long)
    read = time.perf_counter() - start
    demand, offer = people.rename_axis("origin").to_frame(), supply.to_frame()
    for limit in (30, 90):  # 90 minutes hold every pair
        start = time.perf_counter()
        ours = catchments.two_step(found, people, supply, limit)
        took = time.perf_counter() - start
        start = time.perf_counter()
        theirs = fca.two_stage_fca(demand, offer, table, limit, demand_index="origin")
        peer = time.perf_counter() - start
        gap = (ours - theirs.reindex(ours.index, fill_value=0)).abs().max()
        print(f"  2SFCA, {limit} minutes: {took:.3f} s; access {peer:.1f} s; gap {gap:.1e}")
        told = f"{peer / took:.0f}, with reading the long table ({read:.2f} s)"
        print(f"  ratio {told} {peer / (took + read):.1f}")


def large() -> None:
    import resource  # not on Windows

    print("2.3 million cells x 5,000 facilities, 60 minutes, sparse")
    n, m, step = 2_300_000, 5_000, 100_000
    # a country of 1,000 x 550 km at 1 km a minute: 60 minutes hold about 1/50 of the facilities
    here, there = points(n, 0, 1) * [1000, 550], points(m, 1, 1) * [1000, 550]
    tree = cKDTree(there)
    places, cells = ids("f", m), ids("c", n)
    parts = []
    start = time.perf_counter()
    for at in range(0, n, step):
        block = cKDTree(here[at : at + step]).sparse_distance_matrix(
            tree, 60, output_type="ndarray"
        )
        part = cells[at : at + step]
        parts.append(
            pairs.from_indices(block["i"], block["j"], block["v"].astype(np.float32), part, places)
        )
    found = pairs.stack(parts)
    del parts
    print(
        f"  {len(found.minutes):,} pairs made in {time.perf_counter() - start:.0f} s (not counted)"
    )
    measures(found, counts(n, 2, 60), counts(m, 3, 5))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"  peak memory {peak:.1f} GiB, making the pairs included")


def department() -> None:
    print("coverage: 20,000 cells, 285 communes, 305 zones, 5 services, 7 thresholds")
    rng = np.random.default_rng(0)
    codes = np.array([f"{i:05d}" for i in range(285)])
    one = pd.DataFrame(
        {
            "cell_id": ids("c", 20_000),
            "commune_code": rng.choice(codes, 20_000),
            "population": counts(20_000, 2, 60),
        }
    )
    table = pd.concat(
        [
            one.assign(service=f"s{k}", minutes=(rng.random(20_000) * 60).astype(np.float32))
            for k in range(5)
        ]
    )
    kinds = {"department": np.zeros(285, int), "epci": np.arange(285) % 19}
    kinds["commune"] = np.arange(285)
    zones = pd.concat(
        [
            pd.DataFrame(
                {
                    "commune_code": codes,
                    "zone_kind": kind,
                    "zone_code": of.astype(str),
                    "zone_name": "",
                }
            )
            for kind, of in kinds.items()
        ]
    ).assign(zone_name="")
    limits = [5, 10, 15, 20, 30, 45, 60]
    for _ in range(3):
        timed("coverage", lambda: coverage.coverage(table, zones, limits))


if __name__ == "__main__":
    known = {"small": small, "access": access, "large": large, "coverage": department}
    for name in sys.argv[1:] or known:
        known[name]()
