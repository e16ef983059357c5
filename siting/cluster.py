"""Processes that share work: here, or on a Dask cluster that runs elsewhere."""

from __future__ import annotations

import os
from collections import deque
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from siting.errors import SitingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

RETRIES = 2  # of work whose process died or ran out of memory
SECONDS = 10  # that a scheduler may take to answer
GIGABYTES = 2.0  # of memory that a process of a département may take
AHEAD = 2  # parts a worker that are sent before they are waited for

P = TypeVar("P")
R = TypeVar("R")


class ClusterError(SitingError):
    """The cluster cannot be had, or was lost."""


class Spread(Protocol):
    """Calls a function for each of the parts of a job, as the builtin `map` does."""

    def __call__(self, function: Callable[[P], R], parts: Iterable[P], /) -> Iterator[R]:
        """Results, in the order of the parts."""


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
def spread(workers: int, scheduler: str | None) -> Iterator[Spread]:
    """Give what computes the parts of one job: `map` here, or the processes of a cluster.

    A function that goes to another process is pickled with all that it holds: what is large is to
    be opened there by its path.

    Parameters
    ----------
    workers, scheduler
        See `client`; one worker and no scheduler: this process, without Dask.

    Raises
    ------
    ClusterError
        As `client`; or, while results are taken, no process survives a part.
    """
    if workers == 1 and scheduler is None:
        yield map
        return
    with client(workers, scheduler) as cluster:
        yield partial(_in_order, cluster)


@contextmanager
def client(workers: int, scheduler: str | None) -> Iterator[Any]:
    """A client of a cluster; one that began here ends here.

    Parameters
    ----------
    workers
        Processes of a cluster on this machine.
    scheduler
        Address of a Dask scheduler (`tcp://host:8786`) that runs elsewhere, whose workers see the
        same files under the same paths.

    Raises
    ------
    ClusterError
        Dask is not installed, or the scheduler does not answer.
    """
    try:
        import dask  # noqa: PLC0415 - an extra of its own
        from distributed import Client, LocalCluster  # noqa: PLC0415
    except ImportError as error:
        raise ClusterError("no_dask") from error
    if scheduler is not None:
        try:
            joined = Client(scheduler, timeout=SECONDS)
        except (OSError, ValueError) as error:
            raise ClusterError("no_scheduler", address=scheduler) from error
        with joined:
            yield joined
        return
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": RETRIES}),
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
        Client(cluster) as own,
    ):
        yield own


@contextmanager
def link() -> Iterator[None]:
    """Tell the loss of a cluster in a sentence.

    Raises
    ------
    ClusterError
        The link to the scheduler broke inside.
    """
    from distributed import CancelledError  # noqa: PLC0415 - as in `client`
    from distributed.client import FutureCancelledError  # noqa: PLC0415
    from distributed.comm.core import CommClosedError  # noqa: PLC0415

    try:
        yield
    except (CancelledError, FutureCancelledError, CommClosedError) as error:
        raise ClusterError("cluster_lost") from error


def _in_order(cluster: Any, function: Callable[[P], R], parts: Iterable[P]) -> Iterator[R]:
    """Results of the parts, in their order; few are on the way at a time."""
    from distributed import KilledWorker  # noqa: PLC0415 - as in `client`

    most = AHEAD * max(1, len(cluster.scheduler_info(n_workers=-1)["workers"]))
    sent: deque[Any] = deque()
    with link():
        for part in parts:
            sent.append(cluster.submit(function, part, pure=False))
            if len(sent) > most:
                yield _result(sent.popleft(), KilledWorker)
        while sent:
            yield _result(sent.popleft(), KilledWorker)


def _result(future: Any, killed: type[Exception]) -> Any:
    """Take a result, and let the cluster forget it."""
    try:
        return future.result()
    except killed as error:
        raise ClusterError("part_killed", times=RETRIES + 1) from error
    finally:
        future.release()
