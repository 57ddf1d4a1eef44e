"""Reading what a peer describes: what is taken from it, and what is refused."""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.media import sdp
from signaling.media.engine import BadSdp
from signaling.media.sections import Format, Section
from tests.signaling.media.offers import DIGEST, OFFER


def without(pattern: str) -> str:
    return re.sub(rf"^{pattern}.*\r\n", "", OFFER, flags=re.MULTILINE)


def test_an_offer_is_read() -> None:
    assert sdp.read(OFFER) == sdp.Description(
        ufrag="EsAw",
        fingerprints=(sdp.Fingerprint(algorithm="sha-256", value=DIGEST),),
        setup="actpass",
        sections=(
            Section(
                media="audio",
                protocol="UDP/TLS/RTP/SAVPF",
                listed="111 63 9 0 8 13 110 126",
                mid="0",
                direction="sendonly",
                rejected=False,
                formats=(Format(codec="opus", payload_type=111),),
            ),
            Section(
                media="video",
                protocol="UDP/TLS/RTP/SAVPF",
                listed="96 97 102 103 104 108",
                mid="1",
                direction="sendonly",
                rejected=False,
                formats=(
                    Format(codec="vp8", payload_type=96, repair_type=97),
                    Format(codec="h264", payload_type=108, profile="42e01f"),
                ),
                extensions=(("mid", 4), ("rid", 10), ("repaired_rid", 11)),
                rids=("h", "l"),
            ),
        ),
    )


def test_what_stands_at_the_session_counts_for_every_section() -> None:
    moved = without("a=fingerprint").replace(
        "t=0 0\r\n", f"t=0 0\r\na=fingerprint:sha-256 {DIGEST}\r\n"
    )
    assert sdp.read(moved) == sdp.read(OFFER)


BAD = {
    "too_long": (OFFER + "a=x\r\n" * 20_000, "too_long"),
    "nothing": ("", "malformed"),
    "no_version": (OFFER[5:], "malformed"),
    "html": ("<html>", "malformed"),
    "control_characters": (OFFER.replace("s=-", "s=\x00"), "malformed"),
    "no_media": ("v=0\r\ns=-\r\n", "no_media"),
    "too_many_sections": (
        OFFER + "m=audio 9 UDP/TLS/RTP/SAVPF 1\r\n" * 20,
        "too_many_sections",
    ),
    "a_port_that_is_none": (OFFER.replace("video 9", "video x"), "malformed"),
    "no_mid": (without("a=mid"), "malformed"),
    "the_same_mid_twice": (OFFER.replace("mid:1", "mid:0"), "mid_repeated"),
    "no_rtcp_mux": (without("a=rtcp-mux"), "no_rtcp_mux"),
    "no_ufrag": (without("a=ice-ufrag"), "no_ice_credentials"),
    "no_password": (without("a=ice-pwd"), "no_ice_credentials"),
    "a_short_ufrag": (OFFER.replace("EsAw", "E"), "no_ice_credentials"),
    "no_fingerprint": (without("a=fingerprint"), "no_fingerprint"),
    "only_sha_1": (OFFER.replace("sha-256", "sha-1"), "no_fingerprint"),
    "half_a_digest": (OFFER.replace(DIGEST, "AB:C"), "malformed"),
    "no_setup": (without("a=setup"), "no_setup"),
    "a_payload_type_of_4_digits": (OFFER.replace("111", "1111"), "malformed"),
}


@pytest.mark.parametrize(("text", "reason"), BAD.values(), ids=BAD)
def test_a_bad_description_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(BadSdp) as refused:
        sdp.read(text)
    assert refused.value.reason == reason


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    for attempt in (text, "v=0\r\n" + text, OFFER + text):
        with contextlib.suppress(BadSdp):
            sdp.read(attempt)


@given(
    st.integers(0, OFFER.count("\r\n") - 1),
    st.sampled_from(["drop", "double", "cut", "swap"]),
    st.text(max_size=20),
)
def test_no_damage_breaks_the_reader(line: int, damage: str, put: str) -> None:
    lines = OFFER.split("\r\n")
    lines[line : line + 1] = {
        "drop": [],
        "double": [lines[line]] * 2,
        "cut": [lines[line][: len(put)]],
        "swap": [lines[line].partition(":")[0] + ":" + put],
    }[damage]
    with contextlib.suppress(BadSdp):
        sdp.read("\r\n".join(lines))


@pytest.mark.parametrize(
    ("written", "rids"),
    [
        ("a=simulcast:send l;h", ("l", "h")),
        ("a=simulcast:send ~h;l recv x", ("h", "l")),
        ("a=simulcast:send h,l;l", ("h", "l")),
        ("a=simulcast:send h;unheard", ("h",)),
        ("a=simulcast:recv h;l", ()),
        ("a=simulcast:", ()),
    ],
)
def test_layers_are_read_in_the_order_of_the_peer(
    written: str, rids: tuple[str, ...]
) -> None:
    offer = OFFER.replace("a=simulcast:send h;l", written)
    assert sdp.read(offer).sections[1].rids == rids


def test_streams_that_repeat_others_may_be_announced() -> None:
    offer = OFFER + "a=ssrc-group:FID 7 8\r\na=ssrc-group:SIM 7 9\r\n"
    assert sdp.read(offer).sections[1].repairs == ((8, 7),)
