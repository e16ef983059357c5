"""YAML that somebody wrote: refused with the row where it cannot be."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from siting import yaml_files
from siting.errors import ConfigError, InputError


def load(folder, text):
    path = folder / "a.yaml"
    path.write_text(text, encoding="utf-8", newline="\n")
    return yaml_files.load(path)


LAUGHS = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

REFUSED = {
    "again": ("a: 1\nb: 2\na: 3\n", "yaml_key_again", "lignes 1 et 3"),
    "again_in_one_row": ("{a: 1, a: 1}", "yaml_key_again", "« a »"),
    "again_below": ("a:\n  b: 1\n  'b': 2\n", "yaml_key_again", "lignes 2 et 3"),
    "laughs": (LAUGHS, "yaml_too_many", "ligne"),
    "deep": ("[" * 100, "yaml_too_deep", "ligne 1"),
    "deep_by_aliases": (
        "a0: &a0 [1]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}]\n" for n in range(50)),
        "yaml_too_deep",
        "ligne",
    ),
    "itself": ("a: &a [*a]\n", "bad_yaml", "ligne"),
    "large": ("a: 1\n" * 300_000, "yaml_too_large", "octets"),
    "date": ("a: 1\nb: 2026-13-45\n", "yaml_value", "ligne 2"),
    "integer": ("a: " + "9" * 5000, "yaml_value", "ligne 1"),
    "python": ("a: !!python/object/apply:os.system [ls]\n", "bad_yaml", "ligne 1"),
    "tab": ("a:\n\t- 1\n", "bad_yaml", "ligne 2"),
    "two": ("a: 1\n---\na: 2\n", "bad_yaml", "ligne 2"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_yaml_that_cannot_be_is_refused(tmp_path, name):
    text, key, words = REFUSED[name]
    with pytest.raises(InputError) as caught:
        load(tmp_path, text)
    assert caught.value.key == key
    assert words in caught.value.text("fr")
    assert len(caught.value.text("fr")) < 1000


def test_text_of_another_encoding_is_refused_as_asked(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes("a: é".encode("cp1252"))
    with pytest.raises(ConfigError, match=r"a\.yaml"):
        yaml_files.load(path, ConfigError)


def test_dates_merges_marks_and_nothing_are_read(tmp_path):
    text = "\ufeffa: &a {b: 1, c: 2026-01-01}\nd: {<<: *a, b: 2}\n"
    day = dt.date(2026, 1, 1)
    assert load(tmp_path, text) == {"a": {"b": 1, "c": day}, "d": {"b": 2, "c": day}}
    assert load(tmp_path, "") is None


TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | TEXTS | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(value=VALUES)
def test_reads_what_pyyaml_writes(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("yaml") / "a.yaml"
    path.write_text(yaml.safe_dump(value, allow_unicode=True), encoding="utf-8", newline="\n")
    assert yaml_files.load(path) == value
