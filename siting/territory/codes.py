"""Commune codes against the study's vintage: a code means nothing without its date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.errors import InputError
from siting.sources.places import ARRONDISSEMENTS

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from pathlib import Path

    import pandas as pd


def recoded(changes: pd.DataFrame | None, codes: Collection[str]) -> dict[str, str]:
    """Codes of other vintages or of arrondissements, and the commune of today of each.

    A code that is in use today stands for itself, whatever it meant before; one whose commune was
    split among several of today is left out.

    Parameters
    ----------
    changes
        `old_code,new_code,date`; None: no code is known to have changed.
    codes
        Communes of the study.
    """
    today = {part: whole for part, whole in ARRONDISSEMENTS.items() if whole in codes}
    today = {part: whole for part, whole in today.items() if part not in codes}
    if changes is None:
        return today
    after: dict[str, set[str]] = {}
    for row in changes.sort_values("date", kind="stable").itertuples():
        after.setdefault(str(row.old_code), set()).add(str(row.new_code))
    for old in after:
        if old in codes:
            continue
        ends, seen, coming = set(), {old}, [old]
        while coming:
            code = coming.pop()
            if code in codes:
                ends.add(code)
                continue
            coming += [later for later in after.get(code, ()) if later not in seen]
            seen |= after.get(code, set())
        if len(ends) == 1:
            today[old] = ends.pop()
    return today


def require_known(
    frame: pd.DataFrame,
    column: str,
    communes: pd.DataFrame,
    changes: pd.DataFrame | None,
    vintage: date,
    file: Path,
) -> None:
    """Refuse the first commune code that is not of the study's vintage.

    Parameters
    ----------
    frame
        The table, in the order of its file's rows.
    column
        Column of codes; empty values are passed over.
    communes
        The study's communes, by `code`.
    changes
        `old_code,new_code,new_name,date`, to say what became of an old code; None if not at hand.
    vintage
        Date of the study's codes.
    file
        For the message.

    Raises
    ------
    InputError
        A code is unknown; the message says what became of it where `changes` tells.
    """
    unknown = ~frame[column].isin(communes["code"]) & (frame[column] != "")
    if not unknown.any():
        return
    row = int(unknown.to_numpy().argmax())
    code = frame[column].iloc[row]
    place = {"file": file, "row": row + 2, "column": column, "code": code, "vintage": vintage}
    events = changes[changes["old_code"] == code] if changes is not None else None
    if events is None or events.empty:
        raise InputError("unknown_commune", **place)
    # the code may have had several lives: the last event tells where its territory is today
    last = events.sort_values("date").iloc[-1]
    raise InputError(
        "old_commune_code",
        **place,
        old_name=last["old_name"],
        date=last["date"].date(),
        new_name=last["new_name"],
        new_code=last["code_2026"] if "code_2026" in events else last["new_code"],
    )
