"""`kg draw`: the graph as one HTML page."""

__all__ = ["draw"]

from pathlib import Path

import click

from kg.cli import output_option, settings_from


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@output_option
@click.option("--focus", metavar="NAME", help="Draw only what lies near this name or alias.")
@click.option("--hops", type=click.IntRange(1, 9), default=2, show_default=True, help="How near: this many facts away.")
@click.option(
    "--type", "types", multiple=True, metavar="CLASS", help="Draw only entities of this class; repeat for more."
)
@click.option("--min-confidence", type=click.FloatRange(0, 1), help="Leave out facts below this confidence.")
@click.option(
    "--max-nodes", type=click.IntRange(1), default=5000, show_default=True, help="Above, draw the central ones first."
)
@click.option("--title", help="Heading of the page (default: the three names at the centre).")
@click.option(
    "--data",
    type=click.Path(exists=True, path_type=Path),
    help="Draw this graph file or store folder in place of the output folder's graph.",
)
@click.option("--open", "show", is_flag=True, help="Open the page in the browser.")
@click.pass_context
def draw(
    ctx: click.Context,
    file: Path | None,
    output: Path | None,
    focus: str | None,
    hops: int,
    types: tuple[str, ...],
    min_confidence: float | None,
    max_nodes: int,
    title: str | None,
    data: Path | None,
    show: bool,
) -> None:
    """Write the graph as one HTML file that works without a network (default: graph.html in the output folder).

    \b
    Example:
      kg draw
      kg draw rednote.html --focus RedNote --hops 1
      kg draw people.html --type Person --type Organization --min-confidence 0.7
    """
    from kg.graph.draw import draw as draw_graph

    settings = settings_from(ctx, output=output, min_confidence=min_confidence)
    source = data or settings.output / "graph.nt"
    target = file or settings.output / "graph.html"
    report = draw_graph(
        source,
        target,
        focus=focus,
        hops=hops,
        types=types,
        min_confidence=settings.min_confidence,
        max_nodes=max_nodes,
        title=title,
    )
    if not (ctx.obj or {}).get("quiet"):
        counts = f"{report.nodes:,} names, {report.facts:,} facts, {report.documents:,} articles"
        click.echo(f"{target}: {counts}, {report.size_bytes / 1e6:.1f} MB", err=True)
        if report.shown < report.nodes:
            click.echo(
                f"The page starts with the {report.shown:,} most central names; the others wait in it.", err=True
            )
        if report.left_out:
            click.echo(f"{report.left_out:,} names are not in the page; `kg export graph.gexf` has them all.", err=True)
    if show:
        click.launch(target.resolve().as_uri())
