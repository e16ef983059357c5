"""The keys of `survey:`: what is asked, what came back, what the answers stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from siting.settings import File, Model, embedded

Variable = Literal["status", "rurality", "epci", "part"]
Family = Literal[
    "auto", "negative_exponential", "power", "gaussian", "gaussian_to_zero", "logistic",
    "epanechnikov",
]  # fmt: skip


class Survey(Model):
    """A survey of likely users."""

    questionnaire: File = Field(embedded(Path("configs/questionnaire.yaml")))
    answers: File | None = Field(None, description="written by `siting survey import`")
    census: File | None = Field(
        None, description="variable,category,people: the margins; else those of the register"
    )
    margins: tuple[Variable, ...] = Field(
        ("rurality",), description="variables whose census margins the weights meet; none: none"
    )
    collapse: dict[Variable, dict[str, str]] = Field(
        default_factory=dict, description="category counted with another, where nobody answered"
    )
    method: Literal["raking", "linear"] = "raking"
    bounds: tuple[float, float] | None = Field(
        None, description="least and greatest factor on the design weights, around 1"
    )
    by: tuple[Variable, ...] = Field(("part", "rurality"), description="columns of the tables")
    fewest: int = Field(5, ge=2, description="respondents below which a count is suppressed")
    level: float = Field(0.95, gt=0.5, lt=1, description="of the confidence intervals")
    decay: Family = Field("auto", description="how use falls with travel time; auto: best fit")

    @model_validator(mode="after")
    def _around_one(self) -> Survey:
        if self.bounds is not None and not 0 <= self.bounds[0] < 1 < self.bounds[1]:
            raise ValueError("bounds_around_one")
        return self
