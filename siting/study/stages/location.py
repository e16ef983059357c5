"""From the keys of `locate:` to its plan: people, sites, minutes, a location model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting.errors import ConfigError, ModelError
from siting.location import problem as problems
from siting.location import registry, solver
from siting.location.attributes import Attributes
from siting.location.question import LocationQuestion
from siting.location.search import Limits
from siting.study import prepared
from siting.study.stages import answers as study_answers
from siting.study.stages import likely_users, site_facts

if TYPE_CHECKING:
    from siting.config import Study
    from siting.config.location import Locate
    from siting.location.problem import Problem
    from siting.location.result import Solution
    from siting.study.inputs import Inputs
    from siting.study.prepared import PreparedStudy

SITE_COLUMNS = ["id", "name", "commune_code", "lon", "lat"]


@dataclass(frozen=True)
class Located:
    """What `locate:` found.

    Attributes
    ----------
    problem
        People, sites and the minutes between them.
    answers
        Of each phase (one, where there are none), by increasing number of sites.
    places
        `id,name,commune_code,lon,lat` of the sites, in the order of the problem's.
    demand
        `id,commune_code,population` of all people, and `left_out` where no site reaches them and
        the question leaves them out; the others are the problem's, in its order.
    """

    problem: Problem
    answers: tuple[Solution, ...]
    places: pd.DataFrame
    demand: pd.DataFrame

    @property
    def last(self) -> Solution:
        """The answer of the last phase, or of the first that has no plan."""
        without = [answer for answer in self.answers if answer.objective is None]
        return without[0] if without else self.answers[-1]


def check(study: Study, read: Inputs) -> None:
    """Refuse a question that names what the study does not have; no route is searched.

    Raises
    ------
    ConfigError, ModelError
        A service, an EPCI or a site is unknown, there are fewer sites than p, or the register or
        the survey that tells who comes is absent.
    """
    locate = study.locate
    if locate is None:
        return
    _service(study, locate)
    _floors(locate, read)
    _require_demand(study, read, locate)
    cells = prepared.demand_cells(study, read) if locate.sites == "cells" else None
    places, existing = _places(study, read, locate, cells)
    _problem(locate, places, existing, np.zeros((1, len(places))), np.ones(1), ["-"])


def _require_demand(study: Study, read: Inputs, locate: Locate) -> None:
    """Refuse people or a decay that nothing tells."""
    answered = study.survey is not None and study.survey.answers is not None
    if locate.demand in ("likely_users", "expected_users") and read.establishments is None:
        raise ConfigError("locate_no_register")
    if locate.demand == "expected_users" and likely_users.expected_by_commune(study, read) is None:
        raise ConfigError("locate_no_interest")
    if locate.decay == "survey" or (locate.demand == "likely_users" and answered):
        study_answers.fitted(study, read)


def solve(ground: PreparedStudy, limits: Limits | None = None) -> Located:
    """Answer the question of `locate:`.

    Parameters
    ----------
    ground
        Of a study that has this key.
    limits
        When to stop each phase, in place of the configuration's limit of work.

    Raises
    ------
    ConfigError, ModelError
        See `check`; or a capacity is missing.
    """
    study, read, locate = ground.study, ground.read, ground.study.locate
    if locate is None:
        raise ConfigError("no_locate")
    _service(study, locate)
    places, existing = _places(study, read, locate, ground.cells)
    demand = _demand(ground, locate)
    minutes = ground.minutes(demand, places)
    people = demand["population"].to_numpy(float)
    closed = places["id"].isin(locate.closed).to_numpy(bool)
    left_out = np.zeros(len(people), bool)
    if locate.leave_out_unreached:
        left_out |= np.isnan(minutes[:, ~closed]).all(axis=1)
    if left_out.all():
        raise ModelError("nobody_reached", people=f"{people.sum():g}")
    kept = demand[pd.Series(~left_out, demand.index)]
    problem = _problem(locate, places, existing, minutes[~left_out], people[~left_out], kept["id"])
    if limits is None:
        limits = Limits(work=locate.work, gap=locate.gap, seed=locate.seed)
    question = _question(study, read, locate)
    attributes = _attributes(read, locate, problem, kept)
    if locate.phases:
        answers = solver.solve_phases(
            problem, question, locate.phases, limits, attributes, locate.first
        )
    else:
        answers = [solver.solve(problem, question, limits, attributes)]
    return Located(
        problem, tuple(answers), places, demand.assign(left_out=pd.Series(left_out, demand.index))
    )


def _service(study: Study, locate: Locate) -> str:
    """Id of the service whose facilities serve."""
    known = [service.id for service in study.services]
    wanted = locate.service or known[0]
    if wanted not in known:
        raise ConfigError("unknown_service", id=wanted, known=", ".join(known))
    return wanted


def _places(
    study: Study, read: Inputs, locate: Locate, cells: pd.DataFrame | None
) -> tuple[pd.DataFrame, list[str]]:
    """Sites (those that serve already first), and the ids of those."""
    there = read.services[_service(study, locate)]
    if locate.sites == "facilities":
        # what stands beyond the border is not the study's to choose
        inside = there["commune_code"].isin(read.communes["code"])
        new, there = there[inside], there[~inside]
    elif locate.sites == "communes":
        new = site_facts.seats(read.communes)
    elif locate.sites == "cells":
        assert cells is not None  # noqa: S101 - the caller's business
        new = pd.DataFrame(cells).rename(columns={"cell_id": "id"}).assign(name="")
    else:
        new = read.candidates
    parts = [there, new] if locate.existing else [new]
    places = pd.concat([part[SITE_COLUMNS] for part in parts if len(part)], ignore_index=True)
    again = places["id"].duplicated()
    if again.any():
        raise ConfigError("locate_ids_clash", ids=problems.shown(places.loc[again, "id"].unique()))
    return places, list(there["id"]) if locate.existing else []


def _demand(ground: PreparedStudy, locate: Locate) -> pd.DataFrame:
    """`id,commune_code,population,lon,lat` of the people."""
    if locate.demand == "cells":
        return pd.DataFrame(ground.cells).rename(columns={"cell_id": "id"})
    if locate.demand == "likely_users":
        return _likely_users(ground)
    if locate.demand == "expected_users":
        return _expected_users(ground)
    return site_facts.seats(ground.read.communes)


def _likely_users(ground: PreparedStudy) -> pd.DataFrame:
    """Likely users of the register at their commune's chef-lieu, in place of people.

    They are those of `census:` where it is configured, else independents of `independents_naf`.
    Where the survey says it, each counts the days a month that they would come from next door.

    Raises
    ------
    ConfigError
        There is no register.
    """
    study, read = ground.study, ground.read
    if read.establishments is None:
        raise ConfigError("locate_no_register")
    chosen = likely_users.selected(study, read)
    days = 1.0
    if study.survey is not None and study.survey.answers is not None:
        days = study_answers.fitted(study, read).days_near
    seats = site_facts.seats(read.communes)
    count = chosen["commune_code"].value_counts()
    return seats.assign(population=seats["commune_code"].map(count).fillna(0.0) * days)


def _expected_users(ground: PreparedStudy) -> pd.DataFrame:
    """Users whom declared interest and the census let expect, at their commune's chef-lieu.

    They are people, not days: interest is in the rate already, so that the days of the survey,
    which count those who would never come, do not multiply it again.

    Raises
    ------
    ConfigError
        There is no register, or nobody's interest was declared.
    """
    study, read = ground.study, ground.read
    if read.establishments is None:
        raise ConfigError("locate_no_register")
    users = likely_users.expected_by_commune(study, read)
    if users is None:
        raise ConfigError("locate_no_interest")
    seats = site_facts.seats(read.communes)
    return seats.assign(population=users.reindex(seats["commune_code"]).to_numpy(np.float64))


def _problem(
    locate: Locate,
    places: pd.DataFrame,
    existing: list[str],
    minutes: np.ndarray,
    people: np.ndarray,
    demand_ids: Any,
) -> Problem:
    problem = problems.from_arrays(
        minutes,
        people,
        demand_ids=demand_ids,
        site_ids=places["id"],
        existing=existing,
        required=locate.required,
        closed=locate.closed,
    )
    for p in locate.phases or (locate.p,):
        if p is not None:
            problem.free_places(p)
    _rooms(locate, problem)
    return problem


def _question(study: Study, read: Inputs, locate: Locate) -> LocationQuestion:
    """The model that is asked for, and its parameters."""
    takes = registry.get(locate.model).plain.parameters
    survey = locate.decay == "survey"
    return LocationQuestion(
        locate.model,
        locate.p,
        locate.max_minutes,
        locate.full_minutes,
        levels=study.thresholds_minutes if "levels" in takes else None,
        decay=study_answers.fitted(study, read).decay if survey else None,
        split=locate.split,
        floor=_floors(locate, read),
    )


def _attributes(read: Inputs, locate: Locate, problem: Problem, demand: pd.DataFrame) -> Attributes:
    """Capacities of the sites, and the EPCI of the demand, where the question has them."""
    rooms = _rooms(locate, problem)
    sites, zones = pd.DataFrame(index=problem.site_ids), pd.DataFrame(index=problem.demand_ids)
    if rooms is not None:
        sites["capacity"] = rooms
    if locate.floor is not None:
        zones["zone"] = demand["commune_code"].map(_zones(read)).to_numpy(object)
    return Attributes(sites, zones)


def _rooms(locate: Locate, problem: Problem) -> np.ndarray | None:
    """Capacity of each site; None where there are none."""
    given = locate.capacity
    if given is None:
        return None
    if not isinstance(given, dict):
        return np.full(problem.site_ids.size, given)
    ids = set(problem.site_ids)
    unknown = sorted(set(given) - ids)
    if unknown:
        raise ConfigError("capacity_unknown", ids=problems.shown(np.array(unknown, object)))
    missing = sorted(ids - set(given) - set(locate.closed))
    if missing:
        raise ConfigError("capacity_missing", ids=problems.shown(np.array(missing, object)))
    return np.array([given.get(site, 0.0) for site in problem.site_ids])


def _zones(read: Inputs) -> dict[str, str]:
    """What an EPCI is called in reasons and floors, by commune."""
    communes = read.communes
    labels = communes["epci_name"] + " (" + communes["epci_code"] + ")"
    return dict(zip(communes["code"], labels, strict=True))


def _floors(locate: Locate, read: Inputs) -> dict[str, float] | None:
    """Share of each EPCI to be covered, by what it is called; None where there are none."""
    given = locate.floor
    if given is None:
        return None
    names = read.communes["code"].map(_zones(read))
    labels = dict(zip(read.communes["epci_code"], names, strict=True))
    if not isinstance(given, dict):
        return dict.fromkeys(map(str, labels.values()), given)
    unknown = sorted(set(given) - set(labels))
    if unknown:
        known = ", ".join(sorted(labels))
        raise ConfigError("floor_unknown", codes=", ".join(unknown), known=known)
    return {str(labels[code]): share for code, share in given.items()}
