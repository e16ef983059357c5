"""Text tables: what is tolerated, and what is refused with a sentence that helps."""

from __future__ import annotations

import zipfile

import pytest

from siting.contracts import POINTS
from siting.errors import InputError
from siting.sources import points, reading

GOOD = "id,lon,lat\nA,2.5,44.3\nB,2.6,44.4\n"


def written(folder, content, name="points.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def refused(path, contract=POINTS, **options):
    with pytest.raises(InputError) as caught:
        reading.checked(path, contract, **options)
    return caught.value


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        "lat,note,id,lon\n44.3,x,A,2.5\n44.4,,B,2.6\n",
        '"id","lon","lat"\n"A",2.5,44.3\n"B",2.6,44.4',
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t").replace("\n", "\r"),
        GOOD.encode("utf-16"),
        GOOD.encode("utf-16-le"),
    ],
    ids=[
        *("plain", "byte order mark", "CRLF", "other order", "quoted", "semicolons"),
        *("tabs, lone CR", "UTF-16", "UTF-16 without a mark"),
    ],
)
def test_tolerated(tmp_path, content):
    frame = points.read(written(tmp_path, content))
    assert frame[["id", "lon", "lat"]].to_numpy().tolist() == [["A", 2.5, 44.3], ["B", 2.6, 44.4]]


def test_codes_keep_leading_zeros_and_words_like_na(tmp_path):
    frame = points.read(written(tmp_path, "id,lon,lat\n01004,5.3,45.9\nNA,5.3,45.9\n"))
    assert frame["id"].tolist() == ["01004", "NA"]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("id,lon\nA,2.5\n", "missing_column"),
        ("", "missing_column"),
        ("id,lon,lat\n", "empty_table"),
        ("id,lon,lat,lat\nA,2.5,44.3,44.3\n", "repeated_column"),
        ("id,lon,lat\nA,2.5,44.3,1\nB,2.6,44.4,1\n", "row_width"),
        ("id,lon,lat\nA,2.5,44.3\nB,2.6,44.4,1\n", "row_width"),
        ('id,lon,lat\nA,"2.5,44.3\n', "row_width"),
        ("id,lon,lat\nA,2.5,44.3\nB,2.6\n", "row_width"),
        ("id,lon,lat\nA,2.5,44.3\nA,2.6,44.4\n", "duplicate_ids"),
        ("id,lon,lat\nA,44.3,200\n", "bad_value"),
        ("id,lon,lat\nA,665000.0,6360000.0\n", "metres_in_degrees"),
        ('id,lon,lat\nA,"2,5",44.3\n', "decimal_comma"),
        ("id,lon,lat\nÉé,2.5,44.3\n".encode() + b"\xc3;,2.5,44.3\n", "not_text"),
        (b"id,lon,lat\nA\x81,2.5,44.3\n", "not_text"),
        (b"id,lon,lat\nA\0,2.5,44.3\n", "not_text"),
    ],
)
def test_refused(tmp_path, content, key):
    path = written(tmp_path, content)
    problem = refused(path)
    assert problem.key == key
    for language in ("fr", "en"):
        assert str(path) in problem.text(language)


def test_the_message_names_row_and_column(tmp_path):
    problem = refused(written(tmp_path, "id,lon,lat\nA,2.5,44.3\nB,est,44.4\n"))
    assert problem.values["row"] == 3
    assert problem.values["column"] == "lon"
    assert "est" in problem.text("fr")


def test_missing_file(tmp_path):
    assert refused(tmp_path / "absent.csv").key == "missing_file"


def test_zip_of_one_file_is_read_and_others_refused(tmp_path):
    path = tmp_path / "points.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("points.csv", GOOD)
    assert len(points.read(path)) == 2
    path.write_bytes(path.read_bytes()[:60])
    assert refused(path).key == "bad_zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", GOOD)
        archive.writestr("b.csv", GOOD)
    assert refused(path).key == "zip_of_several"


def test_numbers_refuse_what_is_not_one(tmp_path):
    path = written(tmp_path, "x\n1.5\n\n[ND]\n")
    frame = reading.table(written(tmp_path, "x,y\n1.5,a\n,b\n[ND],c\n"), ["x"])
    values = reading.numbers(frame, "x", path)
    assert values[0] == 1.5
    assert values.isna().tolist() == [False, True, True]
    comma = reading.table(written(tmp_path, "x;y\n1,500;a\n"), ["x"])
    with pytest.raises(InputError) as caught:
        reading.numbers(comma, "x", path)
    assert caught.value.values["row"] == 2


def test_a_row_that_ends_before_the_header_is_refused(tmp_path):
    path = tmp_path / "cut.csv"
    path.write_text("id,lon,lat,name,kind\na,2,44,x,y\nb,2,44\n", encoding="utf-8")
    for usecols in (None, ["name"]):
        with pytest.raises(InputError) as caught:
            reading.table(path, ["id", "lon", "lat"], usecols=usecols)
        assert caught.value.key == "row_width"
        assert "ligne 3" in caught.value.text("fr")


def test_what_a_column_holds_is_said_in_french(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("id,lon,lat\na,2,cent\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        reading.checked(path, POINTS)
    said = caught.value.text("fr")
    assert "attendu : un nombre" in said
    assert "latitude WGS" not in said
