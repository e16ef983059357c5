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


def judge(settings: Viability, minutes: Mapping[str, float] | None = None) -> tuple[Verdict, ...]:
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
    shared = animator_share(settings, minutes)
    cases = {t("viability.declared"): settings}
    cases |= {variant.name: _varied(settings, variant) for variant in settings.variants}
    return tuple(_judged(name, case, shared) for name, case in cases.items())


def tables(settings: Viability, verdicts: tuple[Verdict, ...]) -> dict[str, pd.DataFrame]:
    """Tables of a judged site by name; those that have no row are left out.

    Returns
    -------
    `tariffs`, `costs`, `animator`, `assumptions`, and with a first column `case`: `break_even`,
    `outlook`, `tornado`, `churn`.
    """
    first = verdicts[0]
    judged_tables = {
        "tariffs": tariffs.grid(_tariffs(settings), packages(settings)),
        "costs": first.costs,
        "assumptions": _assumptions(first.site),
    }
    if first.animator is not None:
        judged_tables["animator"] = first.animator
    for name in ("break_even", "outlook", "tornado", "churn"):
        parts = {verdict.name: getattr(verdict, name) for verdict in verdicts}
        some = [part.assign(case=case) for case, part in parts.items() if len(part)]
        if some:
            both = pd.concat(some, ignore_index=True)
            judged_tables[name] = both[["case", *(c for c in both.columns if c != "case")]]
    return judged_tables


def write(folder: Path, settings: Viability, verdicts: tuple[Verdict, ...]) -> Path:
    """Write the tables of a judged site as CSV, and all of them in `viability.json`.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    judged_tables = tables(settings, verdicts)
    with replacing_all(folder) as part:
        for name, table in judged_tables.items():
            write_csv(part / f"viability_{name}.csv", table)
        content = {name: _records(table) for name, table in judged_tables.items()}
        text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        (part / "viability.json").write_text(text, encoding="utf-8", newline="\n")
    return folder


def _records(table: pd.DataFrame) -> list[dict[Any, Any]]:
    """Rows as JSON holds them: null for unknown, and for a number that has no finite value."""
    plain = table.astype(object).where(table.notna(), None)
    plain = plain.replace({np.inf: None, -np.inf: None})
    return plain.to_dict("records")


def packages(settings: Viability) -> dict[str, Package]:
    """The usual packages and those of the configuration."""
    usual = {
        key: replace(package, name=t(f"viability.packages.{key}"))
        for key, package in STANDARD.items()
    }
    own = {
        key: Package(
            key,
            package.billed,
            package.hours_per_month,
            package.uses_per_month or 0,
            package.name or key,
        )
        for key, package in settings.packages.items()
    }
    return {**usual, **own}


def label(key: Key, known: Mapping[str, Package]) -> str:
    """Name of a package, with the profile that it is for."""
    profile, package = key
    name = known[package].name
    return name if profile == EVERYONE else f"{name}, {profile}"


def animator_share(settings: Viability, minutes: Mapping[str, float] | None) -> pd.DataFrame | None:
    """What each site pays of a shared animator; None where there is none.

    Raises
    ------
    ConfigError
        A route time is neither declared nor in `minutes`.
    """
    team = settings.animator
    if team is None:
        return None
    known = {**(minutes or {}), **{s.id: s.minutes for s in team.sites if s.minutes is not None}}
    missing = [site.id for site in team.sites if site.id not in known]
    if missing:
        raise ConfigError("animator_without_minutes", sites=", ".join(missing))
    stops = [Stop(site.id, site.hours, site.visits, known[site.id]) for site in team.sites]
    assert team.period is not None  # noqa: S101 - `Viability` refuses a cost without a period
    return animator.split(team.amount.value * PER_MONTH[team.period], stops)


def check(study: Study, read: Inputs) -> None:
    """Refuse a site that cannot be judged; no route is searched.

    Raises
    ------
    SitingError
        See `judge` and `routes`.
    """
    settings = study.viability
    if settings is None:
        return
    if needs_routes(settings):
        _ends(settings, read)
    team = settings.animator
    judge(settings, {} if team is None else {site.id: 1.0 for site in team.sites})


def of_study(ground: PreparedStudy) -> dict[str, pd.DataFrame]:
    """Tables `viability_…` of a study that has this key."""
    settings = ground.study.viability
    if settings is None:
        return {}
    minutes = routes(settings, ground) if needs_routes(settings) else {}
    judged = tables(settings, judge(settings, minutes))
    return {f"viability_{name}": table for name, table in judged.items()}


def needs_routes(settings: Viability) -> bool:
    """Whether the animator's route times are to be computed on the roads of a study."""
    team = settings.animator
    return team is not None and any(site.minutes is None for site in team.sites)


def routes(settings: Viability, ground: PreparedStudy) -> dict[str, float]:
    """Minutes one way from the animator's base to the sites, all of them candidates of the study.

    Raises
    ------
    ConfigError
        The base or a site is not a candidate, or no road leads from one to the other.
    """
    base, sites = _ends(settings, ground.read)
    wanted = list(sites["id"])
    minutes_to = ground.minutes(base, sites)[0]
    lost = [site for site, minutes in zip(wanted, minutes_to, strict=True) if np.isnan(minutes)]
    if lost:
        raise ConfigError("animator_without_minutes", sites=", ".join(lost))
    return dict(zip(wanted, map(float, minutes_to), strict=True))


def _ends(settings: Viability, read: Inputs) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The animator's base, and the sites whose minutes the roads are to tell, as points."""
    team = settings.animator
    assert team is not None  # noqa: S101 - the callers' condition
    wanted = [site.id for site in team.sites if site.minutes is None]
    candidates = read.candidates.set_index("id", drop=False)
    named = ([] if team.base is None else [team.base]) + wanted
    unknown = [site for site in named if site not in candidates.index]
    if unknown or team.base is None:
        raise ConfigError("animator_without_minutes", sites=", ".join(unknown or wanted))
    return candidates.loc[[team.base]], candidates.loc[wanted]


def _varied(settings: Viability, variant: Variant) -> Viability:
    """The section with what a variant says in place of its own."""
    names = ("tax", "vat_percent", "free_months", "stay_months", "date")
    declared = {name: getattr(variant, name) for name in names}
    changes: dict[str, Any] = {name: value for name, value in declared.items() if value is not None}
    prices: dict[str, Any] = {k: v for k, v in changes.items() if k in ("tax", "vat_percent")}
    grid = tuple(tariff.model_copy(update=prices) for tariff in settings.tariffs)
    return settings.model_copy(update={**changes, "tariffs": grid})


def _judged(name: str, settings: Viability, shared: pd.DataFrame | None) -> Verdict:
    site = _site(settings, shared)
    batch = site.batch(settings.draws, settings.seed)
    return Verdict(
        name,
        site,
        batch,
        _named(costs.table(site.costs, batch, settings.area_m2)),
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


def _site(settings: Viability, shared: pd.DataFrame | None) -> Site:
    known = packages(settings)
    on_sale = tariffs.offers(_tariffs(settings), known, settings.date)
    expected = {
        (users.profile, users.package): _estimate(
            users.users,
            f"expected.{users.profile}.{users.package}",
            t("viability.estimates.expected", package=label((users.profile, users.package), known)),
            t("viability.units.users"),
            "high",
        )
        for users in settings.expected
    }
    mixes = tuple(
        Mix(
            mix.name,
            {(part.profile, part.package): part.percent / 100 for part in mix.rest},
            {(some.profile, some.package): some.users for some in mix.fixed},
        )
        for mix in settings.mixes
    )
    wanted = {*expected, *(key for mix in mixes for key in (*mix.shares, *mix.fixed))}
    for profile, package in sorted(wanted - set(on_sale)):
        raise ConfigError(
            "no_tariff_then", profile=profile, package=package, day=settings.date or ""
        )
    if not on_sale:
        raise ConfigError("nothing_on_sale", day=settings.date or "")
    return Site(_costs(settings, shared), on_sale, _stay(settings), mixes, expected)


def _tariffs(settings: Viability) -> tuple[Tariff, ...]:
    known = packages(settings)
    return tuple(
        Tariff(
            tariff.profile,
            tariff.package,
            _estimate(
                tariff.price,
                f"price.{tariff.profile}.{tariff.package}",
                t(
                    "viability.estimates.price",
                    package=label((tariff.profile, tariff.package), known),
                ),
                t(f"viability.units.per_{known[tariff.package].billed}"),
                "high",
            ),
            settings.vat_percent if tariff.vat_percent is None else tariff.vat_percent,
            tariff.tax or settings.tax,
            tariff.start,
            tariff.end,
        )
        for tariff in settings.tariffs
    )


def _stay(settings: Viability) -> Stay:
    months = t("viability.units.months")
    free = _estimate(settings.free_months, "free", t("viability.estimates.free"), months, "low")
    if settings.churn:
        curve = Churn(
            tuple(point.price for point in settings.churn),
            tuple(point.percent / 100 for point in settings.churn),
        )
        return Stay(free, churn=curve)
    if settings.stay_months is None:
        return Stay(free)
    name = t("viability.estimates.stay")
    return Stay(free, _estimate(settings.stay_months, "stay", name, months, "high"))


def _costs(settings: Viability, shared: pd.DataFrame | None) -> Costs:
    items = []
    for cost in settings.costs:
        assert cost.period is not None  # noqa: S101 - `Viability` refuses a cost without a period
        name = cost.name or cost.id
        unit = t(f"viability.units.per_{cost.period}")
        share = cost.share_of_running_percent
        title = t("viability.estimates.share", name=name)
        items.append(
            Cost(
                cost.id,
                _estimate(cost.amount, f"cost.{cost.id}", name, unit, "low"),
                cost.period,
                name,
                12 * (cost.years or 1),
                None if share is None else _estimate(share, f"share.{cost.id}", title, "%", "high"),
            )
        )
    team = settings.animator
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
    for task in settings.volunteer_work:
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
    amount: Range, key: str, name: str, unit: str, better: Literal["low", "high"]
) -> Estimate:
    low, high = amount.ends
    return Estimate(key, amount.value, low, high, better, name, unit, amount.source, amount.status)


def _assumptions(site: Site) -> pd.DataFrame:
    """Every number that a site rests on, with its range, its source and its status."""
    names = ["key", "name", "value", "unit", "low", "high", "status", "source"]
    return pd.DataFrame(
        [{name: getattr(estimate, name) for name in names} for estimate in site.estimates()]
    )
