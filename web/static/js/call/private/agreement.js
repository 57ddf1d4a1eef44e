// @ts-check
/** Who is in the call, who of them can seal, and on what keys they agreed.
 *
 * Everybody greets everybody; when all can, a round is held (round.js), and each sends
 * its sender key to each, wrapped. A page that was loaded anew is a new end, and needs a
 * round and a new phrase. Whoever leaves, and a leg that is built anew, need only new
 * sender keys: those come under the keys of the round, so the phrase stands.
 *
 * Knows neither sockets nor media nor page. */

import { random, text } from "./bytes.js";
import { BASE, nameOf, Round } from "./round.js";

/** Somebody who has said nothing for so long does not know how. */
const SILENT_MS = 8000;
/** Frames under the key before are on their way for so long. */
const SWITCH_MS = 400;
const AGAIN_MS = 3000;
const ROUNDS_KEPT = 6;

/**
 * @typedef {{end: string, able: boolean, why: string}} Greeting
 * @typedef {{id: string, away: boolean}} Present `away` is a line that broke
 * @typedef {{how: "alone" | "agreeing" | "ends" | "transport", who: string, why: string,
 *   phrase: Uint8Array, renewing: boolean, was: boolean}} Standing `who` cannot seal, and
 *   `why`; `was` is that somebody here knows of an agreement in this visit
 * @typedef {{commits: Map<string, string>, reveals: Map<string, import("./round.js").Reveal>,
 *   wrapped: Map<string, import("./round.js").Wrapped>}} Heard
 * @typedef {{
 *   say: (to: string, message: object) => void,
 *   prints: () => string[] | null,
 *   own: (base: Uint8Array, generation: number) => void,
 *   their: (participant: string, base: Uint8Array, generation: number) => void,
 *   forget: (participant: string) => void,
 *   changed: () => void,
 * }} Wires `prints` are the fingerprints of our own legs, once both are there
 */

const NOBODY = new Uint8Array();

export class Agreement {
  /** @param {Wires} wires */
  constructor(wires) {
    this.wires = wires;
    this.me = "";
    /** @type {Greeting} */
    this.own = { end: "", able: false, why: "" };
    /** @type {Present[]} */
    this.present = [];
    /** @type {Map<string, Greeting>} */
    this.greetings = new Map();
    /** @type {Map<string, number>} since when somebody is here and has not greeted */
    this.silent = new Map();
    /** @type {Map<string, Heard>} by round */
    this.heards = new Map();
    /** @type {Round | null} that is under way */
    this.round = null;
    /** @type {Round | null} that everybody agreed in */
    this.agreed = null;
    this.phrase = NOBODY;
    this.generation = 0;
    this.base = NOBODY;
    /** Whether others have the key that we seal with just now. */
    this.shared = false;
    /** This visit was end-to-end once: we know it, or somebody has told us. */
    this.was = false;
    /** Whom the present sender key was given to, with which legs. */
    this.given = "";
    /** Whose newest key we have. It is never taken twice: frames could be replayed then.
     * @type {Map<string, {end: string, generation: number}>} */
    this.taken = new Map();
    this.failedAt = -Infinity;
    this.turn = Promise.resolve();
  }

  /** A page has come in, with nothing of what one before it knew. @param {string} me @param {boolean} able @param {string} why */
  begin(me, able, why) {
    this.me = me;
    this.own = { end: text(random(16)), able, why };
    [this.round, this.agreed, this.phrase, this.given] = [null, null, NOBODY, ""];
    this.greetings.clear();
    this.silent.clear();
    this.withhold();
    this.greet("", true);
  }

  /** The keys are not trusted any more, or cannot be used: begin as a new end. @param {boolean} [able] @param {string} [why] */
  anew(able = this.own.able, why = this.own.why) {
    if (!this.me) return;
    this.own = { end: text(random(16)), able, why };
    [this.round, this.agreed, this.phrase, this.given] = [null, null, NOBODY, ""];
    this.withhold();
    this.greet("", true);
    this.go();
  }

  /** What was said while the socket was down is asked for, and said once more. */
  returned() {
    if (!this.me) return;
    this.greet("", true);
    this.repeat("");
  }

  /** @param {Present[]} present everybody else in the call */
  met(present) {
    this.present = present;
    for (const gone of [...this.greetings.keys()].filter((id) => !present.some((one) => one.id === id))) {
      this.greetings.delete(gone);
      this.silent.delete(gone);
      this.wires.forget(gone);
    }
    this.go();
  }

  /** @param {string} from @param {any} message */
  heard(from, message) {
    this.turn = this.turn.then(() => this.hear(from, message)).catch(() => undefined);
    this.go();
  }

  /** Go on as far as that is possible now. */
  go() {
    this.turn = this.turn.then(() => this.advance()).catch(() => undefined).then(() => this.wires.changed());
    return this.turn;
  }

  /** @returns {Standing} */
  get standing() {
    const standing = { who: "", why: "", phrase: this.phrase, renewing: false, was: this.was };
    if (!this.me) return { ...standing, how: "agreeing" };
    if (!this.own.able) return { ...standing, how: this.awaits ? "agreeing" : "transport", who: this.me, why: this.own.why };
    for (const { id, away } of this.present) {
      const greeting = this.greetings.get(id);
      if (greeting && !greeting.able) return { ...standing, how: "transport", who: id, why: greeting.why };
      const since = this.silent.get(id);
      if (!greeting && !away && since !== undefined && performance.now() - since > SILENT_MS) {
        return { ...standing, how: "transport", who: id, why: "silent" };
      }
    }
    if (this.present.length === 0) return { ...standing, how: "alone" };
    if (!this.agreed) return { ...standing, how: "agreeing" };
    return { ...standing, how: "ends", renewing: !this.covers(this.agreed) };
  }

  /** Whether somebody is here who has not said yet whether they can, nor what was. */
  get awaits() {
    const now = performance.now();
    return this.present.some(({ id, away }) => !away && !this.greetings.has(id) && !(now - (this.silent.get(id) ?? now) > SILENT_MS));
  }

  /** @param {string} from @param {any} message */
  async hear(from, message) {
    if (message.what === "greeting") return this.greeted(from, message);
    const heard = this.heardIn(String(message.round).slice(0, 64));
    if (message.what === "commit" && !heard.commits.has(from)) heard.commits.set(from, String(message.commit));
    if (message.what === "reveal" && !heard.reveals.has(from)) heard.reveals.set(from, message.reveal);
    if (message.what === "key") heard.wrapped.set(from, message.key);
  }

  /** @param {string} from @param {any} message */
  greeted(from, { end, able, why, was, asks }) {
    this.was ||= was === true;
    // Another page counts its keys from the beginning: the old ones would be taken for them.
    if (this.greetings.get(from)?.end !== String(end)) this.wires.forget(from);
    this.greetings.set(from, { end: String(end), able: able === true, why: String(why) });
    this.silent.delete(from);
    if (!asks || !this.me) return;
    this.greet(from, false);
    this.repeat(from);
  }

  async advance() {
    const now = performance.now();
    for (const { id, away } of this.present) {
      if (away || this.greetings.has(id)) this.silent.delete(id);
      else if (!this.silent.has(id)) this.silent.set(id, now);
    }
    const prints = this.wires.prints();
    if (!this.me || !this.own.able || !prints || this.present.length === 0) return;
    if (this.present.some(({ id }) => !this.greetings.get(id)?.able)) return;
    if (!this.agreed || !this.covers(this.agreed)) await this.hold(prints);
    if (this.agreed) await this.exchange(this.agreed, prints);
  }

  /** Whether everybody who is here took part. @param {Round} round */
  covers(round) {
    return this.present.every(({ id }) => round.endOf(id) === this.greetings.get(id)?.end);
  }

  /** Hold a round, as far as the others are. @param {string[]} prints */
  async hold(prints) {
    const members = /** @type {import("./round.js").Member[]} */ ([
      [this.me, this.own.end],
      ...this.present.map(({ id }) => [id, this.greetings.get(id)?.end ?? ""]),
    ]);
    if (this.round?.name !== (await nameOf(members))) {
      this.round = await Round.begin(this.me, members, prints);
      this.wires.say("", { what: "commit", round: this.round.name, commit: this.round.commit });
    }
    const { round } = this;
    const { commits, reveals } = this.heardIn(round.name);
    if (!round.others.every((one) => commits.has(one))) return;
    if (!round.revealed) {
      // Whoever knows what we reveal commits to nothing any more, whatever is heard later.
      [round.revealed, round.commits] = [true, new Map(commits)];
      this.wires.say("", { what: "reveal", round: round.name, reveal: round.own });
    }
    if (!round.others.every((one) => reveals.has(one))) return;
    if (!(await this.isAgreedIn(round, reveals))) return this.fail();
    [this.agreed, this.round, this.phrase, this.given] = [round, null, await round.phrase(), ""];
    this.was = true;
  }

  /** Somebody's key is not what they committed to: once more, but not in a frenzy. */
  fail() {
    if (performance.now() - this.failedAt < AGAIN_MS) return;
    this.failedAt = performance.now();
    this.anew();
  }

  /** Seal with a key that nobody else has. */
  withhold() {
    this.generation += 1;
    this.base = random(BASE);
    this.shared = false;
    this.wires.own(this.base, this.generation);
  }

  /** @param {Round} round @param {Heard["reveals"]} reveals */
  async isAgreedIn(round, reveals) {
    try {
      return await round.agree(reveals);
    } catch {
      return false;
    }
  }

  /** Give our sender key to whoever should have it, and take theirs. @param {Round} round @param {string[]} prints */
  async exchange(round, prints) {
    const others = round.others.filter((one) => this.present.some(({ id }) => id === one));
    const given = JSON.stringify([round.name, others, prints]);
    if (given !== this.given) {
      const before = this.shared;
      this.shared = true;
      [this.given, this.base, this.generation] = [given, random(BASE), this.generation + 1];
      for (const one of others) await this.give(round, one, prints);
      const { base, generation } = this;
      const use = () => this.generation === generation && this.wires.own(base, generation);
      if (before) window.setTimeout(use, SWITCH_MS);
      else use();
    }
    const { wrapped } = this.heardIn(round.name);
    for (const [from, key] of wrapped) {
      if (!others.includes(from)) continue;
      wrapped.delete(from);
      await this.take(round, from, key);
    }
  }

  /** @param {Round} round @param {string} to @param {string[]} prints */
  async give(round, to, prints) {
    const key = await round.wrap(to, this.generation, this.base, prints);
    this.wires.say(to, { what: "key", round: round.name, key });
  }

  /** @param {Round} round @param {string} from @param {import("./round.js").Wrapped} key */
  async take(round, from, key) {
    const [end, known] = [round.endOf(from), this.taken.get(from)];
    if (known?.end === end && !(key.generation > known.generation)) return;
    try {
      this.wires.their(from, await round.unwrap(from, key), key.generation);
      this.taken.set(from, { end, generation: key.generation });
    } catch {
      // Somebody changed it on its way: theirs stays the one before.
    }
  }

  /** @param {string} to @param {boolean} asks */
  greet(to, asks) {
    this.wires.say(to, { what: "greeting", ...this.own, was: this.was, asks });
  }

  /** What somebody may have missed. @param {string} to or all others */
  repeat(to) {
    if (this.round) {
      this.wires.say(to, { what: "commit", round: this.round.name, commit: this.round.commit });
      if (this.round.revealed) this.wires.say(to, { what: "reveal", round: this.round.name, reveal: this.round.own });
    }
    const { agreed } = this;
    const prints = this.wires.prints();
    if (!agreed || !prints || !this.given) return;
    this.wires.say(to, { what: "commit", round: agreed.name, commit: agreed.commit });
    this.wires.say(to, { what: "reveal", round: agreed.name, reveal: agreed.own });
    this.turn = this.turn.then(async () => {
      for (const one of agreed.others) if (!to || one === to) await this.give(agreed, one, JSON.parse(this.given)[2]);
    });
  }

  /** @param {string} name @returns {Heard} */
  heardIn(name) {
    let heard = this.heards.get(name);
    if (!heard) {
      heard = { commits: new Map(), reveals: new Map(), wrapped: new Map() };
      this.heards.set(name, heard);
      for (const old of [...this.heards.keys()].slice(0, -ROUNDS_KEPT)) this.heards.delete(old);
    }
    return heard;
  }
}
