"""What a site costs, item by item, each with its period.

The items may be known in part only: one of them, the rent for example, is then declared to be so
many percent of all running costs, and what the others leave is shown as costs not itemised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from siting.sites.tariffs import PER_MONTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from siting.sites.estimates import Batch, Estimate, Float64

Period = Literal["week", "month", "quarter", "half_year", "year", "once"]


@dataclass(frozen=True)
class Cost:
    """An item.

    Attributes
    ----------
    amount
        Euros for one period, as the site bears them (net of VAT where it recovers it).
    period
        `once` is spread over `months`.
    months
        Of a cost paid once.
    share
        Percent of all running costs that this item is; None for most.
    kind
        `cash`, or `shared` for the site's part of a cost borne by several.
    """

    id: str
    amount: Estimate
    period: Period
    name: str = ""
    months: float = 1.0
    share: Estimate | None = None
    kind: Literal["cash", "shared"] = "cash"

    def month(self, batch: Batch) -> Float64:
        """Euros a month."""
        per_month = 1 / self.months if self.period == "once" else PER_MONTH[self.period]
        return batch[self.amount] * per_month


@dataclass(frozen=True)
class Volunteers:
    """Work that nobody pays, imputed at an hourly rate.

    Attributes
    ----------
    hours
        For one period.
    rate
        Euros an hour.
    """

    id: str
    hours: Estimate
    period: Literal["week", "month", "quarter", "half_year", "year"]
    rate: Estimate
    name: str = ""

    def month(self, batch: Batch) -> Float64:
        """Euros a month."""
        return batch[self.hours] * PER_MONTH[self.period] * batch[self.rate]


@dataclass(frozen=True)
class Costs:
    """Everything that a site costs."""

    items: tuple[Cost, ...]
    volunteers: tuple[Volunteers, ...] = ()

    def listed(self, batch: Batch) -> Float64:
        """Euros a month of the items."""
        return np.sum([one.month(batch) for one in self.items], axis=0)

    def running(self, batch: Batch) -> Float64:
        """Euros a month: the items, or what one of them says that the whole is, if more."""
        total = self.listed(batch)
        for one in self.items:
            if one.share is not None:
                total = np.maximum(total, one.month(batch) / (batch[one.share] / 100))
        return total

    def imputed(self, batch: Batch) -> Float64:
        """Euros a month of work that nobody pays."""
        return np.sum([one.month(batch) for one in self.volunteers], axis=0) + np.zeros(batch.size)

    def estimates(self) -> Iterator[Estimate]:
        """Every estimate that the costs rest on."""
        for one in self.items:
            yield one.amount
            if one.share is not None:
                yield one.share
        for work in self.volunteers:
            yield from (work.hours, work.rate)


UNLISTED = "not_itemised"
TOTAL, TOTAL_IMPUTED = "total", "total_with_volunteers"


def table(costs: Costs, batch: Batch, area_m2: float | None) -> pd.DataFrame:
    """Costs by item, what is not itemised, and totals.

    Parameters
    ----------
    area_m2
        Floor area; None where unknown.

    Returns
    -------
    Columns `item,name,kind,month,year,m2_month,share,month_low,month_high,month_p05,month_p50,
    month_p95`: euros, `share` of the running costs. Rows: items, `not_itemised` where there is
    some, `total`, and with volunteers their work and `total_with_volunteers`.
    """
    running = costs.running(batch)
    lines: list[tuple[str, str, str, Float64]] = [
        (one.id, one.name, one.kind, one.month(batch)) for one in costs.items
    ]
    rest = running - costs.listed(batch)
    if any(one.share is not None for one in costs.items):
        lines.append((UNLISTED, "", "cash", rest))
    lines.append((TOTAL, "", "total", running))
    if costs.volunteers:
        lines += [(one.id, one.name, "imputed", one.month(batch)) for one in costs.volunteers]
        lines.append((TOTAL_IMPUTED, "", "total", running + costs.imputed(batch)))
    rows = []
    for item, name, kind, month in lines:
        band = batch.band(month)
        if item == UNLISTED:
            # neither corner is its extreme: the rent and its share pull it both ways
            band = _loose(batch, month, costs)
        rows.append(
            {
                "item": item,
                "name": name,
                "kind": kind,
                "month": band.value,
                "year": 12 * band.value,
                "m2_month": np.nan if area_m2 is None else band.value / area_m2,
                "share": band.value / running[0] if running[0] > 0 else np.nan,
                "month_low": band.low,
                "month_high": band.high,
                "month_p05": band.p05,
                "month_p50": band.p50,
                "month_p95": band.p95,
            }
        )
    return pd.DataFrame(rows)
