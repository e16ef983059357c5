"""The map of a study: access by travel-time class, facilities, ranked candidates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siting import texts
from siting.outputs import compact, leaflet
from siting.outputs.theme import DEFAULT, Theme
from siting.texts import text as t

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from siting.sites.scores import Scores

SIMPLIFY_DEGREES = 0.0006  # area-based tolerance of the coverage, about 50 m
LABELS = 14  # towns named on the map without a click

WORDS = (
    "legend",
    "access",
    "minutes",
    "beyond",
    "no_data",
    "modelled",
    "modelled_mark",
    "communes",
    "cells",
    "facilities",
    "candidates",
    "epci",
    "none",
    "ign",
    "osm",
    "search",
    "search_label",
    "not_found",
    "population",
    "mean",
    "facility",
    "score",
    "criterion",
    "value",
    "weight",
    "points",
    "unknown",
    "rank",
    "sources",
    "table",
    "close",
    "commune",
    "share",
    "north",
    "layers",
    "reason_no_route",
    "reason_too_far_from_road",
    "reason_beyond_limit",
    "people_within",
    "offline_note",
)


@dataclass(frozen=True)
class MapContent:
    """What the map shows.

    Attributes
    ----------
    title, headline
        Title, and the sentence that says the main figure.
    service
        Name of the service.
    communes
        `code,name,population,epci_code,epci_name,minutes,share` (share of the people within
        `threshold`), with geometry.
    cells
        `commune_code,population,minutes,facility_id,reason`, with geometry.
    facilities
        `id,name,lon,lat,kind`.
    candidates
        `id,lon,lat`, in the order of `scores`.
    scores
        Scores of the candidates.
    threshold
        Minutes of the share shown for each commune.
    cells_modelled
        Whether the people within communes are modelled.
    sources
        Lines to print: attribution, vintage, licence, status.
    """

    title: str
    headline: str
    service: str
    communes: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    facilities: pd.DataFrame
    candidates: pd.DataFrame
    scores: Scores
    threshold: float
    cells_modelled: bool
    sources: list[dict[str, str]]


def write(path: Path, content: MapContent, theme: Theme = DEFAULT) -> None:
    """Write the map as one file that asks nothing of any host."""
    leaflet.write(path, render(content, theme))


def render(content: MapContent, theme: Theme = DEFAULT) -> str:
    """Give the map's page."""
    west, south, east, north = content.communes.to_crs(4326).total_bounds
    frame = leaflet.OfflineMap(
        location=[float((south + north) / 2), float((west + east) / 2)],
        zoom_start=9,
        tiles=None,
        prefer_canvas=True,
        zoom_control=False,
        attribution_control=True,
    )
    script = f"const data = {leaflet.in_script(_data(content, theme))};\n"
    return leaflet.page(
        frame,
        language=texts.language(),
        title=content.title,
        css=leaflet.asset("study_map.css"),
        body="",
        script=script + leaflet.asset("study_map.js"),
    )


def _data(content: MapContent, theme: Theme) -> dict[str, Any]:
    """Everything that the page's script needs."""
    communes = content.communes.to_crs(4326)
    whole = communes.geometry.to_numpy()
    simple = shapely.coverage_simplify(whole, SIMPLIFY_DEGREES)
    index = {code: i for i, code in enumerate(communes["code"])}
    places = {one: i for i, one in enumerate(content.facilities["id"])}
    cells = content.cells.to_crs(4326)
    epci = communes.dissolve("epci_code", sort=True)
    return {
        "language": texts.language(),
        "words": {word: t(f"map.{word}") for word in WORDS},
        "title": content.title,
        "headline": content.headline,
        "service": content.service,
        "threshold": content.threshold,
        "classes": list(theme.classes),
        "palette": list(theme.palette),
        "noData": theme.no_data,
        "cellsModelled": content.cells_modelled,
        "bounds": [float(v) for v in communes.total_bounds.round(5)],
        "communes": {
            "shape": compact.encode(simple),
            "code": list(communes["code"]),
            "name": list(communes["name"]),
            "epci": list(communes["epci_name"]),
            "people": _whole(communes["population"]),
            "minutes": _tenths(communes["minutes"]),
            "share": _thousandths(communes["share"]),
        },
        "epci": {
            "name": list(epci["epci_name"]),
            "shape": compact.encode(
                shapely.coverage_simplify(epci.geometry.to_numpy(), SIMPLIFY_DEGREES)
            ),
        },
        "cells": {
            "shape": compact.encode(shapely.simplify(cells.geometry.to_numpy(), 0.0002)),
            "commune": [index[code] for code in cells["commune_code"]],
            "people": _whole(cells["population"]),
            "minutes": _tenths(cells["minutes"]),
            "facility": [places.get(one, -1) for one in cells["facility_id"]],
            "reason": [str(one) for one in cells["reason"]]
            if (cells["reason"] != "").any()
            else [],
        },
        "facilities": [
            {"name": name, "kind": _kind(kind), "at": at}
            for name, kind, at in zip(
                content.facilities["name"],
                content.facilities["kind"],
                _positions(content.facilities, "lon", "lat"),
                strict=True,
            )
        ],
        "candidates": _candidates(content),
        "labels": [
            int(i) for i in np.argsort(-communes["population"].to_numpy(), kind="stable")[:LABELS]
        ],
        "seats": _positions(communes, "chef_lieu_lon", "chef_lieu_lat"),
        "sources": content.sources,
    }


def _candidates(content: MapContent) -> list[dict[str, Any]]:
    """Candidates with their score opened: criterion, raw value, weight, points."""
    scores = content.scores
    result = []
    for i, at in enumerate(_positions(content.candidates, "lon", "lat")):
        opened = []
        for j, one in enumerate(scores.criteria):
            raw, place = scores.raw[i, j], scores.normalised[i, j]
            known = not np.isnan(raw)
            opened.append(
                {
                    "name": t(f"criteria.{one.name}.name", number=one.number),
                    "value": criterion_value(raw, one.name, one.definition.unit),
                    "weight": texts.percent(scores.weights[j], 0),
                    "points": texts.number(100 * scores.weights[j] * place, 1) if known else "",
                }
            )
        result.append(
            {
                "name": scores.sites["name"].iloc[i],
                "at": at,
                "rank": int(scores.rank[i]),
                "score": texts.number(scores.score[i], 1),
                "opened": opened,
            }
        )
    return sorted(result, key=lambda one: one["rank"])


def criterion_value(value: float, name: str, unit: str) -> str:
    """Write a criterion's raw value with its unit, as the reader's language does."""
    if np.isnan(value):
        return t("map.unknown")
    if unit == "share":
        return texts.percent(value)
    decimals = 1 if unit == "min" else 0
    return f"{texts.number(value, decimals)}{texts.NARROW_SPACE}{t(f'criteria.{name}.unit')}"


def _kind(kind: str) -> str:
    """Word for a kind of place, as it is where the catalogue has none."""
    key = f"map.kind.{kind}"
    return t(key) if key in texts.catalogue(texts.language()) else kind


def _positions(table: pd.DataFrame, lon: str, lat: str) -> list[list[float]]:
    """Latitude and longitude of each row, to a metre."""
    degrees: list[list[float]] = table[[lat, lon]].to_numpy(np.float64).round(5).tolist()
    return degrees


def _whole(values: pd.Series) -> list[int | float]:
    rounded = values.to_numpy(np.float64).round(1)
    return [int(v) if v == int(v) else float(v) for v in rounded]


def _tenths(values: pd.Series) -> list[float | None]:
    # shown to a tenth, rounded up: a time just over a threshold must not be painted as within it
    tenths = np.ceil(values.to_numpy(np.float64) * 10 - 1e-6) / 10
    return [None if np.isnan(v) else float(v) for v in tenths]


def _thousandths(values: pd.Series) -> list[float | None]:
    rounded = values.to_numpy(np.float64).round(3)
    return [None if np.isnan(v) else float(v) for v in rounded]
