"""From the keys of `calendar:` to its tables and its iCalendar."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import TYPE_CHECKING

import pandas as pd

from siting.offers import schedule
from siting.offers.schedule import Step
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.config import Study
    from siting.config import schedule as schedule_keys


def tables(study: Study, communes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Give the calendar of a study.

    Returns
    -------
    `calendar` (`id,name,kind,actor,from,until`) and, with a step of opinion, `opinions`; nothing
    where the configuration does not ask.

    Raises
    ------
    ProblemsError
        Steps contradict each other, or an EPCI is not of the study.
    """
    settings = study.calendar
    if settings is None:
        return {}
    epci = communes[["epci_code", "epci_name"]].drop_duplicates("epci_code")
    epci = epci[epci["epci_code"] != ""]
    given = {code: (opinion.date, opinion.view) for code, opinion in settings.opinions.items()}

    def views(sent: dt.date) -> pd.DataFrame:
        months, as_of = settings.opinion_months, study.outputs.report_date
        return schedule.opinions(epci, sent, months, settings.received, given, as_of)

    def closing(sent: dt.date) -> dt.date:
        # an EPCI that received the draft late still has its time
        last = [dt.date.fromisoformat(day) for day in views(sent)["given"]]
        return max(last, default=schedule.add_months(sent, settings.opinion_months))

    steps = schedule.dated([_step(step) for step in settings.steps], closing)
    rows = [(s.id, s.name, s.kind, s.actor, f"{s.start}", f"{s.end}") for s in steps]
    names = ["id", "name", "kind", "actor", "from", "until"]
    dated_tables = {"calendar": pd.DataFrame(rows, columns=names)}
    for step in steps:
        if step.kind == "opinion" and step.start is not None:
            dated_tables["opinions"] = views(step.start)
    return dated_tables


def awaited(views: pd.DataFrame) -> int:
    """How many opinions of the table `opinions` are still to come."""
    return int((views["view"] == schedule.AWAITED).sum())


def icalendar(study: Study, dated_tables: dict[str, pd.DataFrame]) -> str:
    """The same as an iCalendar: the steps, then each EPCI's deadline."""
    events = [
        (
            f"{study.name}-{row['id']}",
            row["name"],
            dt.date.fromisoformat(row["from"]),
            dt.date.fromisoformat(row["until"]),
        )
        for row in dated_tables["calendar"].to_dict("records")
    ]
    for row in dated_tables.get("opinions", pd.DataFrame()).to_dict("records"):
        day = dt.date.fromisoformat(row["deadline"])
        summary = t("calendar.deadline", epci=row["epci_name"])
        events.append((f"{study.name}-opinion-{row['epci_code']}", summary, day, day))
    return schedule.icalendar(study.title, events)


def _step(declared: schedule_keys.StepKeys) -> Step:
    return Step(**{field.name: getattr(declared, field.name) for field in fields(Step)})
