// @ts-check
/** The screen of a line test: shows the words that are in the page already, and fills in
 * the numbers in the reader's own digits. */

import { LineTest, LineTrouble } from "./line.js";

const SHARES = new Set(["loss_up", "loss_down"]);
const TIMES = new Set(["round_trip", "jitter"]);

export class LineStep {
  /** @param {HTMLElement} section */
  constructor(section) {
    this.section = section;
    /** @type {LineTest | null} */
    this.test = null;
    this.ticking = 0;
  }

  /**
   * Try the line once.
   * @returns {Promise<string | null>} the verdict or the trouble; null if it was stopped
   */
  async run() {
    this.stop();
    const { socket = "", ticket = "" } = this.section.dataset;
    const test = new LineTest({ socket, ticket }, (seconds) => this.begun(seconds));
    this.test = test;
    this.show("connecting");
    const state = await test.run().then(
      (result) => this.fill(result),
      (error) => (error instanceof LineTrouble ? error.kind : "broken"),
    );
    if (this.test !== test) return null;
    this.test = null;
    window.clearInterval(this.ticking);
    this.show(state);
    this.heading()?.focus();
    return state;
  }

  /** Break off, because the person goes on or the page goes away. */
  stop() {
    const test = this.test;
    this.test = null;
    window.clearInterval(this.ticking);
    test?.stop();
  }

  /** @param {number} seconds that measuring takes */
  begun(seconds) {
    this.show("measuring");
    const bar = /** @type {HTMLProgressElement} */ (this.section.querySelector("[data-progress]"));
    const from = performance.now();
    this.ticking = window.setInterval(() => {
      bar.value = Math.min(100, (performance.now() - from) / (seconds * 10));
    }, 200);
  }

  /** @param {string} state */
  show(state) {
    for (const part of this.section.querySelectorAll("[data-when]")) {
      const states = part.getAttribute("data-when")?.split(" ") ?? [];
      part.toggleAttribute("hidden", !states.includes(state));
    }
    this.section.dataset.state = state;
    const said = this.section.querySelector("[data-said]");
    const words = this.section.querySelector(`[data-say][data-when="${state}"]`);
    if (said) said.textContent = words?.textContent ?? "";
    if (state === "connecting") this.section.querySelector("[data-progress]")?.removeAttribute("value");
  }

  /** @returns {HTMLElement | undefined} what the verdict begins with */
  heading() {
    return [...this.section.querySelectorAll("h2")].find((one) => one.offsetParent !== null);
  }

  /** @param {{[field: string]: any}} result @returns {string} the verdict */
  fill(result) {
    const numbers = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });
    for (const place of this.section.querySelectorAll("[data-number]")) {
      const key = place.getAttribute("data-number") ?? "";
      const value = result[key];
      place.textContent = value === null ? "–" : numbers.format(scaled(key, value));
    }
    this.section.querySelector("[data-relayed]")?.toggleAttribute("hidden", !result.relayed);
    return result.verdict;
  }
}

/**
 * In the unit that the page writes beside it.
 * @param {string} key
 * @param {number} value
 */
function scaled(key, value) {
  if (SHARES.has(key)) return value * 100;
  return TIMES.has(key) ? value * 1000 : value / 1000;
}
