"""Nothing touches the network unless asked: every everyday command runs with sockets that refuse."""

import socket

import pytest
from click.testing import CliRunner

from kg.cli import main
from tests.articles import ARTICLES

pytestmark = pytest.mark.model


@pytest.fixture
def no_network(monkeypatch):
    calls = []

    def refuse(*arguments, **_):
        calls.append(arguments)
        raise AssertionError(f"the network was touched: {arguments}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    yield
    assert calls == []


def test_everyday_commands_never_touch_the_network(tmp_path, no_network):
    source = tmp_path / "in"
    source.mkdir()
    for name, text in ARTICLES.items():
        (source / name).write_text(text, encoding="utf-8")
    (source / "page.html").write_text(
        f"<html><head><title>Rovers win</title><link rel=stylesheet href=http://example.org/x.css></head><body><img src=http://example.org/a.png>"
        f"<article><p>{ARTICLES['football.txt']}</p></article><script src=http://example.org/x.js></script></body></html>",
        encoding="utf-8",
    )
    output = ["-o", str(tmp_path / "out")]
    commands = [
        ["build", str(source)],
        ["info"],
        ["check"],
        ["query", "most-mentioned"],
        ["query", "-q", "SELECT ?s { ?s a kg:Person }"],
        ["show", "Ana Ruiz"],
        ["rank"],
        ["groups"],
        ["timeline"],
        ["path", "Ana Ruiz", "Omar Bello"],
        ["compare", "2024-03-31", "2024-12-31"],
        ["draw", str(tmp_path / "page.html")],
        ["export", str(tmp_path / "graph.jsonld")],
        ["export", str(tmp_path / "graph.gexf")],
    ]
    for command in commands:
        done = CliRunner().invoke(main, [*command, *output])
        assert done.exit_code in (0, 3), (command, done.output, done.exception)


def test_a_query_that_would_reach_out_is_refused(tmp_path, no_network):
    data = tmp_path / "d.ttl"
    data.write_text("<http://x/a> <http://x/b> 1 .")
    query = "SELECT * { SERVICE <http://example.org/sparql> { ?s ?p ?o } }"
    done = CliRunner().invoke(main, ["query", "-q", query, "--data", str(data)])
    assert done.exit_code == 2
    assert "allow-network" in done.stderr
