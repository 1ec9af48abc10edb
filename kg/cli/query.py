"""kg query, queries, update and shell: asking the graph in SPARQL and through saved questions."""

__all__ = ["queries", "query", "shell", "update"]

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from kg.cli import output_option, settings_from
from kg.errors import QueryTimeout

if TYPE_CHECKING:
    from kg.graph.asking import Asked

FILE = click.Path(dir_okay=False, path_type=Path)
FORMATS = ("table", "csv", "tsv", "json", "xml", "md", "ttl", "nt", "jsonld")


@click.command(add_help_option=False)
@click.argument("name", required=False)
@click.argument("values", nargs=-1)
@click.option("-q", "--query", "text", metavar="TEXT", help="SPARQL text.")
@click.option("-f", "--file", metavar="FILE", type=FILE, help="File with a SPARQL text.")
@click.option(
    "-b", "--bind", metavar="VAR=VALUE", multiple=True, help="Bind a variable: a name, date, number or RDF term."
)
@click.option(
    "-F", "--format", "form", type=click.Choice(FORMATS), help="Format (default: table; by the ending of --out)."
)
@click.option("--out", type=FILE, help="Write to this file, whole or not at all.")
@click.option("--limit", type=click.IntRange(min=1), help="Most rows of a table.")
@click.option("--evidence", is_flag=True, help="Show the sentence behind each row of a saved question.")
@click.option("--iris", is_flag=True, help="Show nodes by their IRIs in place of their labels.")
@click.option("--prefix", metavar="P=IRI", multiple=True, help="One more prefix; the project's are always there.")
@click.option("--base", metavar="IRI", help="What relative IRIs are relative to (default: the query file).")
@click.option("--data", type=FILE, multiple=True, help="Ask these RDF files in place of the store.")
@click.option("--graph", metavar="IRI=FILE", multiple=True, help="An RDF file as a named graph, with --data.")
@click.option("--endpoint", metavar="URL", help="Ask a remote store.")
@click.option("--timeout", metavar="SECONDS", type=click.FloatRange(min=0), help="Stop after so long (exit 124).")
@click.option("--allow-network", is_flag=True, help="Let the query open connections (SERVICE).")
@click.option("--explain", is_flag=True, help="Show how the query is read and how much each part matches; no answer.")
@click.option("--time", "timed", is_flag=True, help="Say how long it took.")
@click.option("--exit-status", is_flag=True, help="Exit 3 when the answer is empty or false.")
@click.option("-h", "--help", "wants_help", is_flag=True, help="Show this message; after a NAME, that question.")
@output_option
@click.pass_context
def query(ctx: click.Context, /, name: str | None, wants_help: bool, **options: Any) -> None:
    """Ask the graph a saved question (NAME, see `kg queries`) or a SPARQL query.

    \b
    Example:
      kg query quoted-most
      kg query who-said-what-about TikTok --evidence
      kg query -q 'SELECT ?who { ?who kg:leads ?what }' --bind what=TikTok
      kg query -f my.rq --format csv --out answer.csv
    """
    if wants_help:
        click.echo(_question_help(name) if name and name != "-" else ctx.get_help())
        return
    from kg.graph.asking import asked

    settings = settings_from(ctx, output=options.pop("output"), timeout_s=options.pop("timeout"))
    shown = {key: options.pop(key) for key in ("limit", "evidence", "iris", "explain", "timed", "exit_status")}
    request = asked(name, settings=settings, stdin=sys.stdin, **options)
    begun = time.perf_counter()
    found = _to_the_end(request.timeout_s, lambda: _answer(request, shown))
    if shown["timed"]:
        click.echo(f"{time.perf_counter() - begun:.3f} s", err=True)
    if shown["exit_status"] and not found:
        ctx.exit(3)


@click.command()
@click.option("-F", "--format", "form", type=click.Choice(["table", "md", "json"]), default="table", help="Format.")
@output_option
def queries(form: str, output: Path | None) -> None:  # noqa: ARG001 - every command takes -o
    """List the saved questions, one line each.

    \b
    Example:
      kg queries
      kg query timeline-of --help
    """
    from kg.cli.answers import Shown, print_table, to_markdown
    from kg.graph.questions import questions

    known = questions().values()
    if form == "json":
        import json

        listed = [
            {"name": q.name, "summary": q.summary, "parameters": {p.name: p.kind for p in q.parameters}} for q in known
        ]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
        return
    names = ["question", "parameters", "answers"]
    rows = [[Shown(q.name), Shown(" ".join(q.usage().split()[3:])), Shown(q.summary)] for q in known]
    if form == "md":
        click.echo(to_markdown(names, rows))
    else:
        print_table(names, rows)


@click.command()
@click.argument("file", required=False)
@click.option("-q", "--query", "text", metavar="TEXT", help="SPARQL update text.")
@click.option("--write", is_flag=True, help="Really change the store of a built graph; the next `kg build` undoes it.")
@click.option("--prefix", metavar="P=IRI", multiple=True, help="One more prefix.")
@click.option("--allow-network", is_flag=True, help="Let LOAD and SERVICE open connections.")
@output_option
@click.pass_context
def update(
    ctx: click.Context,
    file: str | None,
    text: str | None,
    write: bool,
    prefix: tuple[str, ...],
    allow_network: bool,
    output: Path | None,
) -> None:
    """Apply a SPARQL update (FILE, - or -q) to the store, whole or not at all.

    Without --write it is tried on a copy and what it would change is told; graph.nt and the records never change.

    \b
    Example:
      kg update -q 'DELETE WHERE { ?m a kg:Mention ; ?p ?o }'
      kg update fix.ru --write
    """
    from kg.graph.asking import prefixes_of, text_of
    from kg.graph.update import apply_update

    settings = settings_from(ctx, output=output)
    body, base = text_of(file if file == "-" else None, text, Path(file) if file and file != "-" else None, sys.stdin)
    change = apply_update(
        settings.output, body, write=write, prefixes=prefixes_of(prefix), base_iri=base, allow_network=allow_network
    )
    verb = "The store now has" if write else "With --write the store would have"
    click.echo(f"{verb} {change.after} triples ({change.after - change.before:+d}).", err=True)


@click.command()
@click.option("-F", "--format", "form", type=click.Choice(FORMATS), default="table", help="Format of the answers.")
@click.option("--timeout", metavar="SECONDS", type=click.FloatRange(min=0), help="Leave a query after so long.")
@output_option
@click.pass_context
def shell(ctx: click.Context, form: str, timeout: float | None, output: Path | None) -> None:
    """Ask query after query at a prompt, with highlighting, completion and history; `.help` says how.

    \b
    Example:
      kg shell
      printf 'ASK { ?x a kg:Person };\\n.quit\\n' | kg shell
    """
    from kg.cli.shell import run_shell

    settings = settings_from(ctx, output=output, timeout_s=timeout)
    ctx.exit(run_shell(settings, form=form, formats=FORMATS))


def _answer(request: "Asked", shown: dict[str, Any]) -> bool:
    """Ask, and write the answer where it belongs; gives whether there was one."""
    from kg.cli.answers import print_answer

    if shown["explain"]:
        from kg.graph.explain import explain

        click.echo(explain(request))
        return True
    return print_answer(
        request,
        limit=shown["limit"],
        evidence=shown["evidence"],
        iris=shown["iris"],
        wants_to_know=shown["exit_status"],
    )


def _to_the_end(timeout_s: float, work: Callable[[], bool]) -> bool:
    """Run the query; a time limit or Ctrl-C ends the whole process, since the engine itself cannot be stopped."""
    from kg.graph.query import within

    try:
        return within(timeout_s, work)
    except QueryTimeout as exc:
        _end(f"Error: {exc}", exc.exit_code)
    except KeyboardInterrupt:
        _end("Stopped.", 130)
    except BrokenPipeError:
        _end("", 0)


def _end(message: str, code: int) -> NoReturn:
    if message:
        click.echo(message, err=True)
    from kg.cli.answers import drop_half_written

    drop_half_written()
    sys.stderr.flush()
    os._exit(code)


def _question_help(name: str) -> str:
    from kg.graph.questions import question

    asked = question(name)
    lines = [f"Usage: {asked.usage()} [OPTIONS]", "", f"  {asked.summary}.", ""]
    if asked.parameters:
        lines.append("Parameters (in this order after the name, or as --bind NAME=VALUE):")
        for parameter in asked.parameters:
            kind = parameter.kind + (", required" if parameter.required else "")
            kind += f", default {parameter.default}" if parameter.default is not None else ""
            lines.append(f"  {parameter.name:<12} {kind:<22} {parameter.about}".rstrip())
        lines.append("")
    lines += ["SPARQL:", *(f"  {line}" for line in asked.text.splitlines() if not line.startswith("#+"))]
    return "\n".join(lines)
