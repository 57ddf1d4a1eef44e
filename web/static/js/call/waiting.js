// @ts-check
/** The waiting room: the service's time, how far the prisoner is, how long the line is.
 * Draws; decides nothing. */

/** @typedef {import("./state.js").Facts} Facts */

const ORDER = ["called", "on_the_way", "in_booth"];
const MINUTE_MS = 60_000;
/** So long after its time staff are surely about to begin. */
const LATE_MS = 3 * MINUTE_MS;

export class WaitingRoom {
  /**
   * @param {HTMLElement} root
   * @param {{words: Record<string, string>, say: (key: string, count: number) => string}} speech
   */
  constructor(root, speech) {
    this.speech = speech;
    this.find = (/** @type {string} */ name) => root.querySelector(`[data-part-of-call="${name}"]`);
    this.hours = new Intl.DateTimeFormat(`${root.lang}-u-hc-h23`, {
      hour: "2-digit",
      minute: "2-digit",
      timeZone: root.dataset.zone || undefined,
    });
  }

  /** @param {Facts} facts */
  draw(facts) {
    const reached = ORDER.indexOf(facts.stage);
    for (const item of this.find("stages")?.querySelectorAll("[data-stage]") ?? []) {
      const place = ORDER.indexOf(item.getAttribute("data-stage") ?? "");
      item.setAttribute("data-reached", place < reached ? "past" : place === reached ? "now" : "no");
    }
    this.find("stage-line")?.toggleAttribute("hidden", !facts.stage);
    this.write("stage-words", facts.stage ? this.speech.words[`stage_${facts.stage}`] : "");
    const before = facts.before ? this.speech.say("before", facts.before) : "";
    this.write("before", before);
    this.find("before")?.toggleAttribute("hidden", !before);
  }

  /** @param {Facts} facts @param {number} now of this machine's clock */
  time(facts, now) {
    if (!facts.joined) return;
    const there = now + facts.skew;
    this.write("clock", this.hours.format(there));
    const line = this.find("begins");
    line?.toggleAttribute("hidden", facts.phase !== "waiting");
    this.write("begins", this.until(facts.startsAt - there));
  }

  /** @param {number} left in milliseconds @returns {string} */
  until(left) {
    if (left > 0) return this.speech.say("begins_in", Math.ceil(left / MINUTE_MS));
    return this.speech.words[left > -LATE_MS ? "begins_now" : "begins_late"];
  }

  /** A live region that is written to says so again. @param {string} name @param {string} words */
  write(name, words) {
    const part = this.find(name);
    if (part && part.textContent !== words) part.textContent = words;
  }
}
