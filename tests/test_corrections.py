import pytest

from kg.corrections import Anchor, Corrections, append_correction, append_forgotten, read_corrections
from kg.errors import RecordError

A = Anchor("doc-1", 0, 4, 'Wa"ng\n\\')
B = Anchor("doc-2", 5, 9, "王")


def test_what_is_appended_comes_back_in_order(tmp_path):
    path = tmp_path / "corrections.toml"
    append_correction(path, "same", A, B)
    append_correction(path, "different", B, A)
    append_forgotten(path, "doc-3")
    assert read_corrections(path) == Corrections(((A, B),), ((B, A),), frozenset({"doc-3"}))


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
