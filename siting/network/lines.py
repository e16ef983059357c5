"""Roads drawn as lines that meet at their ends, from BD TOPO, osmnx or another graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siting.network import tags as osm_tags
from siting.network.segments import CLOSED, NodeDelays, Segments, geodesic_lengths
from siting.network.tags import Access

if TYPE_CHECKING:
    from siting.network.routing import Float64, Int64
    from siting.network.speeds import Speeds


@dataclass(frozen=True)
class RoadLine:
    """One road between two junctions.

    Attributes
    ----------
    way
        Identifier in the source.
    highway
        Class, an OSM `highway` value or `ferry`.
    forward_kmh, backward_kmh
        Effective speed along and against the drawing, 0 where not allowed.
    ends_only
        Whether each direction may be used only where a trip begins or ends: along, against.
    roundabout
        As in `Segments`.
    """

    way: int
    highway: str
    forward_kmh: float
    backward_kmh: float
    ends_only: tuple[bool, bool]
    roundabout: bool


def from_tags(way: int, tags: dict[str, str], speeds: Speeds) -> RoadLine | None:
    """Read a line's tags as those of an OSM way; None where the mode may not use it."""
    highway = speeds.carries(tags)
    if not highway:
        return None
    forward, backward = osm_tags.way_access(tags, speeds.mode, speeds.moment)
    if max(forward, backward) == Access.NO:
        return None
    return RoadLine(
        way,
        highway,
        _kmh(tags, speeds, "forward", forward),
        _kmh(tags, speeds, "backward", backward),
        (forward == Access.ENDS, backward == Access.ENDS),
        osm_tags.is_roundabout(tags),
    )


def _kmh(tags: dict[str, str], speeds: Speeds, direction: str, access: Access) -> float:
    """Effective speed in a direction, 0 where not allowed; bicycles are pushed against one-ways."""
    if access != Access.NO:
        return speeds.kmh(tags, direction)
    pushed = speeds.mode == "bicycle" and osm_tags.may_push(tags, direction, speeds.moment)
    return speeds.pushed_kmh(tags) if pushed else 0.0


def segments(
    lines: list[RoadLine],
    lon: Float64,
    lat: Float64,
    first: Int64,
    ends: Int64,
    read: int,
) -> Segments:
    """Cut lines into segments; lines join where they name the same end.

    Parameters
    ----------
    lines
        Roads.
    lon, lat
        Vertices, degrees, line after line; each line has two or more.
    first
        Vertices of line i are first[i] to first[i + 1], int64 (lines + 1,).
    ends
        Number of the first and of the last end of each line, int64 (lines, 2).
    read
        Lines in the source, for the report.
    """
    count = len(lon)
    begin, last = first[:-1], first[1:] - 1
    # inner vertices are nodes of their own; ends are shared
    node = np.arange(count, dtype=np.int64)
    names, number = np.unique(ends.ravel(), return_inverse=True)
    number = number.reshape(ends.shape)
    node[begin], node[last] = count + number[:, 0], count + number[:, 1]
    place = np.zeros(count + len(names), np.int64)
    place[:count] = np.arange(count)
    place[node[last]], place[node[begin]] = last, begin
    used, node = np.unique(node, return_inverse=True)
    of_vertex = np.repeat(np.arange(len(lines)), np.diff(first))
    start = np.ones(count, bool)
    start[last] = False
    at = np.flatnonzero(start)
    line = of_vertex[at]
    length = geodesic_lengths(lon[at], lat[at], lon[at + 1], lat[at + 1])
    classes = tuple(dict.fromkeys(line.highway for line in lines))
    kinds = {name: i for i, name in enumerate(classes)}

    def seconds(kmh: list[float]) -> Float64:
        speed = np.array(kmh, np.float64)[line]
        return np.where(speed > 0, length * 3.6 / np.where(speed > 0, speed, 1.0), CLOSED)

    return Segments(
        lon=lon[place[used]],
        lat=lat[place[used]],
        tail=node[at].astype(np.int32),
        head=node[at + 1].astype(np.int32),
        way=np.array([line.way for line in lines], np.int64)[line],
        kind=np.array([kinds[line.highway] for line in lines], np.int16)[line],
        classes=classes,
        length_m=length,
        forward_s=seconds([line.forward_kmh for line in lines]),
        backward_s=seconds([line.backward_kmh for line in lines]),
        ends_only=np.array([line.ends_only for line in lines], bool)[line],
        roundabout=np.array([line.roundabout for line in lines], bool)[line],
        delays=NodeDelays.none(),
        restrictions=(),
        node_ids=np.arange(len(used), dtype=np.int64),
        ways_read=read,
        ways_kept=len(lines),
        missing_nodes=0,
    )
