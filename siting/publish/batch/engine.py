"""Computes the units of a batch: here, on a cluster of processes, or on one that runs elsewhere."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from siting.errors import SitingError
from siting.publish.batch import units
from siting.publish.batch.units import UnitOutcome
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from siting.publish.batch.plan import Unit

RETRIES = 2  # of a unit whose worker died or ran out of memory
SECONDS = 10  # that a scheduler may take to answer
GIGABYTES = 2.0  # of memory that a worker of a département may take


class ClusterError(SitingError):
    """The cluster cannot be had, or was lost."""


def outcomes(
    planned: Sequence[Unit], folder: Path, workers: int, scheduler: str | None
) -> Iterator[UnitOutcome]:
    """Compute units, and give each as it ends.

    Parameters
    ----------
    workers
        Processes of a cluster on this machine; 1: in this process, without Dask.
    scheduler
        Address of a Dask scheduler (`tcp://host:8786`) that runs elsewhere, whose workers see the
        same files under the same paths.

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
    with _client(workers, scheduler) as client:
        yield from _spread(client, planned, folder)


def usual_workers() -> int:
    """Processes that this machine carries: one a core, as far as memory goes; 1 without Dask."""
    try:
        import distributed  # noqa: F401, PLC0415 - an extra of its own
        import psutil  # noqa: PLC0415 - which Dask brings
    except ImportError:
        return 1
    memory = psutil.virtual_memory().total / 1e9
    return max(1, min(os.cpu_count() or 1, int(memory / GIGABYTES)))


@contextmanager
def _client(workers: int, scheduler: str | None) -> Iterator[Any]:
    """A client of a cluster; one that began here ends here."""
    try:
        import dask  # noqa: PLC0415 - an extra of its own
        from distributed import Client, LocalCluster  # noqa: PLC0415
    except ImportError as error:
        raise ClusterError("no_dask") from error
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=SECONDS)
        except (OSError, ValueError) as error:
            raise ClusterError("no_scheduler", address=scheduler) from error
        with client:
            yield client
        return
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": RETRIES}),
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def _spread(client: Any, planned: Sequence[Unit], folder: Path) -> Iterator[UnitOutcome]:
    """Send the units to the workers; a unit that no worker survives is told, the rest goes on."""
    from distributed import CancelledError, KilledWorker, as_completed  # noqa: PLC0415
    from distributed.comm.core import CommClosedError  # noqa: PLC0415

    futures = {
        client.submit(units.compute, unit, folder, key=f"siting-{unit.place}", pure=False): unit
        for unit in planned
    }
    try:
        for future in as_completed(futures):
            unit = futures[future]
            try:
                yield future.result()
            except KilledWorker:
                sentence = t("batch.killed", times=RETRIES + 1)
                yield UnitOutcome(unit.levels, unit.place, "", {}, problems=(sentence,))
            future.release()
    except (CancelledError, CommClosedError) as error:
        raise ClusterError("cluster_lost") from error
