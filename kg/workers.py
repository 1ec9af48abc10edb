"""Documents -> readings, in this process or in several; the readings are the same either way.

Processes are spawned, never forked. A document whose reading fails is given back with the reason and stops nothing; a
process that dies (out of memory) takes at most its own document with it.
"""

__all__ = ["ReadingFailed", "read_documents"]

import logging
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from kg.records import Document, Reading

log = logging.getLogger("kg.workers")

#: Documents handed out beforehand per process: enough to keep it busy, few enough to lose little when it dies.
AHEAD = 3

_nlp: Any = None


@dataclass(frozen=True, slots=True)
class ReadingFailed:
    """A document that could not be read, and why."""

    document: Document
    reason: str


def read_documents(
    documents: Iterable[Document], nlp: Any, *, pipeline: str = "", workers: int = 1
) -> Iterator[Reading | ReadingFailed]:
    """Readings as they are finished, in no fixed order.

    Args:
        documents: What to read; taken from as needed, never all at once.
        nlp: The loaded pipeline, for reading in this process.
        pipeline: Name of a spaCy pipeline; empty for the shipped one.
        workers: Number of processes; 0 is one per core, 1 is this process.
    """
    count = workers or os.cpu_count() or 1
    if count == 1:
        for document in documents:
            yield _read_one(nlp, document)
    else:
        yield from _spread(iter(documents), pipeline, count)


def _spread(documents: Iterator[Document], pipeline: str, count: int) -> Iterator[Reading | ReadingFailed]:
    suspects: list[Document] = []
    while True:
        pool = _pool(pipeline, count)
        waiting: dict[Future[Reading | ReadingFailed], Document] = {}
        try:
            for document in documents:
                waiting[pool.submit(_in_worker, document)] = document
                if len(waiting) >= count * AHEAD:
                    yield from _finished(waiting)
            while waiting:
                yield from _finished(waiting)
            break
        except BrokenProcessPool:
            # one of these killed its process: each is tried again alone, so that only the guilty one is left out
            suspects = list(waiting.values())
            log.warning("A worker process died; %d documents are read again one by one.", len(suspects))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        for document in suspects:
            yield _alone(document, pipeline)


def _finished(waiting: dict[Future[Reading | ReadingFailed], Document]) -> Iterator[Reading | ReadingFailed]:
    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in done:
        result = future.result()
        del waiting[future]
        yield result


def _alone(document: Document, pipeline: str) -> Reading | ReadingFailed:
    pool = _pool(pipeline, 1)
    try:
        return pool.submit(_in_worker, document).result()
    except BrokenProcessPool:
        return ReadingFailed(document, "its worker process died, perhaps for want of memory")
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _pool(pipeline: str, count: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, mp_context=context, initializer=_start_worker, initargs=(pipeline,))


def _start_worker(pipeline: str) -> None:
    global _nlp  # noqa: PLW0603 - one pipeline per process, loaded once
    _nlp = _load(pipeline)


def _in_worker(document: Document) -> Reading | ReadingFailed:
    return _read_one(_nlp, document)


def _load(pipeline: str) -> Any:
    from kg.nlp.pipeline import load_pipeline

    return load_pipeline(pipeline)


def _read_one(nlp: Any, document: Document) -> Reading | ReadingFailed:
    from kg.nlp.pipeline import read

    try:
        return read(nlp, document)
    except Exception as exc:  # the one place that isolates a document: it is counted and named in the report
        log.debug("Reading %s failed", document.id, exc_info=True)
        return ReadingFailed(document, f"{type(exc).__name__}: {exc}"[:200])
