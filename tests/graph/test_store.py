import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pyoxigraph as ox
import pytest

from kg.errors import InputError, StoreError
from kg.graph.store import FORMAT, memory_store, open_store, write_store
from tests.graphs import story_nt

OLD = '<http://e/old> <http://e/p> "old" .\n'
NEW = "".join(f'<http://e/new{n}> <http://e/p> "new" .\n' for n in range(2000))


@pytest.fixture
def story(tmp_path):
    path = tmp_path / "graph.nt"
    path.write_text(story_nt(), encoding="utf-8")
    return path


def texts(store):
    return sorted({quad.object.value for quad in store.inner})


def write(tmp_path, text, name="g.nt"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_written_is_read_back(tmp_path, story):
    count = write_store(story, tmp_path / "store")
    with open_store(tmp_path / "store") as store:
        dumped = store.inner.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()).decode()
    assert count == len(story_nt().splitlines())
    assert sorted(dumped.splitlines()) == story_nt().splitlines()


def test_rdflib_sees_the_same_store_without_a_copy(tmp_path):
    write_store(write(tmp_path, OLD), tmp_path / "store")
    with open_store(tmp_path / "store") as store:
        dataset = store.rdflib()
        assert [(str(s), str(o)) for s, _, o, _ in dataset.quads()] == [("http://e/old", "old")]
        assert dataset.store._inner is store.inner


def test_a_reader_keeps_its_snapshot_while_the_store_is_replaced(tmp_path):
    write_store(write(tmp_path, OLD), tmp_path / "store")
    first = open_store(tmp_path / "store")
    write_store(write(tmp_path, NEW), tmp_path / "store")
    second = open_store(tmp_path / "store")
    assert (texts(first), texts(second)) == (["old"], ["new"])
    first.close()
    second.close()


def test_generations_without_readers_are_cleared_away(tmp_path):
    folder = tmp_path / "store"
    for text in (OLD, NEW, OLD):
        write_store(write(tmp_path, text), folder)
    assert [path.name for path in folder.glob("g-*")] == ["g-000003"]


def test_readers_in_several_processes_and_a_writer_work_side_by_side(tmp_path):
    write_store(write(tmp_path, NEW), tmp_path / "store")
    code = (
        "import sys; from pathlib import Path; from kg.graph.store import open_store\n"
        "with open_store(Path(sys.argv[1])) as store: print(len(list(store.inner)), flush=True); sys.stdin.read()"
    )
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "store")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    counts = [reader.stdout.readline().strip() for reader in readers]
    write_store(write(tmp_path, OLD), tmp_path / "store")
    for reader in readers:
        reader.communicate("")
    assert counts == ["2000"] * 3
    assert [reader.returncode for reader in readers] == [0, 0, 0]
    with open_store(tmp_path / "store") as store:
        assert texts(store) == ["old"]


def test_a_second_writer_is_refused_at_once_and_told_what_to_do(tmp_path):
    write_store(write(tmp_path, OLD), tmp_path / "store")
    with open_store(tmp_path / "store", write=True):
        for second in (
            lambda: write_store(write(tmp_path, NEW), tmp_path / "store"),
            lambda: open_store(tmp_path / "store", write=True),
        ):
            with pytest.raises(StoreError, match=r"Another process is writing .* Wait until it has ended"):
                second()


def test_an_update_is_seen_by_those_who_open_after_it_was_closed(tmp_path):
    write_store(write(tmp_path, OLD), tmp_path / "store")
    with open_store(tmp_path / "store", write=True) as store:
        store.update('INSERT DATA { <http://e/x> <http://e/p> "added" }')
        with open_store(tmp_path / "store") as meanwhile:
            assert texts(meanwhile) == ["old"]
    with open_store(tmp_path / "store") as store:
        assert texts(store) == ["added", "old"]


def test_an_update_that_fails_half_way_leaves_nothing_behind(tmp_path):
    def fail_after_a_change():
        with open_store(tmp_path / "store", write=True) as store:
            store.update('INSERT DATA { <http://e/x> <http://e/p> "added" }')
            raise ZeroDivisionError

    write_store(write(tmp_path, OLD), tmp_path / "store")
    with pytest.raises(ZeroDivisionError):
        fail_after_a_change()
    with open_store(tmp_path / "store") as store:
        assert texts(store) == ["old"]
    assert len(list((tmp_path / "store").glob("g-*"))) == 1


def test_a_store_open_for_reading_takes_no_update(tmp_path):
    write_store(write(tmp_path, OLD), tmp_path / "store")
    with open_store(tmp_path / "store") as store, pytest.raises(StoreError, match="reading only"):
        store.update("CLEAR ALL")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("cut.nt", NEW[:-20], r"cut.nt:2000 is not valid N-Triples"),
        ("cut.ttl", "<http://a> <http://b> [", r"cut.ttl:1 is not valid Turtle"),
        ("binary.nt", "\0\1\2", r"binary.nt:1 is not valid"),
        ("page.rdf", "<html><p>no</html>", r"page.rdf.* is not valid RDF/XML"),
        ("what.docx", "x", r"no known ending"),
    ],
)
def test_a_broken_file_names_its_line_and_leaves_the_store_as_it_was(tmp_path, name, text, message):
    write_store(write(tmp_path, OLD), tmp_path / "store")
    path = write(tmp_path, text, name)
    with pytest.raises(InputError, match=message):
        write_store(path, tmp_path / "store")
    with pytest.raises(InputError, match=message):
        memory_store([path])
    with open_store(tmp_path / "store") as store:
        assert texts(store) == ["old"]


def damage_marker(folder):
    (folder / "store.json").write_text("{")


def other_version(folder):
    marker = json.loads((folder / "store.json").read_text())
    (folder / "store.json").write_text(json.dumps({**marker, "format": FORMAT + 1}))


def lost_generation(folder):
    shutil.rmtree(next(folder.glob("g-*")))


def damage_files(folder):
    for path in next(folder.glob("g-*")).glob("MANIFEST-*"):
        path.write_bytes(b"junk")


def climbing_marker(folder):
    (folder / "store.json").write_text(json.dumps({"format": FORMAT, "generation": "../../etc"}))


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (damage_marker, "damaged"),
        (other_version, f"has format {FORMAT + 1}"),
        (lost_generation, "damaged"),
        (damage_files, "damaged"),
        (climbing_marker, "damaged"),
        (shutil.rmtree, "There is no store"),
    ],
)
def test_a_store_that_cannot_be_opened_says_why_and_that_build_makes_it_anew(tmp_path, fault, message):
    write_store(write(tmp_path, OLD), tmp_path / "store")
    fault(tmp_path / "store")
    with pytest.raises(StoreError, match=rf"{message}.*kg build"):
        open_store(tmp_path / "store")
    write_store(write(tmp_path, NEW), tmp_path / "store")
    with open_store(tmp_path / "store") as store:
        assert texts(store) == ["new"]


def test_a_read_only_folder_can_be_read_but_not_written(tmp_path):
    write_store(write(tmp_path, OLD), tmp_path / "store")
    folders = [tmp_path / "store", *(tmp_path / "store").glob("g-*")]
    for folder in folders:
        folder.chmod(0o555)
    try:
        with open_store(tmp_path / "store") as store:
            assert texts(store) == ["old"]
        if os.geteuid() != 0:  # root may write everywhere
            with pytest.raises(StoreError, match="cannot be written"):
                write_store(write(tmp_path, NEW), tmp_path / "store")
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_a_full_disk_or_a_forbidden_folder_is_a_store_error(tmp_path):
    blocked = write(tmp_path, "", "file")
    with pytest.raises(StoreError, match="cannot be written"):
        write_store(write(tmp_path, OLD), blocked / "store")


def test_named_graphs_come_from_pairs_of_iri_and_file(tmp_path):
    store = memory_store([write(tmp_path, OLD)], [("http://e/g", write(tmp_path, NEW, "n.nt"))])
    assert [name.value for name in store.inner.named_graphs()] == ["http://e/g"]
    assert store.triple_count() == 2001
    with pytest.raises(InputError, match="not an absolute IRI"):
        memory_store([], [("g", write(tmp_path, NEW, "n.nt"))])


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_the_old_or_the_new_store(tmp_path):
    """Writers are killed after random times; each time the store opens and is whole."""
    folder = tmp_path / "store"
    files = {name: write(tmp_path, "".join(story_lines(name)), f"{name}.nt") for name in ("one", "two")}
    write_store(files["one"], folder)
    code = (
        "import sys; from pathlib import Path; from kg.graph.store import write_store\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    for name in sys.argv[2:]: write_store(Path(name), Path(sys.argv[1]))\n"
    )
    chance = random.Random(7)
    seen = []
    for _ in range(25):
        writer = subprocess.Popen(
            [sys.executable, "-c", code, str(folder), *map(str, files.values())], stdout=subprocess.PIPE, text=True
        )
        writer.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.6))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        with open_store(folder) as store:
            seen.append((texts(store), store.triple_count()))
    assert {(tuple(names), count) for names, count in seen} <= {(("one",), 20_000), (("two",), 20_000)}
    write_store(files["two"], folder)
    assert len(list(folder.glob("g-*"))) == 1


def story_lines(name):
    return (f'<http://e/{n}> <http://e/p> "{name}" .\n' for n in range(20_000))
