"""The page of the configuration's keys, from the schema of the models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from siting.config.study import Study

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEADS = {
    "fr": """# Les clés de la configuration

Page écrite à chaque construction du site, d'après les modèles que `siting check` applique : une clé
inconnue est refusée. `*` : clé obligatoire. `[]` : une liste ; `*.` : un nom de votre choix.
""",
    "en": """# The keys of the configuration

Written at each build of the site from the models that `siting check` applies: an unknown key is
refused. `*`: the key is required. `[]`: a list; `*.`: a name of your choice.
""",
}
COLUMNS = {
    "fr": ("clé", "valeur", "défaut", "sens"),
    "en": ("key", "value", "default", "meaning"),
}
Schema = dict[str, Any]


def write(path: Path, language: str) -> None:
    """Write the page of a language."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(page(Study.model_json_schema(), language), encoding="utf-8", newline="\n")


def page(schema: Schema, language: str) -> str:
    """The page: a section for each key of the study that has keys of its own."""
    parts, columns = [LEADS[language]], COLUMNS[language]
    simple = [(key, of) for key, of in schema["properties"].items() if not _children(of, schema)]
    parts += _table([(key, of, key in schema["required"]) for key, of in simple], columns, schema)
    for key, of in schema["properties"].items():
        if _children(of, schema):
            parts += [f"## `{key}`", "", *filter(None, [_plain(of, schema).get("description")]), ""]
            parts += _table(list(_rows("", of, schema)), columns, schema)
    return "\n".join(parts)


def _table(
    rows: list[tuple[str, Schema, bool]], columns: tuple[str, ...], all_: Schema
) -> list[str]:
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for key, of, required in rows:
        default = "" if of.get("default") in (None, [], {}) else f"`{of['default']}`"
        meaning = of.get("description") or _plain(of, all_).get("description", "")
        cells = (f"`{key}`{' *' if required else ''}", _kind(of, all_), default, meaning)
        lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    return [*lines, ""]


def _rows(prefix: str, of: Schema, schema: Schema) -> Iterator[tuple[str, Schema, bool]]:
    """Every key below one, in the order of the models, with its path."""
    for mark, model in _children(of, schema):
        for key, below in model["properties"].items():
            name = f"{prefix}{mark}{key}"
            yield name, below, key in model.get("required", ())
            yield from _rows(f"{name}.", below, schema)


def _children(of: Schema, schema: Schema) -> list[tuple[str, Schema]]:
    """Models below a key, and how they are reached: nothing, `[].` of a list, `*.` of a mapping."""
    if "$ref" in of:
        model = schema["$defs"][of["$ref"].rsplit("/", 1)[1]]
        return [("", model)] if "properties" in model else _children(model, schema)
    models = []
    for part in (*of.get("anyOf", ()), *of.get("allOf", ()), *of.get("oneOf", ())):
        models += _children(part, schema)
    if isinstance(of.get("items"), dict):
        models += [(f"[].{mark}", model) for mark, model in _children(of["items"], schema)]
    if isinstance(of.get("additionalProperties"), dict):
        below = _children(of["additionalProperties"], schema)
        models += [(f"*.{mark}", model) for mark, model in below]
    return models


def _plain(of: Schema, schema: Schema) -> Schema:
    """The schema behind a reference."""
    for part in (of, *of.get("anyOf", ()), *of.get("allOf", ())):
        if "$ref" in part:
            return schema["$defs"][part["$ref"].rsplit("/", 1)[1]]
    return of


def _kind(of: Schema, schema: Schema) -> str:
    """What values a key takes, in the words of JSON."""
    if "enum" in of:
        return ", ".join(f"`{value}`" for value in of["enum"])
    if "const" in of:
        return f"`{of['const']}`"
    if "$ref" in of:
        below = _plain(of, schema)
        return "…" if "properties" in below else _kind(below, schema)
    kinds = [_kind(part, schema) for part in (*of.get("anyOf", ()), *of.get("oneOf", ()))]
    if kinds:
        return " / ".join(dict.fromkeys(kind for kind in kinds if kind != "null"))
    if of.get("type") == "array" and isinstance(of.get("items"), dict):
        return f"[{_kind(of['items'], schema)}]"
    return str(of.get("format") or of.get("type", ""))


if __name__ == "__main__":
    import sys

    print(page(Study.model_json_schema(), sys.argv[1]))
