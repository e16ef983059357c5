"""Fixtures shared by all tests: where the samples and the benchmark instances are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def _shared(variable: str, folder: str) -> Path:
    path = Path(os.environ.get(variable, ROOT.parent / "shared" / folder))
    if not path.is_dir():
        pytest.skip(f"no folder {path}: set {variable} to run this test")
    return path


@pytest.fixture(scope="session")
def samples() -> Path:
    """Folder of real files in the producers' layouts; the test is skipped where it is absent."""
    return _shared("SITING_SAMPLES", "samples")


@pytest.fixture(scope="session")
def benchmarks() -> Path:
    """Folder of instances with published optima; the test is skipped where it is absent."""
    return _shared("SITING_BENCHMARKS", "benchmarks")
