"""A location problem from files: a matrix, its demand, and tables of sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from siting import contracts
from siting.contracts import missing_column
from siting.errors import InputError, ModelError
from siting.location import problem as problems
from siting.location.attributes import Attributes
from siting.sources.reading import table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from siting.location.problem import Problem

DEMAND = contracts.Table(
    "demand",
    (
        contracts.code("id", "identifier of the demand"),
        contracts.Column("weight", "float", "people or any other weight", minimum=0),
    ),
    ("id",),
)
OF_DEMAND = (
    contracts.Column("size", "float", "what it takes of a capacity", minimum=0),
    contracts.code("zone", "zone of a floor, for example an EPCI"),
)
OF_SITES = (
    contracts.Column("capacity", "float", "what the site serves at most", minimum=0),
    contracts.Column("cost", "float", "price of opening the site", minimum=0),
)
SITE_ID_NAMES = ("id", "site_id", "destination_id")
SITES = contracts.Table("sites", (contracts.code("id", "identifier of the site"),), ("id",))


@dataclass(frozen=True)
class ProblemFiles:
    """Files that a problem is read from.

    Attributes
    ----------
    matrix
        Parquet or CSV, `origin_id,destination_id,minutes`; an absent pair is out of reach.
    demand
        CSV `id,weight`, and `size` and `zone` where a condition needs them.
    existing, required, closed
        CSV with a column `id` (or `site_id`, `destination_id`): sites that serve already, that
        must be chosen, that must not be.
    candidates
        The same for the sites that may be chosen; all of the matrix where not given. This table,
        and those of existing and required sites, may have `capacity` and `cost`.
    """

    matrix: Path
    demand: Path
    existing: Path | None = None
    required: Path | None = None
    closed: Path | None = None
    candidates: Path | None = None


def read(files: ProblemFiles) -> tuple[Problem, Attributes]:
    """Read a problem and what its tables say beside.

    Raises
    ------
    InputError, ModelError
        A file is missing or wrong, or candidates are not of the matrix.
    """
    demand = _with(_read(files.demand, DEMAND), OF_DEMAND, files.demand)
    matrix = _matrix(files.matrix)
    listed = {
        role: _sites(path)
        for role, path in (
            ("candidates", files.candidates),
            ("existing", files.existing),
            ("required", files.required),
        )
        if path is not None
    }
    ids = {role: list(sites["id"]) for role, sites in listed.items()}
    closed = list(_sites(files.closed)["id"]) if files.closed else []
    if files.candidates is not None:
        known = set(map(str, matrix["destination_id"].unique()))
        strange = sorted(set(ids["candidates"]) - known)
        if strange:
            sites = problems.shown(np.array(strange, object))
            raise ModelError("unknown_sites", role="candidates", sites=sites)
        mentioned = {site for role in ids.values() for site in role}
        closed = [*closed, *sorted(known - mentioned - set(closed))]
    problem = problems.from_tables(
        matrix,
        demand,
        existing=ids.get("existing", []),
        required=ids.get("required", []),
        closed=closed,
    )
    parts = [sites.set_index("id") for sites in listed.values()]
    every = pd.concat(parts) if parts else pd.DataFrame()
    # a site of several tables takes the first value that one of them gives
    merged = every.groupby(level=0).first() if len(every.columns) else every
    return problem, Attributes(merged, demand.set_index("id"))


def _read(
    path: Path, contract: contracts.Table, renamed: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Read a table by its contract."""
    names = [column.name for column in contract.columns]
    read = table(path, []).rename(columns=renamed) if renamed else table(path, names)
    return contracts.check(read, contract, path)


def _sites(path: Path) -> pd.DataFrame:
    """Listed sites: `id`, and of `OF_SITES` the columns that the file has."""
    read = table(path, [])
    name = next((alias for alias in SITE_ID_NAMES if alias in read.columns), "id")
    return _with(_read(path, SITES, {name: "id"}), OF_SITES, path)


def _with(frame: pd.DataFrame, optional: tuple[contracts.Column, ...], path: Path) -> pd.DataFrame:
    """Bring optional columns to their types; the others, save the identifier and weight, go."""
    present = tuple(column for column in optional if column.name in frame.columns)
    kept = [name for name in ("id", "weight") if name in frame.columns]
    typed = contracts.check(frame, contracts.Table("optional", present), path) if present else frame
    return typed[[*kept, *(column.name for column in present)]]


def _as_text(ids: pd.Series, path: Path) -> pd.Series:
    """Identifiers as a CSV file would show them, whole numbers included, as categories."""
    codes, distinct = pd.factorize(ids)
    if (codes < 0).any():
        row = int((codes < 0).argmax())
        raise InputError(
            "bad_value", file=path, row=row + 2, column=ids.name, value="", expected="1, a, …"
        )
    values = np.asarray(distinct)
    if values.dtype.kind == "f" and (values % 1 == 0).all():
        values = values.astype(np.int64)
    texts = pd.Index([str(value) for value in values], dtype=object)
    return pd.Series(pd.Categorical.from_codes(codes.tolist(), texts), ids.index, name=ids.name)


def _matrix(path: Path) -> pd.DataFrame:
    """Read a matrix; identifiers as categories, since they repeat in every row."""
    names = ["origin_id", "destination_id", "minutes"]
    if path.suffix.lower() != ".parquet":
        text = table(path, names)[names]
        return contracts.check(text.assign(reason=""), contracts.MATRIX, path)[names]
    if not path.is_file():
        raise InputError("missing_file", file=path)
    try:
        columns = pq.read_schema(path).names
        missing = [name for name in names if name not in columns]
        if missing:
            raise missing_column(path, missing[0], columns)
        content = pq.read_table(path, columns=names, read_dictionary=names[:2])
        frame: pd.DataFrame = content.to_pandas()
        minutes = frame["minutes"].to_numpy(float)
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise InputError("unreadable_parquet", file=path, detail=error) from error
    if frame.empty:
        raise InputError("empty_table", file=path)
    frame = frame.assign(**{name: _as_text(frame[name], path) for name in names[:2]})
    wrong = np.flatnonzero(minutes < 0)
    if wrong.size:
        row = int(wrong[0])
        raise InputError(
            "bad_value",
            file=path,
            row=row + 2,
            column="minutes",
            value=frame["minutes"].iloc[row],
            expected=">= 0",
        )
    return frame
