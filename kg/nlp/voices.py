"""A text with its quotations -> who speaks where: quotations with their speaker, first-person sections with their author."""

__all__ = ["Stretches", "quotation_stretches", "sections", "speaker_stretches"]

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from kg.nlp.chains import Node
from kg.records import Quotation

T = TypeVar("T")

_MAX_HEADING_CHARS = 120
#: How many stretches back one may begin that still holds an offset: quotations within quotations are rare.
_NESTING = 8


class Stretches(Generic[T]):
    """Values of stretches of a text, looked up by an offset; of nested stretches the inner one counts."""

    def __init__(self, stretches: Iterable[tuple[int, int, T]]) -> None:
        self._stretches = sorted(stretches, key=lambda stretch: stretch[:2])
        self._begins = [stretch[0] for stretch in self._stretches]

    def at(self, offset: int) -> T | None:
        """The value at the offset, or None."""
        last = bisect_right(self._begins, offset)
        for begin, end, value in reversed(self._stretches[max(last - _NESTING, 0) : last]):
            if begin <= offset < end:
                return value
        return None


def quotation_stretches(quotations: Sequence[Quotation], *, forms: Sequence[str]) -> Stretches[int]:
    """The number of the quotation of one of these forms that holds an offset."""
    return Stretches((q.content.begin, q.content.end, n) for n, q in enumerate(quotations) if q.form in forms)


def speaker_stretches(nodes: Sequence[Node], quotations: Sequence[Quotation]) -> Stretches[int]:
    """The index of the node that speaks at an offset, inside direct and mixed quotations whose speaker is a mention."""
    ends = [node.mention.begin for node in nodes]
    found = []
    for quotation in quotations:
        speaker = quotation.speaker
        if speaker is None or quotation.form == "indirect":
            continue
        last = bisect_right(ends, speaker.end - 1)
        near = [node for node in nodes[max(last - 12, 0) : last] if speaker.begin < node.mention.end]
        # the name or pronoun itself, before a description that holds it
        near.sort(key=lambda node: (node.mention.kind == "nominal", node.index))
        if near:
            found.append((quotation.content.begin, quotation.content.end, near[0].index))
    return Stretches(found)


def sections(text: str, named: Sequence[Node]) -> Stretches[int]:
    """The index of the person under whose heading an offset stands.

    A heading is a short line without a full stop that begins with a person's name, which is the subject of no verb there.
    """
    headings = list(_headings(text, named))
    ends = [begin for begin, _, _ in headings[1:]] + [len(text)]
    return Stretches((end, stop, index) for (_, end, index), stop in zip(headings, ends, strict=False))


def _headings(text: str, named: Sequence[Node]) -> Iterator[tuple[int, int, int]]:
    begins = [node.mention.begin for node in named]
    for match in re.finditer(r"[^\n]+", text):
        line = match.group().strip()
        if not line or len(line) > _MAX_HEADING_CHARS or line[-1] in ".!?:;,”\"'" or line[0] in '“"–-(':
            continue
        first = bisect_right(begins, match.start() - 1)
        if first == len(named) or named[first].mention.begin >= match.end():
            continue
        owner = named[first]
        alone = not text[match.start() : owner.mention.begin].strip()
        if alone and owner.mention.type == "Person" and owner.head.dep_ not in ("nsubj", "nsubj:pass"):
            yield match.start(), match.end(), owner.index
