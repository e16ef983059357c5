"""What the survey's commands print."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from siting import texts
from siting.atomic_files import replacing_all
from siting.cli.terminal import PIPED_WIDTH, print_line
from siting.outputs.tables import write_csv
from siting.survey.tabulation import ALL
from siting.texts import text as t

if TYPE_CHECKING:
    from pathlib import Path

    from siting.config import Study
    from siting.study.stages.answers import SurveyTables
    from siting.survey.answers import Imported
    from siting.survey.questionnaire import Questionnaire


def show_imported(imported: Imported, out: Path) -> None:
    """Say what was read, kept and left out."""
    for file, platform, rows in imported.files:
        named = t(f"survey.import.platform.{platform}")
        print_line(t("survey.import.file", file=file, platform=named, rows=rows))
    counts = {key: imported.counts[key] for key in ("kept", "refused", "incomplete")}
    print_line(t("survey.import.kept", **counts))
    for key, names in (
        ("private", imported.private),
        ("ignored", imported.ignored),
        ("absent", imported.absent),
    ):
        if names:
            column = "columns" if key == "ignored" else "questions"
            print_line(t(f"survey.import.{key}", **{column: ", ".join(names)}))
    print_line(t("survey.import.salt"))
    print_line(t("survey.import.written", file=out))


def show_tables(results: SurveyTables, questionnaire: Questionnaire, study: Study) -> None:
    """Print respondents by group, answers of all together, and use by travel time."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPED_WIDTH)
    settings = study.survey
    assert settings is not None  # noqa: S101 - there are tables
    console.print(_respondents(results))
    console.print(_answers(results, questionnaire, settings.level))
    if results.use is not None:
        console.print(_use(results, settings.level))
        values = {"family": results.use.family, "respondents": results.use.respondents}
        print_line(t("survey.tables.fit", **values))
    print_line(t("survey.tables.suppressed", fewest=settings.fewest))


def write(results: SurveyTables, folder: Path) -> None:
    """Write the tables as CSV, all or none."""
    with replacing_all(folder) as part:
        for name, table in results.tables.items():
            write_csv(part / f"{name}.csv", table)


def _number(value: float, decimals: int = 0) -> str:
    return t("survey.tables.hidden") if math.isnan(value) else texts.number(value, decimals)


def _columns(title: str, left: list[str], right: list[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in left:
        table.add_column(name)
    for name in right:
        table.add_column(name, justify="right")
    return table


def _respondents(results: SurveyTables) -> Table:
    names = [t("survey.tables.count"), t("survey.tables.people")]
    table = _columns(t("survey.tables.respondents"), [t("survey.tables.group")], names)
    for row in results.tables["survey_respondents"].to_dict("records"):
        group = t("survey.tables.all") if row["group_kind"] == ALL else row["group"]
        table.add_row(group, _number(row["respondents"]), _number(row["people"]))
    return table


def _answers(results: SurveyTables, questionnaire: Questionnaire, level: float) -> Table:
    left = [t("survey.tables.question"), t("survey.tables.answer")]
    right = [
        t("survey.tables.count"),
        t("survey.tables.share"),
        t("survey.tables.interval", level=texts.percent(level, 0)),
    ]
    table = _columns(t("survey.tables.answers"), left, right)
    tallies = results.tables["survey_answers"]
    before = ""
    known = {question.code: question for question in questionnaire.questions()}
    for row in tallies[tallies["group_kind"] == ALL].to_dict("records"):
        question = known[row["question"]]
        lines = {item.code: item.label.wording() for item in question.rows}
        title = question.label.wording()
        title += f" ({lines[row['row']]})" if row["row"] else ""
        labels = {item.code: item.label.wording() for item in question.options}
        labels |= {"yes": t("survey.form.tick_yes"), "no": t("survey.form.tick_no")}
        labels |= {"other": t("survey.form.other").split(",")[0], "": t("survey.tables.mean")}
        if row["measure"] == "mean":
            shown = _number(row["estimate"], 1)
            span = [_number(row[key], 1) for key in ("low", "high")]
        else:
            hidden = math.isnan(row["estimate"])
            shown = t("survey.tables.hidden") if hidden else texts.percent(row["estimate"], 0)
            span = ["" if hidden else texts.percent(row[key], 0) for key in ("low", "high")]
        span = span if not math.isnan(row["estimate"]) else ["", ""]
        label = labels.get(row["answer"], row["answer"])
        table.add_row(
            "" if title == before else title,
            label,
            _number(row["count"]),
            shown,
            " - ".join(filter(None, span)),
        )
        before = title
    return table


def _use(results: SurveyTables, level: float) -> Table:
    names = [
        t("survey.tables.minutes"),
        t("survey.tables.days"),
        t("survey.tables.interval", level=texts.percent(level, 0)),
    ]
    table = _columns(t("survey.tables.use"), [], names)
    for row in results.tables["survey_use"].to_dict("records"):
        span = f"{texts.number(row['low'], 1)} - {texts.number(row['high'], 1)}"
        table.add_row(f"{row['minutes']:g}", texts.number(row["days"], 1), span)
    return table
