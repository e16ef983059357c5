"""The configuration: what a study is, and how its file is read."""

from siting.config.assumptions import Assumptions
from siting.config.reading import changed, content, expected, load, load_changed, validate
from siting.config.scenario import Place, PlanKeys, Position, WhatIf
from siting.config.study import Study
from siting.settings import Assumption, File, Model, embedded

__all__ = [
    "Assumption",
    "Assumptions",
    "File",
    "Model",
    "Place",
    "PlanKeys",
    "Position",
    "Study",
    "WhatIf",
    "changed",
    "content",
    "embedded",
    "expected",
    "load",
    "load_changed",
    "validate",
]
