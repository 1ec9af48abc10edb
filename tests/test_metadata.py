"""Title, authors, date, dateline and publisher: stated ones are found, others are never invented."""

import json
import re

import pytest

from kg.boilerplate import find_boilerplate
from kg.metadata import Metadata, read_metadata

BODY = (
    "The council of Port Ellery voted on Monday to close the old ferry line, although nine in ten of its passengers had asked "
    "for it to be kept, according to a survey that the town paid for. The last boat will leave on 1 May 2031."
)


def read(text: str) -> Metadata:
    """What a text states, its furniture found first."""
    return read_metadata(text, find_boilerplate(text))


@pytest.mark.parametrize(
    ("line", "authors", "publisher"),
    [
        ("By Ada Lunde", ("Ada Lunde",), None),
        ("By Ada Lunde and Tomás Quill", ("Ada Lunde", "Tomás Quill"), None),
        ("BY ADA LUNDE", ("ADA LUNDE",), None),
        ("Written by Ada Lunde, Courts Reporter", ("Ada Lunde",), None),
        ("By Ada Lunde | Harbour News", ("Ada Lunde",), "Harbour News"),
        ("By Ada Lunde, Reuters", ("Ada Lunde",), "Reuters"),
        ("By Ada Lunde for the Pennine Post", ("Ada Lunde",), None),
        ("By Ada Lunde in Oslo", ("Ada Lunde",), None),
        ("By Reuters", (), "Reuters"),
        ("Ada Lunde, Harbour News", ("Ada Lunde",), "Harbour News"),
        ("Ada Lunde, a carpenter in Oslo", (), None),
        ("By the river the mills stood still", (), None),
        ("By Staff Writer", (), None),
    ],
)
def test_bylines(line, authors, publisher):
    found = read(f"Ferry line to close in spring\n\n{line}\n\n{BODY}")
    assert (found.title, found.authors, found.publisher) == ("Ferry line to close in spring", authors, publisher)


@pytest.mark.parametrize(
    ("credit", "authors"),
    [
        (
            "(Reporting by Ada Lunde in Oslo and Li-Mei Carrow in New York; editing by Stefan Brand)",
            ("Ada Lunde", "Li-Mei Carrow"),
        ),
        (
            "Reporting by Ada Lunde; Additional reporting by Noah Stein; Editing by Stefan Brand",
            ("Ada Lunde", "Noah Stein"),
        ),
        (
            "Reporting from Oslo were Ada Lunde and Noah Stein, with Li-Mei Carrow reporting from Rome.",
            ("Ada Lunde", "Noah Stein", "Li-Mei Carrow"),
        ),
        ("Ada Lunde reported from Oslo, and Noah Stein from Rome.", ("Ada Lunde", "Noah Stein")),
        ("Ada Lunde in Oslo and Noah Stein contributed to this report.", ("Ada Lunde", "Noah Stein")),
        ("Editing by Stefan Brand", ()),
        ("Thirty people who wear Port Ellery shirts contributed to this fall.", ()),
        ("Photography by Ada Lunde", ()),
    ],
)
def test_credits_at_the_foot(credit, authors):
    assert read(f"{BODY}\n\n{credit}\n").authors == authors


@pytest.mark.parametrize(
    ("start", "dateline", "date", "publisher"),
    [
        ("BERGEN, March 4, 2025 /PRNewswire/ -- ", "BERGEN", "2025-03-04", "PR Newswire"),
        ("BERGEN, Norway, March 4, 2025 (GLOBE NEWSWIRE) -- ", "BERGEN, Norway", "2025-03-04", "GlobeNewswire"),
        ("LONDON (Reuters) - ", "LONDON", None, "Reuters"),
        ("LONDON, March 4 (Reuters) - ", "LONDON", None, "Reuters"),
        ("LAGOS, Nigeria (AP) — ", "LAGOS, Nigeria", None, "AP"),
        ("LAGOS, Nigeria - ", "LAGOS, Nigeria", None, None),
        ("NEW YORK/LONDON — ", "NEW YORK/LONDON", None, None),
        ("SÃO PAULO, Brazil — ", "SÃO PAULO, Brazil", None, None),
        ("ST. PETERSBURG, Fla. - ", "ST. PETERSBURG, Fla.", None, None),
        ("OSLO - ", "OSLO", None, None),
        ("BEIJING: ", None, None, None),
        ("Washington (AFP) - ", "Washington", None, "AFP"),
        ("Geneva, 4 March 2025 – ", "Geneva", "2025-03-04", None),
        ("EXCLUSIVE - ", None, None, None),
        ("NASA - ", None, None, None),
        ("TODAY NICARAGUA - ", None, None, None),
        ("LED BY the mayor - ", None, None, None),
        ("The mayor, Ada Lunde - ", None, None, None),
    ],
)
def test_datelines(start, dateline, date, publisher):
    found = read(f"Ferry line to close in spring\n\n{start}{BODY}")
    assert (found.dateline, found.date, found.publisher) == (dateline, date, publisher)


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("12:41 JST, January 27, 2025", "2025-01-27"),
        ("January 17, 2025", "2025-01-17"),
        ("Published: 3 March 2024", "2024-03-03"),
        ("Published Mar 3, 2024 at 9:15 a.m. EST | Updated Mar 4, 2024", "2024-03-03"),
        ("Updated Mar 4, 2024", "2024-03-04"),
        ("Saturday, 17 May 2025", "2025-05-17"),
        ("Mon 3 Nov 2025 18.20 CET", "2025-11-03"),
        ("2024-05-01", "2024-05-01"),
        ("By Ada Lunde | March 3, 2024", "2024-03-03"),
        ("By Ada Lunde, March 3, 2024 • 4 min read", "2024-03-03"),
        ("1 hour ago", None),
        ("Yesterday", None),
        ("A ferry in the harbour of Port Ellery, May 3, 2024", None),
        ("A ferry in the harbour of Port Ellery, May 3, 2024. /CFP", None),
        ("Rovers beat United 2 - 1 January 2017", None),
        ("The strike began on May 3, 2024 and went on.", None),
    ],
)
def test_date_lines(line, date):
    assert read(f"Ferry line to close in spring\n\n{line}\n\n{BODY}").date == date


def test_date_far_down_is_not_the_date_of_the_article():
    assert read(f"Ferry line to close\n\n{BODY}\n\nAgain: {BODY}\n\n3 March 2024\n\nOnce more: {BODY}").date is None


def test_published_label_at_the_foot_counts():
    assert read(f"Ferry line to close\n\n{BODY}\n\n{BODY}\n\nFirst published: 3 March 2024\n").date == "2024-03-03"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"Ferry line to close in spring\n\n{BODY}", "Ferry line to close in spring"),
        (f"Ferry line to close in spring\n{BODY}", "Ferry line to close in spring"),
        (f"\ufeff\n\n  Ferry line to close in spring  \r\n\r\n{BODY}", "Ferry line to close in spring"),
        (f"Will the ferry close?\nBy Ada Lunde\n{BODY}", "Will the ferry close?"),
        (f"Business\n\nFerry line to close in spring\n\n{BODY}", "Ferry line to close in spring"),
        (
            f"We use cookies on this site.\n\nI agree\n\nFerry line to close in spring\n\n{BODY}",
            "Ferry line to close in spring",
        ),
        (f"{BODY}\n\n{BODY}", None),
        (f"BERGEN, Norway - {BODY}\n\n{BODY}", None),
        ("Ferry line to close in spring", None),
        ("", None),
        (f"By Ada Lunde\n\nFerry line to close in spring\n\n{BODY}", "Ferry line to close in spring"),
    ],
)
def test_titles(text, title):
    assert read(text).title == title


@pytest.mark.parametrize(
    ("foot", "publisher"),
    [
        ("SOURCE Halvorsen Marine ASA", "Halvorsen Marine ASA"),
        ("© 2025 Pennine Post. All rights reserved.", "Pennine Post"),
        ("Copyright 2025 Pennine Post", "Pennine Post"),
        ("© Ada Lunde / Northgate", None),
        ("The views in this column are not necessarily the views of the Pennine Post.", "Pennine Post"),
        ("Source: the council's survey of 2024", None),
        ("All rights reserved.", None),
    ],
)
def test_publishers_at_the_foot(foot, publisher):
    assert read(f"Ferry line to close\n\n{BODY}\n\n{foot}\n").publisher == publisher


def test_note_on_the_author():
    note = "Editor's note: Ada Lunde is a lawyer based in Oslo. The article reflects the author's opinions."
    assert read(f"Ferry line to close\n\n{note}\n\n{BODY}").authors == ("Ada Lunde",)


def test_stated_fields_win():
    stated = Metadata(title="A", date="2024-01-01")
    assert stated.filled_from(Metadata(title="B", publisher="P")) == Metadata(
        title="A", publisher="P", date="2024-01-01"
    )


@pytest.mark.shared
@pytest.mark.parametrize("number", ["000", "002"])
def test_what_readers_found_stated(number, shared):
    path = shared / "gold" / f"{number}.json"
    if not path.is_file():
        pytest.skip(f"no annotated articles at {path}")
    annotated = json.loads(path.read_text(encoding="utf-8"))
    told = annotated["metadata"]
    found = read((shared / "articles" / annotated["file"]).read_bytes().decode("utf-8"))
    slugs = [re.sub(r"\W+", "-", name.lower()) for name in found.authors]
    place = found.dateline and found.dateline.lower()
    assert (found.title, found.date, place, slugs, found.publisher) == (
        told["title"],
        told["date"],
        told["dateline"],
        told["authors"],
        told.get("publisherName"),
    )
