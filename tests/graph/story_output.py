"""An output folder that holds the story graph: store and name index, as `kg build` leaves them."""

from pathlib import Path

from click.testing import CliRunner, Result

from kg.cli import main
from kg.graph.names import write_names
from kg.graph.store import write_store
from tests.graphs import story_nt


def write_output(folder: Path) -> Path:
    """Write store and name index of the story into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    nt = folder / "graph.nt"
    nt.write_text(story_nt(), encoding="utf-8")
    write_store(nt, folder / "store")
    write_names(nt, folder / "names.sqlite")
    return folder


def run(*words: object, output: Path | None = None, stdin: str | None = None) -> Result:
    """`kg WORDS` in this process."""
    extra = ["-o", str(output)] if output else []
    return CliRunner().invoke(main, [str(word) for word in words] + extra, input=stdin)
