"""Kinds of change and their sentence, against cells made by hand."""

from __future__ import annotations

import numpy as np

from siting.outputs import scales
from siting.outputs.theme import DEFAULT, contrast
from siting.publish import gains

NONE = np.nan
BEFORE = np.array([10.0, 30.0, 30.0, 30.0, 30.0, NONE, 10.0, 10.0, NONE])
THEN = np.array([10.0, 28.0, 25.0, 20.0, 5.0, 12.0, 12.0, NONE, NONE])
PEOPLE = np.arange(1.0, 10.0)


def test_each_cell_has_the_kind_of_its_change():
    changes = gains.Gains(BEFORE, THEN, PEOPLE)
    assert changes.kinds.tolist() == [
        gains.SAME, 1, 2, 3, 4, gains.REACHED, gains.LOST, gains.LOST, gains.NO_TIME
    ]  # fmt: skip
    words = gains.labels()
    assert len(words) == gains.LOST + 1 == len(scales.gain_colours(DEFAULT))
    assert words[gains.SAME] == "sans changement"
    assert words[gains.REACHED] == "atteint désormais"
    assert words[1] == "2 min ou moins"


def test_the_sentence_counts_who_comes_within_and_who_leaves():
    """Come: 20 and 5 min (9 people) and those reached at last (6); leave: 10 min lost (8)."""
    sentence = gains.Gains(BEFORE, THEN, PEOPLE).headline(20, "Essai")
    assert "14 habitants gagnent" in sentence  # 2 + 3 + 4 + 5
    assert "15 passent à 20 min ou moins" in sentence
    assert "8 en sortent" in sentence
    mean = (2 * 2 + 3 * 5 + 4 * 10 + 5 * 25) / 14
    assert f"{mean:.1f}".replace(".", ",") in sentence
    assert gains.Gains(BEFORE, BEFORE, PEOPLE).headline(20, "Essai").startswith("Personne")


def test_the_greens_part_in_grey_and_gained_is_not_lost():
    colours = scales.gain_colours(DEFAULT)
    light = [contrast(colour, "#000000") for colour in colours[: gains.REACHED + 1]]
    assert light == sorted(light, reverse=True)
    assert colours[gains.LOST] == DEFAULT.colours.candidate
