"""Pieces of WordprocessingML that python-docx has no words for."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml import etree

if TYPE_CHECKING:
    from docx.shared import Emu

FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"


def element(tag: str, **values: str) -> Any:
    """An element of the `w` vocabulary with its attributes."""
    made = OxmlElement(f"w:{tag}")
    for name, value in values.items():
        made.set(qn(f"w:{name}"), value)
    return made


def set_font(style: Any, name: str) -> None:
    """A font for every script, in place of the theme's."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in list(fonts.attrib):
        del fonts.attrib[key]
    for key in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{key}"), name)


def set_language(file: Any, tag: str) -> None:
    """The language that texts are checked and read in."""
    styles = file.styles.element
    defaults = styles.find(qn("w:docDefaults"))
    if defaults is None:
        defaults = element("docDefaults")
        styles.insert(0, defaults)
    holder = defaults
    for name in ("rPrDefault", "rPr"):
        inner = holder.find(qn(f"w:{name}"))
        if inner is None:
            inner = element(name)
            holder.insert(0, inner)
        holder = inner
    for old in styles.iter(qn("w:lang")):
        old.set(qn("w:val"), tag)
    if holder.find(qn("w:lang")) is None:
        holder.append(element("lang", val=tag, eastAsia=tag, bidi="ar-SA"))


def no_border(style: Any) -> None:
    """A paragraph style without the line that it came with."""
    shape = style.element.get_or_add_pPr()
    for old in shape.findall(qn("w:pBdr")):
        shape.remove(old)


def side_border(style: Any, colour: str) -> None:
    """A line at the left of the paragraphs of a style."""
    border = element("pBdr")
    value = colour.lstrip("#").upper()
    border.append(element("left", val="single", sz="18", space="8", color=value))
    shape = style.element.get_or_add_pPr()
    after = [qn(f"w:{name}") for name in ("spacing", "ind", "jc", "outlineLvl")]
    where = next((i for i, child in enumerate(shape) if child.tag in after), len(shape))
    shape.insert(where, border)


def right_tab(style: Any, width: Emu) -> None:
    """A tab with dots at the right of the page."""
    tabs = element("tabs")
    tabs.append(element("tab", val="right", leader="dot", pos=str(int(width / 635))))
    shape = style.element.get_or_add_pPr()
    after = [qn(f"w:{name}") for name in ("spacing", "ind", "jc", "outlineLvl")]
    where = next((i for i, child in enumerate(shape) if child.tag in after), len(shape))
    shape.insert(where, tabs)


def update_fields(file: Any) -> None:
    """Let the reader's programme fill in page numbers when it opens the file."""
    settings = file.settings.element
    if settings.find(qn("w:updateFields")) is None:
        settings.append(element("updateFields", val="true"))


def is_numbered(style: Any) -> bool:
    """Whether headings of a style number themselves."""
    while style is not None:
        shape = style.element.pPr
        if shape is not None and shape.find(qn("w:numPr")) is not None:
            return True
        style = style.base_style
    return False


def _run(*children: Any) -> Any:
    made = element("r")
    made.extend(children)
    return made


def _words(text: str) -> Any:
    made = element("t")
    made.text = text
    made.set(qn("xml:space"), "preserve")
    return made


def _code(text: str) -> Any:
    made = element("instrText")
    made.text = f" {text} "
    made.set(qn("xml:space"), "preserve")
    return made


def _mark(kind: str) -> Any:
    return element("fldChar", fldCharType=kind)


def field(paragraph: Any, code: str, value: str) -> None:
    """A field that holds its value."""
    holder = paragraph._p  # noqa: SLF001 - python-docx has no public name for it
    holder.extend(
        [
            _run(_mark("begin")),
            _run(_code(code)),
            _run(_mark("separate")),
            _run(_words(value)),
            _run(_mark("end")),
        ]
    )


def begin(paragraph: Any, code: str) -> None:
    """The beginning of a field whose value spans paragraphs."""
    holder = paragraph._p  # noqa: SLF001 - as above
    holder.extend([_run(_mark("begin")), _run(_code(code)), _run(_mark("separate"))])


def end(paragraph: Any) -> None:
    """The end of such a field."""
    paragraph._p.append(_run(_mark("end")))  # noqa: SLF001 - as above


def link(paragraph: Any, name: str, text: str, *, page: bool) -> None:
    """An entry of the table of contents: a link to a bookmark, and its page."""
    made = element("hyperlink", anchor=name, history="1")
    made.append(_run(_words(text)))
    if page:
        made.append(_run(element("tab")))
        code = _code(f"PAGEREF {name} \\h")
        runs = [_run(_mark("begin")), _run(code), _run(_mark("separate")), _run(_words(" "))]
        made.extend([*runs, _run(_mark("end"))])
    paragraph._p.append(made)  # noqa: SLF001 - as above


def bookmark(paragraph: Any, name: str, number: int) -> None:
    """A bookmark around a paragraph."""
    holder = paragraph._p  # noqa: SLF001 - as above
    first = element("bookmarkStart", id=str(number), name=name)
    where = 1 if holder.pPr is not None else 0
    holder.insert(where, first)
    holder.append(element("bookmarkEnd", id=str(number)))


def table(made: Any, widths: list[Emu], title: str, description: str) -> None:
    """Widths, thin lines between rows, and a title for who does not see the table."""
    shape = made._tbl.tblPr  # noqa: SLF001 - as above
    for name in ("tblBorders", "tblCellMar", "tblCaption", "tblDescription"):
        for old in shape.findall(qn(f"w:{name}")):
            shape.remove(old)
    lines = element("tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        some = side in {"top", "bottom", "insideH"}
        kind = "single" if some else "nil"
        weight = "4" if side == "insideH" else "8"
        colour = "D0D0D0" if side == "insideH" else "707070"
        lines.append(element(side, val=kind, sz=weight, space="0", color=colour))
    margins = element("tblCellMar")
    for side in ("left", "right"):
        margins.append(element(side, w="70", type="dxa"))
    look = shape.find(qn("w:tblLook"))
    layout = shape.find(qn("w:tblLayout"))
    where = list(shape).index(layout) if layout is not None else len(shape)
    shape.insert(where, lines)
    at = shape.find(qn("w:tblLook"))
    (at.addprevious if at is not None else shape.append)(margins)
    caption = [element("tblCaption", val=title)]
    caption += [element("tblDescription", val=description)] if description else []
    for part in caption:
        shape.append(part)
    if look is not None:
        look.set(qn("w:firstColumn"), "0")
        look.set(qn("w:noHBand"), "1")
    grid = made._tbl.tblGrid  # noqa: SLF001 - as above
    for column, width in zip(grid.findall(qn("w:gridCol")), widths, strict=True):
        column.set(qn("w:w"), str(int(width / 635)))


def rows(made: Any) -> list[Any]:
    """Row elements of a table."""
    return list(made._tbl.tr_lst)  # noqa: SLF001 - as above


def cells(row_of: Any) -> list[Any]:
    """Cell elements of a row."""
    return list(row_of.tc_lst)


def row(made: Any, *, header: bool, high: float = 0) -> None:
    """A row that no page splits, at least so many centimetres high; the header is repeated."""
    shape = made.get_or_add_trPr()
    shape.append(element("cantSplit"))
    if high:
        shape.append(element("trHeight", val=str(round(high * 567)), hRule="atLeast"))
    if header:
        shape.append(element("tblHeader"))


def fill(
    cell: Any,
    text: str,
    *,
    width: Emu,
    align: str,
    style: str,
    bold: bool,
    shade: str,
    keep: bool,
) -> None:
    """Fill a cell (python-docx's own way is slow on tables of hundreds of rows)."""
    shape = cell.get_or_add_tcPr()
    for old in shape.findall(qn("w:tcW")):
        shape.remove(old)
    shape.insert(0, element("tcW", w=str(int(width / 635)), type="dxa"))
    if shade:
        shape.append(element("shd", val="clear", color="auto", fill=shade.lstrip("#").upper()))
    shape.append(element("vAlign", val="center"))
    paragraph = cell.p_lst[0]
    look = paragraph.get_or_add_pPr()
    look.append(element("pStyle", val=style))
    if keep:
        look.append(element("keepNext"))
    if align != "left":
        look.append(element("jc", val=align))
    made = element("r")
    if bold:
        character = element("rPr")
        character.append(element("b"))
        made.append(character)
    made.append(_words(text))
    paragraph.append(made)


class Footnotes:
    """The footnotes of a file: its own part, made where there is none."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.part: Any = None
        for relation in file.part.rels.values():
            if relation.reltype == RELATIONSHIP_TYPE.FOOTNOTES:
                self.part = relation.target_part
        blob = _EMPTY if self.part is None else self.part.blob
        self.root = parse_xml(blob)
        ids = [int(note.get(qn("w:id"))) for note in self.root.findall(qn("w:footnote"))]
        self.next = max([0, *ids]) + 1
        self.used = False

    def styles(self) -> None:
        """Styles of notes and of their calls, where the file has none."""
        have = {style.name for style in self.file.styles}
        holder = self.file.styles.element
        if "footnote reference" not in have:
            holder.append(parse_xml(_CALL))
        if "footnote text" not in have:
            holder.append(parse_xml(_NOTE))

    def call(self, paragraph: Any, text: str) -> None:
        """Call a new note at the end of a paragraph."""
        note = copy.deepcopy(parse_xml(_FOOTNOTE))
        note.set(qn("w:id"), str(self.next))
        note.findall(f".//{qn('w:t')}")[-1].text = f" {text}"
        self.root.append(note)
        properties = element("rPr")
        properties.append(element("rStyle", val="FootnoteReference"))
        mark = element("footnoteReference", id=str(self.next))
        paragraph._p.append(_run(properties, mark))  # noqa: SLF001 - as above
        self.next += 1
        self.used = True

    def save(self) -> None:
        """Keep the notes in the file."""
        if not self.used:
            return
        blob = etree.tostring(self.root, xml_declaration=True, encoding="UTF-8", standalone=True)
        if self.part is not None:
            self.part._blob = blob  # noqa: SLF001 - a part is its bytes
            if hasattr(self.part, "_element"):
                self.part._element = self.root  # noqa: SLF001 - or its tree
            return
        package = self.file.part.package
        made = Part(PackURI("/word/footnotes.xml"), FOOTNOTES, blob, package)
        self.file.part.relate_to(made, RELATIONSHIP_TYPE.FOOTNOTES)


_W = nsdecls("w")
_EMPTY = f"""<w:footnotes {_W}>
<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>
<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p>
</w:footnote></w:footnotes>"""
_CALL = f"""<w:style {_W} w:type="character" w:styleId="FootnoteReference">
<w:name w:val="footnote reference"/><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>"""
_NOTE = f"""<w:style {_W} w:type="paragraph" w:styleId="FootnoteText">
<w:name w:val="footnote text"/><w:basedOn w:val="Normal"/>
<w:pPr><w:spacing w:before="0" w:after="20" w:line="240" w:lineRule="auto"/></w:pPr>
<w:rPr><w:sz w:val="17"/></w:rPr></w:style>"""
_FOOTNOTE = f"""<w:footnote {_W} w:id="1"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>
<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>
<w:r><w:t xml:space="preserve"></w:t></w:r></w:p></w:footnote>"""
