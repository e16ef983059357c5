"""Criteria of the charter, of today and of 2016: each a family, entered with its evidence."""

from __future__ import annotations

from siting.ranking.definition import CHARTER, CHARTER_2016, Definition, entered_by_hand

CRITERIA: dict[str, Definition] = {
    **{name: entered_by_hand(name, (name,), "level", asked_by=("charter",)) for name in CHARTER},
    **{
        name: entered_by_hand(name, (name,), "level", asked_by=("charter_2016",))
        for name in CHARTER_2016
    },
}
