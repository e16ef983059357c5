"""Roads as OpenStreetMap gives them: ways, the nodes that they name, relations.

Every reader of extracts gives these parts; extracts side by side are put together here, and cut to
an area.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shapely.geometry.base import BaseGeometry

    from siting.network.routing import Int32, Int64
    from siting.network.segments import Bool

TagSet = tuple[tuple[str, str], ...]
Members = list[tuple[str, str, int]]  # role, type (n, w or r), identifier
UNITS = 1e7  # of a position, in a degree


@dataclass(frozen=True)
class Wanted:
    """Which elements of an extract matter.

    Attributes
    ----------
    picked
        Keys that make a way a road.
    signs
        Keys that make a node matter.
    relevant
        Whether a key matters on a way.
    kind
        Whether relations of a kind (value of the key `type`) are asked for.
    """

    picked: tuple[str, ...]
    signs: tuple[str, ...]
    relevant: Callable[[str], bool]
    kind: Callable[[str], bool]


@dataclass(frozen=True)
class RoadRelation:
    """A relation that was asked for."""

    id: int
    tags: dict[str, str]
    members: Members


@dataclass(frozen=True)
class Ways:
    """Ways with a picked key, in the order of the file, and relations.

    Attributes
    ----------
    ids, first, refs
        Identifiers of the ways; way i has the nodes refs[first[i]:first[i + 1]].
    tags, tag_sets
        Relevant tags of each way, an index in the distinct sets (in the order of their first way).
    relations
        Those that were asked for.
    """

    ids: Int64
    first: Int64
    refs: Int64
    tags: Int32
    tag_sets: list[TagSet]
    relations: list[RoadRelation]


@dataclass(frozen=True)
class Nodes:
    """Nodes that ways name and a file holds.

    Attributes
    ----------
    ids, lon, lat
        Sorted identifiers, and positions in 1e-7 degrees.
    signs
        Tags of the nodes that have a key for signs, by identifier.
    """

    ids: Int64
    lon: Int32
    lat: Int32
    signs: dict[int, dict[str, str]]


def sorted_once(numbers: Int64) -> Int64:
    """Each number once, sorted; `numpy.unique` looks them up in a table first, ten times slower."""
    ordered = np.sort(numbers)
    once: Int64 = ordered[np.append(ordered[1:] != ordered[:-1], True)[: len(ordered)]]
    return once


def inside(area: BaseGeometry, lon: Int32, lat: Int32) -> Bool:
    """Which positions (1e-7 degrees) lie in an area in degrees, its border included.

    Prepare the area first (`shapely.prepare`) where it is asked about again and again.
    """
    east, north = lon / UNITS, lat / UNITS
    x0, y0, x1, y1 = area.bounds
    near = np.flatnonzero((east >= x0) & (east <= x1) & (north >= y0) & (north <= y1))
    covered = np.zeros(len(lon), bool)
    covered[near] = shapely.covers(area, shapely.points(east[near], north[near]))
    return covered


def among(sorted_ids: Int64, ids: Int64) -> Bool:
    """Which numbers are among some sorted ones."""
    if not len(sorted_ids):
        return np.zeros(len(ids), bool)
    at = np.searchsorted(sorted_ids, ids).clip(max=len(sorted_ids) - 1)
    return np.asarray(sorted_ids[at] == ids, bool)


def touching(ways: Ways, nodes: Int64) -> Ways:
    """The ways with one of some nodes (sorted), and the relations of these ways."""
    hits = np.concatenate([[0], np.cumsum(among(nodes, ways.refs))])
    kept = np.flatnonzero(hits[ways.first[1:]] > hits[ways.first[:-1]])
    chosen = ways if len(kept) == len(ways.ids) else _rows(ways, kept)
    ids = set(chosen.ids.tolist())
    relations = [
        relation
        for relation in ways.relations
        if any(kind == "w" and number in ids for _, kind, number in relation.members)
    ]
    return replace(chosen, relations=relations)


def cut(ways: Ways, nodes: Nodes, area: BaseGeometry) -> tuple[Ways, Nodes]:
    """Keep the ways with a node in an area (degrees), whole, and what belongs to them."""
    within = nodes.ids[inside(area, nodes.lon, nodes.lat)]
    chosen = touching(ways, within)
    named = among(sorted_once(chosen.refs), nodes.ids)
    ids = nodes.ids[named]
    kept = set(ids.tolist()) if nodes.signs else set()
    signs = {node: tags for node, tags in nodes.signs.items() if node in kept}
    return chosen, Nodes(ids, nodes.lon[named], nodes.lat[named], signs)


def joined_ways(parts: Sequence[Ways]) -> tuple[Ways, int]:
    """Ways and relations of several extracts, each once, by identifier.

    Returns
    -------
    And how many ways and relations stand otherwise in a later extract: the first named holds.
    """
    if len(parts) == 1:
        return parts[0], 0
    known: dict[TagSet, int] = {}
    tags = [
        np.array([known.setdefault(tag_set, len(known)) for tag_set in part.tag_sets], np.int32)[
            part.tags
        ]
        for part in parts
    ]
    sizes = np.concatenate([np.diff(part.first) for part in parts])
    every = Ways(
        ids=np.concatenate([part.ids for part in parts]),
        first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        refs=np.concatenate([part.refs for part in parts]),
        tags=np.concatenate(tags),
        tag_sets=list(known),
        relations=[],
    )
    order = np.argsort(every.ids, kind="stable")
    ids = every.ids[order]
    again = _repeated(ids)
    first = order[np.maximum.accumulate(np.where(again, 0, np.arange(len(ids))))]
    pairs = zip(first[again].tolist(), order[again].tolist(), strict=True)
    differing = sum(_differ(every, i, j) for i, j in pairs)
    relations: dict[int, RoadRelation] = {}
    for part in parts:
        for relation in part.relations:
            differing += relations.setdefault(relation.id, relation) != relation
    once = _rows(every, order[~again])
    return replace(once, relations=[relations[number] for number in sorted(relations)]), differing


def joined_nodes(parts: Sequence[Nodes]) -> tuple[Nodes, int]:
    """Nodes of several extracts, each once; and how many stand otherwise in a later extract."""
    if len(parts) == 1:
        return parts[0], 0
    ids = np.concatenate([part.ids for part in parts])
    lon, lat = (np.concatenate([getattr(part, k) for part in parts]) for k in ("lon", "lat"))
    owner = np.repeat(np.arange(len(parts)), [len(part.ids) for part in parts])
    order = np.argsort(ids, kind="stable")
    ids, lon, lat, owner = ids[order], lon[order], lat[order], owner[order]
    again = _repeated(ids)
    first = np.maximum.accumulate(np.where(again, 0, np.arange(len(ids))))
    changed = (lon != lon[first]) | (lat != lat[first])
    signed = sorted({node for part in parts for node in part.signs})
    signs: dict[int, dict[str, str]] = {}
    for i in np.flatnonzero(among(np.array(signed, np.int64), ids)).tolist():
        node = int(ids[i])
        tags, earlier = (parts[owner[k]].signs.get(node) for k in (i, first[i]))
        changed[i] |= tags != earlier
        if earlier is not None:
            signs[node] = earlier
    return Nodes(ids[~again], lon[~again], lat[~again], signs), int(changed.sum())


def _repeated(ordered: Int64) -> Bool:
    """Which of some sorted numbers stand before too."""
    return np.append(False, ordered[1:] == ordered[:-1])[: len(ordered)]


def _rows(ways: Ways, rows: Any) -> Ways:
    """Some of the ways, in an order; their tag sets numbered anew."""
    begin, size = ways.first[rows], np.diff(ways.first)[rows]
    first = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    at = np.arange(first[-1]) - np.repeat(first[:-1], size) + np.repeat(begin, size)
    sets, firsts, number = np.unique(ways.tags[rows], return_index=True, return_inverse=True)
    place = np.argsort(firsts)
    rank = np.empty(len(sets), np.int32)
    rank[place] = np.arange(len(sets), dtype=np.int32)
    return Ways(
        ids=ways.ids[rows],
        first=first,
        refs=ways.refs[at],
        tags=rank[number],
        tag_sets=[ways.tag_sets[i] for i in sets[place].tolist()],
        relations=ways.relations,
    )


def _differ(ways: Ways, i: int, j: int) -> bool:
    """Whether two ways are not alike."""
    nodes, others = (ways.refs[ways.first[k] : ways.first[k + 1]] for k in (i, j))
    return bool(ways.tags[i] != ways.tags[j]) or not np.array_equal(nodes, others)
