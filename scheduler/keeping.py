"""Every kind of record that ends by itself: in which table, how old, by which sweep.

`forget` and `forget_old` delete by this table, the page and the handbook show it. What
is not here is kept for good: visits, people, accounts, and the audit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.attempts.counting import LONGEST_WINDOW
from visitation.attempts.tables import AttemptCount
from visitation.calls.tables import ChatLine, Feedback, HelpCall
from visitation.cases import Case, erasing
from visitation.devices import Challenge, IdempotencyKey, LoginSession, PairingCode
from visitation.devices.challenges import LONGEST_LIFE
from visitation.devices.pairing import PAIRING_CODE_LIFE
from visitation.lines.tables import LineRecord, LineTest
from visitation.messages import CallTask, DeliveryEvent, Message
from visitation.people.tables import LinkRequest
from visitation.points.tables import DeviceTest, Handover, Ticket
from visitation.recordings.keeping import KEPT
from visitation.recordings.tables import Recording
from visitation.retention import Kept
from visitation.runs import SweepRun
from visitation.services.tables import ServiceRecord
from visitation.visits import Claim, Participant
from visitation.words import RecordingState

#: How long what a node ran last is kept after it fell silent.
SILENT_NODES = timedelta(days=1)
#: How long what gateways told is kept for whoever looks into it.
TOLD = timedelta(days=30)
#: How long a program may ask again for the answer to a write.
IDEMPOTENCY = timedelta(days=2)
#: A sign-in that is over lets nobody in; whoever is in a call by it stays in.
ENDED_SESSIONS = timedelta(hours=12)
#: How long claims are kept after their time, for whoever looks into a clash.
PAST_CLAIMS = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A kind of record that ends by itself.

    Attributes:
        name: of the kind; that of `Kept` where somebody chooses how long.
        sweep: the job of the timetable that ends it.
        table: where it is.
        since: from when on it grows old; None where that is not in the row.
        held: which rows hold it; all where there is no condition.
        length: how long it is kept; None where its own end, or a choice, says so.
        wiped: what the row has afterwards, where it stays; empty where it goes.
    """

    name: str
    sweep: str
    table: type[SQLModel]
    since: Any = None
    held: tuple[ColumnElement[bool], ...] = ()
    length: timedelta | None = None
    wiped: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How many records of a kind there are, and since when the oldest is there."""

    count: int
    oldest: datetime | date | None


def _chosen(kept: Kept, table: type[SQLModel], since: Any) -> Record:
    return Record(name=kept.value, sweep="forget_old", table=table, since=col(since))


#: Those of which somebody chooses how long they are kept.
CHOSEN: Mapping[Kept, Record] = {
    kept: _chosen(kept, table, since)
    for kept, table, since in (
        (Kept.CHAT_LINES, ChatLine, ChatLine.at),
        (Kept.HELP_CALLS, HelpCall, HelpCall.asked_at),
        (Kept.HANDOVERS, Handover, Handover.written_at),
        (Kept.FEEDBACK, Feedback, Feedback.at),
        (Kept.LINK_REQUESTS, LinkRequest, LinkRequest.decided_at),
        (Kept.TICKETS, Ticket, Ticket.taken_at),
        (Kept.LINE_RECORDS, LineRecord, LineRecord.measured_at),
        (Kept.LINE_TESTS, LineTest, LineTest.taken_at),
        (Kept.DEVICE_TESTS, DeviceTest, DeviceTest.taken_at),
    )
} | {
    Kept.SERVICE_NOTES: Record(
        name=Kept.SERVICE_NOTES.value,
        sweep="forget_old",
        table=ServiceRecord,
        since=col(ServiceRecord.done_at),
        held=(col(ServiceRecord.note) != "",),
        wiped={"note": ""},
    ),
    Kept.CASES: Record(
        name=Kept.CASES.value,
        sweep="erase_cases",
        table=Case,
        since=col(Case.changed_at),
        held=(erasing.WRITTEN,),
    ),
    **{
        kept: Record(
            name=kept.value,
            sweep="delete_recordings",
            table=Recording,
            since=col(Recording.ended_at),
            held=(
                col(Recording.visit_kind) == kind,
                col(Recording.state) != RecordingState.DELETED,
                col(Recording.held).is_(False),
            ),
        )
        for kind, kept in KEPT.items()
    },
}
#: Those whose end follows from what they are for.
FIXED = (
    Record(
        name="sign_in_codes",
        sweep="forget",
        table=Challenge,
        since=col(Challenge.created_at),
        length=LONGEST_LIFE,
    ),
    Record(
        name="join_codes",
        sweep="wipe_codes",
        table=Participant,
        held=(col(Participant.code_sealed).is_not(None),),
    ),
    Record(
        name="pairing_codes",
        sweep="forget",
        table=PairingCode,
        length=PAIRING_CODE_LIFE,
    ),
    Record(
        name="sessions",
        sweep="forget",
        table=LoginSession,
        since=col(LoginSession.created_at),
    ),
    Record(
        name="attempts",
        sweep="forget",
        table=AttemptCount,
        since=col(AttemptCount.since),
        length=LONGEST_WINDOW,
    ),
    Record(
        name="message_numbers",
        sweep="wipe_numbers",
        table=Message,
        since=col(Message.expires_at),
        held=(col(Message.phone) != "",),
    ),
    Record(
        name="call_list",
        sweep="wipe_numbers",
        table=CallTask,
        since=col(CallTask.due_by),
    ),
    Record(
        name="delivery_events",
        sweep="forget",
        table=DeliveryEvent,
        since=col(DeliveryEvent.received_at),
        length=TOLD,
    ),
    Record(
        name="program_answers",
        sweep="forget",
        table=IdempotencyKey,
        since=col(IdempotencyKey.created_at),
        length=IDEMPOTENCY,
    ),
    Record(name="past_claims", sweep="forget", table=Claim, length=PAST_CLAIMS),
    Record(
        name="silent_nodes",
        sweep="forget",
        table=SweepRun,
        since=col(SweepRun.started_at),
        length=SILENT_NODES,
    ),
)
RECORDS = (*CHOSEN.values(), *FIXED)


async def held(session: AsyncSession, record: Record) -> Held:
    """What there is of a kind now."""
    oldest = func.min(record.since) if record.since is not None else None
    query = select(func.count()).select_from(record.table).where(*record.held)
    count = (await session.exec(query)).one()
    if oldest is None or not count:
        return Held(count=count, oldest=None)
    found = await session.exec(select(oldest).where(*record.held))
    return Held(count=count, oldest=found.one())


async def older(session: AsyncSession, kept: Kept, *, than: datetime) -> int:
    """How many records of a kind have grown old since before an instant."""
    record = CHOSEN[kept]
    rows = await session.exec(
        select(func.count())
        .select_from(record.table)
        .where(record.since <= than, *record.held)
    )
    return rows.one()
