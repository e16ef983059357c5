"""What a location model answers: a status, an objective with its bounds, sites, who goes where."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from siting import texts

if TYPE_CHECKING:
    import pandas as pd

PROOF = ("status", "objective", "lower_bound", "upper_bound", "gap")

Status = Literal["proven", "feasible", "infeasible", "stopped"]


@dataclass(frozen=True)
class Reason:
    """Why there is no plan: which demand blocks it, and what would free it.

    Attributes
    ----------
    key
        Of the sentence, under `location.reason`.
    values
        What the sentence names.
    demand
        Identifiers of the demand that blocks, all of them.
    """

    key: str
    values: dict[str, object]
    demand: tuple[str, ...] = ()

    def text(self, language: str | None = None) -> str:
        """Give the sentence."""
        return texts.text(f"location.reason.{self.key}", language, **self.values)


@dataclass(frozen=True)
class Solution:
    """The answer of a model.

    Attributes
    ----------
    model
        Name of the model.
    status
        `proven`: no plan is better, to a relative 1e-6 (1e-9 for models without HiGHS).
        `feasible`: a plan, and a bound that does not meet it, because a gap was allowed.
        `infeasible`: it is proven that there is no plan. `stopped`: a limit or Ctrl-C ended the
        search; there may be a plan.
    objective
        Value of the plan, recomputed from the data; None without a plan.
    lower_bound, upper_bound
        Between which the best possible value lies; None where nothing is known.
    sites
        `site_id,role` (`existing`, `required`, `new`), in the order of the problem's sites.
    allocation
        `demand_id,site_id,minutes,share`; of equally near sites the first in the order of the
        problem's sites serves. Demand that is not served has an empty site.
    reason
        Why there is no plan, where that is proven.
    figures
        What else the model says, by name.
    """

    model: str
    status: Status
    objective: float | None
    lower_bound: float | None
    upper_bound: float | None
    sites: pd.DataFrame
    allocation: pd.DataFrame
    reason: Reason | None = None
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def gap(self) -> float | None:
        """(upper bound - lower bound) / `|objective|`; 0 where they meet, None where unknown."""
        if self.objective is None or self.lower_bound is None or self.upper_bound is None:
            return None
        difference = self.upper_bound - self.lower_bound
        return difference / max(abs(self.objective), 1e-12) if difference > 0 else 0.0

    @property
    def chosen(self) -> list[str]:
        """Identifiers of the sites that the model chose (required ones included)."""
        kept = self.sites.loc[self.sites["role"] != "existing", "site_id"]
        return [str(site) for site in kept]

    def text(self, language: str | None = None) -> str:
        """Tell the status, the objective between its bounds and the gap in a sentence."""
        named = {
            "objective": self.objective,
            "lower": self.lower_bound,
            "upper": self.upper_bound,
        }
        numbers = {
            key: "-" if value is None else texts.number(value, 3, language)
            for key, value in named.items()
        }
        gap = "-" if self.gap is None else texts.percent(self.gap, 2, language)
        status = texts.text(f"cli_locate.status.{self.status}", language)
        return texts.text("cli_locate.answer", language, status=status, gap=gap, **numbers)

    def _repr_html_(self) -> str:
        why = "" if self.reason is None else f"<p>{html.escape(self.reason.text())}</p>"
        return f"<p>{html.escape(self.text())}</p>{why}{self.sites.to_html(index=False)}"

    def proof(self) -> dict[str, Any]:
        """Status, objective, bounds and gap; without a plan also why, and who blocks."""
        proof = self.summary()
        proof = {key: proof[key] for key in PROOF}
        if self.reason is not None:
            proof |= {"reason": self.reason.text(), "blocking_demand": list(self.reason.demand)}
        return proof

    def summary(self) -> dict[str, Any]:
        """Plain values for JSON: status, objective, bounds, gap, counts, why there is no plan."""
        return {
            "model": self.model,
            "status": self.status,
            "objective": self.objective,
            "lower_bound": self.lower_bound,
            "upper_bound": self.upper_bound,
            "gap": self.gap,
            "sites": self.chosen,
            "figures": self.figures,
            "reason": None if self.reason is None else self.reason.text(),
            "blocking_demand": [] if self.reason is None else list(self.reason.demand),
        }
