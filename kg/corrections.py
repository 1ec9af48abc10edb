"""corrections.toml -> what users said is the same, different or to be forgotten; and back, line by line.

The file is the users': commands only append to it, a person may edit it, and no command ever deletes it. It names anchor
mentions (document, begin, end, text), not IRIs, so that it holds whatever else is added or taken out.
"""

__all__ = ["Anchor", "Corrections", "append_correction", "append_forgotten", "read_corrections"]

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import RecordError
from kg.files import atomic_write
from kg.records import Reading

Key = tuple[str, str]

HEADER = """# Corrections, re-applied at every build. Yours: commands only append here.
# [[same]] and [[different]] name two mentions (doc, begin, end, text); [[forgotten]] names a document.
"""


@dataclass(frozen=True, slots=True, order=True)
class Anchor:
    """One mention that stands for its entity: offsets into the stored text of the document."""

    doc: str
    begin: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Corrections:
    """All corrections of an output folder, in the order of the file."""

    same: tuple[tuple[Anchor, Anchor], ...] = ()
    different: tuple[tuple[Anchor, Anchor], ...] = ()
    forgotten: frozenset[str] = frozenset()

    def with_pair(self, kind: str, a: Anchor, b: Anchor) -> "Corrections":
        """These corrections and one more, which is the last word on its pair."""
        pair = frozenset((a, b))
        kept = {name: tuple(p for p in getattr(self, name) if frozenset(p) != pair) for name in ("same", "different")}
        kept[kind] += ((a, b),)
        return Corrections(kept["same"], kept["different"], self.forgotten)

    def keys(self, pairs: Iterable[tuple[Anchor, Anchor]], readings: Iterable[Reading]) -> list[tuple[Key, Key]]:
        """The pairs as (document, entity) keys; a pair whose document or mention is gone is left out."""
        wanted = {(anchor.doc, anchor.begin, anchor.end) for pair in pairs for anchor in pair}
        docs = {doc for doc, _, _ in wanted}
        found = {
            (m.doc, m.begin, m.end): (m.doc, m.entity)
            for reading in readings
            if reading.document.id in docs
            for m in reading.mentions
            if (m.doc, m.begin, m.end) in wanted
        }
        keyed = ((found.get((a.doc, a.begin, a.end)), found.get((b.doc, b.begin, b.end))) for a, b in pairs)
        return [(a, b) for a, b in keyed if a and b]


def read_corrections(path: Path) -> Corrections:
    """The corrections of a file; none when it does not exist. Of one pair, the last word counts.

    Raises:
        RecordError: the file is not TOML or a table lacks a key; it names the table.
    """
    if not path.exists():
        return Corrections()
    try:
        text = path.read_text(encoding="utf-8")
        plain = tomllib.loads(text)
        same = [_pair(table) for table in plain.get("same", ())]
        different = [_pair(table) for table in plain.get("different", ())]
        last = _last_words(text, {"same": same, "different": different})
        return Corrections(
            same=tuple(pair for pair in same if last[frozenset(pair)] == "same"),
            different=tuple(pair for pair in different if last[frozenset(pair)] == "different"),
            forgotten=frozenset(str(table["doc"]) for table in plain.get("forgotten", ())),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, UnicodeDecodeError) as exc:
        raise RecordError(f"{path} is damaged ({exc}). Mend it by hand; its head says what a table holds.") from exc


def append_correction(path: Path, kind: str, a: Anchor, b: Anchor) -> None:
    """Add one [[same]] or [[different]] table."""
    _append(path, f"\n[[{kind}]]\na = {_inline(a)}\nb = {_inline(b)}\n")


def append_forgotten(path: Path, doc: str) -> None:
    """Add one [[forgotten]] table; the title is not kept, since nothing of the document may stay."""
    _append(path, f"\n[[forgotten]]\ndoc = {json.dumps(doc)}\n")


def _last_words(text: str, pairs: dict[str, list[tuple[Anchor, Anchor]]]) -> dict[frozenset[Anchor], str]:
    """What the file says last of each pair: who said "same" and then "different" has changed their mind."""
    # tomllib keeps no order between two arrays of tables, so the order is that of their headers
    order = re.findall(r"^[ \t]*\[\[[ \t]*(same|different)[ \t]*\]\]", text, re.MULTILINE)
    if Counter(order) != Counter({kind: len(listed) for kind, listed in pairs.items()}):
        order = [kind for kind, listed in pairs.items() for _ in listed]
    left = {kind: iter(listed) for kind, listed in pairs.items()}
    return {frozenset(next(left[kind])): kind for kind in order}


def _append(path: Path, table: str) -> None:
    before = path.read_text(encoding="utf-8") if path.exists() else HEADER
    with atomic_write(path) as file:
        file.write(before if before.endswith("\n") else before + "\n")
        file.write(table)


def _pair(table: dict[str, Any]) -> tuple[Anchor, Anchor]:
    a, b = table["a"], table["b"]
    return (
        Anchor(str(a["doc"]), int(a["begin"]), int(a["end"]), str(a.get("text", ""))),
        Anchor(str(b["doc"]), int(b["begin"]), int(b["end"]), str(b.get("text", ""))),
    )


def _inline(anchor: Anchor) -> str:
    # JSON's string escapes are TOML's, but for the slash and for DEL
    text = json.dumps(anchor.text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"{{ doc = {json.dumps(anchor.doc)}, begin = {anchor.begin}, end = {anchor.end}, text = {text} }}"
