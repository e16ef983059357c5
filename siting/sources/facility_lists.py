"""Lists of places that give a service: siting's own table, or any official list, by its header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from siting.errors import InputError
from siting.sources import facts, layouts, registry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from siting.sources.registry import PlaceList


MOST_NAMED = 30  # kinds that a message names


@dataclass(frozen=True)
class Listed:
    """Places of a list.

    Attributes
    ----------
    places
        `id,name,lon,lat,kind,commune_code` and more; positions of an official list may be NaN.
    official
        Whether the list is a producer's: such a list covers more than the area.
    kinds
        `column,value,count,kept`: every value of `kind` (and of `nature`, where the list has it)
        that the file holds, and whether its places are kept.
    """

    places: pd.DataFrame
    official: bool
    kinds: pd.DataFrame

    def __len__(self) -> int:
        """Give the number of places."""
        return len(self.places)


def read(
    path: Path,
    own: Callable[[Path], pd.DataFrame] = facts.facilities,
    kinds: Sequence[str] = (),
) -> Listed:
    """Read a list of places.

    Parameters
    ----------
    own
        Reader of siting's own table, where the header is of no known list.
    kinds
        Kinds of places to keep, as the file writes them in its column of kinds or of natures (case
        does not count); none: those of the list's module (`USUAL`).

    Raises
    ------
    InputError
        See the reader of the list's layout, or that of siting's own table where none is known; a
        kind that the file does not hold; or no place is left.
    """
    known = _official(path)
    every = own(path) if known is None else known.reader(path)
    columns = [name for name in ("kind", "nature") if name in every.columns]
    values = {name: every[name].astype(str).str.strip().str.casefold() for name in columns}
    _require_held(path, kinds, every, columns)
    chosen = {kind.strip().casefold() for kind in kinds or (known.usual if known else ())}
    kept = pd.Series(not chosen, every.index)
    for column in columns:
        kept |= values[column].isin(chosen)
    if len(every) and not kept.any():
        raise InputError("empty_table", file=path)
    counted = [
        every.assign(kept=kept).groupby(name)["kept"].agg(["size", "sum"]).reset_index()
        for name in columns
    ]
    table = pd.concat(
        [
            pd.DataFrame(
                {
                    "column": column,
                    "value": part[column].astype(str),
                    "count": part["size"],
                    "kept": part["sum"],
                }
            )
            for column, part in zip(columns, counted, strict=True)
        ]
        or [pd.DataFrame(columns=["column", "value", "count", "kept"])],
        ignore_index=True,
    )
    return Listed(every[kept].reset_index(drop=True), known is not None, table)


def _official(path: Path) -> PlaceList | None:
    """Which producer's list a file is; None for none."""
    known = registry.place_lists()
    for listed in known:
        if listed.recognised is not None and listed.recognised(path):
            return listed
    header = layouts.header(path, [layout for listed in known for layout in listed.layouts])
    return next((listed for listed in known if layouts.fits(header, listed.layouts)), None)


def _require_held(
    path: Path, kinds: Sequence[str], every: pd.DataFrame, columns: Sequence[str]
) -> None:
    """Refuse a kind that no row bears, naming those that there are."""
    values = [value for name in columns for value in every[name].astype(str).value_counts().index]
    plain = {value.strip().casefold() for value in values}
    for kind in kinds:
        if kind.strip().casefold() not in plain:
            shown = ", ".join([value for value in values if value][:MOST_NAMED])
            raise InputError("unknown_kind_of_place", file=path, kind=kind, known=shown)


def stations(path: Path) -> Listed:
    """Read a list of stations: siting's own table, or SNCF's."""
    return read(path, facts.stations)
