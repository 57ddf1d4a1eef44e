"""A media engine that forwards nothing and remembers everything."""

from signaling.media.engine import (
    BadSdp,
    Kind,
    LegStatistics,
    ParticipantStatistics,
    Privileged,
    WorkerStatistics,
)

OFFER = "v=0 an offer"


def leg(*, state: str = "connected", loss: float = 0.0) -> LegStatistics:
    return LegStatistics(
        state=state,  # type: ignore[arg-type]
        last_heard=None,
        rtt=None,
        loss=loss,
        jitter=0.0,
        packets=0,
        bytes=0,
        nacks=0,
        plis=0,
    )


class FakeEngine:
    """Speaks a pretended SDP; `done` lists the orders in the order they came."""

    def __init__(self) -> None:
        self.done: list[tuple[object, ...]] = []
        self.rooms: dict[str, str] = {}
        self.privileged: set[str] = set()
        self.measured: dict[str, ParticipantStatistics] = {}

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def join(self, participant: str, room: str, *, privileged: bool) -> None:
        self.rooms[participant] = room
        if privileged:
            self.privileged.add(participant)

    def workers(self) -> tuple[WorkerStatistics, ...]:
        return (WorkerStatistics(worker=0, rooms=len(set(self.rooms.values()))),)

    async def publish(self, participant: str, offer: str) -> str:
        if not offer.startswith("v=0"):
            raise BadSdp("malformed")
        self.done.append(("publish", participant))
        return "v=0 an answer"

    async def subscribe(self, participant: str) -> str:
        self.done.append(("subscribe", participant))
        return OFFER

    async def rebuild_subscriber(self, participant: str) -> str:
        self.done.append(("rebuild", participant))
        return OFFER

    async def accept(self, participant: str, answer: str) -> None:
        if not answer.startswith("v=0"):
            raise BadSdp("malformed")
        self.done.append(("accept", participant))

    def seat(self, subscriber: str, slot: int, publisher: str | None) -> None:
        self.done.append(("seat", subscriber, slot, publisher))

    def block(self, publisher: str, kind: Kind, blocked: bool) -> None:
        self.done.append(("block", publisher, kind, blocked))

    def leave(self, participant: str) -> None:
        self.done.append(("leave", participant))

    def record(self, participant: str, path: str, key: str) -> None:
        if participant not in self.rooms or participant in self.privileged:
            raise Privileged(participant)
        self.done.append(("record", participant, path))

    def stop_recording(self, participant: str) -> None:
        self.done.append(("stop_recording", participant))

    def statistics(self, participant: str) -> ParticipantStatistics:
        return self.measured.get(participant) or self._well(participant)

    def _well(self, participant: str) -> ParticipantStatistics:
        """The legs that were made are as good as new."""
        publishes = ("publish", participant) in self.done
        subscribes = {("subscribe", participant), ("rebuild", participant)}
        return ParticipantStatistics(
            publisher=leg() if publishes else None,
            subscriber=leg() if subscribes & set(self.done) else None,
            silence={"audio": 0.0, "video": 0.0} if publishes else {},
        )
