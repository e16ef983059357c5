"""Figures, dates and names as the maps write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting import texts
from siting.outputs import web_map
from siting.study.stages import score_tables
from siting.texts import text as t

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from siting.ranking.scores import Scores


def headline_key(left: int) -> str:
    """Sentence that says how many people are beyond the threshold."""
    return {0: "map.headline_none", 1: "map.headline_one"}.get(left, "map.headline")


def within(limit: float) -> str:
    """A threshold, as an option."""
    return t("maps.choice.within", minutes=f"{limit:g}")


def day(date: dt.date) -> str:
    """A date in words."""
    months = t("map.months").split(",")
    key = "map.day_first" if date.day == 1 else "map.day"
    return t(key, day=date.day, month=months[date.month - 1], year=date.year)


def percent(share: float) -> str:
    """A share as a percentage, `inconnu` where there is none."""
    return t("map.unknown") if np.isnan(share) else texts.percent(share)


def percents(values: pd.Series) -> list[str]:
    """Shares as percentages."""
    return [percent(share) for share in values.to_numpy(np.float64)]


def numbers(values: pd.Series, decimals: int = 0) -> list[str]:
    """Numbers as the reader's language writes them."""
    return [
        t("map.unknown") if np.isnan(value) else texts.number(value, decimals)
        for value in values.to_numpy(np.float64, na_value=np.nan)
    ]


def kind_word(kind: str) -> str:
    """Word for a kind of place, as it is where the catalogue has none."""
    key = f"map.kind.{kind}"
    return t(key) if texts.has(key) else str(kind)


def opened(ranked: Scores, i: int, sources: dict[str, str]) -> list[web_map.OpenedCriterion]:
    """A candidate's score, criterion by criterion: raw value, weight, points, source."""
    parts = []
    for j, criterion in enumerate(ranked.criteria):
        raw, place = ranked.raw[i, j], ranked.normalised[i, j]
        points = texts.number(100 * ranked.weights[j] * place, 1) if not np.isnan(raw) else "–"
        parts.append(
            web_map.OpenedCriterion(
                t(f"criteria.{criterion.name}.name", number=criterion.number),
                score_tables.fewer(ranked, i, j)
                or criterion_value(raw, criterion.name, criterion.definition.unit),
                texts.percent(ranked.weights[j], 0),
                points,
                sources[criterion.definition.layer],
            )
        )
    return parts


def criterion_value(value: float, name: str, unit: str) -> str:
    """Write a criterion's raw value with its unit, as the reader's language does."""
    if np.isnan(value):
        return t("map.unknown")
    if unit == "share":
        return texts.percent(value)
    decimals = 1 if unit == "min" else 0
    return f"{texts.number(value, decimals)}{texts.NARROW_SPACE}{t(f'criteria.{name}.unit')}"
