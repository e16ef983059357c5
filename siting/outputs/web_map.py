"""Maps in one file each, for a browser: what a page holds, and the page.

A page shows one or several *views* of the same ground (a service, a date, a plan…), which the
reader switches between. Each view says its legend, its figures and its table, so that the map, its
pop-ups and its table are one thing. `siting/browser/map` draws it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from siting import texts
from siting.errors import OutputError
from siting.outputs import brand, compact, web_context
from siting.outputs.theme import DEFAULT, Theme

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from siting.outputs.context import Context

SIMPLIFY_DEGREES = 0.0006  # area-based tolerance of the coverage, about 50 m
CELL_SIMPLIFY_DEGREES = 0.0002
LINE_SIMPLIFY_DEGREES = 0.0004
MOST_CLASSES = 7
SECONDS = 600  # deciseconds in a minute: times travel as whole deciseconds


@dataclass(frozen=True)
class ViewScale:
    """Classes of a view.

    Attributes
    ----------
    limits
        Upper bounds, increasing, each in its class; the last class is what lies beyond. Empty for
        kinds: values are then 0, 1, 2… in the order of the labels.
    labels, colours
        One a class, at most seven.
    missing
        What hatching means.
    """

    limits: tuple[float, ...]
    labels: tuple[str, ...]
    colours: tuple[str, ...]
    missing: str

    def __post_init__(self) -> None:
        expected = len(self.limits) + 1 if self.limits else len(self.labels)
        if not len(self.labels) == len(self.colours) == expected <= MOST_CLASSES:
            raise ValueError(self)


@dataclass(frozen=True)
class View:
    """One thing that the map can show.

    Attributes
    ----------
    legend
        What is shown, with its unit: heads the legend.
    headline
        The sentence that says the main figure.
    scale
        Its classes.
    cells
        Value of each cell, NaN where there is none; None where the view is of communes only.
    factor
        Values of cells travel as whole numbers of 1 / factor.
    cell_term, cell_unit, decimals
        How a cell's value is told: what it is, its unit, its decimals; kinds are told by label.
    nearest
        Facility of each cell: its row in the `near` list of points, -1 for none.
    communes
        Value of each commune, NaN where there is none; None where only cells are coloured.
    columns
        What the table and the pop-ups say of each commune: heading, and one text a commune.
    notes
        Lines under the legend.
    modelled
        Whether the cells rest on a model: they are hatched.
    points
        Layers of points shown with this view, by their place in the page's list; None: all.
    """

    legend: str
    headline: str
    scale: ViewScale
    cells: npt.NDArray[np.float64] | None = None
    factor: int = SECONDS
    cell_term: str = ""
    cell_unit: str = ""
    decimals: int = 1
    nearest: npt.NDArray[np.int64] | None = None
    communes: npt.NDArray[np.float64] | None = None
    columns: tuple[tuple[str, Sequence[str]], ...] = ()
    notes: tuple[str, ...] = ()
    modelled: bool = False
    points: tuple[int, ...] | None = None


@dataclass(frozen=True)
class OpenedCriterion:
    """A line of an opened score, written."""

    name: str
    value: str
    weight: str
    points: str
    source: str


@dataclass(frozen=True)
class Point:
    """A place.

    Attributes
    ----------
    name, lon, lat
        Its name and position.
    mark
        What stands in its marker, a rank or nothing.
    lines
        What its pop-up says: term and value.
    opened
        Its score, criterion by criterion.
    meaning
        Sign of its own (`signs.Meaning`), where it differs from its layer's.
    """

    name: str
    lon: float
    lat: float
    mark: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    opened: tuple[OpenedCriterion, ...] = ()
    meaning: str = ""


@dataclass(frozen=True)
class Points:
    """A layer of places.

    Attributes
    ----------
    legend
        Rows of the legend: meaning of the places (empty: the layer's own sign), and words; one row
        of the layer's name where empty.
    """

    name: str
    style: Literal["facility", "candidate", "plan"]
    places: tuple[Point, ...]
    shown: bool = True
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Choice:
    """What the reader chooses a view by: a name, and options by label."""

    name: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Ground:
    """What lies under every view.

    Attributes
    ----------
    communes
        `code,name,population,epci_code,epci_name,chef_lieu_lon,chef_lieu_lat`, with geometry.
    cells
        `commune_code,population`, with polygons; None: no cells.
    roads
        Lines, with `kind`: 0 motorway, 1 main road, 2 other; None where the network has no lines.
    context
        What lies around, EPSG:4326; None: nothing is known.
    main
        Rows of the communes that are named wherever they are seen, in their order.
    """

    communes: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame | None = None
    roads: gpd.GeoDataFrame | None = None
    context: Context | None = None
    main: tuple[int, ...] = ()


@dataclass(frozen=True)
class WebMap:
    """A page.

    Attributes
    ----------
    title, date
        Title, and the line that dates the data.
    ground
        What lies under every view.
    choices
        The views are their combinations, the last choice varying fastest.
    views
        One for each combination.
    points
        Layers of places, the first drawn lowest; `near` is the one that `View.nearest` points to.
    sources
        Lines to print: status and text.
    first
        Options that the page opens with; the first of each choice where empty.
    compare
        Whether two views may be shown side by side, with a slider between them.
    """

    title: str
    date: str
    ground: Ground
    choices: tuple[Choice, ...]
    views: tuple[View, ...]
    points: tuple[Points, ...] = ()
    sources: tuple[dict[str, str], ...] = ()
    near: int = 0
    first: tuple[int, ...] = ()
    compare: bool = False


@dataclass(frozen=True)
class Drawn:
    """The ground as a page holds it, made once for all the pages that share it."""

    ground: Ground
    data: dict[str, Any]


def write(path: Path, content: WebMap, theme: Theme = DEFAULT, drawn: Drawn | None = None) -> None:
    """Write a map as one file that asks nothing of any host."""
    from siting.outputs import leaflet  # noqa: PLC0415 - folium only where a page is written

    leaflet.write(path, render(content, theme, drawn))


def render(content: WebMap, theme: Theme = DEFAULT, drawn: Drawn | None = None) -> str:
    """Give a map's page.

    Parameters
    ----------
    content
        What it shows.
    theme
        Its look.
    drawn
        The same ground, drawn before.

    Raises
    ------
    OutputError
        There is no commune to draw.
    """
    from siting.outputs import leaflet  # noqa: PLC0415 - as in `write`

    combinations = int(np.prod([len(choice.options) for choice in content.choices], dtype=int))
    if combinations != len(content.views):
        raise ValueError(len(content.views))
    outlines = (drawn or draw(content.ground)).data
    west, south, east, north = outlines["bounds"]
    frame = leaflet.OfflineMap(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=9,
        tiles=None,
        prefer_canvas=True,
        zoom_control=False,
        attribution_control=True,
    )
    data = {**_data(content, theme), **outlines}
    script = f"const data = {leaflet.in_script(data)};\n"
    return leaflet.page(
        frame,
        language=texts.language(),
        title=content.title,
        description=content.views[_first(content)].headline,
        css=leaflet.built("map.css").decode().replace("LETTERS", brand.letters(theme), 1),
        script=f"{script}{leaflet.built('map.js').decode()}siting_map.draw(map, data);\n",
    )


def draw(ground: Ground) -> Drawn:
    """Make the ground ready for pages: shapes simplified as a coverage, whole numbers, packed.

    Shapes that are not valid are mended first (`shapely.make_valid`).

    Raises
    ------
    OutputError
        There is no commune, or none has a shape.
    """
    communes = ground.communes.to_crs(4326)
    whole = mended(communes.geometry)
    if not len(whole) or shapely.is_empty(whole).all():
        raise OutputError("map_without_communes")
    seats = communes[["chef_lieu_lon", "chef_lieu_lat"]].to_numpy(np.float64)
    centres = shapely.get_coordinates(shapely.point_on_surface(whole))
    placed = ~np.isnan(seats).any(axis=1)
    if len(centres) == len(seats):
        seats = np.where(placed[:, None], seats, centres)
    names = sorted(set(communes["epci_code"]) - {""})
    epci_names = communes.drop_duplicates("epci_code").set_index("epci_code")["epci_name"]
    index = {code: i for i, code in enumerate(names)}
    owner = np.array([index.get(code, -1) for code in communes["epci_code"]])
    outlines = [shapely.union_all(whole[owner == i]) for i in range(len(names))]
    data: dict[str, Any] = {
        "bounds": [float(v) for v in np.round(shapely.total_bounds(whole), 5)],
        "communes": {
            "shape": compact.pack_shapes(_simplified(whole, SIMPLIFY_DEGREES)),
            "name": [str(commune) for commune in communes["name"]],
            "epci": owner.tolist(),
            "people": whole_numbers(communes["population"]),
            "seat": np.round(seats[:, ::-1], 5).tolist(),
            "main": list(ground.main),
        },
        "epci": {
            "name": [str(epci_names[code]) for code in names],
            "shape": compact.pack_shapes(
                _simplified(np.array(outlines, dtype=object), SIMPLIFY_DEGREES)
            ),
        },
        "cells": None,
        "roads": None,
    }
    if ground.cells is not None and len(ground.cells):
        place = {code: i for i, code in enumerate(communes["code"])}
        cells = ground.cells
        shapes = mended(cells.geometry.to_crs(4326))
        commune = np.array([place[code] for code in cells["commune_code"]], np.int64)
        people = np.round(cells["population"].to_numpy(np.float64) * 10).astype(np.int64)
        data["cells"] = {
            "shape": compact.pack_shapes(shapely.simplify(shapes, CELL_SIMPLIFY_DEGREES)),
            "commune": compact.pack(commune),
            "people": compact.pack(people),
        }
    if ground.roads is not None and len(ground.roads):
        lines = shapely.simplify(ground.roads.geometry.to_crs(4326), LINE_SIMPLIFY_DEGREES)
        data["roads"] = {
            "shape": compact.pack_shapes(np.asarray(lines, dtype=object)),
            "kind": compact.pack(ground.roads["kind"].to_numpy(np.int64)),
        }
    if ground.context is not None:
        data["context"] = web_context.data(ground.context, shapely.union_all(whole))
    return Drawn(ground, data)


def mended(shapes: gpd.GeoSeries) -> npt.NDArray[np.object_]:
    """Shapes, those that are not valid made so."""
    repaired: npt.NDArray[np.object_] = shapes.to_numpy().copy()
    wrong = ~shapely.is_valid(repaired) & (repaired != None)  # noqa: E711 - elementwise
    repaired[wrong] = shapely.make_valid(repaired[wrong])
    return repaired


def count_invalid(shapes: gpd.GeoSeries) -> int:
    """How many shapes `mended` would mend."""
    return int((~shapely.is_valid(shapes.to_numpy()) & shapes.notna().to_numpy()).sum())


def _simplified(shapes: npt.NDArray[np.object_], tolerance: float) -> npt.NDArray[np.object_]:
    """Polygons simplified together, so that neighbours stay neighbours."""
    simpler: npt.NDArray[np.object_] = shapely.coverage_simplify(_areal(shapes), tolerance)
    return simpler


def _areal(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Shapes without the lines and points that mending may leave."""
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    areas = shapes.copy()
    for i in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapes[i])
        areas[i] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return areas


def _first(content: WebMap) -> int:
    """The view that the page opens with."""
    at = 0
    for choice, option in zip(content.choices, content.first, strict=False):
        at = at * len(choice.options) + option
    return at


def _data(content: WebMap, theme: Theme) -> dict[str, Any]:
    """What the page's script needs, the ground apart."""
    previous: npt.NDArray[np.int64] | None = None
    views = []
    for view in content.views:
        written = _view(view)
        coded = _coded(view)
        if coded is not None:
            changed = None if previous is None else np.flatnonzero(coded != previous)
            if changed is not None and len(changed) < len(coded) / 3:
                gaps = np.diff(changed, prepend=0)
                written["changed"] = [compact.pack(gaps), compact.pack(coded[changed])]
            else:
                written["cells"] = compact.pack(coded)
                previous = coded  # later views say what changed since this one
        views.append(written)
    return {
        "language": texts.language(),
        "tag": texts.text("language.tag"),
        "words": texts.section("map.page"),
        "title": content.title,
        "editor": theme.editor,
        "logo": brand.logo(theme),
        "date": content.date,
        "noData": theme.no_data,
        "choices": [
            {"name": choice.name, "options": list(choice.options)} for choice in content.choices
        ],
        "views": views,
        "points": [_points(point) for point in content.points],
        "near": content.near,
        "first": list(content.first),
        "compare": content.compare,
        "sources": list(content.sources),
    }


def _coded(view: View) -> npt.NDArray[np.int64] | None:
    """Values of cells as whole numbers, one more than they are; 0 for none."""
    if view.cells is None:
        return None
    factor = view.factor if view.scale.limits else 1
    values = np.round(np.asarray(view.cells, np.float64) * factor)
    return np.where(np.isnan(values), 0, values + 1).astype(np.int64)


def _view(view: View) -> dict[str, Any]:
    """A view without its cells."""
    kept: dict[str, Any] = {
        "legend": view.legend,
        "headline": view.headline,
        "limits": list(view.scale.limits),
        "labels": list(view.scale.labels),
        "colours": list(view.scale.colours),
        "missing": view.scale.missing,
        "factor": view.factor if view.scale.limits else 1,
        "term": view.cell_term,
        "unit": view.cell_unit,
        "decimals": view.decimals,
        "columns": [[name, list(values)] for name, values in view.columns],
        "notes": list(view.notes),
        "modelled": view.modelled,
    }
    if view.nearest is not None:
        kept["nearest"] = compact.pack(np.asarray(view.nearest, np.int64) + 1)
    if view.communes is not None:
        kept["communes"] = [None if np.isnan(v) else round(float(v), 4) for v in view.communes]
    if view.points is not None:
        kept["points"] = list(view.points)
    return kept


def _points(layer: Points) -> dict[str, Any]:
    """A layer of places."""
    return {
        "name": layer.name,
        "style": layer.style,
        "shown": layer.shown,
        "legend": [list(row) for row in layer.legend or (("", layer.name),)],
        "places": [
            {
                "name": place.name,
                "at": [round(place.lat, 5), round(place.lon, 5)],
                "mark": place.mark,
                "meaning": place.meaning,
                "lines": [list(pair) for pair in place.lines],
                "opened": [
                    [line.name, line.source, line.value, line.weight, line.points]
                    for line in place.opened
                ],
            }
            for place in layer.places
        ],
    }


def whole_numbers(values: pd.Series) -> list[int | float]:
    """Counts, to a tenth, whole where they are."""
    rounded = values.to_numpy(np.float64).round(1)
    return [int(v) if v == int(v) else float(v) for v in rounded]
