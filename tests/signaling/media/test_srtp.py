"""Working in place must do exactly what pylibsrtp's public API does."""

import os
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pylibsrtp
import pytest
from pylibsrtp import Policy, Session

from signaling.media import srtp
from tests.signaling.media.client import audio

PROFILES = {
    "gcm256": (Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 44, 16),
    "gcm128": (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 28, 16),
    "cm80": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 30, 10),
}
REPORT = struct.pack("!BBHL", 0x80, 201, 1, 7)


def session(key: bytes, direction: int, profile: int) -> Session:
    """A session with the policy that aiortc gives it."""
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=profile)
    policy.allow_repeat_tx = True
    policy.window_size = 1024
    return Session(policy)


def both_ends(
    make: Callable[..., srtp.Ciphers], profile: str = "gcm256", key: bytes | None = None
) -> srtp.Ciphers:
    """Ciphers whose receiving end has the key of the sending end."""
    number, length, _ = PROFILES[profile]
    secret = key or os.urandom(length)
    return make(
        sending=session(secret, Policy.SSRC_ANY_OUTBOUND, number),
        receiving=session(secret, Policy.SSRC_ANY_INBOUND, number),
    )


MAKERS = {"in_place": srtp.ciphers, "public": srtp.public_ciphers}


@pytest.fixture(params=MAKERS.values(), ids=MAKERS.keys())
def ciphers(request: pytest.FixtureRequest) -> srtp.Ciphers:
    return both_ends(request.param)


def test_pylibsrtp_still_has_what_working_in_place_needs() -> None:
    made = session(os.urandom(44), Policy.SSRC_ANY_OUTBOUND, PROFILES["gcm256"][0])

    assert srtp.in_place_possible(made)
    assert srtp.ffi.typeof(made._srtp) is srtp.ffi.typeof("srtp_t *")
    for name in srtp._USED:
        kind = srtp.ffi.typeof(getattr(srtp.lib, name))
        assert [argument.cname for argument in kind.args] == [
            "struct srtp_ctx_t_ *",
            "void *",
            "int *",
        ]


def test_without_those_names_the_public_api_does_the_work() -> None:
    class Renamed:
        """A session of another release."""

        def protect(self, packet: bytes) -> bytes:
            return packet + b"sealed"

        protect_rtcp = unprotect = unprotect_rtcp = protect

    renamed = Renamed()
    assert not srtp.in_place_possible(renamed)

    ciphers = srtp.ciphers(sending=renamed, receiving=renamed)

    assert ciphers.protect(b"a") == ciphers.unprotect(b"a") == b"asealed"


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("size", [0, 1, 60, 1100, srtp.MAX_PLAIN - 12])
def test_each_decrypts_what_the_other_encrypted(profile: str, size: int) -> None:
    key = os.urandom(PROFILES[profile][1])
    here = both_ends(srtp.ciphers, profile, key)
    there = both_ends(srtp.public_ciphers, profile, key)
    packet = audio(1, payload=os.urandom(size))

    wire = here.protect(packet)
    assert wire == there.protect(packet)
    assert len(wire) == len(packet) + PROFILES[profile][2]
    assert there.unprotect(wire) == here.unprotect(wire) == packet

    report = REPORT + os.urandom(4 * (size // 4))[: srtp.MAX_PLAIN_RTCP - 8]
    assert there.unprotect_rtcp(here.protect_rtcp(report)) == report
    assert here.unprotect_rtcp(there.protect_rtcp(report)) == report


def test_the_sequence_number_may_roll_over(ciphers: srtp.Ciphers) -> None:
    for number in range(0xFFF0, 0x10010):
        packet = audio(number & 0xFFFF, payload=b"%d" % number)
        assert ciphers.unprotect(ciphers.protect(packet)) == packet


def test_the_same_packet_may_be_sent_again_but_is_heard_once(
    ciphers: srtp.Ciphers,
) -> None:
    wire = ciphers.protect(audio(1))
    assert ciphers.protect(audio(1)) == wire

    ciphers.unprotect(wire)
    with pytest.raises(srtp.Rejected, match="replay"):
        ciphers.unprotect(wire)


def test_a_packet_that_was_touched_is_rejected(ciphers: srtp.Ciphers) -> None:
    wire, report = ciphers.protect(audio(1)), ciphers.protect_rtcp(REPORT)
    for at in range(1, len(wire)):
        touched = wire[:at] + bytes((wire[at] ^ 1,)) + wire[at + 1 :]
        with pytest.raises(srtp.Rejected):
            ciphers.unprotect(touched)
    with pytest.raises(srtp.Rejected, match="authentication"):
        ciphers.unprotect_rtcp(report[:-1] + bytes((report[-1] ^ 1,)))

    assert ciphers.unprotect(wire) == audio(1)
    assert ciphers.unprotect_rtcp(report) == REPORT


def test_a_packet_of_another_key_is_rejected(ciphers: srtp.Ciphers) -> None:
    stranger = both_ends(srtp.ciphers)
    with pytest.raises(srtp.Rejected, match="authentication"):
        ciphers.unprotect(stranger.protect(audio(1)))
    with pytest.raises(srtp.Rejected, match="authentication"):
        ciphers.unprotect_rtcp(stranger.protect_rtcp(REPORT))


@pytest.mark.parametrize("length", [0, 1, 7, 11, 12, 20])
def test_a_packet_that_was_cut_off_is_rejected(
    ciphers: srtp.Ciphers, length: int
) -> None:
    # What lies in the buffer from the packet before must not complete this one.
    ciphers.unprotect(ciphers.protect(audio(1, payload=bytes(1000))))
    wire, report = ciphers.protect(audio(2)), ciphers.protect_rtcp(REPORT)

    with pytest.raises(srtp.Rejected):
        ciphers.unprotect(wire[:length])
    with pytest.raises(srtp.Rejected):
        ciphers.unprotect_rtcp(report[:length])

    assert ciphers.unprotect(wire) == audio(2)


def test_a_packet_longer_than_the_buffer_never_reaches_libsrtp(
    ciphers: srtp.Ciphers,
) -> None:
    with pytest.raises(srtp.Rejected, match="too long"):
        ciphers.unprotect(bytes(1501))
    with pytest.raises(srtp.Rejected, match="too long"):
        ciphers.unprotect_rtcp(bytes(1501))
    with pytest.raises(ValueError, match="too long"):
        ciphers.protect(audio(1, payload=bytes(srtp.MAX_PLAIN - 11)))
    with pytest.raises(ValueError, match="too long"):
        ciphers.protect_rtcp(REPORT + bytes(srtp.MAX_PLAIN_RTCP - 7))


def test_an_unfinished_packet_is_not_encrypted(ciphers: srtp.Ciphers) -> None:
    with pytest.raises(pylibsrtp.Error):
        ciphers.protect(b"")
    with pytest.raises(pylibsrtp.Error):
        ciphers.protect_rtcp(b"")


def test_threads_do_not_write_into_each_others_packets() -> None:
    def talk(number: int) -> bool:
        ciphers = both_ends(srtp.ciphers)
        packets = [audio(n, ssrc=number, payload=os.urandom(1000)) for n in range(300)]
        return [ciphers.unprotect(ciphers.protect(p)) for p in packets] == packets

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(talk, range(8)))


def test_the_functions_outlive_the_sessions_they_came_from() -> None:
    protect = both_ends(srtp.ciphers).protect
    sealed = {protect(audio(number)) for number in range(1000)}
    assert len(sealed) == 1000
