#!/usr/bin/env python3
"""A drawn page -> pictures of it in build/screenshots, and one small one for the README.

python scripts/screenshots.py output/graph.html [--readme docs/graph.png] [--view "name=tiktok-1a2b&hops=2"]
"""

import argparse
import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VIEWS = {
    "wide": {"viewport": {"width": 1440, "height": 900}},
    "wide-dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "tablet": {"viewport": {"width": 834, "height": 1112}},
    "phone": {"viewport": {"width": 390, "height": 844}},
    "phone-dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--readme", type=Path, help="write one picture of a chosen view here")
    parser.add_argument("--view", default="", help="what follows the # in the address of that view")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    folder = ROOT / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as runner:
        arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = runner.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)

        def shot(target: Path, fragment: str = "", **view: object) -> None:
            page = browser.new_page(reduced_motion="reduce", **view)
            page.goto(f"{options.page.resolve().as_uri()}#{fragment}")
            page.wait_for_selector("html[data-ready]")
            page.wait_for_timeout(300)
            page.screenshot(path=target)
            page.close()
            print(f"{target}: {target.stat().st_size // 1024} kB")

        for label, view in VIEWS.items():
            shot(folder / f"{options.page.stem}-{label}.png", **view)
        if options.readme:
            shot(options.readme, options.view, viewport={"width": 1280, "height": 760})
        browser.close()


if __name__ == "__main__":
    main()
