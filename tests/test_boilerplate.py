"""Furniture of news pages: every rule's examples, lists, repeats, and the ranges that readers marked by hand."""

import itertools
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.boilerplate import find_boilerplate, lines_of, read_rules, rules, settle, view
from kg.errors import DataFileError
from kg.records import Span

EXAMPLES = [
    pytest.param(rule, text, id=f"{rule.id}-{number}") for rule in rules() for number, text in enumerate(rule.examples)
]
COUNTEREXAMPLES = [
    pytest.param(rule, text, id=f"{rule.id}-{number}")
    for rule in rules()
    for number, text in enumerate(rule.counterexamples)
]

BODY = (
    "The council of Port Ellery voted on Monday to close the old ferry line, although nine in ten of its passengers had asked "
    "for it to be kept, according to a survey that the town paid for."
)


def kinds(text: str) -> list[tuple[str, str]]:
    """Kind and words of each range found."""
    return [(span.kind, text[span.begin : span.end]) for span in find_boilerplate(text)]


@pytest.mark.parametrize(("rule", "text"), EXAMPLES)
def test_rule_finds_its_example(rule, text):
    assert rule.finds(text)


@pytest.mark.parametrize(("rule", "text"), COUNTEREXAMPLES)
def test_rule_leaves_its_counterexample(rule, text):
    assert rule.finds(text) is None


@pytest.mark.parametrize(("rule", "text"), COUNTEREXAMPLES)
def test_no_other_rule_takes_a_counterexample(rule, text):
    assert [other.id for other in rules() if other.finds(text)] == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_rule_is_fast_on_hostile_lines(rule):
    longest = rule.max_chars
    hostile = [
        "a " * longest,
        "cookie we use " * longest,
        "(" * longest,
        "photo: " * longest,
        "Follow us on the app " * longest,
        "- " * longest,
    ]
    hostile += [
        "read more in the inbox " * longest,
        "views expressed author " * longest,
        "1.2.3 " * longest,
        "contact us @" * longest,
        ", " * longest,
    ]
    hostile += [
        " ".join(rule.examples) * 20,
        (rule.examples[0] + " ") * 40,
        "terms of use | " * longest,
        "12:10 " * longest,
        "#tag " * longest,
    ]
    start = time.perf_counter()
    for line in hostile:
        rule.match.search(line[:longest]) if rule.table == "part" else rule.match.fullmatch(line[:longest])
    assert time.perf_counter() - start < 0.25


def test_every_rule_has_a_counterexample():
    assert [rule.id for rule in rules() if not rule.counterexamples] == []


def test_list_of_headlines_ends_where_the_article_goes_on():
    text = f"{BODY}\n\nRelated articles\n- Ferry strike enters week two\n- Bridge toll dropped\n\n{BODY[:-1]} again.\n"
    assert kinds(text) == [("headline list", "Related articles\n- Ferry strike enters week two\n- Bridge toll dropped")]


def test_list_of_headlines_at_the_foot_needs_no_bullets():
    text = f"{BODY}\n\nMOST READ\n\nFerry strike enters week two\n\nWho pays for the bridge?"
    assert kinds(text) == [("headline list", "MOST READ\n\nFerry strike enters week two\n\nWho pays for the bridge?")]


def test_subheading_in_the_article_is_kept():
    text = f"Ferry line to close\n\n{BODY}\n\nWhat happens next\n\n{BODY[:-1]} twice.\n"
    assert kinds(text) == []


def test_repeated_title_and_caption_keep_their_first_copy():
    title, caption = "Ferry line to close in spring", "The ferry Dona in the harbour of Port Ellery, May 3, 2024"
    text = f"{title}\n\n{title}\n\n{caption}\n{caption}\n\n{BODY}\n\n{caption}\n"
    assert kinds(text) == [("repeated title", title), ("repeated caption", caption), ("repeated caption", caption)]


def test_comments_of_readers_go_with_their_heading():
    text = f"{BODY}\n\n2 Comments\n\nJo: {BODY}\n\nAnn: I never took it."
    assert kinds(text) == [("comment form", text[text.index("2 Comments") :])]


def test_crumbs_between_furniture_at_the_foot():
    text = f"{BODY}\n\nSOURCE Port Ellery Council\n\nRead more\n\nCourier Plus\n\nDownload our app\n\nhero-front-page-image"
    assert [kind for kind, _ in kinds(text)] == ["read more", "page furniture", "app promotion"]


def test_menu_above_the_title():
    text = f"Home\nNews\nSport\nWeather\nFerry line to close in spring\n\n{BODY}"
    assert kinds(text) == [("navigation", "Home\nNews\nSport\nWeather")]


def test_empty_text_has_none():
    assert find_boilerplate("") == ()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "Read more",
                "\n",
                "\r\n",
                "- a",
                "Most read",
                "Share",
                BODY,
                "© 2024 X",
                "...",
                " ",
                "Tags",
                "\u2028",
                "é",
            ]
        ),
        max_size=30,
    )
)
def test_ranges_are_sorted_apart_and_inside(pieces):
    text = "\n".join(pieces)
    spans = find_boilerplate(text)
    assert all(0 <= span.begin < span.end <= len(text) for span in spans)
    assert all(left.end <= right.begin for left, right in itertools.pairwise(spans))
    assert all(text[span.begin : span.end].strip() for span in spans)


def test_settle_cuts_overlaps():
    assert settle([Span(5, 9, "b"), Span(0, 6, "a"), Span(1, 2, "c"), Span(3, 3, "d")]) == (
        Span(0, 6, "a"),
        Span(6, 9, "b"),
    )


def test_view_keeps_length_and_newlines():
    assert view("ab\ncd", [Span(1, 4, "x")]) == "a \n d"


def test_lines_count_the_newlines_before_them():
    assert [(line.text, line.newlines) for line in lines_of("a \n\n b\r\nc\rd")] == [
        ("a", 0),
        ("b", 2),
        ("c", 1),
        ("d", 1),
    ]


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ('[[line]]\nid = "x"\nkind = "k"\nexamples = []', "lacks match"),
        ('[[line]]\nid = "x"\nkind = "k"\nmatch = "a"\nexamples = []\ncolour = 1', "unknown key 'colour'"),
        ('[[line]]\nid = "x"\nkind = "k"\nmatch = "("\nexamples = []', "pattern of x is wrong"),
        ('[[line]]\nid = "x"\nkind = "k"\nmatch = "a"\nexamples = []\nwhere = "left"', "must have where"),
        ("[[line]\n", "cannot be read"),
        ('[[line]]\nid = "x"\nkind = "k"\nmatch = "a"\nexamples = []\n' * 2, "repeats the id 'x'"),
    ],
)
def test_broken_rules_file_is_refused(tmp_path, entry, complaint):
    path = tmp_path / "boilerplate.toml"
    path.write_text(entry, encoding="utf-8")
    with pytest.raises(DataFileError, match=complaint):
        read_rules(path)


@pytest.mark.shared
@pytest.mark.parametrize("number", ["000", "002"])
def test_ranges_marked_by_hand_are_found(number, shared):
    gold_path = shared / "gold" / f"{number}.json"
    if not gold_path.is_file():
        pytest.skip(f"no annotated articles at {gold_path}")
    gold = json.loads(gold_path.read_text(encoding="utf-8"))
    text = (shared / "articles" / gold["file"]).read_bytes().decode("utf-8")
    marked = {
        at for span in gold.get("boilerplate", ()) for at in range(span["start"], span["end"]) if not text[at].isspace()
    }
    found = {at for span in find_boilerplate(text) for at in range(span.begin, span.end) if not text[at].isspace()}
    recall = len(marked & found) / len(marked) if marked else 1.0
    precision = len(marked & found) / len(found) if found else 1.0
    print(f"{number}: boilerplate characters, precision {precision:.3f}, recall {recall:.3f}")
    assert (recall, precision) >= (0.95, 0.95)
    assert precision >= 0.95
