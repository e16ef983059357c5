"""What the file formats of office suites have in common."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from siting.outputs.documents.model import Titled

LONGEST = 255  # letters of a property


def describe(file: Any, content: Titled) -> None:
    """Write the properties of a DOCX or PPTX file, with no time but the content's date."""
    moment = dt.datetime.combine(content.date, dt.time())
    core = file.core_properties
    core.title, core.author = content.title[:LONGEST], content.author[:LONGEST]
    core.subject, core.keywords = content.subject[:LONGEST], content.keywords[:LONGEST]
    core.language, core.comments = content.language, ""
    core.created = core.modified = moment
    core.last_modified_by, core.revision = content.author[:LONGEST], 1
