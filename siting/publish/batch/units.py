"""One unit of a batch: computed once, kept by its content, all of its tables or none."""

from __future__ import annotations

import json
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
from threadpoolctl import threadpool_limits

from siting import provenance, texts
from siting.atomic_files import replacing_all
from siting.errors import ProblemsError, SitingError
from siting.publish import sources
from siting.study import kept
from siting.study import run as runs

if TYPE_CHECKING:
    from pathlib import Path

    from siting.publish.batch.plan import Unit
    from siting.study.result import Result

MARKER = "unit.json"
UNITS, TABLES, PART = "units", "tables", "part.parquet"


@dataclass(frozen=True)
class UnitOutcome:
    """What became of a unit.

    Attributes
    ----------
    levels, place
        See `Unit`.
    key
        Digest of all that it depends on: configuration, files, code, libraries; empty where a file
        could not be read.
    files
        SHA-256 of each of its files, by its path below the batch's folder.
    warnings
        Sentences about inputs that stand in spite of a defect.
    sources
        Lines of what a map of its coverage rests on, see `sources.source_lines`.
    modelled
        Whether where people live is modelled.
    problems
        Sentences that tell why there is nothing; empty where it is computed.
    kept
        Whether an earlier run had computed it.
    """

    levels: dict[str, str]
    place: str
    key: str
    files: dict[str, str]
    warnings: tuple[str, ...] = ()
    sources: tuple[dict[str, str], ...] = ()
    modelled: bool = False
    problems: tuple[str, ...] = ()
    kept: bool = False


def compute(unit: Unit, folder: Path) -> UnitOutcome:
    """Compute a unit into a folder, unless it stands there already.

    Returns
    -------
    What became of it; what is wrong with the unit's inputs is told, not raised.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    return copy_context().run(_computed, unit, folder)


def _computed(unit: Unit, folder: Path) -> UnitOutcome:
    """Compute a unit in its language, which another process does not know."""
    texts.set_language(unit.language)
    try:
        options = [unit.study.model_dump_json(), unit.language]
        key = kept.digest(options, kept.paths(unit.study), kept.CODE)
        standing = finished(unit, folder, key)
        if standing is not None:
            return standing
        with threadpool_limits(1, "blas"):  # else last digits of sums depend on the threads
            result = runs.run(unit.study, lambda _: None)
    except SitingError as error:
        problems = error.problems if isinstance(error, ProblemsError) else [error]
        sentences = tuple(problem.text() for problem in problems)
        return UnitOutcome(unit.levels, unit.place, "", {}, problems=sentences)
    return _written(unit, key, result, folder)


def _written(unit: Unit, key: str, result: Result, folder: Path) -> UnitOutcome:
    """Write the tables of a unit, and last what says that it is finished."""
    roles = (
        *sources.EVERYWHERE,
        *sources.TIMES,
        *(f"services.{s.id}" for s in unit.study.services),
    )
    content = {
        "key": key,
        "warnings": [warning.text() for _, warning in result.ground.read.warnings],
        "sources": sources.source_lines(result, roles),
        "modelled": result.cells_modelled,
    }
    with replacing_all(folder) as part:
        outlines = gpd.GeoDataFrame(result.communes).to_crs(4326)
        for name, table in {**result.tables, "communes": outlines}.items():
            path = part / TABLES / name / unit.place / PART
            path.parent.mkdir(parents=True)
            table.to_parquet(path, index=False)
        content["files"] = {
            path.relative_to(part).as_posix(): provenance.sha256(path)
            for path in sorted(part.rglob(PART))
        }
        marker = part / UNITS / unit.place / MARKER
        marker.parent.mkdir(parents=True)
        marker.write_text(
            json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n"
        )
    return _outcome(unit, content)


def _outcome(unit: Unit, content: dict[str, Any], *, kept: bool = False) -> UnitOutcome:
    """What the marker of a finished unit says."""
    return UnitOutcome(
        unit.levels,
        unit.place,
        content["key"],
        content["files"],
        tuple(map(str, content["warnings"])),
        tuple(content["sources"]),
        content["modelled"],
        kept=kept,
    )


def finished(unit: Unit, folder: Path, key: str) -> UnitOutcome | None:
    """A unit that an earlier run computed of the same content, whole; None where there is none."""
    try:
        content = json.loads((folder / UNITS / unit.place / MARKER).read_text(encoding="utf-8"))
        outcome = _outcome(unit, content, kept=True)
        same = outcome.key == key and bool(outcome.files)
        files = outcome.files.items()
        whole = same and all(provenance.sha256(folder / name) == digest for name, digest in files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return outcome if whole else None
