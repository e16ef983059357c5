"""The sample: allocation, rounding with margins kept, inclusion probabilities, replacements."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from siting.errors import InputError, ModelError
from siting.survey import allocation, frame, sampling
from siting.survey.frame import Status

DRAWS = 100_000
EVEN = {"firm": 1.0, "artistic": 1.0, "collaborative": 1.0}


def units(seed: int = 1, size: int = 90) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    epci = random.choice(["E1", "E2", "E3", "E4"], size, p=[0.5, 0.25, 0.15, 0.1])
    rural = random.choice(["far", "near", "town"], size, p=[0.15, 0.35, 0.5])
    status = random.choice(["firm", "artistic", "collaborative"], size, p=[0.3, 0.2, 0.5])
    return pd.DataFrame({"epci": epci, "rurality": rural, "status": status})


@pytest.fixture(scope="module")
def plan():
    return sampling.design(units(), 8, "far", EVEN)


@pytest.fixture(scope="module")
def drawn(plan):
    return sampling.counts(plan, 12, DRAWS)


def test_strata_outnumber_the_sample_and_the_most_rural_have_one(plan, drawn):
    assert len(plan.strata) > 8
    assert len(plan.protected) == 4
    assert plan.strata["expected"].sum() == pytest.approx(8)
    for group in plan.protected:
        assert (drawn[:, group].sum(axis=1) >= 1).all()


def test_every_draw_keeps_the_margins(plan, drawn):
    assert (drawn.sum(axis=1) == 8).all()
    assert (drawn <= plan.strata["size"].to_numpy()).all()
    expected = plan.strata["expected"].to_numpy()
    for kind in ("epci", "status"):
        for value in plan.strata[kind].unique():
            of = (plan.strata[kind] == value).to_numpy()
            due = expected[of].sum()
            count = drawn[:, of].sum(axis=1)
            assert count.min() >= np.floor(due + 1e-6)
            assert count.max() <= np.ceil(due - 1e-6)
    for value in plan.strata["rurality"].unique():
        of = (plan.strata["rurality"] == value).to_numpy()
        near = np.abs(drawn[:, of].sum(axis=1) - expected[of].sum()) < 1
        assert near.mean() > 0.8


def test_inclusion_probabilities_by_simulation(plan, drawn):
    """Of 10^5 draws, each unit is in as many as its probability says, within 4.5 deviations."""
    sizes = plan.strata["size"].to_numpy()
    # a simple random sample of each stratum: the unit's chance given the stratum's count
    seen = drawn.mean(axis=0) / sizes
    told = plan.strata["probability"].to_numpy()
    deviation = (drawn / sizes).std(axis=0) / np.sqrt(DRAWS)
    assert (np.abs(seen - told) <= 4.5 * deviation + 1e-12).all()
    assert told.min() > 0


def test_units_themselves_by_simulation(plan):
    draws = 1000
    count = np.zeros(len(plan.stratum))
    many = sampling.counts(plan, 5, draws)
    for seed, chosen in enumerate(many):
        count[sampling.draw(plan, chosen, seed, 0)["unit"]] += 1
    told = plan.probability
    deviation = np.sqrt(told * (1 - told) / draws)
    assert (np.abs(count / draws - told) <= 4.5 * deviation + 1e-12).all()


def test_horvitz_thompson_is_unbiased(plan, drawn):
    """The estimated total of any variable is right on average, and so is the number of people."""
    random = np.random.default_rng(8)
    answer = random.normal(20, 6, len(plan.stratum)) + 5 * plan.stratum
    inside = np.bincount(plan.stratum, answer) / plan.strata["size"].to_numpy()
    probability = plan.strata["probability"].to_numpy()
    for value, total in ((inside, answer.sum()), (np.ones(len(inside)), len(answer))):
        estimates = drawn @ (value / probability)
        error = abs(estimates.mean() - total)
        assert error <= 4.5 * estimates.std() / np.sqrt(DRAWS)
        # the bound is a test: it is well below one per cent of the total
        assert 4.5 * estimates.std() / np.sqrt(DRAWS) < total / 100


def test_an_estimate_from_one_file_is_what_its_weights_say(plan):
    [chosen] = sampling.counts(plan, 3)
    units_drawn = sampling.draw(plan, chosen, 3, 0)["unit"].to_numpy()
    weights = 1 / plan.probability[units_drawn]
    by_stratum = chosen / plan.strata["probability"].to_numpy()
    assert weights.sum() == pytest.approx(by_stratum.sum())


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.floats(0.2, 5)), min_size=4, max_size=9), st.data()
)
def test_allocation_is_the_best_within_its_bounds(strata, data):
    sizes, deviations = map(np.array, zip(*strata, strict=True))
    total = data.draw(st.integers(3, int(sizes.sum())))
    groups = [np.array([0, 1]), np.array([2])]
    found = allocation.allocate(sizes, deviations, total, groups)
    assert found.sum() == pytest.approx(total)
    assert (found > 0).all()
    assert (found <= sizes + 1e-9).all()
    assert all(found[group].sum() >= 1 - 1e-9 for group in groups)
    cost = (sizes * deviations) ** 2
    # moving a little from one stratum to another never lowers the variance
    step = 1e-6
    for one in range(len(sizes)):
        for other in range(len(sizes)):
            moved = found.copy()
            moved[one] += step
            moved[other] -= step
            allowed = moved[one] <= sizes[one] and moved[other] > 0
            if allowed and all(moved[group].sum() >= 1 - 1e-12 for group in groups):
                assert (cost / moved).sum() >= (cost / found).sum() * (1 - 1e-9)


def test_neyman_without_bounds():
    found = allocation.allocate([100, 200, 50], [1.0, 0.5, 4.0], 40)
    np.testing.assert_allclose(found, 40 * np.array([100, 100, 200]) / 400)
    best = optimize.minimize(
        lambda n: (np.array([100, 100, 200]) ** 2 / n).sum(),
        [10, 10, 20],
        constraints={"type": "eq", "fun": lambda n: n.sum() - 40},
        bounds=[(0.1, 40)] * 3,
    )
    np.testing.assert_allclose(found, best.x, rtol=1e-3)


def test_replacements_are_alike_and_serve_once(plan):
    [chosen] = sampling.counts(plan, 4)
    found = sampling.draw(plan, chosen, 4, 2)
    assert found["unit"].is_unique
    drawn_units = found[found["replaces"] < 0]
    assert len(drawn_units) == 8
    people = units()
    kinds = {
        "stratum": ["epci", "rurality", "status"],
        "epci_rurality": ["epci", "rurality"],
        "epci_status": ["epci", "status"],
        "rurality_status": ["rurality", "status"],
    }
    others = found[found["replaces"] >= 0]
    assert len(others) > 8
    for row in others.itertuples():
        columns = kinds[row.like]
        assert (people.loc[row.unit, columns] == people.loc[row.replaces, columns]).all()
    again = sampling.draw(plan, chosen, 4, 2)
    pd.testing.assert_frame_equal(found, again)
    assert not found.equals(sampling.draw(plan, chosen, 5, 2))


@pytest.mark.parametrize(
    ("people", "size", "key"),
    [
        (units(), 91, "sample_too_large"),
        (units(), 3, "sample_too_small"),
        (units(), 4, "sample_too_small"),  # the others would have a probability of 0
        (units().iloc[:0], 3, "sample_frame_empty"),
        (units().query("rurality != 'far'"), 8, "sample_no_rural"),
    ],
)
def test_samples_that_cannot_be_drawn(people, size, key):
    with pytest.raises(ModelError) as caught:
        sampling.design(people, size, "far", EVEN)
    assert caught.value.key == key


def test_the_whole_frame_may_be_asked():
    plan = sampling.design(units(), 90, "far", EVEN)
    [chosen] = sampling.counts(plan, 1)
    assert (chosen == plan.strata["size"]).all()
    np.testing.assert_allclose(plan.probability, 1)


def test_other_protections():
    for protect, count in (("status", 3), ("none", 0)):
        plan = sampling.design(units(), 8, "far", EVEN, protect)
        assert len(plan.protected) == count
        drawn = sampling.counts(plan, 2, 200, protect)
        assert (drawn.sum(axis=1) == 8).all()
        for group in plan.protected:
            assert (drawn[:, group].sum(axis=1) >= 1).all()


def test_statuses_by_the_first_rule_that_fits():
    people = pd.DataFrame(
        [
            ("01", "", "62.01Z", "firm"),
            ("NN", "5710", "62.01Z", "firm"),
            ("NN", "1000", "90.01Z", "artistic"),
            ("00", "", "59.11B", "cultural"),
            ("", "", "70.22Z", "collaborative"),
        ],
        columns=["employees", "legal_category", "activity", "said"],
    )
    rules = [
        Status("firm", firm=True),
        Status("artistic", naf=("90",)),
        Status("cultural", naf=("59",)),
        Status("collaborative"),
    ]
    assert frame.statuses(people, rules).tolist() == people["said"].tolist()
    assert frame.statuses(people, rules[:2]).tolist()[3:] == ["", ""]


def test_rurality_by_density_and_from_a_file(tmp_path):
    people = pd.Series({"A": 50, "B": 100, "C": 900})
    km2 = pd.Series({"A": 10.0, "B": 10.0, "C": 10.0})
    found = frame.by_density(people, km2, [("far", 10), ("near", 80), ("town", None)])
    assert found.to_dict() == {"A": "far", "B": "near", "C": "town"}
    file = tmp_path / "grid.csv"
    file.write_text("code,class\nA,far\nB,near\nX,far\n")
    assert frame.read_rurality(file, ["A", "B"], ["far", "near"]).to_dict()["B"] == "near"
    for codes, order, key in (
        (["A", "C"], ["far", "near"], "rurality_missing"),
        (["A"], ["far"], "rurality_class"),
    ):
        with pytest.raises(InputError) as caught:
            frame.read_rurality(file, codes, order)
        assert caught.value.key == key


def test_exclusions(tmp_path):
    file = tmp_path / "no.csv"
    file.write_text("siret,siren,commune_code\n123 456 789 00011,,\n,987654321,\n,,A\n")
    who = frame.read_exclusions(file)
    people = pd.DataFrame(
        {
            "siret": ["12345678900011", "98765432100022", "11111111100011", "22222222200011"],
            "commune_code": ["B", "B", "A", "B"],
            "status": ["firm"] * 4,
            "masked": [False, False, False, True],
        }
    )
    assert frame.excluded(people, who).tolist() == ["excluded"] * 3 + ["masked"]
    file.write_text("siret,siren,commune_code\n,,\n,,A\n")
    with pytest.raises(InputError) as caught:
        frame.read_exclusions(file)
    assert "2" in str(caught.value)
