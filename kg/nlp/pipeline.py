"""Document -> Reading: the one place where the order of the language wing's steps stands.

The steps: parse (sentences, tags, trees, names), times, mentions, quotations, coreference, facts, events. Another spaCy
pipeline may take the place of ours; its names are then renamed to classes of the ontology by NAME_CLASSES.
"""

__all__ = ["is_ours", "load_pipeline", "parse", "pipeline_fingerprint", "read"]

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

import kg
from kg.errors import ModelError, SettingError
from kg.nlp.coref import link_mentions
from kg.nlp.demonyms import add_countries
from kg.nlp.encoder import model_folder, model_hash
from kg.nlp.events import find_events
from kg.nlp.facts import find_facts
from kg.nlp.mentions import find_mentions
from kg.nlp.names import load_names
from kg.nlp.quotes import find_quotations
from kg.nlp.times import find_times
from kg.nlp.tokens import BoundedTokenizer
from kg.ontology import data_folder
from kg.records import Document, Mention, Quotation, Reading

#: Name labels of other pipelines -> our classes (OntoNotes, CoNLL and WikiNER names); labels not here are left out.
NAME_CLASSES = {
    "PERSON": "Person",
    "PER": "Person",
    "ORG": "Organization",
    "GPE": "Place",
    "LOC": "Place",
    "FAC": "Place",
    "NORP": "Group",
    "EVENT": "Event",
    "WORK_OF_ART": "Work",
    "PRODUCT": "Product",
    "LAW": "Policy",
    "DATE": "Date",
}
OUR_CLASSES = frozenset(NAME_CLASSES.values())

SURROGATES = re.compile("[\ud800-\udfff]")
NOT_NEWLINE = re.compile(r"[^\r\n]")
#: spaCy's own limit guards against parsers that need much memory; ours reads one sentence at a time.
MAX_CHARS = 1 << 30


def load_pipeline(name: str = "") -> Language:
    """The shipped English pipeline, or any installed spaCy pipeline by name or path.

    Raises:
        ModelError: the shipped model is missing or damaged, or the named pipeline cannot be loaded.
        SettingError: the named pipeline does not find names or does not parse.
    """
    if name:
        return _load_other(name)
    nlp = spacy.blank("en")
    nlp.tokenizer = BoundedTokenizer(nlp.tokenizer)
    nlp.add_pipe("dateline_encoder")
    nlp.max_length = MAX_CHARS
    return nlp


def is_ours(nlp: Language) -> bool:
    """Whether the pipeline is the shipped one, which reads English alone."""
    return "dateline_encoder" in nlp.pipe_names


def parse(nlp: Language, document: Document) -> Doc:
    """The document's text with tags, trees, sentences and names; offsets are those of the stored text.

    Boilerplate is blanked out to whitespace of the same length, so that it gives no words; lone surrogates, which spaCy
    cannot store, become U+FFFD.
    """
    doc = nlp(_readable_text(document))
    if not is_ours(nlp):
        doc.set_ents(_renamed_names(doc))
    return doc


def read(nlp: Language, document: Document) -> Reading:
    """All that the text of a document says; the reading depends on the document and the pipeline alone.

    1. Parse: tokens, sentences, tags, trees, names.
    2. Times, reckoned from the document's date.
    3. Mentions: names, descriptions, pronouns, each with a class.
    4. Quotations with their speakers' words.
    5. Coreference: mentions to entities; the speakers get theirs.
    6. The countries that demonyms give; facts and events, each with its modality and source.

    A document in another language than the pipeline's is given back as it is, with nothing read from it.
    """
    if document.language != nlp.lang:
        return Reading(document)
    with nlp.memory_zone():
        doc = parse(nlp, document)
        times = find_times(doc, _reference(document))
        names = load_names()
        mentions = find_mentions(doc, document, names)
        quotations = find_quotations(doc, mentions)
        mentions, entities = link_mentions(doc, document, mentions, quotations, names)
        quotations = _with_speakers(document, quotations, mentions)
        mentions, entities = add_countries(doc, document, mentions, entities, names)
        facts, dropped = find_facts(doc, document, mentions, entities, quotations, times)
        events = find_events(doc, document, mentions, entities, quotations, times)
        return Reading(
            document,
            mentions=tuple(mentions),
            entities=tuple(entities),
            facts=tuple(facts),
            events=tuple(events),
            quotations=tuple(quotations),
            dropped=tuple(sorted(dropped.items())),
        )


def pipeline_fingerprint(nlp: Language) -> str:
    """20 hex digits that change when the pipeline, its model, the ontology or the version of Dateline changes."""
    summed = hashlib.sha256()
    parts = [f"dateline {kg.__version__}", f"spacy {version('spacy')}", " ".join(nlp.pipe_names)]
    if is_ours(nlp):
        runtime = [f"{name} {version(name)}" for name in ("onnxruntime", "tokenizers")]
        parts += [*runtime, model_hash(model_folder())]
    else:
        parts.append(" ".join(f"{key}={nlp.meta.get(key)}" for key in ("lang", "name", "version", "sources")))
    summed.update("\n".join(parts).encode())
    folder = data_folder("ontology")
    for path in sorted([*folder.glob("*.ttl"), *folder.glob("*.toml"), *folder.glob("patterns/*.toml")]):
        summed.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return summed.hexdigest()[:20]


def _reference(document: Document) -> date | None:
    return date.fromisoformat(document.date) if document.date else None


def _with_speakers(document: Document, quotations: Sequence[Quotation], mentions: Sequence[Mention]) -> list[Quotation]:
    """The quotations with their document and their speakers' entities; a speaker that is no mention has none."""
    entity_of = {(mention.begin, mention.end): mention.entity for mention in mentions}
    complete = []
    for quotation in quotations:
        speaker = quotation.speaker
        if speaker is not None:
            speaker = replace(speaker, entity=entity_of.get((speaker.begin, speaker.end), ""))
        complete.append(replace(quotation, doc=document.id, speaker=speaker))
    return complete


def _load_other(name: str) -> Language:
    try:
        nlp = spacy.load(Path(name) if Path(name).is_dir() else name)
    except (OSError, ImportError, ValueError) as exc:
        message = f"The spaCy pipeline {name!r} cannot be loaded: {str(exc).splitlines()[0]}"
        raise ModelError(f"{message} Install it (pip), or leave --pipeline out to read with the shipped one.") from exc
    provided = {assigned for pipe in nlp.pipe_names for assigned in nlp.get_pipe_meta(pipe).assigns}
    missing = [what for what, needed in _NEEDS.items() if needed not in provided]
    if missing:
        raise SettingError(
            f"The spaCy pipeline {name!r} has no {' and no '.join(missing)} (it has: {', '.join(nlp.pipe_names) or 'nothing'}). "
            "Name one that has both, or leave --pipeline out to read with the shipped one."
        )
    nlp.max_length = MAX_CHARS
    return nlp


_NEEDS = {"parser": "token.dep", "ner": "doc.ents"}


def _readable_text(document: Document) -> str:
    text = SURROGATES.sub("\ufffd", document.text)
    for stretch in document.boilerplate:
        text = text[: stretch.begin] + NOT_NEWLINE.sub(" ", text[stretch.begin : stretch.end]) + text[stretch.end :]
    return text


def _renamed_names(doc: Doc) -> list[Span]:
    names = []
    for span in doc.ents:
        label = span.label_ if span.label_ in OUR_CLASSES else NAME_CLASSES.get(span.label_)
        if label:
            names.append(Span(doc, span.start, span.end, label=label))
    return names
