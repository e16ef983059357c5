"""Reads the roads of one or several OSM extracts as one network, each element once.

Large PBF files are read by `pbf`, block by block. What that does not know, small files (its kernels
take longer to load) and XML are streamed by osmium.
"""

from __future__ import annotations

import warnings
import zlib
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import osmium

from siting.errors import InputError, InputWarning
from siting.network import elements, pbf, streamed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from siting.network.elements import Nodes, Wanted, Ways
    from siting.network.routing import Int64

PBF_FROM = 8_000_000  # bytes from which `pbf` is worth its loading


class _UnfitError(Exception):
    """A file that the reader it was given to does not read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path


class _NegativeError(_UnfitError):
    """Nodes drawn and not yet uploaded: osmium keeps no position of these."""

    def __init__(self, path: Path, node: int) -> None:
        super().__init__(path)
        self.node = node


def read(
    paths: Sequence[Path], wanted: Wanted, within: BaseGeometry | None = None
) -> tuple[Ways, Nodes]:
    """Read ways with a wanted key, the nodes that they name, and wanted relations.

    An element of several extracts is read once; ways and relations of several come by identifier.

    Parameters
    ----------
    paths
        `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.
    within
        Area in degrees: ways with a node inside are kept, whole; None keeps all.

    Raises
    ------
    InputError
        A file is damaged or cut short, or no road lies in the area.

    Warns
    -----
    InputWarning
        Extracts of different dates hold elements that differ: the first named holds.
    """
    pbf_files = {path for path in paths if path.name.endswith(".pbf")}
    by_blocks = {path for path in pbf_files if path.stat().st_size >= PBF_FROM}
    tried: set[Path] = set()
    while True:
        try:
            ways, nodes, differing = _read(paths, by_blocks, wanted, within)
            break
        except _NegativeError as error:
            if error.path in tried or error.path not in pbf_files:
                raise InputError("negative_nodes", file=error.path, node=error.node) from error
            by_blocks.add(error.path)
        except _UnfitError as error:
            tried.add(error.path)
            by_blocks.discard(error.path)
    if differing:
        warning = InputWarning("extracts_differ", file=paths[0], count=differing)
        warnings.warn(warning, stacklevel=4)
    if within is not None:
        ways, nodes = elements.cut(ways, nodes, within)
        if not len(ways.ids):
            shown = ", ".join(str(path) for path in paths)
            raise InputError("no_road_in_the_area", file=shown)
    return ways, nodes


def _read(
    paths: Sequence[Path],
    by_blocks: Collection[Path],
    wanted: Wanted,
    within: BaseGeometry | None,
) -> tuple[Ways, Nodes, int]:
    """Ways, nodes, and how many elements differ between the files."""
    opened: dict[Path, pbf.PbfFile] = {}
    for path in by_blocks:
        with _damage(path):
            opened[path] = pbf.opened(path)
    inside = None
    if within is not None and len(opened) == len(set(paths)):  # else all are cut afterwards
        parts = []
        for path, file in opened.items():
            with _damage(path):
                parts.append(pbf.nodes_inside(file, within))
        inside = elements.sorted_once(np.concatenate(parts))
    ways_of, nodes_of = [], []
    for path in paths:
        with _damage(path):
            ways, source = _ways(path, opened.get(path), wanted, inside)
        ways_of.append(ways)
        nodes_of.append(source)
    ways, differing = elements.joined_ways(ways_of)
    named = elements.sorted_once(ways.refs)
    nodes_read = []
    for path, source in zip(paths, nodes_of, strict=True):
        with _damage(path):
            nodes_read.append(source(named))
    nodes, moved = elements.joined_nodes(nodes_read)
    return ways, nodes, differing + moved


def _ways(
    path: Path, opened: pbf.PbfFile | None, wanted: Wanted, inside: Int64 | None
) -> tuple[Ways, Callable[[Int64], Nodes]]:
    """Ways of a file, and what gives its nodes."""
    if opened is not None:
        ways, blocks = pbf.read_ways(opened, wanted, inside)
        return ways, partial(pbf.read_nodes, opened, blocks, wanted)
    ways, index = streamed.read_ways(path, wanted)
    if len(ways.refs) and ways.refs.min() < 0:
        raise _NegativeError(path, int(ways.refs.min()))
    return ways, partial(streamed.read_nodes, path, index, wanted)


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Tell of a damaged file in a sentence; name one that the block reader does not know."""
    try:
        yield
    except pbf.UnsupportedError as error:
        raise _UnfitError(path) from error
    except (*_DAMAGED, osmium.InvalidLocationError) as error:
        raise InputError("damaged_extract", file=path, detail=error) from error


_DAMAGED = (RuntimeError, OSError, ValueError, IndexError, KeyError, zlib.error)
