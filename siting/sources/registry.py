"""The one registry of published sources: of each entry of the catalogue, its reader and contract.

An entry of `catalogue.yaml` names its reader (`module:function`) and the module's layouts. What is
derived here (the lists of places known by their header, the contract of a file) is written nowhere
else: a new source is its entry, its reader and the names of its role in the texts.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from siting.sources import catalogue, layouts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from siting.sources.layouts import Layout


class PlaceList(NamedTuple):
    """A published list of places: its reader, its layouts, and what knows it without a header.

    `usual` are the kinds kept where a study names none (the module's `USUAL`); empty: all.
    """

    reader: Callable[[Path], Any]
    layouts: Sequence[Layout]
    recognised: Callable[[Path], bool] | None
    usual: Sequence[str] = ()


def reader(source: str) -> Callable[..., Any] | None:
    """Give the function that reads a source; None where another program does (`bdtopo`, `osm`)."""
    where = catalogue.entries()[source].get("reader")
    if where is None:
        return None
    module, function = where.split(":")
    read: Callable[..., Any] = getattr(import_module(module), function)
    return read


def contract(source: str) -> Sequence[Layout]:
    """Layouts that the reader of a source knows; none where it is not a table."""
    entry = catalogue.entries()[source]
    if "layouts" not in entry:
        return ()
    known: Sequence[Layout] = getattr(
        import_module(entry["reader"].split(":")[0]), entry["layouts"]
    )
    return known


def recognises(source: str, path: Path) -> bool:
    """Whether a file is one of a source, by its content: its header, or what its module knows.

    Raises
    ------
    InputError
        The file is damaged.
    """
    where = catalogue.entries()[source].get("reader", "")
    recognised = getattr(import_module(where.split(":")[0]), "recognised", None) if where else None
    if recognised is not None and recognised(path):
        return True
    known = contract(source)
    return bool(known) and layouts.fits(layouts.header(path, known), known)


def place_lists() -> list[PlaceList]:
    """Every published list of places, in the catalogue's order: the first that fits is taken."""
    known = []
    for source, entry in catalogue.entries().items():
        if entry.get("places"):
            module = import_module(entry["reader"].split(":")[0])
            read = getattr(module, entry["reader"].split(":")[1])
            recognised = getattr(module, "recognised", None)
            usual = getattr(module, "USUAL", ())
            known.append(PlaceList(read, contract(source), recognised, usual))
    return known
