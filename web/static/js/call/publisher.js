// @ts-check
/** The leg a participant sends on: offers two sizes of the picture, and sends as much as
 * it is told to. Knows no page; messages leave through the wires. */

const HIGH = { maxBitrate: 1_000_000 };
const LOW = { maxBitrate: 150_000, maxFramerate: 15 };
const LOW_HEIGHT = 180;
/** Which layers are sent in each quality. @type {Record<string, string[]>} */
const ACTIVE = { high: ["h", "l"], low: ["l"], paused: [], audio_only: [] };

const SIMULCAST = "\na=simulcast:";

/**
 * @typedef {{
 *   send: (message: {type: string, [field: string]: any}) => boolean,
 *   connection: () => RTCPeerConnection,
 *   onSender: (sender: RTCRtpSender) => void,
 *   holdsBack: () => boolean,
 * }} Wires `onSender` is one that has sent nothing yet; `holdsBack` is whether nothing of
 *   ours may go out, whoever asks for a leg
 */

export class Publisher {
  /** @param {Wires} wires */
  constructor(wires) {
    this.wires = wires;
    /** @type {RTCPeerConnection | null} */
    this.connection = null;
    /** Whose offers the service has not answered yet, the oldest first. @type {RTCPeerConnection[]} */
    this.unanswered = [];
    /** @type {MediaStreamTrack[]} */
    this.tracks = [];
    /** The service takes two sizes of the picture, as far as we know. */
    this.layered = true;
    this.quality = "high";
    this.again = false;
    this.setting = Promise.resolve();
  }

  get newest() {
    return this.connection;
  }

  /** Send these tracks on a fresh leg, which begins with everything. @param {MediaStreamTrack[]} tracks */
  async build(tracks) {
    this.forget();
    this.tracks = tracks;
    if (tracks.length === 0 || this.wires.holdsBack()) return;
    const connection = (this.connection = this.wires.connection());
    for (const track of tracks) {
      const { sender } = track.kind === "video" ? addVideo(connection, track, this.layered) : addAudio(connection, track);
      this.wires.onSender(sender);
    }
    await this.offer();
  }

  /** Offer once more on the same leg. */
  async offer({ restart = false } = {}) {
    const { connection } = this;
    if (!connection) return;
    if (this.stuck) await connection.setLocalDescription({ type: "rollback" });
    if (connection.signalingState !== "stable") {
      this.again = true;
      return;
    }
    if (restart) connection.restartIce();
    await connection.setLocalDescription();
    if (connection !== this.connection) return;
    const sdp = connection.localDescription?.sdp ?? "";
    if (this.wires.send({ type: "offer", target: "publisher", sdp })) this.unanswered.push(connection);
  }

  /** @param {string} sdp */
  async answered(sdp) {
    const connection = this.unanswered.shift();
    if (!connection || connection !== this.connection || connection.signalingState !== "have-local-offer") return;
    await connection.setRemoteDescription({ type: "answer", sdp });
    if (this.layered && connection.localDescription?.sdp.includes(SIMULCAST) && !sdp.includes(SIMULCAST)) {
      // Chromium could never offer again on a leg whose layers were not taken.
      this.layered = false;
      return this.build(this.tracks);
    }
    await this.send(this.quality);
    if (!this.again) return;
    this.again = false;
    await this.offer();
  }

  /** The service refused an offer. @returns {boolean} whether it may have been one of ours */
  refused() {
    return this.unanswered.shift() !== undefined;
  }

  /** The socket was lost: what was not answered yet never will be. */
  unheard() {
    this.unanswered = [];
    this.again = false;
  }

  /** Whether an offer was made that nobody will answer. */
  get stuck() {
    return this.connection?.signalingState === "have-local-offer" && this.unanswered.length === 0;
  }

  /** Send no more than this. @param {string} quality @returns {Promise<void>} */
  send(quality) {
    this.quality = quality in ACTIVE ? quality : "high";
    this.setting = this.setting.then(() => this.set()).catch(() => undefined);
    return this.setting;
  }

  async set() {
    const sender = this.connection?.getSenders().find((one) => one.track?.kind === "video");
    const parameters = sender?.getParameters();
    if (!sender || !parameters?.encodings?.length) return;
    const active = ACTIVE[this.quality];
    const [first, second] = parameters.encodings;
    if (second) {
      for (const encoding of parameters.encodings) encoding.active = active.includes(encoding.rid ?? "h");
    } else {
      // A service or a browser without layers: the one there is takes the size of either.
      const low = this.quality === "low";
      const scale = low ? scaleOf(sender.track) : 1;
      Object.assign(first, { active: active.length > 0, scaleResolutionDownBy: scale }, low ? LOW : HIGH);
      if (!low) delete first.maxFramerate;
    }
    await sender.setParameters(parameters);
  }

  forget() {
    this.connection?.close();
    this.connection = null;
    this.quality = "high";
    this.again = false;
  }
}

/** @param {RTCPeerConnection} connection @param {MediaStreamTrack} track */
function addAudio(connection, track) {
  const urgent = /** @type {RTCRtpEncodingParameters} */ ({ priority: "high", networkPriority: "high" });
  return connection.addTransceiver(track, { direction: "sendonly", sendEncodings: [urgent] });
}

/** @param {RTCPeerConnection} connection @param {MediaStreamTrack} track @param {boolean} layered */
function addVideo(connection, track, layered) {
  // Chromium gives the first of them what it needs first, and the second what is left.
  const layers = [
    { rid: "l", ...LOW, scaleResolutionDownBy: scaleOf(track) },
    { rid: "h", ...HIGH },
  ];
  try {
    const sendEncodings = layered ? layers : [HIGH];
    return connection.addTransceiver(track, { direction: "sendonly", sendEncodings });
  } catch {
    return connection.addTransceiver(track, { direction: "sendonly", sendEncodings: [HIGH] });
  }
}

/** @param {MediaStreamTrack | null} track @returns {number} what makes its picture a small one */
function scaleOf(track) {
  const height = track?.getSettings().height ?? 540;
  return Math.max(1, Math.min(4, height / LOW_HEIGHT));
}
