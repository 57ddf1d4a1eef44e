"""Whether a status callback is Twilio's, and what it says.

Twilio signs the address it was given and every field of the form with the account's
token. The address is the configured one: what a request says of its own host proves
nothing. https://www.twilio.com/docs/usage/security#validating-requests
"""

from twilio.request_validator import RequestValidator

from scheduler.gateways import twilio_errors
from scheduler.gateways.callbacks import Forged, Told
from scheduler.gateways.gateway import Delivery

HEADER = "X-Twilio-Signature"


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
        signature = told.headers.get(HEADER, "")
        if not self._validator.validate(self._url, told.fields, signature):
            raise Forged
        return twilio_errors.delivery(
            sid=told.fields.get("MessageSid", ""),
            status=told.fields.get("MessageStatus", ""),
            code=told.fields.get("ErrorCode", ""),
        )
