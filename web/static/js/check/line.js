// @ts-check
/** One line test: a call with oneself through the service, as docs/line-test.md has it.
 * Knows no page. Sends a picture and a tone made here, which ask more of a line than a
 * quiet room would, and need no permission. */

const VERSION = 1;
const PATIENCE_MS = 50_000;
const SAMPLE_MS = 1000;
const PICTURE = { width: 640, height: 360, grain: 8, framesPerSecond: 20, bitsPerSecond: 80_000 };
const TONE_HZ = 330;
const SOUND_BITS_PER_SECOND = 12_000;

/**
 * @typedef {{type: string, [field: string]: any}} Message
 * @typedef {"busy" | "broken" | "unsupported"} Trouble
 * @typedef {{at: number, received: number, lost: number, bytes: number, jitter: number}} Sample
 */

export class LineTrouble extends Error {
  /** @param {Trouble} kind */
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

export class LineTest {
  /** @param {{socket: string, ticket: string}} addresses @param {(seconds: number) => void} onBegun */
  constructor(addresses, onBegun) {
    this.addresses = addresses;
    this.onBegun = onBegun;
    /** @type {RTCPeerConnection[]} */
    this.legs = [];
    /** @type {Sample[]} */
    this.samples = [];
    /** @type {(() => void)[]} what lets go of everything */
    this.closing = [];
  }

  /** @returns {Promise<Message>} the service's `result`; rejects with a `LineTrouble` */
  async run() {
    if (!("RTCPeerConnection" in window)) throw new LineTrouble("unsupported");
    try {
      const ticket = await this.admitted();
      return await new Promise((resolve, reject) => this.talk(ticket, resolve, reject));
    } finally {
      this.stop();
    }
  }

  /** Let go of everything; a test that runs breaks off. */
  stop() {
    for (const close of this.closing.splice(0)) close();
    for (const leg of this.legs.splice(0)) leg.close();
  }

  /** @returns {Promise<string>} a ticket */
  async admitted() {
    try {
      const response = await fetch(this.addresses.ticket, {
        method: "POST",
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(10_000),
      });
      if (response.status === 429) throw new LineTrouble("busy");
      return (await response.json()).ticket;
    } catch (error) {
      throw error instanceof LineTrouble ? error : new LineTrouble("broken");
    }
  }

  /**
   * @param {string} ticket
   * @param {(result: Message) => void} resolve
   * @param {(trouble: LineTrouble) => void} reject
   */
  talk(ticket, resolve, reject) {
    const address = new URL(this.addresses.socket, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    const patience = window.setTimeout(() => socket.close(), PATIENCE_MS);
    this.closing.push(() => window.clearTimeout(patience), () => socket.close());
    const send = (/** @type {Message} */ message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    };
    socket.onopen = () => send({ type: "begin", version: VERSION, ticket });
    socket.onclose = () => reject(new LineTrouble("broken"));
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.type === "result") resolve(message);
      else if (message.type === "refused") reject(new LineTrouble(message.reason === "busy" ? "busy" : "broken"));
      else this.hear(message, send).catch(() => reject(new LineTrouble("broken")));
    };
  }

  /** @param {Message} message @param {(message: Message) => void} send */
  async hear(message, send) {
    if (message.type === "ready") {
      this.legs = [0, 1].map(() => new RTCPeerConnection({ iceServers: message.ice_servers, bundlePolicy: "max-bundle" }));
      await this.publish(send);
    } else if (message.type === "answer") {
      await this.legs[0]?.setRemoteDescription({ type: "answer", sdp: message.sdp });
    } else if (message.type === "offer") {
      await this.subscribe(message.sdp, send);
    } else if (message.type === "begun") {
      this.onBegun(message.seconds);
      const timer = window.setInterval(() => this.sample(), SAMPLE_MS);
      this.closing.push(() => window.clearInterval(timer));
    } else if (message.type === "send") {
      await this.allow(message.rate);
    } else if (message.type === "tell") {
      await this.sample();
      send({ type: "report", ...(await this.report(message.seconds)) });
    }
  }

  /** @param {(message: Message) => void} send */
  async publish(send) {
    const leg = this.legs[0];
    const picture = movingPicture();
    const tone = steadyTone();
    this.closing.push(picture.stop, tone.stop);
    leg.addTransceiver(tone.track, { direction: "sendonly" });
    leg.addTransceiver(picture.track, { direction: "sendonly", sendEncodings: [{ maxBitrate: PICTURE.bitsPerSecond }] });
    await leg.setLocalDescription();
    send({ type: "offer", target: "publisher", sdp: leg.localDescription?.sdp });
  }

  /** @param {string} sdp @param {(message: Message) => void} send */
  async subscribe(sdp, send) {
    const leg = this.legs[1];
    await leg.setRemoteDescription({ type: "offer", sdp });
    for (const transceiver of leg.getTransceivers()) {
      transceiver.direction = transceiver.mid?.endsWith("0") ? "recvonly" : "inactive";
    }
    await leg.setLocalDescription();
    send({ type: "answer", target: "subscriber", sdp: leg.localDescription?.sdp });
  }

  /**
   * Without a picture the sound takes as little as a call lets it take on such a line.
   * @param {number} rate bits per second that the picture may take; 0 stops it
   */
  async allow(rate) {
    for (const sender of this.legs[0].getSenders()) {
      const settings = sender.getParameters();
      if (!settings.encodings?.length) continue;
      const [encoding] = settings.encodings;
      if (sender.track?.kind === "video") {
        encoding.active = rate > 0;
        if (rate > 0) encoding.maxBitrate = rate;
      } else if (rate === 0) {
        encoding.maxBitrate = SOUND_BITS_PER_SECOND;
      }
      await sender.setParameters(settings);
    }
  }

  async sample() {
    const sample = { at: performance.now(), received: 0, lost: 0, bytes: 0, jitter: 0 };
    for (const one of (await this.legs[1].getStats()).values()) {
      if (one.type !== "inbound-rtp") continue;
      sample.received += one.packetsReceived ?? 0;
      sample.lost += Math.max(0, one.packetsLost ?? 0);
      sample.bytes += one.bytesReceived ?? 0;
      sample.jitter = Math.max(sample.jitter, one.jitter ?? 0);
    }
    this.samples.push(sample);
  }

  /** What arrived here of late. @param {number} seconds */
  async report(seconds) {
    const last = this.samples[this.samples.length - 1];
    const since = last.at - seconds * 1000 - SAMPLE_MS / 2;
    const first = this.samples.find((one) => one.at >= since) ?? last;
    const passed = Math.max(1, (last.at - first.at) / 1000);
    const pair = await chosenPair(this.legs[1]);
    return {
      received: last.received - first.received,
      lost: Math.max(0, last.lost - first.lost),
      rate: Math.round((8 * (last.bytes - first.bytes)) / passed),
      jitter: Math.min(60, last.jitter),
      round_trip: pair.roundTrip === null ? null : Math.min(60, pair.roundTrip),
      relayed: pair.relayed,
    };
  }
}

/** @param {RTCPeerConnection} leg @returns {Promise<{roundTrip: number | null, relayed: boolean}>} */
async function chosenPair(leg) {
  const stats = await leg.getStats();
  let pair = null;
  for (const one of stats.values()) {
    if (one.type === "transport" && one.selectedCandidatePairId) pair = stats.get(one.selectedCandidatePairId);
    if (one.type === "candidate-pair" && one.selected) pair = one;
  }
  const local = pair && stats.get(pair.localCandidateId);
  return { roundTrip: pair?.currentRoundTripTime ?? null, relayed: local?.candidateType === "relay" };
}

/** Coloured grain that is never the same: an encoder spends on it whatever it may. */
function movingPicture() {
  const canvas = document.createElement("canvas");
  canvas.width = PICTURE.width;
  canvas.height = PICTURE.height;
  const brush = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const grain = new ImageData(PICTURE.width / PICTURE.grain, PICTURE.height / PICTURE.grain);
  const small = document.createElement("canvas");
  small.width = grain.width;
  small.height = grain.height;
  const draw = () => {
    for (let at = 0; at < grain.data.length; at += 1) grain.data[at] = at % 4 === 3 ? 255 : Math.random() * 256;
    small.getContext("2d")?.putImageData(grain, 0, 0);
    brush.drawImage(small, 0, 0, canvas.width, canvas.height);
  };
  draw();
  const timer = window.setInterval(draw, 1000 / PICTURE.framesPerSecond);
  const [track] = canvas.captureStream(PICTURE.framesPerSecond).getVideoTracks();
  return {
    track,
    stop: () => {
      window.clearInterval(timer);
      track.stop();
    },
  };
}

/** A tone that goes to the service and to no loudspeaker. */
function steadyTone() {
  const context = new AudioContext();
  const oscillator = context.createOscillator();
  const out = context.createMediaStreamDestination();
  oscillator.frequency.value = TONE_HZ;
  oscillator.connect(out);
  oscillator.start();
  context.resume().catch(() => undefined);
  const [track] = out.stream.getAudioTracks();
  return {
    track,
    stop: () => {
      track.stop();
      context.close();
    },
  };
}
