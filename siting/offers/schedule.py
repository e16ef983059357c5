"""The schéma's calendar: steps with their dates, and three months of opinion for each EPCI.

Article 26 of the law n° 95-115 of 4 February 1995, as rewritten by article 98 of the loi NOTRe (law
n° 2015-991 of 7 August 2015): the draft schéma is sent to the deliberating bodies of the EPCI à
fiscalité propre, which have three months to give an opinion; after that it is deemed given. Months
are counted from day to the same day, or to the last of a shorter month.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from siting.errors import ConfigError, ProblemsError, SitingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

DEEMED, AWAITED = "deemed", "awaited"
LINE_OCTETS = 75


@dataclass(frozen=True)
class Step:
    """A step as it was said; `after`, `months` and `days` stand for dates not said.

    Attributes
    ----------
    kind
        `survey`, `diagnosis`, `draft`, `opinion`, `adoption` or `other`.
    start, end
        First and last day; a step with an end alone is a deadline, one day long.
    """

    id: str
    name: str
    kind: str = "other"
    actor: str = ""
    start: dt.date | None = None
    end: dt.date | None = None
    after: str | None = None
    months: int | None = None
    days: int | None = None


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last of a shorter month."""
    count = day.month - 1 + months
    year, month = day.year + count // 12, count % 12 + 1
    return dt.date(year, month, min(day.day, monthrange(year, month)[1]))


def three_months(start: dt.date) -> dt.date:
    """Last day to give an opinion on a draft received on `start`."""
    return add_months(start, 3)


def dated(
    steps: Sequence[Step], opinion_end: Callable[[dt.date], dt.date] = three_months
) -> list[Step]:
    """Give every step its dates, in the order given.

    Parameters
    ----------
    steps
        Ids distinct, at most one of kind `opinion`.
    opinion_end
        From the day on which the draft is sent to the day on which every EPCI has given its
        opinion or let its time pass; the step of opinion lasts as long, or longer if so said.

    Raises
    ------
    ProblemsError
        A step follows one that is not there, or itself through others; ends before it begins;
        leaves less than the time of opinion; or begins before what it waits for has ended.
    """
    by_id = {step.id: step for step in steps}
    placed: dict[str, Step] = {}
    problems: list[SitingError] = []
    waiting = list(steps)
    while waiting:
        ready = [step for step in waiting if step.after is None or step.after in placed]
        if not ready:
            for step in waiting:
                known = ", ".join(by_id)
                key = "step_follows_nothing" if step.after not in by_id else "step_waits"
                problems.append(ConfigError(key, step=step.id, after=step.after, known=known))
            break
        for step in ready:
            placed[step.id] = _dated(step, placed, opinion_end, problems)
        waiting = [step for step in waiting if step.id not in placed]
    problems += _out_of_order(placed)
    if problems:
        raise ProblemsError(problems)
    return [placed[step.id] for step in steps]


def _dated(
    step: Step,
    placed: Mapping[str, Step],
    opinion_end: Callable[[dt.date], dt.date],
    problems: list[SitingError],
) -> Step:
    start, end = step.start, step.end
    if step.after is not None:
        before = placed[step.after].end
        assert before is not None  # noqa: S101 - every step found has an end
        start = before + dt.timedelta(days=1)
    start = end if start is None else start
    assert start is not None  # noqa: S101 - the configuration gives a start or an end
    least = opinion_end(start) if step.kind == "opinion" else start
    if end is None and step.months is not None:
        end = add_months(start, step.months)
    elif end is None and step.days is not None:
        end = start + dt.timedelta(days=step.days - 1)
    end = least if end is None else end
    if end < start:
        problems.append(ConfigError("step_ends_early", step=step.id, start=start, end=end))
    elif end < least:
        problems.append(ConfigError("opinion_too_short", step=step.id, end=end, last=least))
    return replace(step, start=start, end=end)


def _out_of_order(placed: Mapping[str, Step]) -> list[SitingError]:
    """The draft is sent when it is written, and adopted when all opinions may have come."""
    problems: list[SitingError] = []
    ends = {"opinion": ("draft",), "adoption": ("draft", "opinion")}
    for step in placed.values():
        for other in placed.values():
            early = step.start is not None and other.end is not None and step.start <= other.end
            if other.kind in ends.get(step.kind, ()) and early:
                values = {"step": step.id, "start": step.start, "other": other.id, "end": other.end}
                problems.append(ConfigError("step_too_soon", **values))
    return problems


def opinions(
    epci: pd.DataFrame,
    sent: dt.date,
    months: int,
    received: Mapping[str, dt.date],
    given: Mapping[str, tuple[dt.date, str]],
    as_of: dt.date | None = None,
) -> pd.DataFrame:
    """What each EPCI has to say, and until when.

    Parameters
    ----------
    epci
        `epci_code,epci_name`.
    sent
        Day on which the draft reaches an EPCI, where `received` does not say otherwise.
    months
        Given to it.
    given
        Day and view of the opinions that have come.
    as_of
        Day on which it is told; None: not known, so that no time has passed.

    Returns
    -------
    Columns `epci_code,epci_name,received,deadline,given,view`, dates as text. Where none came in
    time `view` is `deemed`, given on the deadline, and before that has passed `awaited`.

    Raises
    ------
    ProblemsError
        An EPCI is not of the study, or its opinion came before it received the draft.
    """
    known = set(epci["epci_code"])
    problems: list[SitingError] = [
        ConfigError("unknown_epci", epci=code, known=", ".join(sorted(known)))
        for code in sorted({*received, *given} - known)
    ]
    rows = []
    for row in epci.sort_values("epci_code").itertuples():
        code = str(row.epci_code)
        begins = received.get(code, sent)
        deadline = add_months(begins, months)
        passed = as_of is not None and as_of > deadline
        day, view = given.get(code, (deadline, DEEMED if passed else AWAITED))
        if day < begins:
            problems.append(ConfigError("opinion_too_soon", epci=code, day=day, received=begins))
        if day > deadline:
            day, view = deadline, DEEMED
        rows.append((code, str(row.epci_name), begins, deadline, day, view))
    if problems:
        raise ProblemsError(problems)
    names = ["epci_code", "epci_name", "received", "deadline", "given", "view"]
    table = pd.DataFrame(rows, columns=names)
    for name in ("received", "deadline", "given"):
        table[name] = [day.isoformat() for day in table[name]]
    return table


def icalendar(name: str, events: Sequence[tuple[str, str, dt.date, dt.date]]) -> str:
    """Write days as an iCalendar (RFC 5545), the same bytes for the same days.

    Parameters
    ----------
    name
        Of the calendar.
    events
        Id, summary, first and last day.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//siting//schema//FR"]
    lines.append(f"X-WR-CALNAME:{_escaped(name)}")
    for key, summary, first, last in events:
        after = last + dt.timedelta(days=1)  # DTEND is the day after the last
        lines += [
            "BEGIN:VEVENT",
            f"UID:{key}@siting",
            f"DTSTAMP:{first:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
            f"DTEND;VALUE=DATE:{after:%Y%m%d}",
            f"SUMMARY:{_escaped(summary)}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Break a line longer than 75 octets, never inside a character."""
    parts, size = [""], 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > LINE_OCTETS:
            parts.append("")
            size = 1  # the blank that begins the next line
        parts[-1] += sign
        size += octets
    return "\r\n ".join(parts)
