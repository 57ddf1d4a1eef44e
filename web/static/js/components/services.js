// @ts-check
/** The services of a point: a tap writes one down in this browser, which sends it as soon
 * as it can. What waits outlives a lost line, a new load and a session that ends. */

import { serverNow, wall } from "../server-clock.js";
import { send } from "../services/sending.js";
import { all, know, known, put, remove } from "../services/store.js";
import { refresh } from "./news.js";

const AGAIN_MS = 15_000;
const SHOWN_MS = 1_200;
const MOST_PEOPLE = 50;
const HIGHEST_NUMBER = 9999;

/** @typedef {import("../services/store.js").Entry} Entry */

/** @param {HTMLElement} form */
export function start(form) {
  if (!(form instanceof HTMLFormElement) || !("indexedDB" in window)) return;
  new Desk(form).begin();
}

class Desk {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    /** @type {Record<string, string>} */
    this.texts = JSON.parse(document.getElementById("services-texts")?.textContent ?? "{}");
    /** @type {Record<string, string>} */
    this.known = JSON.parse(document.getElementById("services-known")?.getAttribute("value") ?? "{}");
    this.owner = form.dataset.owner ?? "";
    this.point = Number(form.dataset.point ?? 0);
    this.isSending = false;
    /** @type {HTMLElement | null} */
    this.pressed = null;
    /** What was said last of what was done, before what waits. */
    this.last = "";
    this.news = "BroadcastChannel" in window ? new BroadcastChannel("services") : null;
  }

  async begin() {
    this.form.addEventListener("click", (event) => {
      this.pressed = /** @type {Element} */ (event.target).closest("button");
    });
    this.form.addEventListener("submit", (event) => this.submitted(event));
    if (this.owner) await this.introduce().catch(() => {});
    else if (!(await this.remember())) return this.say(this.texts.first, true);
    this.news?.addEventListener("message", () => this.draw());
    window.addEventListener("online", () => this.send());
    document.addEventListener("visibilitychange", () => document.hidden || this.send());
    window.setInterval(() => this.send(), AGAIN_MS);
    await this.send();
  }

  /** Keep the page itself for later, and for whom it was opened. */
  async introduce() {
    const before = await known();
    const version = this.known.version;
    await know({ owner: this.owner, point: this.point, pointName: this.form.dataset.pointName ?? "", version });
    if (!navigator.serviceWorker) return;
    await navigator.serviceWorker.register(this.known.worker, { scope: this.known.scope });
    navigator.storage?.persist?.();
    // Whoever reads another language by now finds the shell in it.
    if (!before || before.version === version) return;
    await navigator.serviceWorker.ready;
    const shell = await fetch(this.known.shell, { headers: { "X-Part": "shell" } });
    const kept = await caches.open(`services-${version.slice(0, version.lastIndexOf("-"))}`);
    if (shell.ok) await kept.put(this.known.shell, shell);
  }

  /** @returns {Promise<boolean>} whether this browser knows who works here */
  async remember() {
    const last = await known().catch(() => undefined);
    if (!last) return false;
    this.owner = last.owner;
    this.point = last.point;
    const place = document.getElementById("services-point");
    if (place) place.textContent = last.pointName;
    return true;
  }

  /** @param {SubmitEvent} event */
  submitted(event) {
    const button = event.submitter ?? this.pressed;
    if (!(button instanceof HTMLButtonElement) || button.name !== "kind") return;
    event.preventDefault();
    if (!this.owner) return;
    const entry = this.entry(button.value);
    if (!entry) return;
    put(entry).then(
      () => this.noted(entry, button),
      // A browser that keeps nothing sends as it would without this script.
      () => this.form.dataset.owner && this.plainly(button),
    );
  }

  /** @param {HTMLButtonElement} button */
  plainly(button) {
    const kind = document.createElement("input");
    Object.assign(kind, { type: "hidden", name: "kind", value: button.value });
    this.form.append(kind);
    this.form.submit();
  }

  /** @param {string} kind @returns {Entry | null} what the fields say; null where they are wrong */
  entry(kind) {
    const number = whole(this.field("number").value);
    const people = whole(this.field("people").value);
    const wrong = (number !== null && !(number >= 1 && number <= HIGHEST_NUMBER)) ? "number"
      : people !== null && !(people >= 1 && people <= MOST_PEOPLE) ? "people" : "";
    if (wrong) {
      this.form.querySelector("details")?.setAttribute("open", "");
      this.field(wrong).focus();
      this.say(this.texts[`wrong_${wrong}`], true);
      return null;
    }
    return {
      reference: reference(),
      owner: this.owner,
      point: this.point,
      kind,
      channel: /** @type {HTMLInputElement} */ (this.field("by_themselves")).checked ? "self" : "staff",
      number,
      people: people ?? 1,
      note: this.field("note").value.trim().slice(0, Number(this.known.longest)),
      done_at: new Date().toISOString(),
    };
  }

  /** @param {Entry} entry @param {HTMLButtonElement} button */
  async noted(entry, button) {
    this.field("number").value = "";
    this.field("note").value = "";
    this.field("people").value = count(1);
    /** @type {HTMLInputElement} */ (this.field("by_themselves")).checked = false;
    button.classList.add("is-noted");
    window.setTimeout(() => button.classList.remove("is-noted"), SHOWN_MS);
    this.last = this.texts.noted.replace("{service}", nameOf(entry.kind));
    await this.draw();
    this.news?.postMessage("");
    await this.send();
  }

  async send() {
    if (this.isSending) return;
    this.isSending = true;
    try {
      const { sent, trouble } = await send(this.owner, this.known.batch);
      await this.draw(trouble);
      if (!sent) return;
      this.news?.postMessage("");
      await refresh();
    } finally {
      this.isSending = false;
    }
    // What was tapped meanwhile went into no batch.
    if ((await this.mine()).some((one) => !one.refused) && navigator.onLine) window.setTimeout(() => this.send(), 1_000);
  }

  async mine() {
    return (await all()).filter((one) => one.owner === this.owner);
  }

  /** @param {import("../services/sending.js").Trouble} [trouble] */
  async draw(trouble = "") {
    const every = await all();
    const mine = every.filter((one) => one.owner === this.owner);
    const waiting = mine.filter((one) => !one.refused).length;
    const state = waiting ? this.texts.waiting.replace("{n}", count(waiting)) : this.last && this.texts.none;
    this.say([this.last, state, waiting || trouble === "over" ? this.texts[trouble] : ""].filter(Boolean).join(" — "), Boolean(waiting && trouble));
    if (trouble === "over" && waiting) this.way(this.known.signin);
    this.list(mine);
    const theirs = document.getElementById("services-theirs");
    if (!theirs) return;
    theirs.hidden = mine.length === every.length;
    theirs.textContent = this.texts.theirs.replace("{n}", count(every.length - mine.length));
  }

  /** @param {Entry[]} entries */
  list(entries) {
    const list = document.getElementById("services-waiting");
    if (!list) return;
    list.hidden = entries.length === 0;
    list.replaceChildren(...entries.map((entry) => this.row(entry)));
  }

  /** @param {Entry} entry */
  row(entry) {
    const row = document.createElement("li");
    row.classList.toggle("is-refused", Boolean(entry.refused));
    const words = document.createElement("span");
    words.textContent = [
      // The machine's clock is put right by what the page knows of the service's.
      wall(Date.parse(entry.done_at) + (this.form.dataset.owner ? serverNow() - Date.now() : 0)),
      nameOf(entry.kind),
      entry.number === null ? "" : this.texts.number.replace("{n}", count(entry.number)),
      entry.people === 1 ? "" : this.texts.people.replace("{n}", count(entry.people)),
      entry.refused ? `${this.texts.refused} ${entry.refused}` : "",
    ].filter(Boolean).join(" · ");
    const off = document.createElement("button");
    off.type = "button";
    off.className = "button button--plain";
    off.textContent = this.texts.back;
    off.addEventListener("click", async () => {
      await remove([entry.reference]);
      this.last = "";
      await this.draw();
      this.news?.postMessage("");
    });
    row.append(words, off);
    return row;
  }

  /** @param {string} words @param {boolean} [bad] */
  say(words, bad = false) {
    const place = document.getElementById("services-said");
    if (!place) return;
    // What has not changed is not read out again.
    if (place.firstChild?.textContent !== words || place.children.length) place.textContent = words;
    place.classList.toggle("is-bad", bad);
  }

  /** @param {string} href */
  way(href) {
    const link = document.createElement("a");
    [link.href, link.textContent] = [href, this.texts.sign];
    document.getElementById("services-said")?.append(" ", link);
  }

  /** @param {string} name */
  field(name) {
    return /** @type {HTMLInputElement} */ (this.form.elements.namedItem(name));
  }
}

/** @param {string} kind */
function nameOf(kind) {
  return document.querySelector(`#kind-${kind} span`)?.textContent ?? "";
}

/** @param {string} typed @returns {number | null} in any digits; NaN for what is no number */
function whole(typed) {
  const plain = typed.trim().replace(/[۰-۹]/g, (one) => String(one.charCodeAt(0) - 0x6f0)).replace(/[٠-٩]/g, (one) => String(one.charCodeAt(0) - 0x660));
  if (!plain) return null;
  return /^\d{1,6}$/.test(plain) ? Number(plain) : NaN;
}

/** @param {number} number */
function count(number) {
  return number.toLocaleString(document.documentElement.lang, { useGrouping: false });
}

function reference() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
}
