"""What `locate:` found, as tables and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from siting.atomic_files import replacing_all
from siting.location import plans
from siting.measures import coverage as coverages
from siting.outputs.tables import write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from siting.location.result import Solution
    from siting.location.search import Sites
    from siting.study.prepared import PreparedStudy
    from siting.study.stages.location import Located

BOUNDS = ("objective", "lower_bound", "upper_bound", "gap")
SITES = ["site_id", "role", "phase", "name", "commune", "lon", "lat", "people"]
ALLOCATION = ["phase", "demand_id", "site_id", "minutes", "share"]
COVERAGE = ["phase", *coverages.COVERAGE_COLUMNS]
BLOCKED = ["phase", "demand_id"]


def tables(ground: PreparedStudy, located: Located) -> dict[str, pd.DataFrame]:
    """Tables of a plan.

    Returns
    -------
    - `location`: the sites that are open after the last phase, with the phase that opens each (0
      where it serves already) and the people whom it serves;
    - `location_allocation`: who goes where in each phase, the site empty where nobody serves;
    - `location_coverage`: `phase` and the columns of `coverage.csv`, everyone at the nearest site;
    - `location_summary`: a row for each phase, its status, its objective between its bounds;
    - `location_blocked`: whom no plan can serve.
    """
    phases = list(enumerate(located.answers, 1))
    plan = [(number, answer) for number, answer in phases if answer.objective is not None]
    blocked = [
        (number, demand)
        for number, answer in phases
        if answer.reason is not None
        for demand in answer.reason.demand
    ]
    return {
        "location": _sites(located, plan),
        "location_allocation": _joined(
            [answer.allocation.assign(phase=number) for number, answer in plan], ALLOCATION
        ),
        "location_coverage": _joined(
            [_covered(ground, located, answer).assign(phase=number) for number, answer in plan],
            COVERAGE,
        ),
        "location_summary": pd.DataFrame([_summary(located, *phase) for phase in phases]),
        "location_blocked": pd.DataFrame(blocked, columns=BLOCKED),
    }


def document(tables: dict[str, pd.DataFrame]) -> str:
    """Give the same as JSON: the last phase, or the one without a plan; and each, where several."""
    sites, blocked = tables["location"], tables["location_blocked"]
    phases = []
    for row in tables["location_summary"].to_dict("records"):
        new = sites[(sites["phase"] > 0) & (sites["phase"] <= row["phase"])]
        none = np.isnan(row["objective"])
        phases.append(
            {
                **{str(key): _plain(value) for key, value in row.items()},
                "sites": [] if none else new["site_id"].to_list(),
                "blocking_demand": blocked.loc[blocked["phase"] == row["phase"], "demand_id"]
                .astype(str)
                .to_list(),
            }
        )
    without = [phase for phase in phases if phase["objective"] is None]
    last = without[0] if without else phases[-1]
    whole = {**last, "phases": phases} if len(phases) > 1 else last
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def write(out: Path, tables: dict[str, pd.DataFrame]) -> None:
    """Write the tables and the JSON beside each other, all of them or none.

    Parameters
    ----------
    out
        `X.csv`, the chosen sites; the others are `X_allocation.csv`, …, and `X.json`.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    with replacing_all(out.parent) as part:
        for name, table in tables.items():
            write_csv(part / f"{name.replace('location', out.stem, 1)}.csv", table)
        text = document(tables)
        (part / f"{out.stem}.json").write_text(text, encoding="utf-8", newline="\n")


def _summary(located: Located, number: int, answer: Solution) -> dict[str, Any]:
    """Row of a phase."""
    out = located.demand.loc[located.demand["left_out"], "population"]
    bounds = {key: getattr(answer, key) for key in BOUNDS}
    return {
        "phase": number,
        "model": answer.model,
        "status": answer.status,
        **{key: np.nan if value is None else float(value) for key, value in bounds.items()},
        "new_sites": len(answer.chosen),
        "left_out_people": float(out.sum()),
        "reason": "" if answer.reason is None else answer.reason.text(),
    }


def _sites(located: Located, plan: list[tuple[int, Solution]]) -> pd.DataFrame:
    """Sites of the last plan."""
    if not plan:
        return pd.DataFrame(columns=SITES)
    last = plan[-1][1]
    opens: dict[str, int] = {}
    for number, answer in plan:
        for site, role in zip(answer.sites["site_id"], answer.sites["role"], strict=True):
            opens.setdefault(site, 0 if role == "existing" else number)
    weights = pd.Series(located.problem.weights, located.problem.demand_ids)
    served = last.allocation["share"] * last.allocation["demand_id"].map(weights)
    people = served.groupby(last.allocation["site_id"]).sum()
    places = located.places.set_index("id").rename(columns={"commune_code": "commune"})
    # a site of an earlier phase is required of the later ones: the role is that of the question
    table = plans.roles(located.problem, _opened(located, last)).join(places, on="site_id")
    table["phase"] = table["site_id"].map(opens)
    table["people"] = table["site_id"].map(people).fillna(0.0)
    return table[SITES]


def _opened(located: Located, answer: Solution) -> Sites:
    """Positions of the open sites in the problem."""
    return np.flatnonzero(np.isin(located.problem.site_ids, answer.sites["site_id"]))


def _covered(ground: PreparedStudy, located: Located, answer: Solution) -> pd.DataFrame:
    """People covered by the open sites, everyone at the nearest one."""
    _, minutes = plans.nearest(located.problem, _opened(located, answer))
    demand = located.demand
    times = np.full(len(demand), np.nan, np.float32)
    times[~demand["left_out"].to_numpy(bool)] = np.where(np.isfinite(minutes), minutes, np.nan)
    study, locate = ground.study, ground.study.locate
    assert locate is not None  # noqa: S101 - there is an answer
    service = locate.service or study.services[0].id
    access = demand[["commune_code", "population"]].assign(service=service, minutes=times)
    return coverages.coverage(access, ground.read.zones, study.thresholds_minutes)


def _plain(value: Any) -> Any:
    """A value as JSON holds it, what is not known as null."""
    return None if value == "" or (isinstance(value, float) and np.isnan(value)) else value


def _joined(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """Rows of all phases; none where there are none."""
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True)[columns]
