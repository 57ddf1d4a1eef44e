// @ts-check
/** The two legs of a call, and their life: built, watched twice a second, helped when they
 * fall silent. Knows no page and no socket: it is given a way to send messages, and says
 * what became of each leg. */

import * as pulse from "./pulse.js";
import { Publisher } from "./publisher.js";
import { measured } from "./stats.js";
import { Subscriber } from "./subscriber.js";

const LOOK_EVERY_MS = 500;
const HEARD_LATELY_MS = 1500;
const PROVEN_MS = 500;
/** The service had trouble with a leg; it is given so long before it is asked again. */
const MOMENT_MS = 1000;

/**
 * @typedef {"publisher" | "subscriber"} Target
 * @typedef {{
 *   send: (message: {type: string, [field: string]: any}) => boolean,
 *   line: () => {ready: boolean, heard: number, roundTrip: number},
 *   probe: () => void,
 *   expects: (target: Target) => boolean,
 *   onLeg: (target: Target, state: string) => void,
 *   onTracks: () => void,
 *   onSender?: (sender: RTCRtpSender) => void,
 *   onReceiver?: (transceiver: RTCRtpTransceiver) => void,
 *   holdsBack?: () => boolean,
 *   onLevels: (levels: Map<string, number>) => void,
 * }} Wires `line` is how the socket is, when it last heard something,
 *   and its round trip, in milliseconds; `probe` is to find out whether it is still alive;
 *   `expects` is whether anybody should be sending on a leg
 */

export class Media {
  /** @param {Wires} wires @param {{hears: boolean, tracks: () => MediaStreamTrack[]}} part */
  constructor(wires, part) {
    this.wires = wires;
    this.tracks = part.tracks;
    /** @type {RTCIceServer[]} */
    this.iceServers = [];
    this.publisher = new Publisher({
      send: wires.send,
      connection: () => this.connection("publisher"),
      onSender: (sender) => wires.onSender?.(sender),
      holdsBack: () => wires.holdsBack?.() ?? false,
    });
    this.subscriber = new Subscriber({
      send: wires.send,
      connection: () => this.connection("subscriber"),
      onTracks: wires.onTracks,
      onReceiver: (transceiver) => wires.onReceiver?.(transceiver),
      hears: part.hears,
    });
    /** @type {Partial<Record<Target, pulse.Pulse>>} */
    this.pulses = {};
    /** @type {Partial<Record<Target, string>>} */
    this.said = {};
    this.looking = false;
    this.rebuilding = 0;
    this.timer = window.setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  /** Relays and their newest passwords, also for an ICE restart of the legs there are.
   * @param {RTCIceServer[]} servers */
  relayBy(servers) {
    this.iceServers = servers;
    for (const { newest } of [this.publisher, this.subscriber]) {
      if (newest && newest.signalingState !== "closed") {
        newest.setConfiguration({ ...newest.getConfiguration(), iceServers: servers });
      }
    }
  }

  /** Offer what we have on a new leg; nothing at all if we have nothing. */
  publish() {
    return this.publisher.build(this.tracks());
  }

  /** @param {string} sdp */
  async answered(sdp) {
    await this.publisher.answered(sdp).catch(() => this.later("publisher"));
  }

  /** @param {string} sdp */
  async offered(sdp) {
    await this.subscriber.offered(sdp).catch(() => this.later("subscriber"));
  }

  /** The service could not use a description of ours: the leg is made anew, in a while. */
  refused() {
    this.later(this.publisher.refused() ? "publisher" : "subscriber");
  }

  /** @param {Target} target */
  later(target) {
    const known = this.pulses[target];
    const newest = this[target].newest;
    if (!known || !newest) return;
    this.pulses[target] = pulse.tried(known, performance.now());
    newest.close();
  }

  /** The service wants a leg to be offered again, or made anew. @param {Target} target @param {boolean} rebuild */
  renegotiate(target, rebuild) {
    if (target === "subscriber") window.setTimeout(() => this.subscriber.ask(rebuild), MOMENT_MS);
    else if (rebuild) this.rebuildSoon();
    else this.publisher.offer().catch(() => this.later("publisher"));
  }

  /** At once, but not as often as a service in trouble may ask for it. */
  rebuildSoon() {
    this.rebuilding ||= window.setTimeout(() => {
      this.rebuilding = 0;
      // Meanwhile it may have been made anew for a reason of its own.
      if (this.tooSoon() > 0) this.rebuildSoon();
      else this.help("publisher", "rebuild", performance.now());
    }, Math.max(0, this.tooSoon()));
  }

  /** @returns {number} milliseconds until the leg to send on may be made anew again */
  tooSoon() {
    return MOMENT_MS - (performance.now() - (this.pulses.publisher?.triedAt ?? -Infinity));
  }

  /** @param {string} quality */
  sendOnly(quality) {
    return this.publisher.send(quality);
  }

  /** The service knows nothing of the legs any more: both are made anew. */
  forget() {
    this.publisher.forget();
    this.publisher.unheard();
    this.subscriber.forget();
    for (const target of /** @type {Target[]} */ (["publisher", "subscriber"])) this.say(target);
  }

  /** The network may have changed under the legs: those that stay silent are made anew. */
  doubt() {
    const now = performance.now();
    for (const target of /** @type {Target[]} */ (["publisher", "subscriber"])) {
      const known = this.pulses[target];
      if (known) this.pulses[target] = pulse.doubted(known, now);
    }
  }

  /** The fingerprints of both legs' certificates; null while a leg that is to be is not yet.
   * @returns {string[] | null} */
  prints() {
    const legs = this.tracks().length > 0 ? [this.publisher, this.subscriber] : [this.subscriber];
    const found = legs.map(({ newest }) => newest?.localDescription?.sdp.match(/^a=fingerprint:(.*)$/m)?.[1].trim() ?? "");
    return found.every(Boolean) ? found : null;
  }

  /** After the socket came back. */
  recover() {
    this.publisher.unheard();
    if (this.publisher.stuck) this.renegotiate("publisher", false);
    // Its offer went to the socket that broke.
    if (!this.subscriber.newest) this.subscriber.ask(false);
    this.doubt();
  }

  close() {
    window.clearInterval(this.timer);
    window.clearTimeout(this.rebuilding);
    this.publisher.forget();
    this.subscriber.close();
  }

  /** @param {Target} target @returns {RTCPeerConnection} */
  connection(target) {
    const connection = new RTCPeerConnection({ iceServers: this.iceServers, bundlePolicy: "max-bundle" });
    const now = performance.now();
    this.pulses[target] = { ...(this.pulses[target] ?? pulse.begin(now)), triedAt: now };
    connection.onconnectionstatechange = () => {
      if (this[target].newest !== connection) return;
      const known = this.pulses[target];
      if (connection.connectionState === "connected") {
        if (known) this.pulses[target] = pulse.stands(known, performance.now());
        if (target === "subscriber") this.subscriber.stands(connection);
      }
      this.say(target);
    };
    return connection;
  }

  /** Measure both legs, say how they are, and help whichever is silent. */
  async look() {
    if (this.looking) return;
    this.looking = true;
    try {
      for (const target of /** @type {Target[]} */ (["publisher", "subscriber"])) await this.listen(target);
      const now = performance.now();
      for (const target of /** @type {Target[]} */ (["publisher", "subscriber"])) this.judge(target, now);
    } finally {
      this.looking = false;
    }
  }

  /** @param {Target} target */
  async listen(target) {
    const connection = this[target].newest;
    if (!connection || connection.connectionState === "closed") return;
    const found = await measured(connection);
    const known = this.pulses[target];
    if (known && connection === this[target].newest) {
      this.pulses[target] = pulse.heard(known, found.count, performance.now());
    }
    if (target === "subscriber") this.wires.onLevels(found.levels);
  }

  /** @param {Target} target @param {number} now */
  judge(target, now) {
    this.say(target);
    const known = this.pulses[target];
    const newest = this[target].newest;
    const { ready, heard, roundTrip } = this.wires.line();
    if (!known || !newest) return;
    // When the socket fell silent together with the leg, it is the line, and nothing but
    // waiting helps: legs that were left alone are the first to be heard again.
    if (!ready || (known.stood && heard < known.heardAt + PROVEN_MS)) return;
    const other = this.pulses[target === "publisher" ? "subscriber" : "publisher"];
    const idle = !this.wires.expects(target);
    const whole = ["connected", "disconnected"].includes(newest.connectionState);
    const otherHears = Boolean(other?.stood) && now - (other?.heardAt ?? 0) < HEARD_LATELY_MS;
    this.help(target, pulse.remedy(known, { now, roundTrip, idle, whole, otherHears }), now);
  }

  /** @param {Target} target @param {pulse.Remedy} remedy @param {number} now */
  help(target, remedy, now) {
    const known = this.pulses[target];
    if (remedy === "none") return;
    if (known) this.pulses[target] = pulse.tried(known, now);
    const again = () => this.later(target);
    if (target === "subscriber") this.subscriber.ask(remedy === "rebuild");
    else if (remedy === "rebuild") this.publish().catch(again);
    else this.publisher.offer({ restart: true }).catch(again);
  }

  /** @param {Target} target */
  say(target) {
    const state = this.stateOf(target);
    if (state === this.said[target]) return;
    this.said[target] = state;
    if (state === "silent") this.wires.probe();
    this.wires.onLeg(target, state);
  }

  /** @param {Target} target @returns {"none" | "connecting" | "connected" | "silent"} */
  stateOf(target) {
    const known = this.pulses[target];
    const newest = this[target].newest;
    const missed = known?.stood && (target === "subscriber" || this.tracks().length > 0);
    if (!known || (!newest && !missed)) return "none";
    if (!known.stood) return "connecting";
    const up = newest && ["connected", "disconnected"].includes(newest.connectionState);
    return up && !pulse.isSilent(known, performance.now(), !this.wires.expects(target)) ? "connected" : "silent";
  }
}
