"""Write `siting/browser/workshop/api_types.ts` from the workshop's OpenAPI document.

Run it after a change of `siting/workshop/api.py` or `replies.py`; a test compares the file.
"""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from siting.workshop import api, questions

if TYPE_CHECKING:
    from siting.workshop.workshop import Workshop

TARGET = Path(__file__).parents[1] / "siting" / "browser" / "workshop" / "api_types.ts"
HEAD = "/** Types of the interface, written by `scripts/write_api_types.py`: do not edit. */\n"
NAMES = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "null": "null",
}


def typescript(document: dict[str, Any]) -> str:
    """Give an interface for each schema of an OpenAPI document, in order of name."""
    schemas = document["components"]["schemas"]
    return "\n".join(
        [HEAD, *(_interface(name, schema) for name, schema in sorted(schemas.items()))]
    )


def type_of(schema: dict[str, Any]) -> str:
    """Give the TypeScript type of a schema.

    Raises
    ------
    ValueError
        The schema is of a kind that no answer has had yet.
    """
    match schema:
        case {"$ref": str(target)}:
            written = target.rsplit("/", 1)[1]
        case {"anyOf": choices}:
            written = " | ".join(type_of(choice) for choice in choices)
        case {"const": value}:
            written = json.dumps(value)
        case {"enum": values} if questions.REGISTERED not in schema:
            written = " | ".join(json.dumps(value) for value in values)
        case {"type": "array", "prefixItems": items}:
            written = f"[{', '.join(type_of(item) for item in items)}]"
        case {"type": "array", "items": item}:
            written = f"({type_of(item)})[]" if "anyOf" in item else f"{type_of(item)}[]"
        case {"type": "object", "additionalProperties": dict(value)}:
            written = f"Record<string, {type_of(value)}>"
        case {"type": str(kind)} if kind in NAMES:
            written = NAMES[kind]
        case _ if set(schema) <= {"title", "description"}:
            written = "unknown"
        case _:
            msg = f"no TypeScript type for {schema}"
            raise ValueError(msg)
    return written


def _interface(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    about = " ".join(schema.get("description", "").split()).replace("*/", "* /")
    fields = [
        f"  {key}{'' if key in required else '?'}: {type_of(value)};"
        for key, value in schema["properties"].items()
    ]
    comment = textwrap.wrap(f"/** {about} */", 100) if about else []
    return "\n".join([*comment, f"export interface {name} {{", *fields, "}", ""])


def document() -> dict[str, Any]:
    """Give the OpenAPI document: no question is answered for it, so no study is opened."""
    desk = api.OpenedStudy(cast("Workshop", None), Path())
    return api.make(desk).openapi()


if __name__ == "__main__":
    TARGET.write_text(typescript(document()), encoding="utf-8", newline="\n")
