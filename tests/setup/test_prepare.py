"""A study of another département, from files in the producers' layouts, with no code changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pytest
import yaml
from official_files import lozere
from shapely.geometry import LineString, box

from siting import config
from siting.errors import InputError, SitingError
from siting.setup import cut_tables, geofabrik, prepare, starter
from siting.sources import cog, epci
from siting.study import run as study

DATA = Path(__file__).parents[2] / "data" / "aveyron"
TODAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lozere")
    official = lozere(folder)
    codes = prepare.department_codes(cog.communes(official.communes), "48")
    done = prepare.build(official, TODAY, codes, folder / "tables")
    return folder, official, done


def test_tables_of_another_departement(built):
    folder, _, done = built
    communes = pd.read_csv(folder / "tables" / "communes.csv", dtype={"code": str})
    assert communes["code"].to_list() == ["48061", "48075", "48080", "48092", "48095", "48198"]
    assert communes.set_index("code")["population"]["48061"] == 2000  # 1,900 + 100 that merged
    report = done.report.set_index("table")
    assert report.loc["france_services", ["read", "kept", "dropped"]].to_list() == [2, 1, 1]


def test_extracts_that_overlap_are_merged_once(built):
    folder, official, _ = built
    ids = {"n": [], "w": []}
    for one in osmium.FileProcessor(str(folder / "tables" / "roads.osm.pbf")):
        ids[one.type_str()].append(one.id)
    assert ids["n"] == sorted(set(ids["n"]))
    assert len(ids["n"]) == 25 * 23
    assert len(ids["w"]) == len(set(ids["w"])) == 23 + 23 + 25
    near = geofabrik.clip(official.roads, box(3.3, 44.3, 3.31, 44.31), folder / "near.osm.pbf")
    assert 0 < near["ways"] < 71
    with pytest.raises(InputError) as caught:
        geofabrik.clip(official.roads, box(0, 0, 1, 1), folder / "none.osm.pbf")
    assert caught.value.key == "no_road_in_the_area"
    (folder / "broken.osm.pbf").write_bytes(official.roads[0].read_bytes()[:300])
    with pytest.raises(InputError) as caught:
        geofabrik.clip([folder / "broken.osm.pbf"], box(3, 44, 4, 45), folder / "none.osm.pbf")
    assert caught.value.key == "unreadable_extract"


def test_the_study_of_another_departement_runs(built):
    folder, _, _ = built
    text = starter.config_text(
        name="dep48",
        title='La "Lozère" : essai',
        vintage=TODAY,
        zone=("48", "Lozère"),
        tables=folder / "tables",
        beside=folder,
    )
    path = folder / "dep48.yaml"
    path.write_text(text, encoding="utf-8")
    loaded = config.load(path)
    assert loaded.title == 'La "Lozère" : essai'
    study.check(loaded, lambda _: None)
    found = study.run(loaded, lambda _: None)
    assert found.access["minutes"].notna().mean() > 0.9
    assert found.scores is not None


def test_bd_topo_stands_in_for_the_extract(built):
    folder, _, _ = built
    lon, lat = np.linspace(3.3, 3.6, 25), np.linspace(44.3, 44.5, 23)
    lines = [LineString([(lon[c], y), (lon[c + 1], y)]) for y in lat for c in range(24)]
    lines += [LineString([(x, lat[r]), (x, lat[r + 1])]) for x in lon for r in range(22)]
    section = {"nature": "Route à 1 chaussée", "importance": "3"}
    section |= {"sens_de_circulation": "Double sens", "vitesse_moyenne_vl": 60}
    table = gpd.GeoDataFrame([section] * len(lines), geometry=lines, crs=4326).to_crs(2154)
    table.to_file(folder / "bdtopo.gpkg", layer="troncon_de_route")
    text = starter.config_text(
        name="topo",
        title="BD TOPO",
        vintage=TODAY,
        zone=("48", "Lozère"),
        tables=folder / "tables",
        beside=folder,
    )
    path = folder / "topo.yaml"
    path.write_text(text.replace("osm: tables/roads.osm.pbf", "bdtopo: bdtopo.gpkg"), "utf-8")
    loaded = config.load(path)
    assert loaded.roads.osm is None
    found = study.run(loaded, lambda _: None)
    assert found.access["minutes"].notna().mean() > 0.9
    both = text.replace("osm: tables", "bdtopo: bdtopo.gpkg\n  osm: tables")
    path.write_text(both, "utf-8")
    with pytest.raises(SitingError):
        config.load(path)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_embedded_departement_checks(tmp_path, language):
    text = starter.config_text(
        name="dep12",
        title="Aveyron",
        vintage=TODAY,
        zone=("12", "Aveyron"),
        tables=DATA,
        beside=tmp_path,
        roads="distances",
        language=language,
    )
    path = tmp_path / "dep12.yaml"
    path.write_text(text, encoding="utf-8")
    assert set(yaml.safe_load(text)) >= {"name", "territory", "roads", "services", "criteria"}
    assert study.check(config.load(path), lambda _: None)


def test_an_epci_of_the_embedded_tables(tmp_path, samples):
    membership = epci.read(samples / "cog" / "epcicom_2025_2026.csv")
    codes = prepare.epci_codes(membership, "241200187")  # Rodez Agglomération
    assert len(codes) == 8
    cut_tables.cut(DATA, codes, tmp_path / "tables")
    text = starter.config_text(
        name="rodez",
        title="Rodez Agglomération",
        vintage=TODAY,
        zone=("241200187", "Rodez Agglomération"),
        tables=tmp_path / "tables",
        beside=tmp_path,
        roads="distances",
    )
    (tmp_path / "rodez.yaml").write_text(text, encoding="utf-8")
    loaded = config.load(tmp_path / "rodez.yaml")
    assert len(study.run(loaded, lambda _: None).communes) == 8


def test_what_is_missing_is_named(built):
    folder, official, _ = built
    with pytest.raises(InputError) as caught:
        prepare.build(official, TODAY, {"48095", "48999"}, folder / "none")
    assert caught.value.key == "boundaries_missing"
    assert not (folder / "none").exists()
    with pytest.raises(InputError) as caught:
        prepare.department_codes(cog.communes(official.communes), "99")
    assert caught.value.key == "empty_selection"
