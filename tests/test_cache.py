import pytest

from kg.cache import Cache, Item, SourceFile, metadata_of, reading_key, with_metadata
from kg.errors import RecordError
from tests.graphs import story_readings

SOURCE = SourceFile("/r", "a.txt", "00", "1", (Item("", "doc-x", "{}"),))


def filled(folder):
    with Cache(folder) as cache:
        for reading in story_readings():
            cache.append(reading, "k")
        cache.commit([SOURCE], {r.document.id for r in story_readings()})


def by_id(readings):
    return sorted(readings, key=lambda r: r.document.id)


def test_committed_readings_come_back_unchanged_by_document_id(tmp_path):
    filled(tmp_path)
    with Cache(tmp_path) as cache:
        assert list(cache.readings()) == by_id(story_readings())
        assert cache.sources["/r", "a.txt"] == SOURCE


def test_a_journal_outlives_a_kill_and_its_torn_tail_is_cut(tmp_path):
    first, second, third = story_readings()
    with Cache(tmp_path) as cache:
        cache.append(first, "k1")
        cache.append(second, "k2")
    journal = tmp_path / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-40])
    with Cache(tmp_path) as cache:
        assert cache.keys == {first.document.id: "k1"}
        cache.append(second, "k2")
        cache.append(third, "k3")
        cache.commit([], {r.document.id for r in story_readings()})
        assert list(cache.readings()) == by_id(story_readings())


def test_a_document_that_is_not_kept_leaves_no_text(tmp_path):
    filled(tmp_path)
    gone, *rest = story_readings()
    with Cache(tmp_path) as cache:
        cache.commit([], {r.document.id for r in rest})
    assert all(gone.document.text[:40] not in path.read_text() for path in tmp_path.rglob("*") if path.is_file())


def test_a_damaged_shard_is_an_error_that_says_what_to_do(tmp_path):
    filled(tmp_path)
    shard = next(tmp_path.glob("[0-9a-f][0-9a-f].jsonl"))
    shard.write_bytes(shard.read_bytes()[:-30])
    with Cache(tmp_path) as cache, pytest.raises(RecordError, match="kg build --fresh"):
        list(cache.readings())


def test_damaged_sources_are_an_error_that_says_what_to_do(tmp_path):
    filled(tmp_path)
    (tmp_path / "sources.json").write_text("{")
    with pytest.raises(RecordError, match="kg build --fresh"), Cache(tmp_path):
        pass


def test_the_inbox_holds_documents_on_disk(tmp_path):
    documents = [r.document for r in story_readings()]
    with Cache(tmp_path) as cache:
        cache.write_inbox(iter(documents))
        assert list(cache.inbox()) == documents


def test_metadata_makes_the_key_but_the_path_does_not():
    document = story_readings()[0].document
    metadata = metadata_of(document)
    assert with_metadata(document, metadata) == document
    moved = metadata_of(with_metadata(document, metadata.replace("a.txt", "b/c.txt")))
    assert reading_key(metadata, "f") == reading_key(moved, "f")
    assert reading_key(metadata, "f") != reading_key(metadata.replace("2024-03-06", "2024-03-07"), "f")
    assert reading_key(metadata, "f") != reading_key(metadata, "g")
