"""queries/*.rq -> saved questions: a SPARQL text that says in its head what it answers and which parameters it takes.

    #+ summary: Who leads what
    #+ params:
    #+   who: entity - the leader
    #+   since: date = 1900-01-01 - first day of the document

A parameter is a variable of the text; unbound it stays free unless it is `required` or has a default (`= VALUE`). The
kinds are entity, class, property, date, string and integer. A column named `sentence` is shown on request only.
"""

__all__ = ["KINDS", "Parameter", "Question", "question", "questions", "read_question"]

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg.errors import DataFileError, UnknownName, did_you_mean
from kg.graph.sparql_text import form_of, variables_in_order
from kg.ontology import data_folder

KINDS = ("entity", "class", "property", "date", "string", "integer")
_PARAMETER = re.compile(
    r"#\+\s{2,}(?P<name>\w+):\s*(?P<kind>\w+)(?P<required>\s+required)?(?:\s*=\s*(?P<default>.*?))?(?:\s+-\s+(?P<about>.*))?\s*$"
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: the variable it binds, the kind of its values, its default and what it means."""

    name: str
    kind: str
    about: str = ""
    default: str | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A SPARQL text with its name, a one-line summary and its parameters in order."""

    name: str
    summary: str
    text: str
    parameters: tuple[Parameter, ...] = ()

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of this name, if there is one."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

    def usage(self) -> str:
        """The command line that asks it, with its parameters as placeholders."""
        words = [
            parameter.name.upper() if parameter.required else f"[{parameter.name.upper()}]"
            for parameter in self.parameters
        ]
        return " ".join(["kg query", self.name, *words])


@cache
def questions(folder: Path | None = None) -> dict[str, Question]:
    """All saved questions by name, in alphabetical order.

    Raises:
        DataFileError: a file has no summary, or documents a parameter that its text lacks.
    """
    paths = sorted((folder or data_folder("queries")).glob("*.rq"))
    return {path.stem: read_question(path.stem, path.read_text(encoding="utf-8"), where=str(path)) for path in paths}


def question(name: str) -> Question:
    """The saved question of this name.

    Raises:
        UnknownName: there is none; the nearest one is offered.
    """
    known = questions()
    if name not in known:
        raise UnknownName(
            f"There is no saved question {name!r}.{did_you_mean(name, known)} `kg queries` lists them; a SPARQL text goes"
            " after -q."
        )
    return known[name]


def read_question(name: str, text: str, *, where: str = "", strict: bool = True) -> Question:
    """A question from its text.

    Args:
        name: Its name.
        text: SPARQL with a head of `#+` lines.
        where: File that it comes from, for the messages.
        strict: Whether a summary is required, as it is for shipped questions.

    Raises:
        DataFileError: the head breaks the rules above.
    """
    where = where or name
    summary = ""
    parameters: list[Parameter] = []
    in_parameters = False
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#+"):
            continue
        key, _, value = line[2:].partition(":")
        if in_parameters and line[2:4].isspace():
            parameters.append(_parameter(line, f"{where}:{number}"))
        elif key.strip() == "summary":
            summary = value.strip()
        in_parameters = key.strip() == "params" or (in_parameters and line[2:4].isspace())
    if strict and not summary:
        raise DataFileError(f"{where} has no `#+ summary:` line.")
    if strict and form_of(text) in ("", "UPDATE"):
        raise DataFileError(f"{where} is not a SELECT, ASK, CONSTRUCT or DESCRIBE query.")
    variables = variables_in_order(text)
    for parameter in parameters:
        if parameter.name not in variables:
            near = did_you_mean(parameter.name, variables)
            raise DataFileError(f"{where}: the parameter {parameter.name} is no variable of the query.{near}")
    return Question(name, summary, text, tuple(parameters))


def _parameter(line: str, where: str) -> Parameter:
    match = _PARAMETER.match(line)
    if match is None:
        raise DataFileError(f"{where}: a parameter line reads `#+   NAME: KIND [required] [= DEFAULT] [- MEANING]`.")
    if match["kind"] not in KINDS:
        near = did_you_mean(match["kind"], KINDS)
        raise DataFileError(f"{where}: {match['kind']!r} is no kind of parameter ({', '.join(KINDS)}).{near}")
    return Parameter(match["name"], match["kind"], match["about"] or "", match["default"], bool(match["required"]))
