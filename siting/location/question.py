"""What a location model is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from siting.measures.decay import Decay

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
    "fixed-costs",
)
COVERING = ("mclp", "gradual-coverage", "backup-coverage")
ORLIB_MODELS = ("p-median", "p-center")


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
    split
        Whether sites with capacities may share a demand.
    budget
        What the chosen sites may cost in all; for the p-median, whose p is then a maximum.
    cost_per_minute
        What a minute of one unit of weight costs; for `fixed-costs`.
    floor
        Share of each zone to be covered; for the MCLP.
    """

    model: str
    p: int | None = None
    max_minutes: float | None = None
    full_minutes: float = 0.0
    levels: tuple[float, ...] | None = None
    decay: Decay | None = None
    split: bool = False
    budget: float | None = None
    cost_per_minute: float = 1.0
    floor: float | None = None
