// @ts-check
/** Camera, microphone, and the two connections of a call. Knows no page and no socket:
 * it is given a way to send messages, and says what became of each leg. */

const RESTART_AFTER_MS = 1500;
const REBUILD_AFTER_MS = 4000;
const VIDEO = { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 24, max: 30 } };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const VIDEO_BITS_PER_SECOND = 1_200_000;

/**
 * @typedef {"audio" | "video"} Kind
 * @typedef {"publisher" | "subscriber"} Target
 * @typedef {{
 *   send: (message: {type: string, [field: string]: any}) => boolean,
 *   onLeg: (target: Target, state: string) => void,
 *   onTracks: () => void,
 * }} Wires
 */

export class Media {
  /** @param {Wires} wires @param {{hears: boolean, speaks: boolean}} part */
  constructor(wires, part) {
    this.wires = wires;
    this.part = part;
    /** @type {Partial<Record<Kind, MediaStreamTrack>>} */
    this.own = {};
    /** @type {Partial<Record<Kind, string>>} why there is no track of a kind */
    this.troubles = {};
    /** @type {RTCPeerConnection | null} */
    this.publisher = null;
    /** @type {RTCPeerConnection | null} */
    this.subscriber = null;
    /** @type {RTCIceServer[]} */
    this.iceServers = [];
    /** @type {Partial<Record<Target, number>>} */
    this.timers = {};
    this.accepting = Promise.resolve();
  }

  /** Ask for camera and microphone together, then for each alone; do with what there is. */
  async open() {
    if (!this.part.speaks) return;
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
        this.own[kind] = track;
        delete this.troubles[kind];
        track.onended = () => this.wires.onTracks();
      }
      return true;
    } catch (error) {
      for (const kind of kinds) this.troubles[kind] = error instanceof Error ? error.name : "Unknown";
      return false;
    }
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

  /** Offer what we have on a new leg; nothing at all if we have nothing. */
  async publish() {
    this.publisher?.close();
    this.publisher = null;
    const tracks = Object.values(this.own).filter((track) => track.readyState === "live");
    if (!this.part.speaks || tracks.length === 0) return;
    const connection = (this.publisher = this.leg("publisher"));
    for (const track of tracks) {
      const encoding = track.kind === "video" ? [{ maxBitrate: VIDEO_BITS_PER_SECOND }] : undefined;
      connection.addTransceiver(track, { direction: "sendonly", sendEncodings: encoding });
    }
    await this.offer(connection);
  }

  /** @param {RTCPeerConnection} connection */
  async offer(connection) {
    await connection.setLocalDescription();
    this.wires.send({ type: "offer", target: "publisher", sdp: connection.localDescription?.sdp ?? "" });
  }

  /** @param {string} sdp */
  async answered(sdp) {
    if (this.publisher?.signalingState === "have-local-offer") {
      await this.publisher.setRemoteDescription({ type: "answer", sdp });
    }
  }

  /** The service offers; one offer is answered after the other. @param {string} sdp */
  offered(sdp) {
    this.accepting = this.accepting.then(() => this.accept(sdp)).catch(() => this.ask("subscriber", true));
    return this.accepting;
  }

  /** @param {string} sdp */
  async accept(sdp) {
    let connection = this.subscriber;
    if (!connection || fingerprint(connection.remoteDescription?.sdp) !== fingerprint(sdp) || isOver(connection)) {
      connection?.close();
      connection = this.subscriber = this.leg("subscriber");
    }
    await connection.setRemoteDescription({ type: "offer", sdp });
    for (const transceiver of connection.getTransceivers()) {
      const silent = transceiver.mid?.startsWith("a") && !this.part.hears;
      transceiver.direction = silent ? "inactive" : "recvonly";
    }
    await connection.setLocalDescription();
    this.wires.send({ type: "answer", target: "subscriber", sdp: connection.localDescription?.sdp ?? "" });
    this.wires.onTracks();
  }

  /** @param {string | null} mid @returns {MediaStreamTrack | null} what arrives in a mid */
  arriving(mid) {
    const found = mid && this.subscriber?.getTransceivers().find((one) => one.mid === mid);
    return found ? found.receiver.track : null;
  }

  /** The service knows nothing of the legs any more. */
  forget() {
    this.publisher?.close();
    this.subscriber?.close();
    this.publisher = this.subscriber = null;
  }

  /** After the socket came back: whatever is not well is made anew. */
  recover() {
    for (const target of /** @type {Target[]} */ (["publisher", "subscriber"])) {
      const state = this[target]?.connectionState;
      if (state && state !== "connected") this.ask(target, state === "failed" || state === "closed");
    }
  }

  /** @param {Target} target @param {boolean} rebuild */
  ask(target, rebuild) {
    if (target === "subscriber") {
      this.wires.send({ type: "subscribe", rebuild });
    } else if (rebuild) {
      this.publish();
    } else if (this.publisher && this.publisher.signalingState === "stable") {
      this.publisher.restartIce();
      this.offer(this.publisher);
    }
  }

  close() {
    for (const timer of Object.values(this.timers)) window.clearTimeout(timer);
    this.forget();
    for (const track of Object.values(this.own)) track.stop();
  }

  /** @param {Target} target @returns {RTCPeerConnection} */
  leg(target) {
    const connection = new RTCPeerConnection({ iceServers: this.iceServers, bundlePolicy: "max-bundle" });
    connection.onconnectionstatechange = () => {
      if (this[target] === connection) this.changed(target, connection);
    };
    return connection;
  }

  /** @param {Target} target @param {RTCPeerConnection} connection */
  changed(target, connection) {
    const state = connection.connectionState;
    window.clearTimeout(this.timers[target]);
    this.wires.onLeg(target, state);
    const later = (/** @type {number} */ ms, /** @type {() => void} */ act) => {
      this.timers[target] = window.setTimeout(() => {
        if (this[target] === connection && connection.connectionState !== "connected") act();
      }, ms);
    };
    if (state === "failed") this.ask(target, true);
    if (state === "disconnected") {
      // A restart keeps the keys and costs the least; a leg that is still down after it
      // is built anew, which takes no longer than joining does.
      later(RESTART_AFTER_MS, () => {
        this.ask(target, false);
        later(REBUILD_AFTER_MS, () => this.ask(target, true));
      });
    }
  }
}

/** @param {RTCPeerConnection} connection */
function isOver(connection) {
  return connection.connectionState === "failed" || connection.connectionState === "closed";
}

/** @param {string | undefined} sdp */
function fingerprint(sdp) {
  return sdp?.match(/^a=fingerprint:(.*)$/m)?.[1].trim();
}
