"""The configuration: what a study is, and how its file is read."""

from siting.config.assumptions import Assumptions
from siting.config.base import Assumption, File, Model, embedded
from siting.config.measures import Catchment, Digital, Equity, Mesh, Opportunities
from siting.config.reading import changed, content, expected, load, validate
from siting.config.scenario import Place, Plan, Position, WhatIf
from siting.config.study import Study

__all__ = [
    "Assumption",
    "Assumptions",
    "Catchment",
    "Digital",
    "Equity",
    "File",
    "Mesh",
    "Model",
    "Opportunities",
    "Place",
    "Plan",
    "Position",
    "Study",
    "WhatIf",
    "changed",
    "content",
    "embedded",
    "expected",
    "load",
    "validate",
]
