"""What the API answers when it cannot do what was asked: problem details (RFC 9457).

`code` is stable; `detail` and the sentences in `reasons` are for people, in the
language of the token's account. Which exception has which status is `web.errors`'s
table; here are only the few that programs alone can cause.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus

from pydantic import Field, ValidationError

from scheduler.booking import Refused
from visitation.errors import Invalid, VisitationError
from web import case_refusals, errors, forms, refusals
from web.api.answers import Slot
from web.api.kinds import Told
from web.i18n import N_, _

CONTENT_TYPE = "application/problem+json"


class Reason(Told):
    """One reason for a refusal."""

    code: str = Field(description="Stable; one of the booking rules' or a use case's.")
    detail: str = Field(description="The same for people.")


class Mistake(Told):
    """One thing in what was sent that cannot be used."""

    field: str = Field(description="Where, such as `visitor_ids.0`; empty: the whole.")
    code: str
    detail: str


class ProblemDetails(Told):
    """Why something was not done (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str = Field(description="Stable, such as `not_found` or `refused`.")
    detail: str = Field(description="What to do now.")
    request: str = Field(description="By this name our logs know the request.")
    reasons: tuple[Reason, ...] = ()
    errors: tuple[Mistake, ...] = ()
    next_free: tuple[Slot, ...] = Field(
        default=(), description="The next slots that could be booked instead."
    )


class Unusable(VisitationError):
    """What was sent does not fit the description of the endpoint.

    Attributes:
        mistakes: every one of them.
    """

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__(", ".join(m.code for m in mistakes))
        self.mistakes = mistakes

    @classmethod
    def of(cls, found: ValidationError) -> "Unusable":
        """What a model says about it."""
        details = found.errors(include_url=False, include_input=False)
        return cls(
            tuple(
                Mistake(
                    field=".".join(str(part) for part in detail["loc"]),
                    code=detail["type"],
                    detail=_sentence(detail["type"], detail.get("ctx"), detail["msg"]),
                )
                for detail in details
            )
        )


class NotJson(VisitationError):
    """The body does not say that it is JSON."""


class KeyReused(VisitationError):
    """An idempotency key came again with another request."""


NOT_JSON = errors.Problem(
    status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    code="unsupported_media_type",
    title=N_("That is not JSON"),
    advice=N_("Send JSON, with the header Content-Type: application/json."),
)
KEY_REUSED = errors.Problem(
    status=HTTPStatus.UNPROCESSABLE_ENTITY,
    code="idempotency_key_reused",
    title=N_("This key came before, with another request"),
    advice=N_("Use a new key for a new request, and the same body with the same key."),
)
REFUSED = errors.Problem(
    status=HTTPStatus.CONFLICT,
    code="refused",
    title=N_("The visit cannot be booked so"),
    advice=N_("Read the reasons, change the request, or take one of the next slots."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status with its body, and the headers beside the usual."""

    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)


def answer(error: VisitationError, *, request_id: str) -> Answer:
    """The problem details for something refused on purpose."""
    found = _problem(error)
    details = ProblemDetails(
        type=f"about:blank#{found.code}",
        title=_(found.title),
        status=found.status,
        code=found.code,
        detail=_advice(error, found),
        request=request_id,
        reasons=reasons(getattr(error, "reasons", ())),
        errors=_mistakes(error),
        next_free=_next_free(error),
    )
    return Answer(
        status=found.status,
        text=details.model_dump_json(),
        headers=dict(found.headers),
    )


def reasons(codes: Iterable[object]) -> tuple[Reason, ...]:
    """Reasons by their codes, each with its sentence."""
    return tuple(
        Reason(code=str(code), detail=refusals.sentence(str(code))) for code in codes
    )


def _advice(error: VisitationError, found: errors.Problem) -> str:
    """What to do; the error's own sentence where it has one and no codes."""
    if told := case_refusals.said(error):
        return told
    if error_says := refusals.FACTS.get(type(error)):
        return _(error_says)
    return _(found.advice)


def _problem(error: VisitationError) -> errors.Problem:
    match error:
        case Unusable():
            return errors.UNREADABLE
        case NotJson():
            return NOT_JSON
        case KeyReused():
            return KEY_REUSED
        case Refused():
            return REFUSED
        case _:
            return errors.problem(error)


def _mistakes(error: VisitationError) -> tuple[Mistake, ...]:
    if isinstance(error, Unusable):
        return error.mistakes
    if isinstance(error, Invalid):
        told = refusals.sentence(error.reason)
        return (Mistake(field=error.field, code=error.reason, detail=told),)
    return ()


def _next_free(error: VisitationError) -> tuple[Slot, ...]:
    if not isinstance(error, Refused):
        return ()
    return tuple(Slot.free(slot) for slot in error.next_free)


def _sentence(kind: str, told: dict[str, object] | None, otherwise: str) -> str:
    message = forms.MESSAGES.get(kind)
    return _(message, **(told or {})) if message else otherwise
