"""The code by which a family follows its case: ten digits, sealed where they stand."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.cases.tables import Case
from visitation.keyring import Keyring
from visitation.persian import to_ascii_digits

DIGITS = 10
_PURPOSE = "tracking"
_TRIES = 8


async def draw(session: AsyncSession, *, keyring: Keyring) -> tuple[str, bytes, str]:
    """A code that no case has, sealed, and its fingerprint.

    Raises:
        RuntimeError: if none was found, which needs most of ten thousand million.
    """
    for _ in range(_TRIES):
        code = keyring.digits(DIGITS)
        print_ = keyring.fingerprint(_PURPOSE, code)
        taken = await session.exec(
            select(Case.id).where(Case.tracking_fingerprint == print_)
        )
        if taken.first() is None:
            return code, keyring.seal(_PURPOSE, code), print_
    raise RuntimeError("no free tracking code")


async def of(session: AsyncSession, case: Case, *, keyring: Keyring) -> str:
    """A case's code; one that came without gets its own now.

    The transaction must be one that writes where the case may have none.
    """
    if case.tracking_sealed:
        return keyring.open(_PURPOSE, case.tracking_sealed)
    code, case.tracking_sealed, case.tracking_fingerprint = await draw(
        session, keyring=keyring
    )
    session.add(case)
    await session.flush()
    return code


def shown(case: Case, *, keyring: Keyring) -> str:
    """A case's code, or nothing if it has none yet."""
    if not case.tracking_sealed:
        return ""
    return keyring.open(_PURPOSE, case.tracking_sealed)


def fingerprint(code: str, *, keyring: Keyring) -> str | None:
    """What a code as it was typed is found by; None for what is none.

    Digits of any script, with spaces or hyphens between them.
    """
    digits = "".join(to_ascii_digits(code).replace("-", "").split())
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    return keyring.fingerprint(_PURPOSE, digits)
