"""GTFS `frequencies.txt`: trips that leave at equal intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from siting.sources import gtfs_files, sound_rows

if TYPE_CHECKING:
    from siting.sources.gtfs_files import FeedFiles

COLUMNS = ["trip_id", "start_time", "end_time", "headway_secs"]


def read(feed: FeedFiles) -> pd.DataFrame:
    """Read when trips leave at equal intervals.

    Returns
    -------
    `trip_id,first,interval,runs,exact`: seconds of the first departure, seconds between two, how
    many there are (at the start, then every interval before the end), and whether the feed says
    that they leave at these very times.

    Raises
    ------
    InputError
        A time or an interval is none; its row is named.
    """
    rows = gtfs_files.table(feed, "frequencies", COLUMNS, required=False, optional=("exact_times",))
    start, end = seconds(rows["start_time"]), seconds(rows["end_time"])
    interval = pd.to_numeric(rows["headway_secs"], errors="coerce")
    wrong = start.isna() | end.isna() | ~(interval > 0)
    if wrong.any():
        texts = rows.assign(headway_secs=rows[COLUMNS[1:]].agg(" ".join, axis=1))
        file, expected = Path(f"{feed.path}/frequencies.txt"), "07:00:00 09:00:00 900"
        problem = sound_rows.bad_value(texts, "headway_secs", file, expected)
        raise problem(int(wrong.to_numpy().argmax()))
    return pd.DataFrame(
        {
            "trip_id": rows["trip_id"],
            "first": start.astype(int),
            "interval": interval.astype(int),
            "runs": (-((start - end) // interval)).clip(lower=0).astype(int),
            "exact": rows["exact_times"].str.strip() == "1",
        }
    )


def seconds(times: pd.Series) -> pd.Series:
    """Seconds of `hours:minutes:seconds`, hours above 24 allowed; NaN where it is none."""
    parts = times.str.split(":", expand=True).reindex(columns=[0, 1, 2])
    parts = parts.apply(pd.to_numeric, errors="coerce")
    parts = parts.where((parts >= 0) & (parts < [100, 60, 60]))
    total: pd.Series = parts[0] * 3600 + parts[1] * 60 + parts[2]
    return total
