"""What a measure of a study is: its settings, what it needs, its tables, and what it tells.

A measure is a module of `siting.measures.kinds`; `siting.measures.registry` lists them. The
configuration, `siting check`, `siting run` and the report walk that list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from siting.contracts import Column, Table, code
from siting.errors import ConfigError
from siting.measures import pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from siting.measures.pairs import Pairs
    from siting.network.routing import Attachment
    from siting.times.matrix import Router

    Tables = dict[str, pd.DataFrame]

USUAL = 90.0
"""Minutes beyond which a facility plays no part in a measure, unless its question goes farther."""


def at_least(minutes: float) -> float:
    """A horizon: the usual one, or farther where the question goes farther."""
    return max(USUAL, minutes)


@dataclass(frozen=True)
class Known:
    """What a study has read, before any route is searched.

    Attributes
    ----------
    thresholds
        Minutes, increasing.
    communes, zones
        `code,name,population,epci_code,chef_lieu_lon,chef_lieu_lat`; `zone_kind,zone_code,
        zone_name,commune_code`.
    facilities
        Of each service, by its id in the study's order: `id,name,lon,lat,kind,commune_code`.
    layers
        Other tables by their key; None where the study has none.
    """

    thresholds: Sequence[float]
    communes: pd.DataFrame
    zones: pd.DataFrame
    facilities: Mapping[str, pd.DataFrame]
    layers: Mapping[str, pd.DataFrame | None]

    def layer(self, name: str) -> pd.DataFrame:
        """A layer that a measure needs.

        Raises
        ------
        KeyError
            There is none; `require` has refused such a study.
        """
        table = self.layers[name]
        if table is None:
            raise KeyError(name)
        return table


@dataclass(frozen=True)
class Ready:
    """What measures are computed from.

    Attributes
    ----------
    known
        What was read.
    cells
        `cell_id,commune_code,population,lon,lat`.
    router, demand
        Roads, and the cells attached to them.
    access
        Table `access.csv`.
    people
        People of each cell, by its id.
    services
        Pairs of cells and facilities of each service, cut at the longest horizon of all measures.
    """

    known: Known
    cells: pd.DataFrame
    router: Router
    demand: Attachment
    access: pd.DataFrame
    people: pd.Series
    services: Mapping[str, Pairs]

    def each(self, horizon: float, measure: Callable[[str, Pairs], pd.DataFrame]) -> pd.DataFrame:
        """Compute a measure of each service on its pairs up to a horizon, one table for all."""
        parts = {
            name: measure(name, pairs.within(whole, horizon))
            for name, whole in self.services.items()
        }
        return stacked(parts, "service")

    def by_zone(self, values: pd.DataFrame) -> pd.DataFrame:
        """People-weighted means of the cells' values by zone; unknown values are left out."""
        names = list(values.columns)
        table = values.reindex(self.people.index).reset_index(drop=True)
        table.insert(0, "commune_code", self.cells["commune_code"].to_numpy())
        table.insert(1, "population", self.people.to_numpy())
        for name in names:
            table[f"{name}_people"] = table["population"].where(table[name].notna(), 0.0)
            table[name] = table[name].fillna(0.0) * table["population"]
        joined = self.known.zones.merge(table, on="commune_code").drop(columns="commune_code")
        total = joined.groupby(["zone_kind", "zone_code", "zone_name"], sort=False).sum()
        for name in names:
            reached = total.pop(f"{name}_people")
            total[name] = total[name] / reached.where(reached > 0)
        return total.reset_index()


# ---- what a measure tells: the report writes it in its language ----


@dataclass(frozen=True)
class Amount:
    """A figure of a sentence and how it is written: `whole`, `one`, `two`, `three` or `share`."""

    value: Any
    kind: str = "whole"


@dataclass(frozen=True)
class Title:
    """A heading, by the key of its text."""

    key: str


@dataclass(frozen=True)
class Sentence:
    """A paragraph, by the key of its text and what fills it."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawing:
    """A chart or a map of the report, by its name; nothing where the study could not feed it."""

    name: str


@dataclass(frozen=True)
class Extract:
    """Rows of a table that are shown: caption `stages.tables.<key>`, headings `stages.heads.…`.

    Attributes
    ----------
    frame
        The rows, in order.
    columns
        Name, how it is written (`publish.report.shown.KINDS`) and width of each that is there.
    file
        Published table that holds the rest.
    values
        What fills caption and headings.
    """

    key: str
    frame: pd.DataFrame
    columns: tuple[tuple[str, str, float], ...]
    file: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Names:
    """Words for what the tables hold codes of.

    Attributes
    ----------
    communes, facilities
        Names by code, by id.
    service
        Name of the service that is told of, of a measure that is told by service.
    modelled
        Whether the services of everyday life are modelled: no commune is ranked by them.
    """

    communes: pd.Series
    facilities: pd.Series
    service: str = ""
    modelled: bool = False


@dataclass(frozen=True)
class Measure:
    """One measure.

    Attributes
    ----------
    key
        Key under `measures:` that asks for it.
    rank
        Its place in the list.
    settings
        Type of the key's value, for pydantic.
    default
        Value that asks for nothing.
    description
        Of the key; empty where the settings' own fields have theirs.
    tables
        Contracts of its tables, named as in `measure_<name>.csv`.
    compute
        From its settings and what is ready to its tables by name.
    horizon
        From its settings to the minutes that its pairs must reach; None where it looks at none.
    needs
        Layers without which it cannot be computed, as fields of `layers:`.
    check
        Refuses what it cannot be computed from, beside an absent layer; None where nothing.
    tell
        What the report says, from its settings, its tables (`by_service`: the rows of one service)
        and names; None where another chapter tells it.
    by_service
        Whether it is told of each service, or of all everyday services.
    technical
        Whether an annex tells it: what only a specialist reads.
    """

    key: str
    rank: int
    settings: Any
    tables: tuple[Table, ...]
    compute: Callable[[Any, Ready], Tables]
    default: Any = None
    description: str = ""
    horizon: Callable[[Any, Known], float] | None = None
    needs: tuple[str, ...] = ()
    check: Callable[[Any, Known], None] | None = None
    tell: Callable[[Any, Tables, Names], list[Told]] | None = None
    by_service: bool = True
    technical: bool = False

    def require(self, settings: Any, known: Known) -> None:
        """Refuse what it cannot be computed from; no route is searched.

        Raises
        ------
        SitingError
            A layer is absent, or a setting does not fit the tables.
        """
        for layer in self.needs:
            if known.layers[layer] is None:
                raise ConfigError("measure_needs_layer", key=self.key, layer=layer)
        if self.horizon is not None:
            pairs.checked_thresholds([self.horizon(settings, known)])
        if self.check is not None:
            self.check(settings, known)


Told = Title | Sentence | Drawing | Extract


# ---- what several measures share ----


def stacked(parts: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """Tables one under the other, with a first column that tells them apart."""
    frames = []
    for key, part in parts.items():
        plain = part.reset_index() if part.index.name or part.index.nlevels > 1 else part
        plain.insert(0, name, key)
        frames.append(plain)
    return pd.concat(frames, ignore_index=True)


def zones(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of the department and of the EPCI, the department first."""
    kept = frame[frame["zone_kind"].isin(("department", "epci"))]
    return kept.sort_values("zone_kind", key=lambda kind: kind != "department", kind="stable")


def whole(frame: pd.DataFrame) -> dict[str, Any]:
    """The row of the department."""
    rows = frame[frame["zone_kind"] == "department"].to_dict("records")
    return {str(key): value for key, value in rows[0].items()} if rows else {}


SERVICE = code("service", "service of the study")
ZONE = (
    Column("zone_kind", "text", "department, epci, commune, or the study's own"),
    code("zone_code", "zone"),
    Column("zone_name", "text", "name of the zone", required=False),
)
BY_ZONE = ("service", "zone_kind", "zone_code")
PEOPLE = Column("population", "float", "people of the zone", "inhabitants", minimum=0)


def minutes_column(name: str, meaning: str) -> Column:
    """A column of minutes that may be unknown."""
    return Column(name, "float", meaning, "min", required=False, minimum=0)


def share_column(name: str, meaning: str) -> Column:
    """A column of shares, 0 to 1, that may be unknown."""
    return Column(name, "float", meaning, "share", required=False, minimum=0, maximum=1 + 1e-9)
