// @ts-check
/** All participants of a recording at one time: one bar, one clock, one video for each. */

import { Clock } from "./clock.js";
import { Lane } from "./lane.js";
import { clock, within } from "./timeline.js";

/** @typedef {import("./timeline.js").Timeline} Timeline */

const EVERY_MS = 80;

export class Player {
  /** @param {HTMLElement} root @param {Timeline} timeline */
  constructor(root, timeline) {
    this.root = root;
    this.timeline = timeline;
    this.clock = new Clock();
    this.goes = false;
    this.begun = false;
    this.lang = document.documentElement.lang;
    this.lanes = timeline.lanes.map((facts) => {
      const figure = /** @type {HTMLElement} */ (root.querySelector(`[data-lane="${facts.number}"]`));
      return new Lane(facts, figure, (source) => this.broken(source));
    });
    this.bar = /** @type {HTMLInputElement} */ (this.part("bar"));
    this.button = /** @type {HTMLButtonElement} */ (this.part("play"));
    this.rate = /** @type {HTMLSelectElement} */ (this.part("rate"));
    this.time = this.part("time");
    this.status = this.part("status");
    this.alarm = this.part("alarm");
    this.show();
    setInterval(() => this.step(), EVERY_MS);
  }

  /** @param {string} name @returns {HTMLElement} */
  part(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`[data-player="${name}"]`));
  }

  toggle() {
    if (this.goes) return this.pause();
    if (this.clock.at() >= this.timeline.seconds) this.clock.seek(0);
    this.begun = this.goes = true;
    this.alarm.hidden = true;
    this.button.textContent = this.button.dataset.pause ?? "";
    this.say(this.status.dataset.plays);
    // At once, while the browser still sees the press that asked for sound.
    this.step();
  }

  pause() {
    this.goes = false;
    this.button.textContent = this.button.dataset.play ?? "";
    this.say(this.status.dataset.stands);
    this.step();
  }

  /** @param {number} place in seconds */
  seek(place) {
    this.clock.seek(within(place, 0, this.timeline.seconds));
    this.begun = true;
    this.step();
  }

  /** @param {number} seconds */
  skip(seconds) {
    this.seek(this.clock.at() + seconds);
  }

  /** @param {number} steps along the list of speeds */
  hurry(steps) {
    const index = within(this.rate.selectedIndex + steps, 0, this.rate.options.length - 1);
    this.rate.selectedIndex = index;
    this.turn();
  }

  turn() {
    this.clock.turn(Number(this.rate.value));
  }

  step() {
    if (this.goes && this.clock.at() >= this.timeline.seconds) {
      this.clock.stand();
      this.clock.seek(this.timeline.seconds);
      return this.pause();
    }
    const at = this.clock.at();
    // Nothing is fetched before somebody plays: each opening of a file is on record.
    const late = this.begun && this.lanes.some((lane) => lane.isLate(at));
    if (this.goes && !late) this.clock.go();
    else this.clock.stand();
    if (this.begun) for (const lane of this.lanes) lane.follow(at, this.goes && !late, this.clock.rate);
    this.root.toggleAttribute("data-waits", this.goes && late);
    this.show();
  }

  show() {
    const at = within(this.clock.at(), 0, this.timeline.seconds);
    const words = `${clock(at, this.lang)} / ${clock(this.timeline.seconds, this.lang)}`;
    if (this.time.textContent === words) return;
    this.time.textContent = words;
    this.bar.setAttribute("aria-valuetext", words);
    if (!this.bar.matches("[data-held]")) this.bar.value = String(Math.floor(at));
  }

  /** @param {string} [words] */
  say(words) {
    this.status.textContent = words ?? "";
  }

  /** A file does not open: nothing goes on as if it had. @param {string} source */
  async broken(source) {
    if (this.goes) this.pause();
    this.begun = false;
    for (const lane of this.lanes) lane.forget();
    const shown = /** @type {HTMLElement} */ (this.alarm.querySelector("[data-why]"));
    shown.textContent = this.alarm.dataset.unknown ?? "";
    this.alarm.hidden = false;
    try {
      const answer = await fetch(`${source}/check`, { headers: { Accept: "application/json" } });
      if (answer.status === 404) shown.textContent = this.alarm.dataset.over ?? "";
      else shown.textContent = (await answer.json()).sentence || shown.textContent;
    } catch {
      shown.textContent = this.alarm.dataset.line ?? "";
    }
  }
}
