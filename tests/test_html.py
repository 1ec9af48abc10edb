"""HTML pages: main text, and metadata only from what the page states as metadata."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.html import Page, read_page
from kg.metadata import Metadata
from kg.text import read_text

BODY = (
    "The council of Port Ellery voted on Monday to close the old ferry line, although nine in ten of its passengers had asked "
    "for it to be kept, according to a survey that the town paid for."
)
SECOND = "The last boat will leave on 1 May 2031, the council said, and its two captains will work on the new bridge from then on."


def page(head: str = "", body: str = "", attributes: str = "") -> str:
    """A page with two paragraphs of article."""
    article = f"<article><h1>Ferry to close</h1>{body}<p>{BODY}</p><p>{SECOND}</p></article>"
    menu = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/s'>Sport</a></li></ul></nav>"
    return f"<!DOCTYPE html><html{attributes}><head><title>Ferry to close | The Post</title>{head}</head><body>{menu}{article}<footer><p>© 2025</p></footer></body></html>"


def linked(**fields) -> str:
    """A JSON-LD script."""
    return f'<script type="application/ld+json">{json.dumps(fields)}</script>'


def test_main_text_without_navigation():
    assert read_page(page()) == Page(f"Ferry to close\n\n{BODY}\n\n{SECOND}", Metadata(title="Ferry to close"))


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        ("", "", None),
        ('<meta property="article:published_time" content="2025-03-04T10:00:00Z">', "", "2025-03-04"),
        ('<meta name="date" content="March 4, 2025">', "", "2025-03-04"),
        ('<meta itemprop="datePublished" content="2025-03-04">', "", "2025-03-04"),
        ('<meta property="article:modified_time" content="2025-03-04T10:00:00Z">', "", None),
        ('<link rel="canonical" href="https://post.example/2025/03/04/ferry">', "", None),
        ("", '<time datetime="2025-03-04T10:00">today</time>', "2025-03-04"),
        (
            "",
            '<time datetime="2025-03-04" class="updated">x</time><time datetime="2025-03-01" class="entry-date">x</time>',
            "2025-03-01",
        ),
        ("", '<time datetime="2025-03-04">x</time><time datetime="2025-03-01">x</time>', None),
        ("", "<p>It was on March 4, 2025 that the ferry sank.</p>", None),
        (linked(**{"@type": "NewsArticle", "datePublished": "2025-03-04"}), "", "2025-03-04"),
        (
            linked(**{"@graph": [{"@type": "WebSite"}, {"@type": ["NewsArticle"], "datePublished": "2025-03-04"}]}),
            "",
            "2025-03-04",
        ),
        (linked(**{"@type": "NewsArticle", "dateModified": "2025-03-04"}), "", None),
        (linked(**{"@type": "Event", "datePublished": "2025-03-04"}), "", None),
        ('<script type="application/ld+json">{"@type": broken</script>', "", None),
    ],
)
def test_date_only_from_metadata(head, body, expected):
    document = read_text(page(head, body), format="html")
    assert document.date == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (
            linked(
                **{
                    "@type": "NewsArticle",
                    "author": [{"@type": "Person", "name": "Ada Lunde"}, {"name": "Tomás Quill"}],
                }
            ),
            ("Ada Lunde", "Tomás Quill"),
        ),
        (linked(**{"@type": "NewsArticle", "author": "Ada Lunde and Tomás Quill"}), ("Ada Lunde", "Tomás Quill")),
        (linked(**{"@type": "NewsArticle", "author": {"@type": "Organization", "name": "Harbour Lights"}}), ()),
        ('<meta name="author" content="By Ada Lunde">', ("Ada Lunde",)),
        ('<meta name="author" content="The Post">', ()),
        ('<meta property="article:author" content="https://facebook.example/post">', ()),
    ],
)
def test_authors(head, expected):
    assert read_page(page(head)).metadata.authors == expected


def test_publisher_address_and_language():
    head = '<meta property="og:site_name" content="The  Post"><link rel="canonical" href="https://post.example/ferry">'
    assert read_page(page(head, attributes=' lang="en-GB"')).metadata == Metadata(
        title="Ferry to close", publisher="The Post", url="https://post.example/ferry", language="en"
    )


def test_address_that_is_no_web_address_is_left_out():
    assert read_page(page('<link rel="canonical" href="javascript:alert(1)">')).metadata.url is None


def test_page_without_an_article_gives_its_blocks():
    html = "<html><head><title>T</title><script>x()</script></head><body><nav>Menu</nav><div>One <b>bold</b> word<br>next</div><table><tr><td>Cell</td></tr></table></body></html>"
    assert read_page(html).text.split("\n\n") == ["One bold word", "next", "Cell"]


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<",
        "<html>",
        "plain text",
        "<?xml version='1.0' encoding='utf-8'?><html><body><p>x</p></body></html>",
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><html><body><p>&b;</p></body></html>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><html><body><p>&a;</p></body></html>',
        "<div>" * 20_000 + "deep" + "</div>" * 20_000,
        "<p>" * 20_000,
        "<table><tr><td>" * 3000,
        "<!-- " * 1000,
        "<p>&#xD800;&#0;\x00</p>",
        f"<p {'a=1 ' * 5000}>x</p>",
    ],
)
def test_broken_and_hostile_pages_do_not_raise(html):
    text = read_page(html).text
    text.encode("utf-8")
    assert "root:" not in text


@pytest.mark.parametrize(
    "unit", ["<p>word and word</p>", "<p>", "<b>x</b>", "<li>word</li>", "<div>", "<table><tr><td>x"]
)
def test_page_of_a_million_characters_does_not_hang(unit):
    start = time.perf_counter()
    read_page(f"<html><body>{unit * (1024 * 1024 // len(unit))}</body></html>")
    assert time.perf_counter() - start < 20


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<article>",
                "</div>",
                "<div>",
                "<h1>",
                "text ",
                "&amp;",
                "&#x1F600;",
                "<script>",
                "<table>",
                "<td>",
                "<!--",
                "-->",
                "<meta",
                ">",
                BODY,
            ]
        ),
        max_size=40,
    )
)
def test_any_tags_give_a_page(pieces):
    read_page("".join(pieces)).text.encode("utf-8")
