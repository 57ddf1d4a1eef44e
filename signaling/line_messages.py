"""What travels over the socket of a line test; docs/line-test.md says when.

One frozen dataclass per message. What comes from a page is checked strictly: it is
stored, and decides what people are told.
"""

import json
from dataclasses import asdict, dataclass
from typing import Annotated, ClassVar, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from signaling.media.engine import Target
from signaling.messages import IceServer
from signaling.wire import MOST_BYTES, ProtocolError
from visitation.lines import Verdict

VERSION: Final = 1
_STRICT: Final = ConfigDict(extra="forbid", strict=True)
#: An hour of the fastest line there is, in packets; anything above is made up.
_MOST_PACKETS: Final = 10**9
_Seconds = Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)]
Reason = Literal["ticket", "busy", "malformed", "bad_sdp"]
_Count = Annotated[int, Field(ge=0, le=_MOST_PACKETS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """The first message of a page."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    type: Literal["begin"]
    version: int
    ticket: Annotated[str, Field(max_length=256)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """The page's offer to publish, or its answer to the service's offer."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    type: Literal["offer", "answer"]
    target: Target
    sdp: Annotated[str, Field(max_length=MOST_BYTES)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the page saw arrive in the seconds it was asked about.

    Attributes:
        lost: packets of sound and picture that did not arrive.
        rate: bits per second that arrived.
        relayed: whether its own address is a TURN server's.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    type: Literal["report"]
    received: _Count
    lost: _Count
    rate: _Count
    jitter: _Seconds
    round_trip: _Seconds | None
    relayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The page may offer; the service's own offer follows."""

    ice_servers: tuple[IceServer, ...]
    type: Literal["ready"] = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """The service's offer to receive, or its answer to the page's offer."""

    type: Literal["offer", "answer"]
    target: Target
    sdp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Both ways are open; measuring takes so long."""

    seconds: float
    type: Literal["begun"] = "begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """The picture may take so many bits per second from now on; 0 stops it."""

    rate: int
    type: Literal["send"] = "send"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """The page reports what it saw in the last so many seconds."""

    seconds: float
    type: Literal["tell"] = "tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a call over this line will be like, and the numbers behind it."""

    verdict: Verdict
    loss_up: float
    loss_down: float
    round_trip: float | None
    jitter: float
    rate_up: int
    rate_down: int
    relayed: bool
    type: Literal["result"] = "result"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """No test: an old ticket, too many at once, or a page that breaks the rules."""

    reason: Reason
    type: Literal["refused"] = "refused"


FromPage = Begin | Description | Report
ToPage = Ready | Described | Begun | Send | Tell | Result | Refused
_FROM_PAGE: TypeAdapter[FromPage] = TypeAdapter(
    Annotated[FromPage, Field(discriminator="type")]
)


def parse(text: str) -> FromPage:
    """The message that a page sent.

    Raises:
        ProtocolError: if it is none of these, or not exactly so.
    """
    try:
        return _FROM_PAGE.validate_json(text)
    except ValidationError:
        raise ProtocolError("malformed") from None


def text_of(message: ToPage) -> str:
    """The message as it goes over the socket."""
    return json.dumps(asdict(message), ensure_ascii=False, separators=(",", ":"))
