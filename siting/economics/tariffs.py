"""The tariff grid: profiles x packages, with dates of validity and VAT.

A price is what one user pays for one billed period: a month, a quarter (« 20 jours par
trimestre »), a day, an hour. Everything is brought to one month of one user, net of VAT, since that
is what meets the costs.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - in the fields of a dataclass
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from siting.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from siting.economics.estimates import Batch, Estimate, Float64

Billed = Literal["hour", "day", "week", "month", "quarter", "half_year", "year"]
Tax = Literal["excluded", "included"]

PER_MONTH = {
    "week": 52 / 12,
    "month": 1.0,
    "quarter": 1 / 3,
    "half_year": 1 / 6,
    "year": 1 / 12,
}
"""Billed periods in a month; a year has 52 weeks and 12 months."""


@dataclass(frozen=True)
class Package:
    """What a user buys.

    Attributes
    ----------
    billed
        Period that a price pays for.
    hours
        Hours of use a month by one user.
    uses
        Billed hours or days a month, of a package billed by the hour or the day.
    """

    id: str
    billed: Billed
    hours: float
    uses: float = 0.0
    name: str = ""

    @property
    def charges(self) -> float:
        """Billed periods a month."""
        return self.uses if self.billed in ("hour", "day") else PER_MONTH[self.billed]


STANDARD = {
    package.id: package
    for package in (
        Package("hour", "hour", hours=8, uses=8),
        Package("day", "day", hours=32, uses=4),
        Package("twenty_days_quarter", "quarter", hours=20 / 3 * 8),
        Package("two_days_week", "month", hours=2 * 52 / 12 * 8),
        Package("h24", "month", hours=35 * 52 / 12),
    )
}
"""The usual packages; days of 8 hours, weeks of 35 hours, 8 hours or 4 days a month: hypotheses."""


@dataclass(frozen=True)
class Tariff:
    """A price of the grid.

    Attributes
    ----------
    profile
        Whom it is for.
    package
        Id of the package.
    price
        For one billed period, in euros, VAT as `tax` says.
    vat_percent, tax
        Rate, and whether the price includes it.
    start, end
        First and last day of validity; None: no bound.
    """

    profile: str
    package: str
    price: Estimate
    vat_percent: float
    tax: Tax
    start: dt.date | None = None
    end: dt.date | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Profile and package."""
        return self.profile, self.package

    def holds(self, day: dt.date | None) -> bool:
        """Whether it is valid on a day; a tariff without dates always is."""
        if day is None:
            return self.start is None and self.end is None
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Offer:
    """A package at its price."""

    package: Package
    tariff: Tariff

    @property
    def key(self) -> tuple[str, str]:
        """Profile and package."""
        return self.tariff.key

    def net_month(self, batch: Batch) -> Float64:
        """Euros a month from one user who pays, net of VAT."""
        return self.gross_month(batch) / (1 + self.tariff.vat_percent / 100)

    @property
    def gross_per_euro(self) -> float:
        """Euros a month that such a user pays, VAT included, for one euro of the grid's price."""
        vat = 1.0 if self.tariff.tax == "included" else 1 + self.tariff.vat_percent / 100
        return vat * self.package.charges

    def gross_month(self, batch: Batch) -> Float64:
        """Euros a month that such a user pays, VAT included."""
        return batch[self.tariff.price] * self.gross_per_euro


def offers(
    tariffs: Sequence[Tariff], packages: Mapping[str, Package], day: dt.date | None
) -> dict[tuple[str, str], Offer]:
    """What is on sale on a day, by profile and package.

    Parameters
    ----------
    day
        None: only tariffs without dates are on sale.

    Raises
    ------
    InputError
        A package is not known, or two tariffs of the same profile and package hold on that day.
    """
    by_package: dict[tuple[str, str], Offer] = {}
    for tariff in tariffs:
        if tariff.package not in packages:
            known = ", ".join(sorted(packages))
            raise InputError("unknown_package", package=tariff.package, known=known)
        if not tariff.holds(day):
            continue
        if tariff.key in by_package:
            raise InputError(
                "tariffs_overlap", profile=tariff.profile, package=tariff.package, day=day
            )
        by_package[tariff.key] = Offer(packages[tariff.package], tariff)
    return by_package


def grid(tariffs: Sequence[Tariff], packages: Mapping[str, Package]) -> pd.DataFrame:
    """The grid as a table, every tariff of every date.

    Returns
    -------
    Columns `profile,package,billed,price,tax,vat_percent,from,until,net_month,gross_month,
    net_hour`: euros, the last three for one user who pays.
    """
    rows = []
    for tariff in tariffs:
        package = packages[tariff.package]
        gross = tariff.price.value * Offer(package, tariff).gross_per_euro
        net = gross / (1 + tariff.vat_percent / 100)
        rows.append(
            {
                "profile": tariff.profile,
                "package": tariff.package,
                "billed": package.billed,
                "price": tariff.price.value,
                "tax": tariff.tax,
                "vat_percent": tariff.vat_percent,
                "from": "" if tariff.start is None else tariff.start.isoformat(),
                "until": "" if tariff.end is None else tariff.end.isoformat(),
                "net_month": net,
                "gross_month": gross,
                "net_hour": net / package.hours,
            }
        )
    return pd.DataFrame(rows)
