"""Texts as print asks: apostrophes, spaces that do not break, nothing else changed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.texts import typography


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("L'essentiel", "L’essentiel"),
        ("Note : « oui » ; non ?", "Note\u00a0: «\u00a0oui\u00a0»\u202f; non\u202f?"),
        ("CC du Réquistanais", "CC\u00a0du Réquistanais"),
        ("à 20 min au plus", "à 20\u00a0min au plus"),
        ("30 minutes", "30\u00a0minutes"),
        ("12 maisons", "12 maisons"),
    ],
)
def test_french_is_set(typed, printed):
    assert typography.typeset(typed, "fr-FR") == printed


def test_english_has_no_french_spaces():
    assert typography.typeset("The commune's note : x", "en") == "The commune’s note : x"


@given(st.text(alphabet="ab '«»:;!?CA 0123min\n", max_size=40))
@settings(max_examples=60, deadline=None)
def test_the_words_stay_and_setting_twice_changes_nothing(text):
    once = typography.typeset(text, "fr")
    assert typography.typeset(once, "fr") == once
    plain = once.replace("\u2019", "'").replace("\u00a0", " ").replace("\u202f", " ")
    assert plain == text
