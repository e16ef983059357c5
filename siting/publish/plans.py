"""Times under each plan of a study: its `plans:`, and what `locate:` chose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.study import scenario as what_if
from siting.texts import text as t

if TYPE_CHECKING:
    import pandas as pd

    from siting.study.result import Result


@dataclass(frozen=True)
class PlannedTimes:
    """A plan and the times of the first service under it.

    Attributes
    ----------
    key
        Of its files.
    name
        As it is written.
    opened, closed
        Identifiers of candidates opened, and of facilities closed.
    access
        As `Result.access`, of the first service: `cell_id,minutes,population`…
    """

    key: str
    name: str
    opened: tuple[str, ...]
    closed: tuple[str, ...]
    access: pd.DataFrame


def of_study(result: Result) -> list[PlannedTimes]:
    """Times under each plan, in the study's order, then under what `locate:` chose.

    Raises
    ------
    ConfigError
        A plan opens or closes what is not there, or leaves nothing open.
    """
    ground = result.ground
    service = result.study.services[0].id
    wanted = [
        (key, plan.name, tuple(plan.sites), tuple(plan.close))
        for key, plan in result.study.plans.items()
    ]
    located = result.extras.get("location")
    if located is not None:
        known = set(result.candidates["id"])
        chosen = [s for s in located["site_id"][located["phase"] > 0] if s in known]
        if chosen:
            key = "maps.choice.located_one" if len(chosen) == 1 else "maps.choice.located"
            wanted.append(("locate", t(key, count=len(chosen)), tuple(chosen), ()))
    plans = []
    for key, name, opened, closed in wanted:
        there = what_if.with_plan(
            ground.read.services[service],
            ground.read.candidates,
            opened,
            closed,
            result.study.what_if,
        )
        plans.append(PlannedTimes(key, name, opened, closed, ground.access(service, there)))
    return plans
