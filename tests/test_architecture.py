"""The documents say what the code says, and files and functions stay readable."""

import ast
from collections.abc import Iterator
from pathlib import Path

from visitation import lifecycle

ROOT = Path(__file__).parent.parent
MODULE_LINES = 350
MEDIAN_LINES = 130
FUNCTION_LINES = 40
#: Better whole: a packet's way, on which each call costs time, and the steps of one
#: booking, told in their order.
WHOLE = {
    "scheduler/booking.py: move",
    "scheduler/entering.py: written",
    "scheduler/facts.py: day",
    "scheduler/verdict.py: unless_refused",
    "signaling/media/downstream.py: forward",
}
WHOLE_LINES = 60
PACKAGES = ("visitation", "scheduler", "signaling", "web", "config")


def test_the_diagram_of_a_visits_life_is_the_table() -> None:
    assert lifecycle.as_mermaid() in (ROOT / "ARCHITECTURE.md").read_text()


def test_the_architecture_fits_in_150_lines() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text().splitlines()) <= 150


def test_modules_stay_small() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "migrations" not in path.parts
    }
    assert {name: n for name, n in lengths.items() if n > MODULE_LINES} == {}
    assert sorted(lengths.values())[len(lengths) // 2] <= MEDIAN_LINES


def test_functions_stay_small() -> None:
    long = [
        (name, lines)
        for name, lines in _functions()
        if lines > (WHOLE_LINES if name in WHOLE else FUNCTION_LINES)
    ]
    assert long == []


def _functions() -> Iterator[tuple[str, int]]:
    """Every function with the number of its lines, those of its docstring left out."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    name = f"{path.relative_to(ROOT)}: {node.name}"
                    yield name, _lines(node) - _docstring_lines(node)


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    said = ast.get_docstring(node) is not None
    return _lines(node.body[0]) if said else 0


def test_files_of_tests_stay_readable() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in (ROOT / "tests").rglob("*.py")
    }
    assert {name: n for name, n in lengths.items() if n > MODULE_LINES} == {}


def test_every_module_says_what_it_knows() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "migrations" not in path.parts
        and not path.read_text().lstrip().startswith('"""')
    ]
    assert silent == []
