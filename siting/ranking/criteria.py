"""The registry of criteria: every definition by name, and the raw values of candidate sites.

A criterion's id may end with its own minutes (`population_gained_20min`) or year
(`fibre_at_site_2026`); the part before names its definition in `DEFINITIONS`. A value that cannot
be known (no table, no date, no way there) is NaN: unknown, never zero. Its name, unit, source and
how it comes about are texts, under `criteria.<name>`.

A new criterion is one entry in the file of its section (`accessibility`, `positioning`, `premises`,
`charter`) and its texts: what it says it needs is gathered, in `siting run` and in the workshop.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from siting.errors import ConfigError
from siting.ranking import accessibility, charter, positioning, premises, small_counts
from siting.ranking.definition import Criterion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from siting.ranking.candidate_facts import SiteFacts
    from siting.ranking.definition import Definition

ID = re.compile(r"^(?P<name>[a-z][a-z0-9_]*?)(?:_(?P<number>\d+)(?P<unit>min)?)?$")
LEVELS = 4  # of what is entered as a level: 0 to 4

DEFINITIONS: Mapping[str, Definition] = {
    **accessibility.CRITERIA,
    **positioning.CRITERIA,
    **premises.CRITERIA,
    **charter.CRITERIA,
}


def parse(criterion_id: str) -> Criterion:
    """Find a criterion by its id.

    Raises
    ------
    ConfigError
        There is none; the message lists those that exist.
    """
    match = ID.match(criterion_id)
    definition = DEFINITIONS.get(match["name"]) if match else None
    if match and definition:
        kinds = {(True, True): "minutes", (True, False): "year", (False, False): "nothing"}
        if kinds[match["number"] is not None, match["unit"] is not None] == definition.takes:
            return Criterion(criterion_id, match["name"], int(match["number"] or 0), definition)
    raise ConfigError("unknown_criterion", criterion=criterion_id, known=", ".join(known_ids()))


def known_ids() -> list[str]:
    """Ids that a configuration may name, with examples of their number."""
    example = {"minutes": "_20min", "year": "_2026", "nothing": ""}
    return [name + example[kind.takes] for name, kind in DEFINITIONS.items()]


def values(criteria: Sequence[Criterion], facts: SiteFacts) -> pd.DataFrame:
    """Raw values: one row a site, one column a criterion (its id), NaN where unknown.

    Small counts of persons are stood in for: see `small_counts`.
    """
    columns = {}
    for criterion in criteria:
        value = criterion.definition.compute(facts, criterion.number)
        if criterion.definition.persons:
            value = small_counts.stand_in(value, facts.fewest)
        columns[criterion.id] = value
    return pd.DataFrame(columns, index=range(len(facts.commune_codes)))
