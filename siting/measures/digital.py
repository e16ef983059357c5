"""The digital layer: who is connected, when, and what it changes for those far from services.

Works on tables with the columns of `data/aveyron/broadband.csv`: one row a commune and date. The
premises of two dates come from two bases: compare shares, not levels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.contracts import missing_column
from siting.errors import InputError
from siting.measures.pairs import SHOWN, checked_thresholds

if TYPE_CHECKING:
    from collections.abc import Sequence

TECHNOLOGIES = (
    "fibre",
    "coax",
    "copper",
    "radio_thd",
    "fixed_4g",
    "radio_hd",
    "satellite_only",
)
"""Best technology of a premises, columns `mci_<technology>`, which add up to `mci_premises`."""

SPEEDS = {
    "fibre": (1000.0, np.inf),
    "coax": (100.0, 1000.0),
    "copper": (0.5, 100.0),
    "radio_thd": (30.0, 100.0),
    "fixed_4g": (8.0, 100.0),
    "radio_hd": (8.0, 30.0),
    "satellite_only": (8.0, 200.0),
}
"""Least and most Mbit/s of each technology, downwards: hypotheses, to be confirmed (ARCEP's classes
are 0.5, 3, 8, 30, 100, 1000). The lines of a technology lie somewhere between."""

QUADRANTS = ("far_unconnected", "far_connected", "near_unconnected", "near_connected")


def technology_shares(broadband: pd.DataFrame) -> pd.DataFrame:
    """Share of premises by best technology, long: `code,date,technology,premises,share`.

    Rows without the seven columns (2018) give `fibre` alone, from `ftth_premises`; `share` is NaN
    where a commune has no premises.

    Raises
    ------
    InputError
        A column is missing, or the seven technologies do not add up to `mci_premises`.
    """
    table = _checked(broadband)
    parts = []
    columns = [f"mci_{name}" for name in TECHNOLOGIES]
    known = pd.Series(data=False, index=table.index)
    if set(columns) <= set(table.columns):
        known = table[columns].notna().all(axis=1)
        lines = table[known]
        wrong = lines[columns].sum(axis=1) != lines["mci_premises"]
        if wrong.any():
            codes = ", ".join(lines.loc[wrong, "code"].head(SHOWN))
            raise InputError("technologies_unbalanced", codes=codes)
        for name, column in zip(TECHNOLOGIES, columns, strict=True):
            parts.append(_share(lines, name, lines[column], lines["mci_premises"]))
    rest = table[~known]
    parts.append(_share(rest, "fibre", rest["ftth_premises"], rest["premises"]))
    result = pd.concat([part for part in parts if len(part)])
    return result.sort_index(kind="stable").reset_index(drop=True)


def below_speed(broadband: pd.DataFrame, speed: float) -> pd.DataFrame:
    """Share of premises whose best line is slower than `speed` Mbit/s, as a band.

    A technology whose lines are all slower counts in both bounds, one whose lines may be slower in
    the upper bound only: the open tables do not give each line's speed.

    Returns
    -------
    `code,date,premises,share_low,share_high`, dates with technologies only.
    """
    if not speed > 0:
        raise InputError("bad_parameter", name="speed", value=f"{speed:g}")
    shares = technology_shares(broadband)
    whole = shares.groupby(["code", "date"])["technology"].transform("size") == len(TECHNOLOGIES)
    lines = shares[whole]
    most = lines["technology"].map({name: high for name, (_, high) in SPEEDS.items()})
    least = lines["technology"].map({name: low for name, (low, _) in SPEEDS.items()})
    # a line of a class with the upper end `high` is slower than `high`
    counted = lines.assign(
        share_low=lines["share"].where(most <= speed, 0.0),
        share_high=lines["share"].where(least < speed, 0.0),
    )
    return counted.groupby(["code", "date"], sort=False, as_index=False).agg(
        premises=("premises", "sum"),
        share_low=("share_low", lambda part: part.sum(skipna=False)),
        share_high=("share_high", lambda part: part.sum(skipna=False)),
    )


def fibre_share(broadband: pd.DataFrame, date: str | pd.Timestamp) -> pd.Series:
    """Share of premises that fibre reaches at a date, by commune; NaN where no premises."""
    table = _at(_checked(broadband), date)
    return _quotient(table["ftth_premises"], table["premises"]).rename("fibre_share")


def zone_fibre(broadband: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """Fibre by zone and date: `zone_kind,zone_code,zone_name,date,premises,ftth_premises,share`.

    Parameters
    ----------
    zones
        `commune_code,zone_kind,zone_code,zone_name`.

    Raises
    ------
    InputError
        A commune with premises belongs to no zone.
    """
    table = _checked(broadband)
    left = ~table["code"].isin(zones["commune_code"]) & (table["premises"] > 0)
    if left.any():
        codes = ", ".join(sorted(table.loc[left, "code"].unique())[:SHOWN])
        raise InputError("people_without_zone", codes=codes)
    key = ["zone_kind", "zone_code", "zone_name"]
    rows = zones[["commune_code", *key]].drop_duplicates()
    rows = rows.merge(table, left_on="commune_code", right_on="code")
    sums = rows.groupby([*key, "date"], sort=False)[["premises", "ftth_premises"]].sum()
    return sums.assign(share=_quotient(sums["ftth_premises"], sums["premises"])).reset_index()


def change(
    broadband: pd.DataFrame, before: str | pd.Timestamp, after: str | pd.Timestamp
) -> pd.DataFrame:
    """Change of the fibre share between two dates on one geography.

    Returns
    -------
    `share_before,share_after,change_points` (percentage points) by commune.

    Raises
    ------
    InputError
        The two dates do not have the same communes: bring them to one vintage first.
    """
    then, now = fibre_share(broadband, before), fibre_share(broadband, after)
    other = then.index.symmetric_difference(now.index)
    if len(other):
        raise InputError("other_geography", count=len(other), codes=", ".join(other[:SHOWN]))
    now = now.reindex(then.index)
    return pd.DataFrame(
        {"share_before": then, "share_after": now, "change_points": 100 * (now - then)}
    )


def phases(
    broadband: pd.DataFrame, upgraded: pd.DataFrame | None = None, fibre_from: float = 0.8
) -> pd.DataFrame:
    """Phase of the roll-out of each commune at each date: before, copper upgrade, fibre.

    Parameters
    ----------
    upgraded
        Communes where the copper network was upgraded (« montée en débit »), `code,date` of entry
        into service. Open fibre tables do not tell it: without this list no commune is in that
        phase.
    fibre_from
        Share of premises from which a commune counts as fibred, a choice of the study.

    Returns
    -------
    `code,date,fibre_share,phase`, `phase` among `before`, `copper_upgrade`, `fibre`; empty where
    the commune has no premises.
    """
    if not 0 < fibre_from <= 1:
        raise InputError("bad_parameter", name="fibre_from", value=f"{fibre_from:g}")
    table = _checked(broadband)
    share = _quotient(table["ftth_premises"], table["premises"])
    since = pd.Series(np.datetime64("NaT", "s"), index=table.index)
    if upgraded is not None:
        first = pd.to_datetime(upgraded["date"]).groupby(upgraded["code"]).min()
        since = pd.to_datetime(table["code"].map(first))
    served = since.notna() & (since <= table["date"])
    phase = np.select(
        [share.isna(), share >= fibre_from, served], ["", "fibre", "copper_upgrade"], "before"
    )
    return table[["code", "date"]].assign(fibre_share=share, phase=phase)


def copper_exposure(
    broadband: pd.DataFrame, horizon: str | pd.Timestamp, date: str | pd.Timestamp
) -> pd.DataFrame:
    """Premises that lose copper by a date and that fibre does not reach yet.

    Parameters
    ----------
    horizon
        Closures announced up to this day count.
    date
        Date of the figures.

    Returns
    -------
    By commune with an announced closure: `copper_closure,premises,without_fibre,share_without`.
    """
    table = _at(_checked(broadband), date)
    if "copper_closure" not in table.columns:
        raise missing_column("broadband", "copper_closure", table.columns)
    closure = pd.to_datetime(table["copper_closure"].replace("", None))
    closing = closure.notna() & (closure <= pd.Timestamp(horizon))
    left = (table["premises"] - table["ftth_premises"]).clip(lower=0)
    result = pd.DataFrame(
        {
            "copper_closure": closure,
            "premises": table["premises"],
            "without_fibre": left,
            "share_without": _quotient(left, table["premises"]),
        }
    )
    return result[closing]


def quadrants(
    access: pd.DataFrame, connected: pd.Series, limit: float, connected_from: float
) -> pd.Series:
    """Far from services or near, connected or not: the class of each row of `access`.

    Parameters
    ----------
    access
        `commune_code,minutes` of one service; no time is far.
    connected
        Share of premises connected by commune, such as `fibre_share`.
    limit
        Minutes up to which a cell is near.
    connected_from
        Share from which a commune counts as connected.

    Returns
    -------
    One of `QUADRANTS` by row; empty where the commune's share is not known.
    """
    if not 0 < connected_from <= 1:
        raise InputError("bad_parameter", name="connected_from", value=f"{connected_from:g}")
    cut = checked_thresholds([limit])[0]
    near = (access["minutes"].astype(np.float32) <= cut).to_numpy()
    share = access["commune_code"].map(connected).astype(float).to_numpy()
    number = 2 * near + (share >= connected_from)
    names = np.array(QUADRANTS, object)[number]
    names[np.isnan(share)] = ""
    return pd.Series(names, access.index, name="quadrant")


def cross_table(
    access: pd.DataFrame, connected: pd.Series, limit: float, connected_from: float
) -> pd.DataFrame:
    """People far from services and poorly connected, far and connected, near and so on.

    See `quadrants`. People of communes without a share are the row `unknown`, so that the sum is
    everybody.

    Returns
    -------
    Index: `QUADRANTS`, `unknown`. Columns `people`, `share`.
    """
    where = quadrants(access, connected, limit, connected_from).replace("", "unknown")
    people = access["population"].groupby(where.to_numpy()).sum()
    people = people.reindex([*QUADRANTS, "unknown"], fill_value=0).astype(float)
    return pd.DataFrame({"people": people, "share": _quotient(people, people.sum())})


def _checked(broadband: pd.DataFrame) -> pd.DataFrame:
    """The table with dates as dates and numbers as numbers; one row a commune and date."""
    for column in ("code", "date", "premises", "ftth_premises"):
        if column not in broadband.columns:
            raise missing_column("broadband", column, broadband.columns)
    counts = [name for name in broadband.columns if name.startswith("mci_")]
    table = broadband.assign(date=pd.to_datetime(broadband["date"]))
    for column in ("premises", "ftth_premises", *counts):
        written = table[column]
        table[column] = pd.to_numeric(written, errors="coerce")
        unread = table[column].isna() & written.notna() & (written.astype(str).str.strip() != "")
        wrong = unread | (table[column] < 0)
        if column in {"premises", "ftth_premises"}:
            wrong |= table[column].isna()
        if wrong.any():
            at = int(wrong.to_numpy().argmax())
            code, value = table["code"].iloc[at], written.iloc[at]
            raise InputError("bad_quantity", name=column, id=code, value=value)
    again = table.duplicated(["code", "date"])
    if again.any():
        ids = ", ".join(table.loc[again, "code"].head(SHOWN))
        raise InputError("duplicate_ids", file="broadband", column="code/date", ids=ids)
    return table


def _at(table: pd.DataFrame, date: str | pd.Timestamp) -> pd.DataFrame:
    here = table[table["date"] == pd.Timestamp(date)].set_index("code")
    if here.empty:
        known: Sequence[str] = [f"{day:%Y-%m-%d}" for day in sorted(table["date"].unique())]
        raise InputError("no_such_date", date=str(date), known=", ".join(known))
    return here


def _share(rows: pd.DataFrame, name: str, part: pd.Series, whole: pd.Series) -> pd.DataFrame:
    return rows[["code", "date"]].assign(
        technology=name, premises=part.astype("int64"), share=_quotient(part, whole)
    )


def _quotient(part: pd.Series, whole: pd.Series | float) -> pd.Series:
    return part.astype(float) / pd.Series(whole, index=part.index).astype(float).replace(0, np.nan)
