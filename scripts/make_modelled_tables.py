"""Make the modelled tables of data/aveyron/modelled, byte for byte, from the real ones beside them.

What these tables say of a single place is invented; only their totals follow the communes' people.
They stand in for files that are too large or not open to be embedded: SIRENE and the BPE.

    python scripts/make_modelled_tables.py [FOLDER]
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Transformer

from siting.sources import boundaries, facts
from siting.territory.cells import spread

if TYPE_CHECKING:
    import pandas as pd

DATA = Path(__file__).parents[1] / "data" / "aveyron"
SEED = 12

# The 53 columns of INSEE's StockEtablissement, in the order of 2024.
STOCK_HEADER = (
    "siren,nic,siret,statutDiffusionEtablissement,dateCreationEtablissement,"
    "trancheEffectifsEtablissement,anneeEffectifsEtablissement,"
    "activitePrincipaleRegistreMetiersEtablissement,dateDernierTraitementEtablissement,"
    "etablissementSiege,nombrePeriodesEtablissement,complementAdresseEtablissement,"
    "numeroVoieEtablissement,indiceRepetitionEtablissement,dernierNumeroVoieEtablissement,"
    "indiceRepetitionDernierNumeroVoieEtablissement,typeVoieEtablissement,"
    "libelleVoieEtablissement,codePostalEtablissement,libelleCommuneEtablissement,"
    "libelleCommuneEtrangerEtablissement,distributionSpecialeEtablissement,"
    "codeCommuneEtablissement,codeCedexEtablissement,libelleCedexEtablissement,"
    "codePaysEtrangerEtablissement,libellePaysEtrangerEtablissement,"
    "identifiantAdresseEtablissement,coordonneeLambertAbscisseEtablissement,"
    "coordonneeLambertOrdonneeEtablissement,complementAdresse2Etablissement,"
    "numeroVoie2Etablissement,indiceRepetition2Etablissement,typeVoie2Etablissement,"
    "libelleVoie2Etablissement,codePostal2Etablissement,libelleCommune2Etablissement,"
    "libelleCommuneEtranger2Etablissement,distributionSpeciale2Etablissement,"
    "codeCommune2Etablissement,codeCedex2Etablissement,libelleCedex2Etablissement,"
    "codePaysEtranger2Etablissement,libellePaysEtranger2Etablissement,dateDebut,"
    "etatAdministratifEtablissement,enseigne1Etablissement,enseigne2Etablissement,"
    "enseigne3Etablissement,denominationUsuelleEtablissement,activitePrincipaleEtablissement,"
    "nomenclatureActivitePrincipaleEtablissement,caractereEmployeurEtablissement"
)

# INSEE's geolocated file.
POSITION_HEADER = (
    "siret;x;y;qualite_xy;epsg;plg_qp24;plg_iris;plg_zus;plg_qp15;plg_qva;plg_code_commune;"
    "distance_precision;qualite_qp24;qualite_iris;qualite_zus;qualite_qp15;qualite_qva;"
    "y_latitude;x_longitude"
)

# Activities of independents (NAF rev. 2) and establishments for 1,000 people. Hypotheses of this
# project, of the order of what French rural départements show; not INSEE figures.
ACTIVITIES = {
    "58.29C": 0.05,  # software publishing
    "59.11B": 0.10,  # film and video
    "62.01Z": 0.60,  # computer programming
    "62.02A": 0.55,  # IT consultancy
    "62.09Z": 0.15,  # other IT services
    "63.11Z": 0.10,  # data processing
    "66.22Z": 0.35,  # insurance agents
    "69.10Z": 0.55,  # legal
    "69.20Z": 0.45,  # accounting
    "70.21Z": 0.20,  # public relations
    "70.22Z": 1.60,  # business consultancy
    "71.11Z": 0.35,  # architects
    "71.12B": 0.85,  # engineering
    "73.11Z": 0.40,  # advertising
    "74.10Z": 0.75,  # design
    "74.20Z": 0.45,  # photographers
    "74.30Z": 0.20,  # translation
    "74.90B": 0.50,  # other professional activities
    "82.11Z": 0.20,  # office services
    "85.59A": 0.60,  # adult training
    "85.59B": 0.70,  # other teaching
    "90.01Z": 0.55,  # performing arts
    "90.02Z": 0.20,  # support of performing arts
    "90.03A": 1.00,  # visual arts
    "90.03B": 0.30,  # writing and other arts
    # activities that are not counted as likely users, so that filters have something to leave out
    "43.39Z": 1.2,
    "47.11B": 0.5,
    "56.10A": 1.5,
    "86.90E": 1.4,
    "96.02A": 1.1,
}
# Shares of the register that are closed, have had employees, are masked, have no position.
CLOSED, EMPLOYER, MASKED, UNPLACED = 0.25, 0.20, 0.12, 0.04
# Classes of employees among those that have had some: none at year's end, 1-2, 3-5, 6-9, 10-19.
EMPLOYEES = {"00": 0.15, "01": 0.50, "02": 0.20, "03": 0.10, "11": 0.05}

# Everyday services, schools and health, by BPE type (codes of the 2021 edition): people for one,
# and people from which a commune has its first. Hypotheses, as above.
SERVICES = {
    "A203": (5000, 2500),  # bank
    "A206": (9000, 2000),  # post office
    "A208": (2500, 900),  # postal agency
    "A501": (900, 350),  # hairdresser
    "A504": (700, 250),  # restaurant
    "B101": (25000, 6000),  # hypermarket
    "B102": (7000, 2000),  # supermarket
    "B201": (6000, 1000),  # small supermarket
    "B202": (2200, 450),  # grocery
    "B203": (1300, 500),  # bakery
    "B204": (2800, 900),  # butcher
    "C101": (4000, 1200),  # nursery school
    "C104": (1500, 300),  # primary school
    "C201": (9500, 2500),  # collège
    "C301": (30000, 8000),  # lycée
    "D201": (1100, 900),  # general practitioner
    "D221": (1800, 1500),  # dentist
    "D232": (700, 600),  # nurse
    "D233": (900, 800),  # physiotherapist
    "D301": (2800, 1300),  # pharmacy
    "E101": (9000, 4000),  # taxi
}
BPE_HEADER = (
    "AAV2020;AN;BV2012;DEP;DEPCOM;DOM;EPCI;DCIRIS;LAMBERT_X;LAMBERT_Y;QP;QUALI_IRIS;QUALI_QP;"
    "QUALI_QVA;QUALI_ZFU;QUALI_ZUS;QUALITE_XY;QVA;REG;SDOM;TYPEQU;UU2020;ZFU;ZUS"
)


def luhn(digits: str) -> bool:
    """Tell whether the last digit is the Luhn key of the others, as in a true SIREN or SIRET."""
    values = [int(d) for d in digits]
    doubled = [2 * v - 9 * (v > 4) if i % 2 else v for i, v in enumerate(reversed(values))]
    return sum(doubled) % 10 == 0


def invalid_siret(number: int) -> tuple[str, str]:
    """A SIREN and a NIC that both fail the Luhn check, from a number."""
    siren = f"{100_000_000 + number:09d}"
    if luhn(siren):
        siren = siren[:-1] + str((int(siren[-1]) + 1) % 10)
    nic = "00011"
    if luhn(siren + nic):
        nic = "00012"
    return siren, nic


def whole(expected: float, draw: float) -> int:
    """Round an expected number up or down by chance."""
    return int(expected) + (draw < expected - int(expected))


def establishments(
    communes: pd.DataFrame, cells: pd.DataFrame
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Rows of the register and of the geolocated file."""
    stock: list[dict[str, str]] = []
    positions: list[dict[str, str]] = []
    to_metric = Transformer.from_crs(4326, 2154, always_xy=True)
    places = dict(iter(cells.groupby("commune_code")))
    number = 0
    for commune in communes.itertuples():
        rng = np.random.default_rng([SEED, *str(commune.code).encode()])
        here = places[commune.code]
        share = (here["population"] / here["population"].sum()).to_numpy()
        x, y = to_metric.transform(here["lon"].to_numpy(), here["lat"].to_numpy())
        for activity, rate in ACTIVITIES.items():
            for _ in range(whole(rate * commune.population / 1000, rng.random())):
                number += 20  # leaves room: mending a Luhn digit never meets the next number
                siren, nic = invalid_siret(number)
                closed, employer, masked, unplaced = rng.random(4) < (
                    CLOSED,
                    EMPLOYER,
                    MASKED,
                    UNPLACED,
                )
                year = int(rng.integers(1995, 2026))
                created = f"{year}-{int(rng.integers(1, 13)):02d}-01"
                since = f"{int(rng.integers(year, 2026))}-12-31" if closed else created
                cell = int(rng.choice(len(here), p=share))
                east, north = (
                    round(centre + shift, 1)
                    for centre, shift in zip(
                        (x[cell], y[cell]), rng.uniform(-300, 300, 2), strict=True
                    )
                )
                drawn = rng.choice(list(EMPLOYEES), p=list(EMPLOYEES.values()))
                employees = str(drawn) if employer else "NN"
                hidden = "[ND]" if masked else ""
                stock.append(
                    {
                        "siren": siren,
                        "nic": nic,
                        "siret": siren + nic,
                        "statutDiffusionEtablissement": "P" if masked else "O",
                        "dateCreationEtablissement": created,
                        "trancheEffectifsEtablissement": employees,
                        "anneeEffectifsEtablissement": "2023" if employer else "",
                        "etablissementSiege": "true",
                        "nombrePeriodesEtablissement": "2" if closed else "1",
                        "numeroVoieEtablissement": hidden,
                        "typeVoieEtablissement": hidden,
                        "libelleVoieEtablissement": hidden or "ADRESSE FICTIVE",
                        "libelleCommuneEtablissement": str(commune.name).upper(),
                        "codeCommuneEtablissement": commune.code,
                        "coordonneeLambertAbscisseEtablissement": (
                            "" if unplaced else hidden or f"{east:.1f}"
                        ),
                        "coordonneeLambertOrdonneeEtablissement": (
                            "" if unplaced else hidden or f"{north:.1f}"
                        ),
                        "dateDebut": since,
                        "etatAdministratifEtablissement": "F" if closed else "A",
                        "activitePrincipaleEtablissement": activity,
                        "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
                        "caractereEmployeurEtablissement": "N"
                        if employees in {"NN", "00"}
                        else "O",
                    }
                )
                if unplaced or masked:
                    continue
                lon, lat = to_metric.transform(east, north, direction="INVERSE")
                positions.append(
                    {
                        "siret": siren + nic,
                        "x": f"{east:.1f}",
                        "y": f"{north:.1f}",
                        "qualite_xy": "22",
                        "epsg": "2154",
                        "plg_code_commune": commune.code,
                        "y_latitude": f"{lat:.6f}",
                        "x_longitude": f"{lon:.6f}",
                    }
                )
    return stock, positions


def services(communes: pd.DataFrame) -> list[dict[str, str]]:
    """Rows in BPE layout: each type by commune size, scattered around the chef-lieu."""
    rows: list[dict[str, str]] = []
    to_metric = Transformer.from_crs(4326, 2154, always_xy=True)
    for commune in communes.itertuples():
        rng = np.random.default_rng([SEED + 1, *str(commune.code).encode()])
        x, y = to_metric.transform(commune.chef_lieu_lon, commune.chef_lieu_lat)
        radius = 150 + 12 * commune.population**0.5
        for kind, (people, first) in SERVICES.items():
            expected = commune.population / people
            count = whole(expected, rng.random()) if commune.population >= first else 0
            for _ in range(max(count, int(commune.population >= 1.5 * first))):
                shift = rng.normal(0, radius / 2, 2)
                rows.append(
                    {
                        "AN": "2021",
                        "DEP": "12",
                        "DEPCOM": commune.code,
                        "EPCI": commune.epci_code,
                        "LAMBERT_X": f"{x + shift[0]:.1f}",
                        "LAMBERT_Y": f"{y + shift[1]:.1f}",
                        "QUALITE_XY": "Mauvaise",
                        "REG": "76",
                        "TYPEQU": kind,
                    }
                )
    return rows


def text(rows: list[dict[str, str]], header: str, separator: str) -> str:
    """A CSV text of rows, absent columns empty."""
    columns = header.split(separator)
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, restval="", delimiter=separator, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def write_zip(path: Path, name: str, content: str) -> None:
    """Write a zip of one file with a fixed date, so that the same content gives the same bytes."""
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, content, compresslevel=9)


def main(folder: Path) -> None:
    """Write the three modelled files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    communes = facts.communes(DATA / "communes.csv")
    shapes = boundaries.read(DATA / "communes.geojson")
    cells = spread(communes, shapes, "EPSG:2154", size_m=1000, seed=SEED)
    stock, positions = establishments(communes, cells)
    write_zip(
        folder / "StockEtablissement_modelled.zip",
        "StockEtablissement_modelled.csv",
        text(stock, STOCK_HEADER, ","),
    )
    write_zip(
        folder / "GeolocalisationEtablissement_modelled.zip",
        "GeolocalisationEtablissement_modelled.csv",
        text(positions, POSITION_HEADER, ";"),
    )
    (folder / "bpe_modelled.csv").write_text(
        text(services(communes), BPE_HEADER, ";"), encoding="utf-8", newline="\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "modelled")
