"""Every kind of file that a planner writes, with the model that reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.config.schema import STUDY_FILE, FileKind
from siting.config.viability import ViabilityFile
from siting.measures.baskets import Basket
from siting.offers.labels import Labels
from siting.outputs.theme import Theme
from siting.publish.batch.plan import BatchPlan
from siting.survey.questionnaire import Questionnaire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KINDS = (
    STUDY_FILE,
    FileKind("batch", BatchPlan),
    FileKind("viability", ViabilityFile),
    FileKind("basket", Basket, extends=False),
    FileKind("questionnaire", Questionnaire),
    FileKind("labels", Labels),
    FileKind("theme", Theme),
)
BY_NAME = {kind.name: kind for kind in KINDS}

TEMPLATES = {
    "configs/aveyron.yaml": "study",
    "configs/telecentres.yaml": "study",
    "configs/aveyron-autocars.yaml": "study",
    "configs/rodez.yaml": "viability",
    "configs/questionnaire.yaml": "questionnaire",
    "configs/baskets/*.yaml": "basket",
    "configs/labels/*.yaml": "labels",
    "configs/themes/*.yaml": "theme",
}
"""Embedded files that a planner may start from, by pattern."""


def templates(root: Path) -> Iterator[tuple[Path, FileKind]]:
    """Files below a folder laid out as the embedded ones, each with its kind."""
    for pattern, name in TEMPLATES.items():
        for path in sorted(root.glob(pattern)):
            yield path, BY_NAME[name]
