"""What print asks of a text that is kept as keys type it: apostrophes, spaces that do not break."""

from __future__ import annotations

import re

FIXED, NARROW = "\u00a0", "\u202f"
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_EPCI = re.compile(r"\b(CC|CA|CU|PETR) (?=\w)")
_UNITS = re.compile(r"(?<=\d) (?=(?:min|minutes?|km|m|h|hab\.|habitants?|communes?|ans|€|%)(?!\w))")
_BEFORE = ((re.compile(r"(?<=\S) (?=[:»])"), FIXED), (re.compile(r"(?<=\S) (?=[;!?])"), NARROW))
_AFTER = re.compile(r"« ")


def typeset(text: str, language: str) -> str:
    """A text as it is printed.

    Parameters
    ----------
    language
        Of the text, `fr` or `en`, or a tag that begins so.

    Returns
    -------
    The same words: typographic apostrophes, a kind of EPCI tied to its name and a number to its
    unit; in French a space that does not break before `:`, `;`, `!`, `?` and within « ».
    """
    shown = _APOSTROPHE.sub("\u2019", text)
    shown = _EPCI.sub(rf"\1{FIXED}", shown)
    shown = _UNITS.sub(FIXED, shown)
    if not language.startswith("fr"):
        return shown
    for pattern, space in _BEFORE:
        shown = pattern.sub(space, shown)
    return _AFTER.sub(f"«{FIXED}", shown)
