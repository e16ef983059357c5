"""Territories by name and date: which EPCI they are made of, and which communes lie beyond."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from siting.errors import ConfigError
from siting.territory.changes import History, codes_at, relation

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd


@dataclass(frozen=True)
class Territory:
    """A named territory at a date.

    Attributes
    ----------
    beyond
        Code to name of members outside the département: a study area is not a département.
    status
        `measured` or `hypothesis`: how sure the composition is.
    """

    name: str
    since: dt.date
    epci: tuple[str, ...]
    beyond: dict[str, str]
    status: str
    source: str


@cache
def _content() -> dict[str, Any]:
    text = resources.files("siting.setup").joinpath("presets.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def names() -> list[str]:
    """Ids of the presets."""
    return sorted(_content())


def preset(name: str, day: dt.date) -> Territory:
    """Give a territory as it was on a day.

    Raises
    ------
    ConfigError
        There is no such territory, or not yet on that day.
    """
    if name not in _content():
        raise ConfigError("unknown_territory", name=name, known=", ".join(names()))
    entry = _content()[name]
    past = [composition for composition in entry["compositions"] if composition["since"] <= day]
    if not past:
        first = min(composition["since"] for composition in entry["compositions"])
        raise ConfigError("territory_not_yet", name=entry["name"], day=day, first=first)
    latest = max(past, key=lambda composition: composition["since"])
    return Territory(
        name=entry["name"],
        since=latest["since"],
        epci=tuple(latest["epci"]),
        beyond={commune["code"]: commune["name"] for commune in latest["beyond"]},
        status=latest["status"],
        source=latest["source"],
    )


def members(territory: Territory, membership: pd.DataFrame) -> frozenset[str]:
    """Communes of a territory: those of its EPCI in a composition, and those beyond.

    Parameters
    ----------
    membership
        `code,epci_code` (`sources.epci.read`), at the territory's date.
    """
    inside = membership.loc[membership["epci_code"].isin(territory.epci), "code"]
    return frozenset(inside) | frozenset(territory.beyond)


def members_on(
    territory: Territory,
    membership: pd.DataFrame,
    history: History,
    since: dt.date,
    day: dt.date,
) -> frozenset[str]:
    """Communes of a territory under the codes of a day, from a composition of another date.

    That the EPCI held the same ground on both days is the preset's word (`Territory.status`); the
    codes are brought from one to the other by the movements of the COG. Those beyond have no
    history here and stay as they are named.

    Parameters
    ----------
    membership
        See `members`.
    history
        Of the commune codes of the membership's département.
    since, day
        Dates of the membership and of the codes wanted.

    Raises
    ------
    InputError
        A date is not covered by the movements.
    """
    inside = members(territory, membership) - frozenset(territory.beyond)
    pairs = relation(history, since, day)
    matched = pairs.loc[pairs["from_code"].isin(inside & codes_at(history, since)), "to_code"]
    return frozenset(matched) | frozenset(territory.beyond)
