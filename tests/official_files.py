"""A département's official files, built in the producers' documented layouts (not real facts)."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
from pyproj import Transformer
from shapely.geometry import box

from siting.setup import prepare

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ["Mende", "Florac", "Langogne", "Marvejols", "Villefort", "Ispagnac"]
CODES = [f"48{n:03d}" for n in (95, 61, 80, 92, 198, 75)]
EXTRACTS = ("ardeche", "aveyron", "cantal", "gard", "haute_loire", "lozere")


def lozere(folder: Path) -> prepare.Official:
    """Six invented squares under Lozère's numbers, in the documented layouts (not real facts)."""
    codes = CODES
    kept = pd.DataFrame({"code": codes, "name": NAMES})
    blank = dict.fromkeys(["REG", "CTCD", "ARR", "TNCC", "NCC", "NCCENR", "CAN", "COMPARENT"], "")
    rows = kept.rename(columns={"code": "COM", "name": "LIBELLE"})
    rows.assign(TYPECOM="COM", DEP="48", **blank).to_csv(folder / "v_commune.csv", index=False)
    columns = (
        "MOD,DATE_EFF,TYPECOM_AV,COM_AV,TNCC_AV,NCC_AV,NCCENR_AV,LIBELLE_AV,TYPECOM_AP,COM_AP,"
        "TNCC_AP,NCC_AP,NCCENR_AP,LIBELLE_AP"
    )
    events = [  # Florac and a neighbour merged on 1 January 2025, under Florac's number
        f"32,2025-01-01,COM,{before},0,X,X,{name},COM,48061,0,X,X,Florac"
        for before, name in (("48061", "Florac"), ("48200", "Voisine"))
    ]
    (folder / "v_mvt.csv").write_text("\n".join([columns, *events]) + "\n", encoding="utf-8")
    before = pd.concat([kept, pd.DataFrame({"code": ["48200"], "name": ["Voisine"]})])
    pd.DataFrame(
        {"REG": "76", "DEP": "48", "COM": before["code"], "Commune": before["name"]}
    ).assign(PMUN=["12 000", "1 900", "2 900", "4 700", "500", "800", "100"]).to_csv(
        folder / "populations.csv", sep=";", index=False
    )
    pd.DataFrame(
        {
            "siren": "244800001",
            "raison_sociale": "CC d'exemple",
            "nature_juridique": "CC",
            "insee": before["code"],
            "nom_membre": before["name"],
        }
    ).to_csv(folder / "epcicom.csv", index=False)
    corners = [(3.3 + 0.1 * (n % 3), 44.3 + 0.1 * (n // 3)) for n in range(6)]
    squares = [box(x, y, x + 0.1, y + 0.1) for x, y in corners]
    shapes = gpd.GeoDataFrame(
        {"code_insee": codes, "nom_officiel": NAMES}, geometry=squares, crs=4326
    )
    shapes.to_crs(2154).to_file(folder / "admin.gpkg", layer="commune")
    france_services(folder / "fs.csv")
    west, east = roads(folder)
    return prepare.Official(
        communes=folder / "v_commune.csv",
        movements=folder / "v_mvt.csv",
        populations=folder / "populations.csv",
        epci=folder / "epcicom.csv",
        boundaries=(folder / "admin.gpkg",),
        france_services=folder / "fs.csv",
        roads=(west, east),
    )


def france_services(path: Path) -> None:
    days = {
        f"h_{day}": "09:00 - 12:00" for day in ("lundi", "mardi", "mercredi", "jeudi", "vendredi")
    }
    rows = [("1", 3.35, 44.35, "48095"), ("2", 2.35, 48.85, "75056")]
    pd.DataFrame(rows, columns=["id_fs", "longitude", "latitude", "insee_com"]).assign(
        lib_fs="France services", type_fs="Principal", format_fs="Fixe", h_samedi="", **days
    ).to_csv(path, index=False)


def roads(folder: Path) -> tuple[Path, Path]:
    """A grid of streets every kilometre or so, as two regional extracts that overlap."""
    lon, lat = np.linspace(3.3, 3.6, 25), np.linspace(44.3, 44.5, 23)
    paths = []
    for name, columns in (("west", range(14)), ("east", range(12, 25))):
        path = folder / f"{name}.osm.pbf"
        with osmium.SimpleWriter(str(path)) as writer:
            for row in range(23):
                for column in columns:
                    writer.add_node(
                        osmium.osm.mutable.Node(
                            id=1 + row * 25 + column, location=(lon[column], lat[row]), version=1
                        )
                    )
            lines = [(1 + row, [1 + row * 25 + c for c in columns]) for row in range(23)]
            lines = [(way + (0 if name == "west" else 100), nodes) for way, nodes in lines]
            lines += [(1000 + c, [1 + row * 25 + c for row in range(23)]) for c in columns]
            for way, nodes in sorted(lines):
                writer.add_way(
                    osmium.osm.mutable.Way(
                        id=way, nodes=nodes, tags={"highway": "secondary"}, version=1
                    )
                )
        paths.append(path)
    return paths[0], paths[1]


def mirror(folder: Path) -> None:
    """All that `siting fetch` asks for Lozère, under the catalogue's names."""
    own = folder / "own"
    own.mkdir(parents=True)
    official = lozere(own)
    official.communes.rename(folder / "v_commune_2026.csv")
    official.movements.rename(folder / "v_mvt_commune_2026.csv")
    with zipfile.ZipFile(folder / "populations_8680726.zip", "w") as archive:
        archive.write(official.populations, "donnees_communes.csv")
        archive.writestr("donnees_departements.csv", "DEP;PMUN\n48;1\n")
    members = pd.read_csv(official.epci, dtype=str)
    members.to_excel(folder / "epcicom2026.xlsx", index=False)
    shapes = gpd.read_file(own / "admin.gpkg").to_crs(4326)
    shapes.rename(columns={"code_insee": "code", "nom_officiel": "nom"}).to_file(
        folder / "communes_48.geojson", driver="GeoJSON"
    )
    official.france_services.rename(folder / "liste-france-services.csv")
    for number, department in enumerate(EXTRACTS):
        source = official.roads[number % 2]
        (folder / f"{department}.osm.pbf").write_bytes(source.read_bytes())
    _layers(folder)


def _layers(folder: Path) -> None:
    corners = [(3.35 + 0.1 * (n % 3), 44.35 + 0.1 * (n // 3)) for n in range(6)]
    to_grid = Transformer.from_crs(4326, 3035, always_xy=True)
    east, north = np.floor(np.array([to_grid.transform(*one) for one in corners]).T / 200) * 200
    ids = [f"CRS3035RES200mN{int(n)}E{int(e)}" for e, n in zip(east, north, strict=True)]
    cells = pd.DataFrame({"idcar_200m": ids, "lcog_geo": CODES, "ind": 120.5, "i_est_200": 0})
    cells.loc[1, "lcog_geo"] = "48200"  # the grid is older than the merger
    cells.to_csv(folder / "Filosofi2021_carreaux_200m_csv.csv", index=False)
    with zipfile.ZipFile(folder / "Filosofi2021_carreaux_200m_csv.zip", "w") as archive:
        archive.write(folder / "Filosofi2021_carreaux_200m_csv.csv", "carreaux_200m.csv")
    best = pd.DataFrame({"code_insee": [*CODES, "48200"], "nom_com": "x", "type": "Total"})
    parts = ["elig_coax", "elig_cu_30", "elig_thdr", "elig_cu_8", "elig_4gf", "elig_hdr"]
    best = best.assign(
        nbr=100, elig_ftth=60, elig_sat=40, date="2025-06-30", **dict.fromkeys(parts, 0)
    )
    best.to_csv(folder / "commune_meilleure_techno_thd.csv", sep=";", index=False)
    pd.DataFrame(
        {
            "code_insee": CODES,
            "nom_commune": NAMES,
            "lot": "3",
            "fermeture_commerciale": "2025-01-31",
            "fermeture_technique": ["27/01/2027", "", "-", "2028-01-31", "", ""],
        }
    ).to_csv(folder / "fermeture_reseau_cuivre.csv", sep=";", index=False)
    lon, lat = np.array(corners).T
    pd.DataFrame(
        {
            "DEPCOM": [*CODES, "75056"],
            "TYPEQU": "B203",
            "LONGITUDE": [*lon, 2.35],
            "LATITUDE": [*lat, 48.85],
        }
    ).to_csv(folder / "bpe.csv", sep=";", index=False)
    with zipfile.ZipFile(folder / "BPE25.zip", "w") as archive:
        archive.write(folder / "bpe.csv", "BPE25.csv")
    (folder / "liste-des-gares.csv").write_text(
        "CODE_UIC;LIBELLE;FRET;VOYAGEURS;X_WGS84;Y_WGS84\n"
        "1;Mende;N;O;3.35;44.35\n2;Paris;N;O;2.35;48.85\n",
        encoding="utf-8",
    )
    pharmacy = ["structureet", "480000001", "", "PHARMACIE", *[""] * 8, "095", "48", *[""] * 4]
    at = Transformer.from_crs(4326, 2154, always_xy=True).transform(3.36, 44.36)
    place = ["geolocalisation", "480000001", *map(str, at), "1,IGN,LAMBERT_93"]
    lines = ["finess;etalab", ";".join([*pharmacy, "620"]), ";".join(place)]
    (folder / "finess_geolocalise.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sirets = [f"{n:014d}" for n in range(1, 9)]
    pd.DataFrame(
        {
            "siret": sirets,
            "statutDiffusionEtablissement": "O",
            "trancheEffectifsEtablissement": "NN",
            "codeCommuneEtablissement": [*CODES, "48200", "75056"],
            "etatAdministratifEtablissement": ["A"] * 5 + ["F", "A", "A"],
            "activitePrincipaleEtablissement": "62.01Z",
            "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
        }
    ).to_parquet(folder / "StockEtablissement_utf8.parquet")
    pd.DataFrame(
        {
            "siren": [one[:9] for one in sirets[:1]],
            "etatAdministratifUniteLegale": "A",
            "categorieJuridiqueUniteLegale": "1000",
        }
    ).to_parquet(folder / "StockUniteLegale_utf8.parquet")
    places = pd.DataFrame(
        {"siret": sirets[:4], "qualite_xy": "11", "x_longitude": lon[:4], "y_latitude": lat[:4]}
    )
    places.to_csv(folder / "places.csv", sep=";", index=False)
    with zipfile.ZipFile(folder / "GeolocalisationEtablissement_utf8.zip", "w") as archive:
        archive.write(folder / "places.csv", "GeolocalisationEtablissement.csv")
