"""From settings to gateways, desks and addresses, or to a line that says why not."""

from pathlib import Path
from typing import Any

import pytest

from config import doctor, messaging, reading
from config.settings import Settings
from scheduler.gateways.http_callback import HttpDesk
from scheduler.gateways.twilio_signature import TwilioDesk
from tests.conftest import NOON
from visitation.words import Channel

SECRET = "0123456789abcdef0123456789abcdef"
TWILIO = {
    "account_sid": "AC" + 32 * "0",
    "auth_token": "t0ken",
    "from_number": "+15005550006",
}
KAVENEGAR = {"key": "k3y", "sender": "10004346"}


def settings(gateways: tuple[str, ...], **sms: Any) -> Settings:
    return Settings(
        secret=SECRET,
        web={"public_url": "https://visits.example"},
        sms={"gateways": gateways, **sms},
    )


async def test_gateways_are_made_in_order_of_preference() -> None:
    given = settings(
        ("main", "twilio", "console"),
        twilio=TWILIO | {"per_second": 3},
        http={"main": KAVENEGAR | {"description": "kavenegar", "per_second": 7}},
    )
    made = messaging.gateways(given)
    assert messaging.problems(given) == ()
    assert [(g.name, g.per_second, g.calls_back, g.finds) for g in made] == [
        ("main", 7, False, False),
        ("twilio", 3, True, True),
        ("console", 1000, False, False),
    ]
    assert made[0].channels == {Channel.SMS, Channel.VOICE}
    for gateway in made:
        await gateway.close()


def test_nobody_is_called_unless_there_is_something_to_call() -> None:
    plain = settings(("console", "kavenegar"), http={"kavenegar": KAVENEGAR})
    assert messaging.desks(plain) == {}
    at_home = Settings(secret=SECRET, sms={"gateways": ("twilio",), "twilio": TWILIO})
    assert messaging.desks(at_home) == {}
    assert messaging.callback_address(at_home, "twilio") == ""


def test_providers_are_given_an_address_and_its_desk_believes_them() -> None:
    given = settings(
        ("kavenegar", "twilio"),
        callback_url="https://in.example/",
        twilio=TWILIO,
        http={"kavenegar": KAVENEGAR | {"callback": True}},
    )
    desks = messaging.desks(given)
    assert {name: type(desk) for name, desk in desks.items()} == {
        "kavenegar": HttpDesk,
        "twilio": TwilioDesk,
    }
    assert messaging.callback_address(given, "twilio") == (
        "https://in.example/callbacks/twilio"
    )
    address = messaging.callback_address(given, "kavenegar")
    base, _, key = address.rpartition("/")
    assert (base, len(key)) == ("https://in.example/callbacks/http/kavenegar", 40)
    said = {finding.says for finding in doctor.gateways(given, NOON)}
    assert said == {
        "leave by kavenegar, twilio",
        f"have kavenegar call {address}",
        "twilio is told to call https://in.example/callbacks/twilio",
    }


def test_a_provider_with_a_header_needs_the_secret_it_holds(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'about = "https://sms.example"\norigin = "https://sms.example"\n'
        '[text]\npath = "/send"\n[answer]\nid = "id"\nok = [200]\n'
        "[fates]\ndelivered = [1]\n"
        '[callback]\nid = "id"\nstatus = "status"\nheader = "X-Secret"\n'
    )
    section = {"description": str(own), "callback": True}
    for empty in ({}, {"callback_secret": ""}):
        without = settings(("own",), http={"own": section | empty})
        assert messaging.problems(without) == (
            "sms.http.own.callback_secret: is missing; X-Secret holds it",
        )
    given = settings(("own",), http={"own": section | {"callback_secret": "agreed"}})
    assert messaging.problems(given) == ()
    assert messaging.callback_address(given, "own") == (
        "https://visits.example/callbacks/http/own"
    )


@pytest.mark.parametrize(
    ("gateways", "sms", "said"),
    [
        ((), {}, "sms.gateways: is empty"),
        (("console", "console"), {}, "sms.gateways: has a name twice"),
        (("pigeon",), {}, "sms.gateways: pigeon is neither console nor twilio"),
        (("twilio",), {}, "sms.twilio: is among the gateways, but missing: account_"),
        (
            ("mine",),
            {"http": {"mine": {}}},
            "sms.http.mine.description: mine: No such file",
        ),
        (
            ("smsir",),
            {"http": {"smsir": {"sender": "30007732"}}},
            "sms.http.smsir.key: is missing",
        ),
        (
            ("smsir",),
            {"http": {"smsir": {"key": "k", "sender": 3, "callback": True}}},
            "sms.http.smsir.callback: this provider is described without one",
        ),
        (
            ("kavenegar",),
            {"http": {"kavenegar": KAVENEGAR | {"origin": "http://sms.example"}}},
            "sms.http.kavenegar.origin: should begin with https://",
        ),
    ],
)
def test_what_could_not_send_is_said(gateways: Any, sms: Any, said: str) -> None:
    (line,) = messaging.problems(settings(gateways, **sms))
    assert line.startswith(said)


def test_an_account_may_stand_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text("k3y\n")
    monkeypatch.chdir(tmp_path)
    prefix = "VISITATION__SMS__"
    for name, value in {
        "VISITATION__SECRET": SECRET,
        f"{prefix}GATEWAYS": "kavenegar, console",
        f"{prefix}HTTP__KAVENEGAR__KEY_FILE": f"{tmp_path}/key",
        f"{prefix}HTTP__KAVENEGAR__SENDER": "10004346",
    }.items():
        monkeypatch.setenv(name, value)
    read = reading.read()
    assert read.sms.gateways == ("kavenegar", "console")
    key = read.sms.http["kavenegar"].key
    assert key is not None
    assert (key.get_secret_value(), read.sms.http["kavenegar"].sender) == (
        "k3y",
        "10004346",
    )


def test_patterns_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "visitation.toml"
    path.write_text(
        f'secret = "{SECRET}"\n[sms]\ngateways = ["smsir"]\n'
        '[sms.http.smsir]\nkey = "k"\nsender = 30007732\n'
        "[sms.http.smsir.patterns.visit_booked]\n"
        'fa = { id = 4711, variables = ["code", "day"] }\n'
    )
    made = messaging.http_settings(reading.read(path), "smsir")
    ((where, pattern),) = made.patterns.items()
    assert (where, pattern.id, pattern.variables) == (
        ("visit_booked", "fa"),
        "4711",
        ("code", "day"),
    )
    path.write_text(path.read_text().replace("visit_booked", "visit_boked"))
    with pytest.raises(reading.BadSettings, match="visit_boked"):
        reading.read(path)
