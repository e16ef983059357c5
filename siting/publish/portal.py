"""A run as a folder for a public body's web server: home page, maps, files, accessibility."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from siting import texts
from siting.atomic_files import replacing_all
from siting.outputs import embedding, portal, print_map, zips
from siting.outputs.documents import pictures
from siting.outputs.documents.model import Bullets, DocumentTable
from siting.outputs.portal import PortalLink, PortalPage, PortalSection, PortalSite
from siting.publish import exports, print_maps, sources
from siting.publish.maps import folder as map_folder
from siting.publish.report import brief, compose, diagnosis, essentials, reading, slides
from siting.publish.report.words import day, num
from siting.study.stages import theme as study_theme
from siting.texts import grammar
from siting.texts import text as t
from siting.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from siting.outputs.theme import Theme
    from siting.publish.missing import Missing
    from siting.study.result import Result
    from siting.study.stages.scores import Compared

MOST = 10_000_000  # bytes of a folder that is sent by mail or to a small server
HEAVIEST = 3  # files named where it is more
PREVIEW = (152.4, 80.01)  # millimetres at the dots of `pictures`: 1200 by 630, as shares show
HOME = "index.html"
FIRST_MAP = "map_access.html"


@dataclass(frozen=True)
class WrittenPortal:
    """What was written.

    Attributes
    ----------
    count, size
        Files, and bytes of all.
    heaviest
        Names of the largest ones where they are more than `MOST`; none else.
    missing
        Maps, tables and slides that the study cannot feed.
    """

    count: int
    size: int
    heaviest: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]


def write(
    result: Result, compared: Compared, folder: Path, base: str, say: Callable[[str], None]
) -> WrittenPortal:
    """Write the folder, in the current language; all of it, or nothing.

    Parameters
    ----------
    base
        Address where it will stand, with its last `/`; empty: not known.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    theme = study_theme.load(result.study)
    with replacing_all(folder) as part:
        maps, skipped = _maps(result, part, theme, say)
        files, missing = _files(result, compared, part, theme, say)
        say(t("portal.writing", name=HOME))
        picture = _picture(result, part, theme, maps)
        site = _site(result, picture, base, theme)
        words = {
            key: t(f"portal.words.{key}") for key in ("skip", "contents", "accessibility", "home")
        }
        for name, shown in (
            (HOME, _home(result, compared, picture, maps, files)),
            (t("portal.declaration"), _declaration(result)),
        ):
            page = portal.page(site, shown, theme, words)
            (part / name).write_text(page, encoding="utf-8", newline="\n")
        sizes = {
            path.relative_to(part).as_posix(): path.stat().st_size
            for path in sorted(part.rglob("*"))
            if path.is_file()
        }
    total = sum(sizes.values())
    largest = sorted(sizes, key=lambda name: -sizes[name])[:HEAVIEST]
    themes = [(t(f"maps.theme.{name}"), reason) for name, reason in skipped.items()]
    lacking = [*themes, *((absent.name, absent.why) for absent in missing)]
    return WrittenPortal(len(sizes), total, tuple(largest) if total > MOST else (), tuple(lacking))


def _maps(
    result: Result, part: Path, theme: Theme, say: Callable[[str], None]
) -> tuple[list[PortalLink], dict[str, str]]:
    """Interactive maps, each with its finding."""
    name = t("portal.folders.maps")
    written = map_folder.write(result, part / name, (), say, theme)
    made = []
    for file in written.files.values():
        frame = embedding.read(part / name / file)
        made.append(PortalLink(f"{name}/{file}", frame.title, frame.description))
    return made, written.skipped


def _files(
    result: Result, compared: Compared, part: Path, theme: Theme, say: Callable[[str], None]
) -> tuple[list[PortalLink], list[Missing]]:
    """Report, brief, deck and data."""
    inside, study = t("portal.folders.files"), result.study
    folder = part / inside
    folder.mkdir()
    say(t("portal.writing", name=t("portal.files.report")))
    report = compose.document(result, compared, say)
    named = f"{study.name}-{t('report.file')}"
    kept = [("report", path) for path in compose.write(report, folder, named, ("pdf",), None)]
    say(t("portal.writing", name=t("portal.files.brief")))
    note = brief.document(result, compared)
    named = f"{study.name}-{t('brief.file')}"
    kept += [("brief", path) for path in compose.write(note, folder, named, ("pdf",), None)]
    say(t("portal.writing", name=t("portal.files.slides")))
    deck, missing = slides.document(result, compared, say)
    kept.append(("slides", slides.write(deck, folder, f"{study.name}-{t('slides.file')}")))
    exports.write(result, folder, ("xlsx", "gpkg"), say, theme)
    kept += [("xlsx", folder / f"{study.name}.xlsx"), ("gpkg", _archived(folder, study.name))]
    links = []
    for key, path in kept:
        size = num(max(path.stat().st_size / 1000, 1))
        detail = t("portal.files.size", format=path.suffix[1:].upper(), size=size)
        title = t(f"portal.files.{key}") if texts.has(f"portal.files.{key}") else path.name
        links.append(PortalLink(f"{inside}/{path.name}", title, "", detail))
    return links, missing


def _archived(folder: Path, name: str) -> Path:
    """Put the GeoPackage in an archive, a third as large; gives the archive."""
    layers, archive = folder / f"{name}.gpkg", folder / f"{name}-gpkg.zip"
    zips.write(archive, {layers.name: layers.read_bytes()})
    layers.unlink()
    return archive


def _picture(result: Result, part: Path, theme: Theme, maps: list[PortalLink]) -> PortalLink:
    """The map of times, for the home page and for who shares its address."""
    sheets, _ = print_maps.sheets(result, theme, ("access",))
    sheet = replace(sheets[0], notes=())  # too small for them: the page says what is modelled
    drawn = print_map.picture(sheet, *PREVIEW, theme)
    (part / t("portal.picture")).write_bytes(pictures.png(drawn, theme))
    opens = next((link.href for link in maps if link.href.endswith(FIRST_MAP)), maps[0].href)
    return PortalLink(t("portal.picture"), t("portal.finding.caption"), sheet.alt, opens)


def _site(result: Result, picture: PortalLink, base: str, theme: Theme) -> PortalSite:
    service = result.study.services[0]
    return PortalSite(
        language=texts.language(),
        locale=t("language.tag").replace("-", "_"),
        editor=theme.editor,
        description=slides.sentences([diagnosis.finding(result, service)])[0],
        picture=picture,
        declaration=t("portal.declaration"),
        made=t("portal.made", version=__version__),
        base=base,
    )


def _home(
    result: Result,
    compared: Compared,
    picture: PortalLink,
    maps: list[PortalLink],
    files: list[PortalLink],
) -> PortalPage:
    study = result.study
    leads = slides.sentences([diagnosis.finding(result, service) for service in study.services])
    blocks = reading.method(result, [])
    rules = next(block.items for block in blocks if isinstance(block, Bullets))
    settings = next(block.rows for block in blocks if isinstance(block, DocumentTable))
    lines = [f"{line['text']} ({line['status']})" for line in sources.source_lines(result)]
    sections = (
        _section("finding", leads=leads, picture=picture, notice=essentials.limits(result)),
        _section(
            "sites",
            bullets=tuple(essentials.reasons(compared)),
            paragraphs=(essentials.firmness(compared),),
        ),
        _section("maps", paragraphs=(t("portal.maps.text"),), links=tuple(maps)),
        _section("files", paragraphs=(t("portal.files.text"),), links=tuple(files)),
        _section(
            "method",
            paragraphs=(t("report.method.text"),),
            bullets=tuple(map(str, rules)),
            terms=tuple((row[0], row[1]) for row in settings),
        ),
        _section("sources", bullets=tuple(lines), notice=t("portal.licence")),
        _section("dates", terms=_dates(result)),
    )
    department = grammar.of(study.territory.department.name)
    subtitle = t("portal.subtitle", of_department=department)
    return PortalPage(study.title, subtitle, sections, home=True)


def _section(name: str, **content: object) -> PortalSection:
    return PortalSection(name, t(f"portal.sections.{name}"), **content)  # type: ignore[arg-type]


def _dates(result: Result) -> tuple[tuple[str, str], ...]:
    """Of the territory, of the study, of each table read."""
    study = result.study
    dated = study.outputs.report_date
    rows = [
        (t("portal.dates.territory"), day(study.territory.vintage)),
        (t("portal.dates.report"), day(dated) if dated else t("portal.dates.no_report")),
        (t("portal.dates.version"), study.outputs.report_version or t("portal.dates.draft")),
    ]
    rows += [(item.source.title, item.source.vintage) for item in result.inputs if item.source]
    return tuple(dict.fromkeys(rows))


def _declaration(result: Result) -> PortalPage:
    """The declaration of accessibility, for the editor to complete."""

    def words(key: str, **values: object) -> str:
        return t(f"portal.rgaa.{key}", **values)

    parts = (
        ("state", (words("commitment"), words("state_text", title=result.study.title)), ()),
        ("results", (words("results_text"),), ()),
        ("content", (words("content_known"),), (words("content_1"), words("content_2"))),
        ("established", (words("technologies"), words("date")), ()),
        ("contact", (words("contact_text"),), ()),
        ("appeal", (words("appeal_text"),), ()),
    )
    sections = tuple(
        PortalSection(name, words(name), paragraphs=paragraphs, bullets=bullets)
        for name, paragraphs, bullets in parts
    )
    return PortalPage(words("title"), words("subtitle"), sections)
