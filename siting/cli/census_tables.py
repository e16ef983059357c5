"""What `siting census` and `siting sample` print and write."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from siting import texts
from siting.atomic_files import replacing_all
from siting.cli.terminal import PIPED_WIDTH, print_line
from siting.config.census import Census
from siting.outputs import field_sheet
from siting.outputs.field_sheet import Sheet
from siting.outputs.tables import write_csv
from siting.study.stages.sample import label
from siting.texts import text as t
from siting.texts.grammar import counted

if TYPE_CHECKING:
    from pathlib import Path

    from siting.study.prepared import PreparedStudy
    from siting.study.stages.sample import DrawnSample


def show_census(base: PreparedStudy, tables: dict[str, pd.DataFrame]) -> None:
    """Print the census by EPCI and by site, and what it rests on."""
    census = base.study.census or Census()
    zones, sites = tables["census"], tables["census_sites"]
    epci = zones[zones["zone_kind"] == "epci"]
    table = _table("by_epci", ["epci"], ["count", "masked", "likely", "per_1000", "quotient"])
    table.add_column(t("cli_census.shrunk"), justify="right")
    for row in epci.itertuples():
        table.add_row(
            str(row.zone_name),
            *(_number(value) for value in (row.establishments, row.masked, row.teleworkable)),
            _number(row.per_1000_people, 1),
            *(_number(value, 2) for value in (row.quotient, row.quotient_shrunk)),
        )
    _print(table)
    table = _table("by_site", ["site"], ["within", "catchment"], minutes=f"{census.minutes:g}")
    candidates = sites[sites["kind"] == "candidate"]
    for row in candidates.itertuples():
        table.add_row(str(row.name), _number(row.within), _number(row.catchment))
    _print(table)
    if "census_interest" in tables:
        _print(_interest(tables["census_interest"]))
    whole = zones[zones["zone_kind"] == "department"].iloc[0]
    numbers = {
        "count": _number(whole["establishments"]),
        "masked": _number(whole["masked"]),
        "likely": _number(whole["teleworkable"]),
    }
    headline = "headline_untold" if pd.isna(whole["masked"]) else "headline"
    print_line(t(f"cli_census.{headline}", zone=whole["zone_name"], **numbers))
    print_line(t("cli_census.blanks", fewest=census.fewest))
    print_line(t("cli_census.hypotheses", minutes=f"{census.minutes:g}"))
    if base.read.register_is_modelled:
        print_line(t("cli_census.modelled"))


def write_census(folder: Path, tables: dict[str, pd.DataFrame]) -> None:
    """Write the tables, and say so."""
    with replacing_all(folder) as part:
        for name, table in tables.items():
            write_csv(part / f"{name}.csv", table)
    names = ", ".join(f"{name}.csv" for name in tables)
    print_line(t("cli_census.written", folder=folder, names=names))


def show_sample(drawn: DrawnSample, communes: pd.DataFrame) -> None:
    """Print the margins of a sample, its probabilities and its visits."""
    names = dict(zip(communes["epci_code"], communes["epci_name"], strict=True))
    table = Table(title=t("cli_sample.margins"), title_justify="left")
    for key in ("margin", "value"):
        table.add_column(t(f"cli_sample.{key}"))
    for key in ("frame", "expected", "sampled"):
        table.add_column(t(f"cli_sample.{key}"), justify="right")
    last = ""
    for row in drawn.margins.itertuples():
        kind, code = str(row.margin), str(row.code)
        value = names.get(code, code) if "epci" in kind else label(drawn.settings, kind, code)
        shown = "" if kind == last else t(f"sample.margin.{kind}")
        numbers = (_number(row.size), _number(row.expected, 2), _number(row.drawn))
        table.add_row(shown, value, *numbers)
        last = kind
    _print(table)
    counts = _counts(drawn)
    print_line(t("cli_sample.drawn", drawn=len(drawn.sample), seed=drawn.settings.seed, **counts))
    if drawn.frame.empty:
        print_line(t("cli_sample.empty", names=t("language.list_mark").join(drawn.frame.empty)))
    if drawn.settings.rurality is None:
        print_line(t("cli_sample.hypotheses"))
    chances = drawn.sample["probability"]
    ends = {"low": texts.number(chances.min(), 4), "high": texts.number(chances.max(), 4)}
    print_line(t("cli_sample.probabilities", **ends))
    wanted = len(drawn.sample) * drawn.settings.replacements
    if len(drawn.replacements) < wanted:
        print_line(t("cli_sample.short", found=len(drawn.replacements), wanted=wanted))
    print_line(
        counted(
            "cli_sample.visits",
            len(drawn.plan.rounds),
            visited=sum(len(day.stops) for day in drawn.plan.rounds),
            size=len(drawn.sample),
            road=_number(drawn.visits["road_minutes"].sum()),
            proof=t("cli_sample.proven" if drawn.plan.proven else "cli_sample.not_proven"),
        )
    )
    if drawn.modelled:
        print_line(t("cli_census.modelled"))


def write_sample(path: Path, title: str, drawn: DrawnSample) -> None:
    """Write the sample, and beside it replacements, visits and the field sheet: all or none."""
    beside = {
        name: path.with_name(f"{path.stem}_{name}")
        for name in ("replacements.csv", "visits.csv", "visits.docx")
    }
    with replacing_all(path.parent) as part:
        for target, table in (
            (path, _exact(drawn.sample)),
            (beside["replacements.csv"], _exact(drawn.replacements)),
            (beside["visits.csv"], drawn.visits),
        ):
            write_csv(part / target.name, table)
        title = t("sample.sheet.title", study=title)
        field_sheet.write(part / beside["visits.docx"].name, title, _notes(drawn), _sheets(drawn))
    names = ", ".join(str(file) for file in (path, *beside.values()))
    print_line(t("cli_sample.written", names=names))
    print_line(t("cli_sample.confidential"))


def _exact(units: pd.DataFrame) -> pd.DataFrame:
    """The same, probabilities and weights to ten significant digits."""
    names = ("probability", "weight")
    return units.assign(**{name: units[name].map("{:.10g}".format) for name in names})


def _notes(drawn: DrawnSample) -> list[str]:
    """Lines under the field sheet's title."""
    work, counts = drawn.settings.visits, _counts(drawn)
    counts.pop("no_status")
    notes = [t("sample.sheet.modelled")] if drawn.modelled else []
    return [
        t("sample.sheet.confidential"),
        *notes,
        t("sample.sheet.drawn", size=len(drawn.sample), seed=drawn.settings.seed, **counts),
        t(
            "sample.sheet.hours",
            hours=texts.number(work.hours_per_day, 0 if work.hours_per_day % 1 == 0 else 1),
            minutes=f"{work.minutes_per_visit:g}",
            start=f"{work.start:%H:%M}",
        ),
        t("sample.sheet.proven" if drawn.plan.proven else "sample.sheet.not_proven"),
        t("sample.sheet.replaced"),
    ]


def _sheets(drawn: DrawnSample) -> list[Sheet]:
    """A sheet a day, and one of those left unvisited."""
    units = drawn.sample.set_index("siret")
    instead = {
        who: "\n".join(rows.sort_values("rank")["siret"])
        for who, rows in drawn.replacements.groupby("replaces")
    }

    def row(siret: str) -> dict[str, str]:
        unit = units.loc[siret]
        town = str(unit["commune"])
        if unit["placed_at_commune"]:
            town += f"\n({t('sample.sheet.centre')})"
        rurality = label(drawn.settings, "rurality", str(unit["rurality"]))
        return {
            "commune": town,
            "who": siret,
            "what": f"{label(drawn.settings, 'status', str(unit['status']))}\n{unit['activity']}",
            "stratum": f"{rurality}\n{unit['epci_name']}",
            "instead": instead.get(siret, t("sample.none")),
        }

    sheets = []
    for (who, day), rows in drawn.visits.groupby(["investigator", "day"], sort=False):
        seen = rows[rows["kind"] == "visit"]
        count = len(seen)
        heading = t(
            "sample.sheet.day",
            investigator=who,
            day=day,
            visits=t(f"sample.sheet.visits_{'one' if count == 1 else 'many'}", count=count),
            road=_number(rows["road_minutes"].sum()),
            back=rows["arrival"].iloc[-1],
        )
        lines = [
            {
                "stop": str(visit.stop),
                "arrival": str(visit.arrival),
                "road": _number(visit.road_minutes),
                **row(str(visit.siret)),
            }
            for visit in seen.itertuples()
        ]
        sheets.append(Sheet(heading, lines))
    left = [siret for siret in units.index if siret not in set(drawn.visits["siret"])]
    if left:
        footer = t("sample.sheet.left", count=len(left))
        sheets.append(Sheet(footer, [row(str(siret)) for siret in left]))
    return sheets


def _counts(drawn: DrawnSample) -> dict[str, str]:
    """People of the census, of the frame, and those left out by reason."""
    why = drawn.frame.people["left_out"]
    counts = {name: _number((why == name).sum()) for name in ("masked", "excluded", "no_status")}
    return {"census": _number(len(why)), "frame": _number((why == "").sum()), **counts}


def _interest(interest: pd.DataFrame) -> Table:
    table = _table("by_interest", ["epci"], ["likely", "rate", "expected", "band"])
    for row in interest.itertuples():
        low, high = _number(row.expected_low, 1), _number(row.expected_high, 1)
        band = "-" if low == "-" else f"{low} - {high}"
        rate = texts.percent(float(str(row.rate)))
        expected = _number(row.expected_users, 1)
        table.add_row(str(row.epci_name), _number(row.teleworkable), rate, expected, band)
    return table


def _table(title: str, left: list[str], right: list[str], **values: object) -> Table:
    table = Table(title=t(f"cli_census.{title}", **values), title_justify="left")
    for key in left:
        table.add_column(t(f"cli_census.{key}"))
    for key in right:
        table.add_column(t(f"cli_census.{key}"), justify="right")
    return table


def _number(value: Any, decimals: int = 0) -> str:
    """A number as the language writes it; a dash where it is blank."""
    if value is None or str(value) == "<NA>" or math.isnan(float(value)):
        return "-"
    return texts.number(float(value), decimals)


def _print(table: Table) -> None:
    console = Console()
    (console if console.is_terminal else Console(width=PIPED_WIDTH)).print(table)
