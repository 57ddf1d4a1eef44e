"""How a provider's HTTPS interface is described: requests, answers, what they mean.

A description is a TOML file; those of some providers come with the program, in
`descriptions/`. Knows no account and sends nothing; what is wrong in one is said with
its field.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import field, fields
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from scheduler.gateways.gateway import Fate
from visitation.errors import VisitationError
from visitation.words import Channel

_STRICT = ConfigDict(extra="forbid")
PLACE = re.compile(r"\{([a-z_]+(?::[a-z_]+)?)(\|number)?\}")
_BRACE = re.compile(r"[{}]")
#: What stands between braces in a request. `{var:day}` is a variable of the message;
#: `|number` at the end of one that stands alone makes it a number.
PLACES = frozenset(
    {
        "key",
        "sender",
        "phone",
        "phone:local",
        "phone:digits",
        "text",
        "code",
        "pattern",
        "reference",
        "seconds",
        "callback",
        "id",
    }
)


class WrongDescription(VisitationError):
    """A description cannot be used; `problems` has a line with the field for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _word(given: Any) -> Any:
    """What an answer says, however it is written: 200, "200", true."""
    if isinstance(given, bool):
        return str(given).lower()
    return str(given) if isinstance(given, int) else given


Words = tuple[Annotated[str, BeforeValidator(_word)], ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Variables:
    """Where a pattern's variables go.

    Attributes:
        style: `slots` in their order, a `list` of names and values, or a `table`.
        under: the field of the body that holds them; empty for the body itself.
        slots: the fields in their order.
        name: what a list calls a name.
        value: what a list calls a value.
    """

    style: Literal["slots", "list", "table"]
    under: str = ""
    slots: tuple[str, ...] = ()
    name: str = "name"
    value: str = "value"


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Ask:
    """One kind of request.

    Attributes:
        path: after the origin.
        encoding: how `body` travels; `query` with GET.
        variables: where a pattern's variables go; for patterns only.
        only_with_code: whether it can say a code and nothing else.
        findable: whether the provider can be asked for it by our reference.
    """

    path: str
    method: Literal["GET", "POST"] = "POST"
    encoding: Literal["json", "form", "query"] = "json"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    variables: Variables | None = None
    only_with_code: bool = False
    findable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Answer:
    """How an answer is read, and which of its words mean what.

    Attributes:
        id: where the provider's id of the message is, like `entries.0.messageid`.
        status: where the word is; the HTTP status is the word if empty, or if the
            answer has none there.
    """

    id: str
    status: str = ""
    ok: Words
    temporary: Words = ()
    permanent: Words = ()
    opted_out: Words = ()
    misconfigured: Words = ()
    unknown: Words = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Found:
    """How to ask for a message by our reference.

    Attributes:
        id: where the provider's id is in the answer.
        status: where a word is that says there is none.
        none: those words.
    """

    ask: Ask
    id: str
    status: str = ""
    none: Words = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Report:
    """How to ask what became of a message.

    Attributes:
        status: where the word is.
        code: where the provider's reason is, if it gives one.
    """

    ask: Ask
    status: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Callback:
    """How the provider tells by itself what became of a message.

    Attributes:
        id: the field, or the place in a JSON body, that names the message.
        status: where the word is.
        header: the header that holds the secret; without one, the address ends with
            a key.
    """

    id: str
    status: str
    code: str = ""
    header: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Fates:
    """Which words say what became of a message."""

    queued: Words = ()
    sent: Words = ()
    delivered: Words = ()
    undelivered: Words = ()
    failed: Words = ()
    opted_out: Words = ()

    def of(self, word: str) -> Fate | None:
        """What became of it; None for a word that says nothing."""
        for fate in Fate:
            if word in getattr(self, fate.value):
                return fate
        return Fate.UNDELIVERED if word in self.opted_out else None


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Description:
    """A provider's interface.

    Attributes:
        about: where the provider documents it.
        origin: scheme and host.
        channels: what is used unless the settings say otherwise.
        headers: of every request.
        text: how a free text is sent; None where only patterns are taken.
        pattern: how an approved pattern is sent, with its variables.
        voice: how somebody is rung up and told.
    """

    about: str
    origin: str
    answer: Answer
    channels: tuple[Channel, ...] = (Channel.SMS,)
    per_second: float = 10.0
    headers: Mapping[str, str] = field(default_factory=dict)
    text: Ask | None = None
    pattern: Ask | None = None
    voice: Ask | None = None
    fates: Fates = Fates()
    find: Found | None = None
    report: Report | None = None
    callback: Callback | None = None


_ADAPTER = TypeAdapter(Description)


def ready() -> tuple[str, ...]:
    """The names of the descriptions that come with the program."""
    folder = resources.files("scheduler.gateways") / "descriptions"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml")))


def read(named: str) -> Description:
    """A description by the name of a ready one, or by the path of a TOML file.

    Raises:
        WrongDescription: saying what is wrong with which field.
    """
    path = Path(named)
    try:
        if named in ready():
            folder = resources.files("scheduler.gateways") / "descriptions"
            text = (folder / f"{named}.toml").read_text(encoding="utf-8")
        else:
            text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except OSError as error:
        known = ", ".join(ready())
        said = f"{named}: {error.strerror}; ready ones are {known}"
        raise WrongDescription((said,)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongDescription((f"{named}: this is not TOML: {error}",)) from None
    return parsed(values)


def parsed(values: Mapping[str, Any]) -> Description:
    """A description from the values of its file.

    Raises:
        WrongDescription: saying what is wrong with which field.
    """
    try:
        description = _ADAPTER.validate_python(values)
    except ValidationError as error:
        raise WrongDescription(tuple(_lines(error))) from None
    if problems := (*_missing(description), *_misplaced(values)):
        raise WrongDescription(problems)
    return description


def is_private(origin: str) -> bool:
    """Whether nobody on the way reads what is sent there."""
    return origin.startswith(("https://", "http://127.0.0.1:"))


def _lines(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_context=False):
        where = ".".join(str(part) for part in problem["loc"])
        unknown = problem["type"] in {"extra_forbidden", "unexpected_keyword_argument"}
        yield f"{where}: {'there is no such field' if unknown else problem['msg']}"


def _missing(description: Description) -> Iterator[str]:
    if not is_private(description.origin):
        yield "origin: should begin with https://"
    if description.text is None and description.pattern is None:
        yield "text: is missing, and so is pattern: one of them sends messages"
    if description.pattern is not None and description.pattern.variables is None:
        yield "pattern.variables: is missing: where do they go?"
    if Channel.VOICE in description.channels and description.voice is None:
        yield "voice: is missing, but channels has it"
    if (description.report or description.callback) and not any(
        getattr(description.fates, one.name) for one in fields(Fates)
    ):
        yield "fates: is missing: which words say what became of a message?"


def _misplaced(values: Any, where: str = "") -> Iterator[str]:
    """What stands between braces and is no place that is filled."""
    if isinstance(values, Mapping):
        for name, value in values.items():
            yield from _misplaced(value, f"{where}.{name}" if where else name)
    elif isinstance(values, list):
        for number, value in enumerate(values):
            yield from _misplaced(value, f"{where}.{number}")
    elif isinstance(values, str):
        names = [match[1] for match in PLACE.finditer(values)]
        wrong = [n for n in names if n not in PLACES and not n.startswith("var:")]
        for name in wrong:
            yield f"{where}: nothing is called {{{name}}}"
        if _BRACE.search(PLACE.sub("", values)):
            yield f"{where}: a brace that belongs to no name"
