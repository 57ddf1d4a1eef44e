"""`make prove-story`: the browser stories ten times over, which must pass ten times.

`ARGS=3` runs them three times.
"""

import subprocess
import sys
import time

TIMES = 10


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    passed = 0
    for number in range(1, times + 1):
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "tests/browser"],
            capture_output=True,
            text=True,
            check=False,
        )
        passed += done.returncode == 0
        print(
            f"{number:3} {'passed' if done.returncode == 0 else 'FAILED'}"
            f" in {time.monotonic() - began:.0f} s",
            flush=True,
        )
        if done.returncode:
            print(done.stdout[-6000:])
    print(f"{passed} passed, {times - passed} failed")
    sys.exit(passed != times)


if __name__ == "__main__":
    main()
