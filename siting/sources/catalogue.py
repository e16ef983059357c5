"""The catalogue of official sources: where each file is, whose it is and what it feeds.

`catalogue.yaml` names addresses by pattern (`{department}`, `{region}`, `{year}`…), says how each
was confirmed and when, and what replaces it where it does not answer. Any address can be replaced
by one's own.
"""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import yaml

from siting.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


Step = Literal["national", "area", "department", "around", "layer", ""]


@dataclass(frozen=True)
class CatalogueFile:
    """One file of the catalogue, its pattern filled.

    Attributes
    ----------
    vintage_rule
        `study_year`, `latest` or `edition`: what chooses the vintage.
    fallback
        A second address of the same file, for when the first does not give it; empty: none.
    alternative
        Another source that serves as well or nearly, for when neither address gives the file.
    dataset, resource
        Dataset of data.gouv.fr, and the pattern of the titles of its resources, the newest of
        which is the file; empty: `url` is the address.
    original
        Patterns of the names under which the producer gives the file.
    by_hand
        What is done on `page` where no program can download: a key of `setup.by_hand`.
    step
        When `fetch` takes it; empty: only by hand.
    layer, makes
        Its name in `fetch.layers`, and the tables of the study that are made of it.
    reader, layouts
        `module:function`, and the name of the module's layouts: the contract of its columns.
    places
        Whether it is a list of places, recognised by its header.
    confirmed_by, confirmed_on
        How the address was found to be right, and when that was looked up.
    unverified
        Whether nothing but the producer's habits speaks for the address.
    size_mb
        Rough size, for `--dry-run`; None where not known.
    """

    id: str
    title: str
    producer: str
    page: str
    url: str
    file: str
    vintage: str
    licence: str
    feeds: str
    vintage_rule: str = ""
    unverified: bool = False
    size_mb: float | None = None
    fallback: str = ""
    alternative: CatalogueFile | None = None
    dataset: str = ""
    resource: str = ""
    original: tuple[str, ...] = ()
    by_hand: str = "file"
    step: Step = ""
    layer: str = ""
    makes: tuple[str, ...] = ()
    reader: str = ""
    layouts: str = ""
    places: bool = False
    confirmed_by: str = ""
    confirmed_on: str = ""


@cache
def _content() -> dict[str, Any]:
    text = resources.files("siting.sources").joinpath("catalogue.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def names() -> list[str]:
    """Ids of the catalogue, in its order."""
    return list(entries())


def entries() -> Mapping[str, Mapping[str, Any]]:
    """Give every entry as it is written, by its id."""
    sources: dict[str, dict[str, Any]] = _content()["sources"]
    return sources


def layers() -> dict[str, tuple[str, ...]]:
    """Names that `fetch.layers` may hold, and the sources of each."""
    by_layer: dict[str, tuple[str, ...]] = {}
    for name, entry in entries().items():
        if layer := entry.get("layer"):
            by_layer[layer] = (*by_layer.get(layer, ()), name)
    return by_layer


def of_step(step: Step) -> list[str]:
    """Ids of the sources that `fetch` takes at a step."""
    return [name for name, entry in entries().items() if entry.get("step", "") == step]


def place_layers() -> list[str]:
    """Layers whose national list is kept as it is: the study cuts it when it reads it."""
    return [e["layer"] for e in entries().values() if e.get("places") and "layer" in e]


def made_of() -> dict[str, tuple[str, ...]]:
    """Tables of a study, and the sources that each is made of."""
    tables: dict[str, tuple[str, ...]] = {}
    for name, entry in entries().items():
        for table in entry.get("makes", ()):
            tables[table] = (*tables.get(table, ()), name)
    return tables


def resolve(
    ids: Sequence[str], values: Mapping[str, str], addresses: Mapping[str, str] | None = None
) -> list[CatalogueFile]:
    """Give the sources asked for, with their addresses filled.

    Parameters
    ----------
    ids
        Entries of the catalogue.
    values
        What the patterns name: `department`, `year`…
    addresses
        Addresses of one's own, by id; they are patterns too.

    Raises
    ------
    ConfigError
        An id is unknown, a pattern names a value that is not given, or the year has no edition.
    """
    addresses = addresses or {}
    for name in [*ids, *addresses]:
        if name not in entries():
            raise ConfigError("unknown_source", id=name, known=", ".join(names()))
    return [_filled(name, values, addresses.get(name)) for name in ids]


def _filled(name: str, values: Mapping[str, str], address: str | None) -> CatalogueFile:
    entry: dict[str, Any] = dict(entries()[name])
    by_year = entry.pop("editions", {})
    other = entry.pop("fallback_source", "")
    known = {**entry.pop("defaults", {}), **values}
    if address is not None:
        own = {"url": address, "unverified": False, "fallback": "", "dataset": "", "resource": ""}
        entry, other = entry | own, ""
    elif by_year:
        year = known.setdefault("year", max(by_year))
        if year not in by_year:
            raise ConfigError("no_edition", id=name, year=year, known=", ".join(by_year))
        known |= by_year[year]
    for key in ("url", "file", "vintage", "fallback"):
        entry[key] = _fill(str(entry.get(key, "")), known, name)
    for key in ("original", "makes"):
        entry[key] = tuple(entry.get(key, ()))
    alternative = _filled(other, values, None) if other else None
    return CatalogueFile(id=name, alternative=alternative, **entry)


def _fill(pattern: str, values: Mapping[str, str], name: str) -> str:
    for _, key, _, _ in string.Formatter().parse(pattern):
        if key is not None and key not in values:
            raise ConfigError("source_needs", id=name, key=key)
    return pattern.format(**values)


def extract_names(department: str, name: str) -> dict[str, str]:
    """Names that OpenStreetMap France gives a département's extract and its folder.

    Parameters
    ----------
    department
        Its code.
    name
        Its name, with accents.

    Raises
    ------
    ConfigError
        The département is unknown.
    """
    [region] = geofabrik_regions([department])
    return {
        "osm_region": region.replace("-", "_"),
        "osm_department": _plain(name),
        "region": region,
    }


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", bare)


def geofabrik_regions(departments: Sequence[str]) -> list[str]:
    """Regional extracts of Geofabrik (former regions) that hold some départements.

    Raises
    ------
    ConfigError
        A département is unknown.
    """
    by_department = {
        department: region
        for region, within in _content()["geofabrik_regions"].items()
        for department in within
    }
    unknown = [code for code in departments if code not in by_department]
    if unknown:
        raise ConfigError("unknown_department", code=unknown[0])
    return sorted({by_department[code] for code in departments})
