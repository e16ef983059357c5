"""The catalogue of official sources: where each file is, whose it is and what it feeds.

`catalogue.yaml` names addresses by pattern (`{department}`, `{region}`, `{year}`…). An address that
could not be tried says `unverified: true`; any address can be replaced by one's own.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from siting.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Source:
    """One file of the catalogue, its pattern filled.

    Attributes
    ----------
    size_mb
        Rough size, for `--dry-run`; None where not known.
    """

    id: str
    title: str
    producer: str
    page: str
    url: str
    file: str
    vintage: str
    licence: str
    feeds: str
    unverified: bool = False
    size_mb: float | None = None


@cache
def _content() -> dict[str, Any]:
    text = resources.files("siting.sources").joinpath("catalogue.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def names() -> list[str]:
    """Ids of the catalogue, in its order."""
    return list(_content()["sources"])


def resolve(
    ids: Sequence[str], values: Mapping[str, str], addresses: Mapping[str, str] | None = None
) -> list[Source]:
    """Give the sources asked for, with their addresses filled.

    Parameters
    ----------
    ids
        Entries of the catalogue.
    values
        What the patterns name: `department`, `year`…
    addresses
        Addresses of one's own, by id; they are patterns too.

    Raises
    ------
    ConfigError
        An id is unknown, or a pattern names a value that is not given.
    """
    addresses = addresses or {}
    for asked in [*ids, *addresses]:
        if asked not in _content()["sources"]:
            raise ConfigError("unknown_source", id=asked, known=", ".join(names()))
    return [_filled(one, values, addresses.get(one)) for one in ids]


def _filled(name: str, values: Mapping[str, str], address: str | None) -> Source:
    entry: dict[str, Any] = dict(_content()["sources"][name])
    if address is not None:
        entry |= {"url": address, "unverified": False}
    held = {**entry.pop("defaults", {}), **values}
    for key in ("url", "file", "vintage"):
        entry[key] = _fill(str(entry[key]), held, name)
    return Source(id=name, **entry)


def _fill(pattern: str, values: Mapping[str, str], name: str) -> str:
    for _, key, _, _ in string.Formatter().parse(pattern):
        if key is not None and key not in values:
            raise ConfigError("source_needs", id=name, key=key)
    return pattern.format(**values)


def geofabrik_regions(departments: Sequence[str]) -> list[str]:
    """Regional extracts of Geofabrik (former regions) that hold some départements.

    Raises
    ------
    ConfigError
        A département is unknown.
    """
    by_department = {
        department: region
        for region, held in _content()["geofabrik_regions"].items()
        for department in held
    }
    unknown = [one for one in departments if one not in by_department]
    if unknown:
        raise ConfigError("unknown_department", code=unknown[0])
    return sorted({by_department[one] for one in departments})
