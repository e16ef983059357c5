"""Weights proposed for approaches and actors, and points brought to a study's criteria."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from siting.ranking.definition import Criterion
    from siting.ranking.scales import Float64

KINDS = ("approaches", "actors")


@cache
def proposed() -> dict[str, dict[str, dict[str, float]]]:
    """Points by kind (`approaches`, `actors`), by whose they are, by criterion name."""
    text = (
        resources.files("siting.ranking").joinpath("preferences.yaml").read_text(encoding="utf-8")
    )
    points: dict[str, dict[str, dict[str, float]]] = yaml.safe_load(text)
    return points


def shared(points: Mapping[str, float], criteria: Sequence[Criterion]) -> Float64 | None:
    """Weights of a study's criteria from points by criterion name.

    Criteria of one name (two thresholds, two years) share its points; points of what the study
    lacks are left out.

    Returns
    -------
    Shares of 1, shape (criteria,); None where the study has none of them.
    """
    names = [criterion.name for criterion in criteria]
    share = np.array([points.get(name, 0) / names.count(name) for name in names], float)
    total = share.sum()
    return share / total if total > 0 else None
