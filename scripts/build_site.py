"""Build the documentation site into build/site: French at its root, English in `en`.

python scripts/build_site.py

Without a network: every warning of Sphinx, every link that leads nowhere and everything that a page
would load from elsewhere stops the build.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import command_pages
import criteria_pages
import key_pages

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
SITE = ROOT / "build" / "site"
TREES = ROOT / "build" / "doctrees"
LANGUAGES = {"fr": SITE, "en": SITE / "en"}
LOADING = frozenset({"script", "img", "iframe", "source", "video", "audio"})


class Page(HTMLParser):
    """What a page links to and loads, and the names that links may lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the addresses of a tag."""
        given = {name: value for name, value in attrs if value}
        self.names.update(given[key] for key in ("id", "name") if key in given)
        for key in ("href", "src"):
            if key in given:
                self.links.append(given[key])
                if tag in LOADING or (tag == "link" and given.get("rel") != "canonical"):
                    self.loaded.append(given[key])


def main() -> None:
    """Write what is generated, build both languages, check what they link to."""
    shutil.rmtree(SITE, ignore_errors=True)
    for language, out in LANGUAGES.items():
        command_pages.write(DOCS / language / "generated" / "commands.md", language)
        criteria_pages.write(DOCS / language / "generated" / "criteria.md", language)
        key_pages.write(DOCS / language / "generated" / "keys.md", language)
        source, trees = str(DOCS / language), str(TREES / language)
        flags = ["-q", "-W", "--keep-going", "-c", str(DOCS), "-d", trees, "-t", language]
        # a process each: Sphinx keeps the language of its interface for as long as it lives
        command = [sys.executable, "-m", "sphinx", *flags, "-b", "html", source, str(out)]
        if code := subprocess.run(command, check=False).returncode:  # noqa: S603 - our own words
            sys.exit(code)
    wrong = faults(SITE)
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(list(SITE.rglob('*.html')))} pages: {SITE / 'index.html'}")


def faults(site: Path) -> list[str]:
    """Links of a site that lead nowhere, and what its pages would load from elsewhere."""
    files = [path for path in sorted(site.rglob("*.html")) if "_static" not in path.parts]
    pages = {path.resolve(): _read(path) for path in files}
    wrong = []
    for path, page in pages.items():
        shown = path.relative_to(site.resolve())
        wrong += [f"{shown}: loads {to}" for to in page.loaded if urlsplit(to).netloc]
        wrong += [f"{shown}: {to}" for to in page.links if not _leads(path, to, pages)]
    return wrong


def _read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _leads(path: Path, link: str, pages: dict[Path, Page]) -> bool:
    """Whether a link of a page leads somewhere; addresses of other hosts are not asked."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True
    to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not parts.fragment or to not in pages:
        return to.is_file()
    return unquote(parts.fragment) in pages[to].names


if __name__ == "__main__":
    main()
