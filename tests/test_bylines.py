"""Names in author fields: persons stay, roles and outlets go."""

import pytest

from kg.bylines import split_authors


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Lunde", ("Ada Lunde",)),
        ("By Ada Lunde and Tomás Quill", ("Ada Lunde", "Tomás Quill")),
        ("Ada Lunde, Jean-Luc d'Aubigny; Li-Mei O’Hara", ("Ada Lunde", "Jean-Luc d'Aubigny", "Li-Mei O’Hara")),
        ("Maria van den Berg & J.K. Ross", ("Maria van den Berg", "J.K. Ross")),
        ("Ada Lunde, Staff Writer", ("Ada Lunde",)),
        ("Reuters", ()),
        ("Harbour News", ()),
        ("admin", ()),
        ("https://courier.example/authors/ada-lunde", ()),
        ("", ()),
    ],
)
def test_author_fields(text, expected):
    assert split_authors(text) == expected
