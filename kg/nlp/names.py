"""ontology/names.toml -> NameList: what well-known names are, which other forms they have, where they stand in a text.

The list types names and joins their forms; a form that is also an ordinary word counts only with a cue (`context`).
"""

__all__ = ["KnownName", "NameList", "load_names", "normalise", "read_names"]

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from kg.errors import DataFileError, did_you_mean
from kg.ontology import data_folder, ontology

#: Characters that news pages write in several ways; each maps to one character, so that offsets hold.
_VARIANTS = str.maketrans({"’": "'", "‘": "'", "\u00a0": " ", "\n": " ", "\t": " ", "‐": "-", "‑": "-"})
_MIN_UPPERCASE_CHARS = 4
_KEY_CHARS = 2


@dataclass(frozen=True, slots=True)
class KnownName:
    """One well-known thing; `context` holds those of its forms that need a cue beside them."""

    name: str
    type: str
    aliases: tuple[str, ...] = ()
    country: str | None = None
    context: frozenset[str] = frozenset()
    iso: str | None = None
    capital: str | None = None

    @property
    def forms(self) -> tuple[str, ...]:
        """The name and its aliases."""
        return (self.name, *self.aliases)


@dataclass(frozen=True)
class NameList:
    """Well-known names by form; `adjectives` and `people` map demonyms to countries, `capitals` cities to countries."""

    entries: tuple[KnownName, ...] = ()
    adjectives: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    capitals: Mapping[str, str] = field(default_factory=dict)
    non_entities: frozenset[str] = frozenset()
    _by_form: Mapping[str, tuple[KnownName, ...]] = field(default_factory=dict, repr=False)
    _by_key: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def find(self, surface: str) -> tuple[KnownName, ...]:
        """The entries that have this form, the usual reading first; a leading "the" may be left out or added."""
        form = normalise(surface)
        found = self._by_form.get(form)
        if found is None and form[:4] in ("the ", "The "):
            found = self._by_form.get(form[4:])
        return found if found is not None else self._by_form.get("the " + form, ())

    def canonical(self, name: str, kind: str) -> str | None:
        """The listed name of the thing of that class, or of one below it, that has this form; None for unlisted forms."""
        terms = ontology()
        return next((entry.name for entry in self.find(name) if terms.is_a(entry.type, kind)), None)

    def needs_cue(self, surface: str) -> bool:
        """Whether every entry with this form asks for a cue in the text."""
        form = normalise(surface)
        entries = self.find(form)
        return bool(entries) and all(form in entry.context for entry in entries)

    def forms_at(self, text: str, begin: int) -> Iterator[str]:
        """The forms that stand at this offset of a normalised text, longest first."""
        for key in (text[begin : begin + _KEY_CHARS], text[begin : begin + 1]):
            for form in self._by_key.get(key, ()):
                if text.startswith(form, begin):
                    yield form

    def country_of(self, demonym: str) -> str | None:
        """The country of an adjective or people's name ("Chinese", "Americans"), or None."""
        return self.adjectives.get(demonym) or self.people.get(demonym)


def normalise(text: str) -> str:
    """The text with typewriter apostrophes, hyphens and spaces; every character stays one character."""
    return text.translate(_VARIANTS)


@cache
def load_names() -> NameList:
    """The shipped list, read once."""
    return read_names(data_folder("ontology") / "names.toml")


def read_names(path: Path) -> NameList:
    """The list of a TOML file.

    Raises:
        DataFileError: not TOML, an unknown key or class, or a form in two entries that `ambiguous` does not name.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise DataFileError(f"{path} cannot be read as TOML: {exc}") from exc
    _check_keys(raw, ("ambiguous", "non_entities", "group", "countries"), str(path))
    entries: list[KnownName] = []
    for group in raw.get("group", []):
        entries += _group(group, path)
    adjectives: dict[str, str] = {}
    people: dict[str, str] = {}
    capitals: dict[str, str] = {}
    for iso, country in raw.get("countries", {}).items():
        _check_keys(country, ("name", "capital", "adjectives", "people", "aliases"), f"{path}: country {iso}")
        entries += _country(iso, country)
        adjectives |= dict.fromkeys(country.get("adjectives", []), country["name"])
        people |= dict.fromkeys(country.get("people", []), country["name"])
        capitals |= dict.fromkeys(country.get("capital", []), country["name"])
    by_form = _index(entries, frozenset(raw.get("ambiguous", [])), path)
    return NameList(
        entries=tuple(entries),
        adjectives=adjectives,
        people=people,
        capitals=capitals,
        non_entities=frozenset(raw.get("non_entities", [])),
        _by_form=by_form,
        _by_key=_keys(by_form),
    )


def _check_keys(table: Any, known: Sequence[str], where: str) -> None:
    if not isinstance(table, dict):
        raise DataFileError(f"{where} must be a table, not {table!r}.")
    for key in table:
        if key not in known:
            raise DataFileError(f"{where} has an unknown key {key!r}.{did_you_mean(key, known)}")


def _group(group: Any, path: Path) -> list[KnownName]:
    _check_keys(group, ("class", "country", "names", "context"), f"{path}: [[group]]")
    class_name = group.get("class", "")
    classes = ontology().parents
    if class_name not in classes:
        raise DataFileError(f"{path}: unknown class {class_name!r} in a [[group]].{did_you_mean(class_name, classes)}")
    context = frozenset(group.get("context", []))
    entries = []
    for line in group.get("names", []):
        forms = [normalise(form.strip()) for form in line.split("|")]
        if not all(forms):
            raise DataFileError(f"{path}: {line!r} has an empty form; write 'Name | other name'.")
        entries.append(
            KnownName(
                name=forms[0],
                type=class_name,
                aliases=tuple(dict.fromkeys(forms[1:])),
                country=group.get("country"),
                context=context & frozenset(forms),
            )
        )
    return entries


def _country(iso: str, country: Any) -> list[KnownName]:
    capital = [normalise(form) for form in country.get("capital", [])]
    name = country["name"]
    aliases = tuple(normalise(form) for form in country.get("aliases", []))
    entries = [KnownName(name, "Country", aliases, name, iso=iso, capital=capital[0] if capital else None)]
    if capital:
        entries.append(KnownName(capital[0], "City", tuple(capital[1:]), name))
    return entries


def _index(entries: Sequence[KnownName], ambiguous: frozenset[str], path: Path) -> dict[str, tuple[KnownName, ...]]:
    by_form: dict[str, tuple[KnownName, ...]] = {}
    for entry in entries:
        for form in dict.fromkeys(entry.forms):
            others = by_form.get(form, ())
            if others and form not in ambiguous:
                raise DataFileError(
                    f"{path}: {form!r} stands for {others[0].name} ({others[0].type}) and for {entry.name} ({entry.type}). "
                    "Take one out, or add it to `ambiguous`."
                )
            by_form[form] = (*others, entry)
    # "Tiktok" and "TIKTOK" are common spellings of "TikTok"; they never push out a form that is listed
    for form in list(by_form):
        for variant in _spellings(form):
            by_form.setdefault(variant, by_form[form])
    return by_form


def _spellings(form: str) -> Iterator[str]:
    if len(form) < _MIN_UPPERCASE_CHARS:
        return
    if not form.isupper():
        yield form.upper()
        if form.isalpha() and form[0].isupper() and not form[1:].islower():
            yield form.capitalize()


def _keys(forms: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    keyed: dict[str, list[str]] = {}
    for form in forms:
        keyed.setdefault(form[:_KEY_CHARS], []).append(form)
    return {key: tuple(sorted(group, key=lambda form: (-len(form), form))) for key, group in keyed.items()}
