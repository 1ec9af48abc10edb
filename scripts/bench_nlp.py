"""Words per second of each step of the language wing, in CPU time, and its ratio to the bare network.

Example: python scripts/bench_nlp.py samples  (any folder or files that `kg build` reads)
"""

import argparse
import resource
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from kg.nlp import pipeline
from kg.records import Document, document_id

STEPS = ("find_times", "find_mentions", "find_quotations", "link_mentions", "find_facts", "find_events")


class Stopwatch:
    """CPU seconds by name."""

    def __init__(self):
        self.seconds = Counter()

    @contextmanager
    def measure(self, name):
        begin = time.process_time()
        try:
            yield
        finally:
            self.seconds[name] += time.process_time() - begin

    def wrap(self, name, function):
        def timed(*args, **kwargs):
            with self.measure(name):
                return function(*args, **kwargs)

        return timed


class TimedSession:
    """The network with a stopwatch around each call."""

    def __init__(self, session, watch):
        self.run = watch.wrap("network", session.run)


def documents(sources):
    paths = [path for source in sources for path in (sorted(source.rglob("*.txt")) if source.is_dir() else [source])]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in paths]
    return [Document(document_id(text), text, date="2026-01-27") for text in texts]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", nargs="*", type=Path, default=[Path("samples")])
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    watch = Stopwatch()
    with watch.measure("load"):
        nlp = pipeline.load_pipeline()
    found = documents(options.sources)
    words = sum(len(document.text.split()) for document in found) * options.repeat
    for document in found:
        pipeline.read(nlp, document)  # warm: data files, caches
    encoder = nlp.get_pipe("dateline_encoder")
    encoder._session = TimedSession(encoder._session, watch)
    for name in ("parse", *STEPS):
        setattr(pipeline, name, watch.wrap(name, getattr(pipeline, name)))
    for _ in range(options.repeat):
        for document in found:
            with watch.measure("read (all)"):
                pipeline.read(nlp, document)
    network = watch.seconds["network"]
    print(f"{len(found)} documents, {words // options.repeat} words, {options.repeat} times; CPU seconds, one thread")
    print(f"{'step':16} {'seconds':>8} {'words/s':>9} {'of network speed':>17}")
    for name in ("network", "parse", *STEPS, "read (all)"):
        seconds = watch.seconds[name]
        print(f"{name:16} {seconds:8.2f} {words / seconds:9.0f} {network / seconds:17.2f}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"load {watch.seconds['load']:.2f} s, peak memory {memory:.0f} MiB")


if __name__ == "__main__":
    main()
