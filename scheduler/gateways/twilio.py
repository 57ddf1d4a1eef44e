"""Sending through Twilio's Messages resource.

The official package on its asynchronous client, with our own timeouts and none of its
retries: creating a message is not idempotent, so only what certainly was not taken is
tried again, by the sweep. https://www.twilio.com/docs/messaging/api/message-resource
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from scheduler.gateways.gateway import (
    Delivery,
    Letter,
    Permanent,
    Sent,
    Temporary,
    Unknown,
)
from visitation.words import Channel

#: Errors after which the same message may be sent again: too many requests, service
#: unavailable, queue full; and those that say that the account, not the message, is
#: wrong, so that nothing is lost while somebody puts that right.
#: https://www.twilio.com/docs/api/errors
_TEMPORARY_CODES = frozenset(
    {14107, 20003, 20005, 20404, 20429, 20503, 30001, 30002, 30022}
)
_TEMPORARY_STATUSES = frozenset({401, 404, 429, 503})
_SERVER_ERROR = 500
#: How much longer we wait than the connection does.
_SLACK_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSettings:
    """How to reach Twilio.

    Attributes:
        messaging_service_sid: the sender pool to use; wins over `sender`.
        sender: a number or sender id of the account.
        validity_seconds: how long Twilio may keep a message before it is worthless.
        timeout_seconds: for the whole request; connecting may take half of it.
        allows_link: whether messages may contain the service's address.
        base_url: where the API is; another for tests.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    messaging_service_sid: str = ""
    sender: str = ""
    validity_seconds: int = 4 * 3600
    timeout_seconds: float = 10.0
    allows_link: bool = False
    base_url: str = "https://api.twilio.com"


class Twilio:
    """A gateway to Twilio. Made inside the running loop; closed at the end."""

    name = "twilio"
    channels = frozenset({Channel.SMS})
    per_second = 10.0
    finds = False
    calls_back = False

    def __init__(self, settings: TwilioSettings) -> None:
        self.allows_link = settings.allows_link
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
            Temporary: for too many requests, an unreachable service or a wrong account.
            Permanent: for any other refusal.
            Unknown: for a broken connection, a timeout or a server error after the
                request was sent.
        """
        try:
            async with asyncio.timeout(self._settings.timeout_seconds + _SLACK_SECONDS):
                created = await self._client.messages.create_async(
                    to=letter.phone,
                    body=letter.text,
                    validity_period=self._settings.validity_seconds,
                    **self._from(),
                )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise Temporary("unreachable") from None
        except TimeoutError:
            raise Unknown("timeout") from None
        except aiohttp.ClientError:
            raise Unknown("disconnected") from None
        except TwilioException as error:
            raise _sorted(error) from None
        except ValueError:
            raise Unknown("unreadable_answer") from None
        return Sent(gateway_id=str(created.sid))

    async def find(self, letter: Letter, *, since: datetime) -> Sent | None:
        """Nothing: it is not asked."""
        return None

    async def delivery(self, gateway_id: str) -> Delivery | None:
        """Nothing: it is not asked."""
        return None

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    def _from(self) -> dict[str, Any]:
        if self._settings.messaging_service_sid:
            return {"messaging_service_sid": self._settings.messaging_service_sid}
        return {"from_": self._settings.sender}


def _sorted(error: TwilioException) -> Temporary | Permanent | Unknown:
    status = int(getattr(error, "status", _SERVER_ERROR))
    code = int(getattr(error, "code", None) or status)
    if code in _TEMPORARY_CODES or status in _TEMPORARY_STATUSES:
        return Temporary(str(code))
    if status >= _SERVER_ERROR:
        return Unknown(str(code))
    return Permanent(str(code))
