"""The documents say what the code says."""

from pathlib import Path

from visitation import lifecycle

ROOT = Path(__file__).parent.parent
MODULE_LINES = 350
MEDIAN_LINES = 130
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
