"""Answers to the page: plain values, many at once as base64 of little-endian whole numbers."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siting import texts
from siting.errors import NetworkError
from siting.location import registry
from siting.network.distance_table import DistanceNetwork
from siting.outputs import compact
from siting.study import site_costs
from siting.workshop import closed_roads
from siting.workshop.scenario import modes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.ranking.definition import Criterion
    from siting.ranking.scores import Scores
    from siting.study.inputs import Inputs
    from siting.workshop.replies import (
        AccessReply,
        IsochroneReply,
        IsochroneShape,
        LayersReply,
        PlanReply,
        RankedSite,
        RankingReply,
        RobustnessReply,
        ScenarioReply,
        ShownPlace,
        SiteShare,
        StudyReply,
        WeightInterval,
    )
    from siting.workshop.scenario import Scenario
    from siting.workshop.workshop import Workshop

UNREACHED = 65_535
HUNDREDTHS = 100
PRECISION_DEGREES = 1e-6  # of an isochrone's corners: a tenth of a metre
SIMPLIFY_DEGREES = 0.0008
CELL_SHARE_DIGITS = 5
SHARE = "share"  # unit of a criterion


def packed(values: np.ndarray[Any, Any], kind: str) -> str:
    """Numbers as base64 of their little-endian bytes; `kind` is numpy's, `<u2` or `<i4`."""
    return base64.b64encode(np.ascontiguousarray(values).astype(kind).tobytes()).decode("ascii")


def study(workshop: Workshop, *, read_only: bool) -> StudyReply:
    """What the study is."""
    plan = workshop.ground.study
    read = workshop.ground.read
    by_table = isinstance(workshop.ground.router.network, DistanceNetwork)
    weights = {criterion.id: criterion.weight for criterion in plan.criteria}
    return {
        "title": plan.title,
        "name": plan.name,
        "services": [
            {
                "id": service.id,
                "name": service.name,
                "facilities": _places(read.services[service.id]),
            }
            for service in plan.services
        ],
        "modes": [plan.roads.mode, *(mode for mode in modes(plan) if mode != plan.roads.mode)],
        "costed": bool(plan.site_costs),
        "thresholds": list(plan.thresholds_minutes),
        "criteria": [
            {
                "id": criterion.id,
                "name": _worded(criterion, "name"),
                "unit": _worded(criterion, "unit"),
                "how": _worded(criterion, "how"),
                "source": _worded(criterion, "source"),
                "status": _status(workshop, criterion),
                "share": criterion.definition.unit == SHARE,
                "weight": weights[criterion.id],
                "family": criterion.definition.family,
            }
            for criterion in workshop.facts.criteria
        ],
        "zones": [
            {
                "zone_kind": str(zone["zone_kind"]),
                "zone_code": str(zone["zone_code"]),
                "zone_name": str(zone["zone_name"]),
                "population": float(zone["population"]),
            }
            for zone in workshop.zones.to_dict("records")
        ],
        "candidates": _places(read.candidates),
        "plans": [
            {"id": key, "name": named.name, "sites": list(named.sites), "close": list(named.close)}
            for key, named in plan.plans.items()
        ],
        "models": [
            {
                "id": model.name,
                "sites": "p" in model.plain.needs,
                "minutes": "max_minutes" in model.plain.needs,
                "conditions": [
                    condition
                    for condition in model.conditions
                    if condition != "budget" or plan.site_costs
                ],
            }
            for model in registry.offered("workshop")
        ],
        "roads": "distances" if by_table else "osm",
        "links": _links(read) if by_table else [],
        "sources": [
            {
                "title": source.title,
                "status": source.status,
                "vintage": source.vintage,
                "licence": source.licence,
            }
            for source in (layer.source for layer in read.read)
            if source is not None
        ],
        "modelled_cells": plan.cells.file is None,
        "read_only": read_only,
        "buffer_km": plan.territory.buffer_km,
    }


def _worded(criterion: Criterion, key: str) -> dict[str, str]:
    """A text of a criterion in each language."""
    return {
        code: texts.text(f"criteria.{criterion.name}.{key}", code, number=criterion.number)
        for code in texts.LANGUAGES
    }


def _status(workshop: Workshop, criterion: Criterion) -> str:
    """Status of the table that a criterion draws on, people where it names none; empty: unknown."""
    layer = criterion.definition.layer
    if not layer:
        return "modelled" if workshop.ground.study.cells.file is None else "real"
    known = [file.source for file in workshop.ground.read.read if file.role == layer]
    return next((source.status for source in known if source is not None), "")


def _links(read: Inputs) -> list[tuple[str, str, str, float, float, float, float]]:
    """Links of the table of distances: codes of both communes, a name, both ends."""
    at = read.communes[["chef_lieu_lon", "chef_lieu_lat"]].round(5).to_numpy().tolist()
    named = zip(read.communes["name"], at, strict=True)
    seat = dict(zip(read.communes["code"], named, strict=True))
    links = []
    for begin, end in zip(read.links["from_code"], read.links["to_code"], strict=True):
        (name, (lon, lat)), (far, (end_lon, end_lat)) = seat[begin], seat[end]
        links.append((begin, end, f"{name} – {far}", lon, lat, end_lon, end_lat))
    return links


def words(language: str) -> dict[str, str]:
    """The page's texts in a language, its tag, and the next language that a reader may choose."""
    known = texts.LANGUAGES
    following = known[(known.index(language) + 1) % len(known)]
    return texts.section("page", language) | {
        "tag": texts.text("language.tag", language),
        "next_language": following,
        "other_language": texts.text("language.name", following),
    }


def layers(workshop: Workshop) -> LayersReply:
    """What the map draws: communes, and the cells' squares."""
    base = workshop.ground
    shapes = base.read.boundaries
    simple = shapely.simplify(
        shapes.to_crs(4326).geometry.to_numpy(), SIMPLIFY_DEGREES, preserve_topology=True
    )
    seats = base.read.communes[["chef_lieu_lon", "chef_lieu_lat"]].round(5).to_numpy(np.float64)
    named = dict(
        zip(
            base.read.communes["code"],
            zip(base.read.communes["name"], seats.tolist(), strict=True),
            strict=True,
        )
    )
    units = workshop.cell_places / compact.UNIT
    return {
        "communes": [
            {
                "code": code,
                "name": str(named[code][0]),
                "at": (named[code][1][0], named[code][1][1]),
                "rings": rings,
            }
            for code, rings in zip(shapes["code"], compact.encode(simple), strict=True)
            if code in named
        ],
        "cells": packed(np.round(units), "<i4"),
        "cell_m": _cell_size(workshop),
        "people": packed(np.minimum(np.round(workshop.people), UNREACHED), "<u2"),
        "commune": packed(pd.Index(shapes["code"]).get_indexer(base.cells["commune_code"]), "<i4"),
        "unit": compact.UNIT,
    }


def answer(workshop: Workshop, scenario: Scenario) -> ScenarioReply:
    """What a scenario does."""
    outcome = workshop.answer(scenario.what_if, scenario.thresholds_minutes)
    others = workshop.beside(scenario.what_if, scenario.thresholds_minutes)
    hundredths = np.minimum(np.rint(outcome.minutes * HUNDREDTHS), UNREACHED - 1)
    shown = np.where(np.isnan(hundredths), UNREACHED, hundredths)
    network = workshop.ground.router.network
    return {
        "thresholds": list(scenario.thresholds_minutes),
        "covered": np.round(outcome.covered, CELL_SHARE_DIGITS).tolist(),
        "gained": np.round(outcome.gained, CELL_SHARE_DIGITS).tolist(),
        "lost": np.round(outcome.lost, CELL_SHARE_DIGITS).tolist(),
        "curve": np.round(outcome.curve, CELL_SHARE_DIGITS).tolist(),
        "mean_minutes": None if np.isnan(outcome.mean_minutes) else round(outcome.mean_minutes, 4),
        "unreached": round(outcome.unreached, CELL_SHARE_DIGITS),
        "minutes": packed(shown, "<u2"),
        "facility": packed(outcome.facility, "<i2"),
        "facilities": [
            {"id": site["id"], "name": site["name"], "lon": site["lon"], "lat": site["lat"]}
            for site in outcome.facilities
        ],
        "closed": closed_roads.lines(network, workshop.ground.read, scenario.what_if),
        "others": [
            {
                "service": service,
                "covered": np.round(other.covered, CELL_SHARE_DIGITS).tolist(),
                "gained": np.round(other.gained, CELL_SHARE_DIGITS).tolist(),
                "lost": np.round(other.lost, CELL_SHARE_DIGITS).tolist(),
            }
            for service, other in others.items()
        ],
    }


def plan(workshop: Workshop, scenario: Scenario) -> PlanReply:
    """What stands behind a plan: what its sites cost, and how they hold in the ranking."""
    change = scenario.what_if
    opened = [*change.open, *(site for other in change.other_services for site in other.open)]
    own = [site for site in opened if not isinstance(site, str)]
    wanted = list(dict.fromkeys(site for site in opened if isinstance(site, str)))
    cost = None if own else site_costs.of_sites(workshop.ground.study, wanted)
    robust, draws = None, 0
    among = list(dict.fromkeys(site for site in change.open if isinstance(site, str)))
    if among and set(among) <= set(workshop.candidates(change)["id"]):
        # before they open: of what is open already, nobody gains
        before = scenario.model_copy(update={"what_if": change.model_copy(update={"open": ()})})
        ranked = _ranked(workshop, before)
        drawn = workshop.robustness(ranked).drawn
        rows = ranked.sites["site_id"].isin(among).to_numpy()
        shares = drawn.acceptability[rows, : len(among)].sum(axis=1)
        robust, draws = float(shares.min()), drawn.draws
    return {
        "cost": None if cost is None else {"value": cost.value, "low": cost.low, "high": cost.high},
        "robust": robust,
        "among": len(among),
        "draws": draws,
    }


def ranking(workshop: Workshop, scenario: Scenario) -> RankingReply:
    """The candidates, best first."""
    ranked = _ranked(workshop, scenario)
    points = 100 * ranked.normalised * ranked.weights
    small = ranked.of.small
    shown = np.where(small, np.nan, ranked.raw)
    sites: list[RankedSite] = [
        {
            "id": str(ranked.sites["site_id"].iloc[row]),
            "name": str(ranked.sites["name"].iloc[row]),
            "rank": int(ranked.rank[row]),
            "score": float(ranked.score[row]),
            "low": float(ranked.low[row]),
            "high": float(ranked.high[row]),
            "raw": [_known(value) for value in shown[row]],
            "small": small[row].tolist(),
            "points": [_known(value) for value in points[row]],
        }
        for row in ranked.rank.argsort(kind="stable")
    ]
    return {
        "criteria": [criterion.id for criterion in ranked.criteria],
        "weights": [float(weight) for weight in ranked.weights],
        "sites": sites,
        "fewest": ranked.of.fewest,
    }


def _ranked(workshop: Workshop, scenario: Scenario) -> Scores:
    """Rank under the scenario's weights, the study's where it has none."""
    weights = scenario.weights or {c.id: c.weight for c in workshop.ground.study.criteria}
    return workshop.ranking(scenario.what_if, weights)


def robustness(workshop: Workshop, scenario: Scenario) -> RobustnessReply:
    """How far the ranking holds: ranks over all weightings, and how far each weight may move."""
    ranked = _ranked(workshop, scenario)
    tried = workshop.robustness(ranked)
    shares = tried.drawn.acceptability
    sites: list[SiteShare] = [
        {
            "id": str(ranked.sites["site_id"].iloc[row]),
            "first": float(shares[row, 0]),
            "top_three": float(shares[row, :3].sum()),
            "mean_rank": float(tried.drawn.mean_rank[row]),
        }
        for row in ranked.rank.argsort(kind="stable")
    ]
    intervals: list[WeightInterval] = [
        {
            "criterion": interval["criterion"],
            "weight": _known(interval["weight"]),
            "low": _known(interval["first_low"]),
            "high": _known(interval["first_high"]),
            "below": _text(interval["below_site"]),
            "above": _text(interval["above_site"]),
        }
        for interval in tried.stability.to_dict("records")
    ]
    return {"draws": tried.drawn.draws, "sites": sites, "stability": intervals}


def access(workshop: Workshop, scenario: Scenario, lon: float, lat: float) -> AccessReply:
    """Minutes from a place to the open facilities, the nearest ten."""
    table = workshop.minutes_from(scenario.what_if, lon, lat).head(10)
    rows = zip(table["id"], table["name"], table["minutes"], strict=True)
    return {
        "facilities": [
            {"id": str(key), "name": str(name), "minutes": _known(minutes)}
            for key, name, minutes in rows
        ]
    }


def isochrone(
    workshop: Workshop, scenario: Scenario, lon: float, lat: float, minutes: Sequence[float]
) -> IsochroneReply:
    """Polygons from which a place is within so many minutes, as GeoJSON.

    Raises
    ------
    NetworkError
        The study has a table of distances, which no polygon can be drawn from; or there is no road.
    """
    router = workshop.router(scenario.what_if)
    if isinstance(router.network, DistanceNetwork):
        raise NetworkError("no_isochrone")
    # contours only where they are drawn
    from siting.times import isochrones  # noqa: PLC0415

    place = router.network.attach(workshop.here(lon, lat))
    surface = isochrones.surface(router, place, max(minutes))
    metric = gpd.GeoSeries(isochrones.polygons(surface, minutes), crs=surface.crs)
    shapes = shapely.set_precision(metric.to_crs(4326).to_numpy(), PRECISION_DEGREES)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"minutes": limit},
                "geometry": cast("IsochroneShape", shapely.geometry.mapping(shape)),
            }
            for limit, shape in zip(minutes, shapes, strict=True)
        ],
    }


def _places(table: pd.DataFrame) -> list[ShownPlace]:
    columns = (table["id"], table["name"], table["lon"], table["lat"])
    return [
        {"id": str(key), "name": str(name), "lon": float(lon), "lat": float(lat)}
        for key, name, lon, lat in zip(*columns, strict=True)
    ]


def _cell_size(workshop: Workshop) -> float:
    """Side of the squares in metres: the model's, or the grid's usual distance."""
    chosen = workshop.ground.study.cells
    if chosen.file is None:
        return float(chosen.size_m)
    cells = workshop.ground.read.cells
    if cells is not None and "size_m" in cells.columns:
        return float(pd.to_numeric(cells["size_m"]).median())
    return float(chosen.size_m)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
