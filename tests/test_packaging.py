"""What is shipped: the wheel built from the sdist works in an empty folder, on the newest and on the lowest dependencies."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.articles import ARTICLES

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.slow


def call(*command, cwd, **options):
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel that is built from the sdist, not from the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    call(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_model_ontology_and_queries_and_nothing_of_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "kg/data/ontology/kg.ttl" in names
    assert any(name.startswith("kg/data/queries/") for name in names)
    assert "kg/nlp/model/encoder.onnx" in names
    assert any(name.startswith("kg/graph/page/") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "samples/", "training/", "output/"))]
    assert wheel.stat().st_size < 40e6


@pytest.mark.parametrize("bounds", ["lowest", "newest"])
def test_the_wheel_works_in_an_empty_folder(wheel, tmp_path, bounds):
    call(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    python, kg = tmp_path / "venv" / "bin" / "python", tmp_path / "venv" / "bin" / "kg"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if bounds == "lowest":
        (tmp_path / "lowest.txt").write_text(
            call(sys.executable, ROOT / "scripts" / "lowest_dependencies.py", cwd=tmp_path)
        )
        pip += ["-c", tmp_path / "lowest.txt"]
    call(*pip, wheel, cwd=tmp_path)
    for name, text in ARTICLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("KG_", "PYTHON"))}
    assert "0.1.0" in call(kg, "--version", cwd=tmp_path, env=environ)
    call(kg, "build", *ARTICLES, "-o", "out", "--workers", "2", cwd=tmp_path, env=environ)
    assert "Ana Ruiz" in call(kg, "query", "most-mentioned", "-o", "out", cwd=tmp_path, env=environ)
    assert "conforms" in call(kg, "check", "-o", "out", cwd=tmp_path, env=environ)
    assert "Northwind Energy" in call(kg, "show", "Ana Ruiz", "-o", "out", cwd=tmp_path, env=environ)
    assert call(kg, "rank", "-o", "out", cwd=tmp_path, env=environ)
    call(kg, "export", "facts.graphml", "-o", "out", cwd=tmp_path, env=environ)
    assert (tmp_path / "out" / "graph.html").stat().st_size > 100_000
