"""Time the cut of a national stock of establishments to one département, and its memory.

    python benchmarks/sirene.py [--rows 40000000] [--folder FOLDER] [--keep] [--joined]

Writes a generated stock of that many rows in the layout of 2024 (53 columns, most of them empty as
in the original, values drawn from a seed), as CSV and as Parquet, then reads each in a process of
its own and prints seconds, peak memory and counts. With `--joined`, a geolocated file with a row
for each establishment and a stock of legal units with a row for each unit are written and joined.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS = """
siren nic siret statutDiffusionEtablissement dateCreationEtablissement
trancheEffectifsEtablissement anneeEffectifsEtablissement
activitePrincipaleRegistreMetiersEtablissement dateDernierTraitementEtablissement
etablissementSiege nombrePeriodesEtablissement complementAdresseEtablissement
numeroVoieEtablissement indiceRepetitionEtablissement dernierNumeroVoieEtablissement
indiceRepetitionDernierNumeroVoieEtablissement typeVoieEtablissement libelleVoieEtablissement
codePostalEtablissement libelleCommuneEtablissement libelleCommuneEtrangerEtablissement
distributionSpecialeEtablissement codeCommuneEtablissement codeCedexEtablissement
libelleCedexEtablissement codePaysEtrangerEtablissement libellePaysEtrangerEtablissement
identifiantAdresseEtablissement coordonneeLambertAbscisseEtablissement
coordonneeLambertOrdonneeEtablissement complementAdresse2Etablissement numeroVoie2Etablissement
indiceRepetition2Etablissement typeVoie2Etablissement libelleVoie2Etablissement
codePostal2Etablissement libelleCommune2Etablissement libelleCommuneEtranger2Etablissement
distributionSpeciale2Etablissement codeCommune2Etablissement codeCedex2Etablissement
libelleCedex2Etablissement codePaysEtranger2Etablissement libellePaysEtranger2Etablissement
dateDebut etatAdministratifEtablissement enseigne1Etablissement enseigne2Etablissement
enseigne3Etablissement denominationUsuelleEtablissement activitePrincipaleEtablissement
nomenclatureActivitePrincipaleEtablissement caractereEmployeurEtablissement
""".split()  # noqa: SIM905 - a list of 53 names reads better so
BATCH = 500_000


def sirets(first: int, rows: int) -> np.ndarray:
    """Numbers of establishments: two for each legal unit."""
    number = np.arange(first, first + rows)
    return np.char.add(
        np.char.zfill((number // 2).astype("U9"), 9),
        np.char.add("0001", (number % 2).astype("U1")),
    )


def batch(first: int, rows: int) -> pa.RecordBatch:
    """Rows of the generated stock, from a seed that depends on the first one only."""
    random = np.random.default_rng(first)
    drawn = {
        "siret": sirets(first, rows),
        "statutDiffusionEtablissement": random.choice(["O", "P"], rows, p=[0.85, 0.15]),
        "dateCreationEtablissement": random.choice(["1999-03-01", "2012-09-15"], rows),
        "trancheEffectifsEtablissement": random.choice(["", "NN", "00", "01", "11"], rows),
        "dateDernierTraitementEtablissement": np.full(rows, "2024-03-22T21:31:41"),
        "etablissementSiege": random.choice(["true", "false"], rows),
        "numeroVoieEtablissement": random.integers(1, 200, rows).astype("U3"),
        "typeVoieEtablissement": random.choice(["RUE", "CHE", "AV"], rows),
        "libelleVoieEtablissement": random.choice(["DU PUITS VIEUX", "DE LA FONTAINE"], rows),
        "libelleCommuneEtablissement": random.choice(["SAINT-EXEMPLE", "EXEMPLE"], rows),
        "dateDebut": np.full(rows, "2008-01-01"),
        "etatAdministratifEtablissement": random.choice(["A", "F"], rows, p=[0.4, 0.6]),
        "activitePrincipaleEtablissement": random.choice(["62.01Z", "70.22Z", "47.11B"], rows),
        "nomenclatureActivitePrincipaleEtablissement": np.full(rows, "NAFRev2"),
        "caractereEmployeurEtablissement": random.choice(["O", "N"], rows),
    }
    department = np.char.zfill(random.integers(1, 96, rows).astype("U2"), 2)
    place = np.char.zfill(random.integers(1, 400, rows).astype("U3"), 3)
    drawn["codeCommuneEtablissement"] = np.char.add(department, place)
    drawn["codePostalEtablissement"] = np.char.add(department, "000")
    drawn["siren"] = drawn["siret"].astype("U9")
    drawn["nic"] = np.array([one[9:] for one in drawn["siret"]])
    empty = np.full(rows, "")
    arrays = [pa.array(drawn.get(name, empty), pa.string()) for name in COLUMNS]
    return pa.RecordBatch.from_arrays(arrays, COLUMNS)


def positions(first: int, rows: int) -> pa.RecordBatch:
    """Rows of INSEE's geolocated file for the same establishments: its columns that are read."""
    random = np.random.default_rng(first)
    drawn = {
        "siret": sirets(first, rows),
        "x": random.integers(100_000, 1_200_000, rows).astype("U7"),
        "y": random.integers(6_100_000, 7_100_000, rows).astype("U7"),
        "qualite_xy": random.choice(["11", "12", "21", "22", "33"], rows),
        "epsg": np.full(rows, "2154"),
        "y_latitude": np.char.add("44.", random.integers(0, 99_999, rows).astype("U5")),
        "x_longitude": np.char.add("2.", random.integers(0, 99_999, rows).astype("U5")),
    }
    arrays = [pa.array(values, pa.string()) for values in drawn.values()]
    return pa.RecordBatch.from_arrays(arrays, list(drawn))


def units(first: int, rows: int) -> pa.RecordBatch:
    """Rows of the stock of legal units, one for every two establishments: its columns read."""
    random = np.random.default_rng(first)
    sirens = np.unique(sirets(first, rows).astype("U9"))
    drawn = {
        "siren": sirens,
        "etatAdministratifUniteLegale": random.choice(["A", "C"], len(sirens), p=[0.9, 0.1]),
        "categorieJuridiqueUniteLegale": random.choice(["1000", "5710", "9220"], len(sirens)),
        "economieSocialeSolidaireUniteLegale": random.choice(["", "O", "N"], len(sirens)),
    }
    arrays = [pa.array(values, pa.string()) for values in drawn.values()]
    return pa.RecordBatch.from_arrays(arrays, list(drawn))


def write(
    folder: Path, name: str, rows: int, batch: Callable[[int, int], pa.RecordBatch]
) -> tuple[Path, Path]:
    """Write a generated file as CSV and as Parquet."""
    table, columns = folder / f"{name}.csv", folder / f"{name}.parquet"
    schema = batch(0, 1).schema
    with (
        pa.csv.CSVWriter(
            table, schema, write_options=pa.csv.WriteOptions(quoting_style="none")
        ) as text,
        pa.parquet.ParquetWriter(columns, schema, compression="zstd") as parquet,
    ):
        for first in range(0, rows, BATCH):
            part = batch(first, min(BATCH, rows - first))
            text.write_batch(part)
            parquet.write_batch(part)
    return table, columns


def measure(path: Path) -> None:
    """Read one file and print what it took."""
    from siting.sources import sirene_stock

    communes = [f"12{number:03d}" for number in range(1, 309)]
    others = {name: path.with_stem(name) for name in ("positions", "units")}
    joined = {name: other for name, other in others.items() if other.exists()}
    start = time.perf_counter()
    found = sirene_stock.read(path, communes, **joined)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    said = {"file": path.name, "seconds": round(seconds, 1), "peak_GiB": round(peak, 2)}
    placed = found.table["placed_by"].value_counts().to_dict()
    print(json.dumps({**said, "joined": sorted(joined), **found.counts, **placed}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=40_000_000)
    parser.add_argument("--folder", type=Path, default=Path("maps/benchmark"))
    parser.add_argument("--keep", action="store_true", help="keep the generated files")
    parser.add_argument("--joined", action="store_true", help="positions and legal units too")
    parser.add_argument("--measure", type=Path, help="read this file only")
    chosen = parser.parse_args()
    if chosen.measure:
        measure(chosen.measure)
        return
    chosen.folder.mkdir(parents=True, exist_ok=True)
    paths = [*write(chosen.folder, "stock", chosen.rows, batch)]
    written = list(paths)
    if chosen.joined:
        written += write(chosen.folder, "positions", chosen.rows, positions)
        written += write(chosen.folder, "units", chosen.rows, units)
    for path in paths:
        print(f"{path.name}: {path.stat().st_size / 2**30:.2f} GiB", flush=True)
        subprocess.run([sys.executable, __file__, "--measure", str(path)], check=True)
    if not chosen.keep:
        for path in written:
            path.unlink()


if __name__ == "__main__":
    main()
