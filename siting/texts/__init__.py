"""The one catalogue of user-visible text, French first, English beside it.

Texts stand in YAML files: `fr/map.yaml` holds the texts whose keys begin with `map.`, and the files
in `fr/errors/` those of `errors.`, one file a room; a key is the dotted path, for example
`errors.missing_file`. Both languages have the same keys and the same
placeholders (one test holds this). Numbers, dates and lists are formatted here as well.
"""

from __future__ import annotations

import os
from contextvars import ContextVar
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

LANGUAGES = ("fr", "en")
NARROW_SPACE = "\u202f"

_language: ContextVar[str] = ContextVar(
    "language",
    default=os.environ.get("SITING_LANG", "fr")
    if os.environ.get("SITING_LANG") in LANGUAGES
    else "fr",
)


def language() -> str:
    """Language of the current context, `fr` or `en`."""
    return _language.get()


def set_language(code: str) -> None:
    """Choose the language of the current context; raises ValueError for one that is not there."""
    if code not in LANGUAGES:
        raise ValueError(code)
    _language.set(code)


@cache
def catalogue(code: str) -> dict[str, str]:
    """Every text of one language by dotted key."""
    flat: dict[str, str] = {}

    def walk(tree: dict[str, Any], prefix: str) -> None:
        for key, value in tree.items():
            if isinstance(value, dict):
                walk(value, f"{prefix}{key}.")
            else:
                flat[f"{prefix}{key}"] = str(value)

    for entry in sorted(resources.files(__name__).joinpath(code).iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            for file in entry.iterdir():
                walk(_tree(file), f"{entry.name}.")
        else:
            walk(_tree(entry), f"{entry.name.removesuffix('.yaml')}.")
    return flat


def _tree(file: Traversable) -> dict[str, Any]:
    """Texts of one file."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    tree: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), loader) or {}  # noqa: S506 - safe loader
    return tree


def text(key: str, code: str | None = None, /, **values: object) -> str:
    """Give the text of a key, with its placeholders filled; raises KeyError for an unknown key."""
    return catalogue(code or language())[key].format(**values)


def section(name: str, code: str | None = None) -> dict[str, str]:
    """Texts whose key begins with `name.`, by the rest of their key, placeholders unfilled."""
    texts = catalogue(code or language())
    return {
        key.removeprefix(f"{name}."): words
        for key, words in texts.items()
        if key.startswith(f"{name}.")
    }


def wording(words: Mapping[str, str]) -> str:
    """Of words by language those of the current one, else the French ones, else the first."""
    return words.get(language()) or words.get("fr") or next(iter(words.values()))


def number(value: float, decimals: int = 0, code: str | None = None) -> str:
    """Write a number as the language does: `279 609,5` in French (narrow no-break space)."""
    whole, _, part = f"{value:,.{decimals}f}".partition(".")
    written = whole.replace(",", text("language.thousands", code))
    return written + text("language.decimal", code) + part if part else written


def percent(share: float, decimals: int = 1, code: str | None = None) -> str:
    """Write a share between 0 and 1 as a percentage: `87,3 %` in French."""
    return text("language.percent", code, number=number(share * 100, decimals, code))
