"""What a site costs, item by item, each with its period.

The items may be known in part only: one of them, the rent for example, is then declared to be so
many percent of all running costs, and what the others leave is shown as costs not itemised.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from siting.economics.tariffs import PER_MONTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from siting.economics.estimates import Batch, Estimate, Float64

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

    @property
    def per_month(self) -> float:
        """Periods in a month."""
        return 1 / self.months if self.period == "once" else PER_MONTH[self.period]

    def month(self, batch: Batch) -> Float64:
        """Euros a month."""
        return batch[self.amount] * self.per_month


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
    """Everything that a site costs; at most one item has a `share`."""

    items: tuple[Cost, ...]
    volunteers: tuple[Volunteers, ...] = ()

    def listed(self, batch: Batch) -> Float64:
        """Euros a month of the items."""
        total: Float64 = np.sum([item.month(batch) for item in self.items], axis=0)
        return total

    def running(self, batch: Batch) -> Float64:
        """Euros a month: the items, or what one of them says that the whole is, if more."""
        total = self.listed(batch)
        for item in self.items:
            if item.share is not None:
                total = np.maximum(total, item.month(batch) / (batch[item.share] / 100))
        return total

    def unlisted_ends(self) -> tuple[float, float]:
        """Least and most euros a month that the items leave out.

        A rent r that is s of the whole leaves r (1 / s - 1) less the other items: the dearest rent
        goes with the cheapest other items, which is neither corner of the total.
        """
        least = most = 0.0
        for item in self.items:
            low, high = item.amount.low * item.per_month, item.amount.high * item.per_month
            if item.share is None:
                least, most = least - high, most - low
            else:
                least += low * (100 / item.share.high - 1)
                most += high * (100 / item.share.low - 1)
        return max(least, 0.0), max(most, 0.0)

    def imputed(self, batch: Batch) -> Float64:
        """Euros a month of work that nobody pays."""
        total = np.zeros(batch.size)
        for volunteer in self.volunteers:
            total = total + volunteer.month(batch)
        return total

    def estimates(self) -> Iterator[Estimate]:
        """Every estimate that the costs rest on."""
        for item in self.items:
            yield item.amount
            if item.share is not None:
                yield item.share
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
        (item.id, item.name, item.kind, item.month(batch)) for item in costs.items
    ]
    rest = running - costs.listed(batch)
    if any(item.share is not None for item in costs.items):
        lines.append((UNLISTED, "", "cash", rest))
    lines.append((TOTAL, "", "total", running))
    if costs.volunteers:
        lines += [
            (volunteer.id, volunteer.name, "imputed", volunteer.month(batch))
            for volunteer in costs.volunteers
        ]
        lines.append((TOTAL_IMPUTED, "", "total", running + costs.imputed(batch)))
    rows = []
    for item, name, kind, month in lines:
        band = batch.band(month)
        if item == UNLISTED:
            low, high = costs.unlisted_ends()
            band = replace(band, low=low, high=high)
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
