"""Text -> tokens by spaCy's rules, in time that grows with the text alone.

spaCy's tokenizer peels prefixes and suffixes off a stretch without spaces one by one and runs its patterns over the rest
each time: a megabyte of brackets or base64 would take hours. A stretch past MAX_STRETCH_CHARS is no prose; it becomes tokens
of that length as it stands.
"""

__all__ = ["BoundedTokenizer"]

import re
from collections.abc import Iterator
from typing import Any

from spacy.tokens import Doc

MAX_STRETCH_CHARS = 300
LONG_STRETCH = re.compile(rf"\S{{{MAX_STRETCH_CHARS + 1},}}")


class BoundedTokenizer:
    """A spaCy tokenizer that never sees a stretch without whitespace longer than MAX_STRETCH_CHARS.

    Texts without such a stretch are tokenised by the inner tokenizer alone.
    """

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __call__(self, text: str) -> Doc:
        """The Doc of a text; its text is the text."""
        if not LONG_STRETCH.search(text):
            plain: Doc = self._inner(text)
            return plain
        words: list[str] = []
        spaces: list[bool] = []
        for part, is_long in _parts(text):
            if is_long:
                words.append(part)
                spaces.append(False)
                continue
            doc = self._inner(part)
            words += [token.text for token in doc]
            spaces += [bool(token.whitespace_) for token in doc]
        return Doc(self._inner.vocab, words=words, spaces=spaces)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "_inner" not in self.__dict__:
            raise AttributeError(name)
        return getattr(self._inner, name)


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    position = 0
    for match in LONG_STRETCH.finditer(text):
        if match.start() > position:
            yield text[position : match.start()], False
        for begin in range(match.start(), match.end(), MAX_STRETCH_CHARS):
            yield text[begin : min(begin + MAX_STRETCH_CHARS, match.end())], True
        position = match.end()
    if position < len(text):
        yield text[position:], False
