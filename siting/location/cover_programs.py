r"""Covering with conditions: backup, floors by zone, several services (HiGHS on merged demand).

Demands that the same sites cover (and that are alike for the condition) are one group g of weight
:math:`w_g`, covered by the sites :math:`J_g`; y_j says that site j is open, p of them new.

- Backup (BACOP, Hogan and ReVelle 1986): :math:`z^1_g + z^2_g \le \sum_{j \in J_g} y_j`; maximise
  :math:`\sum_g w_g (\theta z^1_g + (1 - \theta) z^2_g)`, z in [0, 1], :math:`\theta \ge 1/2`. With
  `everyone`, :math:`z^1_g = 1`: the first cover is a duty.
- Floors: MCLP with :math:`\sum_{g \in Z} w_g z_g \ge a_Z \sum_{g \in Z} w_g` for each zone Z.
- Services: service s opens in :math:`v_{js} \le y_j`, at most :math:`q_s` times;
  :math:`z_{gs} \le \sum_{j \in J_{gs}} v_{js}`; maximise :math:`\sum_s \sum_g w_{gs} z_{gs}`.

Covered means minutes <= max_minutes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from siting.errors import ModelError
from siting.location import covering, mclp, milp, plans, set_cover
from siting.location.builder import Builder, add_cover, identity, site_columns
from siting.location.problem import shown
from siting.location.result import Reason
from siting.location.search import Limits, Search

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from siting.location.assignment import Float64
    from siting.location.covering import Groups
    from siting.location.problem import Problem
    from siting.location.result import Solution
    from siting.location.search import Sites


@dataclass(frozen=True)
class CoverService:
    """A service that some of the open sites offer.

    Attributes
    ----------
    weights
        Demand for it, shape (demands,).
    max_minutes
        Time within which it covers.
    most
        At most so many sites offer it, existing ones included; None: all may.
    """

    weights: npt.ArrayLike
    max_minutes: float
    most: int | None = None


def backup(
    problem: Problem,
    p: int,
    max_minutes: float,
    *,
    first_share: float = 0.5,
    everyone: bool = False,
    limits: Limits | None = None,
) -> Solution:
    """Choose p sites so that the most weight is covered, and covered twice.

    Parameters
    ----------
    problem, p, max_minutes, limits
        As for the MCLP.
    first_share
        Theta, between 0.5 and 1.
    everyone
        Everyone (demand of weight > 0) must be covered once; maximise the weight covered twice.

    Raises
    ------
    ModelError
        Theta is out of range, or see `Problem.free_places`.
    """
    if not 0.5 <= first_share <= 1:
        raise ModelError("bad_number", name="first_share", value=first_share, expected="0.5-1")
    k = problem.free_places(p)
    search = Search(limits or Limits())
    cover = problem.minutes <= max_minutes
    theta = 0.0 if everyone else first_share
    counted = problem.weights > 0

    def value(sites: Sites) -> float:
        times = cover[sites][:, counted].sum(axis=0)
        weights = problem.weights[counted]
        return float(theta * weights[times >= 1].sum() + (1 - theta) * weights[times >= 2].sum())

    groups = _reachable(covering.of_cover(cover[:, counted], problem.weights[counted]))
    model = Builder()
    y = site_columns(model, problem, k)
    ones, size = np.ones(groups.weight.size), groups.weight.size
    once = model.add_columns(-theta * groups.weight, ones if everyone else 0 * ones, ones)
    twice = model.add_columns(-(1 - theta) * groups.weight, 0 * ones, ones)
    eye = identity(size)
    model.add_rows(
        [(once, eye), (twice, eye), (y, csr_array(-groups.cover.T.astype(float)))],
        np.full(size, -milp.INFINITY),
        np.zeros(size),
    )
    reason = None
    if everyone and not _covered_somewhere(problem, cover, counted):
        reason = _cannot_cover(problem, p, cover, counted)
    if reason is None:
        _run(model.program(), problem, value, search)
        if search.lower == math.inf:
            reason = _cannot_cover(problem, p, cover, counted)
    total = float(problem.weights.sum())
    objective = None if search.sites is None else value(search.sites)
    figures = {"max_minutes": max_minutes, "first_share": theta}
    return plans.solution(
        problem,
        "backup-coverage",
        _shifted(search, total),
        objective,
        total=total,
        reason=reason,
        figures=figures,
    )


def floors(
    problem: Problem,
    p: int,
    max_minutes: float,
    zones: npt.ArrayLike,
    floor: float | Mapping[str, float],
    limits: Limits | None = None,
) -> Solution:
    """Choose p sites that cover most, and in each zone at least a share of its demand.

    Parameters
    ----------
    problem, p, max_minutes, limits
        As for the MCLP.
    zones
        Zone of each demand (for example its EPCI), shape (demands,).
    floor
        Share between 0 and 1, for all zones or by zone (zones not named have none).

    Raises
    ------
    ModelError
        A share is out of range, or see `Problem.free_places`.
    """
    k = problem.free_places(p)
    zone_names, zone_of = np.unique(np.asarray(zones).astype(str), return_inverse=True)
    shares = np.array(
        [
            float(floor.get(z, 0.0)) if not isinstance(floor, float | int) else float(floor)
            for z in zone_names
        ]
    )
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ModelError("bad_number", name="floor", value=shares.max(), expected="0-1")
    search = Search(limits or Limits())
    cover = problem.minutes <= max_minutes
    of_zone = np.array([problem.weights[zone_of == z].sum() for z in range(zone_names.size)])
    need = shares * of_zone

    def value(plan: Sites) -> float:
        return float(problem.weights[cover[plan].any(axis=0)].sum())

    _run(_floor_program(problem, k, cover, zone_of, shares), problem, value, search)
    reason = None
    if search.lower == math.inf:
        reason = _floor_reason(problem, p, cover, zone_names, zone_of, need)
    total = float(problem.weights.sum())
    objective = None if search.sites is None else value(search.sites)
    figures: dict[str, object] = {"max_minutes": max_minutes}
    if search.sites is not None:
        reached = cover[search.sites].any(axis=0) * problem.weights
        figures["covered_by_zone"] = {
            str(name): float(reached[zone_of == i].sum()) for i, name in enumerate(zone_names)
        }
    return plans.solution(
        problem,
        "covering-with-floors",
        _shifted(search, total),
        objective,
        total=total,
        reason=reason,
        figures=figures,
    )


def _floor_program(
    problem: Problem, k: int, cover: np.ndarray, zone_of: np.ndarray, shares: Float64
) -> milp.Program:
    """Cover most by k sites, and of each zone (numbered by `zone_of`) at least its share."""
    zone_bits = zone_of[None, :] == np.arange(shares.size)[:, None]
    joint = covering.of_cover(np.vstack([cover, zone_bits]), problem.weights)
    sites = problem.site_ids.size
    groups = covering.Groups(joint.cover[:sites], joint.weight, joint.group_of)
    in_zone = joint.cover[sites:]
    of_zone = np.array([problem.weights[zone_of == z].sum() for z in range(shares.size)])
    model = Builder()
    y = site_columns(model, problem, k)
    size = groups.weight.size
    z = model.add_columns(-groups.weight, np.zeros(size), np.ones(size))
    add_cover(model, z, y, groups)
    part = in_zone * groups.weight[None, :] / np.where(of_zone > 0, of_zone, 1.0)[:, None]
    model.add_rows(
        [(z, csr_array(part))],
        np.where(of_zone > 0, shares - milp.slack(1.0) * 1e-3, 0.0),
        np.full(shares.size, milp.INFINITY),
    )
    return model.program()


def services(
    problem: Problem,
    p: int,
    offered: Mapping[str, CoverService],
    limits: Limits | None = None,
) -> Solution:
    """Choose p sites and what each offers, so that the most demand for all services is covered.

    Parameters
    ----------
    problem
        Its weights are not used; each service has its own.
    p
        Sites beside the existing ones, required ones included.
    offered
        Services by name. In the solution's figures, `services` lists the sites of each.
    limits
        When to stop.

    Raises
    ------
    ModelError
        See `Problem.free_places`.
    """
    k = problem.free_places(p)
    search = Search(limits or Limits())
    model = Builder()
    y = site_columns(model, problem, k)
    sites = problem.site_ids.size
    first: dict[str, int] = {}
    total = 0.0
    for name, service in offered.items():
        weights = np.asarray(service.weights, dtype=float)
        total += float(weights.sum())
        groups = _reachable(covering.of_cover(problem.minutes <= service.max_minutes, weights))
        size = groups.weight.size
        v = model.add_columns(np.zeros(sites), np.zeros(sites), np.ones(sites), whole=True)
        z = model.add_columns(-groups.weight, np.zeros(size), np.ones(size))
        add_cover(model, z, v, groups)
        eye = identity(sites)
        model.add_rows([(v, eye), (y, -eye)], np.full(sites, -milp.INFINITY), np.zeros(sites))
        most = sites if service.most is None else service.most
        row = csr_array(np.ones((1, sites)))
        model.add_rows([(v, row)], np.zeros(1), np.array([float(most)]))
        first[name] = v
    offers: dict[str, list[str]] = {}
    with search.running():
        outcome = milp.solve(model.program(), search)
        if outcome.x is not None:
            covered = 0.0
            for name, service in offered.items():
                own = np.flatnonzero(outcome.x[first[name] : first[name] + sites] > 0.5)
                offers[name] = [str(s) for s in problem.site_ids[own]]
                reached = (problem.minutes[own] <= service.max_minutes).any(axis=0)
                covered += float(np.asarray(service.weights, dtype=float)[reached].sum())
            search.offer(np.flatnonzero(outcome.x[:sites] > 0.5), -covered)
        plans.finish_program(search, outcome)
        search.spend(math.inf if outcome.kind == "stopped" else 0.0)
    objective = None if search.sites is None else -search.upper
    return plans.solution(
        problem,
        "several-services",
        _shifted(search, total),
        objective,
        total=total,
        figures={"services": offers, "demand": total},
    )


def _reachable(groups: Groups) -> Groups:
    """Without the groups that no site covers."""
    kept = groups.cover.any(axis=0)
    return covering.Groups(groups.cover[:, kept], groups.weight[kept], groups.group_of)


def _run(
    program: milp.Program, problem: Problem, value: Callable[[Sites], float], search: Search
) -> None:
    """Solve; plans are offered at minus their value."""
    with search.running():
        outcome = milp.solve(program, search)
        if outcome.x is not None:
            plan = np.flatnonzero(outcome.x[: problem.site_ids.size] > 0.5)
            search.offer(plan, -value(plan))
        plans.finish_program(search, outcome)
        search.spend(math.inf if outcome.kind == "stopped" else 0.0)


def _shifted(search: Search, total: float) -> Search:
    """The search with `total` added to its values, so that it minimises what is missing."""
    search.upper += total
    search.lower += total
    return search


def _covered_somewhere(problem: Problem, cover: np.ndarray, counted: np.ndarray) -> bool:
    """Whether some site covers each demand that counts."""
    return bool(cover[~problem.closed][:, counted].any(axis=0).all())


def _cannot_cover(problem: Problem, p: int, cover: np.ndarray, counted: np.ndarray) -> Reason:
    """Why p sites do not cover everyone."""
    allowed = cover[~problem.closed][:, counted]
    out = ~allowed.any(axis=0)
    ids = problem.demand_ids[counted]
    if out.any():
        values: dict[str, object] = {"count": int(out.sum()), "demand": shown(ids[out])}
        return Reason("unreachable", values, tuple(ids[out]))
    left = ~cover[problem.open][:, counted].any(axis=0)
    fewest = set_cover.greedy(cover[problem.candidates][:, counted][:, left]).size
    enough = fewest + int(problem.required.sum())
    return Reason("not_all_covered", {"p": p, "enough": enough}, tuple(ids[left]))


def _floor_reason(
    problem: Problem,
    p: int,
    cover: np.ndarray,
    names: np.ndarray,
    zone_of: np.ndarray,
    need: Float64,
) -> Reason:
    """The first zone that cannot reach its floor even alone, or that it is all of them together."""
    for zone in np.flatnonzero(need > 0):
        inside = zone_of == zone
        left = inside & ~cover[problem.open].any(axis=0)
        groups = covering.of_cover(cover[problem.candidates][:, left], problem.weights[left])
        alone = Search(Limits())
        with alone.running():
            mclp.choose(groups, problem.free_places(p), alone)
        most = float(problem.weights[inside].sum()) - alone.upper
        if most < need[zone] * (1 - 1e-9):
            values: dict[str, object] = {
                "zone": names[zone],
                "p": p,
                "most": f"{most:g}",
                "floor": f"{need[zone]:g}",
            }
            return Reason("floor", values, tuple(problem.demand_ids[inside]))
    return Reason("floors", {"p": p})
