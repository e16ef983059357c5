"""The contracts of the tables of the census of likely users, of its sample and of the survey."""

from __future__ import annotations

from siting.contracts import Column, Table, code
from siting.study.stages.column_kinds import endless, maybe, number, some, text

ZONE = (
    text("zone_kind", "department, epci, commune, or the study's own"),
    code("zone_code", "zone"),
    text("zone_name", "name of the zone"),
)
STRATUM = (
    code("epci_code", "SIREN of the EPCI", required=False),
    text("epci_name", "name of the EPCI"),
)
EXPECTED = (
    some(maybe("expected_users", "likely users in reach, by declared interest", "people")),
    some(maybe("expected_users_low", "lower end", "people")),
    some(maybe("expected_users_high", "upper end", "people")),
)
CENSUS = (
    Table(
        "census",
        (
            *ZONE,
            maybe("establishments", "likely users; blank where a small count is hidden"),
            maybe("masked", "of them, those whose address is not diffused"),
            maybe("teleworkable", "the same, weighted by what can be done at a distance"),
            maybe("all_establishments", "establishments of any activity"),
            maybe("population", "people", "inhabitants"),
            maybe("per_1000_people", "likely users for 1,000 people"),
            maybe("quotient", "their share against that of the whole territory"),
            maybe("quotient_shrunk", "the same, small zones drawn to the whole"),
        ),
        ("zone_kind", "zone_code"),
        may_be_absent=True,
    ),
    Table(
        "census_sites",
        (
            code("site_id", "candidate or facility"),
            text("name", "its name"),
            code("kind", "candidate, or the service of a facility"),
            maybe("within", "likely users in reach"),
            maybe("within_teleworkable", "the same, weighted"),
            maybe("within_masked", "of them, those whose address is not diffused"),
            maybe("catchment", "likely users in reach who have no nearer site"),
            maybe("catchment_teleworkable", "the same, weighted"),
            *EXPECTED,
        ),
        may_be_absent=True,
    ),
    # nobody has a position of their own
    Table(
        "census_squares",
        (
            number("x", "centre of the square, in the study's CRS", "m"),
            number("y", "centre of the square, in the study's CRS", "m"),
            maybe("establishments", "likely users with an address of their own"),
            maybe("per_km2", "the same for a square kilometre"),
        ),
        ("x", "y"),
        may_be_empty=True,
        may_be_absent=True,
    ),
    Table(
        "census_interest",
        (
            code("epci_code", "SIREN of the EPCI", required=False),
            text("epci_name", "name of the EPCI"),
            maybe("establishments", "likely users"),
            maybe("teleworkable", "the same, weighted"),
            maybe("rate", "share of them who would come"),
            maybe("rate_low", "lower end"),
            maybe("rate_high", "upper end"),
            maybe("own_weight", "weight of the EPCI's own answers in its rate"),
            maybe("expected_users", "likely users, weighted, x rate", "people"),
            maybe("expected_low", "lower end", "people"),
            maybe("expected_high", "upper end", "people"),
        ),
        may_be_absent=True,
    ),
    Table(
        "census_strata",
        (
            *STRATUM,
            code("rurality", "class of rurality"),
            code("status", "status of the establishments", required=False),
            maybe("establishments", "likely users"),
        ),
        ("epci_code", "rurality", "status"),
        may_be_absent=True,
    ),
    Table(
        "sample_design",
        (
            code("margin", "epci, rurality, status or rural_epci"),
            code("code", "category", required=False),
            text("name", "its name"),
            maybe("frame", "establishments that may be asked"),
            maybe("least", "at least so many are asked"),
            maybe("most", "at most so many are asked"),
        ),
        ("margin", "code"),
        may_be_absent=True,
    ),
)

GROUP = (code("group_kind", "variable that cuts the answers"), text("group", "category"))
SURVEY = (
    Table(
        "survey_respondents",
        (
            *GROUP,
            maybe("respondents", "who answered; blank where a small count is hidden"),
            maybe("people", "whom they stand for"),
        ),
        ("group_kind", "group"),
        may_be_absent=True,
    ),
    Table(
        "survey_answers",
        (
            code("question", "question of the form"),
            text("row", "line of a grid"),
            text("answer", "choice; empty for a mean"),
            code("measure", "share or mean"),
            *GROUP,
            maybe("answered", "who answered the question"),
            maybe("count", "who gave this answer"),
            maybe("estimate", "share or mean, weighted"),
            maybe("low", "lower end of the interval"),
            maybe("high", "upper end of the interval"),
            maybe("effective_size", "answers of equal weight that would be as sure"),
        ),
        may_be_absent=True,
    ),
    # no margin is asked for
    Table(
        "survey_margins",
        (
            code("variable", "status, rurality, epci or part"),
            text("category", "category"),
            number("census", "people of the census"),
            number("weighted", "sum of the weights"),
        ),
        ("variable", "category"),
        may_be_empty=True,
        may_be_absent=True,
    ),
    Table(
        "survey_use",
        (
            number("minutes", "travel time", "min"),
            maybe("days", "days of use a month"),
            maybe("low", "lower end of the interval"),
            maybe("high", "upper end of the interval"),
            maybe("relative", "against the use next door"),
        ),
        ("minutes",),
        may_be_absent=True,
    ),
    Table(
        "survey_use_fit",
        (
            code("family", "form of the decay"),
            code("parameter", "parameter"),
            maybe("value", "its value"),
            maybe("standard_error", "its standard error"),
            Column("respondents", "integer", "who told", minimum=0),
            Column("answers", "integer", "what they told", minimum=0),
            maybe("loss", "weighted sum of squares that is left"),
            endless("aic", "Akaike's criterion"),
        ),
        ("parameter",),
        may_be_absent=True,
    ),
)
