"""The nearest place of many points, and the people around them, without a matrix.

Memory grows with the roads and the points, not with their product: for a whole country.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.network.routing import DECISECONDS_PER_MINUTE, FAR
from siting.times import search
from siting.times.search import UNREACHED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.network.routing import Attachment, Float64, Int32, Int64, Legs
    from siting.times.matrix import Router


@dataclass(frozen=True)
class Nearest:
    """The nearest place of each point.

    Attributes
    ----------
    deciseconds
        int32, shape (points,); `UNREACHED` where there is no way.
    place
        Number of the place, int32; -1 where there is none. Of equal times the smallest.
    """

    deciseconds: Int32
    place: Int32


def nearest(router: Router, origins: Attachment, places: Attachment) -> Nearest:
    """Give the nearest place of each origin, as the least of `matrix.dense` would."""
    legs = origins.leaving
    if router.hierarchy is None or router.metric is None:
        tree = search.to_places(router.network.graph, places.arriving)
        time = tree.min(axis=1, initial=FAR)
        some = tree if tree.shape[1] else np.full((len(tree), 1), FAR, np.int32)
        place = some.argmin(axis=1).astype(np.int32)
    else:
        # numba, only where a graph is large
        from siting.times import sweeps  # noqa: PLC0415

        time, place = sweeps.nearest(router.hierarchy, router.metric, places.arriving)
    point = _point_of_leg(legs)
    reached = time[legs.node] < FAR
    by_leg = (point, place[legs.node], time[legs.node].astype(np.int64) + legs.duration)
    direct = router.network.direct(origins, places)
    # one number a way, of which the least is the soonest, then the place that comes first
    least = np.full(len(origins.ids), np.iinfo(np.int64).max)
    for of, to, lasting in (tuple(values[reached] for values in by_leg), direct):
        np.minimum.at(least, of, (lasting.astype(np.int64) << 32) | to.astype(np.int64))
    known = least != np.iinfo(np.int64).max
    return Nearest(
        np.where(known, least >> 32, UNREACHED).astype(np.int32),
        np.where(known, least & 0xFFFFFFFF, -1).astype(np.int32),
    )


def table(router: Router, origins: Attachment, places: Attachment) -> pd.DataFrame:
    """The nearest place of each origin, as `matrix.closest` gives it of the whole table.

    Returns
    -------
    `origin_id,destination_id,minutes,reason`; an origin that reaches none keeps a row with the
    reason, at the first place.
    """
    soonest = nearest(router, origins, places)
    unreached = soonest.place < 0
    reason = np.full(len(unreached), "", object)
    reason[unreached] = "no_route"
    off = unreached & (origins.reason != "")
    reason[off] = origins.reason[off]
    if places.reason[0]:
        reason[unreached] = places.reason[0]
    minutes = (soonest.deciseconds / DECISECONDS_PER_MINUTE).astype(np.float32)
    minutes[unreached] = np.nan
    return pd.DataFrame(
        {
            "origin_id": origins.ids,
            "destination_id": places.ids[np.maximum(soonest.place, 0)],
            "minutes": minutes,
            "reason": reason,
        }
    )


def people_within(
    router: Router,
    places: Attachment,
    residents: Attachment,
    people: Float64,
    minutes: Sequence[float],
) -> Float64:
    """People who reach each place within some minutes.

    They are counted where they come onto the roads' graph soonest (an end of their road), without
    the leg to it; the leg from the roads to the place counts.

    Parameters
    ----------
    residents, people
        Where people live, joined to the roads, and how many live there.
    minutes
        Limits, increasing.

    Returns
    -------
    float64, shape (places, limits).
    """
    mass = _at_nodes(residents.leaving, people, router.network.graph.n_nodes)
    limits = [round(limit * DECISECONDS_PER_MINUTE) for limit in minutes]
    if router.hierarchy is None or router.metric is None:
        tree = search.to_places(router.network.graph, places.arriving)
        return np.column_stack([mass @ (tree <= limit) for limit in limits])
    from siting.times import sweeps  # noqa: PLC0415 - as in `nearest`

    return sweeps.mass_within(
        router.hierarchy, router.metric, places.arriving, mass, limits, backward=True
    )


def _at_nodes(legs: Legs, people: Float64, nodes: int) -> Float64:
    """People by the node of their shortest leg; of equal legs the first."""
    point = _point_of_leg(legs)
    order = np.lexsort((np.arange(len(point)), legs.duration, point))
    first = np.searchsorted(point[order], np.unique(point))
    chosen = order[first]
    mass: Float64 = np.bincount(legs.node[chosen], people[point[chosen]], nodes).astype(float)
    return mass


def _point_of_leg(legs: Legs) -> Int64:
    return np.repeat(np.arange(len(legs.first) - 1), np.diff(legs.first))
