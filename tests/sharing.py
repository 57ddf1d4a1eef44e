"""How two processes share the tests: file by file, and all calls to one of them.

Calls go by the clock. Two at once would wait for each other on a small machine, while
one of them leaves enough of it for tests that only compute.
"""

from xdist.scheduler import LoadScopeScheduling

CALLS = (
    "tests/bench/",
    "tests/browser/",
    "tests/signaling/media/",
    "tests/web/test_call_in_browser.py",
    "tests/web/test_call_media.py",
    "tests/web/test_call_pulse.py",
)


class Shares(LoadScopeScheduling):
    """Gives a process the next file when it is done with one, the longest first."""

    def _split_scope(self, nodeid: str) -> str:
        return "calls" if nodeid.startswith(CALLS) else nodeid.partition("::")[0]
