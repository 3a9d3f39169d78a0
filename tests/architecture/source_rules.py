"""Rules about the text of the code that no linter knows; each finder gives the lines that break one."""

from __future__ import annotations

import ast
from pathlib import Path

PROJECT = Path(__file__).parents[2]

Lines = list[int]


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (PROJECT / folder).rglob("*.py"))


def environment_reads(source: str) -> Lines:
    """`os.environ`, `os.getenv` and their like, however imported."""
    names = {"environ", "environb", "getenv", "getenvb"}
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Attribute) and node.attr in names)
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and names & {alias.name for alias in node.names})
    ]


def types_learnt_late(source: str) -> Lines:
    """Inside functions, where several threads may be: msgspec decoders made, or JSON decoded into a class."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    calls = [node for function in functions for node in ast.walk(function) if isinstance(node, ast.Call)]
    return [call.lineno for call in calls if _learns_a_type(call)]


def _learns_a_type(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    into_a_class = any(word.arg == "type" and isinstance(word.value, ast.Name) for word in call.keywords)
    return call.func.attr == "Decoder" or (call.func.attr == "decode" and into_a_class)


def mocks_and_sleeps(source: str) -> Lines:
    """Imports of a mocking library, and `sleep` of any library but `sleep(0)`, which only gives way."""
    nodes = list(ast.walk(ast.parse(source)))
    giving_way = [node.func for node in nodes if isinstance(node, ast.Call) and ast.unparse(node).endswith(".sleep(0)")]
    return [node.lineno for node in nodes if _mocks(node) or (_sleeps(node) and node not in giving_way)]


def _mocks(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[-1] == "mock" for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[-1] == "mock" or any(alias.name == "mock" for alias in node.names)
    return False


def _sleeps(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "sleep"
    return isinstance(node, ast.ImportFrom) and any(alias.name == "sleep" for alias in node.names)
