"""Secrets kept so that they can be used but not read: sealing and fingerprints.

One master secret from the settings; a key per purpose by HKDF (RFC 5869). Sealing is
AES-256-GCM with a random nonce; a fingerprint is HMAC-SHA-256, for looking up what
must not be stored plainly (national IDs, codes, tokens). A signature is Ed25519, for
what leaves the house and is checked elsewhere.
"""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from visitation.errors import VisitationError

MINIMUM_SECRET_BYTES = 32
_NONCE_BYTES = 12


class Unreadable(VisitationError):
    """What was sealed does not open: another master secret, or altered bytes."""


class Keyring:
    """The keys of one installation, and its source of randomness.

    Args:
        secret: the master secret, at least 32 bytes.
        entropy: returns that many random bytes; tests pass their own.

    Raises:
        ValueError: if the secret is too short.
    """

    def __init__(
        self, secret: bytes, *, entropy: Callable[[int], bytes] = os.urandom
    ) -> None:
        if len(secret) < MINIMUM_SECRET_BYTES:
            raise ValueError(f"the secret needs {MINIMUM_SECRET_BYTES} bytes or more")
        self._secret = secret
        self._entropy = entropy
        self._derived: dict[str, bytes] = {}

    def seal(self, purpose: str, text: str) -> bytes:
        """The text, encrypted for one purpose: nonce followed by ciphertext."""
        nonce = self._entropy(_NONCE_BYTES)
        sealed = AESGCM(self._key(f"seal:{purpose}")).encrypt(
            nonce, text.encode(), purpose.encode()
        )
        return nonce + sealed

    def open(self, purpose: str, sealed: bytes) -> str:
        """What was sealed for this purpose.

        Raises:
            Unreadable: if it was sealed by another secret or altered.
        """
        nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return (
                AESGCM(self._key(f"seal:{purpose}"))
                .decrypt(nonce, body, purpose.encode())
                .decode()
            )
        except (InvalidTag, ValueError) as error:
            raise Unreadable(purpose) from error

    def fingerprint(self, purpose: str, text: str) -> str:
        """A keyed digest for looking things up: 64 hexadecimal digits."""
        key = self._key(f"fingerprint:{purpose}")
        return hmac.new(key, _bytes(text), hashlib.sha256).hexdigest()

    def sign(self, purpose: str, content: bytes) -> bytes:
        """A signature of 64 bytes that whoever has the public key can check."""
        return self._signing(purpose).sign(content)

    def public_key(self, purpose: str) -> bytes:
        """The 32 bytes that check this installation's signatures for a purpose."""
        return self._signing(purpose).public_key().public_bytes_raw()

    def _signing(self, purpose: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._key(f"sign:{purpose}"))

    def token(self) -> str:
        """A random 256-bit token, URL-safe."""
        return _urlsafe(self._entropy(32))

    def reference(self) -> str:
        """A random 128-bit name for something that appears in a URL."""
        return _urlsafe(self._entropy(16))

    def digits(self, count: int) -> str:
        """That many random decimal digits, without bias."""
        return "".join(str(self._below_ten()) for _ in range(count))

    def _below_ten(self) -> int:
        while (byte := self._entropy(1)[0]) >= 250:  # noqa: PLR2004
            pass
        return byte % 10

    def _key(self, purpose: str) -> bytes:
        if purpose not in self._derived:
            derivation = HKDF(
                algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode()
            )
            self._derived[purpose] = derivation.derive(self._secret)
        return self._derived[purpose]


def same(left: str, right: str) -> bool:
    """Whether two secrets are equal, in constant time."""
    return secrets.compare_digest(_bytes(left), _bytes(right))


def _bytes(text: str) -> bytes:
    # What comes in a header need not be text, and is then nobody's token.
    return text.encode(errors="surrogatepass")


def _urlsafe(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
