"""The JSON Schema of a study's configuration, and the reference of its keys, from the models.

What each key is, its unit and an example stand in the texts (`texts/<language>/keys`), by the model
that declares it; everything else is what pydantic says of the models. The schema holds no
references, so that an editor shows the description of a key wherever it stands.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel

from siting import texts
from siting.atomic_files import replacing
from siting.config.reading import EXTENDS
from siting.config.study import Study
from siting.settings import embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

DIALECT = "http://json-schema.org/draft-07/schema#"  # the one that editors of YAML know whole
FILE = "siting.schema.json"  # beside the configurations that name it
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


def schema(language: str | None = None) -> Node:
    """Give the JSON Schema (draft 7) of a study's configuration.

    A configuration that extends another leaves out what that one says: none of its keys is
    required, except in the entries of a list.

    Parameters
    ----------
    language
        Of the descriptions; the current one if None.
    """
    tree = _tree(language)
    required = _required(tree)
    return {
        "$schema": DIALECT,
        "title": texts.text("keys.title", language),
        **_published(tree, language, merged=True),
        "if": {"not": {"required": [EXTENDS]}},
        "then": required,
    }


def text(language: str | None = None) -> str:
    """Give the schema as its file says it."""
    return json.dumps(schema(language), ensure_ascii=False, indent=1, default=str) + "\n"


def write(path: Path, language: str | None = None) -> None:
    """Write the schema as a file; an OutputError tells why it cannot be written."""
    with replacing(path) as part:
        part.write_text(text(language), encoding="utf-8", newline="\n")


def naming_line() -> str:
    """The first line of a configuration, by which an editor takes the schema beside it.

    The schema is named relative to the configuration: the line holds offline, and wherever the
    folder is moved.
    """
    return f"# yaml-language-server: $schema=./{FILE}\n"


def keys(language: str | None = None) -> tuple[Key, ...]:
    """Give every key of a study's configuration, in the order of the models.

    Parameters
    ----------
    language
        Of the descriptions; the current one if None.
    """
    return tuple(_keys(_tree(language), "", language))


def models(of: Any) -> set[type[BaseModel]]:
    """Models that a model is made of, itself among them, by the types of its keys."""
    parts = [models(argument) for argument in getattr(of, "__args__", ())]
    if isinstance(of, type) and issubclass(of, BaseModel):
        parts += [{of}, *(models(field.annotation) for field in of.model_fields.values())]
    return set().union(*parts)


def _tree(language: str | None) -> Node:
    """The study's schema, each reference written out, each key with its texts in the language."""
    plain = Study.model_json_schema()
    definitions: dict[str, Node] = {**plain.pop("$defs"), Study.__name__: plain}
    plain["properties"] = {EXTENDS: {"type": "string", "format": "path"}, **plain["properties"]}
    for model in models(Study):
        definition = definitions[model.__name__]
        definition["properties"] = {
            name: node | _texts(name, model, language)
            for name, node in definition["properties"].items()
        }
    tree: Node = _expanded({"$ref": Study.__name__}, definitions)
    return tree


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


def _expanded(node: Any, definitions: dict[str, Node]) -> Any:
    """A copy of a node in which each reference is what it refers to."""
    if isinstance(node, list):
        return [_expanded(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    whole = dict(node)
    if "$ref" in whole:
        referred = definitions[whole.pop("$ref").rsplit("/", 1)[-1]]
        whole = {key: value for key, value in referred.items() if key not in UNSAID} | whole
    whole.pop("title", None)
    if "default" in whole:
        whole["default"] = _portable(whole["default"])
        if whole["default"] is None:
            del whole["default"]
    if "prefixItems" in whole:  # as draft 7 calls them
        whole["items"] = whole.pop("prefixItems")
    if "properties" in whole:
        properties = whole["properties"]
        whole["properties"] = {key: _expanded(properties[key], definitions) for key in properties}
    for part in ("anyOf", "items", "additionalProperties"):
        if part in whole:
            whole[part] = _expanded(whole[part], definitions)
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
