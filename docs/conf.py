"""Sphinx settings of the site, read once a language (`-t fr`, `-t en`).

`make docs` runs both by `scripts/build_site.py`, without a network.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

import docstring_types  # noqa: E402 - found in scripts

from siting.texts import typography  # noqa: E402 - as above
from siting.version import __version__  # noqa: E402 - of this tree

language = "fr" if tags.has("fr") else "en"  # type: ignore[name-defined]  # noqa: F821 - Sphinx's own
html_use_index = language == "en"  # of the API, which the French pages do not tell
project = "siting"
version = release = __version__
author = project_copyright = "The siting team"

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns: list[str] = []
nitpicky = True
default_role = "code"
smartquotes = False
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
myst_url_schemes = {"http": None, "https": None, "other": "{{path}}"}
numpydoc_show_class_members = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
suppress_warnings = ["config.cache"]

templates_path = ["_templates"]
html_theme = "pydata_sphinx_theme"
html_title = "siting"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_sidebars: dict[str, list[str]] = {"index": [], "api": []}
html_show_sourcelink = False
html_copy_source = False
html_show_sphinx = False
html_show_search_summary = False  # summaries are fetched, which no browser does from disk
html_theme_options = {
    "navbar_end": ["language", "theme-switcher"],
    "navbar_persistent": ["search-button-field"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "header_links_before_dropdown": 6,
    "show_prev_next": True,
    "navigation_with_keys": False,
}

# a page of the other language, as the files lie: docs/fr and docs/en
ACROSS = re.compile(r"\]\((?:\.\./)+(fr|en)/([\w/-]+)\.md(#[^)\s]+)?\)")


def lead_across(app: Sphinx, page: str, source: list[str]) -> None:
    """Lead links between docs/fr and docs/en to where their pages are in the site."""
    up = "../" * page.count("/")
    to = {"fr": up + ("" if app.tags.has("fr") else "../"), "en": up + "en/"}
    source[0] = ACROSS.sub(
        lambda link: f"](other:{to[link[1]]}{link[2]}.html{link[3] or ''})", source[0]
    )


def typeset(_: Sphinx, page: nodes.document) -> None:
    """Give the words of a page the apostrophes and spaces of print; code stays as it is typed."""
    for words in list(page.findall(nodes.Text)):
        if not isinstance(words.parent, nodes.literal | nodes.literal_block | nodes.raw):
            printed = typography.typeset(words.astext(), language)
            words.parent.replace(words, nodes.Text(printed))


def setup(app: Sphinx) -> None:
    """Join what is ours to the build."""
    app.connect("source-read", lead_across)
    app.connect("doctree-read", typeset, priority=100)  # before titles are taken
    app.connect("autodoc-process-docstring", docstring_types.add, priority=100)
