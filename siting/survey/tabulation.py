r"""Weighted tables of answers, with confidence intervals, small counts suppressed.

Shares and means are ratios of weighted totals. Their variance is that of their linearised
variable less what calibration explains of it (regressed on its categories), respondents drawn with
replacement:

    v = n / (n - 1) \sum_i (w_i e_i)^2, e the residuals of the linearised variable.

A share p has the Wilson interval of its effective sample size n* = p (1 - p) / v, never more than
the respondents; where p is 0 or 1, Kish's (\sum w)^2 / \sum w^2. A mean has Student's with n - 1
degrees of freedom. Strata of the sample are not used: with twenty respondents most have one or two,
and the intervals are then too wide rather than too narrow. Sources: Deville (1999), Survey
Methodology 25(2); Deville and Särndal (1992); Wilson (1927); effective sample size as in Korn and
Graubard (1998), Survey Methodology 24(2); Kish (1965).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from siting.survey import suppression
from siting.survey.suppression import Relation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from siting.survey.questionnaire import FormQuestion, Questionnaire

Float64 = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

ALL = "all"
RESPONDENTS = ["group_kind", "group", "respondents", "people"]
ANSWERS = [
    "question", "row", "answer", "measure", "group_kind", "group", "answered", "count", "estimate",
    "low", "high", "effective_size",
]  # fmt: skip


@dataclass(frozen=True)
class Weighted:
    """Respondents and their weights.

    Attributes
    ----------
    answers
        As `siting survey import` wrote them.
    groups
        A column a variable by which tables are cut, a row a respondent.
    weights
        Shape (respondents,).
    categories
        What the weights were calibrated on, shape (respondents, categories); None: nothing.
    """

    answers: pd.DataFrame
    groups: pd.DataFrame
    weights: Float64
    categories: Float64 | None = None

    @property
    def cuts(self) -> list[tuple[str, str, Bools]]:
        """Whole, then each category of each variable: its kind, name and respondents."""
        cuts = [(ALL, ALL, np.ones(len(self.answers), bool))]
        for kind in self.groups.columns:
            values = self.groups[kind].to_numpy(object)
            cuts += [(kind, value, values == value) for value in sorted(set(values))]
        return cuts


@dataclass(frozen=True)
class Estimated:
    """An estimate and its interval; NaN where there is none."""

    value: float
    low: float
    high: float
    effective: float


NONE = Estimated(np.nan, np.nan, np.nan, np.nan)


def share(chosen: Bools, base: Bools, people: Weighted, level: float) -> Estimated:
    """Weighted share of those who chose, of some respondents (`base`)."""
    weights = people.weights * base
    total = weights.sum()
    if total <= 0:
        return NONE
    p = float(weights @ chosen / total)
    p = min(max(p, 0.0), 1.0)
    variance = _variance((chosen - p) * base / total, people)
    kish = float(total**2 / (weights**2).sum())
    size = kish if p in {0.0, 1.0} or variance <= 0 else min(p * (1 - p) / variance, base.sum())
    z = float(special.ndtri((1 + level) / 2))
    middle = (p + z * z / (2 * size)) / (1 + z * z / size)
    half = z / (1 + z * z / size) * np.sqrt(p * (1 - p) / size + z * z / (4 * size * size))
    return Estimated(p, max(0.0, middle - half), min(1.0, middle + half), size)


def mean(values: Float64, base: Bools, people: Weighted, level: float) -> Estimated:
    """Weighted mean of numbers over some respondents; NaN elsewhere is left out."""
    known = base & ~np.isnan(values)
    weights = people.weights * known
    total, size = weights.sum(), int(known.sum())
    if total <= 0 or size < 2:
        return NONE
    filled = np.where(known, values, 0.0)
    average = float(weights @ filled / total)
    variance = _variance((filled - average) * known / total, people)
    half = float(special.stdtrit(size - 1, (1 + level) / 2)) * np.sqrt(variance)
    kish = float(total**2 / (weights**2).sum())
    return Estimated(average, average - half, average + half, kish)


def _variance(linearised: Float64, people: Weighted) -> float:
    """Variance of the weighted total of a linearised variable."""
    size, weights = len(linearised), people.weights
    residual = linearised
    if people.categories is not None:
        root = np.sqrt(np.maximum(weights, 0))
        fitted = np.linalg.lstsq(people.categories * root[:, None], linearised * root, rcond=1e-12)[
            0
        ]
        residual = linearised - people.categories @ fitted
    pulled = weights * residual
    return float(size / (size - 1) * ((pulled - pulled.mean()) ** 2).sum()) if size > 1 else 0.0


def tabulate(
    questionnaire: Questionnaire, people: Weighted, level: float, fewest: int
) -> dict[str, pd.DataFrame]:
    """Tables of all questions whose answers are carried on.

    Returns
    -------
    - `respondents`: `group_kind,group,respondents,people` (the sum of weights);
    - `answers`: a row for each answer (share) and number (mean) of each group.

    What small counts give away is empty, in both.
    """
    cuts = people.cuts
    sizes = np.array([inside.sum() for _, _, inside in cuts], float)
    hidden = suppression.hide(sizes, list(_sums(cuts, 0)), fewest)
    respondents = pd.DataFrame(
        [
            (kind, name, size, people.weights[inside].sum())
            for (kind, name, inside), size in zip(cuts, sizes, strict=True)
        ],
        columns=RESPONDENTS,
    )
    respondents.loc[hidden, ["respondents", "people"]] = np.nan
    tables = []
    for question in questionnaire.questions():
        if (
            not question.carried
            or question.type in {"date", "commune"}
            or question.role in {"part", "consent"}
        ):
            continue
        for column in question.columns:
            if column in people.answers:
                row = column.removeprefix(f"{question.code}_") if question.type == "grid" else ""
                tables.append(_table(question, column, row, people, level, fewest, hidden))
    both = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=ANSWERS)
    return {"respondents": respondents, "answers": both[ANSWERS]}


def numbers(question: FormQuestion, answers: pd.Series) -> Float64 | None:
    """What answers count as numbers; None for a question that has none."""
    if question.type in {"number", "integer"}:
        return pd.to_numeric(answers, errors="coerce").to_numpy(np.float64)
    if question.options and all(option.value is not None for option in question.options):
        worth = {option.code: option.value for option in question.options}
        return answers.map(worth).to_numpy(np.float64)
    return None


def _choices(question: FormQuestion, answers: pd.Series) -> dict[str, Bools]:
    """Who gave each answer."""
    if question.type in {"number", "integer"}:
        return {}
    if question.type == "yes_no":
        codes = ["yes", "no"]
    else:
        codes = [option.code for option in question.options] + (["other"] if question.other else [])
    chosen = [set(answer.split()) for answer in answers]
    return {code: np.array([code in options for options in chosen], bool) for code in codes}


def _table(
    question: FormQuestion,
    column: str,
    row: str,
    people: Weighted,
    level: float,
    fewest: int,
    groups_hidden: Bools,
) -> pd.DataFrame:
    """Rows of one question, small counts suppressed."""
    cuts, answers = people.cuts, people.answers[column].astype(str)
    answered = (answers != "").to_numpy(bool)
    choices = _choices(question, answers)
    counts, hidden = _suppressed(cuts, answered, choices, fewest, groups_hidden, question.type)
    values = numbers(question, answers)
    rows = []
    wide = len(cuts)
    for place, (kind, name, inside) in enumerate(cuts):
        base = answered & inside
        shown_base = np.nan if hidden[place] else counts[place]
        head = {"question": question.code, "row": row, "group_kind": kind, "group": name}
        for number, (code, chosen) in enumerate(choices.items(), 1):
            covered = hidden[number * wide + place] or hidden[place]
            estimate = NONE if covered else share(chosen & inside, base, people, level)
            count = np.nan if hidden[number * wide + place] else counts[number * wide + place]
            rows.append(head | _told(code, "share", shown_base, count, estimate))
        if values is not None:
            # a mean and the shares that are told would give back those that are not
            some = hidden[place::wide].any()
            covered = some or counts[place] < fewest
            estimate = NONE if covered else mean(values, base, people, level)
            rows.append(head | _told("", "mean", shown_base, shown_base, estimate))
    return pd.DataFrame(rows, columns=ANSWERS)


def _told(
    answer: str, measure: str, base: float, count: float, estimated: Estimated
) -> dict[str, object]:
    return {
        "answer": answer,
        "measure": measure,
        "answered": base,
        "count": count,
        "estimate": estimated.value,
        "low": estimated.low,
        "high": estimated.high,
        "effective_size": estimated.effective,
    }


def _suppressed(
    cuts: list[tuple[str, str, Bools]],
    answered: Bools,
    choices: Mapping[str, Bools],
    fewest: int,
    groups_hidden: Bools,
    kind: str,
) -> tuple[Float64, Bools]:
    """Counts (who answered, then each choice, group by group) and those to be hidden.

    Of several choices, those who did not make one are a count as well: the answers less those who
    did give it away.
    """
    wide = len(cuts)
    blocks = [answered, *(answered & chosen for chosen in choices.values())]
    several = kind == "multiple"
    if several:
        blocks += [answered & ~chosen for chosen in choices.values()]
    counts = np.array([(block & inside).sum() for block in blocks for _, _, inside in cuts], float)
    relations = [relation for block in range(len(blocks)) for relation in _sums(cuts, block * wide)]
    for place in range(wide):
        if several:
            relations += [
                Relation(place, (number * wide + place, (number + len(choices)) * wide + place))
                for number in range(1, len(choices) + 1)
            ]
        elif choices:
            parts = tuple(number * wide + place for number in range(1, len(choices) + 1))
            relations.append(Relation(place, parts))
    given = np.tile(groups_hidden, len(blocks))
    return counts, suppression.hide(counts, relations, fewest, already=given)


def _sums(cuts: list[tuple[str, str, Bools]], start: int) -> Iterator[Relation]:
    """The whole is the sum of the categories of each variable; counts begin at `start`."""
    kinds = list(dict.fromkeys(kind for kind, _, _ in cuts[1:]))
    for kind in kinds:
        parts = tuple(start + place for place, cut in enumerate(cuts) if cut[0] == kind)
        yield Relation(start, parts)
