"""Code that would record or watch a privileged visit is refused before it runs."""

from pathlib import Path

from mypy import api

ROOT = Path(__file__).parents[2]
BEGINNING = """
from datetime import datetime
from signaling.room import Room
from signaling.supervised import PrivilegedRoom, SupervisedRoom
from signaling.seats import Guest
from signaling.views import Welcome


def tries(room: {room}, guest: Guest, welcome: Welcome, now: datetime) -> None:
"""
#: What would record, or watch, or help to.
TRIES = (
    "room.taping.pause(False)",
    "room.consent('somebody', True)",
    "room.pause_recording(False)",
    "room.stop_recording('staff')",
    "room.watch(guest, welcome, now=now)",
    "room.write('somebody', code='', text='', now=now)",
)


def checked(room: str, lines: tuple[str, ...], folder: Path) -> list[str]:
    """What the type checker finds in a function with such a room."""
    file = folder / f"tries_{room.lower()}.py"
    body = "".join(f"    {line}\n" for line in lines)
    file.write_text(BEGINNING.format(room=room) + body)
    config = ["--config-file", str(ROOT / "pyproject.toml")]
    said, complaint, _ = api.run([*config, "--no-error-summary", str(file)])
    assert complaint == ""
    return said.splitlines()


def test_privileged_rooms_have_nothing_to_record_or_to_watch_with(
    tmp_path: Path,
) -> None:
    for room in ("PrivilegedRoom", "Room"):
        found = checked(room, TRIES, tmp_path)
        missing = [line.split(".")[1].split("(")[0] for line in TRIES]
        assert [line.partition("error: ")[2] for line in found] == [
            f'"{room}" has no attribute "{name}"  [attr-defined]' for name in missing
        ]


def test_a_supervised_room_has_all_of_it(tmp_path: Path) -> None:
    assert checked("SupervisedRoom", TRIES, tmp_path) == []


def test_a_privileged_room_is_not_taken_for_one_that_can_be_recorded(
    tmp_path: Path,
) -> None:
    lines = ("kept: SupervisedRoom = room",)

    [found] = checked("PrivilegedRoom", lines, tmp_path)

    assert "Incompatible types in assignment" in found
