// @ts-check
/** Whether the visit is recorded: the sign that everybody sees, and the question.
 * Draws, and is given a way to answer; decides nothing. */

/** @typedef {import("./state.js").Facts} Facts */

/** So long before it begins it is announced. */
const NOTICE_MS = 5000;
const BEFORE = new Set(["asking", "refused"]);
/** Nobody is asked about what is over. */
const CLOSED = new Set(["off", "refused", "stopped"]);

export class RecordingView {
  /**
   * @param {HTMLElement} root @param {Record<string, string>} words
   * @param {{answer: (given: boolean) => void}} wires
   */
  constructor(root, words, wires) {
    this.root = root;
    this.words = words;
    this.number = new Intl.NumberFormat(root.lang);
    this.find = (/** @type {string} */ name) =>
      /** @type {HTMLElement | null} */ (root.querySelector(`[data-part-of-call="${name}"]`));
    this.begins = 0;
    this.timer = 0;
    root.addEventListener("click", (event) => {
      const button = event.target instanceof Element && event.target.closest("[data-consent]");
      if (button) wires.answer(button.getAttribute("data-consent") === "yes");
    });
    const dialog = this.find("consent-dialog");
    if (!(dialog instanceof HTMLDialogElement)) return;
    for (const opener of ["recording", "ask-open"]) {
      this.find(opener)?.addEventListener("click", () => dialog.open || dialog.showModal());
    }
    this.find("consent-close")?.addEventListener("click", () => dialog.close());
  }

  /** @param {Facts} facts */
  draw(facts) {
    this.sign(facts);
    this.question(facts);
  }

  /** @param {Facts} facts */
  sign(facts) {
    const { state } = facts.recording;
    const waits = BEFORE.has(state) && facts.phase === "waiting";
    const shown = facts.joined && !facts.over && !waits && state !== "off" ? state : "";
    const place = this.find("recorded");
    if (!place || place.dataset.state === shown) return;
    place.dataset.state = shown;
    this.find("recorded-sign")?.toggleAttribute("hidden", !shown);
    write(this.find("recorded-words"), shown ? this.words[`recorded_${shown}`] : "");
    this.begins = performance.now() + NOTICE_MS;
    this.count();
  }

  /** The seconds until it begins, for whoever sees; a listener is told once. */
  count() {
    window.clearTimeout(this.timer);
    const left = this.find("recorded")?.dataset.state === "announced" ? this.begins - performance.now() : 0;
    write(this.find("recorded-count"), left > 0 ? this.number.format(Math.ceil(left / 1000)) : "");
    if (left > 0) this.timer = window.setTimeout(() => this.count(), left % 1000 || 1000);
  }

  /** @param {Facts} facts */
  question(facts) {
    const { state } = facts.recording;
    const closed = CLOSED.has(state);
    const asked = !facts.over && ((facts.asked && !closed) || facts.consent !== null);
    const answer = facts.consent === null ? "open" : facts.consent ? "yes" : "no";
    for (const section of this.root.querySelectorAll("[data-consent-question]")) {
      const pressed = document.activeElement;
      section.toggleAttribute("hidden", !asked);
      const said = { open: "", yes: closed ? this.words[`recorded_${state}`] : this.words.consent_yes, no: this.words.consent_no };
      write(section.querySelector("[data-consent-answer]"), said[answer]);
      section.querySelector("[data-consent-open]")?.toggleAttribute("hidden", answer !== "open");
      section.querySelector("[data-consent-back]")?.toggleAttribute("hidden", answer !== "yes" || closed);
      // Whoever pressed a button that is gone goes on where the answer stands.
      const title = section.querySelector(".consent__title");
      if (asked && title instanceof HTMLElement && pressed && section.contains(pressed) && pressed.closest("[hidden]")) title.focus();
    }
    const inCall = asked && facts.admitted && facts.phase !== "waiting";
    this.find("recording")?.toggleAttribute("hidden", !inCall);
    this.find("ask-now")?.toggleAttribute("hidden", !(inCall && answer === "open"));
    const dialog = this.find("consent-dialog");
    if (!inCall && dialog instanceof HTMLDialogElement && dialog.open) dialog.close();
  }
}

/** @param {Element | null} place @param {string} words */
function write(place, words) {
  if (place && place.textContent !== words) place.textContent = words;
}
