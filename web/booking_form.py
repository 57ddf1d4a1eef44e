"""The form of a booking: what it asks for, how it begins, and what it says in words.

Knows no rule of booking; what is refused comes back as words beside the fields.
"""

from collections.abc import Iterable
from typing import Annotated

from aiohttp import web
from markupsafe import Markup
from pydantic import Field, StringConstraints

from visitation.words import Attendance, VisitKind
from web import forms, labels, present
from web.booking_choices import OWN_PHONE, Choices, Option
from web.fields import Count, Line, Note
from web.forms import Form
from web.i18n import N_, _
from web.slot_places import Place

Id = Annotated[Count, Field(ge=1, le=2_147_483_647)]
Remark = Annotated[Note, StringConstraints(max_length=300)]
Because = Annotated[Line, StringConstraints(max_length=150)]
SlotText = Annotated[str, StringConstraints(max_length=20)]
Seat = Annotated[str, StringConstraints(pattern=f"^({OWN_PHONE}|[1-9][0-9]{{0,8}})$")]


class Search(forms.Fields):
    """Whom to look for in a slot's prison, and where the family would sit."""

    slot: SlotText
    text: Line = Field(default="", title=N_("Name or number"))
    prisoner: Id | None = None
    place: Seat | None = None


class Wish(forms.Fields):
    """Everything about a booking. `key` makes a double click one booking.

    `hold` is the reference of what is held while this is checked.
    """

    slot: SlotText
    prisoner: Id
    kind: VisitKind = Field(default=VisitKind.FAMILY, title=N_("Kind of visit"))
    visitors: list[Id] = Field(default=[], title=N_("Visitors"))
    place: Seat = Field(title=N_("Where the family sits"))
    official: Id | None = Field(default=None, title=N_("Official"))
    attendance: Attendance | None = Field(
        default=None, title=N_("Where the official attends from")
    )
    official_wanted: bool = Field(
        default=False, title=N_("An official is wanted, and still to be found")
    )
    note: Remark = Field(default="", title=N_("Note"))
    override: Because = Field(default="", title=N_("Reason to book all the same"))
    key: Line = ""
    hold: Line = ""

    @property
    def kiosk(self) -> int | None:
        """The kiosk's id; None for the family's own phone."""
        return None if self.place == OWN_PHONE else int(self.place)


async def read(request: web.Request) -> Form[Wish]:
    """The form as posted; the button of a suggested slot takes the slot's place."""
    posted = await request.post()
    other = posted.get("other_slot")
    return forms.parse(
        Wish,
        [
            (name, str(other) if other and name == "slot" else text)
            for name, text in posted.items()
            if isinstance(text, str)
        ],
    )


def first(place: Place, choices: Choices, seat: str = "") -> Form[Wish]:
    """A form with what is likely: a family visit, the only visitor, the only place."""
    kinds = [kind for kind, *_words in choices.kinds]
    family = VisitKind.FAMILY.value
    return forms.blank(
        Wish,
        slot=place.name,
        prisoner=str(choices.prisoner.id),
        kind=kinds[0] if kinds and family not in kinds else family,
        visitors=[choices.visitors[0][0]] if len(choices.visitors) == 1 else [],
        place=_likely(choices, seat),
        attendance=Attendance.DESK,
    )


def _likely(choices: Choices, seat: str) -> str | None:
    offered = [place for place, *_words in choices.places]
    if seat in offered:
        return seat
    return offered[0] if len(offered) == 1 else None


def kept(form: Form[Wish]) -> frozenset[str]:
    """What was chosen so far, as claims name it."""
    visitors = (f"visitor:{one}" for one in form.typed.get("visitors", ()))
    return frozenset({f"kiosk:{form.text('place')}", *visitors})


def hidden(form: Form[Wish]) -> list[tuple[str, str]]:
    """Everything that was typed, to go along unseen; key and hold are made anew."""
    return [
        (name, text)
        for name, texts in form.typed.items()
        for text in texts
        if name not in {"key", "hold"}
    ]


def summary(form: Form[Wish], choices: Choices) -> list[tuple[str, object]]:
    """What was chosen, in words."""

    def chosen(name: str, options: Iterable[Option]) -> Markup:
        words = [present.bdi(one[1]) for one in options if form.chosen(name, one[0])]
        return Markup("<br>").join(words) or Markup("–")

    rows: list[tuple[str, object]] = [
        (_("Kind of visit"), chosen("kind", choices.kinds)),
        (_("Visitors"), chosen("visitors", choices.visitors)),
        (_("Where the family sits"), chosen("place", choices.places)),
    ]
    if form.text("official"):
        rows.append((_("Official"), chosen("official", choices.officials)))
        where = chosen("attendance", labels.options(Attendance))
        rows.append((_("Where the official attends from"), where))
    else:
        wanted = form.text("official_wanted")
        words = _("Wanted, and still to be found") if wanted else "–"
        rows.append((_("Official"), words))
    typed = ((_("Note"), "note"), (_("Reason to book all the same"), "override"))
    rows += [(words, present.bdi(form.text(n))) for words, n in typed if form.text(n)]
    return rows
