"""What is asked for is computed or refused; a toy of each needs the registries only."""

from __future__ import annotations

import os
import subprocess
import sys

import pandas as pd
import pytest
import small_study
from pydantic import Field

from siting import config, contracts
from siting.config.measures import Measures
from siting.contracts import Column, Table, code
from siting.errors import ConfigError, InputError, SitingError
from siting.measures import registry as measure_registry
from siting.measures.measure import Measure
from siting.publish.report import stages
from siting.settings import Model
from siting.study import prepared
from siting.study import run as study
from siting.study.stages import measures, registry
from siting.study.stages.stage import Stage


def quiet(_):
    return None


def ready(folder, **more):
    return config.load(small_study.write(folder, small_study.keys() | more))


# ---- the report tells every stage and every measure ----


def test_every_stage_with_tables_has_its_section():
    made = {stage.key for stage in registry.STAGES if stage.tables} | {"sample"}
    chapters = {key for chapter in stages.CHAPTERS for key in chapter.keys}
    assert chapters | {"measures", "locate"} == made


def test_every_measure_is_told_but_that_of_the_digital_chapter():
    silent = {measure.key for measure in measure_registry.measures() if measure.tell is None}
    assert silent == {"digital"}


def test_every_measure_is_a_key_of_the_configuration():
    keys = [measure.key for measure in measure_registry.measures()]
    assert list(Measures.model_fields) == keys


def test_table_names_are_used_once():
    names = [table.name for stage in registry.STAGES for table in stage.tables]
    assert len(names) == len(set(names))


# ---- silent absence ----

ASKED = {
    "baskets": ("everyday", {"baskets": ["basket.yaml"]}),
    "mesh": ("everyday", {"mesh": {"basket": "basket.yaml"}}),
    "digital": ("broadband", {"digital": {}}),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_measure_without_its_layer_is_refused_by_check_and_run(tmp_path, name):
    layer, keys = ASKED[name]
    layers = {key: file for key, file in small_study.keys()["layers"].items() if key != layer}
    asked = ready(tmp_path, layers=layers, measures=keys)
    for command in (study.check, study.run):
        with pytest.raises(SitingError) as caught:
            command(asked, quiet)
        assert f"measures.{name}" in caught.value.text("fr")
        assert f"layers.{layer}" in caught.value.text("fr")


REFUSED = {
    "supply": ({"measures": {"catchment": {"supply": "beds"}}}, "beds"),
    "bands": ({"measures": {"catchment": {"bands": [[20, 1], [10, 0.5]]}}}, "croissant"),
    "basket": ({"measures": {"baskets": ["none.yaml"]}}, "none.yaml"),
    "fibre_share": ({"measures": {"digital": {"fibre_share": 0}}}, "fibre_share"),
    "flows": ({"effects": {"flows": "none.csv"}}, "none.csv"),
    "effects": ({"effects": {"commute": {"km": 15, "minutes": 20}}}, "layers.establishments"),
    "census": ({"census": {}}, "layers.establishments"),
    "likely": (
        {"locate": {"model": "p-median", "p": 1, "demand": "likely_users"}},
        "layers.establishments",
    ),
    "decay": (
        {
            "locate": {
                "model": "gradual-coverage",
                "p": 1,
                "max_minutes": 30,
                "decay": "survey",
            }
        },
        "survey",
    ),
    "p": ({"locate": {"model": "p-median", "p": 9}}, "9"),
    "open": ({"what_if": {"open": ["ghost"]}}, "ghost"),
    "link": ({"what_if": {"closed_links": [["12001", "12006"]]}}, "12006"),
    "road": ({"what_if": {"closed_roads": [{"lon": 2.5, "lat": 44.3}]}}, "closed_links"),
    "plan": ({"plans": {"a": {"name": "A", "close": ["ghost"]}}}, "ghost"),
    "cost": (
        {"site_costs": {"ghost": {"value": 1, "source": "x", "status": "hypothesis"}}},
        "ghost",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_check_refuses_what_run_refuses(tmp_path, name):
    keys, words = REFUSED[name]
    for command in (study.check, study.run):
        with pytest.raises(SitingError) as caught:
            command(ready(tmp_path, **keys), quiet)
        assert words in caught.value.text("fr")


def test_check_tells_the_problems_of_all_stages(tmp_path):
    asked = ready(tmp_path, census={}, plans={"a": {"name": "A", "close": ["ghost"]}})
    with pytest.raises(SitingError) as caught:
        study.check(asked, quiet)
    assert {"census_needs_register", "unknown_closed"} == {
        problem.key for problem in caught.value.problems
    }


# ---- horizons ----


def test_a_closure_is_asked_beyond_the_usual_horizon(tmp_path):
    """A second facility 100 minutes away covers within 120: the defect told people uncovered."""
    links = small_study.tables()["links.csv"]
    links = links.assign(minutes=[8.0, 9.0, 10.0, 11.0, 85.0, 90.0])
    path = small_study.write(
        tmp_path, small_study.keys() | {"measures": {"closures_minutes": 120}}, links=links
    )
    table = study.run(config.load(path), quiet).measures["closures"]
    assert table["people_uncovered"].sum() == 0
    assert (table["mean_extra_minutes"] > 60).all()


def test_a_horizon_of_one_measure_moves_no_other(tmp_path):
    alone = study.run(ready(tmp_path / "a", measures={"opportunities": {}}), quiet)
    far = {"opportunities": {}, "closures_minutes": 300}
    both = study.run(ready(tmp_path / "b", measures=far), quiet)
    pd.testing.assert_frame_equal(alone.measures["opportunities"], both.measures["opportunities"])


def test_a_basket_may_ask_for_hours(tmp_path):
    result = study.run(ready(tmp_path, measures={"baskets": ["far_basket.yaml"]}), quiet)
    assert (result.measures["baskets"]["score"] == 1).all()


# ---- a toy of each ----


class Crowd(Model):
    """Settings of a toy measure."""

    minutes: float = Field(gt=0)


class MoreMeasures(Measures):
    crowd: Crowd | None = None


class MoreStudy(config.Study):
    measures: MoreMeasures | None = None
    flags: tuple[str, ...] = ()


CROWD = Table(
    "crowd",
    (code("service", "service"), Column("people", "float", "people in reach", minimum=0)),
    ("service",),
)
CROWD_MEASURE = Measure(
    key="crowd",
    rank=90,
    settings=Crowd | None,
    tables=(CROWD,),
    compute=lambda settings, ready: {
        "crowd": ready.each(
            settings.minutes,
            lambda _, within: pd.DataFrame(
                {"people": [ready.people[list(within.origins[within.count > 0])].sum()]}
            ),
        )
    },
    horizon=lambda settings, _: settings.minutes,
    needs=("stations",),
)
FLAGS = Stage(
    "flags",
    lambda asked, _: None if "bad" not in asked.flags else _refuse(),
    lambda base, _: {"flags": pd.DataFrame({"flag": list(base.study.flags)})},
    (Table("flags", (code("flag", "a flag"),), ("flag",)),),
)


def _refuse():
    raise ConfigError("no_locate")


def more(tmp_path, **keys):
    path = small_study.write(tmp_path, small_study.keys() | keys)
    return config.validate(MoreStudy, path)


def test_a_toy_measure_needs_the_registry_only(tmp_path):
    asked = more(tmp_path, measures={"crowd": {"minutes": 12}})
    base = prepared.prepare(asked, quiet)
    access = base.access("desk", base.read.services["desk"])
    with pytest.raises(ConfigError) as caught:
        measures.check(asked, base.read, (CROWD_MEASURE,))
    assert caught.value.key == "measure_needs_layer"
    table = measures.compute(base, access, (CROWD_MEASURE,))["crowd"]
    near = access["minutes"] <= 12
    assert table["people"].tolist() == [access.loc[near, "population"].sum()]


NEW_KIND = """
from pydantic import Field
from siting.contracts import Column, Table
from siting.measures.measure import Amount, Measure, Sentence, SERVICE
from siting.settings import Model


class Crowd(Model):
    minutes: float = Field(gt=0)


def compute(settings, ready):
    near = ready.access[ready.access["minutes"] <= settings.minutes]
    people = near.groupby("service", sort=False)["population"].sum()
    return {"crowd": people.rename("people").reset_index()}


def tell(settings, tables, names):
    return [Sentence("crowd", {"people": Amount(tables["crowd"]["people"].sum())})]


MEASURE = Measure(
    key="crowd",
    rank=90,
    settings=Crowd | None,
    tables=(Table("crowd", (SERVICE, Column("people", "float", "people near")), ("service",)),),
    compute=compute,
    tell=tell,
)
"""
RUN_WITH_IT = """
import sys
from pathlib import Path
from siting.measures import kinds
kinds.__path__.append(sys.argv[1])
from siting import texts
texts.under("fr", "stages")["stages.said.crowd"] = "Une foule de {people} personnes."
for model, key in (("Measures", "crowd"), ("Crowd", "minutes")):
    told = {"is": f"Ce que dit {key}.", "example": "{{minutes: 12}}" if key == "crowd" else "12"}
    texts.under("fr", "keys").update({f"keys.{model}.{key}.{k}": v for k, v in told.items()})
from siting import config
from siting.config import schema
from siting.publish.report import measured
from siting.study import run
result = run.run(config.load(Path(sys.argv[2])), lambda _: None)
print(result.measures["crowd"].to_csv(index=False))
print(measured.by_service(result, "desk", "Guichet", None))
print(*(key for key in schema.keys() if "crowd" in key.path))
"""


def test_a_new_measure_is_one_module_and_its_words(tmp_path):
    """Written beside the others, it is a key, a table of the run and a sentence of the report."""
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "crowd.py").write_text(NEW_KIND, encoding="utf-8")
    path = small_study.write(
        tmp_path / "study", small_study.keys() | {"measures": {"crowd": {"minutes": 12}}}
    )
    ended = subprocess.run(
        [sys.executable, "-c", RUN_WITH_IT, str(tmp_path / "more"), str(path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "SITING_LANG": "fr"},
    )
    assert ended.returncode == 0, ended.stderr
    assert "service,people\ndesk," in ended.stdout
    assert "Une foule de" in ended.stdout
    assert "path='measures.crowd.minutes', kind='nombre'" in ended.stdout


def test_a_toy_stage_needs_the_registry_only(tmp_path):
    asked = more(tmp_path, flags=["a", "b"])
    base = prepared.prepare(asked, quiet)
    access = base.access("desk", base.read.services["desk"])
    registry.check(asked, base.read, (FLAGS,))
    made = registry.compute(base, access, (FLAGS,))
    assert made["flags"]["flags"]["flag"].tolist() == ["a", "b"]
    with pytest.raises(ConfigError):
        registry.check(more(tmp_path, flags=["bad"]), base.read, (FLAGS,))


def test_a_stage_that_breaks_its_contract_is_stopped():
    table = pd.DataFrame({"flag": ["a", "a"]})
    for made in ({"flags": table}, {"flags": table[:0]}, {}, {"flags": table[:1], "more": table}):
        with pytest.raises(InputError):
            contracts.require(made, FLAGS.tables)
    contracts.require({"flags": table[:1]}, FLAGS.tables)
