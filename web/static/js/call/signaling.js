// @ts-check
/** The protocol of docs/protocol.md: connects, resumes, and gives up only when told to.
 * Knows no page and no media; it could drive a robot. */

const VERSION = 1;
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 5000;
const PING_MS = 4000;
const SILENCE_MS = 12_000;
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
    this.heard = 0;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.ready = false;
    this.timer = 0;
    window.addEventListener("online", () => this.hurry());
    window.setInterval(() => this.beat(), PING_MS);
  }

  /** Connect, and keep connected until the visit is over or the person leaves. */
  connect() {
    if (this.done) return;
    const socket = new WebSocket(this.wires.socketUrl);
    this.socket = socket;
    this.heard = Date.now();
    socket.onopen = () => socket.send(JSON.stringify(this.first()));
    socket.onmessage = (event) => {
      if (this.socket === socket) this.hear(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.lost(event.code);
    };
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
    this.heard = Date.now();
    if (message.type === "joined") {
      this.token = message.resume;
      this.pause = FIRST_PAUSE_MS;
      this.ready = true;
      this.wires.onSocket("open");
    }
    if (message.type === "deny" && message.reason === "ticket" && this.mayAsk()) return;
    if (FINAL.has(message.type) || (message.type === "leave" && message.reason !== "restarting")) this.done = true;
    if (message.type !== "pong") this.wires.onMessage(message);
  }

  /** An old ticket or token is no reason to stop: the page may still get a new one. */
  mayAsk() {
    const hadOne = Boolean(this.ticket || this.token);
    this.ticket = this.token = "";
    return hadOne;
  }

  /** @param {number} code */
  lost(code) {
    this.ready = false;
    this.socket = null;
    if (this.done) return;
    if (code === 1002 || code === 1008 || code === 1009) {
      this.done = true;
      this.wires.onSocket("broken");
      return;
    }
    this.wires.onSocket("lost");
    this.later();
  }

  later() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.again(), this.pause * (0.75 + Math.random() / 2));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
  }

  hurry() {
    if (this.done || this.ready || this.socket) return;
    this.pause = FIRST_PAUSE_MS;
    window.clearTimeout(this.timer);
    this.again();
  }

  async again() {
    if (this.done || this.socket) return;
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

  beat() {
    if (!this.socket || this.done) return;
    if (Date.now() - this.heard > SILENCE_MS) {
      const dead = this.socket;
      this.lost(1006);
      dead.close();
    } else this.send({ type: "ping" });
  }
}
