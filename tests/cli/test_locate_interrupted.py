"""Ctrl-C while `siting locate` searches: the best plan is written, and nothing is called proven."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_keeps_the_best_plan(tmp_path):
    rng = np.random.default_rng(8)
    edges = rng.integers(1, 101, (900, 2))
    costs = rng.integers(1, 101, 900)
    lines = [f"{a} {b} {c}" for (a, b), c in zip(edges, costs, strict=True)]
    ring = [f"{k} {k + 1} 100" for k in range(1, 100)]
    (tmp_path / "hard.txt").write_text(
        f"100 {len(lines) + len(ring)} 9\n" + "\n".join(lines + ring) + "\n", encoding="utf-8"
    )
    command = [sys.executable, "-c", "from siting.cli import main; main()"]
    command = [*command, "locate", "--orlib", "hard.txt", "--seconds", "600", "-o", "x.csv"]
    started = tmp_path / "started"
    # the bound takes for ever, so that the search is under way when it is stopped
    hook = (
        "import pathlib, signal, siting.location.median_tree as m\n"
        # a shell's background job begins with SIGINT ignored
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "assert callable(m._root)\n"
        "def endless(*given):\n"
        f"    pathlib.Path({str(started)!r}).touch()\n"
        "    while True:\n"
        "        given[-1].spend(1.0)\n"
        "m._root = endless\n"
    )
    command[2] = hook + command[2]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as running:
        while not started.exists() and running.poll() is None:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        try:
            told, _ = running.communicate(timeout=120)
        finally:
            running.kill()
    assert running.returncode == 0, told
    summary = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert summary["status"] == "stopped"
    assert summary["lower_bound"] < summary["objective"] == summary["upper_bound"]
    assert summary["gap"] > 0
    assert len(pd.read_csv(tmp_path / "x.csv")) == 9
    assert len(pd.read_csv(tmp_path / "x_allocation.csv")) == 100
