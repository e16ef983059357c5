"""The embedded study from end to end: its figures, against a recomputation with plain networkx."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import yaml
from pyproj import Transformer

from siting import config
from siting.config.measures import Measures
from siting.errors import InputError, OutputError, ProblemsError, SitingError
from siting.measures.kinds.catchment import Catchment
from siting.publish import run_folder
from siting.study import run as study
from siting.study.stages import measures

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data" / "aveyron"


def quiet(_):
    return None


@pytest.fixture(scope="module")
def result():
    return study.run(config.load(ROOT / "configs" / "aveyron.yaml"), quiet)


@pytest.fixture(scope="module")
def written(result, tmp_path_factory):
    return run_folder.write(result, tmp_path_factory.mktemp("out") / "aveyron", quiet)


def read(folder, name):
    return pd.read_csv(folder / name, dtype={"commune_code": str, "zone_code": str})


def test_the_department_has_its_population(written):
    coverage = read(written, "coverage.csv")
    whole = coverage[coverage["zone_kind"] == "department"]
    assert list(whole["threshold_minutes"]) == [10, 15, 20, 30]
    assert set(whole["population"]) == {279_609}
    assert set(coverage["zone_kind"]) == {"department", "epci", "custom", "commune"}


def test_cells_add_up_to_each_commune(written):
    cells = read(written, "access.csv").groupby("commune_code")["population"].sum()
    communes = pd.read_csv(DATA / "communes.csv", dtype={"code": str}).set_index("code")
    assert cells.to_dict() == communes["population"].to_dict()


def test_coverage_is_monotone_and_adds_up(written):
    coverage = read(written, "coverage.csv")
    wide = coverage.pivot_table(
        index=["zone_kind", "zone_code"], columns="threshold_minutes", values="covered_population"
    )
    assert (wide.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    by_kind = coverage[coverage["zone_kind"] != "custom"]
    total = by_kind.groupby(["zone_kind", "threshold_minutes"])["covered_population"].sum()
    assert total["epci"].to_dict() == total["department"].to_dict() == total["commune"].to_dict()


def oracle(points, places):
    """Minutes on a plain networkx graph with a node for each point: shape (points, places)."""
    communes = pd.read_csv(DATA / "communes.csv", dtype={"code": str}).set_index("code")
    links = pd.read_csv(DATA / "road_distances.csv", dtype={"from_code": str, "to_code": str})
    graph = nx.Graph()
    for row in links.itertuples():
        graph.add_edge(row.from_code, row.to_code, minutes=row.minutes)
    project = Transformer.from_crs(4326, 2154, always_xy=True).transform
    x, y = project(communes.chef_lieu_lon.to_numpy(), communes.chef_lieu_lat.to_numpy())
    seats = {code: (x[i], y[i]) for i, code in enumerate(communes.index)}

    def leg(a, b):
        return np.hypot(a[0] - b[0], a[1] - b[1]) * 1.3 / (35 / 0.06)

    at = {}
    for name, table in (("point", points), ("place", places)):
        x, y = project(table["lon"].to_numpy(), table["lat"].to_numpy())
        for i, code in enumerate(table["commune_code"]):
            at[name, i] = (code, (x[i], y[i]))
            graph.add_edge((name, i), code, minutes=leg((x[i], y[i]), seats[code]))
    found = np.full((len(points), len(places)), np.nan)
    for j in range(len(places)):
        # a place is reached from its commune only, not through other points' legs
        ways = nx.single_source_dijkstra_path_length(graph, ("place", j), weight="minutes")
        for i in range(len(points)):
            found[i, j] = ways[("point", i)]
            if at["point", i][0] == at["place", j][0]:
                straight = leg(at["point", i][1], at["place", j][1])
                found[i, j] = min(found[i, j], straight)
    return found


def test_minutes_equal_a_plain_recomputation(result):
    some = result.cells.reset_index(drop=True).sample(400, random_state=0)
    places = pd.read_csv(DATA / "france_services.csv", dtype={"code": str})
    places = places.rename(columns={"code": "commune_code"})
    expected = oracle(some.reset_index(drop=True), places)
    access = result.access.set_index("cell_id").loc[some["cell_id"]]
    # rounding to deciseconds, at most once a link
    assert access["minutes"].to_numpy() == pytest.approx(expected.min(axis=1), abs=0.02)
    order = np.argsort(places["id"].astype(str).to_numpy())
    nearest = places["id"].to_numpy()[order][expected[:, order].argmin(axis=1)].astype(str)
    close = np.sort(expected, axis=1)
    clear = close[:, 1] - close[:, 0] > 0.05
    assert (access["facility_id"].to_numpy()[clear] == nearest[clear]).all()


def test_coverage_equals_a_plain_recomputation(written):
    access = read(written, "access.csv")
    communes = pd.read_csv(DATA / "communes.csv", dtype=str).set_index("code")
    coverage = read(written, "coverage.csv").set_index(
        ["zone_kind", "zone_code", "threshold_minutes"]
    )["covered_population"]
    for minutes in (10, 15, 20, 30):
        near = access[access["minutes"] <= minutes]
        epci = near["commune_code"].map(communes["epci_code"])
        for code, people in near.groupby(epci)["population"].sum().items():
            assert coverage["epci", code, minutes] == people


def test_scores_open(written, result):
    table = read(written, "scores.csv")
    ids = [one.id for one in result.study.criteria]
    assert list(table.columns[:5]) == ["site_id", "name", "commune_code", "rank", "score"]
    assert "population_gained_20min" in table.columns
    weights = np.array([one.weight for one in result.study.criteria])
    norms = table[[f"{one}_norm" for one in ids]].to_numpy()
    assert not np.isnan(norms).any()
    assert table["score"].to_numpy() == pytest.approx(
        norms @ weights / weights.sum() * 100, abs=0.01
    )
    assert list(table["rank"]) == list(range(1, len(table) + 1))
    assert len(table) >= 12


def test_population_gained_equals_a_plain_recomputation(result, written):
    sites = pd.read_csv(DATA / "candidates.csv", dtype={"commune_code": str})
    some = sites[sites["id"].isin(["najac", "rodez"])].reset_index(drop=True)
    far = result.access[~(result.access["minutes"] <= 20)]
    cells = result.cells.set_index("cell_id").loc[far["cell_id"]].reset_index()
    expected = cells["population"].to_numpy() @ (oracle(cells, some) <= 20)
    table = read(written, "scores.csv").set_index("site_id")["population_gained_20min"]
    assert list(table[some["id"]]) == pytest.approx(list(expected), abs=30)


def test_geopackage_has_its_layers(written):
    for name, count in (("communes", 285), ("facilities", 37)):
        layer = gpd.read_file(written / "study.gpkg", layer=name)
        assert len(layer) == count
        assert layer.crs.to_epsg() == 2154
    cells = gpd.read_file(written / "study.gpkg", layer="cells")
    assert cells["population"].sum() == 279_609
    assert "minutes_france_services" in cells.columns
    assert len(gpd.read_file(written / "study.gpkg", layer="candidates")) >= 12


def test_two_runs_give_the_same_bytes(written, tmp_path):
    again = study.run(config.load(ROOT / "configs" / "aveyron.yaml"), quiet)
    folder = run_folder.write(again, tmp_path / "again", quiet)
    for file in sorted(written.iterdir()):
        one, two = file.read_bytes(), (folder / file.name).read_bytes()
        if file.name == "manifest.json":
            one, two = json.loads(one), json.loads(two)
            assert one.pop("written_at")
            assert two.pop("written_at")
        assert one == two, file.name


def test_manifest_names_inputs_and_assumptions(written):
    manifest = json.loads((written / "manifest.json").read_text(encoding="utf-8"))
    status = {item["path"].split("/")[-1]: item["source"]["status"] for item in manifest["inputs"]}
    assert status["communes.csv"] == "real"
    assert status["road_distances.csv"] == "derived"
    assert status["StockEtablissement_modelled.zip"] == "modelled"
    assert manifest["study"]["assumptions"]["access_speed"]["status"] == "hypothesis"
    assert not any(str(ROOT) in str(value) for value in manifest.values())


def test_telecentres_count_places_beyond_the_border():
    found = study.run(config.load(ROOT / "configs" / "telecentres.yaml"), quiet)
    outside = found.facilities.loc[found.facilities["km_from_aveyron"].astype(float) > 0, "id"]
    assert found.access["facility_id"].isin(outside).any()
    assert (found.access["reason"] == "").all()


# ---- bad input: one clear message, nothing left behind ----


@pytest.fixture
def own(tmp_path):
    """A copy of the data and the configuration, to be broken."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    return tmp_path


def edit_csv(path, change):
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    change(table).to_csv(path, index=False)


def edit_config(path, change):
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def put(row, column, value):
    def change(table):
        table.loc[row, column] = value
        return table

    return change


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("communes.csv", put(3, "population", "-5"), ["communes.csv", "ligne 5", "population"]),
        ("communes.csv", lambda t: pd.concat([t, t[:1]]), ["double", "12001"]),
        ("candidates.csv", lambda t: t[:0], ["candidates.csv", "aucune ligne"]),
        ("candidates.csv", put(1, "lat", "48.85"), ["ligne 3", "km", "conques"]),
        ("candidates.csv", put(0, "commune_code", "12076"), ["12076", "ligne 2", "12218"]),
        ("candidates.csv", put(0, "commune_code", "99999"), ["99999", "ligne 2"]),
        ("france_services.csv", put(2, "lon", "44.0"), ["ligne 4", "km"]),
        ("france_services.csv", put(1, "id", "69"), ["double", "69"]),
        ("broadband.csv", put(0, "code", "12302"), ["12302", "ligne 2", "Najac"]),
        ("road_distances.csv", put(0, "minutes", "vite"), ["ligne 2", "vite"]),
        ("stations.csv", lambda t: t.drop(columns="lon"), ["stations.csv", "lon"]),
    ],
)
def test_bad_tables(own, file, change, said):
    edit_csv(own / "data" / "aveyron" / file, change)
    with pytest.raises(SitingError) as caught:
        study.check(config.load(own / "configs" / "aveyron.yaml"), quiet)
    for words in said:
        assert words in caught.value.text("fr")


def test_all_problems_come_at_once(own):
    data = own / "data" / "aveyron"
    (data / "stations.csv").unlink()
    edit_csv(data / "candidates.csv", put(0, "lon", "x"))
    edit_config(
        own / "configs" / "aveyron.yaml",
        lambda c: c["criteria"].append({"id": "charm", "weight": 1}),
    )
    with pytest.raises(ProblemsError) as caught:
        study.check(config.load(own / "configs" / "aveyron.yaml"), quiet)
    assert len(caught.value.problems) == 3


def test_boundaries_in_metres_that_say_degrees(own):
    path = own / "data" / "aveyron" / "communes.geojson"
    shapes = gpd.read_file(path).to_crs(2154).set_crs(4326, allow_override=True)
    shapes.to_file(path, driver="GeoJSON", engine="pyogrio")
    with pytest.raises(InputError, match="EPSG:2154"):
        study.check(config.load(own / "configs" / "aveyron.yaml"), quiet)


def test_boundaries_with_swapped_axes(own):
    path = own / "data" / "aveyron" / "communes.geojson"
    content = json.loads(path.read_text(encoding="utf-8"))

    def swap(part):
        return [part[1], part[0]] if isinstance(part[0], float | int) else [swap(p) for p in part]

    for feature in content["features"]:
        feature["geometry"]["coordinates"] = swap(feature["geometry"]["coordinates"])
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(SitingError, match="hors de leur contour"):
        study.check(config.load(own / "configs" / "aveyron.yaml"), quiet)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:999999", "Lambert"])
def test_a_crs_that_is_not_metric(own, crs):
    path = own / "configs" / "aveyron.yaml"
    edit_config(path, lambda c: c["territory"].update(crs=crs))
    with pytest.raises(SitingError, match="métrique"):
        study.check(config.load(path), quiet)


def test_a_folder_that_cannot_be_written(result, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        run_folder.write(result, tmp_path / "file", quiet)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_measures_tell_the_same_people_as_coverage(written):
    summary = read(written, "measure_summary.csv")
    coverage = read(written, "coverage.csv")
    whole = summary[summary["zone_kind"] == "department"].iloc[0]
    assert whole["population"] == 279_609
    assert whole["unreached"] == 0
    access = read(written, "access.csv")
    mean = np.average(access["minutes"], weights=access["population"])
    assert whole["mean_minutes"] == pytest.approx(mean, abs=1e-3)
    closures = read(written, "measure_closures.csv")
    assert closures["nearest_people"].sum() == 279_609
    digital = read(written, "measure_digital.csv")
    assert set(digital.groupby("date")["people"].sum().round()) == {279_609}
    far = digital[digital["quadrant"].str.startswith("far")].groupby("date")["people"].sum()
    covered = coverage[
        (coverage["zone_kind"] == "department") & (coverage["threshold_minutes"] == 20)
    ]["covered_population"].iloc[0]
    assert set(far) == {279_609 - covered}
    catchments = read(written, "measure_catchments.csv")
    hours = pd.read_csv(DATA / "france_services.csv")["weekly_hours"].sum()
    row = catchments[catchments["zone_kind"] == "department"].iloc[0]
    # every hour of opening is within reach of somebody
    assert row["supply_per_1000"] * 279.609 == pytest.approx(hours, rel=1e-6)
    assert set(read(written, "measure_baskets.csv")["basket"]) == {
        "health",
        "education",
        "everyday",
    }
    centres = read(written, "measure_centres.csv")
    assert {"Rodez", "Millau"} <= set(centres.loc[centres["centre"], "name"])


def test_boundaries_of_a_whole_region_will_do_but_not_fewer(own):
    path = own / "data" / "aveyron" / "communes.geojson"
    content = json.loads(path.read_text(encoding="utf-8"))
    extra = json.loads(json.dumps(content["features"][0]))
    extra["properties"]["code"] = "48001"
    more = {**content, "features": [*content["features"], extra]}
    path.write_text(json.dumps(more), encoding="utf-8")
    assert study.check(config.load(own / "configs" / "aveyron.yaml"), quiet)
    fewer = {**content, "features": content["features"][2:]}
    path.write_text(json.dumps(fewer), encoding="utf-8")
    with pytest.raises(InputError, match="12001"):
        study.check(config.load(own / "configs" / "aveyron.yaml"), quiet)


def test_a_commune_in_no_epci(own):
    edit_csv(own / "data" / "aveyron" / "communes.csv", put(0, "epci_code", ""))
    found = study.run(config.load(own / "configs" / "aveyron.yaml"), quiet)
    epci = found.coverage[found.coverage["zone_kind"] == "epci"]
    assert "" not in set(epci["zone_code"])
    assert epci.groupby("threshold_minutes")["population"].sum().iloc[0] == 279_609 - 1116


@pytest.mark.parametrize("method", ["2sfca", "3sfca", "m2sfca", "kd2sfca", "bfca", "raam"])
def test_every_catchment_method_can_be_asked_for(result, method):
    settings = Catchment(method=method, bands=((15, 1), (45, 0.5)), supply="weekly_hours")
    asked = result.study.model_copy(update={"measures": Measures(catchment=settings)})
    ground = replace(result.ground, study=asked)
    table = measures.compute(ground, result.access)["catchments"]
    table = table[table["service"] == "france_services"]
    places = ground.read.services["france_services"]
    whole = table[table["zone_kind"] == "department"].iloc[0]
    assert whole["population"] == 279_609
    assert whole["cost_minutes" if method == "raam" else "supply_per_1000"] > 0
    assert 0 <= whole["people_without"] < 279_609
    if method in ("2sfca", "kd2sfca", "3sfca"):
        # what is given adds up to the opening hours
        hours = places["weekly_hours"].astype(float).sum()
        assert whole["supply_per_1000"] * 279.609 == pytest.approx(hours, rel=1e-6)
