"""How the order and the building of a hierarchy grow with the number of nodes.

Usage: python benchmarks/order.py [--nodes 10000 100000 1000000]

Prints for each size, on roads made by `road_like`: seconds of the order and of the whole build
(the second call: kernels are compiled by the first), arcs and depth of the hierarchy, seconds of
1,000 trees, and the exponent of growth of the build from one size to the next.
"""

from __future__ import annotations

import argparse
import math
import time

import numpy as np
import road_like

from siting.network import hierarchy as hierarchies
from siting.network import order
from siting.network.routing import Legs, RoutingGraph
from siting.times import sweeps

SOURCES = 1000
RANKED_UP_TO = 100_000  # nodes beyond which all roads have one speed: the order does not see it


def seconds(action, repeat=2):
    """Seconds of the fastest call, and what the last gave."""
    best, result = math.inf, None
    for _ in range(repeat):
        start = time.perf_counter()
        result = action()
        best = min(best, time.perf_counter() - start)
    return best, result


def main() -> None:
    parser = argparse.ArgumentParser(description="Order and build by size")
    parser.add_argument("--nodes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    given = parser.parse_args()
    print("| nodes | order s | build s | arcs | depth | 1,000 x 1,000 s | exponent |")
    print("|---|---|---|---|---|---|---|")
    before = None
    for n in given.nodes:
        roads = road_like.make(n, ranked=n <= RANKED_UP_TO)
        graph = RoutingGraph(n, roads.tail, roads.head, roads.duration)
        x, y = (v.astype(np.float32) for v in (roads.xy - roads.xy.mean(axis=0)).T)
        ordering, _ = seconds(
            lambda n=n, g=graph, x=x, y=y: order.nested_dissection(n, g.tail, g.head, x, y)
        )
        building, made = seconds(lambda g=graph, r=roads: hierarchies.build(g, *r.xy.T))
        metric = hierarchies.customize(made, roads.duration)
        drawn = np.random.default_rng(0).choice(n, SOURCES, replace=False).astype(np.int32)
        at = Legs(np.arange(SOURCES + 1), drawn, np.zeros(SOURCES, np.int32))
        sweeping, _ = seconds(lambda m=made, t=metric, a=at: sweeps.many_to_many(m, t, a, a), 3)
        grown = "" if before is None else f"{math.log(building / before[1], n / before[0]):.2f}"
        before = n, building
        cells = [f"{n:,}", f"{ordering:.2f}", f"{building:.2f}", f"{len(made.head):,}"]
        print("| " + " | ".join([*cells, str(made.depth.max()), f"{sweeping:.3f}", grown]) + " |")


if __name__ == "__main__":
    main()
