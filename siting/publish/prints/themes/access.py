"""Cells by class of travel time, and communes by the share of their people within it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.publish.prints.wording import counts
from siting.publish.sources import TIMES
from siting.texts import text as t

if TYPE_CHECKING:
    from siting.outputs.print_sheet import PrintSheet
    from siting.publish.prints.base import PrintBase


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
    fills = page.by_commune(100 * share.to_numpy(float))
    return page.sheet(
        f"coverage-{service}",
        t("print.coverage.what", minutes=values["minutes"]),
        page.headline(page.cells(service), name),
        (t("print.coverage.legend", **values), t("print.coverage.unit")),
        fills,
        page.facilities(service, name),
        t("print.coverage.alt", classes=counts(fills), **values),
        [t("print.derived_note")] if page.result.cells_modelled else [],
        (*TIMES, f"services.{service}"),
    )
