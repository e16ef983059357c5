"""The maps of a study: `map.html`, and one for each theme, from what a run found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from siting import texts
from siting.atomic_files import replacing_all
from siting.errors import ConfigError, require_known
from siting.measures import coverage as coverages
from siting.measures import digital
from siting.network.roads import RoadNetwork
from siting.outputs import embedding, scales, web_map
from siting.outputs.theme import DEFAULT, Theme
from siting.outputs.web_map import Choice, Ground, Point, Points, View, WebMap
from siting.texts import text as t
from siting.times import matrix

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from siting.config.study import Service
    from siting.provenance import Input
    from siting.ranking.scores import Scores
    from siting.study.result import Result

    Float64 = npt.NDArray[np.float64]

THEMES = ("coverage", "access", "candidates", "digital", "mesh", "gaps")
MAP_THRESHOLD = 20  # minutes of the share that the map tells, where the study has it
ROAD_KINDS = {
    0: ("motorway", "trunk", "motorway_link", "trunk_link"),
    1: ("primary", "secondary"),
    2: ("tertiary",),
}


class Skipped(Exception):  # noqa: N818 - not an error: a map that has nothing to show
    """A theme that the study's tables cannot fill."""


@dataclass(frozen=True)
class Desk:
    """A run, and what its maps share.

    Attributes
    ----------
    result
        What was found.
    theme
        The look.
    """

    result: Result
    theme: Theme = DEFAULT

    @cached_property
    def ground(self) -> Ground:
        """Communes, cells and roads to draw."""
        found = self.result
        return Ground(found.communes, squares(found.cells), main_roads(found))

    @cached_property
    def drawn(self) -> web_map.Drawn:
        """The same, ready for every page."""
        return web_map.draw(self.ground)

    @property
    def services(self) -> tuple[Service, ...]:
        """Services of the study."""
        return self.result.study.services

    @property
    def mode(self) -> str:
        """How people travel."""
        return t(f"map.mode.{self.result.study.roads.mode}")

    @property
    def threshold(self) -> float:
        """Minutes of the share that a map tells first."""
        limits = self.result.study.thresholds_minutes
        return max(one for one in limits if one <= MAP_THRESHOLD or one == limits[0])

    @cached_property
    def people(self) -> Float64:
        """People of each cell."""
        found: Float64 = self.result.cells["population"].to_numpy(np.float64)
        return found

    @cached_property
    def rows(self) -> npt.NDArray[np.int64]:
        """Row of each cell among those of the whole study."""
        whole = pd.Index(self.result.ground.cells["cell_id"])
        found: npt.NDArray[np.int64] = whole.get_indexer(self.result.cells["cell_id"])
        return found

    def access(self, service: str) -> pd.DataFrame:
        """Nearest facility of each cell, in the order of the cells."""
        table = self.result.access
        of = table[table["service"] == service].set_index("cell_id")
        return of.reindex(self.result.cells["cell_id"])

    def by_commune(self, minutes: Float64, service: str = "") -> pd.DataFrame:
        """Mean, share and people by commune, in the order of the communes."""
        table = pd.DataFrame(
            {
                "commune_code": self.result.cells["commune_code"].to_numpy(),
                "population": self.people,
                "service": service,
                "minutes": minutes.astype(np.float32),
            }
        )
        codes = self.result.communes["code"]
        limit = np.float32(self.threshold)
        mean = coverages.summary(table, "commune_code").reindex(codes)
        inside = table[table["minutes"] <= limit].groupby("commune_code")["population"].sum()
        total = table.groupby("commune_code")["population"].sum().reindex(codes)
        covered = inside.reindex(codes).fillna(0.0).where(total.notna())
        share = covered / total.where(total > 0)
        return pd.DataFrame(
            {
                "mean": mean["mean_minutes"].to_numpy(np.float64),
                "covered": covered.to_numpy(np.float64),
                "people": total.to_numpy(np.float64),
                "share": share.to_numpy(np.float64),
            }
        )

    def sums(self, chosen: npt.NDArray[np.bool_]) -> pd.Series:
        """People of the chosen cells, by commune, in the order of the communes."""
        commune = self.result.cells["commune_code"].to_numpy()
        found: pd.Series = pd.Series(self.people * chosen).groupby(commune).sum()
        return found.reindex(self.result.communes["code"])

    def told(self, service: str, threshold: float) -> pd.Series:
        """Row of `coverage.csv` for the whole that the maps show."""
        table, epci = self.result.coverage, self.result.epci
        kind = table["zone_kind"] == "department"
        if epci is not None:
            kind = (table["zone_kind"] == "epci") & (table["zone_code"] == epci)
        chosen = (table["service"] == service) & (table["threshold_minutes"] == threshold)
        return table[kind & chosen].iloc[0]

    def told_communes(self, service: str, threshold: float) -> pd.DataFrame:
        """Rows of `coverage.csv` for the communes, in their order."""
        table = self.result.coverage
        chosen = (table["service"] == service) & (table["threshold_minutes"] == threshold)
        rows = table[chosen & (table["zone_kind"] == "commune")].set_index("zone_code")
        return rows.reindex(self.result.communes["code"])

    def page(
        self,
        title: str,
        choices: Sequence[Choice],
        views: Sequence[View],
        points: Sequence[Points],
        *,
        near: int = 0,
        compare: bool = False,
        first: tuple[int, ...] = (),
    ) -> WebMap:
        """A page about the study."""
        return WebMap(
            title=title,
            date=t("map.date", date=day(self.result.study.territory.vintage)),
            ground=self.ground,
            choices=tuple(choices),
            views=tuple(views),
            points=tuple(points),
            sources=tuple(source_lines(self.result)),
            near=near,
            compare=compare,
            first=first,
        )

    def access_view(self, service: Service, points: tuple[int, ...] | None = None) -> View:
        """Travel time to a service, by cell and by commune."""
        access = self.access(service.id)
        minutes = access["minutes"].to_numpy(np.float64)
        if np.isnan(minutes).all():
            raise Skipped(t("maps.no_values"))
        facilities = list(self.facilities(service.id)["id"])
        of_commune = self.by_commune(minutes)
        told = self.told(service.id, self.threshold)
        left = round(told["population"] - told["covered_population"])
        values = {
            "share": percent(told["covered_share"]),
            "minutes": f"{self.threshold:g}",
            "service": service.name,
            "left": texts.number(left),
        }
        limit = f"{self.threshold:g}"
        return View(
            legend=t("map.access", mode=self.mode),
            headline=t(headline_key(left), **values),
            scale=scales.minutes(self.theme),
            cells=minutes,
            cell_term=t("map.time"),
            cell_unit=t("map.minutes"),
            nearest=pd.Index(facilities).get_indexer(access["facility_id"].fillna("")),
            communes=of_commune["mean"].to_numpy(),
            columns=(
                (t("map.mean"), numbers(of_commune["mean"], 1)),
                (t("map.share", minutes=limit), percents(of_commune["share"])),
            ),
            notes=self.notes,
            modelled=self.result.cells_modelled,
            points=points,
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What is modelled in every view of the cells."""
        return (t("map.modelled_note"),) if self.result.cells_modelled else ()

    def facilities(self, service: str) -> gpd.GeoDataFrame:
        """Facilities of a service."""
        table = self.result.facilities
        return table[table["service"] == service].reset_index(drop=True)

    def facility_points(self, service: Service) -> Points:
        """Facilities of a service, as markers."""
        table = self.facilities(service.id)
        names = self.result.communes.set_index("code")["name"]
        places = [
            Point(
                str(name),
                lon,
                lat,
                lines=(
                    (t("map.kind_term"), kind_word(kind)),
                    (t("map.commune_term"), str(names.get(code, "") or t("map.outside"))),
                ),
            )
            for name, lon, lat, kind, code in zip(
                table["name"],
                table["lon"],
                table["lat"],
                table["kind"],
                table["commune_code"],
                strict=True,
            )
        ]
        return Points(service.name, "facility", tuple(places))

    @cached_property
    def candidate_points(self) -> Points:
        """Candidates by rank, with their score opened."""
        found, ranked = self.result.candidates, self.result.scores
        sources = criterion_sources(self.result)
        places = []
        for i in np.argsort(ranked.rank, kind="stable"):
            row = found.iloc[int(i)]
            band = (texts.number(ranked.low[i], 1), texts.number(ranked.high[i], 1))
            lines = [(t("map.score"), texts.number(ranked.score[i], 1))]
            if band[0] != band[1]:
                lines.append((t("map.score_range"), " – ".join(band)))
            places.append(
                Point(
                    str(ranked.sites["name"].iloc[i]),
                    float(row["lon"]),
                    float(row["lat"]),
                    mark=str(int(ranked.rank[i])),
                    lines=tuple(lines),
                    opened=tuple(opened(ranked, int(i), sources)),
                )
            )
        return Points(t("map.candidates"), "candidate", tuple(places))


def overview(result: Result, theme: Theme = DEFAULT) -> WebMap:
    """`map.html`: access to the first service, its facilities, the candidates by rank."""
    desk = Desk(result, theme)
    service = desk.services[0]
    views = [known_or_missing(desk, service)]
    points = [desk.facility_points(service), desk.candidate_points]
    return desk.page(result.study.title, (), views, points)


def known_or_missing(desk: Desk, service: Service) -> View:
    """The view of a service's access; all hatched where nobody reaches it."""
    try:
        return desk.access_view(service)
    except Skipped:
        blank = np.full(len(desk.people), np.nan)
        return View(
            legend=t("map.access", mode=desk.mode),
            headline=t("maps.no_values"),
            scale=scales.minutes(desk.theme),
            cells=blank,
            cell_term=t("map.time"),
            cell_unit=t("map.minutes"),
            notes=desk.notes,
        )


def access(desk: Desk) -> WebMap:
    """Travel time, a view for each service."""
    services = desk.services
    views = [desk.access_view(one, (i,)) for i, one in enumerate(services)]
    # the nearest facility is told by its name in one list of all services
    first = np.cumsum([0, *(len(desk.facilities(one.id)) for one in services)])
    layers = [desk.facility_points(one) for one in services]
    if len(services) > 1:
        every = Points("", "facility", tuple(p for one in layers for p in one.places), shown=False)
        views = [
            replace(view, nearest=np.where(view.nearest < 0, -1, view.nearest + start))
            for view, start in zip(views, first, strict=False)
            if view.nearest is not None
        ]
        layers.append(every)
    choice = Choice(t("maps.choice.service"), tuple(one.name for one in services))
    return desk.page(
        title(desk, "access"),
        [choice],
        views,
        layers,
        near=len(layers) - 1 if first[1:-1].size else 0,
    )


def coverage(desk: Desk) -> WebMap:
    """Share of the people within each threshold, a view for each service and threshold."""
    limits = desk.result.study.thresholds_minutes
    views = []
    for i, service in enumerate(desk.services):
        tables = {limit: desk.told_communes(service.id, limit) for limit in limits}
        columns = tuple(
            (t("map.share", minutes=f"{limit:g}"), percents(table["covered_share"]))
            for limit, table in tables.items()
        )
        for limit, table in tables.items():
            whole = desk.told(service.id, limit)
            covered = table["covered_population"]
            views.append(
                View(
                    legend=t(
                        "maps.coverage.legend",
                        minutes=f"{limit:g}",
                        mode=desk.mode,
                        service=service.name,
                    ),
                    headline=t(
                        "maps.coverage.headline",
                        covered=texts.number(round(whole["covered_population"])),
                        people=texts.number(round(whole["population"])),
                        share=percent(whole["covered_share"]),
                        minutes=f"{limit:g}",
                        service=service.name,
                    ),
                    scale=scales.shares(desk.theme),
                    communes=table["covered_share"].to_numpy(np.float64),
                    columns=(
                        *columns,
                        (t("maps.coverage.people", minutes=f"{limit:g}"), numbers(covered)),
                        (t("maps.coverage.beyond"), numbers(table["population"] - covered)),
                    ),
                    notes=desk.notes,
                    points=(i,),
                )
            )
    choices = [
        Choice(t("maps.choice.service"), tuple(one.name for one in desk.services)),
        Choice(t("maps.choice.minutes"), tuple(within(limit) for limit in limits)),
    ]
    layers = [desk.facility_points(one) for one in desk.services]
    return desk.page(title(desk, "coverage"), choices, views, layers, first=first_option(desk))


def candidates(desk: Desk) -> WebMap:
    """The first service today, with each plan, and with each candidate alone."""
    if not len(desk.result.candidates):
        raise Skipped(t("maps.no_candidates"))
    service = desk.services[0]
    today = desk.access(service.id)["minutes"].to_numpy(np.float64)
    base = desk.by_commune(today)
    facilities = desk.facility_points(service)
    layers = [facilities, desk.candidate_points]
    names, views = [], []
    marks = {one.name: one for one in desk.candidate_points.places}
    for name, minutes, sites in plans(desk, today):
        shown = (0, 1)
        if sites is not None and len(sites) > 1:
            places = tuple(replace(marks[one]) for one in sites if one in marks)
            layers.append(
                Points(t("maps.candidates.sites", plan=name), "plan", places, shown=False)
            )
            shown = (0, len(layers) - 1)
        names.append(name)
        views.append(_plan_view(desk, name, minutes, (today, base), shown))
    choice = Choice(t("maps.choice.plan"), tuple(names))
    return desk.page(title(desk, "candidates"), [choice], views, layers, compare=True)


def _plan_view(
    desk: Desk,
    name: str,
    minutes: Float64,
    before: tuple[Float64, pd.DataFrame],
    shown: tuple[int, ...],
) -> View:
    """Travel time under a plan."""
    today, base = before
    limit = np.float32(desk.threshold)

    def covered(times: Float64) -> float:
        return float(desk.people[times.astype(np.float32) <= limit].sum())

    whole, now, then = desk.people.sum(), covered(today), covered(minutes)
    gained = round(then) - round(now)
    change = "same" if gained == 0 else "more" if gained > 0 else "fewer"
    table = desk.by_commune(minutes)
    known = ~np.isnan(minutes)
    mean = (
        np.average(minutes[known], weights=desk.people[known])
        if desk.people[known].any()
        else np.nan
    )
    is_today = minutes is today
    headline = (
        t(
            "maps.candidates.today",
            share=percent(now / whole),
            minutes=f"{desk.threshold:g}",
            service=desk.services[0].name,
        )
        if is_today
        else t(
            "maps.candidates.plan",
            plan=name,
            share=percent(then / whole),
            minutes=f"{desk.threshold:g}",
            gain=t(f"maps.candidates.{change}", count=texts.number(abs(gained))),
            mean=texts.number(mean, 1),
        )
    )
    columns = [(t("maps.candidates.mean_today"), numbers(base["mean"], 1))]
    if not is_today:
        columns.append((t("maps.candidates.mean_plan"), numbers(table["mean"], 1)))
    columns.append((t("map.share", minutes=f"{desk.threshold:g}"), percents(table["share"])))
    return View(
        legend=t("maps.candidates.legend", mode=desk.mode),
        headline=headline,
        scale=scales.minutes(desk.theme),
        cells=minutes,
        cell_term=t("map.time"),
        cell_unit=t("map.minutes"),
        communes=table["mean"].to_numpy(),
        columns=tuple(columns),
        notes=desk.notes,
        modelled=desk.result.cells_modelled,
        points=shown,
    )


def plans(desk: Desk, today: Float64) -> list[tuple[str, Float64, list[str] | None]]:
    """Today, the study's plans, the plan of `locate:`, and each candidate alone.

    Returns
    -------
    Name, minutes of each cell, and names of the sites opened (None: today).
    """
    result = desk.result
    base, study, found = result.ground, result.study, result.candidates
    attach = base.router.network.attach
    to_sites = matrix.dense(base.router, base.demand, attach(pd.DataFrame(found))).minutes[
        desk.rows
    ]
    column = {site: i for i, site in enumerate(found["id"])}
    names = dict(zip(found["id"], found["name"], strict=True))

    def opening(times: Float64, sites: Sequence[str]) -> Float64:
        opened_now = [to_sites[:, column[one]].astype(np.float64) for one in sites]
        best: Float64 = np.fmin.reduce([times, *opened_now])
        return best

    listed: list[tuple[str, Float64, list[str] | None]] = [(t("maps.choice.today"), today, None)]
    for plan in study.plans.values():
        start = today
        if plan.close:
            start = without(desk, plan.close)
        listed.append((plan.name, opening(start, plan.sites), [names[one] for one in plan.sites]))
    located = result.extras.get("location")
    if located is not None:
        sites = [one for one in located["site_id"][located["phase"] > 0] if one in column]
        if sites:
            name = t(
                "maps.choice.located_one" if len(sites) == 1 else "maps.choice.located",
                count=len(sites),
            )
            listed.append((name, opening(today, sites), [names[one] for one in sites]))
    for i in np.argsort(result.scores.rank, kind="stable"):
        site = str(found["id"].iloc[int(i)])
        name = t("maps.choice.alone", rank=int(result.scores.rank[i]), name=names[site])
        listed.append((name, opening(today, [site]), [names[site]]))
    return listed


def without(desk: Desk, closed: Sequence[str]) -> Float64:
    """Minutes to the first service where some of its facilities are closed."""
    base, service = desk.result.ground, desk.services[0]
    here = base.read.services[service.id]
    unknown = set(closed) - set(here["id"])
    if unknown:
        raise ConfigError("unknown_plan_facility", ids=", ".join(sorted(unknown)))
    kept = here[~here["id"].isin(closed)]
    if kept.empty:
        return np.full(len(desk.rows), np.nan)
    minutes = base.access(service.id, kept)["minutes"].to_numpy(np.float64)
    found: Float64 = minutes[desk.rows]
    return found


def digital_map(desk: Desk) -> WebMap:
    """Fibre of each commune at each date, and who is far and without it."""
    table = desk.result.ground.read.broadband
    if table is None:
        raise Skipped(t("maps.no_broadband"))
    codes = desk.result.communes["code"]
    table = table[table["code"].isin(codes)]
    if table.empty:
        raise Skipped(t("maps.no_rows", layer="layers.broadband"))
    dates = sorted(table["date"].unique())
    shares = {one: digital.fibre_share(table, one).reindex(codes) for one in dates}
    columns = tuple(
        (t("maps.digital.share", date=day(pd.Timestamp(one))), percents(share))
        for one, share in shares.items()
    )
    names, views = [], []
    for one, share in shares.items():
        of = table[table["date"] == one]
        known = of[of["premises"].notna() & of["ftth_premises"].notna()]
        premises, fibre = known["premises"].sum(), known["ftth_premises"].sum()
        said = day(pd.Timestamp(one))
        names.append(t("maps.choice.fibre", date=said))
        views.append(
            View(
                legend=t("maps.digital.legend", date=said),
                headline=t(
                    "maps.digital.headline",
                    date=said,
                    share=percent(fibre / premises if premises else np.nan),
                    fibre=texts.number(fibre),
                    premises=texts.number(premises),
                ),
                scale=replace(scales.shares(desk.theme), missing=t("maps.digital.no_data")),
                communes=share.to_numpy(np.float64),
                columns=columns,
                points=(),
            )
        )
    if all(np.isnan(view.communes).all() for view in views if view.communes is not None):
        raise Skipped(t("maps.no_values"))
    asked = desk.result.study.measures
    set_by = asked.digital if asked is not None else None
    limit = desk.threshold if set_by is None else set_by.minutes
    least = 0.8 if set_by is None else set_by.fibre_share
    for one, share in shares.items():
        said = day(pd.Timestamp(one))
        names.append(t("maps.choice.quadrants", date=said))
        views.append(_quadrants(desk, said, share, limit, least))
    service = desk.services[0]
    choice = Choice(t("maps.theme.digital"), tuple(names))
    points = [desk.facility_points(service)]
    return desk.page(title(desk, "digital"), [choice], views, points, first=(len(dates) - 1,))


def _quadrants(desk: Desk, said: str, share: pd.Series, limit: float, least: float) -> View:
    """Far or near, connected or not, by cell."""
    service = desk.services[0]
    minutes = desk.access(service.id)["minutes"].to_numpy(np.float32)
    fibre = share.reindex(desk.result.cells["commune_code"]).to_numpy(np.float64)
    far = ~(minutes <= np.float32(limit))
    connected = fibre >= least
    kind: Float64 = np.where(far, 2.0, 0.0) + np.where(connected, 0.0, 1.0)
    kind[np.isnan(fibre)] = np.nan
    labels = [
        t(f"maps.digital.{one}")
        for one in ("near_connected", "near_unconnected", "far_connected", "far_unconnected")
    ]
    columns = []
    for i, label in enumerate(labels):
        columns.append((t("maps.digital.people", kind=label), numbers(desk.sums(kind == i))))
    worst = float(desk.people[kind == 3].sum())
    return View(
        legend=t(
            "maps.digital.quadrants",
            service=service.name,
            minutes=f"{limit:g}",
            share=texts.percent(least, 0),
            date=said,
        ),
        headline=t(
            "maps.digital.quadrant_headline",
            date=said,
            people=texts.number(round(worst)),
            share=percent(worst / desk.people.sum() if desk.people.any() else np.nan),
        ),
        scale=scales.kinds(labels, desk.theme.quadrants),
        cells=kind,
        cell_term=t("maps.digital.term"),
        columns=tuple(columns),
        notes=desk.notes,
        modelled=desk.result.cells_modelled,
        points=(0,),
    )


def mesh(desk: Desk) -> WebMap:
    """How many facilities are in reach, by service; the centres-bourgs where they are asked for."""
    asked = desk.result.study.measures
    own = None if asked is None else asked.overlap_minutes
    limit = desk.threshold if own is None else own
    base = desk.result.ground
    names, views = [], []
    for i, service in enumerate(desk.services):
        joined = base.router.network.attach(base.read.services[service.id])
        found = matrix.dense(base.router, base.demand, joined).minutes[desk.rows]
        count = (found <= np.float32(limit)).sum(axis=1).astype(np.float64)
        count[desk.access(service.id)["reason"].to_numpy() == "too_far_from_road"] = np.nan
        if np.isnan(count).all():
            continue
        names.append(t("maps.choice.count", service=service.name))
        views.append(
            View(
                legend=t(
                    "maps.mesh.legend", minutes=f"{limit:g}", mode=desk.mode, service=service.name
                ),
                headline=t(
                    "maps.mesh.headline",
                    none=texts.number(round(float(desk.people[count == 0].sum()))),
                    one=texts.number(round(float(desk.people[count == 1].sum()))),
                    minutes=f"{limit:g}",
                ),
                scale=scales.counts(desk.theme),
                cells=count,
                factor=1,
                cell_term=t("maps.mesh.term", minutes=f"{limit:g}"),
                decimals=0,
                columns=(
                    (t("maps.mesh.choice"), numbers(desk.sums(count == 0))),
                    (t("maps.mesh.single"), numbers(desk.sums(count == 1))),
                ),
                notes=desk.notes,
                modelled=desk.result.cells_modelled,
                points=(i,),
            )
        )
    centres = desk.result.measures.get("centres")
    if centres is not None and asked is not None and asked.mesh is not None and len(centres):
        names.append(t("maps.choice.centres"))
        views.append(_centres(desk, centres))
    if not views:
        raise Skipped(t("maps.no_values"))
    choice = Choice(t("maps.theme.mesh"), tuple(names))
    layers = [desk.facility_points(one) for one in desk.services]
    return desk.page(title(desk, "mesh"), [choice], views, layers)


def _centres(desk: Desk, centres: pd.DataFrame) -> View:
    """Communes that are centres-bourgs."""
    asked = desk.result.study.measures
    assert asked is not None  # noqa: S101 - the table is there
    assert asked.mesh is not None  # noqa: S101 - the table is there
    of = centres.set_index("commune_code").reindex(desk.result.communes["code"])
    centre = of["centre"].fillna(value=False).to_numpy(bool)
    kind = np.where(centre, 0.0, np.where(of["items"].to_numpy(np.float64) > 0, 1.0, 2.0))
    kind[of["items"].isna().to_numpy()] = np.nan
    labels = [t(f"maps.mesh.{one}") for one in ("centre", "served", "bare")]
    dark, light = desk.theme.palette[-2], desk.theme.palette[1]
    modelled = any(
        one.role == "everyday" and one.source is not None and one.source.status == "modelled"
        for one in desk.result.inputs
    )
    count = int(centre.sum())
    return View(
        legend=t("maps.mesh.centres"),
        headline=t(
            "maps.mesh.centres_headline_one" if count < 2 else "maps.mesh.centres_headline",
            count=count,
            items=asked.mesh.minimum_items,
            people=texts.number(asked.mesh.minimum_attracted),
        ),
        scale=scales.kinds(labels, (dark, light, "#f4f4f0")),
        communes=kind,
        columns=(
            (t("maps.mesh.items"), numbers(of["items"])),
            (t("maps.mesh.attracted"), numbers(of["attracted_people"])),
        ),
        notes=(t("maps.mesh.everyday_note"),) if modelled else (),
        modelled=modelled,
        points=(),
    )


def gaps(desk: Desk) -> WebMap:
    """Who is beyond each threshold, and by how much."""
    limits = desk.result.study.thresholds_minutes
    views = []
    for i, service in enumerate(desk.services):
        minutes = desk.access(service.id)["minutes"].to_numpy(np.float32)
        if np.isnan(minutes).all():
            raise Skipped(t("maps.no_values"))
        commune = desk.result.cells["commune_code"].to_numpy()
        worst = pd.Series(minutes).groupby(commune).max().reindex(desk.result.communes["code"])
        for limit in limits:
            table = desk.told_communes(service.id, limit)
            whole = desk.told(service.id, limit)
            beyond = table["population"] - table["covered_population"]
            left = round(whole["population"] - whole["covered_population"])
            over = np.where(minutes <= np.float32(limit), 0.0, minutes.astype(np.float64) - limit)
            views.append(
                View(
                    legend=t(
                        "maps.gaps.legend",
                        minutes=f"{limit:g}",
                        mode=desk.mode,
                        service=service.name,
                    ),
                    headline=t(
                        "maps.gaps.headline_one" if left < 2 else "maps.gaps.headline",
                        people=texts.number(left),
                        share=percent(1 - whole["covered_share"]),
                        minutes=f"{limit:g}",
                        service=service.name,
                    ),
                    scale=scales.beyond(limit),
                    cells=over,
                    cell_term=t("maps.gaps.term"),
                    cell_unit=t("map.minutes"),
                    columns=(
                        (t("maps.gaps.people", minutes=f"{limit:g}"), numbers(beyond)),
                        (
                            t("maps.gaps.part"),
                            percents(beyond / table["population"].where(table["population"] > 0)),
                        ),
                        (t("maps.gaps.worst"), numbers(worst, 1)),
                    ),
                    notes=desk.notes,
                    modelled=desk.result.cells_modelled,
                    points=(i, len(desk.services)),
                )
            )
    choices = [
        Choice(t("maps.choice.service"), tuple(one.name for one in desk.services)),
        Choice(t("maps.choice.minutes"), tuple(within(limit) for limit in limits)),
    ]
    layers = [*(desk.facility_points(one) for one in desk.services), desk.candidate_points]
    return desk.page(title(desk, "gaps"), choices, views, layers, first=first_option(desk))


BUILDERS: dict[str, Callable[[Desk], WebMap]] = {
    "coverage": coverage,
    "access": access,
    "candidates": candidates,
    "digital": digital_map,
    "mesh": mesh,
    "gaps": gaps,
}


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes
    ----------
    folder
        Where.
    files
        Maps by theme.
    skipped
        Themes that have nothing to show, and why.
    """

    folder: Path
    files: dict[str, str]
    skipped: dict[str, str]


def require_themes(names: Sequence[str]) -> tuple[str, ...]:
    """Themes asked for, all of them where none is named.

    Raises
    ------
    ConfigError
        One is unknown.
    """
    return require_known("unknown_map_theme", names, THEMES) or THEMES


def write(
    result: Result,
    folder: Path,
    names: Sequence[str],
    say: Callable[[str], None],
    theme: Theme = DEFAULT,
    note: Callable[[str], None] = lambda _: None,
) -> Written:
    """Write a map for each theme, `map_THEME.html`, and `maps.html`, a page of them all.

    Parameters
    ----------
    result
        A run.
    folder
        Where to write.
    names
        Themes; all of them where empty.
    say
        Called with what is being done.
    theme
        The look.
    note
        Called with what was mended.

    Raises
    ------
    OutputError
        The folder cannot be written to, or there is nothing to draw.
    ConfigError
        A theme is unknown.
    """
    chosen = require_themes(names)
    desk = Desk(result, theme)
    wrong = web_map.count_invalid(desk.ground.communes.geometry)
    if wrong:
        note(t("maps.mended_one" if wrong == 1 else "maps.mended", count=wrong))
    files, skipped = {}, {}
    with replacing_all(folder) as part:
        for name in chosen:
            said = t(f"maps.theme.{name}")
            say(t("maps.writing", name=said))
            try:
                page = BUILDERS[name](desk)
            except Skipped as reason:
                skipped[name] = str(reason)
                continue
            web_map.write(part / f"map_{name}.html", page, theme, desk.drawn)
            files[name] = f"map_{name}.html"
        if files:
            frames = [embedding.read(part / one, source=one) for one in files.values()]
            heading = t("maps.index_title", title=result.study.title)
            embedding.write_page(part / "maps.html", heading, frames)
    return Written(folder, files, skipped)


# ---- what maps share ----


def headline_key(left: int) -> str:
    """Sentence that says how many people are beyond the threshold."""
    return {0: "map.headline_none", 1: "map.headline_one"}.get(left, "map.headline")


def title(desk: Desk, name: str) -> str:
    """Title of a themed map."""
    return t(f"maps.title.{name}", title=desk.result.study.title)


def first_option(desk: Desk) -> tuple[int, ...]:
    """The first service, at the threshold that the other maps tell."""
    return (0, desk.result.study.thresholds_minutes.index(desk.threshold))


def within(limit: float) -> str:
    """A threshold, as an option."""
    return t("maps.choice.within", minutes=f"{limit:g}")


def day(date: dt.date) -> str:
    """A date in words."""
    months = t("map.months").split(",")
    key = "map.day_first" if date.day == 1 else "map.day"
    return t(key, day=date.day, month=months[date.month - 1], year=date.year)


def percent(share: float) -> str:
    """A share as a percentage, `inconnu` where there is none."""
    return t("map.unknown") if np.isnan(share) else texts.percent(share)


def percents(values: pd.Series) -> list[str]:
    """Shares as percentages."""
    return [percent(one) for one in values.to_numpy(np.float64)]


def numbers(values: pd.Series, decimals: int = 0) -> list[str]:
    """Numbers as the reader's language writes them."""
    return [
        t("map.unknown") if np.isnan(one) else texts.number(one, decimals)
        for one in values.to_numpy(np.float64, na_value=np.nan)
    ]


def kind_word(kind: str) -> str:
    """Word for a kind of place, as it is where the catalogue has none."""
    key = f"map.kind.{kind}"
    return t(key) if key in texts.catalogue(texts.language()) else str(kind)


def opened(ranked: Scores, i: int, sources: dict[str, str]) -> list[web_map.Criterion]:
    """A candidate's score, criterion by criterion: raw value, weight, points, source."""
    found = []
    for j, one in enumerate(ranked.criteria):
        raw, place = ranked.raw[i, j], ranked.normalised[i, j]
        points = texts.number(100 * ranked.weights[j] * place, 1) if not np.isnan(raw) else "–"
        found.append(
            web_map.Criterion(
                t(f"criteria.{one.name}.name", number=one.number),
                criterion_value(raw, one.name, one.definition.unit),
                texts.percent(ranked.weights[j], 0),
                points,
                sources[one.definition.layer],
            )
        )
    return found


def criterion_value(value: float, name: str, unit: str) -> str:
    """Write a criterion's raw value with its unit, as the reader's language does."""
    if np.isnan(value):
        return t("map.unknown")
    if unit == "share":
        return texts.percent(value)
    decimals = 1 if unit == "min" else 0
    return f"{texts.number(value, decimals)}{texts.NARROW_SPACE}{t(f'criteria.{name}.unit')}"


def criterion_sources(result: Result) -> dict[str, str]:
    """Source and vintage of what each layer of criteria draws on, by layer."""
    study = result.study
    first = f"services.{study.services[0].id}"
    roles = {"": ("communes", "cells", first), "bus_stops": ("bus",), "effects": ("flows",)}
    by_role = {one.role: one for one in result.inputs}
    layers = {one.definition.layer for one in result.scores.criteria}
    found = {}
    for layer in layers:
        read = [by_role[role] for role in roles.get(layer, (layer,)) if role in by_role]
        found[layer] = " ; ".join(map(_source, read)) or t("map.unknown")
    return found


def _source(one: Input) -> str:
    """Producer and vintage of a file; its name where nothing is known of it."""
    if one.source is None:
        return one.path.rsplit("/", 1)[-1]
    said = f"{one.source.producer}, {one.source.vintage}"
    modelled = one.source.status == "modelled"
    return f"{said} ({t('map.status.modelled')})" if modelled else said


def source_lines(result: Result) -> list[dict[str, str]]:
    """Lines of sources and licences, each table's status first."""
    lines = []
    for item in result.inputs:
        source = item.source
        if source is None:
            continue
        said = source.attribution.get(texts.language(), source.title)
        text = f"{said}. {source.vintage}. {source.licence}."
        lines.append({"status": t(f"map.status.{source.status}"), "text": text})
    study = result.study
    if result.cells_modelled:
        said = t("map.cells_source", seed=study.cells.seed, size=study.cells.size_m)
        lines.append({"status": t("map.status.modelled"), "text": said})
    if study.roads.osm is not None:
        lines.append({"status": t("map.status.real"), "text": t("map.roads_osm") + ". ODbL 1.0."})
    if study.roads.bdtopo is not None:
        lines.append({"status": t("map.status.real"), "text": t("map.roads_bdtopo")})
    return lines


def squares(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cells as polygons: those that a file gives by their centre become squares.

    The side is the median distance between a cell and the nearest other one, which on a grid is the
    grid's own.
    """
    if cells.empty or (cells.geom_type != "Point").all():
        return cells
    xy = shapely.get_coordinates(cells.geometry.to_numpy())
    side = 1000.0
    if len(xy) > 1:
        gap = cKDTree(xy).query(xy, k=2)[0][:, 1]
        side = float(np.median(gap[gap > 0])) if (gap > 0).any() else side
    half = side / 2
    boxes = shapely.box(xy[:, 0] - half, xy[:, 1] - half, xy[:, 0] + half, xy[:, 1] + half)
    return cells.set_geometry(gpd.GeoSeries(boxes, index=cells.index, crs=cells.crs))


def main_roads(result: Result) -> gpd.GeoDataFrame | None:
    """Main roads as lines, where the network has geometry; clipped to the territory's box."""
    network = result.ground.router.network
    if not isinstance(network, RoadNetwork):
        return None
    edges = network.edges
    of_class = {name: kind for kind, names in ROAD_KINDS.items() for name in names}
    kinds = np.array([of_class.get(name, -1) for name in network.classes])[edges.kind]
    first = np.asarray(edges.first)
    owner = np.repeat(np.arange(len(kinds)), np.diff(first))
    west, south, east, north = result.communes.to_crs(4326).total_bounds
    lines, found = [], []
    for kind in ROAD_KINDS:
        chosen = np.flatnonzero(kinds == kind)
        if not len(chosen):
            continue
        inside = np.isin(owner, chosen)
        xy = np.column_stack([network.lon, network.lat])[inside]
        parts: Any = shapely.linestrings(
            xy, indices=np.unique(owner[inside], return_inverse=True)[1]
        )
        joined = shapely.line_merge(shapely.multilinestrings(parts))
        cut = shapely.get_parts(shapely.clip_by_rect(joined, west, south, east, north))
        cut = cut[shapely.get_dimensions(cut) == 1]
        lines.extend(cut)
        found.extend([kind] * len(cut))
    if not lines:
        return None
    return gpd.GeoDataFrame({"kind": found}, geometry=lines, crs=4326)
