"""PDF files made small without a loss: pictures of few colours by palette, objects in streams.

The typesetter writes pictures in full colour and each object of the structure that makes a document
readable aloud by itself: a report is twice as large as what it holds. What is written here is the
same document (ISO 32000-1, 7.5.7 and 7.5.8), its objects as they were.
"""

from __future__ import annotations

import re
import zlib

import numpy as np
import pandas as pd

COLOURS = 256
OBJECTS = 200  # in one stream
LEVEL = 7
START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
ROW = re.compile(rb"(\d{10}) (\d{5}) ([nf])")
STREAM = re.compile(rb"^(<<.*?>>)\s*stream\r?\n", re.DOTALL)
LENGTH = re.compile(rb"/Length (\d+)")
PICTURE = re.compile(
    rb"/Subtype/Image/Filter/FlateDecode/Width (\d+)/Height (\d+)/ColorSpace (\d+ 0 R|/DeviceRGB)"
    rb"/BitsPerComponent 8"
)


def packed(made: bytes) -> bytes:
    """Give a smaller file of the same document; the same where it is laid out in another way.

    Parameters
    ----------
    made
        A PDF file with one plain table of cross references, as the typesetter writes it.
    """
    end = START.search(made)
    table = made[int(end[1]) :] if end else b""
    if end is None or not table.startswith(b"xref") or b"/Prev" in table or b"/Encrypt" in table:
        return made
    objects = _objects(made, table)
    if objects is None:
        return made
    trailer = table[table.index(b"trailer") + len(b"trailer") : table.index(b"startxref")].strip()
    small = _written(made[: made.index(b"\n", made.index(b"\n") + 1) + 1], objects, trailer)
    return small if len(small) < len(made) else made


def _objects(made: bytes, table: bytes) -> dict[int, bytes] | None:
    """Bodies of the objects by number; None where one is not what its row says."""
    bodies: dict[int, bytes] = {}
    rows = ROW.findall(table[: table.index(b"trailer")])
    places = sorted(
        (int(place), number) for number, (place, _, used) in enumerate(rows) if used == b"n"
    )
    ends = [place for place, _ in places[1:]] + [len(made) - len(table)]
    for (place, number), after in zip(places, ends, strict=True):
        part = made[place:after]
        head = re.match(rb"(\d+) 0 obj\s*", part)
        last = part.rfind(b"endobj")
        if head is None or int(head[1]) != number or last < 0:
            return None
        bodies[number] = part[head.end() : last].strip(b"\r\n ")
    return bodies


def _written(head: bytes, objects: dict[int, bytes], trailer: bytes) -> bytes:
    """The file: streams by themselves, other objects in streams, and where each of them is."""
    out = bytearray(head)
    where: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}
    plain = [number for number in sorted(objects) if STREAM.match(objects[number]) is None]
    for number in sorted(set(objects) - set(plain)):
        where[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, _picture(objects[number]))
    following = max(objects) + 1
    for first in range(0, len(plain), OBJECTS):
        numbers = plain[first : first + OBJECTS]
        offsets = np.cumsum([0, *(len(objects[number]) + 1 for number in numbers)])
        index = b" ".join(b"%d %d" % pair for pair in zip(numbers, offsets, strict=False)) + b"\n"
        content = zlib.compress(index + b"\n".join(objects[n] for n in numbers), LEVEL)
        for i, number in enumerate(numbers):
            where[number] = (2, following, i)
        where[following] = (1, len(out), 0)
        keys = b"/Type/ObjStm/N %d/First %d" % (len(numbers), len(index))
        out += _stream(following, keys, content)
        following += 1
    where[following] = (1, len(out), 0)
    rows = np.array([where.get(number, (0, 0, 65535)) for number in range(following + 1)])
    places = rows[:, 1].astype(">u4").view(np.uint8).reshape(-1, 4)
    last = rows[:, 2].astype(">u2").view(np.uint8).reshape(-1, 2)
    cells = np.hstack([rows[:, :1].astype(np.uint8), places, last])
    kept = re.sub(rb"/Size \d+", b"", trailer[2:-2])
    keys = b"/Type/XRef/Size %d/W[1 4 2]" % (following + 1) + kept
    start = len(out)
    out += _stream(following, keys, zlib.compress(cells.tobytes(), LEVEL))
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def _stream(number: int, keys: bytes, content: bytes) -> bytes:
    head = b"%d 0 obj\n<</Length %d/Filter/FlateDecode%s>>" % (number, len(content), keys)
    return head + b"\nstream\n" + content + b"\nendstream\nendobj\n"


def _picture(body: bytes) -> bytes:
    """A picture of at most 256 colours by its palette; any other stream as it is."""
    begin = STREAM.match(body)
    if begin is None:
        return body
    dictionary = begin[1]
    shape, length = PICTURE.search(dictionary), LENGTH.search(dictionary)
    if shape is None or length is None or b"/SMask" in dictionary:
        return body
    wide, high = int(shape[1]), int(shape[2])
    dots = np.frombuffer(zlib.decompress(body[begin.end() :][: int(length[1])]), np.uint8)
    if len(dots) != 3 * wide * high:
        return body
    whole = dots.reshape(-1, 3).astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    index, colours = pd.factorize(whole)
    if len(colours) > COLOURS:
        return body
    palette = colours.astype(">u4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()
    content = zlib.compress(index.astype(np.uint8).tobytes(), LEVEL)
    space = b"[/Indexed %s %d<%s>]" % (shape[3], len(colours) - 1, palette.hex().encode())
    changed = dictionary.replace(b"/ColorSpace %s" % shape[3], b"/ColorSpace %s" % space)
    changed = changed.replace(length[0], b"/Length %d" % len(content))
    small = changed + b"\nstream\n" + content + b"\nendstream"
    return small if len(small) < len(body) else body
