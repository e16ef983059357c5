"""The contracts of the tables that stages make: what each column holds."""

from __future__ import annotations

from dataclasses import replace

from siting.contracts import COVERAGE, LAT, LON, Column, Table, code
from siting.study.stages.column_kinds import day, endless, maybe, number, some, text

BAND = (
    endless("value", "at the declared values"),
    endless("low", "with every number at its worse end"),
    endless("high", "with every number at its better end"),
    endless("p05", "5 % of the draws are below"),
    endless("p50", "half of the draws are below"),
    endless("p95", "95 % of the draws are below"),
)
ESTIMATES = (
    code("key", "the number"),
    text("name", "its name"),
    number("value", "declared value"),
    text("unit", "its unit"),
    number("low", "lower end"),
    number("high", "upper end"),
    text("status", "measured, declared or hypothesis"),
    text("source", "who says so"),
)
TORNADO = (
    code("key", "the number that moves"),
    text("name", "its name"),
    text("unit", "its unit"),
    number("value", "declared value"),
    number("low", "lower end"),
    number("high", "upper end"),
    endless("at_value", "result at the declared value"),
    endless("at_low", "result at the lower end, the others as declared"),
    endless("at_high", "result at the upper end, the others as declared"),
    endless("swing", "how far the ends are apart"),
    text("source", "who says so"),
    text("status", "measured, declared or hypothesis"),
)
CASE = code("case", "the site as declared, or the name of a variant")
PACKAGE = (code("profile", "who pays, `all` for everyone"), code("package", "package"))
BLANK_PACKAGE = tuple(replace(column, required=False) for column in PACKAGE)

VIABILITY = (
    Table(
        "viability_tariffs",
        (
            *PACKAGE,
            code("billed", "month, quarter, day or hour"),
            number("price", "as written", "€"),
            code("tax", "whether the price includes VAT"),
            number("vat_percent", "rate of VAT", "%"),
            day("from", "first day of the price", required=False),
            day("until", "last day of the price", required=False),
            number("net_month", "one user's month without VAT", "€"),
            number("gross_month", "one user's month with VAT", "€"),
            endless("net_hour", "an hour without VAT", "€"),
        ),
    ),
    Table(
        "viability_costs",
        (
            code("item", "item, `not_itemised`, or a total"),
            text("name", "its name"),
            code("kind", "cash, imputed, shared, or total"),
            number("month", "a month", "€"),
            number("year", "a year", "€"),
            maybe("m2_month", "a month for a square metre", "€"),
            maybe("share", "of the running costs"),
            number("month_low", "with every number at its lower cost", "€"),
            number("month_high", "with every number at its higher cost", "€"),
            number("month_p05", "5 % of the draws are below", "€"),
            number("month_p50", "half of the draws are below", "€"),
            number("month_p95", "95 % of the draws are below", "€"),
        ),
    ),
    Table("viability_assumptions", ESTIMATES, ("key",)),
    Table(
        "viability_animator",
        (
            code("site_id", "site that shares the animator"),
            number("site_hours", "a month on the site", "h"),
            number("road_hours", "a month on the road", "h"),
            number("share", "of all these hours"),
            number("amount", "of the cost, a month", "€"),
        ),
        ("site_id",),
        may_be_absent=True,
    ),
    Table(
        "viability_break_even",
        (
            CASE,
            code("account", "cash, or with volunteers' work"),
            text("mix", "mix of users; empty for a package by itself"),
            *PACKAGE,
            code("role", "sought, or fixed: already there"),
            number("revenue", "a month from one user", "€"),
            endless("users", "users at which revenue meets cost; infinite: no number is enough"),
            endless("users_whole", "the same, rounded up"),
            endless("users_low", "with every number at its worse end"),
            endless("users_high", "with every number at its better end"),
            endless("users_p05", "5 % of the draws are below"),
            endless("users_p50", "half of the draws are below"),
            endless("users_p95", "95 % of the draws are below"),
            endless("arrivals", "new users a month that keep `users` there"),
        ),
        may_be_absent=True,
    ),
    Table(
        "viability_outlook",
        (
            CASE,
            code("account", "cash, or with volunteers' work"),
            code("measure", "what is told: users, hours, revenue, cost, balance, subsidy…"),
            text("unit", "its unit"),
            *BAND,
        ),
        ("case", "account", "measure"),
        may_be_absent=True,
    ),
    Table(
        "viability_tornado",
        (
            CASE,
            text("result", "mix, empty for a package by itself, or `balance`"),
            *BLANK_PACKAGE,
            *TORNADO,
        ),
        may_be_absent=True,
    ),
    Table(
        "viability_churn",
        (
            CASE,
            *PACKAGE,
            number("gross_month", "price of a month with VAT", "€"),
            number("churn", "share of the users who leave in a month"),
            endless("mean_stay", "mean length of a stay", "months"),
            number("revenue", "a month from one user who is there", "€"),
            endless("users", "users at which revenue meets cost"),
            endless("arrivals", "new users a month that keep `users` there"),
        ),
        may_be_absent=True,
    ),
)

PHASE = Column("phase", "integer", "phase of the plan, from 1", minimum=0)
# a question without an answer has no site; its summary says why
LOCATION = (
    Table(
        "location",
        (
            code("site_id", "site that is open after the last phase"),
            code("role", "chosen, required, existing"),
            replace(PHASE, meaning="phase that opens it; 0 where it serves already"),
            text("name", "its name"),
            text("commune", "its commune"),
            LON,
            LAT,
            number("people", "whom it serves", "inhabitants"),
        ),
        ("site_id",),
        may_be_empty=True,
    ),
    Table(
        "location_allocation",
        (
            PHASE,
            code("demand_id", "who is served"),
            code("site_id", "by which site; empty where nobody serves", required=False),
            maybe("minutes", "travel time", "min"),
            maybe("share", "of the demand that goes there"),
        ),
        may_be_empty=True,
    ),
    Table(
        "location_coverage",
        (PHASE, *COVERAGE.columns),
        ("phase", *COVERAGE.key),
        may_be_empty=True,
    ),
    Table(
        "location_summary",
        (
            replace(PHASE, minimum=1),
            code("model", "location model"),
            code("status", "proven, stopped or infeasible"),
            maybe("objective", "value of the plan"),
            endless("lower_bound", "no plan is below"),
            endless("upper_bound", "the best plan is not above"),
            endless("gap", "between the bounds, as a share"),
            Column("new_sites", "integer", "sites that the phase opens", minimum=0),
            number("left_out_people", "people whom no time reaches", "inhabitants"),
            text("reason", "why there is no plan"),
        ),
        ("phase",),
    ),
    Table(
        "location_blocked",
        (PHASE, code("demand_id", "demand that no plan can serve")),
        may_be_empty=True,
    ),
)

# places of a type that no label is for have no rule
OFFERS_RULES = Table(
    "offers_rules",
    (
        code("place_id", "place of the register"),
        code("level", "level of the label"),
        code("rule", "rule of the level"),
        code("outcome", "passed, failed or unknown"),
        text("said", "the same in words"),
        text("facts", "facts that it asks for"),
        text("values", "what is known of them"),
        text("evidence", "what shows it"),
        text("source", "who says so"),
        text("date", "when it was established, one for each fact"),
        text("missing", "facts that nobody has established"),
    ),
    may_be_empty=True,
)
OFFERS = (
    Table(
        "offers",
        (
            code("place_id", "place of the register"),
            text("name", "its name"),
            text("commune_code", "its commune"),
            maybe("lon", "longitude WGS 84", "°"),
            maybe("lat", "latitude WGS 84", "°"),
            text("kind", "its kind, as the register writes it"),
            text("type", "its type, as the labels know it"),
            text("type_name", "name of the type"),
            text("level", "level that it holds"),
            text("level_name", "its name"),
            text("possible_level", "level that it may yet hold"),
            text("possible_name", "its name"),
            text("failed", "rules that it fails"),
            text("missing", "facts that nobody has established"),
        ),
        ("place_id",),
    ),
    OFFERS_RULES,
    Table(
        "offers_relays",
        (
            code("kind", "commune or candidate"),
            code("code", "which"),
            text("name", "its name"),
            maybe("minutes", "to the nearest relay; of a commune the mean of its people", "min"),
            text("relay_id", "the nearest; of a commune that of most of its people"),
            maybe("unreached", "people of the commune who reach none", "inhabitants"),
        ),
        ("kind", "code"),
        may_be_absent=True,
    ),
)

SPARED = (
    ("people", "people in reach of a site", "people"),
    ("users", "of them, those who come", "people"),
    ("days", "days a year, of all users", "days"),
    ("person_km", "kilometres of persons spared in a year", "km"),
    ("vehicle_km", "kilometres of vehicles spared in a year", "km"),
    ("hours", "hours on the road spared in a year", "h"),
    ("co2_kg", "CO2 spared in a year", "kg"),
    ("injury_accidents", "accidents with an injury spared in a year", ""),
    ("deaths", "deaths spared in a year", ""),
)
# nobody has a site in reach: the table `effects` counts them
EFFECTS_EPCI = Table(
    "effects_epci",
    (
        text("zone_kind", "epci"),
        code("zone_code", "SIREN of the EPCI, empty for several small ones", required=False),
        text("zone_name", "its name"),
        *(maybe(name, meaning, unit) for name, meaning, unit in SPARED),
        some(maybe("declared_gain_hours", "hours of work gained, as declared", "h")),
    ),
    ("zone_code", "zone_name"),
    may_be_empty=True,
)
EFFECTS = (
    Table(
        "effects",
        (
            code("measure", "what is spared, or who is left out"),
            text("name", "its name"),
            text("unit", "its unit"),
            *BAND,
            text("status", "modelled, or declared and not verified"),
        ),
        ("measure",),
    ),
    EFFECTS_EPCI,
    Table("effects_tornado", TORNADO, ("key",)),
    Table("effects_assumptions", ESTIMATES, ("key",)),
)

CALENDAR = (
    Table(
        "calendar",
        (
            code("id", "step"),
            text("name", "its name"),
            text("kind", "opinion, or another kind of step"),
            text("actor", "who acts"),
            day("from", "first day"),
            day("until", "last day"),
        ),
        ("id",),
    ),
    Table(
        "opinions",
        (
            code("epci_code", "SIREN of the EPCI"),
            text("epci_name", "name of the EPCI"),
            day("received", "when it received the draft"),
            day("deadline", "until when it may give its opinion"),
            day("given", "when it gave it, the deadline where none has come"),
            code("view", "the opinion; where none came in time `deemed`, before that `awaited`"),
        ),
        ("epci_code",),
        may_be_empty=True,
        may_be_absent=True,
    ),
)
