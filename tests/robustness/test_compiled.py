"""Compiled code that is kept on disk and damaged is compiled again: no wrong answer, no crash."""

from __future__ import annotations

import os
from pathlib import Path

import numba
import numpy as np
import pytest

from siting import compiled

FLIPS = 33


def total(values):
    found = 0.0
    for value in values:
        found += value * value
    return found


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    return tmp_path


def called() -> tuple[float, int]:
    """The kernel's answer in a process that just began, and how often it had to be compiled."""
    kernel = compiled.njit(cache=True, nogil=True)(total)
    answer = kernel(np.arange(5.0))
    return answer, sum(kernel.stats.cache_misses.values())


def files(folder: Path, suffix: str) -> Path:
    (found,) = folder.rglob(f"*{suffix}")
    return found


def test_damage_is_found(folder, caplog):
    assert called() == (30.0, 1)
    assert called() == (30.0, 0)
    rng = np.random.default_rng(33)
    for turn in range(FLIPS):
        path = files(folder, (".nbi", ".nbc")[turn % 2])
        damaged = bytearray(path.read_bytes())
        damaged[int(rng.integers(len(damaged)))] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        caplog.clear()
        assert called() == (30.0, 1)
        assert str(path) in caplog.text
        assert called() == (30.0, 0)
    for suffix in (".nbi", ".nbc"):
        path = files(folder, suffix)
        path.write_bytes(path.read_bytes()[:40])
        assert called() == (30.0, 1)
        assert called() == (30.0, 0)


@pytest.mark.skipif(os.name == "nt", reason="Windows shows no such bits")
def test_what_others_could_have_written_is_not_read(folder):
    called()
    for suffix in (".nbi", ".nbc", f".nbi{compiled.SEAL}"):
        path = files(folder, suffix)
        path.chmod(0o666)
        assert called() == (30.0, 1)
        path.chmod(0o644)
        assert called() == (30.0, 0)


def test_every_kernel_is_checked():
    for module in Path(compiled.__file__).parent.rglob("kernels/*.py"):
        text = module.read_text(encoding="utf-8")
        assert "nb.njit" not in text, module
        assert "from numba import njit" not in text, module
