"""The keys of `offers:`: what there is already, what it is worth, who sends people on."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic needs it at run time
from pathlib import Path

from pydantic import Field

from siting.settings import File, Model, embedded


class Relays(Model):
    """Places that send people on: maisons de l'emploi, and the like."""

    types: tuple[str, ...] = Field(("maison_emploi",), min_length=1)
    count_connoted: bool = Field(
        default=True, description="whether places known as « connoté » count"
    )


class Offers(Model):
    """The register of places."""

    places: File = Field(description="id,name,code,lon,lat,kind[,connoted], or the inventory")
    labels: File = Field(embedded(Path("configs/labels/telecentres.yaml")))
    evidence: File | None = Field(
        None, description="place_id,criterion,value,evidence,source,date; none: all unknown"
    )
    date: dt.date | None = Field(None, description="day on which evidence is judged for its age")
    relays: Relays = Relays()
