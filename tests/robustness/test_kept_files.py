"""What is kept between two openings is plain data: damaged, planted or old, it is made again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import pickle
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import small_study
from pandas.testing import assert_frame_equal

from siting.config import load
from siting.errors import InputWarning
from siting.provenance import Input, Source
from siting.study import kept, kept_format, prepared
from siting.workshop import kept_ground

FLIPS = 80


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("SITING_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    config = small_study.write(tmp_path_factory.mktemp("kept"))
    return prepared.prepare(load(config), lambda _: None)


def same(first: object, second: object) -> None:
    """Equal to the bit, whatever they are made of."""
    assert type(first) is type(second)
    if isinstance(first, pd.DataFrame):
        assert_frame_equal(first, second, check_exact=True)
        assert getattr(first, "crs", None) == getattr(second, "crs", None)
    elif isinstance(first, np.ndarray):
        assert first.dtype == second.dtype
        assert np.array_equal(first, second, equal_nan=first.dtype.kind == "f")
    elif isinstance(first, shapely.STRtree):
        same(first.geometries, second.geometries)
    elif dataclasses.is_dataclass(first):
        for field in dataclasses.fields(first):
            same(getattr(first, field.name), getattr(second, field.name))
    elif isinstance(first, dict):
        assert list(first) == list(second)
        for key in first:
            same(first[key], second[key])
    elif isinstance(first, list | tuple):
        assert len(first) == len(second)
        for one, other in zip(first, second, strict=True):
            same(one, other)
    else:
        assert first == second or (first != first and second != second)  # noqa: PLR0124 - NaN


def test_a_ground_comes_back_as_it_was(ground):
    bare = dataclasses.replace(ground, study=None)
    same(kept_format.decode(kept_format.encode(bare)), bare)


def test_odd_values_come_back_as_they_were():
    table = pd.DataFrame(
        {
            "text": pd.array(["é", None, "a\0b", ""], dtype="str"),
            "day": pd.to_datetime(["2026-01-01", None, "1999-12-31", "2026-11-29"]),
            "yes": [True, False, True, True],
            "mixed": np.array(["a", 1, None, 2.5], dtype=object),
        }
    )
    shapes = np.array([shapely.Point(1, 2), None, shapely.box(0, 0, 1, 1), shapely.Point()])
    layer = gpd.GeoDataFrame(table, geometry=shapes, crs=2154)
    lines = [shapely.LineString([(0, 0), (k, 1)]) for k in range(1, 5)]
    value = {
        "layer": layer,
        "tree": shapely.STRtree(np.array(lines)),
        "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "numbers": [np.nan, float("inf"), 10**30, np.float32(1.5), dt.date(2026, 1, 1)],
        "input": Input("role", "a.csv", "0" * 64, 3, None),
        "path": Path("a") / "b",
    }
    same(kept_format.decode(kept_format.encode(value)), value)
    assert kept_format.decode(kept_format.encode(value))["columns"].flags.f_contiguous


def test_a_warning_comes_back_with_its_sentence():
    """A study with a warning opens in the workshop like any other."""
    warning = InputWarning(
        "alternative_taken", file=Path("a.csv"), wanted="A", vintage="1", taken="B"
    )
    back = kept_format.decode(kept_format.encode((("france_services", warning),)))
    assert back[0][0] == "france_services"
    assert back[0][1].text("fr") == warning.text("fr")


def test_what_is_no_data_is_not_kept():
    for value in (lambda: None, {"code": os.system}, pd.Series([1]), Source, {1, 2}):
        with pytest.raises(kept_format.UnkeepableError):
            kept_format.encode(value)


def test_each_flipped_byte_is_found(ground, folder, caplog):
    bare = dataclasses.replace(ground, study=None)
    made = []

    def make() -> prepared.PreparedStudy:
        made.append(1)
        return bare

    kept.get("ground", "key", prepared.PreparedStudy, make)
    (path,) = folder.glob("ground-*.kept")
    whole = path.read_bytes()
    kept.get("ground", "key", prepared.PreparedStudy, make)
    assert len(made) == 1
    rng = np.random.default_rng(80)
    places = [0, len(kept_format.HEAD), *rng.integers(0, len(whole), FLIPS - 2)]
    for count, place in enumerate(places, 2):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        caplog.clear()
        assert kept.get("ground", "key", prepared.PreparedStudy, make) is bare
        assert len(made) == count
        assert str(path) in caplog.text
        assert path.read_bytes() == whole
    for size in (0, 5, 100, len(whole) - 1):
        path.write_bytes(whole[:size])
        assert kept.get("ground", "key", prepared.PreparedStudy, make) is bare
        assert path.read_bytes() == whole


class Planted:
    """Runs code where it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self):
        return Path.touch, (self.target,)


def test_a_planted_file_runs_no_code(folder, tmp_path):
    sign = tmp_path / "ran"
    kept.get("words", "key", str, lambda: "mine")
    (path,) = folder.glob("words-*.kept")
    (folder / "words-key.pickle").write_bytes(pickle.dumps(Planted(sign)))
    path.write_bytes(pickle.dumps(Planted(sign)))
    assert kept.get("words", "key", str, lambda: "again") == "again"
    # well written, but naming what is none of the package's data
    for module, name in (("os", "system"), ("siting.cli.app", "main"), ("siting.errors", "texts")):
        path.write_bytes(named(module, name))
        assert kept.get("words", "key", str, lambda: "again") == "again"
    assert not sign.exists()
    assert [file.name for file in folder.iterdir()] == ["words-key.kept"]


def named(module: str, name: str) -> bytes:
    """A file whose tree asks for something by name, its digest right."""
    import hashlib
    import json

    tree = json.dumps(["data", module, name, {}]).encode()
    padding = bytes(-(len(tree) + kept_format.LENGTH) % kept_format.ALIGN)
    body = len(tree).to_bytes(kept_format.LENGTH, "little") + tree + padding
    return kept_format.HEAD + hashlib.blake2b(body).digest() + body


@pytest.mark.skipif(os.name == "nt", reason="Windows shows no such bits")
def test_the_folder_is_private(folder):
    folder.mkdir(mode=0o755)
    kept.get("words", "key", str, lambda: "mine")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert next(folder.iterdir()).stat().st_mode & 0o777 == 0o600


def test_no_pickle_is_loaded_by_the_workshop():
    for module in Path(kept.__file__).parent.glob("*.py"):
        assert "import pickle" not in module.read_text(encoding="utf-8"), module


def test_a_ground_is_kept_without_its_configuration(tmp_path, folder):
    study = load(small_study.write(tmp_path / "study"))
    first = kept_ground.prepare(study, lambda _: None)
    again = kept_ground.prepare(study, pytest.fail)
    same(
        dataclasses.replace(again.ground, study=None), dataclasses.replace(first.ground, study=None)
    )
    assert again.ground.study is study
    assert np.array_equal(again.standing, first.standing, equal_nan=True)
    assert len(list(folder.iterdir())) == 1
