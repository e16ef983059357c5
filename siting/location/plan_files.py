"""Plans as files: the sites, who goes where, and the proof."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd

from siting import atomic_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from siting.location.result import Solution


def write(answer: Solution, out: Path) -> None:
    """Write the sites, the allocation and the proof, all three or none.

    The JSON has `status,objective,lower_bound,upper_bound,gap`; without a plan also `reason` and
    `blocking_demand`.
    """
    with atomic_files.replacing_all(out.parent) as part:
        _csv(answer.sites, part / out.name)
        _csv(answer.allocation, part / f"{out.stem}_allocation.csv")
        _json(answer.proof(), part / f"{out.stem}.json")


def write_phases(answers: Sequence[Solution], out: Path) -> None:
    """Write nested plans with a column `phase`, all files or none.

    The JSON is that of the last phase (or of the first that has no plan), with `phases`.
    """
    last = next((answer for answer in answers if answer.objective is None), answers[-1])
    plans = [(k, answer) for k, answer in enumerate(answers, 1) if answer.objective is not None]
    opened: dict[str, int] = {}
    for phase, answer in plans:
        for site in answer.chosen:
            opened.setdefault(site, phase)
    sites = (plans[-1][1] if plans else last).sites
    sites = sites.assign(phase=[opened.get(str(site), 0) for site in sites["site_id"]])
    served = [answer.allocation.assign(phase=phase) for phase, answer in plans]
    summary = last.proof() | {"phases": [answer.proof() for answer in answers]}
    with atomic_files.replacing_all(out.parent) as part:
        _csv(sites, part / out.name)
        _csv(
            pd.concat(served) if served else last.allocation.assign(phase=0),
            part / f"{out.stem}_allocation.csv",
        )
        _json(summary, part / f"{out.stem}.json")


def _csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n", float_format="%.6g")


def _json(summary: Mapping[str, object], path: Path) -> None:
    text = json.dumps(summary, ensure_ascii=False, indent=2) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
