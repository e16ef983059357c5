"""Themed maps on roads with geometry: several services, cells by their centres, no fibre."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import yaml

from siting import cli, config, study, study_maps
from siting.errors import ConfigError

TABLES = {
    "communes.csv": "code,name,population,epci_code,epci_name,chef_lieu_lon,chef_lieu_lat\n"
    "A,L'Ouest </script>,500,1,Une,1.49,42.53\nB,Est,300,1,Une,1.62,42.54\n",
    "hall.csv": "id,name,code,lon,lat,kind\nf,Mairie d'Été,A,1.52,42.507,fixed\n"
    "g,Antenne,B,1.60,42.55,fixed_branch\n",
    "post.csv": "id,name,code,lon,lat,kind\np,Poste,B,1.5997,42.5676,fixed\n",
    "candidates.csv": "id,name,commune_code,lon,lat\nc1,Ordino,A,1.533,42.556\n"
    "c2,Canillo,B,1.5997,42.5676\n",
}


@pytest.fixture(scope="module")
def configuration(request, tmp_path_factory):
    samples = request.getfixturevalue("samples")
    folder = tmp_path_factory.mktemp("andorra")
    for name, text in TABLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    rows = ["cell_id,commune_code,population,lon,lat"]
    for i, lon in enumerate(np.arange(1.44, 1.70, 0.01)):
        for j, lat in enumerate(np.arange(42.48, 42.60, 0.01)):
            rows.append(f"{i}-{j},{'A' if lon < 1.56 else 'B'},3,{lon:.3f},{lat:.3f}")
    (folder / "cells.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    ring = {
        "A": "[1.43,42.45],[1.56,42.45],[1.56,42.62],[1.43,42.62],[1.43,42.45]",
        "B": "[1.56,42.45],[1.72,42.45],[1.72,42.62],[1.56,42.62],[1.56,42.45]",
    }
    shapes = [
        f'{{"type":"Feature","properties":{{"code":"{code}","name":"{code}"}},"geometry":'
        f'{{"type":"Polygon","coordinates":[[{points}]]}}}}'
        for code, points in ring.items()
    ]
    text = '{"type":"FeatureCollection","features":[' + ",".join(shapes) + "]}"
    (folder / "communes.geojson").write_text(text, encoding="utf-8")
    content = {
        "name": "andorra",
        "title": "Andorre",
        "territory": {
            "vintage": "2013-02-02",
            "crs": "EPSG:25831",
            "department": {"code": "AD", "name": "Andorre"},
            "communes": "communes.csv",
            "boundaries": "communes.geojson",
        },
        "cells": {"file": "cells.csv"},
        "roads": {"osm": str(samples / "osm" / "andorra.osm.pbf"), "mode": "foot"},
        "services": [
            {"id": "hall", "name": "Mairie", "facilities": "hall.csv"},
            {"id": "post", "name": "Poste", "facilities": "post.csv"},
        ],
        "candidates": "candidates.csv",
        "criteria": [{"id": "population_gained_20min", "weight": 1}],
        "plans": {"swap": {"name": "Échange", "sites": ["c1", "c2"], "close": ["g"]}},
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return folder / "study.yaml"


@pytest.fixture(scope="module")
def desk(configuration):
    return study_maps.Desk(study.run(config.load(configuration), lambda _: None))


def test_cells_given_by_their_centres_become_squares_and_roads_are_drawn(desk):
    cells = desk.ground.cells
    assert (cells.geom_type == "Polygon").all()
    assert cells.geometry.area.std() / cells.geometry.area.mean() < 0.01
    roads = desk.ground.roads
    assert set(roads["kind"]) <= {0, 1, 2}
    assert len(roads)
    assert desk.drawn.data["roads"] is not None


def test_each_service_has_its_view_and_its_nearest_facilities(desk):
    page = study_maps.access(desk)
    assert page.choices[0].options == ("Mairie", "Poste")
    names = [one.name for one in page.points[page.near].places]
    for view, service in zip(page.views, ("hall", "post"), strict=True):
        access = desk.access(service)
        facilities = desk.facilities(service).set_index("id")["name"]
        expected = [facilities.get(one, "") for one in access["facility_id"]]
        assert [names[i] if i >= 0 else "" for i in view.nearest] == expected
        assert "à pied" in view.legend


def test_a_plan_is_the_least_of_what_stays_and_what_opens(desk):
    today = desk.access("hall")["minutes"].to_numpy(float)
    base = desk.result.ground
    read = base.read
    found = {name: minutes for name, minutes, _ in study_maps.plans(desk, today)}
    assert list(found)[:2] == ["Aujourd'hui", "Échange"]
    assert len(found) == 4
    kept = read.services["hall"][read.services["hall"]["id"] != "g"]
    sites = read.candidates.assign(kind="fixed")
    # an independent way: the facilities that the plan leaves, in one table
    columns = ["id", "name", "lon", "lat", "commune_code", "kind"]
    every = pd.concat([kept[columns], sites[columns]], ignore_index=True)
    expected = base.access("hall", every)["minutes"].to_numpy(float)
    assert found["Échange"] == pytest.approx(expected, nan_ok=True, abs=1e-4)


def test_maps_without_a_table_are_left_out_and_said(configuration, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["maps", str(configuration), "--out", str(tmp_path)])
    assert ended.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Numérique" in said
    assert "layers.broadband" in said
    files = {path.name for path in tmp_path.iterdir()}
    expected = {f"map_{one}.html" for one in study_maps.THEMES if one != "digital"}
    assert files == expected | {"maps.html"}
    text = (tmp_path / "map_access.html").read_text(encoding="utf-8")
    assert "L'Ouest </script>" not in text
    assert "L'Ouest \\u003c/script\\u003e" in text


def test_an_unknown_theme_and_an_unknown_closed_facility_are_named(desk):
    with pytest.raises(ConfigError, match="relief"):
        study_maps.require_themes(["relief"])
    with pytest.raises(ConfigError, match="zzz"):
        study_maps.without(desk, ["zzz"])
