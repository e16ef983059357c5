"""What the page is told: plain values, many at once as base64 of little-endian whole numbers."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siting import texts
from siting.errors import NetworkError
from siting.location import registry
from siting.network.distance_table import DistanceNetwork
from siting.outputs import compact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.ranking.scores import Scores
    from siting.workshop.scenario import Scenario
    from siting.workshop.workshop import Workshop

UNREACHED = 65_535
HUNDREDTHS = 100
PRECISION_DEGREES = 1e-6  # of an isochrone's corners: a tenth of a metre
SIMPLIFY_DEGREES = 0.0008
CELL_SHARE_DIGITS = 5


def packed(values: np.ndarray[Any, Any], kind: str) -> str:
    """Numbers as base64 of their little-endian bytes; `kind` is numpy's, `<u2` or `<i4`."""
    return base64.b64encode(np.ascontiguousarray(values).astype(kind).tobytes()).decode("ascii")


def study(workshop: Workshop, *, read_only: bool) -> dict[str, Any]:
    """What the study is."""
    held = workshop.ground.study
    read = workshop.ground.read
    network = workshop.ground.router.network
    weights = {one.id: one.weight for one in held.criteria}
    links = []
    if isinstance(network, DistanceNetwork):
        at = read.communes[["chef_lieu_lon", "chef_lieu_lat"]].round(5).to_numpy().tolist()
        named = zip(read.communes["name"], at, strict=True)
        seat = dict(zip(read.communes["code"], named, strict=True))
        for one, other in zip(read.links["from_code"], read.links["to_code"], strict=True):
            (name, begin), (far, end) = seat[one], seat[other]
            links.append([one, other, f"{name} – {far}", *begin, *end])
    return {
        "title": held.title,
        "name": held.name,
        "service": workshop.service.name,
        "thresholds": list(held.thresholds_minutes),
        "criteria": [
            {
                "id": one.id,
                "name": {
                    code: texts.text(f"criteria.{one.name}.name", code, number=one.number)
                    for code in texts.LANGUAGES
                },
                "weight": weights[one.id],
                "family": one.definition.family,
            }
            for one in workshop.facts.criteria
        ],
        "zones": workshop.zones.to_dict("records"),
        "facilities": _places(workshop.facilities),
        "candidates": _places(read.candidates),
        "plans": [
            {"id": key, "name": one.name, "sites": list(one.sites), "close": list(one.close)}
            for key, one in held.plans.items()
        ],
        "models": [
            {
                "id": model.name,
                "sites": "p" in model.plain.needs,
                "minutes": "max_minutes" in model.plain.needs,
            }
            for model in registry.offered("workshop")
        ],
        "roads": "distances" if isinstance(network, DistanceNetwork) else "osm",
        "links": links,
        "sources": [
            {
                "title": one.source.title,
                "status": one.source.status,
                "vintage": one.source.vintage,
                "licence": one.source.licence,
            }
            for one in read.read
            if one.source is not None
        ],
        "modelled_cells": held.cells.file is None,
        "read_only": read_only,
        "buffer_km": held.territory.buffer_km,
    }


def layers(workshop: Workshop) -> dict[str, Any]:
    """What the map draws: communes, and the cells' squares."""
    base = workshop.ground
    shapes = base.read.boundaries
    simple = shapely.simplify(
        shapes.to_crs(4326).geometry.to_numpy(), SIMPLIFY_DEGREES, preserve_topology=True
    )
    seats = base.read.communes.set_index("code")[["name", "chef_lieu_lon", "chef_lieu_lat"]]
    named = {str(row.Index): row for row in seats.round(5).itertuples()}
    points = base.cells.to_crs(4326).geometry.representative_point()
    units = np.column_stack([points.x, points.y]) / compact.UNIT
    return {
        "communes": [
            {
                "code": code,
                "name": named[code].name,
                "at": [named[code].chef_lieu_lon, named[code].chef_lieu_lat],
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


def answer(workshop: Workshop, asked: Scenario) -> dict[str, Any]:
    """What a scenario does."""
    found = workshop.answer(asked.what_if, asked.thresholds_minutes)
    hundredths = np.minimum(np.rint(found.minutes * HUNDREDTHS), UNREACHED - 1)
    shown = np.where(np.isnan(hundredths), UNREACHED, hundredths)
    return {
        "thresholds": list(asked.thresholds_minutes),
        "covered": np.round(found.covered, CELL_SHARE_DIGITS).tolist(),
        "gained": np.round(found.gained, CELL_SHARE_DIGITS).tolist(),
        "lost": np.round(found.lost, CELL_SHARE_DIGITS).tolist(),
        "curve": np.round(found.curve, CELL_SHARE_DIGITS).tolist(),
        "mean_minutes": None if np.isnan(found.mean_minutes) else round(found.mean_minutes, 4),
        "unreached": round(found.unreached, CELL_SHARE_DIGITS),
        "minutes": packed(shown, "<u2"),
        "facility": packed(found.facility, "<i2"),
        "facilities": [
            {key: one[key] for key in ("id", "name", "lon", "lat")} for one in found.facilities
        ],
    }


def ranking(workshop: Workshop, asked: Scenario) -> dict[str, Any]:
    """The candidates, best first."""
    ranked = _ranked(workshop, asked)
    points = 100 * ranked.normalised * ranked.weights
    small = ranked.of.small
    shown = np.where(small, np.nan, ranked.raw)
    sites = [
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
        "sites": sites,
        "fewest": ranked.of.fewest,
    }


def _ranked(workshop: Workshop, asked: Scenario) -> Scores:
    """Rank under the scenario's weights, the study's where it has none."""
    weights = asked.weights or {c.id: c.weight for c in workshop.ground.study.criteria}
    return workshop.ranking(asked.what_if, weights)


def robustness(workshop: Workshop, asked: Scenario) -> dict[str, Any]:
    """How far the ranking holds: ranks over all weightings, and how far each weight may move."""
    found = _ranked(workshop, asked)
    held = workshop.robustness(found)
    shares = held.drawn.acceptability
    sites = [
        {
            "id": str(found.sites["site_id"].iloc[row]),
            "first": float(shares[row, 0]),
            "top_three": float(shares[row, :3].sum()),
            "mean_rank": float(held.drawn.mean_rank[row]),
        }
        for row in found.rank.argsort(kind="stable")
    ]
    intervals = [
        {
            "criterion": one["criterion"],
            "weight": _known(one["weight"]),
            "low": _known(one["first_low"]),
            "high": _known(one["first_high"]),
            "below": _text(one["below_site"]),
            "above": _text(one["above_site"]),
        }
        for one in held.stability.to_dict("records")
    ]
    return {"draws": held.drawn.draws, "sites": sites, "stability": intervals}


def access(workshop: Workshop, asked: Scenario, lon: float, lat: float) -> dict[str, Any]:
    """Minutes from a place to the open facilities, the nearest ten."""
    table = workshop.minutes_from(asked.what_if, lon, lat).head(10)
    rows = [
        {"id": one, "name": name, "minutes": _known(minutes)}
        for one, name, minutes in zip(table["id"], table["name"], table["minutes"], strict=True)
    ]
    return {"facilities": rows}


def isochrone(
    workshop: Workshop, asked: Scenario, lon: float, lat: float, minutes: Sequence[float]
) -> dict[str, Any]:
    """Polygons from which a place is within so many minutes, as GeoJSON.

    Raises
    ------
    NetworkError
        The study has a table of distances, which no polygon can be drawn from; or there is no road.
    """
    router = workshop.router(asked.what_if)
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
                "geometry": shapely.geometry.mapping(shape),
            }
            for limit, shape in zip(minutes, shapes, strict=True)
        ],
    }


def _places(table: pd.DataFrame) -> list[dict[str, Any]]:
    columns = (table["id"], table["name"], table["lon"], table["lat"])
    return [
        {"id": str(one), "name": str(name), "lon": float(lon), "lat": float(lat)}
        for one, name, lon, lat in zip(*columns, strict=True)
    ]


def _cell_size(workshop: Workshop) -> float:
    """Side of the squares in metres: the model's, or the grid's usual distance."""
    held = workshop.ground.study.cells
    if held.file is None:
        return float(held.size_m)
    cells = workshop.ground.read.cells
    if cells is not None and "size_m" in cells.columns:
        return float(pd.to_numeric(cells["size_m"]).median())
    return float(held.size_m)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
