"""`mesh`: centres-bourgs, from services and attraction; both minimums are assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pydantic import Field

from siting import contracts
from siting.contracts import Column, Table, code
from siting.measures import baskets, mesh, pairs
from siting.measures.measure import Amount, Drawing, Extract, Measure, Sentence, Title
from siting.settings import File, Model
from siting.times import matrix

if TYPE_CHECKING:
    from siting.measures.measure import Known, Names, Ready, Tables, Told


class Mesh(Model):
    """Centres-bourgs, from services and attraction; both minimums are assumptions."""

    basket: File
    minimum_items: int = Field(6, ge=1, description="items of the basket in the commune")
    minimum_attracted: float = Field(1000, ge=0, description="people for whom it is the nearest")
    minutes: float = Field(60, gt=0, le=600)


def compute(settings: Mesh, ready: Ready) -> Tables:
    """Communes that are centres-bourgs by their services and the people they attract."""
    communes, services = ready.known.communes, ready.known.layer("everyday")
    seats = communes.rename(columns={"code": "id", "chef_lieu_lon": "lon", "chef_lieu_lat": "lat"})
    joined = ready.router.network.attach(seats.assign(commune_code=communes["code"]))
    within = pairs.from_times(matrix.dense(ready.router, joined, joined), settings.minutes)
    present = baskets.in_communes(baskets.load(settings.basket), services, communes["code"])
    people = pd.Series(communes["population"].to_numpy(np.float64), list(communes["code"]))
    table = mesh.centres(
        present.met, within, people, settings.minimum_items, settings.minimum_attracted
    )
    names = communes.set_index("code")["name"]
    table.insert(0, "name", names.reindex(table.index))
    return {"centres": table.rename_axis("commune_code").reset_index()}


def check(settings: Mesh, known: Known) -> None:
    """Refuse items of the basket that no service of the layer is."""
    baskets.require_known(baskets.load(settings.basket), known.layer("everyday")["type"])


def tell(_: Mesh, tables: Tables, names: Names) -> list[Told]:
    """The centres: by what they attract, or by name where the services are modelled."""
    table = tables["centres"]
    centres = table[table["centre"]]
    by, upwards = (["name"], [True]) if names.modelled else (["attracted_people"], [False])
    centres = centres.sort_values([*by, "commune_code"], ascending=[*upwards, True])
    head: list[Told] = [Title("report.headings.mesh"), Sentence("mesh"), Drawing("mesh")]
    if centres.empty:
        return [*head, Sentence("no_centre")]
    first = centres.iloc[0]
    values = {"commune": first["name"], "people": Amount(first["attracted_people"])}
    count = {"count": Amount(len(centres))}
    columns = (
        ("name", "text", 2.6),
        ("items", "whole", 1.0),
        ("attracted_people", "whole", 1.2),
        ("attracted_communes", "whole", 1.2),
    )
    return [
        *head,
        Sentence("centres_modelled", count) if names.modelled else Sentence("centre", values),
        Extract(
            "centres_modelled" if names.modelled else "centres",
            centres,
            columns,
            "measure_centres.csv",
            count,
        ),
    ]


MEASURE = Measure(
    key="mesh",
    rank=70,
    settings=Mesh | None,
    tables=(
        Table(
            "centres",
            (
                code("commune_code", "commune"),
                Column("name", "text", "its name"),
                *contracts.CENTRES.columns,
            ),
            ("commune_code",),
        ),
    ),
    compute=compute,
    needs=("everyday",),
    check=check,
    tell=tell,
    by_service=False,
)
