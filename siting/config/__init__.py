"""The configuration: what a study is, and how its file is read."""

from siting.config.base import Assumption, File, Model, embedded
from siting.config.reading import content, expected, load, validate
from siting.config.study import (
    Assumptions,
    Catchment,
    Digital,
    Equity,
    Mesh,
    Opportunities,
    Place,
    Plan,
    Position,
    Study,
    WhatIf,
)

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
    "content",
    "embedded",
    "expected",
    "load",
    "validate",
]
