"""kg/records.py -> docs/extract.schema.json: the JSON Schema of `kg extract`, made from the dataclasses that are written.

Run with --check to fail when the file is not what the records say.
"""

import dataclasses
import json
import sys
import types
import typing
from pathlib import Path

from kg import records
from kg.records import Argument, Document, Entity, Event, Fact, Literal, Mention, Quotation

TARGET = Path(__file__).parent.parent / "docs" / "extract.schema.json"
RENAMED = {Event: {"type": "class", "date_from": "from", "date_to": "to"}, Mention: {"kind": "form"}}
OFFSETS = {"begin", "end", "cue_begin", "cue_end"}


def schema_of(hint: object, name: str = "") -> dict:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [schema_of(part, name) for part in arguments]}
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin is tuple:
        return {"type": "array", "items": schema_of(arguments[0])}
    if dataclasses.is_dataclass(hint):
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if hint is int:
        return {"type": "integer", "minimum": 0}
    plain = {
        str: {"type": "string"},
        bool: {"type": "boolean"},
        float: {"type": "number", "minimum": 0, "maximum": 0.99},
    }
    return {"type": "null"} if hint is type(None) else plain[hint]


def object_schema(cls: type, kind: str = "") -> dict:
    hints = typing.get_type_hints(cls)
    renamed = RENAMED.get(cls, {})
    properties = {"kind": {"const": kind}} if kind else {}
    for field in dataclasses.fields(cls):
        properties[renamed.get(field.name, field.name)] = schema_of(hints[field.name], field.name)
    if kind == "document":
        properties["id"] = {"type": "string", "pattern": "^doc-[0-9a-f]{20}$"}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def schema() -> dict:
    kinds = {
        Document: "document",
        Mention: "mention",
        Entity: "entity",
        Fact: "fact",
        Event: "event",
        Quotation: "quotation",
    }
    parts = (Argument, Literal, records.Span, records.Alias, records.Role)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line of `kg extract`",
        "description": "Offsets are Unicode code points into the document's text, 0-based and half open.",
        "oneOf": [{"$ref": f"#/$defs/{cls.__name__}"} for cls in kinds],
        "$defs": {
            **{cls.__name__: object_schema(cls, kind) for cls, kind in kinds.items()},
            **{cls.__name__: object_schema(cls) for cls in parts},
        },
    }


def main() -> None:
    text = json.dumps(schema(), indent=1) + "\n"
    if "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text(encoding="utf-8") == text else f"{TARGET} is out of date: run {sys.argv[0]}")
    TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
