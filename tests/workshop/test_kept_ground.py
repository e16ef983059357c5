"""The ground is kept by its files' content: what is kept is what would be made."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from siting.config import load
from siting.study import kept, prepared
from siting.workshop import kept_ground
from siting.workshop.workshop import Workshop

ROOT = Path(__file__).parents[2]


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.setenv("SITING_CACHE", str(tmp_path / "cache"))
    for name in ("configs", "data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path / "configs" / "aveyron.yaml"


def test_kept_ground_is_the_one_made(config):
    said = []
    kept_ground.prepare(load(config), said.append)
    assert said
    said.clear()
    held = kept_ground.prepare(load(config), said.append)
    again = held.ground
    assert not said
    made = prepared.prepare(load(config), said.append)
    assert again.cells.equals(made.cells)
    assert again.cells.crs == made.cells.crs
    assert again.read.read == made.read.read
    assert np.array_equal(held.standing, kept_ground.standing(made), equal_nan=True)
    now = Workshop(again, held.standing).now
    assert np.array_equal(now, Workshop(made).now, equal_nan=True)

    # another content of a file that the study names, and it is made again
    table = load(config).services[0].facilities
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join(lines[:-1]), encoding="utf-8", newline="")
    said.clear()
    fewer = kept_ground.prepare(load(config), said.append).ground
    assert said
    first = load(config).services[0].id
    assert len(fewer.read.services[first]) == len(made.read.services[first]) - 1

    # a damaged file is made again
    for one in kept.folder().glob("ground-*.kept"):
        one.write_bytes(one.read_bytes()[:1000])
    said.clear()
    assert len(kept_ground.prepare(load(config), said.append).ground.cells) == len(made.cells)
    assert said


def test_only_the_reader_may_read_it(config):
    kept_ground.prepare(load(config), lambda _: None)
    (held,) = kept.folder().glob("ground-*.kept")
    assert held.stat().st_mode & 0o077 in (0, 0o066)  # Windows shows no such bits


@pytest.mark.skipif(os.name == "nt", reason="Windows shows no such bits")
def test_what_others_could_have_written_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setenv("SITING_CACHE", str(tmp_path / "cache"))
    assert kept.get("words", "key", str, lambda: "first") == "first"
    assert kept.get("words", "key", str, lambda: "second") == "first"
    (path,) = kept.folder().glob("words-*.kept")
    for loose in (path, path.parent):
        mode = loose.stat().st_mode
        loose.chmod(mode | 0o022)
        assert kept.get("words", "key", str, lambda: "first" + "!") == "first!"
        path.parent.chmod(0o700)
        path.unlink()
        assert kept.get("words", "key", str, lambda: "first") == "first"
