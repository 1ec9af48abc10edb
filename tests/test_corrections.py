import pytest

from kg.corrections import Anchor, Corrections, append_correction, append_forgotten, read_corrections
from kg.errors import RecordError

A = Anchor("doc-1", 0, 4, 'Wa"ng\n\\')
B = Anchor("doc-2", 5, 9, "王")
C = Anchor("doc-2", 12, 14, "Li")


def test_what_is_appended_comes_back_in_order(tmp_path):
    path = tmp_path / "corrections.toml"
    append_correction(path, "same", A, B)
    append_correction(path, "different", B, C)
    append_forgotten(path, "doc-3")
    assert read_corrections(path) == Corrections(((A, B),), ((B, C),), frozenset({"doc-3"}))


def test_of_one_pair_the_last_word_counts(tmp_path):
    path = tmp_path / "corrections.toml"
    append_correction(path, "same", A, B)
    append_correction(path, "different", B, A)
    assert read_corrections(path) == Corrections(different=((B, A),))
    append_correction(path, "same", A, B)
    assert set(read_corrections(path).same) == {(A, B)}
    assert read_corrections(path).different == ()


def test_what_a_person_wrote_stays(tmp_path):
    path = tmp_path / "corrections.toml"
    path.write_text("# my own note\n")
    append_forgotten(path, "doc-3")
    assert path.read_text().startswith("# my own note\n")


def test_no_file_means_no_corrections(tmp_path):
    assert read_corrections(tmp_path / "none.toml") == Corrections()


@pytest.mark.parametrize("text", ["[[same]]\na = 3", "[[same", "[[forgotten]]\nid = 3"])
def test_a_damaged_file_is_named(tmp_path, text):
    path = tmp_path / "corrections.toml"
    path.write_text(text)
    with pytest.raises(RecordError, match="is damaged"):
        read_corrections(path)
