"""Nothing half-written is left behind."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from siting.atomic_files import replacing, replacing_all
from siting.errors import OutputError


def test_replaces_a_file_when_all_went_well(tmp_path):
    path = tmp_path / "new" / "a.csv"
    with replacing(path) as part:
        part.write_text("1")
        assert not path.exists()
    assert path.read_text() == "1"
    assert [p.name for p in path.parent.iterdir()] == ["a.csv"]


def test_keeps_the_old_file_when_something_fails(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")

    def fail():
        with replacing(path) as part:
            part.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_moves_all_files_or_none(tmp_path):
    (tmp_path / "kept.txt").write_text("kept")
    with replacing_all(tmp_path) as part:
        (part / "a").write_text("a")
        (part / "b").write_text("b")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b", "kept.txt"]


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError), replacing_all(tmp_path / "file" / "out"):
        pass


def test_clears_what_a_killed_run_left(tmp_path):
    half, old, just_made = (tmp_path / f".siting-{name}.part" for name in "abc")
    for left in (half, old, just_made):
        left.mkdir()
    (half / "half.csv").write_text("half")
    os.utime(old, (0, 0))
    with replacing(tmp_path / "a.csv") as part:
        part.write_text("1")
    assert sorted(p.name for p in tmp_path.iterdir()) == [".siting-c.part", "a.csv"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives away")
def test_leaves_what_is_of_another_user(tmp_path):
    theirs = tmp_path / ".siting-a.part"
    theirs.mkdir()
    (theirs / "half.csv").write_text("half")
    os.chown(theirs, 12345, -1)
    with replacing(tmp_path / "a.csv") as part:
        part.write_text("1")
    assert theirs.exists()


def test_threads_that_write_to_one_folder_do_not_tidy_each_other_up(tmp_path):
    def write(number):
        for turn in range(40):
            with replacing(tmp_path / f"{number}.txt") as part:
                part.write_text(str(turn))
        return (tmp_path / f"{number}.txt").read_text()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(8))) == ["39"] * 8
    assert len(list(tmp_path.iterdir())) == 8
