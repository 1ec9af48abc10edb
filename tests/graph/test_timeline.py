"""Events by date, changes between dates, and the charts."""

import xml.etree.ElementTree as ET

import pytest

from kg.errors import ExportError, InputError
from kg.graph.changes import find_changes
from kg.graph.network import network
from kg.graph.plots import bar_chart, histogram, write_plot
from kg.graph.timeline import Entry, timeline
from kg.ontology import NAMESPACES
from tests.graph.test_network import store_of
from tests.graphs import story_nt

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def store():
    return store_of(story_nt())


def test_events_stand_by_date_and_those_without_one_come_last(store):
    assert [(entry.date, entry.label, entry.modality) for entry in timeline(store)] == [
        ("2024-03-05", "Norland bans Chirp", "Asserted"),
        ("2024-03-12", "Ana Ruiz meets Omar Bello", "Asserted"),
        ("", "Norland to ban Quill", "Planned"),
    ]


def test_an_event_has_participants_place_and_sentence(store):
    meeting = timeline(store)[1]
    assert [(part.role, part.label, part.plain) for part in meeting.parts] == [
        ("participant", "Ana Ruiz", True),
        ("participant", "Omar Bello", True),
    ]
    assert [part.label for part in meeting.place] == ["Lima"]
    assert meeting.sentences[0].text.endswith("met Omar Bello in Lima on 12 March 2024.")
    assert (meeting.type, meeting.confidence, meeting.time_text) == ("Meeting", 0.85, "on 12 March 2024")


def test_planned_parts_are_shown_as_such(store):
    planned = timeline(store)[2]
    assert [(part.label, part.plain) for part in planned.parts] == [("Norland", False), ("Quill", False)]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"since": "2024-03-12"}, ["Ana Ruiz meets Omar Bello"]),
        ({"until": "2024-03-11"}, ["Norland bans Chirp"]),
        ({"since": "2024", "until": "2024"}, ["Norland bans Chirp", "Ana Ruiz meets Omar Bello"]),
        ({"since": "2025"}, []),
        ({"type": "Ban"}, ["Norland bans Chirp", "Norland to ban Quill"]),
        ({"type": "Person"}, []),
        ({"min_confidence": 0.88}, ["Norland bans Chirp"]),
    ],
)
def test_timeline_is_narrowed(store, options, expected):
    assert [entry.label for entry in timeline(store, **options)] == expected


def test_timeline_of_one_has_the_plans_too(store):
    norland = next(node for node, label in network(store).nodes(data="label") if label == "Norland")
    assert [entry.label for entry in timeline(store, of=norland)] == ["Norland bans Chirp", "Norland to ban Quill"]


@pytest.mark.parametrize(
    ("begin", "end", "precision", "shown"),
    [
        ("2025-01-19", "2025-01-19", "day", "2025-01-19"),
        ("2025-01-01", "2025-01-31", "month", "2025-01"),
        ("2025-01-01", "2025-12-31", "year", "2025"),
        ("2025-01-13", "2025-01-19", "week", "2025-01-13 – 2025-01-19"),
        ("", "2025-01-19", "day", "… – 2025-01-19"),
        ("2025-01-19", "", "", "2025-01-19 – …"),
        ("", "", "", ""),
    ],
)
def test_intervals_are_written_as_people_write_them(begin, end, precision, shown):
    assert Entry("i", "l", "Ban", begin, end, precision, "", "Asserted", (), (), (), None).date == shown


def test_empty_store_has_no_timeline():
    assert timeline(store_of("")) == []


def test_changes_between_two_dates(store):
    found = find_changes(store, "2024-03-06", "2024-03-20")
    assert (found.documents_before, found.documents_after) == (1, 3)
    assert [(change.what, change.detail) for change in found.new_entities] == [
        ("Daily Post", "MediaOrganization, documents: 1"),
        ("Omar Bello", "Person, documents: 1"),
    ]
    assert [change.what for change in found.new_events] == ["Ana Ruiz meets Omar Bello", "Norland to ban Quill"]
    assert [change.what for change in found.new_facts] == [
        "Ana Ruiz · works for · Northwind",
        "Ana Ruiz · met with · Omar Bello",
    ]
    assert [change.what for change in found.new_links] == ["Ana Ruiz · Omar Bello"]
    assert [change.what for change in found.silent_entities] == ["Chirp"]
    assert found.facts_over == found.links_over == ()
    assert found.new_facts[1].sentences[0].title == "Who owns Quill?"


def test_a_fact_that_a_later_text_calls_past_or_denies_is_over():
    n = NAMESPACES
    lines = []
    for name in "abc":
        lines += [
            f"<{n['kgr']}{name}> <{n['rdf']}type> <{n['kg']}Person> .",
            f'<{n["kgr"]}{name}> <{n["rdfs"]}label> "{name.upper()}" .',
        ]
    for doc, date in (("doc-1", "2024-01-01"), ("doc-2", "2024-02-01")):
        lines.append(f'<{n["kgr"]}{doc}> <{n["schema"]}datePublished> "{date}"^^<{n["xsd"]}date> .')
    statements = (
        ("s1", "a", "b", "Asserted", "doc-1", ""),
        ("s2", "a", "b", "Asserted", "doc-2", "past"),
        ("s3", "b", "c", "Asserted", "doc-1", ""),
        ("s4", "b", "c", "Denied", "doc-2", "a"),
        ("s5", "a", "c", "Asserted", "doc-1", ""),
        ("s6", "a", "c", "Denied", "doc-1", ""),
    )
    for st, one, other, modality, doc, extra in statements:
        lines += [
            f"<{n['kgr']}{st}> <{n['rdf']}subject> <{n['kgr']}{one}> .",
            f"<{n['kgr']}{st}> <{n['rdf']}predicate> <{n['kg']}knows> .",
            f"<{n['kgr']}{st}> <{n['rdf']}object> <{n['kgr']}{other}> .",
            f"<{n['kgr']}{st}> <{n['kg']}modality> <{n['kg']}{modality}> .",
            f"<{n['kgr']}{st}> <{n['kg']}evidence> <{n['kgr']}ev-{st}> .",
            f"<{n['kgr']}ev-{st}> <{n['nif']}referenceContext> <{n['kgr']}{doc}> .",
        ]
        if extra == "past":
            lines.append(f'<{n["kgr"]}{st}> <{n["kg"]}past> "true"^^<{n["xsd"]}boolean> .')
        elif extra:
            lines.append(f"<{n['kgr']}{st}> <{n['kg']}statedBy> <{n['kgr']}{extra}> .")
    found = find_changes(store_of("\n".join(lines) + "\n"), "2024-01", "2024-02")
    assert [(change.what, change.detail) for change in found.facts_over] == [
        ("A · knows · B", "past"),
        ("B · knows · C", "denied, says A"),
    ]
    assert [change.what for change in found.links_over] == ["A · B", "B · C"]
    assert found.new_facts == ()


@pytest.mark.parametrize(
    "dates", [("2024-03-20", "2024-03-06"), ("2024-03", "2024-03"), ("2024-03-06", "2024"), ("x", "y")]
)
def test_dates_that_leave_nothing_between_are_refused(store, dates):
    with pytest.raises(InputError):
        find_changes(store, *dates)


def test_bars_are_as_long_as_their_values_and_hostile_names_stay_text():
    svg = bar_chart("<Rank> & 'more'", [("</text><script>alert(1)</script>", 2.0), ("b\x00\u202e" + "x" * 99, 1.0)])
    root = ET.fromstring(svg)
    widths = [float(rect.get("width")) for rect in root.iter(f"{SVG}rect")][1:]
    assert widths[0] == pytest.approx(2 * widths[1])
    assert not list(root.iter(f"{SVG}script"))
    assert root.find(f"{SVG}title").text == "<Rank> & 'more'"
    assert svg == bar_chart(
        "<Rank> & 'more'", [("</text><script>alert(1)</script>", 2.0), ("b\x00\u202e" + "x" * 99, 1.0)]
    )


@pytest.mark.parametrize(
    ("dates", "bars"),
    [
        (["2024-03-05", "2024-03-05", "2024-03-07"], {"2024-03-05: 2", "2024-03-07: 1"}),
        (["2024-03-05", "2024-09-07"], {"2024-03: 1", "2024-09: 1"}),
        (["1990-03-05", "2024-09-07", ""], {"1990: 1", "2024: 1"}),
        ([""], set()),
        ([], set()),
    ],
)
def test_histogram_takes_days_months_or_years(dates, bars):
    root = ET.fromstring(histogram("Events", dates))
    assert {title.text for rect in root.iter(f"{SVG}rect") for title in rect.iter(f"{SVG}title")} == bars


def test_charts_are_svg_files(tmp_path):
    write_plot(bar_chart("t", []), tmp_path / "t.svg")
    assert (tmp_path / "t.svg").read_text(encoding="utf-8").startswith("<svg")
    assert [path.name for path in tmp_path.iterdir()] == ["t.svg"]
    with pytest.raises(ExportError, match=r"\.svg"):
        write_plot("", tmp_path / "t.png")
    with pytest.raises(ExportError, match="cannot be written"):
        write_plot("", tmp_path / "no" / "t.svg")
