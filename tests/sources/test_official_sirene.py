"""The national stock of establishments: real layouts, joins, masks and damaged files."""

from __future__ import annotations

import shutil
import zipfile

import pandas as pd
import pytest
from pyproj import Transformer

from siting.errors import InputError
from siting.sources import register_tables, sirene_stock

GEOLOCATED = [
    "siret",
    "x",
    "y",
    "qualite_xy",
    "epsg",
    "plg_qp24",
    "plg_iris",
    "plg_zus",
    "plg_qp15",
    "plg_qva",
    "plg_code_commune",
    "distance_precision",
    "qualite_qp24",
    "qualite_iris",
    "qualite_zus",
    "qualite_qp15",
    "qualite_qva",
    "y_latitude",
    "x_longitude",
]


@pytest.fixture
def stock(samples):
    return samples / "sirene" / "StockEtablissement_geo_2024_layout.csv"


@pytest.fixture
def ain(stock):
    return set(pd.read_csv(stock, dtype=str)["codeCommuneEtablissement"])


def rows(stock):
    return pd.read_csv(stock, dtype=str, keep_default_na=False)


def test_current_layout(stock, ain):
    found = sirene_stock.read(stock, ain)
    raw = rows(stock)
    assert found.counts == {
        "read": 39,
        "elsewhere": 0,
        "closed": int((raw["etatAdministratifEtablissement"] == "F").sum()),
        "closed_unit": 0,
        "other_activity": 0,
        "kept": int((raw["etatAdministratifEtablissement"] == "A").sum()),
        "masked": 0,
        "recoded": 0,
        "without_position": 2,
    }
    assert found.counts["closed"] + found.counts["kept"] == 39
    assert set(found.table["placed_by"]) == {"geocoding", ""}
    assert found.table["siret"].str.len().eq(14).all()
    assert found.table.loc[found.table["lon"].isna(), "quality"].eq("").all()


def test_layouts_of_2018_and_2017(samples):
    folder = samples / "sirene"
    path = folder / "StockEtablissement_geo_v3_2018_layout.csv"
    codes = set(rows(path)["codeCommuneEtablissement"])
    assert sirene_stock.read(path, codes).counts["read"] == 3
    path = folder / "geo-sirene_2017_stock_layout.csv"
    found = sirene_stock.read(path, {"01376", "01134", "01057", "01027"})
    assert found.counts["kept"] == 4
    assert found.table["activity"].to_list() == ["25.73B", "46.73A", "46.73A", "52.21Z"]
    path = folder / "geo-sirene_2017_daily_layout.csv"
    found = sirene_stock.read(path, {"79081", "92004"})  # rows before (I) and after (F) a change
    assert found.counts["read"] == 3
    assert found.table["siret"].to_list() == ["02688027800085"]


def test_zip_and_parquet_say_the_same(stock, ain, tmp_path):
    plain = sirene_stock.read(stock, ain)
    with zipfile.ZipFile(tmp_path / "stock.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(stock, "StockEtablissement_utf8.csv")
    rows(stock).to_parquet(tmp_path / "stock.parquet")
    for name in ("stock.zip", "stock.parquet"):
        other = sirene_stock.read(tmp_path / name, ain)
        pd.testing.assert_frame_equal(other.table, plain.table)
        assert other.counts == plain.counts


def test_naf_2025_activities_and_one_commune(stock, ain, tmp_path):
    frame = rows(stock).assign(activitePrincipaleNAF25Etablissement="62.20Y")
    frame.to_csv(tmp_path / "s.csv", index=False)
    found = sirene_stock.read(tmp_path / "s.csv", {"01053"}, activities=["64", "84.1"])
    held = frame[
        (frame["codeCommuneEtablissement"] == "01053")
        & (frame["etatAdministratifEtablissement"] == "A")
    ]
    fits = held["activitePrincipaleEtablissement"].str.startswith(("64", "84.1"))
    assert found.counts["kept"] == fits.sum()
    assert found.counts["other_activity"] == (~fits).sum()
    assert found.counts["elsewhere"] == (frame["codeCommuneEtablissement"] != "01053").sum()
    full = sirene_stock.read(tmp_path / "s.csv", ain)
    assert set(full.table["activity_naf2025"]) == {"62.20Y"}


def test_masked_rows_are_counted_and_keep_their_commune(stock, ain, tmp_path):
    frame = rows(stock)
    active = frame.index[frame["etatAdministratifEtablissement"] == "A"][0]
    frame.loc[active, "statutDiffusionEtablissement"] = "P"
    for column in (
        "coordonneeLambertAbscisseEtablissement",
        "coordonneeLambertOrdonneeEtablissement",
    ):
        frame.loc[active, column] = "[ND]"
    frame.loc[active, ["longitude", "latitude"]] = ""
    frame.to_csv(tmp_path / "s.csv", index=False)
    found = sirene_stock.read(tmp_path / "s.csv", ain)
    assert found.counts["masked"] == 1
    row = found.table[found.table["masked"]].iloc[0]
    assert row["placed_by"] == ""
    assert row["commune_code"] == frame.loc[active, "codeCommuneEtablissement"]


def geolocated(path, lines):
    frame = pd.DataFrame(lines).reindex(columns=GEOLOCATED).astype(object).fillna("")
    frame.to_csv(path, sep=";", index=False)
    return path


def test_geolocated_file_comes_first(stock, ain, tmp_path):
    plain = sirene_stock.read(stock, ain).table
    one = plain["siret"].iloc[0]
    line = {"siret": one, "qualite_xy": "11", "x_longitude": "5.25", "y_latitude": "46.1"}
    path = geolocated(tmp_path / "geo.csv", [line, {"siret": "99999999999999"}])
    table = sirene_stock.read(stock, ain, positions=path).table.set_index("siret")
    assert table.loc[one, ["lon", "lat", "quality", "placed_by"]].to_list() == [
        5.25,
        46.1,
        "11",
        "insee",
    ]
    assert (table["placed_by"] == "insee").sum() == 1


def test_each_row_of_the_geolocated_file_has_its_projection(stock, ain, tmp_path):
    sirets = sirene_stock.read(stock, ain).table["siret"].iloc[:2].to_list()
    lines = []
    for siret, epsg, lon, lat in zip(sirets, (2154, 2975), (5.2, 55.5), (46.2, -21.1), strict=True):
        x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(lon, lat)
        lines.append({"siret": siret, "x": x, "y": y, "epsg": epsg, "qualite_xy": "12"})
    frame = pd.DataFrame(lines)
    frame.to_csv(tmp_path / "geo.csv", sep=";", index=False)
    found = sirene_stock.read(stock, ain, positions=tmp_path / "geo.csv").table.set_index("siret")
    assert found.loc[sirets, "lon"].to_list() == pytest.approx([5.2, 55.5], abs=1e-6)
    assert found.loc[sirets, "lat"].to_list() == pytest.approx([46.2, -21.1], abs=1e-6)


def test_legal_units(stock, ain, samples, tmp_path):
    header = (samples / "sirene" / "StockUniteLegale_header_only.csv").read_text().strip()
    plain = sirene_stock.read(stock, ain).table
    sirens = plain["siret"].str[:9].unique()
    units = pd.DataFrame({"siren": sirens}).reindex(columns=header.split(","))
    units["etatAdministratifUniteLegale"] = "A"
    units["categorieJuridiqueUniteLegale"] = "5710"
    units.loc[0, "etatAdministratifUniteLegale"] = "C"
    units.to_csv(tmp_path / "units.csv", index=False)
    found = sirene_stock.read(stock, ain, units=tmp_path / "units.csv")
    gone = (plain["siret"].str[:9] == sirens[0]).sum()
    assert found.counts["closed_unit"] == gone > 0
    assert found.counts["kept"] == len(plain) - gone
    assert set(found.table["legal_category"]) == {"5710"}
    empty = tmp_path / "header.csv"
    empty.write_text(header + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        sirene_stock.read(stock, ain, units=empty)
    assert caught.value.key == "empty_table"


def broken(stock, path, key):
    raw = stock.read_bytes()
    if key == "bad_zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(stock, "s.csv")
        path.write_bytes(path.read_bytes()[:-200])
    elif key == "bad_zip inside":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            archive.write(stock, "s.csv")
        damaged = bytearray(path.read_bytes())
        damaged[5000] ^= 1
        path.write_bytes(damaged)
    elif key == "not_text":
        path.write_bytes(raw.replace(b"housenumber", "numéré ".encode() + b"\xff"))
    elif key == "row_width":
        path.write_bytes(raw + b"too,few\r\n")
    elif key == "unknown_layout":
        path.write_bytes(raw.replace(b"codeCommuneEtablissement", b"commune", 1))
    elif key == "duplicate_ids":
        lines = raw.splitlines(keepends=True)
        path.write_bytes(raw + lines[5])
    elif key == "metres_for_degrees":
        rows(stock).assign(longitude="871558.9").to_csv(path, index=False)
    elif key == "no_row_of_the_area":
        shutil.copy(stock, path)
    elif key == "empty_table":
        path.write_bytes(raw.splitlines(keepends=True)[0])
    return path


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("bad_zip", "s.zip"),
        ("bad_zip inside", "s.zip"),
        ("not_text", "s.csv"),
        ("row_width", "s.csv"),
        ("unknown_layout", "s.csv"),
        ("duplicate_ids", "s.csv"),
        ("metres_for_degrees", "s.csv"),
        ("no_row_of_the_area", "s.csv"),
        ("empty_table", "s.csv"),
        ("missing_file", "s.parquet"),
    ],
)
def test_bad_input_is_named(stock, ain, tmp_path, key, name):
    path = broken(stock, tmp_path / name, key)
    area = {"12202"} if key == "no_row_of_the_area" else ain
    with pytest.raises(InputError) as caught:
        sirene_stock.read(path, area)
    assert caught.value.key == key.split()[0]
    assert name in caught.value.text("fr")


def test_a_byte_order_mark_and_semicolons_are_taken(stock, ain, tmp_path):
    rows(stock).to_csv(tmp_path / "s.csv", sep=";", index=False, encoding="utf-8-sig")
    assert sirene_stock.read(tmp_path / "s.csv", ain).counts["read"] == 39


def test_axes_that_were_swapped_are_refused_and_one_stray_row_goes_to_its_commune(
    stock, ain, tmp_path
):
    frame = rows(stock)
    placed = frame.index[
        (frame["longitude"] != "") & (frame["etatAdministratifEtablissement"] == "A")
    ]
    frame.loc[placed[0], ["longitude", "latitude"]] = ["0.0", "0.0"]
    lambert = [f"coordonneeLambert{axis}Etablissement" for axis in ("Abscisse", "Ordonnee")]
    frame.loc[placed[0], lambert] = ""
    frame.to_csv(tmp_path / "stray.csv", index=False)
    found = sirene_stock.read(tmp_path / "stray.csv", ain)
    assert found.counts["without_position"] == 3  # 2 in the sample as it is
    swapped = frame.rename(columns={"longitude": "latitude", "latitude": "longitude"})
    swapped.to_csv(tmp_path / "swapped.csv", index=False)
    with pytest.raises(InputError) as caught:
        sirene_stock.read(tmp_path / "swapped.csv", ain)
    assert caught.value.key == "degrees_elsewhere"
    degrees = frame.assign(longitude="", latitude="")
    degrees["coordonneeLambertAbscisseEtablissement"] = "5.2"
    degrees["coordonneeLambertOrdonneeEtablissement"] = "46.2"
    degrees.to_csv(tmp_path / "degrees.csv", index=False)
    with pytest.raises(InputError) as caught:
        sirene_stock.read(tmp_path / "degrees.csv", ain)
    assert caught.value.key == "metric_elsewhere"


def test_a_copy_that_lost_its_zeros_says_the_same(stock, ain, tmp_path):
    plain = sirene_stock.read(stock, ain)
    frame = rows(stock)
    for name in ("siret", "codeCommuneEtablissement"):
        frame[name] = frame[name].str.lstrip("0")
    frame.to_csv(tmp_path / "s.csv", index=False)
    pd.testing.assert_frame_equal(sirene_stock.read(tmp_path / "s.csv", ain).table, plain.table)


def test_positions_without_degrees_fall_back_on_their_projection(stock, ain, tmp_path):
    one, two = sirene_stock.read(stock, ain).table["siret"].iloc[:2]
    x, y = Transformer.from_crs(4326, 2154, always_xy=True).transform(5.2, 46.2)
    lines = [
        {"siret": one, "x": x, "y": y, "epsg": 2154, "qualite_xy": "22"},
        {"siret": two, "x_longitude": 5.3, "y_latitude": 46.1, "qualite_xy": "11"},
    ]
    path = geolocated(tmp_path / "geo.csv", lines)
    table = sirene_stock.read(stock, ain, positions=path).table.set_index("siret")
    assert table.loc[[one, two], "lon"].to_list() == pytest.approx([5.2, 5.3], abs=1e-6)
    assert table.loc[[one, two], "quality"].to_list() == ["22", "11"]
    for wrong, key in (
        ([{**lines[0], "epsg": 99999}], "bad_value"),
        ([lines[1], {**lines[1], "x_longitude": 5.4}], "duplicate_ids"),
    ):
        geolocated(tmp_path / "geo.csv", wrong)
        with pytest.raises(InputError) as caught:
            sirene_stock.read(stock, ain, positions=path)
        assert caught.value.key == key


def test_line_breaks_in_values_are_read(stock, ain, tmp_path, monkeypatch):
    monkeypatch.setattr(register_tables, "BLOCK", 4096)  # so that blocks end inside a value
    frame = pd.concat([rows(stock)] * 30, ignore_index=True)
    frame["siret"] = [f"{n:014d}" for n in range(len(frame))]
    frame["enseigne1Etablissement"] = "au bon\ncoin\r\nde la rue, ici"
    frame.to_csv(tmp_path / "stock.csv.gz", index=False)
    found = sirene_stock.read(tmp_path / "stock.csv.gz", ain)
    assert found.counts["read"] == len(frame)


def test_a_siret_that_a_spreadsheet_changed_is_refused(stock, ain, tmp_path):
    frame = rows(stock)
    frame["siret"] = [f"{float(one):.5E}".replace(".", ",") for one in frame["siret"]]
    frame.to_csv(tmp_path / "stock.csv", index=False, sep=";")
    with pytest.raises(InputError) as caught:
        sirene_stock.read(tmp_path / "stock.csv", ain)
    assert caught.value.key == "not_a_siret"
    assert "tableur" in caught.value.text("fr")
