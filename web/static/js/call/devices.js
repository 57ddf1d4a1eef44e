// @ts-check
/** Camera and microphone: takes what the browser grants, and says what is missing, also
 * when it goes missing later. */

const VIDEO = { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 24, max: 30 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const WANTED = { audio: AUDIO, video: VIDEO };
/** Faces that move a little beat faces that are sharp, and speech is not music. */
const HINTS = { audio: "speech", video: "motion" };
const PERMISSIONS = { audio: "microphone", video: "camera" };

/** @typedef {"audio" | "video"} Kind */

export class Devices {
  /**
   * @param {{speaks: boolean, onChange: () => void, onLost: (kind: Kind) => void, onFound: () => void}} wires
   *   `onFound`: there is something to send that there was not
   */
  constructor({ speaks, onChange, onLost, onFound }) {
    this.speaks = speaks;
    this.onChange = onChange;
    this.onLost = onLost;
    this.onFound = onFound;
    /** @type {Partial<Record<Kind, MediaStreamTrack>>} */
    this.own = {};
    /** @type {Partial<Record<Kind, string>>} why there is no track of a kind */
    this.troubles = {};
    this.closed = false;
    this.taking = false;
  }

  /** Ask for camera and microphone together, then for each alone; do with what there is. */
  async open() {
    if (!this.speaks) return;
    if (!navigator.mediaDevices) {
      this.troubles = { audio: "Unsupported", video: "Unsupported" };
      return;
    }
    navigator.mediaDevices.addEventListener("devicechange", () => this.retake());
    if (await this.take(WANTED)) return;
    await this.take({ audio: AUDIO });
    await this.take({ video: VIDEO });
  }

  /** @param {MediaStreamConstraints} wanted @returns {Promise<boolean>} */
  async take(wanted) {
    const kinds = /** @type {Kind[]} */ (Object.keys(wanted));
    try {
      const stream = await navigator.mediaDevices.getUserMedia(wanted);
      for (const track of stream.getTracks()) {
        const kind = /** @type {Kind} */ (track.kind);
        if ("contentHint" in track) track.contentHint = HINTS[kind];
        this.own[kind] = track;
        delete this.troubles[kind];
        track.onended = () => this.lost(kind, track);
      }
      return true;
    } catch (error) {
      for (const kind of kinds) this.troubles[kind] = error instanceof Error ? error.name : "Unknown";
      return false;
    }
  }

  /** A device went: somebody pulled its cable, or took the permission back.
   * @param {Kind} kind @param {MediaStreamTrack} track */
  async lost(kind, track) {
    if (this.closed || this.own[kind] !== track) return;
    this.troubles[kind] = (await denied(kind)) ? "Withdrawn" : "Unplugged";
    this.onLost(kind);
    this.onChange();
  }

  /** Something was plugged in, or allowed again: take what was missing. */
  async retake() {
    const kinds = /** @type {Kind[]} */ (Object.keys(this.troubles));
    if (this.closed || this.taking || kinds.length === 0 || !navigator.mediaDevices) return;
    this.taking = true;
    let found = false;
    for (const kind of kinds) found = (await this.take({ [kind]: WANTED[kind] })) || found;
    this.taking = false;
    if (this.closed) return this.close();
    this.onChange();
    if (found) this.onFound();
  }

  /** @returns {MediaStreamTrack[]} what can be sent now */
  live() {
    return Object.values(this.own).filter((track) => track.readyState === "live");
  }

  /** @param {Kind} kind @returns {string} what the `tracks` message says of a kind */
  sends(kind) {
    const track = this.own[kind];
    if (!track || track.readyState === "ended") return "none";
    return track.enabled ? "on" : "muted";
  }

  /** @param {Kind} kind */
  toggle(kind) {
    const track = this.own[kind];
    if (track) track.enabled = !track.enabled;
  }

  close() {
    this.closed = true;
    for (const track of Object.values(this.own)) track.stop();
  }
}

/** @param {Kind} kind @returns {Promise<boolean>} whether the browser was told to refuse it */
async function denied(kind) {
  try {
    const name = /** @type {PermissionName} */ (PERMISSIONS[kind]);
    return (await navigator.permissions.query({ name })).state === "denied";
  } catch {
    return false;
  }
}
