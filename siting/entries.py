"""Registries made of modules: each module of a package declares one entry, under one name."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType


def names(package: ModuleType) -> tuple[str, ...]:
    """Names of the modules of a package, in the order of the alphabet; none is loaded for it."""
    return tuple(module.name for module in pkgutil.iter_modules(package.__path__))


def declared(package: ModuleType, name: str) -> list[Any]:
    """What each module of a package declares under a name, in the order of the alphabet.

    Raises
    ------
    AttributeError
        A module declares nothing under that name.
    """
    modules = [importlib.import_module(f"{package.__name__}.{each}") for each in names(package)]
    return [getattr(module, name) for module in modules]
