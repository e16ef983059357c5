"""The map of a batch: people covered by commune, territories side by side, a view a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from siting import texts
from siting.outputs import scales
from siting.outputs.theme import DEFAULT
from siting.outputs.web_map import Choice, Ground, View, WebMap
from siting.publish import towns
from siting.publish.batch.units import PART, TABLES
from siting.publish.maps import wording
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from siting.publish.batch.plan import BatchPlan, Unit
    from siting.publish.batch.units import UnitOutcome

COVERAGE, COMMUNES = "coverage", "communes"
KEY = ["mode", "period", "service", "threshold_minutes", "scenario"]
"""What a view is known by: the last is compared side by side."""


@dataclass(frozen=True)
class _Shown:
    """What one view shows: a value for each of the choices."""

    mode: str
    period: str
    service: str
    minutes: float
    scenario: str


def page(
    plan: BatchPlan, planned: Sequence[Unit], done: Sequence[UnitOutcome], folder: Path
) -> WebMap:
    """The map of the units that are finished.

    A commune that several territories hold is drawn once, of the first one.

    Parameters
    ----------
    planned
        All units of the plan: territories without a result are named under the legend.
    done
        Those with a result, at least one.
    folder
        Where their tables are.
    """
    communes = _communes(done, folder)
    rows = _coverage(done, folder)
    rows = rows[rows["zone_kind"] == "commune"].drop_duplicates([*KEY, "zone_code"])
    by_view = {key: table.set_index("zone_code") for key, table in rows.groupby(KEY)}
    names = {service.id: service.name for unit in planned for service in unit.study.services}
    levels = [unit.levels for unit in planned]
    options = [
        *(list(dict.fromkeys(level[name] for level in levels)) for name in ("mode", "period")),
        [service for service in names if service in set(rows["service"])],
        sorted(set(rows["threshold_minutes"])),
        list(plan.scenarios),
    ]
    choices = (
        Choice(t("batch.map.mode"), tuple(t(f"map.mode.{mode}") for mode in options[0])),
        Choice(t("batch.map.period"), tuple(t(f"batch.period.{name}") for name in options[1])),
        Choice(t("maps.choice.service"), tuple(names[service] for service in options[2])),
        Choice(t("maps.choice.minutes"), tuple(wording.within(limit) for limit in options[3])),
        Choice(t("batch.map.scenario"), tuple(options[4])),
    )
    nothing = rows[:0].set_index("zone_code")
    views = tuple(
        _view(_Shown(*key), by_view.get(key, nothing), communes, names, done)
        for key in product(*options)
    )
    latest = max(unit.study.territory.vintage for unit in planned)
    main = np.flatnonzero(towns.main_towns(communes)).tolist()
    return WebMap(
        title=t("batch.map.title", name=plan.name),
        date=t("map.date", date=wording.day(latest)),
        ground=Ground(communes, main=tuple(main)),
        choices=choices,
        views=views,
        sources=_sources(done),
        compare=len(plan.scenarios) > 1,
    )


def _view(
    shown: _Shown,
    table: pd.DataFrame,
    communes: gpd.GeoDataFrame,
    names: dict[str, str],
    done: Sequence[UnitOutcome],
) -> View:
    """Shares of the people within a threshold, a value a commune."""
    values = table.reindex(communes["code"])
    covered, people = table["covered_population"].sum(), table["population"].sum()
    words = {"minutes": f"{shown.minutes:g}", "service": names[shown.service]}
    share = wording.percent(covered / people if people else np.nan)
    known = {
        outcome.levels["territory"]
        for outcome in done
        if (shown.scenario, shown.mode, shown.period)
        == tuple(outcome.levels[name] for name in ("scenario", "mode", "period"))
    }
    absent = [name for name in dict.fromkeys(communes["territory"]) if name not in known]
    modelled = any(o.modelled and o.levels["territory"] in known for o in done)
    notes = [t("batch.map.absent", territories=", ".join(absent))] if absent else []
    return View(
        legend=t("maps.coverage.legend", mode=t(f"map.mode.{shown.mode}"), **words),
        headline=t(
            "maps.coverage.headline",
            covered=texts.number(round(covered)),
            people=texts.number(round(people)),
            share=share,
            **words,
        ),
        scale=scales.shares(DEFAULT),
        communes=values["covered_share"].to_numpy(np.float64),
        columns=(
            (t("batch.map.territory"), list(communes["territory"])),
            (t("map.share", minutes=words["minutes"]), wording.percents(values["covered_share"])),
            (
                t("maps.coverage.people", minutes=words["minutes"]),
                wording.numbers(values["covered_population"]),
            ),
        ),
        notes=(*([t("map.modelled_note")] if modelled else []), *notes),
    )


def _communes(done: Sequence[UnitOutcome], folder: Path) -> gpd.GeoDataFrame:
    """Communes of the territories, each once, with `territory`."""
    of_territory = {outcome.levels["territory"]: outcome for outcome in reversed(done)}
    parts = [
        gpd.read_parquet(folder / TABLES / COMMUNES / outcome.place / PART).assign(territory=name)
        for name, outcome in sorted(of_territory.items())
    ]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True)).drop_duplicates(
        "code", ignore_index=True
    )


def _coverage(done: Sequence[UnitOutcome], folder: Path) -> pd.DataFrame:
    """Rows of `coverage` of all units, with where each stands in the plan."""
    parts = [
        pd.read_parquet(folder / TABLES / COVERAGE / outcome.place / PART).assign(**outcome.levels)
        for outcome in done
    ]
    return pd.concat(parts, ignore_index=True)


def _sources(done: Sequence[UnitOutcome]) -> tuple[dict[str, str], ...]:
    """Lines of sources of all units, each once."""
    lines = [line for outcome in done for line in outcome.sources]
    return tuple({(line["status"], line["text"]): line for line in lines}.values())
