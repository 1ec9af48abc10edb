"""Constructions that no trigger word announces -> candidate facts: "Beijing-based", "Paris, France", demonyms, ages.

Each is a function from the arguments of a text to candidates; facts.py puts them through the same door as the patterns.
"""

__all__ = ["construct"]

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kg.nlp.arguments import Arguments, Candidate

if TYPE_CHECKING:
    from kg.nlp.times import TimeExpression


def construct(arguments: Arguments, times: "Sequence[TimeExpression]") -> Iterator[Candidate]:
    """Candidates of all constructions, in text order of each."""
    del arguments, times
    yield from ()
