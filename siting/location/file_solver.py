"""Location models on files: what `siting locate` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.location import matrix_files, orlib, plan_files, registry, solver
from siting.location import problem as problems
from siting.location.question import LocationQuestion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from siting.location.matrix_files import ProblemFiles
    from siting.location.result import Solution
    from siting.location.search import Limits


def locate(files: ProblemFiles, question: LocationQuestion, out: Path, limits: Limits) -> Solution:
    """Solve a model on files and write what it found.

    Parameters
    ----------
    files
        Demand, sites and the times between them.
    question
        What to solve.
    out
        CSV of the chosen sites; beside it `<name>_allocation.csv` and `<name>.json`.
    limits
        When to stop.

    Raises
    ------
    InputError, ModelError, OutputError
        A file is wrong, the question has no sense, or a result cannot be written.
    """
    problem, attributes = matrix_files.read(files)
    answer = solver.solve(problem, question, limits, attributes)
    plan_files.write(answer, out)
    return answer


def locate_phases(
    files: ProblemFiles, question: LocationQuestion, sizes: Sequence[int], out: Path, limits: Limits
) -> list[Solution]:
    """Solve nested plans on files, as `locate`, and write them with a column `phase`.

    Parameters
    ----------
    sizes
        Number of sites of each phase, in place of the question's p; see `phases.solve`.
    """
    problem, attributes = matrix_files.read(files)
    answers = solver.solve_phases(problem, question, sizes, limits, attributes)
    plan_files.write_phases(answers, out)
    return answers


def locate_orlib(path: Path, model: str, out: Path, limits: Limits) -> Solution:
    """Solve an OR-Library p-median file, by a model that such files can ask, and write the answer.

    Vertices are numbered from 1, as in the file.

    Raises
    ------
    InputError, ModelError, OutputError
        The file is wrong, the model is not offered for it, or a result cannot be written.
    """
    entry = registry.get(model, "orlib")
    instance = orlib.read(path)
    names = [str(vertex + 1) for vertex in range(len(instance.distance))]
    problem = problems.from_arrays(instance.distance, demand_ids=names, site_ids=names)
    answer = solver.solve(problem, LocationQuestion(entry.name, instance.p), limits)
    plan_files.write(answer, out)
    return answer
