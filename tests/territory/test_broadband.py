"""One broadband table from several files, and the calendar of the copper network."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from siting.errors import InputError
from siting.sources import arcep_observatory, copper_closures, facts
from siting.territory import broadband, codes

DATA = Path(__file__).parents[2] / "data" / "aveyron"


def test_the_observatory_of_2018_gives_the_embedded_table(samples):
    base = arcep_observatory.premises(samples / "arcep" / "2018T1_communes.csv")
    fibre = arcep_observatory.deployment(samples / "arcep" / "2018T1_ftthCommunes.csv")
    last = fibre[fibre["date"] == "2018-03-31"]
    joined = base.merge(last, on="code")[["code", "premises", "ftth_premises"]]
    communes = facts.communes(DATA / "communes.csv")
    known = frozenset(communes["code"])
    old = codes.recoded(facts.changes(DATA / "commune_changes.csv"), known)
    table = broadband.merged([broadband.of_fibre(joined, "2018-03-31", "observatory")], old, known)
    ours = broadband.summary(table).set_index("code")
    embedded = facts.broadband(DATA / "broadband.csv")
    embedded = embedded[embedded["date"] == "2018-03-31"].set_index("code")
    assert ours["premises"].sum() == embedded["premises"].sum() == 186_794
    assert ours["ftth_premises"].to_dict() == embedded["ftth_premises"].to_dict()
    assert set(table["confidence"]) == {"fair"}


def best(rows):
    frame = pd.DataFrame(rows, columns=["code", "type", "technology", "premises", "total"])
    return frame.assign(date="2026-06-30", share=frame["premises"] / frame["total"])


def test_kinds_of_premises_are_added_once():
    apart = best(
        [
            ("12001", "Logement", "fibre", 60, 80),
            ("12001", "Logement", "satellite", 20, 80),
            ("12001", "Local", "fibre", 10, 20),
            ("12001", "Local", "satellite", 10, 20),
        ]
    )
    whole = best([("12001", "Total", "fibre", 70, 100), ("12001", "Total", "satellite", 30, 100)])
    for frame in (apart, whole, pd.concat([apart, whole], ignore_index=True)):
        rows = broadband.of_technologies(frame).set_index("technology")
        assert rows["premises"].to_dict() == {"fibre": 70, "satellite": 30}
        assert rows["total"].eq(100).all()


def test_communes_that_merged_are_added_up_and_others_left_out():
    frame = best(
        [
            ("12001", "Total", "fibre", 50, 100),
            ("12900", "Total", "fibre", 10, 300),
            ("99999", "Total", "fibre", 1, 1),
        ]
    )
    rows = broadband.of_technologies(frame)
    table = broadband.merged([rows], {"12900": "12001"}, frozenset({"12001"}))
    assert table["premises"].tolist() == [60]
    assert table["share"].tolist() == [pytest.approx(0.15)]
    with pytest.raises(InputError) as caught:
        broadband.merged([rows], {}, frozenset({"48001"}))
    assert caught.value.key == "no_row_of_the_area"


def test_buildings_stand_beside_communes():
    frame = pd.DataFrame(
        {"id": ["a"], "commune_code": ["12001"], "premises": [4], "technology": ["copper"],
         "speed_class": ["8"]}
    )  # fmt: skip
    buildings = broadband.of_buildings(frame, "2026-06-30")
    communes = broadband.of_technologies(best([("12001", "Total", "fibre", 5, 10)]))
    table = broadband.merged([buildings, communes], {}, frozenset({"12001"}))
    assert set(table["level"]) == {"premises", "commune"}
    assert np.isnan(table.loc[table["level"] == "premises", "share"]).all()
    assert broadband.summary(table)["ftth_premises"].tolist() == [5]


def test_closures_in_either_form_of_date(tmp_path):
    path = tmp_path / "closures.csv"
    path.write_text(
        "code_insee;nom_commune;lot;fermeture_commerciale;fermeture_technique\n"
        "1001;A;1;31/01/2024;2025-01-31\n12202;B;4;-;\n12202;B;5;;27/01/2028\n",
        encoding="utf-8",
    )
    table = copper_closures.read(path).set_index("code")
    assert table.index.tolist() == ["01001", "12202"]
    assert table["technical"].dt.strftime("%Y-%m-%d").tolist() == ["2025-01-31", "2028-01-27"]
    book = tmp_path / "closures.xlsx"
    sheet = pd.read_csv(path, sep=";", dtype=str)
    with pd.ExcelWriter(book) as writer:
        pd.DataFrame({"Orange": ["trajectoire"]}).to_excel(writer, sheet_name="Lisez-moi")
        sheet.to_excel(writer, sheet_name="Communes", index=False, startrow=2)
    assert copper_closures.read(book).equals(copper_closures.read(path))
    path.write_text(path.read_text(encoding="utf-8").replace("27/01/2028", "en 2028"))
    with pytest.raises(InputError) as caught:
        copper_closures.read(path)
    assert caught.value.key == "bad_value"


def test_old_codes_lead_to_the_commune_of_today():
    changes = facts.changes(DATA / "commune_changes.csv")
    known = frozenset(facts.communes(DATA / "communes.csv")["code"])
    found = codes.recoded(changes, known)
    assert not set(found) & known
    assert set(found.values()) <= known
    for row in pd.read_csv(DATA / "commune_changes.csv", dtype=str).itertuples():
        if row.old_code not in known:
            assert found[row.old_code] == row.code_2026


def test_a_city_given_whole_and_by_arrondissement_counts_once():
    names = ["75056", "75101", "75102", "69381", "69382"]
    best = pd.DataFrame({"code": names, "type": "Total", "date": "2025-06-30"}).assign(
        technology="fibre", premises=[30, 10, 20, 4, 5], total=[60, 20, 40, 8, 10], share=0.5
    )
    cities = frozenset({"75056", "69123"})
    found = broadband.merged([broadband.of_technologies(best)], codes.recoded(None, cities), cities)
    assert found.set_index("id")["premises"].to_dict() == {"69123": 9, "75056": 30}


def test_a_study_reads_the_file_of_arcep_as_it_is(tmp_path):
    parts = ["elig_coax", "elig_cu_30", "elig_thdr", "elig_cu_8", "elig_4gf", "elig_hdr"]
    best = pd.DataFrame({"code_insee": ["12076", "1001"], "type": "Total", "date": "2025-06-30"})
    best = best.assign(nbr=10, elig_ftth=7, elig_sat=3, **dict.fromkeys(parts, 0))
    path = tmp_path / "commune_meilleure_techno_thd.csv"
    best.to_csv(path, sep=";", index=False)
    codes_now = frozenset({"12218", "01001"})
    table = broadband.read([path], {"12076": "12218"}, codes_now).table
    assert table["code"].to_list() == ["01001", "12218"]
    assert table["ftth_premises"].to_list() == [7, 7]
    with pytest.raises(InputError) as caught:
        broadband.read([path], {}, frozenset({"48095"}))
    assert caught.value.key == "no_row_of_the_area"
    plain = broadband.read([DATA / "broadband.csv"], {}, frozenset())
    assert len(plain.table) == 570
    assert plain.access is None


def test_cartefibre_tells_its_quarter_by_its_name(tmp_path):
    shapes = gpd.GeoDataFrame(
        {"INSEE_COM": ["12202"], "NOM_COM": ["Rodez"], "Locaux": [100], "ftth": [90]},
        geometry=[box(0, 0, 1, 1)],
        crs=3857,
    )
    shapes.to_file(tmp_path / "2025t2-commune.shp", encoding="ISO-8859-1")
    table = broadband.read([tmp_path / "2025t2-commune.shp"], {}, frozenset({"12202"})).table
    assert table.iloc[0][["ftth_premises", "premises"]].to_list() == [90, 100]
    assert pd.Timestamp(table["date"].iloc[0]) == pd.Timestamp("2025-06-30")
    for file in tmp_path.glob("2025t2-commune.*"):
        file.rename(tmp_path / f"communes{file.suffix}")
    with pytest.raises(InputError) as caught:
        broadband.read([tmp_path / "communes.shp"], {}, frozenset({"12202"}))
    assert caught.value.key == "no_quarter"


def study_codes():
    known = frozenset(facts.communes(DATA / "communes.csv")["code"])
    return codes.recoded(facts.changes(DATA / "commune_changes.csv"), known), known


def test_the_two_files_of_2018_are_the_embedded_table_as_they_are(samples):
    files = [samples / "arcep" / f"2018T1_{name}.csv" for name in ("ftthCommunes", "communes")]
    layer = broadband.read(files, *study_codes())
    embedded = facts.broadband(DATA / "broadband.csv")
    then = embedded[embedded["date"] == "2018-03-31"].set_index("code")["ftth_premises"]
    last = layer.table[layer.table["date"] == "2018-03-31"].set_index("code")["ftth_premises"]
    assert last.to_dict() == then.to_dict()
    assert sorted(layer.table["date"].dt.strftime("%Y-%m-%d").unique()) == [
        "2017-09-30",
        "2017-12-31",
        "2018-03-31",
    ]
    assert layer.access is not None
    assert set(layer.access["confidence"]) == {"fair"}
    for alone in files:
        with pytest.raises(InputError) as caught:
            broadband.read([alone], *study_codes())
        assert caught.value.key == "one_of_a_pair"


def mci_speeds(path):
    rows = "code_insee;nom_com;code_dep;code_reg;nbr;type;inel_hd;elig_hd05;elig_hd3;elig_bhd8;"
    rows += "elig_thd30;elig_thd100;elig_thd1g;date\n"
    rows += "12202;Rodez;12;76;100;Total;1;99;98;95;90;80;70;2025-06-30\n"
    path.write_text(rows, encoding="utf-8")
    return path


def test_speeds_stand_beside_technologies_and_not_alone(tmp_path):
    speeds = mci_speeds(tmp_path / "commune_debit_filaire.csv")
    with pytest.raises(InputError) as caught:
        broadband.read([speeds], {}, frozenset({"12202"}))
    assert caught.value.key == "speeds_alone"
    parts = ["elig_coax", "elig_cu_30", "elig_thdr", "elig_cu_8", "elig_4gf", "elig_hdr"]
    best = pd.DataFrame({"code_insee": ["12202"], "type": "Total", "date": "2025-06-30"})
    best = best.assign(nbr=100, elig_ftth=70, elig_sat=30, **dict.fromkeys(parts, 0))
    best.to_csv(tmp_path / "best.csv", sep=";", index=False)
    layer = broadband.read([speeds, tmp_path / "best.csv"], {}, frozenset({"12202"}))
    assert layer.table["ftth_premises"].to_list() == [70]
    shares = layer.access.set_index("speed")["share"]
    assert shares["at_least_30"] == pytest.approx(0.9)
    assert set(layer.access["source"]) == {"mci_best", "mci_speed"}


def premises_files(folder, technology="FO"):
    folder.mkdir(exist_ok=True)
    base, actual = folder / "base_imb_12.csv.gz", folder / "actuel_12.csv.gz"
    pd.DataFrame(
        {"imb_id": ["a", "b", "c"], "imb_x": 286_000, "imb_y": 5_500_000,
         "imb_code_insee": ["12202", "12202", "12076"], "imb_nbr_logloc": [4, 6, 3]}
    ).to_csv(base, sep=";", index=False)  # fmt: skip
    pd.DataFrame(
        {"imb_id": ["a", "a", "b", "a"], "code_techno": [technology, "CU", "CU", technology],
         "classe_debit_descendant": ["1000", "8", "30", "500"]}
    ).to_csv(actual, sep=";", index=False)  # fmt: skip
    return [base, actual]


def test_premises_are_counted_by_commune_and_kept(tmp_path):
    files = premises_files(tmp_path / "2025_T2")
    layer = broadband.read(files, {"12076": "12218"}, frozenset({"12202", "12218"}))
    table = layer.table.set_index("code")
    assert table["premises"].to_dict() == {"12202": 10, "12218": 3}
    assert table["ftth_premises"].to_dict() == {"12202": 4, "12218": 0}
    assert table["date"].dt.strftime("%Y-%m-%d").unique().tolist() == ["2025-06-30"]
    here = layer.access[layer.access["level"] == "premises"]
    assert sorted(here["id"].unique()) == ["a", "b", "c"]
    summed = layer.access[
        (layer.access["commune_code"] == "12202") & (layer.access["id"] == "12202")
    ]
    assert summed.set_index("technology")["premises"].to_dict() == {"copper": 10, "fibre": 4}
    for folder, technology, key in [
        (tmp_path / "2025_T3", "XYZ", "unknown_technology"),
        (tmp_path / "undated", "FO", "no_quarter"),
    ]:
        with pytest.raises(InputError) as caught:
            broadband.read(premises_files(folder, technology), {}, frozenset({"12202"}))
        assert caught.value.key == key


def test_several_dates_and_the_best_source_of_each(samples, tmp_path):
    old = [samples / "arcep" / f"2018T1_{name}.csv" for name in ("communes", "ftthCommunes")]
    files = [*old, *premises_files(tmp_path / "2025_T2"), DATA / "broadband.csv"]
    with pytest.raises(InputError) as caught:  # siting's table tells March 2018 too
        broadband.read(files, *study_codes())
    assert caught.value.key == "duplicate_ids"
    layer = broadband.read(files[:-1], *study_codes())
    rodez = layer.table[layer.table["code"] == "12202"].set_index("date")["ftth_premises"]
    assert rodez["2025-06-30"] == 4
    assert len(rodez) == 4
