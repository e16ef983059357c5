"""The same study gives the same bytes: another seed of hashes, folder, language, zone, threads."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMANDS = """
from siting.cli import main
for words in (
    ["run", "configs/aveyron.yaml", "-o", "out/run"],
    ["export", "configs/aveyron.yaml", "--format", "xlsx", "-o", "out/data"],
    ["charts", "configs/aveyron.yaml", "--chart", "criteria", "-o", "out/charts"],
    ["survey", "form", "configs/questionnaire.yaml", "-o", "out/form.docx"],
    ["report", "configs/aveyron.yaml", "--format", "docx,odt", "-o", "out/report"],
):
    try:
        main(words)
    except SystemExit as ended:
        assert not ended.code, words
"""
SURROUNDINGS = (
    {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC", "OMP_NUM_THREADS": "1",
     "NUMBA_NUM_THREADS": "1"},
    {"PYTHONHASHSEED": "4242", "LC_ALL": "C.UTF-8", "TZ": "Asia/Kathmandu",
     "OMP_NUM_THREADS": "2", "NUMBA_NUM_THREADS": "2"},
)  # fmt: skip


def written(folder: Path, surroundings: dict[str, str]) -> dict[str, bytes]:
    for name in ("configs", "data"):
        shutil.copytree(ROOT / name, folder / name)
    subprocess.run(
        [sys.executable, "-c", COMMANDS],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **surroundings},
        check=True,
        capture_output=True,
        timeout=540,
    )
    out = folder / "out"
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
def test_the_same_bytes_whatever_is_around(tmp_path):
    folders = (tmp_path / "a", tmp_path / "elsewhere" / "deeper" / "b")
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(written, folders, SURROUNDINGS)
    assert first.keys() == second.keys()
    assert {Path(name).suffix for name in first} >= {".csv", ".html", ".xlsx", ".svg", ".docx"}
    manifests = [json.loads(every.pop("run/manifest.json")) for every in (first, second)]
    for manifest in manifests:
        manifest.pop("written_at")
    assert manifests[0] == manifests[1]
    assert [name for name in first if first[name] != second[name]] == []
