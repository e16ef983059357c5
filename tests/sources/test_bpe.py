"""BPE: layouts by name, Lambert 93 and the overseas projections."""

from __future__ import annotations

import pytest
from pyproj import Transformer

from siting.errors import InputError
from siting.sources import bpe

LAYOUT_2021 = (
    "AAV2020;AN;BV2012;DEP;DEPCOM;DOM;EPCI;DCIRIS;LAMBERT_X;LAMBERT_Y;QP;QUALI_IRIS;QUALI_QP;"
    "QUALI_QVA;QUALI_ZFU;QUALI_ZUS;QUALITE_XY;QVA;REG;SDOM;TYPEQU;UU2020;ZFU;ZUS"
)


def written(folder, rows, header="DEPCOM;TYPEQU;LAMBERT_X;LAMBERT_Y"):
    path = folder / "bpe.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_positions_in_degrees_and_rows_without(tmp_path):
    x, y = Transformer.from_crs(4326, 2154, always_xy=True).transform(2.57, 44.35)
    frame = bpe.read(written(tmp_path, [f"12202;B203;{x};{y}", "12202;D201;;"]))
    assert frame["type"].tolist() == ["B203", "D201"]
    assert frame.loc[0, ["lon", "lat"]].tolist() == pytest.approx([2.57, 44.35], abs=1e-7)
    assert frame.loc[1, ["lon", "lat"]].isna().all()


def test_columns_in_the_order_of_2021(tmp_path):
    values = dict.fromkeys(LAYOUT_2021.split(";"), "")
    values |= {"DEPCOM": "01004", "TYPEQU": "A206", "LAMBERT_X": "882000", "LAMBERT_Y": "6543000"}
    frame = bpe.read(written(tmp_path, [";".join(values.values())], LAYOUT_2021))
    assert frame["commune_code"].tolist() == ["01004"]
    assert 45 < frame["lat"][0] < 47


@pytest.mark.parametrize(
    ("commune", "epsg", "lon", "lat"),
    [
        ("97101", 5490, -61.5, 16.25),
        ("97209", 5490, -61.07, 14.6),
        ("97302", 2972, -52.3, 4.93),
        ("97411", 2975, 55.45, -20.88),
        ("97608", 4471, 45.23, -12.78),
    ],
)
def test_overseas(tmp_path, commune, epsg, lon, lat):
    x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(lon, lat)
    rows = [f"{commune};B203;{x};{y}", "12202;B203;666000;6361000"]
    frame = bpe.read(written(tmp_path, rows))
    assert frame.loc[0, ["lon", "lat"]].tolist() == pytest.approx([lon, lat], abs=1e-7)
    assert 44 < frame["lat"][1] < 45


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ("12202;B203;2.57;44.35", "not_lambert_93"),
        ("12202;B203;666 000;6361000", "bad_value"),
    ],
)
def test_other_coordinates_are_refused(tmp_path, row, key):
    with pytest.raises(InputError) as caught:
        bpe.read(written(tmp_path, ["12202;A206;666000;6361000", row]))
    assert caught.value.key == key
    assert caught.value.values["row"] == 3
    assert "bpe.csv" in caught.value.text("fr")
