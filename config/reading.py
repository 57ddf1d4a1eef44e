"""Reading the settings: a TOML file, and environment variables that win over it.

The file is `visitation.toml`, or what `VISITATION_CONFIG` names; a variable is called
`VISITATION__WEB__PORT`. All or nothing: one clear line for every value that cannot be
used.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config import sense
from config.settings import PREFIX, Settings
from visitation.errors import VisitationError

DEFAULT_FILE = Path("visitation.toml")
FILE_VARIABLE = "VISITATION_CONFIG"


class BadSettings(VisitationError):
    """The settings make no sense; `problems` has one line for each reason."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def read(file: Path | None = None) -> Settings:
    """The settings of a file (which need not be named) and of the environment.

    Raises:
        BadSettings: with one line for every value that cannot be used.
    """
    return from_values(_parsed(file or _usual_file()))


def from_values(values: Mapping[str, Any]) -> Settings:
    """The settings that values and the environment give.

    Raises:
        BadSettings: with one line for every value that cannot be used.
    """
    stray = _stray_variables()
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise BadSettings((*_lines(error), *stray)) from None
    if problems := (*stray, *sense.problems(settings)):
        raise BadSettings(problems)
    return settings


def _usual_file() -> Path | None:
    if named := os.environ.get(FILE_VARIABLE):
        return Path(named)
    return DEFAULT_FILE if DEFAULT_FILE.exists() else None


def _parsed(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSettings((f"{file}: {error.strerror}",)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings((f"{file}: this is not TOML: {error}",)) from None


def _stray_variables() -> tuple[str, ...]:
    """Variables with our prefix that set nothing: pydantic-settings skips them."""
    known = {name.upper() for name in Settings.model_fields}
    return tuple(
        f"{name}: there is no such setting"
        for name in sorted(os.environ)
        if name.upper().startswith(PREFIX)
        and name.upper().removeprefix(PREFIX).split("__")[0] not in known
    )


def _lines(error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors(include_url=False, include_context=False):
        where = ".".join(str(part) for part in problem["loc"])
        said = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
        if problem["type"] == "extra_forbidden":
            said = "there is no such setting"
        lines.append(f"{where}: {said}" if where else said)
    return lines
