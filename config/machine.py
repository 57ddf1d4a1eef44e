"""What this process knows of itself and its machine, for the page that shows it.

Remembers the last reading of each worker's processor time, so that two of them say how
busy it is.
"""

import shutil
import time
from collections.abc import Callable
from datetime import datetime
from importlib import metadata
from pathlib import Path

from cryptography import x509

from config.settings import Settings
from scheduler.means import Means
from signaling.hub import Hub
from signaling.media.engine import WorkerStatistics
from visitation.recordings.space import Reading
from web.machine import Machine, Worker

_PACKAGE = "visitation"
#: Two readings that lie closer together say nothing.
_APART_SECONDS = 1.0


class Watch:
    """Looks at the machine whenever somebody asks."""

    def __init__(
        self,
        settings: Settings,
        hub: Hub,
        means: Means | None,
        *,
        began_at: datetime,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._hub = hub
        self._means = means
        self._began_at = began_at
        self._monotonic = monotonic
        self._before: dict[int, tuple[float, float, float]] = {}
        self._version = metadata.version(_PACKAGE)

    def look(self) -> Machine:
        """How things stand just now."""
        disk = shutil.disk_usage(self._settings.data_dir)
        lives = self._hub.lives()
        return Machine(
            gateways=self._means.health() if self._means else (),
            disk_free=disk.free,
            disk_size=disk.total,
            rooms=len(lives),
            sockets=sum(len(live.peers) for live in lives),
            people=sum(len(live.room.snapshot().people) for live in lives),
            version=self._version,
            began_at=self._began_at,
            workers=tuple(map(self._worker, self._hub.engine.workers())),
            expected=max(1, self._settings.media.processes),
            certificate_until=_runs_out(self._settings.web.tls_certificate),
            recordings=self._recordings(),
        )

    def _recordings(self) -> Reading | None:
        meter = self._means.recordings if self._means else None
        return meter.last if meter else None

    def _worker(self, standing: WorkerStatistics) -> Worker:
        return Worker(
            number=standing.worker,
            rooms=standing.rooms,
            legs=standing.legs,
            busy=self._busy(standing.worker, standing.cpu_seconds),
        )

    def _busy(self, number: int, seconds: float) -> float:
        now = self._monotonic()
        at, used, share = self._before.get(number, (now, seconds, 0.0))
        if now - at >= _APART_SECONDS:
            # A worker that began anew has used less than the one before it.
            share = min(1.0, max(0.0, seconds - used) / (now - at))
            at, used = now, seconds
        self._before[number] = (at, used, share)
        return share


def _runs_out(file: Path | None) -> datetime | None:
    if file is None:
        return None
    found = x509.load_pem_x509_certificate(file.read_bytes())
    return found.not_valid_after_utc
