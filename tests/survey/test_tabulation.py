from __future__ import annotations

import itertools

import answer_files
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from siting.survey import calibration, tabulation
from siting.survey.tabulation import Weighted

FEWEST = 5


def people(size, seed, **columns):
    rng = np.random.default_rng(seed)
    groups = pd.DataFrame({"part": rng.choice(["firms", "independents"], size)})
    return Weighted(pd.DataFrame(columns, index=range(size)), groups, rng.uniform(1, 4, size))


def test_a_share_of_equal_weights_has_the_plain_wilson_interval():
    chosen = np.array([True] * 6 + [False] * 14)
    whole = Weighted(pd.DataFrame(index=range(20)), pd.DataFrame(index=range(20)), np.ones(20))
    found = tabulation.share(chosen, np.ones(20, bool), whole, 0.95)
    # n / (n - 1) in the variance: an effective sample of 19
    wilson = stats.binomtest(6, 20).proportion_ci(0.95, "wilson")
    assert found.value == pytest.approx(0.3)
    assert found.effective == pytest.approx(19)
    assert (found.low, found.high) == pytest.approx((wilson.low, wilson.high), abs=0.01)
    # the ends solve (0.3 - p)^2 = z^2 p (1 - p) / 19
    z = stats.norm.ppf(0.975)
    ends = np.roots([1 + z * z / 19, -0.6 - z * z / 19, 0.09])
    assert (found.low, found.high) == pytest.approx(sorted(ends))


def test_a_mean_of_equal_weights_has_students_interval():
    values = np.array([1.0, 4, 2, 8, 5, 7, np.nan])
    whole = Weighted(pd.DataFrame(index=range(7)), pd.DataFrame(index=range(7)), np.ones(7))
    base = np.ones(7, bool)
    found = tabulation.mean(values, base, whole, 0.95)
    known = values[:6]
    # over a domain of 6 of the 7 drawn
    spread = np.sqrt(7 / 6 * ((known - 4.5) ** 2).sum() / 36)
    assert found.value == pytest.approx(4.5)
    assert found.high - found.value == pytest.approx(stats.t.ppf(0.975, 5) * spread)


def test_nobody_and_everybody_have_an_interval_too():
    whole = people(12, 1)
    none = tabulation.share(np.zeros(12, bool), np.ones(12, bool), whole, 0.95)
    assert (none.value, none.low) == (0, 0)
    assert 0.1 < none.high < 0.4
    every = tabulation.share(np.ones(12, bool), np.ones(12, bool), whole, 0.95)
    assert (every.value, every.high) == (1, 1)
    assert every.low == pytest.approx(1 - none.high)


def test_calibration_explains_what_its_categories_do():
    # the answer is the category: calibrated on it, its share is known for sure
    size = 40
    group = np.arange(size) % 4 == 0
    frame = pd.DataFrame({"a": np.where(group, "x", "y")})
    x, totals, _ = calibration.indicators(frame, {"a": {"x": 300.0, "y": 700.0}})
    weights = calibration.calibrate(np.ones(size), x, totals)
    whole = Weighted(pd.DataFrame(index=range(size)), frame, weights, x)
    found = tabulation.share(group, np.ones(size, bool), whole, 0.95)
    assert found.value == pytest.approx(0.3)
    assert found.effective == pytest.approx(size)  # no variance: never more than the respondents


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(8)
    stratum = np.repeat([0, 1], [800, 200])
    answer = rng.random(1000) < np.where(stratum == 0, 0.25, 0.6)
    truth, inside = answer.mean(), []
    for _ in range(300):
        drawn = np.concatenate(
            [rng.choice(800, 40, replace=False), 800 + rng.choice(200, 40, replace=False)]
        )
        weights = np.where(stratum[drawn] == 0, 20.0, 5.0)
        whole = Weighted(pd.DataFrame(index=range(80)), pd.DataFrame(index=range(80)), weights)
        found = tabulation.share(answer[drawn], np.ones(80, bool), whole, 0.95)
        inside.append(found.low <= truth <= found.high)
    assert np.mean(inside) >= 0.92


def some_answers(size, seed):
    """Answers to some of the real questionnaire: two questions a kind, two lines a grid."""
    rng = np.random.default_rng(seed)
    asked, kept = answer_files.questionnaire(), {}
    for one in asked.questions():
        kept.setdefault(one.type, []).append(one.model_copy(update={"rows": one.rows[:2]}))
    some = tuple(one for kind in kept.values() for one in kind[:2])
    section = asked.sections[0].model_copy(update={"questions": some})
    asked = asked.model_copy(update={"sections": (section,)})
    columns = {"respondent": [f"r{i}" for i in range(size)]}
    for one in asked.questions():
        for column in one.columns:
            codes = [option.code for option in one.options] or ["yes", "no"]
            if one.type in {"single", "grid", "yes_no"}:
                columns[column] = rng.choice([*codes, ""], size)
            elif one.type == "multiple":
                columns[column] = [
                    " ".join(code for code in codes if rng.random() < 0.3) for _ in range(size)
                ]
            elif one.type in {"number", "integer"}:
                columns[column] = [str(v) for v in rng.integers(0, 50, size)]
    groups = pd.DataFrame(
        {
            "part": rng.choice(["firms", "independents"], size, p=[0.7, 0.3]),
            "rurality": rng.choice(["dense", "sparse", "very_sparse"], size, p=[0.6, 0.3, 0.1]),
        }
    )
    return asked, Weighted(pd.DataFrame(columns), groups, rng.uniform(1, 3, size))


@pytest.mark.parametrize(("seed", "size"), [(1, 14), (2, 24), (3, 45)])
def test_no_published_table_gives_a_small_count_away(seed, size):
    asked, whole = some_answers(size, seed)
    tables = tabulation.tabulate(asked, whole, 0.95, FEWEST)
    groups = tables["respondents"]
    assert not groups["respondents"].between(1, FEWEST - 1).any()
    answers = tables["answers"]
    shares = answers[answers["measure"] == "share"]
    assert not shares["count"].between(1, FEWEST - 1).any()
    hidden = shares["count"].isna() | shares["answered"].isna()
    assert shares.loc[hidden, ["estimate", "low", "high", "effective_size"]].isna().all().all()
    several = {one.code for one in asked.questions() if one.type == "multiple"}
    kinds = {"all": ["all"], **{k: sorted(set(whole.groups[k])) for k in whole.groups}}
    for (question, _), part in shares.groupby(["question", "row"]):
        wide = part.pivot_table(
            index="answer", columns=["group_kind", "group"], values="count", dropna=False
        )
        base = part.groupby(["group_kind", "group"])["answered"].first()
        for kind, group in itertools.chain(*([(k, g) for g in gs] for k, gs in kinds.items())):
            cells, total = wide[kind, group], base[kind, group]
            if question in several:
                # those who did not choose are told by subtraction
                assert not (total - cells).between(1, FEWEST - 1).any()
            elif not np.isnan(total):
                left = total - cells.sum()
                assert left == 0 or cells.isna().sum() >= 2
                assert left == 0 or left >= FEWEST
        for kind, names in kinds.items():
            if kind != "all":
                for answer in wide.index:
                    row = wide.loc[answer, [(kind, one) for one in names]]
                    left = wide.loc[answer, ("all", "all")] - row.sum()
                    assert np.isnan(left) or left == 0 or left >= FEWEST
                    assert np.isnan(left) or left == 0 or row.isna().sum() >= 2
    means = answers[(answers["measure"] == "mean") & (answers["question"] == "frequence")]
    for row in means.itertuples():
        same = shares[
            (shares["question"] == row.question) & (shares["row"] == row.row)
            & (shares["group"] == row.group) & (shares["group_kind"] == row.group_kind)
        ]  # fmt: skip
        assert np.isnan(row.estimate) or same["count"].notna().all()
