"""What a document is made of, whatever the file format.

A document is a title page and a flat list of blocks. Writers number headings, tables and figures
through `numbered`, so that all formats agree.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - dataclasses name it
import unicodedata
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from siting.texts import typography

if TYPE_CHECKING:
    from collections.abc import Sequence

Align = Literal["left", "right", "center"]
NONCHARACTERS = {"\ufffe", "\uffff"}
DIRECTION = {
    "\u202a",
    "\u202b",
    "\u202c",
    "\u202d",
    "\u202e",
    "\u2066",
    "\u2067",
    "\u2068",
    "\u2069",
}


@dataclass(frozen=True)
class Span:
    """A stretch of text.

    Attributes
    ----------
    note
        Text of a footnote called at its end; empty: none.
    """

    text: str
    bold: bool = False
    italic: bool = False
    note: str = ""


Text = str | tuple[Span, ...]


@dataclass(frozen=True)
class Heading:
    """A heading; `level` from 1 to 3, `number` as `2.1` (filled by `numbered`)."""

    level: int
    text: str
    number: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `kind` `notice` stands out (what was not computed, what is modelled)."""

    text: Text
    kind: Literal["body", "lead", "notice", "source"] = "body"


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[Text, ...]


@dataclass(frozen=True)
class DocumentColumn:
    """A column of a table: its heading, its side, its share of the width."""

    title: str
    align: Align = "left"
    width: float = 1.0


@dataclass(frozen=True)
class DocumentTable:
    """A table of texts already written as the language does.

    Attributes
    ----------
    caption
        Without its number.
    rows
        One text a column.
    strong
        Positions of the rows that stand out: totals.
    note
        Line under the table: source, what is modelled.
    data
        Name of the published table that it shows, `coverage` for instance; empty: none.
    form
        Least height of each row in centimetres, of a form that is filled by hand: it has no
        number. Empty: a table.
    number
        Filled by `numbered`.
    """

    caption: str
    columns: tuple[DocumentColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    strong: tuple[int, ...] = ()
    note: str = ""
    data: str = ""
    form: tuple[float, ...] = ()
    number: int = 0


@dataclass(frozen=True)
class Figure:
    """An image.

    Attributes
    ----------
    png
        Its bytes.
    alternative
        What it tells, for who does not see it.
    share
        Of the width of the text.
    """

    png: bytes
    caption: str
    alternative: str
    share: float = 1.0
    number: int = 0


@dataclass(frozen=True)
class PageBreak:
    """The heading that follows begins on a new page."""


@dataclass(frozen=True)
class AnnexStart(PageBreak):
    """What follows are annexes: on a new page, lettered."""


Block = Heading | Paragraph | Bullets | DocumentTable | Figure | PageBreak


@dataclass(frozen=True)
class Words:
    """Words that writers add, in the language of the document.

    Attributes
    ----------
    table, figure
        Label of a caption.
    caption
        Caption with `{label}`, `{number}` and `{text}`.
    contents
        Heading of the table of contents.
    page
        Foot of the page with `{page}` and `{pages}`.
    annex
        Number of an annex with `{letter}`.
    """

    table: str
    figure: str
    caption: str
    contents: str
    page: str
    annex: str = "{letter}"

    def caption_of(self, block: DocumentTable | Figure) -> str:
        """Caption with its label and number; of a form the caption alone."""
        if isinstance(block, DocumentTable) and block.form:
            return block.caption
        label = self.table if isinstance(block, DocumentTable) else self.figure
        return self.caption.format(label=label, number=block.number, text=block.caption)


@dataclass(frozen=True)
class Look:
    """Colour and fonts of a document.

    Attributes
    ----------
    accent, tint
        Colour of headings, and of the rows of headings of tables; `#rrggbb`.
    font
        Of editable formats; the PDF embeds its own.
    logo
        PNG or JPEG of the editor, on the first page; empty: none.
    """

    accent: str = "#253494"
    tint: str = "#e8eef5"
    font: str = "Calibri"
    logo: bytes = b""


@dataclass(frozen=True)
class Titled:
    """What the file of a document or a deck says of itself.

    Attributes
    ----------
    language
        Tag, `fr-FR` for instance.
    date
        Written in the properties of the file, never read from the clock.
    cover
        Lines under the title of the first page.
    """

    title: str
    subtitle: str
    author: str
    subject: str
    keywords: str
    language: str
    date: dt.date
    cover: tuple[str, ...]


@dataclass(frozen=True)
class Document(Titled):
    """A document.

    Attributes
    ----------
    record
        Forms at the foot of the first page: what the document is, who approves it.
    brief
        Whether it has neither a page for its title nor a table of contents: a sheet.
    """

    blocks: tuple[Block, ...]
    words: Words
    look: Look = Look()
    brief: bool = False
    record: tuple[DocumentTable, ...] = ()


def numbered(document: Document) -> Document:
    """Number headings, tables and figures; set texts as print asks, without what no file holds."""
    counts, levels = {"table": 0, "figure": 0}, [0, 0, 0]
    blocks: list[Block] = []
    annexes = False
    for block in cleaned(document.blocks, document.language):
        if isinstance(block, AnnexStart):
            annexes, levels = True, [0, 0, 0]
        if isinstance(block, Heading):
            levels[block.level - 1] += 1
            levels[block.level :] = [0] * (3 - block.level)
            number = _number(levels[: block.level], document.words if annexes else None)
            blocks.append(replace(block, number=number))
        elif isinstance(block, Figure) or (isinstance(block, DocumentTable) and not block.form):
            kind = "table" if isinstance(block, DocumentTable) else "figure"
            counts[kind] += 1
            blocks.append(replace(block, number=counts[kind]))
        else:
            blocks.append(block)
    plain = {
        field.name: cleaned(getattr(document, field.name), document.language)
        for field in fields(document)
        if field.name != "blocks"
    }
    return Document(**plain, blocks=tuple(blocks))


def _number(levels: list[int], annexes: Words | None) -> str:
    """`2.1` of a chapter; of an annex its letter, as the words say it: `Annexe B.`, `B.1`."""
    first = str(levels[0])
    if annexes is not None and levels[0]:
        first = chr(ord("A") + levels[0] - 1)
        if len(levels) == 1:
            return annexes.annex.format(letter=first)
    return ".".join([first, *map(str, levels[1:])])


def spans(text: Text) -> tuple[Span, ...]:
    """A text as its stretches."""
    return (Span(text),) if isinstance(text, str) else text


def plain(text: Text) -> str:
    """A text without its styles, its notes left out."""
    return text if isinstance(text, str) else "".join(piece.text for piece in text)


def clean(text: str) -> str:
    """A text without what XML refuses or what turns the direction of what follows.

    Line breaks and tabs become spaces.
    """
    kept = []
    for sign in text:
        if sign in "\t\n\r":
            kept.append(" ")
        elif (
            unicodedata.category(sign) in {"Cc", "Cs"}
            or sign in NONCHARACTERS | DIRECTION
            or ord(sign) & 0xFFFE == 0xFFFE
        ):
            continue
        else:
            kept.append(sign)
    return "".join(kept)


def cleaned(value: Any, language: str) -> Any:
    """The same value, every text in it cleaned and set."""
    if isinstance(value, str):
        return typography.typeset(clean(value), language)
    if isinstance(value, tuple):
        return tuple(cleaned(item, language) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: cleaned(getattr(value, f.name), language) for f in fields(value)}
        return replace(value, **parts)
    return value


def prose(document: Document) -> list[str]:
    """Every sentence of the document outside tables: paragraphs, lists, notes, cover."""
    return [document.title, document.subtitle, *document.cover, *prose_of(document.blocks)]


def prose_of(blocks: Sequence[Block]) -> list[str]:
    """Every sentence of blocks outside the cells of tables."""
    sentences: list[str] = []
    for block in blocks:
        texts: tuple[Text, ...] = ()
        if isinstance(block, Paragraph):
            texts = (block.text,)
        elif isinstance(block, Bullets):
            texts = block.items
        elif isinstance(block, DocumentTable):
            sentences += [block.caption, block.note]
        elif isinstance(block, Figure):
            sentences += [block.caption, block.alternative]
        elif isinstance(block, Heading):
            sentences.append(block.text)
        for text in texts:
            sentences.append(plain(text))
            sentences += [span.note for span in spans(text)]
    return [sentence for sentence in sentences if sentence]
