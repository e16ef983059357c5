"""Roads from an OSM extract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.network import extract, roads
from siting.network import speeds as speed_tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from siting.network.roads import RoadNetwork
    from siting.network.speeds import Speeds

SNAP_CAP_M = 1000.0


def read(
    paths: Path | Sequence[Path],
    mode: str = "car",
    *,
    speeds: Speeds | None = None,
    snap_cap_m: float = SNAP_CAP_M,
    crs: str | None = None,
    within: BaseGeometry | None = None,
) -> RoadNetwork:
    """Read the roads of a mode from an OSM extract, or from several as one network.

    Parameters
    ----------
    paths
        `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`; an element that stands in several is read once.
    mode
        `car`, `bicycle` or `foot`.
    speeds
        Speeds of that mode, see `speeds.load`; None for the package's, at the latest date.
    snap_cap_m
        Straight metres beyond which a point is `too_far_from_road`.
    crs
        Metric system that points are joined in; None for one centred on the roads.
    within
        Area in longitude and latitude: roads with a node inside are read, whole; None for all.

    Raises
    ------
    NetworkError
        The mode is not supported.
    InputError
        A file is missing, damaged or cut short, or there is no road for the mode or in the area.

    Warns
    -----
    InputWarning
        Extracts of different dates disagree on an element (the first named holds), or a limit
        is not read.
    """
    chosen = speed_tables.load(mode=mode) if speeds is None else speeds
    read_segments = extract.segments(paths, chosen, within)
    return roads.build(read_segments, chosen, snap_cap_m=snap_cap_m, crs=crs)
