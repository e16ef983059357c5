"""Fits the speeds of road classes to observed times.

For each observed trip the fastest way is found and its time split by class; the class factors that
bring the sums nearest to the observed times, in relative error, come from a least-squares fit drawn
towards 1 (ridge), so that a class that few trips use keeps its speed. Factors change the fastest
ways, so the two steps are repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import lsq_linear
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from siting.contracts import LAT, LON, Column, Table, code
from siting.errors import InputError
from siting.network import roads
from siting.times import matrix

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from siting.cluster import Spread
    from siting.network.roads import RoadNetwork
    from siting.network.routing import Attachment, Int32

    Float64 = npt.NDArray[np.float64]

OBSERVED = Table(
    "observed",
    (
        code("id", "identifier of the trip"),
        Column("origin_lon", "float", LON.meaning, "°", minimum=-180, maximum=180),
        Column("origin_lat", "float", LAT.meaning, "°", minimum=-90, maximum=90),
        Column("destination_lon", "float", LON.meaning, "°", minimum=-180, maximum=180),
        Column("destination_lat", "float", LAT.meaning, "°", minimum=-90, maximum=90),
        Column("minutes", "float", "observed time, access legs included", "min", minimum=0),
    ),
    ("id",),
)
"""Observed times of trips, as `tables.check` takes it."""

ROUNDS = 5
TRIPS = 200  # of a part of the work
RIDGE = 0.5  # weight of keeping a class, in trips wholly on it
FASTEST, SLOWEST = 2.0, 0.4  # factors stay within these
UNFITTED = ("ferry",)  # timetabled


@dataclass(frozen=True)
class Errors:
    """How computed times compare with observed ones.

    Attributes
    ----------
    median_ratio
        Median of computed over observed.
    mean_absolute_share
        Mean of the absolute relative error.
    rmse_minutes
        Root mean square error, minutes.
    within_20_percent
        Share of trips.
    """

    median_ratio: float
    mean_absolute_share: float
    rmse_minutes: float
    within_20_percent: float


@dataclass(frozen=True)
class Calibration:
    """Fitted factors and what they mend.

    Attributes
    ----------
    factors
        Factor on the speed by class, for the classes that the trips use; goes under `fitted:` of
        the mode in the file of speeds.
    before, after
        Errors with the speeds given and with the fitted ones.
    trips
        `id,observed,before,after` in minutes, the trips used.
    left_out
        Trips without a way, or with both ends on one stretch of road.
    """

    factors: dict[str, float]
    before: Errors
    after: Errors
    trips: pd.DataFrame
    left_out: int


@dataclass(frozen=True)
class TripWays:
    """What computes the ways of trips: here, or on a cluster, where the roads are opened."""

    spread: Spread
    opened: Callable[[], RoadNetwork] | None

    def split(
        self, network: RoadNetwork, factors: dict[str, float], observed: pd.DataFrame
    ) -> tuple[Float64, Float64, npt.NDArray[np.bool_]]:
        """Seconds of trips by class and the others, see `_split`; whether ends lie apart.

        `network` is the roads given, with the speeds of classes multiplied by `factors`.
        """
        start, end = _ends(network, observed)
        there = (lambda: network) if self.opened is None else partial(_slowed, self.opened, factors)
        parts = (
            (matrix.rows(start, first, first + TRIPS), matrix.rows(end, first, first + TRIPS))
            for first in range(0, len(observed), TRIPS)
        )
        split, fixed = zip(*self.spread(partial(_split, there), parts), strict=True)
        return np.concatenate(split), np.concatenate(fixed), start.local.edge != end.local.edge

    def minutes(
        self, network: RoadNetwork, factors: dict[str, float], observed: pd.DataFrame
    ) -> Float64:
        """Minutes of trips, NaN where there is no way; parameters as of `split`."""
        split, fixed, _ = self.split(network, factors, observed)
        return np.asarray((split.sum(axis=1) + fixed) / 60, np.float64)


def _slowed(opened: Callable[[], RoadNetwork], factors: dict[str, float]) -> RoadNetwork:
    """Roads opened, with other speeds."""
    return roads.rescaled(opened(), factors)


def calibrate(
    network: RoadNetwork,
    observed: pd.DataFrame,
    spread: Spread = map,
    opened: Callable[[], RoadNetwork] | None = None,
) -> Calibration:
    """Fit class factors to observed times.

    Parameters
    ----------
    network
        Roads.
    observed
        See `OBSERVED`.
    spread, opened
        What computes the ways of some trips at a time, and what gives the roads there, if that is
        in other processes; the fit is the same.

    Raises
    ------
    InputError
        No trip can be used.
    """
    if observed.empty:
        raise InputError("no_usable_trips", trips=0)
    trips_of = TripWays(spread, opened)
    times = observed["minutes"].to_numpy(np.float64)
    split, fixed, apart = trips_of.split(network, {}, observed)
    used = np.flatnonzero(~np.isnan(fixed) & apart & (times > 0))
    if not len(used):
        raise InputError("no_usable_trips", trips=len(observed))
    before = (split.sum(axis=1) + fixed)[used] / 60
    slower = np.ones(len(network.classes))
    met = split[used].sum(axis=0) > 0
    met &= ~np.isin(np.array(network.classes), UNFITTED)
    for _ in range(ROUNDS):
        slower[met] = _fit(split[used], fixed[used], times[used] * 60, met)
        speeds = _speeds(network, slower)
        split, fixed, _ = trips_of.split(roads.rescaled(network, speeds), speeds, observed)
        split /= slower
    factors = _speeds(network, slower, met)
    fitted = roads.rescaled(network, factors)
    after = trips_of.minutes(fitted, factors, observed.iloc[used])
    trips = pd.DataFrame(
        {
            "id": observed["id"].to_numpy()[used],
            "observed": times[used],
            "before": before,
            "after": after,
        }
    )
    return Calibration(
        factors,
        _errors(before, times[used]),
        _errors(after, times[used]),
        trips,
        len(observed) - len(used),
    )


def _speeds(
    network: RoadNetwork, slower: Float64, met: npt.NDArray[np.bool_] | None = None
) -> dict[str, float]:
    """Speed factors by class from time factors."""
    chosen = np.ones(len(slower), bool) if met is None else met
    named = zip(network.classes, slower, chosen, strict=True)
    return {name: round(float(1 / by), 3) for name, by, wanted in named if wanted}


def _fit(split: Float64, fixed: Float64, seconds: Float64, met: npt.NDArray[np.bool_]) -> Float64:
    """Time factors of the classes met: least squares of relative errors, drawn towards 1."""
    share = split[:, met] / seconds[:, None]
    rest = (fixed + split[:, ~met].sum(axis=1)) / seconds
    ridge = np.sqrt(RIDGE) * np.eye(share.shape[1])
    fitted = lsq_linear(
        np.vstack([share, ridge]),
        np.concatenate([1 - rest, np.diag(ridge)]),
        bounds=(1 / FASTEST, 1 / SLOWEST),
    )
    return np.asarray(fitted.x, np.float64)


def _split(
    opened: Callable[[], RoadNetwork], ends: tuple[Attachment, Attachment]
) -> tuple[Float64, Float64]:
    """Seconds of each trip by class, shape (trips, classes), and those of turns and access legs.

    NaN seconds for a trip without a way.
    """
    network, (start, end) = opened(), ends
    graph, first_arc = _fastest_arcs(network)
    n, trips = network.graph.n_nodes, len(start.ids)
    kind = network.edges.kind[network.arc_edge >> 1]
    split, fixed = np.zeros((trips, len(network.classes))), np.full(trips, np.nan)
    for trip in range(trips):
        out = slice(start.leaving.first[trip], start.leaving.first[trip + 1])
        into = slice(end.arriving.first[trip], end.arriving.first[trip + 1])
        sources, targets = start.leaving.node[out], end.arriving.node[into]
        if not len(sources) or not len(targets):
            continue
        reached, before = dijkstra(graph, indices=sources, return_predecessors=True)
        total = (
            start.leaving.duration[out][:, None]
            + reached[:, targets]
            + end.arriving.duration[into][None, :]
        )
        i, j = np.unravel_index(int(np.argmin(total)), total.shape)
        if not np.isfinite(total[i, j]):
            continue
        access = int(start.local.access[trip]) + int(end.local.access[trip])
        fixed[trip] = access / 10
        for place, leg in ((start, start.leaving.duration[out][i]), (end, None)):
            on = int(place.local.edge[trip])
            spent = end.arriving.duration[into][j] if leg is None else leg
            split[trip, network.edges.kind[on]] += (spent - place.local.access[trip]) / 10
        node = int(targets[j])
        while node != sources[i]:
            previous = int(before[i, node])
            arc = first_arc[previous * n + node]
            driven = network.duration[network.arc_edge[arc]]
            split[trip, kind[arc]] += driven / 10
            fixed[trip] += (network.graph.duration[arc] - driven) / 10
            node = previous
    return split, fixed


def _fastest_arcs(network: RoadNetwork) -> tuple[csr_array, dict[int, int]]:
    """The graph for scipy, and the fastest arc from tail to head by tail x nodes + head."""
    graph = network.graph
    order = np.lexsort((graph.duration, graph.head, graph.tail))
    key = graph.tail[order].astype(np.int64) * graph.n_nodes + graph.head[order]
    key, at = np.unique(key, return_index=True)
    arc: Int32 = order[at].astype(np.int32)
    pointer = np.searchsorted(graph.tail[arc], np.arange(graph.n_nodes + 1))
    size = (graph.n_nodes, graph.n_nodes)
    weights = graph.duration[arc].astype(np.float64)
    ways = csr_array((weights, graph.head[arc], pointer), shape=size)
    return ways, dict(zip(key.tolist(), arc.tolist(), strict=True))


def _ends(network: RoadNetwork, observed: pd.DataFrame) -> tuple[Attachment, Attachment]:
    """Origins and destinations of trips, joined to the roads."""
    origin, destination = (
        pd.DataFrame(
            {"id": observed["id"], "lon": observed[f"{end}_lon"], "lat": observed[f"{end}_lat"]}
        )
        for end in ("origin", "destination")
    )
    return network.attach(origin), network.attach(destination)


def _errors(computed: Float64, observed: Float64) -> Errors:
    """Errors of computed times."""
    ratio = computed / observed
    return Errors(
        float(np.median(ratio)),
        float(np.mean(np.abs(ratio - 1))),
        float(np.sqrt(np.mean((computed - observed) ** 2))),
        float(np.mean(np.abs(ratio - 1) <= 0.2)),
    )
