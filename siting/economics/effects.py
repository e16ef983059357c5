"""What télécentres spare: kilometres, hours, CO2, exposure to accidents; and what is only declared.

A user who goes to a télécentre instead of to work saves, on each such day,

    2 (work - site)

kilometres, and minutes likewise; never less than 0. Where flows are known, both are road lengths
taken as straight lines times a detour; where only likely users are counted, their way to work is
declared. Over a year

    users = people x suitable x adoption
    spared = users x days a week x weeks a year x 2 (work - site) x (1 - rebound)

where rebound is the share of the spared travel that is made again for other ends. Kilometres of
drivers become vehicle-kilometres by the occupancy of cars, those of motorcyclists as they are;
walking, cycling (and the two-wheelers of old files) and public transport, which runs anyway, spare
none. The band comes from the declared ranges (`estimates`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from siting.economics.estimates import Batch, Estimate, Float64

PER_100_MILLION, PER_BILLION = 1e-8, 1e-9


@dataclass(frozen=True)
class Trips:
    """People for whom a site is in reach, by where they live and work.

    Attributes
    ----------
    people, mode
        Shape (trips,); mode as `siting.sources.mobpro` names it.
    site_km, site_minutes
        From home to the site, one way: straight kilometres, minutes by road.
    work_km, work_minutes
        From home to work likewise; None where `Commute` declares them.
    """

    people: Float64
    mode: npt.NDArray[np.object_]
    site_km: Float64
    site_minutes: Float64
    work_km: Float64 | None = None
    work_minutes: Float64 | None = None


@dataclass(frozen=True)
class Commute:
    """The declared way to work of people whose flows are not known: by road, one way."""

    km: Estimate
    minutes: Estimate


@dataclass(frozen=True)
class Usage:
    """Who comes and how often.

    Attributes
    ----------
    suitable, adoption, rebound
        Percent: jobs that can be done away from the workplace; of those, people who come; spared
        travel made again for other ends.
    days, weeks
        A week, a year.
    detour
        Road length over straight length.
    driving
        Percent of the people whose mode is not told who drive a car.
    """

    suitable: Estimate
    adoption: Estimate
    days: Estimate
    weeks: Estimate
    rebound: Estimate
    detour: Estimate
    driving: Estimate


@dataclass(frozen=True)
class Factors:
    """What a vehicle-kilometre does.

    Attributes
    ----------
    occupancy
        People in a car.
    car, electric, motorcycle
        kg CO2e a vehicle-kilometre.
    electric_share
        Percent of car kilometres that are electric.
    injury_accidents, deaths
        For 100 million, and for a billion vehicle-kilometres.
    """

    occupancy: Estimate
    car: Estimate
    electric: Estimate
    electric_share: Estimate
    motorcycle: Estimate
    injury_accidents: Estimate
    deaths: Estimate


@dataclass(frozen=True)
class Productivity:
    """A gain that somebody declared; nobody has verified it.

    Attributes
    ----------
    gain
        Percent of the hours worked at the télécentre.
    hours
        Worked a day.
    """

    gain: Estimate
    hours: Estimate


Part = Usage | Factors | Productivity | Commute


def estimates(*parts: Part | None) -> tuple[Estimate, ...]:
    """Every estimate that the effects rest on."""
    some = [part for part in parts if part is not None]
    return tuple(getattr(part, field.name) for part in some for field in fields(part))


def electric_corners(factors: Factors) -> tuple[dict[str, float], dict[str, float]]:
    """Electric share at the best and at the worst corner of the CO2 spared.

    It lowers what a kilometre emits only where an electric car emits less than another.
    """
    share, car, electric = factors.electric_share, factors.car, factors.electric
    best = share.low if car.high >= electric.high else share.high
    worst = share.high if car.low >= electric.low else share.low
    return {share.key: best}, {share.key: worst}


def compute(
    trips: Trips,
    usage: Usage,
    factors: Factors,
    batch: Batch,
    commute: Commute | None = None,
    productivity: Productivity | None = None,
) -> dict[str, tuple[str, Float64]]:
    """Effects in a year.

    Parameters
    ----------
    trips
        Those of the people for whom a site is in reach.
    batch
        Cases of `estimates(usage, factors, commute, productivity)`.
    commute
        Where the trips do not tell the way to work.
    productivity
        None: left out.

    Returns
    -------
    Unit and values, shape (cases,), by measure: `people` in reach, `users`, `days` a year (of all
    users), `person_km`, `vehicle_km`, `hours`, `co2_kg`, `injury_accidents`, `deaths`, and with
    `productivity` `declared_gain_hours`.
    """
    share = batch[usage.suitable] / 100 * batch[usage.adoption] / 100
    days = share * batch[usage.days] * batch[usage.weeks]
    spared = 2 * days * (1 - batch[usage.rebound] / 100)
    modes = {mode: trips.mode == mode for mode in ("car", "unknown", "motorcycle")}
    km = {mode: spared * _km(trips, usage, batch, commute, of) for mode, of in modes.items()}
    cars = (km["car"] + km["unknown"] * batch[usage.driving] / 100) / batch[factors.occupancy]
    vehicles = cars + km["motorcycle"]
    travels = trips.mode != "none"
    electric = batch[factors.electric_share] / 100
    a_car_km = batch[factors.car] * (1 - electric) + batch[factors.electric] * electric
    people = trips.people[travels].sum()
    accidents = vehicles * batch[factors.injury_accidents] * PER_100_MILLION
    columns = {
        "people": ("people", np.full(batch.size, people)),
        "users": ("people", people * share),
        "days": ("days", people * days),
        "person_km": ("km", spared * _km(trips, usage, batch, commute, travels)),
        "vehicle_km": ("km", vehicles),
        "hours": ("h", spared * _minutes(trips, batch, commute, travels) / 60),
        "co2_kg": ("kg CO2e", cars * a_car_km + km["motorcycle"] * batch[factors.motorcycle]),
        "injury_accidents": ("accidents", accidents),
        "deaths": ("deaths", vehicles * batch[factors.deaths] * PER_BILLION),
    }
    if productivity is not None:
        gain = batch[productivity.gain] / 100 * batch[productivity.hours]
        columns["declared_gain_hours"] = ("h", people * days * gain)
    return columns


def table(effects: dict[str, tuple[str, Float64]], batch: Batch) -> pd.DataFrame:
    """Effects with their bands.

    Returns
    -------
    Columns `measure,unit,value,low,high,p05,p50,p95`.
    """
    rows = [
        {"measure": measure, "unit": unit, **asdict(batch.band(values))}
        for measure, (unit, values) in effects.items()
    ]
    return pd.DataFrame(rows)


def _km(
    trips: Trips,
    usage: Usage,
    batch: Batch,
    commute: Commute | None,
    of: npt.NDArray[np.bool_],
) -> Float64:
    """Kilometres by road that some of the trips spare, one way, shape (cases,)."""
    detour, people, site = batch[usage.detour], trips.people[of], trips.site_km[of]
    if commute is None:
        assert trips.work_km is not None  # noqa: S101 - the caller's condition
        return detour * float(people @ np.maximum(trips.work_km[of] - site, 0))
    total = np.zeros(batch.size)
    for count, straight in zip(people, site, strict=True):
        total += count * np.maximum(batch[commute.km] - detour * straight, 0)
    return total


def _minutes(
    trips: Trips, batch: Batch, commute: Commute | None, of: npt.NDArray[np.bool_]
) -> Float64:
    """Minutes that some of the trips spare, one way, shape (cases,)."""
    people, site = trips.people[of], trips.site_minutes[of]
    if commute is None:
        assert trips.work_minutes is not None  # noqa: S101 - the caller's condition
        spared = float(people @ np.maximum(trips.work_minutes[of] - site, 0))
        return np.full(batch.size, spared)
    total = np.zeros(batch.size)
    for count, minutes in zip(people, site, strict=True):
        total += count * np.maximum(batch[commute.minutes] - minutes, 0)
    return total
