"""How the proxy's certificate gets to the relay."""

import os
import subprocess
import time
from pathlib import Path


def told(path: Path, text: str) -> None:
    """Wait until a file says so."""
    for _ in range(100):
        if path.exists() and path.read_text() == text:
            return
        time.sleep(0.1)
    raise AssertionError(f"{path} does not say {text}")


def test_a_certificate_is_handed_on_and_so_is_its_renewal(tmp_path: Path) -> None:
    into = tmp_path / "into"
    into.mkdir()
    process = subprocess.Popen(
        ("sh", "docker/hand-certificate"),
        env={
            "PATH": os.environ["PATH"],
            "VISITATION_HOST": "visits.example",
            "FROM": str(tmp_path / "caddy"),
            "INTO": str(into),
            "LOOK_SECONDS": "0.1",
        },
        start_new_session=True,
    )
    try:
        for name, text in (("other.example", "theirs"), ("visits.example", "first")):
            folder = tmp_path / "caddy" / "authority" / name
            folder.mkdir(parents=True)
            (folder / f"{name}.key").write_text(f"key of {text}")
            (folder / f"{name}.crt").write_text(text)
        told(into / "relay.crt", "first")
        assert (into / "relay.key").read_text() == "key of first"
        assert (into / "relay.key").stat().st_mode & 0o777 == 0o644

        (folder / "visits.example.key").write_text("key of second")
        (folder / "visits.example.crt").write_text("second")
        told(into / "relay.crt", "second")
        assert (into / "relay.key").read_text() == "key of second"
    finally:
        process.terminate()
        process.wait()
