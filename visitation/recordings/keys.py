"""The key of each recording, wrapped by a key from the settings, in a file beside it.

It is in no database, whose log would keep it: when the file is destroyed nothing opens
the recording any more. Another wrapping key takes over by wrapping anew, which touches
no recording. `directory` is that of all recordings.
"""

import base64
import json
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from visitation.errors import VisitationError
from visitation.recordings import paths
from visitation.recordings.segments import KEY_BYTES

MINIMUM_SECRET_BYTES = 32
_NONCE_BYTES = 12
_TMP = ".key.new"
Entropy = Callable[[int], bytes]


class KeyMissing(VisitationError):
    """A recording has no key: it was destroyed, or never written."""


class KeyUnknown(VisitationError):
    """A recording's key was wrapped by one that the settings do not have.

    Attributes:
        key_id: which one.
    """

    def __init__(self, key_id: str) -> None:
        super().__init__(key_id)
        self.key_id = key_id


class KeyDamaged(VisitationError):
    """The file of a key is not as it was written, or is another recording's."""


class KeyWraps:
    """The wrapping keys of the settings, of which the current one wraps.

    Args:
        current: the id of the one that wraps.
        keys: every one that opens, by its id; at least 32 bytes each.
        entropy: returns that many random bytes; tests pass their own.

    Raises:
        ValueError: if one is too short, or the current one is not among them.
    """

    def __init__(
        self,
        current: str,
        keys: Mapping[str, bytes],
        *,
        entropy: Entropy = os.urandom,
    ) -> None:
        if any(len(secret) < MINIMUM_SECRET_BYTES for secret in keys.values()):
            raise ValueError(f"a key needs {MINIMUM_SECRET_BYTES} bytes or more")
        if current not in keys:
            raise ValueError("the current key is not among the keys")
        self.current = current
        self._ciphers = {one: _cipher(secret) for one, secret in keys.items()}
        self._entropy = entropy

    @property
    def ids(self) -> Collection[str]:
        """The ids of the keys that open."""
        return self._ciphers.keys()

    def write_key(self, directory: Path, reference: str, key: bytes) -> None:
        """Wrap a recording's key and keep it, in its directory, which is made.

        What was kept there before is overwritten, and not just let go.
        """
        home = paths.home(directory, reference)
        if not home.exists():
            paths.make_shelf(directory)
            home.mkdir(mode=0o700)
            paths.settle(directory)
        self._keep(home, self._wrapped(reference, key))

    def _keep(self, home: Path, wrapped: bytes) -> None:
        new, kept = home / _TMP, home / paths.KEY
        if new.exists():
            # Left by a crash.
            _destroy(new)
        _written(new, wrapped)
        before = kept.open("r+b", buffering=0) if kept.exists() else None
        new.replace(kept)
        paths.settle(home)
        if before is not None:
            with before:
                _overwrite(before.fileno())

    def read_key(self, directory: Path, reference: str) -> bytes:
        """A recording's key.

        Raises:
            KeyMissing: if there is none.
            KeyUnknown: if it was wrapped by a key that is not known.
            KeyDamaged: if it was altered, or belongs to another recording.
        """
        key_id, nonce, wrapped = _read(paths.home(directory, reference) / paths.KEY)
        if key_id not in self._ciphers:
            raise KeyUnknown(key_id)
        try:
            return self._ciphers[key_id].decrypt(
                nonce, wrapped, _bound(reference, key_id)
            )
        except (InvalidTag, ValueError) as error:
            raise KeyDamaged(reference) from error

    def rewrap(self, directory: Path, reference: str) -> bool:
        """Have the current key wrap a recording's; False if it does already.

        Raises:
            KeyMissing: if there is none.
            KeyUnknown: if it was wrapped by a key that is not known.
            KeyDamaged: if it was altered, or belongs to another recording.
        """
        key = self.read_key(directory, reference)
        if wrapped_by(directory, reference) == self.current:
            return False
        try:
            # In a directory that is there: one that was just deleted stays so.
            home = paths.home(directory, reference)
            self._keep(home, self._wrapped(reference, key))
        except FileNotFoundError:
            raise KeyMissing(reference) from None
        return True

    def _wrapped(self, reference: str, key: bytes) -> bytes:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a recording's key has {KEY_BYTES} bytes")
        nonce = self._entropy(_NONCE_BYTES)
        wrapped = self._ciphers[self.current].encrypt(
            nonce, key, _bound(reference, self.current)
        )
        told = {
            "wrapped_by": self.current,
            "nonce": base64.b64encode(nonce).decode(),
            "key": base64.b64encode(wrapped).decode(),
        }
        return json.dumps(told).encode()


def make(entropy: Entropy = os.urandom) -> bytes:
    """A key for a new recording."""
    return entropy(KEY_BYTES)


def wrapped_by(directory: Path, reference: str) -> str:
    """The id of the key that wraps a recording's.

    Raises:
        KeyMissing: if there is none.
        KeyDamaged: if it does not say so.
    """
    return _read(paths.home(directory, reference) / paths.KEY)[0]


def destroy_key(directory: Path, reference: str) -> None:
    """Overwrite a recording's key where it lies, and take its file out.

    One that is gone already is fine: what was begun before a crash is ended.
    """
    home = paths.home(directory, reference)
    for name in (paths.KEY, _TMP):
        if not (path := home / name).exists():
            continue
        _destroy(path)
        paths.settle(home)


def _destroy(path: Path) -> None:
    with path.open("r+b", buffering=0) as file:
        _overwrite(file.fileno())
    path.unlink()


def _cipher(secret: bytes) -> AESGCM:
    derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"visitation recording wrap")
    return AESGCM(derived.derive(secret))


def _bound(reference: str, key_id: str) -> bytes:
    return json.dumps([reference, key_id]).encode()


def _read(path: Path) -> tuple[str, bytes, bytes]:
    try:
        told = json.loads(path.read_bytes())
        return (
            str(told["wrapped_by"]),
            base64.b64decode(told["nonce"], validate=True),
            base64.b64decode(told["key"], validate=True),
        )
    except FileNotFoundError as error:
        raise KeyMissing(path.parent.name) from error
    except (ValueError, KeyError, TypeError) as error:
        raise KeyDamaged(path.parent.name) from error


def _written(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "wb") as file:  # noqa: PTH123 - a handle has no path
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _overwrite(handle: int) -> None:
    os.pwrite(handle, bytes(os.fstat(handle).st_size), 0)
    os.fsync(handle)
