"""Themed maps on roads with geometry: several services, cells by their centres, no fibre."""

from __future__ import annotations

import andorra_study
import pandas as pd
import pytest

from siting import config
from siting.cli import app as cli
from siting.errors import ConfigError
from siting.publish.maps import registry
from siting.publish.maps.mapped import MappedResult
from siting.publish.maps.themes import access, candidates
from siting.study import run as study


@pytest.fixture(scope="module")
def configuration(request, tmp_path_factory):
    samples = request.getfixturevalue("samples")
    folder = tmp_path_factory.mktemp("andorra")
    return andorra_study.write(folder, samples / "osm" / "andorra.osm.pbf", "foot")


@pytest.fixture(scope="module")
def mapped(configuration):
    return MappedResult(study.run(config.load(configuration), lambda _: None))


def test_cells_given_by_their_centres_become_squares_and_roads_are_drawn(mapped):
    cells = mapped.ground.cells
    assert (cells.geom_type == "Polygon").all()
    assert cells.geometry.area.std() / cells.geometry.area.mean() < 0.01
    roads = mapped.ground.roads
    assert set(roads["kind"]) <= {0, 1, 2}
    assert len(roads)
    assert mapped.drawn.data["roads"] is not None


def test_each_service_has_its_view_and_its_nearest_facilities(mapped):
    page = access.THEME.page(mapped)
    assert page.choices[0].options == ("Mairie", "Poste")
    names = [one.name for one in page.points[page.near].places]
    for view, service in zip(page.views, ("hall", "post"), strict=True):
        nearest = mapped.access(service)
        facilities = mapped.facilities(service).set_index("id")["name"]
        expected = [facilities.get(one, "") for one in nearest["facility_id"]]
        assert [names[i] if i >= 0 else "" for i in view.nearest] == expected
        assert "à pied" in view.legend


def test_a_plan_is_the_least_of_what_stays_and_what_opens(mapped):
    today = mapped.access("hall")["minutes"].to_numpy(float)
    base = mapped.result.ground
    read = base.read
    found = {name: minutes for name, minutes, _ in candidates.plans(mapped, today)}
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
    assert "Aller-retour en autocar" in said
    files = {path.name for path in tmp_path.iterdir()}
    absent = {"digital", "return_trips"}
    expected = {f"map_{name}.html" for name in registry.names() if name not in absent}
    assert files == expected | {"maps.html"}
    text = (tmp_path / "map_access.html").read_text(encoding="utf-8")
    assert "L'Ouest </script>" not in text
    assert "L'Ouest \\u003c/script\\u003e" in text


def test_an_unknown_theme_and_an_unknown_closed_facility_are_named(mapped):
    with pytest.raises(ConfigError, match="relief"):
        registry.chosen(["relief"])
    with pytest.raises(ConfigError, match="zzz"):
        candidates.planned(mapped, [], ["zzz"])
