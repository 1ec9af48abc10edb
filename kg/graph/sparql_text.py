"""A SPARQL text -> its tokens, its form, what it reaches for outside the store, and hints on what is wrong with it.

Oxigraph parses; this module only reads what Oxigraph does not tell: where a keyword stands, in which order variables first
appear, which prefixes and terms are used. The tokens cover the text without gaps other than white space and comments.
"""

__all__ = [
    "KEYWORDS",
    "Token",
    "explain_syntax_error",
    "first_group",
    "form_of",
    "from_graphs",
    "network_use",
    "prologue",
    "tokens",
    "undeclared_prefixes",
    "unknown_terms",
    "variables_in_order",
    "with_columns",
    "with_values",
]

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from kg.errors import did_you_mean
from kg.ontology import NAMESPACES, ontology

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|\#[^\n\r]*)
  | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<string>\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
      |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
  | (?P<variable>[?$]\w+)
  | (?P<blank>_:[\w.\-]*\w)
  | (?P<name>(?:[^\W\d_](?:[\w\-.]*[\w\-])?)?:(?:[\w:%\-.]|\\[_~.\-!$&'()*+,;=/?#@%])*(?<!\.))
  | (?P<language>@[a-zA-Z]+(?:-[a-zA-Z0-9]+)*)
  | (?P<number>\d*\.?\d+(?:[eE][+-]?\d+)?)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<mark>\^\^|&&|\|\||!=|<=|>=|<<|>>|.)
    """,
    re.VERBOSE | re.DOTALL,
)

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
_OTHER = """
    PREFIX BASE DISTINCT REDUCED WHERE FROM NAMED ORDER GROUP BY HAVING LIMIT OFFSET OPTIONAL UNION FILTER MINUS BIND
    VALUES GRAPH SERVICE SILENT EXISTS NOT IN AS ASC DESC UNDEF DATA USING INTO TO DEFAULT ALL COUNT SUM MIN MAX AVG
    SAMPLE GROUP_CONCAT SEPARATOR COALESCE IF BOUND REGEX STR LANG LANGMATCHES DATATYPE IRI URI BNODE CONCAT STRLEN SUBSTR
    REPLACE UCASE LCASE CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS MINUTES SECONDS NOW UUID STRUUID
    MD5 SHA1 SHA256 SHA384 SHA512 ABS CEIL FLOOR ROUND RAND ISIRI ISURI ISBLANK ISLITERAL ISNUMERIC SAMETERM STRDT STRLANG
    ENCODE_FOR_URI TIMEZONE TZ TRUE FALSE A
"""
KEYWORDS = (*_FORMS, *_UPDATES, *_OTHER.split())


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind (a group of the token pattern), its text and where it begins."""

    kind: str
    text: str
    begin: int

    @property
    def end(self) -> int:
        """First offset after the token."""
        return self.begin + len(self.text)

    def is_word(self, *words: str) -> bool:
        """Whether the token is one of the keywords (in capitals), however it is written."""
        return self.kind == "word" and self.text.upper() in words


def tokens(text: str) -> list[Token]:
    """The tokens of a SPARQL text; comments and white space are left out, and nothing is ever refused."""
    found = (Token(match.lastgroup or "mark", match[0], match.start()) for match in _TOKEN.finditer(text))
    return [token for token in found if token.kind != "space"]


@lru_cache(maxsize=512)
def form_of(text: str) -> str:
    """SELECT, ASK, CONSTRUCT, DESCRIBE, "UPDATE", or "" where the text begins like none of them."""
    for token, _ in _body(tokens(text)):
        if token.is_word(*_FORMS):
            return token.text.upper()
        return "UPDATE" if token.is_word(*_UPDATES) else ""
    return ""


def prologue(text: str) -> str:
    """What stands before the query proper: BASE and PREFIX declarations."""
    body = _body(tokens(text))
    return text[: body[0][0].begin] if body else text


def variables_in_order(text: str) -> list[str]:
    """Names of the variables, in order of first appearance."""
    return list(dict.fromkeys(token.text[1:] for token in tokens(text) if token.kind == "variable"))


def with_columns(text: str, visible: Iterable[str]) -> str:
    """A `SELECT *` text with its star replaced by the visible variables in order of first appearance.

    Oxigraph gives the columns of `SELECT *` in alphabetical order; people expect the order in which they wrote them.
    """
    body = _body(tokens(text))
    star = next((token for (first, _), (token, _) in itertools.pairwise(body) if _is_star(first, token)), None)
    if form_of(text) != "SELECT" or star is None or not _is_outer_star(body, star):
        return text
    wanted = set(visible)
    columns = [f"?{name}" for name in variables_in_order(text[star.end :]) if name in wanted]
    return text[: star.begin] + " ".join(columns) + text[star.end :] if columns else text


def first_group(text: str) -> int | None:
    """Offset just inside the outermost WHERE group, or None where there is none (`DESCRIBE <x>`)."""
    body = _body(tokens(text))
    if form_of(text) != "CONSTRUCT":
        return next((token.end for token, _ in body if token.text == "{"), None)
    # CONSTRUCT { template } WHERE { ... }, or the short form CONSTRUCT WHERE { ... }
    after_where = False
    opened = 0
    for token, depth in body:
        after_where = after_where or (depth == 0 and token.is_word("WHERE"))
        if token.text == "{" and depth == 0:
            opened += 1
            if after_where or opened == 2:
                return token.end
    return None


def with_values(text: str, terms: Mapping[str, str], *, everywhere: bool = False) -> str:
    """The text with each variable bound to a term (in SPARQL syntax) by VALUES at the head of its WHERE group.

    Args:
        text: A query.
        terms: Variable -> term.
        everywhere: Whether to bind it also in the branches and sub-selects that name it, so that the engine need not
            answer these for all values first; EXISTS and OPTIONAL groups are left alone.
    """
    place = first_group(text)
    if not terms or place is None:
        return text
    places = {place: dict(terms)}
    if everywhere:
        literals = {name: term for name, term in terms.items() if term.startswith('"')}
        text = _with_literals_in_filters(text, literals)
        for at, named in _inner_groups(text, place):
            places.setdefault(at, {name: term for name, term in terms.items() if name in named})
    for at in sorted(places, reverse=True):
        values = "".join(f" VALUES ?{name} {{ {term} }}" for name, term in places[at].items())
        text = text[:at] + values + text[at:]
    return text


@lru_cache(maxsize=512)
def from_graphs(text: str) -> tuple[str, ...]:
    """What stands after FROM and FROM NAMED in the outer query, as written: `<iri>` or `prefix:name`."""
    graphs = []
    outer = [token for token, depth in _body(tokens(_unescaped(text))) if depth == 0]
    for before, token in itertools.pairwise(outer):
        if token.kind in ("iri", "name") and before.is_word("FROM", "NAMED", "USING"):
            graphs.append(token.text)
    return tuple(graphs)


def network_use(text: str) -> str | None:
    """SERVICE or LOAD where the text would open a connection, else None."""
    # SPARQL undoes \\uXXXX before it looks for keywords, so both readings are searched
    for reading in (text, _unescaped(text)):
        for token, _ in _body(tokens(reading)):
            if token.is_word("SERVICE", "LOAD"):
                return token.text.upper()
    return None


def undeclared_prefixes(text: str, known: Iterable[str]) -> list[Token]:
    """Prefixed names whose prefix is neither known nor declared in the text."""
    declared = set(known) | {name.text[:-1] for name, _ in _declarations(tokens(text))}
    used = [token for token, _ in _body(tokens(text)) if token.kind == "name"]
    return [token for token in used if token.text.split(":", 1)[0] not in declared]


def unknown_terms(text: str) -> list[str]:
    """For each `kg:` name that is not in the ontology: a sentence with the nearest that is."""
    declared = {name.text[:-1]: iri.text[1:-1] for name, iri in _declarations(tokens(text))}
    known = ontology().labels
    warnings = []
    for token, _ in _body(tokens(text)):
        prefix, _, local = token.text.partition(":")
        if token.kind == "name" and {**NAMESPACES, **declared}.get(prefix) == NAMESPACES["kg"] and local not in known:
            line, column = _position(text, token.begin)
            near = did_you_mean(token.text, (f"{prefix}:{name}" for name in known))
            warnings.append(f"{token.text} (line {line}, column {column}) is not in the ontology.{near}")
    return list(dict.fromkeys(warnings))


def explain_syntax_error(text: str, message: str, *, known_prefixes: Iterable[str] = NAMESPACES) -> str:
    """Oxigraph's message as line, column, the line itself with a caret, and a hint.

    Args:
        text: The SPARQL text.
        message: What Oxigraph says: "error at LINE:COLUMN: expected ...".
        known_prefixes: Prefixes that need no declaration.
    """
    place = re.match(r"error at (\d+):(\d+): *(.*)", message, re.DOTALL)
    if place is None:
        return f"The query is not valid SPARQL: {message.splitlines()[0] if message else 'no reason given'}"
    line, column, expected = int(place[1]), int(place[2]), place[3]
    undeclared = undeclared_prefixes(text, known_prefixes)
    if "Prefix not found" in expected and undeclared:
        line, column = _position(text, undeclared[0].begin)
        hint = _prefix_hint(undeclared[0], known_prefixes)
    else:
        token = _token_at(text, line, column)
        misspelt = _misspelt(text, token)
        if misspelt is not None or token is not None:
            line, column = _position(text, (misspelt or token).begin)  # type: ignore[union-attr]
        hint = _misspelt_hint(misspelt) if misspelt else _hint(text, token, expected)
    lines = text.splitlines() or [""]
    shown = lines[min(line, len(lines)) - 1]
    caret = "".join("\t" if letter == "\t" else " " for letter in shown[: column - 1]) + "^"
    return f"The query is not valid SPARQL at line {line}, column {column}:\n  {shown}\n  {caret}\n{hint}"


def _unescaped(text: str) -> str:
    return re.sub(r"\\u([0-9A-Fa-f]{4})|\\U000([0-9A-Fa-f]{5})", lambda match: chr(int(match[1] or match[2], 16)), text)


def _body(found: list[Token]) -> list[tuple[Token, int]]:
    """The tokens after the prologue (BASE, PREFIX), each with the depth of braces and brackets that it stands in."""
    skipped = {token.begin for pair in _declarations(found) for token in pair}
    body: list[tuple[Token, int]] = []
    depth = 0
    for number, token in enumerate(found):
        follower = found[number + 1] if number + 1 < len(found) else None
        is_head = (
            token.is_word("PREFIX", "BASE", "VERSION")
            and follower is not None
            and follower.kind in ("name", "iri", "string")
        )
        is_base = number > 0 and found[number - 1].is_word("BASE", "VERSION") and token.kind in ("iri", "string")
        if is_head or is_base or token.begin in skipped:
            continue
        if token.text in ("}", ")", "]") and token.kind == "mark":
            depth -= 1
        body.append((token, depth))
        if token.text in ("{", "(", "[") and token.kind == "mark":
            depth += 1
    return body


def _with_literals_in_filters(text: str, literals: Mapping[str, str]) -> str:
    """The text with these variables replaced by their literals inside FILTER(...): a constant lets the engine filter early."""
    inside = 0
    replaced: list[Token] = []
    found = tokens(text)
    for number, token in enumerate(found):
        if token.text == "(" and (inside or (number and found[number - 1].is_word("FILTER"))):
            inside += 1
        elif token.text == ")" and inside:
            inside -= 1
        elif inside and token.kind == "variable" and token.text[1:] in literals:
            replaced.append(token)
    for token in reversed(replaced):
        text = text[: token.begin] + literals[token.text[1:]] + text[token.end :]
    return text


def _inner_groups(text: str, outer: int) -> Iterator[tuple[int, set[str]]]:
    """Groups inside the outer one that join with it: where each begins, and the variables named in it directly."""
    found = tokens(text)
    open_groups: list[tuple[int, set[str], bool]] = []
    before: Token | None = None
    in_values = False
    for number, token in enumerate(found):
        if token.text == "{" and token.kind == "mark":
            # a group after OPTIONAL or EXISTS does not join, one after VALUES is data; MINUS may only take away more,
            # and a parameter's value is the same on both sides of it
            parent_joins = all(joins for *_, joins in open_groups)
            is_joined = before is not None and (before.text in "{}." or before.is_word("UNION", "WHERE", "MINUS"))
            is_body_of_select = bool(open_groups) and open_groups[-1][0] == -1
            joins = token.end <= outer or (parent_joins and (is_joined or is_body_of_select))
            is_select = number + 1 < len(found) and found[number + 1].is_word("SELECT")
            open_groups.append((-1 if is_select else token.end, set(), joins and not in_values))
        elif token.text == "}" and token.kind == "mark" and open_groups:
            at, named, joins = open_groups.pop()
            in_values = False
            if joins and at > outer and named:
                yield at, named
        elif token.kind == "variable" and open_groups:
            open_groups[-1][1].add(token.text[1:])
        in_values = in_values or token.is_word("VALUES")
        before = token


def _declarations(found: list[Token]) -> list[tuple[Token, Token]]:
    triples = zip(found, found[1:], found[2:], strict=False)
    return [
        (name, iri)
        for word, name, iri in triples
        if word.is_word("PREFIX") and name.kind == "name" and iri.kind == "iri"
    ]


def _is_star(before: Token, token: Token) -> bool:
    return token.text == "*" and token.kind == "mark" and before.is_word("SELECT", "DISTINCT", "REDUCED")


def _is_outer_star(body: list[tuple[Token, int]], star: Token) -> bool:
    return any(token is star and depth == 0 for token, depth in body)


def _position(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _token_at(text: str, line: int, column: int) -> Token | None:
    """The token on which the parser gave up, or the one just before where that place is empty."""
    lines = text.splitlines(keepends=True)
    offset = sum(len(row) for row in lines[: line - 1]) + column - 1
    found = tokens(text)
    covering = [token for token in found if token.begin <= offset < token.end]
    if covering:
        return covering[0]
    earlier = [token for token in found if token.end <= offset]
    # the parser often stops after white space that follows the faulty word: `SELEC * {` fails at the brace
    return earlier[-1] if earlier and offset >= len(text.rstrip()) else None


def _hint(text: str, token: Token | None, expected: str) -> str:
    body = _body(tokens(text))
    if not body:
        return "The query is empty."
    opened = sum(1 for part, _ in body if part.text == "{") - sum(1 for part, _ in body if part.text == "}")
    if opened > 0:
        return f"{opened} brace{'s are' if opened > 1 else ' is'} not closed: add {'}' * opened!r}."
    if opened < 0:
        return "There is a closing brace too many."
    if "unbound" in expected and "SELECT" in expected:
        return "A variable in SELECT is neither grouped nor counted: add it to GROUP BY, or take it out of SELECT."
    if token is not None and token.text in ("'", '"'):
        return "The string is not closed."
    wanted = re.sub(r"\[_\]|, *$", "", expected.split("\n", 1)[0]).removeprefix("expected ").strip(" ,")
    wanted = wanted.removeprefix("one of ").strip(" ,")
    # a lone function name is only the last thing that the parser tried there
    if not wanted or len(wanted) > 120 or (wanted.isupper() and wanted in _OTHER):
        return "Look at the words just before this place; an expression in ORDER BY, GROUP BY or SELECT needs brackets."
    return f"Expected {wanted}."


def _misspelt(text: str, token: Token | None) -> Token | None:
    """The bare word nearest before the error that is no keyword of SPARQL."""
    body = _body(tokens(text))
    limit = token.end if token is not None else len(text)
    words = [part for part, _ in body if part.kind == "word" and part.begin < limit]
    return next((word for word in reversed(words) if word.text.upper() not in KEYWORDS), None)


def _misspelt_hint(word: Token) -> str:
    near = did_you_mean(word.text.upper(), KEYWORDS)
    if near:
        return f"{word.text!r} is not a keyword of SPARQL.{near}"
    return f"{word.text!r} is not a keyword of SPARQL: a name needs its prefix (kg:{word.text}), a text its quotes."


def _prefix_hint(token: Token, known: Iterable[str]) -> str:
    prefix = token.text.split(":", 1)[0]
    near = did_you_mean(prefix, known)
    return f'The prefix "{prefix}:" is not declared.{near} Declare it with PREFIX {prefix}: <...> or --prefix {prefix}=IRI.'
