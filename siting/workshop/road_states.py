"""States of the roads, as scenarios leave them, and the times computed so far on each.

Times to the existing facilities and to the candidates are computed once; a site that is moved costs
one tree, a closed road or another speed a copy of the metric.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.network import roads
from siting.network.distance_table import DistanceNetwork
from siting.study import prepared
from siting.study.stages.site_facts import PEOPLE
from siting.times import matrix
from siting.workshop.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siting.config import WhatIf
    from siting.network.routing import Attachment
    from siting.ranking.candidate_facts import Minutes
    from siting.study.prepared import PreparedStudy
    from siting.times.matrix import Router

FACILITIES = "facilities"  # the layer of what stands
RECENT_LAYERS = 16  # more than a study has
RECENT_ROADS = 4  # sets of roads with all their times
RECENT_CLOSURES = 32  # sets of closed facilities, for each set of roads
RECENT_PLACES = 512  # places of which the times are kept, for each set of roads

Place = tuple[float, float, str]
"""Longitude, latitude and commune of a place: what its times depend on."""


@dataclass(frozen=True)
class RoadState:
    """One state of the roads: who is joined where, and the times computed so far.

    Attributes
    ----------
    router
        Ready for searches.
    layers, places
        Layers of the study and places joined to these roads, as they are asked for.
    facilities
        Minutes from every cell to every facility, float32, shape (cells, facilities).
    to_place
        Minutes to a place from every point of a layer, by place and layer, shape (points,).
    to_nearest
        Minutes from a place to the nearest point of a layer, by place and layer; NaN: no way.
    nearest
        The nearest facility of each cell, by which are closed.
    """

    router: Router
    layers: Recent[Attachment]
    places: Recent[Attachment]
    facilities: Minutes
    to_place: Mapping[str, Recent[Minutes]]
    to_nearest: Mapping[str, Recent[float]]
    nearest: Recent[tuple[Minutes, npt.NDArray[np.int64]]]


class RoadStates:
    """The roads of a study under any scenario.

    Attributes
    ----------
    today
        As the study has them.
    """

    def __init__(
        self,
        base: PreparedStudy,
        layers: Mapping[str, pd.DataFrame],
        standing: Minutes,
    ) -> None:
        """Hold the roads of a study.

        Parameters
        ----------
        layers
            Points by name (`id,lon,lat`…), beside the cells.
        standing
            Minutes from every cell to every facility today, shape (cells, facilities).
        """
        self._base = base
        self._layers = layers
        self._changed: Recent[RoadState] = Recent(RECENT_ROADS)
        self.today = self._state(base.router, standing)

    def after(self, change: WhatIf) -> RoadState:
        """Give the roads as a scenario leaves them."""
        key = (change.closed_links, change.closed_roads, change.speed_factor)
        if key == ((), (), 1.0):
            return self.today
        return self._changed.get(key, lambda: self._other(change))

    def to_place(self, state: RoadState, layer: str, place: Place) -> Minutes:
        """Minutes from every point of a layer to a place, float32, shape (points,)."""

        def make() -> Minutes:
            points = self._layer(state, layer)
            minutes: Minutes = matrix.towards(state.router, points, joined(state, place)).minutes
            return minutes[:, 0]

        return state.to_place[layer].get(place, make)

    def to_nearest(self, state: RoadState, layer: str, place: Place) -> float:
        """Minutes from a place to the nearest point of a layer; NaN where there is no way."""

        def make() -> float:
            points = self._layer(state, layer)
            times = matrix.dense(state.router, joined(state, place), points).minutes[0]
            return float(np.nanmin(times)) if (~np.isnan(times)).any() else float("nan")

        return state.to_nearest[layer].get(place, make)

    def _layer(self, state: RoadState, name: str) -> Attachment:
        """A layer's points joined to some roads."""

        def make() -> Attachment:
            network = state.router.network
            if state is not self.today:  # everyone is joined where they were
                here = self._layer(self.today, name)
                return network.rejoined(here) if isinstance(network, roads.RoadNetwork) else here
            return self._base.demand if name == PEOPLE else network.attach(self._layers[name])

        return state.layers.get(name, make)

    def _other(self, change: WhatIf) -> RoadState:
        """Roads with some closed or at another speed."""
        router = self._base.router
        network = prepared.changed_roads(router.network, self._base.read, change)
        if isinstance(network, DistanceNetwork):
            state = self._state(matrix.prepare(network), self.today.facilities)
        else:
            state = self._state(matrix.with_times(router, network), self.today.facilities)
        ends = (self._layer(state, name) for name in (PEOPLE, FACILITIES))
        return replace(state, facilities=matrix.towards(state.router, *ends).minutes)

    def _state(self, router: Router, facilities: Minutes) -> RoadState:
        """Roads of which the times to the facilities are known."""
        layers = (PEOPLE, *self._layers)
        return RoadState(
            router,
            Recent(RECENT_LAYERS),
            Recent(RECENT_PLACES),
            facilities,
            {layer: Recent(RECENT_PLACES) for layer in layers},
            {layer: Recent(RECENT_PLACES) for layer in layers},
            Recent(RECENT_CLOSURES),
        )


@dataclass(frozen=True)
class PlaceTimes:
    """Times to some places, kept place by place: see `site_facts.SiteTimes`.

    Attributes
    ----------
    roads, state
        The roads, and how a scenario leaves them.
    places
        Those of the sites.
    """

    roads: RoadStates
    state: RoadState
    places: tuple[Place, ...]

    def to_sites(self, layer: str) -> Minutes:
        """Minutes from each point to each site, shape (points, sites)."""
        columns = [self.roads.to_place(self.state, layer, place) for place in self.places]
        return np.column_stack(columns)

    def to_nearest(self, layer: str) -> Minutes:
        """Minutes from each site to the nearest point, shape (sites,)."""
        times = [self.roads.to_nearest(self.state, layer, place) for place in self.places]
        return np.array(times, np.float32)


def places(table: pd.DataFrame) -> tuple[Place, ...]:
    """Longitude, latitude and commune of each row."""
    columns = (table["lon"], table["lat"], table["commune_code"])
    return tuple((float(x), float(y), str(code)) for x, y, code in zip(*columns, strict=True))


def joined(state: RoadState, place: Place) -> Attachment:
    """Join a place to some roads."""

    def make() -> Attachment:
        columns = dict(
            zip(("lon", "lat", "commune_code"), ([value] for value in place), strict=True)
        )
        return state.router.network.attach(pd.DataFrame({"id": ["place"], **columns}))

    return state.places.get(place, make)
