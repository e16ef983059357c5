"""Lists in a producer's layout, told by their header (layouts from memory, rows invented)."""

from __future__ import annotations

import pandas as pd
import pytest

from siting.errors import InputError
from siting.sources import facility_lists


def test_a_station_of_several_lines_stands_once_and_freight_is_left_out(tmp_path):
    path = tmp_path / "liste-des-gares.csv"
    path.write_text(
        "\ufeffCODE_UIC;LIBELLE;FRET;VOYAGEURS;CODE_LIGNE;X_WGS84;Y_WGS84\n"
        "87613422;Rodez;N;O;722000;2.5801;44.3625\n"
        "87613422;Rodez;N;O;718000;2.5801;44.3625\n"
        "87615286;Sévérac;O;N;722000;3.06;44.32\n",
        encoding="utf-8",
    )
    found = facility_lists.stations(path)
    assert found.official
    assert found.places[["id", "name", "lon", "lat"]].to_numpy().tolist() == [
        ["87613422", "Rodez", 2.5801, 44.3625]
    ]
    pd.DataFrame(
        {
            "Nom": ["Rodez"],
            "Code(s) UIC": ["87613422"],
            "Position géographique": ["44.3625, 2.5801"],
            "Code commune": ["202"],
        }
    ).to_csv(path, sep=";", index=False)
    pd.testing.assert_frame_equal(
        facility_lists.stations(path).places[["id", "lon", "lat", "kind"]],
        found.places[["id", "lon", "lat", "kind"]],
    )
    path.write_text("uic,name,lon,lat\n1,Ici,2.5,44.3\n", encoding="utf-8")
    assert not facility_lists.stations(path).official
    path.write_text("code;libelle\n1;Ici\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        facility_lists.stations(path)
    assert caught.value.key == "missing_column"


@pytest.mark.filterwarnings("ignore:.*FINESS:siting.errors.InputWarning")
def test_pharmacies_are_a_list_of_places_too(tmp_path):
    path = tmp_path / "finess.csv"
    row = ["structureet", "120000001", "", "PHARMACIE", *[""] * 8, "202", "12", *[""] * 4, "620"]
    at = ["geolocalisation", "120000001", "665000", "6360000", "1,ATLASANTE,100,IGN,BD_ADRESSE"]
    at[-1] += ",V2.2,LAMBERT_93"
    lines = ["finess;etalab;93;2025-01-01", ";".join(row), ";".join(at)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = facility_lists.read(path)
    assert found.official
    assert found.places["commune_code"].to_list() == ["12202"]
    assert found.places["lat"].between(44, 45).all()


def test_a_list_may_be_a_workbook(tmp_path):
    names = {
        "identifiant_de_l_etablissement": ["0120001A"],
        "nom_etablissement": ["École"],
        "type_etablissement": ["Ecole"],
        "code_commune": ["12202"],
        "longitude": ["2.57"],
        "latitude": ["44.35"],
    }
    pd.DataFrame(names).to_excel(tmp_path / "annuaire.xlsx", index=False)
    assert facility_lists.read(tmp_path / "annuaire.xlsx").places["id"].to_list() == ["0120001A"]
