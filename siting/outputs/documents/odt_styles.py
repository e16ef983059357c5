"""Styles, page and properties of an ODT."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

if TYPE_CHECKING:
    from siting.outputs.documents.model import Document

TEXT_WIDTH_CM = 16.4
_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
NAMES = {
    "office": f"{_OASIS}office:1.0",
    "style": f"{_OASIS}style:1.0",
    "text": f"{_OASIS}text:1.0",
    "table": f"{_OASIS}table:1.0",
    "draw": f"{_OASIS}drawing:1.0",
    "fo": f"{_OASIS}xsl-fo-compatible:1.0",
    "svg": f"{_OASIS}svg-compatible:1.0",
    "meta": f"{_OASIS}meta:1.0",
    "manifest": f"{_OASIS}manifest:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_DECLARED = " ".join(f'xmlns:{name}="{where}"' for name, where in NAMES.items())
WHOLE = ' style:may-break-between-rows="false"'
KEPT = ' fo:keep-with-next="always"'
COVER_GAP = 130  # points between the title and the forms of the cover


def qualified(tag: str) -> str:
    """`text:p` as lxml names it."""
    prefix, _, name = tag.partition(":")
    return f"{{{NAMES[prefix]}}}{name}"


def meta(document: Document) -> Any:
    """Properties of the file; dates come from the document."""
    moment = f"{document.date.isoformat()}T00:00:00"
    parts = {
        "meta:generator": "siting",
        "dc:title": document.title,
        "dc:subject": document.subject,
        "meta:keyword": document.keywords,
        "meta:initial-creator": document.author,
        "dc:creator": document.author,
        "meta:creation-date": moment,
        "dc:date": moment,
        "dc:language": document.language,
    }
    inner = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in parts.items())
    return etree.fromstring(
        f'<office:document-meta {_DECLARED} office:version="1.3"><office:meta>{inner}'
        "</office:meta></office:document-meta>".encode()
    )


def _paragraph(name: str, parent: str, shape: str = "", character: str = "", more: str = "") -> str:
    based = f' style:parent-style-name="{parent}"' if parent else ""
    return (
        f'<style:style style:name="{name}" style:family="paragraph"{based}{more}>'
        f"<style:paragraph-properties {shape}/><style:text-properties {character}/></style:style>"
    )


def styles(document: Document) -> Any:
    """The root of `styles.xml`."""
    look = document.look
    language, _, country = document.language.partition("-")
    accent, font = f"fo:color={quoteattr(look.accent)}", quoteattr(look.font)
    grey, bold = 'fo:color="#555555"', 'fo:font-weight="bold"'
    keep = 'fo:keep-with-next="always"'

    def space(before: float, after: float) -> str:
        return f'fo:margin-top="{before}pt" fo:margin-bottom="{after}pt"'

    def heading(level: int, size: float, before: float) -> str:
        shape = f"{space(before, 6)} {keep}"
        more = f' style:display-name="Heading {level}" style:default-outline-level="{level}"'
        character = f'{accent} {bold} fo:font-size="{size}pt"'
        return _paragraph(f"Heading_20_{level}", "Standard", shape, character, more)

    def contents(level: int) -> str:
        shape = f'{space(4 if level == 1 else 0, 1)} fo:margin-left="{(level - 1) * 0.6}cm"'
        more = f' style:display-name="Contents {level}"'
        base = _paragraph(f"Contents_20_{level}", "Standard", shape, "", more)
        tab = (
            "<style:tab-stops><style:tab-stop"
            f' style:position="{TEXT_WIDTH_CM - (level - 1) * 0.6}cm"'
            ' style:type="right" style:leader-style="dotted" style:leader-text="."/>'
            "</style:tab-stops>"
        )
        return base.replace(
            "/><style:text-properties",
            f">{tab}</style:paragraph-properties><style:text-properties",
            1,
        )

    tight, below = (0.6, 3) if document.brief else (1.5, 12)
    sides = {"Left": "start", "Right": "end", "Center": "center"}
    cells = "".join(
        _paragraph(
            f"{weight}{side}",
            "Standard",
            f'{space(tight, tight)} fo:line-height="100%" fo:text-align="{value}"',
            f'fo:font-size="9pt" {bold if weight == "Bold" else ""}',
        )
        for weight in ("Plain", "Bold")
        for side, value in sides.items()
    )
    size, above, below = (20, 0, 2) if document.brief else (28, 110, 10)
    title_size, under = (12, 6) if document.brief else (15, 18)
    page, _, rest = document.words.page.partition("{page}")
    between, _, end = rest.partition("{pages}")
    foot = (
        f"{escape(page)}<text:page-number text:select-page='current'>1</text:page-number>"
        f"{escape(between)}<text:page-count>1</text:page-count>{escape(end)}"
    )
    content = f"""<office:document-styles {_DECLARED} office:version="1.3">
<office:styles>
<style:default-style style:family="paragraph">
<style:paragraph-properties fo:line-height="112%" fo:orphans="2" fo:widows="2"/>
<style:text-properties fo:font-family={font} fo:font-size="10.5pt" fo:language="{language}"
 fo:country="{country}"/></style:default-style>
<style:default-style style:family="table"><style:table-properties/></style:default-style>
{_paragraph("Standard", "")}
{_paragraph("Text_20_body", "Standard", space(0, 6), "", ' style:display-name="Text body"')}
{_paragraph("Title", "Standard", space(above, below), f'{accent} {bold} fo:font-size="{size}pt"')}
{_paragraph("Subtitle", "Standard", space(0, under), f'{grey} fo:font-size="{title_size}pt"')}
{heading(1, 14, 8) if document.brief else heading(1, 18, 22)}{heading(2, 13.5, 15)}{
        heading(3, 11.5, 11)
    }
{_paragraph("Lead", "Standard", space(0, 8), 'fo:font-size="11.5pt"')}
{
        _paragraph(
            "Notice",
            "Standard",
            f'{space(4, 10)} fo:padding="0.15cm" '
            f'fo:background-color={quoteattr(look.tint)} fo:border-left="2pt solid {look.accent}"',
        )
    }
{_paragraph("Source", "Standard", space(3, below), f'{grey} fo:font-size="8.5pt"')}
{_paragraph("Caption", "Standard", f"{space(10, 4)} {keep}", f'{bold} fo:font-size="9.5pt"')}
{_paragraph("FigureCaption", "Caption", 'fo:keep-with-next="auto"')}
{_paragraph("Figure", "Standard", f'{space(8, 0)} {keep} fo:text-align="center"')}
{_paragraph("List", "Standard", space(0, 3))}
{_paragraph("Break", "Standard", 'fo:break-before="page"', 'fo:font-size="2pt"')}
{_paragraph("CoverGap", "Standard", space(COVER_GAP, 0))}
{_paragraph("Footnote", "Standard", "", 'fo:font-size="8.5pt"')}
{_paragraph("Header", "Standard", "", f'{grey} fo:font-size="8.5pt"')}
{_paragraph("Footer", "Standard", 'fo:text-align="end"', f'{grey} fo:font-size="8.5pt"')}
{
        _paragraph(
            "Contents_20_Heading",
            "Standard",
            f'{space(0, 8)} fo:break-before="page"',
            f'{accent} {bold} fo:font-size="18pt"',
            ' style:display-name="Contents Heading"',
        )
    }
{contents(1)}{contents(2)}{cells}
<style:style style:name="Index_20_Link" style:family="text" style:display-name="Index Link">
<style:text-properties fo:color="#000000" style:text-underline-style="none"/></style:style>
<style:style style:name="Strong" style:family="text"><style:text-properties {bold}/></style:style>
<style:style style:name="Emphasis" style:family="text">
<style:text-properties fo:font-style="italic"/></style:style>
<text:list-style style:name="Bullets"><text:list-level-style-bullet text:level="1"
 text:bullet-char="•"><style:list-level-properties
 text:list-level-position-and-space-mode="label-alignment">
<style:list-level-label-alignment text:label-followed-by="listtab" fo:text-indent="-0.4cm"
 fo:margin-left="0.8cm"/></style:list-level-properties></text:list-level-style-bullet></text:list-style>
</office:styles>
<office:automatic-styles><style:page-layout style:name="A4"><style:page-layout-properties
 fo:page-width="21cm" fo:page-height="29.7cm" fo:margin-top="1.1cm" fo:margin-bottom="1.1cm"
 fo:margin-left="2.3cm" fo:margin-right="2.3cm"/>
<style:header-style><style:header-footer-properties fo:min-height="1cm" fo:margin-bottom="0.4cm"/>
</style:header-style><style:footer-style><style:header-footer-properties fo:min-height="0.9cm"
 fo:margin-top="0.4cm"/></style:footer-style></style:page-layout></office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="A4">
<style:header><text:p text:style-name="Header">{escape(document.title)}</text:p></style:header>
<style:header-first><text:p text:style-name="Header"/></style:header-first>
<style:footer><text:p text:style-name="Footer">{foot}</text:p></style:footer>
<style:footer-first><text:p text:style-name="Footer"/></style:footer-first>
</style:master-page></office:master-styles></office:document-styles>"""
    return etree.fromstring(content.encode())


def automatic(document: Document) -> list[Any]:
    """Styles of tables, rows and cells, that LibreOffice wants in `content.xml`."""
    look = document.look
    line = (
        'fo:border-bottom="0.5pt solid #cccccc" fo:padding-top="0.01cm" fo:padding-bottom="0.01cm" '
        'fo:padding-left="0.1cm" fo:padding-right="0.1cm" style:vertical-align="middle"'
    )
    tables = "".join(
        f'<style:style style:name="{name}" style:family="table"><style:table-properties'
        f' style:width="{TEXT_WIDTH_CM}cm" table:align="left" table:border-model="collapsing"'
        f"{whole}{tied}/></style:style>"
        for name, whole, tied in (
            ("Table", "", ""),
            ("TableNoted", "", KEPT),
            ("ShortTable", WHOLE, ""),
            ("ShortTableNoted", WHOLE, KEPT),
        )
    )
    root = etree.fromstring(
        f"""<office:automatic-styles {_DECLARED}>
{tables}
<style:style style:name="Row" style:family="table-row">
<style:table-row-properties fo:keep-together="always"/></style:style>
<style:style style:name="PlainCell" style:family="table-cell">
<style:table-cell-properties {line}/></style:style>
<style:style style:name="HeadCell" style:family="table-cell">
<style:table-cell-properties {line} fo:background-color={quoteattr(look.tint)}/></style:style>
</office:automatic-styles>""".encode()
    )
    return list(root)
