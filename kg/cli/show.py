"""kg show: the dossier of one person, organisation, platform, place, event or document."""

__all__ = ["dossier_lines", "show"]

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli import output_option, settings_from

if TYPE_CHECKING:
    from kg.graph.dossier import Dossier, DossierFact, Evidence


@click.command()
@click.argument("name")
@click.option("--why", is_flag=True, help="Print every reason for which names and mentions were taken for one thing.")
@click.option("--evidence", is_flag=True, help="Print all sentences behind each line, not only the first.")
@click.option("--type", "kind", metavar="CLASS", help="Class of the thing, where several have the name.")
@click.option("-F", "--format", "form", type=click.Choice(["table", "json", "md"]), default="table", help="Format.")
@output_option
@click.pass_context
def show(
    ctx: click.Context, name: str, why: bool, evidence: bool, kind: str | None, form: str, output: Path | None
) -> None:
    """Print all that the graph says of NAME, each line with its sentence and document.

    \b
    Example:
      kg show TikTok
      kg show "Wang Wei (Person)" --why
      kg show kgr:lima-7eb844f7c5 -F json
    """
    from kg.graph.dossier import dossier
    from kg.graph.names import entity_named
    from kg.graph.store import open_store

    settings = settings_from(ctx, output=output)
    with open_store(settings.output / "store") as store:
        found = dossier(store, entity_named(settings.output, name, kind))
    if form == "json":
        import json
        from dataclasses import asdict

        click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=1))
        return
    for line in (
        _markdown(found, why=why, evidence=evidence)
        if form == "md"
        else dossier_lines(found, why=why, evidence=evidence)
    ):
        click.echo(line)


def dossier_lines(found: "Dossier", *, why: bool, evidence: bool) -> Iterator[str]:
    """The dossier as lines for a terminal."""
    from kg.cli.answers import one_line

    for kind, text in _parts(found, why=why, evidence=evidence):
        shown = one_line(text)
        if kind == "title":
            yield click.style(shown, bold=True)
        elif kind == "section":
            yield ""
            yield click.style(shown, bold=True)
        elif kind == "sentence":
            yield click.style(f"      {shown}", dim=True)
        else:
            yield f"  {shown}"


def _markdown(found: "Dossier", *, why: bool, evidence: bool) -> Iterator[str]:
    from kg.cli.answers import one_line

    for kind, text in _parts(found, why=why, evidence=evidence):
        shown = one_line(text).replace("\\", "\\\\").replace("*", "\\*").replace("<", "&lt;").replace("_", "\\_")
        if kind == "title":
            yield f"# {shown}"
            yield ""
        elif kind == "section":
            yield ""
            yield f"## {shown}"
            yield ""
        else:
            yield f"  - {shown}" if kind == "sentence" else f"- {shown}"


def _parts(found: "Dossier", *, why: bool, evidence: bool) -> Iterator[tuple[str, str]]:
    """The dossier as (kind, text) parts: title, section, line, sentence."""
    from kg.graph.labels import short_iri

    yield "title", found.label
    yield "line", " > ".join(found.classes) or found.type
    if found.mentions:
        yield "line", f"{_count(found.mentions, 'mention')} in {_count(found.documents, 'document')}"
    yield "line", short_iri(found.iri)
    if found.other_names:
        yield "line", "also: " + " · ".join(found.other_names)
    if why and found.mentions:
        yield "section", "Why these are one"
        reasons = found.merge_reasons or ("There is one mention only, or all bear the same name in one document.",)
        yield from (("line", reason) for reason in reasons)
        yield from _sentences(found.merge_evidence, everything=True)
    yield from _facts("Facts", found.facts, evidence=evidence)
    if found.events:
        yield "section", "Events"
    for event in found.events:
        days = " to ".join(dict.fromkeys(day for day in (event.first, event.last) if day)) or "no date"
        status = "" if event.status == "asserted" else f" [{event.status}]"
        yield "line", f"{days}  {event.label} ({event.type}, {event.role}){status}"
        yield from _sentences(event.evidence, everything=evidence)
    yield from _facts("Claims about it", found.claims_about, evidence=evidence)
    yield from _facts("Claims by it", found.claims_by, evidence=evidence)
    if found.quotations:
        yield "section", "Quotations"
    for quotation in found.quotations:
        yield "line", f"{_quoted(quotation.text)} ({quotation.form}; {quotation.document})"


def _facts(title: str, facts: Iterable["DossierFact"], *, evidence: bool) -> Iterator[tuple[str, str]]:
    for number, fact in enumerate(facts):
        if number == 0:
            yield "section", title
        notes = [] if fact.status == "asserted" else [fact.status]
        notes += [f"from {fact.valid_from}"] if fact.valid_from else []
        notes += [f"to {fact.valid_to}"] if fact.valid_to else []
        notes += [f"according to {fact.according_to}"] if fact.according_to else []
        noted = f" [{', '.join(notes)}]" if notes else ""
        yield "line", f"{fact.subject} · {fact.relation} · {fact.object}{noted}"
        yield from _sentences(fact.evidence, everything=evidence)


def _sentences(listed: Iterable["Evidence"], *, everything: bool) -> Iterator[tuple[str, str]]:
    listed = list(listed)
    for one in listed if everything else listed[:1]:
        dated = f", {one.date}" if one.date and one.date not in one.document else ""
        yield "sentence", f"{_quoted(one.text)} ({one.document}{dated})"
    if len(listed) > 1 and not everything:
        yield "sentence", f"and {_count(len(listed) - 1, 'more sentence')}: --evidence"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _quoted(text: str) -> str:
    # a sentence that brings its own quotation marks gets no second pair; texts left out of the graph are said to be
    return text if text.startswith(("“", '"', "‘")) else f"“{text}”" if text else "(text not in the graph)"
