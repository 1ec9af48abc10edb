"""What networkx is told of our backend when it is imported: nothing here imports anything."""

__all__ = ["FUNCTIONS", "info"]

from typing import Any

FUNCTIONS = (
    "betweenness_centrality",
    "bridges",
    "closeness_centrality",
    "clustering",
    "connected_components",
    "constraint",
    "core_number",
    "eigenvector_centrality",
    "leiden_communities",
    "louvain_communities",
)


def info() -> dict[str, Any]:
    """For the entry point `networkx.backend_info`. Nothing is dispatched here unless a caller names the backend."""
    return {
        "backend_name": "dateline",
        "project": "dateline",
        "package": "kg",
        "short_summary": "igraph behind some of networkx's measures (needs dateline[fast]).",
        "functions": {name: {} for name in FUNCTIONS},
        "default_config": {},
    }
