"""The page's own files and vis-network as pyvis bundles it -> text for its script and style elements, and their hashes."""

__all__ = ["engine_text", "page_json", "policy", "script_text", "style_text"]

import base64
import functools
import hashlib
import json
from pathlib import Path

from kg.errors import ExportError

_PAGE = Path(__file__).parent
#: In this order: each uses what stands before it.
_SCRIPTS = (
    "data",
    "look",
    "filters",
    "paint",
    "labels",
    "graph",
    "panel",
    "list",
    "timeline",
    "exports",
    "controls",
    "page",
)


def page_json(value: object) -> str:
    """JSON for a data block: `<`, `>` and `&` escaped, so that no text can end the block or begin a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@functools.cache
def style_text() -> str:
    """The style sheet."""
    return _inline((_PAGE / "page.css").read_text(encoding="utf-8"))


@functools.cache
def script_text() -> str:
    """The page's scripts as one, in a scope of their own."""
    parts = [(_PAGE / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS]
    return _inline('(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n")


@functools.cache
def engine_text() -> str:
    """vis-network as pyvis bundles it, with its licence notice, without the line that asks for a source map."""
    import pyvis

    libraries = Path(pyvis.__file__).parent / "templates" / "lib"
    newest = max(libraries.glob("vis-*/vis-network.min.js"))
    text = newest.read_text(encoding="utf-8").replace("\r\n", "\n")
    return _inline(text.rsplit("//# sourceMappingURL", 1)[0])


def _inline(text: str) -> str:
    if any(end in text.lower() for end in ("</script", "</style", "<!--", "\r")):
        raise ExportError(
            "A script or style of the page holds text that would end its element. Install Dateline again."
        )
    return text


def policy(style: str, *scripts: str) -> str:
    """Nothing may be loaded or run but what the file itself holds."""
    allowed = " ".join(f"'{_digest(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src '{_digest(style)}'; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
