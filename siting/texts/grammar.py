"""What names and numbers ask of a sentence: elision, articles, singular and plural.

French places: « de l'Aveyron », « d'Ouest Aveyron », « du Lévézou », « du Nayrac ».
"""

from __future__ import annotations

import re
import unicodedata

from siting import texts

DEPARTMENTS = {
    "l'": "Ain,Aisne,Allier,Ardèche,Ariège,Aube,Aude,Aveyron,Essonne,Eure,Eure-et-Loir,Hérault,"
    "Indre,Indre-et-Loire,Isère,Oise,Orne,Yonne,Ille-et-Vilaine",
    "la ": "Charente,Charente-Maritime,Corrèze,Corse-du-Sud,Côte-d'Or,Creuse,Dordogne,Drôme,"
    "Gironde,Guadeloupe,Guyane,Haute-Corse,Haute-Garonne,Haute-Loire,Haute-Marne,Haute-Saône,"
    "Haute-Savoie,Haute-Vienne,Loire,Loire-Atlantique,Lozère,Manche,Marne,Martinique,Mayenne,"
    "Meurthe-et-Moselle,Meuse,Moselle,Nièvre,La Réunion,Saône-et-Loire,Sarthe,Savoie,"
    "Seine-Maritime,Seine-et-Marne,"
    "Seine-Saint-Denis,Somme,Vendée,Vienne",
    "le ": "Bas-Rhin,Haut-Rhin,Calvados,Cantal,Cher,Doubs,Finistère,Gard,Gers,Jura,Loir-et-Cher,"
    "Loiret,Lot,Lot-et-Garonne,Maine-et-Loire,Morbihan,Nord,Pas-de-Calais,Puy-de-Dôme,Rhône,Tarn,"
    "Tarn-et-Garonne,Territoire de Belfort,Val-de-Marne,Val-d'Oise,Var,Vaucluse",
    "les ": "Alpes-de-Haute-Provence,Alpes-Maritimes,Ardennes,Bouches-du-Rhône,Côtes-d'Armor,"
    "Deux-Sèvres,Hautes-Alpes,Hautes-Pyrénées,Hauts-de-Seine,Landes,Pyrénées-Atlantiques,"
    "Pyrénées-Orientales,Vosges,Yvelines",
}
_ARTICLES = {name: article for article, some in DEPARTMENTS.items() for name in some.split(",")}
_KINDS = {
    "CC": "la communauté de communes",
    "CA": "la communauté d'agglomération",
    "CU": "la communauté urbaine",
}
# an h that keeps « de » whole: mostly Germanic names and « haut »; elsewhere it is silent
_ASPIRATED = re.compile(
    r"^(haut|hav|hal|ham|hag|han|har|hei|hol|hom|hon|hou|hu[cn]|hér[io]s)", re.IGNORECASE
)


def elides(word: str) -> bool:
    """Whether « de » loses its e before a word."""
    bare = unicodedata.normalize("NFKD", word.lstrip("«( ")).casefold()
    if bare.startswith(("œ", "æ")):
        return True
    if bare[:1] == "h":
        return len(bare) > 1 and _ASPIRATED.match(unicodedata.normalize("NFC", bare)) is None
    if bare[:1] == "y":  # d'Yssingeaux, de Yaucourt
        return len(bare) > 1 and bare[1] not in "aeiouy"
    if re.match(r"onze\b|onzième|ouistiti|oui\b", bare):
        return False
    return bare[:1] in "aeiou" and bare != ""


def of(name: str, code: str | None = None) -> str:
    """« de » before a place: `de l'Aveyron`, `d'Ouest Aveyron`, `du Lévézou`; English `of …`."""
    if (code or texts.language()) != "fr":
        return texts.text("language.of", code, name=name)
    article = _ARTICLES.get(name)
    if article is not None:
        rest = name.removeprefix("La ")
        return f"{ {'le ': 'du ', 'les ': 'des '}.get(article, 'de ' + article) }{rest}"
    if re.match(r"(du|des|de|d['’])(\s|\b)", name):  # « du Lévézou », as EPCI are named
        return name
    for start, contracted in (("le ", "du "), ("Le ", "du "), ("les ", "des "), ("Les ", "des ")):
        if name.startswith(start):
            return contracted + name[len(start) :]
    return f"d'{name}" if elides(name) else f"de {name}"


def the(name: str, code: str | None = None) -> str:
    """A département with its article: `l'Aveyron`, `la Lozère`; other names as they are."""
    article = _ARTICLES.get(name, "") if (code or texts.language()) == "fr" else ""
    return f"{article}{name.removeprefix('La ') if article else name}"


def epci(name: str, code: str | None = None) -> str:
    """An EPCI as a sentence names it: `la communauté de communes du Pays de Salars`."""
    kind, _, rest = name.partition(" ")
    if (code or texts.language()) == "fr":
        return f"{_KINDS[kind]} {rest}" if kind in _KINDS and rest else name
    return texts.text("language.the", code, name=name) if kind in _KINDS else name


def singular(count: float, code: str | None = None) -> bool:
    """Whether a number takes the singular: under two in French, one in English."""
    shown = abs(count)
    return shown < 2 if (code or texts.language()) == "fr" else shown == 1


def counted(key: str, count: float, /, **values: object) -> str:
    """The text `key.one` or `key.other`, with `{count}` filled."""
    whole = round(count)
    form = "one" if singular(whole) else "other"
    return texts.text(f"{key}.{form}", count=texts.number(whole), **values)
