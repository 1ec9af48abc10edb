"""Markdown: marks are set apart, words are not; front matter gives metadata."""

import pytest

from kg.boilerplate import view
from kg.markdown import find_heading, find_markup, read_front_matter
from kg.metadata import Metadata
from kg.records import Span


def words(text: str) -> str:
    """What is left of a text when its marks are taken out."""
    return " ".join(view(text, find_markup(text)).split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**RedNote**, the app", "RedNote , the app"),
        ("[RedNote](https://x.example/a_b) grew", "RedNote grew"),
        ('[RedNote](https://x.example "a title") grew', "RedNote grew"),
        ("[the **app**][1] grew", "the app grew"),
        ("![alt words](a.jpg) text", "text"),
        ("# A title", "A title"),
        ("> a quote", "a quote"),
        ("* one\n- two\n+ three", "one two three"),
        ("- [x] done", "done"),
        ("*emphasis* and _this_ and __that__ and ~~gone~~", "emphasis and this and that and gone"),
        ("snake_case_name and 2 * 3", "snake_case_name and 2 * 3"),
        ("---", ""),
        ("| --- | :-: |", ""),
        ("[1]: https://x.example", ""),
        ("<https://x.example> or <b>bold</b>", "or bold"),
        ("`code`", "code"),
        (r"5 \* 3", "5 * 3"),
        ("[not a link] (x)", "[not a link] (x)"),
        ("plain", "plain"),
    ],
)
def test_marks_are_set_apart(text, expected):
    assert words(text) == expected


def test_front_matter_states_metadata():
    text = '---\ntitle: "Ferry: to close"\nauthors:\n  - Ada Lunde\n  - Tomás Quill\ndate: 2025-03-04T10:00:00Z\ntags: [a, b]\nlang: en-GB\n---\n\n# Ferry\n'
    span, metadata = read_front_matter(text)
    assert text[span.begin : span.end].endswith("---\n") or text[span.begin : span.end].endswith("---")
    assert metadata == Metadata(
        title="Ferry: to close", authors=("Ada Lunde", "Tomás Quill"), date="2025-03-04", language="en"
    )
    assert find_markup(text, span)[0] == Span(0, span.end, "front matter")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+++\ntitle = 'Ferry'\nauthor = 'By Ada Lunde'\n+++\ntext", Metadata(title="Ferry", authors=("Ada Lunde",))),
        ("---\nauthor: [Ada Lunde, Tomás Quill]\n---\ntext", Metadata(authors=("Ada Lunde", "Tomás Quill"))),
        ("---\nno end", Metadata()),
        ("no front matter", Metadata()),
    ],
)
def test_front_matter_forms(text, expected):
    assert read_front_matter(text)[1] == expected


def test_heading():
    text = "intro\n\n## Not this\n\n# The **ferry** [line](x)\n"
    assert find_heading(text, find_markup(text)) == "The ferry line"
