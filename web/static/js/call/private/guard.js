// @ts-check
/** The streams of both legs, led through the worker that seals and opens them.
 *
 * Says whether this browser can, and notices when the worker fails. Knows no keys of its
 * own and nobody's names. */

const READY_MS = 5000;
const PING_MS = 2000;
const DEAF_MS = 8000;
/** What the service carries, and frames.js knows how to seal. */
const PICTURES = ["video/vp8", "video/h264"];

/**
 * @typedef {{
 *   onUnreadable: (participant: string, kind: string) => void,
 *   onFailed: () => void,
 * }} Wires `onFailed` is a worker that is there no more
 */

export class Guard {
  /** @param {Wires} wires */
  constructor(wires) {
    this.wires = wires;
    /** @type {Worker | null} */
    this.worker = null;
    /** Whatever has to go through the worker, and how. @type {Map<RTCRtpSender | RTCRtpReceiver, object>} */
    this.streams = new Map();
    this.heardAt = 0;
    this.pinged = 0;
    this.timer = 0;
    /** @type {((counted: Record<string, number>) => void)[]} */
    this.asked = [];
  }

  /** What this browser lacks; empty if nothing. @returns {string} */
  static lacks() {
    if (!("RTCRtpScriptTransform" in window) || !window.Worker) return "browser";
    if (!window.crypto?.subtle) return "browser";
    const codecs = [RTCRtpSender, RTCRtpReceiver].map((side) => side.getCapabilities("video")?.codecs ?? []);
    const both = (/** @type {string} */ picture) =>
      codecs.every((known) => known.some(({ mimeType }) => mimeType.toLowerCase() === picture));
    return PICTURES.some(both) ? "" : "codec";
  }

  /** Start a worker. @returns {Promise<boolean>} whether it answers */
  start() {
    const worker = (this.worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" }));
    worker.onerror = () => this.fail(worker);
    worker.onmessageerror = () => this.fail(worker);
    for (const [stream, how] of this.streams) this.lead(stream, how);
    return new Promise((done) => {
      const timer = window.setTimeout(() => done(false), READY_MS);
      worker.onmessage = ({ data }) => {
        this.heardAt = performance.now();
        if (data.told === "pong") {
          window.clearTimeout(timer);
          this.timer ||= window.setInterval(() => this.look(), PING_MS);
          done(this.worker === worker);
        }
        this.heard(data);
      };
      worker.postMessage({ do: "ping" });
    });
  }

  /** @param {any} data */
  heard(data) {
    if (data.told === "unreadable") this.wires.onUnreadable(data.participant, data.kind);
    if (data.told === "failed" && this.worker) this.fail(this.worker);
    if (data.told === "counted") this.asked.shift()?.(data.counted);
  }

  look() {
    const { worker } = this;
    if (!worker) return;
    // A page in the background is woken seldom: what it did not ask, it cannot miss.
    if (performance.now() - this.heardAt > DEAF_MS && this.pinged > 2) return this.fail(worker);
    this.pinged = performance.now() - this.heardAt > PING_MS ? this.pinged + 1 : 0;
    worker.postMessage({ do: "ping" });
  }

  /** @param {Worker} worker */
  fail(worker) {
    if (worker !== this.worker) return;
    this.drop();
    this.wires.onFailed();
  }

  /** The worker is of no use; what goes through it stands still. */
  drop() {
    this.worker?.terminate();
    this.worker = null;
    this.pinged = 0;
  }

  /** @param {{do: string, [field: string]: any}} order */
  tell(order) {
    this.worker?.postMessage(order);
  }

  /** @param {RTCRtpSender} sender that was made a moment ago */
  sends(sender) {
    this.guard(sender, { way: "out", kind: sender.track?.kind ?? "" });
  }

  /** @param {RTCRtpTransceiver} transceiver on which nothing has arrived yet */
  receives({ mid, receiver }) {
    if (!this.streams.has(receiver)) this.guard(receiver, { way: "in", kind: receiver.track.kind, mid });
  }

  /** @param {RTCRtpSender | RTCRtpReceiver} stream @param {object} how */
  guard(stream, how) {
    for (const old of [...this.streams.keys()].filter((one) => one.transport?.state === "closed")) this.streams.delete(old);
    this.streams.set(stream, how);
    this.lead(stream, how);
  }

  /** @param {RTCRtpSender | RTCRtpReceiver} stream @param {object} how */
  lead(stream, how) {
    if (this.worker) lead(stream, new /** @type {any} */ (window).RTCRtpScriptTransform(this.worker, how));
  }

  /** @returns {Promise<Record<string, number>>} what the worker has done so far */
  counted() {
    if (!this.worker) return Promise.resolve({});
    return new Promise((done) => {
      this.asked.push(done);
      window.setTimeout(() => done({}), PING_MS);
      this.tell({ do: "count" });
    });
  }

  close() {
    window.clearInterval(this.timer);
    this.worker?.terminate();
    this.worker = null;
    this.streams.clear();
  }
}

/** @param {RTCRtpSender | RTCRtpReceiver} stream @param {unknown} transform */
function lead(stream, transform) {
  /** @type {any} */ (stream).transform = transform;
}
