"""The keys of `scoring:`: how sites are scored, whose weights, and what is known of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from siting.settings import File, Model

Method = Literal["sum", "product", "topsis", "promethee", "electre"]
Normalisation = Literal["min_max", "max", "sum", "vector", "rank", "z_score"]
Points = Annotated[float, Field(ge=-1_000_000, le=1_000_000, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Levels = tuple[tuple[str, ...], ...]


class Weighting(Model):
    """Somebody's weights, said in one of five ways."""

    name: str = Field("", description="who weighs so")
    points: dict[str, Points] = Field(default_factory=dict, description="taken as shares")
    percent: dict[str, Points] = Field(default_factory=dict, description="that make 100")
    order: Levels = Field((), description="criteria from the weightiest; equals together")
    rule: Literal["roc", "rs", "rr"] = Field("roc", description="weights from an order")
    ahp: tuple[tuple[str, str, Points], ...] = Field(
        (), description="a, b, how many times a matters more than b, 1/9 to 9"
    )
    swing: dict[str, Points] = Field(default_factory=dict, description="100 for the greatest")

    @model_validator(mode="after")
    def _one(self) -> Weighting:
        ways = (self.points, self.percent, self.order, self.ahp, self.swing)
        if sum(map(bool, ways)) != 1:
            raise ValueError("weighting_one_way")
        return self


class KnownWeights(Model):
    """What is known of the weights; all of it must hold."""

    order: Levels = Field((), description="each weighs at least as much as each of the next")
    bounds: dict[str, tuple[Share, Share]] = Field(default_factory=dict)
    ahead: str = Field("", description="family that weighs at least as much as each other")


class Threshold(Model):
    """Differences that count on a criterion, in its unit."""

    indifference: float = Field(0, ge=0, allow_inf_nan=False)
    preference: float = Field(ge=0, allow_inf_nan=False)
    veto: float | None = Field(None, gt=0, allow_inf_nan=False)
    shape: Literal["usual", "u_shape", "v_shape", "level", "linear", "gaussian"] = "linear"

    @model_validator(mode="after")
    def _increasing(self) -> Threshold:
        veto = self.veto
        if self.indifference > self.preference or (veto is not None and veto <= self.preference):
            raise ValueError("thresholds_increase")
        return self


class Scoring(Model):
    """How sites are compared by `siting score`."""

    method: Method = "sum"
    normalisation: Normalisation = "min_max"
    weights: str = Field("", description="weighting that ranks; the criteria's own where empty")
    weightings: dict[str, Weighting] = Field(default_factory=dict, description="by actor")
    known: KnownWeights | None = None
    thresholds: dict[str, Threshold] = Field(default_factory=dict, description="by criterion")
    equipment_cap: float = Field(0.2, ge=0, le=1, description="equipment weighs no more in all")
    evidence: File | None = Field(None, description="site_id,criterion,value,evidence,source,date")
    use: File | None = Field(None, description="places whose use is known: id,users,criteria…")
    assumption_range: float = Field(0.2, gt=0, lt=1, description="that each assumption may err by")
    draws: int = Field(100_000, ge=100, le=1_000_000)
    seed: int = Field(12, ge=0)
