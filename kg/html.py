"""An HTML page -> its title and main text, and the metadata that the page states in meta tags, JSON-LD and time elements.

trafilatura finds the main text. Metadata is read here and not by trafilatura, whose date finder guesses dates from addresses and
from anywhere in the text: only what the page's author wrote as metadata counts.
"""

__all__ = ["Page", "read_page"]

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lxml.etree
import lxml.html

from kg.bylines import split_authors
from kg.dates import parse_date
from kg.decode import repair
from kg.metadata import Metadata

#: What lxml and trafilatura are known to raise on broken pages.
_PAGE_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    lxml.etree.LxmlError,
)
#: A page with more tags is no article (they have under 20,000): trafilatura would need minutes, so all its text is taken.
MAX_TAGS = 60_000
_MAX_JSON_CHARS = 500_000
_FEW_CHARS = 250
_DECLARATION = re.compile(r"\s*<\?xml[^<>]{0,200}\?>", re.IGNORECASE)
_ARTICLE_TYPES = ("article", "newsarticle", "reportagenewsarticle", "blogposting", "opinionnewsarticle", "analysisnewsarticle",
                  "liveblogposting", "backgroundnewsarticle", "reviewnewsarticle", "report", "webpage")  # fmt: skip
_DATE_NAMES = (
    "article:published_time", "datepublished", "og:published_time", "article.published", "published_time",
    "pubdate", "publishdate", "publish-date", "publish_date", "publication_date", "date", "dc.date",
    "dc.date.issued", "dcterms.date", "dcterms.issued", "dcterms.created", "parsely-pub-date", "sailthru.date",
    "cxenseparse:recs:publishtime", "citation_date",
)  # fmt: skip
_AUTHOR_NAMES = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "parsely-author",
    "sailthru.author",
    "citation_author",
)
_SITE_NAMES = ("og:site_name", "application-name", "dc.publisher", "citation_publisher", "publisher")
_TITLE_NAMES = ("og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title", "citation_title")
_BLOCKS = (
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "blockquote",
    "pre",
    "td",
    "figcaption",
    "dd",
    "dt",
    "div",
    "br",
    "tr",
)
_NO_TEXT = (
    "script",
    "style",
    "noscript",
    "template",
    "nav",
    "header",
    "footer",
    "aside",
    "form",
    "button",
    "svg",
    "iframe",
    "head",
)


@dataclass(frozen=True, slots=True)
class Page:
    """Main text of a page, paragraphs apart by a blank line, and what the page states."""

    text: str
    metadata: Metadata


def read_page(html: str) -> Page:
    """Main text and metadata of a page; a page without text gives an empty text."""
    source = repair(_DECLARATION.sub("", html, count=1))
    tree = _tree(source)
    if tree is None:
        return Page("", Metadata())
    metadata = _read_metadata(tree)
    text = _main_text(source) if source.count("<") <= MAX_TAGS else ""
    # without one paragraph trafilatura takes every word of the page, menus too
    if not text or (len(text) < _FEW_CHARS and tree.find(".//p") is None):
        text = _all_text(tree) or text
    return Page(repair(text), metadata)


def _tree(source: str) -> Any:
    try:
        return lxml.html.document_fromstring(source, parser=lxml.html.HTMLParser(remove_comments=True, remove_pis=True))
    except _PAGE_ERRORS:
        return None


def _main_text(source: str) -> str:
    import trafilatura

    try:
        text = trafilatura.extract(
            source, include_comments=False, include_tables=True, output_format="txt", with_metadata=False
        )
    except _PAGE_ERRORS:
        return ""
    # one line of trafilatura is one paragraph; a blank line between them keeps sentences of two paragraphs apart
    return "\n\n".join(line.strip() for line in (text or "").splitlines() if line.strip())


def _all_text(tree: Any) -> str:
    """Text of all blocks outside navigation, for pages in which trafilatura finds no article."""
    pieces: list[str] = []
    hidden = 0
    for event, element in lxml.etree.iterwalk(tree, events=("start", "end")):
        gap = "\n" if element.tag in _BLOCKS else ""
        hidden += (event == "start") if element.tag in _NO_TEXT else 0
        if event == "start":
            pieces += [gap, element.text or ""] if not hidden else []
            continue
        hidden -= element.tag in _NO_TEXT
        pieces += [gap, element.tail or ""] if not hidden else []
    lines = (" ".join(line.split()) for line in "".join(pieces).splitlines())
    return "\n\n".join(line for line in lines if line)


def _read_metadata(tree: Any) -> Metadata:
    meta = _meta_tags(tree)
    linked = _linked_article(tree)
    site = _name_of(linked.get("publisher")) or _first(meta, _SITE_NAMES)
    title = _clean(linked.get("headline")) or _heading(tree) or _first(meta, _TITLE_NAMES) or _page_title(tree, site)
    return Metadata(
        title=title,
        publisher=site,
        authors=_linked_authors(linked.get("author")) or _meta_authors(meta, site),
        date=parse_date(_clean(linked.get("datePublished")) or "") or _meta_date(meta) or _time_element(tree),
        url=_url(tree, meta),
        language=_language(tree),
    )


def _meta_tags(tree: Any) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = _clean(element.get("content"))
        if name and content:
            tags.setdefault(name.strip().casefold(), []).append(content)
    return tags


def _first(meta: dict[str, list[str]], names: tuple[str, ...]) -> str | None:
    return next((meta[name][0] for name in names if name in meta), None)


def _linked_article(tree: Any) -> dict[str, Any]:
    """The JSON-LD object that describes the article."""
    found: list[tuple[int, dict[str, Any]]] = []
    for script in tree.iter("script"):
        source = script.text or ""
        if "ld+json" not in (script.get("type") or "").casefold() or len(source) > _MAX_JSON_CHARS:
            continue
        try:
            plain = json.loads(source, strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _objects(plain):
            kinds = item.get("@type")
            names = [str(kind).casefold() for kind in (kinds if isinstance(kinds, list) else [kinds])]
            ranks = [_ARTICLE_TYPES.index(name) for name in names if name in _ARTICLE_TYPES]
            if ranks:
                found.append((min(ranks) == len(_ARTICLE_TYPES) - 1, item))
    return min(found, key=lambda pair: pair[0])[1] if found else {}


def _objects(plain: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if isinstance(plain, list) and depth < 5:
        for item in plain[:200]:
            yield from _objects(item, depth + 1)
    elif isinstance(plain, dict) and depth < 5:
        yield plain
        yield from _objects(plain.get("@graph"), depth + 1)
        yield from _objects(plain.get("mainEntity"), depth + 1)


def _name_of(value: Any) -> str | None:
    if isinstance(value, list):
        return next(filter(None, map(_name_of, value[:20])), None)
    return _clean(value.get("name")) if isinstance(value, dict) else _clean(value)


def _linked_authors(value: Any) -> tuple[str, ...]:
    people = value[:50] if isinstance(value, list) else [value]
    names: list[str] = []
    for person in people:
        if isinstance(person, dict) and "organization" in str(person.get("@type", "")).casefold():
            continue
        names += split_authors(_name_of(person) or "")
    return tuple(dict.fromkeys(names))


def _meta_authors(meta: dict[str, list[str]], site: str | None) -> tuple[str, ...]:
    for name in _AUTHOR_NAMES:
        found = tuple(
            dict.fromkeys(
                person for content in meta.get(name, ()) for person in split_authors(content) if person != site
            )
        )
        if found:
            return found
    return ()


def _meta_date(meta: dict[str, list[str]]) -> str | None:
    return next(filter(None, (parse_date(meta[name][0]) for name in _DATE_NAMES if name in meta)), None)


def _time_element(tree: Any) -> str | None:
    """The date of a `time` element that is marked as the publication date, or of the only one above the text."""
    times = [element for element in tree.iter("time") if parse_date(element.get("datetime") or "")]
    for element in times:
        marks = " ".join(filter(None, (element.get("itemprop"), element.get("class"), element.get("pubdate"))))
        if element.get("pubdate") is not None or re.search(
            r"publish|entry-date|pubdate|posted|timestamp", marks, re.IGNORECASE
        ):
            return parse_date(element.get("datetime"))
    dates = {parse_date(element.get("datetime")) for element in times if _within_article(element)}
    return dates.pop() if len(dates) == 1 else None


def _within_article(element: Any) -> bool:
    return not any(parent.tag in ("aside", "footer", "nav", "li") for parent in element.iterancestors())


def _heading(tree: Any) -> str | None:
    """The page's only first-order heading, or the one inside its article."""
    inside = [element for article in tree.iter("article") for element in article.iter("h1")]
    headings = [text for element in (inside or list(tree.iter("h1"))) if (text := _clean(element.text_content()))]
    return headings[0] if len(headings) == 1 else None


def _page_title(tree: Any, site: str | None) -> str | None:
    title = _clean(tree.findtext(".//title"))
    if title and site:
        title = re.sub(rf"\s*[|·•–—-]\s*{re.escape(site)}\s*$", "", title)
    return title or None


def _url(tree: Any, meta: dict[str, list[str]]) -> str | None:
    links = [
        element.get("href")
        for element in tree.iter("link")
        if "canonical" in (element.get("rel") or "").casefold().split()
    ]
    urls = [*links, *meta.get("og:url", ())]
    return next((url.strip() for url in urls if url and re.match(r"\s*https?://[^\s<>\"]{3,2000}\s*$", url)), None)


def _language(tree: Any) -> str | None:
    code = (tree.get("lang") or "").strip()[:2].lower()
    return code if len(code) == 2 and code.isalpha() and code.isascii() else None


def _clean(value: Any) -> str | None:
    """The value as one line of at most 500 characters, None when it is no text."""
    if not isinstance(value, str):
        return None
    return repair(" ".join(value.split())[:500]) or None
