"""What OSM tags say of a way or a node, for one mode: who may pass, which way, how fast.

Pure functions of a tag dictionary. Sources: OSM wiki, `Key:access` (hierarchy of land-based
transportation), `Key:oneway`, `Key:barrier`, `Key:conveying`, `Conditional restrictions`.
Limits are in `limits`.
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

CARRIED = ("ferry", "shuttle_train")  # values of `route` where the traveller is carried
WALKED = {"railway": "platform", "public_transport": "platform", "man_made": "pier"}
"""Ways without `highway` that people walk on, by key and value."""


def kind(tags: Tags) -> str:
    """Class of a way: `highway`, else a ferry, shuttle train, platform or pier; empty for none."""
    if "highway" in tags:
        return tags["highway"]
    if tags.get("route") in CARRIED:
        return tags["route"]
    return next((value for key, value in WALKED.items() if tags.get(key) == value), "")


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

KIND_KEYS = ("highway", "route", *WALKED)
"""A way without any of these keys is no road for anybody."""

MODE_KEYS = ("motorcar", "motor_vehicle", "vehicle", "bicycle", "foot")
"""Access keys that name a mode or its kind."""

_RELEVANT = frozenset(
    [
        "highway",
        "route",
        "railway",
        "public_transport",
        "man_made",
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


_OPEN_TO_ALL = frozenset(("yes", "permissive", "designated", "public", "dismount"))
_CLOSED_TO_ALL = frozenset(
    (
        *("no", "agricultural", "forestry", "emergency", "military", "use_sidepath", "restricted"),
        *("psv", "bus", "coach", "tourist_bus", "minibus", "share_taxi", "taxi", "hov"),
        *("goods", "hgv", "trailer", "caravan", "motorhome", "moped", "mofa", "motorcycle"),
        *("horse", "ski", "snowmobile"),
    )
)
# values that name a mode, or open a way to some modes alone
_OWN_NAMES = {
    "car": frozenset(("motorcar", "motor_vehicle", "vehicle")),
    "bicycle": frozenset(("bicycle", "vehicle", "official")),
    "foot": frozenset(("foot", "pedestrian", "official")),
}
_NAMES_OF_OTHERS = frozenset.union(*_OWN_NAMES.values())


def _value(word: str, mode: str) -> Access | None:
    """Who an access value lets pass; None where it tells nothing.

    Values that nobody documents mostly name some group ("employees"): such a way is for the ends of
    a trip.
    """
    if word in ("", "unknown"):
        return None
    if word in _OPEN_TO_ALL or word in _OWN_NAMES[mode]:
        return Access.OPEN
    if word in _CLOSED_TO_ALL or word in _NAMES_OF_OTHERS:
        return Access.NO
    return Access.ENDS


# ways of these classes carry a mode only where a tag of its own says so
_BY_PERMISSION = {
    "car": {"pedestrian", "track", "footway", "path", "cycleway"},
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


def access(
    tags: Tags, mode: str, direction: str, moment: Moment, *, own: bool = False
) -> Access | None:
    """What access tags say of a mode in a direction; None for nothing.

    Parameters
    ----------
    direction
        `forward`, `backward`, or `both` for a node.
    own
        Whether only tags of the mode and its kind count, and not `access`, which is for everybody.
    """
    for key in HIERARCHY[mode]:
        if own and key == "access":
            continue
        for name in (f"{key}:{direction}", key):
            word = conditional(tags.get(f"{name}:conditional"), moment) or tags.get(name)
            if word is None:
                continue
            known = [_value(part.strip(), mode) for part in word.split(";")]
            allowed = [value for value in known if value is not None]
            if allowed:
                return max(allowed)
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


def may_push(tags: Tags, direction: str, moment: Moment) -> bool:
    """Whether a bicycle may be pushed along a way in a direction that is closed to riders.

    Against a one-way street one walks: nothing else closes the direction, people on foot may go
    there, and it is no roundabout.
    """
    ridden = oneway(tags, "bicycle")[direction == "backward"]
    walked = oneway(tags, "foot")[direction == "backward"]
    if ridden or not walked or is_roundabout(tags) or _impassable(tags, "bicycle"):
        return False
    riders = _one_way_access(tags, "bicycle", direction, moment)
    walkers = access(tags, "foot", direction, moment)
    return riders is Access.OPEN and walkers in (None, Access.OPEN)


def _one_way_access(tags: Tags, mode: str, direction: str, moment: Moment) -> Access:
    word = access(tags, mode, direction, moment)
    highway = tags.get("highway", "")
    if highway not in _BY_PERMISSION[mode]:
        return Access.OPEN if word is None else word
    if mode == "car":
        return _car_by_permission(tags, highway, direction, moment)
    if word is None:  # one may push a bicycle where one may walk
        word = access(tags, "foot", direction, moment)
    return Access.OPEN if word is None else word


def _car_by_permission(tags: Tags, highway: str, direction: str, moment: Moment) -> Access:
    """Tracks, pedestrian streets, paths: by an own tag; paved tracks at the ends of a trip."""
    own = access(tags, "car", direction, moment, own=True)
    if own is not None:
        return min(own, Access.ENDS) if highway == "pedestrian" else own
    if highway != "track":
        return Access.NO
    word = access(tags, "car", direction, moment)
    paved = tags.get("tracktype") in _PAVED_TRACKS or tags.get("surface") in ("asphalt", "paved")
    return Access.ENDS if (paved or word is Access.OPEN) and word is not Access.NO else Access.NO


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


_ONEWAY_KEYS = {
    "car": ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway"),
    "bicycle": ("oneway:vehicle", "oneway"),
}


def oneway(tags: Tags, mode: str) -> tuple[bool, bool]:
    """Whether a way may be used forward, and backward."""
    if mode == "foot":
        return _walking_way(tags)
    word = tags.get("oneway:bicycle") if mode == "bicycle" else None
    if word is None and mode == "bicycle" and _contraflow(tags):
        return True, True
    if word is None:
        word = next((tags[key] for key in _ONEWAY_KEYS[mode] if key in tags), "")
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
    """People on foot go both ways unless a tag of their own, or a moving staircase, says otherwise.

    `conveying=yes` says that a staircase moves, and not which way.
    """
    own, moving = tags.get("oneway:foot", ""), tags.get("conveying", "")
    if own:
        return own not in _REVERSE, own not in _FORWARD
    return moving != "backward", moving != "forward"


def _contraflow(tags: Tags) -> bool:
    """Whether bicycles may go against a one-way street."""
    lanes = [tags.get(key, "") for key in ("cycleway", "cycleway:left", "cycleway:right")]
    if any(lane.startswith("opposite") for lane in lanes):
        return True
    sides = ("cycleway:left:oneway", "cycleway:right:oneway", "cycleway:both:oneway")
    return any(tags.get(side) in ("no", "-1") for side in sides)


# where a road crosses something else, or something stands beside it, tags speak of that thing
_BESIDE_ROAD = {"crossing", "bus_stop", "platform", "level_crossing", "tram_crossing", "stop"}


def node_access(tags: Tags, mode: str, moment: Moment) -> Access:
    """Who may pass a node: barriers and access tags on them, and signs for the mode alone.

    Without a barrier only tags of the mode and its kind count (a `motor_vehicle=no` sign), and not
    at crossings, stops and entrances, where they speak of the path, the stop or the building.
    """
    barrier = tags.get("barrier", "no")
    if barrier == "no":
        keys = ("highway", "railway", "public_transport")
        beside = {tags.get(key, "") for key in keys} & _BESIDE_ROAD
        if beside or "entrance" in tags or "crossing" in tags:
            return Access.OPEN
        sign = access(tags, mode, "both", moment, own=True)
        return Access.OPEN if sign is None else sign
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
