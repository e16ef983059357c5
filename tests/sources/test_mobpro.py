"""Home-to-work flows in the layouts that INSEE publishes."""

from __future__ import annotations

import zipfile

import pandas as pd
import pytest

from siting.errors import InputError, InputWarning
from siting.sources import layouts, mobpro

DETAIL = """COMMUNE;ARM;AGEREVQ;DCFLT;DCLT;IPONDI;TRANS
12202;ZZZZZ;35;99999;12145;2.5;5
12202;ZZZZZ;40;99999;12145;1.25;5
12202;ZZZZZ;40;99999;12202;3;1
01004;ZZZZZ;20;99999;01053;4.000000000000001;6
12145;ZZZZZ;20;99999;12202;7;Z
"""


def read(tmp_path, text, name="flows.csv", **options):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return mobpro.read(path, **options)


def rows(table):
    return {tuple(row[:3]): row[3] for row in table.itertuples(index=False)}


def test_individuals_are_summed_by_home_work_and_mode(tmp_path):
    assert rows(read(tmp_path, DETAIL)) == {
        ("01004", "01053", "transit"): 4.000000000000001,
        ("12145", "12202", "unknown"): 7,
        ("12202", "12145", "car"): 3.75,
        ("12202", "12202", "none"): 3,
    }


def test_files_before_2017_have_five_classes(tmp_path):
    old = DETAIL.replace(";6\n", ";4\n")
    assert rows(read(tmp_path, old, classes=5))[("01004", "01053", "car")] > 4
    assert rows(read(tmp_path, old, classes=5))[("12202", "12145", "transit")] == 3.75
    with pytest.raises(InputError, match=r"5.*TRANS.*6"):
        read(tmp_path, DETAIL, classes=5)


def test_the_zip_of_insee_holds_a_list_of_values_as_well(tmp_path):
    path = tmp_path / "rp_mobpro.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Varmod_MOBPRO.csv", "COD_VAR;LIB_VAR\nTRANS;Mode\n")
        archive.writestr("FD_MOBPRO.csv", DETAIL)
    assert mobpro.read(path)["people"].sum() == pytest.approx(17.75)


def test_flows_without_a_mode(tmp_path):
    text = "CODGEO;LIBGEO;DCLT;L_DCLT;NBFLUX_C20_ACTOCC15P\n12202;Rodez;12145;Millau;12.5\n"
    assert rows(read(tmp_path, text)) == {("12202", "12145", "unknown"): 12.5}


def test_labels_that_are_not_utf8_do_no_harm(tmp_path):
    path = tmp_path / "flux.csv"
    head = "CODGEO;LIBGEO;DCLT;L_DCLT;NBFLUX_C20_ACTOCC15P\n"
    path.write_bytes(head.encode() + "12176;Onet-le-Château;12202;Rodez;3\n".encode("latin-1"))
    assert rows(mobpro.read(path)) == {("12176", "12202", "unknown"): 3}


def test_a_table_of_ones_own(tmp_path):
    text = "home_code,work_code,people,mode\n12202,12145,3,car\n12202,12145,2,\n"
    found = rows(read(tmp_path, text))
    assert found == {("12202", "12145", "car"): 3, ("12202", "12145", "unknown"): 2}
    assert rows(read(tmp_path, "home_code,work_code,people\n1,2,3\n")) == {("1", "2", "unknown"): 3}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a;b\n1;2\n", "a,b"),
        (DETAIL.replace(";2.5;", ";-2.5;"), r"2.*IPONDI.*-2.5"),
        (DETAIL.replace(";1.25;", ";abc;"), r"3.*IPONDI.*abc"),
        (DETAIL.replace("1.25;5", "1.25;9"), r"3.*TRANS.*9"),
        ("home_code,work_code,people,mode\n1,2,3,rocket\n", "rocket"),
        ("COMMUNE;DCLT;IPONDI;TRANS\n", "flows.csv"),
        ("COMMUNE;DCLT;IPONDI;TRANS\n1;2;3\n", "flows.csv"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path, text, said):
    with pytest.raises(InputError, match=said):
        read(tmp_path, text)


def test_a_large_file_passes_in_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(layouts, "BLOCK", 1024)
    head, *body = DETAIL.splitlines(keepends=True)
    table = read(tmp_path, head + "".join(body) * 500)
    assert table["people"].sum() == pytest.approx(17.75 * 500)
    strange = body[0].replace(";2.5;", ";x;")
    with pytest.warns(InputWarning, match=r"1 ligne.* 2501\..*2502.*IPONDI"):
        table = read(tmp_path, head + "".join(body) * 500 + strange)
    assert table["people"].sum() == pytest.approx(17.75 * 500)
    with pytest.raises(InputError, match=r"2502.*IPONDI"):
        read(tmp_path, head + "".join(body) * 500 + strange * 30)


def test_the_individuals_of_2022_in_parquet(tmp_path):
    """TRANS is text or a number, IPONDI a number: as public programs read RP2022_mobpro.parquet."""
    rows = {"COMMUNE": ["12202", "12202", "01004"], "ARM": ["ZZZZZ"] * 3}
    rows |= {"DCLT": ["12145", "12145", "01004"], "IPONDI": [2.5, 1.5, 4.0]}
    for trans in (["5", "5", "2"], [5, 5, 2]):
        path = tmp_path / "RP2022_mobpro.parquet"
        pd.DataFrame({**rows, "TRANS": trans}).to_parquet(path)
        frame = mobpro.read(path)
        assert frame["home_code"].tolist() == ["01004", "12202"]
        assert frame["people"].tolist() == [4.0, 4.0]
        assert frame["mode"].tolist() == ["walk", "car"]
    pd.DataFrame({"A": [1]}).to_parquet(path)
    with pytest.raises(InputError) as caught:
        mobpro.read(path)
    assert caught.value.key == "unknown_flows"
    path.write_bytes(b"PAR1 and no end")
    with pytest.raises(InputError) as caught:
        mobpro.read(path)
    assert caught.value.key == "unreadable_layer"
