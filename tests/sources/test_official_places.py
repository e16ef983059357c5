"""Grids, rasters, facilities and stops, on files built from the producers' documented layouts."""

from __future__ import annotations

import zipfile
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from pyproj import Transformer
from rasterio.transform import from_origin
from shapely.geometry import box

from siting.errors import InputError, InputWarning
from siting.sources import (
    bpe,
    carpool_areas,
    facility_lists,
    filosofi,
    finess,
    gtfs,
    la_poste,
    population_raster,
    school_directory,
)

HEADER_2021 = (
    "idcar_200m,idcar_1km,idcar_nat,i_est_200,i_est_1km,lcog_geo,ind,men,men_pauv,men_1ind,"
    "men_5ind,men_prop,men_fmp,ind_snv,men_surf,men_coll,men_mais,log_av45,log_45_70,log_70_90,"
    "log_ap90,log_inc,log_soc,ind_0_3,ind_4_5,ind_6_10,ind_11_17,ind_18_24,ind_25_39,ind_40_54,"
    "ind_55_64,ind_65_79,ind_80p,ind_inc"
)


def squares():
    head = HEADER_2021.split(",")
    rows = [
        ("CRS3035RES200mN2397000E3768600", "0", "12202", "10.5"),
        ("CRS3035RES200mN2397000E3768800", "1", "4600112202", "4"),
        ("CRS3035RES200mN2397200E3768800", "0", "46001", "9"),
    ]
    frame = pd.DataFrame(rows, columns=["idcar_200m", "i_est_200", "lcog_geo", "ind"])
    return frame.assign(ind_80p="1.5").reindex(columns=head, fill_value="0")


@pytest.mark.parametrize("kind", ["csv", "zip", "parquet", "gpkg"])
def test_squares_of_200_m(tmp_path, kind):
    path = tmp_path / f"c.{kind}"
    frame = squares()
    if kind == "csv":
        frame.to_csv(path, index=False)
    elif kind == "zip":
        frame.to_csv(path, index=False, compression={"method": "zip", "archive_name": "c.csv"})
    elif kind == "parquet":
        frame.astype({"ind": float}).to_parquet(path)
    else:
        gpd.GeoDataFrame(frame, geometry=[box(0, 0, 1, 1)] * 3, crs=3035).to_file(path)
    read = filosofi.read(path, {"12202"})
    assert read["population"].to_list() == [10.5, 4]
    assert read["imputed"].to_list() == [False, True]
    assert read["codes"].to_list() == ["12202", "46001 12202"]
    assert read["commune_code"].to_list() == ["12202", "12202"]
    assert read["age_80p"].to_list() == [1.5, 1.5]
    back = Transformer.from_crs(4326, 3035, always_xy=True)
    east, north = back.transform(read["lon"][0], read["lat"][0])
    assert (east, north) == (pytest.approx(3768700, abs=0.01), pytest.approx(2397100, abs=0.01))


def test_squares_of_2017_and_of_1_km(tmp_path):
    path = tmp_path / "c.csv"
    old = {"IdINSPIRE": ["CRS3035RES200mN2397000E3768600"], "Depcom": "12202", "Ind": 3}
    pd.DataFrame(old).assign(I_est_cr=0, Ind_0_3=1).to_csv(path, index=False)
    assert filosofi.read(path, {"12202"})["age_0_3"].to_list() == [1]
    big = {"idcar_1km": ["CRS3035RES1000mN2397000E3768000"], "lcog_geo": "12202", "ind": 3}
    pd.DataFrame(big).assign(i_est_1km=0).to_csv(path, index=False)
    assert filosofi.read(path, {"12202"})["size_m"].to_list() == [1000]


def test_wrong_squares_are_refused(tmp_path):
    path = tmp_path / "c.csv"
    frame = squares()
    wrong = [
        (frame, {"48095"}, "no_row_of_the_area"),
        (pd.concat([frame, frame]), {"12202"}, "duplicate_ids"),
        (frame.assign(idcar_200m="200mN1E1"), {"46001"}, "bad_value"),
        (frame[:1].assign(idcar_200m="200mN1E1"), {"12202"}, "bad_value"),
        (frame.drop(columns="lcog_geo"), {"12202"}, "unknown_layout"),
    ]
    for table, communes, key in wrong:
        table.to_csv(path, index=False)
        with pytest.raises(InputError) as caught:
            filosofi.read(path, communes)
        assert caught.value.key == key


def raster(path, values, crs="EPSG:4326", nodata=-200.0):
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=values.shape[0],
        width=values.shape[1],
        count=1,
        dtype="float32",
        crs=crs,
        nodata=nodata,
        transform=from_origin(2.0, 45.0, 0.01, 0.01),
    ) as target:
        target.write(values.astype("float32"), 1)
    return path


def test_a_raster_is_shared_by_area(tmp_path):
    values = np.full((10, 10), 8.0)
    values[0, 0] = -200  # no data
    path = raster(tmp_path / "r.tif", values)
    halves = gpd.GeoDataFrame(
        {"code": ["12001", "12002"]},
        geometry=[box(2.0, 44.9, 2.045, 45.0), box(2.045, 44.9, 2.1, 45.0)],
        crs=4326,
    )
    cells = population_raster.read(path, halves)
    people = cells.groupby("commune_code")["population"].sum()
    assert people["12001"] == pytest.approx(10 * 4.5 * 8 - 8, rel=1e-5)
    assert people.sum() == pytest.approx(99 * 8, rel=1e-5)
    metric = population_raster.read(path, halves.to_crs(2154))
    assert metric["population"].sum() == pytest.approx(99 * 8, rel=1e-2)
    with pytest.raises(InputError) as caught:
        population_raster.read(path, halves.translate(5).to_frame("geometry").assign(code="1"))
    assert caught.value.key == "raster_elsewhere"
    bad = raster(tmp_path / "bad.tif", values, nodata=None)
    with pytest.raises(InputError) as caught:
        population_raster.read(bad, halves)
    assert caught.value.key == "negative_people"
    (tmp_path / "no.tif").write_text("not a raster")
    with pytest.raises(InputError) as caught:
        population_raster.read(tmp_path / "no.tif", halves)
    assert caught.value.key == "unreadable_layer"


def test_facilities_of_2021_and_2024(tmp_path):
    old = ["AN", "DEPCOM", "DOM", "LAMBERT_X", "LAMBERT_Y", "QUALITE_XY", "SDOM", "TYPEQU"]
    x, y = Transformer.from_crs(4326, 2154, always_xy=True).transform(2.57, 44.35)
    frame = pd.DataFrame(
        {"AN": 2021, "DEPCOM": "12202", "LAMBERT_X": [x, ""], "LAMBERT_Y": [y, ""]}
    )
    frame = frame.assign(TYPEQU=["D301", "A206"], QUALITE_XY="Bonne").reindex(columns=old)
    frame.to_csv(tmp_path / "bpe21.csv", sep=";", index=False)
    read = bpe.read(tmp_path / "bpe21.csv")
    assert read["lon"].iloc[0] == pytest.approx(2.57)
    assert read["lon"].isna().to_list() == [False, True]
    new = pd.DataFrame({"AN": [2024], "NOMRS": "x", "DEPCOM": "12202", "TYPEQU": "D307"})
    new = new.assign(LONGITUDE=2.57, LATITUDE=44.35, LAMBERT_X=x, LAMBERT_Y=y)
    new.to_csv(tmp_path / "bpe24.csv", sep=";", index=False)
    assert bpe.read(tmp_path / "bpe24.csv")["lat"].to_list() == [44.35]
    new.assign(LONGITUDE=x).to_csv(tmp_path / "bpe24.csv", sep=";", index=False)
    with pytest.raises(InputError) as caught:
        bpe.read(tmp_path / "bpe24.csv")
    assert caught.value.key == "metres_for_degrees"


def test_schools_post_and_carpool(tmp_path):
    path = tmp_path / "s.csv"
    pd.DataFrame(
        {
            "identifiant_de_l_etablissement": ["0120001A", "0120002B"],
            "nom_etablissement": ["Ecole", "Fermée"],
            "type_etablissement": "Ecole",
            "code_commune": "12202",
            "longitude": 2.5,
            "latitude": 44.3,
            "etat": ["OUVERT", "FERME"],
        }
    ).to_csv(path, sep=";", index=False, encoding="utf-8-sig")
    assert school_directory.read(path)["id"].to_list() == ["0120001A"]
    post = {"Identifiant_A": ["A1"], "Libellé_du_site": "RODEZ", "Code_INSEE": "1053"}
    pd.DataFrame(post).assign(
        Caractéristique_du_site="Bureau de poste", Longitude=2.5, Latitude=44.3
    ).to_csv(path, sep=";", index=False)
    assert la_poste.read(path)["commune_code"].to_list() == ["01053"]
    pool = {"id_lieu": ["12-1", "12-2"], "nom_lieu": "Aire", "insee": "12202", "type": "Parking"}
    pd.DataFrame(pool).assign(Xlong=2.5, Ylat=44.3, ouvert=["true", "false"]).to_csv(
        path, index=False
    )
    assert carpool_areas.read(path)["id"].to_list() == ["12-1"]
    pd.DataFrame(pool).assign(Xlong=44000.3, Ylat=2.5, ouvert="true").to_csv(path, index=False)
    with pytest.raises(InputError) as caught:
        carpool_areas.read(path)
    assert caught.value.key == "metres_for_degrees"


@pytest.mark.filterwarnings("ignore:.*FINESS:siting.errors.InputWarning")
def test_pharmacies_of_finess(tmp_path):
    x, y = Transformer.from_crs(4326, 2154, always_xy=True).transform(2.57, 44.35)

    def structure(number, kind):
        fields = ["structureet", number, "", "PHARMACIE", *[""] * 8, "202", "12", *[""] * 4, kind]
        return ";".join([*fields, "Libellé", ""])

    lines = [
        "finess;etalab;96;2026-01-09",
        structure("120000001", "620"),
        structure("120000002", "355"),
        structure("120000003", "620"),
        f"geolocalisation;120000001;{x};{y};1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,LAMBERT_93;2026",
    ]
    path = tmp_path / "finess.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    read = facility_lists.read(path).places
    assert read["id"].to_list() == ["120000001", "120000003"]
    assert read["commune_code"].to_list() == ["12202", "12202"]
    assert read["lon"].iloc[0] == pytest.approx(2.57)
    assert np.isnan(read["lon"].iloc[1])
    path.write_text("a;b\n1;2\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        finess.read(path)
    assert caught.value.key == "unknown_layout"


def feed(path, **replaced):
    tables = {
        "stops": "stop_id,stop_name,stop_lat,stop_lon\nA,Rodez,44.35,2.57\nB,Onet,44.36,2.58\n",
        "trips": "trip_id,route_id,service_id\nt1,r1,week\nt2,r2,week\nt3,r1,sunday\n",
        "stop_times": (
            "trip_id,stop_id,stop_sequence\nt1,A,1\nt1,B,2\nt2,A,1\nt2,B,2\nt3,B,1\nt3,A,2\n"
        ),
        "calendar": (
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,"
            "end_date\nweek,1,1,1,1,1,0,0,20260101,20261231\n"
            "sunday,0,0,0,0,0,0,1,20260101,20261231\n"
        ),
        "calendar_dates": "service_id,date,exception_type\nweek,20261225,2\nsunday,20261225,1\n",
        "frequencies": "trip_id,start_time,end_time,headway_secs\nt2,06:00:00,08:00:00,1800\n",
    } | replaced
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in tables.items():
            if text is not None:
                archive.writestr(f"{name}.txt", text)
    return path


def test_stops_with_their_departures(tmp_path):
    path = feed(tmp_path / "g.zip")
    week = gtfs.read(path, date(2026, 11, 24)).set_index("id")  # a Tuesday
    assert week["departures"].to_dict() == {"A": 1 + 4, "B": 0}
    assert week["routes"].to_dict() == {"A": 2, "B": 0}
    again = "trip_id,route_id,service_id\nt1,r1,week\nt1,r1,week\nt2,r2,week\nt3,r1,sunday\n"
    with pytest.warns(InputWarning, match="1 course"):
        gtfs.read(feed(tmp_path / "again.zip", trips=again), date(2026, 11, 24))
    holiday = gtfs.read(path, date(2026, 12, 25)).set_index("id")
    assert holiday["departures"].to_dict() == {"A": 0, "B": 1}
    with pytest.raises(InputError) as caught:
        gtfs.read(path, date(2027, 1, 5))
    assert caught.value.key == "day_outside"
    with pytest.raises(InputError) as caught:
        gtfs.read(feed(tmp_path / "g.zip", trips=None), date(2026, 11, 24))
    assert caught.value.key == "not_in_feed"
    (tmp_path / "cut.zip").write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError) as caught:
        gtfs.read(tmp_path / "cut.zip", date(2026, 11, 24))
    assert caught.value.key == "bad_zip"


def test_types_of_an_edition_with_their_labels(tmp_path):
    dictionary = (
        "COD_VAR;LIB_VAR;COD_MOD;LIB_MOD;TYPE_VAR;LONG_VAR\n"
        "QUALITE_XY;Qualité;BONNE;Bonne;CHAR;10\n"
        "TYPEQU;Type;B203;Épicerie;CHAR;4\nTYPEQU;Type;A203;Banque, caisse d'épargne;CHAR;4\n"
    )
    with zipfile.ZipFile(tmp_path / "BPE24.zip", "w") as archive:
        archive.writestr("BPE24.csv", "DEPCOM;TYPEQU;LONGITUDE;LATITUDE\n12202;B203;2.5;44.3\n")
        archive.writestr("varmod_BPE24.csv", dictionary)
    said = bpe.labels(tmp_path / "BPE24.zip").set_index("type")["label"].to_dict()
    assert said == {"A203": "Banque, caisse d'épargne", "B203": "Épicerie"}
    assert bpe.read(tmp_path / "BPE24.zip")["type"].to_list() == ["B203"]
