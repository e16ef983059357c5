"""What the workshop page asks: access, coverage and ranking of a scenario, in milliseconds.

Times to the existing facilities and to the candidates are computed once; a site that is moved costs
one tree, a closed road or another speed a copy of the metric. Nothing here keeps a client's state:
a scenario travels with each question.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.config import WhatIf
from siting.config.sites import Scoring
from siting.errors import ConfigError, InputError
from siting.network import roads
from siting.network.distance_table import DistanceNetwork
from siting.ranking import criteria, robustness, scores, smaa
from siting.ranking.criteria import Reach, SiteFacts
from siting.ranking.scales import Scale, Values
from siting.study import prepared
from siting.study import scenario as what_if
from siting.study.stages import site_facts
from siting.study.stages import weights as study_weights
from siting.territory import area
from siting.times import matrix
from siting.workshop import kept_ground, small_counts

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from siting.config import Place, Study
    from siting.network.routing import Attachment
    from siting.ranking.scores import Scores
    from siting.study.prepared import PreparedStudy
    from siting.times.matrix import Router

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

CURVE_MINUTES = 60
DRAWS, SEED = 5_000, 12  # weightings that a ranking is tried under
FIRST_PAGE_SECONDS = 2.0  # that a first page may take to ask
KEPT_LAYERS = 16  # more than a study has
KEPT_ROADS = 4  # sets of roads with all their times
KEPT_VALUES = 64  # scenarios of which the raw values of the criteria are kept
KEPT_CLOSURES = 32  # sets of closed facilities, for each set of roads
KEPT_PLACES = 512  # places of which the times are kept, for each set of roads

T = TypeVar("T")


class Kept(Generic[T]):
    """Answers kept by their question, the least recently asked dropped; safe among threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: OrderedDict[Hashable, T] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Give what is kept, or make it; two threads may make the same at once."""
        with self._guard:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make()
        with self._guard:
            self._held[key] = made
            while len(self._held) > self._size:
                self._held.popitem(last=False)
        return made


@dataclass(frozen=True)
class Column:
    """Minutes from every point of each layer to one place, NaN where there is no way.

    Attributes
    ----------
    people, seats, independents, everyday, tiers_lieux
        float32, shape (points of the layer,); None where the layer is absent.
    to_tiers_lieu, to_station, to_bus, to_carpool
        From the place to the nearest one; None where the layer is absent.
    """

    people: Float32
    seats: Float32
    independents: Float32 | None
    everyday: Float32 | None
    tiers_lieux: Float32 | None
    to_tiers_lieu: float | None
    to_station: float | None
    to_bus: float | None
    to_carpool: float | None


@dataclass(frozen=True)
class Roads:
    """One state of the roads: who is joined where, and the times computed so far.

    Attributes
    ----------
    router
        Ready for searches.
    joined
        Layers of the study joined to these roads, by name, as they are asked for.
    facilities
        Minutes from every cell to every facility, float32, shape (cells, facilities).
    cells_to, columns
        Minutes to the candidates and to places of one's own, from cells and from every layer.
    nearest
        The nearest facility of each cell, by which are closed.
    """

    router: Router
    joined: Kept[Attachment]
    facilities: Float32
    cells_to: Kept[Float32]
    columns: Kept[Column]
    nearest: Kept[tuple[Float32, npt.NDArray[np.int64]]]


@dataclass(frozen=True)
class Answer:
    """What a scenario does.

    Attributes
    ----------
    minutes
        From each cell to its nearest facility, float32, NaN where there is none.
    facility
        Row of that facility in `facilities`, -1 where there is none.
    facilities
        Those open in the scenario, each with `id,name,lon,lat`.
    covered
        People within each threshold, shape (zones, thresholds).
    gained, lost
        People who come within each threshold, and who leave it, against today; shape (zones,
        thresholds).
    curve
        People within 0 to 60 minutes, shape (61,).
    mean_minutes
        Of the people who reach a facility.
    unreached
        People who reach none.
    """

    minutes: Float32
    facility: npt.NDArray[np.int64]
    facilities: tuple[Mapping[str, Any], ...]
    covered: Float64
    gained: Float64
    lost: Float64
    curve: Float64
    mean_minutes: float
    unreached: float


@dataclass(frozen=True)
class Robustness:
    """How far a ranking holds.

    Attributes
    ----------
    drawn
        Ranks over weightings drawn evenly among all.
    stability
        Interval of each weight in which the first stays first: see `robustness.stability`.
    """

    drawn: smaa.Smaa
    stability: pd.DataFrame


class Workshop:
    """A study made ready for questions.

    Attributes
    ----------
    ground
        The study's ground.
    service
        The first service, which scenarios change.
    zones
        `zone_kind,zone_code,zone_name,population`: the département, EPCI and zones of one's own.
    """

    def __init__(self, base: PreparedStudy, standing: Float32 | None = None) -> None:
        """Make a study ready; `standing` is what `kept_ground.standing` gives, where known."""
        self.ground = base
        study, read = base.study, base.read
        self.service = study.services[0]
        self.facilities = kept_ground.facilities(base)
        self.people = base.cells["population"].to_numpy(np.float64)
        zones = read.zones[read.zones["zone_kind"] != "commune"]
        self._around = area.surroundings(read.boundaries, study.territory.crs)
        self._communes = what_if.communes(read.boundaries)
        self._standing = what_if.rows(self.facilities)
        self._sites = {str(one["id"]): one for one in what_if.rows(read.candidates)}
        codes = base.cells["commune_code"]
        self._zone, self._cell, self.zones = _membership(zones, codes, self.people)
        self._roads: Kept[Roads] = Kept(KEPT_ROADS)
        self._values: Kept[tuple[pd.DataFrame, pd.DataFrame]] = Kept(KEPT_VALUES)
        self._drawn: Kept[smaa.Smaa] = Kept(KEPT_VALUES)
        self.criteria = [criteria.parse(one.id) for one in study.criteria]
        if standing is None:
            standing = kept_ground.standing(base)
        self._answered = threading.Event()
        self._today = _timed(base.router, standing)
        none: frozenset[str] = frozenset()
        everyone = np.ones(len(self.facilities), dtype=np.bool_)
        least = self._standing_nearest(self._today, none, everyone)[0]
        self.now = np.where(np.isfinite(least), least, np.nan).astype(np.float32)

    def warm(self) -> None:
        """Compute beforehand what questions need, once the first page has its answer."""
        self._answered.wait(FIRST_PAGE_SECONDS)
        self.values(WhatIf())

    # -- questions ---------------------------------------------------------------------------

    def answer(self, change: WhatIf, thresholds: Sequence[float]) -> Answer:
        """Compute what a scenario does.

        Raises
        ------
        ConfigError
            A site, a facility or a link is unknown, or nothing stays open.
        InputError
            A place lies too far from the area.
        NetworkError
            There is no road at a position to close.
        """
        current = self._changed(change)
        opened = self._opened(change)
        closed = set(change.close)
        kept = np.array([one["id"] not in closed for one in self._standing], dtype=np.bool_)
        facilities = [one for one in self._standing if one["id"] not in closed] + opened
        least, facility = self._standing_nearest(current, frozenset(closed), kept)
        names = np.array([one["id"] for one in facilities], str)
        for row in sorted(range(len(opened)), key=lambda row: str(opened[row]["id"])):
            site = opened[row]
            place = (float(site["lon"]), float(site["lat"]), str(site["commune_code"]))
            minutes = self._cells_to(current, *place)
            sooner = minutes < least
            ties = np.flatnonzero(minutes == least)  # of equal times, the smallest id
            sooner[ties] = names[facility[ties]] > str(site["id"])
            least = np.where(sooner, minutes, least)
            facility = np.where(sooner, int(kept.sum()) + row, facility)
        minutes = np.where(np.isfinite(least), least, np.nan).astype(np.float32)
        covered, gained, lost = self._covered(minutes, thresholds)
        beyond = np.float32(CURVE_MINUTES + 1)
        step = np.ceil(np.fmin(minutes, beyond)).astype(np.intp)  # NaN is beyond as well
        curve = np.bincount(step, self.people, minlength=CURVE_MINUTES + 2)
        known = np.isfinite(least)
        reached = float(self.people[known].sum())
        # not by `@`: the threads of BLAS would spin beside
        total = float((self.people[known] * minutes[known]).sum())
        self._answered.set()
        return Answer(
            minutes,
            facility,
            tuple(facilities),
            covered,
            gained,
            lost,
            np.cumsum(curve, dtype=np.float64)[: CURVE_MINUTES + 1],
            total / reached if reached else float("nan"),
            float(self.people.sum()) - reached,
        )

    def _covered(
        self, minutes: Float32, thresholds: Sequence[float]
    ) -> tuple[Float64, Float64, Float64]:
        """People within each threshold, who come within it, who leave it; (zones, thresholds)."""
        beyond = len(thresholds)  # how many thresholds a cell is beyond, in the scenario and today
        limits = np.asarray(thresholds, np.float32)
        then, now = (np.searchsorted(limits, each) for each in (minutes, self.now))
        kinds, zones = (beyond + 1) ** 2, len(self.zones)
        kind = (then * (beyond + 1) + now)[self._cell] + self._zone * kinds
        people = np.bincount(kind, self.people[self._cell], minlength=zones * kinds)
        by = people.reshape(zones, beyond + 1, beyond + 1)  # a zone's, beyond how many, and today
        covered, gained, lost = (np.zeros((zones, beyond)) for _ in range(3))
        for one in range(beyond):
            covered[:, one] = by[:, : one + 1].sum(axis=(1, 2))
            gained[:, one] = by[:, : one + 1, one + 1 :].sum(axis=(1, 2))
            lost[:, one] = by[:, one + 1 :, : one + 1].sum(axis=(1, 2))
        return covered, gained, lost

    def ranking(self, change: WhatIf, weights: Mapping[str, float]) -> Scores:
        """Rank the candidates under some weights, as the scenario leaves facilities and roads.

        Raises
        ------
        ConfigError
            A criterion is not one of the study's, one lacks, or no weight is positive.
        """
        strange = sorted(set(weights) ^ {one.id for one in self.criteria})
        if strange:
            known = ", ".join(one.id for one in self.criteria)
            raise ConfigError("weights_of_criteria", given=", ".join(strange), known=known)
        if not sum(weights.values()) > 0:
            raise ConfigError("no_weight")
        sites, raw = self.values(change)
        return scores.weighted_mean(
            sites,
            self.criteria,
            [weights[one.id] for one in self.criteria],
            raw,
            self.ground.study.equipment_cap,
        )

    def values(self, change: WhatIf) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Give the candidates, and the raw values of their criteria, small counts stood in for."""
        return self._values.get(change, lambda: self._compute_values(change))

    def robustness(self, found: Scores) -> Robustness:
        """Tell what a ranking holds against: other weights, all weights, unknown values."""
        more = np.array([one.definition.better == "more" for one in found.criteria], np.bool_)
        ids = found.sites["site_id"].to_numpy(str)
        scale = Scale("min_max", Values(ids, tuple(c.id for c in found.criteria), more, found.raw))
        key = (found.raw.tobytes(), tuple(ids))
        asked = self.ground.study.scoring or Scoring()
        known = study_weights.informations(asked, self.criteria)[study_weights.FREE]
        drawn = self._drawn.get(key, lambda: smaa.smaa("sum", scale, known, DRAWS, SEED))
        return Robustness(drawn, robustness.stability(scale, found.weights))

    def minutes_from(self, change: WhatIf, lon: float, lat: float) -> pd.DataFrame:
        """Minutes from a place to each open facility, nearest first.

        Returns
        -------
        `id,name,minutes`; NaN where there is no way.
        """
        current = self._changed(change)
        facilities = self._facilities(change)
        network = current.router.network
        here = network.attach(self.here(lon, lat))
        times = matrix.dense(current.router, here, network.attach(facilities))
        table = facilities[["id", "name"]].assign(minutes=times.minutes[0])
        return table.sort_values(["minutes", "id"], ignore_index=True)

    def choices(self, change: WhatIf) -> tuple[Float32, list[str], list[str]]:
        """Where sites may be chosen: minutes to what the scenario leaves open, then to candidates.

        Returns
        -------
        float32, shape (cells, facilities + candidates), and the ids of both.
        """
        current = self._changed(change)
        standing = self._facilities(change)
        table = self.candidates(change)
        table = table[~table["id"].isin(set(standing["id"]) | set(self.facilities["id"]))]
        places = [*_positions(standing), *_positions(table)]
        minutes = np.column_stack([self._cells_to(current, *place) for place in places])
        return minutes, list(standing["id"]), list(table["id"])

    def here(self, lon: float, lat: float) -> pd.DataFrame:
        """Make a table of one place, `id,lon,lat`.

        Raises
        ------
        InputError
            It lies too far from the area.
        """
        self._require_near_all([lon], [lat], [f"{lon:g} ; {lat:g}"])
        return pd.DataFrame({"id": ["here"], "name": ["-"], "lon": [lon], "lat": [lat]})

    def router(self, change: WhatIf) -> Router:
        """Give the roads as a scenario changes them."""
        return self._changed(change).router

    # -- states of the roads -----------------------------------------------------------------

    def _changed(self, change: WhatIf) -> Roads:
        key = (change.closed_links, change.closed_roads, change.speed_factor)
        if key == ((), (), 1.0):
            return self._today
        return self._roads.get(key, lambda: self._other_roads(change))

    @cached_property
    def _layers(self) -> Mapping[str, pd.DataFrame]:
        """Tables of points beside the cells, by name, where the study has them."""
        base, read = self.ground, self.ground.read
        tables = {
            "seats": site_facts.chefs_lieux(base),
            "independents": site_facts.independents(base),
            "everyday": site_facts.everyday(base),
            "tiers_lieux": read.tiers_lieux,
            "stations": read.stations,
            "bus_stops": read.bus_stops,
            "carpool_areas": read.carpool_areas,
            "facilities": self.facilities,
        }
        return {name: table for name, table in tables.items() if table is not None}

    def _has(self, name: str) -> bool:
        return name == "people" or (name in self._layers and len(self._layers[name]) > 0)

    def _layer(self, current: Roads, name: str) -> Attachment:
        """A layer's points joined to some roads."""

        def make() -> Attachment:
            base, network = self.ground, current.router.network
            if current is not self._today:  # everyone is joined where they were
                here = self._layer(self._today, name)
                return network.rejoined(here) if isinstance(network, roads.RoadNetwork) else here
            return base.demand if name == "people" else network.attach(self._layers[name])

        return current.joined.get(name, make)

    def _other_roads(self, change: WhatIf) -> Roads:
        """Roads with some closed or at another speed."""
        base = self.ground.router
        network = prepared.changed_roads(base.network, self.ground.read, change)
        if isinstance(network, DistanceNetwork):
            current = _timed(matrix.prepare(network), self._today.facilities)
        else:
            current = _timed(matrix.with_times(base, network), self._today.facilities)
        joined = (self._layer(current, name) for name in ("people", "facilities"))
        return replace(current, facilities=matrix.towards(current.router, *joined).minutes)

    # -- times of places ---------------------------------------------------------------------

    def _cells_to(self, current: Roads, lon: float, lat: float, commune: str) -> Float32:
        """Minutes from every cell to a place."""

        def make() -> Float32:
            place = self._joined(current, lon, lat, commune)
            joined = self._layer(current, "people")
            minutes: Float32 = matrix.towards(current.router, joined, place).minutes[:, 0]
            return minutes

        return current.cells_to.get((lon, lat, commune), make)

    def _column(self, current: Roads, lon: float, lat: float, commune: str) -> Column:
        """Minutes from every point of every layer to a place."""

        def make() -> Column:
            place = self._joined(current, lon, lat, commune)
            router = current.router

            def to(name: str) -> Float32 | None:
                if not self._has(name):
                    return None
                joined = self._layer(current, name)
                found: Float32 = matrix.towards(router, joined, place).minutes[:, 0]
                return found

            def to_nearest(name: str) -> float | None:
                if not self._has(name):
                    return None
                times = matrix.dense(router, place, self._layer(current, name)).minutes[0]
                return float(np.nanmin(times)) if (~np.isnan(times)).any() else float("nan")

            seats = to("seats")
            assert seats is not None  # noqa: S101 - there are communes
            return Column(
                self._cells_to(current, lon, lat, commune),
                seats,
                to("independents"),
                to("everyday"),
                to("tiers_lieux"),
                to_nearest("tiers_lieux"),
                to_nearest("stations"),
                to_nearest("bus_stops"),
                to_nearest("carpool_areas"),
            )

        return current.columns.get((lon, lat, commune), make)

    @staticmethod
    def _joined(current: Roads, lon: float, lat: float, commune: str) -> Attachment:
        place = pd.DataFrame(
            {"id": ["place"], "lon": [lon], "lat": [lat], "commune_code": [commune]}
        )
        return current.router.network.attach(place)

    # -- tables of a scenario ----------------------------------------------------------------

    def candidates(self, change: WhatIf) -> pd.DataFrame:
        """Candidates, those that the scenario moves or adds among them.

        Raises
        ------
        InputError
            One lies too far from the area.
        """
        read = self.ground.read
        if not change.candidates:
            return read.candidates
        self._require_near(change.candidates)
        return what_if.candidates(read.candidates, change.candidates, self._communes)

    def _opened(self, change: WhatIf) -> list[dict[str, Any]]:
        """Sites that the scenario opens, each with `id,name,lon,lat,commune_code`."""
        own = tuple(one for one in change.open if not isinstance(one, str))
        self._require_near(own)
        self._require_near(change.candidates)
        sites = self._sites
        if change.candidates:
            lon = [one.lon for one in change.candidates]
            codes = self._communes.at(lon, [one.lat for one in change.candidates])
            rows = (
                {**one.model_dump(), "commune_code": code}
                for one, code in zip(change.candidates, codes, strict=True)
            )
            sites = sites | {str(row["id"]): row for row in rows}
        ids = [str(one["id"]) for one in self._standing]
        return what_if.opened_rows(ids, sites, change.open, change.close)

    def _facilities(self, change: WhatIf) -> pd.DataFrame:
        opened = pd.DataFrame(self._opened(change), columns=what_if.SITE)
        kept = self.facilities[~self.facilities["id"].isin(change.close)][what_if.SITE]
        return pd.concat([one for one in (kept, opened) if len(one)], ignore_index=True)

    def _require_near(self, places: Sequence[Place]) -> None:
        lon, lat = [one.lon for one in places], [one.lat for one in places]
        self._require_near_all(lon, lat, [one.name for one in places])

    def _require_near_all(
        self, lon: Sequence[float], lat: Sequence[float], names: Sequence[str]
    ) -> None:
        limit = self.ground.study.territory.buffer_km
        metres = self._around.metres_to(lon, lat)
        for name, one in zip(names, metres, strict=True):
            if not one <= limit * 1000:
                km = f"{one / 1000:.0f}" if np.isfinite(one) else "∞"
                raise InputError("place_outside", name=name, km=km, limit=f"{limit:g}")

    def _compute_values(self, change: WhatIf) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Sites, and the raw values of their criteria."""
        current = self._changed(change)
        table = self.candidates(change)
        columns = [self._column(current, *place) for place in _positions(table)]
        read = self.ground.read

        def reach(name: str, parts: list[Float32 | None]) -> Reach | None:
            known = [part for part in parts if part is not None]
            if name != "people" and name in self._layers and not self._has(name):
                return Reach(np.zeros(0), np.zeros((0, len(table)), np.float32))
            if len(known) < len(parts):
                return None
            minutes = np.column_stack(known)
            return Reach(self.people if name == "people" else np.ones(len(minutes)), minutes)

        def nearest(parts: list[float | None]) -> Float32 | None:
            known = [part for part in parts if part is not None]
            return np.array(known, np.float32) if len(known) == len(parts) else None

        people = reach("people", [one.people for one in columns])
        assert people is not None  # noqa: S101 - there are cells
        facts = SiteFacts(
            commune_codes=table["commune_code"].to_numpy(object),
            people=people,
            minutes_now=self.answer(change, self.ground.study.thresholds_minutes).minutes,
            communes=read.communes["code"].to_numpy(object),
            commune_minutes=np.column_stack([one.seats for one in columns]),
            independents=reach("independents", [one.independents for one in columns]),
            everyday=reach("everyday", [one.everyday for one in columns]),
            minutes_to_tiers_lieu=nearest([one.to_tiers_lieu for one in columns]),
            minutes_to_station=nearest([one.to_station for one in columns]),
            broadband=read.broadband,
            tiers_lieux=reach("tiers_lieux", [one.tiers_lieux for one in columns]),
            minutes_to_bus=nearest([one.to_bus for one in columns]),
            minutes_to_carpool=nearest([one.to_carpool for one in columns]),
            services_here=site_facts.services_here(read.everyday, table),
            spared=site_facts.spared(
                replace(self.ground, read=replace(read, candidates=table), router=current.router)
            ),
            entered=site_facts.entered(read.evidence, table, self.ground.study.candidates),
            fewest=site_facts.fewest(self.ground),
        )
        sites = table.rename(columns={"id": "site_id"})[["site_id", "name", "commune_code"]]
        raw = criteria.values(self.criteria, facts)
        return sites.reset_index(drop=True), small_counts.hidden(self.criteria, raw)

    def _standing_nearest(
        self, current: Roads, closed: frozenset[str], kept: npt.NDArray[np.bool_]
    ) -> tuple[Float32, npt.NDArray[np.int64]]:
        """Least minutes to the facilities that stay, and which of those; infinite and -1: none.

        Of equal times the smallest id is taken, as in coverage.
        """

        def make() -> tuple[Float32, npt.NDArray[np.int64]]:
            ids = self.facilities["id"].to_numpy(str)[kept]
            if not len(ids):
                count = len(self.people)
                return np.full(count, np.inf, np.float32), np.full(count, -1, np.int64)
            order = np.argsort(ids, kind="stable")
            known = current.facilities[:, kept][:, order]
            known = np.where(np.isnan(known), np.float32(np.inf), known)
            best = known.argmin(axis=1)
            least = known[np.arange(len(known)), best]
            return least, np.where(np.isfinite(least), order[best], -1)

        return current.nearest.get(closed, make)


def open_study(study: Study, say: Callable[[str], None]) -> Workshop:
    """Read a study and make it ready for questions; see `prepared.prepare` for the errors.

    The scenario that the configuration itself holds is part of « today ».
    """
    found = kept_ground.prepare(study, say)
    return Workshop(found.ground, found.standing)


def _timed(router: Router, facilities: Float32) -> Roads:
    """Roads of which the times to the facilities are known."""
    kept: Kept[Attachment] = Kept(KEPT_LAYERS)
    return Roads(
        router, kept, facilities, Kept(KEPT_PLACES), Kept(KEPT_PLACES), Kept(KEPT_CLOSURES)
    )


def _positions(table: pd.DataFrame) -> list[tuple[float, float, str]]:
    """Longitude, latitude and commune of each row."""
    columns = (table["lon"], table["lat"], table["commune_code"])
    return [(float(x), float(y), str(code)) for x, y, code in zip(*columns, strict=True)]


def _membership(
    zones: pd.DataFrame, communes: pd.Series, people: Float64
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], pd.DataFrame]:
    """Which zone has which cell, pair by pair, and the zones with their people."""
    keys = ["zone_kind", "zone_code", "zone_name"]
    names = zones[keys].drop_duplicates().reset_index(drop=True)
    number = pd.MultiIndex.from_frame(names).get_indexer(pd.MultiIndex.from_frame(zones[keys]))
    rows = pd.DataFrame({"commune": zones["commune_code"].to_numpy(), "zone": number})
    cells = pd.DataFrame({"commune": communes.to_numpy(), "cell": np.arange(len(communes))})
    both = cells.merge(rows, on="commune")
    zone, cell = both["zone"].to_numpy(np.intp), both["cell"].to_numpy(np.intp)
    held = np.bincount(zone, people[cell], minlength=len(names))
    return zone, cell, names.assign(population=held)
