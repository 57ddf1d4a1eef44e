"""The waiting list: joining and leaving it, answers to offers, plans for many."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from scheduler import offers, planning
from tests.scheduler.machine import judging
from tests.scheduler.machine.acts import Agreed, Hands
from tests.scheduler.machine.acts_visits import FAMILY, cancelled
from tests.scheduler.machine.ground import (
    LENGTH,
    SLOTS_A_DAY,
    slot_start,
)
from tests.scheduler.machine.model import Ask, Drawn, Entry, Model, Refusal, local
from visitation import waiting
from visitation.places import Site
from visitation.waiting import Days, Offer, Plan, WaitingEntry

ON_LIST = frozenset({"waiting", "offered"})


@dataclass(frozen=True)
class Join:
    """A family comes to the office's kiosk, or has a phone of its own."""

    prisoner: int
    visitors: frozenset[int]
    days: int
    at_point: bool

    def expect(self, model: Model) -> Refusal | None:
        if model.released.get(self.prisoner, model.now + timedelta(1)) <= model.now:
            return ("Invalid", "prisoner_released")
        for who in self.visitors:
            link = (self.prisoner, who)
            banned = model.banned.get(link, model.now) > model.now
            if link not in model.ground.contacts or link in model.suspended or banned:
                return ("Invalid", "not_approved")
        if any(
            one.prisoner == self.prisoner and one.visitors & self.visitors
            for one in model.entries.values()
            if one.state in ON_LIST
        ):
            return ("Invalid", "already_waiting")
        return None

    async def do(self, hands: Hands) -> int:
        model = hands.model
        today = local(model.now)
        entry = await waiting.join(
            hands.session,
            prisoner_id=self.prisoner,
            visitor_ids=self.visitors,
            days=Days(first=today, last=today + timedelta(days=self.days)),
            points=[model.ground.point] if self.at_point else [],
            own_phone=not self.at_point,
            keyring=hands.keyring,
            **hands.signed,
        )
        return entry.id

    def record(self, model: Model, result: int) -> None:
        today = local(model.now)
        model.entries[result] = Entry(
            id=result,
            prison=model.prison_of(self.prisoner),
            prisoner=self.prisoner,
            visitors=self.visitors,
            first=today,
            last=today + timedelta(days=self.days),
            point=model.ground.point if self.at_point else None,
            since=model.now,
        )


@dataclass(frozen=True)
class Withdraw:
    entry: int

    def expect(self, model: Model) -> Refusal | None:
        there = model.entries[self.entry].state == "waiting"
        return None if there else ("NotWaiting",)

    async def do(self, hands: Hands) -> None:
        entry = await hands.session.get_one(WaitingEntry, self.entry)
        await waiting.withdraw(hands.session, entry, **hands.signed)

    def record(self, model: Model, result: None) -> None:
        model.entries[self.entry].state = "withdrawn"


def _answerable(model: Model, offer: int) -> Refusal | None:
    asked = model.offers[offer]
    held = model.meetings[asked.visit].state == "held"
    if asked.state == "open" and asked.until > model.now and held:
        return None
    return ("NoSuchOffer",)


@dataclass(frozen=True)
class Accept:
    offer: int

    def expect(self, model: Model) -> Refusal | None:
        return _answerable(model, self.offer)

    async def do(self, hands: Hands) -> None:
        made = await hands.session.get_one(Offer, self.offer)
        await offers.accept(hands.session, made, keyring=hands.keyring, **hands.signed)

    def record(self, model: Model, result: None) -> None:
        asked = model.offers[self.offer]
        asked.state = "accepted"
        meeting, entry = model.meetings[asked.visit], model.entries[asked.entry]
        meeting.state, meeting.until = "booked", None
        entry.state, entry.visit = "placed", asked.visit


@dataclass(frozen=True)
class DeclineOffer:
    offer: int

    def expect(self, model: Model) -> Refusal | None:
        return _answerable(model, self.offer)

    async def do(self, hands: Hands) -> None:
        made = await hands.session.get_one(Offer, self.offer)
        await offers.decline(
            hands.session, made, reason="the machine's", **hands.signed
        )

    def record(self, model: Model, result: None) -> None:
        asked = model.offers[self.offer]
        asked.state = "declined"
        cancelled(model, asked.visit, FAMILY)
        entry = model.entries[asked.entry]
        entry.state, entry.visit = "waiting", None


def seat(model: Model, entry: Entry, terminal: int, slot: int, day: date) -> Ask:
    """What a family would be given at a terminal and a time."""
    kiosks = {site: one for one, site in model.ground.kiosks.items()}
    start = slot_start(day, slot)
    return Ask(
        prison=entry.prison,
        terminal=terminal,
        start=start,
        end=start + LENGTH,
        kind="family",
        prisoner=entry.prisoner,
        visitors=entry.visitors,
        kiosk=kiosks[entry.point] if entry.point else None,
    )


def suits(entry: Entry, ask: Ask) -> bool:
    return entry.first <= local(ask.start) <= entry.last


def in_line(model: Model, prison: int) -> list[Entry]:
    """Nobody here ever met: longest waiting first, then whoever came first."""
    here = [
        one
        for one in model.entries.values()
        if one.state == "waiting" and one.prison == prison
    ]
    return sorted(
        here, key=lambda one: (-(model.now - one.since).days, one.since, one.id)
    )


@dataclass(frozen=True)
class Draft(Agreed):
    """A plan for the first prison's next days."""

    days: int

    def last(self, model: Model) -> date:
        return local(model.now) + timedelta(days=self.days)

    async def do(self, hands: Hands) -> tuple[int, list[Any]]:
        model = hands.model
        plan = await planning.propose(
            hands.session,
            prison=await hands.session.get_one(Site, model.ground.prisons[0]),
            first_day=local(model.now),
            last_day=self.last(model),
            keyring=hands.keyring,
            **hands.signed,
        )
        return plan.id, await _rows(hands.session, plan.id)

    def record(self, model: Model, result: tuple[int, list[Any]]) -> None:
        plan, rows = result
        line = in_line(model, model.ground.prisons[0])
        assert [row.entry_id for row in rows] == [one.id for one in line]
        drawn = tuple((row.entry_id, _given(model, row)) for row in rows)
        taken: set[tuple[str, int]] = set()
        for entry, ask in drawn:
            if ask is not None:
                assert suits(model.entries[entry], ask)
                assert not judging.reasons(model, ask), "nobody is promised in vain"
                assert taken.isdisjoint(ask.needs()), "one place for one family"
                taken |= ask.needs()
        for entry in [one for one, ask in drawn if ask is None]:
            assert not self._left_over(model, model.entries[entry], taken)
        model.plans[plan] = Drawn(rows=drawn)

    def _left_over(
        self, model: Model, entry: Entry, taken: set[tuple[str, int]]
    ) -> list[Ask]:
        """What a family without a place might have had."""
        found = []
        for offset in range(self.days + 1):
            day = local(model.now) + timedelta(days=offset)
            seats = [
                seat(model, entry, terminal, slot, day)
                for slot in range(SLOTS_A_DAY)
                for terminal, site in model.ground.terminals.items()
                if site == entry.prison
            ]
            found += [
                ask
                for ask in seats
                if suits(entry, ask)
                and taken.isdisjoint(ask.needs())
                and not judging.reasons(model, ask)
            ]
        return found


def _given(model: Model, row: Any) -> Ask | None:
    if row.terminal_id is None:
        return None
    entry = model.entries[row.entry_id]
    return Ask(
        prison=entry.prison,
        terminal=row.terminal_id,
        start=row.starts_at,
        end=row.ends_at,
        kind="family",
        prisoner=entry.prisoner,
        visitors=entry.visitors,
        kiosk=row.kiosk_id,
    )


async def _rows(session: AsyncSession, plan_id: int) -> list[Any]:
    return list(await planning.placements(session, plan_id))


@dataclass(frozen=True)
class Publish:
    """All of a plan at once; who cannot have the place any more stays on the list."""

    plan: int

    def expect(self, model: Model) -> Refusal | None:
        return None if model.plans[self.plan].state == "draft" else ("NotDraft",)

    async def do(self, hands: Hands) -> tuple[int, list[Any]]:
        plan = await hands.session.get_one(Plan, self.plan)
        booked = await planning.publish(
            hands.session, plan, keyring=hands.keyring, **hands.signed
        )
        return booked, await _rows(hands.session, plan.id)

    def record(self, model: Model, result: tuple[int, list[Any]]) -> None:
        booked, rows = result
        plan = model.plans[self.plan]
        plan.state = "published"
        for (entry, ask), row in zip(plan.rows, rows, strict=True):
            assert row.entry_id == entry
            if ask is None:
                assert row.visit_id is None
                continue
            against = judging.reasons(model, ask)
            if model.entries[entry].state != "waiting":
                assert (row.visit_id, row.reason) == (None, "gone")
            elif against:
                assert row.visit_id is None
                assert row.reason in against
            else:
                assert row.visit_id is not None, row.reason
                model.add(row.visit_id, ask, "booked", reasons=against)
                model.entries[entry].state = "placed"
                model.entries[entry].visit = row.visit_id
        assert booked == sum(row.visit_id is not None for row in rows)


@dataclass(frozen=True)
class Discard:
    plan: int

    def expect(self, model: Model) -> Refusal | None:
        return None if model.plans[self.plan].state == "draft" else ("NotDraft",)

    async def do(self, hands: Hands) -> None:
        plan = await hands.session.get_one(Plan, self.plan)
        await planning.discard(hands.session, plan, **hands.signed)

    def record(self, model: Model, result: None) -> None:
        model.plans[self.plan].state = "discarded"
