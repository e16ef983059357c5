"""A scenario in words, for what is taken away: name, date, each change, before and after."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting import texts
from siting.config import WhatIf
from siting.outputs.documents.model import (
    Bullets,
    DocumentColumn,
    DocumentTable,
    Heading,
    Paragraph,
)
from siting.publish.report.words import day
from siting.texts import text as t
from siting.workshop import scenario as scenarios

if TYPE_CHECKING:
    from siting.outputs.documents.model import Block
    from siting.workshop.scenario import Scenario
    from siting.workshop.workshop import Answer, Workshop


@dataclass(frozen=True)
class Hypothesis:
    """What a scenario is, for who reads a file and never saw the page.

    Attributes
    ----------
    name
        As the reader calls it.
    date
        Day on which it was taken away.
    changes
        A sentence each; empty where it is today's situation.
    thresholds
        Minutes.
    row, people
        Of the whole study, among the zones of the answers.
    before, after
        What today's situation and the scenario do.
    """

    name: str
    date: dt.date
    changes: tuple[str, ...]
    thresholds: tuple[float, ...]
    row: int
    people: float
    before: Answer
    after: Answer

    @property
    def heading(self) -> str:
        """Its name and its date."""
        return t("hypothesis.heading", name=self.name, date=day(self.date))

    def line(self) -> str:
        """All of it in a paragraph."""
        sentences = [
            f"{self.heading}{t('hypothesis.colon')}{t('hypothesis.and').join(self.changes)}."
        ]
        sentences += [t("hypothesis.share", **row) for row in self._rows()]
        return " ".join(sentences)

    def blocks(self) -> list[Block]:
        """All of it as the beginning of a document."""
        rows = tuple(
            (t("hypothesis.within", **row), row["before"], row["after"], row["gained"], row["lost"])
            for row in self._rows()
        )
        minutes = [
            f"{texts.number(each.mean_minutes, 1)} min" for each in (self.before, self.after)
        ]
        columns = ("measure", "before", "after", "gained", "lost")
        return [
            Heading(1, self.heading),
            Paragraph(t("hypothesis.not_today"), "notice"),
            Bullets(self.changes),
            DocumentTable(
                t("hypothesis.caption"),
                tuple(
                    DocumentColumn(t(f"hypothesis.{key}"), "right" if i else "left", 1 if i else 2)
                    for i, key in enumerate(columns)
                ),
                (*rows, (t("hypothesis.mean"), *minutes, "–", "–")),
            ),
        ]

    def _rows(self) -> list[dict[str, str]]:
        """Shares before and after, people gained and lost, by threshold, of the whole study."""
        return [
            {
                "minutes": f"{limit:g}",
                "before": texts.percent(float(self.before.covered[self.row, j]) / self.people),
                "after": texts.percent(float(self.after.covered[self.row, j]) / self.people),
                "gained": texts.number(float(self.after.gained[self.row, j])),
                "lost": texts.number(float(self.after.lost[self.row, j])),
            }
            for j, limit in enumerate(self.thresholds)
        ]


def today() -> dt.date:
    """The day where this machine is."""
    return dt.datetime.now().astimezone().date()


def of_scenario(workshop: Workshop, given: Scenario, name: str) -> Hypothesis:
    """Tell a scenario in words.

    Parameters
    ----------
    name
        As the reader calls it; empty: without a name.

    Raises
    ------
    ConfigError, InputError, NetworkError
        See `Workshop.answer`.
    """
    limits = given.thresholds_minutes
    workshop = workshop.looking(given.service, given.mode)
    zones = workshop.zones
    whole = int(zones["zone_kind"].eq("department").to_numpy().argmax())
    before, after = (workshop.answer(change, limits) for change in (WhatIf(), given.what_if))
    return Hypothesis(
        name.strip() or t("hypothesis.unnamed"),
        today(),
        changes(workshop, given),
        limits,
        whole,
        float(zones["population"].iloc[whole]),
        before,
        after,
    )


def changes(workshop: Workshop, given: Scenario) -> tuple[str, ...]:
    """What a scenario changes, a sentence each, as the page words it."""
    change = given.what_if
    configured = workshop.looking("", "").ground.study
    workshop = workshop.looking(given.service, given.mode)
    study = workshop.ground.study
    read = workshop.ground.read
    names = {str(row["id"]): str(row["name"]) for row in workshop.standing_and_candidates(change)}
    communes = dict(zip(read.communes["code"], read.communes["name"], strict=True))
    sentences = [
        t("page.change_opened", name=names.get(site, site) if isinstance(site, str) else site.name)
        for site in change.open
    ]
    sentences += [t("page.change_moved", name=site.name) for site in change.candidates]
    sentences += [t("page.change_closed", name=names.get(key, key)) for key in change.close]
    sentences += _other_services(workshop, change)
    sentences += [
        t("page.change_link", name=f"{communes[begin]} – {communes[end]}")
        for begin, end in change.closed_links
    ]
    places = workshop.communes_at(change.closed_roads)
    sentences += [
        t("page.change_link", name=t("page.road_at", name=communes.get(code, t("page.this_place"))))
        for code in places
    ]
    if study.roads.mode != configured.roads.mode:
        sentences.append(t("page.change_mode", mode=t(f"page.mode_{study.roads.mode}")))
    if change.speed_factor != 1:
        sentences.append(t("page.change_speed", share=texts.percent(change.speed_factor, 0)))
    if given.thresholds_minutes != study.thresholds_minutes:
        listed = t("language.list_mark").join(f"{limit:g}" for limit in given.thresholds_minutes)
        sentences.append(t("page.change_thresholds", list=listed))
    if given.weights and scenarios.shares(study, given.weights) != scenarios.shares(study, {}):
        sentences.append(t("page.change_weights"))
    return tuple(sentences)


def _other_services(workshop: Workshop, change: WhatIf) -> list[str]:
    """What opens and closes in the services beside the first, a sentence each."""
    services = {service.id: service.name for service in workshop.ground.study.services}
    candidates = workshop.candidates(change)
    names = dict(zip(candidates["id"], candidates["name"], strict=True))
    sentences = []
    for other in change.other_services:
        facilities = workshop.ground.read.services[other.service]
        known = names | dict(zip(facilities["id"], facilities["name"], strict=True))
        service = services[other.service]
        for site in other.open:
            name = known.get(site, site) if isinstance(site, str) else site.name
            sentences.append(t("page.change_other_opened", service=service, name=name))
        for key in other.close:
            name = known.get(key, key)
            sentences.append(t("page.change_other_closed", service=service, name=name))
    return sentences
