"""What happens again and again, and how often."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from scheduler import (
    case_sweeps,
    counting,
    dispatch,
    forgetting,
    ladder,
    licence_warnings,
    old_recordings,
    overdue,
    polling,
    reconcile,
    reminders,
    reviewing,
    sweeps,
    waiting,
    webhooks,
    wiping,
)
from scheduler.means import Means
from scheduler.overdue import Oldest
from visitation.database import Database


class Sweep(Protocol):
    """Does what is due and returns how much that was; may run late, or twice."""

    def __call__(
        self, database: Database, *, now: datetime, means: Means
    ) -> Awaitable[int]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A sweep, its name in logs, and how often it runs.

    Attributes:
        oldest: since when the oldest thing that it looks for has been due; None
            where nothing is due at a time of its own.
    """

    name: str
    sweep: Sweep
    every: timedelta
    oldest: Oldest | None = None


def _seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


#: The name of the job that sends, for whoever has just written something to be sent.
SENDING = "send_due"

TIMETABLE = (
    Job(
        name=SENDING,
        sweep=dispatch.send_due,
        # Somebody who wants to sign in waits for it; nothing to do costs one query.
        every=_seconds(1),
        oldest=overdue.message,
    ),
    Job(
        name="reconcile",
        sweep=reconcile.reconcile,
        every=_seconds(5),
        oldest=overdue.doubt,
    ),
    Job(
        name="poll_deliveries",
        sweep=polling.poll_deliveries,
        every=_seconds(60),
        oldest=overdue.untold,
    ),
    Job(
        name="look_after",
        sweep=ladder.look_after,
        every=_seconds(30),
        oldest=overdue.lost,
    ),
    Job(
        name="seal_audit",
        sweep=sweeps.seal_audit,
        every=_seconds(10),
        oldest=overdue.unsealed,
    ),
    Job(
        name="review_changes",
        sweep=reviewing.review_changes,
        every=_seconds(10),
        oldest=reviewing.oldest_unread,
    ),
    Job(
        name="count_statistics",
        sweep=counting.count_changes,
        every=counting.EVERY,
        oldest=counting.oldest_unread,
    ),
    Job(name="publish_events", sweep=webhooks.publish, every=_seconds(2)),
    Job(
        name="send_events",
        sweep=webhooks.send_due,
        every=_seconds(1),
        oldest=webhooks.oldest,
    ),
    Job(
        name="expire_holds",
        sweep=sweeps.expire_holds,
        every=_seconds(60),
        oldest=overdue.hold,
    ),
    Job(
        name="lapse_offers",
        sweep=waiting.lapse_offers,
        every=_seconds(30),
        oldest=overdue.offer,
    ),
    Job(name="offer_freed", sweep=waiting.offer_freed, every=_seconds(30)),
    Job(
        name="remind",
        sweep=reminders.remind,
        every=_seconds(60),
        oldest=reminders.oldest,
    ),
    Job(
        name="settle_missed",
        sweep=sweeps.settle_missed,
        every=_seconds(60),
        oldest=overdue.missed,
    ),
    Job(
        name="flag_unclosed",
        sweep=sweeps.flag_unclosed,
        every=_seconds(60),
        oldest=overdue.unclosed,
    ),
    Job(name="wipe_codes", sweep=sweeps.wipe_codes, every=_seconds(60)),
    Job(name="expire_entries", sweep=waiting.expire_entries, every=_seconds(600)),
    Job(name="give_back", sweep=case_sweeps.give_back, every=_seconds(600)),
    Job(
        name="note_unreached",
        sweep=case_sweeps.note_unreached,
        every=_seconds(300),
    ),
    Job(name="erase_cases", sweep=case_sweeps.erase, every=_seconds(600)),
    Job(name="tell_late", sweep=case_sweeps.tell_late, every=_seconds(3600)),
    Job(
        name="warn_of_ends",
        sweep=licence_warnings.warn_of_ends,
        every=_seconds(3600),
    ),
    Job(name="review_all", sweep=reviewing.review_all, every=_seconds(3600)),
    Job(name="forget_events", sweep=webhooks.forget, every=_seconds(3600)),
    Job(name="wipe_numbers", sweep=wiping.wipe_numbers, every=_seconds(3600)),
    Job(name="forget", sweep=sweeps.forget, every=_seconds(3600)),
    Job(name=forgetting.NAME, sweep=forgetting.forget_old, every=_seconds(3600)),
    Job(
        name=old_recordings.NAME,
        sweep=old_recordings.delete_due,
        every=_seconds(3600),
    ),
    Job(name="watch_space", sweep=old_recordings.watch_space, every=_seconds(60)),
)
