"""An archive of gold data -> files, words and spans; counts -> precision, recall, F1. What all measures share."""

__all__ = ["Counts", "Figure", "Span3", "Tagged", "archive", "bio_spans", "member", "read_conll", "unpacked"]

import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

#: begin, end, type
Span3 = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; `about` says in a sentence what it is, `floor` False that it is shown and not gated."""

    name: str
    value: float
    theme: str
    about: str
    others: str = ""
    floor: bool = True


@dataclass(slots=True)
class Counts:
    """Right, found and wanted of one kind; floats, since a document may weigh less than one."""

    right: float = 0.0
    found: float = 0.0
    gold: float = 0.0
    #: what of the gold was found, where that is counted apart from what of the found is right
    met: float | None = None

    def add(self, right: float, found: float, gold: float) -> None:
        """Count one more document or sentence."""
        self.right += right
        self.found += found
        self.gold += gold

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        met = self.right if self.met is None else self.met
        return met / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Tagged:
    """A sentence as text with its names as character spans."""

    text: str
    names: frozenset[Span3]
    id: str = ""


def archive(shared: Path, folder: str) -> Path:
    """The one archive of a set."""
    return shared / folder / f"{Path(folder).name}.tar.xz"


def member(path: Path, ending: str) -> str:
    """The text of the archive's file whose name ends so."""
    with tarfile.open(path) as tar:
        name = next(name for name in tar.getnames() if name.endswith(ending))
        handle = tar.extractfile(name)
        assert handle is not None
        return handle.read().decode("utf-8")


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The archive's own folder, unpacked for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(path) as tar:
        tar.extractall(folder, filter="data")
        yield Path(folder, path.name.removesuffix(".tar.xz"))


def bio_spans(tags: Sequence[str]) -> list[Span3]:
    """BIO tags -> (first, last + 1, type) of each name; a change of type starts a new one."""
    spans: list[Span3] = []
    begin, current = 0, ""
    for i, tag in enumerate([*tags, "O"]):
        kind = tag[2:] if tag != "O" else ""
        if current and (kind != current or tag.startswith("B-")):
            spans.append((begin, i, current))
            current = ""
        if kind and not current:
            begin, current = i, kind
    return spans


def read_conll(raw: str) -> Iterator[Tagged]:
    """Token-and-tag blocks as sentences, their tokens joined by single spaces."""
    block: list[tuple[str, str]] = []
    for line in [*raw.splitlines(), ""]:
        if line.strip():
            columns = line.split("\t")
            block.append((columns[0], columns[-1].strip()))
        elif block:
            begins, at = [], 0
            for token, _ in block:
                begins.append(at)
                at += len(token) + 1
            names = {
                (begins[first], begins[last - 1] + len(block[last - 1][0]), kind)
                for first, last, kind in bio_spans([tag for _, tag in block])
            }
            yield Tagged(" ".join(token for token, _ in block), frozenset(names))
            block = []
