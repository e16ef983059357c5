"""Location models on files: what `siting locate` does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from siting import files, tables
from siting.errors import InputError, ModelError
from siting.sites.location import (
    cover_programs,
    equity,
    gradual,
    lscp,
    mclp,
    orlib,
    p_center,
    p_dispersion,
    p_median,
)
from siting.sites.location import (
    problem as problems,
)
from siting.sources.reading import table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from siting.measures.decay import Decay
    from siting.sites.location.problem import Problem
    from siting.sites.location.result import Solution
    from siting.sites.location.search import Limits

MODELS = (
    "lscp",
    "mclp",
    "gradual-coverage",
    "backup-coverage",
    "p-median",
    "p-center",
    "weighted-p-center",
    "equity",
    "p-dispersion",
)
COVERING = ("mclp", "gradual-coverage", "backup-coverage")
ORLIB_MODELS = ("p-median", "p-center")

DEMAND = tables.Table(
    "demand",
    (
        tables.code("id", "identifier of the demand"),
        tables.Column("weight", "float", "people or any other weight", minimum=0),
    ),
    ("id",),
)
SITE_ID_NAMES = ("id", "site_id", "destination_id")
SITES = tables.Table("sites", (tables.code("id", "identifier of the site"),), ("id",))


@dataclass(frozen=True)
class Question:
    """What `siting locate` is asked.

    Attributes
    ----------
    model
        One of `MODELS`.
    p
        Sites to choose beside the existing ones; `lscp` needs none.
    max_minutes
        Time within which a demand is covered; for the covering models.
    full_minutes
        Time of full coverage; for gradual coverage.
    levels
        Minutes at which equity counts who is beyond; all distinct times where not given.
    decay
        What counts of a demand, by minutes, for gradual coverage; linear where not given.
    """

    model: str
    p: int | None = None
    max_minutes: float | None = None
    full_minutes: float = 0.0
    levels: tuple[float, ...] | None = None
    decay: Decay | None = None


def locate(
    matrix: Path,
    demand: Path,
    question: Question,
    out: Path,
    limits: Limits,
    *,
    existing: Path | None = None,
    required: Path | None = None,
    closed: Path | None = None,
) -> Solution:
    """Solve a model on files and write what it found.

    Parameters
    ----------
    matrix
        Parquet or CSV, `origin_id,destination_id,minutes`; an absent pair is out of reach.
    demand
        CSV `id,weight`.
    question
        What to solve.
    out
        CSV of the chosen sites; beside it `<name>_allocation.csv` and `<name>.json`.
    limits
        When to stop.
    existing, required, closed
        CSV with a column `id` (or `site_id`, `destination_id`): sites that serve already, that
        must be chosen, that must not be.

    Raises
    ------
    InputError, ModelError, OutputError
        A file is wrong, the question has no sense, or a result cannot be written.
    """
    people = _read(demand, DEMAND)
    ids = {
        role: _roles(path) if path else []
        for role, path in (("existing", existing), ("required", required), ("closed", closed))
    }
    problem = problems.from_tables(_matrix(matrix), people, **ids)
    answer = solve(problem, question, limits)
    write(answer, out)
    return answer


def locate_orlib(path: Path, model: str, out: Path, limits: Limits) -> Solution:
    """Solve an OR-Library p-median file, as p-median or as p-center, and write what was found.

    Vertices are numbered from 1, as in the file.
    """
    if model not in ORLIB_MODELS:
        raise ModelError("unknown_model", model=model, known=", ".join(ORLIB_MODELS))
    instance = orlib.read(path)
    names = [str(k + 1) for k in range(len(instance.distance))]
    problem = problems.from_arrays(instance.distance, demand_ids=names, site_ids=names)
    answer = solve(problem, Question(model, instance.p), limits)
    write(answer, out)
    return answer


def solve(problem: Problem, question: Question, limits: Limits) -> Solution:
    """Solve the model that is named.

    Raises
    ------
    ModelError
        The model is unknown, or lacks what it needs.
    """
    model, p, limit = question.model, question.p, question.max_minutes
    if model not in MODELS:
        raise ModelError("unknown_model", model=model, known=", ".join(MODELS))
    if model == "lscp":
        return lscp.solve(problem, _given(limit, model, "--max-minutes"), limits)
    sites = int(_given(p, model, "-p"))
    if model in COVERING:
        return _covering(problem, question, sites, _given(limit, model, "--max-minutes"), limits)
    if model == "p-dispersion":
        return p_dispersion.solve(problem, sites, limits)
    reach = within(problem, limit)
    if model == "p-median":
        return p_median.solve(reach, sites, limits)
    if model == "equity":
        return equity.solve(reach, sites, question.levels, limits)
    return p_center.solve(reach, sites, limits, weighted=model == "weighted-p-center")


def _covering(
    problem: Problem, question: Question, p: int, max_minutes: float, limits: Limits
) -> Solution:
    """Cover most with p sites, by the model that is named."""
    if question.model == "mclp":
        return mclp.solve(problem, p, max_minutes, limits)
    if question.model == "backup-coverage":
        return cover_programs.backup(problem, p, max_minutes, limits=limits)
    return gradual.solve(
        problem, p, question.full_minutes, max_minutes, limits, decay=question.decay
    )


def within(problem: Problem, max_minutes: float | None) -> Problem:
    """The same problem, where nobody goes farther than `max_minutes` (None: no limit)."""
    return problem if max_minutes is None else problem.limited(max_minutes)


def write(answer: Solution, out: Path) -> None:
    """Write the sites, the allocation and the proof, all three or none.

    The JSON has `status,objective,lower_bound,upper_bound,gap`; without a plan also `reason` and
    `blocking_demand`.
    """
    with files.replacing_all(out.parent) as part:
        answer.sites.to_csv(part / out.name, index=False, encoding="utf-8", lineterminator="\n")
        answer.allocation.to_csv(
            part / f"{out.stem}_allocation.csv",
            index=False,
            encoding="utf-8",
            lineterminator="\n",
            float_format="%.6g",
        )
        summary = json.dumps(answer.proof(), ensure_ascii=False, indent=2) + "\n"
        (part / f"{out.stem}.json").write_text(summary, encoding="utf-8", newline="\n")


def _given(value: float | None, model: str, option: str) -> float:
    """The value of an option that the model needs."""
    if value is None:
        raise ModelError("model_needs", model=model, option=option)
    return value


def _read(
    path: Path, contract: tables.Table, renamed: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Read a table by its contract."""
    names = [column.name for column in contract.columns]
    read = table(path, []).rename(columns=renamed) if renamed else table(path, names)
    return tables.check(read, contract, path)


def _roles(path: Path) -> list[str]:
    """Identifiers of listed sites: the column `id`, or what other tables call it."""
    read = table(path, [])
    name = next((one for one in SITE_ID_NAMES if one in read.columns), "id")
    return list(_read(path, SITES, {name: "id"})["id"])


def _as_text(ids: pd.Series, path: Path) -> pd.Series:
    """Identifiers as a CSV file would show them, whole numbers included, as categories."""
    codes, found = pd.factorize(ids)
    if (codes < 0).any():
        row = int((codes < 0).argmax())
        raise InputError(
            "bad_value", file=path, row=row + 2, column=ids.name, value="", expected="1, a, …"
        )
    values = np.asarray(found)
    if values.dtype.kind == "f" and (values % 1 == 0).all():
        values = values.astype(np.int64)
    texts = pd.Index([str(one) for one in values], dtype=object)
    return pd.Series(pd.Categorical.from_codes(codes.tolist(), texts), ids.index, name=ids.name)


def _matrix(path: Path) -> pd.DataFrame:
    """Read a matrix; identifiers as categories, since they repeat in every row."""
    names = ["origin_id", "destination_id", "minutes"]
    if path.suffix.lower() != ".parquet":
        text = table(path, names)[names]
        return tables.check(text.assign(reason=""), tables.MATRIX, path)[names]
    if not path.is_file():
        raise InputError("missing_file", file=path)
    found = pq.read_schema(path).names
    missing = [name for name in names if name not in found]
    if missing:
        raise InputError(
            "missing_column", file=path, column=missing[0], found=", ".join(found)[:300]
        )
    frame: pd.DataFrame = pq.read_table(path, columns=names, read_dictionary=names[:2]).to_pandas()
    if frame.empty:
        raise InputError("empty_table", file=path)
    frame = frame.assign(**{name: _as_text(frame[name], path) for name in names[:2]})
    wrong = np.flatnonzero(frame["minutes"].to_numpy(float) < 0)
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
