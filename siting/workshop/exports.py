"""The current view, to take away: a table, `siting run`'s map, `siting report`'s document."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from siting import texts
from siting.outputs.tables import for_spreadsheets
from siting.study.stages import theme as study_theme
from siting.workshop import hypothesis
from siting.workshop.scenario import applied

if TYPE_CHECKING:
    from siting.config import Study
    from siting.workshop.hypothesis import Hypothesis
    from siting.workshop.questions import MinutesQuestion
    from siting.workshop.scenario import Scenario
    from siting.workshop.workshop import Workshop

WHOLE_STUDIES = ("map", "report")
"""Exports for which a whole study is run: they take seconds, and are made one at a time."""


def table(workshop: Workshop, scenario: Scenario, name: str) -> str:
    """Coverage by zone and threshold, today and in the scenario, with its changes, as CSV."""
    outcome = workshop.answer(scenario.what_if, scenario.thresholds_minutes)
    parts = [
        workshop.zones.assign(
            threshold_minutes=limit,
            today_population=outcome.covered[:, j] - outcome.gained[:, j] + outcome.lost[:, j],
            covered_population=outcome.covered[:, j],
            gained_population=outcome.gained[:, j],
            lost_population=outcome.lost[:, j],
        )
        for j, limit in enumerate(scenario.thresholds_minutes)
    ]
    whole = pd.concat(parts, ignore_index=True)
    if changes := hypothesis.changes(workshop, scenario):
        given = hypothesis.of_scenario(workshop, scenario, name)
        whole = whole.assign(
            scenario=given.name,
            date=given.date.isoformat(),
            changes=texts.text("language.list_mark").join(changes),
        )
    # it is opened with a spreadsheet: a name that begins with = is a name
    shown = for_spreadsheets(whole)
    written: str = shown.to_csv(index=False, lineterminator="\n")
    return written


def html_map(workshop: Workshop, scenario: Scenario, name: str) -> str:
    """Give the map in one file that `siting run` writes for the scenario, headed by what it is."""
    return _map_of(applied(scenario, workshop.ground.study), _named(workshop, scenario, name))


def report(workshop: Workshop, scenario: Scenario, name: str) -> bytes:
    """Give the report (DOCX) that `siting report` writes for the scenario, headed by what it is."""
    return _report_of(applied(scenario, workshop.ground.study), _named(workshop, scenario, name))


def minutes(workshop: Workshop, meeting: MinutesQuestion) -> bytes:
    """Give the minutes of a meeting (DOCX); see `minutes.document`."""
    from siting.workshop import minutes as meeting_minutes  # noqa: PLC0415 - seconds to load

    return meeting_minutes.document(workshop, meeting)


def _named(workshop: Workshop, scenario: Scenario, name: str) -> Hypothesis | None:
    """What a scenario is, in words; none where it is today's situation."""
    given = hypothesis.of_scenario(workshop, scenario, name)
    return given if given.changes else None


def _map_of(study: Study, given: Hypothesis | None) -> str:
    from siting.outputs import web_map  # noqa: PLC0415 - seconds to load, and seldom asked for
    from siting.publish.maps import overview  # noqa: PLC0415 - as above
    from siting.study import run as study_run  # noqa: PLC0415 - as above

    result = study_run.run(study, _quiet)
    look = study_theme.load(result.study)
    page = overview.page(result, look)
    if given is not None:
        title = f"{page.title} – {given.heading}"
        views = tuple(replace(view, notes=(given.line(), *view.notes)) for view in page.views)
        page = replace(page, title=title, views=views)
    with tempfile.TemporaryDirectory(prefix="siting-") as folder:
        path = Path(folder) / "map.html"
        web_map.write(path, page, look)
        return path.read_text(encoding="utf-8")


def _report_of(study: Study, given: Hypothesis | None) -> bytes:
    from siting.publish.report import compose  # noqa: PLC0415 - as above
    from siting.study import run as study_run  # noqa: PLC0415 - as above

    result = study_run.run(study, _quiet)
    made = compose.document(result, compose.compare(result, _quiet), _quiet)
    if given is not None:
        made = replace(made, subtitle=given.heading, blocks=(*given.blocks(), *made.blocks))
    with tempfile.TemporaryDirectory(prefix="siting-") as folder:
        (written,) = compose.write(made, Path(folder) / "report.docx", "report", ["docx"], None)
        return written.read_bytes()


def _quiet(_: str) -> None:
    """Say nothing: nobody sees a terminal."""
