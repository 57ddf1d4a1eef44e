"""Passwords of staff: argon2id, and how long one must be.

Slow on purpose: call it in a thread, never on the loop.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MINIMUM_PASSWORD_LENGTH = 12
MAXIMUM_PASSWORD_LENGTH = 200
_hasher = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
_NOBODY = _hasher.hash("nobody has this password")


def hashed(password: str) -> str:
    """The password as it is stored (argon2id, OWASP's parameters)."""
    return _hasher.hash(password)


def check(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes as long when there is no such account."""
    try:
        return _hasher.verify(password_hash or _NOBODY, password) and bool(
            password_hash
        )
    except (VerificationError, InvalidHashError):
        return False


def is_strong_enough(password: str) -> bool:
    """Whether a new password has the length we ask for; nothing else helps."""
    return MINIMUM_PASSWORD_LENGTH <= len(password) <= MAXIMUM_PASSWORD_LENGTH
