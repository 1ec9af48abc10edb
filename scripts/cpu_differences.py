"""How much another type of CPU changes: read the same files here and on an emulated older CPU, and count what differs.

    python scripts/cpu_differences.py samples [--cpu Haswell]

Needs qemu-x86_64 (Debian's qemu-user). int8 matrix products are rounded otherwise without VNNI or AMX instructions, so that
a few words may be read differently; on one type of CPU the same input gives the same bytes.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def build(prefix: list[str], sources: list[str], output: str) -> list[str]:
    command = [
        *prefix,
        os.path.realpath(sys.executable),
        "-m",
        "kg",
        "-q",
        "build",
        *sources,
        "-o",
        output,
        "--no-draw",
    ]
    paths = os.pathsep.join(path for path in sys.path if path)
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": paths})
    return Path(output, "graph.nt").read_text(encoding="utf-8").splitlines()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+")
    parser.add_argument("--cpu", default="Haswell")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        here = build([], options.sources, f"{folder}/here")
        there = build(["qemu-x86_64", "-cpu", options.cpu], options.sources, f"{folder}/there")
    print(f"{len(here)} triples here, {len(there)} on {options.cpu}; {len(set(here) ^ set(there))} differ")
    for name in ("Mention", "Statement", "Event", "Quotation"):
        one, two = (nodes(lines, name) for lines in (here, there))
        print(f"{name:10} {len(one):6} here {len(two):6} there {len(one ^ two):6} differ")


def nodes(lines: list[str], name: str) -> set[str]:
    return {line.split()[0] for line in lines if line.endswith(f"#type> <https://w3id.org/dateline/ontology#{name}> .")}


if __name__ == "__main__":
    main()
