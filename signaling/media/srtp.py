"""SRTP in one buffer: libsrtp through pylibsrtp's binding, without its copies.

The public API of pylibsrtp allocates on every packet, which costs half as much as the
encryption. Here a packet is copied once into a buffer that stays, is worked on in
place, and is copied out. Where the binding's names are not as expected the public API
does the work. Knows packets and sessions; no handshake and no stream.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pylibsrtp

try:
    from pylibsrtp._binding import ffi, lib
except ImportError:  # another release of pylibsrtp
    ffi = lib = None

Cipher = Callable[[bytes], bytes]

#: What decrypting raises for a packet that is forged, replayed or damaged.
Rejected: Final = pylibsrtp.Error
#: Largest packet that may be encrypted: with room for what pylibsrtp keeps free for
#: any cipher, it and its tag still fit a datagram of 1500 bytes.
MAX_PLAIN: Final = 1356
#: SRTCP adds an index of four bytes.
MAX_PLAIN_RTCP: Final = MAX_PLAIN - 4
_MAX_WIRE: Final = 1500
_USED: Final = (
    "srtp_protect",
    "srtp_protect_rtcp",
    "srtp_unprotect",
    "srtp_unprotect_rtcp",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ciphers:
    """What encrypts and decrypts.

    To be used in the thread that made them. The former two raise `ValueError` for a
    packet that is too long, the latter two `Rejected` for any that is not authentic.
    """

    protect: Cipher
    protect_rtcp: Cipher
    unprotect: Cipher
    unprotect_rtcp: Cipher


class _Desk(threading.local):
    """Where packets are worked on: libsrtp runs without Python's lock."""

    def __init__(self) -> None:
        self.memory = ffi.new("char[]", _MAX_WIRE + 4)
        self.view = ffi.buffer(self.memory)
        self.length = ffi.new("int *")


_desk: Final = _Desk() if ffi is not None else None


def ciphers(*, sending: pylibsrtp.Session, receiving: pylibsrtp.Session) -> Ciphers:
    """Hands out the functions of a pair of sessions, the fastest there are."""
    if not in_place_possible(sending):
        return public_ciphers(sending=sending, receiving=receiving)
    return Ciphers(
        protect=_in_place(sending, lib.srtp_protect, MAX_PLAIN, ValueError),
        protect_rtcp=_in_place(
            sending, lib.srtp_protect_rtcp, MAX_PLAIN_RTCP, ValueError
        ),
        unprotect=_in_place(receiving, lib.srtp_unprotect, _MAX_WIRE, Rejected),
        unprotect_rtcp=_in_place(
            receiving, lib.srtp_unprotect_rtcp, _MAX_WIRE, Rejected
        ),
    )


def in_place_possible(session: pylibsrtp.Session) -> bool:
    """Whether pylibsrtp still has the private names that this needs."""
    return hasattr(session, "_srtp") and all(hasattr(lib, name) for name in _USED)


def public_ciphers(
    *, sending: pylibsrtp.Session, receiving: pylibsrtp.Session
) -> Ciphers:
    """The same by pylibsrtp's public API."""

    def guarded(unprotect: Cipher) -> Cipher:
        def rejecting(datagram: bytes) -> bytes:
            if len(datagram) > _MAX_WIRE:
                raise Rejected("packet is too long")
            return unprotect(datagram)

        return rejecting

    return Ciphers(
        protect=sending.protect,
        protect_rtcp=sending.protect_rtcp,
        unprotect=guarded(receiving.unprotect),
        unprotect_rtcp=guarded(receiving.unprotect_rtcp),
    )


def _in_place(
    session: pylibsrtp.Session,
    work: Callable[[Any, Any, Any], int],
    longest: int,
    too_long: type[Exception],
) -> Cipher:
    # Everything the packet path needs is bound once; it looks nothing up.
    assert _desk is not None
    memory, view, length = _desk.memory, _desk.view, _desk.length
    context = session._srtp[0]  # noqa: SLF001

    def cipher(packet: bytes, _keeps_the_context: object = session) -> bytes:
        size = len(packet)
        if size > longest:
            raise too_long("packet is too long")
        view[0:size] = packet
        length[0] = size
        fault = work(context, memory, length)
        if fault:
            raise _fault(fault)
        return view[0 : length[0]]  # type: ignore[no-any-return]

    return cipher


def _fault(code: int) -> pylibsrtp.Error:
    """Names a fault as pylibsrtp does, as far as it has a name for it."""
    names: list[str] = getattr(pylibsrtp, "ERRORS", [])
    return Rejected(names[code] if code < len(names) else f"libsrtp error {code}")
