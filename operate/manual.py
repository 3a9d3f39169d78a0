"""The help of every command and option, taken from the catalogue by their names, as in `events tail --from`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import typer
from rich.padding import Padding
from rich.text import Text
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from operate.session import console, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from operate.words import Words

    Command = TyperCommand | TyperGroup
    Parameter = TyperArgument | TyperOption


def explain(program: TyperGroup, words: Words) -> None:
    """Give the program and all its commands and options their help in one language."""
    for name, command in commands_of(program):
        command.help = words(f"help.{name}")
        for parameter in parameters_of(command):
            parameter.help = words(f"help.{name} {spelling(parameter)}")
        help_option = command.get_help_option(typer.Context(command))
        if help_option is not None:
            help_option.help = words("headings.help")
            help_option.callback = partial(_show, command, words)


def _show(command: Command, words: Words, context: typer.Context, _: object, asked: Any) -> None:
    """Print the help of a command and end. Typer's own cuts Chinese short, which has no blanks to break lines at."""
    if not asked:
        return
    output = console()
    for part in _page(command, words, context):
        output.print(part, overflow="fold")
    raise typer.Exit


def _page(command: Command, words: Words, context: typer.Context) -> Iterator[RenderableType]:
    """What a page of help says: how to type the command, what it does, and what belongs to it."""
    options = [one for one in command.get_params(context) if isinstance(one, TyperOption)]
    arguments = [one for one in command.params if isinstance(one, TyperArgument)]
    below = command.commands if isinstance(command, TyperGroup) else {}
    parts = [*(f"[{one.name}]" for one in arguments), words("headings.some-options"), words("headings.one-command")]
    yield Text(" ".join([words("headings.usage"), context.command_path, *(parts if below else parts[:-1])]), "bold")
    yield Padding(Text(command.help or ""), (1, 0))
    listed = {
        "headings.commands": [(name, one.help) for name, one in below.items()],
        "headings.arguments": [(one.name, one.help) for one in arguments],
        "headings.options": [(_typed(one), one.help) for one in options],
    }
    for heading, rows in listed.items():
        if rows:
            yield Text(words(heading), "bold")
            listed_rows = table((), rows)
            listed_rows.columns[0].no_wrap = True  # or a long option would come between the words about it
            yield Padding(listed_rows, (0, 0, 1, 2))
    yield Text(words("headings.everywhere"))


def _typed(option: TyperOption) -> str:
    """An option with its short form, and where it takes a value a sign of it."""
    spellings = ", ".join(option.opts)
    return spellings if option.is_flag else f"{spellings} …"


def commands_of(command: Command, name: str = "caretrail") -> Iterator[tuple[str, Command]]:
    """A command and all below it, with their names as one types them."""
    yield name, command
    if isinstance(command, TyperGroup):
        for last, below in command.commands.items():
            if isinstance(below, TyperCommand | TyperGroup):
                yield from commands_of(below, f"{name} {last}")


def parameters_of(command: Command) -> Iterator[Parameter]:
    """The options and arguments of one command."""
    for parameter in command.params:
        if isinstance(parameter, TyperArgument | TyperOption):
            yield parameter


def spelling(parameter: Parameter) -> str:
    """How one types an option, in its long form, or what an argument is called."""
    return max(parameter.opts, key=len)
