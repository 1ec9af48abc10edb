"""The command line as a contract: every command is documented, fast to list, and maps errors to its exit codes."""

import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kg.cli import COMMANDS, main
from kg.errors import KGError, UnknownName

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_one_sentence_an_example_and_output(name):
    command = main.get_command(click.Context(main), name)
    assert command is not None
    help_text = command.help or ""
    assert "Example:" in help_text
    assert help_text.strip().split("\n\n")[0].rstrip().endswith((".", ":"))
    options = {option for parameter in command.params for option in parameter.opts}
    if name not in ("extract", "queries"):
        assert "--output" in options


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_documentation(name):
    texts = [path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]]
    assert any(f"kg {name}" in text for text in texts)


def test_help_lists_every_command_and_imports_nothing_heavy():
    code = "import sys; from kg.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += "print(sorted({'spacy','rdflib','pyoxigraph','networkx','numpy','onnxruntime','trafilatura'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip().endswith("[]"), done.stdout[-200:] + done.stderr
    for name in COMMANDS:
        assert f"\n  {name} " in done.stdout


def test_a_misspelt_command_gets_a_suggestion_and_exit_2():
    done = CliRunner().invoke(main, ["biuld"])
    assert done.exit_code == 2
    assert 'Did you mean "build"?' in done.stderr


def test_an_error_of_ours_becomes_a_message_and_its_exit_code(tmp_path):
    done = CliRunner().invoke(main, ["show", "Nobody", "-o", str(tmp_path)])
    assert done.exit_code == 2
    assert "kg build" in done.stderr
    assert UnknownName("x").exit_code == 3
    assert issubclass(UnknownName, KGError)


def test_a_log_file_that_cannot_be_written_is_a_usage_error():
    done = CliRunner().invoke(main, ["--log-file", "/proc/nowhere/x.log", "queries"])
    assert done.exit_code == 2


def test_settings_come_from_kg_toml_and_variables(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kg.toml").write_text('output = "from-toml"\n')
    assert "from-toml" in CliRunner().invoke(main, ["info"]).stderr
    assert "from-env" in CliRunner().invoke(main, ["info"], env={"KG_OUTPUT": "from-env"}).stderr
    (tmp_path / "kg.toml").write_text('outptu = "x"\n')
    done = CliRunner().invoke(main, ["info"])
    assert (done.exit_code, 'Did you mean "output"' in done.stderr) == (2, True)


def test_bash_completion_names_commands():
    environ = {"_KG_COMPLETE": "bash_complete", "COMP_WORDS": "kg b", "COMP_CWORD": "1", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([Path(sys.executable).parent / "kg"], env=environ, capture_output=True, text=True)
    assert "build" in done.stdout


def test_every_entry_point_starts():
    begin = time.perf_counter()
    done = subprocess.run([Path(sys.executable).parent / "kg", "--version"], capture_output=True, text=True)
    assert done.stdout.startswith("kg, version")
    assert time.perf_counter() > begin
