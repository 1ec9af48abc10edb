"""The documentation says what is true: its functions exist, its Python runs, its links lead somewhere."""

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_every_function_of_the_library_page_exists():
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    names = re.findall(r"`(kg(?:\.\w+)+)(?:\([^`]*\))?`", text)
    assert len(names) > 15
    for name in names:
        parts = name.split(".")
        for cut in range(len(parts), 0, -1):
            try:
                found = importlib.import_module(".".join(parts[:cut]))
                break
            except ModuleNotFoundError:
                continue
        for part in parts[cut:]:
            assert hasattr(found, part), name
            found = getattr(found, part)


@pytest.mark.model
@pytest.mark.parametrize("number", range(3))
def test_the_python_of_the_library_page_runs(number, tmp_path, monkeypatch, capsys):
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    code = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[number]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    exec(compile(code, "docs/python.md", "exec"), {"__name__": "example"})
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_files_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.slow
@pytest.mark.model
def test_the_examples_show_real_output():
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "readme_examples.py", "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_nothing_names_this_machine_or_its_registries():
    bad = re.compile(r"/work/|/opt/pypi|\.library|pypi\.org/simple|claude|anthropic", re.IGNORECASE)
    for path in [
        *PAGES,
        *(ROOT / "kg").rglob("*.py"),
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "scripts").glob("*"),
        ROOT / "Makefile",
    ]:
        if path.is_file() and path != Path(__file__):
            assert not bad.search(path.read_text(encoding="utf-8")), path
