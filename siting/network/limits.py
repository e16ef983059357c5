"""Speed limits that OSM tags tell: a signed speed, or the zone of a country's law.

Sources: OSM wiki, `Key:maxspeed`, `Key:source:maxspeed`, `Key:maxspeed:advisory`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.network.tags import conditional

if TYPE_CHECKING:
    from siting.network.tags import Moment, Tags

_NUMBER = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?\s*$")
_ZONE = re.compile(r"^([A-Za-z]{2}):(.+)$")
_UNITS = {"mph": 1.609344, "knots": 1.852}


@dataclass(frozen=True)
class Limit:
    """A signed limit: a speed, or a zone of a country whose law gives the speed.

    Attributes
    ----------
    kmh
        Speed, infinite for `none`; None where the zone gives it.
    country, zone
        `FR`, `rural`; empty where the speed is given.
    """

    kmh: float | None
    country: str = ""
    zone: str = ""


WALK = Limit(6.0)


def limit(value: str | None) -> Limit | None:
    """Read a `maxspeed` value: units, `none`, `walk`, zones as `FR:rural`; None for any other."""
    if not value:
        return None
    value = value.split(";")[0].strip()
    if value == "none":
        return Limit(float("inf"))
    if value == "walk":
        return WALK
    number = _NUMBER.match(value)
    if number:
        kmh = float(number[1]) * _UNITS.get(number[2] or "", 1.0)
        return Limit(kmh) if kmh > 0 else None
    zone = _ZONE.match(value)
    return _of_zone(zone[1].upper(), zone[2]) if zone else None


_ZONE_NAMES = {
    "urban": "urban",
    "city": "urban",
    "rural": "rural",
    "nsl": "rural",
    "motorway": "motorway",
    "trunk": "dual",
    "expressway": "dual",
    "dual": "dual",
    "livingstreet": "living_street",
    "bicycleroad": "zone30",
}


def _of_zone(country: str, name: str) -> Limit | None:
    """Limit of a zone such as `rural`, `zone30`, `zone:30` of a country."""
    named = re.sub(r"[:_ ]", "", name.lower())
    if named in ("walk", "pedestrianzone"):
        return WALK
    digits = re.fullmatch(r"(?:zone)?(\d+)", named)
    if digits:
        return Limit(float(digits[1]))
    return Limit(None, country, _ZONE_NAMES[named]) if named in _ZONE_NAMES else None


def unread_limit(tags: Tags) -> str:
    """The `maxspeed` of a way that begins with a number and is not read (`14 m/s`); else empty."""
    value = tags.get("maxspeed", "")
    return value if value[:1].isdigit() and limit(value) is None else ""


def maxspeed(tags: Tags, direction: str, moment: Moment) -> Limit | None:
    """Signed limit of a way in a direction, None where no tag tells it."""
    for key in (f"maxspeed:{direction}", "maxspeed"):
        sign = limit(conditional(tags.get(f"{key}:conditional"), moment)) or limit(tags.get(key))
        if sign:
            return sign
    for key in ("maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic"):
        sign = limit(tags.get(key))
        if sign:
            return sign
    return None


def is_urban(tags: Tags, signed: Limit | None) -> bool:
    """Whether a way lies in a town, as far as its own tags tell."""
    if tags.get("highway") in ("residential", "living_street", "pedestrian"):
        return True
    for key in ("maxspeed", "maxspeed:type", "source:maxspeed", "zone:traffic", "zone:maxspeed"):
        zone = _ZONE.match(tags.get(key, ""))
        if zone:
            return "rural" not in zone[2] and "motorway" not in zone[2] and "trunk" not in zone[2]
    return signed is not None and signed.kmh is not None and signed.kmh <= 50


def advised(tags: Tags, direction: str) -> float | None:
    """Advised speed of a way in a direction, km/h; None where no sign tells it."""
    for key in (f"maxspeed:advisory:{direction}", "maxspeed:advisory"):
        sign = limit(tags.get(key))
        if sign is not None and sign.kmh is not None:
            return sign.kmh
    return None
