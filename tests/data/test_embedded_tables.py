"""The embedded tables of Aveyron: whole, consistent, and described."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import networkx as nx
import pandas as pd
import pytest
import shapely
import yaml

from siting.provenance import Source
from siting.sources import boundaries, facts
from siting.territory.cells import spread

DATA = Path(__file__).parents[2] / "data" / "aveyron"
SEED_TERRITORIES = {"12202", "12218", "12199", "12300", "12056", "12169"}


@pytest.fixture(scope="module")
def communes():
    return facts.communes(DATA / "communes.csv")


@pytest.fixture(scope="module")
def shapes():
    return boundaries.read(DATA / "communes.geojson")


def test_communes_and_boundaries_match(communes, shapes):
    assert len(communes) == len(shapes) == 285
    assert communes["population"].sum() == 279_609
    ordered = shapes.set_index("code").loc[communes["code"]]
    assert list(ordered["name"]) == list(communes["name"])
    points = shapely.points(communes["chef_lieu_lon"], communes["chef_lieu_lat"])
    assert shapely.intersects(ordered.geometry.array, points).all()
    assert shapely.coverage_is_valid(shapes.geometry.array)


def test_cells_add_up_to_every_commune(communes, shapes):
    for size in (500, 1000):
        cells = spread(communes, shapes, "EPSG:2154", size_m=size, seed=12)
        people = cells.groupby("commune_code")["population"].sum()
        assert people.to_dict() == dict(zip(communes["code"], communes["population"], strict=True))


def test_links_join_all_communes(communes):
    links = facts.road_distances(DATA / "road_distances.csv")
    graph = nx.from_pandas_edgelist(links, "from_code", "to_code")
    assert set(graph) == set(communes["code"])
    assert nx.is_connected(graph)
    parts = ["km_motorway", "km_national", "km_departmental", "km_local"]
    total = links[parts].astype(float).sum(axis=1)
    assert (total - links["km"].astype(float)).abs().max() < 0.11
    assert (links["from_code"] < links["to_code"]).all()


def test_points_stand_in_the_commune_they_name(shapes):
    tables = {
        "france_services.csv": facts.facilities(DATA / "france_services.csv"),
        "stations.csv": facts.stations(DATA / "stations.csv").rename(
            columns={"code": "commune_code"}
        ),
        "candidates.csv": facts.candidates(DATA / "candidates.csv"),
    }
    metric = shapes.to_crs(2154).set_index("code").geometry
    for name, table in tables.items():
        points = gpd.points_from_xy(table["lon"], table["lat"], crs=4326).to_crs(2154)
        away = shapely.distance(metric.loc[table["commune_code"]].array, points)
        assert away.max() < 250, name  # boundaries are simplified at 125 m


def test_broadband_has_every_commune_at_both_dates(communes):
    broadband = facts.broadband(DATA / "broadband.csv")
    for _, rows in broadband.groupby("date"):
        assert set(rows["code"]) == set(communes["code"])
        assert (rows["ftth_premises"] <= rows["premises"]).all()
    sums = broadband.groupby("date")[["premises", "ftth_premises"]].sum()
    assert sums.to_numpy().tolist() == [[186_794, 8_005], [221_057, 212_592]]


def test_candidates_say_how_far_a_france_services_is(communes):
    """The minutes in the notes, recomputed on the links by networkx."""
    candidates = facts.candidates(DATA / "candidates.csv")
    assert len(candidates) >= 12
    assert set(candidates["commune_code"]) >= SEED_TERRITORIES
    links = facts.road_distances(DATA / "road_distances.csv")
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        links[["from_code", "to_code", "minutes"]].itertuples(index=False)
    )
    offices = set(facts.facilities(DATA / "france_services.csv")["commune_code"])
    minutes = nx.multi_source_dijkstra_path_length(graph, offices)
    points = communes.set_index("code")
    for site in candidates.itertuples():
        chef_lieu = points.loc[site.commune_code, ["chef_lieu_lon", "chef_lieu_lat"]]
        assert [site.lon, site.lat] == chef_lieu.tolist()
        said = re.search(r"à (\d+),(\d) min", site.note)
        expected = f"{minutes[site.commune_code]:.1f}"
        assert (f"{said[1]}.{said[2]}" if said else "0.0") == expected


def test_every_table_is_described():
    known = yaml.safe_load((DATA / "provenance.yaml").read_text(encoding="utf-8"))
    files = {path.name for path in DATA.rglob("*") if path.suffix in {".csv", ".geojson", ".zip"}}
    assert set(known) == files
    listed = (DATA.parent / "README.md").read_text(encoding="utf-8")
    told = (DATA / "README.md").read_text(encoding="utf-8")
    for name, facts_of in known.items():
        source = Source(**facts_of)
        assert set(source.attribution) == {"fr", "en"}
        assert name in listed
        assert name in told
        modelled = (DATA / "modelled" / name).exists()
        assert (source.status == "modelled") == modelled
        if source.status != "real":
            assert source.method
        if modelled:
            assert re.search("modélis|inventé", source.attribution["fr"])
            assert re.search("modelled|invented", source.attribution["en"])


def test_no_table_holds_an_address_of_a_person():
    for path in sorted(DATA.glob("*.csv")):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        text = " ".join(frame.to_numpy().ravel())
        assert not re.search(r"[\w.]+@[\w.]+\.\w+", text), path.name
        assert not re.search(r"\b0[1-9]([ .]\d\d){4}\b", text), path.name
