"""What the process that finishes a recording may take of the machine, and leave on it.

It holds a key and reads what strangers sent. Knows nothing of recordings.
"""

import ctypes
import resource
import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4
#: Bytes of addresses, of which it uses a small part; seconds of the processor.
_MEMORY: Final = 4 * 2**30
_SECONDS: Final = 2 * 3600


def confine() -> None:
    """Has this process leave no core and be read by no other, and bounds it.

    The bound on its seconds is for one whose parent was killed, and never ends.
    """
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_AS, _MEMORY)
    _lower(resource.RLIMIT_CPU, _SECONDS)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _lower(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (limit, limit))
