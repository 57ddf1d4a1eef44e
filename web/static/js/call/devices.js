// @ts-check
/** Camera and microphone: takes what the browser grants, and says what is missing. */

const VIDEO = { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 24, max: 30 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
/** Faces that move a little beat faces that are sharp, and speech is not music. */
const HINTS = { audio: "speech", video: "motion" };

/** @typedef {"audio" | "video"} Kind */

export class Devices {
  /** @param {{speaks: boolean, onChange: () => void}} wires */
  constructor({ speaks, onChange }) {
    this.speaks = speaks;
    this.onChange = onChange;
    /** @type {Partial<Record<Kind, MediaStreamTrack>>} */
    this.own = {};
    /** @type {Partial<Record<Kind, string>>} why there is no track of a kind */
    this.troubles = {};
  }

  /** Ask for camera and microphone together, then for each alone; do with what there is. */
  async open() {
    if (!this.speaks) return;
    if (!navigator.mediaDevices) {
      this.troubles = { audio: "Unsupported", video: "Unsupported" };
      return;
    }
    if (await this.take({ audio: AUDIO, video: VIDEO })) return;
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
        track.onended = () => this.onChange();
      }
      return true;
    } catch (error) {
      for (const kind of kinds) this.troubles[kind] = error instanceof Error ? error.name : "Unknown";
      return false;
    }
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
    for (const track of Object.values(this.own)) track.stop();
  }
}
