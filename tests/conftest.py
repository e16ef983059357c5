"""Fixtures shared by all tests: where the samples and the benchmark instances are."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# machines are shared: how long an example takes says nothing
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")

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


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    """What is kept on a machine between runs is the tests' own, in programs that they start too."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SITING_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium that cannot resolve any host; the test is skipped where there is none."""
    from playwright.sync_api import sync_playwright

    named = os.environ.get("SITING_CHROMIUM")
    path = shutil.which(named) if named else next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no Chromium: install one, or set SITING_CHROMIUM")
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()
