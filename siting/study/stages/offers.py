"""From the keys of `offers:` to the register of places: types, labels explained, relays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from siting.config import validate
from siting.contracts import Column, Table, code
from siting.errors import ConfigError, InputError, ProblemsError
from siting.measures import coverage as coverages
from siting.offers import labels as rules
from siting.offers.labels import Fact, JudgedPlace, Labels
from siting.sources import facility_lists, reading
from siting.study.stages import stage_contracts
from siting.territory import area
from siting.texts import text as t
from siting.times import matrix

if TYPE_CHECKING:
    from pathlib import Path

    from siting.config import Study
    from siting.config.offers import Offers
    from siting.errors import SitingError
    from siting.study.inputs import Inputs
    from siting.study.prepared import PreparedStudy

ENTERED = Table(
    "evidence of places",
    (
        code("place_id", "place of the register"),
        code("criterion", "fact that the labels know"),
        code("value", "value"),
        Column("evidence", "text", "what shows it: a document, a visit, a vote"),
        Column("source", "text", "who says so"),
        Column("date", "date", "when it was established, YYYY-MM-DD"),
    ),
    ("place_id", "criterion"),
)
PLACES = ["id", "name", "commune_code", "lon", "lat", "kind", "type", "connoted"]
CONNOTED = {"yes": True, "oui": True, "true": True, "1": True}
SURE = {"no": False, "non": False, "false": False, "0": False, "": False}


@dataclass(frozen=True)
class Register:
    """Places with their labels.

    Attributes
    ----------
    labels
        The rules.
    places
        `id,name,commune_code,lon,lat,kind,type,connoted`.
    facts
        What is known of each place.
    judged
        Of each place.
    """

    labels: Labels
    places: pd.DataFrame
    facts: dict[str, dict[str, Fact]]
    judged: dict[str, JudgedPlace]

    def relays(self, settings: Offers) -> pd.DataFrame:
        """Places that send people on."""
        chosen = self.places["type"].isin(settings.relays.types)
        if not settings.relays.count_connoted:
            chosen &= ~self.places["connoted"]
        return self.places[chosen].reset_index(drop=True)


def register(study: Study) -> Register:
    """Read and judge the places of a study.

    Raises
    ------
    ConfigError
        The study has no `offers:`, or its relays are of an unknown type.
    SitingError
        A file is wrong; evidence of an unknown place or fact, or beyond its scale: all at once.
    """
    settings = study.offers
    if settings is None:
        raise ConfigError("no_offers", file=study.name)
    labels = validate(Labels, settings.labels)
    strange = sorted(set(settings.relays.types) - set(labels.types))
    if strange:
        raise ConfigError("relay_type", types=", ".join(strange), known=", ".join(labels.types))
    places = _places(settings.places, labels)
    facts = _facts(settings.evidence, labels, places)
    judged = {
        str(row.id): rules.judge(labels, str(row.type), facts.get(str(row.id), {}), settings.date)
        for row in places.itertuples()
    }
    return Register(labels, places, facts, judged)


def tables(ground: PreparedStudy) -> dict[str, pd.DataFrame]:
    """Tables of the register, of the places in the area or near it.

    Returns
    -------
    `offers` (each place, its type, the level that it holds and the one it may yet hold),
    `offers_rules` (each rule and what became of it) and, where there are relays, `offers_relays`
    (minutes from each commune, and each candidate, to the nearest); none without `offers:`.
    """
    study = ground.study
    if study.offers is None:
        return {}
    judged_places = register(study)
    near = _near(judged_places, study, ground.read)
    offer_tables = {
        "offers": _levels(judged_places, near),
        "offers_rules": _rules(judged_places, near),
    }
    relays = judged_places.relays(study.offers)
    if len(relays):
        offer_tables["offers_relays"] = _relays(ground, relays)
    return offer_tables


def check(study: Study, read: Inputs) -> None:
    """Refuse a register of which nothing can be told.

    Raises
    ------
    SitingError
        See `register`; or no place is in the area or near it.
    """
    if study.offers is not None and _near(register(study), study, read).empty:
        raise InputError(
            "offers_elsewhere", file=study.offers.places, km=f"{study.territory.buffer_km:g}"
        )


def _near(judged_places: Register, study: Study, read: Inputs) -> pd.DataFrame:
    """Places in the area or near it."""
    around = area.surroundings(read.boundaries, study.territory.crs)
    return area.within(judged_places.places, around, study.territory.buffer_km)


def _places(path: Path, labels: Labels) -> pd.DataFrame:
    listed = facility_lists.read(path).places.reset_index(drop=True)
    written = listed["connoted"] if "connoted" in listed else pd.Series("", index=listed.index)
    words = written.fillna("").astype(str).str.strip().str.casefold()
    wrong = ~words.isin([*CONNOTED, *SURE])
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise InputError(
            "bad_value",
            file=path,
            row=row + 2,
            column="connoted",
            value=written.iloc[row],
            expected="oui | non",
        )
    kinds = listed["kind"].fillna("").astype(str)
    return listed.assign(kind=kinds, type=kinds.map(labels.type_of), connoted=words.isin(CONNOTED))[
        PLACES
    ]


def _facts(path: Path | None, labels: Labels, places: pd.DataFrame) -> dict[str, dict[str, Fact]]:
    if path is None:
        return {}
    entered = reading.checked(path, ENTERED)
    known = set(places["id"].astype(str))
    problems: list[SitingError] = []
    facts: dict[str, dict[str, Fact]] = {}
    for row, entry in enumerate(entered.itertuples(), 2):
        place, name = str(entry.place_id), str(entry.criterion)
        if place not in known:
            problems.append(InputError("offer_place", file=path, row=row, place=place))
            continue
        kind = labels.evidence.get(name)
        if kind is None:
            problems.append(
                InputError(
                    "offer_criterion",
                    file=path,
                    row=row,
                    criterion=name,
                    known=", ".join(labels.evidence),
                )
            )
            continue
        value = rules.value(str(entry.value), kind.kind)
        if value is None:
            problems.append(
                InputError(
                    "bad_value",
                    file=path,
                    row=row,
                    column=name,
                    value=entry.value,
                    expected=t(f"offers.kinds.{kind.kind}"),
                )
            )
            continue
        fact = Fact(
            value, str(entry.evidence), str(entry.source), pd.Timestamp(str(entry.date)).date()
        )
        facts.setdefault(place, {})[name] = fact
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise ProblemsError(problems)
    return facts


def _levels(judged_places: Register, near: pd.DataFrame) -> pd.DataFrame:
    names = {"": ""} | {level.id: level.label.wording() for level in judged_places.labels.levels}
    types = {"": ""} | {
        key: kind.label.wording() for key, kind in judged_places.labels.types.items()
    }
    rows = []
    for row in near.itertuples():
        judged = judged_places.judged[str(row.id)]
        missing = {name for reason in judged.reasons for name in reason.unknown}
        failed = [reason.rule for reason in judged.reasons if reason.outcome == "failed"]
        rows.append(
            {
                "place_id": row.id,
                "name": row.name,
                "commune_code": row.commune_code,
                "lon": row.lon,
                "lat": row.lat,
                "kind": row.kind,
                "type": row.type,
                "type_name": types[str(row.type)],
                "level": judged.level,
                "level_name": names[judged.level],
                "possible_level": judged.possible,
                "possible_name": names[judged.possible],
                "failed": " ".join(failed),
                "missing": " ".join(
                    fact for fact in judged_places.labels.evidence if fact in missing
                ),
            }
        )
    return pd.DataFrame(rows)


def _rules(judged_places: Register, near: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for row in near.itertuples():
        facts = judged_places.facts.get(str(row.id), {})
        for reason in judged_places.judged[str(row.id)].reasons:
            known = [(name, facts[name]) for name in reason.facts if name in facts]
            rows.append(
                {
                    "place_id": row.id,
                    "level": reason.level,
                    "rule": reason.rule,
                    "outcome": reason.outcome,
                    "said": t(f"offers.outcomes.{reason.outcome}"),
                    "facts": "; ".join(
                        judged_places.labels.evidence[name].label.wording() for name in reason.facts
                    ),
                    "values": "; ".join(f"{name}={_plain(fact.value)}" for name, fact in known),
                    "evidence": "; ".join(fact.shown_by for _, fact in known),
                    "source": "; ".join(fact.source for _, fact in known),
                    "date": "; ".join(fact.date.isoformat() for _, fact in known),
                    "missing": " ".join(reason.unknown),
                }
            )
    return pd.DataFrame(rows, columns=stage_contracts.OFFERS_RULES.names)


def _plain(value: bool | float | str) -> str:  # noqa: FBT001 - a value of any kind
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else value


def _relays(ground: PreparedStudy, relays: pd.DataFrame) -> pd.DataFrame:
    """Minutes to the nearest relay: `kind,code,name,minutes,relay_id,unreached`.

    Of a commune the mean over its people, and the relay of most of them; of a candidate its own.
    """
    access = ground.access("relays", relays)
    mean = coverages.summary(access, "commune_code")
    first = access[access["facility_id"] != ""].groupby(["commune_code", "facility_id"])
    people = (
        first["population"]
        .sum()
        .reset_index()
        .sort_values(["commune_code", "population", "facility_id"], ascending=[True, False, True])
    )
    most = people.drop_duplicates("commune_code").set_index("commune_code")["facility_id"]
    names = ground.read.communes.set_index("code")["name"]
    communes = pd.DataFrame(
        {
            "kind": "commune",
            "code": mean.index,
            "name": names.reindex(mean.index).to_numpy(object),
            "minutes": mean["mean_minutes"].to_numpy(float),
            "relay_id": most.reindex(mean.index).fillna("").to_numpy(object),
            "unreached": mean["unreached"].to_numpy(float),
        }
    )
    sites = ground.read.candidates
    attach = ground.router.network.attach
    best = coverages.nearest(matrix.dense(ground.router, attach(sites), attach(relays)))
    candidates = pd.DataFrame(
        {
            "kind": "candidate",
            "code": sites["id"].to_numpy(object),
            "name": sites["name"].to_numpy(object),
            "minutes": best["minutes"].to_numpy(float),
            "relay_id": best["facility_id"].to_numpy(object),
        }
    )
    return pd.concat([communes, candidates], ignore_index=True)
