"""What an answer says: ticks, choices by code or label, French numbers and dates."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from siting.survey.exports import plain
from siting.survey.questionnaire import OTHER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siting.survey.questionnaire import Question

BLANK = {"", "n/a", "{question_not_shown}", "null", "nan"}
YES = {"y", "yes", "oui", "x", "1", "true", "vrai", "o", "checked", "ok"}
NO = {"n", "no", "non", "0", "false", "faux", "unchecked"}
OTHERS = {"-oth-", "other", "autre", "autres"}
MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre",
    "novembre", "decembre",
)  # fmt: skip
DATES = (
    re.compile(r"^(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"^(?:\w+,? )?(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})"),
)
WORDED = re.compile(r"^(?:\w+,? )?(?P<d>\d{1,2})(?:er)? (?P<m>[a-z]+) (?P<y>\d{4})")
NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")


def blank(said: str) -> bool:
    """Whether nothing is answered."""
    return said.strip().casefold() in BLANK


def tick(said: str, names: set[str]) -> bool | None:
    """Whether a box is ticked; None for what is neither. `names` are the choice's own."""
    word = plain(said)
    if word in names:
        return True
    if blank(said) or word in NO:
        return False
    return True if word in YES else None


def yes_no(said: str) -> str | None:
    """`yes` or `no`; None for what is neither."""
    word = plain(said)
    return "yes" if word in YES else "no" if word in NO else None


def option(said: str, asked: Question) -> str | None:
    """Code of a choice that is named by its code or label; None for any other."""
    word = plain(said)
    for one in asked.options:
        if word in {plain(one.code), plain(one.label.fr), plain(one.label.en)}:
            return one.code
    # codes only: a label is not cut
    if asked.other and word in OTHERS:
        return OTHER
    return None


def options(said: str, asked: Question) -> tuple[str, ...] | None:
    """Codes of several choices in one cell, by codes or labels; None where something is left over.

    Between choices stand spaces (KoboToolbox), commas (Webform), semicolons or bars; labels may
    hold commas themselves, so the longest one that fits is taken.
    """
    names = {}
    for one in asked.options:
        for name in (one.code, one.label.fr, one.label.en):
            names[plain(name)] = one.code
    if asked.other:
        names |= dict.fromkeys(OTHERS, OTHER)
    left, found = plain(said), []
    while left:
        fits = [
            name
            for name in names
            if left.startswith(name) and (len(left) == len(name) or left[len(name)] in " ,;|.?")
        ]
        if not fits:
            return None
        name = max(fits, key=len)
        found.append(names[name])
        left = left[len(name) :].lstrip(" ,;|.?")
    order = [one.code for one in asked.options] + [OTHER]
    return tuple(sorted(set(found), key=order.index))


def number(said: str, unit: str = "") -> float | None:
    """A number as French or English write it: `1 250,50 €`, `1,250.50`, `12.5`; None for other."""
    bare = re.sub(r"[\s\u00a0\u202f]", "", said).replace("€", "")
    if unit and bare.casefold().endswith(unit.casefold()):
        bare = bare[: -len(unit)]
    if "," in bare and "." in bare:
        thousands = "," if bare.rindex(".") > bare.rindex(",") else "."
        bare = bare.replace(thousands, "")
    bare = bare.replace(",", ".")
    return float(bare) if NUMBER.match(bare) else None


def date(said: str) -> dt.date | None:
    """A day: ISO, `31/03/2026` (day first), `31 mars 2026`; None for other."""
    word = plain(said)
    for form in DATES:
        found = form.match(word)
        if found:
            return _day(int(found["y"]), int(found["m"]), int(found["d"]))
    worded = WORDED.match(word)
    if worded and worded["m"] in MONTHS:
        return _day(int(worded["y"]), MONTHS.index(worded["m"]) + 1, int(worded["d"]))
    return None


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def commune(said: str, names: Mapping[str, str] | None) -> str | None:
    """Code of a commune that is named by its code or name; None for any other.

    Parameters
    ----------
    names
        Code by plain name, an empty code for a name that two communes bear; None: codes only.
    """
    word = re.sub(r"[\s\u00a0]+", " ", said).strip()
    code = word.upper().zfill(5) if word.isdigit() else word.upper()
    shaped = re.fullmatch(r"\d[0-9AB]\d{3}", code) is not None
    if names is None:
        return code if shaped else None
    if shaped:
        return code if code in set(names.values()) else None
    bare = re.sub(r"^\d{5} | \(?\d{5}\)?$", "", word)
    return names.get(place(bare)) or None


def place(name: str) -> str:
    """A commune's name, to be compared: hyphens, apostrophes and `St` do not matter."""
    said = re.sub(r"[-'\u2019]", " ", plain(name))
    said = re.sub(r"\bst\b", "saint", re.sub(r"\bste\b", "sainte", said))
    return re.sub(r"\s+", " ", said).strip()
