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
    from siting.study.stages.answers import Told
    from siting.survey.answers import Imported
    from siting.survey.questionnaire import Questionnaire


def show_imported(found: Imported, out: Path) -> None:
    """Say what was read, kept and left out."""
    for file, platform, rows in found.files:
        named = t(f"survey.import.platform.{platform}")
        print_line(t("survey.import.file", file=file, platform=named, rows=rows))
    counts = {key: found.counts[key] for key in ("kept", "refused", "incomplete")}
    print_line(t("survey.import.kept", **counts))
    for key, names in (
        ("private", found.private),
        ("ignored", found.ignored),
        ("absent", found.absent),
    ):
        if names:
            column = "columns" if key == "ignored" else "questions"
            print_line(t(f"survey.import.{key}", **{column: ", ".join(names)}))
    print_line(t("survey.import.salt"))
    print_line(t("survey.import.written", file=out))


def show_tables(told: Told, asked: Questionnaire, study: Study) -> None:
    """Print respondents by group, answers of all together, and use by travel time."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPED_WIDTH)
    settings = study.survey
    assert settings is not None  # noqa: S101 - there are tables
    console.print(_respondents(told))
    console.print(_answers(told, asked, settings.level))
    if told.use is not None:
        console.print(_use(told, settings.level))
        said = {"family": told.use.family, "respondents": told.use.respondents}
        print_line(t("survey.tables.fit", **said))
    print_line(t("survey.tables.suppressed", fewest=settings.fewest))


def write(told: Told, folder: Path) -> None:
    """Write the tables as CSV, all or none."""
    with replacing_all(folder) as part:
        for name, table in told.tables.items():
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


def _respondents(told: Told) -> Table:
    names = [t("survey.tables.count"), t("survey.tables.people")]
    table = _columns(t("survey.tables.respondents"), [t("survey.tables.group")], names)
    for row in told.tables["survey_respondents"].to_dict("records"):
        group = t("survey.tables.all") if row["group_kind"] == ALL else row["group"]
        table.add_row(group, _number(row["respondents"]), _number(row["people"]))
    return table


def _answers(told: Told, asked: Questionnaire, level: float) -> Table:
    left = [t("survey.tables.question"), t("survey.tables.answer")]
    right = [
        t("survey.tables.count"),
        t("survey.tables.share"),
        t("survey.tables.interval", level=texts.percent(level, 0)),
    ]
    table = _columns(t("survey.tables.answers"), left, right)
    found = told.tables["survey_answers"]
    language, before = texts.language(), ""
    known = {one.code: one for one in asked.questions()}
    for row in found[found["group_kind"] == ALL].to_dict("records"):
        one = known[row["question"]]
        lines = {item.code: item.label.said(language) for item in one.rows}
        title = one.label.said(language)
        title += f" ({lines[row['row']]})" if row["row"] else ""
        labels = {item.code: item.label.said(language) for item in one.options}
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
        said = labels.get(row["answer"], row["answer"])
        table.add_row(
            "" if title == before else title,
            said,
            _number(row["count"]),
            shown,
            " - ".join(filter(None, span)),
        )
        before = title
    return table


def _use(told: Told, level: float) -> Table:
    names = [
        t("survey.tables.minutes"),
        t("survey.tables.days"),
        t("survey.tables.interval", level=texts.percent(level, 0)),
    ]
    table = _columns(t("survey.tables.use"), [], names)
    for row in told.tables["survey_use"].to_dict("records"):
        span = f"{texts.number(row['low'], 1)} - {texts.number(row['high'], 1)}"
        table.add_row(f"{row['minutes']:g}", texts.number(row["days"], 1), span)
    return table
