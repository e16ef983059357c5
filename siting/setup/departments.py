"""Départements: their names, and which share a border."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml

from siting.errors import ConfigError

OVERSEAS = ("971", "972", "973", "974", "976")
"""OpenStreetMap France has their extracts elsewhere than the départements of Europe."""

SMALL = ("75", "92", "93", "94", "90")
"""So small that a study's buffer goes through them to the départements beyond."""


@cache
def _content() -> dict[str, Any]:
    file = resources.files("siting.setup").joinpath("departments.yaml")
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def name(code: str) -> str:
    """Name of a département.

    Raises
    ------
    ConfigError
        There is none of that code.
    """
    if code not in _content():
        raise ConfigError("unknown_department", code=code)
    name: str = _content()[code]["name"]
    return name


def with_neighbours(codes: list[str]) -> list[str]:
    """Départements and those that border them, sorted.

    Raises
    ------
    ConfigError
        A code is unknown.
    """
    around = set(codes)
    for code in codes:
        name(code)
        beside = set(_content()[code]["neighbours"])
        for small in {code, *beside} & set(SMALL):
            beside |= set(_content()[small]["neighbours"])
        around |= beside
    return sorted(around)


def of_commune(code: str) -> str:
    """Code of the département of a commune's code."""
    return code[:3] if code.startswith("97") else code[:2]
