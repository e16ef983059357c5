"""The one catalogue of user-visible text, French first, English beside it.

Texts stand in YAML files: `fr/map.yaml` holds the texts whose keys begin with `map.`, and the files
in `fr/errors/` those of `errors.`, one file a room (`fr/keys/` alike); a key is the dotted path,
for example `errors.missing_file`. Files are read when a text of theirs is first asked for. Both
languages have the same keys and the same placeholders (one test holds this). Numbers, dates and
lists are formatted here as well.
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
    names = {entry.name for entry in resources.files(__name__).joinpath(code).iterdir()}
    tops = sorted(name.removesuffix(".yaml") for name in names)
    return {key: words for top in tops for key, words in under(code, top).items()}


@cache
def under(code: str, top: str) -> dict[str, str]:
    """Texts of one language whose keys begin with `top.`; none where nothing bears that name."""
    flat: dict[str, str] = {}

    def walk(tree: dict[str, Any], prefix: str) -> None:
        for key, value in tree.items():
            if isinstance(value, dict):
                walk(value, f"{prefix}{key}.")
            else:
                flat[f"{prefix}{key}"] = str(value)

    language_files = resources.files(__name__).joinpath(code)
    folder, file = language_files.joinpath(top), language_files.joinpath(f"{top}.yaml")
    if top and folder.is_dir():
        for part in sorted(folder.iterdir(), key=lambda entry: entry.name):
            walk(_tree(part), f"{top}.")
    elif file.is_file():
        walk(_tree(file), f"{top}.")
    return flat


def _tree(file: Traversable) -> dict[str, Any]:
    """Texts of one file."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    tree: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), loader) or {}  # noqa: S506 - safe loader
    return tree


def text(key: str, code: str | None = None, /, **values: object) -> str:
    """Give the text of a key, with its placeholders filled; raises KeyError for an unknown key."""
    return under(code or language(), key.partition(".")[0])[key].format(**values)


def has(key: str, code: str | None = None) -> bool:
    """Whether there is a text of that key."""
    return key in under(code or language(), key.partition(".")[0])


def section(name: str, code: str | None = None) -> dict[str, str]:
    """Texts whose key begins with `name.`, by the rest of their key, placeholders unfilled."""
    texts = under(code or language(), name.partition(".")[0])
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
