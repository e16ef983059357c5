"""The same three respondents as each platform exports them, and what they say."""

from __future__ import annotations

import csv
import functools
import io
from pathlib import Path

import openpyxl

from siting.config import validate
from siting.survey.questionnaire import Questionnaire

SCHEMA = Path(__file__).parents[2] / "configs" / "questionnaire.yaml"
ROWS = ("t05", "t10", "t15", "t20", "t30", "t45")
NEEDS = ("desk", "fibre", "meeting", "people", "machines", "animation", "clients")
PACKAGES = ("hour", "day", "twenty_days_quarter", "two_days_week", "h24")

PEOPLE = [
    {
        "volet": "firms", "siret": "123 456 789 00011", "email": "Anne.Durand@exemple.fr",
        "commune": "12202", "effectif": "e3_9", "lieu_actuel": "own", "km_semaine": "120,5",
        "interet": "maybe", "besoins": ("desk", "fibre"), "autre": "une cuisine pour Anne Durand",
        "frequence": ("week1", "week1", "month2", "month1", "never", "never"),
        "trajet_max": "20", "forfaits": ("day", "h24"), "prix_mois": "1 250,50 €",
        "image": "no", "remarques": "Rappeler Anne Durand au 06 12 34 56 78",
        "accord": "yes", "date_reponse": "03/10/2026",
    },
    {
        "volet": "independents", "siret": "98765432100022", "email": "",
        "commune": "Villefranche de Rouergue",
        "statut": "artistic", "lieu_actuel": "home", "km_semaine": "0", "interet": "sure",
        "besoins": (), "autre": "",
        "frequence": ("daily", "daily", "week2", "week1", "month1", "never"),
        "trajet_max": "30", "forfaits": ("h24",), "prix_mois": "", "image": "yes",
        "remarques": "", "accord": "yes", "date_reponse": "2026-10-01",
    },
    {
        "volet": "independents", "siret": "", "email": "refus@exemple.fr", "commune": "12145",
        "statut": "cultural", "lieu_actuel": "home", "km_semaine": "", "interet": "no",
        "besoins": (), "autre": "", "frequence": ("", "", "", "", "", ""), "trajet_max": "",
        "forfaits": (), "prix_mois": "", "image": "", "remarques": "", "accord": "no",
        "date_reponse": "",
    },
]  # fmt: skip
SECRETS = (
    "Anne", "Durand", "exemple.fr", "12345678900011", "123 456 789", "98765432100022", "cuisine",
    "06 12", "Rappeler", "refus",
)  # fmt: skip
SINGLE = (
    "volet", "siret", "email", "commune", "statut", "effectif", "lieu_actuel", "km_semaine",
    "interet", "trajet_max", "prix_mois", "image", "remarques", "accord", "date_reponse",
)  # fmt: skip


@functools.cache
def questionnaire() -> Questionnaire:
    return validate(Questionnaire, SCHEMA)


def label(code: str, sub: str = "") -> str:
    asked = next(one for one in questionnaire().questions() if one.code == code)
    if not sub:
        return asked.label.root["fr"]
    return next(one.label.root["fr"] for one in (*asked.rows, *asked.options) if one.code == sub)


def said(code: str, value: str, *, labels: bool) -> str:
    """An answer as code or as French label."""
    asked = next(one for one in questionnaire().questions() if one.code == code)
    if not labels or not value:
        return {"yes": "Y", "no": "N"}.get(value, value) if asked.type == "yes_no" else value
    if asked.type == "yes_no":
        return {"yes": "Oui", "no": "Non"}[value]
    return label(code, value) if asked.options else value


def written(rows: list[list[str]], separator: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(
        rows
    )
    return out.getvalue().encode("utf-8-sig")


def limesurvey(*, labels: bool = False, separator: str = ",") -> bytes:
    """Codes everywhere, or French labels everywhere."""

    def name(code: str, sub: str = "", choice: str = "") -> str:
        if labels:
            inner = choice or (label(code, sub) if sub else "")
            return label(code) + (f" [{inner}]" if inner else "")
        return code + (f"[{sub or 'other'}]" if sub or choice else "")

    meta = (
        ["ID de la réponse", "Date de soumission", "Dernière page", "Langue de départ"]
        if labels
        else ["id", "submitdate", "lastpage", "startlanguage"]
    )
    head = [*meta, *(name(one) for one in SINGLE)]
    head += [name("besoins", one) for one in NEEDS] + [name("besoins", choice="Autre")]
    head += [name("frequence", one) for one in ROWS] + [name("forfaits", one) for one in PACKAGES]
    rows = [head]
    for number, one in enumerate(PEOPLE, 1):
        row = [str(number), "2026-10-01 10:00:00", "4", "fr"]
        row += [said(code, one.get(code, ""), labels=labels) for code in SINGLE]
        yes, no = ("Oui", "Non") if labels else ("Y", "")
        row += [yes if need in one["besoins"] else no for need in NEEDS] + [one["autre"]]
        row += [said("frequence", answer, labels=labels) for answer in one["frequence"]]
        row += [yes if pack in one["forfaits"] else no for pack in PACKAGES]
        rows.append(row)
    rows.append(["4", "", "1", "fr", *[""] * (len(head) - 4)])  # never sent
    return written(rows, separator)


def framaforms(*, separate: bool = True) -> bytes:
    """Three header lines, choices apart or in one cell, labels, `;` between columns."""
    meta = ["Numéro", "SID", "Heure de soumission", "Brouillon", "Adresse IP"]
    above, names = ["Détails de la soumission", *[""] * 4], list(meta)
    above += [""] * len(SINGLE)
    names += [label(one) for one in SINGLE]
    if separate:
        above += [label("besoins"), *[""] * len(NEEDS)]
        names += [*(label("besoins", one) for one in NEEDS), "Autre…"]
    else:
        above += [""]
        names += [label("besoins")]
    above += [label("frequence"), *[""] * (len(ROWS) - 1)]
    names += [label("frequence", one) for one in ROWS]
    if separate:
        above += [label("forfaits"), *[""] * (len(PACKAGES) - 1)]
        names += [label("forfaits", one) for one in PACKAGES]
    else:
        above += [""]
        names += [label("forfaits")]
    rows = [["Télécentres et tiers-lieux", *[""] * (len(names) - 1)], above, names]
    for number, one in enumerate(PEOPLE, 1):
        row = [str(number), str(700 + number), "01/10/2026 - 10:00", "0", "10.0.0.1"]
        row += [said(code, one.get(code, ""), labels=True) for code in SINGLE]
        if separate:
            row += ["X" if need in one["besoins"] else "" for need in NEEDS] + [one["autre"]]
        else:
            row += [",".join(label("besoins", need) for need in one["besoins"])]
        row += [said("frequence", answer, labels=True) for answer in one["frequence"]]
        if separate:
            row += ["X" if pack in one["forfaits"] else "" for pack in PACKAGES]
        else:
            row += [",".join(label("forfaits", pack) for pack in one["forfaits"])]
        rows.append(row)
    return written(rows, ";")


def kobo(path: Path) -> Path:
    """Groups before questions, one column for all choices and one for each; as a workbook."""
    groups = {"volet": "vous/", "siret": "vous/", "commune": "vous/", "accord": "fin/"}
    head = ["start", "end", *(groups.get(one, "lieu/") + one for one in SINGLE)]
    for code, options in (("besoins", NEEDS), ("forfaits", PACKAGES)):
        head += [f"lieu/{code}", *(f"lieu/{code}/{one}" for one in options)]
    head += [f"lieu/frequence/{one}" for one in ROWS]
    head += ["__version__", "_id", "_uuid", "_submission_time", "_index"]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(head)
    for number, one in enumerate(PEOPLE, 1):
        row = ["2026-10-01T10:00:00", "2026-10-01T10:10:00"]
        for code in SINGLE:
            value = one.get(code, "")
            if code == "trajet_max" and value:
                value = int(value)
            row.append(value)
        for code, options in (("besoins", NEEDS), ("forfaits", PACKAGES)):
            row += [" ".join(one[code]), *(int(name in one[code]) for name in options)]
        row += [*one["frequence"], "v1", number, f"uuid-{number}", "2026-10-01T10:11:00", number]
        sheet.append(row)
    book.save(path)
    return path
