"""What each table made by `fetch` is made of, as the study's provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from siting import texts
from siting.sources import catalogue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from siting.sources.catalogue import CatalogueFile


def provenance(sources: Sequence[CatalogueFile], tables: Path) -> str:
    """What each table is made of, as `provenance` reads it."""
    by_id: dict[str, list[CatalogueFile]] = {}
    for source in sources:
        by_id.setdefault(source.id, []).append(source)
    content = {}
    for name, ids in catalogue.made_of().items():
        made_from = [source for key in ids for source in by_id.get(key, [])]
        if not made_from or not (tables / name).exists():
            continue
        first = list(dict.fromkeys(source.title for source in made_from))
        producers = list(dict.fromkeys(source.producer for source in made_from))
        content[name] = {
            "title": " ; ".join(first),
            "producer": " ; ".join(producers),
            "vintage": " ; ".join(dict.fromkeys(source.vintage for source in made_from)),
            "licence": " ; ".join(dict.fromkeys(source.licence for source in made_from)),
            "status": "derived" if name == "candidates.csv" else "real",
            "attribution": {code: _attribution(producers, first, code) for code in texts.LANGUAGES},
        }
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def _attribution(producers: list[str], titles: list[str], code: str) -> str:
    """`producer ; producer : title ; title`, as a language writes lists."""
    mark = texts.text("language.list_mark", code)
    return f"{mark.join(producers)}{texts.text('language.colon', code)}{mark.join(titles)}"
