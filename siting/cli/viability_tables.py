"""What `siting viability` prints: costs, tariffs, break-evens with bands, what weighs most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from siting import texts
from siting.cli.terminal import PIPED_WIDTH, print_line
from siting.economics.viability import CASH
from siting.study.stages.viability import label, packages
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from siting.config.viability import Viability
    from siting.economics.tariffs import Package
    from siting.study.stages.viability import Verdict

HEAVIEST = 6  # assumptions of a tornado that are printed


def show(viability: Viability, verdicts: tuple[Verdict, ...]) -> None:
    """Print the tables of a judged site."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPED_WIDTH)
    known = packages(viability)
    first = verdicts[0]
    if first.animator is not None:
        console.print(_animator(first.animator))
    console.print(_costs(first.costs, viability.site))
    console.print(_tariffs(first, known))
    for verdict in verdicts:
        console.print(_break_even(verdict, known))
    if len(first.churn):
        console.print(_churn(first.churn, known))
    if len(first.outlook):
        console.print(_outlook(first.outlook))
    for key, rows in first.tornado.groupby(["result", "profile", "package"], sort=False):
        console.print(_tornado(rows, _result(key, known)))
    line("vat")
    line("arrivals")
    line("band", draws=texts.number(viability.draws), seed=viability.seed)
    line("hypotheses", count=len(first.batch.estimates))


def line(key: str, **values: object) -> None:
    """Print a note."""
    print_line(t(f"cli_viability.notes.{key}", **values))


def _table(title: str, left: list[str], right: list[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for key in left:
        table.add_column(t(f"cli_viability.{key}"))
    for key in right:
        table.add_column(t(f"cli_viability.{key}"), justify="right")
    return table


def _rows(table: pd.DataFrame) -> Iterator[Any]:
    """Rows by column name."""
    return iter(table.itertuples())


def _number(value: float, decimals: int = 2) -> str:
    """A number as the language writes it; a dash where unknown, a word where infinite."""
    if math.isnan(value):
        return "-"
    return t("cli_viability.never") if math.isinf(value) else texts.number(value, decimals)


def _span(low: float, high: float, decimals: int = 2) -> str:
    return f"{_number(low, decimals)} - {_number(high, decimals)}"


def _costs(costs: pd.DataFrame, site: str) -> Table:
    right = ["month", "year", "m2", "share", "extremes", "likely"]
    table = _table(t("cli_viability.costs", site=site), ["item"], right)
    for row in _rows(costs):
        table.add_row(
            row.name,
            _number(row.month),
            _number(row.year),
            _number(row.m2_month),
            "-" if math.isnan(row.share) else texts.percent(row.share),
            _span(row.month_low, row.month_high),
            _span(row.month_p05, row.month_p95),
        )
    return table


def _tariffs(verdict: Verdict, known: Mapping[str, Package]) -> Table:
    table = _table(t("cli_viability.tariffs"), ["package", "validity"], ["price", "net", "gross"])
    for key, offer in verdict.site.offers.items():
        tariff = offer.tariff
        days = [day.isoformat() if day else "…" for day in (tariff.start, tariff.end)]
        gross = tariff.price.value * offer.gross_per_euro
        tax = t(f"viability.tax.{tariff.tax}")
        table.add_row(
            label(key, known),
            "-" if days == ["…", "…"] else " - ".join(days),
            f"{_number(tariff.price.value)} {tariff.price.unit} {tax}",
            _number(gross / (1 + tariff.vat_percent / 100)),
            _number(gross),
        )
    return table


def _break_even(verdict: Verdict, known: Mapping[str, Package]) -> Table:
    title = t("cli_viability.break_even", case=verdict.name)
    right = ["revenue", "users", "whole", "extremes", "likely", "arrivals"]
    table = _table(title, ["package"], right)
    for row in _rows(verdict.break_even):
        package = label((row.profile, row.package), known)
        name = f"{row.mix} : {package}" if row.mix else t("cli_viability.alone", package=package)
        fixed = row.role == "fixed"
        if row.account != CASH:
            name += f" ({t('cli_viability.with_volunteers')})"
        table.add_row(
            name,
            _number(row.revenue),
            _number(row.users),
            t("cli_viability.fixed") if fixed else _number(row.users_whole, 0),
            "" if fixed else _span(row.users_low, row.users_high),
            "" if fixed else _span(row.users_p05, row.users_p95),
            _number(row.arrivals),
        )
    return table


def _churn(churn: pd.DataFrame, known: Mapping[str, Package]) -> Table:
    right = ["paid", "leaving", "stay", "revenue", "users", "arrivals"]
    table = _table(t("cli_viability.churn"), ["package"], right)
    for row in _rows(churn):
        table.add_row(
            label((row.profile, row.package), known),
            _number(row.gross_month),
            texts.percent(row.churn),
            _number(row.mean_stay, 1),
            _number(row.revenue),
            _number(row.users),
            _number(row.arrivals),
        )
    return table


def _outlook(outlook: pd.DataFrame) -> Table:
    table = _table(t("cli_viability.outlook"), ["measure"], ["value", "extremes", "likely"])
    for row in _rows(outlook):
        name = t(f"viability.measures.{row.measure}")
        if row.account != CASH:
            name += f" ({t('cli_viability.with_volunteers')})"
        if row.measure == "balanced":
            table.add_row(name, texts.percent(row.value), "", "")
            continue
        spans = (_span(row.low, row.high), _span(row.p05, row.p95))
        table.add_row(name, _number(row.value), *spans)
    return table


def _result(key: tuple[Any, ...], known: Mapping[str, Package]) -> str:
    """Name of what a tornado tells of."""
    result, profile, package = map(str, key)
    if result == "balance" and not package:
        return t("cli_viability.balance")
    return result or t("cli_viability.alone", package=label((profile, package), known))


def _tornado(rows: pd.DataFrame, result: str) -> Table:
    title = t("cli_viability.tornado", result=result)
    table = _table(title, ["assumption"], ["range", "at_low", "at_high"])
    for row in _rows(rows.head(HEAVIEST)):
        span = f"{_span(row.low, row.high)} {row.unit}"
        table.add_row(row.name, span, _number(row.at_low), _number(row.at_high))
    return table


def _animator(split: pd.DataFrame) -> Table:
    right = ["on_site", "on_road", "share", "month"]
    table = _table(t("cli_viability.animator"), ["site"], right)
    for row in _rows(split):
        hours = (_number(row.site_hours), _number(row.road_hours))
        table.add_row(row.site_id, *hours, texts.percent(row.share), _number(row.amount))
    return table
