"""Tables keyed by commune, brought from one date of the commune codes to another.

A code means nothing without its date: 12218 was Saint-Cyprien-sur-Dourdou until 2015, nothing from
2016 to March 2024, and is Conques-en-Rouergue since. The history of the codes is replayed from the
movements of the COG: every commune of the earlier date is followed through mergers, separations and
changes of code, with the name under which each part was last independent, so that a commune that
merged and was re-established later is found again whole.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

FIRST = date(1943, 1, 1)
"""The movements of the COG begin here."""

ESTABLISHED = ("20", "21")
"""MOD of the events by which a commune is created or re-established."""

State = dict[str, list[tuple[str, str]]]
"""Live code to its parts: (code under which the part was last independent, earlier commune)."""


@dataclass(frozen=True)
class History:
    """The life of the commune codes up to a date.

    Attributes
    ----------
    events
        `date,kind,type_before,before,type_after,after` at least, by date
        (`sources.cog.movements`).
    codes
        Communes that exist at `vintage`.
    vintage
        Date up to which the events are complete.
    """

    events: pd.DataFrame
    codes: frozenset[str]
    vintage: date

    def days(self, after: date, until: date) -> Iterator[tuple[date, list[tuple[str, str, str]]]]:
        """Events after a date and until another, day by day: (type before, before, after)."""
        moment = self.events["date"].dt.date
        # the end of a delegated commune (34, 35) changes no commune, its re-establishment does
        of_communes = (self.events["type_after"] == "COM") & (
            (self.events["type_before"] == "COM") | self.events["kind"].isin(ESTABLISHED)
        )
        chosen = self.events[(moment > after) & (moment <= until) & of_communes]
        for day, rows in chosen.groupby("date", sort=True):
            triples = zip(rows["type_before"], rows["before"], rows["after"], strict=True)
            yield pd.Timestamp(str(day)).date(), sorted(set(triples))


@dataclass(frozen=True)
class Conversion:
    """A converted table and what was done.

    Attributes
    ----------
    table
        The code, the other key columns, the converted columns, and `conversion`: `unchanged`,
        `recoded`, `merged`, `split` (shared by population: an estimate) or `partial` (a part of
        the commune has no row in the table).
    report
        `from_code,to_code,kind,share`, one row for each pair of codes that is not identity.
    """

    table: pd.DataFrame
    report: pd.DataFrame


def history_of_facts(changes: pd.DataFrame, codes: Sequence[str], vintage: date) -> History:
    """History from the embedded table of changes (`sources.facts.changes`), which tells mergers.

    Parameters
    ----------
    changes
        `old_code,new_code,date`.
    codes
        Communes at `vintage`.
    """
    events = pd.DataFrame(
        {
            "date": changes["date"],
            "kind": "",
            "type_before": "COM",
            "before": changes["old_code"],
            "type_after": "COM",
            "after": changes["new_code"],
        }
    )
    return History(
        events.sort_values("date", kind="stable", ignore_index=True), frozenset(codes), vintage
    )


def codes_at(history: History, day: date) -> frozenset[str]:
    """Codes of the communes that existed on a day.

    Raises
    ------
    InputError
        The day is before 1943 or after the history's vintage.
    """
    _require_known_day(history, day)
    live = set(history.codes)
    for _, triples in reversed(list(history.days(day, history.vintage))):
        pairs = [(before, after) for kind, before, after in triples if kind == "COM"]
        live -= {after for _, _, after in triples}
        live |= {before for before, _ in pairs}
    return frozenset(live)


def successors(history: History, early: date, late: date) -> pd.DataFrame:
    """Where the territory of each commune of an early date lies at a later one.

    Returns
    -------
    `early,late`: one row for each pair of communes that share territory.

    Raises
    ------
    InputError
        See `codes_at`.
    """
    _require_known_day(history, late)
    holder: dict[str, str] = {}
    for _, triples in history.days(FIRST, early):
        _follow_holders(holder, triples)
    state: State = {code: [(code, code)] for code in codes_at(history, early)}
    for _, triples in history.days(early, late):
        _step(state, holder, triples)
        _follow_holders(holder, triples)
    pairs = {(piece, code) for code, pieces in state.items() for _, piece in pieces}
    return pd.DataFrame(sorted(pairs), columns=["early", "late"])


def _follow_holders(holder: dict[str, str], triples: list[tuple[str, str, str]]) -> None:
    """Remember which commune holds each commune that merged."""
    for kind, before, after in triples:
        if kind != "COM" or before == after:
            continue
        for label, holding in holder.items():
            if holding == before:
                holder[label] = after
        holder[before] = after
    for _, _, after in triples:
        holder.pop(after, None)  # it lives again


def _step(state: State, holder: Mapping[str, str], triples: list[tuple[str, str, str]]) -> None:
    """Move parts through the events of one day, all at once."""
    heirs: dict[str, set[str]] = defaultdict(set)
    for kind, before, after in triples:
        if kind == "COM":
            heirs[before].add(after)
    given = {after for afters in heirs.values() for after in afters}
    for kind, _, after in triples:
        # a re-established commune whose parent the rows do not name: history knows it
        if kind != "COM" and after not in given and after in holder:
            heirs[holder[after]] |= {after, holder[after]}
    parents = Counter(after for afters in heirs.values() for after in afters)
    moved: State = defaultdict(list)
    for before, afters in sorted(heirs.items()):
        parts = state.pop(before, [])
        if len(afters) == 1 and len(parts) == 1:
            [after], [(label, piece)] = afters, parts
            recoded = parents[after] == 1 and label == before
            moved[after].append((after if recoded else label, piece))
            continue
        for after, part in _shared(before, sorted(afters), parts):
            moved[after].append(part)
    for after, parts in moved.items():
        state[after] = sorted(set(state.get(after, []) + parts))


def _shared(
    before: str, afters: list[str], parts: list[tuple[str, str]]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Say which heir takes which part: those that bear its name take a part whole."""
    if len(afters) == 1:
        for part in parts:
            yield afters[0], part
        return
    labels = {label for label, _ in parts}
    unnamed = [after for after in afters if after not in labels]
    for label, piece in parts:
        if label in afters and label != before:
            yield label, (label, piece)
            continue
        takers = {*unnamed, before} if before in afters else set(unnamed)
        for after in sorted(takers or {before}):
            yield after, (after if label == before else label, piece)


def convert(
    table: pd.DataFrame,
    history: History,
    from_vintage: date | str | int,
    to_vintage: date | str | int,
    *,
    code: str = "code",
    by: Sequence[str] = (),
    sums: Sequence[str] = (),
    means: Mapping[str, str] | None = None,
    population: pd.Series | None = None,
    file: Path | str = "table",
) -> Conversion:
    """Bring a table keyed by commune from one date to another.

    Mergers add the `sums` and take the mean of the `means` by their weights. Where a commune became
    several, the sums are shared by the population of the parts at the target date, and means are
    copied; both are flagged `split`. An unknown part makes the sum or the mean unknown.

    Parameters
    ----------
    table
        One row for each code (and value of `by`).
    history
        See `History`; it must reach the later date.
    from_vintage, to_vintage
        Dates of the codes before and after; either may be the later. A year stands for its first
        day, as in INSEE's files.
    code
        Column of codes.
    by
        Other key columns (a date, a technology).
    sums
        Columns that add up.
    means
        Column to its weight, a column of the table.
    population
        Inhabitants by code at `to_vintage`, to share what was split.
    file
        For messages.

    Raises
    ------
    InputError
        A code did not exist at `from_vintage`; a row is repeated; a date is not covered; a split
        without population; or parts of several communes were exchanged, so that no share is known.
    """
    means = means or {}
    from_vintage, to_vintage = _day(from_vintage), _day(to_vintage)
    _require_rows(table, [code, *by], file)
    known = codes_at(history, from_vintage)
    _require_codes(table[code], known, from_vintage, file)
    weighed = _links(history, from_vintage, to_vintage, set(table[code]), population, file)
    linked = weighed.add_prefix("link ")  # a table may have a column of the same name
    joined = table.merge(linked, left_on=code, right_on="link from_code")
    values = {name: joined[name].astype(float) for name in {*sums, *means, *means.values()}}
    amounts = {name: values[name] * joined["link share"] for name in {*sums, *means.values()}}
    for name, weight in means.items():
        # a part without weight has no say, even where its value is unknown
        part = (values[name] * amounts[weight]).where(amounts[weight] != 0, 0.0)
        amounts[f"{name} weighed by {weight}"] = part
    keys = ["link to_code", *by]
    summed = pd.DataFrame({**{k: joined[k] for k in keys}, **amounts}).groupby(keys, sort=True)
    added = summed.sum(min_count=1, skipna=False)
    result = added[list(sums)].copy()
    with np.errstate(invalid="ignore", divide="ignore"):
        for name, weight in means.items():
            result[name] = added[f"{name} weighed by {weight}"] / added[weight]
    result["conversion"] = _kinds(joined, keys, history, from_vintage, to_vintage)
    result = result.reset_index().rename(columns={"link to_code": code})
    report = weighed[(weighed["kind"] != "unchanged")].reset_index(drop=True)
    return Conversion(result, report)


def _links(
    history: History,
    from_vintage: date,
    to_vintage: date,
    present: set[str],
    population: pd.Series | None,
    file: Path | str,
) -> pd.DataFrame:
    """Pairs of codes with the share of the former that goes to the latter, and the kind of link."""
    whole = relation(history, from_vintage, to_vintage)
    sources = whole.groupby("to_code")["from_code"].size()
    pairs = whole[whole["from_code"].isin(present)].reset_index(drop=True)
    targets = pairs.groupby("from_code")["to_code"].transform("size")
    split = targets > 1
    share = pd.Series(1.0, index=pairs.index)
    if split.any():
        parts = pairs[split]
        tangled = parts[parts["to_code"].map(sources) > 1]
        if len(tangled):
            raise InputError(
                "exchanged_territory",
                file=file,
                codes=", ".join(sorted(tangled["from_code"].unique())[:5]),
                before=from_vintage,
                after=to_vintage,
            )
        lacking = parts["to_code"]
        if population is not None:
            lacking = lacking[~lacking.isin(population.dropna().index)]
        if len(lacking):
            raise InputError(
                "split_without_population",
                file=file,
                code=parts.loc[lacking.index[0], "from_code"],
                parts=", ".join(lacking.head(5)),
                vintage=to_vintage,
            )
        people = parts["to_code"].map(population).astype(float)  # type: ignore[arg-type]
        total = people.groupby(parts["from_code"]).transform("sum")
        even = 1 / parts.groupby("from_code")["to_code"].transform("size")
        share[split] = (people / total).where(total > 0, even)
    merged = pairs["to_code"].map(sources) > 1  # also where the other parts have no row
    kind = np.select(
        [split, merged, pairs["from_code"] != pairs["to_code"]],
        ["split", "merged", "recoded"],
        "unchanged",
    )
    return pairs.assign(kind=kind, share=share)


def relation(history: History, from_vintage: date, to_vintage: date) -> pd.DataFrame:
    """Pairs of communes of two dates, either first, that share territory: `from_code,to_code`."""
    early, late = sorted([from_vintage, to_vintage])
    pairs = successors(history, early, late)
    names = ["from_code", "to_code"] if from_vintage <= to_vintage else ["to_code", "from_code"]
    pairs.columns = pd.Index(names)
    return pairs[["from_code", "to_code"]].sort_values(["from_code", "to_code"], ignore_index=True)


def _kinds(
    joined: pd.DataFrame, keys: list[str], history: History, before: date, after: date
) -> pd.Series:
    """What happened to each row of the result; a merger that lacks a part is `partial`."""
    order = ["unchanged", "recoded", "merged", "split"]
    rank = joined["link kind"].map({kind: number for number, kind in enumerate(order)})
    groups = joined.assign(**{"link rank": rank}).groupby(keys, sort=True)
    kinds = groups["link rank"].max().map(dict(enumerate(order)))
    expected = relation(history, before, after).groupby("to_code")["from_code"].size()
    due = kinds.index.get_level_values(0).map(expected.to_dict())
    return kinds.where(groups.size().to_numpy() >= due.to_numpy(), "partial")


def _day(vintage: date | str | int) -> date:
    """Day of a vintage: a date, its ISO text, or a year."""
    if isinstance(vintage, date):
        return vintage
    written = str(vintage)
    try:
        return date(int(written), 1, 1) if written.isdigit() else date.fromisoformat(written)
    except ValueError as error:
        raise InputError("not_a_vintage", value=vintage) from error


def _require_known_day(history: History, day: date) -> None:
    if not FIRST <= day <= history.vintage:
        raise InputError("vintage_not_covered", day=day, first=FIRST, last=history.vintage)


def _require_rows(table: pd.DataFrame, key: list[str], file: Path | str) -> None:
    if table.empty:
        raise InputError("empty_table", file=file)
    repeated = table[table.duplicated(key)]
    if len(repeated):
        ids = ", ".join("/".join(map(str, row)) for row in repeated[key].head(5).to_numpy())
        raise InputError("duplicate_ids", file=file, column="/".join(key), ids=ids)


def _require_codes(
    codes: pd.Series, known: frozenset[str], vintage: date, file: Path | str
) -> None:
    unknown = codes[~codes.isin(known)]
    if len(unknown):
        raise InputError(
            "codes_of_another_vintage",
            file=file,
            count=unknown.nunique(),
            codes=", ".join(map(str, sorted(unknown.unique())[:5])),
            vintage=vintage,
        )
