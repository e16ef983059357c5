"""DOCX: real styles, fields that hold their values, tables that can be edited.

The user's own template is taken as it is: styles by name, and fields in double braces. What is
written is the same for the same document: dates come from it, not from the clock.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor

from siting.atomic_files import replacing
from siting.errors import InputError
from siting.outputs import zips
from siting.outputs.documents import docx_parts, office
from siting.outputs.documents.model import (
    Bullets,
    Document,
    DocumentTable,
    Figure,
    Heading,
    PageBreak,
    Paragraph,
    Text,
    numbered,
    spans,
)

if TYPE_CHECKING:
    from pathlib import Path

STYLES = ("Heading 1", "Heading 2", "Heading 3", "Caption", "List Bullet", "Table Grid")
FIELDS = {
    "report": ("rapport", "report"),
    "title": ("titre", "title"),
    "subtitle": ("sous_titre", "subtitle"),
    "date": ("date",),
    "author": ("editeur", "editor"),
}
FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")
RECORD_BELOW = 150  # points between the title and the forms of the cover
SHORT, TOGETHER = 12, 3  # rows of a table that no page splits; rows that end a long one
CELL, NOTICE, SOURCE, LEAD = "Siting Cell", "Siting Notice", "Siting Source", "Siting Lead"
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
}


def write(path: Path, document: Document, template: Path | None = None) -> None:
    """Write a document.

    Parameters
    ----------
    template
        DOCX whose styles and pages are used; it holds the field `{{ rapport }}` where the report
        goes.

    Raises
    ------
    InputError
        The template is no DOCX, or lacks a style or a field.
    OutputError
        The file cannot be written.
    """
    filled = numbered(document)
    file = _blank(filled) if template is None else _opened(template)
    _Writer(file, filled, own=template is None).write()
    office.describe(file, filled)
    packed = io.BytesIO()
    file.save(packed)
    with replacing(path) as part:
        zips.write(part, zips.read(packed))


def check(template: Path) -> None:
    """Refuse a template that lacks what a report needs; see `write`."""
    _opened(template)


def _opened(template: Path) -> Any:
    """The user's template, checked."""
    if not template.is_file():
        raise InputError("report_template_absent", file=template)
    try:
        file = docx.Document(str(template))
    except Exception as error:  # zip, XML and package errors of many kinds
        raise InputError("report_template_unreadable", file=template, detail=error) from error
    have = {style.name for style in file.styles}
    lacking = [name for name in STYLES if name not in have]
    if lacking:
        raise InputError("report_template_styles", file=template, styles=", ".join(lacking))
    known = {word for words in FIELDS.values() for word in words}
    fields = {name for paragraph in _paragraphs(file) for name in FIELD.findall(_text(paragraph))}
    unknown = sorted(fields - known)
    if unknown:
        raise InputError(
            "report_template_fields",
            file=template,
            fields=", ".join(unknown),
            known=", ".join(sorted(known)),
        )
    if not fields & set(FIELDS["report"]):
        raise InputError("report_template_marker", file=template, known=", ".join(sorted(known)))
    return file


def _paragraphs(file: Any) -> list[Any]:
    """Every paragraph element of the body, of headers and of footers."""
    roots = [file.element.body]
    for section in file.sections:
        for side in ("header", "footer", "first_page_header", "first_page_footer"):
            part = getattr(section, side)
            if not part.is_linked_to_previous:
                roots.append(part._element)  # noqa: SLF001 - python-docx has no public name for it
    return [paragraph for root in roots for paragraph in root.iter(qn("w:p"))]


def _text(paragraph: Any) -> str:
    return "".join(run.text or "" for run in paragraph.iter(qn("w:t")))


def _blank(document: Document) -> Any:
    """A document of our own: A4, styles, header and footer."""
    file = docx.Document()
    section = file.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.3)
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(2.0)
    section.header_distance = section.footer_distance = Cm(1.1)
    _own_styles(file, document)
    section.different_first_page_header_footer = True
    head = section.header.paragraphs[0]
    head.text = document.title
    head.style = file.styles["Header"]
    foot = section.footer.paragraphs[0]
    foot.style = file.styles["Footer"]
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for piece in re.split(r"(\{page\}|\{pages\})", document.words.page):
        if piece in {"{page}", "{pages}"}:
            code = "PAGE" if piece == "{page}" else "NUMPAGES"
            docx_parts.field(foot, code, "1")
        elif piece:
            foot.add_run(piece)
    return file


def _own_styles(file: Any, document: Document) -> None:
    look, styles = document.look, file.styles
    accent = RGBColor.from_string(look.accent.lstrip("#").upper())
    grey = RGBColor(0x55, 0x55, 0x55)
    sizes: dict[str, tuple[float, float, float]] = {
        "Normal": (10.5, 0, 6),
        "Title": (20, 0, 2) if document.brief else (28, 110, 10),
        "Subtitle": (12, 0, 6) if document.brief else (15, 0, 18),
        "Heading 1": (14, 8, 4) if document.brief else (18, 24, 10),
        "Heading 2": (13.5, 16, 6),
        "Heading 3": (11.5, 12, 4),
        "Caption": (9.5, 10, 4),
        "List Bullet": (10.5, 0, 3),
        "Header": (8.5, 0, 0),
        "Footer": (8.5, 0, 0),
    }
    for name, (size, before, after) in sizes.items():
        style = styles[name]
        docx_parts.set_font(style, look.font)
        style.font.size = Pt(size)
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(after)
        style.font.color.rgb = accent if name.startswith(("Heading", "Title")) else None
        style.font.italic = False
    styles["Normal"].paragraph_format.line_spacing = 1.12
    styles["Normal"].paragraph_format.widow_control = True
    docx_parts.no_border(styles["Title"])
    for name in ("Subtitle", "Header", "Footer"):
        styles[name].font.color.rgb = grey
    for name in ("Caption", "Title", "Heading 1", "Heading 2", "Heading 3"):
        styles[name].font.bold = True
    styles["Caption"].font.color.rgb = RGBColor(0x33, 0x33, 0x33)
    styles["Heading 1"].paragraph_format.page_break_before = False


class _Writer:
    """Writes the blocks of a document into a python-docx file, before a marker."""

    def __init__(self, file: Any, document: Document, *, own: bool) -> None:
        self.file, self.document, self.own = file, document, own
        self.marker: Any = None
        self.footnotes = docx_parts.Footnotes(file)
        section = file.sections[0]
        self.width = Emu(section.page_width - section.left_margin - section.right_margin)
        self.headings: list[tuple[str, Heading]] = []
        self.ids: dict[str, str | None] = {}
        self.plain_numbers = not docx_parts.is_numbered(file.styles["Heading 1"])

    def write(self) -> None:
        """Write everything: fields or cover, contents, blocks."""
        self._help_styles()
        docx_parts.set_language(self.file, self.document.language)
        filled = {"report"} if self.own else self._fill()
        headings = [block for block in self.document.blocks if isinstance(block, Heading)]
        self.headings = [(f"_Toc{i:06d}", heading) for i, heading in enumerate(headings, 1)]
        if self.own or "title" not in filled:
            self._cover()
        if not self.document.brief:
            self._contents()
        names = {id(heading): name for name, heading in self.headings}
        blocks = self.document.blocks
        for before, block, after in zip((None, *blocks), blocks, (*blocks[1:], None), strict=False):
            if isinstance(block, Heading):
                made = self._heading(block, names[id(block)])
                if isinstance(before, PageBreak):  # a break of its own could leave an empty page
                    made.paragraph_format.page_break_before = True
            elif isinstance(block, Paragraph):
                self._paragraph(block)
            elif isinstance(block, Bullets):
                for item in block.items:
                    self._runs(self._new("List Bullet"), item)
            elif isinstance(block, DocumentTable):
                self._table(block, last=isinstance(after, PageBreak))
            elif isinstance(block, Figure):
                self._figure(block)
        self.footnotes.save()
        if self.marker is not None:
            self.marker.getparent().remove(self.marker)

    def _help_styles(self) -> None:
        """Styles of our own, based on those of the template, where it has none of that name."""
        styles, look = self.file.styles, self.document.look
        have = {style.name for style in styles}
        tight, below = (0.6, 3) if self.document.brief else (1.5, 12)
        wanted: dict[str, tuple[float, dict[str, Any]]] = {
            CELL: (9, {"space_before": Pt(tight), "space_after": Pt(tight), "line_spacing": 1.0}),
            SOURCE: (8.5, {"space_before": Pt(3), "space_after": Pt(below), "line_spacing": 1.0}),
            NOTICE: (10, {"left_indent": Cm(0.3), "space_before": Pt(4), "space_after": Pt(10)}),
            LEAD: (11.5, {"space_after": Pt(8)}),
            "toc 1": (10.5, {"space_before": Pt(5), "space_after": Pt(1)}),
            "toc 2": (10, {"left_indent": Cm(0.6), "space_before": Pt(0), "space_after": Pt(1)}),
        }
        for name, (size, shape) in wanted.items():
            if name in have:
                continue
            style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = styles["Normal"]
            style.font.size = Pt(size)
            for key, value in shape.items():
                setattr(style.paragraph_format, key, value)
            if name == SOURCE:
                style.font.color.rgb = RGBColor(0x55, 0x55, 0x55)
            if name == NOTICE:
                docx_parts.side_border(style, look.accent)
            if name.startswith("toc"):
                docx_parts.right_tab(style, self.width)
        self.footnotes.styles()

    def _fill(self) -> set[str]:
        """Fill the fields of a template; returns those that it holds."""
        values = {
            "title": self.document.title,
            "subtitle": self.document.subtitle,
            "date": self.document.cover[-1] if self.document.cover else "",
            "author": self.document.author,
        }
        names = {word: key for key, words in FIELDS.items() for word in words}
        filled = set()
        for paragraph in _paragraphs(self.file):
            text = _text(paragraph)
            keys = {names[word] for word in FIELD.findall(text)}
            filled |= keys
            if "report" in keys:
                self.marker = paragraph
            elif keys:
                pieces = list(paragraph.iter(qn("w:t")))
                pieces[0].text = FIELD.sub(lambda match: values[names[match[1]]], text)
                pieces[0].set(qn("xml:space"), "preserve")
                for piece in pieces[1:]:
                    piece.text = ""
        return filled

    def _new(self, style: str) -> Any:
        """A paragraph at the place where the report goes."""
        paragraph = self.file.add_paragraph()
        paragraph._p.style = self._style(style)  # noqa: SLF001 - no public name for it
        self._place(paragraph._p)  # noqa: SLF001 - python-docx has no public name for it
        return paragraph

    def _style(self, name: str) -> str | None:
        """Id of a style, None where it is the default: python-docx searches all each time."""
        if name not in self.ids:
            style = self.file.styles[name]
            self.ids[name] = self.file.part.get_style_id(style, style.type)
        return self.ids[name]

    def _place(self, element: Any) -> None:
        if self.marker is not None:
            self.marker.addprevious(element)

    def _runs(self, paragraph: Any, text: Text) -> None:
        for span in spans(text):
            run = paragraph.add_run(span.text)
            run.bold, run.italic = span.bold or None, span.italic or None
            if span.note:
                self.footnotes.call(paragraph, span.note)

    def _cover(self) -> None:
        have = {style.name for style in self.file.styles}
        look = self.document.look
        if look.logo:
            picture = self._new("Normal").add_run().add_picture(io.BytesIO(look.logo))
            most = Cm(5)
            if picture.width > most:
                picture.height, picture.width = Emu(picture.height * most // picture.width), most
        title = self._new("Title" if "Title" in have else "Heading 1")
        title.add_run(self.document.title)
        self._new("Subtitle" if "Subtitle" in have else "Normal").add_run(self.document.subtitle)
        for line in self.document.cover:
            self._new("Normal").add_run(line)
        for i, form in enumerate(self.document.record):
            made = self._table(form, last=False)
            made.paragraph_format.space_before = Pt(10 if i else RECORD_BELOW)
        if not self.document.brief:
            self._new("Normal").add_run().add_break(WD_BREAK.PAGE)

    def _contents(self) -> None:
        """A field that holds its entries, so that it is not empty before an update of its pages."""
        docx_parts.update_fields(self.file)
        title = self._new(LEAD)
        title.add_run(self.document.words.contents).bold = True
        entries = [(name, heading) for name, heading in self.headings if heading.level <= 2]
        for i, (name, heading) in enumerate(entries):
            paragraph = self._new(f"toc {heading.level}")
            if i == 0:
                docx_parts.begin(paragraph, 'TOC \\o "1-2" \\h \\z \\u')
            docx_parts.link(paragraph, name, self._shown(heading), page=True)
            if i == len(entries) - 1:
                docx_parts.end(paragraph)
        self._new("Normal").add_run().add_break(WD_BREAK.PAGE)

    def _shown(self, heading: Heading) -> str:
        return f"{heading.number} {heading.text}" if self.plain_numbers else heading.text

    def _heading(self, block: Heading, name: str) -> Any:
        paragraph = self._new(f"Heading {block.level}")
        paragraph.add_run(self._shown(block))
        docx_parts.bookmark(paragraph, name, int(name[4:]))
        return paragraph

    def _paragraph(self, block: Paragraph) -> None:
        style = {"body": "Normal", "lead": LEAD, "notice": NOTICE, "source": SOURCE}[block.kind]
        self._runs(self._new(style), block.text)

    def _caption(self, block: DocumentTable | Figure) -> Any:
        words = self.document.words
        label = words.table if isinstance(block, DocumentTable) else words.figure
        paragraph = self._new("Caption")
        if isinstance(block, DocumentTable) and block.form:
            paragraph.add_run(block.caption)
            return paragraph
        for piece in re.split(r"(\{label\}|\{number\}|\{text\})", words.caption):
            if piece == "{number}":
                docx_parts.field(paragraph, f"SEQ {label} \\* ARABIC", str(block.number))
            elif piece:
                caption = piece.replace("{label}", label).replace("{text}", "")
                paragraph.add_run(block.caption if piece == "{text}" else caption)
        return paragraph

    def _table(self, block: DocumentTable, *, last: bool) -> Any:
        """A table under its caption; gives the caption."""
        caption = self._caption(block)
        caption.paragraph_format.keep_with_next = True
        table = self.file.add_table(rows=1 + len(block.rows), cols=len(block.columns))
        self._place(table._tbl)  # noqa: SLF001 - python-docx has no public name for it
        table._tbl.tblStyle_val = self._style("Table Grid")  # noqa: SLF001 - as above
        table.autofit = False
        total = sum(column.width for column in block.columns)
        widths = [Emu(int(self.width * column.width / total)) for column in block.columns]
        docx_parts.table(table, widths, self.document.words.caption_of(block), block.note)
        heads = tuple(column.title for column in block.columns)
        last_row = len(block.rows)
        # a short table stays on one page; of a long one no row or two stand alone
        keep = {
            r for r in range(last_row) if last_row <= SHORT or r < 2 or r >= last_row - TOGETHER
        } | ({last_row} if block.note else set())
        style = self.file.styles[CELL].style_id  # looked up once: python-docx searches each time
        for r, (row, texts) in enumerate(
            zip(docx_parts.rows(table), (heads, *block.rows), strict=True)
        ):
            docx_parts.row(row, header=r == 0, high=block.form[r - 1] if r and block.form else 0)
            for c, (cell, text) in enumerate(zip(docx_parts.cells(row), texts, strict=True)):
                shade = self.document.look.tint if r == 0 else ""
                docx_parts.fill(
                    cell,
                    text,
                    width=widths[c],
                    align=block.columns[c].align,
                    style=style,
                    bold=r == 0 or r - 1 in block.strong,
                    shade=shade,
                    keep=r in keep,
                )
        if block.note or not last:  # an empty line at the end of a page could fill another
            self._new(SOURCE).add_run(block.note)
        return caption

    def _figure(self, block: Figure) -> None:
        paragraph = self._new("Normal")
        paragraph.paragraph_format.keep_with_next = True
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        picture = paragraph.add_run().add_picture(
            io.BytesIO(block.png), width=Emu(int(self.width * block.share))
        )
        most = Cm(20)
        if picture.height > most:
            picture.width, picture.height = Emu(picture.width * most // picture.height), most
        properties = picture._inline.docPr  # noqa: SLF001 - python-docx has no public name for it
        properties.set("descr", block.alternative)
        properties.set("title", block.caption)
        properties.set("name", f"{self.document.words.figure} {block.number}")
        self._caption(block)
