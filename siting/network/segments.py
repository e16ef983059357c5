"""Road segments between neighbouring nodes: what every source of roads is read into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from pyproj import Geod

if TYPE_CHECKING:
    from siting.network.routing import Float64, Int32, Int64

CLOSED = np.inf  # seconds of a direction that may not be used

Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Restriction:
    """A turn restriction as its source gives it: ways and nodes by their own identifiers."""

    only: bool
    u_turn: bool
    from_ways: tuple[int, ...]
    via_nodes: tuple[int, ...]
    via_ways: tuple[int, ...]
    to_ways: tuple[int, ...]


@dataclass(frozen=True)
class NodeDelays:
    """Time lost at nodes.

    Attributes
    ----------
    node
        Node, int32.
    seconds
        Seconds lost.
    direction
        Along the segments that meet there: 1 forward, -1 backward, 2 both, 0 towards the nearest
        junction.
    """

    node: Int32
    seconds: Float64
    direction: npt.NDArray[np.int8]

    @classmethod
    def none(cls) -> NodeDelays:
        """No delay anywhere."""
        return cls(np.empty(0, np.int32), np.empty(0), np.empty(0, np.int8))


@dataclass(frozen=True)
class Segments:
    """Segments of roads in the order of their source.

    Attributes
    ----------
    lon, lat
        Nodes, degrees WGS 84.
    tail, head
        Nodes of each segment, in the drawing direction.
    way
        Identifier of the way that each segment belongs to.
    kind, classes
        Class of each segment, an index in the names of the classes.
    length_m
        Length on the ellipsoid, metres.
    forward_s, backward_s
        Seconds along and against the drawing direction, `CLOSED` where not allowed.
    ends_only
        Whether each direction may be used only where a trip begins or ends, bool (segments, 2):
        along the drawing, against it.
    roundabout
        Part of a roundabout.
    delays, restrictions
        Time lost at nodes; turn restrictions.
    node_ids
        Identifiers of the first nodes in the source, ascending (nodes made at barriers follow).
    ways_read, ways_kept, missing_nodes
        Counts for the report.
    """

    lon: Float64
    lat: Float64
    tail: Int32
    head: Int32
    way: Int64
    kind: npt.NDArray[np.int16]
    classes: tuple[str, ...]
    length_m: Float64
    forward_s: Float64
    backward_s: Float64
    ends_only: Bool
    roundabout: Bool
    delays: NodeDelays
    restrictions: tuple[Restriction, ...]
    node_ids: Int64
    ways_read: int
    ways_kept: int
    missing_nodes: int


def geodesic_lengths(lon1: Float64, lat1: Float64, lon2: Float64, lat2: Float64) -> Float64:
    """Metres on the WGS 84 ellipsoid between pairs of positions."""
    return np.asarray(Geod(ellps="WGS84").inv(lon1, lat1, lon2, lat2)[2], np.float64)
