"""Every sample in the producers' layouts is read, with its true counts."""

from __future__ import annotations

import shutil
import zipfile
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from siting.errors import InputError
from siting.sources import (
    arcep_cartefibre,
    arcep_mci,
    arcep_observatory,
    cog,
    epci,
    facts,
    france_services_list,
    legal_population,
    tiers_lieux_inventory,
)
from siting.territory.changes import History, convert

DATA = Path(__file__).parents[2] / "data" / "aveyron"


def test_cog(samples):
    folder = samples / "cog"
    for year, rows in ((2024, 303), (2026, 302)):
        path = folder / f"v_commune_{year}.csv"
        assert len(cog.communes(path, kinds=("COM", "COMD", "COMA"))) == rows
        communes = cog.communes(path)
        assert len(communes) == 285
        assert communes["department"].eq("12").all()
        assert len(cog.communes(path, kinds=("COMD", "COMA"))) == rows - 285
    assert len(cog.movements(folder / "v_mvt_commune_2024.csv")) == 96
    assert len(cog.movements(folder / "v_mvt_commune_2026.csv")) == 99


@pytest.mark.parametrize(("year", "total"), [(2024, 279_649), (2026, 279_609)])
def test_legal_populations(samples, year, total):
    frame = legal_population.read(samples / "cog" / f"donnees_communes_{year}.csv")
    assert len(frame) == 285
    assert frame["population"].sum() == total


@pytest.mark.parametrize("name", ["epcicom_2024.csv", "epcicom_2025_2026.csv"])
def test_epci(samples, name):
    frame = epci.read(samples / "cog" / name)
    assert len(frame) == 285
    if "2025" in name:
        ours = facts.communes(DATA / "communes.csv").set_index("code")["epci_code"]
        assert frame.set_index("code")["epci_code"].to_dict() == ours.to_dict()


def test_france_services_agree_with_the_facts_pack(samples):
    frame = france_services_list.read(samples / "france_services" / "liste-fs-20240801.csv")
    assert len(frame) == 37
    facts_of = pd.read_csv(DATA / "france_services.csv", dtype={"id": str}).set_index("id")
    frame = frame.set_index("id").reindex(facts_of.index)
    assert frame["weekly_hours"].to_list() == pytest.approx(facts_of["weekly_hours"].to_list())
    assert frame["labelled_on"].to_list() == facts_of["labelled_on"].to_list()
    assert frame["lon"].to_list() == pytest.approx(facts_of["lon"].to_list(), abs=1e-5)


def test_tiers_lieux(samples):
    frame = tiers_lieux_inventory.read(samples / "tiers_lieux" / "CGET_TiersLieux_2019.csv")
    assert len(frame) == 90
    assert (frame["commune_code"] == "").sum() == 41
    assert frame["commune_code"].str.len().isin([0, 5]).all()
    assert "01053" in set(frame["commune_code"])
    ours = facts.facilities(DATA / "tiers_lieux.csv")
    both = ours.merge(frame, on="id", suffixes=("", "_read"))
    assert len(both) == len(ours)
    assert both["lat_read"].to_list() == pytest.approx(both["lat"].to_list(), abs=1e-5)
    assert (both["kind"] == both["kind_read"]).all()


def test_tiers_lieux_that_lost_their_zero(samples, tmp_path):
    source = samples / "tiers_lieux" / "CGET_TiersLieux_2019.csv"
    broken = tmp_path / "t.csv"
    pd.read_csv(source).to_csv(broken, index=False)  # INSEECOM read as a number
    pd.testing.assert_series_equal(
        tiers_lieux_inventory.read(broken)["commune_code"],
        tiers_lieux_inventory.read(source)["commune_code"],
    )


def test_observatory_of_2018(samples):
    folder = samples / "arcep"
    counts = {"communes": 285, "departements": 1, "epci": 20}
    for unit, rows in counts.items():
        assert len(arcep_observatory.premises(folder / f"2018T1_{unit}.csv")) == rows
        name = f"2018T1_ftth{unit.capitalize()}.csv"
        assert len(pd.read_csv(folder / name, skiprows=4)) == 2 * rows
        assert len(arcep_observatory.deployment(folder / name)) == 3 * rows
    whole = arcep_observatory.premises(folder / "2018T1_communes.csv")["premises"].sum()
    assert whole == 186_794


def test_2018_brought_to_2026_is_the_embedded_table(samples):
    """Readers and conversion together, against the facts pack, which was made apart."""
    folder = samples / "arcep"
    base = arcep_observatory.premises(folder / "2018T1_communes.csv")
    fibre = arcep_observatory.deployment(folder / "2018T1_ftthCommunes.csv")
    fibre = fibre[fibre["date"] == "2018-03-31"]
    table = base.merge(fibre, on="code").assign(share=lambda t: t["ftth_premises"] / t["premises"])
    history = History(
        cog.movements(samples / "cog" / "v_mvt_commune_2026.csv"),
        frozenset(cog.communes(samples / "cog" / "v_commune_2026.csv")["code"]),
        date(2026, 1, 1),
    )
    done = convert(
        table,
        history,
        date(2018, 1, 1),
        date(2026, 1, 1),
        sums=["premises", "ftth_premises"],
        means={"share": "premises"},
    )
    ours = facts.broadband(DATA / "broadband.csv")
    ours = ours[ours["date"] == "2018-03-31"].sort_values("code")
    assert done.table["code"].to_list() == ours["code"].to_list()
    for name in ("premises", "ftth_premises"):
        assert done.table[name].to_list() == ours[name].to_list()
    assert len(done.report) == 1


def header(samples, title):
    lines = (samples / "arcep" / "headers_recent_layouts.txt").read_text("utf-8").splitlines()
    return lines[next(i for i, line in enumerate(lines) if title in line) + 1]


def test_speeds_overlap_and_satellite_is_refused(samples, tmp_path):
    """Built from the documented header."""
    head = header(samples, "commune_debit")
    row = "12202;Rodez;12;76;100;local;1;99;98;95;90;85;80;2026-06-30"
    path = tmp_path / "commune_debit_filaire.csv"
    path.write_text(f"{head}\n{row}\n", encoding="utf-8")
    frame = arcep_mci.speeds(path).set_index("speed")
    assert frame.loc["at_least_30", "share"] == 0.9
    every = tmp_path / "commune_debit.csv"
    shutil.copy(path, every)
    with pytest.raises(InputError) as caught:
        arcep_mci.speeds(every)
    assert caught.value.key == "satellite_counted"
    path.write_text(f"{head}\n{row.replace(';95;90', ';95;97')}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        arcep_mci.speeds(path)
    assert caught.value.key == "speeds_not_nested"


def test_buildings_of_ma_connexion_internet(samples, tmp_path):
    """Built from the documented headers."""
    names = header(samples, "base_imb").split(";")
    base = pd.DataFrame(
        {"imb_id": ["a", "b"], "imb_x": [286_000.0, 287_000], "imb_y": [5_523_000.0, 5_524_000]}
    ).assign(imb_code_insee="12202", imb_nbr_logloc=[1, 8])
    base.reindex(columns=names).to_csv(tmp_path / "base_imb_12.csv.gz", sep=";", index=False)
    offers = pd.DataFrame({"imb_id": ["a", "a", "a"], "code_techno": ["FO", "FO", "CU"]}).assign(
        classe_debit_descendant=["5", "6", "2"]
    )
    actual = tmp_path / "actuel_12.csv.gz"
    offers.reindex(columns=header(samples, "actuel").split(";")).to_csv(
        actual, sep=";", index=False
    )
    frame = arcep_mci.buildings(tmp_path / "base_imb_12.csv.gz", actual)
    assert frame[["id", "technology", "speed_class"]].to_numpy().tolist() == [
        ["a", "CU", "2"],
        ["a", "FO", "6"],
        ["b", "", ""],
    ]
    assert frame["lon"].between(2.5, 2.7).all()
    assert frame["lat"].between(44, 45).all()
    offers.assign(imb_id="z").reindex(columns=header(samples, "actuel").split(";")).to_csv(
        actual, sep=";", index=False
    )
    with pytest.raises(InputError) as caught:
        arcep_mci.buildings(tmp_path / "base_imb_12.csv.gz", actual)
    assert caught.value.key == "unmatched_ids"


def test_cartefibre_is_latin_1_whatever_its_cpg_says(samples, tmp_path):
    """Built from the documented fields, written in latin-1 with a .cpg that says UTF-8."""
    fields = header(samples, "Cartefibre <year>").split(",")
    frame = gpd.GeoDataFrame(
        {
            "INSEE_COM": ["12083"],
            "NOM_COM": ["Entraygues-sur-Truyère"],
            "Locaux": [900],
            "ftth": [810],
        },
        geometry=[Point(286_000, 5_523_000)],
        crs=3857,
    )
    kept = [name for name in fields if name in frame.columns]
    frame[[*kept, "geometry"]].to_file(tmp_path / "c.shp", encoding="ISO-8859-1")
    (tmp_path / "c.cpg").write_text("UTF-8", encoding="ascii")
    shutil.make_archive(str(tmp_path / "2026t2-commune"), "zip", tmp_path, ".")
    for path in (tmp_path / "c.shp", tmp_path / "2026t2-commune.zip"):
        read = arcep_cartefibre.communes(path)
        assert read.to_dict("records") == [
            {
                "code": "12083",
                "name": "Entraygues-sur-Truyère",
                "premises": 900,
                "ftth_premises": 810,
            }
        ]


@pytest.mark.parametrize("epsg", [2154, 3857, 4326])
def test_buildings_of_cartefibre_in_any_projection(samples, tmp_path, epsg):
    """Built from the documented header."""
    point = gpd.GeoSeries([Point(2.57, 44.35)], crs=4326).to_crs(epsg).iloc[0]
    names = header(samples, "Cartefibre immeubles").split(",")
    frame = pd.DataFrame({"x": [point.x], "y": [point.y], "imb_id": "a", "code_insee": "12202"})
    frame.assign(imb_etat="deploye").reindex(columns=names).to_csv(tmp_path / "i.csv", index=False)
    read = arcep_cartefibre.buildings(tmp_path / "i.csv").iloc[0]
    assert (read["lon"], read["lat"]) == (pytest.approx(2.57), pytest.approx(44.35))
    assert read["complete_on"] == ""


def test_a_renamed_column_tells_the_layouts(samples, tmp_path):
    text = (samples / "cog" / "v_commune_2026.csv").read_text("utf-8").replace("LIBELLE", "NOM", 1)
    path = tmp_path / "v_commune_2026.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        cog.communes(path)
    said = caught.value.text("fr")
    assert caught.value.key == "unknown_layout"
    assert all(word in said for word in ("LIBELLE", "v_commune", "2019 à 2021"))


def test_the_table_of_a_zip_of_several_files(samples, tmp_path):
    source = samples / "cog" / "donnees_communes_2026.csv"
    path = tmp_path / "ensemble.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(source, "donnees_communes.csv")
        archive.writestr("donnees_cantons.csv", "REG;CODCAN;PMUN\n76;01;5\n")
    assert len(legal_population.read(path)) == 285
    with zipfile.ZipFile(path, "a") as archive:
        archive.write(source, "again.csv")
    with pytest.raises(InputError) as caught:
        legal_population.read(path)
    assert caught.value.key == "zip_of_several"


def test_a_damaged_zip_of_a_table(samples, tmp_path):
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(samples / "cog" / "v_commune_2026.csv", "v.csv")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(InputError) as caught:
        cog.communes(path)
    assert caught.value.key == "bad_zip"


def test_latin_1_and_marks(samples, tmp_path):
    text = (samples / "cog" / "v_commune_2026.csv").read_text("utf-8")
    path = tmp_path / "v.csv"
    path.write_text(text, encoding="utf-8-sig")
    assert len(cog.communes(path)) == 285
    path.write_text(text.replace(",", ";"), encoding="utf-8")
    assert len(cog.communes(path)) == 285
    plain = cog.communes(path)
    for encoding in ("cp1252", "utf-16", "utf-16-le"):
        path.write_text(text, encoding=encoding)
        pd.testing.assert_frame_equal(cog.communes(path), plain)
    raw = text.encode()
    cut = raw.index("Réquista".encode()) + 2  # inside a letter of two bytes
    path.write_bytes(raw[:cut] + raw[cut + 1 :])
    with pytest.raises(InputError) as caught:
        cog.communes(path)
    assert caught.value.key == "not_text"
    assert str(cut - 1) in caught.value.text()
