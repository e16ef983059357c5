"""The contracts of the tables of `timetables:`."""

from __future__ import annotations

from siting.contracts import Column, Table, code, optional
from siting.study.stages.column_kinds import day, maybe, number, text

STATUS = code("status", "`modelled` where the timetables or the cells are, else `real`")
SERVICE, DAY = code("service", "service of the study"), code("day", "day of the study")
ANY = code("day", "day of the study, `any` for any of them")
ZONE = (
    Column("zone_kind", "text", "department, epci, commune, or the study's own"),
    code("zone_code", "zone"),
    text("zone_name", "name of the zone"),
)
POPULATION = Column("population", "float", "people", "inhabitants", minimum=0)
HALVES = ("morning", "afternoon", "all_day")
REASONS = ("no_round_trip", "too_far_on_foot", "closed")


def _count(name: str, meaning: str) -> Column:
    return Column(name, "integer", meaning, minimum=0)


def _clock(name: str, meaning: str) -> Column:
    return text(name, f"{meaning}, as 07:05, beyond 24:00 in the night after")


TIMETABLES = (
    Table(
        "timetable_days",
        (
            DAY,
            text("name", "its name"),
            day("date", "the date that stands for it"),
            text("kind", "of service day: school_day, holidays, saturday, sunday"),
            code("feed", "file of the timetable"),
            _count("runs", "trips of that day; 0: the feed does not run then"),
            _count("stops", "stops"),
            _count("calls", "calls of the day, the day before and after"),
            _count("stops_far", "stops beyond the territory's surroundings"),
            code("walking", "`roads`: on the ways of the extract; `straight`: line x 1.3"),
            STATUS,
        ),
        ("day", "feed"),
    ),
    Table(
        "timetable_remarks",
        (
            DAY,
            code("feed", "file of the timetable"),
            code("reason", "what could not be used, or how it was taken"),
            _count("count", "how many"),
        ),
        ("day", "feed", "reason"),
        may_be_empty=True,
    ),
    Table(
        "return_trips",
        (
            code("cell_id", "demand cell"),
            code("commune_code", "its commune"),
            POPULATION,
            SERVICE,
            DAY,
            _count("places", "facilities that one can go to and be back from"),
            _count("round_trips", "the most to one facility by vehicle, none beaten by another"),
            maybe("shortest_absence", "away from home, at the shortest", "min"),
            text("facility_id", "facility of that round trip; of equal ones the smallest"),
            _clock("leave_home", "when it leaves home"),
            _clock("back_home", "when it is back"),
            _clock("latest_departure_home", "the last time to leave that facility and be home"),
            maybe("way_there", "the quickest way there of which there is a way back", "min"),
            maybe("morning_absence", "shortest absence for a stay in the morning", "min"),
            maybe("afternoon_absence", "shortest absence for a stay in the afternoon", "min"),
            Column("on_foot", "boolean", "one can walk there and back"),
            Column("reason", "text", "why there is none", required=False, among=REASONS),
            STATUS,
        ),
        ("cell_id", "service", "day"),
    ),
    Table(
        "return_trip_people",
        (
            *ZONE,
            SERVICE,
            ANY,
            number("absence_minutes", "away from home at most; the longest: all day", "min"),
            POPULATION,
            Column("people", "float", "with such a round trip", "inhabitants", minimum=0),
            maybe("share", "of the people"),
            number("people_on_foot", "of these, who can also walk all the way", "inhabitants"),
            number("people_without", "without such a round trip", "inhabitants"),
            STATUS,
        ),
        ("zone_kind", "zone_code", "service", "day", "absence_minutes"),
    ),
    Table(
        "return_trip_coverage",
        (
            *ZONE,
            SERVICE,
            ANY,
            code("mode", "transit, the mode of the roads, or `either` of the two"),
            number("threshold_minutes", "covered means minutes <= threshold", "min"),
            POPULATION,
            number("covered_population", "people within the threshold", "inhabitants"),
            maybe("covered_share", "their share"),
            STATUS,
        ),
        ("zone_kind", "zone_code", "service", "day", "mode", "threshold_minutes"),
    ),
    Table(
        "return_trip_openings",
        (
            SERVICE,
            code("facility_id", "facility"),
            DAY,
            Column("half", "text", "half of the day", among=HALVES),
            code("opens", "clock time"),
            code("closes", "clock time"),
            Column("hours_from", "text", "whose hours", among=("facility", "study", "scenario")),
            number("people", "who can come then and be back in time", "inhabitants"),
            number("people_lost", "who can come at no other opening of any", "inhabitants"),
            STATUS,
        ),
        ("service", "facility_id", "day", "opens"),
        may_be_empty=True,
    ),
    optional(
        Table(
            "return_trip_lines",
            (
                SERVICE,
                DAY,
                Column("kind", "text", "a line, or one run", among=("line", "run")),
                code("feed", "file of the timetable"),
                text("line", "name of the line"),
                text("trip_id", "trip of a run"),
                text("departs", "clock time at its first stop"),
                number("people_lost", "who would have no round trip left", "inhabitants"),
                STATUS,
            ),
            ("service", "day", "kind", "feed", "line", "trip_id", "departs"),
            may_be_empty=True,
        )
    ),
)
"""A run that nobody needs has no row."""
