"""From the keys of `survey:` to its forms, its answers and its tables."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from siting.atomic_files import replacing
from siting.config import content, embedded, load, validate
from siting.contracts import missing_column
from siting.errors import ConfigError, InputError
from siting.outputs.tables import write_csv
from siting.sources import facts, reading
from siting.survey import answers
from siting.survey.questionnaire import Questionnaire

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from siting.config import Study
    from siting.survey.answers import Imported

SALT_BYTES = 32
STANDARD = Path("configs/questionnaire.yaml")
WEIGHT_COLUMNS = ("weight", "design_weight")
PROBABILITY_COLUMNS = ("inclusion_probability", "probability")


def questionnaire_of(path: Path) -> tuple[Questionnaire, Study | None]:
    """The questionnaire of a schema, or of a study, and that study.

    Raises
    ------
    ConfigError, ProblemsError
        The file is neither, or is wrong.
    """
    keys = content(path)
    if "territory" not in keys:
        if "sections" not in keys and "kind" not in keys:
            raise ConfigError("no_survey", file=path)
        return validate(Questionnaire, path), None
    study = load(path)
    return of_study(study, path), study


def form_of(path: Path) -> tuple[Questionnaire, bool]:
    """The questionnaire whose forms are printed, and whether it is the standard one.

    A study without `survey:` has the standard one: it may be asked before anything is read back.

    Raises
    ------
    ConfigError, ProblemsError
        As `questionnaire_of`.
    """
    if "territory" in content(path) and load(path).survey is None:
        return validate(Questionnaire, embedded(STANDARD)), True
    return questionnaire_of(path)[0], False


def of_study(study: Study, path: Path | None = None) -> Questionnaire:
    """The questionnaire of a study.

    Raises
    ------
    ConfigError
        The study has no `survey:`.
    """
    if study.survey is None:
        raise ConfigError("no_survey", file=path or study.name)
    return validate(Questionnaire, study.survey.questionnaire)


def write_forms(path: Path, questionnaire: Questionnaire) -> None:
    """Write the printable forms as a Word document."""
    from siting.outputs import forms  # noqa: PLC0415 - python-docx only where it is needed

    with replacing(path) as part:
        forms.write(part, questionnaire)


def bring_in(
    config: Path,
    exported: Sequence[Path],
    out: Path,
    *,
    part: str | None = None,
    sample: Path | None = None,
) -> Imported:
    """Read exported answers and write them, who answers hashed.

    The salt is drawn here and forgotten: two imports of one file give other hashes.

    Parameters
    ----------
    config
        A study or a schema; a study knows the names of its communes.
    part
        Part of all respondents, where the files do not ask it.
    sample
        Table of `siting sample`, for the design weights.

    Raises
    ------
    SitingError
        A file is wrong, or answers are outside the form: all of them at once.
    """
    questionnaire, study = questionnaire_of(config)
    known = [part.id for part in questionnaire.parts]
    if part is not None and part not in known:
        raise InputError("answers_part", file=exported[0], known=", ".join(known))
    communes = None if study is None else facts.communes(study.territory.communes)
    imported = answers.read(
        exported,
        questionnaire,
        secrets.token_bytes(SALT_BYTES),
        communes=communes,
        part=part,
        weights=None if sample is None else design_weights(sample),
        sample=sample,
    )
    with replacing(out) as staged:
        write_csv(staged, imported.table)
    return imported


def design_weights(sample: Path) -> dict[str, float]:
    """Design weight of each SIRET of a sample: its `weight`, or 1 over its inclusion probability.

    Raises
    ------
    InputError
        The table has neither column, or holds something else than numbers above 0.
    """
    frame = reading.table(sample, ["siret"])
    for name in (*WEIGHT_COLUMNS, *PROBABILITY_COLUMNS):
        if name in frame.columns:
            numbers = reading.numbers(frame, name, sample)
            wrong = ~(numbers > 0)
            if wrong.any():
                row = int(wrong.to_numpy().argmax())
                raise InputError(
                    "bad_value",
                    file=sample,
                    row=row + 2,
                    column=name,
                    value=frame[name].iloc[row],
                    expected="> 0",
                )
            weight = numbers if name in WEIGHT_COLUMNS else 1 / numbers
            sirets = frame["siret"].str.replace(r"\D", "", regex=True)
            return dict(zip(sirets, weight.astype(float), strict=True))
    raise missing_column(sample, PROBABILITY_COLUMNS[0], frame.columns)


def read_answers(path: Path, questionnaire: Questionnaire) -> pd.DataFrame:
    """Read answers that `siting survey import` wrote."""
    carried = [
        name
        for question in questionnaire.questions()
        if question.carried
        for name in question.columns
    ]
    frame = reading.table(path, ["respondent", "part"], optional=("weight", *carried))
    repeated = frame["respondent"].duplicated()
    if repeated.any():
        ids = ", ".join(frame.loc[repeated, "respondent"].head(5))
        raise InputError("duplicate_ids", file=path, column="respondent", ids=ids)
    return frame
