"""Any provider with an HTTPS interface that a description fits.

One request for a message, with our own timeouts and no retries: what a provider may
have taken is not sent again blindly. The account's key may stand in the address, so
addresses are in no log and in no exception.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp
from yarl import URL

from scheduler.gateways import answers, places
from scheduler.gateways.description import Ask, Description
from scheduler.gateways.gateway import (
    Delivery,
    Letter,
    Misconfigured,
    OptedOut,
    Permanent,
    Sent,
    Temporary,
    Unknown,
)
from scheduler.gateways.places import Filled, Pattern
from visitation.wording import Template
from visitation.words import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """An account at a provider, and how its interface is spoken to.

    Attributes:
        origin: scheme and host of the interface.
        name: of the gateway; stored with each message that it took.
        sender: the line that messages come from, as the provider writes it.
        patterns: the approved ones, by template and language.
        callback: the address the provider calls; empty if it calls none.
        timeout_seconds: for the whole request; connecting may take half of it.
    """

    name: str
    description: Description
    origin: str
    key: str = field(repr=False)
    sender: str = ""
    patterns: Mapping[tuple[Template, str], Pattern] = field(default_factory=dict)
    channels: frozenset[Channel] = frozenset({Channel.SMS})
    per_second: float = 10.0
    allows_link: bool = False
    callback: str = field(default="", repr=False)
    timeout_seconds: float = 10.0


class Https:
    """A gateway to a described provider. Made inside the running loop."""

    def __init__(self, settings: HttpSettings) -> None:
        self.name = settings.name
        self.allows_link = settings.allows_link
        self.channels = settings.channels
        self.per_second = settings.per_second
        self.finds = can_find(settings)
        self.calls_back = bool(settings.callback)
        self._settings = settings
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(
                total=settings.timeout_seconds,
                sock_connect=settings.timeout_seconds / 2,
            ),
            middlewares=(_once,),
        )

    async def send(self, letter: Letter) -> Sent:
        """Hand over one message.

        Raises:
            Temporary: it was certainly not taken, and may be later.
            Permanent: it never will be.
            OptedOut: the owner of the number wants none.
            Misconfigured: the account is wrong, not the message.
            Unknown: no answer came, or none that can be read.
        """
        try:
            request = request_for(letter, self._settings)
        except ValueError:
            raise Permanent("not_a_number") from None
        status, body = await self._answered(request)
        return answers.sent(self._settings.description.answer, status=status, body=body)

    async def find(self, letter: Letter, *, since: datetime) -> Sent | None:
        """The message by our reference, if it was taken after all.

        Raises:
            Temporary: if the provider cannot be asked now.
        """
        found = self._settings.description.find
        if found is None:
            return None
        body = await self._asked(found.ask, places.of_letter(letter))
        if found.status and answers.at(body, found.status) in found.none:
            return None
        gateway_id = answers.at(body, found.id)
        return Sent(gateway_id=gateway_id) if gateway_id not in {"", "0"} else None

    async def delivery(self, gateway_id: str) -> Delivery | None:
        """What became of a message; None if it says nothing that is described.

        Raises:
            Temporary: if the provider cannot be asked now.
        """
        report = self._settings.description.report
        if report is None:
            return None
        body = await self._asked(report.ask, {"id": gateway_id})
        return answers.delivery(
            self._settings.description,
            gateway_id=gateway_id,
            word=answers.at(body, report.status),
            code=answers.at(body, report.code) if report.code else "",
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def _asked(self, ask: Ask, values: Mapping[str, str]) -> Any:
        try:
            status, body = await self._answered(_filled(ask, self._settings, values))
            answer = self._settings.description.answer
            answers.refuse_unless_ok(answer, status=status, body=body)
        except (Unknown, Misconfigured, Permanent, OptedOut) as error:
            raise Temporary(error.code) from None
        except ValueError:
            raise Temporary("not_a_number") from None
        return body

    async def _answered(self, request: Filled) -> tuple[int, Any]:
        try:
            async with self._session.request(
                request.method,
                URL(request.url, encoded=True),
                headers=request.headers,
                data=request.body,
                allow_redirects=False,
            ) as answer:
                return answer.status, answers.json_of(await answer.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise Temporary("unreachable") from None
        except TimeoutError:
            raise Unknown("timeout") from None
        except aiohttp.ClientError:
            raise Unknown("disconnected") from None


async def _once(
    request: aiohttp.ClientRequest, connect: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Keeps the client from sending a GET again by itself when its line broke."""
    try:
        return await connect(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        raise Unknown("disconnected") from None


def request_for(letter: Letter, settings: HttpSettings) -> Filled:
    """The request that sends a letter: called out, by its pattern, or as free text.

    Raises:
        Permanent: if the provider makes no calls, or only such as say a code, and there
            is none; or if there is neither a pattern for the letter nor a free text.
    """
    described = settings.description
    values = places.of_letter(letter)
    if letter.channel is Channel.VOICE:
        if described.voice is None:
            raise Permanent("no_voice")
        if described.voice.only_with_code and not values["code"]:
            raise Permanent("voice_says_codes_only")
        return _filled(described.voice, settings, values)
    pattern = settings.patterns.get((letter.template, letter.language))
    if pattern is not None and described.pattern is not None:
        values |= {"pattern": pattern.id}
        named = [(name, letter.variables.get(name, "")) for name in pattern.variables]
        return _filled(described.pattern, settings, values, named)
    if described.text is None or not takes_text(settings):
        raise Permanent("no_pattern")
    return _filled(described.text, settings, values)


def takes_text(settings: HttpSettings) -> bool:
    """Whether free text can be sent: where that needs a line of ours, there is one."""
    text = settings.description.text
    return text is not None and (
        bool(settings.sender) or "sender" not in places.places(text.body)
    )


def can_find(settings: HttpSettings) -> bool:
    """Whether all that is sent carries our reference, and can be asked for by it."""
    return settings.description.find is not None and all(
        ask.findable for ask in _in_use(settings)
    )


def _filled(
    ask: Ask,
    settings: HttpSettings,
    values: Mapping[str, str],
    variables: Sequence[tuple[str, str]] = (),
) -> Filled:
    own = {
        "key": settings.key,
        "sender": settings.sender,
        "callback": settings.callback,
    }
    return places.filled(
        ask,
        origin=settings.origin,
        headers=settings.description.headers,
        values={**values, **own},
        variables=variables,
    )


def _in_use(settings: HttpSettings) -> list[Ask]:
    described = settings.description
    forms = [described.text] if described.text and takes_text(settings) else []
    if settings.patterns and described.pattern:
        forms.append(described.pattern)
    if Channel.VOICE in settings.channels and described.voice:
        forms.append(described.voice)
    return forms
