"""Travel-time matrices between points, on any network.

A time is from the resident to the place, in minutes, access legs at both ends included. It is an
integer number of deciseconds inside. A pair without a time has a reason; a pair beyond the limit
is left out of the long table.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from siting.atomic_files import replacing
from siting.network.routing import DECISECONDS_PER_MINUTE, Attachment, Int32, Legs, Network
from siting.times import search
from siting.times.search import UNREACHED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from siting.cluster import Spread
    from siting.network.metric import Hierarchy, Metric

SCHEMA = pa.schema(
    [
        ("origin_id", pa.string()),
        ("destination_id", pa.string()),
        ("minutes", pa.float32()),
        ("reason", pa.string()),
    ]
)
FEW_ARCS = 200  # changed arcs that are sooner repaired than customized anew
SMALL = 2000  # nodes of a graph that needs no hierarchy
BLOCK_ENTRIES = 5_000_000  # entries of a block of the matrix held in memory at once


@dataclass(frozen=True)
class Dense:
    """Times between all pairs.

    Attributes
    ----------
    origins, destinations
        The points, joined to the network.
    deciseconds
        int32, shape (origins, destinations); `UNREACHED` where there is no time.
    """

    origins: Attachment
    destinations: Attachment
    deciseconds: Int32

    @property
    def minutes(self) -> npt.NDArray[np.float32]:
        """Minutes, float32, shape (origins, destinations); NaN where there is no time."""
        minutes = (self.deciseconds / DECISECONDS_PER_MINUTE).astype(np.float32)
        minutes[self.deciseconds == UNREACHED] = np.nan
        return minutes


@dataclass(frozen=True)
class Router:
    """A network made ready for searches.

    Attributes
    ----------
    network
        Where to travel.
    hierarchy, metric
        Of its graph; None where the graph is so small that Dijkstra's search is sooner done than
        the kernels are loaded.
    """

    network: Network
    hierarchy: Hierarchy | None
    metric: Metric | None


def prepare(network: Network) -> Router:
    """Make a network ready for searches."""
    graph = network.graph
    if graph.n_nodes <= SMALL:
        return Router(network, None, None)
    # numba, only where a graph is large
    from siting.network import hierarchy as hierarchies  # noqa: PLC0415

    hierarchy = hierarchies.build(graph, *network.positions)
    return Router(network, hierarchy, hierarchies.customize(hierarchy, graph.duration))


def with_times(router: Router, network: Network) -> Router:
    """The same roads under other times: the order of their hierarchy stands.

    Few changed arcs are repaired, many are customized anew.

    Parameters
    ----------
    network
        The router's own network with other durations of the same arcs.
    """
    hierarchy, metric = router.hierarchy, router.metric
    if hierarchy is None or metric is None:
        return Router(network, None, None)
    from siting.network import hierarchy as hierarchies  # noqa: PLC0415 - as in `prepare`

    new, old = network.graph.duration, router.network.graph.duration
    changed = np.flatnonzero(new != old)
    if len(changed) <= FEW_ARCS:
        metric = hierarchies.update(hierarchy, metric, changed, new[changed])
    else:
        metric = hierarchies.customize(hierarchy, new)
    return Router(network, hierarchy, metric)


def dense(router: Router, origins: Attachment, destinations: Attachment) -> Dense:
    """Times from every origin to every destination, points joined by `network.attach`."""
    network, legs = router.network, (origins.leaving, destinations.arriving)
    if router.hierarchy is None or router.metric is None:
        times = search.many_to_many(network.graph, *legs)
    else:
        from siting.times import sweeps  # noqa: PLC0415 - as in `prepare`

        times = sweeps.many_to_many(router.hierarchy, router.metric, *legs)
    origin, destination, direct = network.direct(origins, destinations)
    np.minimum.at(times, (origin, destination), direct)
    return Dense(origins, destinations, times)


def towards(router: Router, origins: Attachment, destinations: Attachment) -> Dense:
    """Times as `dense` gives them, by one tree for each destination: for few destinations."""
    hierarchy, metric = router.hierarchy, router.metric
    leaving, arriving, places = origins.leaving, destinations.arriving, len(destinations.ids)
    if hierarchy is None or metric is None:
        tree = search.to_places(router.network.graph, arriving)
        times = search.from_nodes(tree[leaving.node, :places], leaving)
    else:
        from siting.times import sweeps  # noqa: PLC0415 - as in `prepare`

        if places == 1:
            tree = sweeps.tree(hierarchy, metric, arriving, backward=True)
            times = sweeps.from_tree(hierarchy, tree, leaving)[:, None]
        else:
            tree = sweeps.to_all(hierarchy, metric, arriving, backward=True)
            node = hierarchy.number[leaving.node]
            times = search.from_nodes(tree[node, :places], leaving)
    origin, destination, direct = router.network.direct(origins, destinations)
    np.minimum.at(times, (origin, destination), direct)
    return Dense(origins, destinations, times)


def blocks(
    router: Router,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    limit: float | None = None,
    nearest: int | None = None,
    spread: Spread = map,
    opened: Callable[[], Router] | None = None,
) -> Iterator[pd.DataFrame]:
    """Long tables of times, some origins at a time, so that memory stays bounded.

    Parameters
    ----------
    router
        Where to travel, see `prepare`.
    origins, destinations
        Points, see `tables.POINTS`.
    limit, nearest
        See `write`.
    spread
        Computes the blocks, here or on a cluster; they are the same.
    opened
        Gives the router where a block is computed, if that is another process.

    Yields
    ------
    Frames with the columns of `tables.MATRIX`, in the order of origins, then of destinations.
    """
    places = router.network.attach(destinations)
    step = max(1, BLOCK_ENTRIES // max(1, len(destinations)))
    joined = router.network.attach(origins)
    parts = (rows(joined, start, start + step) for start in range(0, len(origins), step))
    yield from spread(partial(_block, opened or (lambda: router), places, limit, nearest), parts)


def _block(
    opened: Callable[[], Router],
    places: Attachment,
    limit: float | None,
    nearest: int | None,
    origins: Attachment,
) -> pd.DataFrame:
    """Long table of times from some origins."""
    table = long(dense(opened(), origins, places), limit)
    return table if nearest is None else closest(table, nearest)


def rows(points: Attachment, start: int, stop: int) -> Attachment:
    """Some of the points joined to a network, in order."""

    def legs(whole: Legs) -> Legs:
        first = whole.first[start : stop + 1]
        part = slice(first[0], first[-1])
        return Legs(first - first[0], whole.node[part], whole.duration[part])

    # what a network keeps for itself is a row a point in each of its arrays
    own = {f.name: getattr(points.local, f.name)[start:stop] for f in fields(points.local)}
    return Attachment(
        points.ids[start:stop],
        legs(points.leaving),
        legs(points.arriving),
        points.reason[start:stop],
        points.distance_m[start:stop],
        replace(points.local, **own),
    )


def long(times: Dense, limit: float | None = None) -> pd.DataFrame:
    """Long table of times: see `tables.MATRIX`; pairs beyond `limit` minutes are left out."""
    minutes = times.minutes
    reason = np.where(np.isnan(minutes), "no_route", "").astype(object)
    for axis, points in ((0, times.origins), (1, times.destinations)):
        off = points.reason != ""
        shown = np.expand_dims(points.reason, 1 - axis)
        np.copyto(reason, shown, where=np.expand_dims(off, 1 - axis))
    kept = np.ones(minutes.shape, bool) if limit is None else ~(minutes > np.float32(limit))
    origin, destination = np.nonzero(kept)
    return pd.DataFrame(
        {
            "origin_id": times.origins.ids[origin],
            "destination_id": times.destinations.ids[destination],
            "minutes": minutes[kept],
            "reason": reason[kept],
        }
    )


def write(
    path: Path,
    router: Router,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    limit: float | None = None,
    nearest: int | None = None,
    spread: Spread = map,
    opened: Callable[[], Router] | None = None,
) -> int:
    """Write the long table of times as Parquet, block by block.

    Parameters
    ----------
    limit
        Minutes beyond which a pair is left out.
    nearest
        How many destinations to keep of each origin, the nearest first; all unless given. An origin
        that reaches none keeps one row, with its reason.

    Returns
    -------
    Number of rows written.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    count = 0
    with replacing(path) as part, pq.ParquetWriter(part, SCHEMA) as writer:
        for block in blocks(router, origins, destinations, limit, nearest, spread, opened):
            writer.write_table(pa.Table.from_pandas(block, SCHEMA, preserve_index=False))
            count += len(block)
    return count


def closest(table: pd.DataFrame, count: int) -> pd.DataFrame:
    """The nearest destinations of each origin in a long table; of equal times the first."""
    ordered = table.assign(rank=pd.factorize(table["origin_id"])[0]).sort_values(
        ["rank", "minutes"], kind="stable", na_position="last"
    )
    place = ordered.groupby("rank").cumcount()
    kept = (place < count) & (ordered["minutes"].notna() | (place == 0))
    return ordered[kept].drop(columns="rank").reset_index(drop=True)
