"""What the people of a displaced visit are told: one letter each, or none.

The same words that moving and cancelling write into the outbox. Writes nothing.
"""

from scheduler import booking, notices
from scheduler.displaced import Displaced
from scheduler.newplaces import Company, NewPlace
from scheduler.notices import FOR_OFFICIALS, OFFICIALS, Audience, Recipient, Scene
from scheduler.postage import Letter
from visitation import wording
from visitation.wording import Template
from visitation.words import Attendance, Outcome


def stays_with(one: Displaced, new: NewPlace) -> bool:
    """Whether the official, if any, goes on attending in the same way."""
    return new.company is Company.NONE or (
        one.visit.cover_id == new.cover_id and new.company is not Company.WANTED
    )


def of_move(
    one: Displaced, new: NewPlace, told: Audience, point: str | None
) -> tuple[Letter, ...]:
    """What is said when a visit goes to a new place, at a point of some name.

    An official who comes along is told so; one who does not is told that the visit is
    off, unless a cover holds them anyhow.
    """
    old, everybody = told
    said = booking.moved((one.visit.starts_at, old.point), (new.span.start, point))
    there = Scene(zone=old.zone, point=point)
    written = []
    for who in everybody:
        if who.part not in OFFICIALS:
            written.append(_letter(one, who, said, there, new))
        elif stays_with(one, new):
            written.append(_letter(one, who, FOR_OFFICIALS[said], there, new))
        elif one.visit.cover_id is None:
            written.append(_letter(one, who, Template.OFFICIAL_CANCELLED, old, None))
    return tuple(written)


def of_cancelling(
    one: Displaced, template: Template, told: Audience, *, why: Outcome
) -> tuple[Letter, ...]:
    """What is said when a visit is cancelled, in the words of a template."""
    scene, everybody = told
    return tuple(
        _letter(
            one,
            who,
            FOR_OFFICIALS[template] if who.part in OFFICIALS else template,
            scene,
            None,
            why=why,
        )
        for who in everybody
    )


def _letter(
    one: Displaced,
    who: Recipient,
    template: Template,
    scene: Scene,
    new: NewPlace | None,
    *,
    why: Outcome | None = None,
) -> Letter:
    start = new.span.start if new else one.visit.starts_at
    by_phone = one.visit.attendance is Attendance.PHONE
    return Letter(
        template=template,
        phone=who.phone or who.helper,
        language=who.language,
        variables=notices.variables_at(start, who, scene, by_phone=by_phone)
        | ({"why": wording.why(why, who.language)} if why else {}),
    )
