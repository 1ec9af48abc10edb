"""kg shell: a prompt for SPARQL, on a terminal with highlighting, completion and history, or through a pipe."""

__all__ = ["run_shell"]

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.errors import KGError, QueryError
from kg.settings import Settings

if TYPE_CHECKING:
    from kg.graph.store import Store


@dataclass(frozen=True, slots=True)
class State:
    """What dot commands change: the format of answers, the time limit, and whether sentences are shown."""

    form: str
    timeout_s: float
    evidence: bool = False


def run_shell(settings: Settings, *, form: str, formats: Iterable[str]) -> int:
    """Ask statement after statement until `.quit` or the end of the input.

    Returns:
        0, or through a pipe the exit code of the first statement that failed; at a prompt errors are only shown.
    """
    from kg.graph.store import open_store

    state = State(form, settings.timeout_s)
    first_failure = 0
    interactive = sys.stdin.isatty()
    with open_store(settings.output / "store") as store:
        shell = _Shell(settings, store, tuple(formats))
        for statement in _prompted(settings) if interactive else _piped():
            if statement.split()[:1] in ([".quit"], [".exit"]):
                break
            try:
                state = shell.run(statement, state)
            except KGError as exc:
                click.echo(f"Error: {exc}", err=True)
                first_failure = first_failure or exc.exit_code
            except KeyboardInterrupt:
                # the engine works on in its thread until it is done; the prompt is free again
                click.echo("Left the query.", err=True)
                if not interactive:
                    return 130
    return 0 if interactive else first_failure


class _Shell:
    """Runs statements on one open store."""

    def __init__(self, settings: Settings, store: "Store", formats: tuple[str, ...]) -> None:
        self.settings = settings
        self.store = store
        self.formats = formats

    def run(self, statement: str, state: State) -> State:
        """Run one statement; gives the state for the next."""
        if not statement.startswith("."):
            self._ask(None, (), state, text=statement)
            return state
        command, _, rest = statement.partition(" ")
        handlers: dict[str, Callable[[str, State], State]] = {
            ".help": self._help,
            ".queries": self._queries,
            ".ask": self._ask_saved,
            ".show": self._show,
            ".format": self._format,
            ".timeout": self._timeout,
            ".evidence": lambda _, now: replace(now, evidence=not now.evidence),
        }
        if command not in handlers:
            from kg.errors import did_you_mean

            raise QueryError(f"There is no command {command}.{did_you_mean(command, handlers)} `.help` lists them.")
        return handlers[command](rest.strip(), state)

    def _ask(self, name: str | None, values: Iterable[str], state: State, *, text: str | None = None) -> None:
        from kg.cli.answers import print_answer
        from kg.graph.asking import asked
        from kg.graph.query import within

        request = asked(name, tuple(values), settings=self.settings, stdin=sys.stdin, text=text, source=self.store)
        form = state.form
        if form != "table":
            request = replace(request, form=form)
        within(state.timeout_s, lambda: print_answer(request, limit=None, evidence=state.evidence, iris=False))

    def _ask_saved(self, rest: str, state: State) -> State:
        try:
            words = shlex.split(rest)
        except ValueError as exc:
            raise QueryError(f"The quotation marks in {rest!r} do not match.") from exc
        if not words:
            raise QueryError(".ask needs the name of a saved question; `.queries` lists them.")
        self._ask(words[0], words[1:], state)
        return state

    def _help(self, _: str, state: State) -> State:
        from kg.graph.shell import COMMANDS

        click.echo("Type SPARQL; end it with ; or a blank line. Our prefixes are always there. Tab completes.")
        width = max(len(usage) for usage in COMMANDS)
        click.echo("\n".join(f"  {usage:<{width}}  {meaning}" for usage, meaning in COMMANDS.items()))
        return state

    def _queries(self, _: str, state: State) -> State:
        from kg.graph.questions import questions

        for asked in questions().values():
            click.echo(f"{asked.name:<24} {asked.summary}")
        return state

    def _show(self, rest: str, state: State) -> State:
        from kg.cli.show import dossier_lines
        from kg.graph.dossier import dossier
        from kg.graph.names import entity_named

        found = dossier(self.store, entity_named(self.settings.output, rest))
        for line in dossier_lines(found, why=False, evidence=state.evidence):
            click.echo(line)
        return state

    def _format(self, rest: str, state: State) -> State:
        if not rest:
            click.echo(state.form)
            return state
        if rest not in self.formats:
            raise QueryError(f"{rest!r} is no format: {', '.join(self.formats)}.")
        return replace(state, form=rest)

    def _timeout(self, rest: str, state: State) -> State:
        try:
            return replace(state, timeout_s=max(0.0, float(rest)))
        except ValueError as exc:
            raise QueryError(f".timeout needs a number of seconds, not {rest!r}.") from exc


def _piped() -> Iterator[str]:
    from kg.graph.shell import statements

    yield from statements(sys.stdin)


def _prompted(settings: Settings) -> Iterator[str]:
    """Statements typed at a prompt; Ctrl-C clears the line, Ctrl-D ends."""
    from kg.graph.shell import trimmed

    session = _session(settings)
    click.echo("SPARQL over the graph; .help says how, .quit leaves.", err=True)
    while True:
        try:
            typed = session.prompt("kg> ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        if typed.strip():
            yield trimmed(typed)


def _session(settings: Settings) -> Any:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import CompleteEvent, Completer
    from prompt_toolkit.completion import Completion as Offered
    from prompt_toolkit.document import Document
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.history import FileHistory, InMemoryHistory
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
    from prompt_toolkit.lexers import PygmentsLexer
    from pygments.lexers.rdf import SparqlLexer  # type: ignore[import-untyped]

    from kg.graph.shell import completions, is_whole

    names = settings.output / "names.sqlite"

    class Completing(Completer):
        """Completion of commands, keywords, terms and names."""

        def get_completions(self, document: Document, _: CompleteEvent) -> Iterator[Offered]:
            for one in completions(document.text_before_cursor, names):
                yield Offered(one.text, -one.replaces, display=one.shown, display_meta=one.remark)

    bindings = KeyBindings()

    @bindings.add("enter", filter=Condition(lambda: session.default_buffer.complete_state is None))
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if is_whole(buffer.text) or is_whole(buffer.text + "\n"):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    session: PromptSession[str] = PromptSession(
        history=_history(settings.output / ".kg_history", FileHistory, InMemoryHistory),
        lexer=PygmentsLexer(SparqlLexer),
        completer=Completing(),
        complete_while_typing=False,
        multiline=True,
        key_bindings=bindings,
        prompt_continuation="  > ",
    )
    return session


def _history(path: Path, on_disk: Callable[[str], Any], in_memory: Callable[[], Any]) -> Any:
    """History in the output folder; in memory where that may not be written."""
    try:
        path.touch()
    except OSError:
        return in_memory()
    return on_disk(str(path))
