"""The first steps of a study: a configuration for a territory, and its official files fetched."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from siting import atomic_files as files
from siting.config import load
from siting.errors import ConfigError, InputError
from siting.setup import departments, download, prepare, presets, starter
from siting.sources import catalogue, cog, epci, facts, layouts, reading
from siting.territory import codes as code_changes
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import pandas as pd

    from siting.config import Study
    from siting.config.fetch import Fetch
    from siting.setup.download import Planned, Settings
    from siting.sources.catalogue import Source

COMMUNE_CODE = re.compile(r"(\d{2}|2[AB])\d{3}")
SHORT = 4  # digits of a code that lost its zero
CODE_COLUMNS = ("code", "code_insee", "insee", "insee_com", "codgeo", "com", "depcom")
"""Names, in any case, under which official files give communes."""

IN_PARTS = {
    "20": "2A, 2B",
    "6AE": "67, 68",
    "69D": "69",
    "69M": "69",
}
"""Codes met for départements that the code officiel géographique writes otherwise."""

EMBEDDED_STUDY = Path("configs/aveyron.yaml")
EDITION = date(2025, 1, 1)  # of the catalogue's own addresses
NATIONAL = ("cog_communes", "cog_movements", "populations", "epci")
LAYERS = {
    "cells": ("filosofi_200m",),
    "broadband": ("mci_best_technology", "copper_closures"),
    "everyday": ("bpe",),
    "establishments": ("sirene_stock", "sirene_positions", "sirene_units"),
    "stations": ("stations",),
    "carpool_areas": ("carpool_areas",),
    "schools": ("schools",),
    "pharmacies": ("finess",),
    "postal": ("la_poste",),
}
LISTS = ("stations", "carpool_areas", "schools", "pharmacies", "postal")
"""Layers whose national list is kept as it is: the study cuts it to its area when it reads it."""

MADE_OF = {
    "communes.csv": ("cog_communes", "populations", "epci", "boundaries"),
    "communes.geojson": ("boundaries",),
    "commune_changes.csv": ("cog_movements",),
    "candidates.csv": ("populations", "boundaries"),
    "france_services.csv": ("france_services",),
    "roads.osm.pbf": ("osm",),
    "cells.csv": ("filosofi_200m",),
    "broadband.csv": ("mci_best_technology", "copper_closures"),
    "everyday.csv": ("bpe",),
    "establishments.csv": ("sirene_stock",),
    "positions.csv": ("sirene_positions",),
    "units.csv": ("sirene_units",),
    **{f"{layer}.csv": LAYERS[layer] for layer in LISTS},
}
"""Tables of a study, and the sources that each is made of."""


@dataclass(frozen=True)
class Begun:
    """A configuration that was written, and whether its files are still to be fetched."""

    path: Path
    to_fetch: bool


@dataclass(frozen=True)
class Asked:
    """The territory that a planner names, one of four; `official`: from no embedded table."""

    department: str | None = None
    epci: str | None = None
    communes: Path | None = None
    official: bool = False
    territory: str | None = None


def begin(asked: Asked, out: Path) -> Begun:
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
    named = (asked.department, asked.epci, asked.communes, asked.territory)
    if sum(one is not None for one in named) != 1:
        raise ConfigError("init_one_territory")
    if out.exists():
        raise ConfigError("config_stands", file=out)
    study = load(EMBEDDED_STUDY)
    known = facts.communes(study.territory.communes)
    changes = facts.changes(study.territory.changes) if study.territory.changes else None
    old = code_changes.recoded(changes, frozenset(known["code"]))
    place = _place(asked, known, old, study.territory.department.code, out.stem)
    source = study.territory.communes.parent
    tables = out.parent / out.stem
    name = starter.plain_name(out.stem)
    if asked.official or not place.embedded:
        text = starter.config_text(
            name=name,
            title=place.title,
            vintage=EDITION,
            zone=place.zone,
            tables=tables,
            beside=out.parent,
            crs=place.crs,
            fetch=place.fetch,
        )
        _write(out, text)
        return Begun(out, to_fetch=True)
    if place.embedded == set(known["code"]):
        tables = source
    else:
        prepare.cut(source, place.embedded, tables)
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
    """A territory: its code and name, its title, what fetches it, its embedded communes."""

    zone: tuple[str, str]
    title: str
    fetch: str
    crs: str
    embedded: frozenset[str] = frozenset()


def _place(asked: Asked, known: pd.DataFrame, old: dict[str, str], home: str, stem: str) -> _Place:
    """What is known of a territory; `embedded` is empty where the embedded tables lack a part."""
    if asked.department is not None:
        code = asked.department.strip().upper().zfill(2)
        if code in IN_PARTS:
            raise ConfigError("department_in_parts", code=code, parts=IN_PARTS[code])
        name = departments.name(code)
        held = frozenset(known["code"]) if code == home else frozenset()
        title = t("setup.title_department", name=name)
        fetch, crs = f'department: "{code}"', starter.metric_crs(code)
        return _Place((code, name), title, fetch, crs, held)
    if asked.epci is not None:
        if re.fullmatch(r"\d{9}", asked.epci) is None:
            raise ConfigError("not_a_siren", value=asked.epci)
        rows = known[known["epci_code"] == asked.epci]
        name = rows["epci_name"].iloc[0] if len(rows) else asked.epci
        title, fetch = t("setup.title_zone", name=name), f'epci: "{asked.epci}"'
        crs = starter.metric_crs("")
        return _Place((asked.epci, name), title, fetch, crs, frozenset(rows["code"]))
    if asked.territory is not None:
        return _preset(asked.territory, known)
    assert asked.communes is not None  # noqa: S101 - one of four
    named = read_codes(asked.communes)
    fetch = "communes: [" + ", ".join(f'"{one}"' for one in named) + "]"
    held = frozenset(old.get(code, code) for code in named)
    held = held if held <= set(known["code"]) else frozenset()
    crs = starter.metric_crs(departments.of_commune(named[0]))
    return _Place((stem, stem), t("setup.title_zone", name=stem), fetch, crs, held)


def _preset(name: str, known: pd.DataFrame) -> _Place:
    """A named territory as it is today: its EPCI in the embedded table, and members beyond."""
    here = presets.preset(name, EDITION)
    inside = frozenset(known.loc[known["epci_code"].isin(here.epci), "code"])
    codes = sorted(inside | frozenset(here.beyond))
    fetch = "communes: [" + ", ".join(f'"{one}"' for one in codes) + "]"
    crs = starter.metric_crs(departments.of_commune(codes[0]))
    held = frozenset() if here.beyond else inside
    return _Place((name, here.name), t("setup.title_zone", name=here.name), fetch, crs, held)


def doubtful(name: str) -> str:
    """Members of a named territory that are a hypothesis; empty: none is."""
    here = presets.preset(name, EDITION)
    return "" if here.status == "measured" else ", ".join(here.beyond.values()) or here.name


def read_codes(path: Path) -> list[str]:
    """Commune codes of a file: a column of codes (`CODE_COLUMNS`), or one code a line.

    Raises
    ------
    InputError
        The file is missing, not text, or holds something else than codes.
    """
    text = reading.text(path)
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise InputError("empty_table", file=path)
    separator = max(layouts.SEPARATORS, key=lines[0].count)
    rows = list(csv.reader(lines, delimiter=separator))
    header = [name.strip().lower() for name in rows[0]]
    at, first = 0, 1
    named = [name for name in CODE_COLUMNS if name in header]
    if named:
        at, first, rows = header.index(named[0]), 2, rows[1:]
    found = [row[at].strip() if len(row) > at else "" for row in rows]
    # a spreadsheet takes 01004 for a number and drops its zero
    found = [code.zfill(5) if code.isdigit() and len(code) == SHORT else code for code in found]
    for number, code in enumerate(found, start=first):
        if COMMUNE_CODE.fullmatch(code) is None:
            raise InputError("not_a_commune_code", file=path, row=number, value=code)
    if not found:
        raise InputError("empty_table", file=path)
    return sorted(set(found))


def plan(study: Study, settings: Settings) -> tuple[list[Planned], bool]:
    """Say what `fetch` would bring.

    Returns
    -------
    What would be done with each source, and whether the list is whole: that of an EPCI needs its
    composition first.

    Raises
    ------
    ConfigError
        The configuration has no `fetch`, or a source is unknown.
    """
    asked = _asked(study)
    folder = asked.tables / "sources"
    first = _resolved(study, NATIONAL, {})
    here = _departments_named(asked)
    if not here:
        return download.plan(first, folder, settings), False
    return download.plan([*first, *_second(study, asked, here)], folder, settings), True


def fetch(
    study: Study,
    settings: Settings,
    say: Callable[[str], None],
    progress: Callable[[str, int, int | None], None] | None = None,
) -> prepare.Prepared:
    """Bring a study's official files, and make its tables of them.

    Raises
    ------
    ConfigError
        The configuration has no `fetch`, or a source is unknown.
    SitingError
        A download failed, or a file is not what it should be; what arrived stays.
    """
    asked = _asked(study)
    folder = asked.tables / "sources"
    vintage = study.territory.vintage
    say(t("setup.fetching"))
    got = download.fetch(_resolved(study, NATIONAL, {}), folder, settings, progress)
    listed = cog.communes(got["cog_communes"])
    codes = _codes(asked, got, listed)
    here = sorted(set(listed.loc[listed["code"].isin(codes), "department"]))
    sources = _second(study, asked, here)
    got |= _by_file(download.fetch(_distinct(sources), folder, settings, progress), sources, folder)
    say(t("setup.preparing"))
    official = prepare.Official(
        communes=got["cog_communes"],
        movements=got["cog_movements"],
        populations=got["populations"],
        epci=got["epci"],
        boundaries=tuple(folder / one.file for one in sources if one.id == "boundaries"),
        france_services=got["france_services"],
        roads=tuple(folder / one.file for one in sources if one.id == "osm"),
        grid=got.get("filosofi_200m"),
        broadband=got.get("mci_best_technology"),
        copper=got.get("copper_closures"),
        everyday=got.get("bpe"),
        establishments=got.get("sirene_stock"),
        positions=got.get("sirene_positions"),
        units=got.get("sirene_units"),
        lists={name: got[LAYERS[name][0]] for name in LISTS if name in asked.layers},
    )
    tables = asked.tables
    place = study.territory
    made = prepare.build(official, vintage, codes, tables, buffer_km=place.buffer_km, crs=place.crs)
    every = [*_resolved(study, NATIONAL, {}), *sources]
    with files.replacing(tables / "provenance.yaml") as part:
        part.write_text(_provenance(every, tables), encoding="utf-8", newline="\n")
    return made


def _asked(study: Study) -> Fetch:
    if study.fetch is None:
        raise ConfigError("nothing_to_fetch", file=study.base)
    return study.fetch


def _resolved(study: Study, ids: Collection[str], values: dict[str, str]) -> list[Source]:
    year = {"year": str(study.territory.vintage.year)}
    return catalogue.resolve(list(ids), {**year, **values}, study.sources)


def _second(study: Study, asked: Fetch, here: list[str]) -> list[Source]:
    """Sources that depend on the départements of the territory, and the layers."""
    found = _resolved(study, ["france_services"], {})
    for department in here:
        found += _resolved(study, ["boundaries"], {"department": department})
    for region in catalogue.geofabrik_regions(departments.with_neighbours(here)):
        found += _resolved(study, ["osm"], {"region": region})
    for layer in asked.layers:
        found += _resolved(study, LAYERS[layer], {})
    return found


def _departments_named(asked: Fetch) -> list[str]:
    """Départements that the configuration names; none where only an EPCI is named."""
    if asked.department is not None:
        return [asked.department]
    return sorted({departments.of_commune(code) for code in asked.communes})


def _codes(asked: Fetch, got: dict[str, Path], listed: pd.DataFrame) -> frozenset[str]:
    """Communes of the territory, at the date of the COG."""
    if asked.department is not None:
        return prepare.department_codes(listed, asked.department)
    known = frozenset(listed["code"])
    named: Collection[str] = asked.communes
    if asked.epci is not None:
        named = prepare.epci_codes(epci.read(got["epci"]), asked.epci)
    movements = cog.movements(got["cog_movements"])
    events = movements[(movements["type_before"] == "COM") & (movements["type_after"] == "COM")]
    changes = events.rename(columns={"before": "old_code", "after": "new_code"})
    now = code_changes.recoded(changes, known)
    chosen = frozenset(now.get(code, code) for code in named)
    strange = sorted(chosen - known)
    if strange:
        raise InputError(
            "communes_missing",
            file=got["cog_communes"],
            count=len(strange),
            codes=", ".join(strange[:5]),
        )
    return chosen


def _distinct(sources: list[Source]) -> list[Source]:
    return list({one.file: one for one in sources}.values())


def _by_file(fetched: dict[str, Path], sources: list[Source], folder: Path) -> dict[str, Path]:
    """Path of each source by its id; the last of several files of one id."""
    return {**fetched, **{one.id: folder / one.file for one in sources}}


def _provenance(sources: list[Source], tables: Path) -> str:
    """What each table is made of, as `provenance` reads it."""
    by_id: dict[str, list[Source]] = {}
    for one in sources:
        by_id.setdefault(one.id, []).append(one)
    content = {}
    for name, ids in MADE_OF.items():
        held = [one for key in ids for one in by_id.get(key, [])]
        if not held or not (tables / name).exists():
            continue
        first = list(dict.fromkeys(one.title for one in held))
        producers = list(dict.fromkeys(one.producer for one in held))
        content[name] = {
            "title": " ; ".join(first),
            "producer": " ; ".join(producers),
            "vintage": " ; ".join(dict.fromkeys(one.vintage for one in held)),
            "licence": " ; ".join(dict.fromkeys(one.licence for one in held)),
            "status": "derived" if name == "candidates.csv" else "real",
            "attribution": {
                "fr": f"{' ; '.join(producers)} : {' ; '.join(first)}",
                "en": f"{'; '.join(producers)}: {'; '.join(first)}",
            },
        }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with files.replacing(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
