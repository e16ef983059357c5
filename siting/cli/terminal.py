"""What a command shows on the terminal: progress while it works, tables when it is done."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from siting import texts
from siting.sources import text_streams
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from siting.location.result import Solution
    from siting.setup.download import Planned
    from siting.setup.prepare import Prepared
    from siting.setup.verify import Address
    from siting.study.result import Result
    from siting.study.stages.location import Located
    from siting.times.calibration import Calibration
    from siting.times.journeys import Journey
    from siting.times.routes import Route


PIPED_WIDTH = 130  # columns of a table that goes to a file or another program


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show the stage at work; silent when not on a terminal.

    Yields
    ------
    A function to call with the name of each stage as it begins.
    """
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    shown = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with shown:
        task = shown.add_task("", total=None)

        def say(stage: str) -> None:
            shown.update(task, description=stage)

        def read(name: str, done: int, total: int) -> None:
            share = 100 * done // total
            shown.update(task, description=t("progress.reading", name=name, share=share))

        with text_streams.reported(read):
            yield say


@contextlib.contextmanager
def downloads() -> Iterator[tuple[Callable[[str], None], Callable[[str, int, int | None], None]]]:
    """Show each download; silent when not on a terminal.

    Yields
    ------
    A function to call with the name of each stage, and one to call with a file's name, the bytes
    done and the bytes in all (None where not known), from any thread.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    shown = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    tasks: dict[str, TaskID] = {}
    guard = threading.Lock()
    with shown:
        stage = shown.add_task("", total=None)

        def progress(name: str, done: int, total: int | None) -> None:
            with guard:
                if name not in tasks:
                    tasks[name] = shown.add_task(name, total=total)
            shown.update(tasks[name], completed=done, total=total)

        with text_streams.reported(progress):
            yield lambda name: shown.update(stage, description=name), progress


def print_downloads(planned: list[Planned], *, whole: bool) -> None:
    """Print what would be fetched, with sizes and licences."""
    table = Table()
    for key in ("source", "action", "size", "vintage", "licence", "file", "address"):
        justify: Literal["left", "right"] = "right" if key == "size" else "left"
        table.add_column(t(f"setup.plan.{key}"), justify=justify, overflow="fold")
    total = 0.0
    for item in planned:
        source = item.source
        size = source.size_mb
        total += size or 0 if item.action == "download" else 0
        address = source.url + (f" ({t('setup.plan.unverified')})" if source.unverified else "")
        table.add_row(
            source.id,
            t(f"setup.plan.{item.action}"),
            "" if size is None else texts.number(size),
            source.vintage,
            source.licence,
            source.file,
            address,
        )
    _console().print(table)
    print_line(t("setup.plan.total", size=texts.number(total)))
    if not whole:
        print_line(t("setup.plan.more"))


def print_addresses(answers: list[Address]) -> bool:
    """Print what each address of the catalogue answered; say whether every file can be had."""
    from siting.setup import verify

    table = Table()
    for key in ("source", "state", "compared", "confirmed", "detail"):
        table.add_column(t(f"setup.verify.{key}"), overflow="fold")
    for answer in answers:
        compared = t(f"setup.verify.{'with' if answer.compared else 'without'}_contract")
        confirmed = answer.source.confirmed_on or t("setup.plan.unverified")
        state = t(f"setup.verify.states.{answer.state}")
        table.add_row(answer.source.id, state, compared, confirmed, answer.detail)
    _console().print(table)
    lost = verify.lost(answers)
    for answer in lost:
        print_line(t("setup.verify.lost", id=answer.source.id, title=answer.source.title))
        print_line(answer.url)  # alone on its line, to be copied
        hand = f"setup.by_hand.{answer.source.by_hand}"
        print_line(t(hand, page=answer.source.page, name=answer.source.file))
    if not lost:
        print_line(t("setup.verify.all"))
    return not lost


def print_prepared(made: Prepared, config: Path) -> None:
    """Print the tables that were made of official files."""
    table = Table()
    for key in ("table", "read", "kept", "dropped"):
        table.add_column(t(f"setup.made.{key}"), justify="left" if key == "table" else "right")
    for name, read, kept, dropped, _ in made.report.to_numpy():
        key = f"quality.role.{name}"
        role = t(key) if texts.has(key) else name
        table.add_row(role, *(texts.number(value) for value in (read, kept, dropped)))
    _console().print(table)
    for warning in made.warned:
        print_line(t("setup.made.warned", warning=warning.text()))
    print_line(t("setup.made.next", folder=made.folder, config=config))


def print_table(table: Table) -> None:
    """Print a table."""
    _console().print(table)


def print_line(line: str) -> None:
    """Print one line of text."""
    Console(highlight=False, soft_wrap=True).print(line, markup=False)


def print_result(result: Result, folder: Path) -> None:
    """Print the coverage of the whole area, the ranking, and where the files are."""
    console = _console()
    console.print(_coverage(result))
    console.print(_ranking(result))
    sources = [item.source for item in result.inputs if item.source is not None]
    modelled = [source.title for source in sources if source.status == "modelled"]
    modelled += [t("run.modelled_cells")] if result.cells_modelled else []
    if modelled:
        print_line(t("run.modelled", layers=", ".join(sorted(set(modelled)))))
    print_line(t("run.written", folder=folder))


def print_calibration(calibration: Calibration) -> None:
    """Print the factors fitted, and the errors before and after."""
    table = Table()
    table.add_column(t("cli_roads.calibrate.error"))
    for key in ("before", "after"):
        table.add_column(t(f"cli_roads.calibrate.{key}"), justify="right")
    for key in ("median_ratio", "mean_absolute_share", "rmse_minutes", "within_20_percent"):
        share = key in ("mean_absolute_share", "within_20_percent")
        write = texts.percent if share else texts.number
        pair = [
            write(getattr(e, key), 1 if share else 3)
            for e in (calibration.before, calibration.after)
        ]
        table.add_row(t(f"cli_roads.calibrate.{key}"), *pair)
    Console().print(table)
    factors = ", ".join(f"{k} {texts.number(v, 3)}" for k, v in sorted(calibration.factors.items()))
    print_line(t("cli_roads.calibrate.factors", factors=factors))
    left = texts.number(calibration.left_out)
    print_line(t("cli_roads.calibrate.used", used=texts.number(len(calibration.trips)), left=left))


def print_plans(solutions: Sequence[Solution], out: Path) -> None:
    """Print each phase: its status, its objective between its bounds, or why there is no plan."""
    for number, answer in enumerate(solutions, 1):
        if len(solutions) > 1:
            print_line(t("cli_locate.phase", number=number))
        _answer(answer)
    print_line(t("cli_locate.written", path=out))


def print_located(located: Located, sites: pd.DataFrame, out: Path) -> None:
    """Print a study's plan: each phase as `print_plan`, and the sites that it opens."""
    for number, answer in enumerate(located.answers, 1):
        if len(located.answers) > 1:
            print_line(t("cli_locate.phase", number=number))
        _answer(answer)
    out_of_reach = located.demand.loc[located.demand["left_out"], "population"].sum()
    if out_of_reach:
        print_line(t("cli_locate.left_out", people=texts.number(float(out_of_reach))))
    table = Table()
    for key in ("phase", "site", "commune", "role", "people"):
        justify: Literal["left", "right"] = "right" if key in ("phase", "people") else "left"
        table.add_column(t(f"cli_locate.columns.{key}"), justify=justify)
    for row in sites[sites["phase"] > 0].to_dict("records"):
        named = row["name"] or row["site_id"]
        role, people = t(f"cli_locate.roles.{row['role']}"), texts.number(row["people"])
        table.add_row(str(row["phase"]), named, row["commune"], role, people)
    if table.row_count:
        _console().print(table)
    print_line(t("cli_locate.written", path=out))


def _answer(solution: Solution) -> None:
    print_line(solution.text())
    if solution.reason is not None:
        print_line(solution.reason.text())


def print_route(route: Route) -> None:
    """Print a route's minutes, and its length by class of road."""
    total = sum(route.metres.values()) / 1000
    print_line(
        t(
            "cli_roads.route.total",
            minutes=texts.number(route.minutes, 1),
            km=texts.number(total, 1),
        )
    )
    table = Table()
    table.add_column(t("cli_roads.route.kind"))
    table.add_column(t("cli_roads.route.km"), justify="right")
    for kind, metres in sorted(route.metres.items(), key=lambda item: -item[1]):
        table.add_row(kind, texts.number(metres / 1000, 2))
    Console().print(table)


def print_journeys(journeys: list[Journey]) -> None:
    """Print journeys by timetable: when they leave and arrive, their changes and their legs."""
    from siting.times.journeys import clock

    if not journeys:
        print_line(t("cli_transit.no_journey"))
        return
    table = Table()
    for name in ("leaves", "arrives", "minutes", "changes"):
        table.add_column(t(f"cli_transit.{name}"), justify="right")
    table.add_column(t("cli_transit.legs"))
    for journey in journeys:
        legs = "\n".join(
            t(
                f"cli_transit.leg.{leg.mode}",
                start=clock(leg.start),
                end=clock(leg.end),
                route=leg.route,
                start_name=leg.from_name or t("cli_transit.start"),
                end_name=leg.to_name or t("cli_transit.end"),
                minutes=texts.number((leg.end - leg.start) / 60, 1),
            )
            for leg in journey.legs
        )
        table.add_row(
            clock(journey.leaves),
            clock(journey.arrives),
            texts.number((journey.arrives - journey.leaves) / 60, 1),
            texts.number(journey.changes),
            legs,
        )
    _console().print(table)


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=PIPED_WIDTH)


def _coverage(result: Result) -> Table:
    """Share of the people within each threshold, one row a service."""
    whole = result.coverage[result.coverage["zone_kind"] == "department"]
    table = Table(title=t("run.coverage", zone=whole["zone_name"].iloc[0]), title_justify="left")
    table.add_column(t("run.service"))
    thresholds = sorted(whole["threshold_minutes"].unique())
    for minutes in thresholds:
        table.add_column(t("run.within", minutes=f"{minutes:g}"), justify="right")
    table.add_column(t("run.beyond", minutes=f"{thresholds[-1]:g}"), justify="right")
    names = {service.id: service.name for service in result.study.services}
    for service, rows in whole.groupby("service", sort=False):
        covered = rows.sort_values("threshold_minutes")
        cells = [
            f"{texts.number(people)} ({texts.percent(share)})"
            for people, share in zip(
                covered["covered_population"], covered["covered_share"], strict=True
            )
        ]
        last = covered.iloc[-1]
        left = last["population"] - last["covered_population"]
        table.add_row(
            names[str(service)],
            *cells,
            f"{texts.number(left)} ({texts.percent(1 - last['covered_share'])})",
        )
    return table


def _ranking(result: Result) -> Table:
    """The sites, best first, with the criteria of greatest weight."""
    # loaded by then, and by no command that runs nothing
    from siting.study.stages import score_tables

    scores = result.scores
    main = scores.weights.argsort(kind="stable")[::-1][:3]
    table = Table(title=t("run.ranking"), title_justify="left")
    table.add_column(t("run.rank"), justify="right")
    table.add_column(t("run.site"))
    table.add_column(t("run.score"), justify="right")
    table.add_column(t("run.band"), justify="right")
    for j in main:
        criterion = scores.criteria[j]
        name = t(f"criteria.{criterion.name}.name", number=criterion.number)
        table.add_column(f"{name} ({t(f'criteria.{criterion.name}.unit')})", justify="right")
    for row in scores.rank.argsort():
        band = f"{texts.number(scores.low[row])}-{texts.number(scores.high[row])}"
        raw = [
            score_tables.fewer(scores, row, j)
            or _value(scores.raw[row, j], scores.criteria[j].definition.unit)
            for j in main
        ]
        table.add_row(
            str(scores.rank[row]),
            str(scores.sites["name"].iloc[row]),
            texts.number(scores.score[row], 1),
            band,
            *raw,
        )
    return table


def _value(value: float, unit: str) -> str:
    """Write a raw value in its unit, a dash where unknown."""
    if value != value:  # noqa: PLR0124 - NaN
        return t("run.unknown")
    if unit == "share":
        return texts.percent(value)
    return texts.number(value, 1 if unit == "min" else 0)
