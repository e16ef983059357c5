"""National files of 2026 for ten départements, invented, with the quirks of the real ones.

Headers are those of the producers' files (see the samples); places are real, figures are not.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
from pyproj import Transformer
from shapely.geometry import box

from siting.setup import departments
from siting.sources import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SIDE = 0.05  # degrees; a commune is a square
METRIC = {"972": 5490, "974": 2975, "976": 4471}
GRIDS = {"972": 5490, "974": 2975}  # the squares overseas are in the projection of the island
EXTRACT_OF_A_REGION = ("2A", "74")  # whose département's extract the mirror lacks
OVERSEAS = {"972": "martinique", "974": "reunion", "976": "mayotte"}


@dataclass(frozen=True)
class Commune:
    """A square commune; `parts` are its arrondissements, under which INSEE counts people."""

    code: str
    name: str
    lon: float
    lat: float
    parts: tuple[str, ...] = ()

    @property
    def department(self) -> str:
        return departments.of_commune(self.code)

    @property
    def square(self):
        return box(self.lon, self.lat, self.lon + SIDE, self.lat + SIDE)

    @property
    def middle(self) -> tuple[float, float]:
        return self.lon + SIDE / 2, self.lat + SIDE / 2

    @property
    def counted(self) -> tuple[str, ...]:
        return self.parts or (self.code,)


def _row(names: dict[str, str], lon: float, lat: float) -> list[Commune]:
    return [Commune(c, n, lon + SIDE * at, lat) for at, (c, n) in enumerate(names.items())]


PARIS = tuple(f"751{n:02d}" for n in range(1, 21))
LYON = tuple(f"6938{n}" for n in range(1, 10))
COMMUNES = [
    *_row({"48095": "Mende", "48061": "Florac Trois Rivières", "48080": "Langogne"}, 3.5, 44.5),
    *_row({"12202": "Rodez", "12145": "Millau", "12218": "Conques-en-Rouergue"}, 2.5, 44.3),
    Commune("75056", "Paris", 2.33, 48.84, PARIS),
    Commune("69123", "Lyon", 4.8, 45.74, LYON),
    *_row({"69266": "Villeurbanne", "69029": "Bron"}, 4.85, 45.74),
    *_row({"2A004": "Ajaccio", "2A001": "Afa", "2A017": "Appietto"}, 8.7, 41.9),
    *_row({"97608": "Mamoudzou", "97602": "Bandraboua", "97610": "Ouangani"}, 45.1, -12.8),
    *_row({"97209": "Fort-de-France", "97213": "Le Lamentin", "97222": "Le Robert"}, -61.1, 14.6),
    *_row({"97411": "Saint-Denis", "97418": "Sainte-Marie", "97415": "Saint-Paul"}, 55.4, -20.93),
    *_row({"74012": "Annemasse", "74008": "Ambilly", "74305": "Ville-la-Grand"}, 6.2, 46.18),
    *_row({"31555": "Toulouse", "31069": "Blagnac", "31149": "Colomiers"}, 1.4, 43.58),
    *_row({"30007": "Alès"}, 3.6, 44.3),  # beyond the border of Lozère, within its buffer
]
DEPARTMENTS = ("48", "12", "75", "69", "2A", "976", "972", "974", "74", "31")


def mirror(folder: Path) -> None:
    """All the files, under the catalogue's names or the producers'."""
    folder.mkdir(parents=True, exist_ok=True)
    _codes(folder)
    _people(folder)
    _boundaries(folder)
    _roads(folder)
    _squares(folder)
    _digital(folder)
    _facilities(folder)
    _places(folder)
    _sirene(folder)


def _write(path: Path, header: str, rows: Sequence[Mapping[str, object]], **how: Any) -> None:
    """A table with a real header: what the rows do not say is empty."""
    separator = ";" if ";" in header else ","
    columns = header.replace('"', "").split(separator)
    strange = {name for row in rows for name in row} - set(columns)
    assert not strange, (path, strange)
    frame = pd.DataFrame(rows, columns=columns)
    frame.to_csv(path, index=False, sep=separator, lineterminator="\r\n", **how)


def _zip(path: Path, **members: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.write(member, f"{name}.csv")
            member.unlink()


def _codes(folder: Path) -> None:
    header = "TYPECOM,COM,REG,DEP,CTCD,ARR,TNCC,NCC,NCCENR,LIBELLE,CAN,COMPARENT"
    rows: list[dict[str, object]] = []
    for c in COMMUNES:
        named = {"LIBELLE": c.name, "NCCENR": c.name, "NCC": c.name.upper()}
        rows.append({"TYPECOM": "COM", "COM": c.code, "DEP": c.department, "REG": "1", **named})
        rows += [
            {"TYPECOM": "ARM", "COM": part, "DEP": c.department, "COMPARENT": c.code, **named}
            for part in c.parts
        ]
    rows.append({"TYPECOM": "COMD", "COM": "12218", "LIBELLE": "Conques", "COMPARENT": "12218"})
    _write(folder / "v_commune_2026.csv", header, rows)
    header = (
        "MOD,DATE_EFF,TYPECOM_AV,COM_AV,TNCC_AV,NCC_AV,NCCENR_AV,LIBELLE_AV,TYPECOM_AP,COM_AP,"
        "TNCC_AP,NCC_AP,NCCENR_AP,LIBELLE_AP"
    )
    to = {"TYPECOM_AP": "COM", "COM_AP": "12218", "LIBELLE_AP": "Conques-en-Rouergue"}
    moved = {"MOD": "50", "DATE_EFF": "2024-03-04", "TYPECOM_AV": "COM", "COM_AV": "12076"}
    events = [{**moved, "LIBELLE_AV": "Conques-en-Rouergue", **to}]
    for before in ("48061", "48186"):
        after = {"TYPECOM_AP": "COM", "COM_AP": "48061", "LIBELLE_AP": "Florac Trois Rivières"}
        event = {"MOD": "32", "DATE_EFF": "2016-01-01", "TYPECOM_AV": "COM", "COM_AV": before}
        event |= {"LIBELLE_AV": "Florac" if before == "48061" else "La Salle-Prunet"}
        events += [event | after, event | {"TYPECOM_AP": "COMD", "COM_AP": before}]
    _write(folder / "v_mvt_commune_2026.csv", header, events)


def _people(folder: Path) -> None:
    """Populations under the producer's own name, without Mayotte; the EPCI as a workbook."""
    header = "REG;Région;DEP;CODARR;CODCAN;CODCOM;COM;Commune;PMUN;PCAP;PTOT"
    rows = [
        {"DEP": c.department, "COM": code, "Commune": c.name, "PMUN": "9000", "CODCOM": code[-3:]}
        for c in COMMUNES
        if c.department != "976"
        for code in c.counted
    ]
    _write(folder / "communes.csv", header, rows)
    _write(folder / "departments.csv", "REG;DEP;PMUN", [{"DEP": "48", "PMUN": "1"}])
    _zip(
        folder / "ensemble.zip",
        donnees_communes=folder / "communes.csv",
        donnees_departements=folder / "departments.csv",
    )
    pd.DataFrame(
        [
            {
                "dept": c.department,
                "siren": f"2000{c.department.replace('A', '0').zfill(5)}",
                "raison_sociale": f"CA {c.department}",
                "nature_juridique": "CA",
                "insee": c.code,
                "nom_membre": c.name,
                "ptot_2026": 9000,
                "pmun_2026": 9000,
            }
            for c in COMMUNES
        ]
    ).to_excel(folder / "epcicom2026.xlsx", index=False)


def _boundaries(folder: Path) -> None:
    for department in DEPARTMENTS:
        here = [c for c in COMMUNES if c.department == department]
        columns = {"code": [c.code for c in here], "nom": [c.name for c in here]}
        frame = gpd.GeoDataFrame(
            {**columns, "population": 9000, "codeEpci": "1"},
            geometry=[c.square for c in here],
            crs=4326,
        )
        frame.to_file(folder / f"communes_{department}.geojson", driver="GeoJSON")


def _roads(folder: Path) -> None:
    """Streets every 500 m or so, by département, or by région where that alone is given."""
    first = 1
    for department in sorted({c.department for c in COMMUNES}):
        here = [c for c in COMMUNES if c.department == department]
        west, south = min(c.lon for c in here), min(c.lat for c in here)
        east = max(c.lon for c in here) + SIDE
        names = catalogue.extract_names(department, departments.name(department))
        by_region = department in (*EXTRACT_OF_A_REGION, *OVERSEAS)
        name = f"{names['region']}-latest" if by_region else names["osm_department"]
        first = _streets(folder / f"{name}.osm.pbf", (west, south, east, south + SIDE), first)
    around = departments.with_neighbours([d for d in DEPARTMENTS if d not in OVERSEAS])
    for department in {*around} - {"2A", "2B", "74"}:
        names = catalogue.extract_names(department, departments.name(department))
        path = folder / f"{names['osm_department']}.osm.pbf"
        if not path.exists():
            first = _streets(path, (-4.0, 48.0, -3.99, 48.01), first)


def _streets(path: Path, bounds: tuple[float, float, float, float], first: int) -> int:
    west, south, east, north = bounds
    lon, lat = np.arange(west, east, 0.006), np.arange(south, north, 0.006)
    node = osmium.osm.mutable.Node
    way = osmium.osm.mutable.Way
    ids = first + np.arange(len(lat) * len(lon)).reshape(len(lat), len(lon))
    with osmium.SimpleWriter(str(path)) as writer:
        for row in range(len(lat)):
            for column in range(len(lon)):
                at = (float(lon[column]), float(lat[row]))
                writer.add_node(node(id=int(ids[row, column]), location=at, version=1))
        lines = [*ids.tolist(), *ids.T.tolist()]
        for number, nodes in enumerate(lines):
            tags = {"highway": "secondary"}
            writer.add_way(way(id=first + number, nodes=nodes, tags=tags, version=1))
    return first + max(ids.size, len(lines))


def _squares(folder: Path) -> None:
    """Filosofi 2021: a file for metropolitan France, one for Martinique, one for La Réunion."""
    header = (
        "idcar_200m,idcar_1km,idcar_nat,i_est_200,i_est_1km,lcog_geo,ind,men,men_pauv,men_1ind,"
        "men_5ind,men_prop,men_fmp,ind_snv,men_surf,men_coll,men_mais,log_av45,log_45_70,log_70_90,"
        "log_ap90,log_inc,log_soc,ind_0_3,ind_4_5,ind_6_10,ind_11_17,ind_18_24,ind_25_39,ind_40_54,"
        "ind_55_64,ind_65_79,ind_80p,ind_inc"
    )
    rows: dict[str, list[dict[str, object]]] = {"met": [], "mart": [], "reun": []}
    for c in COMMUNES:
        if c.department == "976":
            continue
        file = {"972": "mart", "974": "reun"}.get(c.department, "met")
        epsg = GRIDS.get(c.department, 3035)
        project = Transformer.from_crs(4326, epsg, always_xy=True)
        for step in range(4):
            x, y = project.transform(c.lon + 0.01 + 0.01 * step, c.lat + 0.02)
            corner = f"N{int(y // 200) * 200}E{int(x // 200) * 200}"
            code = c.counted[step % len(c.counted)]
            both = "48061" if code == "48095" and step == 3 else ""  # a square over two communes
            square = {"idcar_200m": f"CRS{epsg}RES200m{corner}", "lcog_geo": code + both}
            rows[file].append({**square, "ind": 120.5, "i_est_200": 0, "i_est_1km": 0})
    members = {}
    for file, squares in rows.items():
        members[f"carreaux_200m_{file}"] = folder / f"{file}.csv"
        _write(folder / f"{file}.csv", header, squares)
    _zip(folder / "Filosofi2021_carreaux_200m_csv.zip", **members)


def _digital(folder: Path) -> None:
    header = (
        "code_insee;nom_com;code_dep;code_reg;nbr;type;nbr_elig_8;elig_ftth;elig_coax;elig_cu_30;"
        "elig_thdr;elig_cu_8;elig_4gf;elig_hdr;elig_sat;date"
    )
    parts = dict.fromkeys(("elig_coax", "elig_cu_30", "elig_thdr", "elig_cu_8", "elig_hdr"), 0)
    whole = {"nbr": 1100, "type": "all", "nbr_elig_8": 1000, "elig_ftth": 700, "elig_4gf": 250}
    rows = [
        {"code_insee": c.code, "nom_com": c.name, "elig_sat": 50, **whole, **parts}
        | {"date": "2026-03-31"}
        for c in COMMUNES
    ]
    _write(folder / "commune_meilleure_techno_thd.csv", header, rows)
    header = "code_insee;nom_commune;lot;fermeture_commerciale;fermeture_technique"
    _write(
        folder / "fermeture_reseau_cuivre.csv",
        header,
        [
            {"code_insee": c.code, "nom_commune": c.name, "lot": "3"}
            | {"fermeture_technique": "27/01/2027" if c.code == "48095" else ""}
            for c in COMMUNES
        ],
    )
    frame = gpd.GeoDataFrame(
        {
            "INSEE_COM": [code for c in COMMUNES for code in c.counted],
            "NOM_COM": [c.name for c in COMMUNES for _ in c.counted],
            "ZMD_privé": 0.0,
            "Locaux": 1000.0,
            "ftth": 650.0,
        },
        geometry=[c.square for c in COMMUNES for _ in c.counted],
        crs=4326,
    ).to_crs(3857)
    made = folder / "cartefibre"
    made.mkdir()
    frame.to_file(made / "commune.shp", encoding="ISO-8859-1")
    (made / "commune.cpg").write_text("UTF-8", encoding="utf-8")
    with zipfile.ZipFile(folder / "2026T2-Commune.zip", "w") as archive:
        for path in sorted(made.iterdir()):
            archive.write(path, path.name)


def _facilities(folder: Path) -> None:
    """BPE 2025: 95 columns, quoted; empty positions; arrondissements; metres of each projection."""
    header = (
        "AN;APET;NOMRS;CNOMRS;NUMVOIE;CODPOS;DEPCOM;DEP;REG;LIBCOM;DOM;SDOM;TYPEQU;SIRET;"
        "LAMBERT_X;LAMBERT_Y;LONGITUDE;LATITUDE;QUALITE_XY;EPSG;QUALITE_GEOLOC;DCIRIS;QP2024"
    )
    rows: list[dict[str, object]] = []
    for c in COMMUNES:
        epsg = METRIC.get(c.department, 2154)
        x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(*c.middle)
        known = {"AN": "2025", "DEPCOM": c.counted[0], "DEP": c.department, "LIBCOM": c.name}
        placed = {"LAMBERT_X": x, "LAMBERT_Y": y, "LONGITUDE": c.middle[0], "LATITUDE": c.middle[1]}
        rows += [
            {**known, **placed, "TYPEQU": kind, "EPSG": epsg, "QUALITE_XY": "Bonne"}
            for kind in ("A206", "B203", "D307")
        ]
        rows.append({**known, "TYPEQU": "B104", "QUALITE_XY": "_Z"})
    _write(folder / "bpe.csv", header, rows, quoting=1)
    _zip(folder / "BPE25.zip", BPE25=folder / "bpe.csv")


def _places(folder: Path) -> None:
    """National lists of places, each with the quirks of its producer."""
    header = (
        "id_fs,insee_dep,lib_fs,adresse,complement_adresse,insee_com,code_postal,lib_com,latitude,"
        "longitude,mail,telephone,h_lundi,h_mardi,h_mercredi,h_jeudi,h_vendredi,h_samedi,prise_rdv,"
        "commentaire,type_fs,format_fs,groupe_fs,labellisation_fs"
    )
    named = {"lib_fs": "France services", "type_fs": "Principal", "format_fs": "Fixe"}
    hours = {"h_lundi": "08:30 - 12:00 / 13:30 - 17:00"}
    _write(
        folder / "liste-france-services.csv",
        header,
        [
            {"id_fs": n, "insee_com": c.code, "longitude": c.middle[0], "latitude": c.middle[1]}
            | named
            | hours
            for n, c in enumerate(COMMUNES)
        ],
    )
    header = (
        "Identifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;Code_commune;"
        "libelle_nature;latitude;longitude;etat;ministere_tutelle;etablissement_multi_lignes"
    )
    rows = []
    for n, c in enumerate(COMMUNES):
        school = {"Code_commune": c.code, "longitude": c.middle[0], "latitude": c.middle[1]}
        named = {"Nom_etablissement": "Ecole", "Type_etablissement": "Ecole", "etat": "OUVERT"}
        uai = {"Identifiant_de_l_etablissement": f"035{n:04d}A"}
        nature = {"libelle_nature": "ECOLE DE NIVEAU ELEMENTAIRE"}
        rows += [school | named | uai | nature] * 2  # an annex bears the UAI of its school
        rows.append(school | named | uai | {"libelle_nature": "CIO", "Type_etablissement": "CIO"})
    _write(folder / "fr-en-annuaire-education.csv", header, rows, encoding="utf-8-sig")
    header = (
        "#Identifiant_du_site;Libellé_du_site;Caractéristique_du_site;Code_postal;Localité;"
        "Code_INSEE;Pays;Latitude;Longitude;Précision_du_géocodage;latlong"
    )
    _write(
        folder / "laposte_poincont.csv",
        header,
        [
            {"#Identifiant_du_site": f"{n:05d}A", "Libellé_du_site": c.name, "Code_INSEE": c.code}
            | {"Caractéristique_du_site": "Bureau de poste", "Latitude": c.middle[1]}
            | {"Longitude": c.middle[0]}
            for n, c in enumerate(COMMUNES)
        ],
    )
    header = "code_uic;libelle;fret;voyageurs;commune;departemen;x_wgs84;y_wgs84;c_geo"
    _write(
        folder / "liste-des-gares.csv",
        header,
        [
            {"code_uic": 87000000 + n, "libelle": c.name, "fret": "N", "voyageurs": "O"}
            | {"x_wgs84": c.middle[0], "y_wgs84": c.middle[1]}
            for n, c in enumerate(COMMUNES)
        ],
    )
    header = (
        "id_lieu,id_local,nom_lieu,ad_lieu,com_lieu,insee,type,date_maj,ouvert,source,Xlong,Ylat,"
        "nbre_pl,nbre_pmr,duree,horaires,proprio,lumiere,comm"
    )
    _write(
        folder / "lieux_de_covoiturage.csv",
        header,
        [
            {"id_lieu": f"{c.code}-C-001", "nom_lieu": c.name, "insee": c.code, "ouvert": "true"}
            | {"type": "Parking", "Xlong": c.middle[0], "Ylat": c.middle[1], "nbre_pl": 10}
            | {"date_maj": "2026-01-01", "source": "1", "com_lieu": c.name}
            for c in COMMUNES
        ],
    )
    _finess(folder)


def _finess(folder: Path) -> None:
    """FINESS, structures: degrees under either pair of names, the other pair in metres."""
    establishments = []
    for n, c in enumerate(COMMUNES):
        epsg = METRIC.get(c.department, 2154)
        metres = Transformer.from_crs(4326, epsg, always_xy=True).transform(*c.middle)
        first, second = (c.middle, metres) if n % 2 else (metres, c.middle)
        address = {
            "usageAdresse": "03",
            "cogCommune": c.counted[0],
            "coordonneesGeographique": {
                "coordonneeX": str(first[0]),
                "coordonneeY": str(first[1]),
                "directionLongitude": str(second[0]),
                "directionLatitude": str(second[1]),
            },
        }
        establishments.append(
            {
                "etatObjet": "A",
                "categorieentiteGeographiqueExercice": "620",
                "informationsGeneralesEGE": {
                    "numFinessEge": f"{n:09d}",
                    "nomEgeLong": f"Pharmacie de {c.name}",
                },
                "adresse": [{"usageAdresse": "01", "cogCommune": "75101"}, address],
            }
        )
    content = {"generatedAt": "2026-11-20", "schemaVersion": "1", "pmej": [{"ege": establishments}]}
    content |= {"gco": [], "gcc": []}
    with gzip.open(folder / "finess-structures-journalier-20261120.json.gz", "wt") as stream:
        json.dump(content, stream)


def _sirene(folder: Path) -> None:
    """Stocks as Parquet, by arrondissement; positions typed, in the projection of each row."""
    rows, units, positions = [], [], []
    for n, c in enumerate(COMMUNES):
        for at, code in enumerate(c.counted):
            siren = f"{n * 100 + at:09d}"
            rows.append(
                {
                    "siren": siren,
                    "nic": "00001",
                    "siret": f"{siren}00001",
                    "statutDiffusionEtablissement": "P" if at else "O",
                    "dateDernierTraitementEtablissement": "2026-10-01T00:00:00",
                    "trancheEffectifsEtablissement": "NN",
                    "etablissementSiege": True,
                    "codeCommuneEtablissement": code,
                    "etatAdministratifEtablissement": "A",
                    "activitePrincipaleEtablissement": "62.01Z",
                    "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
                    "caractereEmployeurEtablissement": "N",
                }
            )
            units.append(
                {
                    "siren": siren,
                    "etatAdministratifUniteLegale": "A",
                    "categorieJuridiqueUniteLegale": 1000,
                }
            )
            epsg = METRIC.get(c.department, 2154)
            x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(*c.middle)
            place = {"siret": f"{siren}00001", "x": x, "y": y, "epsg": str(epsg)}
            degrees = {"y_latitude": c.middle[1], "x_longitude": c.middle[0]}
            positions.append({**place, "qualite_xy": "11", "plg_code_commune": code, **degrees})
    pd.DataFrame(rows).to_parquet(folder / "StockEtablissement_utf8.parquet")
    pd.DataFrame(units).to_parquet(folder / "StockUniteLegale_utf8.parquet")
    pd.DataFrame(positions).to_parquet(
        folder / "GeolocalisationEtablissement_Sirene_pour_etudes_statistiques_utf8.parquet"
    )
