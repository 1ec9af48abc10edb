"""Every error that Dateline raises on purpose.

KGError                    base: what, where and what to do next
├── InputError             a file, folder or record that cannot be read
├── SettingError           kg.toml, a KG_* variable or a flag has a wrong value
├── ModelError             the language model is missing or damaged
├── DataFileError          ontology/, queries/ or a pattern file breaks its own rules
├── RecordError            a line in records/ or in corrections.toml is damaged
├── StoreError             the graph store is missing, locked, damaged or of another version
├── QueryError             a SPARQL text or its parameters are wrong
├── QueryTimeout           a query ran past its limit (exit 124)
├── UnknownName            no entity, document or saved question has this name (exit 3)
├── AmbiguousName          several entities have this name
├── LoadError              a remote store refused or lost the triples
├── ExportError            an export cannot be written
└── NotConforming          the graph breaks its shapes (exit 3)
"""

__all__ = [
    "AmbiguousName",
    "DataFileError",
    "ExportError",
    "InputError",
    "KGError",
    "LoadError",
    "ModelError",
    "NotConforming",
    "QueryError",
    "QueryTimeout",
    "RecordError",
    "SettingError",
    "StoreError",
    "UnknownName",
    "did_you_mean",
]

import difflib
from collections.abc import Iterable


class KGError(Exception):
    """Base of all errors that are the user's to mend; `exit_code` is what `kg` exits with."""

    exit_code = 2


class InputError(KGError):
    """A file, folder or record that cannot be read."""


class SettingError(KGError):
    """kg.toml, a KG_* variable or a flag has a wrong value."""


class ModelError(KGError):
    """The language model is missing or damaged."""


class DataFileError(KGError):
    """A shipped data file (ontology, patterns, names, queries) breaks its own rules."""


class RecordError(KGError):
    """A line in records/ or in corrections.toml is damaged."""


class StoreError(KGError):
    """The graph store is missing, locked, damaged or of another version."""


class QueryError(KGError):
    """A SPARQL text or its parameters are wrong."""


class QueryTimeout(KGError):
    """A query ran past its limit."""

    exit_code = 124


class UnknownName(KGError):
    """Nothing in the graph has this name."""

    exit_code = 3


class AmbiguousName(KGError):
    """Several entities have this name."""


class LoadError(KGError):
    """A remote store refused or lost the triples."""


class ExportError(KGError):
    """An export cannot be written."""


class NotConforming(KGError):
    """The graph breaks its shapes."""

    exit_code = 3


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """' Did you mean "x"?' for the nearest choice, or an empty string when none is near."""
    near = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f' Did you mean "{near[0]}"?' if near else ""
