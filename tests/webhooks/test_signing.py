"""Signatures that a receiver can rely on."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import NOON
from visitation.webhooks import signing
from visitation.webhooks.signing import BadSignature

SECRET = signing.secret_of(b"k" * 32)
OTHER = signing.secret_of(b"o" * 32)
BODY = '{"نوع": 1}'.encode()


def _signed(*secrets: str, at: datetime = NOON) -> dict[str, str]:
    return signing.headers(secrets, reference="evt_1", at=at, body=BODY)


def test_the_signature_is_that_of_the_standard() -> None:
    # The example of https://www.standardwebhooks.com and of its libraries.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    made = signing.headers(
        [secret],
        reference="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=datetime.fromtimestamp(1614265330, UTC),
        body=b'{"test": 2432232314}',
    )

    assert made == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_either_of_two_secrets_is_enough() -> None:
    both = _signed(SECRET, OTHER)

    for secret in (SECRET, OTHER):
        assert signing.verify(secret, headers=both, body=BODY, now=NOON) == "evt_1"


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({}, BODY + b" "),
        ({"webhook-id": "evt_2"}, BODY),
        ({"webhook-timestamp": "x"}, BODY),
        ({"webhook-signature": "v2,AAAA"}, BODY),
        ({"webhook-signature": "v1,é"}, BODY),
        ({"webhook-signature": ""}, BODY),
    ],
)
def test_what_was_altered_is_refused(changed: dict[str, str], body: bytes) -> None:
    with pytest.raises(BadSignature):
        signing.verify(SECRET, headers=_signed(SECRET) | changed, body=body, now=NOON)


def test_another_secret_is_refused() -> None:
    with pytest.raises(BadSignature):
        signing.verify(OTHER, headers=_signed(SECRET), body=BODY, now=NOON)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_what_was_signed_a_while_ago_is_refused(minutes: int) -> None:
    sent = _signed(SECRET, at=NOON + timedelta(minutes=minutes))

    with pytest.raises(BadSignature):
        signing.verify(SECRET, headers=sent, body=BODY, now=NOON)


def test_a_secret_is_32_bytes_that_people_can_copy() -> None:
    assert base64.b64decode(SECRET.removeprefix("whsec_")) == b"k" * 32
