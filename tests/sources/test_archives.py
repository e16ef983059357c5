"""Archives and workbooks are judged before a byte is taken out."""

from __future__ import annotations

import gzip
import zipfile

import openpyxl
import pytest

from siting import archives
from siting.errors import InputError
from siting.sources import reading, text_streams, workbooks


def zipped(path, *members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def refused(path, key):
    with pytest.raises(InputError) as caught, archives.opened(path):
        pass
    assert caught.value.key == key
    assert path.name in caught.value.text("fr")


def flagged(path, offset, value):
    """The same archive, a byte of each header of a member changed."""
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", offset), (b"PK\x01\x02", offset + 2)):
        where = raw.find(mark)
        raw[where + at] = value
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_every_method_of_python_is_read(tmp_path, method):
    path = zipped(tmp_path / "a.zip", ("a.csv", "x,y\n1,2\n"), method=method)
    assert reading.table(path, ["x"])["y"].tolist() == ["2"]


def test_encrypted_and_unknown_methods_are_refused(tmp_path):
    refused(flagged(zipped(tmp_path / "a.zip", ("a.csv", "x\n1\n")), 6, 1), "zip_encrypted")
    refused(flagged(zipped(tmp_path / "b.zip", ("a.csv", "x\n1\n")), 8, 99), "zip_method")


def test_a_member_packed_too_well_is_refused(tmp_path):
    refused(zipped(tmp_path / "a.zip", ("a.csv", bytes(60 << 20))), "zip_bomb")
    few = bytes(2 << 20)
    refused(zipped(tmp_path / "b.zip", *((f"{n}.csv", few) for n in range(40))), "zip_bomb")


def test_a_large_member_packed_as_tables_are_is_read(tmp_path):
    rows = "".join(f"{n * 7919 % 10_000_019},{n}\n" for n in range(400_000))
    path = zipped(tmp_path / "a.zip", ("a.csv", f"x,y\n{rows}" * 10))
    with archives.opened(path) as archive:
        assert archive.infolist()[0].file_size > archives.SMALL


def test_many_members_are_refused(tmp_path):
    refused(zipped(tmp_path / "a.zip", *((f"{n}", "") for n in range(10_001))), "zip_of_many")


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06", b"\x00" * 100])
def test_what_is_no_zip_is_refused(tmp_path, content):
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    refused(path, "bad_zip")


def test_an_archive_in_an_archive_is_refused(tmp_path):
    inner = zipped(tmp_path / "inner.zip", ("a.csv", "x\n1\n"))
    outer = zipped(tmp_path / "outer.zip", ("inner.zip", inner.read_bytes()))
    with pytest.raises(InputError) as caught:
        reading.table(outer, ["x"])
    assert caught.value.key == "take_out"


def test_a_gzip_that_gives_too_much_is_refused(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(bytes(60 << 20)))
    with archives.gunzipped(path) as stream, pytest.raises(InputError) as caught:
        stream.read()
    assert caught.value.key == "zip_bomb"
    path.write_bytes(gzip.compress(b"x,y\n1,2\n"))
    with text_streams.opened(path) as stream:
        assert stream.read() == b"x,y\n1,2\n"


def book(path, *cells):
    made = openpyxl.Workbook()
    for row, column, value in cells:
        made.active.cell(row, column, value)
    made.save(path)
    return path


def lines(path):
    with workbooks.opened(path) as opened:
        return list(workbooks.rows(path, opened, opened.sheetnames[0]))


def test_rows_keep_their_place_and_end_at_their_last_value(tmp_path):
    path = book(tmp_path / "a.xlsx", (1, 1, "x"), (3, 2, 1.5), (2000, 1, None), (1, 50, None))
    assert lines(path) == [("x",), (), (None, 1.5)]


@pytest.mark.parametrize("cell", [(1_048_576, 1, "x"), (1, 16_384, "x")])
def test_a_cell_far_from_the_table_is_refused(tmp_path, cell):
    with pytest.raises(InputError) as caught:
        lines(book(tmp_path / "a.xlsx", (1, 1, "id"), cell))
    assert caught.value.key == "workbook_too_large"


@pytest.mark.parametrize("content", [b"", b"id,name\n", b"PK\x03\x04"])
def test_what_is_no_workbook_is_refused(tmp_path, content):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"a\.xlsx"):
        lines(path)
    zipped(path, ("a.csv", "x"))
    with pytest.raises(InputError, match=r"a\.xlsx"):
        lines(path)
