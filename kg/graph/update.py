"""A SPARQL update -> a changed store, or what the change would be."""

__all__ = ["Change", "apply_update"]

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.errors import QueryError
from kg.graph.names import write_names
from kg.graph.sparql_text import explain_syntax_error, form_of, network_use
from kg.graph.store import open_store
from kg.ontology import NAMESPACES


@dataclass(frozen=True, slots=True)
class Change:
    """Number of triples before and after."""

    before: int
    after: int


def apply_update(
    output: Path,
    text: str,
    *,
    write: bool = False,
    prefixes: Mapping[str, str] | None = None,
    base_iri: str | None = None,
    allow_network: bool = False,
) -> Change:
    """Apply an update to the store of an output folder, whole or not at all; the name index follows.

    Args:
        output: The output folder.
        text: SPARQL update.
        write: Whether to keep the change; otherwise it is made on a copy and dropped.
        prefixes: More prefixes.
        base_iri: What relative IRIs are relative to.
        allow_network: Whether LOAD and SERVICE may open connections.

    Raises:
        QueryError: the text is no valid update, or needs the network.
        StoreError: there is no store, or another process writes to it.
    """
    if form_of(text) not in ("UPDATE", ""):
        raise QueryError(f"This is a {form_of(text)} query, not an update. `kg query` asks it.")
    if network_use(text) is not None and not allow_network:
        raise QueryError(
            f"{network_use(text)} opens a network connection, which is refused. Allow it with --allow-network."
        )
    store = open_store(output / "store", write=True)
    try:
        before = store.triple_count()
        store.update(text, prefixes=prefixes, base_iri=base_iri)
        change = Change(before, store.triple_count())
        if write:
            # the index is made first and takes its name last, so that a kill in between leaves both as they were
            names = output / ".names.sqlite.next"
            write_names(store, names)
            store.close()
            names.replace(output / "names.sqlite")
    except SyntaxError as exc:
        known = {**NAMESPACES, **(prefixes or {})}
        raise QueryError(explain_syntax_error(text, str(exc.msg or exc), known_prefixes=known)) from exc
    except (OSError, RuntimeError, ValueError) as exc:
        raise QueryError(f"The update failed and nothing was changed: {exc}.") from exc
    finally:
        store.discard()
    return change
