from itertools import pairwise

import pytest
import spacy

from kg.nlp.sentences import MAX_TOKENS, sentence_starts

TOKENIZER = spacy.blank("en").tokenizer


def split(text):
    doc = TOKENIZER(text)
    starts = [token.idx for token, begins in zip(doc, sentence_starts(doc), strict=True) if begins]
    return [text[begin:end].strip() for begin, end in pairwise([*starts, len(text)])]


@pytest.mark.parametrize(
    "sentences",
    [
        ["It rained.", "It stopped!", "Did it?"],
        ["Mr. Reed met Dr. Lund at St. Olaf.", "They talked."],
        ["J. K. Lund and George W. Reed left.", "The rest stayed."],
        ["He lives in the U.S.", "The house is old."],
        ["The U.S. Supreme Court ruled on Jan. 27 against Acme Inc. of Reno.", "It was late."],
        ["It opened at 9 a.m. on Monday.", "No. 5 won 3.5 points."],
        ["“I left,” she said.", "“Why?” Reed asked.", "“Go!”", "He went."],
        ["He said “I left.”", "Then he slept."],
        ['She said, "I know."', '"So do I," he said.'],
        ["(It was cold.)", "They ran."],
        ["Well... it was late.", "It ended…", "Nobody knew."],
        ["“We will stay,” – Anna Keller, mayor.", "She left."],
        ["He paid $3.50 for it.", "It cost 1,000.5 before."],
        ["See example.com for more.", "It is free."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(sentences):
    assert split(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("A headline without stop\n\nThe text begins.", ["A headline without stop", "The text begins."]),
        ("One line\nAnother line", ["One line", "Another line"]),
        ("Fruit:\n• apples\n• pears", ["Fruit:", "• apples", "• pears"]),
        ("1. Wash it.\n2. Dry it.", ["1. Wash it.", "2. Dry it."]),
        ("It ended.It began again.", ["It ended.", "It began again."]),
        ("", []),
        ("  \n ", [""]),
    ],
)
def test_lines_and_lists_break(text, sentences):
    assert split(text) == sentences


def test_hard_wrapped_lines_do_not_break():
    text = (
        "The ferry left the harbour of the old town at nine in the\n"
        "morning with two hundred passengers on board, although the\n"
        "storm had been announced by the weather service the evening\n"
        "before. Nobody was hurt in the end, but the captain\n"
        "apologised.\n\n"
        "The company said nothing."
    )
    assert split(text) == [
        text[: text.index(" Nobody")],
        text[text.index("Nobody") : text.index("\n\n")],
        "The company said nothing.",
    ]


def test_text_without_stops_is_cut():
    doc = TOKENIZER("word " * 1000)
    starts = [i for i, begins in enumerate(sentence_starts(doc)) if begins]
    assert len(starts) >= 1000 // MAX_TOKENS
    assert max(b - a for a, b in zip(starts, [*starts[1:], len(doc)], strict=True)) <= MAX_TOKENS
