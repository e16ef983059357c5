"""What the workshop page asks: access, coverage and ranking of a scenario, in milliseconds.

What a study's `siting run` computes is computed here by the same functions, from times that are
kept (`road_states`). Nothing here keeps a client's state: a scenario travels with each question.
"""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.config import WhatIf
from siting.config.sites import Scoring
from siting.errors import ConfigError, SitingError
from siting.ranking import robustness, smaa
from siting.study import prepared
from siting.study import scenario as what_if
from siting.study.stages import scores as study_scores
from siting.study.stages import site_facts
from siting.study.stages import weights as study_weights
from siting.study.stages.site_facts import PEOPLE
from siting.times import matrix
from siting.workshop import kept_ground, road_states, zone_people
from siting.workshop.recent import Recent
from siting.workshop.road_states import FACILITIES, PlaceTimes, RoadStates
from siting.workshop.scenario import looked_at
from siting.workshop.scenario_sites import ScenarioSites

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from siting.config import Study
    from siting.config.scenario import Position
    from siting.ranking.candidate_facts import Float64, Minutes
    from siting.ranking.scores import Scores, SiteValues
    from siting.study.prepared import PreparedStudy
    from siting.study.stages.site_facts import StudyFacts
    from siting.times.matrix import Router
    from siting.workshop.road_states import RoadState

DRAWS, SEED = 5_000, 12  # weightings that a ranking is tried under
FIRST_PAGE_SECONDS = 2.0  # that a first page may take to ask
RECENT_VALUES = 64  # scenarios of which the raw values of the criteria are kept
RECENT_OTHERS = 16  # what other services give of a scenario


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

    minutes: Minutes
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
        The study, prepared.
    service
        The first service, which scenarios change.
    facilities
        Its facilities today.
    people
        Of each cell.
    zones
        `zone_kind,zone_code,zone_name,population`: the département, EPCI and zones of one's own.
    facts
        What its criteria draw on that no scenario changes.
    now
        Minutes from each cell to the nearest facility today, float32, NaN where there is none.
    """

    def __init__(
        self,
        base: PreparedStudy,
        standing: Minutes | None = None,
        looks: Looks | None = None,
    ) -> None:
        """Make a study ready.

        Parameters
        ----------
        standing
            What `kept_ground.standing` gives, where known.
        looks
            All looks at the study, of which this is one; none: this is the study as configured.
        """
        self.ground = base
        self._looks = looks or Looks(self)
        self._others: Recent[Answer] = Recent(RECENT_OTHERS)
        self.service = base.study.services[0]
        self.facilities = kept_ground.facilities(base)
        self.people = base.cells["population"].to_numpy(np.float64)
        kinds = base.read.zones[base.read.zones["zone_kind"] != "commune"]
        self._zones = zone_people.of_cells(kinds, base.cells["commune_code"], self.people)
        self.zones = self._zones.zones
        self.facts: StudyFacts = site_facts.unchanging(base)
        if standing is None:
            standing = kept_ground.standing(base)
        layers = {**self.facts.layers, FACILITIES: self.facilities}
        self._roads = RoadStates(base, layers, standing)
        self._sites = ScenarioSites(base, self.facilities)
        self._values: Recent[SiteValues] = Recent(RECENT_VALUES)
        self._drawn: Recent[smaa.Smaa] = Recent(RECENT_VALUES)
        self._answered = threading.Event()
        least = self._standing_nearest(self._roads.today, frozenset())[0]
        self.now = np.where(np.isfinite(least), least, np.nan).astype(np.float32)

    @cached_property
    def cell_places(self) -> Float64:
        """Longitude and latitude of a point in each cell, shape (cells, 2)."""
        points = self.ground.cells.to_crs(4326).geometry.representative_point()
        return np.column_stack([points.x, points.y])

    def warm(self) -> None:
        """Compute beforehand what questions need, once the first page has its answer."""
        self._answered.wait(FIRST_PAGE_SECONDS)
        with contextlib.suppress(SitingError):  # it is told to whoever asks
            self.values(WhatIf())

    def looking(self, service: str, mode: str) -> Workshop:
        """Give the workshop of the same study with a service first, by a mode of travel.

        Made once, when it is first asked for: another mode reads the roads.

        Raises
        ------
        ConfigError
            See `scenario.looked_at`.
        """
        return self._looks.get(service, mode)

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
        state = self._roads.after(change)
        opened = self._sites.opened(change)
        facilities = self._sites.standing(change) + opened
        least, facility = self._standing_nearest(state, frozenset(change.close))
        names = np.array([row["id"] for row in facilities], str)
        kept = len(facilities) - len(opened)
        for row in sorted(range(len(opened)), key=lambda row: str(opened[row]["id"])):
            site = opened[row]
            place = (float(site["lon"]), float(site["lat"]), str(site["commune_code"]))
            minutes = self._roads.to_place(state, PEOPLE, place)
            sooner = minutes < least
            ties = np.flatnonzero(minutes == least)  # of equal times, the smallest id
            sooner[ties] = names[facility[ties]] > str(site["id"])
            least = np.where(sooner, minutes, least)
            facility = np.where(sooner, kept + row, facility)
        known = np.isfinite(least)
        minutes = np.where(known, least, np.nan).astype(np.float32)
        covered, gained, lost = self._zones.covered(minutes, self.now, thresholds)
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
            self._zones.curve(minutes),
            total / reached if reached else float("nan"),
            float(self.people.sum()) - reached,
        )

    def beside(self, change: WhatIf, thresholds: Sequence[float]) -> dict[str, Answer]:
        """Compute what a scenario does to the services beside the first, by their id.

        Raises
        ------
        ConfigError
            The scenario changes a service that is none of them; or see `answer`.
        """
        study = self.ground.study
        others = [service.id for service in study.services[1:]]
        changes = {other.service: other for other in change.other_services}
        for name in changes:
            if name not in others or len(changes) != len(change.other_services):
                known = ", ".join(others) or "-"
                raise ConfigError("other_service_unknown", id=name, known=known)
        answers = {}
        for name in others:
            own = changes.get(name)
            opened, closed = (own.open, own.close) if own else ((), ())
            parts = {"open": opened, "close": closed, "other_services": ()}
            turned = change.model_copy(update=parts)
            there = self.looking(name, study.roads.mode)
            answers[name] = there.recently(turned, tuple(thresholds))
        return answers

    def recently(self, change: WhatIf, thresholds: tuple[float, ...]) -> Answer:
        """Give what a scenario does, as kept where it was asked lately; see `answer`."""
        return self._others.get((change, thresholds), lambda: self.answer(change, thresholds))

    def ranking(self, change: WhatIf, weights: Mapping[str, float]) -> Scores:
        """Rank the candidates under some weights, as the scenario leaves facilities and roads.

        Raises
        ------
        ConfigError
            A criterion is not one of the study's, one lacks, or no weight is positive.
        """
        known = [criterion.id for criterion in self.facts.criteria]
        strange = sorted(set(weights) ^ set(known))
        if strange:
            listed = {"given": ", ".join(strange), "known": ", ".join(known)}
            raise ConfigError("weights_of_criteria", **listed)
        if not sum(weights.values()) > 0:
            raise ConfigError("no_weight")
        return study_scores.by_own_weights(self.ground.study, self.values(change), weights)

    def values(self, change: WhatIf) -> SiteValues:
        """Give the candidates of a scenario and the raw values of their criteria."""
        return self._values.get(change, lambda: self._valued(change))

    def robustness(self, ranked: Scores) -> Robustness:
        """Tell what a ranking holds against: other weights, all weights, unknown values."""
        scale = ranked.of.scale()
        key = (ranked.raw.tobytes(), tuple(scale.of.sites))
        scoring = self.ground.study.scoring or Scoring()
        free = study_weights.informations(scoring, ranked.criteria)[study_weights.FREE]
        drawn = self._drawn.get(key, lambda: smaa.smaa("sum", scale, free, DRAWS, SEED))
        return Robustness(drawn, robustness.stability(scale, ranked.weights))

    def minutes_from(self, change: WhatIf, lon: float, lat: float) -> pd.DataFrame:
        """Minutes from a place to each open facility, nearest first.

        Returns
        -------
        `id,name,minutes`; NaN where there is no way.
        """
        router, facilities = self.router(change), self._sites.open(change)
        here = router.network.attach(self.here(lon, lat))
        times = matrix.dense(router, here, router.network.attach(facilities))
        table = facilities[["id", "name"]].assign(minutes=times.minutes[0])
        return table.sort_values(["minutes", "id"], ignore_index=True)

    def choices(self, change: WhatIf) -> tuple[Minutes, list[str], list[str]]:
        """Where sites may be chosen: minutes to what the scenario leaves open, then to candidates.

        Returns
        -------
        float32, shape (cells, facilities + candidates), and the ids of both.
        """
        state, standing = self._roads.after(change), self._sites.open(change)
        table = self.candidates(change)
        table = table[~table["id"].isin(set(standing["id"]) | set(self.facilities["id"]))]
        places = (*road_states.places(standing), *road_states.places(table))
        minutes = PlaceTimes(self._roads, state, places).to_sites(PEOPLE)
        return minutes, list(standing["id"]), list(table["id"])

    def here(self, lon: float, lat: float) -> pd.DataFrame:
        """Make a table of one place, `id,lon,lat`.

        Raises
        ------
        InputError
            It lies too far from the area.
        """
        self._sites.require_near([lon], [lat], [f"{lon:g} ; {lat:g}"])
        return pd.DataFrame({"id": ["here"], "name": ["-"], "lon": [lon], "lat": [lat]})

    def router(self, change: WhatIf) -> Router:
        """Give the roads as a scenario changes them."""
        return self._roads.after(change).router

    def candidates(self, change: WhatIf) -> pd.DataFrame:
        """Candidates, those that the scenario moves or adds among them; see `ScenarioSites`."""
        return self._sites.candidates(change)

    def standing_and_candidates(self, change: WhatIf) -> list[dict[str, Any]]:
        """Facilities of today, then candidates as the scenario leaves them; see `ScenarioSites`."""
        return [*self._sites.standing(WhatIf()), *what_if.rows(self.candidates(change))]

    def communes_at(self, places: Sequence[Position]) -> list[str]:
        """Code of the commune of each place, empty outside the territory."""
        return self._sites.communes_at(places)

    # -- what questions are answered from ----------------------------------------------------

    def _valued(self, change: WhatIf) -> SiteValues:
        """Gather and compute as `siting run` does, from the times that are kept."""
        base, state = self.ground, self._roads.after(change)
        table = self.candidates(change)
        changed = replace(base, read=replace(base.read, candidates=table), router=state.router)
        times = PlaceTimes(self._roads, state, road_states.places(table))
        now = self.answer(change, base.study.thresholds_minutes).minutes
        facts = site_facts.gather(changed, self.facts, now, times)
        return study_scores.valued(changed, self.facts, facts)

    def _standing_nearest(
        self, state: RoadState, closed: frozenset[str]
    ) -> tuple[Minutes, npt.NDArray[np.int64]]:
        """Least minutes to the facilities that stay, and which of those; infinite and -1: none.

        Of equal times the smallest id is taken, as in coverage.
        """

        def make() -> tuple[Minutes, npt.NDArray[np.int64]]:
            kept = ~self.facilities["id"].isin(closed).to_numpy()
            ids = self.facilities["id"].to_numpy(str)[kept]
            if not len(ids):
                count = len(self.people)
                return np.full(count, np.inf, np.float32), np.full(count, -1, np.int64)
            order = np.argsort(ids, kind="stable")
            minutes = state.facilities[:, kept][:, order]
            minutes = np.where(np.isnan(minutes), np.float32(np.inf), minutes)
            best = minutes.argmin(axis=1)
            least = minutes[np.arange(len(minutes)), best]
            return least, np.where(np.isfinite(least), order[best], -1)

        return state.nearest.get(closed, make)


class Looks:
    """The workshops of one study: one for each service first and each mode of travel.

    Parameters
    ----------
    first
        The study as it is configured.
    """

    def __init__(self, first: Workshop) -> None:
        self._first = first
        self._made: dict[tuple[str, str], Workshop] = {}
        self._guard = threading.Lock()

    def get(self, service: str, mode: str) -> Workshop:
        """Give one, made where it is first asked for; see `Workshop.looking`."""
        base = self._first.ground
        study = looked_at(base.study, service, mode)
        if study is base.study:
            return self._first
        key = (study.services[0].id, study.roads.mode)
        if key not in self._made:
            with self._guard:
                if key not in self._made:
                    self._made[key] = Workshop(self._ground(base, study), looks=self)
        return self._made[key]

    def _ground(self, base: PreparedStudy, study: Study) -> PreparedStudy:
        """The files, cells and roads of a look; those of a known mode are not read again."""
        mode = study.roads.mode
        if mode != base.study.roads.mode:
            known = [made.ground for (_, by), made in self._made.items() if by == mode]
            base = known[0] if known else prepared.moving(base, mode)
        return replace(base, study=study)


def open_study(study: Study, say: Callable[[str], None]) -> Workshop:
    """Read a study and make it ready for questions; see `prepared.prepare` for the errors.

    The scenario that the configuration itself holds is part of « today ».
    """
    opened = kept_ground.prepare(study, say)
    return Workshop(opened.ground, opened.standing)
