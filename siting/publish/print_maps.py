"""The print maps of a study: what is on each, and a series by EPCI."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from siting.errors import ConfigError
from siting.outputs.print_sheet import PrintSheet
from siting.publish import opinion as study_opinion
from siting.publish import plans
from siting.publish.missing import Missing
from siting.publish.prints import base
from siting.publish.prints.base import PrintBase, PrintLimits
from siting.publish.prints.themes import access, candidates, digital, gain, gap, mesh
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from siting.outputs.theme import Theme
    from siting.publish.plans import PlannedTimes
    from siting.study.result import Result

BY_SERVICE: dict[str, Callable[[PrintBase, str, str], PrintSheet]] = {
    "access": access.access,
    "coverage": access.coverage,
}
"""Maps of each service: they take its identifier and its name."""
ONCE: dict[str, Callable[[PrintBase], PrintSheet | str]] = {
    "candidates": candidates.candidates,
    "digital": digital.digital,
    "mesh": mesh.mesh,
    "gap": gap.gap,
}
"""Maps of the whole study, or the key `print.missing.<answer>` of why the study cannot feed one."""
BY_PLAN: dict[str, Callable[[PrintBase, PlannedTimes], PrintSheet]] = {"gain": gain.gain}
"""Maps of each plan, and of what `locate:` chose."""
MAPS = (*BY_SERVICE, *ONCE, *BY_PLAN)
Made = tuple[list[PrintSheet], list[Missing]]


def sheets(result: Result, theme: Theme, only: Sequence[str] = ()) -> Made:
    """Make the sheets of a run, one a map (and a service, for access and coverage).

    Parameters
    ----------
    only
        Maps wanted, of `MAPS`; all where empty.

    Returns
    -------
    Sheets, and the maps that cannot be.
    """
    missing: dict[Missing, None] = {}
    return list(sheets_of(each(result, theme, only), missing)), list(missing)


def series(result: Result, theme: Theme, only: Sequence[str] = ("access",)) -> Made:
    """Make the sheets of each EPCI, their files named after its code and name.

    Raises
    ------
    ConfigError
        No commune has an EPCI.
    """
    missing: dict[Missing, None] = {}
    return list(sheets_of(each_epci(result, theme, only), missing)), list(missing)


def sheets_of(
    made: Iterable[PrintSheet | Missing], missing: dict[Missing, None]
) -> Iterator[PrintSheet]:
    """Let sheets through, and keep what cannot be made, each reason once."""
    for sheet in made:
        if isinstance(sheet, Missing):
            missing[sheet] = None
        else:
            yield sheet


def each(
    result: Result,
    theme: Theme,
    only: Sequence[str] = (),
    within: Result | None = None,
    limits: PrintLimits | None = None,
) -> Iterator[PrintSheet | Missing]:
    """Make sheets one by one, as `sheets` does.

    Parameters
    ----------
    within
        The whole run, where `result` is the part of an EPCI (`study_opinion.cut`).
    limits
        Those of the whole run, where they were drawn already.
    """
    wanted = [name for name in MAPS if not only or name in only]
    if result.cells["population"].sum() <= 0:
        yield from (Missing(map_name, t("print.missing.cells")) for map_name in wanted)
        return
    page = PrintBase(result, within or result, theme, limits or base.limits(within or result))
    for name in wanted:
        if name in BY_SERVICE:
            make = BY_SERVICE[name]
            yield from (make(page, service.id, service.name) for service in result.study.services)
            continue
        if name in BY_PLAN:
            planned = plans.of_study(within or result)
            of_plans = [BY_PLAN[name](page, plan) for plan in planned]
            yield from of_plans
            if len(of_plans) > 1:
                yield gain.together(page, of_plans)
            if not planned:
                yield Missing(name, t("print.missing.plans"))
            continue
        sheet = ONCE[name](page)
        yield Missing(name, t(f"print.missing.{sheet}")) if isinstance(sheet, str) else sheet


def each_epci(
    result: Result, theme: Theme, only: Sequence[str] = ("access",)
) -> Iterator[PrintSheet | Missing]:
    """Make the sheets of each EPCI one by one, as `series` does."""
    places = study_opinion.places(result)
    if not places:
        raise ConfigError("no_epci", file=result.study.territory.communes.name)
    limits = base.limits(result)
    if only and "mesh" not in only:
        # the only map that reads the other tables: cutting them takes longest
        result = replace(result, measures={}, extras={})
    for place in places:
        folder = f"{place.code}-{study_opinion.plain(place.name)}"
        for sheet in each(study_opinion.cut(result, place), theme, only, result, limits):
            if isinstance(sheet, Missing):
                yield sheet
            else:
                yield replace(sheet, name=f"{folder}-{sheet.name}")
