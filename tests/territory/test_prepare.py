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
from shapely.geometry import box

from siting import config, study
from siting.errors import InputError
from siting.sources import cog, epci, geofabrik
from siting.territory import prepare, starter

DATA = Path(__file__).parents[2] / "data" / "aveyron"
TODAY = date(2026, 1, 1)
NAMES = ["Mende", "Florac", "Langogne", "Marvejols", "Villefort", "Ispagnac"]


def lozere(folder: Path) -> prepare.Official:
    """Six invented squares under Lozère's numbers, in the documented layouts (not real facts)."""
    codes = [f"48{n:03d}" for n in (95, 61, 80, 92, 198, 75)]
    kept = pd.DataFrame({"code": codes, "name": NAMES})
    blank = dict.fromkeys(["REG", "CTCD", "ARR", "TNCC", "NCC", "NCCENR", "CAN", "COMPARENT"], "")
    rows = kept.rename(columns={"code": "COM", "name": "LIBELLE"})
    rows.assign(TYPECOM="COM", DEP="48", **blank).to_csv(folder / "v_commune.csv", index=False)
    columns = (
        "MOD,DATE_EFF,TYPECOM_AV,COM_AV,TNCC_AV,NCC_AV,NCCENR_AV,LIBELLE_AV,TYPECOM_AP,COM_AP,"
        "TNCC_AP,NCC_AP,NCCENR_AP,LIBELLE_AP"
    )
    events = [  # Florac and a neighbour merged on 1 January 2025, under Florac's number
        f"32,2025-01-01,COM,{before},0,X,X,{name},COM,48061,0,X,X,Florac"
        for before, name in (("48061", "Florac"), ("48200", "Voisine"))
    ]
    (folder / "v_mvt.csv").write_text("\n".join([columns, *events]) + "\n", encoding="utf-8")
    before = pd.concat([kept, pd.DataFrame({"code": ["48200"], "name": ["Voisine"]})])
    pd.DataFrame(
        {"REG": "76", "DEP": "48", "COM": before["code"], "Commune": before["name"]}
    ).assign(PMUN=["12 000", "1 900", "2 900", "4 700", "500", "800", "100"]).to_csv(
        folder / "populations.csv", sep=";", index=False
    )
    pd.DataFrame(
        {
            "siren": "244800001",
            "raison_sociale": "CC d'exemple",
            "nature_juridique": "CC",
            "insee": before["code"],
            "nom_membre": before["name"],
        }
    ).to_csv(folder / "epcicom.csv", index=False)
    corners = [(3.3 + 0.1 * (n % 3), 44.3 + 0.1 * (n // 3)) for n in range(6)]
    squares = [box(x, y, x + 0.1, y + 0.1) for x, y in corners]
    shapes = gpd.GeoDataFrame(
        {"code_insee": codes, "nom_officiel": NAMES}, geometry=squares, crs=4326
    )
    shapes.to_crs(2154).to_file(folder / "admin.gpkg", layer="commune")
    france_services(folder / "fs.csv")
    west, east = roads(folder)
    return prepare.Official(
        communes=folder / "v_commune.csv",
        movements=folder / "v_mvt.csv",
        populations=folder / "populations.csv",
        populations_vintage=date(2024, 1, 1),
        epci=folder / "epcicom.csv",
        epci_vintage=date(2024, 1, 1),
        boundaries=folder / "admin.gpkg",
        france_services=folder / "fs.csv",
        roads=(west, east),
    )


def france_services(path: Path) -> None:
    days = {
        f"h_{day}": "09:00 - 12:00" for day in ("lundi", "mardi", "mercredi", "jeudi", "vendredi")
    }
    rows = [("1", 3.35, 44.35, "48095"), ("2", 2.35, 48.85, "75056")]
    pd.DataFrame(rows, columns=["id_fs", "longitude", "latitude", "insee_com"]).assign(
        lib_fs="France services", type_fs="Principal", format_fs="Fixe", h_samedi="", **days
    ).to_csv(path, index=False)


def roads(folder: Path) -> tuple[Path, Path]:
    """A grid of streets every kilometre or so, as two regional extracts that overlap."""
    lon, lat = np.linspace(3.3, 3.6, 25), np.linspace(44.3, 44.5, 23)
    paths = []
    for name, columns in (("west", range(14)), ("east", range(12, 25))):
        path = folder / f"{name}.osm.pbf"
        with osmium.SimpleWriter(str(path)) as writer:
            for row in range(23):
                for column in columns:
                    writer.add_node(
                        osmium.osm.mutable.Node(
                            id=1 + row * 25 + column, location=(lon[column], lat[row]), version=1
                        )
                    )
            lines = [(1 + row, [1 + row * 25 + c for c in columns]) for row in range(23)]
            lines = [(way + (0 if name == "west" else 100), nodes) for way, nodes in lines]
            lines += [(1000 + c, [1 + row * 25 + c for row in range(23)]) for c in columns]
            for way, nodes in sorted(lines):
                writer.add_way(
                    osmium.osm.mutable.Way(
                        id=way, nodes=nodes, tags={"highway": "secondary"}, version=1
                    )
                )
        paths.append(path)
    return paths[0], paths[1]


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
    prepare.cut(DATA, codes, tmp_path / "tables")
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
