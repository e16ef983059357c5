"""`digital`: far or near, connected or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from pydantic import Field

from siting import contracts
from siting.contracts import Column, Table, code
from siting.measures import digital
from siting.measures.measure import SERVICE, Measure, stacked
from siting.settings import Model

if TYPE_CHECKING:
    from siting.measures.measure import Known, Ready, Tables


class Digital(Model):
    """Far or near, connected or not."""

    minutes: float = Field(20, gt=0, le=600, description="beyond it one is far")
    fibre_share: float = Field(0.8, gt=0, le=1, description="from it a commune is connected")


def compute(settings: Digital, ready: Ready) -> Tables:
    """People far or near, connected or not, and fibre by commune, at each date."""
    broadband, lines = ready.known.layer("broadband"), ready.known.layers["access"]
    tables = {
        "digital": far_and_unconnected(settings, broadband, ready.access),
        "fibre": digital.phases(broadband, None, settings.fibre_share),
    }
    if lines is not None:
        tables["broadband"] = lines[lines["level"] == "commune"].drop(columns="id")
    return tables


def far_and_unconnected(
    settings: Digital, broadband: pd.DataFrame, access: pd.DataFrame
) -> pd.DataFrame:
    """Far or near, connected or not, at each date and for each service."""
    parts = {}
    for day in sorted(broadband["date"].unique()):
        fibre = digital.fibre_share(broadband, day)
        by_service = {
            str(name): digital.cross_table(part, fibre, settings.minutes, settings.fibre_share)
            .rename_axis("quadrant")
            .reset_index()
            for name, part in access.groupby("service", sort=False)
        }
        parts[f"{pd.Timestamp(day):%Y-%m-%d}"] = stacked(by_service, "service")
    return stacked(parts, "date")


def check(settings: Digital, known: Known) -> None:
    """Refuse figures of fibre that have no phase."""
    digital.phases(known.layer("broadband"), None, settings.fibre_share)


MEASURE = Measure(
    key="digital",
    rank=80,
    settings=Digital | None,
    tables=(
        Table(
            "digital",
            (
                Column("date", "text", "date of the fibre figures"),
                SERVICE,
                Column("quadrant", "text", "far or near, connected or not"),
                *contracts.QUADRANT_PEOPLE.columns,
            ),
            ("date", "service", "quadrant"),
        ),
        Table(
            "fibre",
            (
                code("code", "commune"),
                Column("date", "date", "date of the figures"),
                Column("fibre_share", "float", "of premises that fibre reaches", required=False),
                Column("phase", "text", "before, copper upgrade or fibre", required=False),
            ),
            ("code", "date"),
        ),
        Table(
            "broadband",
            (
                code("commune_code", "commune"),
                Column("date", "date", "date of the figures"),
                code("level", "commune"),
                code("technology", "technology; empty for a speed", required=False),
                Column("speed", "text", "speed class; empty for a technology", required=False),
                Column("premises", "float", "premises that it reaches", required=False, minimum=0),
                Column("total", "float", "premises of the commune", required=False, minimum=0),
                Column("share", "float", "the ones by the others", required=False),
                Column("source", "text", "file that tells it"),
                Column("confidence", "text", "how sure it is", required=False),
            ),
            may_be_absent=True,
        ),
    ),
    compute=compute,
    needs=("broadband",),
    check=check,
)
