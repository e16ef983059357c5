"""What OSM tags say of a way or a node, for one mode: who may pass, which way, how fast.

Pure functions of a tag dictionary. Sources: OSM wiki, `Key:access` (hierarchy of land-based
transportation), `Key:oneway`, `Key:barrier`, `Key:maxspeed`, `Conditional restrictions`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    Tags = Mapping[str, str]

MODES = ("car", "bicycle", "foot")


class Access(IntEnum):
    """Who may use a road."""

    NO = 0
    ENDS = 1  # only where the trip begins or ends: private, residents, customers
    OPEN = 2


HIERARCHY = {
    "car": ("motorcar", "motor_vehicle", "vehicle", "access"),
    "bicycle": ("bicycle", "vehicle", "access"),
    "foot": ("foot", "access"),
}
"""Access keys of each mode, the most particular first."""

_RELEVANT = frozenset(
    [
        "highway",
        "route",
        "junction",
        "area",
        "construction",
        "impassable",
        "smoothness",
        "surface",
        "tracktype",
        "service",
        "access",
        "vehicle",
        "motor_vehicle",
        "motorcar",
        "bicycle",
        "foot",
        "motorroad",
        "oneway",
        "cycleway",
        "conveying",
        "maxspeed",
        "source:maxspeed",
        "zone",
        "duration",
        "ref",
    ]
)


def is_relevant(key: str) -> bool:
    """Whether a way's tag has a say in access, direction or speed (its kinds by `:` included)."""
    return key in _RELEVANT or key.partition(":")[0] in _RELEVANT


_VALUES = {
    **dict.fromkeys(("yes", "permissive", "designated", "official", "public", "dismount"), 2),
    **dict.fromkeys(
        ("private", "destination", "customers", "delivery", "permit", "residents", "discouraged"), 1
    ),
    **dict.fromkeys(
        (
            "no",
            "agricultural",
            "forestry",
            "emergency",
            "psv",
            "bus",
            "military",
            "use_sidepath",
            "restricted",
        ),
        0,
    ),
}

# ways of these classes carry a mode only where a tag of its own says so
_BY_PERMISSION = {
    "car": {"pedestrian", "track"},
    "bicycle": {"footway", "pedestrian", "bridleway", "platform", "corridor", "steps"},
    "foot": set(),
}
_PAVED_TRACKS = {"grade1", "grade2"}

_BLOCKING = {
    "car": {
        "block",
        "bollard",
        "bus_trap",
        "chain",
        "cycle_barrier",
        "debris",
        "full-height_turnstile",
        "hampshire_gate",
        "horse_stile",
        "jersey_barrier",
        "kissing_gate",
        "log",
        "motorcycle_barrier",
        "planter",
        "rope",
        "spikes",
        "stile",
        "sump_buster",
        "swing_gate",
        "turnstile",
        "wicket_gate",
        "barrier",
        "rock",
        "boulder",
        "fence",
        "wall",
        "hedge",
        "ditch",
        "yes",
    },
    "bicycle": {"fence", "wall", "hedge", "full-height_turnstile", "stile", "horse_stile"},
    "foot": {"fence", "wall", "hedge"},
}


@dataclass(frozen=True)
class Moment:
    """When conditional rules are looked at: a plain day of the period.

    Attributes
    ----------
    day
        Day of the week, 0 Monday.
    hour
        Hour of the day.
    month
        Month, 1 to 12.
    """

    day: int
    hour: float
    month: int


MOMENTS = {
    "off_peak": Moment(1, 14, 5),
    "peak": Moment(1, 8, 5),
    "winter": Moment(1, 14, 1),
}
"""A Tuesday in May at 14 h, the same at 8 h, a Tuesday in January at 14 h."""

_DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLAUSE = re.compile(r"\s*([^@;]+?)\s*@\s*(\([^)]*\)|[^;]+)")
_TIME = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_RANGE = r"\b({0})\b(?:\s*\d*\s*-\s*({0})\b)?"
_DAY_RANGE = re.compile(_RANGE.format("|".join(_DAYS)))
_MONTH_RANGE = re.compile(_RANGE.format("|".join(_MONTHS)))


def conditional(value: str | None, moment: Moment) -> str | None:
    """Value that a conditional tag gives at a moment; None where no plain clause holds.

    Plain conditions are days, months and hours (`Mo-Fr 07:00-09:00`, `Nov-Mar`). Any other
    (weight, length, wet, snow, flashing lights) is taken as not met. The last clause that holds
    wins, as the OSM wiki says.
    """
    if not value:
        return None
    holding = None
    for clause, condition in _CLAUSE.findall(value):
        if _holds(condition.strip("() ").lower(), moment):
            holding = clause
    return holding


def _holds(condition: str, moment: Moment) -> bool:
    """Whether a plain condition holds; False for one that is not plain."""
    rest = condition
    for pattern, now, names in (
        (_DAY_RANGE, moment.day, _DAYS),
        (_MONTH_RANGE, moment.month - 1, _MONTHS),
    ):
        ranges = pattern.findall(rest)
        if ranges and not any(
            _between(now, names.index(a), names.index(b or a)) for a, b in ranges
        ):
            return False
        rest = pattern.sub("", rest)
    times = _TIME.findall(rest)
    hours = [(int(a) + int(b) / 60, int(c) + int(d) / 60) for a, b, c, d in times]
    if hours and not any(_between_hours(moment.hour, start, end) for start, end in hours):
        return False
    rest = re.sub(r"[\s,\d]|ph|off\b", "", _TIME.sub("", rest))
    return rest == "" and condition != ""


def _between(now: int, start: int, end: int) -> bool:
    return start <= now <= end if start <= end else now >= start or now <= end


def _between_hours(now: float, start: float, end: float) -> bool:
    return start <= now < end if start <= end else now >= start or now < end


def access(tags: Tags, mode: str, direction: str, moment: Moment) -> Access | None:
    """What access tags say of a mode in a direction (`forward`, `backward`); None for nothing."""
    for key in HIERARCHY[mode]:
        for name in (f"{key}:{direction}", key):
            word = conditional(tags.get(f"{name}:conditional"), moment) or tags.get(name)
            if word is None:
                continue
            known = [_VALUES[v] for v in map(str.strip, word.split(";")) if v in _VALUES]
            if known:
                return Access(max(known))
    return None


def way_access(tags: Tags, mode: str, moment: Moment) -> tuple[Access, Access]:
    """Who may pass along a way, forward and backward, oneway rules included.

    The way's class must carry the mode (see `speeds`); this looks at everything else.
    """
    if _impassable(tags, mode):
        return Access.NO, Access.NO
    forward, backward = oneway(tags, mode)
    return (
        _one_way_access(tags, mode, "forward", moment) if forward else Access.NO,
        _one_way_access(tags, mode, "backward", moment) if backward else Access.NO,
    )


def _one_way_access(tags: Tags, mode: str, direction: str, moment: Moment) -> Access:
    word = access(tags, mode, direction, moment)
    highway = tags.get("highway", "")
    if highway not in _BY_PERMISSION[mode]:
        return Access.OPEN if word is None else word
    if mode == "car":
        return _car_by_permission(tags, highway, word)
    # one may push a bicycle where one may walk
    return access(tags, "foot", direction, moment) or Access.OPEN if word is None else word


def _car_by_permission(tags: Tags, highway: str, access: Access | None) -> Access:
    """Tracks and pedestrian streets: by an own tag, and paved tracks at the ends of a trip."""
    own = any(key in tags for key in HIERARCHY["car"][:-1])
    if access is not None and own:
        return min(access, Access.ENDS) if highway == "pedestrian" else access
    paved = tags.get("tracktype") in _PAVED_TRACKS or tags.get("surface") in ("asphalt", "paved")
    if highway == "track" and (paved or access is Access.OPEN) and access is not Access.NO:
        return Access.ENDS
    return Access.NO


_MINOR_WORKS = ("no", "minor", "widening")


def _impassable(tags: Tags, mode: str) -> bool:
    """Whether nobody of this mode can use the way, whatever its access tags."""
    if tags.get("smoothness") == "impassable" or tags.get("impassable") == "yes":
        return True
    if tags.get("service") == "emergency_access" and mode == "car":
        return True
    if mode == "car":
        works = tags.get("construction", "no") not in _MINOR_WORKS
        return works or tags.get("area") == "yes"
    return tags.get("motorroad") == "yes" and mode not in tags


_FORWARD = {"yes", "true", "1"}
_REVERSE = {"-1", "reverse"}


def oneway(tags: Tags, mode: str) -> tuple[bool, bool]:
    """Whether a way may be used forward, and backward."""
    if mode == "foot":
        return _walking_way(tags)
    word = tags.get("oneway", "")
    own = tags.get(f"oneway:{'bicycle' if mode == 'bicycle' else 'motor_vehicle'}")
    if own is not None:
        word = own
    elif mode == "bicycle" and _contraflow(tags):
        return True, True
    if word in _FORWARD:
        return True, False
    if word in _REVERSE:
        return False, True
    if word == "reversible":
        return False, False
    implied = tags.get("junction") in ("roundabout", "circular") or tags.get("highway") in (
        "motorway",
        "motorway_link",
    )
    return True, word in ("no", "false", "0", "alternating") or not implied


def _walking_way(tags: Tags) -> tuple[bool, bool]:
    """People on foot go both ways unless a tag of their own, or an escalator, says otherwise."""
    word = tags.get("oneway:foot") or tags.get("conveying", "")
    return word not in {*_REVERSE, "backward"}, word not in {*_FORWARD, "forward"}


def _contraflow(tags: Tags) -> bool:
    """Whether bicycles may go against a one-way street."""
    lanes = [tags.get(key, "") for key in ("cycleway", "cycleway:left", "cycleway:right")]
    if any(lane.startswith("opposite") for lane in lanes):
        return True
    sides = ("cycleway:left:oneway", "cycleway:right:oneway", "cycleway:both:oneway")
    return any(tags.get(side) in ("no", "-1") for side in sides)


def node_access(tags: Tags, mode: str, moment: Moment) -> Access:
    """Who may pass a node: barriers, and access tags on them."""
    barrier = tags.get("barrier")
    if barrier is None or barrier == "no":
        return Access.OPEN
    word = access(tags, mode, "both", moment)
    if word is not None:
        return word
    if barrier == "bollard" and tags.get("bollard") == "rising":
        return Access.OPEN
    if tags.get("locked") == "yes" and mode == "car":
        return Access.ENDS
    return Access.NO if barrier in _BLOCKING[mode] else Access.OPEN


def is_roundabout(tags: Tags) -> bool:
    """Whether a way is part of a roundabout."""
    return tags.get("junction") in ("roundabout", "circular")


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


_CLOCK = re.compile(r"^(?:(?:(?P<h>\d+):)?(?P<m>\d+)(?::(?P<s>\d{2}))?)$")
_ISO = re.compile(r"^PT(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+)S)?$")


def duration(value: str | None) -> float | None:
    """Seconds of a `duration` tag (`hh:mm`, `hh:mm:ss`, minutes, ISO 8601); None for any other."""
    written = (value or "").strip()
    match = _CLOCK.match(written) or _ISO.match(written)
    if not match:
        return None
    hours, minutes, seconds = (int(match[part] or 0) for part in "hms")
    return hours * 3600.0 + minutes * 60 + seconds or None
