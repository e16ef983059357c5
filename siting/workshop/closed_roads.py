"""The roads that a scenario closes, as lines to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siting.network import roads
from siting.network.roads import RoadNetwork

if TYPE_CHECKING:
    from siting.config import WhatIf
    from siting.network.routing import Network
    from siting.study.inputs import Inputs

Line = list[tuple[float, float]]
"""Longitudes and latitudes, degrees."""


def lines(network: Network, read: Inputs, change: WhatIf) -> list[Line]:
    """Line of each closed link, then of each closed road, in the scenario's order.

    Raises
    ------
    NetworkError
        There is no road at a position.
    """
    drawn: list[Line] = []
    if change.closed_links:
        seats = read.communes.set_index("code")[["chef_lieu_lon", "chef_lieu_lat"]].round(5)
        at = {str(code): (float(lon), float(lat)) for code, lon, lat in seats.itertuples()}
        drawn += [[at[begin], at[end]] for begin, end in change.closed_links]
    if isinstance(network, RoadNetwork):
        for position in change.closed_roads:
            there = pd.DataFrame([{"id": "road", **position.model_dump()}])
            (edge,) = roads.edges_at(network, there)
            along = slice(network.edges.first[edge], network.edges.first[edge + 1])
            places = zip(network.lon[along], network.lat[along], strict=True)
            drawn.append([(round(float(lon), 5), round(float(lat), 5)) for lon, lat in places])
    return drawn
