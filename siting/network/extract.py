"""Streams an OSM extract into road segments of one mode.

Three passes: ways of the mode, then barriers and signs, then turn restrictions. Memory grows with
the roads, and by 16 bytes for each node of the extract (osmium's index of positions; a set of the
wanted nodes alone would take more, since osmium keeps sets as bitmaps over all identifiers).
"""

from __future__ import annotations

import re
import warnings
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium

from siting.errors import InputError, InputWarning
from siting.network import limits, lines
from siting.network import tags as osm_tags
from siting.network.segments import CLOSED, NodeDelays, Restriction, Segments, geodesic_lengths
from siting.network.tags import Access

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from siting.network.lines import RoadLine
    from siting.network.routing import Float64, Int64
    from siting.network.speeds import Speeds

SUFFIXES = (".pbf", ".osm", ".osm.gz", ".osm.bz2")


@dataclass
class _Ways:
    """Ways of the mode as they stream by, column by column."""

    ids: array[int]
    first: array[int]
    refs: array[int]
    kind: array[int]
    kmh_forward: array[float]
    kmh_backward: array[float]
    seconds: array[float]
    ends_only: array[int]
    roundabout: array[int]
    classes: dict[str, int]
    read: int = 0
    unread_signs: Counter[str] = field(default_factory=Counter)


@dataclass
class _Nodes:
    """Nodes of the ways, by identifier; barriers and delays among them."""

    ids: Int64
    lon: Float64
    lat: Float64
    access: dict[int, Access]
    delays: dict[int, tuple[float, int]]


def segments(path: Path, speeds: Speeds) -> Segments:
    """Read the road segments of a mode.

    Parameters
    ----------
    path
        `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.
    speeds
        Speeds of the mode.

    Raises
    ------
    InputError
        The file is missing, is not an OSM file, is cut short, or has no road for the mode.
    """
    if not path.is_file():
        raise InputError("missing_file", file=path)
    if not path.name.endswith(SUFFIXES):
        raise InputError("not_an_extract", file=path)
    try:
        located = osmium.FileProcessor(str(path)).with_locations()
        ways = _read_ways(located, speeds)
        if not ways.ids:
            raise InputError(
                "no_roads", file=path, mode=speeds.mode, ways=ways.read, classes=len(speeds.classes)
            )
        _warn_of_signs(path, ways)
        if min(ways.refs) < 0:  # osmium keeps no position of these
            raise InputError("negative_nodes", file=path, node=min(ways.refs))
        nodes = _positions(ways, located.node_location_storage)
        _read_signs(path, nodes, speeds)
        restrictions = _read_restrictions(path, speeds)
    except (RuntimeError, OSError, ValueError, osmium.InvalidLocationError) as error:
        raise InputError("damaged_extract", file=path, detail=error) from error
    assembled = _assemble(ways, nodes, restrictions)
    if not len(assembled.tail):
        raise InputError("cut_extract", file=path)
    return assembled


def _stream(path: Path, entity: Any, *filters: Any) -> Iterator[Any]:
    """Objects of one kind that pass the filters."""
    stream = osmium.FileProcessor(str(path), entity)
    for kept_by in filters:
        stream = stream.with_filter(kept_by)
    return iter(stream)


def _read_ways(located: Any, speeds: Speeds) -> _Ways:
    """First pass: ways that the mode may use, with their effective speeds.

    The processor indexes the positions of all nodes as they go by.
    """
    ways = _Ways(
        array("q"),
        array("q", [0]),
        array("q"),
        array("h"),
        array("d"),
        array("d"),
        array("d"),
        array("b"),
        array("b"),
        {},
    )
    known: dict[tuple[tuple[str, str], ...], tuple[RoadLine | None, float | None, bool]] = {}
    on_ways = osmium.filter.EntityFilter(osmium.osm.WAY)
    roads = osmium.filter.KeyFilter(*osm_tags.KIND_KEYS)
    for way in located.with_filter(on_ways).with_filter(roads):
        relevant = tuple((tag.k, tag.v) for tag in way.tags if osm_tags.is_relevant(tag.k))
        if relevant not in known:
            tags = dict(relevant)
            known[relevant] = (
                lines.from_tags(0, tags, speeds),
                osm_tags.duration(tags.get("duration"))
                if tags.get("route") in osm_tags.CARRIED
                else None,
                "highway" in tags or "route" in tags or osm_tags.kind(tags) != "",
            )
        line, lasting, counted = known[relevant]
        if line is not None and (sign := limits.unread_limit(dict(relevant))):
            ways.unread_signs[sign] += 1
        ways.read += counted
        refs = [node.ref for node in way.nodes] if line else []
        if line is None or len(refs) < 2:
            continue
        ways.ids.append(way.id)
        ways.refs.extend(refs)
        ways.first.append(len(ways.refs))
        ways.kind.append(ways.classes.setdefault(line.highway, len(ways.classes)))
        ways.kmh_forward.append(line.forward_kmh)
        ways.kmh_backward.append(line.backward_kmh)
        ways.seconds.append(np.nan if lasting is None else lasting)
        ways.ends_only.extend(line.ends_only)
        ways.roundabout.append(line.roundabout)
    return ways


def _warn_of_signs(path: Path, ways: _Ways) -> None:
    """Warn of limits that stand in a unit or a form that is not read: the class gives the speed."""
    if not ways.unread_signs:
        return
    values = ", ".join(f"« {sign} »" for sign, _ in ways.unread_signs.most_common(5))
    count = ways.unread_signs.total()
    warning = InputWarning("maxspeed_unread", file=path, count=count, signs=values)
    warnings.warn(warning, stacklevel=3)


_DELAY_KEYS = ("highway", "barrier", "railway", "traffic_calming")


def _positions(ways: _Ways, index: Any) -> _Nodes:
    """Positions of the nodes that the ways name and the extract holds."""
    refs = np.unique(np.array(ways.refs, np.int64))
    lon, lat = array("d"), array("d")
    there = np.ones(len(refs), bool)
    for i, ref in enumerate(refs.tolist()):
        try:
            place = index.get(ref)
        except KeyError:
            there[i] = False
            continue
        lon.append(place.lon)
        lat.append(place.lat)
    return _Nodes(refs[there], np.array(lon), np.array(lat), {}, {})


def _read_signs(path: Path, nodes: _Nodes, speeds: Speeds) -> None:
    """Second pass: barriers on the ways, and what costs time there."""
    wanted = set(nodes.ids.tolist())
    keys = (*_DELAY_KEYS, *osm_tags.MODE_KEYS)
    for node in _stream(path, osmium.osm.NODE, osmium.filter.KeyFilter(*keys)):
        if node.id not in wanted:
            continue
        tags = {tag.k: tag.v for tag in node.tags}
        passing = osm_tags.node_access(tags, speeds.mode, speeds.moment)
        if passing != Access.OPEN:
            nodes.access[node.id] = passing
        seconds, direction = _delay(tags, speeds)
        if seconds:
            nodes.delays[node.id] = (seconds, direction)


def _delay(tags: dict[str, str], speeds: Speeds) -> tuple[float, int]:
    """Seconds that a node costs, and in which direction of its way.

    1 forward, -1 backward, 2 both, 0 for signals and signs that hold towards the nearest junction.
    """
    named = [tags.get(key, "") for key in _DELAY_KEYS]
    if "traffic_calming" in tags:
        named.append("traffic_calming")
    if tags.get("crossing") == "traffic_signals":
        named.append("traffic_signals")
    if "toll_gantry" in named:  # free flow: nobody stops, whatever else the node says
        named = [name for name in named if name != "toll_booth"]
    seconds = max((speeds.nodes.get(name, 0.0) for name in named), default=0.0)
    towards = {"forward": 1, "backward": -1, "both": 2}
    direction = tags.get("traffic_signals:direction") or tags.get("direction", "")
    if direction in towards:
        return seconds, towards[direction]
    one_sided = {"stop", "give_way", "traffic_signals"}
    return seconds, 0 if one_sided.intersection(named) else 2


_RESTRICTION_KEYS = {
    "car": ("restriction:motorcar", "restriction:motor_vehicle", "restriction"),
    "bicycle": ("restriction:bicycle", "restriction"),
}
_EXCEPTED = {"car": {"motorcar", "motor_vehicle", "vehicle"}, "bicycle": {"bicycle", "vehicle"}}
_TIMED = {"day_on", "day_off", "hour_on", "hour_off"}


def _read_restrictions(path: Path, speeds: Speeds) -> list[Restriction]:
    """Third pass: turn restrictions that hold for the mode."""
    if speeds.mode not in _RESTRICTION_KEYS:
        return []
    restrictions = []
    for relation in _stream(path, osmium.osm.RELATION, osmium.filter.KeyFilter("type")):
        tags = {tag.k: tag.v for tag in relation.tags}
        if not tags["type"].startswith("restriction") or _TIMED.intersection(tags):
            continue
        value = _restriction_value(tags, speeds)
        excepted = {e.strip() for e in re.split("[;,]", tags.get("except", ""))}
        forbids = value.startswith(("no_", "only_")) and not value.endswith("_on_red")
        if not forbids or excepted & _EXCEPTED[speeds.mode]:
            continue
        roles: dict[tuple[str, str], list[int]] = {}
        for member in relation.members:
            roles.setdefault((member.role, member.type), []).append(member.ref)
        restrictions.append(
            Restriction(
                only=value.startswith("only_"),
                u_turn=value.endswith("u_turn"),
                from_ways=tuple(roles.get(("from", "w"), ())),
                via_nodes=tuple(roles.get(("via", "n"), ())),
                via_ways=tuple(roles.get(("via", "w"), ())),
                to_ways=tuple(roles.get(("to", "w"), ())),
            )
        )
    return restrictions


def _restriction_value(tags: dict[str, str], speeds: Speeds) -> str:
    """What a restriction says to the mode, empty for nothing."""
    if tags["type"].startswith("restriction:"):
        key = tags["type"]
        return tags.get("restriction", "") if key in _RESTRICTION_KEYS[speeds.mode] else ""
    for key in _RESTRICTION_KEYS[speeds.mode]:
        value = osm_tags.conditional(tags.get(f"{key}:conditional"), speeds.moment) or tags.get(key)
        if value:
            return value
    return ""


def _assemble(ways: _Ways, nodes: _Nodes, restrictions: list[Restriction]) -> Segments:
    """Turn ways and nodes into segments: arrays, barriers applied, times assigned."""
    ids, lon, lat = nodes.ids, nodes.lon, nodes.lat
    refs, first = np.array(ways.refs, np.int64), np.array(ways.first, np.int64)
    node = np.searchsorted(ids, refs).clip(max=max(len(ids) - 1, 0))
    there = ids[node] == refs if len(ids) else np.zeros(len(refs), bool)
    way = np.repeat(np.arange(len(ways.ids), dtype=np.int32), np.diff(first))
    ends_only = np.array(ways.ends_only, bool).reshape(-1, 2)[way]
    # a segment starts at every reference but a way's last; repeated nodes make none
    last = np.zeros(len(refs), bool)
    last[first[1:] - 1] = True
    keep = np.flatnonzero(~last & there & np.roll(there, -1) & (node != np.roll(node, -1)))
    tail, head, way = node[keep], node[keep + 1], way[keep]
    ends_only = ends_only[keep]
    tail, head, lon, lat, ends_only = _barriers(nodes, ids, tail, head, lon, lat, ends_only)
    length = geodesic_lengths(lon[tail], lat[tail], lon[head], lat[head])
    forward = _seconds(np.array(ways.kmh_forward)[way], length)
    backward = _seconds(np.array(ways.kmh_backward)[way], length)
    forward, backward = _timetabled(np.array(ways.seconds), way, length, forward, backward)
    delayed = np.array(sorted(nodes.delays), np.int64)
    waits = [nodes.delays[int(i)] for i in delayed]
    return Segments(
        lon=lon,
        lat=lat,
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        way=np.array(ways.ids, np.int64)[way],
        kind=np.array(ways.kind, np.int16)[way],
        classes=tuple(ways.classes),
        length_m=length,
        forward_s=forward,
        backward_s=backward,
        ends_only=ends_only,
        roundabout=np.array(ways.roundabout, bool)[way],
        delays=NodeDelays(
            np.searchsorted(ids, delayed).astype(np.int32),
            np.array([s for s, _ in waits], np.float64),
            np.array([d for _, d in waits], np.int8),
        ),
        restrictions=tuple(restrictions),
        node_ids=ids,
        ways_read=ways.read,
        ways_kept=len(ways.ids),
        missing_nodes=int((~there).sum()),
    )


def _seconds(kmh: Float64, length: Float64) -> Float64:
    """Seconds of segments, infinite where closed."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(kmh > 0, length * 3.6 / kmh, CLOSED)


def _timetabled(
    seconds: Float64, way: Any, length: Float64, forward: Float64, backward: Float64
) -> tuple[Float64, Float64]:
    """Spread a ferry's duration over its segments by length."""
    total = np.bincount(way, weights=length, minlength=len(seconds))
    share = length / np.where(total > 0, total, 1.0)[way]
    timed = ~np.isnan(seconds)[way]
    spread = share * np.nan_to_num(seconds)[way]
    return (
        np.where(timed & np.isfinite(forward), spread, forward),
        np.where(timed & np.isfinite(backward), spread, backward),
    )


def _barriers(
    nodes: _Nodes, ids: Int64, tail: Any, head: Any, lon: Float64, lat: Float64, ends_only: Any
) -> tuple[Any, Any, Float64, Float64, Any]:
    """Cut roads at closed barriers; let private gates pass only at the ends of a trip.

    At a closed barrier each segment gets a node of its own, so that none joins another. A private
    gate makes the segments drawn towards it end-only, which is enough to stop through traffic.
    """
    closed = np.array([i for i, a in nodes.access.items() if a == Access.NO], np.int64)
    gates = np.array([i for i, a in nodes.access.items() if a == Access.ENDS], np.int64)
    if len(gates):
        gate = np.zeros(len(lon), bool)
        gate[np.searchsorted(ids, gates)] = True
        arriving = gate[head]
        reached = np.zeros(len(lon), bool)
        reached[head[arriving]] = True
        ends_only |= (arriving | (gate[tail] & ~reached[tail]))[:, None]
    if len(closed):
        blocked = np.zeros(len(lon), bool)
        blocked[np.searchsorted(ids, closed)] = True
        for side in (tail, head):
            cut = np.flatnonzero(blocked[side])
            old = side[cut]
            side[cut] = len(lon) + np.arange(len(cut))
            lon, lat = np.concatenate([lon, lon[old]]), np.concatenate([lat, lat[old]])
    return tail, head, lon, lat, ends_only
