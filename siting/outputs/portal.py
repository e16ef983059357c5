"""A public page for a web server: what was found, maps, files, method, sources. No script.

Its letters are those of the reader's machine; nothing is loaded from elsewhere, and its policy
refuses all but its own style and the pictures beside it.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from siting.outputs import brand, csp
from siting.outputs.documents.model import cleaned
from siting.outputs.theme import ink_on

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siting.outputs.theme import Theme

LOCAL = ("'self'", "file:")  # pictures beside the page, on a server and opened from a disk
TINT = "#eef3f8"


@dataclass(frozen=True)
class PortalLink:
    """A map, a file or a picture: its address beside the page, and what it is.

    Attributes
    ----------
    detail
        Format and size of a file; of a picture, the map that it opens.
    """

    href: str
    title: str
    description: str = ""
    detail: str = ""


@dataclass(frozen=True)
class PortalSection:
    """A section of a page: whichever of sentences, lists, terms and links it has, in that order."""

    name: str
    title: str
    leads: tuple[str, ...] = ()
    picture: PortalLink | None = None
    paragraphs: tuple[str, ...] = ()
    bullets: tuple[str, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()
    links: tuple[PortalLink, ...] = ()
    notice: str = ""


@dataclass(frozen=True)
class PortalPage:
    """A page; `home`: the one that the folder opens with."""

    title: str
    subtitle: str
    sections: tuple[PortalSection, ...]
    home: bool = False


@dataclass(frozen=True)
class PortalSite:
    """What its pages share.

    Attributes
    ----------
    language, locale
        `fr`, `fr_FR`.
    description
        The finding, in one sentence, for those who find the page.
    picture
        What a shared address shows, 1200 by 630 dots.
    declaration
        Page of the declaration of accessibility.
    made
        Foot of each page.
    base
        Address where the folder will stand, for the shared picture; empty: not known.
    """

    language: str
    locale: str
    editor: str
    description: str
    picture: PortalLink
    declaration: str
    made: str
    base: str = ""


def page(site: PortalSite, shown: PortalPage, theme: Theme, words: Mapping[str, str]) -> str:
    """Give the HTML of a page.

    Parameters
    ----------
    words
        `skip,contents,accessibility,home`.
    """
    from jinja2 import Environment  # noqa: PLC0415 - only where pages are written

    assets = resources.files("siting.outputs").joinpath("assets")
    template = assets.joinpath("portal.html").read_text(encoding="utf-8")
    style = _style(theme) + assets.joinpath("portal.css").read_text(encoding="utf-8")
    language = site.language
    values: dict[str, Any] = {
        "site": cleaned(site, language),
        "page": cleaned(shown, language),
        "words": {key: cleaned(wording, language) for key, wording in words.items()},
        "style": Markup(style),  # noqa: S704 - the file of the package, and colours that a theme checks
        "policy": "",
    }
    values["site"] = _with_logo(values["site"], brand.logo(theme))
    environment = Environment(autoescape=True, trim_blocks=True)
    drawn = environment.from_string(template)
    policy = csp.of(drawn.render(values), LOCAL)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">'
    return drawn.render(values | {"policy": Markup(meta)}) + "\n"  # noqa: S704 - escaped just above


def _with_logo(site: PortalSite, logo: str) -> dict[str, Any]:
    """The site as the template reads it, with the editor's logo in it."""
    return {**{key: getattr(site, key) for key in site.__dataclass_fields__}, "logo": logo}


def _style(theme: Theme) -> str:
    """Colours and letters of the theme."""
    colours = theme.colours
    values = {
        "ink": colours.ink,
        "paper": colours.background,
        "accent": colours.accent,
        "on-accent": ink_on(colours.accent, theme),
        "muted": colours.muted,
        "line": colours.fine_border,
        "tint": TINT,
        "letters": brand.letters(theme),
    }
    return ":root{" + "".join(f"--{name}:{value};" for name, value in values.items()) + "}\n"
