"""The registry of stages: one entry a key of the configuration, in the order of their tables.

`siting check` walks the checks, `siting run` the checks and the tables, the report its sections
(`publish.report.stages`, by the same keys). A key that is asked for is computed or refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting import contracts
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
from siting.study.stages import stage_contracts, survey_contracts, timetable_contracts
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


def _timetables_check(study: Study, read: Inputs) -> None:
    from siting.study.stages import return_trips  # noqa: PLC0415 - kernels where it is asked for

    return_trips.check(study, read)


def _timetables(ground: PreparedStudy, access: pd.DataFrame) -> Tables:
    from siting.study.stages import timetable_tables  # noqa: PLC0415 - as above

    return timetable_tables.tables(ground, access)


STAGES: tuple[Stage, ...] = (
    Stage("theme", _theme),
    Stage("roads", study_plans.check_roads, with_keys=("what_if",)),
    Stage("plans", study_plans.check),
    Stage("site_costs", study_plans.check_costs),
    Stage("criteria", study_candidates.check, with_keys=("scoring",)),
    Stage("measures", study_measures.check, study_measures.compute, study_measures.contracts_of()),
    Stage(
        "timetables",
        _timetables_check,
        _timetables,
        timetable_contracts.TIMETABLES,
    ),
    Stage(
        "viability",
        study_viability.check,
        lambda ground, _: study_viability.of_study(ground),
        stage_contracts.VIABILITY,
    ),
    Stage(
        "locate",
        _locate_check,
        _locate,
        stage_contracts.LOCATION,
    ),
    Stage(
        "census",
        study_census.check,
        lambda ground, _: study_census.tables(ground),
        survey_contracts.CENSUS,
        with_keys=("sample",),
    ),
    Stage("sample", study_sample.check),
    Stage(
        "survey",
        study_answers.check,
        lambda ground, _: study_answers.tables(ground.study, ground.read),
        survey_contracts.SURVEY,
    ),
    Stage(
        "offers",
        study_offers.check,
        lambda ground, _: study_offers.tables(ground),
        stage_contracts.OFFERS,
    ),
    Stage(
        "effects",
        study_effects.check,
        lambda ground, _: study_effects.tables(ground),
        stage_contracts.EFFECTS,
    ),
    Stage(
        "calendar",
        _calendar,
        lambda ground, _: study_schedule.tables(ground.study, ground.read.communes),
        stage_contracts.CALENDAR,
    ),
)
