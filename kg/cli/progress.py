"""Progress bars on a terminal, silence elsewhere."""

__all__ = ["progress_bars"]

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from kg.build import Progress, Silent

_WORDS = {
    "survey": "Looking for articles",
    "read": "Reading articles",
    "resolve": "Finding out who is who",
    "triples": "Writing the graph",
    "store": "Filling the store",
    "draw": "Drawing the page",
}


@contextmanager
def progress_bars(quiet: bool) -> Iterator[Progress]:
    """A Progress for the length of a command; bars, rate and time left go to stderr."""
    if quiet or not sys.stderr.isatty():
        yield Silent()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as RichProgress

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with RichProgress(*columns, console=Console(stderr=True), transient=False) as bars:

        class Bars:
            task = None

            def start(self, stage: str, total: int | None) -> None:
                if self.task is not None:
                    done = bars.tasks[self.task]
                    bars.update(self.task, total=done.total or 1, completed=done.total or 1)
                self.task = bars.add_task(_WORDS.get(stage, stage), total=total, rate="")

            def step(self, count: int = 1) -> None:
                assert self.task is not None
                bars.advance(self.task, count)
                speed = bars.tasks[self.task].speed
                bars.update(self.task, rate=f"{speed:.1f}/s" if speed else "")

        yield Bars()
