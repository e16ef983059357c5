"""How what is kept on this machine is written: plain data, never code.

A file is a line that names the format, the digest of all that follows, a tree in JSON and the
bytes of its arrays. The tree holds plain values, tables, geometries (WKB), indexes of lines,
warnings and the frozen dataclasses of this package; nothing in a file can name anything else, and
none of their constructors is called.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import importlib
import json
import mmap
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj
import shapely

from siting.errors import InputWarning

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = b"siting kept 2\n"
DIGEST = hashlib.blake2b().digest_size  # faster than SHA-256, and as good against damage
LENGTH = 8  # bytes of the length of the tree
ALIGN = 64  # bytes at which an array begins
PACKAGE = __name__.partition(".")[0]
PLAIN = (str, int, float, bool, type(None))


class UnkeepableError(TypeError):
    """A value is of a kind that the format does not hold."""


class DamagedError(ValueError):
    """A file is not what was written, or was written by another version."""


def parts(value: object) -> list[Any]:
    """Bytes of a value, in parts to be written one after the other; arrays are not copied.

    Raises
    ------
    UnkeepableError
        It holds something of a kind that is not kept.
    """
    writer = _Writer()
    tree = json.dumps(writer.tree(value), ensure_ascii=False).encode()
    head = len(tree).to_bytes(LENGTH, "little") + tree + bytes(_gap(len(HEAD) + DIGEST, tree))
    digest = hashlib.blake2b(head)
    for block in writer.blocks:
        digest.update(block)
    return [HEAD, digest.digest(), head, *writer.blocks]


def encode(value: object) -> bytes:
    """Bytes of a value; raises as `parts`."""
    return b"".join(parts(value))


def decode(content: bytes | mmap.mmap) -> Any:
    """Give the value back.

    Parameters
    ----------
    content
        What `encode` gave, or a file of it, mapped so that it may be written to in memory
        (`ACCESS_COPY`): then its arrays are not copied.

    Raises
    ------
    DamagedError
        The bytes are not those that `encode` gave.
    """
    start = len(HEAD) + DIGEST
    if content[: len(HEAD)] != HEAD:
        raise DamagedError("head")
    body = memoryview(content)[start:]
    if hashlib.blake2b(body).digest() != content[len(HEAD) : start]:
        raise DamagedError("digest")
    size = int.from_bytes(body[:LENGTH], "little")
    tree = bytes(body[LENGTH : LENGTH + size])
    begin = LENGTH + size + _gap(start, tree)
    # kernels want arrays that may be written to
    memory = body[begin:] if isinstance(content, mmap.mmap) else bytearray(body[begin:])
    return _Reader(np.frombuffer(memory, np.uint8)).value(json.loads(tree))


def _gap(start: int, tree: bytes) -> int:
    """Bytes after the tree, so that arrays begin where a file's multiples of 64 are."""
    return -(start + LENGTH + len(tree)) % ALIGN


@cache
def _crs(definition: str | None) -> pyproj.CRS | None:
    return None if definition is None else pyproj.CRS.from_json(definition)


class _Writer:
    """Makes the tree of a value, its arrays aside; an array that is met twice is written once."""

    def __init__(self) -> None:
        self.blocks: list[Any] = []
        self.size = 0
        self.met: dict[int, tuple[object, Any]] = {}  # what was met lives as long as its id counts

    def tree(self, value: Any) -> Any:
        """Plain values as they are, anything else as a list that begins with its kind."""
        if type(value) in PLAIN:
            return value
        if id(value) not in self.met:
            self.met[id(value)] = value, self._tree(value)
        return self.met[id(value)][1]

    def _tree(self, value: Any) -> list[Any]:
        for kind, write in (
            (list, lambda: ["list", *map(self.tree, value)]),
            (tuple, lambda: ["tuple", *map(self.tree, value)]),
            (dict, lambda: ["dict", *([self.tree(k), self.tree(v)] for k, v in value.items())]),
            (dt.date, lambda: ["date", value.isoformat()]),
            (np.ndarray, lambda: self._array(value)),
            (shapely.STRtree, lambda: ["index", self.tree(value.geometries)]),
            (gpd.GeoDataFrame, lambda: self._layer(value)),
            (pd.DataFrame, lambda: self._table(value)),
            (InputWarning, lambda: ["warning", value.key, self.tree(value.args[1])]),
        ):
            if type(value) is kind:
                return write()
        if isinstance(value, Path):
            return ["path", str(value)]
        if isinstance(value, np.generic):
            return ["scalar", self.tree(np.asarray(value).reshape(1))]
        if dataclasses.is_dataclass(value) and type(value).__module__.startswith(f"{PACKAGE}."):
            kind = type(value)
            fields = {f.name: self.tree(getattr(value, f.name)) for f in dataclasses.fields(value)}
            return ["data", kind.__module__, kind.__qualname__, fields]
        raise UnkeepableError(type(value).__qualname__)

    def _array(self, array: Any) -> list[Any]:
        if array.dtype != object:
            order = "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
            return ["array", array.dtype.str, list(array.shape), order, self._block(array, order)]
        if array.ndim != 1:
            raise UnkeepableError("object")
        if len(array) and all(isinstance(entry, shapely.Geometry) for entry in array):
            if (shapely.get_type_id(array) == shapely.GeometryType.LINESTRING).all():
                return ["lines", *map(self.tree, shapely.to_ragged_array(array)[1:])]
            return ["shapes", *self._wkb(array)]
        return ["objects", [self.tree(entry) for entry in array]]

    def _wkb(self, shapes: Any) -> list[Any]:
        """WKB of geometries end to end, and where each ends; a missing one takes no bytes."""
        packed = [b"" if wkb is None else wkb for wkb in shapely.to_wkb(shapes)]
        ends = np.cumsum([len(wkb) for wkb in packed], dtype=np.int64)
        return [self._array(np.frombuffer(b"".join(packed), np.uint8)), self._array(ends)]

    def _block(self, array: Any, order: str) -> int:
        start = self.size
        rows = array.T if order == "F" else array
        content = np.ascontiguousarray(rows).reshape(-1).view(np.uint8)
        self.blocks += [content, bytes(-len(content) % ALIGN)]
        self.size += sum(map(len, self.blocks[-2:]))
        return start

    def _table(self, table: pd.DataFrame) -> list[Any]:
        index = table.index
        if type(index) is not pd.RangeIndex or not table.columns.is_unique or table.attrs:
            raise UnkeepableError("index")
        ends = [index.start, index.stop, index.step, index.name]
        columns = [[self.tree(name), *self._column(table[name])] for name in table.columns]
        return ["table", ends, str(table.columns.dtype), columns]

    def _column(self, column: pd.Series[Any]) -> list[Any]:
        kind = column.dtype
        if str(kind) == "geometry":
            crs = getattr(column, "crs", None)
            return ["geometry", crs.to_json() if crs else None, *self._wkb(column.to_numpy())]
        if isinstance(kind, np.dtype):
            return ["values", self._array(column.to_numpy())]
        if not isinstance(kind, pd.StringDtype):
            raise UnkeepableError(str(kind))
        texts = pa.array(column.array, pa.large_string(), from_pandas=True)
        null = self._array(np.asarray(texts.is_null()))
        written = [b"" if text is None else text.encode() for text in texts.to_pylist()]
        ends = np.cumsum([0, *map(len, written)], dtype=np.int64)
        packed = self._array(np.frombuffer(b"".join(written), np.uint8))
        missing = "na" if kind.na_value is pd.NA else "nan"
        return ["text", kind.storage, missing, self._array(ends), packed, null]

    def _layer(self, layer: gpd.GeoDataFrame) -> list[Any]:
        return ["layer", layer.active_geometry_name, self._table(layer)]


class _Reader:
    """Makes values of a tree again; whatever a tree holds that it cannot is `DamagedError`."""

    def __init__(self, memory: Any) -> None:
        self.memory = memory
        self.kinds: dict[str, Callable[..., Any]] = {
            "list": lambda *entries: [self.value(entry) for entry in entries],
            "tuple": lambda *entries: tuple(self.value(entry) for entry in entries),
            "dict": lambda *pairs: {self.value(k): self.value(v) for k, v in pairs},
            "date": dt.date.fromisoformat,
            "path": Path,
            "warning": lambda key, values: InputWarning(key, self.value(values)),
            "array": self._array,
            "scalar": lambda tree: self.value(tree)[0],
            "objects": self._objects,
            "lines": lambda *parts: shapely.from_ragged_array(
                shapely.GeometryType.LINESTRING, self.value(parts[0]), self.value(parts[1])
            ),
            "shapes": self._shapes,
            "index": lambda tree: shapely.STRtree(self.value(tree)),
            "table": self._table,
            "layer": lambda name, tree: gpd.GeoDataFrame(self.value(tree), geometry=name),
            "data": self._data,
        }

    def value(self, tree: Any) -> Any:
        if not isinstance(tree, list):
            return tree
        return self.kinds[tree[0]](*tree[1:])

    def _array(self, kind: str, shape: list[int], order: str, start: int) -> Any:
        dtype = np.dtype(kind)
        size = dtype.itemsize * int(np.prod(shape))
        flat = self.memory[start : start + size].view(dtype)
        return flat.reshape(shape, order="F" if order == "F" else "C")

    def _objects(self, entries: list[Any]) -> Any:
        array = np.empty(len(entries), object)
        array[:] = [entry if type(entry) is str else self.value(entry) for entry in entries]
        return array

    def _shapes(self, packed: list[Any], ends: list[Any]) -> Any:
        content, stops = self.value(packed).tobytes(), self.value(ends).tolist()
        starts = [0, *stops[:-1]]
        wkb = [content[a:b] or None for a, b in zip(starts, stops, strict=True)]
        return shapely.from_wkb(np.array(wkb, object))

    def _table(self, ends: list[Any], kind: str, columns: list[Any]) -> pd.DataFrame:
        index = pd.RangeIndex(ends[0], ends[1], ends[2], name=ends[3])
        made = {name: self._column(index, *column) for name, *column in columns}
        names = pd.Index(list(made), dtype=kind)
        return pd.DataFrame(made, index=index, columns=names, copy=False)

    def _column(self, index: pd.Index[Any], column: str, *parts: Any) -> Any:
        if column == "geometry":
            crs, *packed = parts
            return gpd.GeoSeries(self._shapes(*packed), index=index, crs=_crs(crs))
        if column == "values":
            values = self.value(parts[0])
            return pd.Series(values, index=index, dtype=values.dtype)
        storage, missing, *arrays = parts
        ends, packed, null = map(self.value, arrays)
        known = None if not null.any() else pa.py_buffer(np.packbits(~null, bitorder="little"))
        buffers = [pa.py_buffer(ends), pa.py_buffer(packed), known]
        texts = pa.LargeStringArray.from_buffers(len(null), *buffers)
        kind = pd.StringDtype(storage, na_value=pd.NA if missing == "na" else np.nan)
        return pd.Series(pd.array(texts, dtype=kind), index=index)

    def _data(self, module: str, name: str, fields: dict[str, Any]) -> Any:
        """One of this package's dataclasses, its fields set without a call of its own."""
        if not module.startswith(f"{PACKAGE}."):
            raise DamagedError(module)
        kind = getattr(importlib.import_module(module), name, None)
        if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)):
            raise DamagedError(name)
        if set(fields) != {field.name for field in dataclasses.fields(kind)}:
            raise DamagedError(name)
        made = object.__new__(kind)
        for field, tree in fields.items():
            object.__setattr__(made, field, self.value(tree))
        return made
