"""How the code is laid out: short files, no stray output, text twins and rooms that exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = sorted(path for room in ("webapp", "emails", "workers") for path in (ROOT / room).rglob("*.py"))
LONGEST = 400
FULLEST = 15
WIDEST = 160

SERVICES = ROOT / "webapp/services"
MIRRORS = ("tests/webapp/services", "tests/webapp/forms", "tests/webapp/staff")

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


def test_a_room_holds_two_to_fifteen_files() -> None:
    rooms = {path.parent for path in SERVICES.glob("*/*.py")}

    counted = {room.name: len(set(room.glob("*.py")) - {room / "__init__.py"}) for room in rooms}

    assert {name: count for name, count in counted.items() if not 2 <= count <= FULLEST} == {}


def test_no_layer_has_a_room_that_services_do_not_have() -> None:
    rooms = _rooms(SERVICES)

    strange = {
        f"{layer}/{room}"
        for layer in ("webapp/forms", "webapp/staff", "webapp/templates/staff", *MIRRORS)
        for room in _rooms(ROOT / layer) - rooms
    }

    assert strange == set()


def test_no_file_of_these_layers_stands_outside_a_room() -> None:
    outside = {
        _name(path)
        for layer in (SERVICES, ROOT / "webapp/forms", ROOT / "webapp/staff", ROOT / "webapp/templates/staff")
        for path in layer.iterdir()
        if path.is_file() and path.name != "__init__.py"
    }

    assert outside == set()


def test_no_line_of_a_template_is_longer_than_a_screen() -> None:
    long = {
        f"{_name(path)}:{number}"
        for layer in ("webapp/templates", "emails/templates")
        for path in (ROOT / layer).rglob("*.*")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if len(line) > WIDEST
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


def test_the_firm_is_looked_up_in_one_place() -> None:
    looking = {
        _name(path)
        for path in CODE
        if re.search(r"get(_one)?\(\s*Firm\b|select\(Firm\)", path.read_text()) and path.name != "health.py"
    }

    assert looking == {"webapp/services/core/firm.py"}


def test_what_the_readme_names_exists() -> None:
    named = re.findall(r"`((?:webapp|emails|workers|tests|docs)/[\w/.-]+)`", (ROOT / "README.md").read_text())

    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_readme_counts_nothing_that_the_code_counts() -> None:
    assert (
        re.findall(r"\b\d+ (?:samples|mails \(|kinds of mail|rooms|languages)\b", (ROOT / "README.md").read_text())
        == []
    )


def _rooms(layer: Path) -> set[str]:
    return {path.name for path in layer.iterdir() if path.is_dir() and path.name != "__pycache__"}


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def test_mails_are_rendered_in_one_place_that_no_transaction_waits_for() -> None:
    rendering = {
        _name(path) for path in CODE if "rendering.render(" in path.read_text() and path != ROOT / "emails/rendering.py"
    }

    assert rendering == {"webapp/services/mail/writing.py"}


def test_nothing_is_written_only_to_be_looked_at_and_taken_back() -> None:
    trying = {_name(path) for path in CODE if "begin_nested" in path.read_text()}

    assert trying == set()
