"""`equity`: how unequal the minutes are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pydantic import Field

from siting.contracts import Column, Table
from siting.measures import equity
from siting.measures.measure import SERVICE, Extract, Measure, stacked
from siting.settings import Model
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.measures.measure import Names, Ready, Tables, Told

INDICES = (
    "gini",
    "theil",
    "theil_within_epci",
    "theil_between_epci",
    "palma",
    "share_of_minutes_of_worst_tenth",
    "share_beyond_standard",
    "mean_gap_to_standard",
    "squared_gap_to_standard",
)


class Equity(Model):
    """How unequal the minutes are."""

    standard_minutes: float = Field(20, gt=0, le=600, description="that everyone should have")


def inequality(settings: Equity, access: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    """Inequality of the minutes of those who reach a facility, and gaps to a standard."""
    known = access[access["minutes"].notna() & (access["population"] > 0)]
    minutes, people = known["minutes"].to_numpy(np.float64), known["population"].to_numpy(float)
    epci = known["commune_code"].map(communes.set_index("code")["epci_code"])
    standard = settings.standard_minutes
    if known.empty:  # nobody reaches a facility: no minutes to compare
        return pd.DataFrame({"measure": list(INDICES), "value": np.nan})
    parts = equity.theil(minutes, people, epci.to_numpy())
    rows = {
        "gini": equity.gini(minutes, people),
        "theil": parts.total,
        "theil_within_epci": parts.within,
        "theil_between_epci": parts.between,
        "palma": equity.palma(minutes, people),
        "share_of_minutes_of_worst_tenth": equity.least_served_share(minutes, people, worst="high"),
        "share_beyond_standard": equity.shortfall(minutes, people, standard, 0, "high"),
        "mean_gap_to_standard": equity.shortfall(minutes, people, standard, 1, "high"),
        "squared_gap_to_standard": equity.shortfall(minutes, people, standard, 2, "high"),
    }
    return pd.DataFrame({"measure": list(INDICES), "value": [rows[name] for name in INDICES]})


def compute(settings: Equity, ready: Ready) -> Tables:
    """Indices of each service."""
    access = ready.access
    parts = {
        service: inequality(settings, access[access["service"] == service], ready.known.communes)
        for service in ready.known.facilities
    }
    return {"equity": stacked(parts, "service")}


def tell(_: Equity, tables: Tables, names: Names) -> list[Told]:
    """Each index and its value."""
    table = tables["equity"]
    labelled = table.assign(index=[t(f"report.equity.{name}") for name in table["measure"]])
    columns = (("index", "text", 4.0), ("value", "three", 1.0))
    return [Extract("equity", labelled, columns, "measure_equity.csv", {"service": names.service})]


MEASURE = Measure(
    key="equity",
    rank=50,
    settings=Equity | None,
    tables=(
        Table(
            "equity",
            (
                SERVICE,
                Column("measure", "text", "name of the index"),
                Column("value", "float", "its value", required=False),
            ),
            ("service", "measure"),
        ),
    ),
    compute=compute,
    tell=tell,
    technical=True,
)
