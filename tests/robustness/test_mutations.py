"""Three thousand damaged files of all kinds, always the same: refused in a sentence or accepted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import harness
import kinds

FEWEST_KINDS, FEWEST = 58, 3000
SEED = 20261129
SLOW = "study "  # each reads a whole study: fewer of them
ROUNDS, SLOW_ROUNDS = 49, 10


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> list[kinds.Kind]:
    return kinds.corpus(tmp_path_factory.mktemp("corpus"))


def test_every_sound_file_is_accepted(corpus):
    assert len(corpus) >= FEWEST_KINDS
    assert len({kind.name for kind in corpus}) == len(corpus)
    refused = {
        kind.name: verdict
        for kind in corpus
        if kind.name != "command" and (verdict := harness.verdict(kind, kind.file)) != "accepted"
    }
    assert not refused


@pytest.mark.slow
def test_damage_is_refused_in_a_sentence(corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    verdicts = harness.Verdicts()
    with harness.limits():
        for kind in corpus:
            rounds = SLOW_ROUNDS if kind.name.startswith(SLOW) else ROUNDS
            harness.run([kind], tmp_path / "work", SEED, rounds, verdicts)
    assert sum(verdicts.kinds.values()) >= FEWEST
    assert not verdicts.buckets, verdicts.table()


def test_the_harness_finds_what_fails(tmp_path):
    """A reader that leaks an error, takes for ever or refuses without a word is no verdict."""
    file = tmp_path / "in" / "a.csv"
    file.parent.mkdir()
    file.write_text("a,b\n1,2\n", encoding="utf-8")

    def leaks(_: Path) -> None:
        raise KeyError("a")

    kind = kinds.Kind("leaks", file, leaks)
    verdicts = harness.Verdicts()
    harness.run([kind], tmp_path / "work", 1, 5, verdicts)
    assert sum(len(cases) for cases in verdicts.buckets.values()) == 5
    assert "KeyError" in verdicts.table()
