"""Speeds by mode, class, date, territory and period, from a documented YAML file.

The file (`siting/network/data/speeds.yaml`, or the user's own copy) holds the law (limits by
country, département and date) and what is driven (factors on the limits, by class, period, in
towns and outside). `load` picks from it what holds for one mode, date, place and period.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from siting import yaml_files
from siting.atomic_files import replacing
from siting.errors import InputError, NetworkError
from siting.network import limits
from siting.network import tags as osm_tags
from siting.network.tags import MODES, MOMENTS, Moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from siting.network.limits import Limit
    from siting.network.tags import Tags

KMH = (2.0, 130.0)  # on steps, on a motorway
LIMIT = (3.0, 150.0)
CAP = (1.0, 200.0)
FACTOR = (0.05, 5.0)
SECONDS = (0.0, 600.0)
DEPARTMENT = re.compile(r"(\d\d|2[AB]|97\d)?")
UNSIGNED_MOTORWAY = 150.0  # km/h driven at most where a sign says "no limit"


@dataclass(frozen=True)
class Turns:
    """Seconds that turns cost where three roads or more meet; angles from straight on, degrees."""

    slight_below: float = 45.0
    sharp_above: float = 115.0
    slight: float = 0.0
    right: float = 0.0
    left: float = 0.0
    sharp: float = 0.0
    u_turn: float = 0.0
    roundabout_enter: float = 0.0


@dataclass(frozen=True)
class LocalRule:
    """Limit outside towns that a département set on its own roads."""

    ref: str
    except_ref: tuple[str, ...]
    rural: float

    def holds(self, refs: list[str]) -> bool:
        """Whether a road of these numbers is under the rule."""
        return any(ref.startswith(self.ref) and ref not in self.except_ref for ref in refs)


@dataclass(frozen=True)
class Speeds:
    """What holds for one mode, date, territory and period.

    Attributes
    ----------
    mode, period, moment
        `car`, `bicycle` or `foot`; `off_peak`, `peak` or `winter`; when conditional tags are read.
    legal
        Limit in km/h by country and row (`rural`, `urban`...).
    country
        Country whose law holds where no sign names another.
    local
        Rules of the département, the last that holds wins.
    classes
        By highway class: `kmh`, or `limit` and `factor`.
    signed_factor
        Driven speed over a signed limit.
    caps
        Highest speed by tag and value (`surface`, `tracktype`, `smoothness`, `service`).
    urban, rural
        Factor of the period in towns and outside.
    class_factors
        Factor of the period for a class outside towns, in place of `rural`.
    turns, nodes
        Seconds of turns and of things at nodes.
    access_kmh
        Speed between a point and the road.
    push_kmh, steps_kmh
        Speed of a bicycle that is pushed, on the level and on steps; 0 for other modes.
    """

    mode: str
    period: str
    moment: Moment
    country: str
    legal: dict[str, dict[str, float]]
    local: tuple[LocalRule, ...]
    classes: dict[str, dict[str, Any]]
    signed_factor: float
    caps: dict[str, dict[str, float]]
    urban: float
    rural: float
    class_factors: dict[str, float]
    turns: Turns
    nodes: dict[str, float]
    access_kmh: float
    push_kmh: float = 0.0
    steps_kmh: float = 0.0
    fitted: dict[str, float] = field(default_factory=dict)

    def carries(self, tags: Tags) -> str:
        """Class of a way that the mode may use as far as its class goes; empty for none."""
        kind = osm_tags.kind(tags)
        pushed = kind == "steps" and self.steps_kmh > 0
        return kind if kind in self.classes or pushed else ""

    def kmh(self, tags: Tags, direction: str) -> float:
        """Effective speed of a way in a direction (`forward`, `backward`), km/h.

        The way's class must be carried.
        """
        highway = osm_tags.kind(tags)
        signed = limits.maxspeed(tags, direction, self.moment)
        if self._pushed(tags, highway):
            return self.pushed_kmh(tags)
        of_class = self.classes[highway]
        town = limits.is_urban(tags, signed)
        speed = of_class["kmh"] if "kmh" in of_class else self._driven(tags, of_class, signed)
        if signed is not None:
            speed = min(speed, self._limit(signed, tags)) if "kmh" in of_class else speed
        advised = limits.advised(tags, direction)
        if advised is not None:
            speed = min(speed, advised)
        period = self.urban if town else self.class_factors.get(highway, self.rural)
        fitted = self.fitted.get(highway, 1.0)
        return min(speed, self._cap(tags)) * period * fitted

    def pushed_kmh(self, tags: Tags) -> float:
        """Effective speed of a bicycle that is pushed along a way, km/h."""
        speed = self.steps_kmh if osm_tags.kind(tags) == "steps" else self.push_kmh
        return min(speed, self._cap(tags)) * self.rural

    def legal_kmh(self, tags: Tags, direction: str) -> float:
        """Legal limit of a way for motor vehicles: the sign, or the law of its class."""
        signed = limits.maxspeed(tags, direction, self.moment)
        if signed is not None:
            return self._limit(signed, tags)
        return self._lawful(tags, self.classes[tags["highway"]].get("limit", "urban"))

    def _driven(self, tags: Tags, of_class: Mapping[str, Any], signed: Limit | None) -> float:
        if signed is not None:
            return min(self._limit(signed, tags) * self.signed_factor, UNSIGNED_MOTORWAY)
        factor = of_class["dual_factor" if _separated(tags) else "factor"]
        return self._lawful(tags, of_class["limit"]) * float(factor)

    def _limit(self, signed: Limit, tags: Tags) -> float:
        if signed.kmh is not None:
            return signed.kmh
        law = self.legal.get(signed.country)
        if law is not None and signed.country != self.country:
            return law[signed.zone]
        return self._lawful(tags, signed.zone)

    def _lawful(self, tags: Tags, row: str) -> float:
        """Limit of a row of the legal table, the département's own rules included."""
        if row == "rural" and _separated(tags):
            row = "dual"
        elif row == "rural":
            refs = [r.replace(" ", "") for r in tags.get("ref", "").split(";")]
            for rule in reversed(self.local):
                if rule.holds(refs):
                    return rule.rural
        return self.legal[self.country][row]

    def _pushed(self, tags: Tags, highway: str) -> bool:
        """Whether a bicycle must be pushed: on foot's ways without leave to ride."""
        if self.mode != "bicycle":
            return False
        bicycle = tags.get("bicycle", "")
        if bicycle == "dismount" or highway == "steps":
            return True
        ways_on_foot = ("footway", "pedestrian", "platform", "corridor", "bridleway")
        return highway in ways_on_foot and bicycle not in ("yes", "designated", "permissive")

    def _cap(self, tags: Tags) -> float:
        """Highest speed that surface, tracktype, smoothness and kind of service road allow."""
        caps = (by.get(tags.get(key, "")) for key, by in self.caps.items())
        return min((cap for cap in caps if cap is not None), default=float("inf"))


def _separated(tags: Tags) -> bool:
    """Whether a road outside towns has separated carriageways, as far as its tags tell."""
    return tags.get("highway") == "trunk" and tags.get("oneway") == "yes"


def load(
    path: Path | None = None,
    *,
    mode: str = "car",
    date: dt.date | None = None,
    department: str = "",
    country: str = "FR",
    period: str = "off_peak",
) -> Speeds:
    """Read the speeds that hold for one mode, date, territory and period.

    Parameters
    ----------
    path
        The user's file in the layout of `siting/network/data/speeds.yaml`; None for that one.
    mode
        `car`, `bicycle` or `foot`.
    date
        Date whose law holds; None for the latest that the file knows.
    department
        INSEE code of the département, for the rules of its own roads; empty for none.
    country
        ISO code of the country whose law holds where no sign names another.
    period
        `off_peak`, `peak` or `winter`.

    Raises
    ------
    NetworkError
        The mode is not one of the three.
    InputError
        The file lacks something, or the period or the country is not in it.
    """
    if mode not in MODES:
        raise NetworkError("unsupported_mode", mode=mode, modes=", ".join(MODES))
    if period not in MOMENTS:
        raise InputError("unknown_period", value=period, known=", ".join(MOMENTS))
    resource = path or resources.files("siting.network").joinpath("data/speeds.yaml")
    if path is not None and not path.is_file():
        raise InputError("missing_file", file=path)
    try:
        tree = (
            yaml.safe_load(resource.read_text(encoding="utf-8"))
            if path is None
            else yaml_files.load(path)
        )
        chosen = _pick(tree, mode, date or dt.date.max, department, country, period)
        _require_plausible(chosen, path or "speeds.yaml")
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        detail = f"{type(error).__name__}: {error}".replace("\n", " ")
        raise InputError("bad_speeds", file=path or "speeds.yaml", detail=detail) from error
    return chosen


def require_department(code: object) -> None:
    """Refuse what is no INSEE code of a département, nor empty: its rules would not be applied.

    Raises
    ------
    InputError
        How such a code is written.
    """
    if not isinstance(code, str) or not DEPARTMENT.fullmatch(code):
        raise InputError("bad_department", value=code)


def _require_plausible(speeds: Speeds, file: Path | str) -> None:
    """Refuse a number that no road, sign or turn has.

    Raises
    ------
    InputError
        Which, and what is expected.
    """
    classes = {
        f"classes.{kind}.{key}": (value, KMH if key == "kmh" else FACTOR)
        for kind, row in speeds.classes.items()
        for key, value in row.items()
        if key != "limit"
    }
    numbers = {
        **{f"legal.{c}.{k}": (v, LIMIT) for c, row in speeds.legal.items() for k, v in row.items()},
        **{f"departments.{rule.ref}": (rule.rural, LIMIT) for rule in speeds.local},
        **classes,
        **{f"{k}.{v}": (cap, CAP) for k, row in speeds.caps.items() for v, cap in row.items()},
        **{f"periods.classes.{k}": (v, FACTOR) for k, v in speeds.class_factors.items()},
        **{f"fitted.{k}": (v, FACTOR) for k, v in speeds.fitted.items()},
        **{f"nodes.{k}": (v, SECONDS) for k, v in speeds.nodes.items()},
        "signed_factor": (speeds.signed_factor, FACTOR),
        "periods.urban": (speeds.urban, FACTOR),
        "periods.rural": (speeds.rural, FACTOR),
        "access_kmh": (speeds.access_kmh, KMH),
        "push_kmh": (speeds.push_kmh or KMH[0], KMH),
        "steps_kmh": (speeds.steps_kmh or KMH[0], KMH),
    }
    for key, (value, (low, high)) in numbers.items():
        if not low <= float(value) <= high:
            expected = {"value": value, "low": f"{low:g}", "high": f"{high:g}"}
            raise InputError("implausible_speed", file=file, key=f"{speeds.mode}.{key}", **expected)


def write_fitted(path: Path, base: Path | None, mode: str, factors: dict[str, float]) -> None:
    """Write a table of speeds with fitted factors, for `load`.

    Parameters
    ----------
    path
        Where to write.
    base
        The table that they were fitted on; None for the package's. Its earlier factors of the mode
        are multiplied, its comments are not kept.
    factors
        Factor on the speed by class.
    """
    resource = base or resources.files("siting.network").joinpath("data/speeds.yaml")
    tree = yaml.safe_load(resource.read_text(encoding="utf-8"))
    fitted = dict(tree[mode].get("fitted", {}))
    for kind, factor in factors.items():
        fitted[kind] = round(fitted.get(kind, 1.0) * factor, 4)
    tree[mode]["fitted"] = fitted
    with replacing(path) as part:
        text = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False, default_flow_style=None)
        part.write_text(text, encoding="utf-8", newline="\n")


def _pick(
    tree: dict[str, Any], mode: str, date: dt.date, department: str, country: str, period: str
) -> Speeds:
    """Take what holds out of the file's tree."""
    legal = {name: _in_force(entries, date) for name, entries in tree["legal"].items()}
    local = [
        LocalRule(e["ref"], tuple(e.get("except_ref", ())), float(e["rural"]))
        for e in tree.get("departments", {}).get(department, ())
        if e["from"] <= date
    ]
    own = tree[mode]
    period_factors = own["periods"][period]
    if country not in legal:
        raise KeyError(country)
    caps = {
        key: own[key] for key in ("surface", "tracktype", "smoothness", "service") if key in own
    }
    return Speeds(
        mode=mode,
        period=period,
        moment=MOMENTS[period],
        country=country,
        legal=legal,
        local=tuple(local),
        classes=own["classes"],
        signed_factor=float(own.get("signed_factor", 1.0)),
        caps=caps,
        urban=float(period_factors["urban"]),
        rural=float(period_factors["rural"]),
        class_factors=period_factors.get("classes", {}),
        turns=Turns(**own.get("turns", {})),
        nodes=own.get("nodes", {}),
        access_kmh=float(own["access_kmh"]),
        push_kmh=float(own.get("push_kmh", 0.0)),
        steps_kmh=float(own.get("steps_kmh", 0.0)),
        fitted=own.get("fitted", {}),
    )


def _in_force(entries: list[dict[str, Any]], date: dt.date) -> dict[str, float]:
    """Limits in force at a date: entries up to it, later ones over earlier ones."""
    speeds: dict[str, float] = {}
    ordered = sorted(entries, key=lambda e: e["from"])
    for entry in [e for e in ordered if e["from"] <= date] or ordered[:1]:
        speeds |= {k: float(v) for k, v in entry.items() if k not in ("from", "status")}
    return speeds
