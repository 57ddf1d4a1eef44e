"""National IDs: checked, sealed, and found again by their fingerprint."""

from visitation import persian
from visitation.errors import Invalid
from visitation.keyring import Keyring

_PURPOSE = "national-id"
SHOWN_DIGITS = 3


def sealed_id(
    national_id: str | None, *, keyring: Keyring
) -> tuple[bytes | None, str | None]:
    """The ID sealed, and its fingerprint; nothing for people who have none.

    Raises:
        Invalid: if it is not ten digits with a right checksum.
    """
    digits = persian.to_ascii_digits(national_id or "").replace("-", "").strip()
    if not digits:
        return None, None
    if not persian.is_national_id(digits):
        raise Invalid("national_id", "wrong_national_id")
    return keyring.seal(_PURPOSE, digits), keyring.fingerprint(_PURPOSE, digits)


def fingerprint_of(national_id: str, *, keyring: Keyring) -> str | None:
    """What a national ID is found again by; None if it is none."""
    if not persian.is_national_id(national_id):
        return None
    return keyring.fingerprint(_PURPOSE, national_id)


def opened_id(sealed: bytes | None, *, keyring: Keyring) -> str | None:
    """The ID that was sealed."""
    return None if sealed is None else keyring.open(_PURPOSE, sealed)


def masked_id(sealed: bytes | None, *, keyring: Keyring) -> str:
    """All that is ever shown of an ID, its last three digits; empty if none."""
    opened = opened_id(sealed, keyring=keyring)
    return f"•••••••{opened[-SHOWN_DIGITS:]}" if opened else ""
