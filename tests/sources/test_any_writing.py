"""The same table however it was written, and what no reader takes for a table."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from siting.errors import InputError
from siting.sources import (
    bpe,
    carpool_areas,
    cog,
    copper_closures,
    epci,
    filosofi,
    france_services_list,
    gtfs,
    legal_population,
    official_boundaries,
    school_directory,
    sirene_stock,
)

SIRENE = "sirene/StockEtablissement_geo_2024_layout.csv"
REAL = {
    "communes": ("cog/v_commune_2026.csv", cog.communes),
    "movements": ("cog/v_mvt_commune_2026.csv", cog.movements),
    "populations": ("cog/donnees_communes_2026.csv", legal_population.read),
    "epci": ("cog/epcicom_2025_2026.csv", epci.read),
    "france_services": ("france_services/liste-fs-20240801.csv", france_services_list.read),
    "sirene": (SIRENE, lambda path: sirene_stock.read(path, AIN).table),
}
AIN = {f"01{number:03d}" for number in range(500)}
BUILT = {  # rows in the documented layouts, not real facts
    "bpe": (
        (
            "AN;DEPCOM;TYPEQU;NOMRS;LONGITUDE;LATITUDE;QUALITE_XY\n"
            '2024;12202;B203;"ÉPI; CERIE";2.57;44.35;Bonne\n2024;2A004;B203;Y;8.73;41.92;Bonne\n'
            "2024;97411;B203;X;55.45;-20.88;Bonne\n2024;75101;B203;Z;;;\n"
        ),
        bpe.read,
    ),
    "squares": (
        "idcar_200m,lcog_geo,ind,i_est_200\nCRS3035RES200mN2500000E3700000,2B0332A004,10.5,1\n",
        lambda path: filosofi.read(path, {"2A004"}),
    ),
    "schools": (
        (
            "identifiant_de_l_etablissement;nom_etablissement;type_etablissement;code_commune;"
            'longitude;latitude;etat\n0010001A;"École ""A""";Ecole;1004;5.3;45.9;OUVERT\n'
        ),
        school_directory.read,
    ),
    "carpool": (
        "id_lieu,nom_lieu,insee,type,Xlong,Ylat\na,Aire,12202,Aire,2.57,44.35\n",
        carpool_areas.read,
    ),
    "copper": (
        (
            "code_insee;nom_commune;lot;fermeture_commerciale;fermeture_technique\n"
            "12202;Rodez;3;2026-01-31;2027-01-31\n"
        ),
        copper_closures.read,
    ),
}


@pytest.fixture(params=[*REAL, *BUILT])
def table(request, samples, tmp_path):
    """A path, its rows, and its reader."""
    if request.param in REAL:
        name, reader = REAL[request.param]
        path = samples / name
    else:
        text, reader = BUILT[request.param]
        path = tmp_path / "built.csv"
        path.write_text(text, encoding="utf-8")
    text = path.read_bytes().decode("utf-8-sig")
    separator = max(",;", key=text.split("\n", 1)[0].count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    return path, rows, reader


def written(rows, separator=",", end="\n", quoting=csv.QUOTE_MINIMAL, encoding="utf-8"):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)
    return text.getvalue().encode(encoding)


def test_any_writing_of_a_table_says_the_same(table, tmp_path):
    path, rows, reader = table
    plain = reader(path)
    beside = [[*row, "é\n“z”" if number else "more"] for number, row in enumerate(rows)]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", written(rows, ";"))
        archive.writestr("__MACOSX/._table.csv", b"\0\5\26")
        archive.writestr("LISEZMOI.txt", "bonjour ; à tous\n")
    writings = {
        "mark.csv": written(rows, ";", encoding="utf-8-sig"),
        "tab.csv": written(rows, "\t", "\r\n"),
        "bar.csv": written(rows, "|", "\r"),
        "quoted.csv": written(rows, ";", "\r\n", csv.QUOTE_ALL, "utf-8-sig"),
        "more.csv": written(beside) if reader is not REAL["sirene"][1] else written(rows),
        "turned.csv": written([row[::-1] for row in rows]).rstrip(b"\n"),
        "blank.csv": written(rows) + b"\n\n",
        "packed.zip": packed.getvalue(),
        "packed.csv.gz": gzip.compress(written(rows)),
        "utf16.csv": written(rows, "\t", "\r\n", encoding="utf-16"),
        "utf16be.csv": written(rows, "\t", encoding="utf-16-be"),
    }
    with contextlib.suppress(UnicodeEncodeError):
        writings["windows.csv"] = written(rows, ";", "\r\n", encoding="cp1252")
    for name, raw in writings.items():
        (tmp_path / name).write_bytes(raw)
        found = reader(tmp_path / name)
        pd.testing.assert_frame_equal(found, plain, check_dtype=False, obj=name)


def test_what_is_no_table_is_said_in_one_message(table, tmp_path):
    _, rows, reader = table
    text = written(rows)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", text)
    cut = text.rstrip().rsplit(b",", 2)[0]
    broken = {
        "binary.csv": (b"PK\3\4\0\0" + text, {"not_text"}),
        "empty.csv": (b"", {"empty_table", "unknown_layout"}),
        "header.csv": (text.split(b"\n", 1)[0], {"empty_table"}),
        "cut.csv": (cut, {"bad_rows", "row_width"}),
        "long.csv": (written([rows[0], *([*row, "more"] for row in rows[1:])]), {"row_width"}),
        "page.csv": (b"<!DOCTYPE html><html></html>", {"unknown_layout"}),
        "cut.zip": (packed.getvalue()[:-30], {"bad_zip"}),
        "cut.csv.gz": (gzip.compress(text)[:-12], {"bad_zip"}),
        "no.parquet": (b"PAR1 no", {"unreadable_layer"}),
    }
    for name, (raw, keys) in broken.items():
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(InputError) as caught:
            reader(tmp_path / name)
        assert caught.value.key in keys, name
        assert name in caught.value.text("fr")


def feed(path, folder, frequencies):
    tables = {
        "stops": "stop_id,stop_name,stop_lat,stop_lon\na,A,44.3,2.5\nb,B,44.4,2.6\n",
        "stop_times": "trip_id,stop_id,stop_sequence\nt,a,1\nt,b,2\n",
        "trips": "trip_id,route_id,service_id\nt,r,s\n",
        "calendar_dates": "service_id,date,exception_type\ns,20251125,1\n",
        "frequencies": f"trip_id,start_time,end_time,headway_secs\n{frequencies}\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in tables.items():
            archive.writestr(f"{folder}{name}.txt", text)
    return path


def test_a_feed_zipped_with_its_folder(tmp_path):
    day = pd.Timestamp("2025-11-25").date()
    path = feed(tmp_path / "gtfs.zip", "reseau/", "t,07:00:00,09:00:00,1800")
    assert gtfs.read(path, day).set_index("id")["departures"].to_dict() == {"a": 4, "b": 0}
    for wrong in ("t,07:00:00,09:00:00,0", "t,7h,09:00:00,1800"):
        with pytest.raises(InputError) as caught:
            gtfs.read(feed(tmp_path / "gtfs.zip", "", wrong), day)
        assert caught.value.key == "bad_value"


def test_boundaries_in_metres_that_say_degrees_are_refused(tmp_path):
    shapes = gpd.GeoDataFrame(
        {"code": ["12202"], "nom": ["Rodez"]}, geometry=[box(6e5, 6.3e6, 6.1e5, 6.31e6)], crs=4326
    )
    shapes.to_file(tmp_path / "c.geojson", driver="GeoJSON")
    with pytest.raises(InputError) as caught:
        official_boundaries.read(tmp_path / "c.geojson", ["12202"])
    assert caught.value.key == "crs_out_of_range"
