"""The newest file of a dataset of data.gouv.fr, for files that bear their date in their name."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import requests

from siting.errors import InputError
from siting.setup import asking

if TYPE_CHECKING:
    from siting.setup.asking import Settings
    from siting.sources.catalogue import CatalogueFile

API = "https://www.data.gouv.fr/api/1/datasets/{dataset}/"


def resolved(source: CatalogueFile, settings: Settings) -> CatalogueFile:
    """Give a source the address of the newest resource of its dataset.

    Parameters
    ----------
    source
        One with a `dataset` and the pattern of its resources' titles.

    Returns
    -------
    The source with the resource's address; its file is named as the title, its vintage too.

    Raises
    ------
    InputError
        The portal does not answer, or no title fits.
    """
    url = API.format(dataset=source.dataset)
    try:
        with asking.get(url, settings) as answer:
            answer.raise_for_status()
            resources: list[dict[str, Any]] = answer.json()["resources"]
        titled = [(str(entry["title"]).strip(), str(entry["url"])) for entry in resources]
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        raise InputError("dataset_unanswered", id=source.id, url=url, detail=error) from error
    fitting = [pair for pair in titled if re.fullmatch(source.resource, pair[0], re.IGNORECASE)]
    if not fitting:
        raise InputError("no_such_resource", id=source.id, url=url, pattern=source.resource)
    title, address = max(fitting, key=lambda pair: pair[0].lower())
    return named(replace(source, url=address), title.lower())


def named(source: CatalogueFile, title: str) -> CatalogueFile:
    """Give a source of a dataset the name and the vintage that a title tells."""
    suffix = source.file[source.file.index(".") :]
    return replace(source, file=f"{title}{suffix}", vintage=title.split("-", 1)[0])
