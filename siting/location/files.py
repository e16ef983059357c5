"""Location models on files: what `siting locate` does."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from siting import atomic_files as files
from siting import contracts as tables
from siting.errors import InputError, ModelError
from siting.location import (
    conditions,
    cover_programs,
    equity,
    gradual,
    lscp,
    mclp,
    orlib,
    p_center,
    p_dispersion,
    p_median,
    phases,
)
from siting.location import problem as problems
from siting.location.question import COVERING, MODELS, ORLIB_MODELS, Question
from siting.sources.reading import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from siting.location.problem import Problem
    from siting.location.result import Solution
    from siting.location.search import Limits

DEMAND = tables.Table(
    "demand",
    (
        tables.code("id", "identifier of the demand"),
        tables.Column("weight", "float", "people or any other weight", minimum=0),
    ),
    ("id",),
)
OF_DEMAND = (
    tables.Column("size", "float", "what it takes of a capacity", minimum=0),
    tables.code("zone", "zone of a floor, for example an EPCI"),
)
OF_SITES = (
    tables.Column("capacity", "float", "what the site serves at most", minimum=0),
    tables.Column("cost", "float", "price of opening the site", minimum=0),
)
SITE_ID_NAMES = ("id", "site_id", "destination_id")
SITES = tables.Table("sites", (tables.code("id", "identifier of the site"),), ("id",))


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
    candidates: Path | None = None,
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
    candidates
        The same for the sites that may be chosen; all of the matrix where not given. This table,
        and those of existing and required sites, may have `capacity` and `cost`.

    Raises
    ------
    InputError, ModelError, OutputError
        A file is wrong, the question has no sense, or a result cannot be written.
    """
    problem, of = _asked(matrix, demand, existing, required, closed, candidates)
    answer = solve(problem, question, limits, of)
    write(answer, out)
    return answer


def locate_phases(
    matrix: Path,
    demand: Path,
    question: Question,
    sizes: Sequence[int],
    out: Path,
    limits: Limits,
    *,
    existing: Path | None = None,
    required: Path | None = None,
    closed: Path | None = None,
    candidates: Path | None = None,
) -> list[Solution]:
    """Solve nested plans on files, as `locate`, and write them with a column `phase`.

    The JSON is that of the last phase (or of the first that has no plan), with `phases`.

    Parameters
    ----------
    sizes
        Number of sites of each phase, in place of the question's p; see `phases.solve`.
    """
    if question.model in ("lscp", "fixed-costs"):
        known = ", ".join(one for one in MODELS if one not in ("lscp", "fixed-costs"))
        model = question.model
        raise ModelError("condition_unfit", condition="--phases", model=model, known=known)
    problem, of = _asked(matrix, demand, existing, required, closed, candidates)
    for size in sizes:
        problem.free_places(size)
    answers = phases.solve(
        problem, sizes, lambda some, p: solve(some, replace(question, p=p), limits, of)
    )
    _write_phases(answers, out)
    return answers


def _asked(
    matrix: Path,
    demand: Path,
    existing: Path | None,
    required: Path | None,
    closed: Path | None,
    candidates: Path | None,
) -> tuple[Problem, conditions.Attributes]:
    """Read the files of a question."""
    people = _with(_read(demand, DEMAND), OF_DEMAND, demand)
    frame = _matrix(matrix)
    listed = {
        role: _sites(path)
        for role, path in (
            ("candidates", candidates),
            ("existing", existing),
            ("required", required),
        )
        if path is not None
    }
    ids = {role: list(read["id"]) for role, read in listed.items()}
    shut = _roles(closed) if closed else []
    if candidates is not None:
        known = set(map(str, frame["destination_id"].unique()))
        strange = sorted(set(ids["candidates"]) - known)
        if strange:
            sites = problems.shown(np.array(strange, object))
            raise ModelError("unknown_sites", role="candidates", sites=sites)
        open_ones = {one for role in ids.values() for one in role}
        shut = [*shut, *sorted(known - open_ones - set(shut))]
    problem = problems.from_tables(
        frame,
        people,
        existing=ids.get("existing", []),
        required=ids.get("required", []),
        closed=shut,
    )
    parts = [read.set_index("id") for read in listed.values()]
    every = pd.concat(parts) if parts else pd.DataFrame()
    # a site of several tables takes the first value that one of them gives
    merged = every.groupby(level=0).first() if len(every.columns) else every
    return problem, conditions.Attributes(merged, people.set_index("id"))


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


def solve(
    problem: Problem,
    question: Question,
    limits: Limits,
    of: conditions.Attributes | None = None,
) -> Solution:
    """Solve the model that is named.

    Parameters
    ----------
    of
        What the tables say of sites and demand, for capacities, prices and floors.

    Raises
    ------
    ModelError
        The model is unknown, or lacks what it needs.
    """
    model, p, limit = question.model, question.p, question.max_minutes
    if model not in MODELS:
        raise ModelError("unknown_model", model=model, known=", ".join(MODELS))
    if conditions.conditioned(question, of):
        return conditions.solve(problem, question, limits, of)
    if model == "lscp":
        return lscp.solve(problem, _given(limit, model, "--max-minutes"), limits)
    sites = int(_given(p, model, "-p"))
    if model in COVERING:
        return _covering(problem, question, sites, _given(limit, model, "--max-minutes"), limits)
    if model == "p-dispersion":
        return p_dispersion.solve(problem, sites, limits)
    return _reaching(within(problem, limit), question, sites, limits)


def _reaching(reach: Problem, question: Question, sites: int, limits: Limits) -> Solution:
    """Bring p sites near, by the model that is named."""
    model = question.model
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
        _csv(answer.sites, part / out.name)
        _csv(answer.allocation, part / f"{out.stem}_allocation.csv")
        _json(answer.proof(), part / f"{out.stem}.json")


def _write_phases(answers: Sequence[Solution], out: Path) -> None:
    """Write nested plans, all files or none."""
    last = next((one for one in answers if one.objective is None), answers[-1])
    plans = [(k, one) for k, one in enumerate(answers, 1) if one.objective is not None]
    opened: dict[str, int] = {}
    for phase, one in plans:
        for site in one.chosen:
            opened.setdefault(site, phase)
    sites = (plans[-1][1] if plans else last).sites
    sites = sites.assign(phase=[opened.get(str(site), 0) for site in sites["site_id"]])
    served = [one.allocation.assign(phase=phase) for phase, one in plans]
    summary = last.proof() | {"phases": [one.proof() for one in answers]}
    with files.replacing_all(out.parent) as part:
        _csv(sites, part / out.name)
        _csv(
            pd.concat(served) if served else last.allocation.assign(phase=0),
            part / f"{out.stem}_allocation.csv",
        )
        _json(summary, part / f"{out.stem}.json")


def _csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n", float_format="%.6g")


def _json(summary: Mapping[str, object], path: Path) -> None:
    told = json.dumps(summary, ensure_ascii=False, indent=2) + "\n"
    path.write_text(told, encoding="utf-8", newline="\n")


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
    return list(_sites(path)["id"])


def _sites(path: Path) -> pd.DataFrame:
    """Listed sites: `id`, and of `OF_SITES` the columns that the file has."""
    read = table(path, [])
    name = next((one for one in SITE_ID_NAMES if one in read.columns), "id")
    return _with(_read(path, SITES, {name: "id"}), OF_SITES, path)


def _with(frame: pd.DataFrame, optional: tuple[tables.Column, ...], path: Path) -> pd.DataFrame:
    """Bring optional columns to their types; the others, save the identifier and weight, go."""
    named = tuple(one for one in optional if one.name in frame.columns)
    kept = [name for name in ("id", "weight") if name in frame.columns]
    found = tables.check(frame, tables.Table("optional", named), path) if named else frame
    return found[[*kept, *(one.name for one in named)]]


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
