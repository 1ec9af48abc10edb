"""The command line: each command parses its options, calls one function and prints.

Commands live in modules of this package and are imported only when they are called or listed, so that `kg --help` answers
fast; a command module imports nothing heavier than click at its top. Errors become messages at one place: `Commands`.
Exit codes: 0 good, 2 usage or bad input, 3 the answer is no, 124 time limit; 1 is left to crashes.
"""

__all__ = ["COMMANDS", "main", "output_option", "settings_from"]

import importlib
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kg import __version__
from kg.errors import KGError, did_you_mean
from kg.settings import Settings, read_settings

#: Command -> module of this package; the function has the command's name, with `_command` where it would hide a builtin.
COMMANDS = {
    "build": "build",
    "extract": "build",
    "check": "build",
    "info": "build",
    "forget": "build",
    "same": "build",
    "different": "build",
    "query": "query",
    "queries": "query",
    "update": "query",
    "shell": "query",
    "show": "show",
    "path": "network",
    "rank": "network",
    "groups": "network",
    "timeline": "network",
    "compare": "network",
    "draw": "draw",
    "export": "export",
    "load": "export",
}

F = TypeVar("F", bound=Callable[..., Any])


class _Message(click.ClickException):
    """A KGError on its way to the screen."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]


class Commands(click.Group):
    """Loads a command's module when it is called, and turns KGError into a message and its exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of a first working day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, its module imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"kg.cli.{COMMANDS[cmd_name]}")
        command = getattr(module, cmd_name, None)
        return command if isinstance(command, click.Command) else getattr(module, f"{cmd_name}_command")

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; a misspelt one gets a "did you mean"."""
        if args and args[0] not in COMMANDS:
            ctx.fail(f"No such command {args[0]!r}.{did_you_mean(args[0], COMMANDS)} See `kg --help`.")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; ours are the errors that a user can mend, all others keep their traceback."""
        try:
            return super().invoke(ctx)
        except KGError as exc:
            raise _Message(str(exc), exc.exit_code) from exc
        except KeyboardInterrupt as exc:
            raise _Message("Stopped. What was finished is kept; the same command goes on from there.", 130) from exc


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="kg")
@click.option("-v", "--verbose", count=True, help="Say more on stderr; twice for everything.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong.")
@click.option(
    "--log-file", type=click.Path(dir_okay=False, path_type=Path), help="Write the messages to this file too."
)
@click.option(
    "--config", type=click.Path(dir_okay=False, path_type=Path), help="Settings file (default: kg.toml here)."
)
@click.pass_context
def main(ctx: click.Context, verbose: int, quiet: bool, log_file: Path | None, config: Path | None) -> None:
    """Turn news articles into a knowledge graph in which every fact can be traced to the sentence that says it.

    \b
    Example:
      kg build articles/
      kg query quoted-most
      kg draw
    """
    ctx.obj = {"config": config, "quiet": quiet}
    level = logging.ERROR if quiet else (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    screen = logging.StreamHandler(sys.stderr)
    screen.setLevel(level)
    screen.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    logger = logging.getLogger("kg")
    logger.handlers, logger.propagate = [screen], False
    logger.setLevel(min(level, logging.INFO) if log_file else level)
    if log_file:
        try:
            file = logging.FileHandler(log_file, encoding="utf-8")
        except OSError as exc:
            raise click.UsageError(f"Cannot write the log file {log_file}: {exc.strerror}.") from exc
        file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logger.addHandler(file)


def output_option(function: F) -> F:
    """`-o/--output DIR`: the same option, letter and default in every command."""
    return click.option(
        "-o",
        "--output",
        type=click.Path(file_okay=False, path_type=Path),
        help="Output folder (default: output, or KG_OUTPUT).",
    )(function)


def settings_from(ctx: click.Context, **flags: Any) -> Settings:
    """Settings of this call: kg.toml, then KG_* variables, then the flags that were given."""
    return read_settings((ctx.obj or {}).get("config"), **flags)
