"""Cells of a study from official files: squares of any form, rasters, siting's own table."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from pyproj import Transformer
from rasterio.transform import from_origin

from siting import config
from siting.errors import InputError
from siting.setup import starter
from siting.study import inputs
from siting.territory import demand

DATA = Path(__file__).parents[2] / "data" / "aveyron"
SEATS = pd.read_csv(DATA / "communes.csv", dtype={"code": str})


def squares(codes):
    """Squares of 200 m around the chefs-lieux, in INSEE's layout of 2019 (not real facts)."""
    seats = SEATS.set_index("code").loc[codes]
    to_grid = Transformer.from_crs(4326, 3035, always_xy=True)
    at = to_grid.transform(seats["chef_lieu_lon"], seats["chef_lieu_lat"])
    east, north = np.floor(np.array(at) / 200).astype(int) * 200
    ids = [f"CRS3035RES200mN{n}E{e}" for n, e in zip(north, east, strict=True)]
    return pd.DataFrame({"idcar_200m": ids, "lcog_geo": codes, "ind": 12.5, "i_est_200": 0})


@pytest.fixture(scope="module")
def shapes():
    return gpd.read_file(DATA / "communes.geojson").astype({"code": str})


def study(folder, cells):
    text = starter.config_text(
        name="dep12",
        title="Aveyron",
        vintage=date(2026, 1, 1),
        zone=("12", "Aveyron"),
        tables=DATA,
        beside=folder,
        roads="distances",
    )
    path = folder / "dep12.yaml"
    text = text.replace("  size_m: 1000", f"  file: {cells.as_posix()}")
    path.write_text(text, encoding="utf-8")
    return config.load(path)


def test_a_study_reads_squares_as_insee_gives_them(tmp_path):
    grid = squares(["12202", "12176"])
    grid.loc[1, "i_est_200"] = 1
    grid.loc[1, "lcog_geo"] = "1207612202"  # 12076 was the code of Conques until 2024
    abroad = squares(["12001"]).assign(lcog_geo="97411", idcar_200m="CRS2975RES200mN7650000E330000")
    with zipfile.ZipFile(tmp_path / "grid.zip", "w") as archive:  # one table by territory
        archive.writestr("carreaux_200m_met.csv", grid.to_csv(index=False))
        archive.writestr("carreaux_200m_reun.csv", abroad.to_csv(index=False))
        archive.writestr("lisezmoi.txt", "licence")
    read = inputs.read(study(tmp_path, tmp_path / "grid.zip"))
    assert sorted(read.cells["commune_code"]) == ["12202", "12218"]
    assert read.cells["population"].sum() == 25
    told = read.quality[read.quality["table"] == "cells"].set_index("what")["value"]
    assert told["imputed"] == 1


def test_a_study_reads_a_raster(tmp_path, shapes):
    west, south, east, north = shapes.total_bounds
    size = 0.05
    shape = int((north - south) / size) + 2, int((east - west) / size) + 2
    with rasterio.open(
        tmp_path / "people.tif",
        "w",
        driver="GTiff",
        height=shape[0],
        width=shape[1],
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=from_origin(west - size, north + size, size, size),
    ) as target:
        target.write(np.full((1, *shape), 7, "float32"))
    read = inputs.read(study(tmp_path, tmp_path / "people.tif"))
    assert set(read.cells["commune_code"]) == set(shapes["code"])
    area = shapes.geometry.union_all().area / size**2 * 7
    assert read.cells["population"].sum() == pytest.approx(area, rel=0.01)


def test_squares_of_another_place_are_refused(tmp_path, shapes):
    grid = squares(["12202"])
    grid.assign(lcog_geo="75056").to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(InputError) as caught:
        demand.read(tmp_path / "a.csv", shapes, {})
    assert caught.value.key == "no_row_of_the_area"
    moved = grid.assign(idcar_200m="CRS3035RES200mN2889000E3761000")  # the code lies
    moved.to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(InputError) as caught:
        inputs.read(study(tmp_path, tmp_path / "b.csv"))
    assert caught.value.key == "outside_area"


def test_national_lists_under_codes_of_another_date_are_renamed(tmp_path):
    conques = SEATS.set_index("code").loc["12218"]
    row = f"2021;12076;A203;;{conques['chef_lieu_lon']};{conques['chef_lieu_lat']}\n"
    bpe = "AN;DEPCOM;TYPEQU;QUALITE_XY;LONGITUDE;LATITUDE\n" + row + "2021;12076;A206;;;\n"
    (tmp_path / "bpe.csv").write_text(bpe + "2021;75101;A203;;2.35;48.86\n", encoding="utf-8")
    squares(["12202"]).to_csv(tmp_path / "grid.csv", index=False)
    loaded = study(tmp_path, tmp_path / "grid.csv")
    layers = loaded.layers.model_copy(update={"everyday": tmp_path / "bpe.csv"})
    read = inputs.read(loaded.model_copy(update={"layers": layers}))
    assert read.everyday["commune_code"].to_list() == ["12218", "12218"]
    (tmp_path / "bpe.csv").write_text(bpe.split("2021")[0] + "2021;75101;A203;;2.35;48.86\n")
    with pytest.raises(InputError) as caught:
        inputs.read(loaded.model_copy(update={"layers": layers}))
    assert caught.value.key == "no_place_near"
