"""What `siting check` prints: the files that were read, and what became of their rows."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from siting import texts
from siting.cli import terminal
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from siting.study.inputs import Inputs
    from siting.study.timetable_days import DayTimetable

LONGEST = 40  # characters of a path that is shown whole


def print_inputs(read: Inputs) -> None:
    """Print the files read, and the quality of what they hold."""
    inputs = read.read
    table = Table(title=None)
    for key in ("role", "file", "rows", "status", "vintage", "licence"):
        table.add_column(t(f"cli.check.{key}"), overflow="fold")
    table.columns[2].justify = "right"
    for item in inputs:
        source = item.source
        facts = ("", "", "")
        if source is not None:
            facts = (t(f"map.status.{source.status}"), source.vintage, source.licence)
        table.add_row(_role(item.role), _shortened(item.path), texts.number(item.rows), *facts)
    terminal.print_table(table)
    terminal.print_table(_quality(read.quality))
    if read.timetables:
        terminal.print_table(_days(read.timetables))
        for line in _remarks(read.timetables):
            terminal.print_line(line)
    terminal.print_line(t("cli.check.done", count=len(inputs)))


def _role(role: str) -> str:
    """What a table is to the study, in words."""
    kind, _, name = role.partition(".")
    label = t(f"quality.role.{kind}") if texts.has(f"quality.role.{kind}") else kind
    return t("quality.of", name=label, detail=name) if name else label


def _day(iso: str) -> str:
    return t("language.day", day=iso[8:], month=iso[5:7], year=iso[:4])


def _shortened(path: str) -> str:
    """A path, its end alone where it is long."""
    return path if len(path) <= LONGEST else f"…/{PurePosixPath(path).name}"


def _quality(rows: pd.DataFrame) -> Table:
    """What became of the rows of each table; figures that are zero are left out."""
    table = Table(title=t("quality.title"), title_justify="left")
    for key in ("table", "what_title"):
        table.add_column(t(f"quality.{key}"))
    for key in ("value", "share"):
        table.add_column(t(f"quality.{key}"), justify="right")
    last = ""
    for name, what, detail, value, share in rows.to_numpy():
        if not value and what != "read":
            continue
        label, key = t(f"quality.what.{what}"), f"quality.detail.{detail}"
        if what == "date":
            label = f"{label} {_day(detail)}"
        elif detail:
            label = t("quality.of", name=label, detail=t(key) if texts.has(key) else detail)
        part = "" if np.isnan(share) else texts.percent(share)
        table.add_row("" if name == last else _role(name), label, texts.number(value), part)
        last = name
    return table


def _days(days: Sequence[DayTimetable]) -> Table:
    """Which feed runs on which day of the study."""
    table = Table(title=t("cli.check.days"), title_justify="left")
    for key in ("day", "date", "kind", "feed", "runs"):
        table.add_column(t(f"cli.check.{key}"))
    table.columns[4].justify = "right"
    for day in days:
        for feed in day.feeds.to_dict("records"):
            runs = texts.number(feed["runs"]) if feed["runs"] else t("cli.check.not_then")
            kind = t(f"cli.check.kinds.{day.kind}") if day.kind else ""
            table.add_row(day.name, _day(day.date.isoformat()), kind, feed["feed"], runs)
    return table


def _remarks(days: Sequence[DayTimetable]) -> list[str]:
    """What of each feed could not be used, or how it was taken, a line a day and feed."""
    lines = []
    for day in days:
        for feed, rows in day.remarks.groupby("feed", sort=False):
            reasons = [
                t(f"timetable.remarks.{row['reason']}", count=texts.number(row["count"]))
                for row in rows.to_dict("records")
            ]
            label = t("quality.of", name=feed, detail=day.name)
            lines.append(t("timetable.left_out", feed=label, reasons="; ".join(reasons)))
        far = int(day.feeds["stops_far"].sum())
        if far:
            lines.append(t("cli.check.stops_far", name=day.name, count=texts.number(far)))
    return lines
