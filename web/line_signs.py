"""How good a line is, in words and bars, for boards and for a visit's page.

Pure: what the room or a test says of a line, and the time, give a sign. The shape says
it as well as the colour does, and the words say it without either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from signaling.views import PersonView
from signaling.words import Presence, Quality
from visitation.lines import LineTest, Verdict
from web import present
from web.i18n import N_, _, ngettext

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSign:
    """A line on a board.

    Attributes:
        kind: good, warn or bad.
        filled: of three bars; none is crossed out.
    """

    words: str
    kind: str
    filled: int


_QUALITIES: Mapping[Quality, LineSign] = {
    Quality.GOOD: LineSign(words=N_("Good line"), kind="good", filled=3),
    Quality.POOR: LineSign(words=N_("Weak line"), kind="warn", filled=1),
    Quality.LOST: LineSign(words=N_("No line"), kind="bad", filled=0),
}
_VERDICTS: Mapping[Verdict, LineSign] = {
    Verdict.GOOD: LineSign(words=N_("Line: good"), kind="good", filled=3),
    Verdict.WEAK: LineSign(words=N_("Line: weak"), kind="warn", filled=2),
    Verdict.SOUND_ONLY: LineSign(words=N_("Line: sound only"), kind="warn", filled=1),
    Verdict.NOT_ENOUGH: LineSign(words=N_("Line: not enough"), kind="bad", filled=0),
}


def in_call(person: PersonView | None) -> LineSign | None:
    """The line of somebody just now; None where there is nothing to say of it yet."""
    if person is None:
        return None
    if person.state is Presence.WAITING and person.quality is Quality.GOOD:
        return None
    found = _QUALITIES[person.quality]
    return LineSign(words=_(found.words), kind=found.kind, filled=found.filled)


def verdict(test: LineTest) -> LineSign:
    """What a test found."""
    found = _VERDICTS[test.verdict]
    return LineSign(words=_(found.words), kind=found.kind, filled=found.filled)


def tested(test: LineTest | None, *, now: datetime) -> LineSign | None:
    """What the last test of a seat found, and how long ago; None if it had none."""
    if test is None:
        return None
    found = verdict(test)
    words = _("%(line)s, %(ago)s", line=found.words, ago=ago(now - test.taken_at))
    return LineSign(words=words, kind=found.kind, filled=found.filled)


def ago(passed: timedelta) -> str:
    """How long something is past: "4 minutes ago"."""
    if passed < _MINUTE:
        return _("just now")
    if passed < _HOUR:
        count = passed // _MINUTE
        text = ngettext("%(num)s minute ago", "%(num)s minutes ago", count)
    elif passed < _DAY:
        count = passed // _HOUR
        text = ngettext("%(num)s hour ago", "%(num)s hours ago", count)
    else:
        count = passed // _DAY
        text = ngettext("%(num)s day ago", "%(num)s days ago", count)
    return present.digits(text)
