"""One thing that somebody does: what must come of it, how it is done, what it changes.

An act is done in a transaction of its own, as pages and programs do it.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler.verdict import Refused
from tests.scheduler.machine.model import Model, Refusal
from visitation.audit import Actor
from visitation.errors import Invalid, VisitationError
from visitation.keyring import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What an act is done with."""

    session: AsyncSession
    keyring: Keyring
    by: Actor
    model: Model

    @property
    def signed(self) -> dict[str, Any]:
        """Who does it, and when."""
        return {"by": self.by, "now": self.model.now}


class Act(Protocol):
    """What is done; `expect` says how the service must decline, None for an agreement.

    `record` is called only after an agreement, with what `do` gave.
    """

    def expect(self, model: Model) -> Refusal | None: ...

    async def do(self, hands: Hands) -> Any: ...

    def record(self, model: Model, result: Any) -> None: ...


@dataclass(frozen=True)
class Agreed:
    """What the service never declines."""

    def expect(self, model: Model) -> Refusal | None:
        return None


def declined(error: VisitationError) -> Refusal:
    """An error as the model names it."""
    if isinstance(error, Refused):
        return ("Refused", frozenset(reason.value for reason in error.reasons))
    if isinstance(error, Invalid):
        return ("Invalid", error.reason)
    return (type(error).__name__,)
