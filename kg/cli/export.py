"""`kg export` and `kg load`: the graph taken away as a file, or into another store."""

__all__ = ["export", "load"]

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from kg.cli import output_option, settings_from


class _FormatNames(click.ParamType):  # type: ignore[type-arg]
    """The keys of FORMATS, read only when needed, so that `kg --help` stays fast."""

    name = "format"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The format's name, or a usage error with the nearest one."""
        from kg.errors import did_you_mean
        from kg.graph.export import FORMATS

        name = str(value).lower().lstrip(".")
        for key, form in FORMATS.items():
            if name == key or name in form.endings:
                return key
        return self.fail(f"{value!r} is none of: {', '.join(FORMATS)}.{did_you_mean(name, FORMATS)}", param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """Formats that begin so."""
        from click.shell_completion import CompletionItem

        from kg.graph.export import FORMATS

        return [CompletionItem(name, help=form.says) for name, form in FORMATS.items() if name.startswith(incomplete)]


class _ExportCommand(click.Command):
    """Lists the formats of FORMATS at the end of its help."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of formats."""
        from kg.graph.export import FORMATS

        with formatter.section("Formats"):
            formatter.write_dl([(name, form.says) for name, form in FORMATS.items()])


@click.command(cls=_ExportCommand)
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("-F", "--format", "format_name", type=_FormatNames(), help="Format (default: from the name's ending).")
@click.option(
    "--gzip", is_flag=True, help="Pack the file, or the files of the folder (default: when the name ends in .gz)."
)
@click.option("--facts", is_flag=True, help="Only plain facts with types and names: no claims, sentences or mentions.")
@click.option("--min-confidence", type=click.FloatRange(0, 1), metavar="C", help="Leave out what is below C.")
@click.option(
    "--text",
    type=click.Choice(["none", "evidence", "full"]),
    help="Words of the articles to give away: none, the sentences behind facts, or all that the graph has.",
)
@click.option("--rdf12", is_flag=True, help="Statements as RDF 1.2 reifiers (ttl, nt, nq, trig).")
@click.option("--graph", "named_graph", metavar="IRI", help="Write quads into this graph (nq, trig).")
@click.option("--safe-csv", is_flag=True, help="Keep spreadsheets from running cells as formulas.")
@output_option
@click.pass_context
def export(
    ctx: click.Context,
    file: Path,
    format_name: str | None,
    gzip: bool,
    facts: bool,
    min_confidence: float | None,
    text: str | None,
    rdf12: bool,
    named_graph: str | None,
    safe_csv: bool,
    output: Path | None,
) -> None:
    """Write the graph to FILE ('-' for standard output) in another format.

    \b
    Example:
      kg export graph.graphml
      kg export facts.ttl.gz --facts --min-confidence 0.8
      kg export - --format jsonld | jq .
    """
    from kg.graph.export import Selection, export_graph

    settings = settings_from(ctx, output=output, text=text, min_confidence=min_confidence)
    selection = Selection(facts, settings.min_confidence, settings.text, rdf12, named_graph)
    target = sys.stdout.buffer if str(file) == "-" else file
    export_graph(settings.output / "graph.nt", target, format_name, selection=selection, gzip=gzip, safe_csv=safe_csv)
    if isinstance(target, Path) and not (ctx.obj or {}).get("quiet"):
        click.echo(f"Wrote {target}.", err=True)


@click.command()
@click.argument("target")
@click.option("--graph", metavar="IRI", help="Load into this named graph (default: the default graph).")
@click.option("--replace", is_flag=True, help="Take out first what the graph holds.")
@click.option("--facts", is_flag=True, help="Only plain facts with types and names: no claims, sentences or mentions.")
@click.option("--min-confidence", type=click.FloatRange(0, 1), metavar="C", help="Leave out what is below C.")
@click.option(
    "--text",
    type=click.Choice(["none", "evidence", "full"]),
    help="Words of the articles to give away: none, the sentences behind facts, or all that the graph has.",
)
@click.option("--gsp", metavar="URL", help="Graph Store Protocol endpoint, where TARGET does not tell.")
@click.option("--update", metavar="URL", help="SPARQL Update endpoint, where TARGET does not tell.")
@click.option("--query", metavar="URL", help="SPARQL Query endpoint, where TARGET does not tell.")
@click.option(
    "--gzip/--no-gzip", default=None, help="Send packed (default: to other machines, where the store takes it)."
)
@click.option(
    "--check",
    type=click.Choice(["count", "sample", "all"]),
    default="sample",
    show_default=True,
    help="Read back: the count, some triples too, or every triple.",
)
@click.option("--database", metavar="NAME", help="Neo4j data base (default: the user's own).")
@click.option(
    "--timeout", type=click.FloatRange(min=0.1), default=300.0, show_default=True, metavar="S", help="Longest silence."
)
@output_option
@click.pass_context
def load(
    ctx: click.Context,
    target: str,
    graph: str | None,
    replace: bool,
    facts: bool,
    min_confidence: float | None,
    text: str | None,
    gsp: str | None,
    update: str | None,
    query: str | None,
    gzip: bool | None,
    check: str,
    database: str | None,
    timeout: float,
    output: Path | None,
) -> None:
    """Load the graph into the store at TARGET: a SPARQL 1.1 store (http, https) or Neo4j (bolt, neo4j).

    Name and password come from KG_USER and KG_PASSWORD, from the netrc file, or are asked for; KG_TOKEN is a bearer token.
    Running it again after a stop completes the load without doubles.

    \b
    Example:
      kg load http://localhost:7878
      kg load http://localhost:3030/news/data --replace
      kg load http://localhost:8890/sparql --graph https://example.org/news
      kg load bolt://localhost:7687
    """
    from kg.graph.selection import Selection

    settings = settings_from(ctx, output=output, text=text, min_confidence=min_confidence)
    selection = Selection(facts, settings.min_confidence, settings.text)
    source, ask = settings.output / "graph.nt", _ask if sys.stdin.isatty() else None
    with _bar((ctx.obj or {}).get("quiet", False)) as progress:
        if target.startswith(("bolt", "neo4j")):
            from kg.graph.bolt import load_neo4j

            done = load_neo4j(
                source, target, database=database, replace=replace, selection=selection, ask=ask, progress=progress
            )
        else:
            from kg.graph.http import Client
            from kg.graph.load import load as load_graph

            done = load_graph(
                source,
                target,
                graph=graph,
                replace=replace,
                selection=selection,
                gsp=gsp,
                update=update,
                query=query,
                gzip=gzip,
                check=check,
                client=Client(timeout_s=timeout, ask=ask),
                progress=progress,
            )
    what = "nodes and relationships" if done.way == "Bolt" else "triples"
    if not (ctx.obj or {}).get("quiet"):
        click.echo(f"Loaded {done.triples:,} {what} by {done.way}.", err=True)
        click.echo(f"In the store: {done.before:,} before, {done.after:,} now; {done.checked:,} compared.", err=True)


def _ask(host: str) -> tuple[str, str]:
    name = click.prompt(f"Name for {host}", err=True)
    return str(name), str(click.prompt(f"Password for {name} at {host}", hide_input=True, err=True))


@contextmanager
def _bar(quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal; nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda _sent, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: list[Any] = []

        def show(sent: int, total: int) -> None:
            # the bar begins with the first request, so that it does not stand over a password prompt
            if not tasks:
                tasks.append(bars.add_task("Loading", total=total))
            bars.update(tasks[0], completed=sent, total=total)

        yield show
