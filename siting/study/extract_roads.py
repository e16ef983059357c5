"""Roads of an extract, opened by path wherever they are asked for: here, or in other processes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from siting.network import offroad, osm, speeds
from siting.network.roads import RoadNetwork
from siting.study import kept_roads
from siting.times import matrix

if TYPE_CHECKING:
    from pathlib import Path

    from siting.times.matrix import Router


@dataclass(frozen=True)
class RoadsOfExtract:
    """Roads that are opened by path wherever they are called for, once a process.

    What is sent to another process is these names alone: there the roads are opened as kept on
    that machine, or made.

    Attributes
    ----------
    extracts
        Files of OpenStreetMap.
    mode, period, department
        See `speeds.load`.
    speeds
        A table of speeds; None: the embedded one.
    elevation
        Heights of the ground, for walking off the roads; None: roads alone.
    """

    extracts: tuple[Path, ...]
    mode: str
    period: str
    speeds: Path | None
    department: str
    elevation: Path | None = None

    def __call__(self) -> Router:
        """The roads, made ready."""
        return _opened(self)

    def network(self) -> RoadNetwork:
        """The roads themselves, without the ground."""
        network = replace(self, elevation=None)().network
        assert isinstance(network, RoadNetwork)  # noqa: S101 - an extract's always is
        return network


@lru_cache(maxsize=2)
def _opened(named: RoadsOfExtract) -> Router:
    """Open roads, as kept or as made."""

    def make() -> Router:
        chosen = speeds.load(
            named.speeds, mode=named.mode, period=named.period, department=named.department
        )
        return matrix.prepare(osm.read(named.extracts, mode=named.mode, speeds=chosen))

    options = (named.mode, named.period, named.department)
    router = kept_roads.kept_or_made(options, named.extracts, (named.speeds,), make)
    if named.elevation is None:
        return router
    network = named.network()
    ground = offroad.ground(network, named.elevation)
    return replace(router, network=offroad.WalkedNetwork(network, ground))
