"""Decoding blocks of OSM PBF: loops over bytes, every index checked.

A block is a protobuf message (`PrimitiveBlock` of the OSM wiki, `PBF Format`). Fields are named by
their key: number x 8 + wire type. A damaged block raises IndexError or ValueError.
"""

from __future__ import annotations

import numpy as np

from siting.compiled import njit

PICKED, RELEVANT, SIGN = 1, 2, 4
"""What a string is as a key: makes a way a road, matters on a way, matters on a node."""


@njit(cache=True, nogil=True, boundscheck=True)
def varint(data, at):
    """Number at a place, and the place after it; wraps to int64."""
    value = np.int64(0)
    shift = 0
    while True:
        byte = np.int64(data[at])
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("number too long")


@njit(cache=True, nogil=True, boundscheck=True)
def field(data, at, stop):
    """Key of the field at a place, its start and end (its value and -1), the place after it."""
    key, at = varint(data, at)
    kind = key & 7
    if kind == 0:
        value, at = varint(data, at)
        if at > stop:
            raise ValueError("field beyond its message")
        return key, value, np.int64(-1), at
    if kind == 1:
        size = np.int64(8)
    elif kind == 5:
        size = np.int64(4)
    elif kind == 2:
        size, at = varint(data, at)
    else:
        raise ValueError("unknown kind of field")
    if size < 0 or size > stop - at:
        raise ValueError("field beyond its message")
    return key, np.int64(at), at + size, at + size


@njit(cache=True, nogil=True, boundscheck=True)
def repeated(data, at, stop, wanted):
    """Start and end (value and -1) of each field with a key, int64 (fields, 2)."""
    out = np.empty((16, 2), np.int64)
    count = 0
    while at < stop:
        key, start, end, at = field(data, at, stop)
        if key == wanted:
            if count == len(out):
                grown = np.empty((4 * count, 2), np.int64)
                grown[:count] = out
                out = grown
            out[count, 0] = start
            out[count, 1] = end
            count += 1
    return out[:count].copy()


@njit(cache=True, nogil=True, boundscheck=True)
def messages(data, groups, wanted):
    """Start and end of the fields 1 to 10 of each message with a key: [message, number, 0 or 1]."""
    out = np.zeros((16, 11, 2), np.int64)
    count = 0
    for g in range(len(groups)):
        at = groups[g, 0]
        stop = groups[g, 1]
        while at < stop:
            key, begin, end, at = field(data, at, stop)
            if key != wanted:
                continue
            if count == len(out):
                grown = np.zeros((4 * count, 11, 2), np.int64)
                grown[:count] = out
                out = grown
            inner = begin
            while inner < end:
                key, first, last, inner = field(data, inner, end)
                number = key >> 3
                if 0 < number < 11:
                    out[count, number, 0] = first
                    out[count, number, 1] = last
            count += 1
    return out[:count].copy()


@njit(cache=True, nogil=True, boundscheck=True)
def unpack(data, at, stop, out, count, deltas):
    """Packed numbers into `out` from `count` on (deltas: zigzag, summed up); the new count."""
    total = np.int64(0)
    while at < stop:
        value, at = varint(data, at)
        if deltas:
            total += ((value >> 1) & 0x7FFFFFFFFFFFFFFF) ^ -(value & 1)
            value = total
        out[count] = value
        count += 1
    if at > stop:
        raise ValueError("number beyond its field")
    return count


@njit(cache=True, nogil=True, boundscheck=True)
def read_ways(data, ways, mark):
    """Ways with a picked key.

    Returns
    -------
    (ids, first reference of each, references, first tag of each, tags): tags are the numbers of key
    and value in the string table, of the relevant keys alone.
    """
    count = 0
    tags = 0
    refs = 0
    ids = np.empty(len(ways), np.int64)
    tag_first = np.zeros(len(ways) + 1, np.int64)
    ref_first = np.zeros(len(ways) + 1, np.int64)
    pairs = np.empty((len(data) // 2 + 1, 2), np.int32)
    nodes = np.empty(len(data), np.int64)
    deltas = True
    for i in range(len(ways)):
        key_at = ways[i, 2, 0]
        key_stop = ways[i, 2, 1]
        value_at = ways[i, 3, 0]
        picked = False
        at = tags
        while key_at < key_stop:
            key, key_at = varint(data, key_at)
            value, value_at = varint(data, value_at)
            if mark[key] & RELEVANT:
                pairs[at, 0] = key
                pairs[at, 1] = value
                at += 1
            if mark[key] & PICKED:
                picked = True
        if picked:
            tags = at
            refs = unpack(data, ways[i, 8, 0], ways[i, 8, 1], nodes, refs, deltas)
            ids[count] = ways[i, 1, 0]
            count += 1
            tag_first[count] = tags
            ref_first[count] = refs
    return (
        ids[:count].copy(),
        ref_first[: count + 1].copy(),
        nodes[:refs].copy(),
        tag_first[: count + 1].copy(),
        pairs[:tags].copy(),
    )


@njit(cache=True, nogil=True, boundscheck=True)
def _place(wanted, node, at):
    """Place of a node among the sorted wanted ones, looked for from `at` on."""
    if at == 0 or wanted[at - 1] < node:
        for _ in range(32):
            if at == len(wanted) or wanted[at] >= node:
                return at
            at += 1
    low = 0
    high = len(wanted)
    while low < high:
        middle = (low + high) >> 1
        if wanted[middle] < node:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True, boundscheck=True)
def _position(scale, x, y):
    """Longitude and latitude in 1e-7 degrees, cut towards zero as osmium does."""
    north = scale[1] + scale[0] * y
    east = scale[2] + scale[0] * x
    if abs(north) > 90_000_000_000 or abs(east) > 180_000_000_000:
        raise ValueError("position off the globe")
    return (
        np.int32(east // 100 if east >= 0 else -(-east // 100)),
        np.int32(north // 100 if north >= 0 else -(-north // 100)),
    )


@njit(cache=True, nogil=True, boundscheck=True)
def read_positions(data, dense, scale):
    """Identifiers and positions (1e-7 degrees) of all nodes of a block."""
    most = np.int64(0)
    for m in range(len(dense)):
        most += dense[m, 1, 1] - dense[m, 1, 0]
    ids = np.empty(most, np.int64)
    y = np.empty(most, np.int64)
    x = np.empty(most, np.int64)
    count = np.int64(0)
    deltas = True
    for m in range(len(dense)):
        end = unpack(data, dense[m, 1, 0], dense[m, 1, 1], ids, count, deltas)
        ys = unpack(data, dense[m, 8, 0], dense[m, 8, 1], y, count, deltas)
        xs = unpack(data, dense[m, 9, 0], dense[m, 9, 1], x, count, deltas)
        if ys != end or xs != end:
            raise ValueError("positions missing")
        count = end
    lon = np.empty(count, np.int32)
    lat = np.empty(count, np.int32)
    for i in range(count):
        lon[i], lat[i] = _position(scale, x[i], y[i])
    return ids[:count].copy(), lon, lat


@njit(cache=True, nogil=True, boundscheck=True)
def read_nodes(data, dense, scale, mark, wanted, lon, lat, there):
    """Positions of wanted nodes, in place, in 1e-7 degrees; tags of those with a key for signs.

    Returns
    -------
    (nodes, first tag of each, tags, whether a node came twice): nodes by their place in `wanted`.
    """
    most = 0
    for m in range(len(dense)):
        most = max(most, dense[m, 1, 1] - dense[m, 1, 0])
    ids = np.empty(most, np.int64)
    y = np.empty(most, np.int64)
    x = np.empty(most, np.int64)
    nodes = np.empty(len(data) // 2 + 1, np.int32)
    tag_first = np.zeros(len(data) // 2 + 2, np.int64)
    pairs = np.empty((len(data) // 2 + 1, 2), np.int32)
    signs = 0
    tags = 0
    at = 0
    twice = False
    deltas = True
    for m in range(len(dense)):
        count = unpack(data, dense[m, 1, 0], dense[m, 1, 1], ids, 0, deltas)
        ys = unpack(data, dense[m, 8, 0], dense[m, 8, 1], y, 0, deltas)
        xs = unpack(data, dense[m, 9, 0], dense[m, 9, 1], x, 0, deltas)
        if ys != count or xs != count:
            raise ValueError("positions missing")
        tag_at = dense[m, 10, 0]
        tag_stop = dense[m, 10, 1]
        for i in range(count):
            at = _place(wanted, ids[i], at)
            hit = at < len(wanted) and wanted[at] == ids[i]
            if hit:
                twice |= there[at]
                lon[at], lat[at] = _position(scale, x[i], y[i])
                there[at] = True
            kept = False
            new = tags
            while tag_at < tag_stop:
                key, tag_at = varint(data, tag_at)
                if key == 0:
                    break
                value, tag_at = varint(data, tag_at)
                if hit:
                    pairs[new, 0] = key
                    pairs[new, 1] = value
                    new += 1
                    if mark[key] & SIGN:
                        kept = True
            if kept:
                tags = new
                nodes[signs] = at
                signs += 1
                tag_first[signs] = tags
    return nodes[:signs].copy(), tag_first[: signs + 1].copy(), pairs[:tags].copy(), twice
