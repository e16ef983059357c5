"""A batch of four départements x three scenarios against the clock: python benchmarks/batch.py.

The national files are those of `tests/national_files.py`: the producers' layouts of 2026, three
communes each. Each département is begun and fetched as a planner does, then the batch runs on this
machine's processes, and once more on one, over the finished one. Ends with code 1 where a unit has
no result, is not kept the second time, or the batch takes longer than two minutes.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import yaml

from siting import cluster
from siting.cli import app
from siting.publish.batch import engine, gather, plan

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import national_files

DEPARTMENTS = ("48", "12", "74", "31")
SCENARIOS = {
    "today": {},
    "slower": {"what_if": {"speed_factor": 0.8}},
    "strict": {"thresholds_minutes": [2, 5]},
}
SECONDS = 120.0


def siting(*words: object) -> None:
    """Call the command line; end where it does not end well."""
    try:
        app.main([str(word) for word in words])
    except SystemExit as end:
        if end.code:
            raise


def prepared(folder: Path) -> Path:
    """Write the plan of four départements, their tables beside it."""
    national_files.mirror(folder / "mirror")
    for code in DEPARTMENTS:
        study = folder / "studies" / code / f"{code}.yaml"
        study.parent.mkdir(parents=True)
        siting("init", "--department", code, "--official", "-o", study)
        siting("fetch", study, "--mirror", folder / "mirror")
    content = {"name": "four", "territories": "studies/*/*.yaml", "scenarios": SCENARIOS}
    path = folder / "plan.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


def run(path: Path, folder: Path, workers: int) -> tuple[int, int]:
    """Run the batch; give the number of units that have a result, and of those kept."""
    started = time.perf_counter()
    wanted, planned = plan.read(path)
    ended = list(engine.outcomes(planned, folder, workers, None))
    gathered = gather.write(wanted, planned, ended, folder)
    kept = sum(outcome.kept for outcome in ended)
    print(
        f"{len(ended)} units, {kept} kept, {len(gathered.failed)} failed, on {workers} workers: "
        f"{time.perf_counter() - started:.1f} s",
        flush=True,
    )
    return len(ended) - len(gathered.failed), kept


def main() -> int:
    """Print seconds; give the exit code."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.environ["SITING_CACHE"] = str(folder / "cache")
        started = time.perf_counter()
        path = prepared(folder)
        print(f"four départements begun and fetched: {time.perf_counter() - started:.1f} s")
        units = len(DEPARTMENTS) * len(SCENARIOS)
        started = time.perf_counter()
        first = run(path, folder / "out", cluster.usual_workers())
        seconds = time.perf_counter() - started
        again = run(path, folder / "out", 1)
    fine = first == (units, 0) and again == (units, units) and seconds < SECONDS
    print("fine" if fine else f"expected {units} units in {SECONDS:g} s, all kept at once")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
