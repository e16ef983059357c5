"""The first step of a study: a configuration for the territory that a planner names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from siting import atomic_files
from siting.config import load, schema
from siting.errors import ConfigError
from siting.setup import code_lists, cut_tables, departments, presets, starter
from siting.sources import facts
from siting.territory import codes as code_changes
from siting.texts import text as t

if TYPE_CHECKING:
    import pandas as pd

IN_PARTS = {
    "20": "2A, 2B",
    "6AE": "67, 68",
    "69D": "69",
    "69M": "69",
}
"""Codes met for départements that the code officiel géographique writes otherwise."""

EMBEDDED_STUDY = Path("configs/aveyron.yaml")
EDITION = date(2026, 1, 1)  # of the catalogue's own addresses


@dataclass(frozen=True)
class Begun:
    """A configuration that was written, and whether its files are still to be fetched."""

    path: Path
    to_fetch: bool


@dataclass(frozen=True)
class NamedTerritory:
    """The territory that a planner names, one of four; `official`: from no embedded table."""

    department: str | None = None
    epci: str | None = None
    communes: Path | None = None
    official: bool = False
    territory: str | None = None


def begin(wanted: NamedTerritory, out: Path) -> Begun:
    """Write a first configuration.

    The embedded tables serve a territory that lies in them whole: as they are for their
    département, cut (to the folder named as the configuration) for a part of it. For any other
    territory the configuration says what `fetch` brings.

    Raises
    ------
    ConfigError
        Not exactly one territory is named, or the département is unknown.
    InputError
        The list of communes is wrong.
    OutputError
        The file stands already, or cannot be written.
    """
    named = (wanted.department, wanted.epci, wanted.communes, wanted.territory)
    if sum(value is not None for value in named) != 1:
        raise ConfigError("init_one_territory")
    if out.exists():
        raise ConfigError("config_stands", file=out)
    study = load(EMBEDDED_STUDY)
    known = facts.communes(study.territory.communes)
    changes = facts.changes(study.territory.changes) if study.territory.changes else None
    old = code_changes.recoded(changes, frozenset(known["code"]))
    place = _place(wanted, known, old, study.territory.department.code, out.stem)
    source = study.territory.communes.parent
    tables = out.parent / out.stem
    name = starter.plain_name(out.stem)
    if wanted.official or not place.embedded:
        text = starter.config_text(
            name=name,
            title=place.title,
            vintage=EDITION,
            zone=place.zone,
            tables=tables,
            beside=out.parent,
            crs=place.crs,
            fetch=place.fetch,
            grid=place.department not in starter.WITHOUT_GRID,
        )
        _write(out, text)
        return Begun(out, to_fetch=True)
    if place.embedded == set(known["code"]):
        tables = source
    else:
        cut_tables.cut(source, place.embedded, tables)
    text = starter.config_text(
        name=name,
        title=place.title,
        vintage=study.territory.vintage,
        zone=place.zone,
        tables=tables,
        beside=out.parent,
        crs=study.territory.crs,
        roads="distances",
        embedded=source,
    )
    _write(out, text)
    return Begun(out, to_fetch=False)


@dataclass(frozen=True)
class _Place:
    """A territory: its code and name, its title, what fetches it, its embedded communes.

    `department` is empty where it is not known beforehand (an EPCI).
    """

    zone: tuple[str, str]
    title: str
    fetch: str
    crs: str
    embedded: frozenset[str] = frozenset()
    department: str = ""


def _place(
    wanted: NamedTerritory, known: pd.DataFrame, old: dict[str, str], home: str, stem: str
) -> _Place:
    """What is known of a territory; `embedded` is empty where the embedded tables lack a part."""
    if wanted.department is not None:
        code = wanted.department.strip().upper().zfill(2)
        if code in IN_PARTS:
            raise ConfigError("department_in_parts", code=code, parts=IN_PARTS[code])
        name = departments.name(code)
        embedded = frozenset(known["code"]) if code == home else frozenset()
        title = t("setup.title_department", name=name)
        fetch, crs = f'department: "{code}"', starter.metric_crs(code)
        return _Place((code, name), title, fetch, crs, embedded, code)
    if wanted.epci is not None:
        if re.fullmatch(r"\d{9}", wanted.epci) is None:
            raise ConfigError("not_a_siren", value=wanted.epci)
        rows = known[known["epci_code"] == wanted.epci]
        name = rows["epci_name"].iloc[0] if len(rows) else wanted.epci
        title, fetch = t("setup.title_zone", name=name), f'epci: "{wanted.epci}"'
        crs = starter.metric_crs("")
        return _Place((wanted.epci, name), title, fetch, crs, frozenset(rows["code"]))
    if wanted.territory is not None:
        return _preset(wanted.territory, known)
    assert wanted.communes is not None  # noqa: S101 - one of four
    named = code_lists.read(wanted.communes)
    fetch = "communes: [" + ", ".join(f'"{code}"' for code in named) + "]"
    embedded = frozenset(old.get(code, code) for code in named)
    embedded = embedded if embedded <= set(known["code"]) else frozenset()
    department = departments.of_commune(named[0])
    crs, title = starter.metric_crs(department), t("setup.title_zone", name=stem)
    return _Place((stem, stem), title, fetch, crs, embedded, department)


def _preset(name: str, known: pd.DataFrame) -> _Place:
    """A named territory as it is today: its EPCI in the embedded table, and members beyond."""
    here = presets.preset(name, EDITION)
    inside = frozenset(known.loc[known["epci_code"].isin(here.epci), "code"])
    codes = sorted(inside | frozenset(here.beyond))
    fetch = "communes: [" + ", ".join(f'"{code}"' for code in codes) + "]"
    department = departments.of_commune(codes[0])
    crs, title = starter.metric_crs(department), t("setup.title_zone", name=here.name)
    embedded = frozenset() if here.beyond else inside
    return _Place((name, here.name), title, fetch, crs, embedded, department)


def doubtful(name: str) -> str:
    """Members of a named territory that are a hypothesis; empty: none is."""
    here = presets.preset(name, EDITION)
    return "" if here.status == "measured" else ", ".join(here.beyond.values()) or here.name


def _write(path: Path, text: str) -> None:
    """Write a configuration, and beside it the schema by which an editor completes its keys."""
    schema.write(path.parent)
    with atomic_files.replacing(path) as part:
        part.write_text(schema.naming_line() + text, encoding="utf-8", newline="\n")
