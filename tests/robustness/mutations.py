"""Families of damage to a file, each drawn with a seed: what people and programs do to tables."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

ODD = (
    "",
    " ",
    "NaN",
    "-1",
    "1e308",
    "-1e18",
    "inf",
    "-inf",
    "0",
    "99999999999999999999999",
    "1,5",
    "1 234",
    "0x10",
    "=1+1",
    "@x",
    "'",
    '"',
    '""""',
    '"a""b',
    "null",
    "true",
    "<script>",
    "\x1b[31m",
    "é" * 50,
    "x" * 70_000,
    "2026-13-45",
    "12:99",
    "\u202e",
    "\ufeff",
)
BOMB = 30_000_000  # bytes of a member that packs to almost nothing


def mutate(content: bytes, suffix: str, rng: np.random.Generator) -> tuple[str, bytes]:
    """Damage a file; give the family of the damage and the new content."""
    families = {**ANY, **OF.get(suffix, {})}
    name = list(families)[int(rng.integers(len(families)))]
    return name, families[name](content, rng)


def _flipped(content: bytes, rng: np.random.Generator) -> bytes:
    damaged = bytearray(content or b"\0")
    for place in rng.integers(0, len(damaged), int(rng.integers(1, 9))):
        damaged[place] ^= 1 << int(rng.integers(8))
    return bytes(damaged)


def _truncated(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: int(rng.integers(0, len(content) + 1))]


def _spliced(content: bytes, rng: np.random.Generator) -> bytes:
    """A piece of the file once more, somewhere else."""
    start, stop, at = sorted(int(n) for n in rng.integers(0, len(content) + 1, 3))
    return content[:at] + content[start:stop] + content[at:]


def _zeroed(content: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(0, len(content) + 1))
    size = int(rng.integers(1, 64))
    return content[:start] + bytes(size) + content[start + size :]


def _emptied(content: bytes, rng: np.random.Generator) -> bytes:
    return (b"", b"\n", b"\0", content.split(b"\n", 1)[0] + b"\n")[int(rng.integers(4))]


def _text(change: Callable[[str, np.random.Generator], str]) -> Callable[..., bytes]:
    def damaged(content: bytes, rng: np.random.Generator) -> bytes:
        return change(content.decode("utf-8", "replace"), rng).encode("utf-8", "surrogatepass")

    return damaged


def _separator(text: str) -> str:
    return max(";,\t|", key=text.partition("\n")[0].count)


def _rows(text: str) -> tuple[list[list[str]], str]:
    sign = _separator(text)
    return [line.split(sign) for line in text.splitlines()] or [[""]], sign


def _table(change: Callable[[list[list[str]], int, np.random.Generator], None]) -> Any:
    """Damage one column, cells split at the separator as a careless script would."""

    def damaged(text: str, rng: np.random.Generator) -> str:
        rows, sign = _rows(text)
        change(rows, int(rng.integers(len(rows[0]))), rng)
        return "\n".join(sign.join(row) for row in rows) + "\n"

    return _text(damaged)


def _renamed(rows: list[list[str]], column: int, rng: np.random.Generator) -> None:
    rows[0][column] = ("", "x", rows[0][column].upper(), f" {rows[0][column]} ", rows[0][0])[
        int(rng.integers(5))
    ]


def _dropped(rows: list[list[str]], column: int, _: np.random.Generator) -> None:
    for row in rows:
        del row[column : column + 1]


def _doubled(rows: list[list[str]], column: int, _: np.random.Generator) -> None:
    for row in rows:
        row.insert(column, row[column] if column < len(row) else "")


def _odd_cell(rows: list[list[str]], column: int, rng: np.random.Generator) -> None:
    odd = ODD[int(rng.integers(len(ODD)))]
    whole = rng.random() < 0.2
    chosen = rows[1:] if whole else [rows[int(rng.integers(len(rows)))]]
    for row in chosen:
        if column < len(row):
            row[column] = odd


def _scaled(rows: list[list[str]], column: int, rng: np.random.Generator) -> None:
    """Numbers of a column in another unit, or of the other sign."""
    factor = (-1, 1000, 1e-3, 1e9, 0)[int(rng.integers(5))]
    for row in rows[1:]:
        if column < len(row) and re.fullmatch(r"-?\d+(\.\d+)?", row[column]):
            row[column] = f"{float(row[column]) * factor:g}"


def _swapped(rows: list[list[str]], column: int, rng: np.random.Generator) -> None:
    """The contents of two columns change places, longitude and latitude where there are."""
    names = [name.strip('"').lower() for name in rows[0]]
    pair = [k for k, name in enumerate(names) if re.search(r"lon|lat|^x|^y|_x|_y", name)][:2]
    if len(pair) < 2:
        pair = [column, int(rng.integers(len(rows[0])))]
    for row in rows[1:]:
        if max(pair) < len(row):
            row[pair[0]], row[pair[1]] = row[pair[1]], row[pair[0]]


def _repeated(rows: list[list[str]], column: int, rng: np.random.Generator) -> None:
    row = rows[int(rng.integers(len(rows)))]
    rows.extend([list(row)] * (1 + column))


def _encoded(content: bytes, rng: np.random.Generator) -> bytes:
    text = content.decode("utf-8", "replace")
    name = ("utf-16", "utf-16-le", "cp1252", "utf-8-sig", "utf-32", "utf-7")[int(rng.integers(6))]
    return text.encode(name, "replace")


def _separated(text: str, rng: np.random.Generator) -> str:
    return text.replace(_separator(text), (";", ",", "\t", "|", "\x1f")[int(rng.integers(5))])


def _ended(text: str, rng: np.random.Generator) -> str:
    return text.replace("\n", ("\r\n", "\r", "\n\n", "\u2028")[int(rng.integers(4))])


def _quoted(text: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(0, len(text) + 1))
    return text[:at] + '"' * int(rng.integers(1, 4)) + text[at:]


def _leaves(tree: Any) -> list[tuple[Any, Any]]:
    """Every place of a tree: what holds it, and its key."""
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree)
    found = []
    for key, value in entries:
        found.append((tree, key))
        if isinstance(value, dict | list):
            found += _leaves(value)
    return found


TREES: tuple[Any, ...] = (None, [], {}, "", "x", -1, 1e308, 10**30, True, [[]], {"a": 1}, [1, 2])


def _json(content: bytes, rng: np.random.Generator) -> bytes:
    """One value of a JSON tree is another, or gone."""
    try:
        tree = json.loads(content)
        places = _leaves(tree)
        holder, key = places[int(rng.integers(len(places)))]
    except (ValueError, AttributeError, TypeError):
        return _flipped(content, rng)
    if rng.random() < 0.3:
        del holder[key]
    else:
        holder[key] = TREES[int(rng.integers(len(TREES)))]
    return json.dumps(tree).encode()


def _geometry(text: str, rng: np.random.Generator) -> str:
    """Coordinates that are none, far away, or rings that do not close."""
    numbers = list(re.finditer(r"\[-?\d+\.\d+, ?-?\d+\.\d+\]", text))
    if not numbers:
        return _quoted(text, rng)
    place = numbers[int(rng.integers(len(numbers)))]
    odd = ("[NaN, NaN]", "[1e308, 0.0]", "[]", "[0.0]", "[0.0, 0.0]", "null", '["a", "b"]', "")
    return text[: place.start()] + odd[int(rng.integers(len(odd)))] + text[place.end() :]


def _nested(text: str, rng: np.random.Generator) -> str:
    depth = int(rng.integers(50, 5000))
    return ("a: " + "[" * depth + "]" * depth + "\n", text + "\nzz: " + "{a: " * depth)[
        int(rng.integers(2))
    ]


def _aliases(text: str, rng: np.random.Generator) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]"
        for level in range(1, int(rng.integers(3, 12)))
    ]
    return "\n".join(lines) + "\n" + text


def _key(text: str, rng: np.random.Generator) -> str:
    """A value of a YAML file is another, a line is doubled, indented or gone."""
    lines = text.splitlines() or [""]
    at = int(rng.integers(len(lines)))
    key, colon, _ = lines[at].partition(":")
    odd = ODD[int(rng.integers(len(ODD) - 5))]
    values = (odd, "[]", "{}", "!!python/object/apply:os.system [ls]", "2026-01-01", "9" * 5000)
    choice = int(rng.integers(5))
    if choice == 0:
        lines.insert(at, lines[at])
    elif choice == 1:
        lines[at] = "\t" + lines[at]
    elif choice == 2:
        del lines[at]
    else:
        lines[at] = f"{key}{colon or ':'} {values[int(rng.integers(len(values)))]}"
    return "\n".join(lines) + "\n"


def _members(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, RuntimeError):
        return {"a.csv": b""}


def _packed(members: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return raw.getvalue()


def _inside(content: bytes, rng: np.random.Generator) -> bytes:
    """A member of an archive is damaged, the archive itself sound."""
    members = _members(content)
    name = list(members)[int(rng.integers(len(members)))]
    suffix = "." + name.rpartition(".")[2].lower()
    members[name] = mutate(members[name], suffix if suffix != ".zip" else "", rng)[1]
    return _packed(members)


def _archive(content: bytes, rng: np.random.Generator) -> bytes:
    """A bomb, a nested archive, no member, other names, an encrypted member."""
    members = _members(content)
    first = next(iter(members))
    choice = int(rng.integers(6))
    if choice == 0:
        members[first] = members[first] + bytes(BOMB)
    elif choice == 1:
        members = {"inner.zip": content}
    elif choice == 2:
        members = {}
    elif choice == 3:
        members = {f"../../{name}": inside for name, inside in members.items()}
    elif choice == 4:
        del members[first]
    packed = bytearray(_packed(members))
    if choice == 5:  # the flag of encryption in both headers
        for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            at = packed.find(sign)
            packed[at + place] |= 1
    return bytes(packed)


ANY = {
    "bytes flipped": _flipped,
    "truncated": _truncated,
    "spliced": _spliced,
    "zeroed": _zeroed,
    "emptied": _emptied,
}
TEXT = {"encoding": _encoded, "newlines": _text(_ended), "quotes": _text(_quoted)}
TABLE = {
    **TEXT,
    "separator": _text(_separated),
    "column renamed": _table(_renamed),
    "column dropped": _table(_dropped),
    "column doubled": _table(_doubled),
    "odd cell": _table(_odd_cell),
    "other unit": _table(_scaled),
    "columns swapped": _table(_swapped),
    "row repeated": _table(_repeated),
}
OF: dict[str, dict[str, Any]] = {
    ".csv": TABLE,
    ".txt": TABLE,
    ".geojson": {**TEXT, "value": _json, "geometry": _text(_geometry)},
    ".json": {**TEXT, "value": _json},
    ".osm": {**TEXT, "odd cell": _table(_odd_cell)},
    ".graphml": {**TEXT, "odd cell": _table(_odd_cell)},
    ".xml": {**TEXT, "odd cell": _table(_odd_cell)},
    ".yaml": {**TEXT, "value": _text(_key), "nested": _text(_nested), "aliases": _text(_aliases)},
    ".zip": {"inside": _inside, "archive": _archive},
    ".xlsx": {"inside": _inside, "archive": _archive},
}
