"""`kg extract` writes what docs/extract.schema.json says."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from kg.cli import main
from tests.graphs import story_readings

ROOT = Path(__file__).parent.parent
SCHEMA = json.loads((ROOT / "docs" / "extract.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_the_schema_file_is_what_the_records_say():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "extract_schema.py", "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_hand_made_readings_fit():
    for reading in story_readings():
        for line in reading.lines():
            VALIDATOR.validate(json.loads(line))


@pytest.mark.model
def test_real_output_fits_and_its_offsets_are_exact():
    done = CliRunner().invoke(main, ["extract", str(ROOT / "samples" / "05-takeover.txt")])
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    for line in lines:
        VALIDATOR.validate(line)
    text = lines[0]["text"]
    assert {line["kind"] for line in lines} >= {"document", "mention", "entity", "fact"}
    for line in lines:
        if line["kind"] == "mention":
            assert text[line["begin"] : line["end"]] == line["text"]


@pytest.mark.model
def test_standard_input_is_read_as_plain_text():
    done = CliRunner().invoke(
        main, ["extract", "-"], input="Ana Ruiz is the chief executive of Northwind Energy, a company based in Lima.\n"
    )
    assert done.exit_code == 0, done.output
    kinds = [json.loads(line)["kind"] for line in done.stdout.splitlines()]
    assert kinds[0] == "document"
    assert "mention" in kinds


@pytest.mark.parametrize(
    ("arguments", "message"), [(["no-such-file.txt"], "does not exist"), (["-", "--format", "pdf"], "Unknown format")]
)
def test_a_source_that_cannot_be_read_exits_2(arguments, message):
    done = CliRunner().invoke(main, ["extract", *arguments])
    assert done.exit_code == 2
    assert message in done.stderr
