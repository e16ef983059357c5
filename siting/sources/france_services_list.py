"""France Services: ANCT's national list, one row for each place.

A bus or a place of several sites has one point and the hours of all its sites together; openings
told only in remarks are not counted. Mail, telephone and remarks are not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from siting.errors import InputError
from siting.sources import layouts, sound_rows
from siting.sources.layouts import Layout

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

WEEKDAYS = {
    "h_lundi": "monday",
    "h_mardi": "tuesday",
    "h_mercredi": "wednesday",
    "h_jeudi": "thursday",
    "h_vendredi": "friday",
    "h_samedi": "saturday",
}
DAYS = tuple(WEEKDAYS)
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
COLUMNS = [
    *("id", "name", "commune_code", "lon", "lat", "kind", "role", "host"),
    *("labelled_on", "weekly_hours"),
    *WEEKDAYS.values(),
]
SPAN = re.compile(r"(\d{1,2})\s*[:h]\s*(\d{2})\s*-\s*(\d{1,2})\s*[:h]\s*(\d{2})")


def read(path: Path) -> pd.DataFrame:
    """Read the places.

    Returns
    -------
    `id,name,commune_code,lon,lat,kind,role,host,labelled_on,weekly_hours`: longitude and latitude
    in degrees, the label's date as `YYYY-MM-DD` (empty where none), hours a week as a number, NaN
    where no day's are given; and `monday` to `saturday`, opening hours as
    `09:00-12:00,14:00-17:00`, empty where closed.

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
    frame = sound_rows.numbers(frame, ["lon", "lat"], path)
    frame = frame.assign(**{name: frame[day].map(_openings) for day, name in WEEKDAYS.items()})
    has_hours = frame[list(DAYS)].apply(lambda day: day.str.strip() != "").any(axis=1)
    for day in DAYS:
        hours = frame[day].map(_hours).astype(float)
        frame = sound_rows.fitting(frame, day, hours, path, "08:30 - 12:00 / 13:30 - 17:00")
    parts = frame["label"].str.extract(r"(?P<day>\d{2})/(?P<month>\d{2})/(?P<year>\d{4})")
    dated = parts["year"] + "-" + parts["month"] + "-" + parts["day"]
    table = frame.assign(
        commune_code=frame["commune_code"].str.zfill(5),
        labelled_on=dated.fillna(""),
        weekly_hours=frame[list(DAYS)].fillna(0).sum(axis=1).where(has_hours),
    )
    return table[COLUMNS].reset_index(drop=True)


def _hours(day: str) -> float:
    """Hours that the opening of a day adds up to; NaN where one ends before it begins."""
    spans = SPAN.findall(day)
    minutes = [(int(c) - int(a)) * 60 + int(d) - int(b) for a, b, c, d in spans]
    return sum(minutes) / 60 if min(minutes, default=0) >= 0 else np.nan


def _openings(day: str) -> str:
    """Openings of a day in order, those that overlap as one."""
    moments = [(int(a) * 60 + int(b), int(c) * 60 + int(d)) for a, b, c, d in SPAN.findall(day)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(moments):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return ",".join(
        f"{start // 60:02d}:{start % 60:02d}-{end // 60:02d}:{end % 60:02d}"
        for start, end in merged
    )
