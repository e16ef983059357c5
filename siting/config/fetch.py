"""The key `fetch:`: what the network brings."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from siting.settings import File, Model
from siting.sources import catalogue


def _named_in(schema: dict[str, Any]) -> None:
    """Name the layers in the schema of their key."""
    schema["items"]["enum"] = list(catalogue.layers())


class Fetch(Model):
    """What `siting fetch` brings: the territory's official files, and the tables made of them."""

    department: str | None = Field(None, pattern=r"^(\d{2}|2[AB]|97\d)$")
    epci: str | None = Field(None, pattern=r"^\d{9}$", description="SIREN of an EPCI")
    communes: tuple[str, ...] = ()
    tables: File = Field(description="folder of the tables; the sources go to its `sources`")
    layers: tuple[str, ...] = Field(
        ("cells", "broadband", "everyday", "establishments"),
        description="beyond communes, boundaries, roads and France Services",
        json_schema_extra=_named_in,
    )

    @model_validator(mode="after")
    def _one(self) -> Fetch:
        if sum(map(bool, (self.department, self.epci, self.communes))) != 1:
            raise ValueError("fetch_one_territory")
        return self

    @field_validator("layers")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        known = list(catalogue.layers())
        if set(names) - set(known):
            expected = " or ".join(map(repr, known))
            raise PydanticCustomError("literal_error", "one of {expected}", {"expected": expected})
        return names
