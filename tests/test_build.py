"""The whole trip: builds are repeatable, incremental and account for everything they leave out."""

import json
import os
import shutil

import pytest

from kg.build import build, correct, forget
from kg.errors import InputError, RecordError, UnknownName
from kg.settings import Settings
from tests.articles import ARTICLES

pytestmark = pytest.mark.model


def write(folder, names=ARTICLES):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text(ARTICLES[name], encoding="utf-8")
    return folder


def run(sources, output, **options):
    flags = {key: options.pop(key) for key in ("fresh", "prune") if key in options}
    settings = Settings(output=output, draw=False, **options)
    return build(
        [str(source) for source in ([sources] if not isinstance(sources, list) else sources)], settings, **flags
    )


def graph(output):
    return (output / "graph.nt").read_bytes()


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The graph of all articles, built once from scratch."""
    folder = tmp_path_factory.mktemp("expected")
    run(write(folder / "in"), folder / "out")
    return graph(folder / "out")


def test_the_output_folder_holds_what_the_readme_says(tmp_path):
    build([str(write(tmp_path / "in", ["takeover.txt"]))], Settings(output=tmp_path / "out"))
    found = {path.name for path in (tmp_path / "out").iterdir()} - {".lock"}
    assert found == {
        "graph.nt",
        "graph.ttl",
        "graph.html",
        "store",
        "names.sqlite",
        "records",
        "report.json",
        "report.md",
    }
    lines = graph(tmp_path / "out").splitlines()
    assert lines == sorted(set(lines))


def test_two_processes_and_another_folder_give_the_same_bytes(tmp_path, expected):
    folder = tmp_path / "elsewhere"
    for number, name in enumerate(reversed(ARTICLES)):
        write(folder / str(number), [name])
    run(folder, tmp_path / "out", workers=2)
    assert graph(tmp_path / "out") == expected


def test_a_second_build_reads_nothing_again(tmp_path, expected):
    write(tmp_path / "in")
    run(tmp_path / "in", tmp_path / "out")
    report = run(tmp_path / "in", tmp_path / "out")
    assert (report.new_documents, report.read_files, report.unchanged_files) == (0, 0, len(ARTICLES))
    assert graph(tmp_path / "out") == expected


def test_adding_changing_and_removing_ends_where_a_fresh_build_does(tmp_path, expected):
    source, output = tmp_path / "in", tmp_path / "out"
    write(source, ["quake.txt", "app.md"])
    (source / "app.md").write_text(ARTICLES["app.md"].replace("Chirp", "Quill"), encoding="utf-8")
    (source / "wrong.txt").write_text("Kofi Mensah joined Leeds City on Monday.", encoding="utf-8")
    run(source, output)
    assert graph(output) != expected
    write(source)
    (source / "wrong.txt").unlink()
    report = run(source, output)
    assert (report.removed_files, report.known_documents) == (1, 1)
    assert graph(output) == expected


def test_other_roots_stay_unless_pruned(tmp_path, expected):
    names = list(ARTICLES)
    one, two = write(tmp_path / "one", names[:3]), write(tmp_path / "two", names[3:])
    output = tmp_path / "out"
    run(one, output)
    run(two, output)
    assert graph(output) == expected
    run(two, output, prune=True)
    only_two = graph(output)
    run(two, tmp_path / "fresh")
    assert only_two == graph(tmp_path / "fresh")


def test_copies_of_a_text_are_one_document(tmp_path, expected):
    write(tmp_path / "in")
    shutil.copy(tmp_path / "in" / "court.txt", tmp_path / "in" / "again.txt")
    report = run(tmp_path / "in", tmp_path / "out")
    assert report.duplicates == 1
    assert graph(tmp_path / "out") == expected


def test_fresh_reads_everything_anew(tmp_path, expected):
    write(tmp_path / "in")
    run(tmp_path / "in", tmp_path / "out")
    report = run(tmp_path / "in", tmp_path / "out", fresh=True)
    assert report.new_documents == len(ARTICLES)
    assert graph(tmp_path / "out") == expected


def test_fresh_keeps_the_documents_of_other_roots(tmp_path, expected):
    names = list(ARTICLES)
    one, two = write(tmp_path / "one", names[:3]), write(tmp_path / "two", names[3:])
    run([one, two], tmp_path / "out")
    report = run(two, tmp_path / "out", fresh=True)
    assert report.new_documents == len(ARTICLES)
    assert graph(tmp_path / "out") == expected


def test_a_damaged_cache_is_mended_by_fresh_and_what_is_lost_is_named(tmp_path):
    names = list(ARTICLES)
    one, two = write(tmp_path / "one", names[:3]), write(tmp_path / "two", names[3:])
    run([one, two], tmp_path / "out")
    shards = sorted((tmp_path / "out" / "records").glob("??.jsonl"))
    for shard in shards:
        shard.write_bytes(shard.read_bytes()[:-20])
    with pytest.raises(RecordError, match="kg build --fresh"):
        run(two, tmp_path / "out")
    report = run(two, tmp_path / "out", fresh=True)
    assert len([reason for _, reason in report.left_out if "damaged" in reason]) == 3
    run(two, tmp_path / "two-only")
    assert graph(tmp_path / "out") == graph(tmp_path / "two-only")


def test_a_forgotten_document_leaves_every_file_and_stays_out(tmp_path):
    source, output = write(tmp_path / "in"), tmp_path / "out"
    run(source, output)
    doc = next(
        json.loads(line)["id"]
        for shard in (output / "records").glob("??.jsonl")
        for line in shard.read_text(encoding="utf-8").splitlines()
        if '"kind":"document"' in line and "Kofi Mensah" in line
    )
    forget(doc, Settings(output=output, draw=False))
    run(source, output)
    left = [p for p in output.rglob("*") if p.is_file() and b"Kofi Mensah" in p.read_bytes()]
    assert left == []
    write(tmp_path / "rest", [name for name in ARTICLES if name != "football.txt"])
    shutil.copytree(tmp_path / "rest", tmp_path / "rest2")
    run(tmp_path / "rest", tmp_path / "without")
    assert graph(output) == graph(tmp_path / "without")
    with pytest.raises(UnknownName, match="No document"):
        forget(doc, Settings(output=output, draw=False))


def test_a_document_is_forgotten_by_its_file_name_too(tmp_path):
    source, output = write(tmp_path / "in"), tmp_path / "out"
    run(source, output)
    forget("football.txt", Settings(output=output, draw=False))
    assert b"Kofi Mensah" not in graph(output)
    with pytest.raises(UnknownName, match=r'file name "football\.txt"'):
        forget("football.txt", Settings(output=output, draw=False))


def test_who_changes_their_mind_gets_two_things_back(tmp_path):
    source, output = write(tmp_path / "in"), tmp_path / "out"
    run(source, output)
    before = graph(output)
    correct("same", "Vesta Grid", "Vesta Media", Settings(output=output, draw=False))
    correct("different", "Vesta Grid", "Vesta Media", Settings(output=output, draw=False))
    assert graph(output) == before


def test_corrections_are_kept_and_applied_again(tmp_path):
    source, output = write(tmp_path / "in"), tmp_path / "out"
    run(source, output)
    before = graph(output)
    assert b"Vesta Grid" in before
    correct("same", "Vesta Grid", "Vesta Media", Settings(output=output, draw=False))
    merged = graph(output)
    assert merged != before
    assert b"correction: the same" in merged
    run(source, output)
    assert graph(output) == merged
    run(source, output, fresh=True)
    assert graph(output) == merged


def test_a_correction_that_would_change_nothing_is_refused_with_the_reason(tmp_path):
    source, output = write(tmp_path / "in"), tmp_path / "out"
    run(source, output)
    settings = Settings(output=output, draw=False)
    correct("same", "Vesta Grid", "Vesta Media", settings)
    correct("same", "Vesta Media", "Nordic Bank", settings)
    before = (output / "corrections.toml").read_bytes()
    with pytest.raises(InputError, match="would still be one thing"):
        correct("different", "Vesta Grid", "Nordic Bank", settings)
    assert (output / "corrections.toml").read_bytes() == before


def test_a_deleted_file_leaves_the_graph_whichever_way_it_came_in(tmp_path, expected):
    source, output = write(tmp_path / "in"), tmp_path / "out"
    (source / "extra.txt").write_text("Kofi Mensah joined Leeds City on Monday, the club said.", encoding="utf-8")
    run(source, output)
    run(source / "extra.txt", output)
    report = run(str(source / "ex*.txt"), output)
    assert report.duplicates == 0
    (source / "extra.txt").unlink()
    run(source, output)
    assert graph(output) == expected


def test_a_name_taken_out_is_taken_out_in_every_document(tmp_path):
    source, output = write(tmp_path / "in"), tmp_path / "out"
    (source / "more.txt").write_text(
        ARTICLES["app.md"].split("\n\n", 2)[2].replace("12 million", "13 million"), encoding="utf-8"
    )
    run(source, output)
    correct("different", "Chirp", "Tweeter", Settings(output=output, draw=False))
    labels = [line for line in graph(output).decode().splitlines() if "core#altLabel" in line and "Tweeter" in line]
    nodes = {line.split()[0] for line in graph(output).decode().splitlines() if 'rdf-schema#label> "Tweeter"' in line}
    assert (labels, len(nodes)) == ([], 1)


BAD = {
    "empty.txt": b"",
    "blank.txt": b" \n\t\n",
    "binary.txt": bytes(range(256)) * 40,
    "picture.html": b"\x89PNG\r\n\x1a\n" + bytes(2000),
    "notes.docx": b"PK\x03\x04",
    "broken.jsonl": b'{"text": "Ana Ruiz leads Northwind Energy in Oslo, she said."}\n{"text": \n[1]\n{"title": "no text"}\n',
    "broken.csv": b"title,body\nonly a title\n",
    "broken.txt.gz": b"\x1f\x8b not really",
}


def test_bad_files_are_counted_and_named_and_stop_nothing(tmp_path, expected):
    source = write(tmp_path / "in")
    for name, raw in BAD.items():
        (source / name).write_bytes(raw)
    (source / "dangling.txt").symlink_to(tmp_path / "nowhere.txt")
    report = run(source, tmp_path / "out")
    named = {name.split("#")[0] for name, _ in report.left_out}
    assert named >= {
        "empty.txt",
        "blank.txt",
        "binary.txt",
        "notes.docx",
        "broken.jsonl",
        "broken.txt.gz",
        "dangling.txt",
    }
    assert all(reason for _, reason in report.left_out)
    assert report.documents == len(ARTICLES) + 1
    assert "notes.docx" in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    bad_only = tmp_path / "bad"
    bad_only.mkdir()
    (bad_only / "empty.txt").write_bytes(b"")
    with pytest.raises(InputError, match="Nothing to read"):
        run(bad_only, tmp_path / "none")


def test_broken_utf8_is_read_as_far_as_it_goes(tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    raw = ARTICLES["court.txt"].replace("Kari Lund", "Kåri Lund").encode("latin-1", "replace")
    (source / "court.txt").write_bytes(raw)
    report = run(source, tmp_path / "out")
    assert report.documents == 1
    assert "Kåri Lund" in (tmp_path / "out" / "graph.ttl").read_text(encoding="utf-8")


def test_other_languages_are_stored_and_counted_without_facts(tmp_path):
    source = write(tmp_path / "in", ["court.txt"])
    (source / "de.txt").write_text(
        "Die Bundesregierung hat am Dienstag in Berlin ein neues Gesetz beschlossen. "
        "Der Minister sagte, die Regelung werde im Sommer in Kraft treten, und lobte die Arbeit der Abgeordneten.\n"
        * 3,
        encoding="utf-8",
    )
    report = run(source, tmp_path / "out")
    assert dict(report.other_languages) == {"de": 1}
    assert b"Berlin" not in graph(tmp_path / "out")


def test_a_reading_that_fails_is_counted_and_the_rest_goes_on(tmp_path, monkeypatch):
    import kg.nlp.pipeline as pipeline

    read = pipeline.read

    def fail_on_court(nlp, document):
        if "Kari Lund" in document.text:
            raise ValueError("planted")
        return read(nlp, document)

    monkeypatch.setattr(pipeline, "read", fail_on_court)
    report = run(write(tmp_path / "in"), tmp_path / "out")
    assert [(name, reason) for name, reason in report.left_out] == [
        ("court.txt", "reading failed: ValueError: planted")
    ]
    assert report.documents == len(ARTICLES)


def test_a_second_build_of_one_folder_is_refused_while_the_first_runs(tmp_path):
    from kg.files import FolderLock

    with FolderLock(tmp_path / "out"), pytest.raises(InputError, match="Another kg is writing"):
        run(write(tmp_path / "in"), tmp_path / "out")


def test_an_output_that_is_a_file_is_a_clear_error(tmp_path):
    (tmp_path / "out").write_text("here first")
    with pytest.raises(InputError, match="Choose another folder"):
        run(write(tmp_path / "in"), tmp_path / "out")


def test_missing_model_is_an_error_not_a_gazetteer(tmp_path, monkeypatch):
    from kg.errors import ModelError
    from kg.nlp import encoder

    monkeypatch.setattr(encoder, "model_folder", lambda: tmp_path / "no-model")
    import kg.nlp.pipeline as pipeline

    monkeypatch.setattr(pipeline, "model_folder", lambda: tmp_path / "no-model")
    with pytest.raises(ModelError):
        run(write(tmp_path / "in"), tmp_path / "out")


def test_every_fact_conforms_and_every_span_is_its_anchor(tmp_path):
    import pyoxigraph as ox

    from kg.graph.shapes import check

    run(write(tmp_path / "in"), tmp_path / "out")
    assert check(tmp_path / "out" / "graph.nt") == []
    texts = {}
    for shard in (tmp_path / "out" / "records").glob("??.jsonl"):
        for line in shard.read_text(encoding="utf-8").split("\n"):
            if '"kind":"document"' in line:
                plain = json.loads(line)
                texts[plain["id"]] = plain["text"]
    store = ox.Store()
    store.bulk_load(path=str(tmp_path / "out" / "graph.nt"), format=ox.RdfFormat.N_TRIPLES)
    rows = list(
        store.query(
            """PREFIX nif: <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#>
            SELECT ?d ?b ?e ?a { ?s nif:referenceContext ?d ; nif:beginIndex ?b ; nif:endIndex ?e ; nif:anchorOf ?a }"""
        )
    )
    assert len(rows) > 50
    for doc, begin, end, anchor in rows:
        text = texts[doc.value.rsplit("/", 1)[-1]]
        assert text[int(begin.value) : int(end.value)] == anchor.value
        assert 0 <= int(begin.value) < int(end.value) <= len(text)
        assert os.sep not in doc.value.rsplit("/", 1)[-1]
