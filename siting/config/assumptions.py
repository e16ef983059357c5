"""The key `assumptions:`: what a study takes for given."""

from __future__ import annotations

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from siting.settings import Assumption, Model, assume

RANGES = {
    "access_speed": (3, 130),
    "access_detour": (1, 3),
    "outside_speed": (3, 130),
    "outside_cap": (0, 200),
    "table_factor": (0.2, 5),
    "snap_cap": (1, 20_000),
}
"""Lowest and highest plausible value of each assumption, in its unit."""


class Assumptions(Model):
    """Every assumption of a study; each can be replaced in the configuration."""

    access_speed: Assumption = Field(
        assume(35, "km/h", "siting: vitesse des dessertes locales de la table des distances"),
        description="speed of the local leg between a cell and its commune's attachment point",
    )
    access_detour: Assumption = Field(
        assume(1.3, "ratio", "siting: rapport usuel entre distance routière et vol d'oiseau"),
        description="road length over straight length of a local leg",
    )
    outside_speed: Assumption = Field(
        assume(55, "km/h", "siting: routes départementales hors de la table des distances"),
        description="speed of the leg to a facility beyond the border of the distance table",
    )
    outside_cap: Assumption = Field(
        assume(40, "km", "siting: au-delà, un équipement extérieur n'est pas rejoint"),
        description="straight distance beyond which such a facility is not reached",
    )
    table_factor: Assumption = Field(
        assume(1.0, "ratio", "siting: temps de la table pris tels quels"),
        description="driven time over the time of the distance table",
    )
    snap_cap: Assumption = Field(
        assume(1000, "m", "siting: un point plus loin d'une route n'est pas rattaché"),
        description="distance from a road beyond which a point is not joined to an OSM network",
    )

    @field_validator(*RANGES)
    @classmethod
    def _plausible(cls, assumption: Assumption, info: ValidationInfo) -> Assumption:
        name = str(info.field_name)
        unit, (low, high) = cls.model_fields[name].default.unit, RANGES[name]
        if assumption.unit != unit or not low <= assumption.value <= high:
            expected = {"low": low, "high": high, "unit": unit}
            raise PydanticCustomError("assumption_range", "{low} to {high} {unit}", expected)
        return assumption
