"""Text -> the stretches between quotation marks, paragraph by paragraph, whatever the style of the marks.

A quote may run over several paragraphs: each opens with a mark, the last alone closes. Apostrophes are no quotation marks.
"""

__all__ = ["Quote", "find_quotes", "paragraphs"]

import re
from collections.abc import Iterator
from dataclasses import dataclass

CURLY = {"“": "”", "„": "“”", "«": "»", "‹": "›", "‘": "’"}
#: A closing single mark follows punctuation; otherwise it cannot be told from an apostrophe.
BEFORE_SINGLE_CLOSE = ".,!?…"


@dataclass(frozen=True, slots=True)
class Quote:
    """The stretch inside a pair of marks; `closed` is False where the paragraph ends first."""

    begin: int
    end: int
    paragraph: int
    closed: bool = True

    @property
    def outer_begin(self) -> int:
        """Offset of the opening mark."""
        return self.begin - 1

    @property
    def outer_end(self) -> int:
        """Offset after the closing mark."""
        return self.end + self.closed


def paragraphs(text: str, wraps: frozenset[int] = frozenset()) -> list[tuple[int, int]]:
    """(begin, end) of each line that is not blank; newlines in `wraps` only wrap a line and do not end a paragraph."""
    found: list[tuple[int, int]] = []
    begin = 0
    for match in re.finditer(r"\n|\Z", text):
        if match.start() in wraps:
            continue
        line = text[begin : match.start()]
        if line.strip():
            found.append((begin + len(line) - len(line.lstrip()), begin + len(line.rstrip())))
        begin = match.end()
    return found


def find_quotes(text: str, parts: list[tuple[int, int]]) -> list[Quote]:
    """The outermost quotes of all paragraphs, in text order; an unclosed one ends with its paragraph."""
    return [quote for number, (begin, end) in enumerate(parts) for quote in _in_paragraph(text, begin, end, number)]


def _in_paragraph(text: str, begin: int, end: int, number: int) -> Iterator[Quote]:
    i = begin
    while i < end:
        if not _opens(text, i, begin):
            i += 1
            continue
        close = _closing(text, i, end)
        if close is None and text[i] in "'‘":
            i += 1  # an apostrophe
        elif close is None:
            # without its closing mark a quote is one only if it opens the paragraph or a clause
            yield Quote(i + 1, end, number, closed=False)
            return
        else:
            if close > i + 1:
                yield Quote(i + 1, close, number)
            i = close + 1


def _opens(text: str, i: int, begin: int) -> bool:
    mark = text[i]
    if mark not in CURLY and mark not in "\"'":
        return False
    before = text[i - 1] if i > begin else " "
    after = text[i + 1] if i + 1 < len(text) else " "
    if mark in "“„«‹":
        return True
    if mark == '"':
        return not after.isspace() and not before.isalnum()
    # ‘90s, ’tis and rock 'n' roll are no quotes; a single mark opens after a space or bracket and before a letter
    return (before.isspace() or before in "([—–:") and after.isalpha()


def _closing(text: str, i: int, end: int) -> int | None:
    mark = text[i]
    closers = CURLY.get(mark, mark)
    for j in range(i + 1, end):
        if text.startswith("''", j) and mark in '"“':
            return j
        if text[j] not in closers:
            continue
        after = text[j + 1] if j + 1 < end else " "
        if mark in "'‘":
            if text[j - 1] in BEFORE_SINGLE_CLOSE and not after.isalnum():
                return j
        elif mark == '"':
            if not after.isalnum() and not text[j - 1].isspace():
                return j
        else:
            return j
    return None
