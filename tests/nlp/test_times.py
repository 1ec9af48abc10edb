from datetime import date

import pytest

from kg.nlp.times import TimeExpression, find_times

REFERENCE = date(2026, 1, 27)  # a Tuesday


def times(nlp, sentence, reference=REFERENCE):
    return [(t.text, t.date_from, t.date_to, t.precision) for t in find_times(nlp(sentence), reference)]


ROWS = [
    # full dates
    ("The mill closed on Jan. 27, 2026.", "Jan. 27, 2026", "2026-01-27", "2026-01-27", "day"),
    ("It rained on 27 January.", "27 January", "2026-01-27", "2026-01-27", "day"),
    ("A photo taken January 17, 2025, shows the quay.", "January 17, 2025", "2025-01-17", "2025-01-17", "day"),
    ("The act passed on Monday, March 3, 2025.", "Monday, March 3, 2025", "2025-03-03", "2025-03-03", "day"),
    ("The act passed on the 5th of May 2024.", "the 5th of May 2024", "2024-05-05", "2024-05-05", "day"),
    ("The log says 2024-05-06.", "2024-05-06", "2024-05-06", "2024-05-06", "day"),
    ("The note is dated 27/01/2026.", "27/01/2026", "2026-01-27", "2026-01-27", "day"),
    ("The note is dated 1/27/2026.", "1/27/2026", "2026-01-27", "2026-01-27", "day"),
    ("The note is dated 02/03/2024.", "02/03/2024", None, None, None),
    ("He was born on 31 February 1990.", "31 February 1990", None, None, None),
    ("She was born on Feb. 29, 2024.", "Feb. 29, 2024", "2024-02-29", "2024-02-29", "day"),
    ("She was born on Feb. 29, 2023.", "Feb. 29, 2023", None, None, None),
    ("They met on 3-5 June 2024.", "3-5 June 2024", "2024-06-03", "2024-06-05", "range"),
    ("They met on June 3–5, 2024.", "June 3–5, 2024", "2024-06-03", "2024-06-05", "range"),
    ("The fair ran from 28 June to 3 July 2024.", "from 28 June to 3 July 2024", "2024-06-28", "2024-07-03", "range"),
    # days without a year
    ("She resigned on December 12.", "December 12", "2025-12-12", "2025-12-12", "day"),
    ("The trial will open on March 9.", "March 9", "2026-03-09", "2026-03-09", "day"),
    ("The trial opened on March 9.", "March 9", "2025-03-09", "2025-03-09", "day"),
    ("The February 3 hearing was moved.", "February 3", "2026-02-03", "2026-02-03", "day"),
    # weekdays
    ("The court ruled on Tuesday.", "Tuesday", "2026-01-27", "2026-01-27", "day"),
    ("The court ruled on Friday.", "Friday", "2026-01-23", "2026-01-23", "day"),
    ("The court will meet on Friday.", "Friday", "2026-01-30", "2026-01-30", "day"),
    ("The court ruled last Friday.", "last Friday", "2026-01-23", "2026-01-23", "day"),
    ("The court ruled last Tuesday.", "last Tuesday", "2026-01-20", "2026-01-20", "day"),
    ("The ban takes effect next Tuesday.", "next Tuesday", "2026-02-03", "2026-02-03", "day"),
    ("This Sunday the team plays.", "This Sunday", "2026-02-01", "2026-02-01", "day"),
    ("He spoke on Monday night.", "Monday night", "2026-01-26", "2026-01-26", "day"),
    ("The talks are expected to end on Thursday.", "Thursday", "2026-01-29", "2026-01-29", "day"),
    # day words
    ("It snowed yesterday.", "yesterday", "2026-01-26", "2026-01-26", "day"),
    ("It snowed the day before yesterday.", "the day before yesterday", "2026-01-25", "2026-01-25", "day"),
    ("The vote is tomorrow.", "tomorrow", "2026-01-28", "2026-01-28", "day"),
    ("The vote is today.", "today", "2026-01-27", "2026-01-27", "day"),
    ("The roof fell last night.", "last night", "2026-01-26", "2026-01-26", "day"),
    ("The show starts tonight.", "tonight", "2026-01-27", "2026-01-27", "day"),
    # weeks, months, years around the reference
    ("She left last week.", "last week", "2026-01-19", "2026-01-25", "week"),
    ("She leaves next week.", "next week", "2026-02-02", "2026-02-08", "week"),
    ("She stays this month.", "this month", "2026-01-01", "2026-01-31", "month"),
    ("Sales fell last month.", "last month", "2025-12-01", "2025-12-31", "month"),
    ("Sales fell last year.", "last year", "2025-01-01", "2025-12-31", "year"),
    ("Sales fell late last year.", "late last year", "2025-01-01", "2025-12-31", "year"),
    ("Sales fell earlier this year.", "earlier this year", "2026-01-01", "2026-01-27", "year"),
    ("The road opens later this year.", "later this year", "2026-01-27", "2026-12-31", "year"),
    ("The club won at the weekend.", "at the weekend", "2026-01-24", "2026-01-25", "range"),
    ("Sales fell last quarter.", "last quarter", "2025-10-01", "2025-12-31", "quarter"),
    # ago
    ("The firm was sold a year ago.", "a year ago", "2025-01-01", "2025-12-31", "year"),
    ("The firm was sold two months ago.", "two months ago", "2025-11-01", "2025-11-30", "month"),
    ("The firm was sold three days ago.", "three days ago", "2026-01-24", "2026-01-24", "day"),
    ("The firm was sold 2 weeks ago.", "2 weeks ago", "2026-01-12", "2026-01-18", "week"),
    ("It began more than two decades ago.", "more than two decades ago", None, "2006-12-31", "decade"),
    ("It began several years ago.", "several years ago", None, None, None),
    ("It began 9000 years ago.", "9000 years ago", None, None, None),
    # months, quarters, seasons, years, decades
    ("He was hired in March.", "March", "2025-03-01", "2025-03-31", "month"),
    ("He will be hired in March.", "March", "2026-03-01", "2026-03-31", "month"),
    ("He was hired in January.", "January", "2026-01-01", "2026-01-31", "month"),
    ("He was hired last October.", "last October", "2025-10-01", "2025-10-31", "month"),
    ("He was hired in early June 2024.", "early June 2024", "2024-06-01", "2024-06-30", "month"),
    ("Profit fell in Q3 2024.", "Q3 2024", "2024-07-01", "2024-09-30", "quarter"),
    ("Profit fell in the third quarter of 2023.", "the third quarter of 2023", "2023-07-01", "2023-09-30", "quarter"),
    ("They toured in summer 2023.", "summer 2023", "2023-06-01", "2023-08-31", "season"),
    ("They toured last summer.", "last summer", "2025-06-01", "2025-08-31", "season"),
    ("They tour next spring.", "next spring", "2026-03-01", "2026-05-31", "season"),
    ("It was built in 2021.", "2021", "2021-01-01", "2021-12-31", "year"),
    ("It was built in the 1990s.", "the 1990s", "1990-01-01", "1999-12-31", "decade"),
    ("It was built in the early 2000s.", "the early 2000s", "2000-01-01", "2009-12-31", "decade"),
    ("It was built in the '80s.", "the '80s", "1980-01-01", "1989-12-31", "decade"),
    ("It was built in the 19th century.", "the 19th century", "1801-01-01", "1900-12-31", "range"),
    # open and double intervals
    ("She has led it since 2023.", "since 2023", "2023-01-01", None, "year"),
    ("She has led it since last week.", "since last week", "2026-01-19", None, "week"),
    ("The state will end it by 2030.", "by 2030", None, "2030-12-31", "year"),
    ("The offer stands until March.", "until March", None, "2026-03-31", "month"),
    ("She led it before 2020.", "before 2020", None, "2019-12-31", "year"),
    ("She led it after 2024.", "after 2024", "2025-01-01", None, "year"),
    ("She led it from 2019 to 2021.", "from 2019 to 2021", "2019-01-01", "2021-12-31", "range"),
    ("She led it between 2019 and 2021.", "between 2019 and 2021", "2019-01-01", "2021-12-31", "range"),
    ("She led it from March to May 2020.", "from March to May 2020", "2020-03-01", "2020-05-31", "range"),
    ("The 2023-24 season was short.", "2023-24", "2023-01-01", "2024-12-31", "range"),
    ("Prices rose over the past three years.", "over the past three years", "2023-01-27", "2026-01-27", "range"),
    ("The line will open in two weeks.", "in two weeks", "2026-02-09", "2026-02-15", "week"),
    ("The line was built in two years.", "in two years", None, None, None),
]


@pytest.mark.model
@pytest.mark.parametrize(("sentence", "text", "date_from", "date_to", "precision"), ROWS)
def test_words_become_an_interval_reckoned_from_the_documents_date(nlp, sentence, text, date_from, date_to, precision):
    assert times(nlp, sentence) == [(text, date_from, date_to, precision)]


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They met in June 2024. The following month they married.", ("2024-07-01", "2024-07-31", "month")),
        ("They met on 5 June 2024. Two days later they married.", ("2024-06-07", "2024-06-07", "day")),
        ("They met on 5 June 2024. That year they married.", ("2024-01-01", "2024-12-31", "year")),
        ("They met in 2024. A year earlier they had quarrelled.", ("2023-01-01", "2023-12-31", "year")),
        ("They met in 2024. Two days later they married.", (None, None, None)),
    ],
)
def test_following_times_are_reckoned_from_the_time_named_before(nlp, text, expected):
    assert times(nlp, text)[1][1:] == expected


@pytest.mark.model
@pytest.mark.parametrize(
    "sentence",
    [
        "Ms May and Mr March may march.",
        "More than 2,000 people and 2000 users paid $1999.",
        "The sun sat low, said the second man.",
        "",
        "   ",
    ],
)
def test_words_that_only_look_like_times_are_left_alone(nlp, sentence):
    assert times(nlp, sentence) == []


@pytest.mark.model
def test_ages_and_durations_have_a_kind_and_no_interval(nlp):
    found = find_times(nlp("A 12-year-old boy waited for three weeks."), REFERENCE)
    assert found == [
        TimeExpression(2, 13, "12-year-old", None, None, None, "age"),
        TimeExpression(25, 40, "for three weeks", None, None, None, "duration"),
    ]


@pytest.mark.model
def test_without_a_reference_relative_times_keep_their_words_alone(nlp):
    found = times(nlp, "She left last week, on Tuesday, a year ago, in March and in 2021.", None)
    assert found == [
        ("last week", None, None, None),
        ("Tuesday", None, None, None),
        ("a year ago", None, None, None),
        ("March", None, None, None),
        ("2021", "2021-01-01", "2021-12-31", "year"),
    ]


@pytest.mark.model
def test_offsets_are_those_of_the_text(nlp):
    text = "“Nobody knew,” she said on 3 May 2024. 🙂 It ended in June."
    assert [text[t.begin : t.end] for t in find_times(nlp(text), REFERENCE)] == ["3 May 2024", "June"]
