"""Scenarios: a configuration that extends another, sites opened, facilities and links closed."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pandas as pd
import pytest

from siting import config
from siting.errors import ConfigError, InputError, ProblemsError
from siting.publish import run_folder
from siting.study import prepared
from siting.study import run as study
from siting.study import scenario as what_if

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data" / "aveyron"


def quiet(_):
    return None


def scenario(tmp_path, text):
    path = tmp_path / "scenario.yaml"
    path.write_text(f"extends: {ROOT}/configs/aveyron.yaml\n{text}", encoding="utf-8")
    return config.load(path)


def access(settings):
    base = prepared.prepare(settings, quiet)
    return base.access("france_services", base.read.services["france_services"])


@pytest.fixture(scope="module")
def today():
    return access(config.load(ROOT / "configs" / "aveyron.yaml"))


def test_what_is_not_said_is_that_of_the_base(tmp_path):
    base = config.load(ROOT / "configs" / "aveyron.yaml")
    other = scenario(tmp_path, "cells: {size_m: 2000}\ntitle: Autre\n")
    assert other.cells.size_m == 2000
    assert other.cells.seed == base.cells.seed  # mappings are merged
    assert other.territory == base.territory  # paths are relative to the file that says them
    assert other.measures == base.measures


def test_an_embedded_study_can_be_extended_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("extends: configs/aveyron.yaml\nname: mine\n")
    assert config.load(Path("mine.yaml")).territory.communes.is_file()


@pytest.mark.parametrize(
    ("text", "key"),
    [("extends: b.yaml", "config_loop"), ("extends: 3", "bad_extends")],
)
def test_what_cannot_be_extended(tmp_path, text, key):
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "b.yaml").write_text("extends: a.yaml", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        config.load(tmp_path / "a.yaml")
    assert caught.value.key == key


def test_opening_helps_and_closing_hurts(tmp_path, today):
    candidates = pd.read_csv(DATA / "candidates.csv", dtype=str)
    site = candidates["id"].iloc[0]
    closed = today["facility_id"].value_counts().index[0]
    opened = access(scenario(tmp_path, f"what_if: {{open: [{site}]}}\n"))
    assert (opened["minutes"] <= today["minutes"]).all()
    assert site in set(opened["facility_id"])
    fewer = access(scenario(tmp_path, f"what_if: {{close: ['{closed}']}}\n"))
    assert (fewer["minutes"] >= today["minutes"]).all()
    assert closed not in set(fewer["facility_id"])


def test_a_place_of_ones_own_equals_the_candidate_there(tmp_path, today):
    row = pd.read_csv(DATA / "candidates.csv", dtype={"commune_code": str}).iloc[3]
    named = access(scenario(tmp_path, f"what_if: {{open: [{row['id']}]}}\n"))
    place = f"{{id: x, name: X, lon: {row['lon']}, lat: {row['lat']}}}"
    placed = access(scenario(tmp_path, f"what_if: {{open: [{place}]}}\n"))
    assert placed["minutes"].equals(named["minutes"])
    assert not placed["minutes"].equals(today["minutes"])


def test_a_closed_link_is_not_driven(tmp_path):
    links = pd.read_csv(DATA / "road_distances.csv", dtype={"from_code": str, "to_code": str})
    one, other = links.loc[0, ["from_code", "to_code"]]
    settings = scenario(tmp_path, f'what_if: {{closed_links: [["{other}", "{one}"]]}}\n')
    base = prepared.prepare(settings, quiet)
    graph = nx.Graph()
    left = links.drop(index=0)
    for row in left.itertuples():
        graph.add_edge(row.from_code, row.to_code, weight=round(row.minutes * 600))
    seats = base.read.communes.set_index("code").loc[[one, other]].reset_index()
    seats = seats.rename(columns={"code": "id", "chef_lieu_lon": "lon", "chef_lieu_lat": "lat"})
    seats["commune_code"] = seats["id"]
    found = base.minutes(seats.iloc[:1], seats.iloc[1:])[0, 0]
    assert found == pytest.approx(nx.dijkstra_path_length(graph, one, other) / 600, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("open: [nowhere]", "unknown_opened"),
        ("close: [nowhere]", "unknown_closed"),
        ("open: [{id: x, name: X, lon: 2.3, lat: 48.8}]", "outside_area"),
        ("open: [{id: x, name: X, lon: 2.5, lat: 44.3}, {id: x, name: X, lon: 2.5, lat: 44.3}]",
         "opened_twice"),
        ('closed_links: [["12145", "12003"]]', "unknown_closed_link"),
    ],
)  # fmt: skip
def test_what_a_scenario_cannot_do(tmp_path, text, key):
    with pytest.raises((ConfigError, InputError)) as caught:
        prepared.prepare(scenario(tmp_path, f"what_if: {{{text}}}\n"), quiet)
    assert caught.value.key == key


def test_a_position_must_be_a_number(tmp_path):
    with pytest.raises(ProblemsError):
        scenario(tmp_path, "what_if: {open: [{id: x, name: X, lon: .nan, lat: 44.3}]}\n")


def test_everything_closed_is_refused():
    read = prepared.prepare(config.load(ROOT / "configs" / "aveyron.yaml"), quiet).read
    now = read.services["france_services"]
    with pytest.raises(ConfigError) as caught:
        what_if.facilities(now, read.candidates, closed=list(now["id"]))
    assert caught.value.key == "nothing_open"


@pytest.mark.slow
def test_a_scenario_runs_like_any_study(tmp_path):
    settings = scenario(tmp_path, "what_if: {open: [{id: x, name: X, lon: 2.5, lat: 44.3}]}\n")
    found = study.run(settings, quiet)
    assert "x" in set(found.facilities["id"])
    folder = run_folder.write(found, tmp_path / "out", quiet)
    assert "what_if" in (folder / "manifest.json").read_text(encoding="utf-8")
