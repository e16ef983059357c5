"""Check of the keys `criteria:` and `scoring:`: what candidates are compared on is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.ranking import criteria
from siting.sources import evidence
from siting.study.stages import answers as study_answers
from siting.study.stages import scores, site_facts

if TYPE_CHECKING:
    from siting.config import Study
    from siting.study.inputs import Inputs


def check(study: Study, read: Inputs) -> None:
    """Refuse weights that cannot hold and values that cannot be read; no route is searched.

    Raises
    ------
    SitingError
        See `scores.check`; a column of premises is no number, a file of use is wrong, or the survey
        does not say what a criterion needs.
    """
    scores.check(study)
    site_facts.entered(read.evidence, read.candidates, study.candidates)
    if study.scoring is not None and study.scoring.use is not None:
        evidence.read_use(study.scoring.use)
    layers = {criteria.parse(criterion.id).definition.layer for criterion in study.criteria}
    if "survey" in layers and study.survey is not None and study.survey.answers is not None:
        study_answers.fitted(study, read)
