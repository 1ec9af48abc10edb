"""An answer -> a table on a terminal, plain columns in a pipe, Markdown, or a machine format, on stdout or in a file."""

__all__ = ["Shown", "drop_half_written", "print_answer", "print_table", "to_markdown"]

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from kg.errors import QueryError

if TYPE_CHECKING:
    from kg.graph.asking import Asked
    from kg.graph.query import Answer, Term

#: Control letters from article text must not reach a terminal, where they could move the cursor or hide words.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_NUMBERS = ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")
#: Columns of saved questions that are shown with --evidence only.
EVIDENCE_COLUMNS = ("sentence",)

_half_written: set[Path] = set()


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell: its text, and whether it is a number (set to the right)."""

    text: str
    is_number: bool = False


def print_answer(
    request: "Asked", *, limit: int | None, evidence: bool, iris: bool, wants_to_know: bool = False
) -> bool:
    """Ask the request and write its answer to its file or to standard output.

    Returns:
        Whether there was an answer; not looked at in machine formats unless `wants_to_know`.

    Raises:
        QueryError: as `Asked.answer`, or the format does not fit the answer.
    """
    from kg.graph.query import write_answer

    for warning in request.warnings:
        click.echo(f"Note: {warning}", err=True)
    answer = request.answer()
    kind = request.form or ("ttl" if answer.form in ("CONSTRUCT", "DESCRIBE") else "table")
    if kind not in ("table", "md"):
        if limit:
            raise QueryError(f"--limit is for tables; for {kind} write LIMIT {limit} in the query.")
        found = _is_yes(request.answer()) if wants_to_know else True
        _deliver(request.out, lambda stream: write_answer(answer, stream, kind, prefixes=request.prefixes))
        return found
    if answer.form == "ASK":
        _deliver(request.out, lambda stream: _write_text(stream, "yes" if answer.truth else "no"))
        return answer.truth
    names, rows, more = _drawn(request, answer, limit=limit, evidence=evidence, iris=iris)
    if kind == "table" and request.out is None:
        print_table(names, rows)
    else:
        text = to_markdown(names, rows) if kind == "md" else "\n".join(_plain(names, rows))
        _deliver(request.out, lambda stream: _write_text(stream, text))
    if more:
        click.echo(f"There are more than {limit} rows; raise --limit to see them.", err=True)
    return bool(rows)


def print_table(names: Sequence[str], rows: Sequence[Sequence[Shown]]) -> None:
    """Print a table: drawn and wrapped to the width of a terminal, plain and never cut in a pipe."""
    if not sys.stdout.isatty():
        click.echo("\n".join(_plain(names, rows)))
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for at, name in enumerate(names):
        numeric = bool(rows) and all(row[at].is_number or not row[at].text for row in rows)
        table.add_column(_title(name), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown.text) for shown in row))
    Console(highlight=False).print(table)


def to_markdown(names: Sequence[str], rows: Iterable[Sequence[Shown]]) -> str:
    """The rows as a Markdown table."""
    lines = ["| " + " | ".join(_escaped(_title(name)) for name in names) + " |"]
    lines.append("|" + " --- |" * len(names))
    lines += ["| " + " | ".join(_escaped(shown.text) for shown in row) + " |" for row in rows]
    return "\n".join(lines)


def one_line(text: str) -> str:
    """The text on one line, without letters that would steer a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", re.sub(r"\s+", " ", text).strip())


def drop_half_written() -> None:
    """Delete files that are being written; for a process that ends early."""
    for path in _half_written:
        path.unlink(missing_ok=True)


def _drawn(
    request: "Asked", answer: "Answer", *, limit: int | None, evidence: bool, iris: bool
) -> tuple[list[str], list[list[Shown]], bool]:
    """Column names, shown rows, and whether rows were left out."""
    import pyoxigraph as ox

    from kg.graph.labels import labels_of, short_iri
    from kg.ontology import NAMESPACES

    hidden = EVIDENCE_COLUMNS if request.question.summary and not evidence else ()
    names, unique = _without(answer.variables or ["subject", "predicate", "object"], _terms(answer), hidden)
    rows = list(islice(unique, limit + 1 if limit else None))
    more, rows = bool(limit and len(rows) > limit), rows[:limit]
    nodes = {term.value for row in rows for term in row if isinstance(term, ox.NamedNode)}
    known = {**NAMESPACES, **request.prefixes}
    labels = {iri: short_iri(iri, known) for iri in nodes} if iris else labels_of(request.source, nodes, prefixes=known)
    return names, [[_cell(term, labels) for term in row] for row in rows], more


def _terms(answer: "Answer") -> Iterator[tuple["Term | None", ...]]:
    yield from answer.triples() if answer.form in ("CONSTRUCT", "DESCRIBE") else answer.rows()


def _without(
    names: Sequence[str], rows: Iterable[tuple["Term | None", ...]], hidden: Sequence[str]
) -> tuple[list[str], Iterator[tuple["Term | None", ...]]]:
    """Names and rows without the hidden columns; rows that differed only there come once."""
    kept = [at for at, name in enumerate(names) if name not in hidden]
    if len(kept) == len(names):
        return list(names), iter(rows)

    def unique() -> Iterator[tuple["Term | None", ...]]:
        seen = set()
        for row in rows:
            short = tuple(row[at] for at in kept)
            if short not in seen:
                seen.add(short)
                yield short

    return [names[at] for at in kept], unique()


def _cell(term: "Term | None", labels: dict[str, str]) -> Shown:
    import pyoxigraph as ox

    if term is None:
        return Shown("")
    if isinstance(term, ox.NamedNode):
        return Shown(one_line(labels[term.value]))
    if isinstance(term, ox.Literal):
        return Shown(one_line(term.value), term.datatype.value.rsplit("#", 1)[-1] in _NUMBERS)
    return Shown(one_line(str(term)))


def _is_yes(answer: "Answer") -> bool:
    return answer.truth if answer.form == "ASK" else any(True for _ in _terms(answer))


def _deliver(out: Path | None, write: Callable[[IO[bytes]], None]) -> None:
    """Write to standard output, or to a file beside the wanted one that takes its name when it is whole."""
    if out is None:
        sys.stdout.flush()
        write(sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    _half_written.add(beside)
    try:
        with beside.open("wb") as file:
            write(file)
        beside.replace(out)
    except OSError as exc:
        raise QueryError(f"{out} cannot be written: {exc.strerror or exc}.") from exc
    finally:
        beside.unlink(missing_ok=True)
        _half_written.discard(beside)


def _write_text(stream: IO[bytes], text: str) -> None:
    stream.write(text.encode() + b"\n")


def _plain(names: Sequence[str], rows: Sequence[Sequence[Shown]]) -> Iterator[str]:
    from rich.cells import cell_len

    cells = [[Shown(_title(name)) for name in names], *rows]
    widths = [max(cell_len(row[at].text) for row in cells) for at in range(len(names))]
    for number, row in enumerate(cells):
        parts = []
        for at, shown in enumerate(row):
            gap = " " * (widths[at] - cell_len(shown.text))
            parts.append(gap + shown.text if shown.is_number else shown.text + gap)
        yield "  ".join(parts).rstrip()
        if number == 0:
            yield "  ".join("-" * width for width in widths)


def _title(name: str) -> str:
    return name.replace("_", " ")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
