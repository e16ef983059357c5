"""The second step of a study: its official files fetched, and its tables made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting import atomic_files as files
from siting.errors import ConfigError, InputError
from siting.setup import departments, download, made_of, prepare
from siting.sources import catalogue, cog, epci
from siting.territory import codes as code_changes
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    import pandas as pd

    from siting.config import Study
    from siting.config.fetch import Fetch
    from siting.setup.download import Planned, Settings
    from siting.sources.catalogue import Source

ROADS = ("osm", "osm_region")


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
    wanted = _wanted(study)
    folder = wanted.tables / "sources"
    first = _resolved(study, catalogue.of_step("national"), {})
    here = _departments_named(wanted)
    if not here:
        return download.plan(first, folder, settings), False
    return download.plan([*first, *_second(study, wanted, here, settings)], folder, settings), True


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
    wanted = _wanted(study)
    folder = wanted.tables / "sources"
    vintage = study.territory.vintage
    if settings.mirror is not None and (named := _departments_named(wanted)):
        first = _resolved(study, catalogue.of_step("national"), {})
        known = [*first, *_second(study, wanted, named, settings)]
        download.require_mirrored(known, folder, settings)
    say(t("setup.fetching"))
    got = download.fetch(
        _resolved(study, catalogue.of_step("national"), {}), folder, settings, progress
    )
    listed = cog.communes(got["cog_communes"])
    codes = _codes(wanted, got, listed)
    here = sorted(set(listed.loc[listed["code"].isin(codes), "department"]))
    sources = _second(study, wanted, here, settings)
    got |= _by_file(download.fetch(_distinct(sources), folder, settings, progress), sources, folder)
    say(t("setup.preparing"))
    official = prepare.Official(
        communes=got["cog_communes"],
        movements=got["cog_movements"],
        populations=got["populations"],
        epci=got["epci"],
        boundaries=tuple(folder / one.file for one in sources if one.id == "boundaries"),
        france_services=got["france_services"],
        roads=tuple(folder / one.file for one in sources if one.id in ROADS),
        grid=got.get("filosofi_200m"),
        broadband=got.get("mci_best_technology"),
        copper=got.get("copper_closures"),
        everyday=got.get("bpe"),
        establishments=got.get("sirene_stock"),
        positions=got.get("sirene_positions"),
        units=got.get("sirene_units"),
        lists={
            name: got[catalogue.layers()[name][0]]
            for name in catalogue.place_layers()
            if name in wanted.layers
        },
    )
    tables = wanted.tables
    place = study.territory
    made = prepare.build(official, vintage, codes, tables, buffer_km=place.buffer_km, crs=place.crs)
    every = [*_resolved(study, catalogue.of_step("national"), {}), *sources]
    with files.replacing(tables / "provenance.yaml") as part:
        part.write_text(made_of.provenance(every, tables), encoding="utf-8", newline="\n")
    return made


def _wanted(study: Study) -> Fetch:
    if study.fetch is None:
        raise ConfigError("nothing_to_fetch", file=study.base)
    return study.fetch


def _resolved(study: Study, ids: Collection[str], values: dict[str, str]) -> list[Source]:
    year = {"year": str(study.territory.vintage.year)}
    return catalogue.resolve(list(ids), {**year, **values}, study.sources)


def _second(study: Study, wanted: Fetch, here: list[str], settings: Settings) -> list[Source]:
    """Sources that depend on the départements of the territory, and the layers."""
    sources = _resolved(study, catalogue.of_step("area"), {})
    for department in here:
        sources += _resolved(study, catalogue.of_step("department"), {"department": department})
    for department in departments.with_neighbours(here):
        sources.append(_extract(study, department, wanted.tables / "sources", settings))
    for layer in wanted.layers:
        sources += _resolved(study, catalogue.layers()[layer], {})
    return list(dict.fromkeys(sources))


def _extract(study: Study, department: str, folder: Path, settings: Settings) -> Source:
    """Give a département's extract; its region's overseas, and where that alone is at hand."""
    values = catalogue.extract_names(department, departments.name(department))
    own, region = _resolved(study, ROADS, values)
    places = [place for place in (folder, settings.mirror) if place is not None]

    def at_hand(source: Source) -> bool:
        return any(download.dropped(source, place) is not None for place in places)

    overseas = department in departments.OVERSEAS
    return region if overseas or (at_hand(region) and not at_hand(own)) else own


def _departments_named(wanted: Fetch) -> list[str]:
    """Départements that the configuration names; none where only an EPCI is named."""
    if wanted.department is not None:
        return [wanted.department]
    return sorted({departments.of_commune(code) for code in wanted.communes})


def _codes(wanted: Fetch, got: dict[str, Path], listed: pd.DataFrame) -> frozenset[str]:
    """Communes of the territory, at the date of the COG."""
    if wanted.department is not None:
        return prepare.department_codes(listed, wanted.department)
    known = frozenset(listed["code"])
    named: Collection[str] = wanted.communes
    if wanted.epci is not None:
        named = prepare.epci_codes(epci.read(got["epci"]), wanted.epci)
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
