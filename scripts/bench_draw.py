#!/usr/bin/env python3
"""Made-up news graphs of several sizes -> a table of what drawing them costs, here and in headless Chromium.

    python scripts/bench_draw.py [NODES ...]

Times are seconds of CPU for building the page and milliseconds for the browser; `ready` runs from opening the file to the
first picture, `redraw` is the median of 20 redraws with the whole graph in view.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kg.graph.draw import draw  # noqa: E402
from tests.graph.newsgraphs import news_graph  # noqa: E402

SIZES = (50, 500, 3000, 5000, 20000)


def in_browser(page_file: Path) -> tuple[float, float]:
    """Milliseconds until ready, and of one redraw."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as runner:
        arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = runner.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(page_file.as_uri())
        page.wait_for_selector("html[data-ready]", timeout=120_000)
        ready = page.evaluate("dateline.readyMs")
        redraws = [page.evaluate("dateline.redraw()") for _ in range(20)]
        browser.close()
    return ready, statistics.median(redraws)


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:]] or SIZES
    print("| names | facts | build CPU s | build wall s | MB | ready ms | redraw ms |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            graph, target = Path(folder) / f"{size}.nt", Path(folder) / f"{size}.html"
            graph.write_text(news_graph(size), encoding="utf-8")
            cpu, wall = time.process_time(), time.perf_counter()
            report = draw(graph, target)
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            ready, redraw = in_browser(target) if shutil.which("chromium") else (float("nan"), float("nan"))
            megabytes = report.size_bytes / 1e6
            print(
                f"| {size:,} | {report.facts:,} | {cpu:.1f} | {wall:.1f} | {megabytes:.1f} | {ready:.0f} | {redraw:.1f} |"
            )


if __name__ == "__main__":
    main()
