"""A group of commands that loads each when it is called: a returned mail must not wait for the web application."""

import ast
import importlib
import importlib.util
from pathlib import Path
from typing import Any

import click


class LazyGroup(click.Group):
    """`commands_in` says where each command is: "module:name". Their help in the list of commands is the first
    sentence of their docstring, read without running the module."""

    def __init__(self, *rest: Any, commands_in: dict[str, str], **more: Any) -> None:
        super().__init__(*rest, **more)
        self.commands_in = commands_in

    @staticmethod
    def load(place: str) -> Any:
        """What "module:name" names."""
        module, _, name = place.partition(":")
        return getattr(importlib.import_module(module), name)

    def list_commands(self, _context: click.Context) -> list[str]:
        return sorted(self.commands_in)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        place = self.commands_in.get(name)
        return self.load(place) if place else None

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_words(self.commands_in[name])) for name in self.list_commands(context)])


def _first_words(place: str) -> str:
    module, _, name = place.partition(":")
    found = importlib.util.find_spec(module)
    source = Path(found.origin).read_text(encoding="utf-8") if found and found.origin else ""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return (ast.get_docstring(node) or "").partition("\n")[0]
    raise LookupError(place)
