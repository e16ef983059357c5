"""The consultation pack: what each EPCI needs to give its opinion on the draft schéma.

Every table of a run is cut to the EPCI: rows of its communes, of the zones that hold one of them,
of its cells and of the facilities that serve it. The department's own rows stay, for comparison.
Candidates and their scores stay whole, since the ranking is the department's, and so do tables that
tell of no place.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from siting.atomic_files import replacing
from siting.outputs.tables import write_csv
from siting.publish import run_folder
from siting.texts import grammar
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from siting.study.result import Result


@dataclass(frozen=True)
class OpinionArea:
    """An EPCI and what belongs to it: codes and ids.

    Attributes
    ----------
    zones
        `zone_kind,zone_code` of the zones that hold one of its communes, itself among them, and
        the department; of the other EPCI none.
    facilities
        In it, or nearest to one of its cells.
    members
        Communes of the whole EPCI; 0 where the table of communes does not say.
    """

    code: str
    name: str
    communes: frozenset[str]
    zones: frozenset[tuple[str, str]]
    facilities: frozenset[str]
    members: int = 0

    @property
    def in_part(self) -> bool:
        """Whether the study holds a part of its communes only."""
        return self.members > len(self.communes)


def places(result: Result) -> list[OpinionArea]:
    """The EPCI of a study, by code."""
    read = result.ground.read
    communes = read.communes[read.communes["epci_code"] != ""]
    groups = []
    for (code, name), part in communes.groupby(["epci_code", "epci_name"], sort=True):
        own = frozenset(part["code"])
        holding = read.zones[read.zones["commune_code"].isin(own)]
        used = result.access[result.access["commune_code"].isin(own)]["facility_id"]
        inside = result.facilities[result.facilities["commune_code"].isin(own)]["id"]
        pairs = zip(holding["zone_kind"], holding["zone_code"], strict=True)
        facilities = {*used, *inside} - {""}
        counts = (
            part["epci_communes"].dropna() if "epci_communes" in part.columns else part["code"][:0]
        )
        members = int(counts.max()) if len(counts) else 0
        groups.append(
            OpinionArea(str(code), str(name), own, frozenset(pairs), frozenset(facilities), members)
        )
    return groups


def shown_name(result: Result, place: OpinionArea) -> str:
    """The name of an EPCI, and that it is a part of it where the study holds no more."""
    if not place.in_part:
        return place.name
    department = grammar.of(result.study.territory.department.name)
    return t("opinion.in_part", epci=place.name, of_department=department)


def cut(result: Result, place: OpinionArea) -> Result:
    """The part of a run that an EPCI gives its opinion on."""
    communes = result.communes["code"].isin(place.communes)
    cells = result.cells["commune_code"].isin(place.communes)
    facilities = result.facilities["id"].isin(place.facilities)
    title = t("opinion.title", study=result.study.title, epci=shown_name(result, place))
    return replace(
        result,
        study=result.study.model_copy(update={"title": title}),
        communes=result.communes[communes].reset_index(drop=True),
        cells=result.cells[cells].reset_index(drop=True),
        facilities=result.facilities[facilities].reset_index(drop=True),
        access=extract(result.access, place),
        coverage=extract(result.coverage, place),
        measures={name: extract(table, place) for name, table in result.measures.items()},
        extras={name: extract(table, place) for name, table in result.extras.items()},
        epci=place.code,
    )


def extract(table: pd.DataFrame, place: OpinionArea) -> pd.DataFrame:
    """Rows of a table that tell of an EPCI; all of them where the table tells of no place."""
    columns = set(table.columns)
    if {"zone_kind", "zone_code"} <= columns:
        table = table[table["zone_code"].isin({code for _, code in place.zones})]
        pairs = zip(table["zone_kind"], table["zone_code"], strict=True)
        kept = pd.Series([pair in place.zones for pair in pairs], table.index, dtype=bool)
    elif "epci_code" in columns:
        kept = table["epci_code"] == place.code
    elif named := columns & {"commune_code", "code", "zone"}:
        kept = table[named.pop()].isin(place.communes)
    elif "facility_id" in columns:
        kept = table["facility_id"].isin(place.facilities)
    else:
        return table
    return table[kept].reset_index(drop=True)


def write(result: Result, folder: Path, say: Callable[[str], None]) -> int:
    """Write a pack for each EPCI, and `index.csv` that lists them.

    Returns
    -------
    Packs written.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    rows = []
    deadlines = _deadlines(result)
    for place in places(result):
        name = folder_of(place)
        say(t("opinion.writing", epci=place.name))
        run_folder.write(cut(result, place), folder / name, lambda _: None)
        rows.append((place.code, place.name, name, len(place.communes), deadlines.get(place.code)))
    columns = ["epci_code", "epci_name", "folder", "communes", "deadline"]
    with replacing(folder / "index.csv") as part:
        write_csv(part, pd.DataFrame(rows, columns=columns))
    return len(rows)


def folder_of(place: OpinionArea) -> str:
    """Name of the folder of an EPCI, or of its files."""
    return f"{place.code}-{plain(place.name)}"


def _deadlines(result: Result) -> dict[str, str]:
    """Last day of each EPCI's opinion, where the study has a calendar."""
    views = result.extras.get("opinions")
    return {} if views is None else dict(zip(views["epci_code"], views["deadline"], strict=True))


def plain(name: str) -> str:
    """A name that every file system takes."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "".join(sign if sign.isalnum() else " " for sign in letters).split()
    return "-".join(words)[:60]
