"""Join codes: six digits per participant, unique among those live.

Stored sealed, because they must be said again in reminders and slips, with a
fingerprint for looking them up; both are wiped when the visit is over.
"""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.database import is_conflict
from visitation.errors import VisitationError
from visitation.keyring import Keyring
from visitation.visits.tables import Participant

CODE_DIGITS = 6
TRIES = 20
PURPOSE = "join-code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A join code as it is stored."""

    sealed: bytes
    fingerprint: str


class NoSuchCode(VisitationError):
    """No participant of a live visit has this code."""


async def issue(
    session: AsyncSession, participant: Participant, *, keyring: Keyring
) -> str:
    """Give a participant a code that nobody else has, and return it.

    Raises:
        RuntimeError: if no free code was found, which needs most of a million in use.
    """
    for _ in range(TRIES):
        code = keyring.digits(CODE_DIGITS)
        try:
            # Inside the savepoint: a change made before it would be written before it.
            async with session.begin_nested():
                participant.code_fingerprint = keyring.fingerprint(PURPOSE, code)
                participant.code_sealed = keyring.seal(PURPOSE, code)
                session.add(participant)
                await session.flush()
        except IntegrityError as error:
            if not is_conflict(error):
                raise
            continue
        return code
    raise RuntimeError("no free join code")


def draw(count: int, *, keyring: Keyring) -> list[Code]:
    """So many different codes; whether somebody has one of them, the database knows."""
    drawn: set[str] = set()
    while len(drawn) < count:
        drawn.add(keyring.digits(CODE_DIGITS))
    return [
        Code(
            sealed=keyring.seal(PURPOSE, code),
            fingerprint=keyring.fingerprint(PURPOSE, code),
        )
        for code in sorted(drawn)
    ]


def code_of(participant: Participant, *, keyring: Keyring) -> str | None:
    """The participant's code, or None once it has been wiped."""
    if participant.code_sealed is None:
        return None
    return keyring.open(PURPOSE, participant.code_sealed)


async def find_by_code(
    session: AsyncSession, code: str, *, keyring: Keyring
) -> Participant:
    """The participant whose code this is.

    Raises:
        NoSuchCode: if nobody's.
    """
    rows = await session.exec(
        select(Participant).where(
            Participant.code_fingerprint == keyring.fingerprint(PURPOSE, code)
        )
    )
    participant = rows.first()
    if participant is None:
        raise NoSuchCode
    return participant


async def wipe(session: AsyncSession, *, visit_id: int) -> None:
    """Forget the codes of a visit."""
    await session.exec(
        update(Participant)
        .where(col(Participant.visit_id) == visit_id)
        .values(code_sealed=None, code_fingerprint=None)
        .execution_options(synchronize_session="fetch")
    )
