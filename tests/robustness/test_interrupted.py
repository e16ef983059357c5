"""A process killed or stopped at any instant leaves a folder new, or old, or mended by the next."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import all_writers
import numpy as np
import pytest

from siting.atomic_files import replacing

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
ROOT = Path(__file__).parents[2]
FILES = 6
SWAP = """
import os, signal, sys
from pathlib import Path
from siting import atomic_files
stop = int(sys.argv[2])
move, moved = atomic_files._move, []
def killed(*given):
    if len(moved) == stop:
        os.kill(os.getpid(), signal.SIGKILL)
    moved.append(move(*given))
atomic_files._move = killed
with atomic_files.replacing_all(Path(sys.argv[1])) as part:
    (part / "inside").mkdir()
    for number in range(6):
        (part / "inside" / f"{number}.csv").write_text("new")
"""
MAIN = """
import pathlib, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job begins without
pathlib.Path(sys.argv.pop(1)).touch()
from siting.cli import main
main()
"""


def texts(folder: Path) -> set[str]:
    return {path.read_text(encoding="utf-8") for path in (folder / "inside").iterdir()}


@pytest.mark.parametrize("moved", [0, 1, FILES - 1])
def test_a_swap_that_was_killed_is_finished_by_the_next(tmp_path, moved):
    (tmp_path / "inside").mkdir()
    for number in range(FILES):
        (tmp_path / "inside" / f"{number}.csv").write_text("old", encoding="utf-8")
    ended = subprocess.run([sys.executable, "-c", SWAP, tmp_path, str(moved)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert texts(tmp_path) == ({"old", "new"} if moved else {"old"})
    with replacing(tmp_path / "another.csv") as part:
        part.write_text("", encoding="utf-8")
    assert texts(tmp_path) == {"new"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["another.csv", "inside"]


def test_a_living_process_is_left_alone(tmp_path):
    with replacing(tmp_path / "slow.csv") as slow:
        slow.write_text("slow", encoding="utf-8")
        os.utime(slow.parents[1], (0, 0))
        with replacing(tmp_path / "quick.csv") as quick:
            quick.write_text("quick", encoding="utf-8")
        assert slow.exists()
    assert (tmp_path / "slow.csv").read_text(encoding="utf-8") == "slow"


@pytest.fixture(scope="module")
def old_run(tmp_path_factory) -> tuple[Path, Path]:
    """A study, and the folder of a run of it under another title."""
    home = tmp_path_factory.mktemp("killed")
    config = all_writers.study(home / "study")
    whole = config.read_text(encoding="utf-8")
    config.write_text(whole.replace("Six communes", "Avant"), encoding="utf-8")
    begin(config, home / "out", home / "ready").communicate()
    config.write_text(whole, encoding="utf-8")
    return config, home / "out"


def begin(config: Path, out: Path, ready: Path) -> subprocess.Popen[str]:
    words = [ready, "run", config, "-o", out]
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, *map(str, words)],
        cwd=ROOT,
        text=True,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )


def is_whole(out: Path) -> bool:
    """Whether every file of a run's folder is the one that its manifest lists."""
    import hashlib

    outputs = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["outputs"]
    assert len(outputs) > 4
    return all(
        hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
        for name, digest in outputs.items()
    )


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_stopped_at_random_instants(old_run, tmp_path, number):
    config, out = old_run
    rng = np.random.default_rng(20261129)
    begun = time.monotonic()
    begin(config, tmp_path / "first", tmp_path / "ready").communicate()
    lasts = time.monotonic() - begun
    for attempt, share in enumerate(rng.uniform(0, 1.1, 5)):
        ready = tmp_path / f"ready{attempt}"
        running = begin(config, out, ready)
        while not ready.exists():
            time.sleep(0.01)
        time.sleep(share * lasts)
        running.send_signal(number)
        _, message = running.communicate(timeout=120)
        assert "Traceback" not in message
        if number == signal.SIGINT:
            # the interpreter is at its end, or no more: the shell calls both 130
            assert running.returncode in (0, 130, -signal.SIGINT), message
        with replacing(out / "another.csv") as part:
            part.write_text("", encoding="utf-8")
        assert is_whole(out)
        assert not list(out.glob(".siting-*"))
