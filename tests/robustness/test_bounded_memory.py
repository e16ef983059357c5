"""Inputs of under 10 MB that stand for gigabytes are refused within 1 GB and 10 s.

Each is read by `siting check` in a process of its own, whose peak memory the system tells.
"""

from __future__ import annotations

import gzip
import itertools
import sys
import textwrap
import zipfile
from subprocess import run as start

import openpyxl
import pytest
import small_study
import yaml

MOST_MEMORY = 1 << 30  # bytes
MOST_SECONDS = 10  # of the processor, so that a busy machine proves nothing

COMMAND = textwrap.dedent(
    """
    import resource, sys
    from siting.cli import main
    try:
        main(["check", sys.argv[1]])
    except SystemExit as end:
        used = resource.getrusage(resource.RUSAGE_SELF)
        memory = used.ru_maxrss if sys.platform == "darwin" else 0
        if not memory:  # Linux counts in it what the process that started this one had
            lines = open("/proc/self/status").read().splitlines()
            memory = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")][0] * 1024
        print("USED", end.code, memory, used.ru_utime + used.ru_stime)
    """
)
PIECE = b"12001,France services,12001,2.6,44.1,fixed\n" * 25_000


def zeros(path):
    """A zip of 1.5 GB of rows in 4 MB."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("facilities.csv", "w", force_zip64=True) as member,
    ):
        member.write(b"id,name,code,lon,lat,kind\n")
        for _ in range(1400):
            member.write(PIECE)


def gzipped(path):
    with gzip.open(path, "wb", compresslevel=6) as stream:
        stream.write(b"id,name,code,lon,lat,kind\n")
        for _ in range(1400):
            stream.write(PIECE)


def lonely_cell(path):
    """A workbook of 5 kB whose last row and column hold a word."""
    book = openpyxl.Workbook()
    book.active["A1"] = "id"
    book.active.cell(1_048_576, 16_384, "x")
    book.save(path)


def wide_rows(path):
    """A workbook of 1.5 GB of the same cell."""
    row = b"<row>%s</row>" % (b'<c t="inlineStr"><is><t>x</t></is></c>' * 900)
    small = path.with_name("small.xlsx")
    openpyxl.Workbook().save(small)
    with zipfile.ZipFile(small) as model, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in model.namelist():
            content = model.read(name)
            before, mark, after = content.partition(b"<sheetData />")
            with out.open(name, "w", force_zip64=True) as member:
                member.write(before)
                if mark:
                    member.write(b"<sheetData>")
                    for _ in range(40_000):
                        member.write(row)
                    member.write(b"</sheetData>")
                member.write(after)


FACILITIES = {
    "facilities.zip": zeros,
    "facilities.csv.gz": gzipped,
    "lonely.xlsx": lonely_cell,
    "wide.xlsx": wide_rows,
}


def checked(path):
    """Exit code, what was said, peak memory and seconds of `siting check`."""
    words = [sys.executable, "-c", COMMAND, str(path)]
    ended = start(words, capture_output=True, text=True, encoding="utf-8", check=False)
    lines = [line for line in ended.stdout.splitlines() if line.startswith("USED")]
    assert lines, ended.stderr[-2000:]
    _, code, memory, seconds = lines[-1].split()
    return int(code), ended.stderr, int(memory), float(seconds)


def require_refused(path, name):
    code, words, memory, seconds = checked(path)
    assert code == 2, words
    assert name in words
    assert "Traceback" not in words
    assert memory < MOST_MEMORY
    assert seconds < MOST_SECONDS


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no peak memory of a process")


@pytest.mark.parametrize("name", FACILITIES)
def test_a_list_that_stands_for_gigabytes_is_refused(tmp_path, name):
    keys = small_study.keys()
    keys["services"][0]["facilities"] = name
    path = small_study.write(tmp_path, keys)
    FACILITIES[name](tmp_path / name)
    assert (tmp_path / name).stat().st_size < 10_000_000
    require_refused(path, name)


def test_a_link_of_ten_million_minutes_is_refused(tmp_path):
    links = small_study.tables()["links.csv"]
    links.loc[0, "minutes"] = 1e7
    require_refused(small_study.write(tmp_path, links=links), "links.csv")


def test_nine_lines_of_yaml_are_refused(tmp_path):
    path = small_study.write(tmp_path)
    names = "abcdefghi"
    laughs = ["a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    laughs += [
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]"
        for before, name in itertools.pairwise(names)
    ]
    path.write_text("\n".join(laughs), encoding="utf-8")
    assert len(laughs) == 9
    require_refused(path, "study.yaml")


def test_a_configuration_of_many_problems_is_refused_in_a_few_lines(tmp_path):
    keys = small_study.keys()
    keys["criteria"] = [{"id": f"c{number}", "weight": -1} for number in range(20_003)]
    path = small_study.write(tmp_path)
    loader = {"Dumper": getattr(yaml, "CSafeDumper", yaml.SafeDumper)}
    path.write_text(yaml.dump(keys, **loader), encoding="utf-8")
    code, words, memory, seconds = checked(path)
    assert code == 2
    assert len(words.splitlines()) < 30
    assert "criteria.0.weight" in words
    assert memory < MOST_MEMORY
    assert seconds < MOST_SECONDS


def shapes_that_stand_for_more(path):
    """A zip of 75 MB of the same square in 300 kB, which GDAL would take out by itself."""
    square = (
        b'{"type":"Feature","properties":{"code":"12001","name":"a","nature":"Route"},'
        b'"geometry":{"type":"Polygon","coordinates":[[[2,44],[3,44],[3,45],[2,44]]]}}'
    )
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("shapes.geojson", "w") as member,
    ):
        member.write(b'{"type":"FeatureCollection","features":[' + square)
        for _ in range(500):
            member.write((b"," + square) * 1000)
        member.write(b"]}")


@pytest.mark.parametrize("layer", ["boundaries", "lakes", "roads"])
def test_shapes_that_stand_for_gigabytes_are_refused(tmp_path, layer):
    keys = small_study.keys()
    if layer == "boundaries":
        keys["territory"]["boundaries"] = "shapes.zip"
    elif layer == "lakes":
        keys["context"] = {"lakes": "shapes.zip"}
    else:
        keys["roads"] = {"bdtopo": "shapes.zip", "mode": "car"}
    path = small_study.write(tmp_path, keys)
    shapes_that_stand_for_more(tmp_path / "shapes.zip")
    require_refused(path, "shapes.zip")
