"""The JSON Schema of what planners write, and the reference of its keys, from the models.

What each key is, its unit and an example stand in the texts (`texts/<language>/keys`), by the model
that declares it; everything else is what pydantic says of the models. The schema holds no
references but those of a model within itself, so that an editor shows the description of a key
wherever it stands.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, RootModel

from siting import texts
from siting.atomic_files import replacing
from siting.config.reading import EXTENDS
from siting.config.study import Study
from siting.settings import embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

DIALECT = "http://json-schema.org/draft-07/schema#"  # the one that editors of YAML know whole
STUDY = "study"
DEFINITIONS = "definitions"
UNSAID = ("title", "description")  # of the code, in words that are not those of the texts

Node = dict[str, Any]


@dataclass(frozen=True)
class Key:
    """A key of the configuration, for a reference.

    Attributes
    ----------
    path
        Dotted; `[]` stands for each entry of a list, `*` for a name that the planner chooses.
    kind
        What may stand there, in words; admitted words are joined by bars.
    description
        What it is, its unit left out.
    unit
        Empty where the value has none.
    example
        As YAML writes it.
    default
        As YAML writes it; empty where there is none, and for a group, whose keys tell theirs.
    required
        Whether it must be said where its group of keys is.
    """

    path: str
    kind: str
    description: str
    unit: str
    example: str
    default: str
    required: bool


@dataclass(frozen=True)
class FileKind:
    """A kind of file that a planner writes.

    Attributes
    ----------
    name
        As `siting schema --kind` takes it; its title is the text `keys.kinds.<name>`.
    model
        What reads it.
    extends
        Whether `extends:` may start from another file.
    """

    name: str
    model: type[BaseModel]
    extends: bool = True

    @property
    def file(self) -> str:
        """Name of its schema, beside the files that name it."""
        return "siting.schema.json" if self.name == STUDY else f"siting.{self.name}.schema.json"


STUDY_FILE = FileKind(STUDY, Study)


def schema(language: str | None = None, kind: FileKind = STUDY_FILE) -> Node:
    """Give the JSON Schema (draft 7) of a kind of file.

    A file that extends another leaves out what that one says: none of its keys is required, except
    in the entries of a list.

    Parameters
    ----------
    language
        Of the descriptions; the current one if None.
    kind
        A study's configuration where nothing is said.
    """
    tree = _tree(language, kind)
    head = {"$schema": DIALECT, "title": texts.text(f"keys.kinds.{kind.name}", language)}
    inner = tree.pop(DEFINITIONS)
    definitions = {name: _published(part, language, merged=False) for name, part in inner.items()}
    shared = {DEFINITIONS: definitions} if definitions else {}
    if not kind.extends:
        return {**head, **_published(tree, language, merged=False), **shared}
    return {
        **head,
        **_published(tree, language, merged=True),
        "if": {"not": {"required": [EXTENDS]}},
        "then": _required(tree),
        **shared,
    }


def text(language: str | None = None, kind: FileKind = STUDY_FILE) -> str:
    """Give the schema as its file says it."""
    return json.dumps(schema(language, kind), ensure_ascii=False, indent=1, default=str) + "\n"


def write(folder: Path, language: str | None = None, kind: FileKind = STUDY_FILE) -> None:
    """Write the schema into a folder; an OutputError tells why it cannot be written."""
    write_as(folder / kind.file, language, kind)


def write_as(path: Path, language: str | None = None, kind: FileKind = STUDY_FILE) -> None:
    """Write the schema as a file; an OutputError tells why it cannot be written."""
    with replacing(path) as part:
        part.write_text(text(language, kind), encoding="utf-8", newline="\n")


def naming_line(kind: FileKind = STUDY_FILE) -> str:
    """The first line of a file, by which an editor takes the schema beside it.

    The schema is named relative to the file: the line holds offline, and wherever the folder is
    moved.
    """
    return f"# yaml-language-server: $schema=./{kind.file}\n"


def keys(language: str | None = None, kind: FileKind = STUDY_FILE) -> tuple[Key, ...]:
    """Give every key of a kind of file, in the order of the models.

    Parameters
    ----------
    language
        Of the descriptions; the current one if None.
    kind
        A study's configuration where nothing is said.
    """
    return tuple(_keys(_tree(language, kind), "", language))


def models(of: Any) -> set[type[BaseModel]]:
    """Models that a model is made of, itself among them, by the types of its keys."""
    known: set[type[BaseModel]] = set()
    waiting = [of]
    while waiting:
        part = waiting.pop()
        waiting += getattr(part, "__args__", ())
        if isinstance(part, type) and issubclass(part, BaseModel) and part not in known:
            known.add(part)
            waiting += [field.annotation for field in part.model_fields.values()]
    return {model for model in known if not issubclass(model, RootModel)}


def key_names(model: type[BaseModel]) -> list[str]:
    """Keys of a model, as files write them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _tree(language: str | None, kind: FileKind) -> Node:
    """A kind's schema, each reference written out, each key with its texts in the language.

    Models that hold themselves stand under `DEFINITIONS` too, where they are referred to.
    """
    plain = kind.model.model_json_schema()
    definitions: dict[str, Node] = {**plain.pop("$defs", {}), kind.model.__name__: plain}
    for model in models(kind.model):
        definition = definitions[model.__name__]
        definition["properties"] = {
            name: node | _texts(name, model, language)
            for name, node in definition["properties"].items()
        }
    if kind.extends:
        path = {"type": "string", "format": "path"}
        extends = {EXTENDS: path | _texts(EXTENDS, Study, language)}
        plain["properties"] = {**extends, **plain["properties"]}
    tree: Node = _expanded({"$ref": kind.model.__name__}, definitions)
    again = sorted(_again(tree))
    return tree | {DEFINITIONS: {name: _expanded({"$ref": name}, definitions) for name in again}}


def _again(node: Any) -> set[str]:
    """Names of the models that a tree refers to."""
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    own = {_named(node)} if isinstance(node, dict) and "$ref" in node else set()
    return own.union(*map(_again, parts))


def _named(node: Node) -> str:
    """The model that a node refers to."""
    return str(node["$ref"]).rsplit("/", 1)[-1]


def _texts(name: str, model: type[BaseModel], language: str | None) -> Node:
    """What a key is, its unit and an example; KeyError where the texts lack it.

    A key that a model takes over from another one is told by the other's texts, unless the model
    has its own.
    """
    family = [kind.__name__ for kind in model.__mro__ if issubclass(kind, BaseModel)]
    owner = next((kind for kind in family if texts.has(f"keys.{kind}.{name}.is")), family[0])
    key = f"keys.{owner}.{name}"
    unit = texts.text(f"{key}.unit", language) if texts.has(f"{key}.unit") else ""
    return {
        "description": texts.text(f"{key}.is", language),
        **({"x-unit": unit} if unit else {}),
        "examples": [yaml.safe_load(texts.text(f"{key}.example", language))],
    }


def _expanded(node: Any, definitions: dict[str, Node], within: tuple[str, ...] = ()) -> Any:
    """A copy of a node in which each reference is what it refers to, but of a model in itself."""
    if isinstance(node, list):
        return [_expanded(item, definitions, within) for item in node]
    if not isinstance(node, dict):
        return node
    whole = dict(node)
    if "$ref" in whole:
        name = _named(whole)
        if name in within:
            return {"$ref": f"#/{DEFINITIONS}/{name}"}
        within = (*within, name)
        del whole["$ref"]
        referred = definitions[name]
        whole = {key: value for key, value in referred.items() if key not in UNSAID} | whole
    whole.pop("title", None)
    if "default" in whole:
        whole["default"] = _portable(whole["default"])
        if whole["default"] is None:
            del whole["default"]
    if "prefixItems" in whole:  # as draft 7 calls them
        whole["items"] = whole.pop("prefixItems")
    if "patternProperties" in whole:  # names of one pattern, said apart from what they name
        ((pattern, whole["additionalProperties"]),) = whole.pop("patternProperties").items()
        whole["propertyNames"] = {**whole.get("propertyNames", {}), "pattern": pattern}
    if "properties" in whole:
        properties = whole["properties"]
        whole["properties"] = {
            key: _expanded(properties[key], definitions, within) for key in properties
        }
    for part in ("anyOf", "items", "additionalProperties"):
        if part in whole:
            whole[part] = _expanded(whole[part], definitions, within)
    return whole


def _portable(value: Any) -> Any:
    """A default; an embedded file by the name that a configuration may call it."""
    root = embedded(Path())
    if isinstance(value, str) and Path(value).is_relative_to(root):
        return Path(value).relative_to(root).as_posix()
    return value


def _required(node: Node) -> Node:
    """What a whole configuration must say of a node; entries of lists say it themselves."""
    must: Node = {"required": node["required"]} if "required" in node else {}
    properties = node.get("properties", {})
    inner = {name: part for name in properties if (part := _required(properties[name]))}
    must |= {"properties": inner} if inner else {}
    named = node.get("additionalProperties")
    if isinstance(named, dict) and (part := _required(named)):
        must["additionalProperties"] = part
    for branch in node.get("anyOf", ()):
        must |= _required(branch)
    return must


def _published(node: Node, language: str | None, *, merged: bool) -> Node:
    """A node as the schema shows it: the unit in the description, nothing required if merged."""
    shown = dict(node)
    if merged:
        shown.pop("required", None)
    if "x-unit" in shown:
        shown["description"] += texts.text("keys.unit", language, unit=shown["x-unit"])
    if "properties" in shown:
        shown["properties"] = {
            name: _published(part, language, merged=merged)
            for name, part in shown["properties"].items()
        }
    if "anyOf" in shown:
        shown["anyOf"] = [_published(part, language, merged=merged) for part in shown["anyOf"]]
    if isinstance(shown.get("additionalProperties"), dict):
        part = shown["additionalProperties"]
        shown["additionalProperties"] = _published(part, language, merged=merged)
    items = shown.get("items")
    if isinstance(items, dict):
        shown["items"] = _published(items, language, merged=False)
    return shown


def _keys(node: Node, path: str, language: str | None) -> Iterator[Key]:
    """Keys below a node, each followed by those below it."""
    for name, part in node.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        default = part.get("default", "")
        yield Key(
            here,
            _kind(part, language),
            part["description"],
            part.get("x-unit", ""),
            _yaml(part["examples"][0]),
            "" if default == "" or isinstance(default, dict) else _yaml(default),
            name in node.get("required", ()),
        )
        yield from _keys(part, here, language)
    for branch in node.get("anyOf", ()):
        yield from _keys(branch, path, language)
    if isinstance(node.get("items"), dict):
        yield from _keys(node["items"], f"{path}[]", language)
    if isinstance(node.get("additionalProperties"), dict):
        yield from _keys(node["additionalProperties"], f"{path}.*", language)


def _kind(node: Node, language: str | None) -> str:
    """What may stand at a node, in words."""
    if "anyOf" in node:
        branches = [branch for branch in node["anyOf"] if branch.get("type") != "null"]
        kinds = dict.fromkeys(_kind(branch, language) for branch in branches)
        return reduce(lambda a, b: texts.text("keys.kind.or", language, first=a, second=b), kinds)
    if "enum" in node:
        return " | ".join(map(str, node["enum"]))
    if "const" in node:
        return str(node["const"])
    if "$ref" in node:
        return texts.text("keys.kind.again", language)
    if node["type"] == "array":
        items = node["items"]
        inner = dict.fromkeys(
            _kind(item, language) for item in (items if isinstance(items, list) else [items])
        )
        return texts.text("keys.kind.list", language, of=", ".join(inner))
    kind = node.get("format", node["type"])
    return texts.text(f"keys.kind.{kind}", language)


def _yaml(value: Any) -> str:
    """A value on one line, as YAML writes it."""
    line = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=float("inf")
    )
    return line.removesuffix("\n").removesuffix("\n...").strip()
