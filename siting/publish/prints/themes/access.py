"""Cells by class of travel time, and communes by the share of their people within it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting import texts
from siting.publish.prints.wording import counts
from siting.publish.sources import TIMES
from siting.texts import grammar
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from siting.outputs.print_sheet import PrintSheet
    from siting.publish.prints.base import PrintBase

    Float64 = npt.NDArray[np.float64]


def access(page: PrintBase, service: str, name: str) -> PrintSheet:
    """Cells by class of travel time to a service."""
    cells = page.cells(service)
    fills = page.classes(cells, page.theme.classes, page.theme.palette, "minutes")
    values = {"service": name}
    return page.sheet(
        f"access-{service}",
        t("print.access.what"),
        page.headline(cells, name),
        (t("print.access.legend", **values), t("print.access.unit")),
        [*fills, *page.modelled()],
        page.facilities(service, name),
        t("print.access.alt", classes=counts(fills), **values),
        [t("print.modelled_note")] if page.result.cells_modelled else [],
        (*TIMES, f"services.{service}"),
    )


def coverage(page: PrintBase, service: str, name: str) -> PrintSheet:
    """Communes by the share of their people within the threshold."""
    table = page.result.coverage
    rows = table[
        (table["service"] == service)
        & (table["threshold_minutes"] == page.limit)
        & (table["zone_kind"] == "commune")
    ]
    share = page.communes["code"].map(rows.set_index("zone_code")["covered_share"])
    values = {"service": name, "minutes": f"{page.limit:g}"}
    shares = share.to_numpy(float)
    fills = page.by_commune(100 * shares)
    return page.sheet(
        f"coverage-{service}",
        t("print.coverage.what", minutes=values["minutes"]),
        _finding(shares, values),
        (t("print.coverage.legend", **values), t("print.coverage.unit")),
        fills,
        page.facilities(service, name),
        t("print.coverage.alt", classes=counts(fills), **values),
        [t("print.derived_note")] if page.result.cells_modelled else [],
        (*TIMES, f"services.{service}"),
    )


def _finding(shares: Float64, values: Mapping[str, str]) -> str:
    """In how many communes most people are beyond the threshold: the map names none of them.

    Parameters
    ----------
    shares
        Of the people within it, by commune; NaN where nobody lives.
    """
    known = int((~np.isnan(shares)).sum())
    most = int((shares < 0.5).sum())
    if not most:
        return t("print.coverage.headline_none", **values)
    return grammar.counted("print.coverage.headline", most, all=texts.number(known), **values)
