"""Sealing, fingerprints, and randomness."""

from collections import Counter

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.fakes import seeded_keyring
from visitation.keyring import Keyring, Unreadable, same


def test_what_is_sealed_opens_again() -> None:
    keyring = seeded_keyring()
    sealed = keyring.seal("join-code", "۱۲۳۴۵۶")
    assert keyring.open("join-code", sealed) == "۱۲۳۴۵۶"
    assert "۱۲۳۴۵۶".encode() not in sealed


def test_the_same_text_is_never_sealed_the_same_way() -> None:
    keyring = seeded_keyring()
    assert keyring.seal("join-code", "1") != keyring.seal("join-code", "1")


def test_another_purpose_does_not_open_it() -> None:
    keyring = seeded_keyring()
    sealed = keyring.seal("join-code", "123456")
    with pytest.raises(Unreadable):
        keyring.open("national-id", sealed)


def test_another_secret_does_not_open_it() -> None:
    sealed = seeded_keyring().seal("join-code", "123456")
    with pytest.raises(Unreadable):
        Keyring(b"x" * 32).open("join-code", sealed)


@pytest.mark.parametrize("place", [0, 12, -1])
def test_altered_bytes_do_not_open(place: int) -> None:
    keyring = seeded_keyring()
    sealed = bytearray(keyring.seal("join-code", "123456"))
    sealed[place] ^= 1
    with pytest.raises(Unreadable):
        keyring.open("join-code", bytes(sealed))


def test_bytes_that_were_never_sealed_do_not_open() -> None:
    with pytest.raises(Unreadable):
        seeded_keyring().open("join-code", b"short")


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring(b"x" * 31)


def test_a_fingerprint_depends_on_text_purpose_and_secret_alone() -> None:
    one, other = seeded_keyring(1), seeded_keyring(2)
    assert one.fingerprint("a", "1") == other.fingerprint("a", "1")
    assert len(one.fingerprint("a", "1")) == 64
    different = {
        one.fingerprint("a", "1"),
        one.fingerprint("a", "2"),
        one.fingerprint("b", "1"),
        Keyring(b"x" * 32).fingerprint("a", "1"),
    }
    assert len(different) == 4


def test_digits_are_even() -> None:
    counted = Counter(seeded_keyring().digits(20_000))
    assert set(counted) == set("0123456789")
    assert all(1_850 < count < 2_150 for count in counted.values())


def test_digits_skip_the_bytes_that_would_favour_some() -> None:
    stream = iter(bytes([255, 250, 249, 7]))
    keyring = Keyring(b"k" * 32, entropy=lambda count: bytes([next(stream)]))
    assert keyring.digits(2) == "97"


def test_tokens_have_256_bits_and_references_128() -> None:
    keyring = seeded_keyring()
    assert (len(keyring.token()), len(keyring.reference())) == (43, 22)
    assert keyring.token() != keyring.token()


def test_secrets_are_compared_whole() -> None:
    assert same("۱۲", "۱۲")
    assert not same("12", "123")


def test_a_signature_is_checked_by_the_public_key_of_its_purpose() -> None:
    keyring = seeded_keyring()
    signature = keyring.sign("recordings", b"what is signed")
    public = Ed25519PublicKey.from_public_bytes(keyring.public_key("recordings"))
    other = Ed25519PublicKey.from_public_bytes(keyring.public_key("others"))

    public.verify(signature, b"what is signed")
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"what was changed")
    with pytest.raises(InvalidSignature):
        other.verify(signature, b"what is signed")
