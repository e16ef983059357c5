"""What an answer says: ticks, choices by code or label, French numbers and dates."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from siting.survey.exports import plain
from siting.survey.questionnaire import OTHER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siting.survey.questionnaire import FormQuestion

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


def blank(written: str) -> bool:
    """Whether nothing is answered."""
    return written.strip().casefold() in BLANK


def tick(written: str, names: set[str]) -> bool | None:
    """Whether a box is ticked; None for what is neither. `names` are the choice's own."""
    word = plain(written)
    if word in names:
        return True
    if blank(written) or word in NO:
        return False
    return True if word in YES else None


def yes_no(written: str) -> str | None:
    """`yes` or `no`; None for what is neither."""
    word = plain(written)
    return "yes" if word in YES else "no" if word in NO else None


def option(written: str, question: FormQuestion) -> str | None:
    """Code of a choice that is named by its code or label; None for any other."""
    word = plain(written)
    for option in question.options:
        if word in {plain(option.code), *map(plain, option.label.every())}:
            return option.code
    # codes only: a label is not cut
    if question.other and word in OTHERS:
        return OTHER
    return None


def options(written: str, question: FormQuestion) -> tuple[str, ...] | None:
    """Codes of several choices in one cell, by codes or labels; None where something is left over.

    Between choices stand spaces (KoboToolbox), commas (Webform), semicolons or bars; labels may
    hold commas themselves, so the longest one that fits is taken.
    """
    names = {}
    for option in question.options:
        for name in (option.code, *option.label.every()):
            names[plain(name)] = option.code
    if question.other:
        names |= dict.fromkeys(OTHERS, OTHER)
    left, codes = plain(written), []
    while left:
        fits = [
            name
            for name in names
            if left.startswith(name) and (len(left) == len(name) or left[len(name)] in " ,;|.?")
        ]
        if not fits:
            return None
        name = max(fits, key=len)
        codes.append(names[name])
        left = left[len(name) :].lstrip(" ,;|.?")
    order = [option.code for option in question.options] + [OTHER]
    return tuple(sorted(set(codes), key=order.index))


def number(written: str, unit: str = "") -> float | None:
    """A number as French or English write it: `1 250,50 €`, `1,250.50`, `12.5`; None for other."""
    bare = re.sub(r"[\s\u00a0\u202f]", "", written).replace("€", "")
    if unit and bare.casefold().endswith(unit.casefold()):
        bare = bare[: -len(unit)]
    if "," in bare and "." in bare:
        thousands = "," if bare.rindex(".") > bare.rindex(",") else "."
        bare = bare.replace(thousands, "")
    bare = bare.replace(",", ".")
    return float(bare) if NUMBER.match(bare) else None


def date(written: str) -> dt.date | None:
    """A day: ISO, `31/03/2026` (day first), `31 mars 2026`; None for other."""
    word = plain(written)
    for form in DATES:
        match = form.match(word)
        if match:
            return _day(int(match["y"]), int(match["m"]), int(match["d"]))
    worded = WORDED.match(word)
    if worded and worded["m"] in MONTHS:
        return _day(int(worded["y"]), MONTHS.index(worded["m"]) + 1, int(worded["d"]))
    return None


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def commune(written: str, names: Mapping[str, str] | None) -> str | None:
    """Code of a commune that is named by its code or name; None for any other.

    Parameters
    ----------
    names
        Code by plain name, an empty code for a name that two communes bear; None: codes only.
    """
    word = re.sub(r"[\s\u00a0]+", " ", written).strip()
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
    written = re.sub(r"[-'\u2019]", " ", plain(name))
    written = re.sub(r"\bst\b", "saint", re.sub(r"\bste\b", "sainte", written))
    return re.sub(r"\s+", " ", written).strip()
