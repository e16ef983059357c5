"""Durations in words."""

from __future__ import annotations

from siting import texts
from siting.texts import grammar
from siting.texts import text as t

HOUR = 60


def written(minutes: float) -> str:
    """Minutes as hours where they make one: `45 minutes`, `4 heures`, `2 h 30`."""
    hours, rest = divmod(minutes, HOUR)
    if not hours:
        return t("durations.minutes", minutes=texts.number(minutes))
    if not rest:
        return grammar.counted("durations.hours", hours)
    return t("durations.both", hours=texts.number(hours), minutes=f"{rest:02.0f}")
