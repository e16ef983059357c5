"""ODT for LibreOffice: real styles, sequences, footnotes, contents that hold their entries."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from lxml import etree

from siting.atomic_files import replacing
from siting.outputs import zips
from siting.outputs.documents import odt_styles
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
from siting.outputs.documents.odt_styles import NAMES, TEXT_WIDTH_CM, qualified

if TYPE_CHECKING:
    from pathlib import Path

MIME = "application/vnd.oasis.opendocument.text"
TALLEST_CM = 20.0
SHORT = 22  # rows of a table that stays on one page, so that its caption stays with it
STYLES = {"body": "Text_20_body", "lead": "Lead", "notice": "Notice", "source": "Source"}


def write(path: Path, document: Document) -> None:
    """Write a document; the same bytes for the same document.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    filled = numbered(document)
    made = _Writer(filled)
    files = {
        "mimetype": MIME.encode(),
        "content.xml": _bytes(made.content()),
        "styles.xml": _bytes(odt_styles.styles(filled)),
        "meta.xml": _bytes(odt_styles.meta(filled)),
        **made.pictures,
    }
    files["META-INF/manifest.xml"] = _bytes(_manifest(list(files)))
    with replacing(path) as part:
        zips.write(part, files, stored=("mimetype",))


def _bytes(root: Any) -> bytes:
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return made


def _manifest(names: list[str]) -> Any:
    root = _new("manifest:manifest", {"manifest:version": "1.3"})
    kinds = {"xml": "text/xml", "png": "image/png", "jpg": "image/jpeg"}
    for name in ["/", *names[1:]]:
        kind = MIME if name == "/" else kinds[name.rpartition(".")[2]]
        about = {"manifest:full-path": name, "manifest:media-type": kind}
        root.append(_new("manifest:file-entry", about))
    return root


def _new(tag: str, values: dict[str, str] | None = None, text: str | None = None) -> Any:
    made = etree.Element(qualified(tag), nsmap=NAMES)
    for name, value in (values or {}).items():
        made.set(qualified(name), value)
    if text:
        _say(made, text)
    return made


def _say(holder: Any, text: str) -> None:
    """Append text; runs of spaces are elements of their own."""
    pieces = text.split("  ")
    for i, piece in enumerate(pieces):
        shown = piece if i == 0 else f" {piece}"
        if i:
            holder.append(etree.Element(qualified("text:s")))
        if len(holder):
            holder[-1].tail = (holder[-1].tail or "") + shown
        else:
            holder.text = (holder.text or "") + shown


class _Writer:
    """Writes the blocks of a document into `content.xml`."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.pictures: dict[str, bytes] = {}
        self.notes = self.tables = 0
        self.high_rows: set[str] = set()
        self.shapes: list[Any] = []
        self.headings = [block for block in document.blocks if isinstance(block, Heading)]
        self.names = {id(heading): f"_Toc{i:06d}" for i, heading in enumerate(self.headings, 1)}

    def content(self) -> Any:
        """The root of `content.xml`."""
        root = _new("office:document-content", {"office:version": "1.3"})
        automatic = _new("office:automatic-styles")
        body, text = _new("office:body"), _new("office:text")
        text.append(self._sequences())
        self._cover(text)
        if not self.document.brief:
            text.append(self._contents())
        after = not self.document.brief  # the first block begins on a new page
        blocks = self.document.blocks
        for block, then in zip(blocks, (*blocks[1:], None), strict=True):
            made = self._block(block)
            if isinstance(block, DocumentTable) and not block.note and isinstance(then, PageBreak):
                made.pop()  # an empty line could fill a page
            for element in made:
                if after and not isinstance(block, PageBreak):
                    text.append(_new("text:p", {"text:style-name": "Break"}))
                after = False
                text.append(element)
        body.append(text)
        automatic.extend([*odt_styles.automatic(self.document), *self.shapes])
        root.extend([automatic, body])
        return root

    def _sequences(self) -> Any:
        declarations = _new("text:sequence-decls")
        for label in (self.document.words.table, self.document.words.figure):
            about = {"text:display-outline-level": "0", "text:name": label}
            declarations.append(_new("text:sequence-decl", about))
        return declarations

    def _cover(self, text: Any) -> None:
        if self.document.look.logo:
            holder = _new("text:p", {"text:style-name": "Standard"})
            holder.append(self._image(self.document.look.logo, self.document.author, "logo", 5.0))
            text.append(holder)
        text.append(_new("text:p", {"text:style-name": "Title"}, self.document.title))
        text.append(_new("text:p", {"text:style-name": "Subtitle"}, self.document.subtitle))
        for line in self.document.cover:
            text.append(_new("text:p", {"text:style-name": "Text_20_body"}, line))
        if self.document.record:
            text.append(_new("text:p", {"text:style-name": "CoverGap"}))
        for form in self.document.record:
            text.extend(self._table(form))

    def _contents(self) -> Any:
        index = _new("text:table-of-content", {"text:name": "Contents", "text:protected": "true"})
        source = _new("text:table-of-content-source", {"text:outline-level": "2"})
        title = self.document.words.contents
        style = {"text:style-name": "Contents_20_Heading"}
        source.append(_new("text:index-title-template", style, title))
        for level in (1, 2):
            about = {"text:outline-level": str(level), "text:style-name": f"Contents_20_{level}"}
            template = _new("text:table-of-content-entry-template", about)
            template.append(_new("text:index-entry-link-start"))
            template.append(_new("text:index-entry-text"))
            template.append(_new("text:index-entry-link-end"))
            tab = {"style:type": "right", "style:leader-char": "."}
            template.append(_new("text:index-entry-tab-stop", tab))
            template.append(_new("text:index-entry-page-number"))
            source.append(template)
        body = _new("text:index-body")
        head = _new("text:index-title", {"text:name": "Contents_Head"})
        head.append(_new("text:p", style, title))
        body.append(head)
        for heading in self.headings:
            if heading.level > 2:
                continue
            line = _new("text:p", {"text:style-name": f"Contents_20_{heading.level}"})
            about = {"xlink:type": "simple", "xlink:href": f"#{self.names[id(heading)]}"}
            about |= {f"text:{kind}style-name": "Index_20_Link" for kind in ("", "visited-")}
            link = _new("text:a", about, f"{heading.number} {heading.text}")
            link.append(_new("text:tab"))
            name = {"text:reference-format": "page", "text:ref-name": self.names[id(heading)]}
            link.append(_new("text:bookmark-ref", name, " "))
            line.append(link)
            body.append(line)
        index.extend([source, body])
        return index

    def _block(self, block: Any) -> list[Any]:
        if isinstance(block, Heading):
            name = self.names[id(block)]
            about = {
                "text:style-name": f"Heading_20_{block.level}",
                "text:outline-level": str(block.level),
            }
            made = _new("text:h", about)
            made.append(_new("text:bookmark", {"text:name": name}))
            _say(made, f"{block.number} {block.text}")
            return [made]
        if isinstance(block, Paragraph):
            return [self._paragraph(STYLES[block.kind], block.text)]
        if isinstance(block, Bullets):
            bullets = _new("text:list", {"text:style-name": "Bullets"})
            for item in block.items:
                entry = _new("text:list-item")
                entry.append(self._paragraph("List", item))
                bullets.append(entry)
            return [bullets]
        if isinstance(block, DocumentTable):
            return self._table(block)
        if isinstance(block, Figure):
            holder = _new("text:p", {"text:style-name": "Figure"})
            width = TEXT_WIDTH_CM * block.share
            name = f"{self.document.words.figure} {block.number}"
            image = self._image(block.png, block.alternative, name, width, block.caption)
            holder.append(image)
            return [holder, self._caption(block)]
        return [_new("text:p", {"text:style-name": "Break"})]

    def _paragraph(self, style: str, text: Text) -> Any:
        made = _new("text:p", {"text:style-name": style})
        for span in spans(text):
            name = "Strong" if span.bold else "Emphasis" if span.italic else ""
            if name:
                made.append(_new("text:span", {"text:style-name": name}, span.text))
            else:
                _say(made, span.text)
            if span.note:
                made.append(self._note(span.note))
        return made

    def _note(self, text: str) -> Any:
        self.notes += 1
        about = {"text:id": f"ftn{self.notes}", "text:note-class": "footnote"}
        note = _new("text:note", about)
        note.append(_new("text:note-citation", {}, str(self.notes)))
        body = _new("text:note-body")
        body.append(_new("text:p", {"text:style-name": "Footnote"}, text))
        note.append(body)
        return note

    def _caption(self, block: DocumentTable | Figure) -> Any:
        words = self.document.words
        label = words.table if isinstance(block, DocumentTable) else words.figure
        if isinstance(block, DocumentTable) and block.form:
            return _new("text:p", {"text:style-name": "Caption"}, block.caption)
        table = isinstance(block, DocumentTable)
        made = _new("text:p", {"text:style-name": "Caption" if table else "FigureCaption"})
        before, _, after = words.caption.partition("{number}")
        _say(made, before.replace("{label}", label))
        about = {
            "text:ref-name": f"ref{label}{block.number}",
            "text:name": label,
            "text:formula": f"ooow:{label}+1",
            "style:num-format": "1",
        }
        made.append(_new("text:sequence", about, str(block.number)))
        _say(made, after.replace("{text}", block.caption))
        return made

    def _table(self, block: DocumentTable) -> list[Any]:
        self.tables += 1
        name = f"DocumentTable{self.tables}"
        total = sum(column.width for column in block.columns)
        style = "ShortTable" if len(block.rows) <= SHORT else "Table"
        style += "Noted" if block.note else ""
        made = _new("table:table", {"table:name": name, "table:style-name": style})
        made.append(_new("table:title", {}, self.document.words.caption_of(block)))
        if block.note:
            made.append(_new("table:desc", {}, block.note))
        for i, column in enumerate(block.columns):
            style = f"{name}.{i}"
            shape = _new("style:style", {"style:name": style, "style:family": "table-column"})
            width = f"{TEXT_WIDTH_CM * column.width / total:.3f}cm"
            shape.append(_new("style:table-column-properties", {"style:column-width": width}))
            self.shapes.append(shape)
            made.append(_new("table:table-column", {"table:style-name": style}))
        head = _new("table:table-header-rows")
        head.append(self._row(block, tuple(column.title for column in block.columns), "Head"))
        made.append(head)
        for i, row in enumerate(block.rows):
            high = block.form[i] if block.form else 0
            made.append(self._row(block, row, "Total" if i in block.strong else "Cell", high))
        return [
            self._caption(block),
            made,
            _new("text:p", {"text:style-name": "Source"}, block.note),
        ]

    def _row(self, block: DocumentTable, texts: tuple[str, ...], kind: str, high: float = 0) -> Any:
        row = _new("table:table-row", {"table:style-name": self._row_style(high)})
        for column, text in zip(block.columns, texts, strict=True):
            style = "HeadCell" if kind == "Head" else "PlainCell"
            about = {"office:value-type": "string", "table:style-name": style}
            cell = _new("table:table-cell", about)
            weight = "Plain" if kind == "Cell" else "Bold"
            side = {"left": "Left", "right": "Right", "center": "Center"}[column.align]
            cell.append(_new("text:p", {"text:style-name": f"{weight}{side}"}, text))
            row.append(cell)
        return row

    def _row_style(self, high: float) -> str:
        """The style of a row of at least so many centimetres; 0: as high as its text."""
        if not high:
            return "Row"
        name = f"Row{high:g}".replace(".", "_")
        if name not in self.high_rows:
            self.high_rows.add(name)
            style = _new("style:style", {"style:name": name, "style:family": "table-row"})
            about = {"style:min-row-height": f"{high}cm", "fo:keep-together": "always"}
            style.append(_new("style:table-row-properties", about))
            self.shapes.append(style)
        return name

    def _image(self, data: bytes, alt: str, name: str, width: float, title: str = "") -> Any:
        ending = "png" if data.startswith(b"\x89PNG") else "jpg"
        file = f"Pictures/{len(self.pictures) + 1}.{ending}"
        self.pictures[file] = data
        ratio = 0.5
        if ending == "png":
            across, down = struct.unpack(">II", data[16:24])
            ratio = down / across
        height = width * ratio
        if height > TALLEST_CM:
            width, height = width * TALLEST_CM / height, TALLEST_CM
        about = {
            "draw:name": name,
            "text:anchor-type": "as-char",
            "svg:width": f"{width:.3f}cm",
            "svg:height": f"{height:.3f}cm",
        }
        frame = _new("draw:frame", about)
        link = {"xlink:href": file, "xlink:type": "simple", "xlink:show": "embed"}
        frame.append(_new("draw:image", {**link, "xlink:actuate": "onLoad"}))
        if title:
            frame.append(_new("svg:title", {}, title))
        frame.append(_new("svg:desc", {}, alt))
        return frame
