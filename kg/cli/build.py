"""kg build, extract, check, info, forget, same, different: from articles to the output folder, and its care."""

__all__ = ["build", "check", "different", "extract", "forget", "info", "same"]

from pathlib import Path
from typing import Any

import click

from kg.cli import output_option, settings_from

_TEXT = click.option(
    "--text",
    type=click.Choice(["none", "evidence", "full"]),
    help="Article text in the graph (default: evidence sentences).",
)
_PIPELINE = click.option(
    "--pipeline", metavar="NAME", help="An installed spaCy pipeline in place of the shipped model."
)


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@output_option
@click.option("--workers", type=click.IntRange(0), metavar="N", help="Processes (default 1; 0: one per core).")
@click.option("--fresh", is_flag=True, help="Read everything anew; corrections stay.")
@click.option("--prune", is_flag=True, help="Take out documents of sources not given in this call.")
@click.option("--base-iri", metavar="IRI", help="Where the graph's own IRIs live.")
@_PIPELINE
@_TEXT
@click.option("--no-draw", "draw", flag_value=False, default=None, type=bool, help="Leave graph.html out.")
@click.pass_context
def build(ctx: click.Context, /, sources: tuple[str, ...], fresh: bool, prune: bool, **flags: Any) -> None:
    """Read articles and write the graph, the store, the page and a report.

    SOURCE is a file, a folder, a glob or "-" for standard input: .txt .md .html .jsonl .csv, each also as .gz. A second
    build reads only what is new or changed; what is gone below a SOURCE is taken out of the graph; a build that was killed
    goes on where it stopped.

    \b
    Example:
      kg build articles/
      kg build articles/ more.jsonl -o output --workers 0
    """
    from kg import build as trip
    from kg.cli.progress import progress_bars

    settings = settings_from(ctx, **flags)
    with progress_bars(ctx.obj["quiet"]) as progress:
        report = trip.build(sources, settings, fresh=fresh, prune=prune, progress=progress)
    if not ctx.obj["quiet"]:
        click.echo(_summary(report.plain(), settings.output), err=True)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--format", "format_", metavar="EXT", help="Format of standard input: txt (default), md, html, jsonl, csv."
)
@_PIPELINE
@click.pass_context
def extract(ctx: click.Context, file: Path, format_: str | None, pipeline: str | None) -> None:
    """Print what is read from a file as JSON lines, without building a graph.

    One object a line with `kind`: document, mention, entity, fact, event, quotation. Offsets are code points into the
    document's `text`, 0-based and half open: text[begin:end] is exactly the words meant. docs/extract.schema.json is the
    JSON Schema.

    \b
      document    id path url title publisher authors date dateline language text boilerplate[begin end kind]
      mention     doc begin end text type entity form(name|nominal|pronoun) confidence reason
      entity      doc id name type aliases named links[name reason begin end] type_reasons
      fact        doc subject predicate object modality confidence evidence[begin end] stated_by
                  valid_from valid_to past source; subject and stated_by are {text begin end entity},
                  object too, or {text begin end value datatype unit qualifier} for a literal
      event       doc id class label begin end modality confidence evidence roles[role text begin end entity]
                  from to precision time_text place stated_by entity same_as source
      quotation   doc content[begin end] form(direct|indirect|mixed) speaker cue cue_begin cue_end

    \b
    Example:
      kg extract article.txt
      cat article.txt | kg extract -
    """
    from kg import build as trip

    failed = 0
    for found in trip.extract(str(file), settings_from(ctx, pipeline=pipeline), format=format_):
        if isinstance(found, str):
            click.echo(f"Left out: {found}", err=True)
            failed += 1
            continue
        for line in found.lines():
            click.echo(line)
    if failed:
        ctx.exit(2)


@click.command()
@output_option
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Violations to print.")
@click.pass_context
def check(ctx: click.Context, output: Path | None, limit: int) -> None:
    """Check the graph against its shapes: exit 0 when it conforms, 3 when it does not.

    \b
    Example:
      kg check
    """
    from kg.build import open_output
    from kg.errors import NotConforming
    from kg.graph.shapes import check as violations_of

    settings = settings_from(ctx, output=output)
    graph = open_output(settings.output) / "graph.nt"
    violations = violations_of(graph)
    for violation in violations[:limit]:
        click.echo(f"{violation.node}\t{violation.message}")
    if violations:
        raise NotConforming(f"{graph} breaks its shapes in {len(violations)} places. Build it again with `kg build`.")
    click.echo(f"{graph} conforms.")


@click.command()
@output_option
@click.option("-F", "--format", "format_", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.pass_context
def info(ctx: click.Context, output: Path | None, format_: str) -> None:
    """Say what is in the graph, from how many documents.

    \b
    Example:
      kg info
    """
    import json

    from kg.build import open_output
    from kg.report import read_report

    settings = settings_from(ctx, output=output)
    plain = read_report(open_output(settings.output))
    click.echo(
        json.dumps(plain, ensure_ascii=False, indent=1) if format_ == "json" else _summary(plain, settings.output)
    )


@click.command()
@click.argument("doc")
@output_option
@click.pass_context
def forget(ctx: click.Context, doc: str, output: Path | None) -> None:
    """Take one document's contribution out for good; later builds leave it out too.

    DOC is the title, the file name or the id of a document. Its text leaves records, store, page and name index; only
    the id is remembered, in corrections.toml.

    \b
    Example:
      kg forget 05-takeover.txt
      kg forget doc-f95e07d9fb57c0ffee00
    """
    from kg import build as trip
    from kg.cli.progress import progress_bars

    settings = settings_from(ctx, output=output)
    trip.open_output(settings.output)
    with progress_bars(ctx.obj["quiet"]) as progress:
        trip.forget(doc, settings, progress)
    click.echo(f"{doc} is forgotten. The source file itself is yours and was not touched.", err=True)


def _correction(ctx: click.Context, kind: str, a: str, b: str, output: Path | None) -> None:
    from kg import build as trip
    from kg.cli.progress import progress_bars

    settings = settings_from(ctx, output=output)
    trip.open_output(settings.output)
    with progress_bars(ctx.obj["quiet"]) as progress:
        trip.correct(kind, a, b, settings, progress)
    words = "one thing" if kind == "same" else "two things"
    click.echo(f"{a} and {b} are {words} from now on ({settings.output / 'corrections.toml'}).", err=True)


@click.command()
@click.argument("a")
@click.argument("b")
@output_option
@click.pass_context
def same(ctx: click.Context, a: str, b: str, output: Path | None) -> None:
    """Say that two names mean one thing; kept in corrections.toml and re-applied at every build.

    \b
    Example:
      kg same "Dr Guo" "Guo Jiakun"
    """
    _correction(ctx, "same", a, b, output)


@click.command()
@click.argument("a")
@click.argument("b")
@output_option
@click.pass_context
def different(ctx: click.Context, a: str, b: str, output: Path | None) -> None:
    """Say that two names mean two things; kept in corrections.toml and re-applied at every build.

    \b
    Example:
      kg different "Wang" "Eric Wang"
    """
    _correction(ctx, "different", a, b, output)


def _summary(plain: dict[str, Any], output: Path) -> str:
    graph, documents, files = plain["graph"], plain["documents"], plain["files"]
    entities = ", ".join(
        f"{count} {name}" for name, count in sorted(graph["entities"].items(), key=lambda i: (-i[1], i[0]))
    )
    facts = ", ".join(f"{count} {name}" for name, count in sorted(graph["facts"].items(), key=lambda i: (-i[1], i[0])))
    known = f"{documents['new']} read, {documents['known']} known before, {documents['duplicates']} copies"
    lines = [
        f"{documents['in_graph']} documents ({known}; {files['removed']} files taken out)",
        f"entities   {entities or 'none'}",
        f"events     {graph['events']}",
        f"facts      {facts or 'none'}; {graph['claims']} are claims of somebody",
        f"quotations {graph['quotations']}",
        f"written to {output}/: open graph.html in a browser, or try `kg queries`",
    ]
    if documents["other_languages"]:
        others = ", ".join(f"{count} {name}" for name, count in documents["other_languages"].items())
        lines.insert(1, f"not read for facts, since in another language: {others}")
    if plain["left_out"]:
        lines.insert(1, f"left out   {len(plain['left_out'])} (named in {output}/report.md)")
    return "\n".join(lines)
