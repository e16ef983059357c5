"""The map themes: each a module found by itself; a toy one touches nothing else."""

from __future__ import annotations

import sys

import andorra_study
import pytest

from siting import config, texts
from siting.publish.maps import folder, registry, themes
from siting.study import run as study

TOY = '''
"""A toy theme: every commune alike."""

import numpy as np

from siting.outputs import scales
from siting.outputs.web_map import View
from siting.publish.maps.map_theme import MapTheme



def build(mapped):
    shares = np.ones(len(mapped.result.communes))
    view = View("Toy", "All alike.", scales.shares(mapped.theme), communes=shares)
    return mapped.page("Toy", (), [view], [], ())


THEME = MapTheme("toy", 5, build, needs=NEEDS)
'''


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """Add a module to the themes, as a contributor would, for the time of a test."""

    def add(needs: str) -> None:
        (tmp_path / "toy.py").write_text(TOY.replace("NEEDS", needs), encoding="utf-8")
        monkeypatch.setattr(themes, "__path__", [*themes.__path__, str(tmp_path)])
        monkeypatch.delitem(sys.modules, f"{themes.__name__}.toy", raising=False)
        registry.every.cache_clear()

    monkeypatch.setitem(texts.under("fr", "maps"), "maps.theme.toy", "Jouet")
    yield add
    sys.modules.pop(f"{themes.__name__}.toy", None)
    registry.every.cache_clear()


@pytest.fixture(scope="module")
def result(request, tmp_path_factory):
    samples = request.getfixturevalue("samples")
    where = tmp_path_factory.mktemp("andorra_toy")
    path = andorra_study.write(where, samples / "osm" / "andorra.osm.pbf", "foot")
    return study.run(config.load(path), lambda _: None)


def test_each_module_is_one_theme_of_its_name_with_its_texts():
    assert {theme.name for theme in registry.every()} == set(registry.names())
    orders = [theme.order for theme in registry.every()]
    assert orders == sorted(set(orders))
    for language in texts.LANGUAGES:
        words = texts.catalogue(language)
        for theme in registry.every():
            assert words[f"maps.theme.{theme.name}"]
            assert words[f"maps.title.{theme.name}"]


def test_a_module_more_is_a_map_more(result, toy, tmp_path):
    toy("()")
    assert registry.every()[0].name == "toy"
    written = folder.write(result, tmp_path / "maps", ["toy"], lambda _: None)
    assert written.files == {"toy": "map_toy.html"}
    assert "All alike." in (tmp_path / "maps" / "map_toy.html").read_text(encoding="utf-8")


def test_a_theme_whose_table_is_missing_is_left_out_and_said(result, toy, tmp_path):
    toy('("broadband",)')
    written = folder.write(result, tmp_path / "maps", ["toy", "access"], lambda _: None)
    assert set(written.files) == {"access"}
    assert "layers.broadband" in written.skipped["toy"]
