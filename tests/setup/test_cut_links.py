"""A cut table of distances keeps every shortest time, against networkx on the whole table."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from siting.setup import cut_links
from siting.sources import facts

DATA = Path(__file__).parents[2] / "data" / "aveyron"


def graph(links):
    found = nx.Graph()
    for a, b, minutes in zip(links["from_code"], links["to_code"], links["minutes"], strict=True):
        found.add_edge(a, b, minutes=minutes)
    return found


@pytest.mark.parametrize("size", [2, 9, 60])
def test_shortest_times_stay_what_they_were(size):
    links = facts.road_distances(DATA / "road_distances.csv")
    names = sorted({*links["from_code"], *links["to_code"]})
    codes = sorted(np.random.default_rng(size).choice(names, size, replace=False))
    cut = cut_links.between(links, codes)
    assert set(cut["from_code"]) | set(cut["to_code"]) == set(codes)
    assert not cut.duplicated(["from_code", "to_code"]).any()
    whole, part = graph(links), graph(cut)
    for source in codes:
        before = nx.single_source_dijkstra_path_length(whole, source, weight="minutes")
        after = nx.single_source_dijkstra_path_length(part, source, weight="minutes")
        for target in codes:
            assert after[target] == pytest.approx(before[target], abs=1e-4)
    assert cut["main_ref"].notna().all()


def test_all_the_communes_leave_the_table_as_it_is():
    links = facts.road_distances(DATA / "road_distances.csv")
    names = {*links["from_code"], *links["to_code"]}
    assert len(cut_links.between(links, names)) == len(links)
