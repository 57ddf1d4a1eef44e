"""Holding, booking, moving and cancelling."""

from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler import booking, choosing
from tests.scheduler.machine import judging
from tests.scheduler.machine.acts import Hands
from tests.scheduler.machine.model import (
    HOLD,
    LAST_CALL,
    Ask,
    Model,
    Refusal,
)
from visitation.timespan import Timespan
from visitation.visits import Visit
from visitation.words import Asker, Outcome, VisitKind

FAMILY = Outcome.CANCELLED_BY_FAMILY


def wish(ask: Ask) -> booking.Wish:
    return booking.Wish(
        prison_id=ask.prison,
        terminal_id=ask.terminal,
        span=Timespan(ask.start, ask.end),
        kind=VisitKind(ask.kind),
        prisoner_id=ask.prisoner,
        visitor_ids=ask.visitors,
        kiosk_id=ask.kiosk,
        official_id=ask.official,
        cover_id=ask.cover,
        official_wanted=ask.wanted,
        asked_by=Asker(ask.asker),
        override_reason="the machine's" if ask.override else "",
    )


@dataclass(frozen=True)
class Hold:
    ask: Ask

    def expect(self, model: Model) -> Refusal | None:
        return judging.refusal(model, self.ask)

    async def do(self, hands: Hands) -> int:
        kept = await booking.hold(
            hands.session, keyring=hands.keyring, **hands.signed, **wish(self.ask)
        )
        return kept.id

    def record(self, model: Model, result: int) -> None:
        against, until = judging.reasons(model, self.ask), model.now + HOLD
        model.add(result, self.ask, "held", reasons=against, until=until)


@dataclass(frozen=True)
class Book(Hold):
    async def do(self, hands: Hands) -> int:
        booked = await booking.book(
            hands.session, keyring=hands.keyring, **hands.signed, **wish(self.ask)
        )
        return booked.id

    def record(self, model: Model, result: int) -> None:
        against = judging.reasons(model, self.ask)
        model.add(result, self.ask, "booked", reasons=against)


@dataclass(frozen=True)
class Keep:
    """Hold while choosing: what was held for the last choice is let go."""

    ask: Ask

    def expect(self, model: Model) -> Refusal | None:
        trial = deepcopy(model)
        let_go(trial)
        return None if self.known(model) else judging.refusal(trial, self.ask)

    def known(self, model: Model) -> int | None:
        """The hold that there is for the very same choice."""
        mine = (
            one
            for one in held(model)
            if model.meetings[one].ask == replace(self.ask, override=False)
            and model.meetings[one].until > model.now
            and model.meetings[one].override == self.ask.override
        )
        return next(mine, None)

    async def do(self, hands: Hands) -> int:
        kept = await choosing.keep(
            hands.session, keyring=hands.keyring, **hands.signed, **wish(self.ask)
        )
        return kept.id

    def record(self, model: Model, result: int) -> None:
        if known := self.known(model):
            assert result == known
            return
        let_go(model)
        Hold(self.ask).record(model, result)


def held(model: Model) -> list[int]:
    """What the account holds for itself: nothing that was ever offered to a family."""
    offered = {one.visit for one in model.offers.values()}
    rows = model.meetings
    return [one for one in rows if rows[one].state == "held" and one not in offered]


def let_go(model: Model) -> None:
    for one in held(model):
        model.end(one, "expired")


@dataclass(frozen=True)
class Confirm:
    visit: int

    def expect(self, model: Model) -> Refusal | None:
        still = model.meetings[self.visit].state == "held"
        return None if still else ("IllegalMove",)

    async def do(self, hands: Hands) -> None:
        visit = await hands.session.get_one(Visit, self.visit)
        await booking.confirm(
            hands.session, visit, keyring=hands.keyring, **hands.signed
        )

    def record(self, model: Model, result: None) -> None:
        meeting = model.meetings[self.visit]
        meeting.state, meeting.until = "booked", None


@dataclass(frozen=True)
class Move:
    visit: int
    terminal: int
    start: datetime
    end: datetime
    kiosk: int | None
    override: bool

    def ask(self, model: Model) -> Ask:
        return replace(
            model.meetings[self.visit].ask,
            terminal=self.terminal,
            start=self.start,
            end=self.end,
            kiosk=self.kiosk,
            override=self.override,
            asker="staff",
        )

    def expect(self, model: Model) -> Refusal | None:
        if model.meetings[self.visit].state != "booked":
            return ("NotMovable",)
        return judging.refusal(model, self.ask(model), self.visit)

    async def do(self, hands: Hands) -> None:
        await booking.move(
            hands.session,
            visit=await hands.session.get_one(Visit, self.visit),
            terminal_id=self.terminal,
            span=Timespan(self.start, self.end),
            kiosk_id=self.kiosk,
            override_reason="the machine's" if self.override else "",
            **hands.signed,
        )

    def record(self, model: Model, result: None) -> None:
        ask = self.ask(model)
        model.place(self.visit, ask, judging.reasons(model, ask, self.visit))
        model.meetings[self.visit].version += 1


@dataclass(frozen=True)
class Cancel:
    visit: int
    outcome: Outcome

    def expect(self, model: Model) -> Refusal | None:
        stands = model.meetings[self.visit].state in {"held", "requested", "booked"}
        return None if stands else ("IllegalMove",)

    async def do(self, hands: Hands) -> None:
        await booking.cancel(
            hands.session,
            visit=await hands.session.get_one(Visit, self.visit),
            outcome=self.outcome,
            reason="the machine's",
            **hands.signed,
        )

    def record(self, model: Model, result: None) -> None:
        cancelled(model, self.visit, self.outcome)


def cancelled(model: Model, visit: int, outcome: Outcome) -> None:
    """A family that cancels a booked visit too late has had it."""
    meeting = model.meetings[visit]
    late = meeting.state == "booked" and model.now > meeting.ask.start - LAST_CALL
    model.end(visit, "cancelled", given_back=not (late and outcome is FAMILY))
