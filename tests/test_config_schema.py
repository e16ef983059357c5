"""The schema that editors read agrees with what `siting check` refuses."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from siting import cli, config, texts
from siting.config import content, schema
from siting.installation import demo, file_kinds
from siting.setup import init

jsonschema = pytest.importorskip("jsonschema", reason="of the dev dependencies")

ROOT = Path(__file__).parents[1]
STUDIES = ("aveyron", "telecentres")
# what pydantic says of keys and types; what it says beyond (dates in order…) no schema can
OF_KEYS_AND_TYPES = ("extra_forbidden", "missing", "_type", "_parsing", "literal_error", "greater_")
WRONG = ({"x": 1}, [["x"]], "soon", -1, None)


@cache
def validator():
    whole = json.loads(schema.text("en"))
    jsonschema.Draft7Validator.check_schema(whole)
    return jsonschema.Draft7Validator(whole, format_checker=jsonschema.FormatChecker())


def written(name):
    """An embedded configuration, dates as the texts that an editor sees."""
    return json.loads(json.dumps(content(ROOT / "configs" / f"{name}.yaml"), default=str))


def places(node, path=()):
    """Every place below a node."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def complaints(keys):
    """Kinds of what `siting check` says of keys."""
    try:
        config.Study.model_validate(keys)
    except ValidationError as error:
        return [detail["type"] for detail in error.errors()]
    return []


@pytest.mark.parametrize("name", STUDIES)
def test_embedded_studies_are_valid(name):
    assert [error.message for error in validator().iter_errors(written(name))] == []


CHANGES = [(name, place) for name in STUDIES for place in places(written(name))]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CHANGES), st.sampled_from(("rename", "remove", *range(len(WRONG)))))
def test_the_schema_and_check_refuse_the_same_keys_and_types(change, edit):
    name, (*outer, last) = change
    keys = copy.deepcopy(written(name))
    parent = keys
    for key in outer:
        parent = parent[key]
    if edit == "rename" and isinstance(parent, dict):
        parent["misspelt_key"] = parent.pop(last)
    elif edit in ("rename", "remove"):
        del parent[last]
    else:
        parent[last] = WRONG[edit]
    refused = complaints(keys)
    of_keys = [kind for kind in refused if any(part in kind for part in OF_KEYS_AND_TYPES)]
    seen = not validator().is_valid(keys)
    assert seen or not of_keys
    assert refused or not seen


def test_a_configuration_that_extends_another_leaves_out_what_that_says():
    short = {"extends": "aveyron.yaml", "territory": {"buffer_km": 20}}
    assert validator().is_valid(short)
    assert not validator().is_valid({"territory": {"buffer_km": 20}})
    assert not validator().is_valid({**short, "territory": {"buffer": 20}})
    assert not validator().is_valid({**short, "services": [{"id": "x"}]})


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("kind", file_kinds.KINDS, ids=lambda kind: kind.name)
def test_examples_fit_their_keys(kind, language):
    """Each example, under the schema of its own key."""

    def described(node):
        if isinstance(node, dict):
            if "examples" in node:
                yield node
            for part in node.values():
                yield from described(part)
        elif isinstance(node, list):
            for part in node:
                yield from described(part)

    whole = json.loads(schema.text(language, kind))
    nodes = list(described(whole["properties"]))
    assert len(nodes) == len(schema.keys(language, kind))
    shared = {"definitions": whole.get("definitions", {})}
    for node in nodes:
        alone = jsonschema.Draft7Validator(node | shared)
        assert alone.is_valid(node["examples"][0]), node["description"]


TEMPLATES = list(file_kinds.templates(ROOT))


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize(("path", "kind"), TEMPLATES, ids=lambda part: getattr(part, "stem", ""))
def test_embedded_files_of_every_kind_are_valid_and_a_misspelt_key_is_not(path, kind, language):
    whole = json.loads(schema.text(language, kind))
    jsonschema.Draft7Validator.check_schema(whole)
    validator = jsonschema.Draft7Validator(whole)
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    keys = json.loads(json.dumps(written, default=str))
    assert [error.message for error in validator.iter_errors(keys)] == []
    assert not validator.is_valid({**keys, "misspelt": 1})
    for place in places(keys):
        deep = copy.deepcopy(keys)
        parent = deep
        for step in place[:-1]:
            parent = parent[step]
        if place[-1] in ("label", "minutes", "rules") and isinstance(parent, dict):
            parent[place[-1]] = [["wrong"]]
            assert not validator.is_valid(deep), place


def test_every_embedded_file_for_planners_is_of_a_kind():
    named = {path for path, _ in TEMPLATES}
    assert named == set((ROOT / "configs").rglob("*.yaml"))
    assert {kind.name for _, kind in TEMPLATES} == set(file_kinds.BY_NAME) - {"batch"}


def test_a_rule_within_a_rule_is_checked():
    whole = json.loads(schema.text("en", file_kinds.BY_NAME["labels"]))
    validator = jsonschema.Draft7Validator(whole)
    path = ROOT / "configs" / "labels" / "telecentres.yaml"
    keys = yaml.safe_load(path.read_text(encoding="utf-8"))
    inner = {"any": [{"all": [{"evidence": "open", "is": True}]}], "id": "x"}
    keys["levels"][0]["rules"] = [inner]
    assert validator.is_valid(keys)
    inner["any"][0]["all"][0]["iz"] = True
    assert not validator.is_valid(keys)


def test_a_plan_names_territories_by_file_or_with_changes():
    validator = jsonschema.Draft7Validator(
        json.loads(schema.text("en", file_kinds.BY_NAME["batch"]))
    )
    plan = {"name": "all", "territories": {"a": "configs/aveyron.yaml", "b": {"config": "x.yaml"}}}
    assert validator.is_valid(plan)
    assert not validator.is_valid({**plan, "territories": {"a": {"confg": "x.yaml"}}})
    assert not validator.is_valid({**plan, "territories": {"a b": "x.yaml"}})
    assert not validator.is_valid({**plan, "modes": ["boat"]})


def test_the_reference_tells_units_and_defaults():
    keys = {key.path: key for key in schema.keys("fr")}
    assert keys["thresholds_minutes"].unit == "minutes"
    assert keys["thresholds_minutes"].default == "[10, 15, 20, 30]"
    assert keys["territory"].required
    assert keys["roads.mode"].kind == "car | bicycle | foot"
    assert keys["territory.zones.*.epci"].example == "['241200187']"
    assert keys["survey.questionnaire"].default == "configs/questionnaire.yaml"


def test_init_writes_the_schema_that_its_first_line_names(tmp_path):
    begun = init.begin(init.NamedTerritory(department="12"), tmp_path / "study.yaml")
    line = begun.path.read_text(encoding="utf-8").splitlines()[0]
    named = line.removeprefix("# yaml-language-server: $schema=")
    beside = json.loads((begun.path.parent / named).read_text(encoding="utf-8"))
    keys = yaml.safe_load(begun.path.read_text(encoding="utf-8"))
    assert jsonschema.Draft7Validator(beside).is_valid(json.loads(json.dumps(keys, default=str)))
    assert beside["properties"]["name"]["description"].startswith("Nom de l'étude")


def test_the_demonstration_names_the_schema_of_each_file(tmp_path):
    demo.copy(tmp_path)
    for path, kind in file_kinds.templates(tmp_path):
        line = path.read_text(encoding="utf-8").splitlines()[0]
        named = path.parent / line.removeprefix("# yaml-language-server: $schema=")
        assert named.read_text(encoding="utf-8") == schema.text(kind=kind)
        yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_command_writes_what_it_prints(tmp_path, capsys):
    of_theme = ["schema", "--kind", "theme", "-o", str(tmp_path / "theme.json")]
    of_study = ["schema", "-o", str(tmp_path / "s.json")]
    for words in (["schema", "--lang", "en"], of_study, of_theme):
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        assert ended.value.code == 0
    texts.set_language("fr")
    printed = capsys.readouterr().out
    assert '"$schema"' in printed
    assert "Name of the study" in printed
    assert (tmp_path / "s.json").read_text(encoding="utf-8") == schema.text("en")
    theme = json.loads((tmp_path / "theme.json").read_text(encoding="utf-8"))
    assert "palette" in theme["properties"]
    with pytest.raises(SystemExit) as ended:
        cli.main(["schema", "--kind", "thema"])
    assert ended.value.code != 0
