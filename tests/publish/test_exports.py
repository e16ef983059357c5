"""The same figures in the map, its table, the tables of the run and every file handed on."""

from __future__ import annotations

import json
import re
import sqlite3
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from siting import config, texts
from siting.errors import ConfigError
from siting.outputs import scales, topojson, web_map
from siting.outputs.theme import DEFAULT
from siting.publish import exports as study_exports
from siting.publish.maps import overview
from siting.study import run as study

ROOT = Path(__file__).parents[2]
SERVICE = "france_services"


@pytest.fixture(scope="module")
def result():
    return study.run(config.load(ROOT / "configs" / "aveyron.yaml"), lambda _: None)


@pytest.fixture(scope="module")
def folder(result, tmp_path_factory):
    out = tmp_path_factory.mktemp("data")
    written = study_exports.write(result, out, study_exports.FORMATS, lambda _: None)
    assert not written.skipped
    return out


def communes_of(folder):
    return gpd.read_file(folder / "aveyron.gpkg", layer="communes").set_index("code")


def of_sheet(path: Path, title: str) -> pd.DataFrame:
    """A sheet of a workbook, its columns named as in the other files, by the definitions."""
    names = pd.read_excel(path, "Définitions")
    names = names[names["feuille"] == title].set_index("titre")["colonne"]
    read = pd.read_excel(path, title, dtype=str)
    assert set(read.columns) == set(names.index)  # no two columns share a heading
    return read.rename(columns=names)


def test_map_table_and_files_say_the_same(result, folder):
    packed = communes_of(folder)
    told = result.coverage[
        (result.coverage["zone_kind"] == "commune") & (result.coverage["threshold_minutes"] == 20)
    ].set_index("zone_code")
    share = f"share_{SERVICE}_20min"
    assert packed[share].to_numpy() == pytest.approx(
        told["covered_share"].reindex(packed.index).to_numpy(), nan_ok=True
    )
    page = overview.page(result).views[0]
    columns = dict(page.columns)
    assert columns["Temps moyen (min)"] == [
        texts.number(v, 1) for v in packed[f"minutes_{SERVICE}"]
    ]
    assert columns["Part à 20 min"] == [texts.percent(v) for v in packed[share]]
    whole = result.coverage.iloc[2]
    assert texts.percent(whole["covered_share"]) in page.headline

    french = pd.read_csv(
        folder / "aveyron_communes_fr.csv", sep=";", decimal=",", dtype={"code": str}
    ).set_index("code")
    plain = pd.read_csv(folder / "aveyron_communes.csv", dtype={"code": str}).set_index("code")
    parquet = gpd.read_parquet(folder / "aveyron_communes.parquet").set_index("code")
    book = of_sheet(folder / "aveyron.xlsx", "Communes").set_index("code")
    topology = json.loads((folder / "aveyron.topojson").read_text(encoding="utf-8"))
    rows = [one["properties"] for one in topology["objects"]["communes"]["geometries"]]
    for table in (french, plain, parquet, book, pd.DataFrame(rows).set_index("code")):
        for column in (f"minutes_{SERVICE}", share, "population"):
            expected = packed[column].to_numpy(float)
            assert table[column].to_numpy(float) == pytest.approx(expected, abs=1e-5), column


def test_cells_say_the_minutes_of_access(result, folder):
    cells = gpd.read_file(folder / "aveyron.gpkg", layer="cells").set_index("cell_id")
    access = result.access.set_index("cell_id")["minutes"]
    assert cells[f"minutes_{SERVICE}"].to_numpy() == pytest.approx(
        access.reindex(cells.index).to_numpy()
    )
    with rasterio.open(folder / f"aveyron_{SERVICE}.tif") as raster:
        some = cells.iloc[::500]
        points = shapely.get_coordinates(shapely.point_on_surface(some.geometry.to_numpy()))
        found = np.array([value[0] for value in raster.sample(points)])
        assert (found == np.ceil(some[f"minutes_{SERVICE}"].to_numpy() - 1e-6)).mean() > 0.9
        assert raster.nodata == 255
        near = raster.colormap(1)[10][:3]
        assert "#" + "".join(f"{one:02x}" for one in near) == DEFAULT.palette[0]
        assert raster.colormap(1)[11] != raster.colormap(1)[10]


def test_every_file_carries_source_licence_and_vintage(folder):
    with sqlite3.connect(folder / "aveyron.gpkg") as store:
        gpkg = " ".join(row[0] for row in store.execute("SELECT metadata FROM gpkg_metadata"))
    parquet = str(pq.read_schema(folder / "aveyron_cells.parquet").metadata)
    book = openpyxl.load_workbook(folder / "aveyron.xlsx", read_only=True)
    listed = " ".join(str(v) for row in book["Sources"].iter_rows(values_only=True) for v in row)
    with rasterio.open(folder / f"aveyron_{SERVICE}.tif") as raster:
        tags = " ".join(raster.tags().values())
    beside = [path.read_text(encoding="utf-8") for path in folder.glob("*-metadata.json")]
    assert len(beside) == len(list(folder.glob("*.csv")))
    topology = (folder / "aveyron.topojson").read_text(encoding="utf-8")
    for text in (gpkg, parquet, listed, tags, topology, *beside):
        assert "ANCT" in text
        assert "Licence Ouverte" in text
        assert "01/08/2024" in text


def test_qgis_finds_a_style_for_every_layer(folder):
    with sqlite3.connect(folder / "aveyron.gpkg") as store:
        rows = store.execute(
            "SELECT f_table_name, f_geometry_column, styleQML FROM layer_styles WHERE useAsDefault"
        ).fetchall()
        columns = dict(store.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    assert {(name, column) for name, column, _ in rows} == set(columns.items())
    cells = gpd.read_file(folder / "aveyron.gpkg", layer="cells")
    for name, _, style in rows:
        root = ET.fromstring(style)  # noqa: S314 - our own
        rules = root.findall(".//rule")
        symbols = {one.get("name") for one in root.findall("./renderer-v2/symbols/symbol")}
        assert {one.get("symbol") for one in rules} == symbols
        if name == "cells":
            # each cell falls under one rule
            hits = [cells.query(_pandas(one.get("filter"))) for one in rules]
            assert sum(map(len, hits)) == len(cells)


def _pandas(rule):
    column, _, _ = rule.removeprefix('"').partition('"')
    rule = rule.replace(" IS NULL", f" != `{column}`").replace(" AND ", " and ")
    return re.sub(r'"([^"]+)"', r"`\1`", rule)


def test_the_workbook_explains_itself(folder):
    book = openpyxl.load_workbook(folder / "aveyron.xlsx")
    assert book.sheetnames[:2] == ["Sommaire", "Communes"]
    links = [cell.hyperlink.location for (cell,) in book["Sommaire"]["A4:A10"]]
    assert links == [f"'{title}'!A1" for title in book.sheetnames[1:]]
    told = {(row[0], row[1]) for row in book["Définitions"].iter_rows(min_row=2, values_only=True)}
    for sheet in book.sheetnames[1:-2]:
        heads = [cell.value for cell in book[sheet][1]]
        assert {(sheet, head) for head in heads} <= told
    sheet = book["Communes"]
    formats = {cell.value: sheet.cell(2, cell.column).number_format for cell in sheet[1]}
    assert formats["Part des habitants à 20 min ou moins de « France Services » (part)"] == "0.0%"
    assert sheet["C2"].number_format == "#,##0"
    assert sheet.freeze_panes


def test_the_workbook_prints_as_it_is(folder):
    book = openpyxl.load_workbook(folder / "aveyron.xlsx")
    for sheet in book.worksheets:
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert book["Communes"].print_title_rows == "$1:$1"
    assert book["Communes"].page_setup.orientation == "landscape"
    assert book["Carreaux"].page_setup.orientation == "portrait"  # four columns
    assert book["Communes"].row_dimensions[1].height > 30  # the words of its head wrap


def test_french_tables_have_no_digits_that_mean_nothing(folder):
    for path in folder.glob("*_fr.csv"):
        for line in path.read_text(encoding="utf-8-sig").splitlines()[1:]:
            assert not re.search(r"(?<![\w-])\d+,\d{7,}", line), (path.name, line)


def test_the_same_geopackage_has_the_same_bytes(result, tmp_path):
    for name in ("a", "b"):
        study_exports.write(result, tmp_path / name, ["gpkg"], lambda _: None)
    first, second = ((tmp_path / one / "aveyron.gpkg").read_bytes() for one in ("a", "b"))
    assert first == second


def test_an_unknown_format_is_named():
    with pytest.raises(ConfigError, match="shp"):
        study_exports.require_formats(["shp"])
    assert "csv-fr" not in study_exports.require_formats(())


def decoded(topology, layer):
    """Shapes of a layer, as the specification reads them."""
    scale, move = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + move for arc in topology["arcs"]]

    def ring(indices):
        parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
        for one, other in pairwise(parts):
            assert one[-1] == pytest.approx(other[0])
        return np.vstack([parts[0], *(part[1:] for part in parts[1:])])

    found = []
    for one in topology["objects"][layer]["geometries"]:
        polygons = [Polygon(ring(p[0]), [ring(h) for h in p[1:]]) for p in one["arcs"]]
        found.append(shapely.multipolygons(polygons))
    return found


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(1, 4))
def test_a_topology_gives_its_shapes_back(widths, rows):
    edges = np.cumsum([0, *widths])
    grid = [box(edges[i], j, edges[i + 1], j + 1) for i in range(len(widths)) for j in range(rows)]
    hole = Polygon(box(20, 0, 30, 10).exterior, [box(22, 2, 25, 5).exterior.coords])
    shapes = [*grid, hole, box(22, 2, 25, 5)]
    frame = gpd.GeoDataFrame({"name": ["</script>'é"] * len(shapes)}, geometry=shapes, crs=4326)
    topology = json.loads(topojson.write({"zones": frame}, {"licence": "x"}))
    for found, shape in zip(decoded(topology, "zones"), shapes, strict=True):
        assert found.symmetric_difference(shape).area < 0.02
    # the border of a hole and what fills it is one arc
    keys = [tuple(sorted(map(tuple, np.cumsum(a, axis=0).tolist()))) for a in topology["arcs"]]
    assert len(keys) == len(set(keys))


def test_twenty_thousand_cells_stay_small():
    side = 142
    xs, ys = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    low = np.column_stack([600_000 + 500 * xs, 6_300_000 + 500 * ys])
    cells = gpd.GeoDataFrame(
        {"commune_code": ["12001"] * len(low), "population": 3.0},
        geometry=shapely.box(low[:, 0], low[:, 1], low[:, 0] + 500, low[:, 1] + 500),
        crs=2154,
    )
    seat = {"chef_lieu_lon": [2.1], "chef_lieu_lat": [44.1]}
    facts = {"code": ["12001"], "name": ["A"], "population": [9], "epci_code": ["1"]}
    communes = gpd.GeoDataFrame(
        {**facts, "epci_name": ["E"], **seat}, geometry=[cells.union_all().envelope], crs=2154
    )
    rng = np.random.default_rng(1)
    view = web_map.View("x", "y", scales.minutes(DEFAULT), cells=rng.uniform(0, 60, len(cells)))
    page = web_map.WebMap("t", "d", web_map.Ground(communes, cells), (), (view,))
    assert len(cells) > 20_000
    assert len(web_map.render(page).encode()) < 4_000_000
