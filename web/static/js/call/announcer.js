// @ts-check
/** Says changes to whoever listens to the page, and not more often than can be followed:
 * what was taken back meanwhile is never said. */

const BETWEEN_MS = 3000;

export class Announcer {
  /** @param {HTMLElement} place a polite live region */
  constructor(place) {
    this.place = place;
    /** @type {Map<string, string>} by topic, what was said last */
    this.said = new Map();
    /** @type {Map<string, string>} by topic, what holds now */
    this.holds = new Map();
    this.timer = 0;
  }

  /** What holds of a topic now; a first silence is not worth a word. @param {string} topic @param {string} words */
  tell(topic, words) {
    if (!words && !this.said.get(topic) && !this.holds.get(topic)) return;
    this.holds.set(topic, words);
    this.timer ||= window.setTimeout(() => this.speak(), BETWEEN_MS);
  }

  speak() {
    this.timer = 0;
    const fresh = [...this.holds].filter(([topic, words]) => words !== (this.said.get(topic) ?? ""));
    for (const [topic, words] of fresh) this.said.set(topic, words);
    const words = fresh.map(([, text]) => text).filter(Boolean).join(" ");
    if (words || ![...this.holds.values()].some(Boolean)) this.place.textContent = words;
  }
}
