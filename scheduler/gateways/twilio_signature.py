"""Whether a status callback or an incoming text is Twilio's, and what it says.

Twilio signs the address it was given and every field of the form with the account's
token. The address is the configured one: what a request says of its own host proves
nothing. https://www.twilio.com/docs/usage/security#validating-requests
"""

from dataclasses import dataclass

from twilio.request_validator import RequestValidator

from scheduler.gateways import twilio_errors
from scheduler.gateways.callbacks import Forged, Told
from scheduler.gateways.gateway import Delivery

HEADER = "X-Twilio-Signature"
#: Where texts to our number come in, after the address of status callbacks.
INCOMING_PATH = "/incoming"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A text that somebody sent to our number; `id` is Twilio's name for it."""

    id: str
    phone: str
    text: str


class TwilioDesk:
    """Takes status callbacks of one account.

    Args:
        auth_token: of the account.
        url: the address Twilio was told to call, as it was told.
    """

    def __init__(self, *, auth_token: str, url: str) -> None:
        self._validator = RequestValidator(auth_token)
        self._url = url

    def read(self, told: Told) -> Delivery | None:
        """What a signed form says of a message.

        Raises:
            Forged: if the signature is missing, or not that of the account.
        """
        self._prove(told, self._url)
        return twilio_errors.delivery(
            sid=told.fields.get("MessageSid", ""),
            status=told.fields.get("MessageStatus", ""),
            code=told.fields.get("ErrorCode", ""),
        )

    def incoming(self, told: Told) -> Incoming:
        """A text that came to our number.

        Raises:
            Forged: if the signature is missing, or not that of the account.
        """
        self._prove(told, f"{self._url}{INCOMING_PATH}")
        return Incoming(
            id=told.fields.get("MessageSid", ""),
            phone=told.fields.get("From", ""),
            text=told.fields.get("Body", ""),
        )

    def _prove(self, told: Told, url: str) -> None:
        signature = told.headers.get(HEADER, "")
        if not self._validator.validate(url, told.fields, signature):
            raise Forged
