// @ts-check
/** A station that tries its line: at once, and then back to what a station shows, so that
 * nobody's visit finds it here. */

import { LineStep } from "./line-step.js";

const BACK_AFTER_MS = 30_000;
const page = /** @type {HTMLElement} */ (document.getElementById("line"));
const step = new LineStep(/** @type {HTMLElement} */ (page.querySelector('[data-step="line"]')));
let leaving = 0;

async function attempt() {
  window.clearTimeout(leaving);
  if ((await step.run()) === null) return;
  leaving = window.setTimeout(() => location.assign(page.dataset.back ?? "/"), BACK_AFTER_MS);
}

page.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest('[data-act="again"]')) attempt();
});
window.addEventListener("pagehide", () => step.stop());
attempt();
