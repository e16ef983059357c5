"""Regional extracts of OpenStreetMap, cut to a study area; several merged where it crosses regions.

The cut keeps every way with a node in the area, whole, with the nodes that it refers to and the
relations (turn restrictions) that refer to it, so that no road is broken at the edge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import osmium
import shapely

from siting import atomic_files
from siting.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

BATCH = 100_000


def clip(extracts: Sequence[Path], area: BaseGeometry, target: Path) -> dict[str, int]:
    """Write the roads of an area, from one or several extracts.

    Parameters
    ----------
    extracts
        `.osm.pbf` files; an element that stands in several is written once.
    area
        The buffered study area, in longitude and latitude.
    target
        `.osm.pbf` to write, in the order nodes, ways, relations.

    Returns
    -------
    Number of `nodes`, `ways` and `relations` written.

    Raises
    ------
    InputError
        An extract is missing or damaged, or no road lies in the area.
    """
    for path in extracts:
        if not path.is_file():
            raise InputError("missing_file", file=path)
    inside: set[int] = set()
    ways: dict[int, set[int]] = {}
    try:
        for path in extracts:
            inside |= _nodes_inside(path, area)
        for path in extracts:
            ways |= _roads(path, inside)
        if not ways:
            shown = ", ".join(str(path) for path in extracts)
            raise InputError("no_road_in_the_area", file=shown)
        needed = set().union(*ways.values())
        with atomic_files.replacing(target) as part:
            return _write(extracts, needed, set(ways), part)
    except RuntimeError as error:  # osmium: damaged file
        shown = ", ".join(str(path) for path in extracts)
        raise InputError("unreadable_extract", file=shown, detail=error) from error


def _nodes_inside(path: Path, area: BaseGeometry) -> set[int]:
    """Ids of the nodes that lie in the area."""
    west, south, east, north = area.bounds
    shapely.prepare(area)
    inside: set[int] = set()
    ids: list[int] = []
    at: list[tuple[float, float]] = []

    def sift() -> None:
        covered: Any = shapely.covers(area, shapely.points(at)) if at else []
        inside.update(node_id for node_id, kept in zip(ids, covered, strict=True) if kept)
        ids.clear()
        at.clear()

    nodes: Any = osmium.FileProcessor(str(path), osmium.osm.NODE)
    for node in nodes:
        if west <= node.lon <= east and south <= node.lat <= north:
            ids.append(node.id)
            at.append((node.lon, node.lat))
            if len(ids) == BATCH:
                sift()
    sift()
    return inside


def _roads(path: Path, inside: set[int]) -> dict[int, set[int]]:
    """Nodes of each road that touches the area."""
    nodes_of: dict[int, set[int]] = {}
    ways: Any = osmium.FileProcessor(str(path), osmium.osm.WAY)
    for way in ways.with_filter(osmium.filter.KeyFilter("highway", "route")):
        nodes = {node.ref for node in way.nodes}
        if not nodes.isdisjoint(inside):
            nodes_of[way.id] = nodes
    return nodes_of


def _write(
    extracts: Sequence[Path], nodes: set[int], ways: set[int], target: Path
) -> dict[str, int]:
    """Write the chosen elements, each once, sorted by kind and id."""
    counts = {"nodes": 0, "ways": 0, "relations": 0}
    wanted: dict[str, Any] = {"nodes": nodes.__contains__, "ways": ways.__contains__}
    kinds = {"nodes": osmium.osm.NODE, "ways": osmium.osm.WAY, "relations": osmium.osm.RELATION}
    with osmium.SimpleWriter(str(target)) as writer:
        for name, kind in kinds.items():
            done: set[int] = set()
            for element in osmium.zip_processors(*_processors(extracts, kind)):
                item: Any = next(each for each in element if each is not None)
                if item.id in done:
                    continue
                chosen = wanted[name](item.id) if name in wanted else _restricts(item, ways)
                if chosen:
                    done.add(item.id)
                    counts[name] += 1
                    writer.add(item)
    return counts


def _restricts(relation: Any, ways: set[int]) -> bool:
    """Whether a relation restricts turns between roads that are kept."""
    return "restriction" in relation.tags.get("type", "") and any(
        member.type == "w" and member.ref in ways for member in relation.members
    )


def _processors(extracts: Sequence[Path], kind: Any) -> list[Any]:
    return [osmium.FileProcessor(str(path), kind) for path in extracts]
