"""Reads the roads of an OSM PBF extract, block by block on all cores.

Ways and relations are read first, then the nodes that the ways name: where the ways begin is found
by bisection, so that each block is inflated once. With an area, the nodes inside are read before
(and all nodes again after), and ways elsewhere are left out at once. Memory grows with the roads
that are kept and no further. Format: OSM wiki, `PBF Format`. Files that need more (nodes that are
not dense, other compressions than zlib, history, ways before nodes) raise `UnsupportedError`:
osmium reads those.
"""

from __future__ import annotations

import os
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt
import shapely

from siting.network import elements
from siting.network.elements import Nodes, RoadRelation, TagSet, Ways
from siting.network.kernels import pbf as kernels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from siting.network.elements import Wanted
    from siting.network.routing import Int32, Int64
    from siting.network.segments import Bool

Bytes = npt.NDArray[np.uint8]
T = TypeVar("T")

LARGEST_HEADER, LARGEST_BLOB = 64 * 1024, 32 * 1024 * 1024
UNDERSTOOD = {b"OsmSchema-V0.6", b"DenseNodes"}


class UnsupportedError(Exception):
    """A sound file that needs more than this reader knows."""


@dataclass(frozen=True)
class PbfFile:
    """Where the parts of a file are.

    Attributes
    ----------
    path
        The file.
    blobs
        Place and size of each block.
    begin
        The first block with ways or relations.
    """

    path: Path
    blobs: list[tuple[int, int]]
    begin: int


def opened(path: Path) -> PbfFile:
    """Find the blocks of a file.

    Raises
    ------
    UnsupportedError
        The file needs more than this reader knows.
    ValueError, IndexError, zlib.error
        The file is damaged or cut short.
    """
    blobs = _blobs(path)
    begin, end = 0, len(blobs)
    while begin < end:
        middle = (begin + end) // 2
        block = _Block(path, *blobs[middle])
        begin, end = (begin, middle) if block.late else (middle + 1, end)
    return PbfFile(path, blobs, begin)


def nodes_inside(file: PbfFile, area: BaseGeometry) -> Int64:
    """Sorted identifiers of all nodes in an area (degrees); raises as `opened`."""
    shapely.prepare(area)

    def inside(i: int) -> Int64:
        ids, lon, lat = _Block(file.path, *file.blobs[i]).positions()
        within: Int64 = ids[elements.inside(area, lon, lat)]
        return within

    early = range(min(file.begin + 1, len(file.blobs)))
    parts = _side_by_side(inside, early)
    return elements.sorted_once(np.concatenate([np.empty(0, np.int64), *parts]))


def read_ways(
    file: PbfFile, wanted: Wanted, inside: Int64 | None = None
) -> tuple[Ways, tuple[int, ...]]:
    """Read the ways and relations of a file; raises as `opened`.

    Parameters
    ----------
    inside
        Nodes, sorted: ways without any of them are left out; None keeps all.

    Returns
    -------
    And the blocks that hold nodes.
    """
    flags: dict[bytes, int] = {}

    def late(i: int) -> tuple[bool, Ways]:
        block = _Block(file.path, *file.blobs[i])
        if block.mixed and inside is not None and i > file.begin:
            raise UnsupportedError  # its nodes were not among those looked at
        ways = block.ways_and_relations(_Marks(wanted, flags))
        return block.mixed, ways if inside is None else elements.touching(ways, inside)

    parts = _side_by_side(late, range(file.begin, len(file.blobs)))
    mixed = [file.begin + k for k, (holds_nodes, _) in enumerate(parts) if holds_nodes]
    return _joined([ways for _, ways in parts]), (*range(file.begin), *mixed)


def read_nodes(file: PbfFile, blocks: Sequence[int], wanted: Wanted, ids: Int64) -> Nodes:
    """Positions and signs of some nodes (sorted), as far as a file holds them; raises as `opened`.

    Parameters
    ----------
    blocks
        Those that hold nodes, as `read_ways` gives them.
    """
    flags: dict[bytes, int] = {}
    lon, lat = np.zeros((2, len(ids)), np.int32)
    there = np.zeros(len(ids), bool)

    def nodes_of(i: int) -> dict[int, dict[str, str]]:
        block = _Block(file.path, *file.blobs[i])
        if i < file.begin and block.late:
            raise UnsupportedError
        return block.nodes(_Marks(wanted, flags), ids, lon, lat, there)

    signs: dict[int, dict[str, str]] = {}
    for some in _side_by_side(nodes_of, blocks):
        signs.update(some)
    return Nodes(ids[there], lon[there], lat[there], signs)


def _side_by_side(action: Callable[[int], T], blocks: Sequence[int]) -> list[T]:
    """Do something with each block, on all cores; what comes out in their order."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(action, blocks))


def _blobs(path: Path) -> list[tuple[int, int]]:
    """Place and size of each data blob of a file."""
    places = []
    end = path.stat().st_size
    with path.open("rb") as file:
        while head := file.read(4):
            if len(head) < 4 or (size := struct.unpack(">I", head)[0]) > LARGEST_HEADER:
                raise ValueError("blob header")
            values = _fields(file.read(size), size)
            at, size = file.tell(), int(values[3][0])
            if size > LARGEST_BLOB or at + size > end:
                raise ValueError("blob beyond the file")
            if values[1] == [b"OSMHeader"]:
                needs = set(_fields(_inflated(file.read(size))).get(4, ()))
                if needs - UNDERSTOOD:
                    raise UnsupportedError
            elif values[1] == [b"OSMData"]:
                places.append((at, size))
            elif not places:
                raise ValueError("no OSM header")
            file.seek(at + size)
    if not end:
        raise ValueError("empty file")
    return places


def _fields(data: bytes, size: int | None = None) -> dict[int, list[Any]]:
    """Values of the fields of a small message, by number."""
    if size is not None and len(data) != size:
        raise ValueError("file ends early")
    bytes_of = np.frombuffer(data, np.uint8)
    values: dict[int, list[Any]] = {}
    at = 0
    while at < len(data):
        key, start, end, at = kernels.field(bytes_of, at, len(data))
        values.setdefault(key >> 3, []).append(start if end < 0 else data[start:end])
    return values


def _inflated(blob: bytes) -> bytes:
    """Raw bytes of a blob."""
    values = _fields(blob)
    if 1 in values:
        return bytes(values[1][0])
    if 3 not in values:
        raise UnsupportedError
    size = int(values[2][0])
    if not 0 <= size <= LARGEST_BLOB:
        raise ValueError("size of a blob")
    unpacking = zlib.decompressobj()
    raw = unpacking.decompress(values[3][0], size + 1)
    if len(raw) != size or not unpacking.eof:
        raise ValueError("size of a blob")
    return raw


@dataclass(frozen=True)
class _Marks:
    """What strings are as keys; `flags` is shared by the blocks of a file."""

    wanted: Wanted
    flags: dict[bytes, int]

    def of(self, strings: list[bytes]) -> Bytes:
        """A mark for each string."""
        marks = bytearray()
        for name in strings:
            mark = self.flags.get(name)
            if mark is None:
                mark = self.flags[name] = self._flag(name.decode("utf-8", "replace"))
            marks.append(mark)
        return np.frombuffer(bytes(marks), np.uint8)

    def _flag(self, name: str) -> int:
        wanted = self.wanted
        picked = kernels.PICKED if name in wanted.picked else 0
        relevant = kernels.RELEVANT if wanted.relevant(name) else 0
        return picked | relevant | (kernels.SIGN if name in wanted.signs else 0)


class _Block:
    """A data blob, inflated: its groups and its table of strings."""

    def __init__(self, path: Path, at: int, size: int) -> None:
        with path.open("rb") as file:
            file.seek(at)
            blob = file.read(size)
        self.raw = _inflated(blob)
        self.data = np.frombuffer(self.raw, np.uint8)
        self.groups = kernels.repeated(self.data, 0, len(self.raw), 18)
        kinds = {self.raw[start] >> 3 for start, end in self.groups.tolist() if end > start}
        if 1 in kinds:
            raise UnsupportedError
        self.late, self.mixed = bool(kinds & {3, 4}), 2 in kinds

    def _open(self) -> None:
        """Read the table of strings."""
        table = kernels.repeated(self.data, 0, len(self.raw), 10)
        bounds = kernels.repeated(self.data, table[-1, 0], table[-1, 1], 10).tolist()
        self._strings = [self.raw[start:end] for start, end in bounds]

    def _text(self, number: int) -> str:
        return self._strings[number].decode("utf-8")

    def _tags(self, pairs: Int32) -> TagSet:
        return tuple((self._text(key), self._text(value)) for key, value in pairs.tolist())

    def ways_and_relations(self, marks: _Marks) -> Ways:
        """Ways with a picked key, and the relations that are asked for."""
        if not self.late:
            return _joined([])
        self._open()
        table = kernels.messages(self.data, self.groups, 26)
        read = kernels.read_ways(self.data, table, marks.of(self._strings))
        ids, first, refs, tag_first, pairs = read
        raw, bounds = pairs.tobytes(), (8 * tag_first).tolist()
        known: dict[bytes, int] = {}
        numbers = [known.setdefault(raw[a:b], len(known)) for a, b in pairwise(bounds)]
        tag_sets = [self._tags(np.frombuffer(key, np.int32).reshape(-1, 2)) for key in known]
        relations = self._relations(marks.wanted)
        return Ways(ids, first, refs, np.array(numbers, np.int32), tag_sets, relations)

    def _relations(self, wanted: Wanted) -> list[RoadRelation]:
        kept: list[RoadRelation] = []
        if b"type" not in self._strings:
            return kept
        kind_key = self._strings.index(b"type")
        for row in kernels.messages(self.data, self.groups, 34):
            keys, values = (self._numbers(row[k], deltas=False) for k in (2, 3))
            kinds = [value for key, value in zip(keys, values, strict=True) if key == kind_key]
            if not any(wanted.kind(self._text(value)) for value in kinds):
                continue
            tags = {self._text(k): self._text(v) for k, v in zip(keys, values, strict=True)}
            roles, types = (self._numbers(row[k], deltas=False) for k in (8, 10))
            refs = self._numbers(row[9], deltas=True)
            members = [
                (self._text(role), "nwr"[kind], ref)
                for role, kind, ref in zip(roles, types, refs, strict=True)
            ]
            kept.append(RoadRelation(int(row[1, 0]), tags, members))
        return kept

    def _numbers(self, bounds: Int64, *, deltas: bool) -> list[int]:
        start, end = bounds.tolist()
        out = np.empty(max(end - start, 0), np.int64)
        count = int(kernels.unpack(self.data, start, end, out, 0, deltas))
        numbers: list[int] = out[:count].tolist()
        return numbers

    def nodes(
        self, marks: _Marks, wanted: Int64, lon: Int32, lat: Int32, there: Bool
    ) -> dict[int, dict[str, str]]:
        """Put positions in place; tags of the nodes with a key for signs."""
        self._open()
        dense, scale = self._dense()
        at, first, pairs, twice = kernels.read_nodes(
            self.data, dense, scale, marks.of(self._strings), wanted, lon, lat, there
        )
        if twice:
            raise UnsupportedError
        return {
            int(wanted[node]): dict(self._tags(pairs[first[i] : first[i + 1]]))
            for i, node in enumerate(at.tolist())
        }

    def positions(self) -> tuple[Int64, Int32, Int32]:
        """Identifiers of all nodes, and their positions."""
        ids, lon, lat = kernels.read_positions(self.data, *self._dense())
        return ids, lon, lat

    def _dense(self) -> tuple[Int64, Int64]:
        """Where dense nodes are; granularity, latitude and longitude that theirs add to."""
        numbers = [kernels.repeated(self.data, 0, len(self.raw), key) for key in (136, 152, 160)]
        defaults = (100, 0, 0)
        scale = [
            int(rows[-1, 0]) if len(rows) else default
            for rows, default in zip(numbers, defaults, strict=True)
        ]
        return kernels.messages(self.data, self.groups, 18), np.array(scale, np.int64)


def _joined(parts: Sequence[Ways]) -> Ways:
    """Columns of all blocks, tag sets numbered anew."""
    known: dict[TagSet, int] = {}
    nothing, no_tag = np.empty(0, np.int64), np.empty(0, np.int32)
    tags = [no_tag]
    for part in parts:
        of_block = [known.setdefault(tag_set, len(known)) for tag_set in part.tag_sets]
        tags.append(np.array(of_block, np.int32)[part.tags])
    sizes = [nothing, *(np.diff(part.first) for part in parts)]
    return Ways(
        ids=np.concatenate([nothing, *(part.ids for part in parts)]),
        first=np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64),
        refs=np.concatenate([nothing, *(part.refs for part in parts)]),
        tags=np.concatenate(tags),
        tag_sets=list(known),
        relations=[relation for part in parts for relation in part.relations],
    )
