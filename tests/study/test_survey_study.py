"""A survey of the embedded study: answers weighed, tabled, and felt by the siting models."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest
import yaml

from siting import config
from siting.cli import app as cli
from siting.errors import ConfigError, ModelError
from siting.study import prepared
from siting.study.stages import answers as study_answers
from siting.study.stages import likely_users
from siting.study.stages import location as study_location
from siting.study.stages import registry as study_extras

COMMUNES = pd.read_csv("data/aveyron/communes.csv", dtype=str)
ROWS = {"t05": 5, "t10": 10, "t15": 15, "t20": 20, "t30": 30, "t45": 45}
LEVELS = [("never", 0), ("month1", 1), ("month2", 2), ("week1", 4.33), ("week2", 8.67),
          ("week3", 13), ("daily", 20)]  # fmt: skip


def answers(path, near, people=120, rate=0.1):
    """Answers of people who come e^(-rate t) times as often, as `survey import` writes them."""
    rng = np.random.default_rng(12)
    large = COMMUNES.sort_values("population", key=lambda s: -s.astype(int))["code"][:60]
    with path.open("w", encoding="utf-8", newline="") as file:
        columns = ["respondent", "part", "commune", "statut", "interet", "forfaits", "accord"]
        rows = csv.DictWriter(file, [*columns, *(f"frequence_{row}" for row in ROWS)])
        rows.writeheader()
        for number in range(people):
            firm = number % 3 == 0
            row = {
                "respondent": f"{number:020x}",
                "part": "firms" if firm else "independents",
                "commune": rng.choice(large),
                "statut": "" if firm else rng.choice(["collaborative", "cultural", "artistic"]),
                "interet": rng.choice(["sure", "maybe", "no"]),
                "forfaits": rng.choice(["day h24", "h24", "hour", ""]),
                "accord": "yes",
            }
            for code, minutes in ROWS.items():
                wanted = near * np.exp(-rate * minutes) * rng.gamma(20, 1 / 20)
                # one of the two levels beside it, so that the mean is what is wanted
                steps = [one[1] for one in LEVELS]
                below = min(int(np.searchsorted(steps, wanted, "right")) - 1, len(steps) - 2)
                chance = (wanted - steps[below]) / (steps[below + 1] - steps[below])
                row[f"frequence_{code}"] = LEVELS[below + (rng.random() < chance)][0]
            rows.writerow(row)


def study(tmp_path, **keys):
    """The télécentre study with more keys."""
    base = config.embedded("configs/telecentres.yaml")
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump({"extends": str(base), **keys}), encoding="utf-8")
    return path


SURVEY = {
    "answers": "answers.csv",
    "margins": ["rurality", "status"],
    "by": ["part", "rurality"],
    "collapse": {"rurality": {"very_sparse": "sparse"}},
}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("survey")
    answers(folder / "answers.csv", near=18)
    path = study(
        folder,
        survey=SURVEY,
        criteria=[{"id": "expected_use", "weight": 1}, {"id": "independents_20min", "weight": 1}],
        locate={"model": "gradual-coverage", "p": 2, "max_minutes": 60, "decay": "survey",
                "demand": "likely_users"},
    )  # fmt: skip
    return prepared.prepare(config.load(path), lambda _: None)


def test_weights_meet_the_census(base):
    told = study_answers.tabulated(base.study, base.read)
    margins = told.tables["survey_margins"]
    assert set(margins["variable"]) == {"rurality", "status"}
    assert margins["weighted"].to_numpy() == pytest.approx(margins["census"].to_numpy(), rel=1e-9)
    whole = told.tables["survey_respondents"].iloc[0]
    assert whole["people"] == pytest.approx(margins.groupby("variable")["census"].sum().iloc[0])
    assert told.use.family == "negative_exponential"
    assert told.use.parameters[0] == pytest.approx(0.1, rel=0.1)
    assert told.use.level == pytest.approx(18, rel=0.1)


def test_the_fitted_decay_is_the_demand_of_the_location_model(base):
    found = study_location.solve(base)
    use = study_answers.fitted(base.study, base.read)
    # recomputed plainly: days a month of the likely users at their nearest site, up to 60 minutes
    users = found.demand["population"].to_numpy(float)
    register = base.read.establishments
    assert users.sum() / use.days_near == pytest.approx(
        len(likely_users.selected(base.study, base.read))
    )
    assert users.sum() / use.days_near > len(study_location.site_facts.independents(base))
    assert len(register) > users.sum() / use.days_near
    minutes = base.minutes(found.demand, found.places)
    places = found.places["id"].isin(set(found.last.sites["site_id"])).to_numpy()
    nearest = np.nanmin(np.where(np.isnan(minutes), np.inf, minutes)[:, places], axis=1)
    rate = use.parameters[0]
    days = np.where(nearest <= 60, users * np.exp(-rate * nearest), 0).sum()
    assert found.last.objective == pytest.approx(days, rel=1e-5)
    linear = base.study.model_copy(
        update={"locate": base.study.locate.model_copy(update={"decay": "linear"})}
    )
    other = study_location.solve(
        type(base)(linear, base.read, base.cells, base.router, base.demand)
    )
    assert other.last.objective != pytest.approx(found.last.objective, rel=0.01)


def test_the_fitted_decay_is_a_criterion(base):
    from siting.ranking import criteria
    from siting.study.stages import site_facts

    access = base.access("tiers_lieux", base.read.services["tiers_lieux"])
    fixed = site_facts.unchanging(base)
    facts = site_facts.gather(base, fixed, access["minutes"].to_numpy())
    value = criteria.DEFINITIONS["expected_use"].compute(facts, 0)
    use = study_answers.fitted(base.study, base.read)
    minutes = facts.around["establishments"].minutes.astype(float)
    plain = np.where(np.isnan(minutes), 0, use.level * np.exp(-use.parameters[0] * minutes)).sum(0)
    assert value == pytest.approx(plain, rel=1e-4)


def test_a_run_writes_the_tables_of_the_survey(base):
    found = study_answers.tables(base.study, base.read)
    assert set(found) == {
        "survey_respondents", "survey_answers", "survey_margins", "survey_use", "survey_use_fit",
    }  # fmt: skip
    study_extras.check(base.study, base.read)


def test_the_command_prints_and_writes(base, tmp_path, capsys):
    path = base.study.base / "study.yaml"
    with pytest.raises(SystemExit) as done:
        cli.main(["survey", "tabulate", str(path), "-o", str(tmp_path / "out")])
    assert done.value.code == 0
    said = capsys.readouterr().out
    assert "un poste à soi, accès permanent (H24)" in said
    assert "negative_exponential" in said
    answers = pd.read_csv(tmp_path / "out" / "survey_answers.csv")
    assert not answers["count"].between(1, 4).any()


def test_what_cannot_be_met_is_said(base):
    def with_keys(**changed):
        asked = base.study.survey.model_copy(update=changed)
        return base.study.model_copy(update={"survey": asked})

    with pytest.raises(ModelError) as caught:
        study_answers.tabulated(with_keys(margins=("epci",)), base.read)
    assert caught.value.key == "margin_empty"
    with pytest.raises(ConfigError) as caught:
        study_answers.tabulated(with_keys(margins=("part",)), base.read)
    assert caught.value.key == "margin_not_counted"
    with pytest.raises(ConfigError) as caught:
        study_answers.fitted(with_keys(answers=None), base.read)
    assert caught.value.key == "no_answers"
