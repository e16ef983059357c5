"""Plans of a study side by side: who is covered, how far, who gains and who loses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.atomic_files import replacing_all
from siting.errors import ConfigError
from siting.measures import equity
from siting.outputs.tables import write_csv
from siting.study import scenario as what_if
from siting.study import site_costs
from siting.study.stages import effects as study_effects

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from siting.config import Study
    from siting.study.prepared import PreparedStudy

NOW = "now"
TIMES = ("mean_minutes", "minutes_95", "minutes_most")


def check(study: Study, names: Sequence[str]) -> None:
    """Refuse plans that the study does not have.

    Raises
    ------
    ConfigError
        A plan is unknown, or none is named.
    """
    unknown = [name for name in names if name not in study.plans]
    if unknown or not names:
        known = ", ".join(study.plans) or "-"
        raise ConfigError("plans_unknown", plans=", ".join(unknown) or "-", known=known)


def compare(ground: PreparedStudy, names: Sequence[str]) -> pd.DataFrame:
    """Compare plans with what stands.

    Returns
    -------
    A row for what stands (`now`), then one for each plan: sites opened and closed; for each
    threshold the people covered, gained and lost (`minutes <= threshold`); mean minutes over the
    people who reach a place, minutes of the worst off (95 % of people are nearer, and the
    farthest), the Gini index of minutes; people nearer and farther than now; for each threshold
    the candidate that would cover most people next (the first id of equals, "" where none gains)
    and how many. Where the study has `site_costs:`, what the opened sites cost a year with its
    range, and for each threshold whether no other row costs less and covers more
    (`pareto_<minutes>`, 1 or 0); where it has `effects:`, the kilograms of CO2 that the opened
    sites spare a year. NaN where a cost is unknown, or where so few people would tell of somebody.
    """
    study = ground.study
    first = study.services[0].id
    there = ground.read.services[first]
    people = ground.cells["population"].to_numpy(float)
    cells = pd.DataFrame(ground.cells).rename(columns={"cell_id": "id"})
    to_candidates = ground.minutes(cells, ground.read.candidates)
    ids = ground.read.candidates["id"].to_numpy(str)
    rows, now = [], np.empty(0)
    for name in (NOW, *names):
        plan = study.plans.get(name) if name != NOW else None
        opened, closed = (plan.sites, plan.close) if plan else ((), ())
        places = what_if.with_plan(there, ground.read.candidates, opened, closed, study.what_if)
        reached = ground.access(first, places)["minutes"].to_numpy(float)
        minutes = np.where(np.isnan(reached), np.inf, reached)
        now = minutes if name == NOW else now
        row = {
            "plan": name,
            "name": plan.name if plan else "",
            "opened": len(opened),
            "closed": len(closed),
            **_covered(minutes, now, people, study.thresholds_minutes),
            **_times(minutes, people),
            "people_nearer": float(people[minutes < now].sum()),
            "people_farther": float(people[minutes > now].sum()),
            **_next(minutes, to_candidates, people, ids, opened, study.thresholds_minutes),
            **_cost(study, opened),
            **_spared(ground, opened),
        }
        rows.append(row)
    table = pd.DataFrame(rows)
    if study.site_costs:
        for limit in study.thresholds_minutes:
            covered = table[f"covered_{limit:g}"].to_numpy(float)
            table[f"pareto_{limit:g}"] = pareto(table["cost"].to_numpy(float), covered)
    return table


def pareto(cost: np.ndarray, covered: np.ndarray) -> np.ndarray:
    """Which plans no other one beats: 1 where none costs no more and covers no less, one strictly.

    NaN where the cost is unknown; such a plan beats nobody.
    """
    undominated = np.full(cost.size, np.nan)
    known = np.flatnonzero(~np.isnan(cost))
    for i in known:
        no_worse = (cost[known] <= cost[i]) & (covered[known] >= covered[i])
        better = (cost[known] < cost[i]) | (covered[known] > covered[i])
        undominated[i] = float(not (no_worse & better).any())
    return undominated


def _next(
    minutes: np.ndarray,
    to_candidates: np.ndarray,
    people: np.ndarray,
    ids: np.ndarray,
    opened: Sequence[str],
    thresholds: Sequence[float],
) -> dict[str, object]:
    """Who would gain most as the next site, at each threshold."""
    columns: dict[str, object] = {}
    free = np.flatnonzero(~np.isin(ids, list(opened)))
    free = free[np.argsort(ids[free], kind="stable")]
    for limit in thresholds:
        beyond = people * ~(minutes <= limit)
        gains = beyond @ (to_candidates[:, free] <= limit)
        best = int(gains.argmax()) if free.size else 0
        most = float(gains[best]) if free.size else 0.0
        columns[f"next_site_{limit:g}"] = str(ids[free[best]]) if most > 0 else ""
        columns[f"next_gain_{limit:g}"] = most
    return columns


def _cost(study: Study, opened: Sequence[str]) -> dict[str, float]:
    """Euros a year of the sites that a plan opens, and their range; NaN where one is unknown."""
    if not study.site_costs:
        return {}
    cost = site_costs.of_sites(study, opened)
    if cost is None:
        return dict.fromkeys(("cost", "cost_low", "cost_high"), np.nan)
    return {"cost": cost.value, "cost_low": cost.low, "cost_high": cost.high}


def _spared(ground: PreparedStudy, opened: Sequence[str]) -> dict[str, float]:
    """CO2 that the sites spare together in a year."""
    effects = ground.study.effects
    if effects is None:
        return {}
    return {"co2_kg_spared": study_effects.co2_of(ground, effects, opened) if opened else 0.0}


def _covered(
    minutes: np.ndarray, now: np.ndarray, people: np.ndarray, thresholds: Sequence[float]
) -> dict[str, float]:
    columns: dict[str, float] = {}
    for limit in thresholds:
        inside, before = minutes <= limit, now <= limit
        columns[f"covered_{limit:g}"] = float(people[inside].sum())
        columns[f"gained_{limit:g}"] = float(people[inside & ~before].sum())
        columns[f"lost_{limit:g}"] = float(people[before & ~inside].sum())
    return columns


def _times(minutes: np.ndarray, people: np.ndarray) -> dict[str, float]:
    reached = np.isfinite(minutes) & (people > 0)
    if not reached.any():
        return dict.fromkeys((*TIMES, "gini_minutes"), np.nan)
    some, weights = minutes[reached], people[reached]
    order = np.argsort(some, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    at = min(int(np.searchsorted(share, 0.95)), some.size - 1)
    return {
        "mean_minutes": float(some @ weights / weights.sum()),
        "minutes_95": float(some[order][at]),
        "minutes_most": float(some.max()),
        "gini_minutes": equity.gini(some, weights),
    }


def write(out: Path, table: pd.DataFrame) -> None:
    """Write the table as `out`.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    with replacing_all(out.parent) as part:
        write_csv(part / out.name, table)
