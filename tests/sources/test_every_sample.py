"""Every real file of the samples through its reader, against another way of counting."""

from __future__ import annotations

import collections
import csv
import gzip
import re
import zipfile
from datetime import date

import duckdb
import geopandas as gpd
import numpy as np
import osmium
import pytest
import shapely

from siting.errors import InputError, InputWarning
from siting.network import bdtopo, osm
from siting.sources import (
    arcep_cartefibre,
    arcep_mci,
    bpe,
    carpool_areas,
    copper_closures,
    facility_lists,
    filosofi,
    gtfs,
    la_poste,
    legal_population,
    official_boundaries,
    sound_rows,
    station_list,
)
from siting.territory import broadband


def rows_of(path, separator=";"):
    """Rows of a file as the standard library reads them: the oracle."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=separator))


@pytest.fixture
def lozere(samples, tmp_path):
    """The heads of Lozère, the offers given to the first buildings: cut apart, they do not meet."""
    base = samples / "arcep" / "base_imb_48_head.csv"
    offers = (samples / "arcep" / "actuel_48_head.csv").read_text("utf-8")
    theirs = [row["imb_id"] for row in rows_of(base)]
    for at, ours in enumerate(dict.fromkeys(re.findall(r"(?m)^\d+", offers))):
        offers = re.sub(f"(?m)^{ours};", f"{theirs[at]};", offers)
    folder = tmp_path / "2026T2"
    folder.mkdir()
    for name, text in (("base_imb_48", base.read_text("utf-8")), ("actuel_48", offers)):
        (folder / f"{name}.csv.gz").write_bytes(gzip.compress(text.encode()))
    return folder / "base_imb_48.csv.gz", folder / "actuel_48.csv.gz"


def test_buildings_of_lozere(samples, lozere):
    base, offers = lozere
    frame = arcep_mci.buildings(base, offers)
    rows = rows_of(samples / "arcep" / "base_imb_48_head.csv")
    with gzip.open(offers, "rt", encoding="utf-8") as stream:
        pairs = {
            (row["imb_id"], row["code_techno"]) for row in csv.DictReader(stream, delimiter=";")
        }
    reached = {building for building, _ in pairs}
    assert len(reached) == 3
    assert len(frame) == len(pairs) + len(rows) - len(reached)
    assert set(zip(frame["id"], frame["technology"], strict=True)) >= pairs
    assert frame.drop_duplicates("id")["premises"].sum() == sum(
        int(row["imb_nbr_logloc"]) for row in rows
    )
    assert set(frame["commune_code"].str[:2]) == {"48"}
    assert frame["lon"].between(2.9, 4.1).all()
    assert frame["lat"].between(44.1, 45.0).all()
    fastest = frame.set_index(["id", "technology"])["speed_class"]
    assert (fastest.xs("FO", level="technology") == "THD1G").all()


def test_buildings_of_lozere_in_a_study(lozere):
    layer = broadband.read(list(lozere), {}, frozenset({"48127", "48005", "48051"}))
    assert layer.access is not None
    assert set(layer.access["date"]) == {"2026-06-30"}


def test_offers_of_another_department_are_refused(samples):
    folder = samples / "arcep"
    with pytest.raises(InputError) as caught:
        arcep_mci.buildings(folder / "base_imb_48_head.csv", folder / "actuel_48_head.csv")
    assert caught.value.key == "unmatched_ids"
    assert caught.value.values["count"] == 3


def test_one_offer_in_many_without_its_building_is_left_out(tmp_path):
    numbers = range(400)
    base = ["imb_id;imb_x;imb_y;imb_code_insee;imb_nbr_logloc"]
    base += [f"{number};385338.4;5569824.0;48127;1" for number in numbers]
    offers = ["imb_id;code_techno;classe_debit_descendant"]
    offers += [f"{number};FO;THD1G" for number in numbers] + ["strange;FO;THD1G"]
    for name, lines in (("base_imb_48.csv", base), ("actuel_48.csv", offers)):
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    with sound_rows.watched() as collected:
        frame = arcep_mci.buildings(tmp_path / "base_imb_48.csv", tmp_path / "actuel_48.csv")
    assert len(frame) == 400
    [warning] = collected
    assert (warning.values["refused"], warning.values["rows"]) == (1, 401)
    assert "strange" in warning.text()


@pytest.fixture
def cartefibre_zip(samples, tmp_path):
    """`2026t2-commune.zip` around the real attributes: latin-1, a .cpg that says UTF-8, 3857."""
    rows = rows_of(samples / "arcep" / "communes_2026T2_dbf_head.csv", ",")
    shapes = [shapely.box(x, 5_500_000, x + 10, 5_500_010) for x in (260_000, 390_000)]
    numbers = dict.fromkeys(("Locaux", "ftth", "couv", "POPULATION"), float)
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=3857).astype(numbers)
    frame["NOM_COM"] = [f"{name} (été)" for name in frame["NOM_COM"]]  # neither has an accent
    shape = tmp_path / "communes_2026T2.shp"
    frame.to_file(shape, encoding="ISO-8859-1", engine="pyogrio")
    shape.with_suffix(".cpg").write_text("UTF-8", encoding="ascii")
    path = tmp_path / "2026t2-commune.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(tmp_path.glob("communes_2026T2.*")):
            archive.write(part, part.name)
    return path


def test_communes_of_cartefibre(cartefibre_zip):
    frame = arcep_cartefibre.communes(cartefibre_zip).set_index("code")
    assert frame["name"].to_dict() == {
        "48095": "Mende (été)",
        "75120": "Paris 20e Arrondissement (été)",
    }
    assert frame.loc["48095", ["premises", "ftth_premises"]].tolist() == [9_691, 9_435]
    assert frame.loc["75120", ["premises", "ftth_premises"]].tolist() == [126_892, 120_757]
    layer = broadband.read([cartefibre_zip], {"75120": "75056"}, frozenset({"48095", "75056"}))
    table = layer.table.set_index("code")
    assert table.loc["75056", "ftth_premises"] == 120_757
    assert table["date"].astype(str).unique().tolist() == ["2026-06-30"]


def test_buildings_of_cartefibre(samples):
    path = samples / "arcep" / "carte_fibre_immeubles_2026_T2_head.csv"
    frame = arcep_cartefibre.buildings(path)
    rows = rows_of(path, ",")
    assert frame["id"].tolist() == [row["imb_id"] for row in rows]
    assert collections.Counter(frame["state"]) == collections.Counter(
        row["imb_etat"] for row in rows
    )
    assert np.allclose(frame["lon"], [float(row["x"]) for row in rows])
    assert (frame["complete_on"] == "").sum() == sum(row["date_completude"] == "" for row in rows)


def test_closures_of_copper(samples):
    path = samples / "arcep" / "internet-cuivre_extract_2026.csv"
    rows = rows_of(path)
    frame = copper_closures.read(path).set_index("code")
    cities = {"75056"}  # Paris beside its arrondissement
    assert set(frame.index) == {row["code_insee"].zfill(5) for row in rows} | cities
    assert {code: f"{day:%Y-%m-%d}" for code, day in frame["technical"].dropna().items()} == {
        row["code_insee"].zfill(5): row["fermeture_technique"]
        for row in rows
        if row["fermeture_technique"]
    }
    assert frame["commercial"].isna().all()
    assert (frame["batch"] == "").all()


def test_facilities_of_2025(samples):
    path = samples / "bpe" / "BPE25_extract.csv"
    rows = rows_of(path)
    frame = bpe.read(path)
    assert frame["type"].tolist() == [row["TYPEQU"] for row in rows]
    assert frame["name"].tolist() == [row["NOMRS"] for row in rows]
    assert set(frame["year"]) == {"2025"}
    assert frame["lon"].notna().tolist() == [row["LONGITUDE"] != "" for row in rows]
    paris = frame[frame["commune_code"] == "75108"].iloc[0]
    assert (paris["lon"], paris["lat"]) == (2.324, 48.87645)


@pytest.mark.parametrize(("year", "commune"), [("2015", "75119"), ("2017", "2A041")])
def test_squares_of_people(samples, year, commune):
    path = samples / "filosofi" / f"Filosofi{year}_200m_one_row.csv"
    [row] = rows_of(path, ",")
    plain = {name.lower(): value for name, value in row.items()}
    frame = filosofi.read(path, {commune})
    assert frame["population"].tolist() == [float(plain["ind"])]
    assert frame["imputed"].tolist() == [(plain.get("i_est_200") or plain["i_est_cr"]) == "1"]
    ages = [f"ind_{age.lower()}" for age in filosofi.AGES]
    assert frame[[name.replace("ind", "age") for name in ages]].to_numpy().tolist() == [
        [float(plain[name]) for name in ages]
    ]
    assert frame["lat"].between(41, 51).all()


def test_lists_of_places(samples):
    path = samples / "bnlc" / "bnlc_2026-08-18.csv"
    assert len(carpool_areas.read(path)) == sum(r["ouvert"] == "true" for r in rows_of(path, ","))
    path = samples / "la_poste" / "laposte_poincont2_2021_12_46_48_81.csv"
    kinds = collections.Counter(row["Caractéristique_du_site"] for row in rows_of(path))
    assert la_poste.read(path)["kind"].value_counts().to_dict() == kinds
    assert facility_lists.read(path).official
    path = samples / "stations" / "liste-des-gares_2021-24.csv"
    uic = {row["code_uic"] for row in rows_of(path) if row["voyageurs"] == "O"}
    read = station_list.read(path)
    assert set(read["id"]) == uic
    assert len(read) == len(uic) == 2_932
    assert read[["lon", "lat"]].notna().all(axis=None)


def test_populations_of_2018(samples):
    path = samples / "populations" / "Communes_2018_release_2021_12_46_48_75_81.csv"
    rows = rows_of(path, ",")
    frame = legal_population.read(path)
    assert len(frame) == len(rows) + 1  # Paris, of its twenty arrondissements
    people = frame.set_index("code")["population"]
    paris = sum(int(row["PMUN"]) for row in rows if row["CODDEP"] == "75")
    assert people["75056"] == paris
    assert people.sum() == sum(int(row["PMUN"]) for row in rows) + paris
    assert people["12001"] == 1_069


BOARDINGS = """
    WITH running AS (
        SELECT service_id FROM calendar
        WHERE {weekday} = '1' AND start_date <= '{day}' AND '{day}' <= end_date
    ),
    calls AS (
        SELECT trip_id, stop_id, arrival_time,
            row_number() OVER (
                PARTITION BY trip_id ORDER BY CAST(stop_sequence AS INT) DESC
            ) AS back
        FROM stop_times SEMI JOIN (FROM trips SEMI JOIN running USING (service_id)) USING (trip_id)
    )
    SELECT stop_id, count(*), count(*) FILTER (coalesce(arrival_time, '') = '')
    FROM calls WHERE back > 1 GROUP BY 1
"""


def boardings(path, folder, weekday, day):
    """Departures by stop, and those without a time, by SQL on the feed's own tables."""
    base = duckdb.connect()
    with zipfile.ZipFile(path) as feed:
        feed.extractall(folder)
    for name in ("stop_times", "trips", "calendar"):
        base.read_csv(str(folder / f"{name}.txt"), all_varchar=True).create(name)
    query = BOARDINGS.format(weekday=weekday, day=day)
    counted = {stop: (calls, blank) for stop, calls, blank in base.execute(query).fetchall()}
    base.close()
    return counted


def test_departures_of_castres(samples, tmp_path):
    path = samples / "gtfs" / "castres_mazamet_2024.zip"
    frame = gtfs.read(path, date(2024, 5, 14)).set_index("id")
    counted = boardings(path, tmp_path, "tuesday", "20240514")
    served = frame["departures"][frame["departures"] > 0]
    assert served.to_dict() == {stop: calls for stop, (calls, _) in counted.items()}
    assert sum(blank for _, blank in counted.values()) > 0  # calls between two that have a time
    with (tmp_path / "stops.txt").open(encoding="utf-8-sig", newline="") as stream:
        assert len(frame) == len(list(csv.DictReader(stream)))


def test_departures_of_sao_paulo_run_by_frequencies(samples, tmp_path):
    path = samples / "gtfs" / "sao_paulo_sample_2019.zip"
    frame = gtfs.read(path, date(2019, 10, 15)).set_index("id")
    trips = boardings(path, tmp_path, "tuesday", "20191015")
    served = frame["departures"][frame["departures"] > 0]
    assert set(served.index) == set(trips)
    runs = collections.Counter()
    with (tmp_path / "frequencies.txt").open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            start, end = (
                sum(int(part) * 60**place for place, part in enumerate(row[name].split(":")[::-1]))
                for name in ("start_time", "end_time")
            )
            runs[row["trip_id"]] += len(range(start, end, int(row["headway_secs"])))
    with (tmp_path / "stop_times.txt").open(encoding="utf-8-sig", newline="") as stream:
        calls = list(csv.DictReader(stream))
    last = {}
    for call in calls:
        last[call["trip_id"]] = max(last.get(call["trip_id"], 0), int(call["stop_sequence"]))
    expected = collections.Counter()
    for call in calls:
        if int(call["stop_sequence"]) < last[call["trip_id"]]:
            expected[call["stop_id"]] += runs[call["trip_id"]] or 1
    assert served.to_dict() == {stop: expected[stop] for stop in trips}


def test_a_commune_of_bdtopo(samples):
    frame = official_boundaries.read(samples / "bdtopo" / "COMMUNE.shp", {"12174"})
    assert frame["name"].tolist() == ["Olemps"]
    hectares = frame.to_crs(2154).area / 10_000
    assert hectares.iloc[0] == pytest.approx(1_279, rel=0.01)  # its SURFACE_HA


def test_a_commune_of_bdtopo_version_2(samples, tmp_path):
    version_3 = gpd.read_file(samples / "bdtopo" / "COMMUNE.shp")
    older = version_3[["NOM", "geometry"]].assign(CODE_INSEE=version_3["INSEE_COM"], POPUL=3_439)
    older.to_file(tmp_path / "COMMUNE.shp")
    for part in tmp_path.glob("COMMUNE.*"):  # as they were named
        part.rename(part.with_suffix(part.suffix.upper()))
    frame = official_boundaries.read(tmp_path / "COMMUNE.SHP", {"12174"})
    assert frame[["code", "name"]].to_numpy().tolist() == [["12174", "Olemps"]]


VERSION_3 = {
    "NATURE": "Route à 1 chaussée",
    "IMPORTANCE": "4",
    "SENS": "Double sens",
    "VIT_MOY_VL": 60,
    "ETAT": "En service",
}
VERSION_2 = {"NATURE": "Route à 1 chaussée", "IMPORTANCE": "4", "SENS": "Double", "ETAT": "NC"}


@pytest.mark.parametrize("columns", [VERSION_3, VERSION_2])
def test_the_roads_of_olemps(samples, tmp_path, columns):
    sections = gpd.read_file(samples / "bdtopo" / "TRONCON_DE_ROUTE.shp")
    path = tmp_path / "TRONCON_DE_ROUTE.shp"
    sections.assign(**columns).to_file(path)
    if columns is VERSION_2:
        with pytest.warns(InputWarning, match="version 2"):
            network = bdtopo.read(path)
    else:
        network = bdtopo.read(path)
    assert network.report.length_km == pytest.approx(sections.length.sum() / 1000, rel=2e-3)


@pytest.mark.parametrize(
    "name", ["pont_de_veyle.osm.gz", "meuse_rural.osm.gz", "saint_barthelemy.osm.pbf"]
)
def test_roads_of_extracts(samples, name):
    path = samples / "osm" / name
    network = osm.read(path)
    if name.endswith(".gz"):  # without osmium, which the reader uses
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            ways = re.findall(r"(?s)<way .*?</way>", stream.read())
        tagged = [dict(re.findall(r'k="([^"]*)" v="([^"]*)"', way)) for way in ways]
    else:
        tagged = [dict(way.tags) for way in osmium.FileProcessor(str(path), osmium.osm.WAY)]
    walked = ("railway=platform", "public_transport=platform", "man_made=pier")
    expected = sum(
        "highway" in tags
        or "route" in tags
        or any(f"{key}={value}" in walked for key, value in tags.items())
        for tags in tagged
    )
    assert network.report.ways_read == expected
    assert 0 < network.report.ways_kept < expected
    assert network.report.missing_nodes == 0
    west, south, east, north = {"p": (4.8, 46.2, 4.95, 46.3), "m": (4.9, 48.4, 6.0, 49.7)}.get(
        name[0], (-63.2, 17.7, -62.5, 18.1)
    )
    assert ((network.lon > west) & (network.lon < east)).all()
    assert ((network.lat > south) & (network.lat < north)).all()
