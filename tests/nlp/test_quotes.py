import pytest

from kg.nlp.mentions import find_mentions
from kg.nlp.names import load_names
from kg.nlp.pipeline import parse
from kg.nlp.quotemarks import find_quotes, paragraphs
from kg.nlp.quotes import find_quotations, load_cues
from kg.records import Document, document_id

pytestmark = pytest.mark.model


def quotations(nlp, text):
    document = Document(document_id(text), text)
    doc = parse(nlp, document)
    found = find_quotations(doc, find_mentions(doc, document, load_names()))
    return [
        (q.form, q.speaker.text if q.speaker else None, q.cue, text[q.content.begin : q.content.end]) for q in found
    ]


DIRECT = [
    ("“We will rebuild,” said Anna Keller.", "Anna Keller", "said", "We will rebuild,"),
    ("“We will rebuild,” Anna Keller said on Monday.", "Anna Keller", "said", "We will rebuild,"),
    ("“We will rebuild,” she told reporters.", "she", "told", "We will rebuild,"),
    ('"We will rebuild," said spokesperson Anna Keller.', "Anna Keller", "said", "We will rebuild,"),
    ("‘We will rebuild,’ said Anna Keller, who doesn’t like delays.", "Anna Keller", "said", "We will rebuild,"),
    ("«We will rebuild», said Anna Keller.", "Anna Keller", "said", "We will rebuild"),
    ("“Will we rebuild?” Anna Keller asked.", "Anna Keller", "asked", "Will we rebuild?"),
    ("Anna Keller said: “We will rebuild the bridge.”", "Anna Keller", "said", "We will rebuild the bridge."),
    (
        'Anna Keller told the council, "We will rebuild the bridge."',
        "Anna Keller",
        "told",
        "We will rebuild the bridge.",
    ),
    ("“We will rebuild the bridge,” – Anna Keller, mayor of Bern", "Anna Keller", None, "We will rebuild the bridge,"),
    ("“No,” he said.", "he", "said", "No,"),
    ("“We will rebuild,” said Anna Keller, the mayor, after the storm.", "Anna Keller", "said", "We will rebuild,"),
    ("“She said ‘never’ and left,” said Tom Reed.", "Tom Reed", "said", "She said ‘never’ and left,"),
    (
        "“We will rebuild the bridge,” according to Anna Keller.",
        "Anna Keller",
        "according",
        "We will rebuild the bridge,",
    ),
]


@pytest.mark.parametrize(("text", "speaker", "cue", "content"), DIRECT)
def test_direct_quotes_find_their_speaker_in_any_style(nlp, text, speaker, cue, content):
    assert quotations(nlp, text) == [("direct", speaker, cue, content)]


INDIRECT = [
    ("Anna Keller said that the bridge would reopen.", "indirect", "Anna Keller", "said", "the bridge would reopen"),
    ("Anna Keller believes the bridge will reopen.", "indirect", "Anna Keller", "believes", "the bridge will reopen"),
    ("Anna Keller denied that she had quit.", "indirect", "Anna Keller", "denied", "she had quit"),
    ("Anna Keller told Tom Reed that the bridge was safe.", "indirect", "Anna Keller", "told", "the bridge was safe"),
    (
        "The bridge will reopen, according to Anna Keller.",
        "indirect",
        "Anna Keller",
        "according",
        "The bridge will reopen",
    ),
    (
        "According to Anna Keller, the bridge will reopen.",
        "indirect",
        "Anna Keller",
        "According",
        "the bridge will reopen",
    ),
    (
        "According to Anna Keller, the mayor of Bern, the bridge will reopen.",
        "indirect",
        "Anna Keller",
        "According",
        "the bridge will reopen",
    ),
    ("Anna Keller denied taking the money.", "indirect", "Anna Keller", "denied", "taking the money"),
    (
        "Anna Keller said that the bridge was “a danger to everybody in town” and would close.",
        "mixed",
        "Anna Keller",
        "said",
        "the bridge was “a danger to everybody in town” and would close",
    ),
]


@pytest.mark.parametrize(("text", "form", "speaker", "cue", "content"), INDIRECT)
def test_reported_clauses_have_a_speaker_and_a_content(nlp, text, form, speaker, cue, content):
    assert quotations(nlp, text) == [(form, speaker, cue, content)]


@pytest.mark.parametrize(
    "text",
    [
        "They call themselves “refugees” of the app.",
        'The so-called "pet tax" is a picture of a cat.',
        "Kim’s friends’ dogs don’t bark in the ’90s house.",
        'The 6" nail and the 4" nail were sold.',
        "It is raining in Bern.",
        "Anna Keller promised to rebuild the bridge.",
        "",
    ],
)
def test_scare_quotes_and_apostrophes_are_no_quotations(nlp, text):
    assert quotations(nlp, text) == []


def test_a_speaker_goes_on_in_the_same_and_the_next_paragraph(nlp):
    text = (
        "“We will rebuild the bridge,” Anna Keller said. “It will take two years.\n\n"
        "“Then the trains will come back to the valley.”"
    )
    assert quotations(nlp, text) == [
        ("direct", "Anna Keller", "said", "We will rebuild the bridge,"),
        ("direct", "Anna Keller", None, "It will take two years."),
        ("direct", "Anna Keller", None, "Then the trains will come back to the valley."),
    ]


def test_a_quote_around_its_speaker_is_two_quotations(nlp):
    text = "“The bridge,” said Anna Keller, “will reopen in the spring of next year.”"
    assert quotations(nlp, text) == [
        ("direct", "Anna Keller", "said", "The bridge,"),
        ("direct", "Anna Keller", "said", "will reopen in the spring of next year."),
    ]


def test_a_section_in_the_first_person_is_its_headings_words(nlp):
    first = "I moved to Bern two years ago because my sister lives there, and I found work in a bakery near the river."
    second = "We bake at night. I like the quiet of it, and my colleagues have become my friends over these years."
    text = f"How newcomers see the town\n\nAnna Keller, a baker in Bern\n\n{first}\n\n{second}"
    assert quotations(nlp, text) == [("direct", "Anna Keller", None, f"{first}\n\n{second}")]


def test_a_quote_without_a_speaker_is_kept_without_one(nlp):
    text = "A sign hung on the door. “We are closed for the whole of this winter.”"
    assert quotations(nlp, text) == [("direct", None, None, "We are closed for the whole of this winter.")]


def test_marks_never_cross_a_paragraph_but_for_a_quote_that_opens_again():
    text = "He said “one\n\n“two” and three"
    found = find_quotes(text, paragraphs(text))
    assert [(text[q.begin : q.end], q.closed) for q in found] == [("one", False), ("two", True)]


def test_a_lemma_has_one_stance():
    stances = load_cues().stance
    assert stances["deny"] == "denial"
    assert load_cues().quotes_only <= stances.keys()
