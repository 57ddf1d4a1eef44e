import base64
import hashlib
import hmac

from signaling import ice
from signaling.ice import TurnSettings
from signaling.messages import IceServer
from tests.conftest import NOON

TURN = TurnSettings(urls=("turn:198.51.100.7:3478",), secret="north")


def test_credentials_follow_the_rest_convention() -> None:
    username, credential = ice.credentials("north", opaque="mq3", until=NOON)

    expiry, opaque = username.split(":")
    assert (int(expiry) - NOON.timestamp(), opaque) == (0, "mq3")
    digest = hmac.digest(b"north", username.encode(), hashlib.sha1)
    assert credential == base64.b64encode(digest).decode()


def test_a_known_answer() -> None:
    # printf USERNAME | openssl dgst -sha1 -hmac north -binary | base64
    username, credential = ice.credentials("north", opaque="mq3", until=NOON)

    assert (username, credential) == (
        "1795422600:mq3",
        "Ir9EcQQ/A9LWci3IYYr69G1BTAU=",
    )


def test_relay_is_offered_only_where_one_is_configured() -> None:
    stun = ("stun:198.51.100.7:3478",)

    assert ice.servers((), None, opaque="mq3", closes_at=NOON) == ()
    assert ice.servers(stun, None, opaque="mq3", closes_at=NOON) == (
        IceServer(urls=stun),
    )
    both = ice.servers(stun, TURN, opaque="mq3", closes_at=NOON)
    assert [server.urls for server in both] == [stun, TURN.urls]
    until, opaque = both[1].username.split(":")
    assert (int(until) - NOON.timestamp(), opaque) == (3600, "mq3")
