"""A prison that records, the people of a visit who agree, and what is on record."""

from pathlib import Path

from aiohttp import ClientWebSocketResponse
from sqlmodel import col, select

from signaling.recording_desk import Archive
from tests.signaling.conftest import Stage, hear, in_call, passes, say
from visitation.audit.tables import AuditEntry
from visitation.places import SitePolicy
from visitation.recordings.alone import Alone
from visitation.recordings.keys import KeyWraps
from visitation.recordings.space import Space
from visitation.recordings.tables import Recording, RecordingFile
from visitation.words import Part, Recorded

QUOTA = 10**9


class Disk:
    """How many bytes are left on the disk of the recordings."""

    def __init__(self) -> None:
        self.left = 10**12

    def __call__(self, directory: Path) -> int:
        return self.left


def archive_in(directory: Path, disk: Disk) -> Archive:
    return Archive(
        directory=directory,
        wraps=KeyWraps("first", {"first": b"w" * 32}),
        space=Space(directory, QUOTA, left=disk),
        alone=Alone(directory),
    )


async def recording_wanted(stage: Stage) -> None:
    """The prison's rules ask for recordings."""
    async with stage.database.write() as session:
        prison = stage.world.prison.id
        session.add(SitePolicy(site_id=prison, recorded=Recorded.CONSENT))


async def agree(*sockets: ClientWebSocketResponse, given: bool = True) -> None:
    for socket in sockets:
        await say(socket, "consent", given=given)
        assert (await hear(socket, "consented"))["given"] is given


async def is_said(socket: ClientWebSocketResponse, state: str) -> dict[str, object]:
    """The message that says it, once it has come."""
    while (said := await hear(socket, "recording_state"))["state"] != state:
        pass
    return said


async def begun(stage: Stage) -> list[ClientWebSocketResponse]:
    """Both sides are in the call, have agreed, and are recorded."""
    await recording_wanted(stage)
    sockets = await in_call(stage, Part.PRISONER, Part.VISITOR)
    await agree(*sockets)
    await going_on(stage)
    return sockets


async def going_on(stage: Stage) -> None:
    """So much time passes that what was announced has begun."""
    await stage.hub.settled()
    await passes(stage, 7)
    await stage.hub.recording.settled()


async def settled(stage: Stage) -> None:
    await stage.hub.settled()
    await stage.hub.recording.settled()


async def recordings(stage: Stage) -> list[Recording]:
    await settled(stage)
    async with stage.database.read() as session:
        rows = await session.exec(select(Recording).order_by(col(Recording.id)))
        return list(rows.all())


async def journals(stage: Stage) -> list[str]:
    async with stage.database.read() as session:
        rows = await session.exec(
            select(RecordingFile.name).order_by(col(RecordingFile.id))
        )
        return list(rows.all())


async def audited(stage: Stage, *words: str) -> list[str]:
    """What was noted of it, in its order."""
    await settled(stage)
    async with stage.database.read() as session:
        rows = await session.exec(
            select(AuditEntry.action).order_by(col(AuditEntry.id))
        )
        return [one for one in rows.all() if any(word in one for word in words)]


def ordered(stage: Stage) -> list[tuple[object, ...]]:
    """What the engine was told about journals: what, whose, and which."""
    orders = [one for one in stage.engine.done if "record" in str(one[0])]
    return [(*one[:2], *(Path(str(path)).name for path in one[2:])) for one in orders]
