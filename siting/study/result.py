"""What a run of a study gives; it knows no file and no writer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from siting.network.roads import RoadNetwork

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from siting.config import Study
    from siting.provenance import Input
    from siting.ranking.scores import Scores
    from siting.study.prepared import PreparedStudy


@dataclass(frozen=True)
class Result:
    """What a run found.

    Attributes
    ----------
    study, inputs
        The configuration and the files read.
    communes
        Communes with geometry, `minutes` (people-weighted mean to the first service's nearest
        facility) and `unreached` people.
    cells
        Demand cells with geometry where there is one.
    facilities, candidates
        Points, with `service` for facilities.
    access, coverage
        The tables of `access.csv` and `coverage.csv`.
    scores
        Scores of the candidates.
    measures
        Tables of the other measures that the configuration asks for, by name.
    ground
        Files, cells and roads that all of it was computed from.
    extras
        Tables of viability, effects and calendar that the configuration asks for, by name.
    epci
        Code of the EPCI that it was cut to; None: the whole study.
    """

    study: Study
    inputs: list[Input]
    communes: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    access: pd.DataFrame
    coverage: pd.DataFrame
    scores: Scores
    measures: dict[str, pd.DataFrame]
    ground: PreparedStudy
    extras: dict[str, pd.DataFrame]
    epci: str | None = None

    @property
    def roads(self) -> dict[str, Any]:
        """What became of the OSM extract that was read; empty on a table of distances."""
        network = self.ground.router.network
        return asdict(network.report) if isinstance(network, RoadNetwork) else {}

    @property
    def further_tables(self) -> dict[str, pd.DataFrame]:
        """Every table that the configuration asks for beside the usual three, by name of file."""
        measures = {f"measure_{name}": table for name, table in self.measures.items()}
        return {**measures, **self.extras}

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table of the run, by name of file."""
        usual = {"access": self.access, "coverage": self.coverage, "scores": self.scores.table()}
        return {**usual, **self.further_tables}

    @property
    def cells_modelled(self) -> bool:
        """Whether the people within communes are spread by a model."""
        return self.study.cells.file is None
