"""Text in any encoding as UTF-8: told from the bytes, refused where they are damaged."""

from __future__ import annotations

import gzip
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.sources import text_streams

FRENCH = "Réquista, « L'Haÿ-les-Roses », Œting, 1 234 €\n" * 3


def read(path, member=None):
    with text_streams.opened(path, member) as stream:
        return stream.read().decode()


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8-sig", b""),
        ("cp1252", b""),
        ("utf-16", b""),
        ("utf-16-le", b""),
        ("utf-16-be", b"\xfe\xff"),
    ],
)
@pytest.mark.parametrize("chunk", [1 << 20, 200, 7])
def test_one_text_in_every_encoding(tmp_path, monkeypatch, encoding, mark, chunk):
    if encoding == "utf-16-le" and chunk < 8:
        pytest.skip("too few bytes to tell it without a mark")
    monkeypatch.setattr(text_streams, "CHUNK", chunk)
    raw = mark + FRENCH.encode(encoding)
    plain, packed, zipped = (tmp_path / name for name in ("a.csv", "a.csv.gz", "a.zip"))
    plain.write_bytes(raw)
    packed.write_bytes(gzip.compress(raw))
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", raw)
    assert read(plain) == read(packed) == read(zipped, "a.csv") == FRENCH
    assert text_streams.decoded(raw, plain) == FRENCH


@given(st.text(st.characters(min_codepoint=1, codec="utf-8"), min_size=1))
def test_utf_8_stays_as_it_is(text):
    text = text.removeprefix("\ufeff")
    assert text_streams.decoded(text.encode(), "f") == text


def test_the_code_page_may_begin_late(tmp_path, monkeypatch):
    monkeypatch.setattr(text_streams, "CHUNK", 64)
    path = tmp_path / "late.csv"
    path.write_bytes(b"plain\n" * 1000 + "été\n".encode("cp1252"))
    assert read(path).endswith("plain\nété\n")


@pytest.mark.parametrize(
    ("raw", "octet"),
    [
        ("été, château".encode() + b"\xe9 ", 15),  # damaged UTF-8 is not taken for the code page
        (b"id\x81", 2),  # no letter of the code page
        (b"PK\3\4\0", 4),
        ("é".encode("utf-16") + b"\xd8", 4),
    ],
)
def test_what_is_no_text(tmp_path, raw, octet):
    path = tmp_path / "bad.csv"
    path.write_bytes(raw)
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.key == "not_text"
    assert caught.value.values["detail"] == f"octet {octet}"


def test_large_files_are_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(text_streams, "LARGE", 10_000)
    monkeypatch.setattr(text_streams, "CHUNK", 1_000)
    large, small = tmp_path / "large.csv", tmp_path / "small.csv"
    large.write_bytes(b"x" * 50_000)
    small.write_bytes(b"x" * 500)
    reports = []
    with text_streams.reported(lambda *report: reports.append(report)):
        read(large)
        read(small)
    read(large)
    assert {name for name, _, _ in reports} == {"large.csv"}
    assert reports[-1] == ("large.csv", 50_000, 50_000)
    assert [done for _, done, _ in reports] == sorted(done for _, done, _ in reports)
