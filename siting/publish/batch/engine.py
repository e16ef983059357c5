"""Computes the units of a batch: here, on a cluster of processes, or on one that runs elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from siting import cluster
from siting.publish.batch import units
from siting.publish.batch.units import UnitOutcome
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from siting.publish.batch.plan import Unit


def outcomes(
    planned: Sequence[Unit], folder: Path, workers: int, scheduler: str | None
) -> Iterator[UnitOutcome]:
    """Compute units, and give each as it ends.

    Parameters
    ----------
    workers, scheduler
        See `cluster.client`; one worker and no scheduler: this process, without Dask.

    Raises
    ------
    ClusterError
        Dask is not installed, the scheduler does not answer, or it was lost; what has ended stays.
    OutputError
        The folder cannot be written to.
    """
    if workers == 1 and scheduler is None:
        for unit in planned:
            yield units.compute(unit, folder)
        return
    with cluster.client(workers, scheduler) as client:
        yield from _spread(client, planned, folder)


def _spread(client: Any, planned: Sequence[Unit], folder: Path) -> Iterator[UnitOutcome]:
    """Send the units to the workers; a unit that no worker survives is told, the rest goes on."""
    from distributed import KilledWorker, as_completed  # noqa: PLC0415 - an extra of its own

    futures = {
        client.submit(units.compute, unit, folder, key=f"siting-{unit.place}", pure=False): unit
        for unit in planned
    }
    with cluster.link():
        for future in as_completed(futures):
            unit = futures[future]
            try:
                yield future.result()
            except KilledWorker:
                sentence = t("batch.killed", times=cluster.RETRIES + 1)
                yield UnitOutcome(unit.levels, unit.place, "", {}, problems=(sentence,))
            future.release()
