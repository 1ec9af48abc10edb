"""Files to documents: finding, decoding, records, limits; no bytes whatever make it raise."""

import csv
import gzip
import io
import json
import os
import socket
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kg.errors import InputError
from kg.records import Document, document_id
from kg.text import (
    FORMATS,
    FileRef,
    SourceItem,
    Unreadable,
    detect_language,
    file_digest,
    find_files,
    read_file,
    read_text,
)

SAMPLES = Path(__file__).parents[1] / "samples"
BODY = (
    "The council of Port Ellery voted on Monday to close the old ferry line, although nine in ten of its passengers had asked "
    "for it to be kept, according to a survey that the town paid for."
)
PAGE = (
    f"<html lang='en'><body><article><h1>Ferry to close</h1><p>{BODY}</p><p>Again: {BODY}</p></article></body></html>"
)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    """A file of this content."""
    path = folder / name
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def read_all(source: Path | str, **options) -> list[tuple[SourceItem, Document | Unreadable]]:
    """Every item of a source."""
    return [pair for ref in find_files(str(source)) for pair in read_file(ref, **options)]


def read_one(folder: Path, name: str, content: str | bytes) -> Document | Unreadable:
    """The only item of a file."""
    ((_, document),) = read_all(write(folder, name, content))
    return document


# --- finding ---------------------------------------------------------------------------------------------------------------------


def test_single_file_is_its_own_root(tmp_path):
    path = write(tmp_path, "a.txt", BODY)
    assert list(find_files(str(path))) == [FileRef(str(path), "a.txt", str(path), "txt")]


def test_folder_is_walked_in_order_without_hidden_files(tmp_path):
    for name in ("b/z.txt", "b/a.md", "a.html", ".hidden.txt", ".git/x.txt", "c.pdf", "README.md", "d.csv.gz"):
        write(tmp_path, name, BODY)
    found = [(ref.path, ref.format, ref.problem and ref.problem.reason) for ref in find_files(str(tmp_path))]
    assert found == [
        ("README.md", "", "about_file"),
        ("a.html", "html", None),
        ("b/a.md", "md", None),
        ("b/z.txt", "txt", None),
        ("c.pdf", "", "unknown_format"),
        ("d.csv.gz", "csv", None),
    ]


def test_relative_source_has_an_absolute_root(tmp_path, monkeypatch):
    write(tmp_path, "news/a.txt", BODY)
    monkeypatch.chdir(tmp_path)
    assert [(ref.root, ref.path) for ref in find_files("news")] == [(str(tmp_path / "news"), "a.txt")]


def test_links_that_form_a_circle_are_read_once(tmp_path):
    write(tmp_path, "a/x.txt", BODY)
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    found = [(ref.path, ref.problem and ref.problem.reason) for ref in find_files(str(tmp_path))]
    assert found == [("a/x.txt", None), ("gone.txt", "missing")]


def test_glob_keeps_its_pattern_as_root(tmp_path):
    for name in ("a1.txt", "a2.txt", "b.txt", "a3/c.txt"):
        write(tmp_path, name, BODY)
    pattern = str(tmp_path / "a*")
    assert [(ref.root, ref.path) for ref in find_files(pattern)] == [
        (pattern, "a1.txt"),
        (pattern, "a2.txt"),
        (pattern, "a3/c.txt"),
    ]


def test_deep_folders_are_walked(tmp_path):
    folder = tmp_path
    for _ in range(1100):
        folder = folder / "a"
        folder.mkdir()
    write(folder, "x.txt", BODY)
    try:
        assert [document.text for _, document in read_all(tmp_path)] == [BODY]
    finally:
        # pytest deletes old folders by recursion and would run out of it here in a later run
        subprocess.run(["rm", "-rf", tmp_path / "a"], check=True)


def test_excluded_folder_is_left_out(tmp_path):
    write(tmp_path, "a.txt", BODY)
    write(tmp_path, "output/records/x.jsonl", "{}")
    assert [ref.path for ref in find_files(str(tmp_path), exclude=[tmp_path / "output"])] == ["a.txt"]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [("artcles", 'Did you mean "articles"'), ("*.txt", "No file matches"), ("x/y/z", "does not exist")],
)
def test_missing_source_is_an_error(tmp_path, source, complaint):
    (tmp_path / "articles").mkdir()
    with pytest.raises(InputError, match=complaint):
        list(find_files(str(tmp_path / source)))


def test_unknown_format_option_is_an_error():
    with pytest.raises(InputError, match='Did you mean "html"'):
        list(find_files("-", format="htm"))


def test_empty_folder_gives_nothing(tmp_path):
    assert list(find_files(str(tmp_path))) == []


def test_socket_and_pipe_are_named_not_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.txt")
        assert [(ref.path, ref.problem.reason) for ref in find_files(".")] == [
            ("pipe.txt", "not_a_file"),
            ("s.txt", "not_a_file"),
        ]


def test_file_without_permission_is_named(tmp_path, monkeypatch):
    path = write(tmp_path, "a.txt", BODY)
    # root may read everything, so the refusal is played
    monkeypatch.setattr("os.access", lambda *_: False)
    assert [unreadable.reason for _, unreadable in read_all(path)] == ["no_permission"]


def test_folder_without_permission_is_named(tmp_path, monkeypatch):
    write(tmp_path, "a/a.txt", BODY)
    write(tmp_path, "b.txt", BODY)
    scan = os.scandir

    def refuse(folder):
        if str(folder).endswith("/a"):
            raise PermissionError(13, "Permission denied")
        return scan(folder)

    monkeypatch.setattr("os.scandir", refuse)
    assert [(item.path, getattr(document, "reason", "read")) for item, document in read_all(tmp_path)] == [
        ("a", "no_permission"),
        ("b.txt", "read"),
    ]


def test_file_that_vanishes_is_missing(tmp_path):
    path = write(tmp_path, "a.txt", BODY)
    (ref,) = find_files(str(path))
    path.unlink()
    assert [unreadable.reason for _, unreadable in read_file(ref)] == ["missing"]


def test_digest_is_that_of_the_bytes(tmp_path):
    path = write(tmp_path, "a.txt", b"abc")
    assert file_digest(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_stdin(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(BODY.encode())))
    ((item, document),) = read_all("-")
    assert (item, document.text) == (SourceItem("-", "-"), BODY)


def test_stdin_of_another_format(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "one"}\n{"text": "two"}\n')))
    (ref,) = find_files("-", format="jsonl")
    assert [(item.record, document.text) for item, document in read_file(ref)] == [("1", "one"), ("2", "two")]


# --- decoding --------------------------------------------------------------------------------------------------------------------

STORED = "Ferry “Dona” to close\r\n\r\n  Çà et là — \t\r\nend\r"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_stored_text_is_the_decoded_file(tmp_path, encoding):
    document = read_one(tmp_path, "a.txt", STORED.encode(encoding))
    assert (document.text, document.id) == (STORED, document_id(STORED))


def test_utf16_without_mark(tmp_path):
    assert read_one(tmp_path, "a.txt", BODY.encode("utf-16-le")).text == BODY


def test_other_encodings_are_detected(tmp_path):
    text = "Привет, мир! Сегодня в городе прошёл большой праздник, на который пришли тысячи жителей и гостей. " * 3
    assert read_one(tmp_path, "a.txt", text.encode("cp1251")).text == text


def test_broken_utf8_keeps_the_rest(tmp_path):
    raw = ("Ça — là “oui” " * 20).encode() + b"\xff\xfe\x80 end"
    text = read_one(tmp_path, "a.txt", raw).text
    assert text.startswith("Ça — là “oui” ")
    assert text.endswith("\ufffd end")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \r\n\t ", "empty"),
        ("a.txt", b"%PDF-1.7 \xe2\xe3", "binary"),
        ("a.txt", bytes(range(256)) * 40, "binary"),
        ("a.txt", b"PK\x03\x04 word", "binary"),
        ("a.txt.gz", b"not gzip", "damaged"),
        ("a.txt.gz", gzip.compress(b"text " * 500)[:-20], "damaged"),
        ("a.html", b"<html><body></body></html>", "no_text"),
        ("a.jsonl", b"", "empty"),
        ("a.csv", b"", "empty"),
        ("a.csv", b"text,title\n", "empty"),
        ("a.json", b"[]", "empty"),
        ("a.json", b"{", "bad_record"),
        ("a.jsonl.gz", b"not gzip", "damaged"),
        ("a.doc", b"x", "unknown_format"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path, name, content, reason):
    unreadable = read_one(tmp_path, name, content)
    assert isinstance(unreadable, Unreadable)
    assert (unreadable.reason, unreadable.message.endswith((".", ")."))) == (reason, True)


@pytest.mark.parametrize("name", ["a.txt.gz", "a.jsonl.gz"])
def test_decompression_bomb_is_refused(tmp_path, name):
    bomb = gzip.compress(b"0" * (96 * 1024 * 1024))
    start = time.perf_counter()
    assert read_one(tmp_path, name, bomb).reason in ("too_large", "bad_record")
    assert time.perf_counter() - start < 20


def test_limit_of_a_document(tmp_path):
    path = write(tmp_path, "a.txt", "x" * 2000)
    assert [unreadable.reason for _, unreadable in read_all(path, max_bytes=1000)] == ["too_large"]


def test_gzip_reads_like_the_file_in_it(tmp_path):
    assert read_one(tmp_path, "a.txt.gz", gzip.compress(BODY.encode())).text == BODY


# --- records ---------------------------------------------------------------------------------------------------------------------


def test_title_of_a_record_becomes_text(tmp_path):
    record = {
        "id": 7,
        "headline": "Ferry to close",
        "Body": BODY,
        "author": "Ada Lunde",
        "Published": "2025-03-04",
        "source": {"name": "Post"},
        "link": "https://post.example/7",
    }
    ((item, document),) = read_all(write(tmp_path, "a.jsonl", json.dumps(record)))
    assert item == SourceItem(str(tmp_path / "a.jsonl"), "a.jsonl", "7")
    assert document == Document(
        id=document_id(f"Ferry to close\n\n{BODY}"),
        text=f"Ferry to close\n\n{BODY}",
        path="a.jsonl#7",
        url="https://post.example/7",
        title="Ferry to close",
        publisher="Post",
        authors=("Ada Lunde",),
        date="2025-03-04",
    )


def test_title_is_not_doubled(tmp_path):
    document = read_one(
        tmp_path, "a.jsonl", json.dumps({"title": "Ferry to close", "text": f"Ferry  to close\n\n{BODY}"})
    )
    assert document.text == f"Ferry  to close\n\n{BODY}"


def test_bad_records_do_not_stop_the_others(tmp_path):
    lines = [
        b'{"text": "one"}',
        b"{broken",
        b"",
        b'["list"]',
        b'{"title": "no text"}',
        b'{"text": "caf\xe9 one"}',
        b"[" * 100_000,
        b'{"text": "\\ud800 last"}',
        b'{"text": 5}',
    ]
    found = read_all(write(tmp_path, "a.jsonl", b"\n".join(lines)))
    assert [(item.record, getattr(document, "text", None) or document.reason) for item, document in found] == [
        ("1", "one"),
        ("2", "bad_record"),
        ("4", "bad_record"),
        ("5", "no_text"),
        ("6", "café one"),
        ("7", "bad_record"),
        ("8", "\ufffd last"),
        ("9", "5"),
    ]


def test_repeated_record_ids_stay_apart(tmp_path):
    found = read_all(write(tmp_path, "a.jsonl", '{"id": "x", "text": "one"}\n{"id": "x", "text": "two"}'))
    assert [item.record for item, _ in found] == ["x", "x#2"]


def test_csv_with_quotes_and_newlines(tmp_path):
    table = io.StringIO()
    csv.writer(table).writerows(
        [["ID", "Title", "Content"], ["1", "A, b", f"{BODY}\n\nSecond"], [], ["2", "", "plain"], ["3", "", ""]]
    )
    found = read_all(write(tmp_path, "a.csv", "\ufeff" + table.getvalue()))
    assert [(item.record, getattr(document, "text", None) or document.reason) for item, document in found] == [
        ("1", f"A, b\n\n{BODY}\n\nSecond"),
        ("2", "plain"),
        ("3", "no_text"),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_delimiters(tmp_path, delimiter):
    rows = f"title{delimiter}text\nFerry{delimiter}{BODY.replace(',', ' ')}\n"
    assert read_one(tmp_path, "a.csv", rows).title == "Ferry"


def test_csv_without_a_text_column_names_its_columns(tmp_path):
    unreadable = read_one(tmp_path, "a.csv", "x,y\n1,2\n")
    assert unreadable == Unreadable("no_text", "Record 1 has no text, body or content; its fields are: x, y.")


def test_own_column_names(tmp_path):
    path = write(tmp_path, "a.csv", "text,story\nno,yes indeed\n")
    assert [document.text for _, document in read_all(path, columns={"text": "story"})] == ["yes indeed"]


@pytest.mark.parametrize(
    "content", ['{"text": "one"}', '[{"text": "one"}]', '{"articles": [{"content": "one"}]}', '{"text": "one"}\n']
)
def test_json_shapes(tmp_path, content):
    assert read_one(tmp_path, "a.json", content).text == "one"


def test_html_column_is_read_as_a_page(tmp_path):
    document = read_one(tmp_path, "a.jsonl", json.dumps({"title": "Ferry to close", "html": PAGE}))
    assert document.text == f"Ferry to close\n\n{BODY}\n\nAgain: {BODY}"


def test_records_of_another_encoding(tmp_path):
    rows = 'text\n"Çà et là, dit-elle"\n'
    assert read_one(tmp_path, "a.csv", rows.encode("utf-16")).text == "Çà et là, dit-elle"
    assert read_one(tmp_path, "b.csv", rows.encode("cp1252")).text == "Çà et là, dit-elle"


def test_damaged_gzip_gives_the_records_before_the_damage(tmp_path):
    lines = "".join(json.dumps({"text": f"record {number} {os.urandom(30).hex()}"}) + "\n" for number in range(4000))
    packed = gzip.compress(lines.encode())
    found = read_all(write(tmp_path, "a.jsonl.gz", packed[: len(packed) // 2]))
    assert len(found) > 100
    assert found[-1][1].reason in ("damaged", "bad_record")


# --- language --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (BODY, "en"),
        (
            "Der Rat der Stadt stimmte am Montag dafür, die alte Fährlinie zu schließen, obwohl viele sie behalten wollten.",
            "de",
        ),
        (
            "市议会星期一投票决定关闭旧渡轮航线，尽管许多乘客要求保留它。这是镇上出资的调查结果，共有一千多人参加，渡轮将于五月停运，居民对此表示失望和愤怒。",
            "zh",
        ),
        ("Hello there", "en"),
        ("你好", "zh"),
        ("", "en"),
        ("12 34", "en"),
    ],
)
def test_language(text, language):
    assert detect_language(text) == language


def test_stated_language_decides_only_for_short_texts():
    assert (detect_language("Hei", "no"), detect_language(BODY, "no")) == ("no", "en")


# --- hostile input ---------------------------------------------------------------------------------------------------------------


def read_large(folder: Path, name: str, unit: str, size: int) -> float:
    """Seconds to read a file of this unit repeated, checked to be stored whole."""
    content = unit * (size // len(unit))
    path = write(folder, name, content)
    start = time.perf_counter()
    ((_, document),) = read_all(path)
    seconds = time.perf_counter() - start
    assert document.text == content if isinstance(document, Document) else document.reason == "empty"
    return seconds


def test_fifty_megabytes_on_one_line_do_not_hang(tmp_path):
    assert read_large(tmp_path, "a.txt", "word and ", 50 * 1024 * 1024) < 15


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@pytest.mark.parametrize(
    "unit", ["a", "**[x](", "By A B, ", "x\n", "<p>", "(", "\r", "- [", "![a](b", "`", "SOURCE ", "1.2.3 ", "© "]
)
def test_time_does_not_grow_faster_than_the_text(tmp_path, name, unit):
    assert read_large(tmp_path, name, unit, 1024 * 1024) < 6


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@pytest.mark.parametrize("unit", ["word ", "a", "**[x](", "By A B, ", "\n", "x\n", "<p>", "(", " "])
def test_fifty_megabytes_of_anything_do_not_hang(tmp_path, name, unit):
    assert read_large(tmp_path, name, unit, 50 * 1024 * 1024) < 60


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted({*FORMATS, ".txt.gz", ".jsonl.gz", ".csv.gz"})),
    st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)),
)
@example(".html", b"<html><head><script type='application/ld+json'>[[[[{}]]]]</script></head><p>\x00&#xD800;&#0;</p>")
@example(".md", b"---\n: x\n- y\n---\n# \n")
@example(".csv", b'a,text\n"\n')
def test_any_bytes_give_documents_or_reasons(tmp_path, ending, raw):
    for _, document in read_all(write(tmp_path, f"a{ending}", raw)):
        if isinstance(document, Unreadable):
            continue
        document.text.encode("utf-8")
        assert all(0 <= span.begin < span.end <= len(document.text) for span in document.boilerplate)
        assert all(left.end <= right.begin for left, right in pairwise(document.boilerplate))
        assert document.language.isalpha()


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab \n*_[]()#>`<!-|.:=+\\é~1"), max_size=200))
def test_markdown_marks_lie_inside_the_text(text):
    document = read_text(text, format="md")
    if isinstance(document, Document):
        assert all(left.end <= right.begin for left, right in pairwise(document.boilerplate))
        assert document.text == text


# --- samples ---------------------------------------------------------------------------------------------------------------------


def test_samples_state_what_they_state():
    documents = {document.path: document for _, document in read_all(SAMPLES) if isinstance(document, Document)}
    assert {path: (d.publisher, d.authors, d.date, d.dateline, d.language) for path, d in documents.items()} == {
        "01-tiktok-refugees.html": (
            "Harbour City Courier",
            ("Rosalind Achterberg", "Tomás Quill"),
            "2025-01-16",
            None,
            "en",
        ),
        "02-court-and-order.txt": ("Northgate Press", ("Adaeze Holloway",), "2025-01-21", "WASHINGTON", "en"),
        "03-one-year-on-voices.txt": ("The Weekly Lantern", (), "2026-01-14", None, "en"),
        "04-fact-check-lantern-room.md": ("The Second Look", ("Benedikt Sorley",), "2025-02-03", None, "en"),
        "05-takeover.txt": ("Halvorsen Marine ASA", (), "2025-03-04", "BERGEN, Norway", "en"),
        "06-court-case.html": ("Pennine Post", ("Imogen Farrow",), "2025-05-22", "LEEDS, England", "en"),
        "07-football.txt": ("Touchline News", ("Declan Murtagh",), "2025-05-17", None, "en"),
        "08-discovery.md": (None, ("Teodora Lisk",), "2025-09-09", "PONTA DELGADA, Portugal", "en"),
        "09-earthquake.txt": (
            "Meridian News Agency",
            ("Chiara Bellandi", "Noah Steinfeld"),
            "2025-11-03",
            "ROCCALTA, Italy",
            "en",
        ),
        "10-briefs.jsonl#brief-1": ("Harbour City Courier", ("Saoirse Kettle",), "2025-05-05", "PORT ELLERY", "en"),
        "10-briefs.jsonl#brief-2": ("Pennine Post", ("Callum Birch",), "2025-03-18", "LEEDS, England", "en"),
        "10-briefs.jsonl#brief-3": ("Northgate Press", ("Adaeze Holloway",), "2026-02-11", "SEATTLE", "en"),
    }
    assert all(document.title and document.title in document.text for document in documents.values())
