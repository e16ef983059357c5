"""Reading YAML that somebody wrote: the one place that does, within limits.

A few lines of YAML may stand for gigabytes (aliases of aliases), a key given twice loses its first
value, a date may be none. `load` refuses these with the row, before anything is built of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from siting.errors import InputError, SitingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_BYTES = 1_000_000
DEEPEST = 40  # levels of lists and keys
MOST_NODES = 300_000  # values, those that aliases repeat counted each time
LONGEST_INTEGER = 18  # digits

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONVERTED = tuple(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "timestamp", "binary"))


class _Size(NamedTuple):
    """Values of a node, itself included, and levels below it."""

    values: int
    levels: int


class _RefusedError(Exception):
    """What is wrong, by the key of its sentence and its values."""

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


def load(path: Path, problem: type[SitingError] = InputError) -> Any:
    """Read a YAML file.

    Parameters
    ----------
    path
        The file, which is there.
    problem
        Class of what is raised.

    Returns
    -------
    Plain values: dict, list, str, int, float, bool, date, None.

    Raises
    ------
    SitingError
        Of the class `problem`: the file is not UTF-8 or not YAML, is too large or too deep, repeats
        a key, or holds a date, a number or an alias that cannot be.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise problem("yaml_too_large", file=path, size=size, most=MOST_BYTES)
    try:
        return _content(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise problem("not_text", file=path, detail=error.reason) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        row = mark.line + 1 if mark else "?"
        detail = getattr(error, "problem", None) or error
        raise problem("bad_yaml", file=path, row=row, detail=detail) from error
    except _RefusedError as error:
        raise problem(error.key, file=path, **error.values) from error


def _content(text: str) -> Any:
    """Values of a text, checked on the way."""
    _require_shallow(text)
    loader = _LOADER(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return None
        _expanded(root, loader, {})
        return loader.construct_document(root)
    finally:
        loader.dispose()


def _require_shallow(text: str) -> None:
    """Refuse lists within lists that a recursive reader would break on."""
    depth = 0
    for event in yaml.parse(text, _LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise _RefusedError("yaml_too_deep", row=_row(event), most=DEEPEST)


def _row(event: yaml.Event) -> int | str:
    """Row where an event begins, from 1."""
    return event.start_mark.line + 1 if event.start_mark else "?"


def _expanded(node: yaml.Node, loader: Any, known: dict[int, _Size]) -> _Size:
    """Size of a node, what aliases repeat counted each time; refuse what cannot be.

    `known` has the sizes of the nodes met before; that of a node being measured has no value.
    """
    row = node.start_mark.line + 1
    if id(node) in known:
        if known[id(node)].values == 0:  # it holds itself
            raise _RefusedError("bad_yaml", row=row, detail="&…: *…")
        return known[id(node)]
    known[id(node)] = _Size(0, 0)
    if isinstance(node, yaml.MappingNode):
        _require_distinct(node)
    _require_value(node, loader)
    values, levels = 1, 0
    for inner in _children(node):
        size = _expanded(inner, loader, known)
        values, levels = values + size.values, max(levels, size.levels + 1)
        if values > MOST_NODES:
            raise _RefusedError("yaml_too_many", row=row, most=MOST_NODES)
        if levels > DEEPEST:
            raise _RefusedError("yaml_too_deep", row=row, most=DEEPEST)
    known[id(node)] = _Size(values, levels)
    return known[id(node)]


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    """Nodes right inside a node."""
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value


def _require_distinct(node: yaml.MappingNode) -> None:
    """Refuse a key that is given twice: the first value would be lost."""
    rows: dict[tuple[str, str], int] = {}
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        name, row = (key.tag, key.value), key.start_mark.line + 1
        if name in rows:
            raise _RefusedError("yaml_key_again", key=key.value, row=row, first=rows[name])
        rows[name] = row


def _require_value(node: yaml.Node, loader: Any) -> None:
    """Refuse a number or a date that cannot be one."""
    if not isinstance(node, yaml.ScalarNode) or node.tag not in _CONVERTED:
        return
    row = node.start_mark.line + 1
    if node.tag.endswith(":int") and len(node.value) > LONGEST_INTEGER:
        raise _RefusedError("yaml_value", row=row, value=f"{node.value[:LONGEST_INTEGER]}…")
    try:
        loader.construct_object(node)
    except (ValueError, OverflowError) as error:
        raise _RefusedError("yaml_value", row=row, value=node.value[:40]) from error
