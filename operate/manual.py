"""The help of every command and option, taken from the catalogue by their names, as in `events tail --from`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operate.words import Words

    Command = TyperCommand | TyperGroup
    Parameter = TyperArgument | TyperOption


def explain(program: TyperGroup, words: Words) -> None:
    """Give the program and all its commands and options their help in one language."""
    for name, command in commands_of(program):
        command.help = words(f"help.{name}")
        command.epilog = words("headings.everywhere")
        command.rich_help_panel = words("headings.commands")
        for parameter in parameters_of(command):
            parameter.help = words(f"help.{name} {spelling(parameter)}")
            is_option = isinstance(parameter, TyperOption)
            parameter.rich_help_panel = words("headings.options" if is_option else "headings.arguments")
        help_option = command.get_help_option(typer.Context(command))
        if help_option is not None:
            help_option.help = words("headings.help")
            help_option.rich_help_panel = words("headings.options")


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
