"""The current view, to take away: a table, `siting run`'s map, `siting report`'s document."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from siting.outputs.tables import for_spreadsheets
from siting.workshop.scenario import applied

if TYPE_CHECKING:
    from siting.workshop.scenario import Scenario
    from siting.workshop.workshop import Workshop

WHOLE_STUDIES = ("map", "report")
"""Exports for which a whole study is run: they take seconds, and are made one at a time."""


def table(workshop: Workshop, scenario: Scenario) -> str:
    """Coverage by zone and threshold, and who comes within it or leaves it, as CSV."""
    outcome = workshop.answer(scenario.what_if, scenario.thresholds_minutes)
    parts = [
        workshop.zones.assign(
            threshold_minutes=limit,
            covered_population=outcome.covered[:, j],
            gained_population=outcome.gained[:, j],
            lost_population=outcome.lost[:, j],
        )
        for j, limit in enumerate(scenario.thresholds_minutes)
    ]
    # it is opened with a spreadsheet: a name that begins with = is a name
    shown = for_spreadsheets(pd.concat(parts, ignore_index=True))
    written: str = shown.to_csv(index=False, lineterminator="\n")
    return written


def html_map(workshop: Workshop, scenario: Scenario) -> str:
    """Give the map in one file that `siting run` writes for the scenario."""
    from siting.publish import run_folder  # noqa: PLC0415 - seconds to load, and seldom asked for
    from siting.study import run as study_run  # noqa: PLC0415 - seconds to load, and seldom asked for

    with tempfile.TemporaryDirectory(prefix="siting-") as folder:
        result = study_run.run(applied(scenario, workshop.ground.study), _quiet)
        written = run_folder.write(result, Path(folder) / "out", _quiet)
        return (written / "map.html").read_text(encoding="utf-8")


def report(workshop: Workshop, scenario: Scenario) -> bytes:
    """Give the report (DOCX) that `siting report` writes for the scenario."""
    from siting.publish.report import compose  # noqa: PLC0415
    from siting.study import run as study_run  # noqa: PLC0415 - as above

    result = study_run.run(applied(scenario, workshop.ground.study), _quiet)
    made = compose.document(result, compose.compare(result, _quiet), _quiet)
    with tempfile.TemporaryDirectory(prefix="siting-") as folder:
        (written,) = compose.write(made, Path(folder) / "report.docx", "report", ["docx"], None)
        return written.read_bytes()


def _quiet(_: str) -> None:
    """Say nothing: nobody sees a terminal."""
