"""`python -m signaling.recording.finish`: one recording's journals become its files.

Takes an order from standard input and answers on standard output. Reads each journal
twice, holds some seconds of it, and leaves the processor to calls that are going on.
What it leaves in the directory is whole: what is not bears another name.
"""

import errno
import fcntl
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import av

from signaling.recording import confining, orders, sealing
from signaling.recording.assembling import Assembly
from signaling.recording.cutting import Cutter
from signaling.recording.films import Films
from signaling.recording.orders import Order
from signaling.recording.sources import heard
from signaling.recording.survey import look_through
from signaling.recording.unsealing import Torn, lines, opening
from visitation.errors import VisitationError
from visitation.recordings import paths, reading
from visitation.recordings.sealed import Purpose, Tampered

VERSION: Final = 1
_NICE: Final = 15
_FULL: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


class Busy(VisitationError):
    """Another process is finishing this recording."""


class FinishedBefore(VisitationError):
    """It was finished before, and its journals are gone."""


def finish(order: Order) -> dict[str, Any]:
    """Makes the files and the manifest of a recording.

    Returns:
        The answer: the files, their whole length in seconds, what was lost, and what
        was wrong with which journal.

    Raises:
        Busy: another process is at it.
        FinishedBefore: another process was.
        OSError: the disk is full, or fails.
        NotAsWritten: the disk gives back something else than was written.
    """
    with _alone(order.directory):
        if _gone(order) - _gone_before(order):
            raise FinishedBefore(order.directory.name)
        sealing.clear(order.directory)
        answer = _finished(order)
        manifest = json.dumps(answer, indent=1).encode()
        path = order.directory / paths.MANIFEST
        sealing.seal(path, order.key, Purpose.MANIFEST, BytesIO(manifest))
        return answer


def _gone(order: Order) -> set[str]:
    names = {each.name for each in order.journals}
    return {each for each in names if not (order.directory / each).exists()}


def _gone_before(order: Order) -> set[str]:
    """The journals that were not there when files were made before, if they were.

    Some are never there: one may be ended before it is begun.
    """
    try:
        told = reading.manifest(order.directory, order.key)
    except (reading.Gone, Tampered):
        return _gone(order)
    return {each["journal"] for each in told["damage"] if each["how"] == "gone"}


def _finished(order: Order) -> dict[str, Any]:
    films: dict[str, Films] = {}
    losses: dict[str, Counter[str]] = {}
    damage: list[dict[str, Any]] = []
    for each in order.journals:
        if each.participant not in films:
            films[each.participant] = Films(
                order.directory, order.key, each.participant
            )
            losses[each.participant] = Counter()
        torn = Torn()
        losses[each.participant] += _play(
            order, order.directory / each.name, films[each.participant], torn
        )
        if torn.how:
            damage.append(
                {"journal": each.name, "segment": torn.segment, "how": torn.how}
            )
    for whose, made in films.items():
        losses[whose]["sounds"] += made.trimmed
        losses[whose]["files"] += made.spoilt
    files = sorted(
        (each for made in films.values() for each in made.finished),
        key=lambda file: (file.starts_ms, file.name),
    )
    ends = max((each.starts_ms + each.duration_ms for each in files), default=0)
    return {
        "version": VERSION,
        "epoch": order.epoch,
        "seconds": -(-ends // 1000),
        "participants": list(films),
        "files": [asdict(each) for each in files],
        "losses": {whose: dict(+count) for whose, count in losses.items()},
        "damage": damage,
    }


def _play(order: Order, path: Path, films: Films, torn: Torn) -> Counter[str]:
    """Turns one journal into files; says what was lost."""
    first = opening(lines(path, order.key, torn))
    if first is None:
        return Counter()
    ahead = first.wall - first.at / 1_000_000 - order.epoch
    films.milliseconds = lambda at: round((at + ahead) * 1000)
    assembly = Assembly(look_through(heard(lines(path, order.key, torn))))
    Cutter(films).run(assembly.run(heard(lines(path, order.key, torn))))
    return assembly.losses


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Holds the directory; the system lets go of it when the process ends."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Busy(directory.name) from None
    finally:
        os.close(handle)


def main() -> int:
    """Answers one order; 0 if it was carried out."""
    os.nice(_NICE)
    confining.confine()
    av.logging.set_level(av.logging.FATAL)
    try:
        answer, code = finish(orders.read(sys.stdin.read())), 0
    except (VisitationError, OSError, MemoryError) as fault:
        answer, code = {"error": _word(fault)}, 1
    json.dump(answer, sys.stdout)
    return code


def _word(fault: Exception) -> str:
    if isinstance(fault, OSError):
        return "no_space" if fault.errno in _FULL else "disk"
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(fault).__name__).lower()


if __name__ == "__main__":
    sys.exit(main())
