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
    ["run", "configs/coarse.yaml", "-o", "out/run"],
    ["export", "configs/coarse.yaml", "--format", "xlsx", "-o", "out/data"],
    ["charts", "configs/coarse.yaml", "--chart", "criteria", "-o", "out/charts"],
    ["survey", "form", "configs/questionnaire.yaml", "-o", "out/form.docx"],
    ["print", "configs/coarse.yaml", "--map", "gap", "--as", "svg", "-o", "out/print"],
    ["brief", "configs/coarse.yaml", "--format", "docx,pdf,odt", "-o", "out/brief"],
    ["maps", "configs/coarse.yaml", "-o", "out/maps"],
    ["score", "configs/coarse.yaml", "-o", "out/score.csv"],
    ["schema", "-o", "out/schema.json"],
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
    coarse = folder / "configs" / "coarse.yaml"
    coarse.write_text("extends: aveyron.yaml\ncells: { size_m: 5000 }\n", encoding="utf-8")
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
    assert {Path(name).suffix for name in first} >= {
        ".csv",
        ".html",
        ".json",
        ".xlsx",
        ".svg",
        ".docx",
        ".odt",
        ".pdf",
    }
    manifests = [json.loads(every.pop("run/manifest.json")) for every in (first, second)]
    for manifest in manifests:
        manifest.pop("written_at")
    assert manifests[0] == manifests[1]
    assert [name for name in first if first[name] != second[name]] == []
