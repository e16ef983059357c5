"""Numbers with a declared range, as a configuration writes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from siting.settings import Model


def _plain_number(value: Any) -> Any:
    """Let `250` stand for `{value: 250}`."""
    return {"value": value} if isinstance(value, int | float | str) else value


class Range(Model):
    """A number, at least 0, and the range that it is declared to lie in."""

    value: float = Field(ge=0, allow_inf_nan=False)
    low: float | None = Field(None, ge=0, allow_inf_nan=False, description="the value if none")
    high: float | None = Field(None, ge=0, allow_inf_nan=False, description="the value if none")
    source: str = ""
    status: Literal["measured", "declared", "hypothesis"] = "declared"

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        low, high = self.ends
        if not low <= self.value <= high:
            ends = {"low": f"{low:g}", "high": f"{high:g}"}
            raise PydanticCustomError("range_order", "low <= value <= high", ends)
        return self

    @property
    def ends(self) -> tuple[float, float]:
        """Low and high."""
        low = self.value if self.low is None else self.low
        return low, self.value if self.high is None else self.high


class PositiveRange(Range):
    """The same, above 0."""

    value: float = Field(gt=0, allow_inf_nan=False)
    low: float | None = Field(None, gt=0, allow_inf_nan=False)


class PercentRange(Range):
    """The same, from 0 to 100."""

    value: float = Field(ge=0, le=100, allow_inf_nan=False)
    high: float | None = Field(None, ge=0, le=100, allow_inf_nan=False)


class ShareRange(PercentRange):
    """The same, above 0 and up to 100."""

    value: float = Field(gt=0, le=100, allow_inf_nan=False)
    low: float | None = Field(None, gt=0, allow_inf_nan=False)


Amount = Annotated[Range, BeforeValidator(_plain_number, float | Range)]
Positive = Annotated[PositiveRange, BeforeValidator(_plain_number, float | PositiveRange)]
Percent = Annotated[PercentRange, BeforeValidator(_plain_number, float | PercentRange)]
Share = Annotated[ShareRange, BeforeValidator(_plain_number, float | ShareRange)]


def said(value: float, low: float, high: float, source: str) -> dict[str, object]:
    """A hypothesis of the package's own, as a configuration would write it."""
    return {
        "value": value,
        "low": low,
        "high": high,
        "source": source,
        "status": "hypothesis",
    }
