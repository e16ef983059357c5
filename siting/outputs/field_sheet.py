"""The investigators' field sheet, as a Word document: each day a page, each visit a row.

It points to people. It is a working file, never an output of a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from siting import texts
from siting.outputs import zips
from siting.texts import text as t

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WIDTHS = {  # centimetres; 27.1 in all between the margins of an A4 sheet on its side
    "stop": 1.0,
    "arrival": 1.6,
    "road": 1.7,
    "commune": 3.8,
    "who": 3.4,
    "what": 4.0,
    "stratum": 4.0,
    "instead": 3.9,
    "outcome": 3.7,
}


@dataclass(frozen=True)
class Sheet:
    """A day: its heading, and its rows by the names of `WIDTHS`."""

    heading: str
    rows: Sequence[dict[str, str]]


def write(path: Path, title: str, notes: Sequence[str], sheets: Sequence[Sheet]) -> None:
    """Write a field sheet.

    Parameters
    ----------
    notes
        Lines under the title; the first is set in bold.
    """
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(1.3)
    section.top_margin = section.bottom_margin = Cm(1.3)
    plain: Any = document.styles["Normal"]
    plain.font.name, plain.font.size = "Liberation Sans", Pt(9)
    for name in ("Title", "Heading 2"):
        style: Any = document.styles[name]
        style.font.name = "Liberation Sans"
        style.font.color.rgb = RGBColor(0x1F, 0x2D, 0x3D)
        style.element.rPr.rFonts.set(qn("w:asciiTheme"), "")
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            style.element.rPr.rFonts.attrib.pop(qn(f"w:{kind}"), None)
    document.styles["Title"].font.size = Pt(18)
    document.core_properties.title, document.core_properties.author = title, "siting"
    document.core_properties.language = texts.language()
    document.core_properties.comments = ""
    document.add_paragraph(title, style="Title")
    for number, note in enumerate(notes):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.add_run(note).bold = number == 0
    for number, sheet in enumerate(sheets):
        heading = document.add_paragraph(sheet.heading, style="Heading 2")
        heading.paragraph_format.page_break_before = number > 0
        heading.paragraph_format.keep_with_next = True
        _table(document, sheet.rows)
    _footer(section)
    _save(document, path)


def _table(document: Any, rows: Sequence[dict[str, str]]) -> None:
    """A table of visits; its head is repeated on the next page, rows are not cut."""
    table = document.add_table(rows=1, cols=len(WIDTHS))
    table.style, table.autofit = "Table Grid", False
    for cell, name in zip(table.rows[0].cells, WIDTHS, strict=True):
        cell.paragraphs[0].add_run(t(f"sample.sheet.columns.{name}")).bold = True
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), "E8EDF2")
        cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - python-docx has no other way
    head = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(head)  # noqa: SLF001 - the same
    for row in rows:
        line = table.add_row()
        line.height = Cm(1.3)
        line._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - the same
        for cell, name in zip(line.cells, WIDTHS, strict=True):
            cell.paragraphs[0].add_run(row.get(name, "")).font.size = Pt(8.5)
    for column, width in zip(table.columns, WIDTHS.values(), strict=True):
        column.width = Cm(width)
    for line in table.rows:
        for cell, width in zip(line.cells, WIDTHS.values(), strict=True):
            cell.width = Cm(width)


def _footer(section: Any) -> None:
    """The page's number, and how many there are, as fields that the reader's program fills."""
    paragraph = section.footer.paragraphs[0]
    before, middle, after = t("sample.sheet.pages", page="|", pages="|").split("|")
    for words, field in ((before, "PAGE"), (middle, "NUMPAGES"), (after, "")):
        paragraph.add_run(words)
        if field:
            element = OxmlElement("w:fldSimple")
            element.set(qn("w:instr"), field)
            paragraph._p.append(element)  # noqa: SLF001 - python-docx has no fields


def _save(document: Any, path: Path) -> None:
    """Save with fixed dates inside."""
    raw = BytesIO()
    document.save(raw)
    zips.write(path, zips.read(raw))
