"""Styles that QGIS loads by itself: QML, in the `layer_styles` table of a GeoPackage.

QGIS (3.x) reads the row of `layer_styles` whose `useAsDefault` is set for a layer's name and its
geometry column. Rules rather than graduated classes: a value on a bound is in the class below, as
everywhere in siting, and a row without a value is hatched.
"""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from siting.outputs.signs import Sign
    from siting.outputs.web_map import ViewScale

POINT = 25.4 / 72  # millimetres
FIXED_DATE = "2000-01-01T00:00:00.000Z"
CREATE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT(30), ui TEXT(30), update_time DATETIME)
"""


@dataclass(frozen=True)
class StyleRule:
    """One entry of a legend: a filter, its label, its colour (None: hatched) or its sign."""

    filter: str
    label: str
    colour: str | None = None
    sign: Sign | None = None


def rules(column: str, scale: ViewScale) -> list[StyleRule]:
    """Rules of a scale on a column, what has no value last."""
    name = '"' + column.replace('"', '""') + '"'
    rules = []
    bounds = [None, *scale.limits, None]
    for i, (label, colour) in enumerate(zip(scale.labels, scale.colours, strict=True)):
        low, high = bounds[i], bounds[i + 1]
        parts = [] if low is None else [f"{name} > {low:g}"]
        parts += [] if high is None else [f"{name} <= {high:g}"]
        rules.append(StyleRule(" AND ".join(parts), label, colour))
    return [*rules, StyleRule(f"{name} IS NULL", scale.missing, None)]


def qml(kind: Literal["fill", "marker"], entries: Sequence[StyleRule], label: str = "") -> str:
    """Write a style.

    Parameters
    ----------
    kind
        Of polygons or of points.
    entries
        Its rules.
    label
        Column that names what is drawn; none where empty.
    """
    root = ET.Element("qgis", version="3.28.0", styleCategories="Symbology|Labeling")
    renderer = ET.SubElement(
        root,
        "renderer-v2",
        type="RuleRenderer",
        symbollevels="0",
        forceraster="0",
        enableorderby="0",
    )
    listed = ET.SubElement(renderer, "rules", key="{siting}")
    symbols = ET.SubElement(renderer, "symbols")
    for i, entry in enumerate(entries):
        values = {"key": f"{{siting-{i}}}", "symbol": str(i), "label": entry.label}
        ET.SubElement(listed, "rule", values | ({"filter": entry.filter} if entry.filter else {}))
        symbol = ET.SubElement(
            symbols, "symbol", type=kind, name=str(i), alpha="1", clip_to_extent="1", force_rhr="0"
        )
        _layer(symbol, entry)
    if label:
        labeling = ET.SubElement(root, "labeling", type="simple")
        settings = ET.SubElement(labeling, "settings")
        style = ET.SubElement(
            settings, "text-style", fieldName=label, fontSize="8", textColor="26,26,26,255"
        )
        halo = {"bufferDraw": "1", "bufferSize": "0.8", "bufferSizeUnits": "MM"}
        ET.SubElement(style, "text-buffer", halo | {"bufferColor": "255,255,255,255"})
        # beside the sign, where there is room: QGIS's "cartographic" placement
        ET.SubElement(
            settings, "placement", placement="6", offsetType="1", dist="0.5", distUnits="MM"
        )
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(
        root, encoding="unicode"
    )


def _layer(symbol: ET.Element, entry: StyleRule) -> None:
    """What a symbol is drawn with."""
    colour, sign = entry.colour, entry.sign
    if sign is not None:
        drawn = {
            "name": sign.shape,
            "color": _rgb(sign.face),
            "outline_color": _rgb(sign.edge),
            "outline_style": "dot" if sign.dotted else "solid",
            "outline_width": f"{sign.line * POINT:.2f}",
            "size": f"{sign.size:g}",
            "size_unit": "MM",
        }
        _options(symbol, "SimpleMarker", drawn)
        return
    if colour is not None:
        drawn = {
            "color": _rgb(colour),
            "style": "solid",
            "outline_color": "140,140,140,255",
            "outline_style": "solid",
            "outline_width": "0.1",
            "outline_width_unit": "MM",
        }
        _options(symbol, "SimpleFill", drawn)
        return
    hatch = {"angle": "45", "distance": "1.5", "distance_unit": "MM", "color": "138,138,138,255"}
    pattern = _options(symbol, "LinePatternFill", hatch)
    line = ET.SubElement(pattern, "symbol", type="line", name=f"@{symbol.get('name')}@0", alpha="1")
    _options(line, "SimpleLine", {"line_color": "138,138,138,255", "line_width": "0.3"})


def _options(symbol: ET.Element, kind: str, values: Mapping[str, str]) -> ET.Element:
    layer = ET.SubElement(
        symbol, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"}
    )
    options = ET.SubElement(layer, "Option", type="Map")
    for name, value in values.items():
        ET.SubElement(options, "Option", type="QString", name=name, value=value)
    return layer


def _rgb(colour: str) -> str:
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"


def add(path: Path, styles: Mapping[str, str]) -> None:
    """Put a default style for each layer in a GeoPackage; the same bytes for the same styles."""
    with closing(sqlite3.connect(path)) as store, store:
        store.execute(CREATE)
        store.execute(
            "INSERT INTO gpkg_contents"
            " (table_name, data_type, identifier, description, last_change)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
            (FIXED_DATE,),
        )
        columns = dict(
            store.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall()
        )
        for layer, style in styles.items():
            store.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
                " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description,"
                " owner, ui, update_time)"
                " VALUES ('', '', ?, ?, 'siting', ?, '', 1, '', '', NULL, ?)",
                (layer, columns[layer], style, FIXED_DATE),
            )
