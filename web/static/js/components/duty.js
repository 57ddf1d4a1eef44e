// @ts-check
/** Handing a shared screen over, or locking it, without leaving the page: what is typed
 * stays, and visits that are watched go on as the next officer's.
 *
 * A screen at which nobody presses or types locks itself after `data-idle-minutes`, unless
 * it shows a visit: whoever watches sits still. */

import { panes } from "../wall/pane.js";
import { refresh } from "./news.js";

const USES = ["pointerdown", "keydown", "pointermove", "wheel"];

/** @param {HTMLElement} link */
export function start(link) {
  const dialog = document.getElementById(link.dataset.dialog ?? "");
  if (dialog instanceof HTMLDialogElement) new Duty(link, dialog);
}

class Duty {
  /** @param {HTMLElement} link @param {HTMLDialogElement} dialog */
  constructor(link, dialog) {
    this.dialog = dialog;
    this.isLocked = false;
    this.used = performance.now();
    this.idle = Number(link.dataset.idleMinutes ?? 0) * 60_000;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      this.open();
    });
    dialog.addEventListener("cancel", (event) => this.isLocked && event.preventDefault());
    dialog.querySelector("[data-leaving]")?.addEventListener("click", () => dialog.close());
    this.form("[data-taking]", () => this.taken());
    this.form("[data-locking]", () => this.lock());
    for (const use of USES) document.addEventListener(use, () => (this.used = performance.now()), { passive: true });
    if (this.idle) window.setInterval(() => this.look(), 5000);
  }

  /** @param {string} which @param {() => Promise<void>} send */
  form(which, send) {
    this.dialog.querySelector(which)?.addEventListener("submit", (event) => {
      event.preventDefault();
      send();
    });
  }

  open() {
    this.say("");
    this.title();
    if (!this.dialog.open) this.dialog.showModal();
    this.input("officer")?.focus();
  }

  look() {
    const watching = [...panes].some((pane) => pane.isWatching);
    if (!this.isLocked && !watching && performance.now() - this.used > this.idle) this.lock();
  }

  async lock() {
    const answer = await this.send("[data-locking]");
    if (!answer) return;
    this.isLocked = true;
    document.documentElement.dataset.locked = "";
    for (const pane of panes) pane.hear(false);
    this.open();
    this.say(answer.done);
  }

  async taken() {
    const answer = await this.send("[data-taking]");
    if (!answer) return;
    this.isLocked = false;
    delete document.documentElement.dataset.locked;
    for (const place of document.querySelectorAll("[data-officer] bdi, .who > a bdi")) place.textContent = answer.officer;
    for (const name of ["officer", "pin"]) {
      const input = this.input(name);
      if (input) input.value = "";
    }
    this.dialog.close();
    const said = document.getElementById("said");
    if (said) said.textContent = answer.done;
    // Whoever watches is named in the record: the next officer joins anew.
    for (const pane of panes) if (pane.isWatching) pane.anew();
    await refresh();
  }

  /** @param {string} which @returns {Promise<any>} what was done; nothing if it was refused */
  async send(which) {
    const form = this.dialog.querySelector(which);
    if (!(form instanceof HTMLFormElement)) return null;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) body.append(name, String(value));
    try {
      const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      const answer = await response.json();
      if (response.ok) return answer;
      this.say([answer.title, ...(answer.reasons ?? []), answer.detail ?? ""].join(" "), true);
    } catch {
      this.say(this.dialog.dataset.failed ?? "", true);
    }
    if (!this.dialog.open) this.open();
    return null;
  }

  title() {
    const title = this.dialog.querySelector("h2");
    if (title) title.textContent = (this.isLocked ? this.dialog.dataset.locked : this.dialog.dataset.opening) ?? "";
    for (const part of this.dialog.querySelectorAll("[data-locking], p:has(a)")) part.toggleAttribute("hidden", this.isLocked);
  }

  /** @param {string} words @param {boolean} [bad] */
  say(words, bad = false) {
    const place = this.dialog.querySelector("[data-said]");
    if (!place) return;
    place.textContent = words;
    place.classList.toggle("is-bad", bad);
  }

  /** @param {string} name */
  input(name) {
    const found = this.dialog.querySelector(`input[name="${name}"]`);
    return found instanceof HTMLInputElement ? found : null;
  }
}
