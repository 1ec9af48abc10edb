"""Numbers, money, percentages, scores and titles in canonical form, from hand-built Docs."""

import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from kg.nlp.literals import money_near, number_at, percent_at, score_at, title_of
from kg.nlp.syntax import Syntax


def syntax_of(tagged, heads=None, deps=None):
    """A sentence of `word/POS` items; all tokens hang on the last one unless heads are given."""
    words, pos = zip(*(item.rsplit("/", 1) for item in tagged.split()), strict=True)
    last = len(words) - 1
    heads = heads or [last] * len(words)
    deps = deps or ["nummod" if p == "NUM" else "compound" for p in pos[:-1]] + ["ROOT"]
    starts = [True] + [False] * last
    return Syntax(
        Doc(Vocab(), words=list(words), pos=list(pos), heads=heads, deps=deps, lemmas=list(words), sent_starts=starts)
    )


@pytest.mark.parametrize(
    ("phrase", "value", "qualifier"),
    [
        ("40/NUM million/NUM users/NOUN", "40000000", None),
        ("1.8/NUM million/NUM users/NOUN", "1800000", None),
        ("more/ADJ than/ADP 700,000/NUM users/NOUN", "700000", "more than"),
        ("about/ADV three/NUM hundred/NUM users/NOUN", "300", "about"),
        ("007/NUM agents/NOUN", "7", None),
        ("twenty-five/NUM workers/NOUN", "25", None),
        ("two/NUM dozen/NOUN workers/NOUN", "24", None),
    ],
)
def test_number_is_read_whole(phrase, value, qualifier):
    syntax = syntax_of(phrase)
    found = number_at(syntax, len(syntax) - 1)
    assert (found.value, found.datatype, found.qualifier) == (value, "xsd:integer", qualifier)


@pytest.mark.parametrize("phrase", ["2.5/NUM users/NOUN", "users/NOUN", "$/SYM 40/NUM users/NOUN"])
def test_no_count_is_made_of_fractions_and_money(phrase):
    syntax = syntax_of(phrase)
    assert number_at(syntax, len(syntax) - 1) is None


@pytest.mark.parametrize(
    ("phrase", "value", "unit"),
    [
        ("$/SYM 1.5/NUM billion/NUM", "1500000000", "USD"),
        ("€/SYM 40/NUM million/NUM", "40000000", "EUR"),
        ("40.50/NUM pounds/NOUN", "40.5", "GBP"),
        ("300/NUM yuan/NOUN", "300", "CNY"),
    ],
)
def test_money_has_its_iso_code(phrase, value, unit):
    syntax = syntax_of(phrase)
    found = money_near(syntax, len(syntax) - 1)
    assert (found.value, found.unit, found.datatype) == (value, unit, "xsd:decimal")


def test_percentage_is_a_short_decimal():
    found = percent_at(syntax_of("3.20/NUM percent/NOUN"), 1)
    assert (found.value, found.unit, found.text) == ("3.2", "%", "3.20 percent")


def test_score_is_kept_in_figures():
    assert score_at(syntax_of("3–1/NUM win/NOUN"), 1).value == "3-1"


@pytest.mark.parametrize(
    ("phrase", "title"),
    [
        ("graphic/ADJ designer/NOUN", "graphic designer"),
        ("former/ADJ Vice/PROPN President/NOUN", "Vice President"),
        ("famous/ADJ lawyer/NOUN", "lawyer"),
        ("Norvia/PROPN chief/ADJ executive/NOUN", "chief executive"),
    ],
)
def test_title_leaves_out_what_is_no_part_of_it(phrase, title):
    syntax = syntax_of(phrase)
    assert title_of(syntax, len(syntax) - 1).value == title


def test_first_player_is_no_title():
    assert title_of(syntax_of("first/ADJ player/NOUN"), 1) is None
