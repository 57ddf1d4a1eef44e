"""What a described provider tells of a message it took.

It proves itself by a secret: in a header that the description names, or as the last
part of the address it was given. Neither is compared in a time that tells anything.
"""

import hmac

from scheduler.gateways import answers
from scheduler.gateways.callbacks import Forged, Told
from scheduler.gateways.description import Callback, Description
from scheduler.gateways.gateway import Delivery


class HttpDesk:
    """Takes callbacks of one described provider.

    Args:
        callback: how its description says that it calls.
        secret: what its header holds, or its address ends with.
    """

    def __init__(
        self, *, description: Description, callback: Callback, secret: str
    ) -> None:
        self._description = description
        self._callback = callback
        self._secret = secret

    def read(self, told: Told) -> Delivery | None:
        """What it says of a message; None for a word that says nothing.

        Raises:
            Forged: if the secret is not there, or another.
        """
        header = self._callback.header
        shown = told.headers.get(header, "") if header else told.key
        given = shown.encode(errors="surrogateescape")
        if not hmac.compare_digest(given, self._secret.encode()):
            raise Forged
        parsed = answers.json_of(told.body)
        body = parsed if isinstance(parsed, dict | list) else dict(told.fields)
        code = self._callback.code
        return answers.delivery(
            self._description,
            gateway_id=answers.at(body, self._callback.id),
            word=answers.at(body, self._callback.status),
            code=answers.at(body, code) if code else "",
        )
