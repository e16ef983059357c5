"""Real files of today: each is read by its reader, with the counts that its own rows give."""

from __future__ import annotations

import csv
import gzip
import json
import warnings

import pytest
from pyproj import Transformer

from siting.errors import InputError, InputWarning
from siting.sources import (
    arcep_mci,
    facility_lists,
    finess,
    finess_json,
    school_directory,
    sound_rows,
)
from siting.territory import broadband


def rows_of(path, separator=";", encoding="utf-8-sig"):
    """Rows of a file as the standard library reads them: the oracle."""
    with path.open(encoding=encoding, newline="") as stream:
        return list(csv.DictReader(stream, delimiter=separator))


def test_best_technology_is_a_partition_of_what_can_have_8_mbits(samples):
    path = samples / "arcep" / "2026T1_commune_meilleure_techno_thd.csv"
    frame = arcep_mci.best_technology(path)
    counted = frame.groupby("code")["premises"].sum()
    for row in rows_of(path):
        here = frame[frame["code"] == row["code_insee"]]
        assert counted[row["code_insee"]] == float(row["nbr_elig_8"])
        assert (here["total"] == float(row["nbr"])).all()
    cogolin = frame[frame["code"] == "83042"]
    assert cogolin["share"].sum() == pytest.approx(10_955 / 11_772)


def test_a_row_of_kinds_beside_the_whole_counts_once(samples, tmp_path):
    path = samples / "arcep" / "2026T1_commune_meilleure_techno_thd.csv"
    lines = path.read_text("utf-8").splitlines()
    [brest] = [line for line in lines if line.startswith("29019")]
    both = tmp_path / "both.csv"
    both.write_text("\n".join([*lines, brest.replace(";all;", ";pa;")]) + "\n", encoding="utf-8")
    ours = broadband.of_technologies(arcep_mci.best_technology(both))
    fibre = ours[(ours["commune_code"] == "29019") & (ours["technology"] == "fibre")]
    assert fibre["premises"].tolist() == [97_301]
    assert fibre["total"].tolist() == [99_335]


def national(samples, tmp_path, *, bad):
    """The real rows, thousands of times under other codes, with some wrong."""
    path = samples / "arcep" / "2026T1_commune_meilleure_techno_thd.csv"
    head, *rows = path.read_text("utf-8").splitlines()
    rows = rows * 200
    rows[1:] = [f"{number:05d}{row[5:]}" for number, row in enumerate(rows[1:], start=1)]
    for at in range(0, 10 * bad, 10):
        rows[at + 3] = rows[at + 3].replace(";all;", ";all;1", 1)
    written = tmp_path / "national.csv"
    written.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return written, len(rows)


def test_one_row_in_many_is_left_out_and_counted(samples, tmp_path):
    path, rows = national(samples, tmp_path, bad=2)
    with sound_rows.watched() as collected:
        frame = arcep_mci.best_technology(path)
    assert frame["code"].nunique() == rows - 2
    [warning] = collected
    assert warning.values["refused"] == 2
    assert warning.values["rows"] == rows
    assert "5" in warning.text()  # the file's line of the first


def test_more_than_a_hundredth_is_refused(samples, tmp_path):
    path, _ = national(samples, tmp_path, bad=20)
    with pytest.raises(InputError) as caught:
        arcep_mci.best_technology(path)
    assert caught.value.key == "not_a_partition"
    assert caught.value.values["row"] == 5


def test_speeds_by_wire(samples):
    path = samples / "arcep" / "2026T1_commune_debit_filaire.csv"
    frame = arcep_mci.speeds(path)
    rows = rows_of(path)
    assert len(frame) == len(rows) * len(arcep_mci.SPEEDS)
    for row in rows:
        here = frame[frame["code"] == row["code_insee"]].set_index("speed")
        assert here.loc["at_least_1000", "premises"] == float(row["elig_thd1g"])


def warn_of_both():
    values = {"file": "f", "refused": 1, "rows": 200, "first": ""}
    with sound_rows.watched() as collected:
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        warnings.warn(InputWarning("rows_refused", **values), stacklevel=1)
    return collected


def test_other_warnings_pass_through_the_watch():
    with pytest.warns(DeprecationWarning, match="old"):
        collected = warn_of_both()
    assert [warning.key for warning in collected] == ["rows_refused"]


@pytest.mark.parametrize(
    ("name", "pharmacies"),
    [("joined_header_2026-05.csv", 5), ("etalab-cs1100507-rebuilt-20260512.csv", 5)],
)
def test_finess_keeps_every_position(samples, name, pharmacies):
    path = samples / "finess" / name
    with sound_rows.watched() as collected:
        every = finess.read(path)
        ours = facility_lists.read(path).places
    assert len(every) == 6
    assert len(ours) == pharmacies
    assert every[["lon", "lat"]].notna().all(axis=None)
    assert {"01451", "97127", "97409"} <= set(every["commune_code"])
    assert {warning.key for warning in collected} <= {"finess_frozen"}
    assert bool(collected) == ("rebuilt" in name)
    bourg = every[every["id"] == "010000024"].iloc[0]
    assert (bourg["lon"], bourg["lat"]) == pytest.approx((5.206, 46.222), abs=0.02)


def test_finess_without_positions(samples):
    with pytest.warns(InputWarning, match="2026-05-12"):
        frame = finess.read(samples / "finess" / "etalab-cs1100502-stock-20260512_extract.csv")
    assert len(frame) == 5
    assert frame["lon"].isna().all()
    assert "97606" in set(frame["commune_code"])  # Chirongui, of département 9F


@pytest.mark.parametrize(
    ("source", "epsg"),
    [
        ("1,ATLASANTE,96,BAN,EPSG:2154 RGF93 / Lambert-93 (Métropole)", 2154),
        ("1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,L93_METROPOLE", 2154),
        ("1,ATLASANTE,84,IGN,BD_ADRESSE,V2.1,LAMBERT_93", 2154),
        ("1,ATLASANTE,84,IGN,BD_ADRESSE,V2.1,UTM_N20", 5490),
        ("x,UTM_S40", 2975),
        ("x,EPSG:4471 RGM04 / UTM zone 38S (Mayotte)", 4471),
        ("x,UTM zone 22N", 2972),
    ],
)
def test_projections_in_the_wording_of_any_year(tmp_path, source, epsg):
    x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(2.0, 46.0)
    head = "nofinesset;rs;commune;departement;categetab;coordxet;coordyet;sourcecoordet"
    path = tmp_path / "f.csv"
    path.write_text(f"{head}\n010000024;X;451;01;620;{x};{y};{source}\n", encoding="utf-8")
    frame = finess.read(path)
    assert (frame["lon"][0], frame["lat"][0]) == pytest.approx((2, 46), abs=1e-6)


def test_a_projection_that_is_not_known_is_told(tmp_path):
    head = "nofinesset;rs;commune;departement;categetab;coordxet;coordyet;sourcecoordet"
    path = tmp_path / "f.csv"
    path.write_text(f"{head}\n010000024;X;451;01;620;1;2;MERCATOR\n", encoding="utf-8")
    with pytest.warns(InputWarning, match="MERCATOR"):
        assert finess.read(path)["lon"].isna().all()


def finess_site(number, *, kind="620", state="A", closed=None, address=()):
    return {
        "informationsGeneralesEGE": {
            "numFinessEge": number,
            "nomEgeLong": f"PHARMACIE {number}",
            "dateFermeture": closed,
        },
        "categorieentiteGeographiqueExercice": kind,
        "etatObjet": state,
        "adresse": list(address),
    }


def finess_address(usage, commune, coordinates):
    return {
        "usageAdresse": usage,
        "cogCommune": commune,
        "coordonneesGeographique": coordinates,
    }


@pytest.fixture
def structures(tmp_path):
    """The layout that public programs document, with its traps."""
    degrees = {"coordonneeX": "5.25", "coordonneeY": "46.21", "cleInInteropBAN": "01053_1950"}
    metres_first = {
        "coordonneeX": "6500000",
        "coordonneeY": "800000",
        "directionLongitude": "4.63",
        "directionLatitude": "49.77",
    }
    centre = {**degrees, "cleInInteropBAN": "01053"}
    elsewhere = finess_address("06", "75056", {"coordonneeX": "2.3", "coordonneeY": "48.8"})
    sites = [
        finess_site("010000001", address=[elsewhere, finess_address("03", "01053", degrees)]),
        finess_site("080010093", address=[finess_address("03", "08105", metres_first)]),
        finess_site("010000002", address=[finess_address("03", "01053", centre)]),
        finess_site("010000003", closed="2010-01-01", address=[]),
        finess_site("010000004", state="S", address=[]),
        finess_site("010000005", kind="500", address=[finess_address("03", "01053", None)]),
    ]
    document = {"generatedAt": "2026-09-05T02:00:00Z", "schemaVersion": "v1.0.0"}
    document["pmej"] = [{"ege": sites[:3]}, {"ege": None}, {"ege": sites[3:]}]
    document["gco"] = []
    path = tmp_path / "finess-structures-journalier-20260905.json.gz"
    path.write_bytes(gzip.compress(json.dumps(document).encode()))
    return path


@pytest.mark.parametrize("chunk", [17, 256, 4 << 20])
def test_finess_structures_entity_by_entity(structures, monkeypatch, chunk):
    monkeypatch.setattr(finess_json, "CHUNK", chunk)
    frame = facility_lists.read(structures).places.set_index("id")
    assert frame.index.tolist() == ["010000001", "080010093", "010000002"]
    assert frame["commune_code"].tolist() == ["01053", "08105", "01053"]
    assert frame.loc["010000001", ["lon", "lat"]].tolist() == [5.25, 46.21]
    assert frame.loc["080010093", ["lon", "lat"]].tolist() == [4.63, 49.77]
    assert frame.loc["010000002", ["lon", "lat"]].isna().all()


def test_finess_structures_cut_short(structures, tmp_path):
    text = gzip.decompress(structures.read_bytes())
    cut = tmp_path / "cut.json"
    cut.write_bytes(text[: len(text) // 2])
    with pytest.raises(InputError) as caught:
        finess.read(cut)
    assert caught.value.key == "bad_rows"


def test_a_study_chooses_its_kinds(structures):
    assert len(facility_lists.read(structures)) == 3  # pharmacies
    listed = facility_lists.read(structures, kinds=["500"])
    assert listed.official
    assert listed.places["id"].tolist() == ["010000005"]
    counts = listed.kinds.set_index("value")
    assert counts.loc["620", ["count", "kept"]].tolist() == [3, 0]
    with pytest.raises(InputError) as caught:
        facility_lists.read(structures, kinds=["611"])
    assert caught.value.key == "unknown_kind_of_place"
    assert "620" in caught.value.text()


def test_schools_are_places_where_pupils_sit(samples):
    path = samples / "schools" / "fr-en-annuaire-education_35_2023-06.csv"
    rows = rows_of(path)
    every = school_directory.read(path)
    assert len(every) == len(rows) == 996
    assert every["id"].is_unique
    annexes = every[every["id"].str.contains("-")]
    assert sorted(annexes["id"]) == ["0350778F-2", "0350852L-2", "0352072M-2"]
    listed = facility_lists.read(path)
    sit = [row for row in rows if row["Type_etablissement"] in school_directory.USUAL]
    assert len(listed) == len(sit) == 890
    nursery = facility_lists.read(path, kinds=["ECOLE MATERNELLE"])
    assert len(nursery) == 112
    both = facility_lists.read(path, kinds=["Collège", "ecole maternelle"])
    assert len(both) == 117 + 112
