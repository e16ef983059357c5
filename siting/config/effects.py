"""The keys of `effects:`: who would come, how often, and what a kilometre does.

Numbers that the configuration does not give are hypotheses of the package's own, each with its
range and source; outputs list them.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from siting.config.amounts import Amount, Percent, Positive, said
from siting.settings import File, Model

HYPOTHESIS = "siting : hypothèse, à remplacer par l'enquête"
ADEME = "ADEME, Base Carbone, usage du véhicule, amont compris ; de mémoire, à confirmer"
ONISR = "ONISR, bilans annuels, tous réseaux ; de mémoire, à confirmer"
SDES = "SDES, parc et occupation des voitures ; de mémoire, à confirmer"


def _default(value: float, low: float, high: float, source: str = HYPOTHESIS) -> Any:
    """A field whose default is a hypothesis."""
    return Field(said(value, low, high, source), validate_default=True)


class CommuteKeys(Model):
    """The way to work of likely users, where no flows are known: by road, one way."""

    km: Positive
    minutes: Positive


class ProductivityKeys(Model):
    """A gain declared in a meeting, not verified: off unless it is asked for."""

    gain_percent: Percent = _default(30, 0, 30, source="donné en réunion, non vérifié")
    hours_per_day: Positive = _default(7, 6, 8)


class Effects(Model):
    """What the sites would spare in a year."""

    flows: File | None = Field(None, description="home-to-work flows, INSEE layouts")
    flow_classes: Literal[5, 6] = Field(6, description="classes of TRANS: 5 before 2017")
    commute: CommuteKeys | None = Field(None, description="for the likely users of the register")
    sites: tuple[str, ...] = Field((), description="candidates that open; all of them if none")
    max_minutes: float = Field(20, gt=0, le=600, description="from home to the nearest site")
    suitable_percent: Percent = _default(30, 20, 40)
    adoption_percent: Percent = _default(5, 2, 10)
    days_per_week: Positive = _default(2, 1, 3)
    weeks_per_year: Positive = _default(44, 42, 46)
    rebound_percent: Percent = _default(20, 0, 40)
    detour: Positive = _default(1.3, 1.2, 1.4)
    driving_percent: Percent = _default(85, 75, 92, source=SDES)
    occupancy: Positive = _default(1.08, 1.03, 1.2, source=SDES)
    car_kg_per_km: Amount = _default(0.192, 0.17, 0.22, source=ADEME)
    electric_car_kg_per_km: Amount = _default(0.02, 0.015, 0.03, source=ADEME)
    electric_percent: Percent = _default(4, 2, 10, source=SDES)
    motorcycle_kg_per_km: Amount = _default(0.165, 0.06, 0.2, source=ADEME)
    injury_accidents_per_100_million_km: Amount = _default(9, 6, 12, source=ONISR)
    deaths_per_billion_km: Amount = _default(5.3, 4, 9, source=ONISR)
    productivity: ProductivityKeys | None = None
    draws: int = Field(10_000, ge=100, le=1_000_000)
    seed: int = Field(12, ge=0)

    @model_validator(mode="after")
    def _one(self) -> Effects:
        if (self.flows is None) == (self.commute is None):
            raise ValueError("flows_or_commute")
        return self
