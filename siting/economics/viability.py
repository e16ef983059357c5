"""Whether a site pays for itself: break-even, balance, subsidy, each with its band.

With costs C a month and r_k euros a month net of VAT from one user of package k (the free months
taken off), F_k users already there and the others in shares s_k, the break-even is

    N = max(C - sum F_k r_k, 0) / sum s_k r_k

users in all beyond the fixed ones. A single package is s = 1. N rises with each cost and falls with
each r_k, so its exact extremes are those of the two corners of the ranges (`estimates`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.economics import estimates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from siting.economics.costs import Costs
    from siting.economics.estimates import Batch, Estimate, Float64
    from siting.economics.stays import Stay
    from siting.economics.tariffs import Offer

Key = tuple[str, str]
"""Profile and package."""

CASH, IMPUTED = "cash", "with_volunteers"


@dataclass(frozen=True)
class Mix:
    """Users by package: some are fixed, the break-even is sought on the others.

    Attributes
    ----------
    fixed
        Users already there.
    shares
        Of the users sought; they sum to 1.
    """

    name: str
    shares: Mapping[Key, float]
    fixed: Mapping[Key, float]


@dataclass(frozen=True)
class Site:
    """A site to be judged.

    Attributes
    ----------
    offers
        What is on sale.
    expected
        Users expected; empty where nothing is declared.
    """

    costs: Costs
    offers: Mapping[Key, Offer]
    stay: Stay
    mixes: tuple[Mix, ...]
    expected: Mapping[Key, Estimate]

    def estimates(self) -> Iterator[Estimate]:
        """Every estimate that the site rests on."""
        yield from self.costs.estimates()
        for offer in self.offers.values():
            yield offer.tariff.price
        yield self.stay.free
        if self.stay.months is not None:
            yield self.stay.months
        yield from self.expected.values()

    def batch(self, draws: int, seed: int) -> Batch:
        """Lay out the cases of the site."""
        best, worst = {}, {}
        for offer in self.offers.values():
            price = offer.tariff.price
            ends = self.stay.best_and_worst_price(price.low, price.high, offer.gross_per_euro)
            if ends is not None:
                best[price.key], worst[price.key] = ends
        return estimates.design(tuple(self.estimates()), draws, seed, best, worst)

    def accounts(self, batch: Batch) -> dict[str, Float64]:
        """Euros a month to be covered: what is paid, then with the work of volunteers."""
        running = self.costs.running(batch)
        if not self.costs.volunteers:
            return {CASH: running}
        return {CASH: running, IMPUTED: running + self.costs.imputed(batch)}

    def revenue(self, key: Key, batch: Batch) -> Float64:
        """Euros a month net of VAT from one user present, free months taken off."""
        offer = self.offers[key]
        paid = self.stay.paid_share(batch, offer.gross_month(batch))
        return offer.net_month(batch) * paid


def whole(users: float) -> float:
    """Whole users that reach a break-even: rounded up, but for the noise of the last digits."""
    if np.isinf(users):
        return users
    return max(0.0, float(np.ceil(users * (1 - 1e-12) - 1e-9)))


def break_even(site: Site, mix: Mix, cost: Float64, batch: Batch) -> Float64:
    """Users sought beyond the fixed ones; infinite where they bring nothing.

    Parameters
    ----------
    cost
        Euros a month to be covered.
    """
    left = cost - sum(n * site.revenue(key, batch) for key, n in mix.fixed.items())
    each = np.sum([s * site.revenue(key, batch) for key, s in mix.shares.items()], axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        float64: Float64 = np.where(left > 0, np.maximum(left, 0) / each, 0.0)
    return float64


def break_evens(site: Site, batch: Batch) -> pd.DataFrame:
    """Break-even of every package by itself, then of every mix.

    Returns
    -------
    Columns `account,mix,profile,package,role,revenue,users,users_whole,users_low,users_high,
    users_p05,users_p50,users_p95,arrivals`. `mix` is empty for a package by itself, `role` is
    `sought` or `fixed`, `revenue` is in euros a month from one user, `arrivals` are the new users a
    month that keep `users` there. Infinite: no number of users is enough.
    """
    single = [Mix("", {key: 1.0}, {}) for key in site.offers]
    rows = []
    for account, cost in site.accounts(batch).items():
        for mix in (*single, *site.mixes):
            for key, users in mix.fixed.items():
                rows.append(_row(site, batch, account, mix, key, np.full(batch.size, users)))
                rows[-1]["role"] = "fixed"
            point = break_even(site, mix, cost, batch)
            for key, share in mix.shares.items():
                rows.append(_row(site, batch, account, mix, key, point * share))
    return pd.DataFrame(rows)


def _row(
    site: Site, batch: Batch, account: str, mix: Mix, key: Key, users: Float64
) -> dict[str, object]:
    band, offer = batch.band(users), site.offers[key]
    arrivals = site.stay.arrivals(batch, offer.gross_month(batch))
    return {
        "account": account,
        "mix": mix.name,
        "profile": key[0],
        "package": key[1],
        "role": "sought",
        "revenue": float(site.revenue(key, batch)[estimates.VALUE]),
        "users": band.value,
        "users_whole": whole(band.value),
        "users_low": band.low,
        "users_high": band.high,
        "users_p05": band.p05,
        "users_p50": band.p50,
        "users_p95": band.p95,
        "arrivals": band.value * float(arrivals[estimates.VALUE]),
    }


def outlook(site: Site, batch: Batch) -> pd.DataFrame:
    """What the expected users give: revenue, balance, and the subsidy that the site would need.

    The subsidy is what the expected users leave uncovered, if anything.

    Returns
    -------
    Columns `account,measure,unit,value,low,high,p05,p50,p95`; empty where no users are expected.
    Measures: `users`, `hours`, `revenue`, `cost`, `balance`, `subsidy`, `subsidy_per_user`,
    `subsidy_per_hour`, `balanced` (share of the draws in which the balance is not negative).
    """
    if not site.expected:
        return pd.DataFrame()
    counts = {key: batch[item] for key, item in site.expected.items()}
    users = np.sum(list(counts.values()), axis=0)
    hours = np.sum([n * site.offers[key].package.hours for key, n in counts.items()], axis=0)
    revenue = np.sum([n * site.revenue(key, batch) for key, n in counts.items()], axis=0)
    rows: list[dict[str, object]] = []
    for account, cost in site.accounts(batch).items():
        subsidy = np.maximum(cost - revenue, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            per_user, per_hour = (np.where(subsidy > 0, subsidy / by, 0.0) for by in (users, hours))
        measures = {
            "users": ("users", users),
            "hours": ("h/month", hours),
            "revenue": ("€/month", revenue),
            "cost": ("€/month", cost),
            "balance": ("€/month", revenue - cost),
            "subsidy": ("€/month", subsidy),
            "subsidy_per_user": ("€/month", per_user),
            "subsidy_per_hour": ("€/h", per_hour),
        }
        for name, (unit, values) in measures.items():
            rows.append({"account": account, "measure": name, "unit": unit})
            rows[-1] |= asdict(batch.band(values))
        share = float((batch.draws(revenue - cost) >= 0).mean())
        rows.append({"account": account, "measure": "balanced", "unit": "share", "value": share})
    return pd.DataFrame(rows)


def tornado(site: Site, batch: Batch) -> pd.DataFrame:
    """What each uncertain number moves by itself, in the break-evens and in the balance.

    Returns
    -------
    Columns `result,profile,package`, then those of `Batch.tornado`; rows without effect left out.
    `result` is the mix's name, empty for a package by itself, or `balance`.
    """
    cost = site.accounts(batch)[CASH]
    parts = []
    for mix in (*(Mix("", {key: 1.0}, {}) for key in site.offers), *site.mixes):
        profile, package = next(iter(mix.shares)) if len(mix.shares) == 1 else ("", "")
        points = break_even(site, mix, cost, batch)
        parts.append((mix.name, profile, package, points))
    if site.expected:
        revenue = [batch[item] * site.revenue(key, batch) for key, item in site.expected.items()]
        parts.append(("balance", "", "", np.sum(revenue, axis=0) - cost))
    tables = []
    for name, profile, package, result in parts:
        table = batch.tornado(result)
        table.insert(0, "result", name)
        table.insert(1, "profile", profile)
        table.insert(2, "package", package)
        tables.append(table[table["swing"] > 0])
    return pd.concat(tables, ignore_index=True)


def churn_table(site: Site, batch: Batch) -> pd.DataFrame:
    """What each price of the churn curve does, package by package.

    Returns
    -------
    Columns `profile,package,gross_month,churn,mean_stay,revenue,users,arrivals`: at each point of
    the curve, the revenue of a user present, the break-even of the package by itself and the new
    users a month that keep it. Empty without a curve.
    """
    churn = site.stay.churn
    if churn is None:
        return pd.DataFrame()
    cost = float(site.accounts(batch)[CASH][estimates.VALUE])
    rows = []
    for (profile, package), offer in site.offers.items():
        for price, leaving in zip(churn.prices, churn.shares, strict=True):
            net = price / (1 + offer.tariff.vat_percent / 100)
            revenue = net * (1 - leaving) ** site.stay.free.value
            users = cost / revenue if revenue > 0 else np.inf
            rows.append(
                {
                    "profile": profile,
                    "package": package,
                    "gross_month": price,
                    "churn": leaving,
                    "mean_stay": 1 / leaving if leaving > 0 else np.inf,
                    "revenue": revenue,
                    "users": users,
                    "arrivals": users * leaving,
                }
            )
    return pd.DataFrame(rows)
