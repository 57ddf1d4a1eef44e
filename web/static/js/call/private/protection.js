// @ts-check
/** What protects this call, and that it is never less than the person knows.
 *
 * From the standing of the agreement to what the worker may send and take. A call that
 * was end-to-end sends nothing after it stopped to be, until the person agrees. */

import { Agreement } from "./agreement.js";
import { text } from "./bytes.js";
import { Guard } from "./guard.js";

const LOOK_EVERY_MS = 500;
const ASK_EVERY_MS = 5000;
/** A worker that fails again and again is a browser that cannot. */
const TRIES = 3;

/**
 * @typedef {"agreeing" | "ends" | "transport" | "stopped" | "refused"} Level
 * @typedef {{level: Level, who: string, why: string, phrase: Uint8Array, compared: boolean,
 *   renewing: boolean, away: boolean, agreed: boolean, was: boolean}} Shown `was` is that the
 *   visit was end-to-end before
 * @typedef {import("../state.js").Facts} Facts
 * @typedef {{
 *   send: (message: {type: string, [field: string]: any}) => boolean,
 *   prints: () => string[] | null,
 *   rebuild: () => void,
 *   changed: (shown: Shown) => void,
 * }} Wires
 */

export class Protection {
  /** @param {string} visit by which any page of this browser knows it again @param {Wires} wires */
  constructor(visit, wires) {
    this.wires = wires;
    this.memory = `private ${visit}`;
    this.lacks = Guard.lacks();
    this.tries = 0;
    this.me = "";
    /** @type {Facts["people"]} */
    this.people = [];
    /** The person knows that it is less now, and wants to go on. */
    this.agreedToLess = false;
    this.refused = false;
    /** @type {Level} */
    this.level = "agreeing";
    /** The phrase that was compared. */
    this.compared = "";
    this.said = "";
    this.drawn = "";
    this.askedAt = -Infinity;
    this.guard = new Guard({
      onUnreadable: () => this.again(),
      onFailed: () => this.mend(),
    });
    this.agreement = new Agreement({
      say: (to, message) => wires.send({ type: "confide", to, body: JSON.stringify(message) }),
      prints: wires.prints,
      own: (base, generation) => this.guard.tell({ do: "own", base, sender: this.me, generation }),
      their: (participant, base, generation) => this.guard.tell({ do: "their", participant, base, generation }),
      forget: (participant) => this.guard.tell({ do: "forget", participant }),
      changed: () => this.judge(),
    });
    this.agreement.was = remembered(this.memory);
    this.level = this.levelOf("alone");
    this.ready = this.lacks ? Promise.resolve(false) : this.guard.start();
    this.timer = window.setInterval(() => this.agreement.go(), LOOK_EVERY_MS);
  }

  /** What somebody sends cannot be read: their key may have been lost on its way. */
  again() {
    const now = performance.now();
    if (now - this.askedAt < ASK_EVERY_MS) return;
    this.askedAt = now;
    this.agreement.returned();
  }

  /** A sender that was just made. @param {RTCRtpSender} sender */
  sends(sender) {
    if (!this.lacks) this.guard.sends(sender);
  }

  /** @param {RTCRtpTransceiver} transceiver */
  receives(transceiver) {
    if (!this.lacks) this.guard.receives(transceiver);
  }

  /** The page may speak to the others. @param {string} me */
  async admitted(me) {
    const able = await this.ready;
    // If it died meanwhile, another one is under way.
    if (!able && !this.lacks && this.tries === 0) this.giveUp("worker");
    this.me = me;
    this.agreement.begin(me, !this.lacks, this.lacks);
    this.draw({ people: this.people });
    this.agreement.go();
  }

  /** The socket came back, and what was said meanwhile is lost. */
  returned() {
    this.agreement.returned();
  }

  /** @param {{participant: string, body: string}} message */
  heard({ participant, body }) {
    /** @type {unknown} */
    let message = null;
    try {
      message = JSON.parse(body);
    } catch {
      return;
    }
    if (message && typeof message === "object") this.agreement.heard(participant, message);
  }

  /** Who is here, and who sits where. @param {{people: Facts["people"]}} facts */
  draw({ people }) {
    const key = JSON.stringify(people.map((one) => [one.id, one.state, one.tracks]));
    if (key === this.drawn && this.people.length === people.length) return;
    [this.drawn, this.people] = [key, people];
    const inCall = people.filter((one) => one.state !== "waiting" && one.part !== "monitor");
    const by = inCall.flatMap((one) => one.tracks.filter((track) => track.mid).map((track) => [track.mid, one.id]));
    this.guard.tell({ do: "seats", by });
    this.agreement.met(inCall.map(({ id, state }) => ({ id, away: state === "reconnecting" })));
  }

  /** The person has compared the words. @param {boolean} alike */
  compare(alike) {
    if (alike) this.compared = text(this.agreement.phrase);
    else this.refused = true;
    this.judge();
  }

  /** After a phrase that did not match: other keys, and other words. */
  renew() {
    this.refused = false;
    this.compared = "";
    this.agreement.anew();
  }

  /** The person agrees that the call goes on with less. */
  accept() {
    this.agreedToLess = true;
    this.judge();
  }

  /** Whether nothing of ours goes out just now, by the person's own wish or for it, or
   * because nobody has told us yet what was, and there is no worker to hold it back. */
  get holdsBack() {
    return this.level === "stopped" || this.level === "refused" || (this.lacks !== "" && this.level === "agreeing");
  }

  /** The worker is gone: another one, with other keys; the streams stand still meanwhile. */
  async mend() {
    this.tries += 1;
    const tried = this.tries;
    const again = tried < TRIES && (await this.guard.start());
    if (tried !== this.tries) return;
    if (!again) this.giveUp("worker");
    this.said = "";
    this.guard.tell({ do: "seats", by: this.people.flatMap((one) => one.tracks.map((track) => [track.mid, one.id])) });
    this.agreement.anew(again, again ? "" : "worker");
  }

  /** No leg is made any more that would go out as it is, until the person agrees.
   * @param {string} why */
  giveUp(why) {
    this.lacks = why;
    this.level = this.levelOf("transport");
    this.guard.drop();
  }

  judge() {
    const standing = this.agreement.standing;
    const { how } = standing;
    if (how === "ends") this.agreedToLess = false;
    if (standing.was) localStorage.setItem(this.memory, "ends");
    this.level = this.levelOf(how);
    this.order();
    this.wires.changed({
      level: this.level, who: standing.who, why: standing.why, phrase: standing.phrase, renewing: standing.renewing,
      compared: standing.phrase.length > 0 && this.compared === text(standing.phrase), away: how === "alone", agreed: this.agreedToLess,
      was: standing.was,
    });
  }

  /** @param {import("./agreement.js").Standing["how"]} how @returns {Level} */
  levelOf(how) {
    if (this.refused) return "refused";
    if (how === "agreeing") return "agreeing";
    if (how === "transport" || this.lacks) return this.agreement.was && !this.agreedToLess ? "stopped" : "transport";
    return how === "ends" ? "ends" : "agreeing";
  }

  /** Tell the worker, if anything has changed. */
  order() {
    const sends = this.holdsBack ? "hold" : this.level === "transport" ? "clear" : "seal";
    const takes = this.level === "transport" ? "any" : "sealed";
    if (this.said === `${sends} ${takes}`) return;
    this.said = `${sends} ${takes}`;
    this.guard.tell({ do: "mode", sends, takes });
    // A stream whose worker has gone stands still for good: others take its place.
    if (this.guard.streams.size > 0 && !this.guard.worker && sends === "clear") {
      this.guard.streams.clear();
      this.wires.rebuild();
    }
  }

  close() {
    window.clearInterval(this.timer);
    this.guard.close();
  }
}

/** Whether a visit was end-to-end in this browser; of other visits nothing is kept.
 * @param {string} memory */
function remembered(memory) {
  for (const other of Object.keys(localStorage).filter((one) => one.startsWith("private ") && one !== memory)) {
    localStorage.removeItem(other);
  }
  return localStorage.getItem(memory) === "ends";
}
