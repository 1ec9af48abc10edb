"""A build killed at any moment goes on where it stopped and ends with the same bytes."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.articles import ARTICLES

pytestmark = [pytest.mark.slow, pytest.mark.model]
KILLS = 12
MAX_RUNS = 60


def start(source, output, *options):
    command = [sys.executable, "-m", "kg", "build", str(source), "-o", str(output), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)


def finish(source, output, *options):
    process = start(source, output, *options)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors.decode()
    return (output / "graph.nt").read_bytes()


def write_articles(folder, copies):
    folder.mkdir()
    for name, text in ARTICLES.items():
        for copy in range(copies):
            changed = text.replace("Ana Ruiz", f"Ana Ruiz{'abcdefgh'[copy]}").replace("Lima", f"Lima{'abcdefgh'[copy]}")
            (folder / f"{copy}-{name}").write_text(f"{changed}\nStory {copy}.\n", encoding="utf-8")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_kills_at_random_moments_lose_nothing(tmp_path, workers):
    write_articles(tmp_path / "in", 5)
    begin = time.perf_counter()
    expected = finish(tmp_path / "in", tmp_path / "clean", "--workers", workers)
    whole_s = time.perf_counter() - begin
    chance = random.Random(20261120)
    killed = 0
    for _ in range(MAX_RUNS):
        process = start(tmp_path / "in", tmp_path / "out", "--workers", workers)
        time.sleep(chance.uniform(0.1, whole_s))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        elif killed < KILLS:
            # it got to its end over several kills: compare, and begin another round from nothing
            assert (tmp_path / "out" / "graph.nt").read_bytes() == expected
            shutil.rmtree(tmp_path / "out")
        process.communicate()
        if killed >= KILLS:
            break
    assert killed >= KILLS
    assert finish(tmp_path / "in", tmp_path / "out", "--workers", workers) == expected
    leftovers = [path.name for path in (tmp_path / "out").iterdir() if path.name.endswith(".tmp")]
    assert leftovers == []


def test_a_full_disk_is_a_clear_error_and_loses_nothing(tmp_path):
    write_articles(tmp_path / "in", 2)
    expected = finish(tmp_path / "in", tmp_path / "clean")
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (@@, @@)); "
        "from kg.cli import main; main()"
    )
    output = tmp_path / "out"
    for limit in (2_000, 20_000, 60_000, 200_000):
        command = [
            sys.executable,
            "-c",
            limited.replace("@@", str(limit)),
            "build",
            str(tmp_path / "in"),
            "-o",
            str(output),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert done.returncode == 2, (limit, done.returncode, done.stderr[-2000:])
        assert "Traceback" not in done.stderr, done.stderr
        assert "Cannot write" in done.stderr or "cannot be written" in done.stderr, done.stderr
    assert finish(tmp_path / "in", output) == expected


def test_fifty_megabytes_on_one_line_are_accounted_for(tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    (source / "long.txt").write_text("Mary Jones lives in Paris. " * 2_000_000, encoding="utf-8")
    (source / "good.txt").write_text(ARTICLES["court.txt"], encoding="utf-8")
    process = start(source, tmp_path / "out", "--no-draw")
    _, errors = process.communicate(timeout=580)
    assert process.returncode == 0, errors.decode()
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["documents"]["in_graph"] == 1
    assert [(item["name"], "characters" in item["reason"]) for item in report["left_out"]] == [("long.txt", True)]
