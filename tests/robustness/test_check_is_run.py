"""What `check` accepts `run` computes: held over mutated studies, and case by case."""

from __future__ import annotations

import copy

import pandas as pd
import pytest
import small_study
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siting import config
from siting.errors import SitingError
from siting.study import inputs
from siting.study import run as study
from siting.study.stages import registry

EXAMPLES = 15  # of each kind
VALUES = (
    None,
    "",
    "abc",
    "12001",
    "../other.csv",
    True,
    -1,
    0,
    1,
    10**30,
    1e308,
    float("nan"),
    float("inf"),
    [],
    [1, "a"],
    {},
    {"a": 1},
    "x" * 10_000,
    "2026-02-30",
)
CELLS = (
    "",
    "abc",
    "-1",
    "0",
    "1e308",
    "nan",
    "inf",
    "1,5",
    "12001",
    "99999",
    "é\u202e\u0007",
    "=1+1",
)


def quiet(_):
    return None


def rich():
    """The small study with most of what can be asked of it."""
    return small_study.keys() | {
        "measures": {
            "closures_minutes": 20,
            "overlap_minutes": 20,
            "opportunities": {"gravity_minutes": 15, "wanted": 1},
            "equity": {"standard_minutes": 20},
            "catchment": {"bands": [[10, 1], [20, 0.5]], "supply": "weekly_hours"},
            "baskets": ["basket.yaml"],
            "mesh": {"basket": "basket.yaml", "minimum_items": 1, "minimum_attracted": 10},
            "digital": {"minutes": 20, "fibre_share": 0.5},
        },
        "plans": {"both": {"name": "Deux", "sites": ["s1", "s2"], "close": ["f5"]}},
        "what_if": {"closed_links": [["12003", "12006"]], "speed_factor": 0.9},
        "site_costs": {"s1": {"value": 1000, "source": "x"}},
        "locate": {"model": "p-median", "p": 2},
        "scoring": {"draws": 200, "known": {"bounds": {"minutes_saved": [0.1, 0.9]}}},
    }


def paths(tree, at=()):
    """Every place of a tree of keys."""
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in inside:
        yield (*at, key)
        if isinstance(value, dict | list):
            yield from paths(value, (*at, key))


def changed(tree, path, value, *, drop):
    new = copy.deepcopy(tree)
    inner = new
    for key in path[:-1]:
        inner = inner[key]
    if drop:
        del inner[path[-1]]
    elif isinstance(value, str) and value == "reversed":
        held = inner[path[-1]]
        inner[path[-1]] = held[::-1] if isinstance(held, list) else "reversed"
    else:
        inner[path[-1]] = value
    return new


KEY_CHANGES = st.tuples(
    st.sampled_from(sorted(paths(rich()), key=str)),
    st.sampled_from((*VALUES, "reversed")),
    st.booleans(),
)
TABLE_CHANGES = st.tuples(
    st.sampled_from(sorted(small_study.tables())),
    st.sampled_from(("cell", "cell", "cell", "column", "no_rows", "one_row", "again", "shuffled")),
    st.integers(0, 50),
    st.integers(0, 50),
    st.sampled_from(CELLS),
)


def mutated(table, kind, row, column, value):
    table = table.astype(object)
    row, name = row % len(table), table.columns[column % len(table.columns)]
    if kind == "cell":
        table.loc[row, name] = value
        return table
    return {
        "column": lambda: table.drop(columns=name),
        "no_rows": lambda: table.iloc[:0],
        "one_row": lambda: table.drop(index=row),
        "again": lambda: pd.concat([table, table.iloc[[row]]]),
        "shuffled": lambda: table.sample(frac=1, random_state=row),
    }[kind]()


def accepted(path):
    """The study, where `check` accepts it; None where it refuses it in words."""
    try:
        asked = config.load(path)
        study.check(asked, quiet)
    except SitingError as refusal:
        problem = refusal
    else:
        return asked
    assert problem.text("fr")
    assert problem.text("en")
    return None


def require_run(asked):
    """`run` ends, and no table is empty that may not be."""
    result = study.run(asked, quiet)
    may_be_empty = {
        table.name for stage in registry.STAGES for table in stage.tables if table.may_be_empty
    }
    may_be_empty |= {f"measure_{name}" for name in may_be_empty}
    tables = {"access": result.access, "coverage": result.coverage, **result.extras}
    tables |= {f"measure_{name}": table for name, table in result.measures.items()}
    empty = {name for name, table in tables.items() if table.empty}
    assert empty - may_be_empty == set()
    assert result.access["population"].sum() > 0


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), derandomize=True)
@given(change=KEY_CHANGES)
def test_a_study_of_mutated_keys_that_passes_check_runs(tmp_path_factory, change):
    path, value, drop = change
    folder = tmp_path_factory.mktemp("keys")
    file = small_study.write(folder)
    keys = changed(rich(), path, value, drop=drop)
    file.write_text(yaml.safe_dump(keys, allow_unicode=True), encoding="utf-8")
    asked = accepted(file)
    if asked is not None:
        require_run(asked)


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), derandomize=True)
@given(changes=st.lists(TABLE_CHANGES, min_size=1, max_size=2))
def test_a_study_of_mutated_tables_that_passes_check_runs(tmp_path_factory, changes):
    folder = tmp_path_factory.mktemp("tables")
    file = small_study.write(folder, rich())
    for name, *change in changes:
        table = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
        if len(table):
            mutated(table, *change).to_csv(folder / name, index=False)
    asked = accepted(file)
    if asked is not None:
        require_run(asked)


def test_the_study_that_is_mutated_runs(tmp_path):
    asked = accepted(small_study.write(tmp_path, rich()))
    assert asked is not None
    require_run(asked)


# ---- the cases that once passed ----


def without(tree, *path):
    return changed(tree, path, None, drop=True)


def with_(tree, *path_and_value):
    *path, value = path_and_value
    return changed(tree, tuple(path), value, drop=False)


VIABLE = {"viability": {"costs": [{"name": "Loyer", "euros": -5, "per": "month"}]}}
KEYS = {
    "broken_basket": (lambda k: with_(k, "measures", "baskets", ["broken.yaml"]), "broken.yaml"),
    "basket_of_nothing": (lambda k: with_(k, "measures", "baskets", ["empty.yaml"]), "empty.yaml"),
    "unsorted_bands": (
        lambda k: with_(k, "measures", "catchment", {"bands": [[20, 1], [10, 0.5]]}),
        "croissant",
    ),
    "unsorted_thresholds": (lambda k: with_(k, "thresholds_minutes", [20, 10]), "thresholds"),
    "negative_rent": (lambda k: k | VIABLE, "viability"),
    "negative_speed": (
        lambda k: with_(k, "what_if", {"speed_factor": -1}),
        "what_if.speed_factor",
    ),
    "unknown_supply": (lambda k: with_(k, "measures", "catchment", {"supply": "beds"}), "beds"),
    "no_everyday": (lambda k: without(k, "layers", "everyday"), "layers.everyday"),
    "no_broadband": (lambda k: without(k, "layers", "broadband"), "layers.broadband"),
    "unknown_site": (lambda k: with_(k, "plans", "both", "sites", ["ghost"]), "ghost"),
    "unknown_facility": (lambda k: with_(k, "plans", "both", "close", ["ghost"]), "ghost"),
    "unknown_criterion": (lambda k: with_(k, "criteria", 0, "id", "ghost"), "ghost"),
    "too_many_sites": (lambda k: with_(k, "locate", "p", 50), "50"),
}
TABLES = {
    "hours_are_no_number": ("facilities.csv", "weekly_hours", "abc", "weekly_hours"),
    "negative_hours": ("facilities.csv", "weekly_hours", "-4", "weekly_hours"),
    "premises_beyond_reason": ("broadband.csv", "premises", "1e308", "premises"),
    "negative_minutes": ("links.csv", "minutes", "-3", "minutes"),
    "unknown_commune": ("cells.csv", "commune_code", "99999", "99999"),
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_that_run_refuses_is_refused_by_check(tmp_path, name):
    change, words = KEYS[name]
    path = small_study.write(tmp_path, change(rich()))
    (tmp_path / "broken.yaml").write_text("id: [", encoding="utf-8")
    (tmp_path / "empty.yaml").write_text("", encoding="utf-8")
    with pytest.raises(SitingError) as caught:
        study.check(config.load(path), quiet)
    assert words in caught.value.text("fr")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_run_refuses_is_refused_by_check(tmp_path, name):
    file, column, value, words = TABLES[name]
    path = small_study.write(tmp_path, rich())
    table = pd.read_csv(tmp_path / file, dtype=str)
    table.loc[1, column] = value
    table.to_csv(tmp_path / file, index=False)
    with pytest.raises(SitingError) as caught:
        study.check(config.load(path), quiet)
    assert words in caught.value.text("fr")


def test_reading_a_study_twice_gives_the_same_warnings(tmp_path):
    asked = config.load(small_study.write(tmp_path, rich()))
    assert inputs.read(asked).warnings == inputs.read(asked).warnings == ()
