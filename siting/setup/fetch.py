"""The second step of a study: its official files fetched, and its tables made of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from siting import atomic_files
from siting.errors import ConfigError, InputError, ProblemsError
from siting.setup import departments, download, made_of, prepare
from siting.setup import verify as verifying
from siting.sources import catalogue, cog, epci, sound_rows
from siting.territory import codes as code_changes
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    import pandas as pd

    from siting.config import Study
    from siting.config.fetch import Fetch
    from siting.setup.asking import Settings
    from siting.setup.download import Arrival, Planned
    from siting.setup.verify import Address
    from siting.sources.catalogue import CatalogueFile

ROADS = ("osm", "osm_region")


def plan(study: Study, settings: Settings) -> tuple[list[Planned], bool]:
    """Say what `fetch` would bring.

    Returns
    -------
    What would be done with each source, and whether the list is whole: that of an EPCI needs its
    composition, where it is not at hand.

    Raises
    ------
    ConfigError
        The configuration has no `fetch`, or a source is unknown.
    """
    wanted, here, sources = _known_sources(study, settings)
    return download.plan(sources, wanted.tables / "sources", settings), bool(here)


def fetch(
    study: Study,
    settings: Settings,
    say: Callable[[str], None],
    progress: Callable[[str, int, int | None], None] | None = None,
) -> prepare.Prepared:
    """Bring a study's official files, and make its tables of them.

    Returns
    -------
    The tables made, and what was done about defects of the files (`warned`).

    Raises
    ------
    ConfigError
        The configuration has no `fetch`, or a source is unknown.
    SitingError
        A download failed, or a file is not what it should be; what arrived stays.
    """
    with sound_rows.watched() as warned:
        made = _fetched(study, settings, say, progress)
    return replace(made, warned=tuple(warned))


def verify(study: Study, settings: Settings) -> list[Address]:
    """Ask every address of the catalogue as it stands for a study, without fetching any file.

    Raises
    ------
    ConfigError
        The configuration has no `fetch`, or a source is unknown.
    """
    _, _, sources = _known_sources(study, settings)
    met = {source.id for source in sources}
    met |= {source.alternative.id for source in sources if source.alternative is not None}
    local = (*catalogue.of_step("department"), *catalogue.of_step("around"), *ROADS)
    rest = [name for name in catalogue.names() if name not in {*met, *local}]
    return verifying.addresses([*sources, *_resolved(study, rest, {})], settings)


def _fetched(
    study: Study,
    settings: Settings,
    say: Callable[[str], None],
    progress: Callable[[str, int, int | None], None] | None,
) -> prepare.Prepared:
    wanted, known, first = _known_sources(study, settings)
    place, folder = study.territory, wanted.tables / "sources"
    if settings.mirror is not None:
        _require_mirrored(first, folder, settings, whole=bool(known))
    say(t("setup.fetching"))
    arrivals = download.fetch(first, folder, settings, progress)
    listed = cog.communes(_path(arrivals, "cog_communes"))
    codes = _codes(wanted, arrivals, listed)
    here = sorted(set(listed.loc[listed["code"].isin(codes), "department"]))
    rest = [source for source in _sources(study, wanted, here) if source not in first]
    arrivals += download.fetch(rest, folder, settings, progress)
    say(t("setup.preparing"))
    made = prepare.build(
        _official(arrivals),
        place.vintage,
        codes,
        wanted.tables,
        buffer_km=place.buffer_km,
        crs=place.crs,
    )
    taken = [arrival.taken for arrival in arrivals]
    with atomic_files.replacing(wanted.tables / "provenance.yaml") as part:
        text = made_of.provenance(taken, wanted.tables)
        part.write_text(text, encoding="utf-8", newline="\n")
    return made


def _official(arrivals: Sequence[Arrival]) -> prepare.Official:
    """Files that arrived, by what the preparation makes of them."""
    by_id = {arrival.wanted.id: arrival.path for arrival in arrivals}
    roads = [arrival.path for arrival in arrivals if arrival.wanted.id in ROADS]
    lists = {
        arrival.wanted.layer: arrival.path
        for arrival in arrivals
        if arrival.wanted.places and arrival.wanted.layer
    }
    return prepare.Official(
        communes=by_id["cog_communes"],
        movements=by_id["cog_movements"],
        populations=by_id["populations"],
        epci=by_id["epci"],
        boundaries=tuple(a.path for a in arrivals if a.wanted.id == "boundaries"),
        france_services=by_id["france_services"],
        roads=tuple(dict.fromkeys(roads)),
        grid=by_id.get("filosofi_200m"),
        broadband=by_id.get("mci_best_technology"),
        copper=by_id.get("copper_closures"),
        fibre=by_id.get("cartefibre"),
        everyday=by_id.get("bpe"),
        establishments=by_id.get("sirene_stock"),
        positions=by_id.get("sirene_positions"),
        units=by_id.get("sirene_units"),
        lists=lists,
    )


def _path(arrivals: Sequence[Arrival], source: str) -> Path:
    return next(arrival.path for arrival in arrivals if arrival.wanted.id == source)


def _require_mirrored(
    sources: Sequence[CatalogueFile], folder: Path, settings: Settings, *, whole: bool
) -> None:
    """Refuse a mirror that lacks files; say so where the list goes on once an EPCI is known."""
    try:
        download.require_mirrored(sources, folder, settings)
    except (InputError, ProblemsError) as error:
        if whole:
            raise
        problems = error.problems if isinstance(error, ProblemsError) else [error]
        raise ProblemsError([*problems, InputError("more_after_epci")], every=True) from error


def _wanted(study: Study) -> Fetch:
    if study.fetch is None:
        raise ConfigError("nothing_to_fetch", file=study.base)
    return study.fetch


def _resolved(study: Study, ids: Collection[str], values: dict[str, str]) -> list[CatalogueFile]:
    year = {"year": str(study.territory.vintage.year)}
    return catalogue.resolve(list(ids), {**year, **values}, study.sources)


def _known_sources(
    study: Study, settings: Settings
) -> tuple[Fetch, list[str], list[CatalogueFile]]:
    """What is wanted, the départements known so far, and the sources that they tell."""
    wanted = _wanted(study)
    here = _departments(study, wanted, settings)
    return wanted, here, _sources(study, wanted, here)


def _sources(study: Study, wanted: Fetch, here: Sequence[str]) -> list[CatalogueFile]:
    """Sources of a study: national, of its départements and their neighbours, and of its layers.

    Each of them is wanted once; none of those of départements where these are not known.
    """
    sources = _resolved(study, [*catalogue.of_step("national"), *catalogue.of_step("area")], {})
    for layer in wanted.layers:
        sources += _resolved(study, catalogue.layers()[layer], {})
    for department in here:
        sources += _resolved(study, catalogue.of_step("department"), {"department": department})
    for department in departments.with_neighbours(list(here)):
        sources.append(_extract(study, department))
    return list(dict.fromkeys(sources))


def _extract(study: Study, department: str) -> CatalogueFile:
    """Give a département's extract of OpenStreetMap; that of its region overseas."""
    values = catalogue.extract_names(department, departments.name(department))
    own, region = _resolved(study, ROADS, values)
    return region if department in departments.OVERSEAS else own


def _departments(study: Study, wanted: Fetch, settings: Settings) -> list[str]:
    """Départements that are known beforehand: named, or of an EPCI whose composition is at hand."""
    if wanted.department is not None:
        return [wanted.department]
    communes: Collection[str] = wanted.communes
    if wanted.epci is not None:
        [source] = _resolved(study, ["epci"], {})
        path = download.at_hand(source, wanted.tables / "sources", settings)
        communes = [] if path is None else prepare.epci_codes(epci.read(path), wanted.epci)
    return sorted({departments.of_commune(code) for code in communes})


def _codes(wanted: Fetch, arrivals: Sequence[Arrival], listed: pd.DataFrame) -> frozenset[str]:
    """Communes of the territory, at the date of the COG."""
    if wanted.department is not None:
        return prepare.department_codes(listed, wanted.department)
    known = frozenset(listed["code"])
    named: Collection[str] = wanted.communes
    if wanted.epci is not None:
        named = prepare.epci_codes(epci.read(_path(arrivals, "epci")), wanted.epci)
    movements = cog.movements(_path(arrivals, "cog_movements"))
    events = movements[(movements["type_before"] == "COM") & (movements["type_after"] == "COM")]
    changes = events.rename(columns={"before": "old_code", "after": "new_code"})
    now = code_changes.recoded(changes, known)
    chosen = frozenset(now.get(code, code) for code in named)
    strange = sorted(chosen - known)
    if strange:
        raise InputError(
            "communes_missing",
            file=_path(arrivals, "cog_communes"),
            count=len(strange),
            codes=", ".join(strange[:5]),
        )
    return chosen
