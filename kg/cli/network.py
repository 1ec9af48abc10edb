"""kg path, rank, groups, timeline and compare: who matters, who belongs together, how two are connected, what changed."""

__all__ = ["compare", "groups", "path", "rank", "timeline"]

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kg.cli import output_option, settings_from

if TYPE_CHECKING:
    from kg.graph.network import Network
    from kg.graph.sentences import Basis, Sentence
    from kg.graph.store import Store
    from kg.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])
_KINDS = ("facts", "co-mentions", "quotations", "events")
_MEASURES = (
    "pagerank",
    "degree",
    "strength",
    "betweenness",
    "closeness",
    "eigenvector",
    "hubs",
    "authorities",
    "k-core",
    "clustering",
    "broker",
)


def _format_option(function: F) -> F:
    return click.option(
        "-F", "--format", "form", type=click.Choice(["table", "json", "csv", "md"]), default="table", help="Format."
    )(function)


def _evidence_option(function: F) -> F:
    return click.option("--evidence", is_flag=True, help="Print the sentences and documents too.")(function)


def _selection_options(function: F) -> F:
    """The options that say which links count, the same in every command."""
    for option in (
        click.option("--claims", is_flag=True, help="Count claims, denials, plans and past states as facts too."),
        click.option("--min-confidence", type=click.FloatRange(0, 1), metavar="C", help="Leave out what is below C."),
        click.option("--until", metavar="DATE", help="Count documents published on or before DATE."),
        click.option("--since", metavar="DATE", help="Count documents published on or after DATE (2025, 2025-01-19)."),
        click.option("--kind", type=click.Choice(_KINDS), help="What makes a link (default: facts)."),
    ):
        function = option(function)
    return function


@click.command()
@click.option("--by", type=click.Choice(_MEASURES), default="pagerank", show_default=True, help="Measure.")
@click.option("--type", "type_", metavar="CLASS", help="Show only this class: Person, Organization, Event ...")
@click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="How many rows.")
@click.option("--links", is_flag=True, help="Rank pairs without a link that share neighbours: who might be connected.")
@click.option("--of", metavar="NAME", help="Only NAME and those linked to it; with --links, only pairs with NAME.")
@click.option("--directed", is_flag=True, help="Follow the direction of links; else they count both ways.")
@click.option("--sources", type=click.IntRange(2), help="Estimate betweenness or closeness from this many nodes.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of an estimate.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw the ranking into this .svg file.")
@_selection_options
@_evidence_option
@_format_option
@output_option
@click.pass_context
def rank(
    ctx: click.Context,
    by: str,
    type_: str | None,
    top: int,
    links: bool,
    of: str | None,
    directed: bool,
    sources: int | None,
    seed: int,
    plot: Path | None,
    kind: str | None,
    since: str | None,
    until: str | None,
    min_confidence: float | None,
    claims: bool,
    evidence: bool,
    form: str,
    output: Path | None,
) -> None:
    """Rank people, organisations and places by how they are linked.

    \b
    Example:
      kg rank --type Person --top 10
      kg rank --by betweenness --kind co-mentions --evidence
      kg rank --links --of "Ana Ruiz"
    """
    from kg.graph.names import entity_named
    from kg.graph.network import class_named, part_of
    from kg.graph.paths import ego
    from kg.graph.ranking import missing_links
    from kg.graph.ranking import rank as rank_nodes
    from kg.graph.store import open_store

    kind = kind or "facts"
    settings = settings_from(ctx, output=output, min_confidence=min_confidence)
    with open_store(settings.output / "store") as store:
        network = _network(settings, store, kind, since, until, claims)
        named = entity_named(settings.output, of) if of else None
        if links:
            guesses = missing_links(network, of=named.iri if named else None, top=top)
            rows = [
                {"first": g.first_label, "second": g.second_label, "score": g.score, "in common": " · ".join(g.common)}
                for g in guesses
            ]
            _print(form, ("first", "second", "score", "in common"), rows, "No two nodes share a neighbour.")
            return
        if named:
            network = ego(network, named.iri) if named.iri in network else part_of(network, ())
        wanted = class_named(type_) if type_ else None
        found = rank_nodes(network, by, top=top, type=wanted, directed=directed, sources=sources, seed=seed)
        columns = ["place", "name", "type", by, "links", "evidence", "documents"]
        rows = [
            {
                "place": row.place,
                "name": row.label,
                "iri": row.iri,
                "type": row.type,
                by: row.score,
                "links": row.links,
                "evidence": row.evidence,
                "documents": row.documents,
            }
            for row in found.rows
        ]
        if evidence:
            columns += ["strongest link", "sentence", "document"]
            for shown in rows:
                shown.update(_strongest_link(store, network, str(shown["iri"])))
    if plot:
        from kg.graph.plots import bar_chart, write_plot

        bars = [(row.label, row.score) for row in found.rows]
        write_plot(bar_chart(f"{by} ({kind})", bars), plot)
    about = {"measure": by, "kind": kind, "sources": found.sources, "error": found.error, "note": found.note}
    _print(form, columns, rows, _nothing(network), about=about)
    if rows and form in ("table", "md"):
        size = f"{network.number_of_nodes():,} nodes, {network.number_of_edges():,} links ({kind})"
        _note(ctx, f"{size}; {by}: {_says(by)}; {found.note}.")


@click.command()
@click.option(
    "--method", type=click.Choice(["louvain", "leiden"]), default="louvain", show_default=True, help="Search."
)
@click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="How many groups.")
@click.option("--resolution", type=click.FloatRange(0, min_open=True), default=1.0, help="Above 1: smaller groups.")
@click.option("--runs", type=click.IntRange(1), default=5, show_default=True, help="Seeds compared for stability.")
@click.option("--seed", type=int, default=0, show_default=True, help="First seed.")
@click.option("--members", is_flag=True, help="Name all members, not only the three telling ones.")
@_selection_options
@_evidence_option
@_format_option
@output_option
@click.pass_context
def groups(
    ctx: click.Context,
    method: str,
    top: int,
    resolution: float,
    runs: int,
    seed: int,
    members: bool,
    kind: str | None,
    since: str | None,
    until: str | None,
    min_confidence: float | None,
    claims: bool,
    evidence: bool,
    form: str,
    output: Path | None,
) -> None:
    """Find the groups that are linked more among each other than to the rest.

    \b
    Example:
      kg groups
      kg groups --kind co-mentions --members
    """
    from kg.graph.communities import find_communities
    from kg.graph.network import part_of
    from kg.graph.store import open_store

    kind = kind or "facts"
    settings = settings_from(ctx, output=output, min_confidence=min_confidence)
    with open_store(settings.output / "store") as store:
        network = _network(settings, store, kind, since, until, claims)
        found = find_communities(network, method=method, seed=seed, runs=runs, resolution=resolution)
        columns = ["group", "names", "size", "inside", "stability"]
        rows = []
        for group in found.communities[:top]:
            row: dict[str, Any] = {
                "group": group.number,
                "names": " · ".join(group.names),
                "size": len(group.members),
                "inside": group.inside,
                "stability": group.stability,
            }
            if members or form == "json":
                row["members"] = [str(network.nodes[iri]["label"]) for iri in group.members]
            if evidence:
                row.update(_strongest_link(store, part_of(network, group.members), group.members[0]))
            rows.append(row)
    columns += ["members"] if members else []
    columns += ["strongest link", "sentence", "document"] if evidence else []
    about = {
        "method": method,
        "kind": kind,
        "seed": seed,
        "runs": runs,
        "modularity": round(found.modularity, 6),
        "stability": round(found.stability, 6),
        "without links": found.without_links,
    }
    _print(form, columns, rows, _nothing(network), about=about)
    if rows and form in ("table", "md"):
        _note(
            ctx,
            f"{len(found.communities):,} groups by {method}, modularity {found.modularity:.3f}; over {runs} seeds they agree to"
            f" {found.stability:.2f} (1: fully); {found.without_links:,} nodes have no link.",
        )


@click.command()
@click.argument("a")
@click.argument("b")
@click.option("--k", type=click.IntRange(1, 100), default=3, show_default=True, help="How many paths.")
@_selection_options
@_evidence_option
@_format_option
@output_option
@click.pass_context
def path(
    ctx: click.Context,
    a: str,
    b: str,
    k: int,
    kind: str | None,
    since: str | None,
    until: str | None,
    min_confidence: float | None,
    claims: bool,
    evidence: bool,
    form: str,
    output: Path | None,
) -> None:
    """Show how A and B are connected, shortest first, each step with its sentence.

    \b
    Example:
      kg path "Ana Ruiz" Lima
      kg path "Ana Ruiz" Lima --k 5 --evidence
    """
    from kg.graph.names import entity_named
    from kg.graph.paths import find_paths
    from kg.graph.store import open_store

    settings = settings_from(ctx, output=output, min_confidence=min_confidence)
    # what the texts say outright comes first; where that joins nothing, what is claimed, then who is named together
    tried = [(kind, claims)] if kind else [("facts", claims), ("facts", True), ("co-mentions", False)]
    with open_store(settings.output / "store") as store:
        one, other = entity_named(settings.output, a), entity_named(settings.output, b)
        for shown, with_claims in tried:
            network = _network(settings, store, shown, since, until, with_claims)
            found = find_paths(network, store, one.iri, other.iri, k=k)
            if found:
                break
    if found and (shown, with_claims) != tried[0]:
        over = "claims, plans and past states" if shown == "facts" else "documents that name both"
        _note(ctx, f"No plain facts join {one.label} and {other.label}; shown are paths over {over}.")
    rows = []
    for number, way in enumerate(found, 1):
        for at, step in enumerate(way.steps, 1):
            for basis in step.bases if evidence or form == "json" else _different(step.bases):
                turned = basis.subject == step.target and basis.subject != step.source
                for sentence in basis.sentences if evidence or form == "json" else basis.sentences[:1]:
                    first, second = (
                        (step.target_label, step.source_label) if turned else (step.source_label, step.target_label)
                    )
                    rows.append(
                        {
                            "path": number,
                            "step": at,
                            "from": first,
                            "relation": f"{basis.says} [{basis.status}]" if basis.status else basis.says,
                            "to": second,
                            "sentence": sentence.text,
                            "document": _document(sentence),
                            "url": sentence.url,
                        }
                    )
    nothing = f"No path joins {one.label} and {other.label}."
    if one.iri == other.iri:
        nothing = f"{one.label} is one and the same."
    columns = ("path", "step", "from", "relation", "to", "sentence", "document")
    _print(form, columns, rows, nothing, about={"kind": shown, "claims": with_claims})


@click.command()
@click.argument("name", required=False)
@click.option("--since", metavar="DATE", help="Events that may have ended on or after DATE (2025, 2025-01-19).")
@click.option("--until", metavar="DATE", help="Events that may have begun on or before DATE.")
@click.option("--type", "type_", metavar="CLASS", help="Only events of this class: Ban, Meeting ...")
@click.option("--min-confidence", type=click.FloatRange(0, 1), metavar="C", help="Leave out what is below C.")
@click.option(
    "--plot", type=click.Path(dir_okay=False, path_type=Path), help="Draw events by time into this .svg file."
)
@_evidence_option
@_format_option
@output_option
@click.pass_context
def timeline(
    ctx: click.Context,
    name: str | None,
    since: str | None,
    until: str | None,
    type_: str | None,
    min_confidence: float | None,
    plot: Path | None,
    evidence: bool,
    form: str,
    output: Path | None,
) -> None:
    """List events by date, with who took part, where, and how sure the text is.

    \b
    Example:
      kg timeline
      kg timeline TikTok --since 2025-01 --evidence
    """
    from kg.graph.names import entity_named
    from kg.graph.network import class_named
    from kg.graph.store import open_store
    from kg.graph.timeline import timeline as read_timeline

    settings = settings_from(ctx, output=output, min_confidence=min_confidence)
    with open_store(settings.output / "store") as store:
        of = entity_named(settings.output, name) if name else None
        entries = read_timeline(
            store,
            of=of.iri if of else None,
            since=since,
            until=until,
            type=class_named(type_, "Event") if type_ else None,
            min_confidence=settings.min_confidence,
        )
    columns = ["date", "event", "type", "who", "where", "status"]
    rows = []
    for entry in entries:
        row: dict[str, Any] = {
            "date": entry.date,
            "event": entry.label,
            "iri": entry.iri,
            "begin": entry.begin,
            "end": entry.end,
            "type": entry.type,
            "who": " · ".join(f"{part.label} ({part.role})" for part in entry.parts),
            "where": " · ".join(part.label for part in entry.place),
            "status": entry.modality.lower(),
        }
        if evidence and form != "json":
            rows += [
                {**row, "sentence": sentence.text, "document": _document(sentence)} for sentence in entry.sentences
            ] or [row]
        else:
            if form == "json":
                row["sentences"] = [
                    {"text": s.text, "document": s.title, "date": s.date, "url": s.url} for s in entry.sentences
                ]
            rows.append(row)
    columns += ["sentence", "document"] if evidence else []
    if plot:
        from kg.graph.plots import histogram, write_plot

        write_plot(histogram("Events by time", [entry.begin or entry.end for entry in entries]), plot)
    asked = f" in which {of.label} has a part" if of else ""
    _print(form, columns, rows, f"The graph has no events{asked}{' in this time' if since or until else ''}.")


@click.command()
@click.argument("first", metavar="DATE")
@click.argument("second", metavar="DATE")
@click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="How many rows of each sort.")
@click.option("--min-confidence", type=click.FloatRange(0, 1), metavar="C", help="Leave out what is below C.")
@_evidence_option
@_format_option
@output_option
@click.pass_context
def compare(
    ctx: click.Context,
    first: str,
    second: str,
    top: int,
    min_confidence: float | None,
    evidence: bool,
    form: str,
    output: Path | None,
) -> None:
    """Show what documents published after the first DATE and up to the second changed.

    \b
    Example:
      kg compare 2025-01-13 2025-01-20
      kg compare 2024 2025 --evidence -F md
    """
    from kg.graph.changes import find_changes
    from kg.graph.store import open_store

    settings = settings_from(ctx, output=output, min_confidence=min_confidence)
    with open_store(settings.output / "store") as store:
        found = find_changes(store, first, second, min_confidence=settings.min_confidence)
    columns = ["change", "what", "detail", *(["sentence", "document"] if evidence else [])]
    rows = []
    left_out = 0
    for sort, changes in found.by_sort().items():
        left_out += max(0, len(changes) - top) if form == "table" else 0
        for change in changes[:top] if form in ("table", "md") else changes:
            row: dict[str, Any] = {"change": sort, "what": change.what, "detail": change.detail}
            if change.sentences and (evidence or form == "json"):
                row |= {"sentence": change.sentences[0].text, "document": _document(change.sentences[0])}
            rows.append(row)
    _print(form, columns, rows, f"Nothing changed between {first} and {second}.", about=found.counts())
    if rows and form in ("table", "md"):
        more = f" {left_out:,} rows are left out: --top." if left_out else ""
        _note(
            ctx,
            f"Documents up to {first}: {found.documents_before:,}, up to {second}: {found.documents_after:,}.{more}",
        )


def _network(
    settings: "Settings", store: "Store", kind: str, since: str | None, until: str | None, claims: bool
) -> "Network":
    from kg.graph.network import network

    return network(store, kind=kind, since=since, until=until, min_confidence=settings.min_confidence, claims=claims)


def _strongest_link(store: "Store", network: "Network", iri: str) -> dict[str, Any]:
    """The link of a node with most evidence, and its first sentence."""
    import networkx as nx

    from kg.graph.sentences import basis_of

    around = {**network.adj[iri]}
    if isinstance(network, nx.DiGraph):
        for other in network.predecessors(iri):
            if other not in around or network.edges[other, iri]["weight"] > around[other]["weight"]:
                around[other] = network.edges[other, iri]
    labels = network.nodes(data="label")
    best = min(around, key=lambda node: (-around[node]["weight"], labels[node], node), default=None)
    if best is None:
        return {}
    sentences = basis_of(store, around[best]["facts"][0]).sentences
    shown = {"sentence": sentences[0].text, "document": _document(sentences[0])} if sentences else {}
    return {"strongest link": labels[best], **shown}


def _different(bases: Sequence["Basis"]) -> list["Basis"]:
    """The first of each relation and status, so that a denial stands beside what it denies; three at most."""
    first: dict[tuple[str, str, str], Basis] = {}
    for basis in bases:
        first.setdefault((basis.says, basis.status, basis.subject), basis)
    return list(first.values())[:3]


def _document(sentence: "Sentence") -> str:
    return f"{sentence.title}, {sentence.date}" if sentence.date else sentence.title


def _says(by: str) -> str:
    from kg.graph.measures import MEASURES

    return MEASURES[by].says


def _nothing(network: "Network") -> str:
    if not network.number_of_nodes():
        return "The graph has no entities here. Run `kg build` with articles, or widen --since, --until or --min-confidence."
    return "No entity here is linked to another."


def _note(ctx: click.Context, text: str) -> None:
    if not (ctx.obj or {}).get("quiet"):
        click.echo(text, err=True)


def _print(
    form: str,
    columns: Sequence[str],
    rows: Sequence[dict[str, Any]],
    nothing: str,
    *,
    about: dict[str, Any] | None = None,
) -> None:
    """Rows in the wanted format on standard output; where there are none, a sentence on standard error."""
    import sys

    from kg.cli.answers import Shown, print_table, to_markdown

    if form == "json":
        import json

        click.echo(json.dumps({**(about or {}), "rows": [_rounded(row) for row in rows]}, ensure_ascii=False, indent=1))
    elif form == "csv":
        import csv

        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(row.get(name, "")) for name in columns] for row in rows)
    elif rows:
        cells = [[Shown(_cell(row.get(n, "")), isinstance(row.get(n), int | float)) for n in columns] for row in rows]
        if form == "md":
            click.echo(to_markdown(columns, cells))
        else:
            print_table(columns, cells)
    if not rows:
        click.echo(nothing, err=True)


def _cell(value: Any) -> str:
    from kg.cli.answers import one_line

    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    if isinstance(value, list | tuple):
        return one_line(" · ".join(str(part) for part in value))
    return one_line(str(value))


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    """Numbers to nine digits: the last ones differ between machines."""
    return {key: float(f"{value:.9g}") if isinstance(value, float) else value for key, value in row.items()}
