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
    from siting.survey.questionnaire import Question, Questionnaire
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
class Told:
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
    asked = study.survey
    if asked is None or asked.answers is None:
        raise ConfigError("no_answers")
    people, questionnaire = _weighted(study, read, asked)
    found = _use(questionnaire, people, asked)
    if found is None:
        raise ConfigError("no_frequency")
    return found


def tabulated(study: Study, read: Inputs) -> Told:
    """Weigh the answers to the census and table them.

    Raises
    ------
    ConfigError, InputError, ModelError
        There are no answers, they are not those of the questionnaire, or no weights meet the
        margins.
    """
    asked = study.survey
    if asked is None or asked.answers is None:
        raise ConfigError("no_answers")
    people, questionnaire = _weighted(study, read, asked)
    found = tabulation.tabulate(questionnaire, people, asked.level, asked.fewest)
    told = {f"survey_{name}": table for name, table in found.items()}
    told["survey_margins"] = _met(study, read, asked, people)
    curve = _use(questionnaire, people, asked)
    if curve is not None:
        told["survey_use"] = curve.table(DECAY_MINUTES, asked.level)
        told["survey_use_fit"] = _fit_table(curve)
    return Told(told, curve)


def _weighted(study: Study, read: Inputs, asked: Survey) -> tuple[Weighted, Questionnaire]:
    questionnaire = study_survey.of_study(study)
    assert asked.answers is not None  # noqa: S101 - the callers' condition
    answers = study_survey.read_answers(asked.answers, questionnaire)
    if len(answers) < asked.fewest:
        raise InputError("answers_few", file=asked.answers, count=len(answers), fewest=asked.fewest)
    groups = _groups(study, read, questionnaire, answers)
    wanted = {*asked.margins, *asked.by}
    unknown = sorted(name for name in wanted if name not in groups)
    if unknown:
        raise ConfigError("survey_variable", names=", ".join(unknown))
    weights = np.ones(len(answers))
    if (answers["weight"] != "").any():
        weights = reading.numbers(answers, "weight", asked.answers).to_numpy(np.float64)
        if not (weights > 0).all():
            raise InputError("weights_missing", file=asked.answers)
    categories = None
    if asked.margins:
        margins: dict[str, dict[str, float]] = {}
        for name, counts in _margins(study, read, asked).items():
            into = asked.collapse.get(name, {})
            margins[name], groups[name] = calibration.collapsed(counts, list(groups[name]), into)
        x, totals, _ = calibration.indicators(groups, margins)
        weights = calibration.calibrate(weights, x, totals, asked.method, asked.bounds)
        categories = x
    return Weighted(answers, groups[list(asked.by)], weights, categories), questionnaire


def _groups(
    study: Study, read: Inputs, questionnaire: Questionnaire, answers: pd.DataFrame
) -> pd.DataFrame:
    """Categories of each respondent: `part,status,rurality,epci`, as far as they are asked."""
    found = pd.DataFrame({"part": answers["part"]})
    status = questionnaire.of_role("status")
    if status is not None:
        said = answers[status.code]
        asked = np.array([status.asked(part) for part in answers["part"]], bool)
        found["status"] = said.where(asked, FIRM)
    commune = questionnaire.of_role("commune")
    if commune is not None:
        codes = answers[commune.code]
        strange = sorted(set(codes) - set(read.communes["code"]))
        if strange:
            file = study.survey.answers if study.survey else None
            raise InputError("answers_elsewhere", file=file, codes=", ".join(strange[:5]))
        epci = read.communes.set_index("code")["epci_code"].replace("", study_sample.NO_EPCI)
        found["epci"] = codes.map(epci)
        found["rurality"] = codes.map(study_sample.rurality(study, read))
    return found


def _margins(study: Study, read: Inputs, asked: Survey) -> dict[Variable, dict[str, float]]:
    """Census people of each category of the variables that the weights are to meet.

    Raises
    ------
    ConfigError, InputError
        The census says nothing of a variable.
    """
    if asked.census is not None:
        table = reading.checked(asked.census, MARGINS)
        found = {
            name: dict(
                zip(*(table.loc[table["variable"] == name, c] for c in ("category", "people")),
                    strict=True)
            )
            for name in asked.margins
        }  # fmt: skip
    else:
        people = study_sample.framed(study, read).people
        if "part" in asked.margins:
            raise ConfigError("margin_not_counted", variable="part")
        found = {
            name: people[name].value_counts().sort_index().astype(float).to_dict()
            for name in asked.margins
        }
    for name, counts in found.items():
        if not counts:
            raise ConfigError("margin_not_counted", variable=name)
    return found


def _met(study: Study, read: Inputs, asked: Survey, people: Weighted) -> pd.DataFrame:
    """Margins of the census, with the sum of the weights: `variable,category,census,weighted`."""
    columns = ["variable", "category", "census", "weighted"]
    if people.categories is None:
        return pd.DataFrame(columns=columns)
    rows, place = [], 0
    for name, counts in _margins(study, read, asked).items():
        merged, _ = calibration.collapsed(counts, [], asked.collapse.get(name, {}))
        for category, total in merged.items():
            if total > 0:
                weighted = float(people.categories[:, place] @ people.weights)
                rows.append((name, category, total, weighted))
                place += 1
    return pd.DataFrame(rows, columns=columns)


def _use(questionnaire: Questionnaire, people: Weighted, asked: Survey) -> Use | None:
    """Fit days against minutes: a grid of times, or one frequency up to the time accepted."""
    frequency = questionnaire.of_role("frequency")
    if frequency is None:
        return None
    refused = _refused(questionnaire, people.answers)
    if frequency.type == "grid":
        times = [float(one.minutes or 0) for one in frequency.rows]
        days = np.column_stack(
            [_numbers(frequency, people.answers[name]) for name in frequency.columns]
        )
    else:
        accepted = questionnaire.of_role("minutes")
        if accepted is None:
            return None
        most = _numbers(accepted, people.answers[accepted.code])
        said = _numbers(frequency, people.answers[frequency.code])
        times = list(use.TIMES)
        days = np.where(np.array(times) <= most[:, None], said[:, None], 0.0)
        days[np.isnan(most) | np.isnan(said)] = np.nan
    days[refused & np.isnan(days).all(axis=1)] = 0.0  # not interested: never, at any distance
    known = ~np.isnan(days)
    who, when = np.nonzero(known)
    return use.fit(
        np.array(times)[when], days[known], people.weights[who], who.astype(np.int64), asked.decay
    )


def _numbers(asked: Question, said: pd.Series) -> npt.NDArray[np.float64]:
    found = tabulation.numbers(asked, said)
    assert found is not None  # noqa: S101 - `Question` refuses such a role without numbers
    return found


def _refused(questionnaire: Questionnaire, answers: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Who is not interested at all."""
    interest = questionnaire.of_role("interest")
    if interest is None:
        return np.zeros(len(answers), bool)
    said = answers[interest.code]
    if interest.type == "yes_no":
        return (said == "no").to_numpy(bool)
    none = {one.code for one in interest.options if one.value == 0}
    return said.isin(none).to_numpy(bool)


def _fit_table(found: Use) -> pd.DataFrame:
    """The fit: `family,parameter,value,standard_error,respondents,answers,loss,aic`.

    Standard errors are those of the level and, of the others, of their logarithm times the value.
    """
    errors = np.sqrt(np.maximum(np.diag(found.covariance), 0))
    names = ("level", *use.FAMILIES[found.family][0])
    numbers = (found.level, *found.parameters)
    rows = [
        {
            "family": found.family,
            "parameter": name,
            "value": number,
            "standard_error": error * (number if place else 1.0),
            "respondents": found.respondents,
            "answers": found.answers,
            "loss": found.loss,
            "aic": found.aic,
        }
        for place, (name, number, error) in enumerate(zip(names, numbers, errors, strict=True))
    ]
    return pd.DataFrame(rows)
