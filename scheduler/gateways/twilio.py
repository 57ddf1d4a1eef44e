"""Sending through Twilio's Messages resource.

The official package on its asynchronous client, with our own timeouts and none of its
retries: creating a message is not idempotent, so only what certainly was not taken is
tried again, by the sweep. https://www.twilio.com/docs/messaging/api/message-resource
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from scheduler.gateways import twilio_errors
from scheduler.gateways.gateway import (
    Delivery,
    Letter,
    Misconfigured,
    Permanent,
    Sent,
    Temporary,
    Unknown,
)
from visitation.words import Channel

T = TypeVar("T")
#: How much longer we wait than the connection does.
_SLACK_SECONDS = 1.0
_SERVER_ERROR = 500
#: Twilio takes 1 to 36,000 seconds; in less than a few nothing arrives.
_LEAST_VALIDITY = timedelta(seconds=5)
#: How far two clocks may be apart.
_SKEW = timedelta(seconds=30)
#: One person's messages since a claim are few; lists come newest first.
_LOOKED_AT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSettings:
    """How to reach Twilio.

    Attributes:
        messaging_service_sid: the sender pool to use; wins over `sender`.
        sender: a number or sender id of the account.
        validity_seconds: the longest that Twilio may keep a message.
        per_second: how many messages it is given in a second.
        timeout_seconds: for the whole request; connecting may take half of it.
        allows_link: whether messages may contain the service's address.
        status_callback: where Twilio tells what became of a message; empty for
            nowhere.
        base_url: where the API is; another for tests.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    messaging_service_sid: str = ""
    sender: str = ""
    validity_seconds: int = 4 * 3600
    per_second: float = 10.0
    timeout_seconds: float = 10.0
    allows_link: bool = False
    status_callback: str = ""
    base_url: str = "https://api.twilio.com"


class Twilio:
    """A gateway to Twilio. Made inside the running loop; closed at the end."""

    name = "twilio"
    # Its voices speak no Persian.
    channels = frozenset({Channel.SMS})
    finds = True

    def __init__(self, settings: TwilioSettings) -> None:
        self.allows_link = settings.allows_link
        self.per_second = settings.per_second
        self.calls_back = bool(settings.status_callback)
        self._settings = settings
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(
                total=settings.timeout_seconds,
                sock_connect=settings.timeout_seconds / 2,
            )
        )
        # Its log lines hold addresses of the account; ours say what is worth saying.
        quiet = logging.getLogger("twilio")
        quiet.setLevel(logging.WARNING)
        http = AsyncTwilioHttpClient(pool_connections=False, logger=quiet)
        http.session = self._session
        self._client = Client(
            settings.account_sid,
            settings.auth_token,
            http_client=http,
            environment={"TWILIO_EDGE": "", "TWILIO_REGION": ""},
        )
        self._client.api.base_url = settings.base_url

    async def send(self, letter: Letter) -> Sent:
        """Create a message.

        Raises:
            Temporary: for too many requests, or a service that cannot be reached.
            Permanent: for a number, country or text that it refuses.
            OptedOut: for a number whose owner wrote STOP.
            Misconfigured: for a wrong account or sender.
            Unknown: for a broken connection, a timeout or a server error after the
                request was sent.
        """
        longest = timedelta(seconds=self._settings.validity_seconds)
        validity = max(_LEAST_VALIDITY, min(longest, letter.validity))
        created = await self._answered(
            self._client.messages.create_async(
                to=letter.phone,
                body=letter.text,
                validity_period=int(validity.total_seconds()),
                **self._options(),
            )
        )
        return Sent(gateway_id=str(created.sid))

    async def find(self, letter: Letter, *, since: datetime) -> Sent | None:
        """The message with this text to this number, if it was created since then.

        Not filtered by the date of sending, which a message that waits has none of.

        Raises:
            Temporary: if Twilio cannot be asked now.
        """
        listed = await self._asked(
            self._client.messages.list_async(
                to=letter.phone, limit=_LOOKED_AT, page_size=_LOOKED_AT
            )
        )
        text = letter.text.strip()
        for message in listed:
            created = message.date_created
            if created is None or created < since - _SKEW:
                continue
            if (message.body or "").strip() == text:
                return Sent(gateway_id=str(message.sid))
        return None

    async def delivery(self, gateway_id: str) -> Delivery | None:
        """What became of a message; None for a status that says nothing, or no message.

        Raises:
            Temporary: if Twilio cannot be asked now.
        """
        try:
            message = await self._asked(self._client.messages(gateway_id).fetch_async())
        except Temporary as failure:
            if failure.code == twilio_errors.NOT_FOUND:
                return None
            raise
        return twilio_errors.delivery(
            sid=str(message.sid),
            status=str(message.status),
            code=str(message.error_code or ""),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    def _options(self) -> dict[str, Any]:
        settings = self._settings
        called = settings.status_callback
        return {
            **({"status_callback": called} if called else {}),
            **(
                {"messaging_service_sid": settings.messaging_service_sid}
                if settings.messaging_service_sid
                else {"from_": settings.sender}
            ),
        }

    async def _asked(self, question: Coroutine[Any, Any, T]) -> T:
        """What a question is answered that may be asked again at any time."""
        try:
            return await self._answered(question)
        except (Unknown, Permanent, Misconfigured) as error:
            raise Temporary(error.code) from None

    async def _answered(self, request: Coroutine[Any, Any, T]) -> T:
        try:
            async with asyncio.timeout(self._settings.timeout_seconds + _SLACK_SECONDS):
                return await request
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise Temporary("unreachable") from None
        except TimeoutError:
            raise Unknown("timeout") from None
        except aiohttp.ClientError:
            raise Unknown("disconnected") from None
        except TwilioException as error:
            raise twilio_errors.failure(
                status=int(getattr(error, "status", _SERVER_ERROR)),
                code=getattr(error, "code", None),
            ) from None
        except ValueError:
            raise Unknown("unreadable_answer") from None
