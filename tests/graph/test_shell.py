import os
import pty
import select
import subprocess
import sys
import time

import pytest

from kg.graph.shell import completions, is_whole, statements
from tests.graph.story_output import run, write_output


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    return write_output(tmp_path_factory.mktemp("story"))


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        (".help", True),
        ("", True),
        ("ASK { ?x a kg:Person };", True),
        ("ASK { ?x a kg:Person }", False),
        ("ASK { ?x a kg:Person }\n\n", True),
        ("SELECT ?x {\n  ?x a kg:Person ;", False),
        ("SELECT ?x {\n  ?x a kg:Person ;\n\n", False),
        ("SELECT ?x {\n  ?x a kg:Person ;\n\n\n", True),
        ('ASK { ?x rdfs:label "};"', False),
        ("ASK { ?x ?p <http://x/;> } # };", False),
        ("ASK { ?x ?p ?o } ; # over", True),
    ],
)
def test_a_query_ends_with_a_semicolon_or_a_blank_line(typed, whole):
    assert is_whole(typed) is whole


def test_lines_become_statements():
    lines = [
        ".help\n",
        "ASK {\n",
        "  ?x a kg:Person ;\n",
        "  rdfs:label ?y };\n",
        "\n",
        "ASK {}\n",
        "\n",
        "SELECT *\n",
        "{}",
    ]
    assert list(statements(lines)) == [
        ".help",
        "ASK {\n  ?x a kg:Person ;\n  rdfs:label ?y }",
        "ASK {}",
        "SELECT *\n{}",
    ]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (".fo", [".format"]),
        (".ask lead", ["leaders"]),
        (".show ana", ["Ana Ruiz", "Ana Ruiz meets Omar Bello"]),
        ("SEL", ["SELECT"]),
        ("SELECT ?who { ?who kg:lead", ["kg:leads"]),
        ("SELECT ?who { ?w", ["?who"]),
        ("SELECT * { ?x a kg:messag", ["kg:MessagingPlatform"]),
        ("SELECT * { ?x kg:leads northw", ["kgr:northwind-a7cf0426d4", "kgr:doc-02feb34ea137709b7d60"]),
        ("SELECT * { ?x sche", ["schema:"]),
        ("SELECT * { ", []),
    ],
)
def test_words_are_completed(output, typed, offered):
    assert [one.text for one in completions(typed, output / "names.sqlite")] == offered


def test_a_missing_name_index_only_means_fewer_completions(tmp_path):
    assert [one.text for one in completions("SELECT * { ?x sche", tmp_path / "names.sqlite")] == ["schema:"]


def test_a_script_through_a_pipe(output):
    script = (
        ".format csv\nSELECT ?l { ?x a kg:Country ;\n rdfs:label ?l };\n.ask disputed\n.format table\n"
        "ASK { ?x kg:leads ?y }\n\n.show Lima\n.quit\nASK {};\n"
    )
    answer = run("shell", output=output, stdin=script)
    lines = answer.stdout.replace("\r", "").splitlines()
    assert answer.exit_code == 0
    assert lines[:2] == ["l", "Norland"]
    assert lines[2] == "about,relation,object,affirmed,denied"
    assert lines[4:6] == ["yes", "Lima"]
    assert lines.count("yes") == 1


def test_errors_are_shown_the_script_goes_on_and_ends_with_the_first_code(output):
    answer = run("shell", output=output, stdin=".show Nobody\nSELEC;\n.frmat\nASK {};\n")
    assert (answer.exit_code, answer.stdout) == (3, "yes\n")
    for part in ('named "Nobody"', 'Did you mean "SELECT"', 'Did you mean ".format"'):
        assert part in answer.stderr


@pytest.mark.parametrize("line", [".format docx", ".timeout soon", ".ask", '.ask leaders "Ana'])
def test_a_wrong_dot_command_is_told(output, line):
    assert run("shell", output=output, stdin=f"{line}\n").exit_code == 2


def test_a_time_limit_leaves_the_query_and_not_the_shell(output):
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l };\n"
    process = subprocess.run(
        [sys.executable, "-c", "from kg.cli import main; main()", "shell", "-o", str(output)],
        input=f".timeout 0.3\n{endless}ASK {{}};\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (process.returncode, process.stdout) == (124, "yes\n")


def test_at_a_terminal_there_is_a_prompt_with_history(output):
    screen, keyboard = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", "from kg.cli import main; main()", "shell", "-o", str(output)],
        stdin=keyboard,
        stdout=keyboard,
        stderr=keyboard,
        env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
    )
    seen = read_until(screen, b"kg>")
    os.write(screen, b"ASK { ?x kg:leads ?y };\r")
    seen += read_until(screen, b"yes") + read_until(screen, b"kg>")
    os.write(screen, b"\x04")
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        read_until(screen, b"never", wait_s=0.2)
    assert process.returncode == 0, seen
    assert "ASK { ?x kg:leads ?y };" in (output / ".kg_history").read_text()


def read_until(screen, wanted, *, wait_s=20.0):
    seen, deadline = b"", time.monotonic() + wait_s
    while wanted not in seen and time.monotonic() < deadline:
        if select.select([screen], [], [], 0.1)[0]:
            try:
                seen += os.read(screen, 65536)
            except OSError:
                break
    return seen
