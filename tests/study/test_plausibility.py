"""Tables that cannot be so are refused, or warned of, with the row and the remedy."""

from __future__ import annotations

import json
import warnings

import geopandas as gpd
import pandas as pd
import pytest
import small_study
from pyproj import Transformer
from shapely import affinity

from siting import config
from siting.config.layers import Layers
from siting.errors import FIRST_ALIKE, InputError, InputWarning, ProblemsError, SitingError
from siting.network import speeds
from siting.publish import run_folder
from siting.publish.report import reading
from siting.study import input_files, inputs
from siting.study import run as study
from siting.study.reading import Reading


def quiet(_):
    return None


def read(folder, keys=None, **tables):
    return inputs.read(config.load(small_study.write(folder, keys, **tables)))


def refused(folder, keys=None, **tables):
    with pytest.raises(SitingError) as caught:
        read(folder, keys, **tables)
    problem = caught.value
    return problem.problems if isinstance(problem, ProblemsError) else [problem]


def table(name):
    return small_study.tables()[f"{name}.csv"].copy()


def keys_of(problems):
    return {problem.key for problem in problems}


def told(problem, name):
    return vars(problem)["values"][name]


def warned(read):
    return {warning.key: warning for _, warning in read.warnings}


def test_the_small_study_is_plausible(tmp_path):
    assert read(tmp_path).warnings == ()


def test_a_list_that_stops_at_the_border_is_warned_of(tmp_path):
    keys = small_study.keys()
    keys["territory"]["buffer_km"] = 20
    assert set(warned(read(tmp_path, keys))) == {"none_beyond"}


# ---- points ----


@pytest.mark.parametrize("at", [(0.0, 0.0), "swapped", "next"])
def test_a_chef_lieu_elsewhere_is_refused(tmp_path, at):
    communes = table("communes")
    lon, lat = communes.loc[2, ["chef_lieu_lon", "chef_lieu_lat"]]
    there = {"swapped": (lat, lon), "next": small_study.centre(0)}.get(at, at)
    communes.loc[2, ["chef_lieu_lon", "chef_lieu_lat"]] = there
    (problem,) = refused(tmp_path, communes=communes)
    assert problem.key == "point_off_commune"
    assert told(problem, "row") == 4
    assert "12003" in problem.text("fr")
    assert "communes.csv" in problem.text("en")


def test_many_misplaced_chefs_lieux_are_one_problem(tmp_path):
    communes = table("communes")
    columns = ["chef_lieu_lon", "chef_lieu_lat"]
    communes.loc[[0, 2], columns] = communes.loc[[2, 0], columns].to_numpy()
    (problem,) = refused(tmp_path, communes=communes)
    assert told(problem, "count") == 2
    assert told(problem, "total") == 6


def test_a_boundary_elsewhere_is_refused(tmp_path):
    path = small_study.write(tmp_path)
    shapes = gpd.read_file(tmp_path / "communes.geojson")
    shapes.loc[1, "geometry"] = affinity.translate(shapes.geometry[1], xoff=1)
    (tmp_path / "communes.geojson").write_text(shapes.to_json(), encoding="utf-8")
    with pytest.raises(SitingError) as caught:
        inputs.read(config.load(path))
    assert "12002" in caught.value.text("fr")


def test_a_cell_or_a_candidate_far_off_its_commune_is_refused(tmp_path):
    cells, candidates = table("cells"), table("candidates")
    cells.loc[3, ["lon", "lat"]] = small_study.centre(5)
    candidates.loc[0, ["lon", "lat"]] = small_study.place(2.95, 1.9)
    problems = refused(tmp_path, cells=cells, candidates=candidates)
    assert keys_of(problems) == {"point_off_commune"}
    assert sorted(told(problem, "row") for problem in problems) == [2, 5]


def test_a_candidate_a_little_off_is_warned_of(tmp_path):
    candidates = table("candidates")
    candidates.loc[0, ["lon", "lat"]] = small_study.place(2.45, 0.5)  # of 12002, in 12003
    (warning,) = warned(read(tmp_path, candidates=candidates)).values()
    assert warning.key == "point_off_commune"
    assert told(warning, "row") == 2


def test_everyday_services_in_kilometres_are_refused(tmp_path):
    path = small_study.write(tmp_path)
    everyday = small_study.everyday()
    everyday[["LAMBERT_X", "LAMBERT_Y"]] /= 1000
    everyday.to_csv(tmp_path / "everyday.csv", sep=";", index=False)
    with pytest.raises(SitingError) as caught:
        inputs.read(config.load(path))
    assert "everyday.csv" in caught.value.text("fr")


# ---- people, premises, names ----


def test_nobody_is_refused(tmp_path):
    nobody = refused(tmp_path, communes=table("communes").assign(population=0))
    assert keys_of(nobody) == {"nobody_lives"}
    nobody = refused(tmp_path, cells=table("cells").assign(population=0.0))
    assert keys_of(nobody) == {"nobody_lives"}


@pytest.mark.parametrize("people", [10**18, -4, "1e308", "nan", "inf"])
def test_people_beyond_reason_are_refused(tmp_path, people):
    communes = table("communes").astype({"population": object})
    communes.loc[1, "population"] = people
    problems = refused(tmp_path, communes=communes)
    assert "bad_value" in keys_of(problems)
    assert "population" in " ".join(problem.text("fr") for problem in problems)


def test_cells_of_other_people_are_warned_of(tmp_path):
    cells = table("cells")
    found = warned(read(tmp_path, cells=cells.assign(population=cells["population"] * 5)))
    assert set(found) == {"people_differ"}
    assert told(found["people_differ"], "communes") == 7250


def test_fibre_above_premises_is_refused(tmp_path):
    broadband = table("broadband")
    broadband.loc[[2, 4], "ftth_premises"] = 191_200
    (problem,) = refused(tmp_path, broadband=broadband)
    assert problem.key == "fibre_above_premises"
    assert told(problem, "count") == 2
    assert "12003, 12005" in problem.text("fr")


def test_names_given_twice(tmp_path):
    found = warned(read(tmp_path, candidates=table("candidates").assign(name="Site")))
    assert told(found["names_again"], "names") == "Site"
    keys = small_study.keys()
    keys["services"] = [{**keys["services"][0], "id": name} for name in ("desk", "other")]
    with pytest.raises(ProblemsError) as caught:
        config.load(small_study.write(tmp_path, keys))
    assert "services" in caught.value.text("fr")


# ---- links ----


def test_communes_without_links_are_refused(tmp_path):
    (problem,) = refused(tmp_path, links=table("links").iloc[:2])
    assert problem.key == "communes_off_network"
    assert told(problem, "count") == 3
    assert "12004" in problem.text("fr")


def test_half_of_the_links_missing_is_warned_of(tmp_path):
    lonely = pd.DataFrame(
        [("12001", f"1200{number}", 5.0, 30.0) for number in range(2, 7)],
        columns=["from_code", "to_code", "km", "minutes"],
    )
    found = warned(read(tmp_path, links=lonely))
    assert told(found["neighbours_unlinked"], "count") == 5  # of 7 borders
    assert "12002-12003" in found["neighbours_unlinked"].text("fr")


@pytest.mark.parametrize("factor", [0.01, 60])
def test_minutes_that_are_none_are_refused(tmp_path, factor):
    links = table("links")
    (problem,) = refused(tmp_path, links=links.assign(minutes=links["minutes"] * factor))
    assert problem.key in ("implausible_links", "bad_value")
    assert "links.csv" in problem.text("fr")


def test_a_link_of_ten_million_minutes_is_refused(tmp_path):
    links = table("links")
    links.loc[2, "minutes"] = 1e7
    (problem,) = refused(tmp_path, links=links)
    assert told(problem, "row") == 4


# ---- configuration ----


@pytest.mark.parametrize("crs", ["EPSG:32733", "EPSG:3857", "EPSG:2975", "EPSG:32731"])
def test_a_system_that_does_not_cover_the_territory_is_refused(tmp_path, crs):
    keys = small_study.keys()
    keys["territory"]["crs"] = crs
    problems = refused(tmp_path, keys)
    assert keys_of(problems) & {"crs_elsewhere", "outside_area"}
    assert crs in " ".join(problem.text("fr") for problem in problems)


@pytest.mark.parametrize("crs", ["EPSG:2154", "EPSG:25831", "EPSG:32631", "EPSG:3943"])
def test_a_system_that_covers_the_territory_is_taken(tmp_path, crs):
    keys = small_study.keys()
    keys["territory"]["crs"] = crs
    assert read(tmp_path, keys).warnings == ()


ASSUMED = {
    "table_factor": (0, "ratio"),
    "access_speed": ("inf", "km/h"),
    "outside_speed": (-3, "km/h"),
    "access_detour": ("nan", "ratio"),
    "outside_cap": (1e308, "km"),
    "snap_cap": (0, "m"),
}


@pytest.mark.parametrize("name", ASSUMED)
def test_an_assumption_beyond_reason_is_refused(tmp_path, name):
    value, unit = ASSUMED[name]
    assumed = {"value": float(value), "unit": unit, "source": "x", "status": "declared"}
    keys = small_study.keys() | {"assumptions": {name: assumed}}
    with pytest.raises(ProblemsError) as caught:
        config.load(small_study.write(tmp_path, keys))
    assert f"assumptions.{name}" in caught.value.text("fr")


def test_an_assumption_in_another_unit_is_refused(tmp_path):
    assumed = {"value": 10, "unit": "m/s", "source": "x", "status": "declared"}
    keys = small_study.keys() | {"assumptions": {"access_speed": assumed}}
    with pytest.raises(ProblemsError) as caught:
        config.load(small_study.write(tmp_path, keys))
    assert "km/h" in caught.value.text("fr")


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ("access_kmh: 10 ", "access_kmh: .inf ", "access_kmh"),
        ("motorway: 130, dual: 110", "motorway: 1300, dual: 110", "legal.FR.motorway"),
        ("{kmh: 15}", "{kmh: 1500}", "classes"),
        ("signed_factor: 0.8", "signed_factor: 0", "signed_factor"),
        ("{kmh: 15}", "{kmh: 4 m/s}", "m/s"),
    ],
)
def test_speeds_beyond_reason_are_refused(tmp_path, before, after, key):
    whole = (speeds.resources.files("siting.network") / "data/speeds.yaml").read_text("utf-8")
    assert before in whole
    path = tmp_path / "speeds.yaml"
    path.write_text(whole.replace(before, after, 1), "utf-8")
    with pytest.raises(InputError) as caught:
        speeds.load(path)
    assert key in caught.value.text("fr")


def test_weights_beyond_reason_are_refused(tmp_path):
    keys = small_study.keys()
    keys["criteria"][0]["weight"] = 1e308
    with pytest.raises(ProblemsError) as caught:
        config.load(small_study.write(tmp_path, keys))
    assert "criteria.0.weight" in caught.value.text("fr")


# ---- how they are told ----


def test_twenty_thousand_problems_of_one_kind_are_told_in_a_few_lines():
    alike = [InputError("missing_file", file=f"{number}.csv") for number in range(20_003)]
    text = ProblemsError([*alike, InputError("empty_table", file="other.csv")]).text("fr")
    assert len(text.splitlines()) == 1 + FIRST_ALIKE + 2
    assert "0.csv" in text
    assert str(20_003 - FIRST_ALIKE) in text
    assert "other.csv" in text


def test_warnings_reach_terminal_manifest_and_report(tmp_path, caplog):
    candidates = table("candidates").assign(name="Site")
    asked = config.load(small_study.write(tmp_path, candidates=candidates))
    result = study.run(asked, quiet)
    assert "candidates.csv" in caplog.text
    folder = run_folder.write(result, tmp_path / "out", quiet)
    (entry,) = json.loads((folder / "manifest.json").read_text("utf-8"))["figures"]["warnings"]
    assert entry["role"] == "candidates"
    assert entry["text"].startswith("candidates.csv")  # as the configuration names it
    assert entry["text"] in str(reading.data(result))


def test_what_the_register_warns_of_is_kept(tmp_path, monkeypatch):
    def warned_and_refused(path, *_, **__):
        warnings.warn(InputWarning("rings_closed", file=path, detail="x"), stacklevel=2)
        raise InputError("empty_table", file=path)

    monkeypatch.setattr(input_files.sirene_stock, "read", warned_and_refused)
    desk = Reading(tmp_path)
    layers = Layers(establishments=tmp_path / "stock.csv")
    assert input_files.establishments(desk, layers, table("communes"), None, []) is None
    ((role, warning),) = desk.warned
    assert (role, warning.key) == ("establishments", "rings_closed")
    assert "stock.csv" in warning.text()


def test_projected_coordinates_are_no_degrees(tmp_path):
    candidates = table("candidates")
    to_metres = Transformer.from_crs(4326, 2154, always_xy=True).transform
    x, y = to_metres(candidates["lon"], candidates["lat"])
    (problem,) = refused(tmp_path, candidates=candidates.assign(lon=x / 1000, lat=y / 1000))
    assert "candidates.csv" in problem.text("fr")
