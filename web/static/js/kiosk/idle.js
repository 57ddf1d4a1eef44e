// @ts-check
/** A kiosk that nobody touches asks whether somebody is there, and if nobody is, forgets
 * the family and goes back to its first page. The question can be put off for ever. */

import { hush, say } from "../components/voice.js";

const QUIET_MS = 90_000;
const WARNING_MS = 30_000;
const SIGNS_OF_LIFE = ["pointerdown", "keydown", "input", "wheel"];

/** @param {HTMLElement} strip */
export function idle(strip) {
  const question = /** @type {HTMLDialogElement} */ (document.getElementById("still-here"));
  const over = /** @type {HTMLFormElement} */ (document.getElementById("over"));
  const left = question.querySelector("[data-left]");
  const isStart = location.pathname === strip.dataset.start;
  const number = new Intl.NumberFormat(document.documentElement.lang);
  let timer = 0;

  function rest() {
    clearTimeout(timer);
    if (!question.open) timer = window.setTimeout(isStart ? tidy : ask, QUIET_MS);
  }

  /** The first page holds nothing of a family but the language it chose. */
  function tidy() {
    if (strip.hasAttribute("data-used")) over.requestSubmit();
  }

  function ask() {
    question.showModal();
    say("station.idle");
    const end = performance.now() + WARNING_MS;
    const count = () => {
      const rest = Math.ceil((end - performance.now()) / 1000);
      if (rest <= 0) return over.requestSubmit();
      if (left) left.textContent = number.format(rest);
      timer = window.setTimeout(count, 500);
    };
    count();
  }

  question.addEventListener("close", () => {
    hush();
    rest();
  });
  question.querySelector("[data-stay]")?.addEventListener("click", () => question.close());
  for (const name of SIGNS_OF_LIFE) document.addEventListener(name, rest, { passive: true });
  // The voice or larger letters chosen on the first page itself are somebody's too.
  document.addEventListener("submit", () => strip.setAttribute("data-used", ""));
  rest();
}
