"""Hand-made mentions for the tests of patterns: the spans of the example are the mentions, whatever a model would find."""

import re
from types import SimpleNamespace

from kg.ontology import ontology
from kg.records import Document, Entity, Mention, document_id


def document_of(text):
    return Document(document_id(text), text, date="2024-06-12")


def mentions_of(document, spans):
    """Mentions and entities of (text, class) pairs, each wherever its words stand."""
    mentions, entities = [], []
    for number, (words, kind) in enumerate(spans, 1):
        entities.append(Entity(document.id, f"e{number}", words, kind))
        for found in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", document.text):
            mentions.append(Mention(document.id, found.start(), found.end(), words, kind, f"e{number}"))
    return mentions, entities


def classes_of(pattern):
    """One class for the subject and one for the object that the pattern admits; None for a literal."""
    prop = ontology().properties[pattern.target]
    subject = (pattern.types.get("subject") or prop.domain)[0]
    target = (pattern.types.get("object") or prop.range)[0]
    return subject, None if target.startswith("xsd:") else target


def time(begin, end, text, date_from, date_to, precision="day"):
    return SimpleNamespace(
        begin=begin, end=end, text=text, date_from=date_from, date_to=date_to, precision=precision, kind="date"
    )
