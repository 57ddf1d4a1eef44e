"""How the processes share the tests: file by file, the longest first, calls in one.

Calls go by the clock. Two at once would wait for each other on a small machine, while
one of them leaves enough of it for tests that compute, and for pages without a call:
these stand back, so that two processes of them take what the calls leave.
"""

import os
from typing import Final

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

CALLS = (
    "tests/bench/test_benches.py",
    "tests/browser/test_around_the_call.py",
    "tests/browser/test_call.py",
    "tests/browser/test_call_line.py",
    "tests/browser/test_demo.py",
    "tests/browser/test_duty.py",
    "tests/browser/test_firefox.py",
    "tests/browser/test_h264.py",
    "tests/browser/test_kill.py",
    "tests/browser/test_line.py",
    "tests/browser/test_lines.py",
    "tests/browser/test_mother.py",
    "tests/browser/test_official.py",
    "tests/browser/test_private.py",
    "tests/browser/test_private_firefox.py",
    "tests/browser/test_private_h264.py",
    "tests/browser/test_private_less.py",
    "tests/browser/test_privileged_never.py",
    "tests/browser/test_recording_call.py",
    "tests/browser/test_recordings.py",
    "tests/browser/test_steps.py",
    "tests/browser/test_story.py",
    "tests/browser/test_turn.py",
    "tests/browser/test_wall.py",
    "tests/signaling/media/",
    "tests/signaling/recording/test_chromium.py",
    "tests/signaling/recording/test_real_page.py",
    "tests/web/test_call_in_browser.py",
    "tests/web/test_call_media.py",
    "tests/web/test_call_pulse.py",
    "tests/web/test_private_agreement.py",
)
PAGES = "tests/pages/"
#: How far a process stands back that has no calls (see nice(2)).
_BACK: Final = 10
#: How many tests of the usual length one of these is as long as.
LONG = {
    "calls": 1000,
    "tests/browser/": 40,
    "tests/config/": 8,
    PAGES: 50,
    "tests/scheduler/machine/": 40,
    "tests/signaling/test_soak.py": 100,
    "tests/web/test_frame_in_browser.py": 10,
}


def stand_back(nodeid: str) -> None:
    """Leaves the machine to the process with the calls, from now on."""
    if not nodeid.startswith(CALLS) and os.nice(0) < _BACK:
        os.nice(_BACK - os.nice(0))


class Shares(LoadScopeScheduling):
    """Gives a process the longest that is left when it is done with what it had."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(CALLS):
            return "calls"
        # They share one stage, which takes a while to look through.
        return PAGES if nodeid.startswith(PAGES) else nodeid.partition("::")[0]

    def _assign_work_unit(self, node: WorkerController) -> None:
        longest = max(self.workqueue, key=self._length)
        self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)

    def _length(self, share: str) -> int:
        each = (times for where, times in LONG.items() if share.startswith(where))
        return len(self.workqueue[share]) * next(each, 1)
