"""What the units of a batch give together: a manifest, a table that compares them, a map."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

import pandas as pd

from siting.atomic_files import replacing_all
from siting.outputs import tables, web_map
from siting.publish.batch import batch_map
from siting.publish.batch.plan import LEVELS
from siting.publish.batch.units import MARKER, PART, TABLES, UNITS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from siting.publish.batch.plan import BatchPlan, Unit
    from siting.publish.batch.units import UnitOutcome

COMPARED = "comparison.csv"
MAP = "map.html"


@dataclass(frozen=True)
class Gathered:
    """What a batch left.

    Attributes
    ----------
    comparison
        Coverage of the whole of each territory: a row a unit, service and threshold.
    failed
        Units without a result, with their sentences.
    removed
        Number of files of units that are no longer in the plan, or could not be computed.
    """

    comparison: pd.DataFrame
    failed: tuple[UnitOutcome, ...]
    removed: int


def write(
    plan: BatchPlan, planned: Sequence[Unit], outcomes: Sequence[UnitOutcome], folder: Path
) -> Gathered:
    """Write `comparison.csv`, `map.html` and `manifest.json`; remove what no unit gives.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    ended = sorted(outcomes, key=lambda outcome: outcome.place)
    done = [outcome for outcome in ended if not outcome.problems]
    comparison = _comparison(done, folder)
    manifest = {
        "siting": metadata.version("siting"),
        "batch": plan.name,
        "partitions": list(LEVELS),
        "units": [
            {
                **outcome.levels,
                "key": outcome.key,
                "files": outcome.files,
                "warnings": list(outcome.warnings),
            }
            for outcome in done
        ],
        "failed": [
            {**outcome.levels, "problems": list(outcome.problems)}
            for outcome in ended
            if outcome.problems
        ],
    }
    with replacing_all(folder) as part:
        tables.write_csv(part / COMPARED, comparison)
        if done:
            web_map.write(part / MAP, batch_map.page(plan, planned, done, folder))
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        (part / "manifest.json").write_text(text, encoding="utf-8", newline="\n")
    failed = tuple(outcome for outcome in ended if outcome.problems)
    return Gathered(comparison, failed, _swept(done, folder))


def _comparison(done: Sequence[UnitOutcome], folder: Path) -> pd.DataFrame:
    """Rows of `coverage` of the whole territories, side by side."""
    parts = []
    for outcome in done:
        table = pd.read_parquet(folder / TABLES / "coverage" / outcome.place / PART)
        whole = table[table["zone_kind"] == "department"].drop(columns="zone_kind")
        for position, (level, value) in enumerate(outcome.levels.items()):
            whole.insert(position, level, value)
        parts.append(whole)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(LEVELS))


def _swept(done: Sequence[UnitOutcome], folder: Path) -> int:
    """Remove the files of units that are not among these; a reader of the folder would count them.

    Only what a batch wrote: parts of tables and the markers of units.
    """
    stands = {folder / name for outcome in done for name in outcome.files}
    stands |= {folder / UNITS / outcome.place / MARKER for outcome in done}
    written = [*(folder / TABLES).rglob(PART), *(folder / UNITS).rglob(MARKER)]
    if not done:
        written += folder.glob(MAP)
    others = [path for path in written if path not in stands]
    for path in others:
        path.unlink()
        for place in list(path.relative_to(folder).parents)[:-1]:
            with suppress(OSError):  # what holds something stays
                (folder / place).rmdir()
    return len(others)
