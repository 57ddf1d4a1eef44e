"""What people type about requests, one form for each thing they do."""

from typing import Annotated

from pydantic import Field, StringConstraints

from visitation.words import CaseKind, Visibility
from web import forms
from web.fields import Note
from web.i18n import N_
from web.picks import NearDay, Pick

#: As long as an order or its answer may be.
Short = Annotated[Note, StringConstraints(max_length=1000)]


class Remark(forms.Fields):
    """A note, and who reads it."""

    text: Annotated[Note, StringConstraints(min_length=1)] = Field(title=N_("Note"))
    visibility: Visibility = Field(default=Visibility.STAFF, title=N_("Who reads it"))


class Paper(forms.Fields):
    """Who reads a document; the file itself is read from the upload."""

    visibility: Visibility = Field(default=Visibility.STAFF, title=N_("Who reads it"))


class Handing(forms.Fields):
    """Who is to have a request."""

    to: Pick = Field(title=N_("Who is to have it"))


class Delay(forms.Fields):
    """Until when an answer is put off, and why."""

    due: NearDay = Field(title=N_("Answer by"))
    reason: Annotated[Note, StringConstraints(min_length=1)] = Field(title=N_("Reason"))


class Correction(forms.Fields):
    """Which kind a request really is of."""

    kind: CaseKind = Field(title=N_("Kind"))


class Change(forms.Fields):
    """Why a request is opened again, looked at once more, or withdrawn."""

    text: Annotated[Note, StringConstraints(min_length=1)] = Field(title=N_("Reason"))


class Answer(forms.Fields):
    """What was done about an order."""

    answer: Annotated[Short, StringConstraints(min_length=1)] = Field(
        title=N_("How it was done")
    )


class Cancelling(forms.Fields):
    """Why an order is taken back."""

    reason: Annotated[Short, StringConstraints(min_length=1)] = Field(
        title=N_("Reason")
    )
