"""How the code is laid out: short files, no stray output, text twins and rooms that exist."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = sorted(path for room in ("webapp", "emails", "workers") for path in (ROOT / room).rglob("*.py"))
LONGEST = 300

FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "misc"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_file_outgrows_a_room() -> None:
    long = {
        _name(path)
        for path in CODE
        if "migrations/versions" not in _name(path) and len(path.read_text().splitlines()) > LONGEST
    }

    assert long == set()


def test_nothing_prints() -> None:
    printing = {
        f"{_name(path)}:{node.lineno}"
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }

    assert printing == set()


def test_every_module_says_why_it_exists() -> None:
    silent = {_name(path) for path in CODE if path.read_text().strip() and not ast.get_docstring(_parsed(path))}

    assert {name for name in silent if "migrations" not in name} == set()


def test_no_drawer_is_named_after_nothing() -> None:
    assert {_name(path) for path in CODE if path.stem in FORBIDDEN_NAMES} == set()


def test_nothing_is_imported_inside_a_function() -> None:
    inside = {
        f"{_name(path)}:{node.lineno}"
        for path in CODE
        for function in ast.walk(_parsed(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }

    assert inside == set()


def test_only_the_edge_reads_the_environment() -> None:
    reading = {_name(path) for path in CODE if "os.environ" in path.read_text() or "os.getenv" in path.read_text()}

    assert reading <= {
        "webapp/cli/serve.py", "webapp/config.py", "webapp/gunicorn.py", "webapp/embedded/processes.py",
        "webapp/embedded/valkey.py", "workers/app.py",
    }  # fmt: skip


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())
