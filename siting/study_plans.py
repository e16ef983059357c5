"""Plans of a study side by side: who is covered, how far, who gains and who loses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting import what_if
from siting.errors import ConfigError
from siting.files import replacing_all
from siting.outputs.tables import write_csv

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from siting.config import Study
    from siting.ground import Ground

NOW = "now"


def check(study: Study, names: Sequence[str]) -> None:
    """Refuse plans that the study does not have.

    Raises
    ------
    ConfigError
        A plan is unknown, or none is named.
    """
    unknown = [one for one in names if one not in study.plans]
    if unknown or not names:
        known = ", ".join(study.plans) or "-"
        raise ConfigError("plans_unknown", plans=", ".join(unknown) or "-", known=known)


def compare(ground: Ground, names: Sequence[str]) -> pd.DataFrame:
    """Compare plans with what stands.

    Returns
    -------
    A row for what stands (`now`), then one for each plan: sites opened and closed; for each
    threshold the people covered, gained and lost (`minutes <= threshold`); mean minutes over the
    people who reach a place, minutes of the worst off (95 % of people are nearer, and the
    farthest); people nearer and farther than now.
    """
    study = ground.study
    first = study.services[0].id
    there = ground.read.services[first]
    people = ground.cells["population"].to_numpy(float)
    rows, now = [], np.empty(0)
    for name in (NOW, *names):
        plan = study.plans.get(name) if name != NOW else None
        opened, closed = (plan.sites, plan.close) if plan else ((), ())
        places = what_if.facilities(there, ground.read.candidates, opened, closed)
        found = ground.access(first, places)["minutes"].to_numpy(float)
        minutes = np.where(np.isnan(found), np.inf, found)
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
        }
        rows.append(row)
    return pd.DataFrame(rows)


def _covered(
    minutes: np.ndarray, now: np.ndarray, people: np.ndarray, thresholds: Sequence[float]
) -> dict[str, float]:
    told: dict[str, float] = {}
    for limit in thresholds:
        inside, before = minutes <= limit, now <= limit
        told[f"covered_{limit:g}"] = float(people[inside].sum())
        told[f"gained_{limit:g}"] = float(people[inside & ~before].sum())
        told[f"lost_{limit:g}"] = float(people[before & ~inside].sum())
    return told


def _times(minutes: np.ndarray, people: np.ndarray) -> dict[str, float]:
    reached = np.isfinite(minutes) & (people > 0)
    if not reached.any():
        return dict.fromkeys(("mean_minutes", "minutes_95", "minutes_most"), np.nan)
    some, weights = minutes[reached], people[reached]
    order = np.argsort(some, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    at = min(int(np.searchsorted(share, 0.95)), some.size - 1)
    return {
        "mean_minutes": float(some @ weights / weights.sum()),
        "minutes_95": float(some[order][at]),
        "minutes_most": float(some.max()),
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
