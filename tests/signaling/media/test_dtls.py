"""The contract with aiortc and pylibsrtp: fails when their private parts change."""

import asyncio
import inspect
import re

import pytest
from aiortc import RTCCertificate, RTCDtlsTransport
from OpenSSL import SSL
from pylibsrtp import Session

from signaling.media import dtls
from tests.signaling.media.client import audio


def test_aiortc_still_has_what_the_adapter_touches() -> None:
    transport = RTCDtlsTransport(
        dtls._Carrier(lambda _: None, dtls.Turns()),
        [RTCCertificate.generateCertificate()],
    )
    assert transport.state == "new"
    assert transport._tx_srtp is transport._rx_srtp is None
    assert list(inspect.signature(transport._set_role).parameters) == ["role"]
    assert inspect.iscoroutinefunction(transport.start)
    assert inspect.iscoroutinefunction(transport.stop)
    assert inspect.iscoroutinefunction(transport._recv_next)
    assert list(inspect.signature(transport.start).parameters) == ["remoteParameters"]
    for name in ("on", "remove_all_listeners"):
        assert callable(getattr(transport, name))


def test_aiortc_asks_no_more_of_its_transport_than_the_carrier_has() -> None:
    source = inspect.getsource(RTCDtlsTransport)
    asked = re.findall(r"self\._?transport\.(\w+)", source)
    assert set(asked) == {"_recv", "_send", "role"}


def test_libsrtp_still_has_room_for_the_longest_packet() -> None:
    parameters = {
        name: list(inspect.signature(getattr(Session, name)).parameters)
        for name in ("protect", "protect_rtcp", "unprotect", "unprotect_rtcp")
    }
    assert set(map(tuple, parameters.values())) == {("self", "packet")}


async def pair(
    identities: dtls.Identities | None = None,
) -> tuple[dtls.Channel, dtls.Channel]:
    ends: list[dtls.Channel] = []
    for other in (1, 0):
        ends.append(
            dtls.Channel(
                send=lambda d, other=other: ends[other].receive(d) and None,
                identities=identities,
            )
        )
    await asyncio.gather(
        ends[0].shake_hands(role="client", fingerprints=(ends[1].fingerprint,)),
        ends[1].shake_hands(role="server", fingerprints=(ends[0].fingerprint,)),
    )
    return ends[0], ends[1]


async def test_what_one_end_encrypts_the_other_decrypts() -> None:
    here, there = await pair()
    longest = audio(1) + bytes(dtls.MAX_PLAIN - len(audio(1)))
    wire = here.ciphers().protect(longest)

    assert there.ciphers().unprotect(wire) == longest
    with pytest.raises(dtls.Rejected, match="replay"):
        there.ciphers().unprotect(wire)
    with pytest.raises(ValueError, match="too long"):
        here.ciphers().protect(longest + b"x")
    await here.close()
    await there.close()


async def test_openssl_that_wants_to_read_first_ends_no_handshake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step, refused = RTCDtlsTransport._recv_next, iter((True, True))

    async def refuse_at_first(transport: RTCDtlsTransport) -> None:
        if next(refused, False):
            raise SSL.WantReadError
        await step(transport)

    monkeypatch.setattr(RTCDtlsTransport, "_recv_next", refuse_at_first)

    here, there = await pair()

    assert there.ciphers().unprotect(here.ciphers().protect(audio(1))) == audio(1)
    await here.close()
    await there.close()


async def test_the_negotiated_cipher_is_gcm() -> None:
    here, there = await pair()
    # AES-GCM adds 16 bytes, AES-CM with SHA1 only 10.
    assert len(here.ciphers().protect(audio(1))) == len(audio(1)) + 16
    await here.close()
    await there.close()


async def test_the_other_end_notices_a_goodbye() -> None:
    here, there = await pair()
    gone: list[str] = []
    there.when_closed(lambda: gone.append("gone"))
    await here.close()
    await asyncio.sleep(0.01)
    assert gone == ["gone"]
    await there.close()


async def test_no_two_handshakes_take_a_step_in_the_same_round() -> None:
    rounds, steps = 0, []
    turns = dtls.Turns()

    async def count() -> None:
        nonlocal rounds
        while len(steps) < 20:
            rounds += 1
            await asyncio.sleep(0)

    async def step() -> None:
        await turns.wait()
        steps.append(rounds)

    await asyncio.gather(count(), *(step() for _ in range(20)))

    assert len(set(steps)) == 20


async def test_who_gives_up_waiting_for_a_turn_loses_nothing() -> None:
    turns = dtls.Turns()
    carrier = dtls._Carrier(lambda _: None, turns)
    carrier.put(b"hello")

    async with turns._turn:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(carrier._recv(), 0.01)

    assert await carrier._recv() == b"hello"


def test_aiortc_still_asks_its_certificate_for_the_context() -> None:
    made = inspect.signature(RTCCertificate._create_ssl_context).parameters
    assert list(made) == ["self", "srtp_profiles"]
    source = inspect.getsource(RTCDtlsTransport.start)
    assert "__local_certificate._create_ssl_context(" in source


async def test_legs_that_share_a_certificate_agree_on_keys_of_their_own() -> None:
    identities = dtls.Identities()
    ours = [dtls.Channel(send=lambda _: None, identities=identities) for _ in range(65)]
    proofs = [channel.fingerprint for channel in ours]
    assert len(set(proofs)) == 2
    assert len(set(proofs[:64])) == 1

    wires = set()
    for _ in range(3):
        here, there = await pair(identities)
        wire = here.ciphers().protect(audio(1))
        assert there.ciphers().unprotect(wire) == audio(1)
        wires.add(wire)
        await here.close()
        await there.close()
    assert len(wires) == 3
