"""The page of the keys that planners write, from what `siting schema` says of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting import texts
from siting.config import schema
from siting.installation import file_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from siting.config.schema import FileKind, Key

LEADS = {
    "fr": """# Les clés de la configuration

Page écrite à chaque construction du site, d'après les modèles que `siting check` applique : une clé
inconnue est refusée. `*` : clé obligatoire. `[]` : chaque élément d'une liste ; `.*` : un nom de
votre choix. `siting schema` en écrit le schéma, avec lequel un éditeur (VS Code…) complète et
vérifie.
""",
    "en": """# The keys of the configuration

Written at each build of the site from the models that `siting check` applies: an unknown key is
refused. `*`: the key is required. `[]`: each entry of a list; `.*`: a name of your choice. `siting
schema` writes their schema, by which an editor such as VS Code completes and checks.
""",
}
OTHERS = {
    "fr": "`siting schema --kind {name} -o {file}` écrit le schéma de ce fichier.",
    "en": "`siting schema --kind {name} -o {file}` writes the schema of this file.",
}
COLUMNS = {
    "fr": ("clé", "sens", "valeur", "défaut", "exemple"),
    "en": ("key", "meaning", "value", "default", "example"),
}


def write(path: Path, language: str) -> None:
    """Write the page of a language."""
    path.parent.mkdir(exist_ok=True)
    parts = [page(schema.keys(language), language)]
    parts += [_of_kind(kind, language) for kind in file_kinds.KINDS[1:]]
    path.write_text("\n".join(parts), encoding="utf-8", newline="\n")


def _of_kind(kind: FileKind, language: str) -> str:
    """The section of another kind of file."""
    title = texts.text(f"keys.kinds.{kind.name}", language)
    how = OTHERS[language].format(name=kind.name, file=kind.file)
    return f"## {title}\n\n{how}\n\n" + _table(list(schema.keys(language, kind)), language)


def page(keys: Iterable[Key], language: str) -> str:
    """The page: the keys of the study, then a section for each that has keys of its own."""
    groups: dict[str, list[Key]] = {"": []}
    tops: dict[str, Key] = {}
    for key in keys:
        top = key.path.split(".")[0].removesuffix("[]")
        if key.path == top:
            groups[""].append(key)
            tops[top] = key
        else:
            groups.setdefault(top, []).append(key)
    parts = [LEADS[language], _table(groups.pop(""), language)]
    for top, below in groups.items():
        parts += [f"## `{top}`\n", f"{tops[top].description}\n", _table(below, language)]
    return "\n".join(parts)


def _table(keys: list[Key], language: str) -> str:
    columns = COLUMNS[language]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for key in keys:
        unit = f" ({key.unit})" if key.unit else ""
        cells = (
            f"`{key.path}`{' *' if key.required else ''}",
            key.description + unit,
            key.kind,
            _code(key.default),
            _code(key.example),
        )
        lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    return "\n".join([*lines, ""])


def _code(value: str) -> str:
    return f"`{' '.join(value.split())}`" if value else ""
