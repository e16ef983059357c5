"""From the keys of `sample:` to who is asked: frame, design, draw, visits.

The draw is a working file for the investigators: it names establishments. `siting run` writes the
design alone, small counts left blank together with those of the census.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.config.sample import Sample
from siting.errors import ConfigError
from siting.sources import sirene
from siting.study.stages import likely_users
from siting.survey import frame, sampling, visits
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.config import Study
    from siting.study.inputs import Inputs
    from siting.study.prepared import PreparedStudy
    from siting.survey.sampling import Design
    from siting.survey.visits import VisitPlan

NO_EPCI = "-"


@dataclass(frozen=True)
class SamplingFrame:
    """Likely users with their stratum.

    Attributes
    ----------
    people
        All of them: the register's columns, `epci` (code, `-` for none), `rurality`, `status` and
        `left_out` (`masked`, `excluded`, `no_status`, or empty: may be asked).
    empty
        Statuses and classes of the configuration that nobody of the frame has, by their names.
    """

    people: pd.DataFrame
    empty: tuple[str, ...]

    @property
    def units(self) -> pd.DataFrame:
        """Those who may be asked."""
        return self.people[self.people["left_out"] == ""].reset_index(drop=True)


@dataclass(frozen=True)
class DrawnSample:
    """A sample, and how it is visited.

    Attributes
    ----------
    settings
        The settings of the sample.
    frame, design
        What it was drawn from, and by.
    sample
        One row a unit, in the order of the visits (those left unvisited last): see `COLUMNS`.
    replacements
        One row a replacement: the same, with `replaces`, `rank` and `like`.
    visits
        One row a visit: `investigator,day,stop,arrival,road_minutes,siret,…`, and one row for each
        way back.
    margins
        Frame, expected and drawn by EPCI, rurality and status.
    plan
        Rounds of the investigators.
    modelled
        Whether the register is modelled, not real.
    """

    settings: Sample
    frame: SamplingFrame
    design: Design
    sample: pd.DataFrame
    replacements: pd.DataFrame
    visits: pd.DataFrame
    margins: pd.DataFrame
    plan: VisitPlan
    modelled: bool


COLUMNS = [
    "siret",
    "commune_code",
    "commune",
    "epci_code",
    "epci_name",
    "rurality",
    "status",
    "activity",
    "employees",
    "probability",
    "weight",
    "lon",
    "lat",
    "placed_at_commune",
]


def settings(study: Study) -> Sample:
    """The keys of `sample:`, or those of the package where the study has none."""
    return study.sample or Sample()


def framed(study: Study, read: Inputs) -> SamplingFrame:
    """Give every likely user its stratum.

    Raises
    ------
    ConfigError
        There is no register, or a status or class that the configuration names has nobody.
    InputError
        The table of exclusions or of rurality is wrong.
    """
    sample_keys = settings(study)
    people = likely_users.selected(study, read)
    communes = read.communes.set_index("code")
    people = people[people["commune_code"].isin(communes.index)].reset_index(drop=True)
    of = communes.loc[people["commune_code"]]
    rules = [frame.Status(s.id, s.firm, s.naf, s.deviation) for s in sample_keys.statuses]
    people = people.assign(
        epci=of["epci_code"].replace("", NO_EPCI).to_numpy(object),
        rurality=rurality(study, read).loc[people["commune_code"]].to_numpy(object),
        status=frame.statuses(people, rules),
    )
    who = frame.Exclusions()
    if sample_keys.exclusions is not None:
        who = frame.read_exclusions(sample_keys.exclusions)
    people["left_out"] = frame.excluded(people, who)
    empty = []
    may = people[people["left_out"] == ""]
    for kind, items, key in (
        ("status", sample_keys.statuses, "statuses"),
        ("rurality", sample_keys.densities, "densities"),
    ):
        none = [stratum.id for stratum in items if not (may[kind] == stratum.id).any()]
        if none and len(may) and key in sample_keys.model_fields_set:
            raise ConfigError("sample_empty_stratum", key=f"sample.{key}", ids=", ".join(none))
        empty += [label(sample_keys, kind, code) for code in none]
    return SamplingFrame(people, tuple(empty))


def rurality(study: Study, read: Inputs) -> pd.Series:
    """Class of rurality of each commune, by its code."""
    sample_keys = settings(study)
    codes = list(read.communes["code"])
    if sample_keys.rurality is not None:
        return frame.read_rurality(
            sample_keys.rurality, codes, [density.id for density in sample_keys.densities]
        )
    shapes = read.boundaries.set_index("code").to_crs(study.territory.crs)
    km2 = (shapes.geometry.area / 1e6).reindex(codes)
    people = read.communes.set_index("code")["population"]
    return frame.by_density(
        people, km2, [(density.id, density.below) for density in sample_keys.densities]
    )


def designed(study: Study, sampling_frame: SamplingFrame, size: int | None = None) -> Design:
    """Work out how many each stratum is due; see `sampling.design` for what is refused."""
    sample_keys = settings(study)
    optimal = sample_keys.allocation == "optimal"
    deviations = {
        status.id: status.deviation if optimal else 1.0 for status in sample_keys.statuses
    }
    return sampling.design(
        sampling_frame.units,
        sample_keys.size if size is None else size,
        sample_keys.densities[0].id,
        deviations,
        sample_keys.at_least_one,
    )


def check(study: Study, read: Inputs) -> None:
    """Refuse what a sample cannot be drawn from."""
    if study.sample is not None:
        designed(study, framed(study, read))


def draw(ground: PreparedStudy, size: int | None = None, seed: int | None = None) -> DrawnSample:
    """Draw a study's sample and plan the visits.

    Parameters
    ----------
    size, seed
        In place of the configuration's.
    """
    study, read = ground.study, ground.read
    sample_keys = settings(study)
    sample_keys = sample_keys.model_copy(
        update={
            "size": sample_keys.size if size is None else size,
            "seed": sample_keys.seed if seed is None else seed,
        }
    )
    people = framed(study, read)
    design = designed(study, people, sample_keys.size)
    [chosen] = sampling.counts(design, sample_keys.seed, at_least_one=sample_keys.at_least_one)
    drawn = sampling.draw(design, chosen, sample_keys.seed, sample_keys.replacements)
    table = _described(read, people.units, design)
    rows = table.loc[drawn["unit"]].reset_index(drop=True)
    first = (drawn["replaces"] < 0).to_numpy()
    sample = rows[first].reset_index(drop=True)
    bases = _bases(ground, sample_keys)
    plan = _planned(ground, sample_keys, sample, bases)
    stops = [stop for tour in plan.rounds for stop in tour.stops] + list(plan.left)
    sirets = table["siret"]
    replaced = drawn.loc[~first, ["replaces", "rank", "like"]].reset_index(drop=True)
    replaced["replaces"] = sirets.loc[replaced["replaces"]].to_numpy(object)
    return DrawnSample(
        sample_keys,
        people,
        design,
        sample.loc[stops].reset_index(drop=True),
        pd.concat([replaced, rows[~first].reset_index(drop=True)], axis=1),
        _visits(ground, sample_keys, sample, bases, plan),
        sampling.margins(design, chosen),
        plan,
        read.register_is_modelled,
    )


def label(sample_keys: Sample, kind: str, code: str) -> str:
    """Name of a status or of a class of rurality."""
    items: dict[str, str] = {}
    if kind == "status":
        items = {status.id: status.name for status in sample_keys.statuses}
    elif kind == "rurality":
        items = {density.id: density.name for density in sample_keys.densities}
    if items.get(code):
        return items[code]
    try:
        return t(f"sample.{kind}.{code}")
    except KeyError:
        return code


def _described(read: Inputs, units: pd.DataFrame, design: Design) -> pd.DataFrame:
    """The frame as the sample's file tells it."""
    placed = sirene.placed(units, read.communes)
    communes = read.communes.set_index("code").loc[placed["commune_code"]]
    placed = placed.assign(
        commune=communes["name"].to_numpy(object),
        epci_code=communes["epci_code"].to_numpy(object),
        epci_name=communes["epci_name"].to_numpy(object),
        probability=design.probability,
        weight=1 / design.probability,
    )
    return placed[COLUMNS]


def _bases(ground: PreparedStudy, sample_keys: Sample) -> pd.DataFrame:
    """Where the investigators leave from: `id,lon,lat,days`."""
    given = sample_keys.visits.investigators
    if given:
        return pd.DataFrame([investigator.model_dump() for investigator in given])
    communes = ground.read.communes
    main = communes.iloc[int(communes["population"].to_numpy().argmax())]
    base = {"id": str(main["name"]), "lon": main["chef_lieu_lon"], "lat": main["chef_lieu_lat"]}
    return pd.DataFrame([{**base, "days": max(sample_keys.size, 1)}])


def _planned(
    ground: PreparedStudy, sample_keys: Sample, sample: pd.DataFrame, bases: pd.DataFrame
) -> VisitPlan:
    """Plan the visits on the study's roads."""
    stops = sample.assign(id=sample["siret"])
    between = ground.minutes(stops, stops).astype(np.float64)
    out = ground.minutes(bases, stops).astype(np.float64)
    back = ground.minutes(stops, bases).astype(np.float64)
    np.fill_diagonal(between, 0.0)
    teams = [
        visits.Team(int(days), out[row], back[:, row]) for row, days in enumerate(bases["days"])
    ]
    work = sample_keys.visits
    return visits.plan(between, teams, work.minutes_per_visit, work.hours_per_day * 60)


def _visits(
    ground: PreparedStudy,
    sample_keys: Sample,
    sample: pd.DataFrame,
    bases: pd.DataFrame,
    plan: VisitPlan,
) -> pd.DataFrame:
    """One row a visit, and one for each way back."""
    stops = sample.assign(id=sample["siret"])
    start = sample_keys.visits.start.hour * 60 + sample_keys.visits.start.minute
    rows = []
    day: dict[int, int] = {}
    for tour in plan.rounds:
        day[tour.team] = day.get(tour.team, 0) + 1
        base = bases.iloc[[tour.team]]
        points = pd.concat(
            [base[["id", "lon", "lat"]], stops.loc[list(tour.stops), ["id", "lon", "lat"]]],
            ignore_index=True,
        )
        way = ground.minutes(points, points).astype(np.float64)
        clock = float(start)
        count = len(tour.stops)
        for number in range(1, count + 2):
            road = float(way[number - 1, number % (count + 1)])
            clock += road
            here = {
                "investigator": base["id"].iloc[0],
                "day": day[tour.team],
                "stop": number,
                "kind": "visit" if number <= count else "return",
                "arrival": _clock(clock),
                "road_minutes": round(road, 1),
            }
            if number <= count:
                unit = sample.iloc[tour.stops[number - 1]]
                names = ("siret", "commune_code", "commune", "epci_name", "rurality", "status")
                here |= {name: unit[name] for name in (*names, "activity", "lon", "lat")}
                clock += sample_keys.visits.minutes_per_visit
            rows.append(here)
    columns = ["investigator", "day", "stop", "kind", "arrival", "road_minutes", "siret"]
    columns += ["commune_code", "commune", "epci_name", "rurality", "status", "activity"]
    return pd.DataFrame(rows, columns=[*columns, "lon", "lat"])


def _clock(minutes: float) -> str:
    """A time of day, to the minute; past midnight it starts again."""
    hours, rest = divmod(round(minutes), 60)
    return f"{hours % 24:02d}:{rest:02d}"
