"""Layouts as portals publish them: names in several spellings, editions beside the samples.

Column names were confirmed in public code and notes that read the real files (see docs/en/data.md);
the rows are made here.
"""

from __future__ import annotations

import zipfile

import pandas as pd
import pytest
from pyproj import Transformer

from siting.errors import InputError
from siting.sources import (
    arcep_mci,
    bpe,
    epci,
    facility_lists,
    filosofi,
    la_poste,
    layouts,
    legal_population,
    school_directory,
    station_list,
)


def put(path, *lines, encoding="utf-8"):
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


@pytest.mark.parametrize(
    "header",
    [
        "Nom;Trigramme;Segment(s) DRG;Position géographique;Code commune;Code(s) UIC",
        "nom;libellecourt;segment_drg;position_geographique;codeinsee;codes_uic",
    ],
)
def test_passenger_stations_by_label_and_by_technical_name(tmp_path, header):
    path = put(
        tmp_path / "gares.csv",
        f"\ufeff{header}",
        "Rodez;RDZ;B;44.36, 2.58;12202;87613422",
        "Bourg;BRG;A;46.2, 5.22;1053;87743005;87743006".replace("5;8", "5,8"),
    )
    read = facility_lists.read(path).places
    assert read["commune_code"].tolist() == ["12202", "01053"]
    assert read[["lon", "lat"]].iloc[0].tolist() == [2.58, 44.36]


def test_the_older_list_of_passenger_stations(tmp_path):
    path = put(
        tmp_path / "gares.csv",
        "uic_code;alias_libelle_noncontraint;commune_code;longitude_entreeprincipale_wgs84;"
        "latitude_entreeprincipale_wgs84",
        "0087613422;Rodez;202;2.58;44.36",
    )
    assert station_list.read(path)[["name", "lon", "commune_code"]].to_numpy().tolist() == [
        ["Rodez", 2.58, ""]
    ]


def test_stations_of_a_parquet_export(tmp_path):
    columns = ["code_uic", "libelle", "fret", "voyageurs", "code_ligne", "x_wgs84", "y_wgs84"]
    rows = [
        (87613422, "Rodez", "N", "O", "718000", 2.58, 44.36),
        (87613423, "Triage", "O", "N", "718000", 2.5, 44.3),
    ]
    pd.DataFrame(rows, columns=columns).to_parquet(tmp_path / "liste-des-gares.parquet")
    read = facility_lists.read(tmp_path / "liste-des-gares.parquet").places
    assert read["name"].tolist() == ["Rodez"]


@pytest.mark.parametrize("case", [str, str.capitalize, str.upper])
def test_schools_closed_or_to_come_are_left_out(tmp_path, case):
    names = [
        "identifiant_de_l_etablissement",
        "nom_etablissement",
        "type_etablissement",
        "code_commune",
        "latitude",
        "longitude",
        "etat",
    ]
    states = ["OUVERT", "A FERMER", "A OUVRIR", "FERME"]
    rows = [f"{n};École;Ecole;12202;44.3;2.5;{state}" for n, state in enumerate(states)]
    path = put(tmp_path / "ecoles.csv", ";".join(map(case, names)), *rows)
    assert school_directory.read(path)["id"].tolist() == ["0", "1"]


@pytest.mark.parametrize("identifier", ["#Identifiant_A", "identifiant_a", "#Identifiant_du_site"])
def test_postal_points_with_the_sign_before_the_first_name(tmp_path, identifier):
    path = put(
        tmp_path / "poste.csv",
        f"{identifier};Libellé_du_site;Caractéristique_du_site;Code_INSEE;Latitude;Longitude",
        "100A;RODEZ BP;Bureau de poste;12202;44.35;2.57",
    )
    assert la_poste.read(path)["id"].tolist() == ["100A"]


def structure(number, department, commune, kind="620", name="PHARMACIE DE L'ÉTÉ"):
    return ";".join(
        ["structureet", number, "", name, *[""] * 8, commune, department, *[""] * 4, kind]
    )


@pytest.mark.filterwarnings("ignore:.*FINESS:siting.errors.InputWarning")
@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1"])
def test_finess_in_both_encodings_and_overseas(tmp_path, encoding):
    lon, lat = 55.45, -20.88
    x, y = Transformer.from_crs(4326, 2975, always_xy=True).transform(lon, lat)
    path = put(
        tmp_path / "etalab-cs1100507-stock.csv",
        "finess;etalab;96;2026-01-09",
        structure("970400001", "9D", "411"),
        structure("970100001", "971", "05"),
        structure("2A0000001", "2A", "004", name='PHARMACIE "LA MARINE'),
        structure("120000001", "12", "202", kind="500"),
        f"geolocalisation;970400001;{x};{y};1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,UTM_S40",
        encoding=encoding,
    )
    read = facility_lists.read(path).places.set_index("id")
    assert read["commune_code"].to_dict() == {
        "970400001": "97411",
        "970100001": "97105",
        "2A0000001": "2A004",
    }
    assert read.loc["970400001", ["lon", "lat"]].tolist() == pytest.approx([lon, lat])
    assert "ÉTÉ" in read.loc["970400001", "name"]


def test_finess_with_a_header(tmp_path):
    path = put(
        tmp_path / "t_finess.csv",
        "finess,etat,date_extract_finess,rs,type,categ_code,com_code,geoloc_4326_lat,geoloc_4326_long",
        "120000001,ACTUEL,2026-01-01,Pharmacie,ET,620,12202,44.35,2.57",
        "120000002,FERME,2026-01-01,Pharmacie close,ET,620,12202,44.35,2.57",
        "120000003,ACTUEL,2026-01-01,Société,EJ,620,12202,44.35,2.57",
        "120000004,ACTUEL,2026-01-01,EHPAD,ET,500,12202,44.35,2.57",
    )
    listed = facility_lists.read(path)
    assert listed.official
    assert listed.places["name"].tolist() == ["Pharmacie"]


def test_squares_of_2017_and_of_la_reunion(tmp_path):
    path = put(
        tmp_path / "Filosofi2017_carreaux_200m_reun.csv",
        "Idcar_200m,Idcar_1km,Idcar_nat,I_est_200,I_est_1km,lcog_geo,Groupe,Ind,Men,Ind_0_3",
        "CRS2975RES200mN7690000E338000,CRS2975RES1000mN7690000E338000,x,1,0,97411,3,12.5,5,1.5",
    )
    read = filosofi.read(path, {"97411"}).iloc[0]
    assert read[["population", "imputed", "age_0_3", "size_m"]].tolist() == [12.5, True, 1.5, 200]
    assert read[["lon", "lat"]].tolist() == pytest.approx([55.45, -20.88], abs=0.1)


def test_a_7z_in_a_zip_says_what_to_do(tmp_path):
    path = tmp_path / "Filosofi2019_carreaux_200m_csv.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Filosofi2019_carreaux_200m_csv.7z", b"7z\xbc\xaf\x27\x1c")
    with pytest.raises(InputError) as caught:
        filosofi.read(path, {"12202"})
    assert caught.value.key == "take_out"
    assert "7-Zip" in caught.value.text("fr")


def test_facilities_in_the_projection_of_each_row(tmp_path):
    lon, lat = 55.45, -20.88
    x, y = Transformer.from_crs(4326, 2975, always_xy=True).transform(lon, lat)
    columns = ["AN", "NOMRS", "DEPCOM", "TYPEQU", "LAMBERT_X", "LAMBERT_Y", "EPSG"]
    frame = pd.DataFrame([("2024", "Épicerie", "97411", "B202", x, y, 2975)], columns=columns)
    frame.to_parquet(tmp_path / "BPE24.parquet")
    read = bpe.read(tmp_path / "BPE24.parquet").iloc[0]
    assert read[["lon", "lat"]].tolist() == pytest.approx([lon, lat])


def test_the_fastest_class_of_a_building(tmp_path):
    base = put(
        tmp_path / "base_imb_12.csv",
        "imb_id;imb_x;imb_y;imb_code_insee;imb_nbr_logloc",
        *(f"{n};286000;5520000;12202;1" for n in range(3)),
    )
    actual = put(
        tmp_path / "actuel_12.csv",
        "imb_id;code_techno;classe_debit_descendant",
        *("0;FO;THD30", "0;FO;THD1G", "1;CU;INEL", "1;CU;HD3", "1;CU;HD05"),
        *("2;COAX;THD100", "2;COAX;BHD8"),
    )
    read = arcep_mci.buildings(base, actual)
    assert read["speed_class"].tolist() == ["THD1G", "HD3", "THD100"]


def test_paris_is_the_sum_of_its_arrondissements(tmp_path):
    path = put(
        tmp_path / "donnees_communes.csv",
        "CODREG;REG;CODDEP;CODARR;CODCAN;CODCOM;COM;PMUN;PCAP;PTOT",
        "11;Île-de-France;75;1;99;101;Paris 1er Arrondissement;15 000;1;2",
        "11;Île-de-France;75;1;99;102;Paris 2e Arrondissement;20 000;1;2",
        "93;PACA;13;1;99;201;Marseille 1er Arrondissement;39 000;1;2",
        "93;PACA;13;1;99;055;Marseille;870 000;1;2",
        "04;La Réunion;974;1;99;411;Saint-Denis;150 000;1;2",
    )
    people = legal_population.read(path).set_index("code")["population"]
    assert people[["75056", "13055", "97411"]].tolist() == [35_000, 870_000, 150_000]


def test_intercommunal_bodies_in_a_zipped_workbook(tmp_path):
    book = tmp_path / "Intercommunalite_Metropole_au_01-01-2025.xlsx"
    titles = [["Intercommunalité"], ["Géographie au 01/01/2025"], [""], [""], [""]]
    bodies = [["EPCI", "LIBEPCI", "NATURE_EPCI", "NB_COM"], ["200000001", "CC", "CC", "2"]]
    members = [
        ["CODGEO", "LIBGEO", "EPCI", "LIBEPCI", "DEP", "REG"],
        ["01004", "Ambérieu", "200000001", "CC d'exemple", "01", "84"],
        ["29155", "Ouessant", "ZZZZZZZZZ", "Sans objet", "29", "53"],
    ]
    with pd.ExcelWriter(book) as writer:
        for name, rows in (("EPCI", bodies), ("Composition_communale", members)):
            pd.DataFrame([(*row, *[""] * (6 - len(row))) for row in (*titles, *rows)]).to_excel(
                writer, sheet_name=name, header=False, index=False
            )
    packed = tmp_path / "Intercommunalite_Metropole_au_01-01-2025.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(book, book.name)
    for path in (book, packed):
        assert epci.read(path)[["code", "epci_name"]].to_numpy().tolist() == [
            ["01004", "CC d'exemple"]
        ]


def test_a_name_in_two_spellings_is_read_as_written():
    known = [layouts.Layout("x", {"Code": "code"})]
    assert layouts.fitting("f", ["code", "Code"], known).columns == {"Code": "code"}
    assert layouts.fitting("f", ["#CÔDE", "b"], known).columns == {"#CÔDE": "code"}
