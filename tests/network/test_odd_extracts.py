"""Extracts drawn by hand: negative identifiers, as JOSM gives what it has not sent."""

from __future__ import annotations

import pytest
from small_roads import read, xml

from siting.errors import InputError, InputWarning

NODES = {1: (0, 0), 2: (600, 0), 3: (1000, 0), -4: (600, 500)}
STREET = {"highway": "residential"}


def test_nodes_of_negative_identifiers_are_refused_with_the_remedy(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, xml(NODES, {7: ((1, 2, 3), STREET), 8: ((2, -4), STREET)}))
    for words in ("roads.osm", "-4", "osmium renumber"):
        assert words in caught.value.text("fr")


def test_ways_of_negative_identifiers_are_read(tmp_path):
    network = read(tmp_path, xml(NODES, {-7: ((1, 2, 3), STREET)}))
    assert network.graph.n_nodes >= 2


def test_a_limit_in_another_unit_is_warned_of(tmp_path):
    signed = STREET | {"maxspeed": "14 m/s"}
    with pytest.warns(InputWarning, match="14 m/s"):
        read(tmp_path, xml(NODES, {7: ((1, 2, 3), signed)}))
