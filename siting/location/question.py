"""What a location model is asked."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from siting.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siting.location.problem import Problem
    from siting.measures.decay import Decay


@dataclass(frozen=True)
class LocationQuestion:
    """A model and its parameters; which of them a model needs or takes, its entry says.

    Attributes
    ----------
    model
        Name of a model of `siting.location.registry`.
    p
        Sites to choose beside the existing ones; with a budget or fixed costs the most of them.
    max_minutes
        Time within which a demand is covered, or that nobody may exceed.
    full_minutes
        Time of full coverage; for gradual coverage.
    levels
        Minutes at which equity counts who is beyond; all distinct times where not given.
    decay
        What counts of a demand, by minutes, for gradual coverage; linear where not given.
    split
        Whether sites with capacities may share a demand.
    budget
        What the chosen sites may cost in all.
    cost_per_minute
        What a minute of one unit of weight costs.
    floor
        Share of each zone to be covered; for all, or by zone (zones not named have none).
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
    floor: float | Mapping[str, float] | None = None

    def given(self) -> list[str]:
        """Parameters whose value is not the one that they have where nothing is said."""
        return [
            field.name
            for field in fields(self)
            if field.name != "model" and getattr(self, field.name) != field.default
        ]

    def needed_sites(self) -> int:
        """Give p.

        Raises
        ------
        ModelError
            It is not given.
        """
        if self.p is None:
            raise ModelError("model_needs", model=self.model, parameter="p")
        return self.p

    def needed_minutes(self) -> float:
        """Give the time within which a demand is covered.

        Raises
        ------
        ModelError
            It is not given.
        """
        if self.max_minutes is None:
            raise ModelError("model_needs", model=self.model, parameter="max_minutes")
        return self.max_minutes

    def reachable(self, problem: Problem) -> Problem:
        """The problem where nobody goes farther than `max_minutes`, if that is given."""
        return problem if self.max_minutes is None else problem.limited(self.max_minutes)
