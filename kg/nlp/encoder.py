"""Tokens -> names, tags, lemmas, trees and sentences, by the shipped ONNX encoder as a spaCy component.

`spacy.blank("en").add_pipe("dateline_encoder")` is a full pipeline: doc.ents (labels are class names of the ontology),
tag_, pos_, morph, lemma_, head and dep_ (Universal Dependencies), and sentence starts, which are kept where they are set.
The encoder reads one sentence at a time: int8 scales are taken over all that one call sees, so a call never sees two
documents, and a document's annotation depends on its own text alone.
"""

__all__ = ["Encoder", "make_encoder", "model_folder", "model_hash"]

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from spacy.attrs import DEP, HEAD, LEMMA, MORPH, POS, TAG
from spacy.language import Language
from spacy.symbols import IDS
from spacy.tokens import Doc, Span
from tokenizers import Tokenizer

from kg.errors import ModelError
from kg.nlp.decoder import Floats, best_heads, best_names, name_transitions, spans
from kg.nlp.lemmas import read_lemmatizer
from kg.nlp.sentences import sentence_starts

FILES = ("encoder.onnx", "labels.npy", "labels.json", "tokenizer.json", "lemmas.json.gz", "meta.json")

CLS, SEP, UNKNOWN, OUT_OF_TEXT = 101, 102, 100, 5
#: Pieces of one word that the encoder sees; a longer word is cut, or unknown when it is no word at all (base64).
MAX_WORD_PIECES = 16
MAX_WORD_CHARS = 100
#: Overlap of neighbouring windows of a long sentence, in words.
OVERLAP_WORDS = 24

#: Products this small run on one thread in OpenBLAS: threads would wait for each other more than they work (2 cores,
#: measured 2026-11), and sums would depend on their number.
MAX_BLAS_WORDS = 60

Pieces = tuple[tuple[int, ...], int]
Scores = dict[str, Floats]


def model_folder() -> Path:
    """Where the shipped model lies."""
    return Path(__file__).parent / "model"


@cache
def model_hash(folder: Path) -> str:
    """SHA-256 over the model's files, the same on every machine."""
    summed = hashlib.sha256()
    for name in FILES:
        summed.update(name.encode() + b"\0" + hashlib.sha256(_bytes(folder / name)).digest())
    return summed.hexdigest()


def _verify(folder: Path, meta: Any) -> None:
    """Compare each file with the SHA-256 that meta.json records."""
    try:
        digests = dict(meta["sha256"])
    except (KeyError, TypeError, ValueError) as exc:
        raise ModelError(f"{folder / 'meta.json'} is damaged ({exc!r}). Install Dateline again.") from exc
    for name, digest in digests.items():
        if hashlib.sha256(_bytes(folder / name)).hexdigest() != digest:
            raise ModelError(
                f"{folder / name} is damaged (its SHA-256 is not that of meta.json). Install Dateline again."
            )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise ModelError(
            f"The language model is incomplete: {path} cannot be read ({exc.strerror}). "
            "Install Dateline again, or name another spaCy pipeline with --pipeline."
        ) from exc


@dataclass(frozen=True, slots=True)
class Window:
    """Words `begin` to `end` of a sentence, read in one call; rows `keep_begin` to `keep_end` are taken from it."""

    begin: int
    end: int
    keep_begin: int
    keep_end: int


class Encoder:
    """The encoder, its tokenizer and label lists; calling it annotates a Doc in place and gives it back.

    Args:
        folder: The model folder.
        vocab: The pipeline's vocabulary; label strings are stored in it once.

    Raises:
        ModelError: a file is missing or damaged.
    """

    def __init__(self, folder: Path, vocab: Any) -> None:
        self.folder = folder
        self._vocab = vocab
        meta = _json(folder / "meta.json")
        _verify(folder, meta)
        labels = _json(folder / "labels.json")
        try:
            self._name_labels: list[str] = meta["names"]
            self._max_pieces: int = meta["max_pieces"]
            self._dep_labels: list[str] = ["ROOT" if label == "root" else label for label in labels["dep"]]
            self._root = self._dep_labels.index("ROOT")
            self._tags = np.array([vocab.strings.add(label) for label in labels["xpos"]], np.uint64)
            self._tag_names: list[str] = labels["xpos"]
            pairs = [label.split("|", 1) for label in labels["morph"]]
            self._pos_names = [pos for pos, _ in pairs]
            self._pos = np.array([IDS[pos] for pos in self._pos_names], np.uint64)
            self._morph = np.array([vocab.morphology.add("" if m == "_" else m) for _, m in pairs], np.uint64)
        except (KeyError, ValueError, TypeError, AttributeError) as exc:
            raise ModelError(f"The label lists in {folder} are damaged ({exc!r}). Install Dateline again.") from exc
        self._deps = np.array([vocab.strings.add(label) for label in self._dep_labels], np.uint64)
        self._space = vocab.strings.add("_SP"), IDS["SPACE"], vocab.morphology.add(""), vocab.strings.add("dep")
        self._transitions = name_transitions(self._name_labels)
        self._lemmatize = read_lemmatizer(folder / "lemmas.json.gz")
        self._labeller = _labeller(folder / "labels.npy", len(self._dep_labels))
        self._tokenizer = _tokenizer(folder / "tokenizer.json")
        self._session = _session(folder / "encoder.onnx")
        self._pieces: dict[str, Pieces] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Annotate the document."""
        if not len(doc):
            return doc
        if doc.has_annotation("SENT_START"):
            sentences = [(span.start, span.end) for span in doc.sents]
        else:
            starts = [i for i, begins in enumerate(sentence_starts(doc)) if begins]
            sentences = list(pairwise([*starts, len(doc)]))
        columns = np.zeros((len(doc), 6), np.uint64)
        names: list[tuple[int, int, str]] = []
        for begin, end in sentences:
            words = [i for i in range(begin, end) if not doc[i].is_space]
            if words:
                names += self._read_sentence(doc, words, columns)
            self._place_spaces(doc, begin, end, words, columns)
        doc.from_array([HEAD, DEP, TAG, POS, MORPH, LEMMA], columns)  # type: ignore[arg-type]
        doc.set_ents([Span(doc, begin, end, label=label) for begin, end, label in names])
        return doc

    def __reduce__(self) -> tuple[type["Encoder"], tuple[Path, Any]]:
        return Encoder, (self.folder, self._vocab)

    def to_disk(self, path: Path, exclude: Sequence[str] = ()) -> None:
        """Nothing to write: the model is package data."""

    def from_disk(self, path: Path, exclude: Sequence[str] = ()) -> "Encoder":
        """Nothing to read: the model is package data."""
        return self

    def to_bytes(self, exclude: Sequence[str] = ()) -> bytes:
        """Nothing to carry: the model is package data."""
        return b""

    def from_bytes(self, data: bytes, exclude: Sequence[str] = ()) -> "Encoder":
        """Nothing to read: the model is package data."""
        return self

    def _read_sentence(self, doc: Doc, words: list[int], columns: NDArray[np.uint64]) -> list[tuple[int, int, str]]:
        scores = self._scores([self._word_pieces(doc[i].text) for i in words])
        heads = best_heads(scores["arc"])
        deps = self._label_arcs(scores, heads)
        tags, morphs = scores["xpos"].argmax(1), scores["morph"].argmax(1)
        at = np.array(words)
        target = np.array([words[head - 1] if head else i for i, head in zip(words, heads, strict=True)])
        columns[at, 0] = (target - at).astype(np.int64).view(np.uint64)
        columns[at, 1] = self._deps[deps]
        columns[at, 2] = self._tags[tags]
        columns[at, 3] = self._pos[morphs]
        columns[at, 4] = self._morph[morphs]
        for i, tag, morph in zip(words, tags, morphs, strict=True):
            lemma = self._lemmatize(doc[i].text, self._pos_names[morph], self._tag_names[tag])
            columns[i, 5] = doc.vocab.strings.add(lemma)
        labels = [self._name_labels[k] for k in best_names(scores["ner"], self._name_labels, self._transitions)]
        return [
            (words[begin], words[end - 1] + 1, kind)
            for begin, end, kind in spans(labels)
            # "German" is no place; whether it names a people is for a list of demonyms to say
            if end > begin + 1 or self._tag_names[tags[begin]] != "JJ"
        ]

    def _label_arcs(self, scores: Scores, heads: list[int]) -> NDArray[np.intp]:
        """Label of each word's arc; "ROOT" for the root's alone."""
        left, right = scores["ld"], scores["lh"][heads]
        parts = []
        for begin in range(0, len(heads), MAX_BLAS_WORDS):
            rows = slice(begin, begin + MAX_BLAS_WORDS)
            parts.append(((left[rows] @ self._labeller) * right[rows]).sum(2).T)
        totals = np.concatenate(parts)
        totals[:, self._root] = -np.inf
        totals[np.array(heads) == 0, self._root] = np.inf
        best: NDArray[np.intp] = totals.argmax(1)
        return best

    def _place_spaces(self, doc: Doc, begin: int, end: int, words: list[int], columns: NDArray[np.uint64]) -> None:
        """Whitespace tokens hang on the word before them (or the first), so that they harm no pattern."""
        if len(words) == end - begin:
            return
        tag, pos, morph, dep = self._space
        spoken, anchor = set(words), words[0] if words else begin
        for i in range(begin, end):
            if i in spoken:
                anchor = i
                continue
            label = dep if words or i != begin else int(self._deps[self._root])
            columns[i, 0] = np.int64(anchor - i).view(np.uint64)
            columns[i, 1:] = label, tag, pos, morph, doc[i].orth

    def _scores(self, pieces: list[Pieces]) -> Scores:
        """Scores of all words of one sentence; a long one is read in overlapping windows, each word where it is deepest."""
        n = len(pieces)
        rows: dict[str, list[Floats]] = {}
        arcs = np.full((n, n + 1), -1e6, np.float32)
        governors = np.empty((n + 1, 65), np.float32)
        for window in _windows([len(ids) for ids, _ in pieces], self._max_pieces - 2):
            output = self._run(pieces[window.begin : window.end])
            kept = slice(window.keep_begin - window.begin, window.keep_end - window.begin)
            for name in ("ner", "morph", "xpos", "ld"):
                rows.setdefault(name, []).append(output[name][kept])
            arcs[window.keep_begin : window.keep_end, window.begin + 1 : window.end + 1] = output["arc"][kept, 1:]
            arcs[window.keep_begin : window.keep_end, 0] = output["arc"][kept, 0]
            governors[window.keep_begin + 1 : window.keep_end + 1] = output["lh"][1:][kept]
            if window.begin == 0:
                governors[0] = output["lh"][0]
        scores = {name: np.concatenate(parts) for name, parts in rows.items()}
        return scores | {"arc": arcs, "lh": governors}

    def _run(self, pieces: list[Pieces]) -> Scores:
        """One call of the network over one window: rows of words; `arc` and `lh` have the root as column/row 0."""
        ids, cases, first = [CLS], [OUT_OF_TEXT], []
        for word_ids, case in pieces:
            first.append(len(ids))
            ids += word_ids
            cases += [case] * len(word_ids)
        batch = {"ids": [[*ids, SEP]], "tt": [[*cases, OUT_OF_TEXT]], "am": [[1] * (len(ids) + 1)]}
        wanted = ["ner", "morph", "xpos", "arc", "ld", "lh"]
        outputs = self._session.run(wanted, {name: np.array(row, np.int64) for name, row in batch.items()})
        output = {name: array[0] for name, array in zip(wanted, outputs, strict=True)}
        with_root = [0, *first]
        scores = {name: output[name][first] for name in ("ner", "morph", "xpos")}
        scores["arc"] = output["arc"][np.ix_(first, with_root)]
        scores["ld"] = _with_one(output["ld"][first])
        scores["lh"] = _with_one(output["lh"][with_root])
        return scores

    def _word_pieces(self, word: str) -> Pieces:
        found = self._pieces.get(word)
        if found is None:
            # bounded, so that a worker that reads an archive does not grow
            if len(self._pieces) > 100_000:
                self._pieces.clear()
            found = self._pieces[word] = (self._ids(word), _case_class(word[:MAX_WORD_CHARS]))
        return found

    def _ids(self, word: str) -> tuple[int, ...]:
        if len(word) > MAX_WORD_CHARS:
            return (UNKNOWN,)
        return tuple(self._tokenizer.encode(word, add_special_tokens=False).ids[:MAX_WORD_PIECES]) or (UNKNOWN,)


def make_encoder(nlp: Language, name: str) -> Encoder:  # noqa: ARG001
    """The factory `dateline_encoder`."""
    return Encoder(model_folder(), nlp.vocab)


Language.factory(
    "dateline_encoder",
    assigns=[
        "doc.ents",
        "token.tag",
        "token.pos",
        "token.morph",
        "token.lemma",
        "token.head",
        "token.dep",
        "doc.sents",
    ],
    func=make_encoder,
)


def _windows(lengths: list[int], limit: int) -> Iterator[Window]:
    """Windows of at most `limit` pieces that overlap by OVERLAP_WORDS words; kept parts meet in the overlaps' middle."""
    begin = kept = 0
    while True:
        end, room = begin, limit
        while end < len(lengths) and lengths[end] <= room:
            room -= lengths[end]
            end += 1
        if end == len(lengths):
            yield Window(begin, end, kept, end)
            return
        overlap = min(OVERLAP_WORDS, (end - begin) // 2)
        keep_end = end - overlap // 2
        yield Window(begin, end, kept, keep_end)
        begin, kept = end - overlap, keep_end


def _case_class(word: str) -> int:
    """Case class that widens the uncased encoder: lower, Title, UPPER, mixed, digits, other, one capital, with digits."""
    if not any(c.isalpha() for c in word):
        return 4 if any(c.isdigit() for c in word) else OUT_OF_TEXT
    if word.islower():
        return 0
    if word.isupper():
        return 2 if len(word) > 1 else 6
    if word[0].isupper() and word[1:].islower():
        return 1
    return 7 if any(c.isdigit() for c in word) else 3


def _with_one(rows: Floats) -> Floats:
    return np.concatenate((rows, np.ones((len(rows), 1), np.float32)), 1)


def _json(path: Path) -> Any:
    try:
        return json.loads(_bytes(path))
    except ValueError as exc:
        raise ModelError(f"{path} is damaged ({exc}). Install Dateline again.") from exc


def _labeller(path: Path, labels: int) -> Floats:
    """The biaffine labeller, one matrix for each label."""
    _bytes(path)
    try:
        tensor = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError) as exc:
        raise ModelError(f"{path} is damaged ({exc}). Install Dateline again.") from exc
    if tensor.shape != (labels, 65, 65):
        raise ModelError(f"{path} has the shape {tensor.shape}, not {(labels, 65, 65)}. Install Dateline again.")
    return np.ascontiguousarray(tensor, np.float32)


def _tokenizer(path: Path) -> Tokenizer:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    text = _bytes(path)
    try:
        tokenizer = Tokenizer.from_buffer(text)
    except Exception as exc:  # tokenizers raises a bare Exception for a damaged file
        raise ModelError(f"{path} is damaged ({exc}). Install Dateline again.") from exc
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _session(path: Path) -> onnxruntime.InferenceSession:
    """A silent session with one thread: the same sums in the same order on every run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 4
    options.use_deterministic_compute = True
    try:
        return onnxruntime.InferenceSession(_bytes(path), options, providers=["CPUExecutionProvider"])
    except Exception as exc:  # onnxruntime raises a family of unrelated types for a damaged file
        raise ModelError(f"{path} is damaged ({type(exc).__name__}). Install Dateline again.") from exc
