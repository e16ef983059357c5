"""Roads from an OSM extract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.network import extract, roads
from siting.network import speeds as speed_tables

if TYPE_CHECKING:
    from pathlib import Path

    from siting.network.roads import RoadNetwork
    from siting.network.speeds import Speeds

SNAP_CAP_M = 1000.0


def read(
    path: Path,
    mode: str = "car",
    *,
    speeds: Speeds | None = None,
    snap_cap_m: float = SNAP_CAP_M,
    crs: str | None = None,
) -> RoadNetwork:
    """Read the roads of a mode from an OSM extract.

    Parameters
    ----------
    path
        `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.
    mode
        `car`, `bicycle` or `foot`.
    speeds
        Speeds of that mode, see `speeds.load`; None for the package's, at the latest date.
    snap_cap_m
        Straight metres beyond which a point is `too_far_from_road`.
    crs
        Metric system that points are joined in; None for one centred on the roads.

    Raises
    ------
    NetworkError
        The mode is not supported.
    InputError
        The file is missing, damaged or cut short, or holds no road for the mode.
    """
    chosen = speed_tables.load(mode=mode) if speeds is None else speeds
    return roads.build(extract.segments(path, chosen), chosen, snap_cap_m=snap_cap_m, crs=crs)
