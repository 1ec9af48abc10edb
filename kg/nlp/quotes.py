"""A parsed Doc and its mentions -> quotations: who said what, in whose words."""

__all__ = ["find_quotations"]

from collections.abc import Sequence

from spacy.tokens import Doc

from kg.records import Mention, Quotation


def find_quotations(doc: Doc, mentions: Sequence[Mention]) -> list[Quotation]:
    """The quotations of a document in text order."""
    del doc, mentions
    return []
