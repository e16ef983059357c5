"""France Services: ANCT's national list, one row for each place.

A bus or a place of several sites has one point and the hours of all its sites together; openings
told only in remarks are not counted. Mail, telephone and remarks are not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.errors import InputError
from siting.sources import layouts, reading
from siting.sources.layouts import Layout

if TYPE_CHECKING:
    from pathlib import Path

DAYS = ("h_lundi", "h_mardi", "h_mercredi", "h_jeudi", "h_vendredi", "h_samedi")
LAYOUTS = [
    Layout(
        "liste France Services (2022 et suivantes)",
        {
            "id_fs": "id",
            "lib_fs": "name",
            "insee_com": "commune_code",
            "latitude": "lat",
            "longitude": "lon",
            "type_fs": "role",
            "format_fs": "kind",
            **{day: day for day in DAYS},
        },
        {"groupe_fs": "host", "labellisation_fs": "label"},
    )
]
SPAN = re.compile(r"(\d{1,2})\s*[:h]\s*(\d{2})\s*-\s*(\d{1,2})\s*[:h]\s*(\d{2})")


def read(path: Path) -> pd.DataFrame:
    """Read the places.

    Returns
    -------
    `id,name,commune_code,lon,lat,kind,role,host,labelled_on,weekly_hours`: longitude and latitude
    in degrees, the label's date as `YYYY-MM-DD` (empty where none), hours a week as a number.

    Raises
    ------
    InputError
        See `layouts.read`; a repeated id; or an opening that ends before it begins.
    """
    frame, _ = layouts.read(path, LAYOUTS)
    repeated = frame["id"][frame["id"].duplicated()]
    if len(repeated):
        ids = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=path, column="id_fs", ids=ids)
    day, month, year = (
        frame["label"].str.extract(r"(\d{2})/(\d{2})/(\d{4})").fillna("").to_numpy().T
    )
    dated = pd.Series(year) + "-" + pd.Series(month) + "-" + pd.Series(day)
    return pd.DataFrame(
        {
            "id": frame["id"],
            "name": frame["name"],
            "commune_code": frame["commune_code"].str.zfill(5),
            "lon": reading.numbers(frame, "lon", path),
            "lat": reading.numbers(frame, "lat", path),
            "kind": frame["kind"],
            "role": frame["role"],
            "host": frame["host"],
            "labelled_on": dated.where(dated != "--", ""),
            "weekly_hours": np.sum([_hours(frame, day, path) for day in DAYS], axis=0),
        }
    )


def _hours(frame: pd.DataFrame, column: str, path: Path) -> pd.Series:
    """Hours that a day's opening adds up to."""

    def total(said: str) -> float:
        spans = SPAN.findall(said)
        minutes = [(int(c) - int(a)) * 60 + int(d) - int(b) for a, b, c, d in spans]
        return sum(minutes) / 60 if min(minutes, default=0) >= 0 else np.nan

    hours = frame[column].map(total).astype(float)
    if hours.isna().any():
        row = int(hours.isna().to_numpy().argmax())
        raise InputError(
            "bad_value",
            file=path,
            row=row + 2,
            column=column,
            value=frame[column].iloc[row],
            expected="08:30 - 12:00 / 13:30 - 17:00",
        )
    return hours
