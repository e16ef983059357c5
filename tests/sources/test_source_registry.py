"""The registry of published sources: whole, and enough by itself for a source of one's own."""

from __future__ import annotations

import copy

import pandas as pd
import pytest
import toy_source
from official_files import france_services

from siting import texts
from siting.config.fetch import Fetch
from siting.setup import made_of
from siting.sources import catalogue, facility_lists, registry
from siting.sources.layouts import Layout


@pytest.mark.parametrize("source", catalogue.names())
def test_each_entry_has_its_reader_and_contract(source):
    entry = catalogue.entries()[source]
    if "reader" in entry:
        assert callable(registry.reader(source))
    if "layouts" in entry:
        assert all(isinstance(layout, Layout) for layout in registry.contract(source))
        assert len(registry.contract(source))
    assert entry["confirmed_by"]
    assert bool(entry.get("unverified")) != ("confirmed_on" in entry)
    assert f"setup.by_hand.{entry['by_hand']}" in texts.catalogue("fr")
    assert ("dataset" in entry) == ("resource" in entry)
    assert entry.get("fallback_source", source) in catalogue.names()
    assert entry["vintage_rule"] in {"study_year", "latest", "edition"}


@pytest.fixture
def _with_a_toy(monkeypatch):
    content = copy.deepcopy(catalogue._content())
    content["sources"]["toy_libraries"] = toy_source.ENTRY
    monkeypatch.setattr(catalogue, "_content", lambda: content)


@pytest.mark.usefixtures("_with_a_toy")
def test_a_source_is_added_by_its_entry_alone(tmp_path):
    """A layer that can be fetched, a table with its origin, a list known by its header."""
    assert Fetch(department="48", tables=tmp_path, layers=("libraries",)).layers == ("libraries",)
    assert "libraries" in catalogue.place_layers()
    [source] = catalogue.resolve(catalogue.layers()["libraries"], {})
    assert source.url == "https://example.org/libraries.csv"
    path = tmp_path / "libraries.csv"
    path.write_text("LIBRARY_NO;TOWN;X;Y\n7;48095;3.5;44.5\n", encoding="utf-8")
    listed = facility_lists.read(path)
    assert listed.official
    assert listed.places["commune_code"].to_list() == ["48095"]
    assert "Toy libraries" in made_of.provenance([source], tmp_path)


def test_without_its_entry_the_toy_is_unknown(tmp_path):
    assert "libraries" not in catalogue.layers()
    with pytest.raises(ValueError, match="libraries"):
        Fetch(department="48", tables=tmp_path, layers=("libraries",))


def test_known_lists_keep_their_reader(tmp_path):
    france_services(tmp_path / "fs.csv")
    listed = facility_lists.read(tmp_path / "fs.csv")
    assert listed.official
    assert isinstance(listed.places, pd.DataFrame)
    assert len(listed) == 2
