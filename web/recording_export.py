"""What goes into an export of a recording: its files, a signed list, how to check it.

Pure but for the pieces of files, which are read as somebody takes them.
"""

import base64
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from visitation.keyring import Keyring
from visitation.recordings import exporting, paths, reading
from visitation.recordings.exporting import MANIFEST, PURPOSE, SIGNATURE, Enclosed
from visitation.recordings.reading import Gone
from visitation.recordings.tables import Recording, RecordingPlay
from visitation.recordings.tampered import Tampered
from web.recording_shelf import Shelf, shown_name
from web.recording_views import Shown

_ENGLISH = """\
What this is
  The recording of one visit, as files that play in any browser, and a list of them
  (manifest.json) that the service signed with its own key (Ed25519).

How to check that nothing was changed
  1. Get the service's key from the service itself, not from this file:
     the page of the recording shows it, and so does
       visitation recordings key
  2. With the service's own program:
       visitation recordings verify FILE.zip --key KEY
  3. Or with OpenSSL 3, once the file is unpacked. First compare signing-key.pem with
     the key that you got from the service; for this export it should be
       {key}
     Then
       openssl pkeyutl -verify -pubin -inkey signing-key.pem -rawin \\
         -in manifest.json -sigfile manifest.json.sig
       sha256sum *-[0-9]*.*
     and compare each sum with the "sha256" of the file in manifest.json.

If anything differs, the export is not what the service gave out.
"""
_PERSIAN = """\
این چیست
  ضبط یک ملاقات: فایل‌هایی که در هر مرورگری پخش می‌شوند، و فهرست آن‌ها
  (manifest.json) که سامانه با کلید خود امضا کرده است (Ed25519).

چگونه بررسی کنیم که چیزی عوض نشده است
  ۱. کلید سامانه را از خود سامانه بگیرید، نه از این فایل:
     صفحهٔ همان ضبط آن را نشان می‌دهد، و این دستور هم:
       visitation recordings key
  ۲. با برنامهٔ خود سامانه:
       visitation recordings verify FILE.zip --key KEY
  ۳. یا پس از باز کردن فایل، با OpenSSL 3. نخست signing-key.pem را با کلیدی که از
     سامانه گرفته‌اید مقایسه کنید؛ کلید این خروجی باید این باشد:
       {key}
     سپس:
       openssl pkeyutl -verify -pubin -inkey signing-key.pem -rawin \\
         -in manifest.json -sigfile manifest.json.sig
       sha256sum *-[0-9]*.*
     و هر عدد را با «sha256» همان فایل در manifest.json مقایسه کنید.

اگر چیزی فرق داشت، این همان چیزی نیست که سامانه داده است.
"""


class Broken(Exception):
    """A file of the recording is not as it was written.

    Attributes:
        name: of the file.
        error: what is wrong with it.
    """

    def __init__(self, name: str, error: Tampered | Gone) -> None:
        super().__init__(name)
        self.name = name
        self.error = error


def pieces(
    shown: Shown,
    *,
    shelf: Shelf,
    keyring: Keyring,
    leave: RecordingPlay,
    now: datetime,
) -> Iterator[bytes]:
    """The bytes of the export, read and made as they are taken.

    Raises:
        Broken: if a file is not as it was written.
        KeyMissing: if the recording's key was destroyed.
        KeyUnknown: if it was wrapped by a key that the settings do not have.
        KeyDamaged: if it does not open.
    """
    recording = shown.recording
    key = shelf.key(recording)
    try:
        told = reading.manifest(shelf.folder(recording), key)
    except (Tampered, Gone) as error:
        raise Broken(paths.MANIFEST, error) from error
    manifest = exporting.told(_facts(shown, told, leave, now))
    yield from exporting.zipped(
        [
            Enclosed(
                name=shown_name(one),
                content=_whole(shown_name(one), shelf.path(recording, one), key),
            )
            for one in shown.files
        ],
        texts=_texts(manifest, keyring),
        at=now,
    )


def name(recording: Recording) -> str:
    """What the file is called; nobody's name is in it."""
    return f"recording-{recording.reference}.zip"


def _whole(name: str, path: Path, key: bytes) -> Iterator[bytes]:
    try:
        yield from reading.whole(path, key)
    except (Tampered, Gone) as error:
        raise Broken(name, error) from error


def _texts(manifest: bytes, keyring: Keyring) -> Mapping[str, bytes]:
    public = keyring.public_key(PURPOSE)
    plain = base64.b64encode(public).decode()
    return {
        "HOW-TO-VERIFY.fa.txt": _PERSIAN.format(key=plain).encode(),
        "HOW-TO-VERIFY.en.txt": _ENGLISH.format(key=plain).encode(),
        "signing-key.pem": exporting.pem(public).encode(),
        MANIFEST: manifest,
        SIGNATURE: keyring.sign(PURPOSE, manifest),
    }


def _facts(
    shown: Shown, told: Mapping[str, Any], leave: RecordingPlay, now: datetime
) -> dict[str, Any]:
    one, known = shown.recording, {str(f["name"]): f for f in told.get("files", ())}
    return {
        "recording": one.reference,
        "visit": shown.visit.reference,
        "kind": one.visit_kind.value,
        "prison": shown.visit.prison,
        "began": _instant(one.started_at),
        "ended": _instant(one.ended_at) if one.ended_at else None,
        "seconds": one.seconds,
        "taken_out": _instant(now),
        "taken_out_by": f"account:{leave.account_id}",
        "reason": leave.reason.value,
        "participants": [
            {"reference": who.reference, "part": who.part.value, "name": who.name}
            for who in shown.visit.attendees
            if any(file.participant_id == who.id for file in shown.files)
        ],
        "files": [
            {
                "name": shown_name(file),
                "participant": _reference(shown, file.participant_id),
                "sha256": file.sha256,
                "starts_ms": file.starts_ms,
                "duration_ms": file.duration_ms,
                "width": file.width,
                "height": file.height,
                **{
                    fact: known.get(file.name, {}).get(fact)
                    for fact in ("codec", "gaps", "sound_gaps", "picture_gaps")
                },
            }
            for file in shown.files
        ],
    }


def _reference(shown: Shown, participant_id: int) -> str:
    return next(
        one.reference for one in shown.visit.attendees if one.id == participant_id
    )


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
