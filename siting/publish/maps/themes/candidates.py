"""The first service today, with each plan, and with each candidate alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting import texts
from siting.outputs import scales
from siting.outputs.web_map import Choice, Points, View
from siting.publish import sources
from siting.publish.maps import wording
from siting.publish.maps.map_theme import MapTheme
from siting.study import scenario as what_if
from siting.texts import text as t
from siting.times import matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.outputs.web_map import WebMap
    from siting.publish.maps.mapped import Float64, MappedResult


def candidates(mapped: MappedResult) -> WebMap:
    """The first service today, with each plan, and with each candidate alone."""
    service = mapped.services[0]
    today = mapped.access(service.id)["minutes"].to_numpy(np.float64)
    base = mapped.by_commune(today)
    facilities = mapped.facility_points(service)
    layers = [facilities, mapped.candidate_points]
    names, views = [], []
    marks = {point.name: point for point in mapped.candidate_points.places}
    for name, minutes, sites in plans(mapped, today):
        shown = (0, 1)
        if sites is not None and len(sites) > 1:
            places = tuple(replace(marks[site]) for site in sites if site in marks)
            layers.append(
                Points(t("maps.candidates.sites", plan=name), "plan", places, shown=False)
            )
            shown = (0, len(layers) - 1)
        names.append(name)
        views.append(_plan_view(mapped, name, minutes, (today, base), shown))
    choice = Choice(t("maps.choice.plan"), tuple(names))
    roles = (
        *sources.TIMES,
        f"services.{service.id}",
        *sources.ranking_roles(mapped.result),
    )
    title = mapped.title("candidates")
    return mapped.page(title, [choice], views, layers, roles, compare=True)


def _plan_view(
    mapped: MappedResult,
    name: str,
    minutes: Float64,
    before: tuple[Float64, pd.DataFrame],
    shown: tuple[int, ...],
) -> View:
    """Travel time under a plan."""
    today, base = before
    limit = np.float32(mapped.threshold)

    def covered(times: Float64) -> float:
        return float(mapped.people[times.astype(np.float32) <= limit].sum())

    whole, now, then = mapped.people.sum(), covered(today), covered(minutes)
    gained = round(then) - round(now)
    change = "same" if gained == 0 else "more" if gained > 0 else "fewer"
    table = mapped.by_commune(minutes)
    known = ~np.isnan(minutes)
    mean = (
        np.average(minutes[known], weights=mapped.people[known])
        if mapped.people[known].any()
        else np.nan
    )
    is_today = minutes is today
    headline = (
        t(
            "maps.candidates.today",
            share=wording.percent(now / whole),
            minutes=f"{mapped.threshold:g}",
            service=mapped.services[0].name,
        )
        if is_today
        else t(
            "maps.candidates.plan",
            plan=name,
            share=wording.percent(then / whole),
            minutes=f"{mapped.threshold:g}",
            gain=t(f"maps.candidates.{change}", count=texts.number(abs(gained))),
            mean=texts.number(mean, 1),
        )
    )
    columns = [(t("maps.candidates.mean_today"), wording.numbers(base["mean"], 1))]
    if not is_today:
        columns.append((t("maps.candidates.mean_plan"), wording.numbers(table["mean"], 1)))
    columns.append(
        (t("map.share", minutes=f"{mapped.threshold:g}"), wording.percents(table["share"]))
    )
    return View(
        legend=t("maps.candidates.legend", mode=mapped.mode),
        headline=headline,
        scale=scales.minutes(mapped.theme),
        cells=minutes,
        cell_term=t("map.time"),
        cell_unit=t("map.minutes"),
        communes=table["mean"].to_numpy(),
        columns=tuple(columns),
        notes=mapped.notes,
        modelled=mapped.result.cells_modelled,
        points=shown,
    )


def plans(mapped: MappedResult, today: Float64) -> list[tuple[str, Float64, list[str] | None]]:
    """Today, the study's plans, the plan of `locate:`, and each candidate alone.

    Returns
    -------
    Name, minutes of each cell, and names of the sites opened (None: today).

    Raises
    ------
    ConfigError
        A plan opens or closes what is not there, or leaves nothing open.
    """
    result = mapped.result
    candidates, plan_of = result.candidates, result.study.plans
    names = dict(zip(candidates["id"], candidates["name"], strict=True))
    listed: list[tuple[str, Float64, list[str] | None]] = [(t("maps.choice.today"), today, None)]
    for plan in plan_of.values():
        sites = [names[site] for site in plan.sites]
        listed.append((plan.name, planned(mapped, plan.sites, plan.close), sites))
    to_sites = _to_candidates(mapped)
    located = result.extras.get("location")
    if located is not None:
        opened = located["site_id"][located["phase"] > 0]
        sites = [site for site in opened if site in to_sites]
        if sites:
            key = "maps.choice.located_one" if len(sites) == 1 else "maps.choice.located"
            best: Float64 = np.fmin.reduce([today, *(to_sites[site] for site in sites)])
            listed.append((t(key, count=len(sites)), best, [names[site] for site in sites]))
    for i in np.argsort(result.scores.rank, kind="stable"):
        site = str(candidates["id"].iloc[int(i)])
        name = t("maps.choice.alone", rank=int(result.scores.rank[i]), name=names[site])
        listed.append((name, np.fmin(today, to_sites[site]), [names[site]]))
    return listed


def planned(mapped: MappedResult, opened: Sequence[str], closed: Sequence[str]) -> Float64:
    """Minutes of each cell to the first service once sites are opened and facilities closed."""
    ground, service = mapped.result.ground, mapped.services[0]
    read = ground.read
    change = mapped.result.study.what_if
    now = read.services[service.id]
    places = what_if.with_plan(now, read.candidates, opened, closed, change)
    minutes: Float64 = ground.access(service.id, places)["minutes"].to_numpy(np.float64)
    return minutes[mapped.rows]


def _to_candidates(mapped: MappedResult) -> dict[str, Float64]:
    """Minutes of each cell to each candidate."""
    ground, candidates = mapped.result.ground, mapped.result.candidates
    joined = ground.router.network.attach(pd.DataFrame(candidates))
    minutes = matrix.dense(ground.router, ground.demand, joined).minutes[mapped.rows]
    return {str(site): minutes[:, i].astype(np.float64) for i, site in enumerate(candidates["id"])}


THEME = MapTheme("candidates", 30, candidates, needs=("candidates",))
