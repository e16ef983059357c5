"""Time the cut of a national stock of establishments to one département, and its memory.

    python benchmarks/sirene.py [--rows 40000000] [--folder FOLDER] [--keep]

Writes a generated stock of that many rows in the layout of 2024 (53 columns, most of them empty as
in the original, values drawn from a seed), as CSV and as Parquet, then reads each in a process of
its own and prints seconds, peak memory and counts.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

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


def batch(first: int, rows: int) -> pa.RecordBatch:
    """Rows of the generated stock, from a seed that depends on the first one only."""
    random = np.random.default_rng(first)
    number = np.arange(first, first + rows)
    drawn = {
        "siret": np.char.zfill(number.astype("U14"), 14),
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
    drawn["nic"] = np.full(rows, "00011")
    empty = np.full(rows, "")
    arrays = [pa.array(drawn.get(name, empty), pa.string()) for name in COLUMNS]
    return pa.RecordBatch.from_arrays(arrays, COLUMNS)


def write(folder: Path, rows: int) -> tuple[Path, Path]:
    """Write the stock as CSV and as Parquet."""
    table, columns = folder / "stock.csv", folder / "stock.parquet"
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
    start = time.perf_counter()
    found = sirene_stock.read(path, communes)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    said = {"file": path.name, "seconds": round(seconds, 1), "peak_GiB": round(peak, 2)}
    print(json.dumps({**said, **found.counts}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=40_000_000)
    parser.add_argument("--folder", type=Path, default=Path("maps/benchmark"))
    parser.add_argument("--keep", action="store_true", help="keep the generated files")
    parser.add_argument("--measure", type=Path, help="read this file only")
    chosen = parser.parse_args()
    if chosen.measure:
        measure(chosen.measure)
        return
    chosen.folder.mkdir(parents=True, exist_ok=True)
    paths = write(chosen.folder, chosen.rows)
    for path in paths:
        print(f"{path.name}: {path.stat().st_size / 2**30:.2f} GiB", flush=True)
        subprocess.run([sys.executable, __file__, "--measure", str(path)], check=True)
    if not chosen.keep:
        for path in paths:
            path.unlink()


if __name__ == "__main__":
    main()
