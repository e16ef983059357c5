"""Whatever the system refuses, a command ends with one sentence and the folder is as it was."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import all_writers
import pytest

from siting.cli import app
from siting.study import run as study_run

if TYPE_CHECKING:
    from collections.abc import Callable

resource = pytest.importorskip("resource", reason="Windows has no limit on the size of a file")
NAMES = list(all_writers.commands(Path("study.yaml")))
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    return all_writers.study(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module", autouse=True)
def computed_once():
    """One run serves every writer: it is the writing that is looked at."""
    whole, results = study_run.run, {}

    @functools.wraps(whole)
    def run(settings, say):
        if settings.name not in results:
            results[settings.name] = whole(settings, say)
        return results[settings.name]

    study_run.run = run
    yield
    study_run.run = whole


@pytest.fixture
def written(study, tmp_path, monkeypatch, capsys) -> Callable[[str], tuple[int, str]]:
    """Call a command that writes into `tmp_path/out`; give its exit code and its last sentences."""
    monkeypatch.chdir(ROOT)

    def call(name: str) -> tuple[int, str]:
        words = all_writers.commands(study)[name]
        with pytest.raises(SystemExit) as ended:
            app.main([word.replace("OUT", str(tmp_path / "out")) for word in words])
        return ended.value.code, capsys.readouterr().err

    return call


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def refused(ended: tuple[int, str], *, naming: Path) -> None:
    code, message = ended
    assert code == 2, message
    assert message.count("\n") == 1, message
    assert str(naming) in message
    assert ".siting-" not in message


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_is_new_or_as_it_was(name, written, tmp_path):
    out = tmp_path / "out"
    code, message = written(name)
    assert code == 0, message
    before = contents(out)
    assert before
    files = sorted(before, key=lambda file: len(before[file]))
    largest, smallest = files[-1], files[0]

    # a disk that is full in the middle of the largest file
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(len(before[largest]) // 2, 1), hard))
    try:
        ended = written(name)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    refused(ended, naming=out)
    assert contents(out) == before

    # a file that must not change: the last one to be replaced
    last = max(before)
    (out / last).chmod(0o444)
    refused(written(name), naming=out / last)
    assert contents(out) == before

    # a folder that bears the name of a file
    (out / smallest).unlink()
    (out / smallest / "mine").mkdir(parents=True)
    if last != smallest:
        (out / last).chmod(0o644)
    kept = contents(out)
    refused(written(name), naming=out / smallest)
    assert contents(out) == kept
    assert not list(out.rglob(".siting-*"))


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_was_not_there_is_not_left(name, written, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    try:
        ended = written(name)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    refused(ended, naming=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("name", ["compare", "survey", "init"])
def test_a_device_is_no_file(name, study, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    words = all_writers.commands(study)[name]
    with pytest.raises(SystemExit) as ended:
        app.main([*words[:-1], "/dev/full"])
    refused((ended.value.code, capsys.readouterr().err), naming=Path("/dev/full"))
    assert not os.path.isfile("/dev/full")  # noqa: PTH113 - a device is none


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root mounts")
@pytest.mark.parametrize("name", ["run", "export", "report"])
def test_a_small_disk_that_fills_up(name, written, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", out]
    if subprocess.run(mount, check=False).returncode:
        pytest.skip("this machine lets nobody mount a file system")
    try:
        refused(written(name), naming=out)
        assert not list(out.iterdir())
    finally:
        subprocess.run(["umount", out], check=True)
