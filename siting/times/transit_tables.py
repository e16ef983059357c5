"""Tables of journeys by timetable, written block by block."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from siting.atomic_files import replacing
from siting.times import park_and_ride, transit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from siting.network.timetable import Timetable
    from siting.times.transit import Window, Windowed
    from siting.times.walking import Walking

PAIRS = 5_000_000  # of a block held in memory at once


def columns(percentiles: Sequence[float]) -> list[str]:
    """Names of the columns of minutes."""
    return [f"minutes_p{p:g}" for p in percentiles]


def write(
    path: Path,
    timetable: Timetable,
    way: Walking,
    origins: pd.DataFrame,
    places: pd.DataFrame,
    window: Window,
    percentiles: Sequence[float],
    cap_min: float = transit.WALK_CAP_MIN,
    vehicle: Walking | None = None,
    rides: int | None = None,
) -> int:
    """Write the times of a window as Parquet: see `blocks`.

    Returns
    -------
    Number of rows written.

    Raises
    ------
    InputError
        See `transit.windows`.
    OutputError
        The folder cannot be written to.
    """
    schema = pa.schema(
        [
            ("origin_id", pa.string()),
            ("destination_id", pa.string()),
            *((name, pa.float32()) for name in columns(percentiles)),
            ("journeys", pa.int32()),
            ("reason", pa.string()),
        ]
    )
    frames = blocks(timetable, way, origins, places, window, percentiles, cap_min, vehicle, rides)
    return write_frames(path, schema, frames)


def write_frames(path: Path, schema: pa.Schema, frames: Iterator[pd.DataFrame]) -> int:
    """Write frames one after the other as one Parquet file; give the number of rows."""
    count = 0
    with replacing(path) as part, pq.ParquetWriter(part, schema) as writer:
        for frame in frames:
            writer.write_table(pa.Table.from_pandas(frame, schema, preserve_index=False))
            count += len(frame)
    return count


def blocks(
    timetable: Timetable,
    way: Walking,
    origins: pd.DataFrame,
    places: pd.DataFrame,
    window: Window,
    percentiles: Sequence[float],
    cap_min: float,
    vehicle: Walking | None = None,
    rides: int | None = None,
) -> Iterator[pd.DataFrame]:
    """Times of a window as a long table, some origins at a time.

    Parameters
    ----------
    vehicle
        Roads read for a bicycle or car that may take one to a stop: see `park_and_ride`.
    rides
        Vehicles that one takes at most: see `transit.windows`.

    Yields
    ------
    `origin_id,destination_id`, a column `minutes_p…` for each percentile, `journeys` (see
    `transit.Windowed`) and `reason`: empty; `part_of_departures` where too few of the departures
    reach the place for some percentile; `no_route` where none does, or `too_far_from_road`. Under a
    limit, a pair that no departure reaches within it is left out, as in every matrix.
    """
    off = [way.reasons(points) for points in (origins, places)]
    shared = transit.changing_and_arriving(way, timetable, places, cap_min)
    step = max(1, PAIRS // max(1, len(places)))
    for start in range(0, len(origins), step):
        part = origins.iloc[start : start + step]
        walks = transit.leaving_from(shared, way, timetable, part, places, cap_min)
        if vehicle is not None:
            by_vehicle = park_and_ride.rides(vehicle, part, timetable)
            leaving = park_and_ride.sooner(walks.leaving, by_vehicle, len(timetable.stops))
            walks = replace(walks, leaving=leaving)
        reached = window.limit_s / 60
        result = transit.windows(timetable, walks, window, percentiles, [reached], rides)
        reasons = (off[0][start : start + step], off[1])
        yield _long(part, places, reasons, result, percentiles, limited=window.limit is not None)


def _long(
    origins: pd.DataFrame,
    places: pd.DataFrame,
    off: tuple[np.ndarray, np.ndarray],
    result: Windowed,
    percentiles: Sequence[float],
    *,
    limited: bool,
) -> pd.DataFrame:
    reached = result.share[0] > 0
    partly = np.isnan(result.minutes).any(axis=0)
    reason = np.where(partly, "part_of_departures", "").astype(object)
    reason[~reached] = "no_route"
    far = np.zeros(reached.shape, bool)
    for axis, why in enumerate(off):
        shown = np.expand_dims(why, 1 - axis)
        where = np.expand_dims(why != "", 1 - axis) & ~reached
        np.copyto(reason, shown, where=where)
        far |= where
    kept = reached | far | (not limited)
    origin, place = np.nonzero(kept)
    minutes = {name: result.minutes[k][kept] for k, name in enumerate(columns(percentiles))}
    return pd.DataFrame(
        {
            "origin_id": origins["id"].to_numpy()[origin],
            "destination_id": places["id"].to_numpy()[place],
            **minutes,
            "journeys": result.journeys[kept],
            "reason": reason[kept],
        }
    )
