"""What the answers of a study's survey say: weights, tables, use by travel time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.contracts import Column, Table, code
from siting.errors import ConfigError, InputError
from siting.sources import reading
from siting.study.stages import sample as study_sample
from siting.study.stages import survey as study_survey
from siting.survey import calibration, tabulation, use
from siting.survey.tabulation import Weighted

if TYPE_CHECKING:
    import numpy.typing as npt

    from siting.config import Study
    from siting.config.survey import Survey, Variable
    from siting.study.inputs import Inputs
    from siting.survey.questionnaire import FormQuestion, Questionnaire
    from siting.survey.use import Use

FIRM = "firm"  # status of those whose part is not asked it
MARGINS = Table(
    "census margins",
    (
        code("variable", "status, rurality, epci or part"),
        code("category", "category"),
        Column("people", "float", "people of the census", minimum=0),
    ),
    ("variable", "category"),
)
DECAY_MINUTES = (0, 5, 10, 15, 20, 25, 30, 40, 50, 60)


@dataclass(frozen=True)
class SurveyTables:
    """What a survey says.

    Attributes
    ----------
    tables
        `survey_respondents,survey_answers,survey_margins`, and where days are asked
        `survey_use,survey_use_fit`.
    use
        How use falls with travel time; None where it is not asked.
    """

    tables: dict[str, pd.DataFrame]
    use: Use | None


def tables(study: Study, read: Inputs) -> dict[str, pd.DataFrame]:
    """Tables of `survey:`; none where there are no answers."""
    if study.survey is None or study.survey.answers is None:
        return {}
    return tabulated(study, read).tables


def check(study: Study, read: Inputs) -> None:
    """Refuse a questionnaire that is wrong, and answers that cannot be tabled.

    Raises
    ------
    SitingError
        See `tabulated`.
    """
    study_survey.of_study(study)
    tables(study, read)


def fitted(study: Study, read: Inputs) -> Use:
    """How use falls with travel time, for `locate:` and the criteria.

    Raises
    ------
    ConfigError
        There are no answers, or they do not say it.
    """
    survey = study.survey
    if survey is None or survey.answers is None:
        raise ConfigError("no_answers")
    people, questionnaire = _weighted(study, read, survey)
    curve = _use(questionnaire, people, survey)
    if curve is None:
        raise ConfigError("no_frequency")
    return curve


def tabulated(study: Study, read: Inputs) -> SurveyTables:
    """Weigh the answers to the census and table them.

    Raises
    ------
    ConfigError, InputError, ModelError
        There are no answers, they are not those of the questionnaire, or no weights meet the
        margins.
    """
    survey = study.survey
    if survey is None or survey.answers is None:
        raise ConfigError("no_answers")
    people, questionnaire = _weighted(study, read, survey)
    tabled = tabulation.tabulate(questionnaire, people, survey.level, survey.fewest)
    tables = {f"survey_{name}": table for name, table in tabled.items()}
    tables["survey_margins"] = _met(study, read, survey, people)
    curve = _use(questionnaire, people, survey)
    if curve is not None:
        tables["survey_use"] = curve.table(DECAY_MINUTES, survey.level)
        tables["survey_use_fit"] = _fit_table(curve)
    return SurveyTables(tables, curve)


def _weighted(study: Study, read: Inputs, survey: Survey) -> tuple[Weighted, Questionnaire]:
    questionnaire = study_survey.of_study(study)
    assert survey.answers is not None  # noqa: S101 - the callers' condition
    answers = study_survey.read_answers(survey.answers, questionnaire)
    if len(answers) < survey.fewest:
        raise InputError(
            "answers_few", file=survey.answers, count=len(answers), fewest=survey.fewest
        )
    groups = _groups(study, read, questionnaire, answers)
    wanted = {*survey.margins, *survey.by}
    unknown = sorted(name for name in wanted if name not in groups)
    if unknown:
        raise ConfigError("survey_variable", names=", ".join(unknown))
    weights = np.ones(len(answers))
    if (answers["weight"] != "").any():
        weights = reading.numbers(answers, "weight", survey.answers).to_numpy(np.float64)
        if not (weights > 0).all():
            raise InputError("weights_missing", file=survey.answers)
    categories = None
    if survey.margins:
        margins: dict[str, dict[str, float]] = {}
        for name, counts in _margins(study, read, survey).items():
            into = survey.collapse.get(name, {})
            margins[name], groups[name] = calibration.collapsed(counts, list(groups[name]), into)
        x, totals, _ = calibration.indicators(groups, margins)
        weights = calibration.calibrate(weights, x, totals, survey.method, survey.bounds)
        categories = x
    return Weighted(answers, groups[list(survey.by)], weights, categories), questionnaire


def _groups(
    study: Study, read: Inputs, questionnaire: Questionnaire, answers: pd.DataFrame
) -> pd.DataFrame:
    """Categories of each respondent: `part,status,rurality,epci`, as far as they are asked."""
    groups = pd.DataFrame({"part": answers["part"]})
    status = questionnaire.of_role("status")
    if status is not None:
        statuses = answers[status.code]
        has_status = np.array([status.asked(part) for part in answers["part"]], bool)
        groups["status"] = statuses.where(has_status, FIRM)
    commune = questionnaire.of_role("commune")
    if commune is not None:
        codes = answers[commune.code]
        strange = sorted(set(codes) - set(read.communes["code"]))
        if strange:
            file = study.survey.answers if study.survey else None
            raise InputError("answers_elsewhere", file=file, codes=", ".join(strange[:5]))
        epci = read.communes.set_index("code")["epci_code"].replace("", study_sample.NO_EPCI)
        groups["epci"] = codes.map(epci)
        groups["rurality"] = codes.map(study_sample.rurality(study, read))
    return groups


def _margins(study: Study, read: Inputs, survey: Survey) -> dict[Variable, dict[str, float]]:
    """Census people of each category of the variables that the weights are to meet.

    Raises
    ------
    ConfigError, InputError
        The census says nothing of a variable.
    """
    if survey.census is not None:
        table = reading.checked(survey.census, MARGINS)
        margins = {
            name: dict(
                zip(*(table.loc[table["variable"] == name, c] for c in ("category", "people")),
                    strict=True)
            )
            for name in survey.margins
        }  # fmt: skip
    else:
        people = study_sample.framed(study, read).people
        if "part" in survey.margins:
            raise ConfigError("margin_not_counted", variable="part")
        margins = {
            name: people[name].value_counts().sort_index().astype(float).to_dict()
            for name in survey.margins
        }
    for name, counts in margins.items():
        if not counts:
            raise ConfigError("margin_not_counted", variable=name)
    return margins


def _met(study: Study, read: Inputs, survey: Survey, people: Weighted) -> pd.DataFrame:
    """Margins of the census, with the sum of the weights: `variable,category,census,weighted`."""
    columns = ["variable", "category", "census", "weighted"]
    if people.categories is None:
        return pd.DataFrame(columns=columns)
    rows, place = [], 0
    for name, counts in _margins(study, read, survey).items():
        merged, _ = calibration.collapsed(counts, [], survey.collapse.get(name, {}))
        for category, total in merged.items():
            if total > 0:
                weighted = float(people.categories[:, place] @ people.weights)
                rows.append((name, category, total, weighted))
                place += 1
    return pd.DataFrame(rows, columns=columns)


def _use(questionnaire: Questionnaire, people: Weighted, survey: Survey) -> Use | None:
    """Fit days against minutes: a grid of times, or one frequency up to the time accepted."""
    frequency = questionnaire.of_role("frequency")
    if frequency is None:
        return None
    refused = _refused(questionnaire, people.answers)
    if frequency.type == "grid":
        times = [float(row.minutes or 0) for row in frequency.rows]
        days = np.column_stack(
            [_numbers(frequency, people.answers[name]) for name in frequency.columns]
        )
    else:
        accepted = questionnaire.of_role("minutes")
        if accepted is None:
            return None
        most = _numbers(accepted, people.answers[accepted.code])
        frequencies = _numbers(frequency, people.answers[frequency.code])
        times = list(use.TIMES)
        days = np.where(np.array(times) <= most[:, None], frequencies[:, None], 0.0)
        days[np.isnan(most) | np.isnan(frequencies)] = np.nan
    days[refused & np.isnan(days).all(axis=1)] = 0.0  # not interested: never, at any distance
    known = ~np.isnan(days)
    who, when = np.nonzero(known)
    return use.fit(
        np.array(times)[when], days[known], people.weights[who], who.astype(np.int64), survey.decay
    )


def _numbers(question: FormQuestion, answers: pd.Series) -> npt.NDArray[np.float64]:
    numbers = tabulation.numbers(question, answers)
    assert numbers is not None  # noqa: S101 - `Question` refuses such a role without numbers
    return numbers


def _refused(questionnaire: Questionnaire, answers: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Who is not interested at all."""
    interest = questionnaire.of_role("interest")
    if interest is None:
        return np.zeros(len(answers), bool)
    interests = answers[interest.code]
    if interest.type == "yes_no":
        return (interests == "no").to_numpy(bool)
    none = {option.code for option in interest.options if option.value == 0}
    return interests.isin(none).to_numpy(bool)


def _fit_table(fit: Use) -> pd.DataFrame:
    """The fit: `family,parameter,value,standard_error,respondents,answers,loss,aic`.

    Standard errors are those of the level and, of the others, of their logarithm times the value.
    """
    errors = np.sqrt(np.maximum(np.diag(fit.covariance), 0))
    names = ("level", *use.FAMILIES[fit.family][0])
    numbers = (fit.level, *fit.parameters)
    rows = [
        {
            "family": fit.family,
            "parameter": name,
            "value": number,
            "standard_error": error * (number if place else 1.0),
            "respondents": fit.respondents,
            "answers": fit.answers,
            "loss": fit.loss,
            "aic": fit.aic,
        }
        for place, (name, number, error) in enumerate(zip(names, numbers, errors, strict=True))
    ]
    return pd.DataFrame(rows)
