"""What is written into a journal is read out of it, and nothing else."""

from typing import Any

import pytest

from signaling.media.recording import journal
from signaling.media.recording.journal import (
    Malformed,
    Note,
    Opening,
    Packet,
    Report,
    TrackBegins,
)

SOUND: dict[str, Any] = {
    "ssrc": 7,
    "kind": "audio",
    "codec": "opus",
    "layer": "high",
    "clock_rate": 48_000,
    "payload_type": 111,
}
NAUGHTS = b"0" * 4000
WRITTEN: list[journal.Entry] = [
    (1.5, journal.OPENING, journal.opening("someone", 1_700_000_000.25)),
    (1.6, journal.TRACK, journal.track(**SOUND)),
    (1.61, journal.PACKET, b"a packet of RTP"),
    (1.62, journal.REPORT, journal.report(7, 2**63 + 5, 960)),
    (1.63, journal.NOTE, journal.note("paused", "video")),
    (1.7, journal.NOTE, journal.note("stopped")),
]
READ = [
    Opening(at=1_500_000, participant="someone", wall=1_700_000_000.25),
    TrackBegins(at=1_600_000, **SOUND),
    Packet(at=1_610_000, packet=b"a packet of RTP"),
    Report(at=1_620_000, ssrc=7, ntp=2**63 + 5, timestamp=960),
    Note(at=1_630_000, what="paused", kind="video"),
    Note(at=1_700_000, what="stopped"),
]


def test_what_was_written_is_read() -> None:
    assert list(journal.read([journal.packed(WRITTEN)])) == READ


@pytest.mark.parametrize("size", [1, 5, 64])
def test_it_does_not_matter_where_segments_end(size: int) -> None:
    plain = journal.packed(WRITTEN)
    cut = [plain[at : at + size] for at in range(0, len(plain), size)]
    assert list(journal.read(cut)) == READ


def test_a_line_that_was_cut_off_is_left_out() -> None:
    assert list(journal.read([journal.packed(WRITTEN)[:-1]])) == READ[:-1]


@pytest.mark.parametrize(
    "entry",
    [
        (1.0, 9, b"{}"),
        (1.0, journal.OPENING, b'{"version":2,"participant":"","wall":0}'),
        (1.0, journal.OPENING, b"[]"),
        (1.0, journal.TRACK, b'{"kind":"smell"}'),
        (1.0, journal.OPENING, b'{"version":1,"participant":"","wall":"noon"}'),
        (1.0, journal.OPENING, b'{"version":1,"participant":"","wall":NaN}'),
        (1.0, journal.OPENING, b'{"version":1,"participant":"","wall":1e400}'),
        (1.0, journal.OPENING, b'{"version":1,"participant":"","wall":1%b}' % NAUGHTS),
        (1.0, journal.TRACK, b'{"kind":%b' % (b"[" * 60_000)),
        (1.0, journal.TRACK, journal.track(**{**SOUND, "ssrc": [7]})),
        (1.0, journal.TRACK, journal.track(**{**SOUND, "ssrc": 2**32})),
        (1.0, journal.TRACK, journal.track(**{**SOUND, "clock_rate": 0})),
        (1.0, journal.TRACK, journal.track(**{**SOUND, "codec": "vp8"})),
        (1.0, journal.TRACK, journal.track(**{**SOUND, "payload_type": True})),
        (1.0, journal.TRACK, journal.track(**{**SOUND, "parameters": 5})),
        (1.0, journal.NOTE, b'{"what":"sold"}'),
        (1.0, journal.PACKET, b"short"),
        (1.0, journal.REPORT, b"short"),
        (1.0, journal.PACKET, bytes(journal.MOST_BYTES + 1)),
    ],
)
def test_what_is_no_journal_is_refused(entry: journal.Entry) -> None:
    with pytest.raises(Malformed):
        list(journal.read([journal.packed([entry])]))
