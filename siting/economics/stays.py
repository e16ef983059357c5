"""How long users stay: free first months, and churn against price.

Either a stay of so many months is declared, or the share of users who leave in a month, as a curve
of what one pays a month.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from siting.economics.estimates import Batch, Estimate, Float64


@dataclass(frozen=True)
class Churn:
    """Share of users who leave in a month, against what they pay a month (VAT included).

    Attributes
    ----------
    prices
        Increasing euros a month.
    shares
        Between 0 and 1, one a price; straight between them, level beyond the ends.
    """

    prices: tuple[float, ...]
    shares: tuple[float, ...]

    def at(self, price: Float64) -> Float64:
        """Share who leave in a month at a price."""
        float64: Float64 = np.interp(price, self.prices, self.shares)
        return float64


@dataclass(frozen=True)
class Stay:
    """What is known of stays.

    Attributes
    ----------
    free
        First months for which nothing is paid.
    months
        Length of a stay; None where `churn` gives it, or where nothing is free.
    churn
        None where `months` gives the length.
    """

    free: Estimate
    months: Estimate | None = None
    churn: Churn | None = None

    def paid_share(self, batch: Batch, price: Float64) -> Float64:
        """Share of the users present who pay, in a steady state.

        Stays of m months, f free: 1 - f / m. Churn c: those present longer than f months,
        (1 - c)^f.

        Parameters
        ----------
        price
            Euros a month that a user pays, VAT included.
        """
        free = batch[self.free]
        if self.churn is not None:
            share: Float64 = (1 - self.churn.at(price)) ** free
            return share
        if self.months is not None:
            return np.maximum(1 - free / batch[self.months], 0)
        return np.ones_like(free)

    def arrivals(self, batch: Batch, price: Float64) -> Float64:
        """New users a month for each user present, in a steady state; NaN where unknown."""
        if self.churn is not None:
            return self.churn.at(price)
        if self.months is not None:
            return 1 / batch[self.months]
        return np.full_like(price, np.nan)

    def best_and_worst_price(
        self, low: float, high: float, monthly: float
    ) -> tuple[float, float] | None:
        """Prices within a range that bring the most and the least, where churn follows the price.

        With free months f the revenue of a user is q (1 - c(q))^f, q what one pays a month. On a
        piece where c = a + b q its slope is 0 at q = (1 - a) / (b (1 + f)); the extremes stand
        there, at the ends of the range or at a corner of the curve.

        Parameters
        ----------
        low, high
            Range of the price of the grid.
        monthly
            Euros a month, VAT included, for one euro of that price.

        Returns
        -------
        None without a curve: the highest price then brings the most.
        """
        if self.churn is None:
            return None
        inside = [low, high, *(price / monthly for price in self.churn.prices)]
        points = list(zip(self.churn.prices, self.churn.shares, strict=True))
        for free in (self.free.best, self.free.worst):
            for (q0, c0), (q1, c1) in pairwise(points):
                slope = (c1 - c0) / (q1 - q0)
                if slope > 0:
                    still = (1 - (c0 - slope * q0)) / (slope * (1 + free))
                    inside.extend([still / monthly] if q0 <= still <= q1 else [])
        prices = np.array(sorted({price for price in inside if low <= price <= high}))
        kept = 1 - self.churn.at(prices * monthly)
        best = prices[np.argmax(prices * kept**self.free.best)]
        worst = prices[np.argmin(prices * kept**self.free.worst)]
        return float(best), float(worst)
