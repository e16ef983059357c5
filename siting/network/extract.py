"""Reads OSM extracts into road segments of one mode."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.errors import InputError, InputWarning
from siting.network import elements, extracts, limits, lines
from siting.network import tags as osm_tags
from siting.network.elements import Wanted
from siting.network.lines import RoadLine
from siting.network.segments import CLOSED, NodeDelays, Restriction, Segments, geodesic_lengths
from siting.network.tags import Access

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from siting.network.elements import Members, Nodes, Ways
    from siting.network.routing import Float64, Int64
    from siting.network.speeds import Speeds

Column = Any  # NDArray

SUFFIXES = (".pbf", ".osm", ".osm.gz", ".osm.bz2")


@dataclass
class _Ways:
    """Ways of the mode, column by column."""

    ids: Column
    first: Column
    refs: Column
    kind: Column
    kmh_forward: Column
    kmh_backward: Column
    seconds: Column
    ends_only: Column
    roundabout: Column
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


def segments(
    paths: Path | Sequence[Path], speeds: Speeds, within: BaseGeometry | None = None
) -> Segments:
    """Read the road segments of a mode.

    Parameters
    ----------
    paths
        `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`; several are one network, each element once.
    speeds
        Speeds of the mode.
    within
        Area in degrees: ways with a node inside are kept, whole; None keeps all.

    Raises
    ------
    InputError
        A file is missing, is not an OSM file, is cut short, or there is no road for the mode.
    """
    files = (paths,) if isinstance(paths, Path) else tuple(paths)
    for path in files:
        if not path.is_file():
            raise InputError("missing_file", file=path)
        if not path.name.endswith(SUFFIXES):
            raise InputError("not_an_extract", file=path)
    wanted = Wanted(
        picked=osm_tags.KIND_KEYS,
        signs=_SIGN_KEYS,
        relevant=osm_tags.is_relevant,
        kind=lambda value: value.startswith("restriction") and speeds.mode in _RESTRICTION_KEYS,
    )
    shown = ", ".join(str(path) for path in files)
    parts = _of_mode(*extracts.read(files, wanted, within), shown, speeds)
    assembled = _assemble(*parts)
    if not len(assembled.tail):
        raise InputError("cut_extract", file=shown)
    return assembled


def _require_roads(ways: _Ways, shown: str, speeds: Speeds) -> None:
    if not len(ways.ids):
        raise InputError(
            "no_roads", file=shown, mode=speeds.mode, ways=ways.read, classes=len(speeds.classes)
        )


def _of_mode(
    read: Ways, places: Nodes, shown: str, speeds: Speeds
) -> tuple[_Ways, _Nodes, list[Restriction]]:
    """What the mode may use of the roads of an extract."""
    meant = [_meaning(dict(tags), speeds) for tags in read.tag_sets]
    size = np.diff(read.first)
    usable = np.array([line is not None for line, _, _ in meant], bool)
    counted = np.array([counts for _, _, counts in meant], bool)
    kept = np.flatnonzero(usable[read.tags] & (size >= 2)) if meant else np.empty(0, int)
    sets = read.tags[kept]
    _, firsts = np.unique(sets, return_index=True)
    classes: dict[str, int] = {}
    of_set = np.zeros(len(meant), np.int16)
    for tag_set in sets[np.sort(firsts)].tolist():  # classes in the order of the first way of each
        of_set[tag_set] = classes.setdefault(meant[tag_set][0].highway, len(classes))
    closed = RoadLine(0, "", 0.0, 0.0, (False, False), roundabout=False)
    lines_of_sets = [line or closed for line, _, _ in meant]
    within = np.repeat(np.isin(np.arange(len(size)), kept), size)
    ways = _Ways(
        ids=read.ids[kept],
        first=np.concatenate([[0], np.cumsum(size[kept])]),
        refs=read.refs[within],
        kind=of_set[sets],
        kmh_forward=np.array([line.forward_kmh for line in lines_of_sets])[sets],
        kmh_backward=np.array([line.backward_kmh for line in lines_of_sets])[sets],
        seconds=np.array([np.nan if s is None else s for _, s, _ in meant])[sets],
        ends_only=np.array([line.ends_only for line in lines_of_sets], bool).reshape(-1, 2)[sets],
        roundabout=np.array([line.roundabout for line in lines_of_sets], bool)[sets],
        classes=classes,
        read=int(counted[read.tags].sum()) if meant else 0,
    )
    for number, count in enumerate(np.bincount(read.tags, minlength=len(meant)).tolist()):
        sign = limits.unread_limit(dict(read.tag_sets[number])) if usable[number] else None
        if sign:
            ways.unread_signs[sign] += count
    _require_roads(ways, shown, speeds)
    _warn_of_signs(shown, ways)
    refs = elements.sorted_once(ways.refs)
    inside = np.isin(places.ids, refs, assume_unique=True)
    ids = places.ids[inside]
    lon, lat = (of[inside] / elements.UNITS for of in (places.lon, places.lat))
    nodes = _Nodes(ids, lon, lat, {}, {})
    passed = set(ids.tolist())
    for node, tags in places.signs.items():
        if node in passed:
            _sign(node, tags, nodes, speeds)
    restrictions = [_restriction(rule.tags, rule.members, speeds) for rule in read.relations]
    return ways, nodes, [rule for rule in restrictions if rule is not None]


def _meaning(tags: dict[str, str], speeds: Speeds) -> tuple[RoadLine | None, float | None, bool]:
    """What tags say of a way: a road of the mode, its duration, whether it counts as a way read."""
    return (
        lines.from_tags(0, tags, speeds),
        osm_tags.duration(tags.get("duration")) if tags.get("route") in osm_tags.CARRIED else None,
        "highway" in tags or "route" in tags or osm_tags.kind(tags) != "",
    )


def _warn_of_signs(shown: str, ways: _Ways) -> None:
    """Warn of limits that stand in a unit or a form that is not read: the class gives the speed."""
    if not ways.unread_signs:
        return
    values = ", ".join(f"« {sign} »" for sign, _ in ways.unread_signs.most_common(5))
    count = ways.unread_signs.total()
    warning = InputWarning("maxspeed_unread", file=shown, count=count, signs=values)
    warnings.warn(warning, stacklevel=4)


_DELAY_KEYS = ("highway", "barrier", "railway", "traffic_calming")
_SIGN_KEYS = (*_DELAY_KEYS, *osm_tags.MODE_KEYS)


def _sign(node: int, tags: dict[str, str], nodes: _Nodes, speeds: Speeds) -> None:
    """Note who may pass a node, and what it costs."""
    passing = osm_tags.node_access(tags, speeds.mode, speeds.moment)
    if passing != Access.OPEN:
        nodes.access[node] = passing
    seconds, direction = _delay(tags, speeds)
    if seconds:
        nodes.delays[node] = (seconds, direction)


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


def _restriction(tags: dict[str, str], members: Members, speeds: Speeds) -> Restriction | None:
    """A relation as a turn restriction; None where it is none that holds for the mode."""
    if not tags["type"].startswith("restriction") or _TIMED.intersection(tags):
        return None
    value = _restriction_value(tags, speeds)
    excepted = {e.strip() for e in re.split("[;,]", tags.get("except", ""))}
    forbids = value.startswith(("no_", "only_")) and not value.endswith("_on_red")
    if not forbids or excepted & _EXCEPTED[speeds.mode]:
        return None
    roles: dict[tuple[str, str], list[int]] = {}
    for role, kind, ref in members:
        roles.setdefault((role, kind), []).append(ref)
    return Restriction(
        only=value.startswith("only_"),
        u_turn=value.endswith("u_turn"),
        from_ways=tuple(roles.get(("from", "w"), ())),
        via_nodes=tuple(roles.get(("via", "n"), ())),
        via_ways=tuple(roles.get(("via", "w"), ())),
        to_ways=tuple(roles.get(("to", "w"), ())),
    )


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
