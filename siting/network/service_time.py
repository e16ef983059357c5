"""The clock of a service day: seconds after noon less twelve hours, as GTFS counts them.

On the two days when the hour changes, that is not midnight: what the day before runs after midnight
must be moved by 23 or 25 hours, and a clock time before the change by an hour.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from siting.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.network.timetable_feed import Feed

HALF_DAY_S = 43_200
DAY_S = 86_400
LATEST_S = 40 * 3600
FROM_TO = re.compile(r"(\d{1,2}):([0-5]\d)-(\d{1,2}):([0-5]\d)")


def shifts(feeds: Sequence[Feed], day: dt.date) -> tuple[int, int, int]:
    """Seconds to add to times of the day before, the day, and the day after.

    Raises
    ------
    InputError
        A feed names a time zone that is none, or two feeds are of zones that differ on that day.
    """
    noons: dict[str, tuple[float, ...]] = {}
    for feed in feeds:
        moments = [_noon(feed, day + dt.timedelta(days=moved)) for moved in (-1, 0, 1)]
        noons[str(feed.path)] = tuple(moment.timestamp() for moment in moments)
    if len(set(noons.values())) > 1:
        raise InputError("several_time_zones", files=", ".join(noons))
    before, noon, after = next(iter(noons.values()))
    return int(before - noon), 0, int(after - noon)


def _noon(feed: Feed, day: dt.date) -> dt.datetime:
    try:
        zone: dt.tzinfo = ZoneInfo(feed.zone) if feed.zone else dt.UTC
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError("unknown_time_zone", file=feed.path, zone=feed.zone) from error
    return dt.datetime.combine(day, dt.time(12), zone)


def clock(seconds: int) -> str:
    """Write seconds of a day as a clock time, `25:10` past midnight."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def span(value: str) -> tuple[int, int]:
    """Seconds of the day of `07:00-09:00`; beyond 24:00 for the night that follows.

    Raises
    ------
    InputError
        It is written otherwise, ends before it begins, or begins after midnight.
    """
    match = FROM_TO.fullmatch(value.strip())
    if match is None:
        raise InputError("bad_clock", value=value)
    first, second, third, fourth = map(int, match.groups())
    start, end = 3600 * first + 60 * second, 3600 * third + 60 * fourth
    if not start < end <= LATEST_S or start >= DAY_S:
        raise InputError("bad_clock", value=value)
    return start, end


def spans(value: str) -> tuple[tuple[int, int], ...]:
    """Seconds of the day of `09:00-12:00,14:00-17:00`; none where it is empty."""
    return tuple(map(span, value.split(","))) if value.strip() else ()
