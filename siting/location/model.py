"""What an entry of the registry of location models says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from siting.location.attributes import Attributes
    from siting.location.problem import Problem
    from siting.location.question import LocationQuestion
    from siting.location.result import Solution
    from siting.location.search import Limits

Place = Literal["command_line", "study", "workshop", "orlib"]
"""Where a model can be asked for: command, key `locate:`, page, OR-Library files."""

Condition = Literal["capacity", "budget", "floor"]

Solver: TypeAlias = "Callable[[Problem, LocationQuestion, Limits, Attributes], Solution]"


@dataclass(frozen=True)
class Form:
    """How a model is solved, without conditions or under one of them.

    Attributes
    ----------
    solve
        Answers a question that gives what is needed. A function of a module, so that another
        process can be sent it; it loads its solver itself, since every command reads the entries.
    needs
        Parameters of `LocationQuestion` that must be given.
    takes
        Those that may be given. All others are refused.
    """

    solve: Solver
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """All that may be given."""
        return (*self.needs, *self.takes)


@dataclass(frozen=True)
class LocationModel:
    """A location model: one `MODEL` in a module of `siting.location.models`.

    Attributes
    ----------
    name
        What it is called wherever it is offered.
    rank
        Its place in lists, the first one first.
    offered
        Where it can be asked for. On the page it is called by the text `page.model_<name>`.
    plain
        Without conditions.
    conditions
        Under a condition: capacities of the sites, a budget for their prices, floors by zone.
    """

    name: str
    rank: int
    offered: frozenset[Place]
    plain: Form
    conditions: Mapping[Condition, Form] = field(default_factory=dict)

    @property
    def phased(self) -> bool:
        """Whether it can be asked in phases, of so many sites each."""
        return "p" in self.plain.needs

    def form(self, condition: Condition | None) -> Form | None:
        """How it is solved under a condition (None: without); None where it cannot be."""
        return self.plain if condition is None else self.conditions.get(condition)
