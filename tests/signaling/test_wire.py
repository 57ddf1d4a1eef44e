"""The wire form, held to docs/protocol.md in both directions."""

import json
import re
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from signaling import wire
from signaling.messages import (
    Answer,
    Candidate,
    Deny,
    Join,
    Leave,
    Offer,
    Ping,
    Resume,
    Subscribe,
    Tracks,
)
from signaling.tracks import (
    TrackPublished,
)
from signaling.wire import ProtocolError
from signaling.words import Reason, Sending

DOCUMENT = Path(__file__).parents[2] / "docs" / "protocol.md"


def examples() -> list[dict[str, object]]:
    """Every example of the document: the indented JSON objects."""
    text = DOCUMENT.read_text(encoding="utf-8")
    blocks = re.findall(r"^    \{\"type\"(?:.*\n)(?:^     +.*\n)*", text, re.MULTILINE)
    return [json.loads(block) for block in blocks]


@pytest.mark.parametrize(
    "message",
    [
        Join(version=1, ticket="3.dmlz"),
        Resume(version=1, token="3.dmlz"),
        Offer(target="publisher", sdp="v=0\r\n"),
        Answer(target="subscriber", sdp="v=0\r\n"),
        Candidate(target="publisher", candidate="candidate:1", mid="0"),
        Tracks(audio=Sending.ON, video=Sending.MUTED),
        Subscribe(rebuild=True),
        Leave(reason=Reason.LEFT),
        Ping(),
    ],
    ids=lambda message: wire.wire_name(type(message)),
)
def test_what_a_page_sends_comes_back_whole(message: Join) -> None:
    assert wire.parse(wire.text_of(message)) == message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '"ping"',
        "{}",
        '{"type": null}',
        '{"type": ["ping"]}',
        '{"type": "pang"}',
        '{"type": "joined"}',
        '{"type": "ping", "more": 1}',
        '{"type": "join", "version": 1}',
        '{"type": "join", "version": "1", "ticket": "x"}',
        '{"type": "join", "version": true, "ticket": "x"}',
        '{"type": "join", "version": 1, "ticket": "%s"}' % ("x" * 300),
        '{"type": "join", "version": 1, "ticket": "a\\u0000b"}',
        '{"type": "offer", "target": "nobody", "sdp": ""}',
        '{"type": "offer", "target": ["publisher"], "sdp": ""}',
        '{"type": "offer", "target": "publisher", "sdp": 1}',
        '{"type": "tracks", "audio": "on", "video": "loud"}',
        '{"type": "tracks", "audio": "on", "video": []}',
        '{"type": "subscribe", "rebuild": 1}',
        '{"type": "leave", "reason": "bored"}',
        "[" * 100_000,
        '{"type": "offer", "target": "publisher", "sdp": "%s"}' % ("v" * 70_000),
    ],
    ids=lambda text: text[:48],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        wire.parse(text)

    assert refused.value.code == "malformed"


def test_times_are_utc_with_a_z() -> None:
    eight = datetime(2026, 11, 23, 8, 0, 0, 5, tzinfo=UTC)

    assert json.loads(wire.text_of(Deny(reason="not_yet_open", opens_at=eight))) == {
        "type": "deny",
        "reason": "not_yet_open",
        "opens_at": "2026-11-23T08:00:00Z",
    }
    assert wire.text_of(TrackPublished(participant="p", kind="video", mid="v0")) == (
        '{"type":"track_published","participant":"p","kind":"video","mid":"v0"}'
    )


def test_every_message_has_an_example_with_exactly_its_fields() -> None:
    kinds = {**wire.TO_PAGE, **wire.FROM_PAGE}
    shown: dict[str, set[str]] = {}
    for example in examples():
        shown.setdefault(str(example["type"]), set()).update(example)

    assert shown == {
        name: {"type", *(field.name for field in fields(kind))}
        for name, kind in kinds.items()
    }


def test_examples_of_what_a_page_sends_are_understood() -> None:
    understood = {
        type(wire.parse(json.dumps(example)))
        for example in examples()
        if example["type"] in wire.FROM_PAGE and example.get("reason") in {None, "left"}
    }

    assert understood == set(wire.FROM_PAGE.values())
