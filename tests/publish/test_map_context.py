"""The background of maps: read with its defects named, drawn below the data, named beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from siting import config
from siting.errors import InputError, InputWarning
from siting.outputs import context, paper, print_map, print_scale, web_context
from siting.outputs.theme import DEFAULT
from siting.publish import print_maps
from siting.publish.prints import base
from siting.sources import context_layers
from siting.study import run as study

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "data" / "aveyron" / "context"


@pytest.fixture(scope="module")
def sheet():
    settings = config.load(ROOT / "configs" / "aveyron.yaml")
    made, _ = print_maps.sheets(study.run(settings, lambda _: None), DEFAULT, ["coverage"])
    return made[0]


def written(figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(match=lambda a: a.get_gid() == "context")]


def test_neighbours_roads_and_towns_are_named_and_the_territory_is_not(sheet):
    names = written(print_map.draw(sheet, paper.paper()))
    assert {" ".join("CANTAL"), " ".join("LOT"), "A75", "N88", "Aurillac", "Figeac"} <= set(names)
    assert not any("AVEYRON" in name.replace(" ", "").upper() for name in names)
    assert len(names) == len(set(names))


def test_no_name_of_a_neighbour_lies_on_the_territory(sheet):
    figure = print_map.draw(sheet, paper.paper())
    axes = figure.axes[0]
    for text in figure.findobj(match=lambda a: a.get_gid() == "context"):
        if text.get_text() in {"A75", "N88"}:
            continue
        assert not shapely.contains_xy(sheet.territory, *text.get_position())
        assert axes.viewLim.contains(*text.get_position())


def test_a_study_without_context_is_drawn_without(sheet):
    assert written(print_map.draw(replace(sheet, context=None), paper.paper())) == []
    assert context.gather({}) is None


def test_the_embedded_layers_have_provenance_and_hold_no_region():
    settings = config.load(ROOT / "configs" / "aveyron.yaml")
    layers = {
        name: context_layers.shapes(path) for name, path in settings.context if name != "towns"
    }
    layers["towns"] = context_layers.towns(settings.context.towns)
    around = context.gather(layers)
    assert set(around.departements["class"]) == {"departement"}
    assert len(around.departements) == 18
    assert around.towns["population"].is_monotonic_decreasing
    known = settings.provenance.read_text(encoding="utf-8")
    assert all(f"\n{path.name}:" in known for _, path in settings.context)


def test_points_in_a_layer_of_shapes_are_refused_with_their_rows(tmp_path):
    shapes = json.loads((FOLDER / "lakes.geojson").read_text(encoding="utf-8"))
    shapes["features"][1]["geometry"] = {"type": "Point", "coordinates": [2.5, 44.3]}
    file = tmp_path / "lakes.geojson"
    file.write_text(json.dumps(shapes), encoding="utf-8")
    with pytest.raises(InputError, match=r"lakes\.geojson.*2"):
        context_layers.shapes(file)
    for feature in shapes["features"]:
        del feature["properties"]["class"]
    file.write_text(json.dumps(shapes), encoding="utf-8")
    with pytest.raises(InputError, match="class"):
        context_layers.shapes(file)


def test_a_ring_that_is_not_closed_is_closed_with_a_warning(tmp_path):
    shapes = json.loads((FOLDER / "lakes.geojson").read_text(encoding="utf-8"))
    corners = [[2.5, 44.3], [2.6, 44.3], [2.6, 44.4], [2.5, 44.4]]
    shapes["features"][0]["geometry"] = {"type": "Polygon", "coordinates": [corners]}
    file = tmp_path / "lakes.geojson"
    file.write_text(json.dumps(shapes), encoding="utf-8")
    with pytest.warns(InputWarning, match=r"lakes\.geojson"):
        read = context_layers.shapes(file)
    assert read.geometry.iloc[0].bounds == (2.5, 44.3, 2.6, 44.4)


def test_the_browser_gets_names_beyond_the_border_and_at_most_150_kilobytes():
    settings = config.load(ROOT / "configs" / "aveyron.yaml")
    layers = {
        name: context_layers.shapes(path) for name, path in settings.context if name != "towns"
    }
    layers["towns"] = context_layers.towns(settings.context.towns)
    around = context.gather(layers)
    own = around.departements.set_index("name").geometry["Aveyron"]
    held = web_context.data(around, own)
    assert len(json.dumps(held)) < 150_000
    names = [name for name, *_ in held["departements"]["names"]]
    assert "Lozère" in names
    assert "Aveyron" not in names
    for _, lat, lon in [*held["departements"]["names"], *held["towns"]]:
        assert not shapely.intersects_xy(own, lon, lat)
    assert {"A75", "N88"} <= {name for name, *_ in held["roads"]["names"]}


@given(st.floats(1e3, 1e7))
def test_a_map_is_drawn_at_the_next_round_scale(denominator):
    scale = print_scale.round_scale(denominator)
    assert denominator * (1 - 1e-8) <= scale <= 1.34 * denominator  # 1.5 is followed by 2
    assert scale == float(f"{scale:.3g}")


@given(st.floats(1, 1e7))
def test_circles_of_a_legend_are_round_and_shrink(largest):
    sizes = base.round_sizes(largest)
    assert sizes[0] <= largest * (1 + 1e-8)
    assert sizes == sorted(set(sizes), reverse=True)
    assert all(f"{size:.0e}"[0] in "125" and size == float(f"{size:.0e}") for size in sizes)


def test_a_sheet_is_at_a_round_scale(sheet):
    figure = print_map.draw(sheet, paper.paper())
    west, east = figure.axes[0].get_xlim()
    millimetres = figure.axes[0].get_position().width * figure.get_figwidth() / paper.MM
    denominator = 1000 * (east - west) / millimetres
    assert denominator == pytest.approx(print_scale.round_scale(denominator * (1 - 1e-6)))
