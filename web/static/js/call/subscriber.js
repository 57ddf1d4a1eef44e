// @ts-check
/** The leg a participant receives on. A fresh one is built beside the old one, which stays
 * on the page with its last pictures until the fresh one stands. */

/**
 * @typedef {{
 *   send: (message: {type: string, [field: string]: any}) => boolean,
 *   connection: () => RTCPeerConnection,
 *   onTracks: () => void,
 *   onReceiver: (transceiver: RTCRtpTransceiver) => void,
 *   hears: boolean,
 * }} Wires `onReceiver` is one on which nothing has arrived yet
 */

export class Subscriber {
  /** @param {Wires} wires */
  constructor(wires) {
    this.wires = wires;
    /** @type {RTCPeerConnection | null} whose pictures are shown */
    this.connection = null;
    /** @type {RTCPeerConnection | null} that is being built */
    this.next = null;
    /** What the newest of them was offered as. */
    this.leg = "";
    this.accepting = Promise.resolve();
  }

  get newest() {
    return this.next ?? this.connection;
  }

  /** The service offers; one offer is answered after the other. @param {string} sdp @returns {Promise<void>} */
  offered(sdp) {
    this.accepting = this.accepting.then(() => this.accept(sdp));
    return this.accepting.catch((error) => {
      this.accepting = Promise.resolve();
      throw error;
    });
  }

  /** @param {string} sdp */
  async accept(sdp) {
    let connection = this.newest;
    if (!connection || this.leg !== legIn(sdp) || isOver(connection)) connection = this.build();
    this.leg = legIn(sdp);
    await connection.setRemoteDescription({ type: "offer", sdp });
    for (const transceiver of connection.getTransceivers()) {
      const silent = transceiver.mid?.startsWith("a") && !this.wires.hears;
      transceiver.direction = silent ? "inactive" : "recvonly";
      this.wires.onReceiver(transceiver);
    }
    await connection.setLocalDescription();
    this.wires.send({ type: "answer", target: "subscriber", sdp: connection.localDescription?.sdp ?? "" });
    this.wires.onTracks();
  }

  /** @returns {RTCPeerConnection} */
  build() {
    this.next?.close();
    this.next = null;
    const connection = this.wires.connection();
    if (this.connection) this.next = connection;
    else this.connection = connection;
    return connection;
  }

  /** Take over from the old connection. @param {RTCPeerConnection} connection */
  stands(connection) {
    if (connection !== this.next) return;
    const old = this.connection;
    [this.connection, this.next] = [connection, null];
    this.wires.onTracks();
    old?.close();
  }

  /** @param {string | null} mid @returns {MediaStreamTrack | null} what arrives in a mid */
  arriving(mid) {
    const found = mid && this.connection?.getTransceivers().find((one) => one.mid === mid);
    return found ? found.receiver.track : null;
  }

  /** @param {boolean} rebuild */
  ask(rebuild) {
    this.wires.send({ type: "subscribe", rebuild });
  }

  /** The service knows nothing of the leg any more; its last pictures stay. */
  forget() {
    this.next?.close();
    this.next = null;
  }

  close() {
    this.forget();
    this.connection?.close();
    this.connection = null;
  }
}

/** @param {RTCPeerConnection} connection */
function isOver(connection) {
  return connection.connectionState === "failed" || connection.connectionState === "closed";
}

/**
 * What tells one leg from another: legs may share a certificate, and a leg keeps its
 * streams when ICE restarts.
 * @param {string} sdp
 */
function legIn(sdp) {
  return (sdp.match(/^a=(?:fingerprint|ssrc):.*$/gm) ?? []).join().replaceAll("\r", "");
}
