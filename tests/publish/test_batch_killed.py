"""Killed at any instant, a batch loses no finished unit: real processes, ended as a system does."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest
import small_study
import yaml

from siting.publish.batch import engine, gather, plan, units

pytestmark = pytest.mark.slow
PATIENCE = 300  # seconds until something must have happened, however busy the machine
SITING = (sys.executable, "-c", "from siting.cli.app import main; main()")
DASK = (sys.executable, "-m")
SCENARIOS = {f"within_{minutes}": {"thresholds_minutes": [minutes]} for minutes in (5, 10, 15)}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    small_study.write(folder)
    content = {"name": "essai", "territories": {"12": "study.yaml"}, "scenarios": SCENARIOS}
    place = folder / "plan.yaml"
    place.write_text(yaml.safe_dump(content), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def whole(path, tmp_path_factory):
    """What a batch gives that nobody disturbs."""
    folder = tmp_path_factory.mktemp("whole")
    finish(path, folder)
    return content(folder)


def finish(path, folder):
    """Run a batch to its end, in this process; give what became of its units."""
    wanted, planned = plan.read(path)
    ended = list(engine.outcomes(planned, folder, 1, None))
    gather.write(wanted, planned, ended, folder)
    return ended


def content(folder):
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def until(happened):
    """Wait until something has happened; give it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        seen = happened()
        if seen:
            return seen
        time.sleep(0.02)
    raise TimeoutError


@contextmanager
def started(*command):
    """A process that ends with the test, with those that it began."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        with_children = [psutil.Process(process.pid)] if process.poll() is None else []
        for parent in with_children:
            for each in [*parent.children(recursive=True), parent]:
                each.kill()
        process.communicate()


def begun(path, folder, *options):
    """What begins a batch in a process of its own."""
    return (*SITING, "batch", str(path), "-o", str(folder), *options)


def finished(folder):
    """Markers of the units that are finished, in a folder that a process is writing to."""
    try:
        return sorted(folder.rglob(units.MARKER))
    except FileNotFoundError:  # a folder was moved to its place meanwhile
        return []


def requires_nothing_lost(path, folder, whole):
    """What was finished stands, the rest is computed, and the files are those of one run."""
    stood = {json.loads(marker.read_text(encoding="utf-8"))["key"] for marker in finished(folder)}
    ended = finish(path, folder)
    assert stood
    assert {outcome.key for outcome in ended if outcome.kept} == stood
    assert content(folder) == whole


def test_a_killed_client_leaves_what_was_finished(path, whole, tmp_path):
    with started(*begun(path, tmp_path, "--workers", "2")) as client:
        until(lambda: finished(tmp_path))
        processes = psutil.Process(client.pid).children(recursive=True)
        client.kill()
        client.wait()
        until(lambda: not any(process.is_running() for process in processes))
    requires_nothing_lost(path, tmp_path, whole)


def test_a_killed_scheduler_is_told_and_leaves_what_was_finished(path, whole, tmp_path):
    address = tmp_path / "scheduler.json"
    folder = tmp_path / "out"
    quiet = ("--scheduler-file", str(address), "--no-dashboard")
    with started(
        *DASK, "distributed.cli.dask_scheduler", *quiet, "--port", "0", "--host", "127.0.0.1"
    ) as scheduler:
        until(address.exists)
        worker = (
            *DASK,
            "distributed.cli.dask_worker",
            *quiet,
            "--nthreads",
            "1",
            "--death-timeout",
            "5",
        )
        with started(*worker):
            at = json.loads(address.read_text(encoding="utf-8"))["address"]
            with started(*begun(path, folder, "--scheduler", at)) as client:
                until(lambda: finished(folder))
                scheduler.kill()
                _, wrong = client.communicate(timeout=PATIENCE)
                assert client.returncode == 2
                assert "relancez la même commande" in wrong.decode()
    requires_nothing_lost(path, folder, whole)
