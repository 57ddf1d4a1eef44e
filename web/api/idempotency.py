"""Answering a write once, however often it is sent.

The key, what was asked and what was answered are one row, written in the transaction
of the act: either both stand or neither. The answer is sealed, because it may hold
what the rest of the database keeps sealed (join codes).
"""

import base64
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypedDict, Unpack

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.database import Database, is_conflict
from visitation.devices import IdempotencyKey
from visitation.keyring import Keyring, same
from web.api.problems import Answer, KeyReused

REPLAYED = {"Idempotency-Replayed": "true"}
_ASKED, _ANSWERED = "idempotency-request", "idempotency-answer"

Act = Callable[[AsyncSession], Awaitable[Answer]]


class Named(TypedDict):
    """A write that has a name; see `once`."""

    actor: str
    key: str
    asked: str
    keyring: Keyring
    now: datetime


async def once(
    database: Database,
    act: Act,
    *,
    actor: str,
    key: str,
    asked: str,
    keyring: Keyring,
    now: datetime,
) -> Answer:
    """Act, or give the answer of the time before.

    Args:
        database: the act gets a write transaction of its own.
        act: does what was asked; an answer that refuses is kept like any other.
        actor: whose key it is; two actors may use the same.
        key: what the program calls this request.
        asked: the whole request; the same key needs the same one.
        keyring: seals the answer.
        now: when.

    Raises:
        KeyReused: if the key came before with another request.
    """
    fingerprint = keyring.fingerprint(_ASKED, asked)
    try:
        async with database.write() as session:
            known = await session.get(IdempotencyKey, (actor, key))
            if known is not None:
                return _again(known, fingerprint, keyring)
            row = IdempotencyKey(
                actor=actor,
                key=key,
                request_fingerprint=fingerprint,
                status=0,
                response="",
                created_at=now,
            )
            session.add(row)
            # First of all, so that a twin of this request waits here for our answer.
            await session.flush()
            answer = await act(session)
            row.status = answer.status
            row.response = _sealed(answer.text, keyring)
            return answer
    except IntegrityError as error:
        if not is_conflict(error):
            raise
        async with database.read() as session:
            known = await session.get(IdempotencyKey, (actor, key))
        if known is None:
            raise
    return _again(known, fingerprint, keyring)


async def answered(database: Database, **named: Unpack[Named]) -> Answer | None:
    """What a write was answered before, if it was.

    Raises:
        KeyReused: if the key came before with another request.
    """
    async with database.read() as session:
        known = await session.get(IdempotencyKey, (named["actor"], named["key"]))
    if known is None:
        return None
    fingerprint = named["keyring"].fingerprint(_ASKED, named["asked"])
    return _again(known, fingerprint, named["keyring"])


def _again(known: IdempotencyKey, fingerprint: str, keyring: Keyring) -> Answer:
    if not same(known.request_fingerprint, fingerprint):
        raise KeyReused
    text = keyring.open(_ANSWERED, base64.b64decode(known.response))
    return Answer(status=known.status, text=text, headers=REPLAYED)


def _sealed(text: str, keyring: Keyring) -> str:
    return base64.b64encode(keyring.seal(_ANSWERED, text)).decode()
