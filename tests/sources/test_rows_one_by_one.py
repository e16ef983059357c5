"""A national file with a bad row in thousands gives a table, a count and a warning."""

from __future__ import annotations

import pytest

from siting.errors import InputError
from siting.sources import (
    arcep_mci,
    bpe,
    carpool_areas,
    cog,
    copper_closures,
    epci,
    filosofi,
    france_services_list,
    la_poste,
    legal_population,
    school_directory,
    sound_rows,
    station_list,
)

ROWS = 3_000
HOURS = "h_lundi;h_mardi;h_mercredi;h_jeudi;h_vendredi;h_samedi"
OPEN = "08:30 - 12:00;;;;;"
LISTS = {  # header, a row of number {n} and one that is wrong, in the producers' layouts
    "bpe": (
        bpe.read,
        "AN;DEPCOM;TYPEQU;NOMRS;LONGITUDE;LATITUDE",
        "2025;12202;B203;ÉPICERIE {n};2.57;44.35",
        ("2025;12202;B203;X;2.57;quarante", "2025;12202;B203;X;665000;6360000", "2025;12202;B203"),
    ),
    "bpe in metres": (
        bpe.read,
        "AN;DEPCOM;TYPEQU;LAMBERT_X;LAMBERT_Y",
        "2021;12202;B203;665000;6360000",
        ("2021;12202;B203;2.57;44.35", "2021;12202;B203;x;6360000"),
    ),
    "movements": (
        cog.movements,
        "MOD;DATE_EFF;TYPECOM_AV;COM_AV;LIBELLE_AV;TYPECOM_AP;COM_AP;LIBELLE_AP",
        "32;2016-01-01;COM;{n:05d};A;COM;99999;B",
        ("32;01/2016;COM;12001;A;COM;99999;B",),
    ),
    "populations": (
        legal_population.read,
        "REG;DEP;COM;Commune;PMUN",
        "76;12;{n:05d};A;1 234",
        ("76;12;99999;A;n.d.", "76;12;99999;A"),
    ),
    "epci": (
        epci.read,
        "siren;raison_sociale;nature_juridique;insee;nom_membre",
        "200067155;CC;CC;{n:05d};A",
        ("200067155;CC;CC;99999;A;trop",),
    ),
    "copper": (
        copper_closures.read,
        "code_insee;fermeture_technique",
        "{n:05d};2028-01-31",
        ("99999;bientôt",),
    ),
    "mci": (
        arcep_mci.speeds,
        "code_insee;nbr;type;inel_hd;elig_hd05;elig_hd3;elig_bhd8;elig_thd30;elig_thd100;elig_thd1g;date",
        "{n:05d};10;all;0;10;9;8;7;6;5;2026-03-31",
        ("99999;10;all;0;10;9;8;9;6;5;2026-03-31", "99999;dix;all;0;10;9;8;7;6;5;2026-03-31"),
    ),
    "squares": (
        lambda path: filosofi.read(path, {"12202"}),
        "idcar_200m;lcog_geo;ind;i_est_200",
        "CRS3035RES200mN{n}00E3700000;12202;10.5;1",
        ("200mN1E1;12202;10.5;1", "CRS3035RES200mN1E1;12202;x;1"),
    ),
    "france services": (
        france_services_list.read,
        f"id_fs;lib_fs;insee_com;latitude;longitude;type_fs;format_fs;{HOURS}",
        f"{{n}};A;12202;44.35;2.57;FS;Fixe;{OPEN}",
        (
            f"x{{n}};A;12202;44.35;2.57;FS;Fixe;{OPEN.replace('12:00', '07:00')}",
            f"x{{n}};A;12202;nord;2.57;FS;Fixe;{OPEN}",
        ),
    ),
    "schools": (
        school_directory.read,
        "identifiant_de_l_etablissement;nom_etablissement;type_etablissement;code_commune;longitude;latitude",
        "{n};A;Ecole;12202;2.57;44.35",
        ("x{n};A;Ecole;12202;est;44.35", ";A{n};Ecole;12202;2.57;44.35"),
    ),
    "car-pool areas": (
        carpool_areas.read,
        "id_lieu,nom_lieu,insee,type,Xlong,Ylat",
        "{n},A,12202,Aire,2.57,44.35",
        ("x{n},A,12202,Aire,665000,6360000",),
    ),
    "postal points": (
        la_poste.read,
        "identifiant_a;libelle_du_site;caracteristique_du_site;code_insee;longitude;latitude",
        "{n};A;Bureau de poste;12202;2.57;44.35",
        ("x{n};A;Bureau de poste;12202;2.57;?",),
    ),
    "stations": (
        station_list.read,
        "CODE_UIC;LIBELLE;VOYAGEURS;X_WGS84;Y_WGS84",
        "{n};A;O;2.57;44.35",
        ("x{n};A;O;2.57;B",),
    ),
}
CASES = [
    pytest.param(reader, header, row, wrong, id=f"{name}: {wrong[:30]}")
    for name, (reader, header, row, every) in LISTS.items()
    for wrong in every
]


def written(folder, header, row, wrong, count):
    lines = [header, *(row.format(n=number) for number in range(10_000, 10_000 + ROWS))]
    lines[7:7] = [wrong.format(n=number) for number in range(count)]  # from line 8 of the file on
    path = folder / "commune_debit_filaire.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("reader", "header", "row", "wrong"), CASES)
def test_a_bad_row_in_thousands(tmp_path, reader, header, row, wrong):
    sound = reader(written(tmp_path, header, row, wrong, 0))
    path = written(tmp_path, header, row, wrong, 1)
    with sound_rows.watched() as collected:
        frame = reader(path)
    assert len(frame) == len(sound)
    [warning] = collected
    assert warning.values["refused"] == 1
    assert warning.values["rows"] == ROWS + 1
    assert path.name in warning.text()


@pytest.mark.parametrize(("reader", "header", "row", "wrong"), CASES)
def test_more_than_one_in_a_hundred(tmp_path, reader, header, row, wrong):
    path = written(tmp_path, header, row, wrong, ROWS // 80)
    with pytest.raises(InputError) as caught:
        reader(path)
    assert path.name in caught.value.text("fr")
    assert caught.value.text("en")


def test_the_row_is_named_by_its_line(tmp_path):
    reader, header, row, (text, _, short) = LISTS["bpe"]
    for wrong in (text, short):
        with sound_rows.watched() as collected:
            reader(written(tmp_path, header, row, wrong, 1))
        assert "ligne 8" in collected[0].text("fr")


def test_lines_after_a_short_row_keep_their_numbers(tmp_path):
    reader, header, row, (text, _, short) = LISTS["bpe"]
    path = written(tmp_path, header, row, short, 2)
    path.write_text(path.read_text("utf-8") + text + "\n", encoding="utf-8")
    with sound_rows.watched() as collected:
        reader(path)
    assert [warning.values["refused"] for warning in collected] == [2, 1]
    assert f"ligne {ROWS + 4}," in collected[1].text("fr")


def test_the_last_row_of_a_file_that_was_cut_refuses_it(tmp_path):
    reader, header, row, (_, _, short) = LISTS["bpe"]
    path = written(tmp_path, header, row, row.format(n=1), 0)
    path.write_text(path.read_text("utf-8") + short, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        reader(path)
    assert caught.value.key == "row_width"


def test_a_quote_that_is_not_closed_swallows_nothing(tmp_path):
    reader, header, row, _ = LISTS["bpe"]
    path = written(tmp_path, header, row, '2025;12202;B203;"X;2.57;44.35', 1)
    with pytest.raises(InputError):
        reader(path)


def test_the_nearest_names_are_told(tmp_path):
    path = tmp_path / "bpe.csv"
    path.write_text("AN;DEPCOMM;TYPE_EQU;LONGITUDE;NORD\n2025;12202;B203;1;2\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        bpe.read(path)
    assert caught.value.values["nearest"] == "DEPCOM ≈ DEPCOMM, TYPEQU ≈ TYPE_EQU"
    assert "DEPCOMM" in caught.value.text("fr")
