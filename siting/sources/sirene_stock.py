"""SIRENE: a national stock of establishments cut to a study area, as a stream, by DuckDB.

Reads INSEE's StockEtablissement (CSV, zip or Parquet; layouts since 2018, the NAF 2025 column where
it is there), the geocoded editions of it, and the geocoded files of 2017. Joins the legal unit
(StockUniteLegale: legal category and social economy, never a name) and INSEE's geolocated file.
CSV and zip go through pyarrow batch by batch, so that memory does not grow with the file.
"""

from __future__ import annotations

import gzip
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyproj.exceptions import CRSError

from siting.errors import InputError
from siting.sources import reading
from siting.sources.layouts import SEPARATORS, Layout, fitting, wanted
from siting.sources.projections import (
    LAMBERT_X,
    LAMBERT_Y,
    METROPOLITAN,
    OVERSEAS,
    in_france,
    unprojected,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

MEMORY = "800MB"  # DuckDB's own limit; the batches in flight come on top
BLOCK = 8 << 20

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
POSITION_LAYOUTS = [
    Layout(
        "GeolocalisationEtablissement (degrés)",
        {
            "siret": "siret",
            "qualite_xy": "quality",
            "x_longitude": "lon",
            "y_latitude": "lat",
        },
        {"x": "x", "y": "y", "epsg": "epsg"},
    ),
    Layout(
        "GeolocalisationEtablissement (projection par ligne)",
        {"siret": "siret", "qualite_xy": "quality", "x": "x", "y": "y", "epsg": "epsg"},
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


@dataclass
class _Passed:
    """Rows that went by, and what stopped them."""

    rows: int = 0
    problem: InputError | None = field(default=None)
    cut_value: bool = False  # a quoted value runs over several lines, from one block to the next


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
    with _connection(threads) as base:
        read_rows, layout, frame = _stock(base, stock, codes)
        if frame.empty:
            raise InputError("no_row_of_the_area", file=stock, **_elsewhere(base, stock, layout))
        _require_unique(frame["siret"], stock)
        _register(base, "sirets", frame["siret"])
        placed = _positions(base, positions)
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
    with _connection(threads) as base:
        count, layout, frame = _stock(base, stock, communes)
        if frame.empty:
            raise InputError("no_row_of_the_area", file=stock, **_elsewhere(base, stock, layout))
        current = STOCK_LAYOUTS[0]
        theirs = {ours: name for name, ours in {**current.columns, **_PLACED}.items()}
        frame.rename(columns=theirs).to_csv(folder / "establishments.csv", index=False)
        _register(base, "sirets", frame["siret"])
        if positions is not None:
            placed = _positions(base, positions)
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
    _register(base, "wanted", communes)
    count, layout = _load(base, path, STOCK_LAYOUTS, "stock", _here)
    frame: pd.DataFrame = base.sql("SELECT * FROM here").df()
    damaged = ~frame["siret"].str.fullmatch(r"\d{1,14}")
    if damaged.any():
        raise InputError("not_a_siret", file=path, value=frame.loc[damaged, "siret"].iloc[0])
    padded = {"siret": frame["siret"].str.zfill(14)}
    padded["commune_code"] = frame["commune_code"].str.zfill(5)
    return count, layout, frame.assign(**padded).sort_values("siret", ignore_index=True)


def _register(base: duckdb.DuckDBPyConnection, name: str, keys: Collection[str]) -> None:
    """Make keys known as a table, also as a copy that took them for numbers writes them."""
    every = sorted({*keys, *(key.lstrip("0") for key in keys)})
    base.register(name, pa.table({"key": pa.array(every, pa.string())}))


def _here(layout: Layout) -> str:
    select = _CURRENT if layout.name == STOCK_LAYOUTS[0].name else _OF_2017
    return f"CREATE TEMP TABLE here AS FROM ({select}) SEMI JOIN wanted ON commune_code = key"


@contextmanager
def _connection(threads: int) -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb  # noqa: PLC0415 - only where a register is read

    with tempfile.TemporaryDirectory(prefix="siting-") as folder:
        settings: dict[str, Any] = {
            "memory_limit": MEMORY,
            "threads": threads,
            "temp_directory": folder,
        }
        base = duckdb.connect(":memory:", config=settings)
        try:
            base.execute("SET preserve_insertion_order = false")
            yield base
        finally:
            base.close()


def _load(
    base: duckdb.DuckDBPyConnection, path: Path, layouts: Sequence[Layout], view: str, query: Any
) -> tuple[int, Layout]:
    """Run a query over a file seen as a table of text under our names; give its number of rows.

    `query` makes the statement from the layout found.
    """
    import duckdb  # noqa: PLC0415 - loaded by then

    if not path.is_file():
        raise InputError("missing_file", file=path)
    if path.suffix.lower() == ".parquet":
        return _load_parquet(base, path, layouts, view, query)
    for line_breaks in (False, True):  # looking for quoted ones costs time: only where it must
        with _batches(path, layouts, line_breaks=line_breaks) as (reader, layout, passed):
            raw = f"{view}_raw"
            base.register(raw, reader)
            base.execute(_view(view, layout, reader.schema.names, raw))
            try:
                base.execute(query(layout))
                break
            except duckdb.Error as error:
                if line_breaks or not passed.cut_value:
                    problem = passed.problem or InputError("bad_rows", file=path, detail=error)
                    raise problem from error
            finally:
                base.execute(f"DROP VIEW {view}")
                base.unregister(raw)
    if not passed.rows:
        raise InputError("empty_table", file=path)
    return passed.rows, layout


def _load_parquet(
    base: duckdb.DuckDBPyConnection, path: Path, layouts: Sequence[Layout], view: str, query: Any
) -> tuple[int, Layout]:
    import duckdb  # noqa: PLC0415 - loaded by then

    source = f"read_parquet('{str(path).replace(chr(39), chr(39) * 2)}')"
    try:
        names = base.read_parquet(str(path)).columns
        layout = fitting(path, names, layouts)
        base.execute(_view(view, layout, names, source))
        base.execute(query(layout))
        [(rows,)] = base.read_parquet(str(path)).count("*").fetchall()
    except duckdb.Error as error:
        raise InputError("unreadable_layer", file=path, detail=error) from error
    finally:
        base.execute(f"DROP VIEW IF EXISTS {view}")
    if not rows:
        raise InputError("empty_table", file=path)
    return int(rows), layout


def _view(view: str, layout: Layout, header: Sequence[str], source: str) -> str:
    """Statement that shows a source as text under our names; absent columns are empty."""
    names = {**layout.columns, **(layout.optional or {})}
    columns = ", ".join(
        f'coalesce(CAST("{theirs}" AS VARCHAR), \'\') AS "{ours}"'
        if theirs in header
        else f"'' AS \"{ours}\""
        for theirs, ours in names.items()
    )
    return f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT {columns} FROM {source}"  # noqa: S608 - names are ours, paths quoted


@contextmanager
def _batches(
    path: Path, layouts: Sequence[Layout], *, line_breaks: bool
) -> Iterator[tuple[pa.RecordBatchReader, Layout, _Passed]]:
    """Open a CSV, or a zip of one, as batches of text columns."""
    with _opened(path) as stream:
        header, separator = _header(path, stream)
        layout = fitting(path, header, layouts)
    passed = _Passed()
    with _opened(path) as stream:
        columns = wanted(layout, header)
        try:
            reader = arrow_csv.open_csv(
                stream,
                read_options=arrow_csv.ReadOptions(block_size=BLOCK),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=separator, newlines_in_values=line_breaks
                ),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=columns,
                    column_types=dict.fromkeys(columns, pa.string()),
                    strings_can_be_null=False,
                ),
            )
        except (pa.ArrowException, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise _problem(path, error) from error

        def counted() -> Iterator[pa.RecordBatch]:
            try:
                for batch in reader:
                    passed.rows += batch.num_rows
                    yield batch
            except (pa.ArrowException, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
                passed.problem = _problem(path, error)
                passed.cut_value = "newlines_in_values" in str(error)
                raise

        yield pa.RecordBatchReader.from_batches(reader.schema, counted()), layout, passed


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A stream of the bytes of a file, of a gzip, or of the only table of a zip."""
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        raise InputError("sirene_workbook", file=path)
    try:
        if suffix == ".zip":
            names = reading.members(path)
            if len(names) != 1:  # a notice may stand beside the table
                names = [one for one in names if PurePosixPath(one).suffix.lower() == ".csv"]
            with zipfile.ZipFile(path) as archive:
                if len(names) != 1:
                    raise InputError("zip_of_several", file=path, count=len(archive.namelist()))
                with archive.open(names[0]) as stream:
                    yield stream
        else:
            with gzip.open(path) if suffix == ".gz" else path.open("rb") as stream:
                yield stream
    except (zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise InputError("bad_zip", file=path, detail=error) from error


def _header(path: Path, stream: Any) -> tuple[list[str], str]:
    """Names in the first line, and the separator."""
    try:
        line: bytes = stream.readline(1 << 20)
        first = line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InputError("not_text", file=path, detail=f"octet {error.start}") from error
    except (zlib.error, EOFError, zipfile.BadZipFile) as error:
        raise InputError("bad_zip", file=path, detail=error) from error
    if not first:
        raise InputError("empty_table", file=path)
    separator = max(SEPARATORS, key=first.count)
    return [name.strip('"') for name in first.split(separator)], separator


def _problem(path: Path, error: Exception) -> InputError:
    """Name what stopped the stream."""
    said = str(error)
    if "UTF8" in said:
        return InputError("not_text", file=path, detail=said)
    if "Empty CSV" in said:
        return InputError("empty_table", file=path)
    if isinstance(error, pa.ArrowInvalid):
        return InputError("bad_rows", file=path, detail=said)
    return InputError("bad_zip", file=path, detail=said)


def _elsewhere(base: duckdb.DuckDBPyConnection, path: Path, layout: Layout) -> dict[str, object]:
    """Say which départements a file without a row of the area holds."""
    select = _CURRENT if layout.name == STOCK_LAYOUTS[0].name else _OF_2017
    top = f"CREATE TEMP TABLE top AS SELECT left(commune_code, 2) AS department, count(*) AS rows FROM ({select}) GROUP BY 1"  # noqa: E501, S608 - our own text
    rows, _ = _load(base, path, STOCK_LAYOUTS, "stock", lambda _: top)
    found = base.sql("SELECT department FROM top ORDER BY rows DESC, department LIMIT 5").fetchall()
    return {"rows": rows, "found": ", ".join(row[0] for row in found)}


def _require_unique(sirets: pd.Series, path: Path) -> None:
    repeated = sirets[sirets.duplicated()]
    if len(repeated):
        ids = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=path, column="siret", ids=ids)


def _positions(base: duckdb.DuckDBPyConnection, path: Path | None) -> pd.DataFrame:
    """`lon,lat,quality` by siret, of the establishments in hand."""
    if path is None:
        return pd.DataFrame(columns=["lon", "lat", "quality"], dtype=object)
    query = (
        "CREATE TEMP TABLE positions AS SELECT positions_in.* FROM positions_in "
        "SEMI JOIN sirets ON positions_in.siret = sirets.key"
    )
    _load(base, path, POSITION_LAYOUTS, "positions_in", lambda _: query)
    frame: pd.DataFrame = base.sql("SELECT * FROM positions ORDER BY ALL").df()
    frame = _by_key(frame, "siret", 14, path)
    given = [_degrees(frame[name]) if name in frame else np.nan for name in ("lon", "lat")]
    if "epsg" not in frame:
        return frame.assign(lon=given[0], lat=given[1])
    codes = pd.to_numeric(frame["epsg"], errors="coerce")
    try:
        lon, lat = unprojected(_degrees(frame["x"]), _degrees(frame["y"]), codes)
    except CRSError as error:
        row = {"row": "-", "column": "epsg", "value": ", ".join(sorted(set(frame["epsg"]))[:5])}
        raise InputError("bad_value", file=path, **row, expected="2154") from error
    told = frame.assign(lon=given[0], lat=given[1])
    return told.assign(lon=told["lon"].fillna(lon), lat=told["lat"].fillna(lat))


def _by_key(frame: pd.DataFrame, key: str, length: int, path: Path) -> pd.DataFrame:
    """Rows by key, its zeros given back; one that stands twice with other values is refused."""
    frame = frame.assign(**{key: frame[key].str.zfill(length)}).drop_duplicates()
    repeated = frame.loc[frame[key].duplicated(), key]
    if len(repeated):
        ids = ", ".join(repeated.unique()[:5])
        raise InputError("duplicate_ids", file=path, column=key, ids=ids)
    return frame.set_index(key)


def _units(base: duckdb.DuckDBPyConnection, path: Path | None) -> pd.DataFrame:
    """`unit_state,legal_category,social_economy` by siren, of the establishments in hand."""
    if path is None:
        return pd.DataFrame(
            columns=["unit_state", "legal_category", "social_economy"], dtype=object
        )
    frame_of = base.sql("SELECT DISTINCT left(lpad(key, 14, '0'), 9) AS siren FROM sirets").df()
    _register(base, "sirens", frame_of["siren"])
    query = (
        "CREATE TEMP TABLE units AS SELECT units_in.* FROM units_in "
        "SEMI JOIN sirens ON units_in.siren = sirens.key"
    )
    _load(base, path, UNIT_LAYOUTS, "units_in", lambda _: query)
    return _by_key(base.sql("SELECT * FROM units ORDER BY ALL").df(), "siren", 9, path)


def _degrees(values: pd.Series) -> pd.Series:
    """Numbers of a text column; masked (`[ND]`) and empty are NaN."""
    return pd.to_numeric(values, errors="coerce").astype(float)


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
    position = _best_positions(frame, placed, files)
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


def _best_positions(
    frame: pd.DataFrame, placed: pd.DataFrame, files: tuple[Path, Path | None]
) -> dict[str, pd.Series]:
    """`lon,lat,quality,placed_by`: INSEE's file, else the stock's geocoding, else its Lambert."""
    insee = placed.reindex(frame["siret"]).reset_index(drop=True)
    own = {name: _degrees(frame[name]) for name in ("lon", "lat", "lambert_x", "lambert_y")}
    epsg = frame["commune_code"].str[:3].map(OVERSEAS).fillna(METROPOLITAN)
    home = epsg == METROPOLITAN
    inside = own["lambert_x"].between(*LAMBERT_X) & own["lambert_y"].between(*LAMBERT_Y)
    lambert = _believed(own["lambert_x"], own["lambert_y"], inside | ~home, "metric", files[0])
    lambert = unprojected(*lambert, epsg.astype(float))
    told = insee["lon"].astype(float), insee["lat"].astype(float)
    _require_degrees(*told, files[1])
    _require_degrees(own["lon"], own["lat"], files[0])
    lon, lat = _believed(*told, in_france(*told), "degrees", files[1])
    geocoded = own["lon"], own["lat"]
    geocoded = _believed(*geocoded, in_france(*geocoded), "degrees", files[0])
    quality = insee["quality"].fillna("").astype(object)
    by = pd.Series("", index=frame.index, dtype=object)
    by[lon.notna() & lat.notna()] = "insee"
    for name, (x, y), said in (
        ("geocoding", geocoded, frame["geo_type"]),
        ("lambert", lambert, pd.Series("", index=frame.index)),
    ):
        taken = (by == "") & x.notna() & y.notna()
        lon, lat = lon.where(~taken, x), lat.where(~taken, y)
        quality = quality.where(~taken, said)
        by[taken] = name
    unknown = by == ""
    return {
        "lon": lon.mask(unknown),
        "lat": lat.mask(unknown),
        "quality": quality.mask(unknown, ""),
        "placed_by": by,
    }


def _believed(
    x: pd.Series, y: pd.Series, inside: pd.Series, kind: str, file: Path | None
) -> tuple[pd.Series, pd.Series]:
    """Coordinates that lie where the file's must; stray ones are not taken for positions.

    Raises
    ------
    InputError
        Most lie elsewhere: another coordinate system, or axes that were swapped.
    """
    known = x.notna() & y.notna()
    stray = known & ~inside
    if stray.sum() * 2 > known.sum():
        at = int(stray.to_numpy().argmax())
        raise InputError(f"{kind}_elsewhere", file=file, x=x.iloc[at], y=y.iloc[at])
    return x.mask(stray), y.mask(stray)


def _require_degrees(lon: pd.Series, lat: pd.Series, file: Path | None) -> None:
    wrong = (lon.abs() > 180) | (lat.abs() > 90)
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise InputError("metres_for_degrees", file=file, x=lon.iloc[row], y=lat.iloc[row])
