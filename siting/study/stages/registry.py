"""What a study writes beside access and scores: census, viability, effects, a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.study.stages import answers as study_answers
from siting.study.stages import census as study_census
from siting.study.stages import effects as study_effects
from siting.study.stages import location_tables
from siting.study.stages import offers as study_offers
from siting.study.stages import sample as study_sample
from siting.study.stages import schedule as study_schedule
from siting.study.stages import scores as study_scores
from siting.study.stages import theme as study_theme
from siting.study.stages import viability as study_viability

if TYPE_CHECKING:
    import pandas as pd

    from siting.config import Study
    from siting.study.inputs import Inputs
    from siting.study.prepared import PreparedStudy


def compute(ground: PreparedStudy) -> dict[str, pd.DataFrame]:
    """Tables that `census:`, `sample:`, `viability:`, `effects:`… ask for, by name."""
    study = ground.study
    found = {}
    if study.viability is not None:
        asked = study.viability
        needed = study_viability.needs_routes(asked)
        minutes = study_viability.routes(asked, ground) if needed else {}
        judged = study_viability.tables(asked, study_viability.judge(asked, minutes))
        found.update({f"viability_{name}": table for name, table in judged.items()})
    if study.locate is not None:
        from siting.study.stages import location as study_location  # noqa: PLC0415 - its kernels only where a plan is asked

        found.update(location_tables.tables(ground, study_location.solve(ground)))
    return {
        **found,
        **study_census.tables(ground),
        **study_answers.tables(study, ground.read),
        **study_offers.tables(ground),
        **study_effects.tables(ground),
        **study_schedule.tables(study, ground.read.communes),
    }


def check(study: Study, read: Inputs) -> None:
    """Refuse what these keys cannot be computed from; no route is searched."""
    if study.locate is not None:
        from siting.study.stages import location as study_location  # noqa: PLC0415 - as above

        study_location.check(study, read)
    study_scores.check(study)
    study_theme.load(study)
    study_census.check(study, read)
    study_sample.check(study, read)
    study_answers.tables(study, read)
    if study.offers is not None:
        study_offers.register(study)
    study_schedule.tables(study, read.communes)
    asked = study.viability
    if asked is not None:
        names = [] if asked.animator is None else [one.id for one in asked.animator.sites]
        study_viability.judge(asked, dict.fromkeys(names, 1.0))
