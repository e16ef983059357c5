"""A deck as PPTX: titles that an outline reads, charts and tables to edit, notes for who speaks."""

from __future__ import annotations

import io
import re
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from PIL import Image
from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.util import Cm, Pt

from siting.atomic_files import replacing
from siting.outputs import zips
from siting.outputs.documents import office, pptx_parts
from siting.outputs.documents.deck import Deck, SlideChart, SlidePicture, SlideTable
from siting.outputs.documents.model import cleaned
from siting.outputs.documents.pptx_parts import INK, MUTED, Box

if TYPE_CHECKING:
    from pathlib import Path

    from siting.outputs.documents.deck import DeckWords, Slide

WIDE, HIGH = 33.867, 19.05  # centimetres: 16:9
MARGIN, GAP = 1.5, 1.0
TITLE: Box = (MARGIN, 0.9, WIDE - 2 * MARGIN, 2.5)
BODY_TOP, BODY_LOW = 3.9, 17.2
FOOT: Box = (MARGIN, 17.6, WIDE - 2 * MARGIN - 2.5, 1.0)
PAGE: Box = (WIDE - MARGIN - 2.0, 17.6, 2.0, 1.0)
INDENT = 0.6
SPREAD = 14  # points under which a slide without a body goes on with another
SHARE = 0.66  # of the width for a body with points beside it
TITLES, POINTS, FOOTS = (28, 26, 24, 22, 20, 18, 16), (20, 18, 16, 14, 13, 12), (12, 11, 10, 9)
LAYOUTS = ("Title Slide", "Title Only")  # of python-pptx's own template; the others go
KEPT = ("title", "ctrTitle", "subTitle", "body")  # places of texts; dates and feet go
STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def write(path: Path, deck: Deck) -> None:
    """Write a deck, the same bytes each time.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    shown = Deck(
        **{field.name: cleaned(getattr(deck, field.name), deck.language) for field in fields(deck)}
    )
    file = _blank(shown)
    _cover(file, shown)
    pages = [page for slide in shown.slides for page in _spread(slide, shown.words)]
    for number, slide in enumerate(pages, 2):
        _slide(file, shown, slide, number)
    office.describe(file, shown)
    packed = io.BytesIO()
    file.save(packed)
    moment = f"{shown.date.isoformat()}T00:00:00Z".encode()
    parts = {
        name: _settled(name, content, shown, moment)
        for name, content in zips.read(io.BytesIO(packed.getvalue())).items()
    }
    with replacing(path) as part:
        zips.write(part, parts)


def _blank(deck: Deck) -> Any:
    """A file of two layouts, for a cover and for all the rest, as wide as screens are."""
    file: Any = Presentation()
    before = file.slide_width
    file.slide_width, file.slide_height = Cm(WIDE), Cm(HIGH)
    for layout in list(file.slide_layouts):
        if layout.name not in LAYOUTS:
            file.slide_layouts.remove(layout)
    names = dict(zip(LAYOUTS, (deck.words.title_slide, deck.words.content_slide), strict=True))
    for layout in (file.slide_master, *file.slide_layouts):
        for shape in list(layout.placeholders):
            kind = shape._element.xpath(".//p:ph/@type")  # noqa: SLF001 - its name in the file
            if not kind or kind[0] not in KEPT:
                shape._element.getparent().remove(shape._element)  # noqa: SLF001
                continue
            wider = file.slide_width / before
            shape.left, shape.width = round(shape.left * wider), round(shape.width * wider)
            _prompt(shape, kind[0], deck.words)
        if layout is not file.slide_master:
            layout._element.cSld.set("name", names[layout.name])  # noqa: SLF001
    return file


def _prompt(shape: Any, kind: str, words: DeckWords) -> None:
    """Say in the deck's language what an empty place asks for."""
    if kind in ("title", "ctrTitle"):
        shape.left, shape.top, shape.width, shape.height = (Cm(side) for side in TITLE)
    for paragraph in shape.text_frame.paragraphs:
        for piece in paragraph.runs:
            piece.text = words.prompt


def _cover(file: Any, deck: Deck) -> None:
    slide = file.slides.add_slide(file.slide_layouts[0])
    top = 6.0
    if deck.look.logo:
        with Image.open(io.BytesIO(deck.look.logo)) as image:
            high = min(2.6, 8.0 * image.height / image.width)
        logo = slide.shapes.add_picture(
            io.BytesIO(deck.look.logo), Cm(MARGIN), Cm(1.5), height=Cm(high)
        )
        pptx_parts.described(logo, "logo", deck.author)
    _bar(slide, (MARGIN, top - 0.7, 5.0, 0.18), deck.look.accent)
    title: Box = (MARGIN, top, WIDE - 2 * MARGIN, 4.4)
    _title(slide, deck, deck.title, title, (44, 40, 36, 32, 28, 24, 20))
    under = slide.placeholders[1]
    box: Box = (MARGIN, top + 4.8, WIDE - 2 * MARGIN, 6.5)
    _place(under, box)
    frame = pptx_parts.plain_frame(under.text_frame, MSO_ANCHOR.TOP)
    lines = [deck.subtitle, *deck.cover]
    size = pptx_parts.fitting(lines, box, (24, 20, 18, 16, 14))
    for i, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        ink = INK if i == 0 else MUTED
        pptx_parts.run(paragraph, line, size, deck.look, deck.language, ink=ink)


def _room(slide: Slide) -> Box:
    """Where the points of a slide stand."""
    wide = WIDE - 2 * MARGIN
    left = MARGIN + (SHARE * wide + GAP if slide.body is not None else 0)
    return (left, BODY_TOP, WIDE - MARGIN - left, BODY_LOW - BODY_TOP)


def _spread(slide: Slide, words: DeckWords) -> list[Slide]:
    """A slide, and those that go on with its points where they do not fit one."""
    pages = [slide]
    while pages[-1].points:
        last = pages[-1]
        box = _room(last)
        wide = box[2] - INDENT
        count = len(last.points)
        size = POINTS[-1] if last.body is not None else SPREAD
        while count > 1 and pptx_parts.height(last.points[:count], wide, size) > box[3]:
            count -= 1
        if count == len(last.points):
            break
        pages[-1] = replace(last, points=last.points[:count])
        title = words.more.format(title=slide.title)
        pages.append(replace(slide, title=title, body=None, points=last.points[count:]))
    return pages


def _slide(file: Any, deck: Deck, made: Slide, number: int) -> None:
    slide = file.slides.add_slide(file.slide_layouts[1])
    _bar(slide, (0, 0, WIDE, 0.35), deck.look.accent)
    _title(slide, deck, made.title, TITLE, TITLES)
    wide = WIDE - 2 * MARGIN
    beside = SHARE * wide if made.points else wide
    box: Box = (MARGIN, BODY_TOP, beside, BODY_LOW - BODY_TOP)
    if made.body is not None:
        _body(slide, deck, made, box)
    if made.points:
        _points(slide, deck, made.points, _room(made))
    if made.reserve:
        frame = pptx_parts.box_of(slide, FOOT, anchor=MSO_ANCHOR.BOTTOM)
        size = pptx_parts.fitting([made.reserve], FOOT, FOOTS)
        pptx_parts.run(frame.paragraphs[0], made.reserve, size, deck.look, deck.language, ink=MUTED)
    _page(slide, deck, number)
    frame = slide.notes_slide.notes_text_frame
    frame.text = "\n".join(made.notes)
    for paragraph in frame.paragraphs:
        for piece in paragraph.runs:
            piece._r.get_or_add_rPr().set("lang", deck.language)  # noqa: SLF001


def _body(slide: Any, deck: Deck, made: Slide, box: Box) -> None:
    body, look, language = made.body, deck.look, deck.language
    if isinstance(body, SlidePicture):
        shape = _picture(slide, body, box)
    elif isinstance(body, SlideChart):
        shape = pptx_parts.chart(slide, body, box, look)
    elif isinstance(body, SlideTable):
        shape = pptx_parts.table(slide, body, box, look, language)
    else:
        if body is not None:
            pptx_parts.tiles(slide, body, box, look, language)
        return
    pptx_parts.described(shape, made.title, body.alternative)


def _picture(slide: Any, body: SlidePicture, box: Box) -> Any:
    """A picture as large as its box lets it be."""
    left, top, wide, high = box
    with Image.open(io.BytesIO(body.png)) as image:
        ratio = image.width / image.height
    wide, high = min(wide, high * ratio), min(high, wide / ratio)
    return slide.shapes.add_picture(io.BytesIO(body.png), Cm(left), Cm(top), Cm(wide), Cm(high))


def _points(slide: Any, deck: Deck, points: tuple[str, ...], box: Box) -> None:
    frame = pptx_parts.box_of(slide, box)
    inner: Box = (0, 0, box[2] - INDENT, box[3])
    size = pptx_parts.fitting(points, inner, POINTS)
    for i, point in enumerate(points):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(pptx_parts.BETWEEN * size)
        properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - bullets have no public name
        properties.set("marL", str(Cm(INDENT)))
        properties.set("indent", str(-Cm(INDENT)))
        accent = deck.look.accent.removeprefix("#").upper()
        properties.append(
            parse_xml(f'<a:buClr {nsdecls("a")}><a:srgbClr val="{accent}"/></a:buClr>')
        )
        properties.append(parse_xml(f'<a:buChar {nsdecls("a")} char="•"/>'))
        pptx_parts.run(paragraph, point, size, deck.look, deck.language)


def _title(slide: Any, deck: Deck, wording: str, box: Box, sizes: tuple[int, ...]) -> None:
    shape = slide.shapes.title
    _place(shape, box)
    frame = pptx_parts.plain_frame(shape.text_frame, MSO_ANCHOR.MIDDLE)
    size = pptx_parts.fitting([wording], box, sizes, bold=True)
    frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    ink = deck.look.accent
    pptx_parts.run(frame.paragraphs[0], wording, size, deck.look, deck.language, bold=True, ink=ink)


def _place(shape: Any, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = (Cm(side) for side in box)


def _bar(slide: Any, box: Box, ink: str) -> None:
    """A band of the editor's colour, which says nothing."""
    shape = slide.shapes.add_shape(1, *(Cm(side) for side in box))
    shape.fill.solid()
    shape.fill.fore_color.rgb = pptx_parts.colour(ink)
    shape.line.fill.background()
    shape.shadow.inherit = False
    decorative = (
        '<a:extLst xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}"><adec:decorative'
        ' xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/>'
        "</a:ext></a:extLst>"
    )
    pptx_parts.described(shape, "–", "")
    shape._element.xpath(".//p:cNvPr")[0].append(parse_xml(decorative))  # noqa: SLF001


def _page(slide: Any, deck: Deck, number: int) -> None:
    """The number of the slide, which follows it where slides are moved."""
    frame = pptx_parts.box_of(slide, PAGE, anchor=MSO_ANCHOR.BOTTOM)
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT
    field = parse_xml(
        f'<a:fld {nsdecls("a")} id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum">'
        f'<a:rPr lang="{deck.language}" sz="1200"><a:solidFill><a:srgbClr val="{MUTED}"/>'
        f'</a:solidFill><a:latin typeface="{deck.look.font}"/></a:rPr>'
        f"<a:t>{number}</a:t></a:fld>"
    )
    paragraph._p.append(field)  # noqa: SLF001


def _settled(name: str, content: bytes, deck: Deck, moment: bytes) -> bytes:
    """A part of the file without the time of day, its theme in the editor's colour and letters."""
    if name.endswith(".xlsx"):
        book = zips.read(io.BytesIO(content))
        return zips.packed({part: STAMP.sub(rb"\g<1>" + moment, xml) for part, xml in book.items()})
    if name.startswith("ppt/theme/"):
        accent = deck.look.accent.removeprefix("#").upper().encode()
        letters = deck.look.font.replace("&", "").replace('"', "").replace("<", "").encode()
        content = re.sub(
            rb"(<a:(?:accent1|hlink)><a:srgbClr val=\")[0-9A-F]{6}", rb"\g<1>" + accent, content
        )
        return re.sub(
            rb"(<a:(?:major|minor)Font>\s*<a:latin typeface=\")[^\"]*", rb"\g<1>" + letters, content
        )
    return content
