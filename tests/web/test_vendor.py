"""What others made lies here unaltered, with its licence, and is named in NOTICE."""

import hashlib
import tomllib
from pathlib import Path

from web.assets import STATIC_FOLDER

VENDOR = STATIC_FOLDER / "vendor"
NOTICE = Path(__file__).parents[2] / "NOTICE"


def test_every_file_is_the_one_that_was_published() -> None:
    packages = tomllib.loads((VENDOR / "vendor.toml").read_text())["package"]
    told = {name: hashed for one in packages for name, hashed in one["files"].items()}
    found = {
        file.relative_to(VENDOR).as_posix(): hashlib.sha256(
            file.read_bytes()
        ).hexdigest()
        for file in VENDOR.rglob("*")
        if file.is_file() and file.name != "vendor.toml"
    }

    assert found == told


def test_every_package_has_a_version_a_licence_and_an_address() -> None:
    notice = NOTICE.read_text()
    for one in tomllib.loads((VENDOR / "vendor.toml").read_text())["package"]:
        assert one["url"].startswith("https://registry.npmjs.org/")
        assert one["version"] in one["url"]
        assert f"{one['name']} {one['version']}".lower() in notice.lower()
        licence = next(name for name in one["files"] if "LICENSE" in name)
        assert "Apache License" in (VENDOR / licence).read_text()
