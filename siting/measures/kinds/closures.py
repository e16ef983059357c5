"""`closures_minutes`: whom each facility would leave, and how far they would have to go instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from siting import contracts
from siting.contracts import Table, code
from siting.measures import redundancy
from siting.measures.measure import SERVICE, Amount, Extract, Measure, at_least

if TYPE_CHECKING:
    import pandas as pd

    from siting.measures.measure import Names, Ready, Tables, Told
    from siting.measures.pairs import Pairs

WORST = 10  # facilities told of


def compute(minutes: float, ready: Ready) -> Tables:
    """Each facility of each service closed alone."""

    def closures(_: str, within: Pairs) -> pd.DataFrame:
        return redundancy.closures(within, ready.people, minutes)

    return {"closures": ready.each(at_least(minutes), closures)}


def tell(minutes: float, tables: Tables, names: Names) -> list[Told]:
    """The facilities whose closure would leave most people without."""
    order = ["people_uncovered", "facility_id"]
    worst = tables["closures"].sort_values(order, ascending=[False, True]).head(WORST)
    known = names.facilities
    worst = worst.assign(facility=[str(known.get(id_, id_)) for id_ in worst["facility_id"]])
    columns = (
        ("facility", "text", 3.0),
        ("nearest_people", "whole", 1.2),
        ("people_uncovered", "whole", 1.2),
        ("mean_extra_minutes", "one", 1.2),
    )
    values = {"service": names.service, "minutes": Amount(minutes)}
    return [Extract("closures", worst, columns, "measure_closures.csv", values)]


MEASURE = Measure(
    key="closures_minutes",
    rank=10,
    settings=Annotated[float, Field(gt=0, le=600)] | None,
    tables=(
        Table(
            "closures",
            (
                SERVICE,
                code("facility_id", "facility that would close"),
                *contracts.CLOSURES.columns,
            ),
            ("service", "facility_id"),
        ),
    ),
    compute=compute,
    horizon=lambda minutes, _: at_least(minutes),
    tell=tell,
)
