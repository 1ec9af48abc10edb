"""Run the examples marked `<!-- run -->` in README.md and docs/*.md and put their real output under them.

Each marked ```console block holds commands after `$ `; what stands below a command is replaced by what it prints. The
commands run in a folder of their own in which samples/ is built, with an Oxigraph server on its usual port of this
machine. `--check` fails when a file is not up to date.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"(<!-- run -->\n```console\n)(.*?)(```\n)", re.DOTALL)
MAX_LINES = 30


def run(command: str, folder: Path) -> str:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("KG_")}
    environ |= {"PATH": f"{Path(sys.executable).parent}:{environ['PATH']}", "COLUMNS": "110", "NO_COLOR": "1"}
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{command} failed with {done.returncode}:\n{done.stdout}")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    if len(lines) > MAX_LINES:
        lines = [*lines[:MAX_LINES], "..."]
    return "".join(f"{line}\n" for line in lines)


def refreshed(text: str, folder: Path) -> str:
    def renew(match: re.Match[str]) -> str:
        commands = [line[2:] for line in match[2].splitlines() if line.startswith("$ ")]
        return match[1] + "".join(f"$ {command}\n{run(command, folder)}" for command in commands) + match[3]

    return BLOCK.sub(renew, text)


@contextmanager
def server() -> Iterator[None]:
    """An Oxigraph server on 127.0.0.1:7878, as the README says it."""
    with tempfile.TemporaryDirectory() as folder:
        binary = Path(sys.executable).parent / "oxigraph"
        command = [str(binary), "serve", "--location", folder, "--bind", "127.0.0.1:7878"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", 7878)) == 0:
                        break
                time.sleep(0.1)
            if process.poll() is not None:
                sys.exit("Port 7878 is taken, so the load example cannot run.")
            yield
        finally:
            process.terminate()
            process.wait()


def main() -> None:
    stale = []
    with tempfile.TemporaryDirectory() as name, server():
        folder = Path(name)
        (folder / "samples").symlink_to(ROOT / "samples")
        run("kg build samples", folder)
        for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
            old = path.read_text(encoding="utf-8")
            # the README's build example shows a first build, so it gets a folder of its own
            with tempfile.TemporaryDirectory() as first:
                (Path(first) / "samples").symlink_to(ROOT / "samples")
                new = refreshed(old, Path(first) if path.name == "README.md" else folder)
            if new != old:
                stale.append(path.name)
                if "--check" not in sys.argv:
                    path.write_text(new, encoding="utf-8")
    if stale and "--check" in sys.argv:
        sys.exit(f"Out of date: {', '.join(stale)}. Run `make docs`.")


if __name__ == "__main__":
    main()
