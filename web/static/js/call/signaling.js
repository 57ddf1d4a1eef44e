// @ts-check
/** The protocol of docs/protocol.md: connects, resumes, and gives up only when told to.
 * Knows no page and no media; it could drive a robot.
 *
 * A socket that has fallen silent is kept while a fresh one is tried beside it, and
 * whichever speaks first goes on: a slow line loses nothing, a dead one no time. */

const VERSION = 1;
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 2000;
/** After half a minute there is no hurry any more. */
const HURRY_MS = 30_000;
const LONGEST_LATER_MS = 5000;
const BEAT_MS = 1000;
const PING_MS = 2000;
const SILENCE_MS = 5000;
const TRY_MS = 2500;
const FIRST_TRY_MS = 10_000;
const FINAL = new Set(["end", "deny"]);

/**
 * @typedef {{type: string, [field: string]: any}} Message
 * @typedef {{
 *   socketUrl: string, ticketUrl: string, ticket: string,
 *   onMessage: (message: Message) => void,
 *   onSocket: (state: "open" | "lost" | "broken" | "denied") => void,
 * }} Wires
 */

export class Signaling {
  /** @param {Wires} wires */
  constructor(wires) {
    this.wires = wires;
    this.ticket = wires.ticket;
    this.token = "";
    this.pause = FIRST_PAUSE_MS;
    this.done = false;
    /** @type {WebSocket | null} that was answered, or may be */
    this.socket = null;
    /** @type {WebSocket | null} that is not open yet */
    this.trying = null;
    this.ready = false;
    /** The socket has been silent for too long, and may still wake up. */
    this.stale = false;
    this.timer = 0;
    this.heard = performance.now();
    this.lostAt = 0;
    this.tries = 0;
    /** Milliseconds a ping takes there and back; 0 until one has. */
    this.roundTrip = 0;
    this.pingedAt = 0;
    this.waiting = false;
    window.setInterval(() => this.beat(), BEAT_MS);
  }

  /** Connect, and keep connected until the visit is over or the person leaves. */
  connect() {
    if (this.done || this.trying) return;
    const socket = (this.trying = new WebSocket(this.wires.socketUrl));
    this.tries += 1;
    const patience = this.roundTrip ? Math.max(TRY_MS, 6 * this.roundTrip) * 1.25 ** (this.tries - 1) : FIRST_TRY_MS;
    const timer = window.setTimeout(() => this.failed(socket), Math.min(patience, FIRST_TRY_MS));
    socket.onopen = () => {
      window.clearTimeout(timer);
      this.take(socket);
    };
    socket.onmessage = (event) => {
      if (this.socket === socket) this.hear(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      window.clearTimeout(timer);
      if (this.socket === socket) this.lost(event.code);
      else this.failed(socket);
    };
  }

  /** A fresh socket is open: from here on it is the one. @param {WebSocket} socket */
  take(socket) {
    if (this.trying !== socket) return socket.close();
    const old = this.socket;
    [this.socket, this.trying] = [socket, null];
    this.ready = this.stale = this.waiting = false;
    this.heard = performance.now();
    old?.close();
    socket.send(JSON.stringify(this.first()));
  }

  /** @param {WebSocket} socket that did not open */
  failed(socket) {
    if (this.trying !== socket) return;
    this.trying = null;
    socket.close();
    this.later();
  }

  /** @param {Message} message @returns {boolean} whether it could be sent just now */
  send(message) {
    if (!this.ready || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** Go for good. */
  leave() {
    this.send({ type: "leave", reason: "left" });
    this.done = true;
  }

  /** @returns {Message} */
  first() {
    return this.token
      ? { type: "resume", version: VERSION, token: this.token }
      : { type: "join", version: VERSION, ticket: this.ticket };
  }

  /** @param {Message} message */
  hear(message) {
    this.heard = performance.now();
    if (message.type === "pong") this.timed();
    if (message.type === "joined") this.token = message.resume;
    if (message.type === "joined" || this.stale) this.stands();
    if (message.type === "deny" && message.reason === "ticket" && this.mayAsk()) return;
    if (FINAL.has(message.type) || (message.type === "leave" && message.reason !== "restarting")) this.done = true;
    if (message.type !== "pong") this.wires.onMessage(message);
  }

  /** The line is there, on a fresh socket or on one that had been silent. */
  stands() {
    [this.ready, this.stale] = [true, false];
    [this.pause, this.tries, this.lostAt] = [FIRST_PAUSE_MS, 0, 0];
    this.wait(0);
    const needless = this.trying;
    this.trying = null;
    needless?.close();
    this.wires.onSocket("open");
  }

  timed() {
    const took = performance.now() - this.pingedAt;
    this.waiting = false;
    this.roundTrip = this.roundTrip ? 0.75 * this.roundTrip + 0.25 * took : took;
  }

  /** An old ticket or token is no reason to stop: the page may still get a new one. */
  mayAsk() {
    const hadOne = Boolean(this.ticket || this.token);
    this.ticket = this.token = "";
    return hadOne;
  }

  /** @param {number} code */
  lost(code) {
    this.socket = null;
    if (this.done) return;
    if (code === 1002 || code === 1008 || code === 1009) {
      this.done = true;
      this.wires.onSocket("broken");
      return;
    }
    this.silent();
    if (!this.trying) this.later();
  }

  silent() {
    this.ready = false;
    if (this.lostAt) return;
    this.lostAt = performance.now();
    this.wires.onSocket("lost");
  }

  later() {
    this.wait(this.pause * (0.75 + Math.random() / 2));
    const most = performance.now() - this.lostAt < HURRY_MS ? LONGEST_PAUSE_MS : LONGEST_LATER_MS;
    this.pause = Math.min(this.pause * 2, most);
  }

  /** The network has changed, or the page is looked at again: do not wait for anything. */
  hurry() {
    if (this.done) return;
    if (this.ready) {
      this.ping();
    } else if (!this.trying) {
      this.pause = FIRST_PAUSE_MS;
      this.again();
    }
  }

  /** @param {number} ms until the next try; 0 for none */
  wait(ms) {
    window.clearTimeout(this.timer);
    this.timer = ms && window.setTimeout(() => this.again(), ms);
  }

  async again() {
    this.wait(0);
    if (this.done || this.trying || this.ready) return;
    if (!this.token && !(await this.renewed())) return;
    this.connect();
  }

  /** @returns {Promise<boolean>} whether there is a ticket to join with */
  async renewed() {
    try {
      const response = await fetch(this.wires.ticketUrl, {
        method: "POST",
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(10_000),
      });
      if (response.ok) {
        this.ticket = (await response.json()).ticket;
        return true;
      }
      if (response.status < 500 && response.status !== 429) {
        this.done = true;
        this.wires.onSocket("denied");
        return false;
      }
    } catch {
      // The line is still down; the next try comes by itself.
    }
    this.later();
    return false;
  }

  ping() {
    if (this.waiting || this.socket?.readyState !== WebSocket.OPEN) return;
    this.pingedAt = performance.now();
    this.waiting = true;
    this.socket.send(JSON.stringify({ type: "ping" }));
  }

  beat() {
    if (this.done || !this.socket) return;
    const now = performance.now();
    if (this.ready && now - this.pingedAt > PING_MS - BEAT_MS / 2) this.ping();
    if (now - this.heard > SILENCE_MS + 2 * this.roundTrip && !this.trying && !this.timer) {
      this.stale = this.ready || this.stale;
      this.silent();
      this.again();
    }
  }
}
