"""Reads the roads of an OSM PBF extract, block by block on all cores.

Ways and relations are read first, then the nodes that the ways name: where the ways begin is found
by bisection, so that each block is inflated once. Memory grows with the roads and no further.
Format: OSM wiki, `PBF Format`. Files that need more (nodes that are not dense, other compressions
than zlib, history, ways before nodes) raise `UnsupportedError`: osmium reads those.
"""

from __future__ import annotations

import os
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from siting.network.kernels import pbf as kernels

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from siting.network.routing import Int32, Int64

Bytes = npt.NDArray[np.uint8]
TagSet = tuple[tuple[str, str], ...]
Members = list[tuple[str, str, int]]  # role, type (n, w or r), identifier

LARGEST_HEADER, LARGEST_BLOB = 64 * 1024, 32 * 1024 * 1024
UNDERSTOOD = {b"OsmSchema-V0.6", b"DenseNodes"}


class UnsupportedError(Exception):
    """A sound file that needs more than this reader knows."""


@dataclass(frozen=True)
class RoadElements:
    """Ways with a picked key, in the order of the file, and the nodes that they name.

    Attributes
    ----------
    ids, first, refs
        Identifiers of the ways; way i has the nodes refs[first[i]:first[i + 1]].
    tags, tag_sets
        Relevant tags of each way, an index in the distinct sets.
    nodes, lon, lat
        Sorted identifiers of nodes that the file holds, and their positions in 1e-7 degrees.
    signs
        Tags of the nodes that have a key for signs, by identifier.
    relations
        Tags and members of the relations that were asked for.
    """

    ids: Int64
    first: Int64
    refs: Int64
    tags: Int32
    tag_sets: list[TagSet]
    nodes: Int64
    lon: Int32
    lat: Int32
    signs: dict[int, dict[str, str]]
    relations: list[tuple[dict[str, str], Members]]


@dataclass(frozen=True)
class Wanted:
    """Which keys matter: they make a way a road, matter on a way, or on a node.

    And which kinds (values of the key `type`) of relations are asked for.
    """

    picked: Callable[[str], bool]
    relevant: Callable[[str], bool]
    sign: Callable[[str], bool]
    kind: Callable[[str], bool]


def read(path: Path, wanted: Wanted) -> RoadElements:
    """Read the roads of an extract.

    Raises
    ------
    UnsupportedError
        The file needs more than this reader knows.
    ValueError, IndexError, zlib.error
        The file is damaged or cut short.
    """
    places = _blobs(path)
    flags: dict[bytes, int] = {}

    def block(i: int) -> _Block:
        return _Block(path, *places[i], wanted, flags)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        begin, end = 0, len(places)
        while begin < end:
            middle = (begin + end) // 2
            begin, end = (begin, middle) if block(middle).late else (middle + 1, end)
        late = list(pool.map(lambda i: _late(block(i)), range(begin, len(places))))
        parts = [part for _, part, _ in late if part is not None]
        ids, sizes, refs, tags, tag_sets = _joined(parts)
        nodes = sorted_once(refs)
        lon, lat = np.zeros((2, len(nodes)), np.int32)
        there = np.zeros(len(nodes), bool)
        early = [*range(begin), *(begin + k for k, (mixed, _, _) in enumerate(late) if mixed)]

        def nodes_of(i: int) -> dict[int, dict[str, str]]:
            opened = block(i)
            if i < begin and opened.late:
                raise UnsupportedError
            return opened.nodes(nodes, lon, lat, there)

        signs: dict[int, dict[str, str]] = {}
        for some in pool.map(nodes_of, early):
            signs.update(some)
    return RoadElements(
        ids=ids,
        first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        refs=refs,
        tags=tags,
        tag_sets=tag_sets,
        nodes=nodes[there],
        lon=lon[there],
        lat=lat[there],
        signs=signs,
        relations=[relation for _, _, relations in late for relation in relations],
    )


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


class _Block:
    """A data blob, inflated: its groups and its table of strings."""

    def __init__(
        self, path: Path, at: int, size: int, wanted: Wanted, flags: dict[bytes, int]
    ) -> None:
        with path.open("rb") as file:
            file.seek(at)
            blob = file.read(size)
        self.raw = _inflated(blob)
        self.data = np.frombuffer(self.raw, np.uint8)
        self._wanted, self._flags = wanted, flags
        self.groups = kernels.repeated(self.data, 0, len(self.raw), 18)
        kinds = {self.raw[start] >> 3 for start, end in self.groups.tolist() if end > start}
        if 1 in kinds:
            raise UnsupportedError
        self.late, self.mixed = bool(kinds & {3, 4}), 2 in kinds

    def _open(self) -> None:
        """Read the table of strings, and what each is as a key."""
        table = kernels.repeated(self.data, 0, len(self.raw), 10)
        bounds = kernels.repeated(self.data, table[-1, 0], table[-1, 1], 10).tolist()
        self._strings = [self.raw[start:end] for start, end in bounds]
        marks = bytearray()
        for name in self._strings:
            mark = self._flags.get(name)
            if mark is None:
                mark = self._flags[name] = self._flag(name.decode("utf-8", "replace"))
            marks.append(mark)
        self._marks = np.frombuffer(bytes(marks), np.uint8)

    def _flag(self, name: str) -> int:
        wanted = self._wanted
        picked = kernels.PICKED if wanted.picked(name) else 0
        relevant = kernels.RELEVANT if wanted.relevant(name) else 0
        return picked | relevant | (kernels.SIGN if wanted.sign(name) else 0)

    def _text(self, number: int) -> str:
        return self._strings[number].decode("utf-8")

    def _tags(self, pairs: Int32) -> TagSet:
        return tuple((self._text(key), self._text(value)) for key, value in pairs.tolist())

    def ways(self) -> tuple[Any, ...] | None:
        """Identifiers, sizes, references, number of the tag set of each way; the tag sets."""
        table = kernels.messages(self.data, self.groups, 26)
        if not len(table):
            return None
        ids, first, refs, tag_first, pairs = kernels.read_ways(self.data, table, self._marks)
        raw, bounds = pairs.tobytes(), (8 * tag_first).tolist()
        known: dict[bytes, int] = {}
        numbers = [known.setdefault(raw[a:b], len(known)) for a, b in pairwise(bounds)]
        tag_sets = [self._tags(np.frombuffer(key, np.int32).reshape(-1, 2)) for key in known]
        return ids, np.diff(first), refs, np.array(numbers, np.int32), tag_sets

    def relations(self) -> list[tuple[dict[str, str], Members]]:
        """Tags and members of the relations that are asked for."""
        kept: list[tuple[dict[str, str], Members]] = []
        if b"type" not in self._strings:
            return kept
        kind_key = self._strings.index(b"type")
        for row in kernels.messages(self.data, self.groups, 34):
            keys, values = (self._numbers(row[k], deltas=False) for k in (2, 3))
            kinds = [value for key, value in zip(keys, values, strict=True) if key == kind_key]
            if not any(self._wanted.kind(self._text(value)) for value in kinds):
                continue
            tags = {self._text(k): self._text(v) for k, v in zip(keys, values, strict=True)}
            roles, types = (self._numbers(row[k], deltas=False) for k in (8, 10))
            refs = self._numbers(row[9], deltas=True)
            members = [
                (self._text(role), "nwr"[kind], ref)
                for role, kind, ref in zip(roles, types, refs, strict=True)
            ]
            kept.append((tags, members))
        return kept

    def _numbers(self, bounds: Int64, *, deltas: bool) -> list[int]:
        start, end = bounds.tolist()
        out = np.empty(max(end - start, 0), np.int64)
        count = int(kernels.unpack(self.data, start, end, out, 0, deltas))
        numbers: list[int] = out[:count].tolist()
        return numbers

    def nodes(
        self, wanted: Int64, lon: Int32, lat: Int32, there: npt.NDArray[np.bool_]
    ) -> dict[int, dict[str, str]]:
        """Put positions in place; tags of the nodes with a key for signs."""
        self._open()
        numbers = [kernels.repeated(self.data, 0, len(self.raw), key) for key in (136, 152, 160)]
        defaults = (100, 0, 0)
        scale = [
            int(rows[-1, 0]) if len(rows) else default
            for rows, default in zip(numbers, defaults, strict=True)
        ]
        dense = kernels.messages(self.data, self.groups, 18)
        at, first, pairs, twice = kernels.read_nodes(
            self.data, dense, np.array(scale, np.int64), self._marks, wanted, lon, lat, there
        )
        if twice:
            raise UnsupportedError
        return {
            int(wanted[node]): dict(self._tags(pairs[first[i] : first[i + 1]]))
            for i, node in enumerate(at.tolist())
        }

    def open_late(self) -> tuple[tuple[Any, ...] | None, list[tuple[dict[str, str], Members]]]:
        """Ways and relations."""
        self._open()
        return self.ways(), self.relations()


def _late(block: _Block) -> tuple[bool, tuple[Any, ...] | None, list[Any]]:
    """Whether a block holds nodes too; its ways; its relations."""
    if not block.late:
        return block.mixed, None, []
    return block.mixed, *block.open_late()


def sorted_once(numbers: Int64) -> Int64:
    """Each number once, sorted; `numpy.unique` looks them up in a table first, ten times slower."""
    ordered = np.sort(numbers)
    once: Int64 = ordered[np.append(ordered[1:] != ordered[:-1], True)[: len(ordered)]]
    return once


def _joined(parts: list[tuple[Any, ...]]) -> tuple[Int64, Int64, Int64, Int32, list[TagSet]]:
    """Columns of all blocks, tag sets numbered anew."""
    known: dict[TagSet, int] = {}
    tags = []
    for *_, numbers, tag_sets in parts:
        of_block = [known.setdefault(tag_set, len(known)) for tag_set in tag_sets]
        tags.append(np.array(of_block, np.int32)[numbers])
    nothing = np.empty(0, np.int64)
    ids, sizes, refs = (np.concatenate([nothing, *(part[k] for part in parts)]) for k in range(3))
    return ids, sizes, refs, np.concatenate([nothing.astype(np.int32), *tags]), list(known)
