"""The keys of `viability:`: tariffs, costs, stays, users; in a study, or in a file of its own.

Packages that the grid does not know, costs without a period and the like are told all at once, with
what pydantic finds: `Viability` looks at the whole section before it looks at its parts.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic needs it at run time
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, PydanticKnownError

from siting.config.amounts import Amount, Positive, Range, Share
from siting.settings import Model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import ModelWrapValidatorHandler

Period = Literal["week", "month", "quarter", "half_year", "year"]
CostPeriod = Literal["week", "month", "quarter", "half_year", "year", "once"]
Tax = Literal["excluded", "included"]

PACKAGES = ("hour", "day", "twenty_days_quarter", "two_days_week", "h24")
"""Ids of the usual packages, which `siting.economics.tariffs.STANDARD` describes."""

VAT_RATES = (0.0, 2.1, 5.5, 10.0, 20.0)
"""Rates of metropolitan France, in percent (code général des impôts, art. 278 to 281 nonies);
`vat_rates_percent` replaces them elsewhere."""

EVERYONE = "all"
ALMOST = 1e-9


class PackageKeys(Model):
    """A package of one's own, or another description of a usual one."""

    name: str = ""
    billed: Literal["hour", "day", "week", "month", "quarter", "half_year", "year"]
    hours_per_month: float = Field(gt=0, allow_inf_nan=False, description="of use, by one user")
    uses_per_month: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="hours or days billed a month"
    )

    @model_validator(mode="after")
    def _uses(self) -> PackageKeys:
        if (self.billed in ("hour", "day")) != (self.uses_per_month is not None):
            raise ValueError("uses_per_month")
        return self


class TariffKeys(Model):
    """What one user of a profile pays for one billed period of a package."""

    profile: str = EVERYONE
    package: str
    price: Amount
    vat_percent: float | None = Field(None, description="that of the section if none")
    tax: Tax | None = Field(None, description="that of the section if none")
    start: dt.date | None = Field(None, alias="from")
    end: dt.date | None = Field(None, alias="until", description="last day")

    @model_validator(mode="after")
    def _ordered(self) -> TariffKeys:
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError("dates_reversed")
        return self


class CostKeys(Model):
    """An item, as the site bears it (net of VAT where it recovers it)."""

    id: str = Field(min_length=1)
    name: str = ""
    amount: Amount
    period: CostPeriod | None = None
    years: float | None = Field(None, gt=0, le=50, description="that a cost paid once is spread on")
    share_of_running_percent: Share | None = Field(
        None, description="this item over all running costs; the rest is then not itemised"
    )

    @model_validator(mode="after")
    def _spread(self) -> CostKeys:
        if (self.period == "once") != (self.years is not None):
            raise ValueError("years_of_once")
        return self


class VolunteerWork(Model):
    """Work that nobody pays, imputed."""

    id: str = Field(min_length=1)
    name: str = ""
    hours: Amount
    period: Period | None = None
    hourly_rate: Amount


class AnimatorSite(Model):
    """A site that shares the animator; in a study `id` may be a candidate's."""

    id: str = Field(min_length=1)
    hours: float = Field(ge=0, allow_inf_nan=False, description="on the site, a month")
    visits: float = Field(ge=0, allow_inf_nan=False, description="round trips, a month")
    minutes: float | None = Field(
        None, ge=0, allow_inf_nan=False, description="one way from the base; computed in a study"
    )


class Animator(Model):
    """An animator shared by several sites."""

    amount: Amount
    period: Period | None = None
    site: str = Field(description="which of the sites is judged here")
    base: str | None = Field(None, description="candidate from which the animator leaves")
    sites: tuple[AnimatorSite, ...] = Field(min_length=1)


class ChurnPoint(Model):
    """Share of users who leave in a month when they pay so much a month, VAT included."""

    price: float = Field(ge=0, allow_inf_nan=False)
    percent: float = Field(ge=0, le=100, allow_inf_nan=False)


class Expected(Model):
    """Users expected, of a package."""

    profile: str = EVERYONE
    package: str
    users: Amount


class Present(Model):
    """Users already there, of a package."""

    profile: str = EVERYONE
    package: str
    users: float = Field(ge=0, allow_inf_nan=False)


class MixPart(Model):
    """A part of the users sought."""

    profile: str = EVERYONE
    package: str
    percent: float = Field(100, gt=0, le=100)


class MixKeys(Model):
    """Users already there, and the packages of those sought."""

    name: str = Field(min_length=1)
    fixed: tuple[Present, ...] = ()
    rest: tuple[MixPart, ...] = Field(min_length=1)


class Variant(Model):
    """The same site with another rule; what is not said stays."""

    name: str = Field(min_length=1)
    tax: Tax | None = None
    vat_percent: float | None = None
    free_months: Amount | None = None
    stay_months: Positive | None = None
    date: dt.date | None = None


class Viability(Model):
    """A site to be judged."""

    site: str = Field("", description="its name in the tables")
    area_m2: float | None = Field(None, gt=0, allow_inf_nan=False)
    date: dt.date | None = Field(None, description="on which the tariffs are read")
    vat_rates_percent: tuple[float, ...] = VAT_RATES
    vat_percent: float
    tax: Tax = Field(description="whether the prices include VAT")
    packages: dict[str, PackageKeys] = Field(default_factory=dict)
    tariffs: tuple[TariffKeys, ...] = Field(min_length=1)
    costs: tuple[CostKeys, ...] = Field(min_length=1)
    volunteer_work: tuple[VolunteerWork, ...] = ()
    animator: Animator | None = None
    free_months: Amount = Range(value=0)
    stay_months: Positive | None = None
    churn: tuple[ChurnPoint, ...] = ()
    mixes: tuple[MixKeys, ...] = ()
    expected: tuple[Expected, ...] = ()
    variants: tuple[Variant, ...] = ()
    draws: int = Field(10_000, ge=100, le=1_000_000, description="of the Monte-Carlo")
    seed: int = Field(12, ge=0)

    @model_validator(mode="wrap")
    @classmethod
    def _everything(cls, value: Any, handler: ModelWrapValidatorHandler[Viability]) -> Viability:
        """Tell what is wrong across the parts together with what is wrong in each."""
        wrong = list(_across(value)) if isinstance(value, dict) else []
        try:
            read = handler(value)
        except ValidationError as error:
            problems = error.errors()
            # a list whose items are all refused is not too short
            inner = {problem["loc"][:n] for problem in problems for n in range(len(problem["loc"]))}
            kept = [
                problem
                for problem in problems
                if problem["type"] != "too_short" or problem["loc"] not in inner
            ]
            raise _together(cls, [*wrong, *map(_again, kept)]) from error
        if wrong:
            raise _together(cls, wrong)
        return read


class ViabilityFile(Model):
    """A configuration of its own kind, without a territory."""

    kind: Literal["viability"] = "viability"
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")
    title: str = ""
    viability: Viability


def _together(cls: type[Viability], wrong: list[InitErrorDetails]) -> ValidationError:
    return ValidationError.from_exception_data(cls.__name__, wrong)


def _again(error: Any) -> InitErrorDetails:
    """A problem of pydantic's, to be raised once more."""
    kind, context = error["type"], error.get("ctx", {})
    try:
        PydanticKnownError(kind, context)
    except KeyError:
        own = PydanticCustomError(kind, "refused", context)
        return InitErrorDetails(type=own, loc=error["loc"], input=error["input"])
    return InitErrorDetails(type=kind, loc=error["loc"], input=error["input"], ctx=context)


def _wrong(kind: str, loc: tuple[int | str, ...], value: Any, **context: Any) -> InitErrorDetails:
    return InitErrorDetails(
        type=PydanticCustomError(kind, "refused", context), loc=loc, input=value
    )


Located = tuple[tuple[int | str, ...], dict[str, Any]]


def _items(section: Any, *keys: str) -> Iterator[Located]:
    """Mappings of a list in the section, as it was written, with where each stands."""
    part = section
    for key in keys:
        part = part.get(key) if isinstance(part, dict) else None
    for place, entry in enumerate(part if isinstance(part, list | tuple) else ()):
        if isinstance(entry, dict):
            yield (*keys, place), entry


def _across(section: dict[str, Any]) -> Iterator[InitErrorDetails]:
    """What is wrong between the parts of a section as it was written."""
    yield from _packages_unknown(section)
    yield from _rates_unknown(section)
    yield from _periods_missing(section)
    yield from _stays_unclear(section)
    for key in ("costs", "volunteer_work"):
        seen: set[Any] = set()
        for where, entry in _items(section, key):
            if entry.get("id") in seen:
                yield _wrong("id_again", (*where, "id"), entry["id"])
            seen.add(entry.get("id"))
    shares = [at for at, cost in _items(section, "costs") if "share_of_running_percent" in cost]
    for where in shares[1:]:
        yield _wrong("share_again", where, "share_of_running_percent")
    animator = section.get("animator")
    if isinstance(animator, dict):
        sites = [site.get("id") for _, site in _items(section, "animator", "sites")]
        if sites and animator.get("site") not in sites:
            known = ", ".join(map(str, sites))
            yield _wrong("unknown_site", ("animator", "site"), animator.get("site"), known=known)


def _uses(section: dict[str, Any]) -> Iterator[Located]:
    """Every place that names a package beside the grid."""
    for where, mix in _items(section, "mixes"):
        for key in ("fixed", "rest"):
            for inner, users in _items(mix, key):
                yield (*where, *inner), users
    yield from _items(section, "expected")


def _packages_unknown(section: dict[str, Any]) -> Iterator[InitErrorDetails]:
    own = section.get("packages")
    names = {*PACKAGES, *(own if isinstance(own, dict) else ())}
    known = ", ".join(sorted(map(str, names)))
    priced = set()
    for where, entry in _items(section, "tariffs"):
        package = entry.get("package")
        priced.add((str(entry.get("profile", EVERYONE)), str(package)))
        if isinstance(package, str) and package not in names:
            yield _wrong("unknown_package", (*where, "package"), package, known=known)
    for where, entry in _uses(section):
        package = entry.get("package")
        if not isinstance(package, str):
            continue
        profile = entry.get("profile", EVERYONE)
        if package not in names:
            yield _wrong("unknown_package", (*where, "package"), package, known=known)
        elif (str(profile), package) not in priced:
            yield _wrong("package_without_price", (*where, "package"), package, profile=profile)
    yield from _packages_again((), section, "expected")
    for where, mix in _items(section, "mixes"):
        yield from _packages_again(where, mix, "fixed")
        yield from _packages_again(where, mix, "rest")
        parts = [part.get("percent", 100) for _, part in _items(mix, "rest")]
        sound = parts and all(isinstance(percent, int | float) for percent in parts)
        if sound and abs(sum(parts) - 100) > ALMOST:
            yield _wrong("parts_not_100", (*where, "rest"), f"{sum(parts):g}")


def _packages_again(
    where: tuple[int | str, ...], section: dict[str, Any], key: str
) -> Iterator[InitErrorDetails]:
    """Packages that stand twice in one list of users."""
    seen = set()
    for place, users in _items(section, key):
        named = (str(users.get("profile", EVERYONE)), str(users.get("package")))
        if named in seen:
            yield _wrong("package_again", (*where, *place, "package"), users.get("package"))
        seen.add(named)


def _rates_unknown(section: dict[str, Any]) -> Iterator[InitErrorDetails]:
    rates = section.get("vat_rates_percent", VAT_RATES)
    if not isinstance(rates, list | tuple):
        return
    places: list[Located] = [((), section)]
    places += [*_items(section, "tariffs"), *_items(section, "variants")]
    known = ", ".join(f"{rate:g}" if isinstance(rate, int | float) else str(rate) for rate in rates)
    for where, entry in places:
        rate = entry.get("vat_percent")
        if isinstance(rate, int | float) and rate not in rates:
            yield _wrong("unknown_vat", (*where, "vat_percent"), rate, known=known)


def _periods_missing(section: dict[str, Any]) -> Iterator[InitErrorDetails]:
    animator = section.get("animator")
    places = [*_items(section, "costs"), *_items(section, "volunteer_work")]
    if isinstance(animator, dict):
        places.append((("animator",), animator))
    for where, cost in places:
        if cost.get("period") is None:
            name = cost.get("name") or cost.get("id") or cost.get("site", "")
            yield _wrong("cost_without_period", (*where, "period"), "", name=name)


def _stays_unclear(section: dict[str, Any]) -> Iterator[InitErrorDetails]:
    """Free months need a length of stay, and a stay is told in one way."""
    churn = section.get("churn")
    if churn and section.get("stay_months") is not None:
        yield _wrong("stay_twice", ("stay_months",), section["stay_months"])
    places: list[Located] = [((), section), *_items(section, "variants")]
    for where, case in places:
        free = case.get("free_months")
        value = free.get("value") if isinstance(free, dict) else free
        some = isinstance(value, int | float) and value > 0
        stay = churn or section.get("stay_months") or case.get("stay_months")
        if some and not stay:
            yield _wrong("free_without_stay", (*where, "free_months"), value)
        if where and churn and case.get("stay_months") is not None:
            yield _wrong("stay_twice", (*where, "stay_months"), case["stay_months"])
    prices = [point.get("price") for _, point in _items(section, "churn")]
    numbers = [price for price in prices if isinstance(price, int | float)]
    if len(numbers) == len(prices) and numbers != sorted(set(numbers)):
        yield _wrong("not_increasing", ("churn",), ", ".join(f"{number:g}" for number in numbers))
