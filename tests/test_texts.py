"""Both languages say the same things, with the same placeholders."""

from __future__ import annotations

import ast
import string
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from siting import texts
from siting.config import schema
from siting.config.reading import EXTENDS
from siting.errors import InputError, InputWarning, ProblemsError
from siting.installation.file_kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(texts.__file__).parents[1]


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_same_keys():
    assert set(texts.catalogue("fr")) == set(texts.catalogue("en"))


def test_same_placeholders():
    french, english = texts.catalogue("fr"), texts.catalogue("en")
    differing = [key for key in french if placeholders(french[key]) != placeholders(english[key])]
    assert differing == []


def test_no_text_is_empty():
    empty = [
        (c, k)
        for c in texts.LANGUAGES
        for k, s in texts.catalogue(c).items()
        if not s.strip() and k != "language.thousands"
    ]
    assert empty == []


def test_each_key_of_the_configuration_is_told():
    """A key that a model takes has its texts in `keys/`, by model: is, example, unit if any."""
    french = texts.catalogue("fr")
    untold = [
        f"keys.{model.__name__}.{name}"
        for kind in KINDS
        for model in schema.models(kind.model)
        for name in schema.key_names(model)
        if not any(
            {f"keys.{parent.__name__}.{name}.is", f"keys.{parent.__name__}.{name}.example"}
            <= french.keys()
            for parent in model.__mro__
        )
    ]
    assert untold == []


def test_no_key_is_told_that_the_configuration_has_not():
    models = {
        parent.__name__: parent
        for kind in KINDS
        for model in schema.models(kind.model)
        for parent in model.__mro__
    }
    parts = [key.split(".") for key in texts.catalogue("fr") if key.startswith("keys.")]
    told = {(part[1], part[2]) for part in parts if len(part) > 3}
    unknown = [
        f"keys.{model}.{name}"
        for model, name in told
        if (model, name) != ("Study", EXTENDS)
        and (model not in models or name not in schema.key_names(models[model]))
    ]
    assert unknown == []


def keys(node: yaml.MappingNode, prefix: str = "") -> Iterator[str]:
    """Dotted keys of a YAML tree, as often as they are written."""
    for key, value in node.value:
        if isinstance(value, yaml.MappingNode):
            yield from keys(value, f"{prefix}{key.value}.")
        else:
            yield f"{prefix}{key.value}"


def test_no_text_is_written_twice():
    """Files are merged into one catalogue: of two under one key, the later would win unseen."""
    for code in texts.LANGUAGES:
        written = Counter(
            key
            for file in (PACKAGE / "texts" / code).rglob("*.yaml")
            for key in keys(
                yaml.compose(file.read_text(encoding="utf-8"), yaml.SafeLoader),
                f"{file.stem if file.parent.name == code else file.parent.name}.",
            )
        )
        assert [key for key, times in written.items() if times > 1] == []


def raised_errors() -> list[tuple[str, set[str], str]]:
    """(key, names given, place) of every error that the package raises with a literal key."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            literal = node.args and isinstance(node.args[0], ast.Constant)
            if node.func.id.endswith("Error") and literal and isinstance(node.args[0].value, str):
                names = {k.arg for k in node.keywords if k.arg}
                if node.func.id in {"InputError", "ConfigError", "NetworkError", "ModelError"} | {
                    "OutputError"
                }:
                    starred = any(k.arg is None for k in node.keywords)
                    place = f"{path.name}:{node.lineno}"
                    found.append(
                        (node.args[0].value, names | ({"**"} if starred else set()), place)
                    )
    return found


def test_every_raised_error_has_its_sentence():
    assert raised_errors()
    for key, names, place in raised_errors():
        sentence = texts.catalogue("fr").get(f"errors.{key}")
        assert sentence is not None, f"{place}: no sentence for {key}"
        if "**" not in names:
            assert placeholders(sentence) <= names, f"{place}: {key} lacks a value"


def test_numbers_are_written_as_the_language_does():
    assert texts.number(279609.5, 1, "fr") == "279\u202f609,5"
    assert texts.number(279609.5, 1, "en") == "279,609.5"
    assert texts.percent(0.873, 1, "fr") == "87,3\u202f%"
    assert texts.percent(0.873, 1, "en") == "87.3%"


def test_errors_speak_both_languages():
    error = InputError("missing_file", file="a.csv")
    assert "introuvable" in error.text("fr")
    assert "not found" in error.text("en")
    both = ProblemsError([error, error])
    assert both.text("en").count("a.csv") == 2


def test_language_is_refused_when_unknown():
    with pytest.raises(ValueError, match="de"):
        texts.set_language("de")


def test_a_warning_is_made_again_from_its_arguments():
    """As pytest does in another process, and pickle anywhere."""
    key = next(k for k in texts.catalogue("fr") if k.startswith("warned."))
    values = dict.fromkeys(placeholders(texts.catalogue("fr")[key]), Path("a.csv"))
    warning = InputWarning(key.removeprefix("warned."), **values)
    assert str(InputWarning(*warning.args)) == str(warning)
