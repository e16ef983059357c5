"""From the keys of `viability:` to its tables: the site as declared, then each variant of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from siting.atomic_files import replacing_all
from siting.economics import animator, costs, tariffs, viability
from siting.economics.animator import Stop
from siting.economics.costs import Cost, Costs, Volunteers
from siting.economics.estimates import Estimate
from siting.economics.stays import Churn, Stay
from siting.economics.tariffs import PER_MONTH, STANDARD, Package, Tariff
from siting.economics.viability import Key, Mix, Site
from siting.errors import ConfigError
from siting.outputs.tables import write_csv
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from siting.config import Study
    from siting.config.amounts import Range
    from siting.config.viability import Variant, Viability
    from siting.economics.estimates import Batch
    from siting.study.inputs import Inputs
    from siting.study.prepared import PreparedStudy

EVERYONE = "all"


@dataclass(frozen=True)
class Verdict:
    """One case of a site: as declared, or a variant.

    Attributes
    ----------
    name
        Name of the case.
    site, batch
        What was judged, and the cases that its bands come from.
    costs, break_even, outlook, tornado, churn
        Tables of `siting.economics.costs.table` and of `siting.economics.viability`.
    animator
        Who pays what of a shared animator; None where there is none.
    """

    name: str
    site: Site
    batch: Batch
    costs: pd.DataFrame
    break_even: pd.DataFrame
    outlook: pd.DataFrame
    tornado: pd.DataFrame
    churn: pd.DataFrame
    animator: pd.DataFrame | None


def judge(asked: Viability, minutes: Mapping[str, float] | None = None) -> tuple[Verdict, ...]:
    """Judge a site as declared, then each of its variants.

    Parameters
    ----------
    minutes
        Route minutes from the animator's base to each site, where the configuration does not say.

    Raises
    ------
    SitingError
        A tariff that is asked for is not valid on the day, two are, or route times are missing.
    """
    shared = animator_share(asked, minutes)
    cases = {t("viability.declared"): asked}
    cases |= {variant.name: _varied(asked, variant) for variant in asked.variants}
    return tuple(_judged(name, case, shared) for name, case in cases.items())


def tables(asked: Viability, verdicts: tuple[Verdict, ...]) -> dict[str, pd.DataFrame]:
    """Tables of a judged site by name; those that have no row are left out.

    Returns
    -------
    `tariffs`, `costs`, `animator`, `assumptions`, and with a first column `case`: `break_even`,
    `outlook`, `tornado`, `churn`.
    """
    first = verdicts[0]
    found = {
        "tariffs": tariffs.grid(_tariffs(asked), packages(asked)),
        "costs": first.costs,
        "assumptions": _assumptions(first.site),
    }
    if first.animator is not None:
        found["animator"] = first.animator
    for name in ("break_even", "outlook", "tornado", "churn"):
        parts = {one.name: getattr(one, name) for one in verdicts}
        some = [part.assign(case=case) for case, part in parts.items() if len(part)]
        if some:
            both = pd.concat(some, ignore_index=True)
            found[name] = both[["case", *(c for c in both.columns if c != "case")]]
    return found


def write(folder: Path, asked: Viability, verdicts: tuple[Verdict, ...]) -> Path:
    """Write the tables of a judged site as CSV, and all of them in `viability.json`.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    found = tables(asked, verdicts)
    with replacing_all(folder) as part:
        for name, table in found.items():
            write_csv(part / f"viability_{name}.csv", table)
        content = {name: _records(table) for name, table in found.items()}
        text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        (part / "viability.json").write_text(text, encoding="utf-8", newline="\n")
    return folder


def _records(table: pd.DataFrame) -> list[dict[Any, Any]]:
    """Rows as JSON holds them: null for unknown, and for a number that has no finite value."""
    plain = table.astype(object).where(table.notna(), None)
    plain = plain.replace({np.inf: None, -np.inf: None})
    return plain.to_dict("records")


def packages(asked: Viability) -> dict[str, Package]:
    """The usual packages and those of the configuration."""
    usual = {
        key: replace(one, name=t(f"viability.packages.{key}")) for key, one in STANDARD.items()
    }
    own = {
        key: Package(key, one.billed, one.hours_per_month, one.uses_per_month or 0, one.name or key)
        for key, one in asked.packages.items()
    }
    return {**usual, **own}


def label(key: Key, known: Mapping[str, Package]) -> str:
    """Name of a package, with the profile that it is for."""
    profile, package = key
    name = known[package].name
    return name if profile == EVERYONE else f"{name}, {profile}"


def animator_share(asked: Viability, minutes: Mapping[str, float] | None) -> pd.DataFrame | None:
    """What each site pays of a shared animator; None where there is none.

    Raises
    ------
    ConfigError
        A route time is neither declared nor in `minutes`.
    """
    team = asked.animator
    if team is None:
        return None
    known = {**(minutes or {}), **{s.id: s.minutes for s in team.sites if s.minutes is not None}}
    missing = [one.id for one in team.sites if one.id not in known]
    if missing:
        raise ConfigError("animator_without_minutes", sites=", ".join(missing))
    stops = [Stop(one.id, one.hours, one.visits, known[one.id]) for one in team.sites]
    assert team.period is not None  # noqa: S101 - `Viability` refuses a cost without a period
    return animator.split(team.amount.value * PER_MONTH[team.period], stops)


def check(study: Study, read: Inputs) -> None:
    """Refuse a site that cannot be judged; no route is searched.

    Raises
    ------
    SitingError
        See `judge` and `routes`.
    """
    asked = study.viability
    if asked is None:
        return
    if needs_routes(asked):
        _ends(asked, read)
    team = asked.animator
    judge(asked, {} if team is None else {site.id: 1.0 for site in team.sites})


def of_study(ground: PreparedStudy) -> dict[str, pd.DataFrame]:
    """Tables `viability_…` of a study that has this key."""
    asked = ground.study.viability
    if asked is None:
        return {}
    minutes = routes(asked, ground) if needs_routes(asked) else {}
    judged = tables(asked, judge(asked, minutes))
    return {f"viability_{name}": table for name, table in judged.items()}


def needs_routes(asked: Viability) -> bool:
    """Whether the animator's route times are to be computed on the roads of a study."""
    team = asked.animator
    return team is not None and any(one.minutes is None for one in team.sites)


def routes(asked: Viability, ground: PreparedStudy) -> dict[str, float]:
    """Minutes one way from the animator's base to the sites, all of them candidates of the study.

    Raises
    ------
    ConfigError
        The base or a site is not a candidate, or no road leads from one to the other.
    """
    base, sites = _ends(asked, ground.read)
    wanted = list(sites["id"])
    found = ground.minutes(base, sites)[0]
    lost = [one for one, minutes in zip(wanted, found, strict=True) if np.isnan(minutes)]
    if lost:
        raise ConfigError("animator_without_minutes", sites=", ".join(lost))
    return dict(zip(wanted, map(float, found), strict=True))


def _ends(asked: Viability, read: Inputs) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The animator's base, and the sites whose minutes the roads are to tell, as points."""
    team = asked.animator
    assert team is not None  # noqa: S101 - the callers' condition
    wanted = [site.id for site in team.sites if site.minutes is None]
    candidates = read.candidates.set_index("id", drop=False)
    named = ([] if team.base is None else [team.base]) + wanted
    unknown = [site for site in named if site not in candidates.index]
    if unknown or team.base is None:
        raise ConfigError("animator_without_minutes", sites=", ".join(unknown or wanted))
    return candidates.loc[[team.base]], candidates.loc[wanted]


def _varied(asked: Viability, variant: Variant) -> Viability:
    """The section with what a variant says in place of its own."""
    names = ("tax", "vat_percent", "free_months", "stay_months", "date")
    said = {name: getattr(variant, name) for name in names}
    changes: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
    prices: dict[str, Any] = {k: v for k, v in changes.items() if k in ("tax", "vat_percent")}
    grid = tuple(one.model_copy(update=prices) for one in asked.tariffs)
    return asked.model_copy(update={**changes, "tariffs": grid})


def _judged(name: str, asked: Viability, shared: pd.DataFrame | None) -> Verdict:
    site = _site(asked, shared)
    batch = site.batch(asked.draws, asked.seed)
    return Verdict(
        name,
        site,
        batch,
        _named(costs.table(site.costs, batch, asked.area_m2)),
        viability.break_evens(site, batch),
        viability.outlook(site, batch),
        viability.tornado(site, batch),
        viability.churn_table(site, batch),
        shared,
    )


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Costs with names for what is not itemised and for the totals."""
    own = (costs.UNLISTED, costs.TOTAL, costs.TOTAL_IMPUTED)
    names = {item: t(f"viability.{item}") for item in own}
    return table.assign(name=table["name"].where(table["name"] != "", table["item"].map(names)))


def _site(asked: Viability, shared: pd.DataFrame | None) -> Site:
    known = packages(asked)
    on_sale = tariffs.offers(_tariffs(asked), known, asked.date)
    expected = {
        (one.profile, one.package): _estimate(
            one.users,
            f"expected.{one.profile}.{one.package}",
            t("viability.estimates.expected", package=label((one.profile, one.package), known)),
            t("viability.units.users"),
            "high",
        )
        for one in asked.expected
    }
    mixes = tuple(
        Mix(
            one.name,
            {(part.profile, part.package): part.percent / 100 for part in one.rest},
            {(some.profile, some.package): some.users for some in one.fixed},
        )
        for one in asked.mixes
    )
    wanted = {*expected, *(key for mix in mixes for key in (*mix.shares, *mix.fixed))}
    for profile, package in sorted(wanted - set(on_sale)):
        raise ConfigError("no_tariff_then", profile=profile, package=package, day=asked.date or "")
    if not on_sale:
        raise ConfigError("nothing_on_sale", day=asked.date or "")
    return Site(_costs(asked, shared), on_sale, _stay(asked), mixes, expected)


def _tariffs(asked: Viability) -> tuple[Tariff, ...]:
    known = packages(asked)
    return tuple(
        Tariff(
            one.profile,
            one.package,
            _estimate(
                one.price,
                f"price.{one.profile}.{one.package}",
                t("viability.estimates.price", package=label((one.profile, one.package), known)),
                t(f"viability.units.per_{known[one.package].billed}"),
                "high",
            ),
            asked.vat_percent if one.vat_percent is None else one.vat_percent,
            one.tax or asked.tax,
            one.start,
            one.end,
        )
        for one in asked.tariffs
    )


def _stay(asked: Viability) -> Stay:
    months = t("viability.units.months")
    free = _estimate(asked.free_months, "free", t("viability.estimates.free"), months, "low")
    if asked.churn:
        curve = Churn(
            tuple(one.price for one in asked.churn),
            tuple(one.percent / 100 for one in asked.churn),
        )
        return Stay(free, churn=curve)
    if asked.stay_months is None:
        return Stay(free)
    name = t("viability.estimates.stay")
    return Stay(free, _estimate(asked.stay_months, "stay", name, months, "high"))


def _costs(asked: Viability, shared: pd.DataFrame | None) -> Costs:
    items = []
    for one in asked.costs:
        assert one.period is not None  # noqa: S101 - `Viability` refuses a cost without a period
        name = one.name or one.id
        unit = t(f"viability.units.per_{one.period}")
        share = one.share_of_running_percent
        title = t("viability.estimates.share", name=name)
        items.append(
            Cost(
                one.id,
                _estimate(one.amount, f"cost.{one.id}", name, unit, "low"),
                one.period,
                name,
                12 * (one.years or 1),
                None if share is None else _estimate(share, f"share.{one.id}", title, "%", "high"),
            )
        )
    team = asked.animator
    if team is not None and shared is not None:
        assert team.period is not None  # noqa: S101 - `Viability` refuses a cost without a period
        part = float(shared.set_index("site_id")["amount"][team.site])
        month = team.amount.value * PER_MONTH[team.period]
        scale = part / month * PER_MONTH[team.period] if month > 0 else 0.0
        name, unit = t("viability.animator"), t("viability.units.per_month")
        whole = _estimate(team.amount, "cost.animator", name, unit, "low")
        scaled = replace(whole, value=part, low=whole.low * scale, high=whole.high * scale)
        scaled = replace(scaled, low=min(scaled.low, part), high=max(scaled.high, part))
        items.append(Cost("animator", scaled, "month", name, kind="shared"))
    work = []
    for task in asked.volunteer_work:
        assert task.period is not None  # noqa: S101 - `Viability` refuses a cost without a period
        name = task.name or task.id
        unit = t(f"viability.units.hours_{task.period}")
        work.append(
            Volunteers(
                task.id,
                _estimate(task.hours, f"hours.{task.id}", name, unit, "low"),
                task.period,
                _estimate(
                    task.hourly_rate,
                    f"rate.{task.id}",
                    t("viability.estimates.rate", name=name),
                    t("viability.units.per_hour"),
                    "low",
                ),
                name,
            )
        )
    return Costs(tuple(items), tuple(work))


def _estimate(
    said: Range, key: str, name: str, unit: str, better: Literal["low", "high"]
) -> Estimate:
    low, high = said.ends
    return Estimate(key, said.value, low, high, better, name, unit, said.source, said.status)


def _assumptions(site: Site) -> pd.DataFrame:
    """Every number that a site rests on, with its range, its source and its status."""
    names = ["key", "name", "value", "unit", "low", "high", "status", "source"]
    return pd.DataFrame([{name: getattr(one, name) for name in names} for one in site.estimates()])
