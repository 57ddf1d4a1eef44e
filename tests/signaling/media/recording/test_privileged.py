"""What privileged people send has no place from which it could be taken."""

from pathlib import Path

import pytest
from mypy import api

from signaling.media.engine import Privileged, RecordingRuns
from signaling.media.publication import Publication
from signaling.media.recording.recordable import RecordablePublication
from tests.signaling.media.client import audio, video
from tests.signaling.media.conftest import Stage, until
from tests.signaling.media.recording.tapes import KEY_TEXT, files, runs
from tests.signaling.media.seen import settle

ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize("who", ["lawyer", "nobody"])
async def test_a_direct_call_is_refused(stage: Stage, tmp_path: Path, who: str) -> None:
    stage.forwarder.join("lawyer", "legal", privileged=True)
    sender = await stage.publisher(who)
    with pytest.raises(Privileged):
        stage.forwarder.record(who, str(tmp_path / "one.journal"), KEY_TEXT)
    stage.forwarder.stop_recording(who)
    receiver = await stage.subscriber("other", who)
    sender.send(audio(1))
    sender.send(video(1, key=True))
    await until(lambda: len(receiver.packets) == 2)

    assert files(tmp_path) == []
    assert stage.forwarder._recordings._writer is None
    publication = stage.forwarder._routes.publications[who]
    assert type(publication) is Publication
    assert not hasattr(publication, "record")
    assert not any(hasattr(each, "record") for each in publication.tracks.values())


async def test_who_was_privileged_and_left_may_be_recorded_elsewhere(
    stage: Stage, tmp_path: Path
) -> None:
    stage.forwarder.join("clerk", "legal", privileged=True)
    stage.forwarder.leave("clerk")
    stage.forwarder.join("clerk", "family", privileged=False)
    await stage.publisher("clerk")
    await runs(stage, "clerk", tmp_path / "one.journal")
    publication = stage.forwarder._routes.publications["clerk"]
    assert type(publication) is RecordablePublication
    await settle()
    assert [type(e) for e in stage.events if isinstance(e, RecordingRuns)] == [
        RecordingRuns
    ]


async def test_who_is_privileged_stays_it_whatever_is_said_of_them(
    stage: Stage, tmp_path: Path
) -> None:
    stage.forwarder.join("lawyer", "legal", privileged=True)
    stage.forwarder.join("lawyer", "legal", privileged=False)
    await stage.publisher("lawyer")

    with pytest.raises(Privileged):
        stage.forwarder.record("lawyer", str(tmp_path / "one.journal"), KEY_TEXT)
    assert type(stage.forwarder._routes.publications["lawyer"]) is Publication


TRIES = """\
from signaling.media.engine import MediaEngine
from signaling.media.publication import Publication

def by_an_engine_that_is_not_for_it(engine: MediaEngine) -> None:
    engine.record("somebody", "path", "key")

def by_what_privileged_people_send(publication: Publication) -> None:
    publication.record(None, 0.0)

def by_saying_nothing_of_privilege(engine: MediaEngine) -> None:
    engine.join("somebody", "room")
"""
REFUSED = [
    ("5", '"MediaEngine" has no attribute "record"'),
    ("8", '"Publication" has no attribute "record"'),
    ("11", 'Missing named argument "privileged" for "join" of "MediaEngine"'),
]


def test_the_type_checker_refuses_code_that_tries(tmp_path: Path) -> None:
    tries = tmp_path / "tries.py"
    tries.write_text(TRIES)
    words = ["--config-file", str(ROOT / "pyproject.toml"), "--follow-imports=silent"]
    found, _, _ = api.run([*words, str(tries)])
    errors = [line.split(":", 3) for line in found.splitlines() if "error:" in line]
    assert [
        (number, said.split("  ")[0].strip()) for _, number, _, said in errors
    ] == REFUSED
