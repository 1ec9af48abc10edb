"""Document -> Reading: the one place where the order of the language wing's steps stands.

The steps: parse (sentences, tags, trees, names), times, mentions, quotations, coreference, facts, events. Another spaCy
pipeline may take the place of ours; its names are then renamed to classes of the ontology by NAME_CLASSES.
"""

__all__ = ["load_pipeline", "parse", "pipeline_fingerprint"]

import hashlib
import re
from importlib.metadata import version
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

import kg
from kg.errors import ModelError, SettingError
from kg.nlp.encoder import model_folder, model_hash
from kg.nlp.tokens import BoundedTokenizer
from kg.ontology import data_folder
from kg.records import Document

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
