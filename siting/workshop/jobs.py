"""Optimisations of the page: each in a process of its own, that can be cancelled.

A process is ended, not asked: whatever the solver does, nothing is left behind.
"""

from __future__ import annotations

import multiprocessing
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from siting import texts
from siting.errors import ConfigError, SitingError
from siting.workshop import plain_words

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    import numpy as np
    import numpy.typing as npt

    from siting.location.attributes import Attributes
    from siting.location.model import LocationModel
    from siting.location.question import LocationQuestion
    from siting.workshop.replies import JobPlan, JobReply, JobStatus

AT_ONCE = 2
KEPT = 50  # ended jobs whose result is kept


@dataclass(frozen=True)
class Task:
    """What is to be solved.

    Attributes
    ----------
    minutes
        float32, shape (cells, sites), NaN where there is no way.
    people
        Shape (cells,).
    sites, existing, required, closed
        Identifiers.
    model
        Entry of the registry of location models.
    question
        Its parameters.
    seconds
        When to stop.
    language
        Of what is wrong.
    attributes
        Capacities, prices and zones, where a condition needs them.
    """

    minutes: npt.NDArray[np.float32]
    people: npt.NDArray[np.float64]
    sites: tuple[str, ...]
    existing: tuple[str, ...]
    required: tuple[str, ...]
    closed: tuple[str, ...]
    model: LocationModel
    question: LocationQuestion
    seconds: float
    language: str
    attributes: Attributes


@dataclass
class Job:
    """One optimisation, as it stands."""

    id: str
    process: BaseProcess
    status: JobStatus = "running"
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None
    progress: dict[str, float] = field(default_factory=dict)
    result: JobPlan | None = None
    error: str = ""

    def state(self) -> JobReply:
        """Tell how far it is."""
        until = time.monotonic() if self.ended is None else self.ended
        return {
            "id": self.id,
            "status": self.status,
            "seconds": round(until - self.started, 2),
            "progress": self.progress,
            "result": self.result,
            "error": self.error,
        }


class Jobs:
    """The jobs of a server."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._guard = threading.Lock()

    def start(self, task: Task) -> Job:
        """Start a job.

        Raises
        ------
        ConfigError
            As many as may run at once are running.
        """
        with self._guard:
            if sum(job.status == "running" for job in self._jobs.values()) >= AT_ONCE:
                raise ConfigError("too_many_jobs", most=AT_ONCE)
            context = multiprocessing.get_context("spawn")
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(task, there), daemon=True)
            job = Job(secrets.token_urlsafe(12), process)
            self._jobs[job.id] = job
            for old in list(self._jobs)[:-KEPT]:
                if self._jobs[old].status != "running":
                    del self._jobs[old]
            process.start()
        there.close()
        threading.Thread(target=self._follow, args=(job, here), daemon=True).start()
        return job

    def get(self, name: str) -> Job:
        """Give a job.

        Raises
        ------
        ConfigError
            There is none of that name.
        """
        with self._guard:
            if name not in self._jobs:
                raise ConfigError("unknown_job")
            return self._jobs[name]

    def cancel(self, name: str) -> Job:
        """End a job's process, and wait until it is gone; an ended job stays as it is."""
        job = self.get(name)
        with self._guard:
            if job.status == "running":
                job.status, job.ended = "cancelled", time.monotonic()
        _end(job.process)
        return job

    def close(self) -> None:
        """End every process."""
        for name in list(self._jobs):
            self.cancel(name)

    def _follow(self, job: Job, messages: Connection) -> None:
        """Take what the process says until it ends."""
        try:
            while True:
                kind, content = messages.recv()
                if kind == "progress":
                    job.progress = content
                    continue
                with self._guard:
                    if job.status == "running":
                        job.status, job.ended = kind, time.monotonic()
                        if kind == "done":
                            job.result = content
                        else:
                            job.error = content
                break
        except (EOFError, OSError):
            with self._guard:
                if job.status == "running":
                    job.status, job.ended = "failed", time.monotonic()
        finally:
            messages.close()
            job.process.join(5)


def _end(process: BaseProcess) -> None:
    if process.is_alive():
        process.terminate()
        process.join(2)
    if process.is_alive():
        process.kill()
        process.join()


def _work(task: Task, messages: Connection) -> None:
    """What the process does."""
    # the solvers are loaded by the process that needs them
    from siting.location import problem, solver  # noqa: PLC0415
    from siting.location.search import Limits, Progress  # noqa: PLC0415

    texts.set_language(task.language)

    def tell(now: Progress) -> None:
        figures = {"seconds": now.seconds, "lower": now.lower, "upper": now.upper}
        messages.send(("progress", {k: v for k, v in figures.items() if abs(v) < float("inf")}))

    try:
        posed = problem.from_arrays(
            task.minutes,
            task.people,
            site_ids=task.sites,
            existing=task.existing,
            required=task.required,
            closed=task.closed,
        )
        limits = Limits(seconds=task.seconds, progress=tell, report_seconds=0.5)
        answer = solver.solve(posed, task.question, limits, task.attributes, model=task.model)
    except SitingError as error:
        messages.send(("failed", plain_words.refusal(error)))
        return
    plan: JobPlan = {
        "status": answer.status,
        "objective": answer.objective,
        "lower_bound": answer.lower_bound,
        "upper_bound": answer.upper_bound,
        "gap": answer.gap,
        "sites": [
            {
                "site_id": str(site["site_id"]),
                "role": str(site["role"]),
                "existing": site["site_id"] in task.existing,
            }
            for site in answer.sites.to_dict("records")
        ],
        "reason": "" if answer.reason is None else plain_words.reason(answer.reason, task.people),
    }
    messages.send(("done", plan))
