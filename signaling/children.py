"""What a process that the service starts is told of the service's environment.

The environment is full of secrets, and no such process needs one of them.
"""

import os
import sys
from typing import Final

_KEPT: Final = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONHOME")


def environment() -> dict[str, str]:
    """The variables that a Python process of ours needs to begin."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(sys.path)}
