"""kg export and kg load killed at any moment: a file is the former or the new one, a store is completed by the next run."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kg.graph.export import Selection, export_graph
from kg.graph.http import Client
from kg.graph.load import load
from tests.graph.newsgraphs import news_graph
from tests.graph.servers import oxigraph
from tests.graph.test_servers import ours, theirs

pytestmark = pytest.mark.slow
KILLS = 20
SMALL_REQUESTS = "import kg.graph.load as l; l.TRIPLES_PER_REQUEST = 500; from kg.cli import main; main()"


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("news") / "graph.nt"
    path.write_text("".join(f"{line}\n" for line in sorted(set(news_graph(400).splitlines()))), encoding="utf-8")
    return path


def killed_after(command: list[str], seconds: float) -> bool:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def content(target: Path) -> dict[str, bytes]:
    if target.is_file():
        return {"": target.read_bytes()}
    return {path.name: path.read_bytes() for path in sorted(target.iterdir())}


def seconds_for(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


@pytest.mark.parametrize("name", ["ttl", "graphml", "neo4j"])
def test_an_export_is_the_former_or_the_new_one(graph: Path, tmp_path: Path, name: str) -> None:
    target, chance = tmp_path / f"out.{name}", random.Random(20261120)
    whole = []
    for facts in (False, True):
        export_graph(graph, tmp_path / f"whole-{facts}.{name}", selection=Selection(facts=facts, text="evidence"))
        whole.append(content(tmp_path / f"whole-{facts}.{name}"))
    command = [sys.executable, "-m", "kg", "export", str(target), "-F", name, "-o", str(graph.parent)]
    longest_s = seconds_for(command)
    assert content(target) == whole[0]
    killed = 0
    for number in range(KILLS):
        killed += killed_after([*command, "--facts"] if number % 2 else command, chance.uniform(0.3, 1.1) * longest_s)
        if not target.exists():
            # between the two renames of a folder the former one stands beside, whole
            target = next(tmp_path.glob(".out.*.old")).rename(target)
        assert content(target) in whole
    assert killed >= KILLS // 3


@pytest.mark.server
def test_a_load_killed_again_and_again_ends_whole(graph: Path, tmp_path: Path) -> None:
    chance = random.Random(20261120)
    with oxigraph(tmp_path) as server:
        command = [sys.executable, "-c", SMALL_REQUESTS, "load", server.url, "-o", str(graph.parent)]
        longest_s = seconds_for(command)
        load(graph, server.url, replace=True, selection=Selection(facts=True), client=Client(environ={}))
        killed = sum(killed_after(command, chance.uniform(0.3, 0.9) * longest_s) for _ in range(KILLS // 2))
        assert killed >= KILLS // 6
        assert theirs(server, "/query", None) <= ours(graph)
        load(graph, server.url, check="all", client=Client(environ={}))
        assert theirs(server, "/query", None) == ours(graph)
