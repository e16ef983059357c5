"""The keys of `census:`: who counts as a likely user, and what is told of them."""

from __future__ import annotations

from pydantic import Field

from siting.settings import File, Model


class ActivityKeys(Model):
    """Activities of likely users, and how much of their work a télécentre's desk would do for."""

    naf: tuple[str, ...] = Field(min_length=1, description="NAF codes or prefixes")
    teleworkable_percent: float = Field(100, ge=0, le=100)
    name: str = ""


class Census(Model):
    """Likely users in the register of establishments."""

    fewer_than_employees: int = Field(1, ge=1, description="1: those without an employee")
    undeclared: bool = Field(
        default=True, description="those whose workforce is not declared count too"
    )
    activities: tuple[ActivityKeys, ...] = Field((), description="none: `independents_naf`")
    minutes: float = Field(20, gt=0, le=600, description="within reach of a site")
    square_km: float = Field(5, gt=0, le=100, description="side of the squares of density")
    fewest: int = Field(5, ge=2, description="counts below it are left blank")
    interest: File | None = Field(None, description="people who said that they would come")
