"""A search in progress: its limits, its best plan so far, its bounds, and how it ended.

Inside, every model minimises. Work is counted in units of about a millisecond of a 2020 processor
(a million visits of a matrix's pairs, or a share of simplex iterations), and does not depend on
the machine: a search limited by work gives the same plan everywhere.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

from contextlib import contextmanager

TOLERANCE = 1e-9
"""Relative difference of the bounds within which a plan is proven."""

PAIRS_PER_UNIT = 1e6

Sites = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Progress:
    """What a progress callback is told; bounds are those of the minimised objective."""

    seconds: float
    work: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Limits:
    """When to stop.

    Attributes
    ----------
    seconds
        Time limit; the plan then depends on the machine. None: no limit.
    work
        Limit in units of work (about a millisecond each), the same everywhere. None: no limit.
    gap
        Relative gap at which a plan is good enough; 0 asks for a proof.
    seed
        Of the random starts.
    progress
        Called now and then; may raise KeyboardInterrupt to stop.
    report_seconds
        Least time between two calls of it.
    """

    seconds: float | None = None
    work: float | None = None
    gap: float = 0.0
    seed: int = 0
    progress: Callable[[Progress], None] | None = None
    report_seconds: float = 0.2


class LimitReachedError(Exception):
    """The limit of time or of work is reached; the search ends with what it has."""


class GoodEnoughError(Exception):
    """The gap asked for is reached."""


@dataclass
class Search:
    """The best plan so far and the bounds of one search; engines offer plans and raise the bound.

    Attributes
    ----------
    limits
        When to stop.
    unit
        Every plan's value is a multiple of it; 0 where that is not known.
    sites, upper
        Best plan and its value; None and infinity before the first.
    lower
        Proven bound; infinity when no plan exists.
    """

    limits: Limits = field(default_factory=Limits)
    unit: float = 0.0
    sites: Sites | None = None
    upper: float = math.inf
    lower: float = -math.inf
    work: float = 0.0
    started: float = field(default_factory=time.monotonic)
    reported: float = field(default_factory=time.monotonic)
    interrupted: bool = False
    ended: Literal["running", "complete", "enough", "stopped"] = "running"

    @property
    def cut(self) -> float:
        """A plan is better only if its value is at most this; a bound above it ends a branch."""
        if math.isinf(self.upper):
            return math.inf
        if self.unit:
            return self.upper - self.unit * (1 - 1e-6)
        return self.upper - TOLERANCE * max(1.0, abs(self.upper))

    @property
    def closed(self) -> bool:
        """The best plan is proven, or it is proven that there is none."""
        return self.lower >= self.upper or self.lower > self.cut

    def offer(self, sites: Sites, value: float) -> bool:
        """Keep a plan if it is better than the best so far; the first of equal plans stays."""
        if value >= self.upper:
            return False
        self.sites, self.upper = np.sort(sites), value
        return True

    def raise_lower(self, bound: float) -> None:
        """Take note of a proven bound."""
        self.lower = max(self.lower, bound)

    def close(self) -> None:
        """The search is exhaustive: nothing is better than the best plan."""
        self.lower = self.upper

    def seconds_left(self) -> float:
        """Seconds before the time limit."""
        if self.limits.seconds is None:
            return math.inf
        return self.limits.seconds - (time.monotonic() - self.started)

    def work_left(self) -> float:
        """Units before the limit of work."""
        return math.inf if self.limits.work is None else self.limits.work - self.work

    def spend(self, work: float) -> None:
        """Count work done; infinite work says that a limit was met elsewhere.

        Raises
        ------
        LimitReachedError
            Nothing is left to spend.
        GoodEnoughError
            The gap asked for is reached.
        """
        self.work += work
        now = time.monotonic()
        if self.limits.progress and now - self.reported >= self.limits.report_seconds:
            self.reported = now
            self.limits.progress(
                Progress(now - self.started, self.work, self.lower, self.upper),
            )
        ended = math.isinf(work) or self.interrupted
        if ended or self.work_left() <= 0 or self.seconds_left() <= 0:
            raise LimitReachedError
        if self.limits.gap and self.upper - self.lower <= self.limits.gap * abs(self.upper):
            raise GoodEnoughError

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run a method inside: a limit, a good enough plan or Ctrl-C ends it and keeps the plan."""
        try:
            yield
            # an inner search may have been stopped already
            self.ended = "complete" if self.ended == "running" else self.ended
        except GoodEnoughError:
            self.ended = "enough"
        except (LimitReachedError, KeyboardInterrupt):
            self.ended = "stopped"
        if self.closed:
            self.close()
