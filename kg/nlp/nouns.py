"""ontology/nouns.toml -> Nouns: what common nouns, titles, endings and neighbours say about a name or a description."""

__all__ = ["Nouns", "coarse", "load_nouns", "read_nouns"]

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kg.errors import DataFileError, did_you_mean
from kg.ontology import data_folder, ontology

_SECTIONS = ("classes", "plurals", "suffixes", "prefixes", "followers", "titles", "gender", "verbs")
#: Branches of the class tree whose members never stand in one chain; a class belongs to the first that it lies below.
_BRANCHES = ("Person", "Group", "Platform", "Organization", "Place", "Work", "Product", "Policy", "Event")


@dataclass(frozen=True)
class Nouns:
    """Head noun -> class, ending of a name -> class, noun after a name -> class, title -> gender, and the like."""

    classes: Mapping[str, str]
    plurals: Mapping[str, str]
    suffixes: Mapping[str, str]
    prefixes: Mapping[tuple[str, ...], str]
    followers: Mapping[str, str]
    titles: Mapping[str, str]
    gender: Mapping[str, str]
    speech: frozenset[str]
    stance: frozenset[str]
    stance_nouns: frozenset[str]

    def class_of(self, words: Sequence[str]) -> str | None:
        """The class of a description by its last words: "news agency" before "agency"; words in lower case, singular."""
        if len(words) > 1 and (found := self.classes.get(" ".join(words[-2:]))):
            return found
        return self.classes.get(words[-1]) if words else None

    def singular(self, word: str) -> str:
        """The dictionary form of an irregular plural, or the word in lower case."""
        return self.plurals.get(word.lower(), word.lower())

    def class_of_name(self, words: Sequence[str]) -> tuple[str, str] | None:
        """(class, the words that say so) by the ending or the beginning of a name of two or more words."""
        if len(words) < 2:
            return None
        for length in (3, 2, 1):
            if found := self.prefixes.get(tuple(words[:length])):
                return found, " ".join(words[:length])
        for ending in (" ".join(words[-2:]), words[-1]):
            if found := self.suffixes.get(ending):
                return found, ending
        # "Ministry of Foreign Affairs", "Embassy in Paris": the head stands before the preposition
        for i, word in enumerate(words[1:], 1):
            if word in ("of", "for", "in", "at", "on") and (found := self.suffixes.get(words[i - 1])):
                return found, words[i - 1]
        return None


@cache
def coarse(class_name: str) -> str:
    """The branch of a class: two mentions of different branches are never one thing; "Entity" fits every branch."""
    ancestors = ontology().ancestors(class_name)
    return next((branch for branch in _BRANCHES if branch in ancestors), "Entity")


@cache
def load_nouns() -> Nouns:
    """The shipped nouns, read once."""
    return read_nouns(data_folder("ontology") / "nouns.toml")


def read_nouns(path: Path) -> Nouns:
    """The nouns of a TOML file.

    Raises:
        DataFileError: not TOML, an unknown section or class, or one noun under two classes.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise DataFileError(f"{path} cannot be read as TOML: {exc}") from exc
    for section in raw:
        if section not in _SECTIONS:
            raise DataFileError(f"{path} has an unknown section [{section}].{did_you_mean(section, _SECTIONS)}")
    verbs = raw.get("verbs", {})
    prefixes = _by_word(raw, "prefixes", path)
    return Nouns(
        classes=_by_word(raw, "classes", path),
        plurals=raw.get("plurals", {}),
        suffixes=_by_word(raw, "suffixes", path),
        prefixes={tuple(words.split()): class_name for words, class_name in prefixes.items()},
        followers=_by_word(raw, "followers", path),
        titles=_by_word(raw, "titles", path, classes=False),
        gender=_by_word(raw, "gender", path, classes=False),
        speech=frozenset(verbs.get("speech", [])),
        stance=frozenset(verbs.get("stance", [])),
        stance_nouns=frozenset(verbs.get("nouns", [])),
    )


def _by_word(raw: Mapping[str, Any], section: str, path: Path, *, classes: bool = True) -> dict[str, str]:
    known = ontology().parents
    by_word: dict[str, str] = {}
    for value, words in raw.get(section, {}).items():
        if classes and value not in known:
            raise DataFileError(f"{path}: unknown class {value!r} in [{section}].{did_you_mean(value, known)}")
        for word in words:
            if by_word.setdefault(word, value) != value:
                raise DataFileError(
                    f"{path}: {word!r} stands under {by_word[word]} and {value} in [{section}]; keep one."
                )
    return by_word
