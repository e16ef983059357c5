"""SIRENE: a national stock of establishments cut to a study area, as a stream, by DuckDB.

Reads INSEE's StockEtablissement (CSV, zip or Parquet; layouts since 2018, the NAF 2025 column where
it is there), the geocoded editions of it, and the geocoded files of 2017. Joins the legal unit
(StockUniteLegale: legal category and social economy, never a name) and INSEE's geolocated file.
Files go through `register_tables`, so that memory does not grow with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from siting.errors import InputError
from siting.sources import register_tables, sirene_positions
from siting.sources.layouts import Layout

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    import duckdb

_PLACED = {
    "longitude": "lon",
    "latitude": "lat",
    "geo_score": "geo_score",
    "geo_type": "geo_type",
    "coordonneeLambertAbscisseEtablissement": "lambert_x",
    "coordonneeLambertOrdonneeEtablissement": "lambert_y",
    "activitePrincipaleNAF25Etablissement": "activity_naf2025",
}
STOCK_LAYOUTS = [
    Layout(
        "StockEtablissement (2018 et suivantes)",
        {
            "siret": "siret",
            "statutDiffusionEtablissement": "diffusion",
            "trancheEffectifsEtablissement": "employees",
            "codeCommuneEtablissement": "commune_code",
            "etatAdministratifEtablissement": "state",
            "activitePrincipaleEtablissement": "activity",
            "nomenclatureActivitePrincipaleEtablissement": "nomenclature",
        },
        _PLACED,
    ),
    Layout(
        "geo-sirene (2017)",
        {
            "SIREN": "siren",
            "NIC": "nic",
            "DIFFCOM": "diffusion",
            "TEFET": "employees",
            "DEPET": "department",
            "COMET": "commune",
            "APET700": "naf",
            "VMAJ": "update",
        },
        _PLACED,
    ),
]
UNIT_LAYOUTS = [
    Layout(
        "StockUniteLegale",
        {
            "siren": "siren",
            "etatAdministratifUniteLegale": "unit_state",
            "categorieJuridiqueUniteLegale": "legal_category",
        },
        {"economieSocialeSolidaireUniteLegale": "social_economy"},
    )
]
_CURRENT = """
    SELECT siret, diffusion, employees, commune_code, state, activity, nomenclature,
        activity_naf2025, lon, lat, geo_score, geo_type, lambert_x, lambert_y FROM stock
"""
_OF_2017 = """
    SELECT siren || nic AS siret, diffusion, employees,
        CASE WHEN department LIKE '97%' THEN left(department, 2) ELSE department END || commune
            AS commune_code,
        CASE WHEN "update" IN ('E', 'O') THEN 'F' ELSE 'A' END AS state,
        left(naf, 2) || '.' || substr(naf, 3) AS activity, 'NAFRev2' AS nomenclature,
        '' AS activity_naf2025, lon, lat, geo_score, geo_type, '' AS lambert_x, '' AS lambert_y
    FROM stock WHERE "update" <> 'I'
"""  # daily files hold the state before a change (I) beside the state after it (F)


@dataclass(frozen=True)
class Establishments:
    """Active establishments of an area, and what the file held.

    Attributes
    ----------
    table
        `siret,diffusion,employees,commune_code,state,activity,nomenclature,activity_naf2025,masked,
        lon,lat,quality,placed_by,legal_category,social_economy`, by siret. `placed_by` is `insee`,
        `geocoding`, `lambert` or empty: such an establishment is known by its commune alone.
    counts
        Rows by fate: `read,elsewhere,closed,closed_unit,other_activity,kept`; of those of the area
        `recoded` (their code was of another vintage); and of those kept `masked,without_position`.
    """

    table: pd.DataFrame
    counts: dict[str, int]


def read(
    stock: Path,
    communes: Collection[str],
    *,
    positions: Path | None = None,
    units: Path | None = None,
    activities: Sequence[str] = (),
    recoded: Mapping[str, str] | None = None,
    threads: int = 2,
) -> Establishments:
    """Read the active establishments of some communes.

    Parameters
    ----------
    stock
        Stock of establishments: CSV, zip or Parquet.
    communes
        Commune codes, at the file's vintage.
    positions
        INSEE's geolocated file, joined by siret; its positions come before those of the stock.
    units
        StockUniteLegale: adds the legal category; establishments of closed units count as closed.
    activities
        NAF codes or prefixes; empty: all.
    recoded
        Codes of other vintages that the file may hold, and the commune that each became.

    Raises
    ------
    InputError
        A file is missing, damaged, of no known layout or not UTF-8; no row is of the area; a SIRET
        stands twice; or longitudes and latitudes are not degrees.
    """
    old = dict(recoded or {})
    codes = sorted({*communes, *old})
    with register_tables.connection(threads) as base:
        read_rows, layout, frame = _stock(base, stock, codes)
        if frame.empty:
            raise InputError("no_row_of_the_area", file=stock, **_elsewhere(base, stock, layout))
        _require_unique(frame["siret"], stock)
        register_tables.register(base, "sirets", frame["siret"])
        placed = sirene_positions.of_insee(base, positions)
        legal = _units(base, units)
    now = frame["commune_code"].map(lambda code: old.get(code, code))
    counts = {
        "read": read_rows,
        "elsewhere": read_rows - len(frame),
        "recoded": int((now != frame["commune_code"]).sum()),
    }
    frame["commune_code"] = now
    return _kept(frame, placed, legal, activities, counts, (stock, positions))


def cut(
    stock: Path,
    communes: Collection[str],
    folder: Path,
    *,
    positions: Path | None = None,
    units: Path | None = None,
    threads: int = 2,
) -> tuple[int, int]:
    """Cut the national files to some communes, closed establishments included, in their layouts.

    Parameters
    ----------
    communes
        Codes as the stock may write them, those of other vintages among them.
    folder
        Where `establishments.csv`, and `positions.csv` and `units.csv` where their files are
        given, are written.

    Returns
    -------
    Rows read, and rows kept.

    Raises
    ------
    InputError
        See `read`.
    """
    with register_tables.connection(threads) as base:
        count, layout, frame = _stock(base, stock, communes)
        if frame.empty:
            raise InputError("no_row_of_the_area", file=stock, **_elsewhere(base, stock, layout))
        current = STOCK_LAYOUTS[0]
        theirs = {ours: name for name, ours in {**current.columns, **_PLACED}.items()}
        frame.rename(columns=theirs).to_csv(folder / "establishments.csv", index=False)
        register_tables.register(base, "sirets", frame["siret"])
        if positions is not None:
            placed = sirene_positions.of_insee(base, positions)
            names = {"lon": "x_longitude", "lat": "y_latitude", "quality": "qualite_xy"}
            table = placed.reset_index().rename(columns={"index": "siret", **names})
            table.sort_values("siret").to_csv(folder / "positions.csv", index=False, sep=";")
        if units is not None:
            legal = _units(base, units).reset_index()
            [known] = UNIT_LAYOUTS
            back = {ours: name for name, ours in {**known.columns, **known.optional}.items()}  # type: ignore[dict-item]
            legal.rename(columns=back).to_csv(folder / "units.csv", index=False)
    return count, len(frame)


def _stock(
    base: duckdb.DuckDBPyConnection, path: Path, communes: Collection[str]
) -> tuple[int, Layout, pd.DataFrame]:
    """Rows read, the layout, and the establishments of some communes, by siret."""
    register_tables.register(base, "wanted", communes)
    count, layout = register_tables.load(base, path, STOCK_LAYOUTS, "stock", _here)
    frame: pd.DataFrame = base.sql("SELECT * FROM here").df()
    damaged = ~frame["siret"].str.fullmatch(r"\d{1,14}")
    if damaged.any():
        raise InputError("not_a_siret", file=path, value=frame.loc[damaged, "siret"].iloc[0])
    padded = {"siret": frame["siret"].str.zfill(14)}
    padded["commune_code"] = frame["commune_code"].str.zfill(5)
    return count, layout, frame.assign(**padded).sort_values("siret", ignore_index=True)


def _here(layout: Layout) -> str:
    select = _CURRENT if layout.name == STOCK_LAYOUTS[0].name else _OF_2017
    return f"CREATE TEMP TABLE here AS FROM ({select}) SEMI JOIN wanted ON commune_code = key"


def _elsewhere(base: duckdb.DuckDBPyConnection, path: Path, layout: Layout) -> dict[str, object]:
    """Say which départements a file without a row of the area holds."""
    select = _CURRENT if layout.name == STOCK_LAYOUTS[0].name else _OF_2017
    top = f"CREATE TEMP TABLE top AS SELECT left(commune_code, 2) AS department, count(*) AS rows FROM ({select}) GROUP BY 1"  # noqa: E501, S608 - our own text
    rows, _ = register_tables.load(base, path, STOCK_LAYOUTS, "stock", lambda _: top)
    departments = base.sql(
        "SELECT department FROM top ORDER BY rows DESC, department LIMIT 5"
    ).fetchall()
    return {"rows": rows, "found": ", ".join(row[0] for row in departments)}


def _require_unique(sirets: pd.Series, path: Path) -> None:
    repeated = sirets[sirets.duplicated()]
    if len(repeated):
        ids = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=path, column="siret", ids=ids)


def _units(base: duckdb.DuckDBPyConnection, path: Path | None) -> pd.DataFrame:
    """`unit_state,legal_category,social_economy` by siren, of the establishments in hand."""
    if path is None:
        return pd.DataFrame(
            columns=["unit_state", "legal_category", "social_economy"], dtype=object
        )
    frame_of = base.sql("SELECT DISTINCT left(lpad(key, 14, '0'), 9) AS siren FROM sirets").df()
    register_tables.register(base, "sirens", frame_of["siren"])
    query = (
        "CREATE TEMP TABLE units AS SELECT units_in.* FROM units_in "
        "SEMI JOIN sirens ON units_in.siren = sirens.key"
    )
    register_tables.load(base, path, UNIT_LAYOUTS, "units_in", lambda _: query)
    return register_tables.by_key(
        base.sql("SELECT * FROM units ORDER BY ALL").df(), "siren", 9, path
    )


def _kept(
    frame: pd.DataFrame,
    placed: pd.DataFrame,
    legal: pd.DataFrame,
    activities: Sequence[str],
    counts: dict[str, int],
    files: tuple[Path, Path | None],
) -> Establishments:
    """Drop what is closed or of another activity, and give the rest its best position."""
    coordinates = frame[["lon", "lat", "lambert_x", "lambert_y"]]
    masked = (frame["diffusion"] != "O") | (coordinates == "[ND]").any(axis=1)
    unit = legal.reindex(frame["siret"].str[:9]).reset_index(drop=True)
    closed = frame["state"] != "A"
    closed_unit = ~closed & (unit["unit_state"] == "C")
    other = ~closed & ~closed_unit
    other &= ~frame["activity"].str.startswith(tuple(activities)) if activities else False
    counts |= {
        "closed": int(closed.sum()),
        "closed_unit": int(closed_unit.sum()),
        "other_activity": int(other.sum()),
    }
    position = sirene_positions.best(frame, placed, files)
    table = pd.DataFrame(
        {
            **{name: frame[name] for name in STOCK_LAYOUTS[0].columns.values()},
            "activity_naf2025": frame["activity_naf2025"],
            "masked": masked,
            **position,
            "legal_category": unit["legal_category"].fillna(""),
            "social_economy": unit["social_economy"].fillna(""),
        }
    )[~closed & ~closed_unit & ~other].reset_index(drop=True)
    counts |= {
        "kept": len(table),
        "masked": int(table["masked"].sum()),
        "without_position": int((table["placed_by"] == "").sum()),
    }
    return Establishments(table, counts)
