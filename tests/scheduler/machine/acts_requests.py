"""Requests with ranked wishes and what is decided of them; standing visits."""

from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import select

from scheduler import deciding, ranked, requests, series
from tests.scheduler.machine import judging
from tests.scheduler.machine.acts import Hands
from tests.scheduler.machine.acts_visits import FAMILY, cancelled, let_go, wish
from tests.scheduler.machine.model import (
    DECIDE,
    PATIENCE,
    Ask,
    Model,
    Refusal,
    local,
)
from visitation.timespan import Timespan
from visitation.visits import Series, Visit


@dataclass(frozen=True)
class Submit:
    """A family's request: the same people, up to three places."""

    asks: tuple[Ask, ...]

    def expect(self, model: Model) -> Refusal | None:
        if len(set(self.asks)) < len(self.asks):
            return ("Invalid", "wishes_one_to_three")
        chosen, first = self._choice(model)
        return None if chosen else first

    def _choice(self, model: Model) -> tuple[Ask | None, Refusal | None]:
        first: Refusal | None = None
        model = deepcopy(model)
        let_go(model)
        for ask in self.asks:
            refused = judging.refusal(model, ask)
            if _until(model, ask) <= model.now:
                refused = ("TooLateToAsk",)
            if refused is None:
                return ask, first
            first = first or refused
        return None, first

    async def do(self, hands: Hands) -> int:
        visit = await requests.submit(
            hands.session,
            ranked=[_place(ask) for ask in self.asks],
            keyring=hands.keyring,
            **hands.signed,
            **wish(self.asks[0]),
        )
        return visit.id

    def record(self, model: Model, result: int) -> None:
        ask, _first = self._choice(model)
        assert ask is not None
        let_go(model)
        model.add(
            result,
            ask,
            "requested",
            reasons=judging.reasons(model, ask),
            until=_until(model, ask),
            places=self.asks,
        )


def _until(model: Model, ask: Ask) -> datetime:
    return min(model.now + PATIENCE, ask.start - DECIDE)


def _place(ask: Ask) -> ranked.Place:
    return ranked.Place(
        terminal_id=ask.terminal,
        span=Timespan(ask.start, ask.end),
        kiosk_id=ask.kiosk,
    )


@dataclass(frozen=True)
class Approve:
    visit: int
    rank: int | None
    override: bool

    def ask(self, model: Model) -> Ask:
        meeting = model.meetings[self.visit]
        place = meeting.places[self.rank - 1] if self.rank else meeting.ask
        return replace(
            meeting.ask,
            terminal=place.terminal,
            start=place.start,
            end=place.end,
            kiosk=place.kiosk,
            asker="staff",
            override=self.override,
        )

    def expect(self, model: Model) -> Refusal | None:
        meeting = model.meetings[self.visit]
        if meeting.state != "requested":
            return ("IllegalMove",)
        if self.rank and self.rank > len(meeting.places):
            return ("NoSuchWish",)
        return judging.refusal(model, self.ask(model), self.visit)

    async def do(self, hands: Hands) -> None:
        await deciding.approve(
            hands.session,
            await hands.session.get_one(Visit, self.visit),
            rank=self.rank,
            override_reason="the machine's" if self.override else "",
            keyring=hands.keyring,
            **hands.signed,
        )

    def record(self, model: Model, result: None) -> None:
        ask = self.ask(model)
        model.place(self.visit, ask, judging.reasons(model, ask, self.visit))
        meeting = model.meetings[self.visit]
        meeting.state, meeting.until = "booked", None


@dataclass(frozen=True)
class Decline:
    visit: int

    def expect(self, model: Model) -> Refusal | None:
        asked = model.meetings[self.visit].state == "requested"
        return None if asked else ("IllegalMove",)

    async def do(self, hands: Hands) -> None:
        visit = await hands.session.get_one(Visit, self.visit)
        await deciding.decline(
            hands.session, visit, reason="the machine's", **hands.signed
        )

    def record(self, model: Model, result: None) -> None:
        model.end(self.visit, "declined")


@dataclass(frozen=True)
class Repeat:
    """The same again, weekly; each date is booked by itself or left out."""

    visit: int
    times: int

    def expect(self, model: Model) -> Refusal | None:
        booked = model.meetings[self.visit].state == "booked"
        return None if booked else ("Invalid", "not_to_repeat")

    async def do(self, hands: Hands) -> tuple[int, list[Any]]:
        visit = await hands.session.get_one(Visit, self.visit)
        found = await series.repeat(
            hands.session,
            visit,
            every_weeks=1,
            times=self.times,
            keyring=hands.keyring,
            **hands.signed,
        )
        rows = []
        for one in found:
            same = select(Visit.id).where(Visit.reference == (one.visit or ""))
            booked = (await hands.session.exec(same)).first()
            because = frozenset(reason.value for reason in one.reasons)
            rows.append((one.day, booked, one.booked_before, because))
        return visit.series_id, rows

    def record(self, model: Model, result: tuple[int, list[Any]]) -> None:
        number, rows = result
        meeting = model.meetings[self.visit]
        assert meeting.series in {None, number}
        meeting.series = number
        model.series[number] = None
        known = {
            one.occurrence for one in model.meetings.values() if one.series == number
        }
        for week, (day, booked, before, because) in enumerate(rows, start=1):
            ask = _again(meeting.ask, week)
            assert day == local(ask.start)
            assert before == (day in known), (day, before)
            if before:
                continue
            against = judging.reasons(model, ask)
            assert because == against, (because, against)
            if not against:
                made = model.add(booked, ask, "booked", reasons=against)
                made.series, made.occurrence = number, day


def _again(ask: Ask, weeks: int) -> Ask:
    later = timedelta(weeks=weeks)
    return replace(
        ask,
        start=ask.start + later,
        end=ask.end + later,
        official=None if ask.cover else ask.official,
        wanted=ask.wanted or ask.cover is not None,
        cover=None,
        asker="staff",
        override=False,
    )


@dataclass(frozen=True)
class EndSeries:
    series: int

    def expect(self, model: Model) -> Refusal | None:
        return None

    async def do(self, hands: Hands) -> int:
        return await series.end_series(
            hands.session,
            await hands.session.get_one(Series, self.series),
            after=hands.model.now,
            outcome=FAMILY,
            reason="the machine's",
            **hands.signed,
        )

    def record(self, model: Model, result: int) -> None:
        ended = [
            one
            for one, meeting in model.holding().items()
            if meeting.series == self.series and meeting.ask.start >= model.now
        ]
        assert result == len(ended)
        for one in ended:
            cancelled(model, one, FAMILY)
