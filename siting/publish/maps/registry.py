"""The map themes: what each module of `themes` says of itself, in their order."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from siting import entries
from siting.errors import require_known
from siting.publish.maps import themes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.publish.maps.map_theme import MapTheme


def names() -> tuple[str, ...]:
    """Names of all themes, in the order of the alphabet; none is loaded for it."""
    return entries.names(themes)


@functools.cache
def every() -> tuple[MapTheme, ...]:
    """All themes, by their order."""
    return tuple(sorted(entries.declared(themes, "THEME"), key=lambda theme: theme.order))


def chosen(wanted: Sequence[str]) -> tuple[MapTheme, ...]:
    """Themes by name, in the order wanted; all of them where none is named.

    Raises
    ------
    ConfigError
        One is unknown.
    """
    by_name = {theme.name: theme for theme in every()}
    known = require_known("unknown_map_theme", wanted, by_name)
    return tuple(by_name[name] for name in known) or every()
