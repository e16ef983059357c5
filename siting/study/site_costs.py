"""What the sites that a plan opens cost a year, from the key `site_costs:`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from siting.config import Study


@dataclass(frozen=True)
class YearlyCost:
    """Euros a year, and their range."""

    value: float
    low: float
    high: float


def of_sites(study: Study, sites: Iterable[str]) -> YearlyCost | None:
    """Add up the costs of candidates that open; None where that of one is unknown."""
    known = [study.site_costs.get(site) for site in sites]
    costs = [cost for cost in known if cost is not None]
    if len(costs) < len(known):
        return None
    return YearlyCost(
        float(sum(cost.value for cost in costs)),
        float(sum(cost.ends[0] for cost in costs)),
        float(sum(cost.ends[1] for cost in costs)),
    )
