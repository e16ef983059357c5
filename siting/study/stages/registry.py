"""The registry of stages: one entry a key of the configuration, in the order of their tables.

`siting check` walks the checks, `siting run` the checks and the tables, the report its sections
(`publish.report.stages`, by the same keys). A key that is asked for is computed or refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting import contracts
from siting.contracts import Table
from siting.errors import ProblemsError, SitingError
from siting.study.stages import answers as study_answers
from siting.study.stages import candidates as study_candidates
from siting.study.stages import census as study_census
from siting.study.stages import effects as study_effects
from siting.study.stages import measures as study_measures
from siting.study.stages import offers as study_offers
from siting.study.stages import plans as study_plans
from siting.study.stages import sample as study_sample
from siting.study.stages import schedule as study_schedule
from siting.study.stages import theme as study_theme
from siting.study.stages import viability as study_viability
from siting.study.stages.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from siting.config import Study
    from siting.study.inputs import Inputs
    from siting.study.prepared import PreparedStudy

    Tables = dict[str, pd.DataFrame]


def check(study: Study, read: Inputs, registry: Sequence[Stage] | None = None) -> None:
    """Refuse what the keys of a study cannot be computed from; no route is searched.

    Parameters
    ----------
    read
        The inputs, as the scenario leaves them.

    Raises
    ------
    SitingError
        The one problem, or a `ProblemsError` with those of all stages.
    """
    problems: list[SitingError] = []
    for stage in STAGES if registry is None else registry:
        if stage.wanted(study):
            try:
                stage.check(study, read)
            except ProblemsError as several:
                problems += several.problems
            except SitingError as problem:
                problems.append(problem)
    # two stages may meet the same absent file
    problems = list({problem.text("en"): problem for problem in problems}.values())
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise ProblemsError(problems)


def compute(
    ground: PreparedStudy, access: pd.DataFrame, registry: Sequence[Stage] | None = None
) -> dict[str, Tables]:
    """Compute what the keys of a study ask for.

    Parameters
    ----------
    access
        Table `access.csv`.

    Returns
    -------
    Tables by name, by key of the stage that makes them.

    Raises
    ------
    SitingError
        A stage refuses, or a table breaks its contract.
    """
    result = {}
    for stage in STAGES if registry is None else registry:
        if stage.compute is not None and stage.wanted(ground.study):
            made = stage.compute(ground, access)
            contracts.require(made, stage.tables)
            result[stage.key] = made
    return result


def _theme(study: Study, _: Inputs) -> None:
    study_theme.load(study)


def _calendar(study: Study, read: Inputs) -> None:
    study_schedule.tables(study, read.communes)


def _locate_check(study: Study, read: Inputs) -> None:
    from siting.study.stages import location  # noqa: PLC0415 - its kernels only where a plan is asked

    location.check(study, read)


def _locate(ground: PreparedStudy, _: pd.DataFrame) -> Tables:
    from siting.study.stages import location, location_tables  # noqa: PLC0415 - as above

    return location_tables.tables(ground, location.solve(ground))


def _table(name: str, *, empty: bool = False, absent: bool = False) -> Table:
    """A table of a stage whose columns its module documents."""
    return Table(name, (), (), may_be_empty=empty, may_be_absent=absent)


STAGES: tuple[Stage, ...] = (
    Stage("theme", _theme),
    Stage("roads", study_plans.check_roads, with_keys=("what_if",)),
    Stage("plans", study_plans.check),
    Stage("site_costs", study_plans.check_costs),
    Stage("criteria", study_candidates.check, with_keys=("scoring",)),
    Stage("measures", study_measures.check, study_measures.compute, study_measures.contracts_of()),
    Stage(
        "viability",
        study_viability.check,
        lambda ground, _: study_viability.of_study(ground),
        (
            _table("viability_tariffs"),
            _table("viability_costs"),
            _table("viability_assumptions"),
            _table("viability_animator", absent=True),
            _table("viability_break_even", absent=True),
            _table("viability_outlook", absent=True),
            _table("viability_tornado", absent=True),
            _table("viability_churn", absent=True),
        ),
    ),
    Stage(
        "locate",
        _locate_check,
        _locate,
        (
            # a question without an answer has no site; its summary says why
            _table("location", empty=True),
            _table("location_allocation", empty=True),
            _table("location_coverage", empty=True),
            _table("location_summary"),
            _table("location_blocked", empty=True),
        ),
    ),
    Stage(
        "census",
        study_census.check,
        lambda ground, _: study_census.tables(ground),
        (
            _table("census", absent=True),
            _table("census_sites", absent=True),
            # nobody has a position of their own
            _table("census_squares", empty=True, absent=True),
            _table("census_interest", absent=True),
            _table("census_strata", absent=True),
            _table("sample_design", absent=True),
        ),
        with_keys=("sample",),
    ),
    Stage("sample", study_sample.check),
    Stage(
        "survey",
        study_answers.check,
        lambda ground, _: study_answers.tables(ground.study, ground.read),
        (
            _table("survey_respondents", absent=True),
            _table("survey_answers", absent=True),
            # no margin is asked for
            _table("survey_margins", empty=True, absent=True),
            _table("survey_use", absent=True),
            _table("survey_use_fit", absent=True),
        ),
    ),
    Stage(
        "offers",
        study_offers.check,
        lambda ground, _: study_offers.tables(ground),
        (
            _table("offers"),
            # places of a type that no label is for have no rule
            _table("offers_rules", empty=True),
            _table("offers_relays", absent=True),
        ),
    ),
    Stage(
        "effects",
        study_effects.check,
        lambda ground, _: study_effects.tables(ground),
        (
            _table("effects"),
            # nobody has a site in reach: the table `effects` counts them
            _table("effects_epci", empty=True),
            _table("effects_tornado"),
            _table("effects_assumptions"),
        ),
    ),
    Stage(
        "calendar",
        _calendar,
        lambda ground, _: study_schedule.tables(ground.study, ground.read.communes),
        (_table("calendar"), _table("opinions", absent=True, empty=True)),
    ),
)
