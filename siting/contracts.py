"""The column contract of every table that passes between stages.

A `Table` lists columns with their type, unit and meaning. `check` brings a frame to its contract
(column order, types) or raises an `InputError` that names the file, the row and the column.
Frames may carry more columns than the contract; the contract's come first.
"""

from __future__ import annotations

import difflib
import re
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from siting.errors import InputError, InputWarning
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Kind = Literal["text", "integer", "float", "float32", "date", "boolean"]

MOST_PEOPLE = 5_000_000
"""Above any commune of Europe but a few capitals: more people of one row are a mistake."""
LONGEST_MINUTES = 1440
"""A day: no road between two communes of a study lasts longer."""

REASONS = ("", "too_far_from_road", "no_route", "beyond_limit")
"""Why a travel time is missing; empty when there is one. An absent pair is `beyond_limit`."""


@dataclass(frozen=True)
class Column:
    """One column: its name, type, unit and meaning, and what values it may hold.

    `may_be_absent`: it stands only in the tables of studies that give it.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    required: bool = True  # every row has a value
    minimum: float | None = None
    maximum: float | None = None
    among: tuple[str, ...] = ()
    infinite: bool = False  # a number may have no end
    may_be_absent: bool = False


@dataclass(frozen=True)
class Table:
    """A table's contract: its columns, those that identify a row, whether it may have no row.

    `may_be_absent`: a stage makes it only where its inputs hold what it tells.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    may_be_empty: bool = False
    may_be_absent: bool = False

    @property
    def names(self) -> list[str]:
        """Columns that the table always has, in order."""
        return [column.name for column in self.columns if not column.may_be_absent]


def line(place: int) -> int:
    """The line of a row in a file with a header, as a spreadsheet counts."""
    return place + 2


def check(
    frame: pd.DataFrame, table: Table, file: object, row_name: Callable[[int], object] = line
) -> pd.DataFrame:
    """Bring a frame to its contract.

    Parameters
    ----------
    frame
        Any frame.
    table
        The contract.
    file
        What to call the frame in messages.
    row_name
        What messages call a row, by its place from 0.

    Returns
    -------
    A new frame, the contract's columns first in its order, typed; other columns follow.

    Raises
    ------
    InputError
        A column is missing, a value does not fit, a key is repeated, or there is no row.
    """
    columns = [c for c in table.columns if c.name in frame.columns or not c.may_be_absent]
    missing = [c.name for c in columns if c.name not in frame.columns]
    if missing:
        raise missing_column(file, missing[0], frame.columns)
    if frame.empty and not table.may_be_empty:
        raise InputError("empty_table", file=file)
    named = [c.name for c in columns]
    result = frame[[*named, *(c for c in frame.columns if c not in named)]].reset_index(drop=True)
    for column in columns:
        result[column.name] = _typed(result[column.name], column, file, row_name)
    if table.key:
        repeated = result.duplicated(list(table.key), keep="first")
        if repeated.any():
            ids = result.loc[repeated, list(table.key)].drop_duplicates().head(5)
            shown = ", ".join("/".join(row) for row in ids.astype(str).itertuples(index=False))
            raise InputError("duplicate_ids", file=file, column="/".join(table.key), ids=shown)
    return result


def missing_column(file: object, column: str, present: Iterable[object]) -> InputError:
    """Say that a column is missing, with the one that comes nearest and those that are there."""
    names = list(map(str, present))
    shown = ", ".join(names)[:300]
    nearest = nearest_names([column], names)
    return InputError("missing_column", file=file, column=column, found=shown, nearest=nearest)


def nearest_names(missing: Iterable[str], present: Iterable[object]) -> str:
    """Names that come nearest to those that are missing, `name ≈ nearest`; `–` where none does."""
    by_plain = {str(name).casefold(): str(name) for name in present}
    pairs = []
    for name in missing:
        close = difflib.get_close_matches(name.casefold(), by_plain, 1)
        pairs += [f"{name} ≈ {by_plain[match]}" for match in close]
    return ", ".join(pairs) or "–"


def optional(table: Table) -> Table:
    """The same contract, for a table that a stage makes where it is asked for."""
    return replace(table, may_be_absent=True)


def require(made: Mapping[str, pd.DataFrame], tables: Sequence[Table]) -> None:
    """Refuse tables of a stage that are not those of its contracts; the frames stay as they are.

    Raises
    ------
    InputError
        A table is missing or too many, or see `check`.
    """
    known = {table.name: table for table in tables}
    due = {table.name for table in tables if not table.may_be_absent}
    for name in sorted((due - set(made)) | (set(made) - set(known))):
        raise InputError("stage_tables", table=name, known=", ".join(known))
    for name, frame in made.items():
        check(frame, known[name], f"{name}.csv")


OPENED = "opened"
"""Kind of a facility that a scenario or a plan opens."""

DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*")
METRES = 1000  # no degrees are so many: the coordinates are projected


def _typed(
    values: pd.Series, column: Column, file: object, row_name: Callable[[int], object]
) -> pd.Series:
    """Convert one column, refusing the first value that does not fit."""
    absent = _absent(values)
    converted: pd.Series
    if column.kind == "text":
        plain = without_controls(values.astype("string"), column.name, file)
        converted = plain.where(~absent, "").astype(object)
        wrong = pd.Series(data=False, index=values.index)
        if column.among:
            wrong = ~converted.isin(column.among) & ~absent
    elif column.kind == "date":
        converted = pd.to_datetime(values.where(~absent), errors="coerce", format="%Y-%m-%d")
        wrong = converted.isna() & ~absent
    elif column.kind == "boolean":
        words = values.astype("string").str.lower()
        converted = words.isin(["true", "1", "yes", "oui"])
        wrong = ~words.isin(["true", "1", "yes", "oui", "false", "0", "no", "non"]) & ~absent
    else:
        numbers = pd.to_numeric(values.where(~absent), errors="coerce")
        endless = np.isinf(numbers.astype(float)) & (not column.infinite)
        wrong = (numbers.isna() | endless) & ~absent
        if column.kind == "integer":
            wrong |= numbers.notna() & (numbers % 1 != 0)
        if column.minimum is not None:
            wrong |= numbers < column.minimum
        if column.maximum is not None:
            wrong |= numbers > column.maximum
        converted = numbers
    if column.required:
        wrong = wrong | absent
    if wrong.any():
        row = int(np.flatnonzero(wrong.to_numpy())[0])
        value = pd.to_numeric(values.iloc[row : row + 1], errors="coerce").abs().max()
        written = "" if column.kind in ("text", "date") else str(values.iloc[row])
        key = "metres_in_degrees" if column.unit == "°" and value > METRES else "bad_value"
        raise InputError(
            "decimal_comma" if DECIMAL_COMMA.fullmatch(written) else key,
            file=file,
            row=row_name(row),
            column=column.name,
            value="" if absent.iloc[row] else values.iloc[row],
            expected=_expected(column),
        )
    if column.kind == "integer":
        return converted.astype("int64" if column.required else "Int64")
    if column.kind in ("float", "float32"):
        return converted.astype("float32" if column.kind == "float32" else "float64")
    return converted


def _absent(values: pd.Series) -> pd.Series:
    """Where a column holds nothing, or blanks."""
    absent: pd.Series = values.isna()
    if pd.api.types.is_numeric_dtype(values):
        return absent
    return absent | (values.astype("string").str.strip() == "").fillna(value=True)


CONTROLS = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]")
"""What no document may hold, and marks that turn the order of letters round."""


def without_controls(values: pd.Series, column: str, file: object) -> pd.Series:
    """Texts without control characters (a tab or the end of a line is a blank), with a warning."""
    holding = values.str.contains(CONTROLS, regex=True).fillna(value=False).to_numpy(bool)
    if not holding.any():
        return values
    row = int(np.flatnonzero(holding)[0]) + 2
    named = {"file": file, "column": column, "count": int(holding.sum()), "row": row}
    warnings.warn(InputWarning("control_characters", named), stacklevel=3)
    blanks = values.str.replace(r"[\t\r\n]+", " ", regex=True)
    return blanks.str.replace(CONTROLS, "", regex=True)


def _expected(column: Column) -> str:
    """Say what a column holds, for the message that refuses a value."""
    kind = "float" if column.kind == "float32" else column.kind
    parts = [t(f"contract.{kind}")]
    if column.among:
        parts.append(" | ".join(column.among))
    if column.minimum is not None:
        parts.append(f"≥ {column.minimum:g}")
    if column.maximum is not None:
        parts.append(f"≤ {column.maximum:g}")
    return ", ".join(parts)


def code(name: str, meaning: str, *, required: bool = True) -> Column:
    """Make a column of codes (text: leading zeros matter)."""
    return Column(name, "text", meaning, required=required)


LON = Column("lon", "float", "longitude WGS 84", "°", minimum=-180, maximum=180)
LAT = Column("lat", "float", "latitude WGS 84", "°", minimum=-90, maximum=90)

POINTS = Table("points", (code("id", "identifier"), LON, LAT), ("id",))
"""Places by longitude and latitude: origins, destinations, any list of points."""

COMMUNES = Table(
    "communes",
    (
        code("code", "INSEE code of the commune, at the study's vintage"),
        Column("name", "text", "name"),
        Column(
            "population",
            "integer",
            "municipal population",
            "inhabitants",
            minimum=0,
            maximum=MOST_PEOPLE,
        ),
        code("epci_code", "SIREN of the EPCI, empty for a commune in none", required=False),
        Column("epci_name", "text", "name of the EPCI", required=False),
        Column(
            "epci_communes",
            "float",  # a count that may be unknown
            "communes of the whole EPCI, those of other départements too",
            required=False,
            minimum=1,
        ),
        Column(
            "chef_lieu_lon", "float", "longitude of the chef-lieu", "°", minimum=-180, maximum=180
        ),
        replace(LAT, name="chef_lieu_lat"),
    ),
    ("code",),
)

CELLS = Table(
    "cells",
    (
        code("cell_id", "identifier"),
        code("commune_code", "commune that the cell's people belong to"),
        Column("population", "float", "people", "inhabitants", minimum=0, maximum=MOST_PEOPLE),
        LON,
        LAT,
    ),
    ("cell_id",),
)
"""Demand cells; the point is where the cell's people are taken to leave from."""

MATRIX = Table(
    "matrix",
    (
        code("origin_id", "the demand: where the resident is"),
        code("destination_id", "the place"),
        Column(
            "minutes",
            "float32",
            "travel time, access legs included",
            "min",
            required=False,
            minimum=0,
        ),
        Column("reason", "text", "why there is no time", required=False, among=REASONS[1:]),
    ),
    ("origin_id", "destination_id"),
)
"""Travel-time matrix, long form. An absent pair is `beyond_limit`."""

ACCESS = Table(
    "access",
    (
        code("cell_id", "demand cell"),
        code("commune_code", "commune that the cell's people belong to"),
        Column("population", "float", "people", "inhabitants", minimum=0),
        code("service", "service of the study"),
        Column("minutes", "float32", "to the nearest facility", "min", required=False, minimum=0),
        code("facility_id", "the nearest facility; of equal times the smallest", required=False),
        Column("reason", "text", "why there is no time", required=False, among=REASONS[1:]),
    ),
    ("cell_id", "service"),
)
"""Nearest facility of each cell and service: `access.csv`."""

COVERAGE = Table(
    "coverage",
    (
        Column("zone_kind", "text", "department, epci, commune, or the study's own"),
        code("zone_code", "zone"),
        Column("zone_name", "text", "name of the zone", required=False),
        code("service", "service of the study"),
        Column(
            "threshold_minutes", "float", "covered means minutes <= threshold", "min", minimum=0
        ),
        Column("population", "float", "people of the zone", "inhabitants", minimum=0),
        Column("covered_population", "float", "people within the threshold", "inhabitants"),
        Column(
            "covered_share",
            "float",
            "their share; empty where nobody lives",
            "share",
            required=False,
        ),
    ),
    ("zone_kind", "zone_code", "service", "threshold_minutes"),
)
"""People within each threshold: `coverage.csv`, from `measures.coverage.coverage`."""

SCORES = Table(
    "scores",
    (
        code("site_id", "candidate"),
        Column("name", "text", "name of the candidate"),
        Column("commune_code", "text", "commune of the candidate", required=False),
        Column("rank", "integer", "1 is the best", minimum=1),
        Column("score", "float", "by the weights of the study", "points"),
        Column("score_low", "float", "unknown values taken at their worst", "points"),
        Column("score_high", "float", "unknown values taken at their best", "points"),
    ),
    ("site_id",),
)
"""The ranking: `scores.csv`; two more columns a criterion, its value and that on its scale."""

BASKET_SCORES = Table(
    "basket scores",
    (
        Column("score", "float", "share of the known items that are met", minimum=0, maximum=1),
        Column("score_low", "float", "unknown items taken as unmet", minimum=0, maximum=1),
        Column("score_high", "float", "unknown items taken as met", minimum=0, maximum=1),
        Column("complete", "boolean", "all known items are met"),
        Column("failing", "text", "ids of the items unmet, by a blank", required=False),
    ),
)
"""Score of each cell or commune (the index), from `measures.baskets`."""

CLOSURES = Table(
    "closures",
    (
        Column("nearest_people", "float", "people whose nearest facility it is", minimum=0),
        Column("people_uncovered", "float", "covered today, no longer if it closes", minimum=0),
        Column("mean_extra_minutes", "float", "for those who go elsewhere", "min", required=False),
        Column("people_without_other", "float", "who would have none in the matrix", minimum=0),
    ),
)
"""What closing each facility (the index) would do, from `measures.redundancy.closures`."""

CENTRES = Table(
    "centres",
    (
        Column("items", "integer", "services that the commune has", minimum=0),
        Column("attracted_people", "float", "who come, mean over the services", minimum=0),
        Column("attracted_communes", "integer", "communes that send somebody", minimum=0),
        Column("lost_people", "float", "own people who find no service in reach", minimum=0),
        Column("centre", "boolean", "meets both minimums: a centre-bourg"),
    ),
)
"""Centre-bourgs by commune (the index), from `measures.mesh.centres`."""

QUADRANT_PEOPLE = Table(
    "quadrants",
    (
        Column("people", "float", "people", "inhabitants", minimum=0),
        Column("share", "float", "of everybody", required=False, minimum=0, maximum=1),
    ),
)
"""Far or near x connected or not (the index), from `measures.digital.cross_table`."""
