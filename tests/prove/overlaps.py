"""The oracles of a race: one knows nothing of claims, one compares them with visits."""

from sqlalchemy import text
from sqlmodel import col, select

from visitation import calls, places, visits
from visitation.database import Database
from visitation.lifecycle import OCCUPYING
from visitation.timespan import Timespan
from visitation.visits import Claim, Visit, claims


async def overlaps(database: Database) -> int:
    """Pairs of visits that share a seat or a person at the same time."""
    occupying = ", ".join(f"'{state.value}'" for state in OCCUPYING)
    query = f"""
        SELECT count(*) FROM visit a JOIN visit b
          ON a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
        WHERE a.state IN ({occupying}) AND b.state IN ({occupying}) AND (
            a.terminal_id = b.terminal_id OR a.kiosk_id = b.kiosk_id
            OR a.prisoner_id = b.prisoner_id OR a.official_id = b.official_id
            OR EXISTS (
                SELECT 1 FROM participant p JOIN participant q
                  ON p.visitor_id = q.visitor_id
                WHERE p.visit_id = a.id AND q.visit_id = b.id))
    """
    async with database.read() as session:
        return (await session.exec(text(query))).scalar_one()


async def wrong_claims(database: Database) -> int:
    """Claims without an occupying visit, and needs of such visits without a claim."""
    async with database.read() as session:
        held = {
            (row.resource, row.quantum, row.visit_id)
            for row in (await session.exec(select(Claim))).all()
        }
        needed = set()
        booked = select(Visit).where(col(Visit.state).in_(OCCUPYING))
        for visit in (await session.exec(booked)).all():
            people = await visits.participants(session, visit.id)
            policy = await places.policy_of(session, visit.prison_id)
            needed |= {
                (resource, quantum, visit.id)
                for resource, quantum in claims.needed(
                    calls.seats_of(visit, people),
                    Timespan(visit.starts_at, visit.ends_at),
                    policy.turnover,
                )
            }
    return len(held ^ needed)
