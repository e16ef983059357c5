"""Reads the roads of an extract by osmium, element by element: small files, XML, rare PBF.

Memory grows by 16 bytes for each node of the extract too (osmium's index of positions).
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium

from siting.network.elements import Nodes, RoadRelation, TagSet, Ways

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from siting.network.elements import Wanted
    from siting.network.routing import Int64


def read_ways(path: Path, wanted: Wanted) -> tuple[Ways, Any]:
    """Read wanted ways and relations, and osmium's index of the positions of all nodes.

    Raises
    ------
    RuntimeError
        The file is damaged or cut short.
    """
    located = osmium.FileProcessor(str(path)).with_locations()
    ids, first, refs, numbers = array("q"), array("q", [0]), array("q"), array("i")
    known: dict[TagSet, int] = {}
    on_ways: Any = located.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    for way in on_ways.with_filter(osmium.filter.KeyFilter(*wanted.picked)):
        relevant = tuple((tag.k, tag.v) for tag in way.tags if wanted.relevant(tag.k))
        ids.append(way.id)
        refs.extend([node.ref for node in way.nodes])
        first.append(len(refs))
        numbers.append(known.setdefault(relevant, len(known)))
    relations = [
        RoadRelation(
            relation.id,
            {tag.k: tag.v for tag in relation.tags},
            [(member.role, member.type, member.ref) for member in relation.members],
        )
        for relation in _stream(path, osmium.osm.RELATION, ["type"])
        if wanted.kind(relation.tags["type"])
    ]
    ways = Ways(
        ids=np.array(ids, np.int64),
        first=np.array(first, np.int64),
        refs=np.array(refs, np.int64),
        tags=np.array(numbers, np.int32),
        tag_sets=list(known),
        relations=relations,
    )
    return ways, located.node_location_storage


def read_nodes(path: Path, index: Any, wanted: Wanted, ids: Int64) -> Nodes:
    """Positions of some nodes (sorted) as far as the index has them, and signs among them."""
    lon, lat = array("i"), array("i")
    there = np.ones(len(ids), bool)
    for i, number in enumerate(ids.tolist()):
        try:
            place = index.get(number)
        except KeyError:
            there[i] = False
            continue
        lon.append(place.x)
        lat.append(place.y)
    here = ids[there]
    named = set(here.tolist())
    signs = {
        node.id: {tag.k: tag.v for tag in node.tags}
        for node in _stream(path, osmium.osm.NODE, wanted.signs)
        if node.id in named
    }
    return Nodes(here, np.array(lon, np.int32), np.array(lat, np.int32), signs)


def _stream(path: Path, entity: Any, keys: Sequence[str]) -> Iterator[Any]:
    """Objects of one kind with one of some keys."""
    stream: Any = osmium.FileProcessor(str(path), entity)
    return iter(stream.with_filter(osmium.filter.KeyFilter(*keys)))
