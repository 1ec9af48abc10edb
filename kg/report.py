"""What a run read, left out and found -> report.json and report.md."""

__all__ = ["Report", "read_report", "write_report"]

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg import __version__
from kg.errors import StoreError
from kg.files import atomic_write
from kg.records import Reading
from kg.resolve import Resolution, main_class

_LISTED = 50


@dataclass
class Report:
    """The account of one run; `left_out` holds (file or record, reason) for everything that was not read."""

    read_files: int = 0
    unchanged_files: int = 0
    removed_files: int = 0
    new_documents: int = 0
    known_documents: int = 0
    duplicates: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)
    left_out_by_kind: Counter[str] = field(default_factory=Counter)
    documents: int = 0
    other_languages: Counter[str] = field(default_factory=Counter)
    entities: Counter[str] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)
    claims: int = 0
    events: int = 0
    quotations: int = 0
    mentions: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)

    def leave_out(self, name: str, reason: str, *, kind: str) -> None:
        """Count and name something that was not read; `kind` is file, record or document."""
        self.left_out.append((name, reason))
        self.left_out_by_kind[kind] += 1

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure a stage in wall seconds."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - begin, 3)

    def count_graph(self, readings: Sequence[Reading], resolution: Resolution, dropped: Counter[str]) -> None:
        """Count what the graph holds."""
        from kg.ontology import ontology

        terms = ontology()
        self.documents = len(readings)
        self.entities = Counter(main_class(thing.type, terms) for thing in resolution.things)
        self.events = len(resolution.happenings)
        for reading in readings:
            if reading.document.language != "en":
                self.other_languages[reading.document.language] += 1
            self.mentions += len(reading.mentions)
            self.quotations += len(reading.quotations)
            self.dropped.update(dict(reading.dropped))
            for fact in reading.facts:
                self.facts[fact.modality] += 1
                self.claims += fact.stated_by is not None
        self.dropped.update(dropped)

    def plain(self) -> dict[str, Any]:
        """The report as JSON-ready values."""
        return {
            "version": __version__,
            "files": {"read": self.read_files, "unchanged": self.unchanged_files, "removed": self.removed_files},
            "documents": {
                "in_graph": self.documents,
                "new": self.new_documents,
                "known": self.known_documents,
                "duplicates": self.duplicates,
                "other_languages": dict(sorted(self.other_languages.items())),
            },
            "left_out": [{"name": name, "reason": reason} for name, reason in self.left_out],
            "left_out_by_kind": dict(sorted(self.left_out_by_kind.items())),
            "graph": {
                "entities": dict(sorted(self.entities.items())),
                "events": self.events,
                "facts": dict(sorted(self.facts.items())),
                "claims": self.claims,
                "quotations": self.quotations,
                "mentions": self.mentions,
            },
            "dropped": dict(sorted(self.dropped.items())),
            "seconds": self.seconds,
        }

    def markdown(self) -> str:
        """The report for people."""
        entities = ", ".join(f"{count} {name}" for name, count in self.entities.most_common())
        facts = ", ".join(f"{count} {name.lower()}" for name, count in self.facts.most_common())
        lines = [
            "# What this run read and found",
            "",
            f"- Files: {self.read_files} read, {self.unchanged_files} unchanged, {self.removed_files} taken out.",
            (
                f"- Documents: {self.documents} in the graph ({self.new_documents} read now, "
                f"{self.known_documents} known before), {self.duplicates} copies of a text already there."
            ),
            f"- Entities: {entities or 'none'}. Events: {self.events}.",
            f"- Facts: {facts or 'none'}; {self.claims} of them claims with a source. Quotations: {self.quotations}.",
        ]
        if self.other_languages:
            others = ", ".join(f"{count} {name}" for name, count in sorted(self.other_languages.items()))
            lines.append(f"- Stored without facts, since not in the pipeline's language: {others}.")
        if self.left_out:
            lines += ["", f"## Left out ({len(self.left_out)})", ""]
            lines += [f"- {name}: {reason}" for name, reason in self.left_out[:_LISTED]]
            if len(self.left_out) > _LISTED:
                lines.append(f"- and {len(self.left_out) - _LISTED} more, all in report.json")
        if self.dropped:
            lines += ["", "## Candidates dropped, by reason", ""]
            lines += [f"- {count} {reason}" for reason, count in self.dropped.most_common()]
        lines += ["", "## Seconds", ""]
        lines += [f"- {name}: {seconds:.1f}" for name, seconds in self.seconds.items()]
        return "\n".join(lines) + "\n"


def write_report(report: Report, output: Path) -> None:
    """Write report.json and report.md into the output folder."""
    with atomic_write(output / "report.json") as file:
        json.dump(report.plain(), file, ensure_ascii=False, indent=1)
        file.write("\n")
    with atomic_write(output / "report.md") as file:
        file.write(report.markdown())


def read_report(output: Path) -> dict[str, Any]:
    """The report of the last run in an output folder.

    Raises:
        StoreError: there is none, or it is damaged.
    """
    try:
        plain: dict[str, Any] = json.loads((output / "report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise StoreError(f"{output}/report.json cannot be read: {exc}. Run `kg build` again.") from exc
    return plain
